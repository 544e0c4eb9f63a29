"""Pulumi programs in YAML, TypeScript, JavaScript, Python, Go, C# and Java: the resources that they make, with what is written of them.

Sources: https://www.pulumi.com/docs/iac/languages-sdks/, https://www.pulumi.com/docs/iac/concepts/projects/project-file/.
A resource is read as the block that Terraform would have of it, so both tell the same facts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.documents import Node
from ctxgen.model import Fact, Resource
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._calls import Chain, chains, string
from ctxgen.readers._hcl import Block, Value
from ctxgen.readers._jvm_script import Group, Item, Token, is_op, parse, split
from ctxgen.readers._pulumi import Kind, resource_kind, snake, token
from ctxgen.readers._python_env import arguments, descendants, line_of, string_of, text_of
from ctxgen.readers.terraform import resource_facts
from ctxgen.tree import SOURCE_LIMIT, File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

Bindings = dict[str, tuple[str, tuple[str, ...]]]
"""(provider, module) by the name that a program has for it."""

_MAX_DEPTH = 12
_SUPPORT = {"pulumi", "policy", "random", "tls", "command", "time", "null", "std", "external", "local"}
"""Providers without infrastructure of their own."""
_NO_RESOURCE = {"Provider", "Config", "StackReference", "ResourceOptions", "CustomResourceOptions", "ComponentResourceOptions"}


@reads("Pulumi.yaml", "Pulumi.yml")
def read_pulumi_yaml(file: File) -> Iterator[Fact]:
    """The resources of a project whose program is written in YAML."""
    resources = file.yaml().get("resources")
    for title, node in resources.items() if resources is not None else ():
        written = node.get("type")
        kind = token(written.text) if written is not None and written.text else None
        if kind is not None:
            yield from _made(file, kind, title, _of_node("resource", node.get("properties") or Node({}, node.line), node.line, 0))


def _of_node(key: str, node: Node, line: int, depth: int) -> Block:
    values = {snake(each): Value(None if "${" in (said.text or "") else said.text, said.line) for each, said in node.items() if said.text}
    inner = tuple(
        _of_node(snake(each), part, part.line, depth + 1)
        for each, said in node.items()
        for part in (said, *said.elements())
        if isinstance(part.value, dict) and depth < _MAX_DEPTH
    )
    return Block(key, (), line, values, inner)


def _made(file: File, kind: Kind, title: str, block: Block) -> Iterator[Fact]:
    if kind.provider in _SUPPORT or kind.type in _NO_RESOURCE or not re.fullmatch(r"[\w.-]{1,100}", title):
        return
    platform, written = resource_kind(kind)
    if platform == "kubernetes":
        yield Resource(platform="kubernetes", kind=name(written), name=name(title), at=file.at(block.line))
    else:
        yield from resource_facts(file, "pulumi", written, title, block)


# ---------------------------------------------------------------------------------------------- TypeScript and JavaScript

_SCRIPT_IMPORT = re.compile(
    r"(?:import\s{1,9}(?:\*\s{1,9}as\s{1,9}(\w{1,60})|(\w{1,60})|\{([^{}]{1,500})\})\s{1,9}from\s{1,9}|(?:const|let|var)\s{1,9}(?:(\w{1,60})|\{([^{}]{1,500})\})\s{0,9}=\s{0,9}require\(\s{0,9})"
    r"[\"']@pulumi/([\w-]{1,60})((?:/[\w-]{1,60}){0,4})[\"']"
)


@reads("*.ts", "*.js", "*.mts", "*.mjs", limit=SOURCE_LIMIT, contains=(b"@pulumi/",), excludes=("*.d.ts", "*.min.js"))
def read_pulumi_script(file: File) -> Iterator[Fact]:
    """`new aws.rds.Instance("db", { engine: "postgres" })`."""
    bindings: Bindings = {}
    for found in _SCRIPT_IMPORT.finditer(file.text):
        module = tuple(found[7].strip("/").split("/")) if found[7] else ()
        for whole in (found[1], found[2], found[4]):
            if whole:
                bindings[whole] = (found[6], module)
        for part in (found[3] or found[5] or "").split(","):
            if named := re.fullmatch(r"\s{0,40}(\w{1,60})(?:\s{1,9}as\s{1,9}(\w{1,60})|\s{0,9}:\s{0,9}(\w{1,60}))?\s{0,40}", part):
                bindings[named[2] or named[3] or named[1]] = (found[6], (*module, named[1]))
    if not bindings.keys() - _SUPPORT:
        return
    for node in descendants(file.syntax("typescript/typescript")):
        if node.type != "new_expression":
            continue
        kind = _bound(text_of(node.child_by_field_name("constructor"))[:200], bindings)
        given = node.child_by_field_name("arguments")
        said = [child for child in given.named_children if child.type != "comment"] if given is not None else []
        if kind is None or not said or said[0].type not in ("string", "template_string"):
            continue
        title = text_of(said[0]).strip("\"'`") if "$" not in text_of(said[0]) else kind.type.lower()
        described = said[1] if len(said) > 1 else said[0]
        yield from _made(file, kind, title, _of_object("resource", described, line_of(node), 0))


def _bound(path: str, bindings: Bindings) -> Kind | None:
    """The kind that a dotted path names by what the program imports."""
    head, *rest = path.split(".")
    if head not in bindings or not all(re.fullmatch(r"\w{1,80}", part) for part in rest):
        return None
    provider, module = bindings[head]
    parts = [*module, *rest]
    return Kind(provider, tuple(parts[:-1]), parts[-1]) if parts and parts[-1][:1].isupper() else None


def _of_object(key: str, node: Syntax, line: int, depth: int) -> Block:
    """An object literal as a block; what is computed has no text."""
    values: dict[str, Value] = {}
    inner: list[Block] = []
    for pair in node.named_children if node.type == "object" and depth < _MAX_DEPTH else ():
        value = pair.child_by_field_name("value") if pair.type == "pair" else None
        if value is None:
            continue
        named, text = snake(text_of(pair.child_by_field_name("key")).strip("\"'`")), text_of(value)
        parts = value.named_children if value.type == "array" else [value]
        inner += [_of_object(named, part, line_of(part), depth + 1) for part in parts if part.type == "object"]
        if value.type == "string":
            values[named] = Value(text[1:-1], line_of(pair))
        elif value.type in ("number", "true", "false"):
            values[named] = Value(text, line_of(pair))
        elif value.type != "object":
            values[named] = Value(None, line_of(pair))
    return Block(key, (), line, values, tuple(inner))


# ---------------------------------------------------------------------------------------------- Python

_PYTHON_IMPORT = re.compile(
    r"^(?:import\s+pulumi_(\w{1,60})((?:\.\w{1,60}){0,4})(?:\s+as\s+(\w{1,60}))?|from\s+pulumi_(\w{1,60})((?:\.\w{1,60}){0,4})\s+import\s+\(?([^()\n]{1,500}))",
    re.MULTILINE,
)


@reads("*.py", limit=SOURCE_LIMIT, contains=(b"pulumi_",))
def read_pulumi_python(file: File) -> Iterator[Fact]:
    """`aws.rds.Instance("db", engine="postgres")`."""
    bindings: Bindings = {}
    for found in _PYTHON_IMPORT.finditer(file.text):
        provider = (found[1] or found[4]).replace("_", "-")
        module = tuple(part for part in (found[2] or found[5] or "").split(".") if part)
        if found[1]:
            bindings[found[3] or f"pulumi_{found[1]}"] = (provider, module)
        for part in (found[6] or "").split(","):
            if named := re.fullmatch(r"\s{0,40}(\w{1,60})(?:\s+as\s+(\w{1,60}))?\s{0,40}", part):
                bindings[named[2] or named[1]] = (provider, (*module, named[1]))
    if not bindings:
        return
    for node in descendants(file.syntax("python")):
        if node.type != "call":
            continue
        kind = _bound(text_of(node.child_by_field_name("function"))[:200], bindings)
        if kind is None or kind.type.endswith("Args"):
            continue
        positional, keywords = arguments(node)
        title = string_of(positional[0]) if positional else string_of(keywords.get("resource_name"))
        if title is not None:
            title = title if "{" not in title else kind.type.lower()
            yield from _made(file, kind, title, _of_call("resource", node, line_of(node), 0))


def _of_call(key: str, node: Syntax, line: int, depth: int) -> Block:
    """The keyword arguments of a call (or the pairs of a dictionary) as a block; an object of arguments may stand at its second place."""
    pairs: list[tuple[str, Syntax]] = []
    if node.type == "call":
        positional, keywords = arguments(node)
        pairs = list(keywords.items())
        if len(positional) > 1 and positional[1].type in ("call", "dictionary") and depth < _MAX_DEPTH:
            inside = _of_call(key, positional[1], line, depth + 1)
            return inside if not pairs else Block(key, (), line, inside.values, inside.blocks)
    elif node.type == "dictionary":
        for pair in node.named_children:
            called, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if pair.type == "pair" and value is not None and (text := string_of(called)):
                pairs.append((text, value))
    values: dict[str, Value] = {}
    inner: list[Block] = []
    for called_, value in pairs if depth < _MAX_DEPTH else ():
        named = snake(called_)
        parts = value.named_children if value.type == "list" else [value]
        inner += [_of_call(named, part, line_of(part), depth + 1) for part in parts if part.type in ("call", "dictionary")]
        plain = (
            string_of(value)
            if value.type in ("string", "concatenated_string")
            else text_of(value)
            if value.type in ("integer", "float", "true", "false")
            else None
        )
        values[named] = Value(plain if plain is None or "{}" not in plain else None, line_of(value))
    return Block(key, (), line, values, tuple(inner))


# ---------------------------------------------------------------------------------------------- Go, C#, Java

_GO_IMPORT = re.compile(
    r"(?:(\w{1,60})\s{1,9})?\"github\.com/pulumi/pulumi-[\w-]{1,60}/sdk(?:/v\d{1,3})?/go/([\w-]{1,60})((?:/[\w.-]{1,60}){1,5})\""
)
_CSHARP_USING = re.compile(
    r"^\s{0,40}using\s{1,9}(?:(\w{1,60})\s{0,9}=\s{0,9})?Pulumi\.(\w{1,60})((?:\.\w{1,60}){0,5})\s{0,9};", re.MULTILINE
)
_JAVA_IMPORT = re.compile(r"^\s{0,40}import\s{1,9}com\.pulumi\.(\w{1,60})((?:\.\w{1,60}){1,5})\.(\w{1,80})\s{0,9};", re.MULTILINE)
_WRAPPER = re.compile(r"(?:String|Int|Bool|Float64|StringPtr|IntPtr|BoolPtr|of)")


@reads("*.go", limit=SOURCE_LIMIT, contains=(b"github.com/pulumi/pulumi-",), excludes=("*_test.go",))
def read_pulumi_go(file: File) -> Iterator[Fact]:
    """`rds.NewInstance(ctx, "db", &rds.InstanceArgs{Engine: pulumi.String("postgres")})`."""
    bindings: Bindings = {}
    for found in _GO_IMPORT.finditer(file.text):
        module = tuple(part for part in found[3].strip("/").split("/") if part)
        bindings[found[1] or module[-1]] = (found[2], module)
    for chain in chains(parse(file.text)) if bindings else ():
        call = chain.calls[0]
        if call.name.startswith("New") and (kind := _bound(f"{chain.root}.{call.name[3:]}", bindings)) is not None:
            yield from _described(file, kind, call.arguments[1:], chain)


@reads("*.cs", limit=SOURCE_LIMIT, contains=(b"Pulumi.",))
def read_pulumi_csharp(file: File) -> Iterator[Fact]:
    """`new Aws.Rds.Instance("db", new Aws.Rds.InstanceArgs { Engine = "postgres" })`."""
    bindings: Bindings = {}
    opened: list[tuple[str, tuple[str, ...]]] = []
    for found in _CSHARP_USING.finditer(file.text):
        provider, module = _provider(found[2]), tuple(part.lower() for part in found[3].split(".") if part)
        if found[1]:
            bindings[found[1]] = (provider, module)
        else:
            opened.append((provider, module))
    for chain in chains(parse(file.text)):
        parts = [part for part in chain.root.split(".") if part]
        if not chain.made or chain.calls[0].name.endswith("Args"):
            continue
        kind = _csharp_kind(parts, chain.calls[0].name, bindings, opened)
        if kind is not None and kind.provider not in _SUPPORT:
            yield from _described(file, kind, chain.calls[0].arguments, chain)


def _provider(namespace: str) -> str:
    return {"Gcp": "gcp", "AzureNative": "azure-native", "AwsNative": "aws-native", "AzureAD": "azuread"}.get(namespace, namespace.lower())


def _csharp_kind(parts: list[str], type_: str, bindings: Bindings, opened: list[tuple[str, tuple[str, ...]]]) -> Kind | None:
    """By an alias, by the whole name, or by the one namespace that is opened; of several with a bare name only the provider is sure."""
    if parts and parts[0] in bindings:
        provider, module = bindings[parts[0]]
        return Kind(provider, (*module, *(part.lower() for part in parts[1:])), type_)
    if len(parts) > 1 and parts[0] == "Pulumi":
        return Kind(_provider(parts[1]), tuple(part.lower() for part in parts[2:]), type_)
    if parts:
        return None
    if len(opened) == 1:
        return Kind(*opened[0], type_)
    providers = {provider for provider, _ in opened}
    return Kind(providers.pop(), (), type_) if len(providers) == 1 else None


@reads("*.java", "*.kt", limit=SOURCE_LIMIT, contains=(b"com.pulumi.",))
def read_pulumi_java(file: File) -> Iterator[Fact]:
    """`new Instance("db", InstanceArgs.builder().engine("postgres").build())`."""
    bindings: Bindings = {
        found[3]: (
            _provider(found[1].title()) if found[1] != "azurenative" else "azure-native",
            (*found[2].strip(".").split("."), found[3]),
        )
        for found in _JAVA_IMPORT.finditer(file.text)
    }
    for chain in chains(parse(file.text)) if bindings else ():
        call = chain.calls[0]
        if not chain.root and not call.name.endswith("Args") and (kind := _bound(call.name, bindings)) is not None:
            yield from _described(file, kind, call.arguments, chain)


def _described(file: File, kind: Kind, said: list[list[Item]], chain: Chain) -> Iterator[Fact]:
    title = string(said[0]) if said else None
    if said and (title is not None or kind.provider):
        block = _of_items("resource", said[1], chain.line, 0) if len(said) > 1 else Block("resource", (), chain.line, {}, ())
        yield from _made(file, kind, title if title is not None else kind.type.lower(), block)


def _of_items(key: str, items: list[Item], line: int, depth: int) -> Block:
    """The fields of an initialiser in braces, or the calls of a builder, as a block."""
    values: dict[str, Value] = {}
    inner: list[Block] = []
    for named, value, at in _fields(items) if depth < _MAX_DEPTH else ():
        text = _literal(value)
        if text is None and any(isinstance(item, Group) for item in value):
            below = _of_items(snake(named), value, at, depth + 1)
            inner += [below] if below.values or below.blocks else []
        values[snake(named)] = Value(text, at)
    return Block(key, (), line, values, tuple(inner))


def _fields(items: list[Item]) -> Iterator[tuple[str, list[Item], int]]:
    for index, item in enumerate(items):
        if not isinstance(item, Group):
            continue
        before = items[index - 1] if index else None
        if item.open == "{":
            for part in split(item.items, ","):
                head = part[0]
                if len(part) > 2 and isinstance(head, Token) and head.kind in ("word", "string") and is_op(part[1], ":", "="):
                    yield head.text, part[2:], head.line
                elif isinstance(head, Group) or any(isinstance(each, Group) and each.open == "{" for each in part):
                    yield from _fields(part)
        elif item.open == "(" and isinstance(before, Token) and before.kind == "word" and index > 1 and is_op(items[index - 2], "."):
            yield before.text, item.items, before.line


def _literal(value: list[Item]) -> str | None:
    """A literal, itself or in a wrapper: `pulumi.String("postgres")`, `Output.Create(…)` is none."""
    plain = [item for item in value if not (isinstance(item, Token) and item.kind == "newline")]
    if len(plain) == 1 and isinstance(plain[0], Token) and (plain[0].kind in ("string", "number") or plain[0].text in ("true", "false")):
        return plain[0].text if "$" not in plain[0].text else None
    last = plain[-1] if plain else None
    if isinstance(last, Group) and last.open == "(" and len(plain) <= 4:
        called = plain[-2] if len(plain) > 1 else None
        if isinstance(called, Token) and _WRAPPER.fullmatch(called.text):
            return _literal(last.items)
    return None
