"""Routes of Play: the lines of routes files with what they include, and the patterns of its string interpolating DSL.

Sources: https://www.playframework.com/documentation/3.0.x/ScalaRouting, https://www.playframework.com/documentation/3.0.x/ScalaSirdRouter,
https://www.playframework.com/documentation/3.0.x/sbtSubProjects.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import count, islice
from typing import NamedTuple

from msgspec.structs import replace

from ctxgen.documents import Unreadable
from ctxgen.facts import folder_of
from ctxgen.model import At, Endpoint
from ctxgen.opaque import Name, name
from ctxgen.readers._jvm_script import Item, is_op
from ctxgen.source.guards import guard
from ctxgen.source.languages import Repository
from ctxgen.source.program import Program
from ctxgen.source.routing import join, parameters
from ctxgen.source.scala.definitions import Definition, Definitions, definitions_of, group, lists, names, string, word
from ctxgen.source.scala.drawing import Drawing, Route, Use
from ctxgen.source.scala.http4s import VERBS

_LINE = re.compile(
    r"(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s{1,80}(?P<path>/\S{0,300}|)\s{1,200}@?(?P<handler>[A-Za-z_][\w.$]{0,200})"
)
_INCLUDE = re.compile(r"->\s{1,80}(?P<path>/\S{0,300})\s{1,200}(?P<router>[A-Za-z_][\w.$]{0,200})")
_REGEX = re.compile(r"\$([A-Za-z_]\w{0,60})<[^<>]{0,200}>")
_ACTION = re.compile(r"(?i)action|auth|secured|logged|signed")
_OPEN = re.compile(r"(?i)unsecured|aware|option|anonymous|guest|unauth")
"""What actions are called that also let those in who are not known."""
_FILES = ("conf/routes", "**/conf/routes", "conf/*.routes", "**/conf/*.routes")
_MOST_DEPTH = 8
_MOST_ITEMS = 200
"""Items behind an arrow that may name what answers."""
_MOST_INCLUDES = 2_000
_MOST_ROUTES = 20_000


class _Included(NamedTuple):
    path: str
    router: str


class _File(NamedTuple):
    """A routes file: its own lines and what it includes."""

    lines: list[tuple[str, str, str, At]]
    included: list[_Included]


def routes(program: Program) -> None:
    """The endpoints of routes files alone, for a repository in another language of the JVM."""
    program.facts += _all(program, _files(program), None)


def finish(program: Program) -> None:
    """The endpoints of routes files, and of routers that code draws."""
    drawing = Drawing(definitions_of(program), "play-framework")
    files = _files(program)
    told = list(_all(program, files, drawing))
    for definition in drawing.definitions.all:
        for items in definition.lists:
            for inner in lists(items):
                drawing.routes[definition] += _patterns(definition, inner)
            drawing.use(definition, (Use(each) for each in names(items)))
    program.facts += (_with_guards(each, drawing.definitions) for each in (*told, *drawing.endpoints(program)))


def _all(program: Program, files: dict[str, _File], drawing: Drawing | None) -> Iterator[Endpoint]:
    """The endpoints of routes files; the program is told where they are left off."""
    found = _endpoints(files, drawing)
    yield from islice(found, _MOST_ROUTES)
    if (left := next(found, None)) is not None:
        program.note(left.at, "too-complex", "the routes of routes files are told only in part: there are too many")


def _files(program: Program) -> dict[str, _File]:
    sources = program.sources
    if not isinstance(sources, Repository):
        return {}
    found: dict[str, _File] = {}
    for path in sorted({path for pattern in _FILES for path in sources.matching(pattern)}):
        try:
            file = sources.file(path)
        except Unreadable:
            continue
        read = _File([], [])
        for number, line in enumerate(file.lines, 1):
            written = line.strip()
            at = file.at(number)
            if written.startswith("->") and (match := _INCLUDE.match(written)):
                read.included.append(_Included(match["path"], match["router"]))
            elif match := _LINE.match(written):
                path_of = parameters(_REGEX.sub(r"{\1}", match["path"] or "/"))
                read.lines.append((match["method"], path_of, match["handler"], at))
        found[path] = read
    return found


def _endpoints(files: dict[str, _File], drawing: Drawing | None) -> Iterator[Endpoint]:
    """The routes of files that none includes, with those that they include; classes of routers that they include are told where they stand."""
    by_router: dict[str, list[str]] = defaultdict(list)
    for path in files:
        stem = path.rpartition("/")[2].removesuffix(".routes")
        by_router["router.Routes" if stem == "routes" else f"{stem}.Routes"].append(path)
    steps = count()
    included = {path for file in files.values() for each in file.included for path in by_router.get(each.router, ())}
    for path, file in files.items():
        if path not in included or path.endswith("/conf/routes") or path == "conf/routes":
            yield from _told(files, by_router, drawing, path, file, "", 0, steps)


def _told(
    files: dict[str, _File],
    by_router: dict[str, list[str]],
    drawing: Drawing | None,
    path: str,
    file: _File,
    prefix: str,
    depth: int,
    steps: Iterator[int],
) -> Iterator[Endpoint]:
    """The lines of a file below a prefix, and those of what it includes; `steps` counts what all files include."""
    for method, route, handler, at in file.lines:
        yield Endpoint(
            method=Name(method),
            path=name(join(prefix, route) or "/"),
            handler=name(".".join(handler.split(".")[-2:])),
            technology=Name("play-framework"),
            at=at,
        )
    for each in file.included:
        if next(steps) > _MOST_INCLUDES:
            return
        below = join(prefix, each.path)
        known = [other for other in by_router.get(each.router, ()) if other != path]
        known.sort(key=lambda other: (folder_of(other) != folder_of(path), other))
        for other in known[:1] if depth < _MOST_DEPTH else ():
            yield from _told(files, by_router, drawing, other, files[other], below, depth + 1, steps)
        if not known and drawing is not None:
            holder = Definition("", "", At(path, 1))
            drawing.use(holder, (Use(each.router.rpartition(".")[2], below),))


def _patterns(definition: Definition, items: list[Item]) -> Iterator[Route]:
    """`case GET(p"/orders/$id" ? q"page=$page") => orders.show(id)`."""
    for index, item in enumerate(items[:-1]):
        given = group(items[index + 1], "(") if word(item) in VERBS else None
        if given is None or len(given) < 2 or word(given[0]) != "p" or (text := string(given[1])) is None:
            continue
        path = re.sub(
            r"\$\{([A-Za-z_]\w{0,60})\}(?:<[^<>]{0,200}>)?|\$\{[^{}]{0,200}\}(?:<[^<>]{0,200}>)?",
            lambda found: f"{{{found[1] or 'value'}}}",
            text,
        )
        path = path.replace("*}", "}").rstrip("*").replace("{_}", "{value}")
        end = next((each for each in range(index + 2, min(len(items), index + 8)) if is_op(items[each], "=>")), None)
        handler = ""
        for each in items[end + 1 : end + _MOST_ITEMS] if end is not None else ():
            if word(each):
                handler += word(each)
            elif is_op(each, "."):
                handler += "."
            elif handler or getattr(each, "kind", "") != "newline":
                break
        yield Route(word(item), path or "/", At(definition.at.path, item.line), handler=handler.rstrip("."))


def _with_guards(endpoint: Endpoint, definitions: Definitions) -> Endpoint:
    """An endpoint with the action that its method builds on, where that asks who somebody is: `SecuredAction.async { … }`, `authenticated { … }`."""
    owner, _, member = (endpoint.handler or "").rpartition(".")
    methods = definitions.methods.get((owner.lower(), member), [])
    value = methods[0].value if len(methods) == 1 else []
    for index, item in enumerate(value[:9]):
        said = word(item)
        if not said and not is_op(item, "."):
            break
        if said and not _OPEN.search(said) and (index == 0 or is_op(value[index - 1], ".")) and _ACTION.search(said):
            found = guard(said, At(methods[0].at.path, item.line))
            if found is not None and found.kind in ("authn", "authz"):
                return replace(endpoint, guards=(*endpoint.guards, found), access="guarded")
    return endpoint
