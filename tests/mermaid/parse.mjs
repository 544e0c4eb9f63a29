// Reads one Mermaid text a line, as JSON strings, and prints for each whether the parser takes it.
import { createInterface } from "node:readline";
import { JSDOM } from "jsdom";

const { window } = new JSDOM("");
globalThis.window = window;
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");
mermaid.initialize({ securityLevel: "strict" });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const { diagramType } = await mermaid.parse(JSON.parse(line));
    console.log(`ok ${diagramType}`);
  } catch (error) {
    console.log(`refused ${String(error.message).replaceAll("\n", " ").slice(0, 300)}`);
  }
}
