"""Razor Pages: a route for every file with `@page`, its handlers by the page's model, who may enter by attributes and conventions.

Sources: https://learn.microsoft.com/aspnet/core/razor-pages/, https://learn.microsoft.com/aspnet/core/security/authorization/razor-pages-authorization
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ctxgen.documents import Unreadable
from ctxgen.facts import folder_of
from ctxgen.model import At, Guard
from ctxgen.source.calls import calls
from ctxgen.source.dotnet.attributes import of_class, protection, roles
from ctxgen.source.guards import asking, guard, spelled
from ctxgen.source.languages import Repository
from ctxgen.source.program import Program
from ctxgen.source.routing import Route, Router, join
from ctxgen.source.values import Arguments, ClassValue, FunctionValue, Object, Value

_PAGE = re.compile(r"@page(?:[ \t]{1,9}\"(?P<route>[^\"]{0,200})\")?\s{0,99}")
_FIRST = 40
"""Lines among which the directive stands: before it there are other directives and comments alone."""
_PLACE = re.compile(r"(?:Areas/(?P<area>[^/]+)/)?Pages/(?P<page>.+)\.cshtml\Z")
_HANDLER = re.compile(r"On(Get|Post|Put|Delete|Patch|Head)(?:[A-Z]\w*)?")


class Convention(NamedTuple):
    """What `AddRazorPages` says of a page, or of all pages in a folder: a guard, or the line that opens them."""

    entry: str
    area: str
    path: str
    folder: bool
    guard: Guard | None
    at: At


def add_pages(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`AddRazorPages(o => o.Conventions.AuthorizeFolder("/Admin", "admins"))`."""
    for value in arguments.positional:
        for call in calls(value.function.body) if isinstance(value, FunctionValue) else ():
            called = spelled(call.function).rpartition(".")[2]
            if not re.fullmatch(r"(?:Authorize(?:Area)?|AllowAnonymousTo(?:Area)?)(?:Page|Folder)", called):
                continue
            given = [program.evaluate(each.value, arguments.scope) for each in call.arguments]
            stated = [each for each in given if isinstance(each, str)]
            area = stated.pop(0) if "Area" in called and stated else ""
            if stated:
                at = At(arguments.scope.module.path, call.line)
                asked = roles(stated[1:])
                made = guard(asking(called, asked), at, "authz" if asked else "authn") if called.startswith("Authorize") else None
                kept = Convention(program.entry, area, stated[0].rstrip("/"), called.endswith("Folder"), made, at)
                program.shared.setdefault("razor.conventions", []).append(kept)
    return owner


def map_pages(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.MapRazorPages()`."""
    made = program.below(owner, "endpoint", program.at(arguments))
    program.shared.setdefault("razor.mapped", []).append((program.entry, made))
    return made


def finish(program: Program, lower: Callable[[str], bool]) -> None:
    """The routes of all pages of the programs that map them; `lower` says whether a file's program writes paths in lower case."""
    mapped: list[tuple[str, Object]] = program.shared.get("razor.mapped", [])
    if not mapped or not isinstance(program.sources, Repository):
        return
    models: dict[str, ClassValue] = {}
    for cls in program.classes:
        if cls.path.endswith(".cshtml.cs") and any(_HANDLER.match(method.name) for method in cls.cls.methods):
            models.setdefault(cls.path.removesuffix(".cs"), cls)
    for path in sorted(program.sources.matching("**/*.cshtml")):
        near = [(entry, made) for entry, made in mapped if path.startswith(f"{folder_of(entry)}/" if folder_of(entry) else "")]
        place = _PLACE.search(path)
        if not near or place is None:
            continue
        entry, made = max(near, key=lambda each: len(folder_of(each[0])))
        if isinstance(made.router, Router):
            try:
                text = program.sources.file(path).text
            except Unreadable:
                continue
            for number, line in enumerate(text.lstrip("\ufeff").split("\n", _FIRST)[:_FIRST], 1):
                if (found := _PAGE.fullmatch(line)) is not None:
                    made.router.routes += _routes(program, place, found["route"], At(path, number), models.get(path), entry, lower(path))
                    break


def _routes(
    program: Program, place: re.Match[str], stated: str | None, at: At, cls: ClassValue | None, entry: str, lower: bool
) -> Iterator[Route]:
    area, page = place["area"] or "", f"/{place['page']}"
    plain = re.sub(r"(?:^|/)Index\Z", "", page) or "/"
    base = join(f"/{area}" if area else "", plain)
    path = stated.removeprefix("~") if stated is not None and stated.startswith(("/", "~/")) else join(base, stated or "")
    path = re.sub(r"(?<=/)[^/{]+(?=/|\Z)", lambda match: match[0].lower(), path) if lower else path
    guards, opened = protection(program, [], of_class(program, cls)) if cls is not None else ((), None)
    for each in program.shared.get("razor.conventions", []):
        covers = page == each.path or (each.folder and page.startswith(f"{each.path}/"))
        if each.entry == entry and each.area == area and covers:
            guards = (*guards, each.guard) if each.guard is not None else guards
            opened = opened or (each.at if each.guard is None else None)
    verbs = {"GET": ""}
    for method in cls.cls.methods if cls is not None else ():
        if (handles := _HANDLER.fullmatch(method.name)) is not None and method.public:
            verbs[handles[1].upper()] = verbs.get(handles[1].upper()) or method.name
    for verb, called in verbs.items():
        handler = f"{cls.cls.name}.{called}" if cls is not None and called else cls.cls.name if cls is not None else None
        yield Route((verb,), path, at, handler, guards, public=opened)
