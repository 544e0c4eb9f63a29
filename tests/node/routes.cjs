// What an application registers when it runs: `node routes.cjs FRAMEWORK FOLDER` prints "METHOD path" lines, with NODE_PATH naming the packages.
const fs = require("fs");
const os = require("os");
const path = require("path");

const METHODS = 7; // a route of so many methods does not restrict them

// Express keeps only a regular expression of where a router is mounted: the text is kept beside it.
function keepMounts() {
  const file = require.resolve("express/lib/router/layer");
  const Layer = require(file);
  function Kept(mount, options, handler) {
    if (!(this instanceof Kept)) return new Kept(mount, options, handler);
    Layer.call(this, mount, options, handler);
    this.mount = mount;
  }
  Kept.prototype = Layer.prototype;
  require.cache[file].exports = Kept;
}

function layers(stack, prefix = "") {
  return stack.flatMap((layer) => {
    const inner = layer.handle && (layer.handle.stack || (layer.handle._router && layer.handle._router.stack));
    if (layer.route) {
      const known = Object.keys(layer.route.methods);
      const methods = layer.route.methods._all || known.length >= METHODS ? ["ANY"] : known;
      return methods.flatMap((method) => [layer.route.path].flat().map((each) => `${method.toUpperCase()} ${prefix}${each}`));
    }
    return inner ? layers(inner, prefix + (layer.mount === "/" ? "" : layer.mount || "")) : [];
  });
}

async function express(folder) {
  keepMounts();
  const preflight = "OPTIONS *"; // what browsers ask before a call of another site
  return layers(require(path.join(folder, "src/app.js"))._router.stack).filter((each) => each !== preflight);
}

async function fastify(folder) {
  const make = require("fastify");
  const found = [];
  require.cache[require.resolve("fastify")].exports = (...options) =>
    make(...options).addHook("onRoute", (route) => {
      const methods = [route.method].flat();
      const shown = methods.length >= METHODS ? ["ANY"] : methods;
      found.push(...shown.filter((method) => method !== "HEAD").map((method) => `${method} ${route.url}`));
    });
  const app = require(path.join(folder, "src/app.js")).build();
  await app.ready();
  return found;
}

async function koa(folder) {
  const app = require(path.join(folder, "src/app.js"));
  const stacks = app.middleware.filter((each) => each.router).map((each) => each.router.stack);
  return stacks.flat().flatMap((layer) => {
    const methods = layer.methods.filter((method) => method !== "HEAD");
    return (methods.length >= METHODS ? ["ANY"] : methods).map((method) => `${method} ${layer.path}`);
  });
}

// A module of TypeScript, with its own files but not its packages.
async function bundled(file) {
  const built = fs.mkdtempSync(path.join(os.tmpdir(), "routes-"));
  const outfile = path.join(built, "built.js");
  await require("esbuild").build({ entryPoints: [file], outfile, bundle: true, platform: "node", format: "cjs", packages: "external", logLevel: "silent" });
  const found = require(outfile);
  fs.rmSync(built, { recursive: true });
  return found;
}

async function hapi(folder) {
  const server = await require(path.join(folder, "src/index.js")).init();
  return server.table().map((route) => `${route.method === "*" ? "ANY" : route.method.toUpperCase()} ${route.path}`);
}

async function hono(folder) {
  const { inspectRoutes } = require("hono/dev");
  const app = (await bundled(path.join(folder, "src/index.ts"))).default;
  const routes = inspectRoutes(app).filter((route) => !route.isMiddleware);
  return routes.map((route) => `${route.method === "ALL" ? "ANY" : route.method} ${route.path}`);
}

async function nestjs(folder) {
  const { create } = await bundled(path.join(folder, "src/main.ts"));
  keepMounts();
  const app = await create();
  app.getHttpAdapter().createMiddlewareFactory = () => () => {}; // middlewares for one method stand among the routes, and are none
  await app.init();
  return layers(app.getHttpAdapter().getInstance()._router.stack);
}

async function restify(folder) {
  const write = process.stdout.write;
  process.stdout.write = () => true; // its logger speaks of what is registered
  const server = require(path.join(folder, "src/app.js"));
  process.stdout.write = write;
  return Object.values(server.router.getRoutes()).map((route) => `${route.method} ${route.path}`);
}

async function polka(folder) {
  const inside = (app, prefix) => [
    ...Object.entries(app.routes).flatMap(([method, routes]) =>
      routes.map((parts) => `${method === "*" ? "ANY" : method} ${prefix}${parts[0].old}`)
    ),
    ...Object.entries(app.apps).flatMap(([base, inner]) => inside(inner, prefix + base)),
  ];
  return inside(require(path.join(folder, "src/app.js")), "");
}

const [framework, folder] = process.argv.slice(2);
({ express, fastify, hapi, hono, koa, nestjs, restify, polka })[framework](folder).then((found) => {
  console.log(found.join("\n"));
  process.exit(0);
});
