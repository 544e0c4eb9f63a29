"""OpenAPI 2 (Swagger) and 3 descriptions, in JSON and YAML: the version of the specification, servers, and security schemes.

Sources: https://spec.openapis.org/oas/v3.1.1.html, https://spec.openapis.org/oas/v2.0.html.  Descriptions are long and
most of one is schemas, so only the sections that are asked for are parsed.  Titles and descriptions are free text and
not carried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node, Unreadable, parse_yaml
from ctxgen.model import ConfigKey, Fact, Operation, Resource
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import reads
from ctxgen.tree import File

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_YAML_START = re.compile(rb"^[\"']?(openapi|swagger)[\"']?[ \t]*:[ \t]*[\"']?[23]\.", re.MULTILINE)
_JSON_START = re.compile(rb"\A\s*\{.{0,2000}?\"(openapi|swagger)\"\s*:\s*\"[23]\.", re.DOTALL)
_SECTION = re.compile(r"^[\"']?([A-Za-z][\w-]*)[\"']?[ \t]*:", re.MULTILINE)
_IDENTIFIER = re.compile(r"[A-Za-z_][\w.-]{0,100}")
_VERSION = re.compile(r"[23]\.\d(?:\.\d+)?(?:-[\w.]+)?")
_TYPES = {"apikey", "http", "oauth2", "openidconnect", "mutualtls", "basic"}
_SCHEMES = {"basic", "bearer", "digest", "hoba", "mutual", "negotiate", "scram-sha-1", "scram-sha-256", "vapid", "dpop", "gnap"}
_FORMATS = {"jwt", "opaque", "paseto"}


@reads("*.yml", "*.yaml", contains=(b"openapi", b"swagger"))
def read_openapi_yaml(file: File) -> Iterator[Fact]:
    """A description in YAML; templates of other tools that hold one are none."""
    if not _YAML_START.search(file.data):
        return
    sections = dict(_sections(file.text))
    top: dict[str, Node] = {}
    for key in ("openapi", "swagger", "schemes", "host", "servers", "securityDefinitions", "paths", "components"):
        if key not in sections:
            continue
        line, text = sections[key]
        if key == "paths":
            top[key] = _paths(text, line)
        else:
            if key == "components":
                line, text = _subsection(text, line, "securitySchemes")
            top.update(_parsed(text, line))
    yield from _described(file, Node(top, 1))
    if "openapi" in sections or "swagger" in sections:
        yield from _operations(file, sections.get("paths"))


@reads(
    "*openapi*.json", "*swagger*.json", "*api*.json", "*spec*.json", "v[0-9]*.json", "**/openapi/*.json", "**/swagger/*.json", "**/specs/*.json",
    contains=(b'"openapi"', b'"swagger"'),
)  # fmt: skip
def read_openapi_json(file: File) -> Iterator[Fact]:
    """A description in JSON."""
    if not _JSON_START.match(file.data):
        return
    yield from _described(file, file.json())
    for path, item in (file.json().get("paths") or Node({}, 1)).items():
        for method, operation in item.items():
            said = operation.get("operationId") if isinstance(operation.value, dict) else None
            if said is not None and said.text and method.lower() in _METHODS:
                yield from _operation(file, said.text, method, path, said.line)


def _described(file: File, root: Node) -> Iterator[Fact]:
    said = root.get("openapi") or root.get("swagger")
    stated = said.text if said is not None else None
    if said is None or stated is None or not _VERSION.fullmatch(stated):
        return
    paths = root.get("paths") or Node({}, 1)
    operations = sum(1 for _, item in paths.items() for method, _ in item.items() if method.lower() in _METHODS)
    counted = ((name("paths"), Opaque(str(sum(1 for _ in paths.items())))), (name("operations"), Opaque(str(operations))))
    attributes = (*counted, *dict.fromkeys(_servers(root)))
    yield Resource(platform="other", kind=name("openapi"), version=version(stated), attributes=attributes, at=file.at(said.line))
    for holder in (root.get("components", "securitySchemes"), root.get("securityDefinitions")):
        for _, scheme in holder.items() if holder is not None else ():
            yield from _security(file, scheme)


def _servers(root: Node) -> Iterator[tuple[Name, Opaque]]:
    """Schemes and ports where the interface is served; what a path alone says is nothing."""
    for server in _elements(root.get("servers")):
        url = server.get("url")
        said = Opaque(url.text) if url is not None and url.text else Opaque("")
        if (scheme := said.scheme()) is not None:
            yield name("scheme"), Opaque(scheme)
        if (port := said.port()) is not None:
            yield name("port"), Opaque(str(port))
    for scheme_node in _elements(root.get("schemes")):
        if (word := Opaque(scheme_node.text or "").word({"http", "https", "ws", "wss"})) is not None:
            yield name("scheme"), Opaque(word)


def _elements(node: Node | None) -> Iterator[Node]:
    return iter(()) if node is None else node.elements()


def _security(file: File, scheme: Node) -> Iterator[ConfigKey]:
    """One security scheme as `openapi.security.<type>`, with the HTTP scheme and the format of its token where they are known words."""
    stated = {key: Opaque(node.text) for key, node in scheme.items() if node.text}
    kind = stated["type"].word(_TYPES) if "type" in stated else None
    if kind is None:
        return
    said = scheme.get("type")
    detail = stated["scheme"].word(_SCHEMES) if "scheme" in stated else None
    token = stated["bearerFormat"].word(_FORMATS) if "bearerFormat" in stated else None
    if kind == "apikey":  # version 2 has no other way to describe a token in the usual header
        detail = stated["in"].word({"header", "query", "cookie"}) if "in" in stated else None
        token = stated["name"].word({"authorization"}) if "name" in stated else None
    written = "-".join(part for part in (detail, token) if part)
    at = file.at(said.line if said is not None else scheme.line)
    yield ConfigKey(key=name(f"openapi.security.{kind}"), value=Opaque(written), dialect="other", at=at)


def _operation(file: File, identifier: str, method: str, path: str, line: int) -> Iterator[Operation]:
    if _IDENTIFIER.fullmatch(identifier) and path.startswith("/"):
        yield Operation(name=name(identifier), method=name(method.upper()), path=name(path), at=file.at(line))


# ---------------------------------------------------------------------------------------------- sections of a YAML text


def _operations(file: File, section: tuple[int, str] | None) -> Iterator[Operation]:
    """The operations of the section of paths, by indentation."""
    if section is None:
        return
    line, text = section
    levels: list[int] = []
    path = method = ""
    for number, each in enumerate(text.split("\n")[1:], line + 1):
        stripped = each.strip()
        if not stripped or stripped.startswith("#") or ":" not in stripped:
            continue
        indent = len(each) - len(each.lstrip())
        key, _, value = stripped.partition(":")
        key = key.strip("\"'")
        if not levels or indent == levels[0]:
            levels, path, method = [indent], key, ""
        elif indent > levels[0] and (len(levels) == 1 or indent == levels[1]):
            levels, method = [levels[0], indent], key.lower()
        elif key == "operationId" and method in _METHODS:
            yield from _operation(file, value.partition(" #")[0].strip().strip("\"'"), method, path, number)


def _sections(text: str) -> Iterator[tuple[str, tuple[int, str]]]:
    """The top-level keys of a block mapping with the line and text of each."""
    starts = [*_SECTION.finditer(text)]
    line, last = 1, 0
    for start, end in zip(starts, [*(following.start() for following in starts[1:]), len(text)], strict=True):
        line += text.count("\n", last, start.start())
        last = start.start()
        yield start[1], (line, text[start.start() : end])


def _subsection(text: str, line: int, key: str) -> tuple[int, str]:
    """A section with nothing but one of the mappings under it, found by indentation."""
    lines = text.split("\n")
    start = next((index for index, each in enumerate(lines) if re.match(rf"[ ]+[\"']?{key}[\"']?[ ]*:", each)), None)
    if start is None:
        return line, ""
    indent = len(lines[start]) - len(lines[start].lstrip())
    end = next(
        (
            index
            for index in range(start + 1, len(lines))
            if lines[index].strip()
            and not lines[index].lstrip().startswith("#")
            and len(lines[index]) - len(lines[index].lstrip()) <= indent
        ),
        len(lines),
    )
    return line, "\n".join([lines[0], *([""] * (start - 1)), *lines[start:end]])


def _paths(text: str, line: int) -> Node:
    """Paths with their methods, by indentation: the first level below the key, and the second below that."""
    found: dict[str, Node] = {}
    levels: list[int] = []
    current: Node | None = None
    for number, each in enumerate(text.split("\n")[1:], line + 1):
        stripped = each.strip()
        if not stripped or stripped.startswith("#") or ":" not in stripped:
            continue
        indent = len(each) - len(each.lstrip())
        key = stripped.partition(":")[0].strip("\"'")
        if not levels:
            levels = [indent]
        if indent == levels[0] and key.startswith("/"):
            current = found[f"{number}"] = Node({}, number)
            levels = levels[:1]
        elif current is not None and indent > levels[0]:
            if len(levels) == 1:
                levels.append(indent)
            if indent == levels[1]:
                current.value[key] = Node(None, number)
    return Node(found, line)


def _parsed(text: str, line: int) -> dict[str, Node]:
    """The mapping that a section is by itself, with lines of the whole file; nothing where it needs others (an alias)."""
    try:
        documents = parse_yaml(text)
    except Unreadable:
        return {}
    return {key: _moved(node, line - 1) for document in documents[:1] for key, node in document.items()}


def _moved(node: Node, by: int) -> Node:
    if isinstance(node.value, dict):
        return Node({key: _moved(child, by) for key, child in node.value.items()}, node.line + by)
    if isinstance(node.value, list):
        return Node([_moved(child, by) for child in node.value], node.line + by)
    return Node(node.value, node.line + by)
