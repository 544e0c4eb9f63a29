"""Active Admin: the pages that files below `app/admin` register, where `ActiveAdmin.routes(self)` draws them.

Sources: https://activeadmin.info/2-resource-customization.html, https://activeadmin.info/10-custom-pages.html, https://activeadmin.info/8-custom-actions.html,
https://github.com/activeadmin/activeadmin/blob/master/lib/active_admin/router.rb.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import inflection

from ctxgen.model import At, Guard
from ctxgen.source.guards import guard
from ctxgen.source.program import Program
from ctxgen.source.routing import join
from ctxgen.source.ruby.rails_drawing import level_of
from ctxgen.source.values import UNKNOWN, Arguments, Object, Value

_NAMESPACE = re.compile(r"^[ \t]{0,12}config\.default_namespace\s{0,4}=\s{0,4}(?::(\w{1,60})|[\"'](\w{1,60})[\"']|(false))", re.MULTILINE)
_AUTHENTICATES = re.compile(r"^[ \t]{0,12}config\.authentication_method\s{0,4}=\s{0,4}:(\w{1,60}!?)", re.MULTILINE)
_REGISTERED = re.compile(
    r"^[ \t]{0,12}ActiveAdmin\.register(?P<page>_page)?[ (]{1,4}(?:(?P<model>(?:::)?[A-Z][\w:]{0,100})|[\"'](?P<title>[^\"'\n]{1,80})[\"'])(?P<rest>[^\n]{0,300})$",
    re.MULTILINE,
)
_OPTION = re.compile(r"\b(as|namespace):\s{0,4}(?:[\"']([^\"'\n]{1,80})[\"']|:(\w{1,60})|(false))")
_ACTIONS = re.compile(r"^[ \t]{1,2}actions[ (]{1,3}([^\n]{1,200})$", re.MULTILINE)
_CUSTOM = re.compile(
    r"^[ \t]{1,20}(member|collection|page)_action[ (]{1,3}:(\w{1,60})(?:[^\n]{0,80}?\bmethod:\s{0,3}(\[[^\]\n]{0,60}\]|:\w{1,10}))?",
    re.MULTILINE,
)
_BELONGS = re.compile(r"^[ \t]{1,2}belongs_to[ (]{1,3}:(\w{1,60})(?![^\n]{0,80}\boptional:\s{0,3}true)", re.MULTILINE)
_VERBS = {"index": "GET", "show": "GET", "new": "GET", "edit": "GET", "create": "POST", "update": "PATCH PUT", "destroy": "DELETE"}
_MOST = 500
"""Pages of one application."""


def _settings(path: str) -> str:
    return f"{path[: path.rfind('config/')]}config/initializers/active_admin.rb" if "config/" in path else ""


def namespace(program: Program, path: str) -> str | None:
    """The namespace of the application whose routes the file at `path` draws: `admin` unless its settings say another, None where there is none."""
    found = _NAMESPACE.search(program.resolver.text(_settings(path)))  # type: ignore[attr-defined]
    return "admin" if found is None else found[1] or found[2]


def routes(program: Program, arguments: Arguments) -> Value:
    """`ActiveAdmin.routes(self)` in the block that draws."""
    owner = next((each for each in (arguments.get(0), arguments.scope.receiver) if isinstance(each, Object)), None)
    if owner is None or owner.router is None:
        return UNKNOWN
    drawing = program.at(arguments).path
    settings = _settings(drawing)
    text = program.resolver.text(settings)  # type: ignore[attr-defined]
    found = _AUTHENTICATES.search(text)
    made = guard(found[1], At(settings, text.count("\n", 0, found.end()) + 1), "authn") if found is not None else None
    guards = (made,) if made is not None else ()
    base, usual = level_of(owner).base, namespace(program, drawing)
    folder = f"{drawing[: drawing.rfind('config/')]}app/admin/"
    pages = 0
    for file in program.sources.paths if program.sources is not None else ():
        if file.startswith(folder) and file.endswith(".rb"):
            for each in _pages(program, owner, file, base, usual, guards):
                pages += each
                if pages > _MOST:
                    return UNKNOWN
    return UNKNOWN


def _pages(program: Program, owner: Object, file: str, base: str, usual: str | None, guards: tuple[Guard, ...]) -> Iterator[int]:
    """Draw what a file registers; one for each page."""
    text = program.resolver.text(file)  # type: ignore[attr-defined]
    stated = list(_REGISTERED.finditer(text))
    for index, found in enumerate(stated):
        body = text[found.end() : stated[index + 1].start() if index + 1 < len(stated) else len(text)]
        options = {each[1]: each[2] or each[3] or "" for each in _OPTION.finditer(found["rest"])}
        within = options.get("namespace", usual)
        at = At(file, text.count("\n", 0, found.start()) + 1)
        title = options.get("as") or found["model"] or found["title"]
        name = inflection.underscore(re.sub(r"::|[ /]", "_", title.strip(":")))
        name = name if found["page"] else inflection.pluralize(name)
        outer = _BELONGS.search(body)
        above = join(inflection.pluralize(outer[1]), f":{outer[1]}_id") if outer is not None else ""
        collection = "/".join(part for part in (base.rstrip("/"), within or "", above.strip("/"), name) if part)
        module = f"{inflection.camelize(within)}::" if within else ""
        for verbs, path, action in _routes(body, page=bool(found["page"])):
            whole = join(collection, path)
            program.add_route(owner, verbs, [whole], at, f"{module}{inflection.camelize(name)}Controller#{action}", guards)
        yield 1


def _routes(body: str, *, page: bool) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """The methods, paths below the page's own and actions that the block of a page has."""
    if page:
        yield ("GET",), "", "index"
    for action in () if page else _actions(body):
        path = {"index": "", "create": "", "new": "new", "edit": ":id/edit"}.get(action, ":id")
        yield tuple(_VERBS[action].split()), path, action
    for found in _CUSTOM.finditer(body):
        verbs = tuple(each.upper() for each in re.findall(r"\w+", found[3] or "get"))
        yield verbs, join(":id", found[2]) if found[1] == "member" else found[2], found[2]


def _actions(body: str) -> list[str]:
    """`actions :index, :show`, `actions :all, except: [:destroy]`."""
    found = _ACTIONS.search(body)
    if found is None:
        return list(_VERBS)
    kept, _, left_out = found[1].partition("except:")
    named, without = set(re.findall(r"\w+", kept)), set(re.findall(r"\w+", left_out))
    return [each for each in _VERBS if ("all" in named or each in named) and each not in without]
