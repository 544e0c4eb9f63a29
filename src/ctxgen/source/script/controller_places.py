"""Where controllers that decorators make are put: on which router, below which prefixes.

Sources: https://tsed.dev/docs/controllers.html#routing, https://tsoa-community.github.io/docs/generating.html,
https://github.com/inversify/inversify-express-utils#the-basics, https://github.com/typestack/routing-controllers#prefix-all-controllers-routes
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from ctxgen.documents import Unreadable
from ctxgen.facts import folder_of
from ctxgen.model import At
from ctxgen.source.languages import Repository
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.routing import Router, join
from ctxgen.source.script.decorators import Mark, of_class
from ctxgen.source.script.library import FILE, matching
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, FunctionValue, ModuleValue, Object, Value

MAX_DEPTH = 8


def host(program: Program, technology: str, at: At, prefix: str = "", below: Router | None = None) -> Router:
    """A router that the controllers of a technology are put on, below another one if that is given."""
    made = Router(technology, at, prefix=prefix)
    program.routers.append(made)
    program.shared[f"{technology} hosts"].append(made)
    if below is not None:
        below.mount(made, "", at, order=program.next_order())
    return made


def hosts(program: Program, technology: str, at: At) -> list[Router]:
    """The routers that were seen to take the controllers of a technology; one of their own where none was."""
    return program.shared[f"{technology} hosts"] or [host(program, technology, at)]


# ---------------------------------------------------------------------------------------------- what sets up


def _server(program: Program, arguments: Arguments) -> Value:
    """`createExpressServer({ routePrefix: "/api" })`, `useExpressServer(app, { … })`"""
    options = next((each for each in arguments.positional if isinstance(each, dict)), {})
    prefix = options.get("routePrefix")
    below = program.router_of(arguments.get(0))
    host(program, "routing-controllers", program.at(arguments), prefix if isinstance(prefix, str) else "", below)
    return arguments.get(0) if below is not None else None


def _registered(program: Program, arguments: Arguments) -> Value:
    """`RegisterRoutes(app)`, the function that tsoa generates."""
    below = program.router_of(arguments.get(0))
    if below is None or "tsoa" not in program.vocabulary.frameworks:
        return None
    host(program, "tsoa", program.at(arguments), _base_path(program), below)
    return UNKNOWN


def _base_path(program: Program) -> str:
    """`routes.basePath` of `tsoa.json`."""
    sources = program.sources
    if not isinstance(sources, Repository):
        return ""
    for path in sources.matching("**/tsoa.json"):
        try:
            stated = sources.file(path).json().get("routes", "basePath")
        except Unreadable:
            continue
        if stated is not None and stated.text:
            return stated.text
    return ""


def _inversify(program: Program, arguments: Arguments) -> Value:
    """`new InversifyExpressServer(container, router, { rootPath }, app)`"""
    made = program.new_object(program.vocabulary.frameworks["inversify"].types["server"], program.at(arguments))
    options, app = arguments.get(2), arguments.get(3)
    prefix = options.get("rootPath") if isinstance(options, dict) else None
    express = program.vocabulary.frameworks.get("express")
    if not isinstance(app, Object) and express is not None:
        app = program.new_object(express.types["app"], program.at(arguments))
    made.fields["app"] = app
    made.fields["prefix"] = prefix if isinstance(prefix, str) else ""
    return made


def _configured(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`server.setConfig((app) => …)`: what it sets up stands before the controllers."""
    if isinstance(arguments.get(0), FunctionValue):
        program.call(arguments.get(0), arguments._replace(positional=(owner.fields["app"],)))
    return owner


def _built(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`server.build()` gives the application."""
    host(program, "inversify", program.at(arguments), owner.fields["prefix"], program.router_of(owner.fields["app"]))
    return owner.fields["app"]


# ---------------------------------------------------------------------------------------------- what Ts.ED mounts


def mounted(program: Program) -> dict[ClassValue, list[str]] | None:
    """The prefixes of the controllers that Ts.ED's configurations mount, with those inside them; None where they mount nothing that is known."""
    found: dict[ClassValue, list[str]] = {}
    for cls in list(program.classes):
        for mark in of_class(program, cls):
            options = mark.get(0)
            mount = options.get("mount") if mark.path.startswith("@tsed/") and isinstance(options, dict) else None
            for prefix, each in mount.items() if isinstance(mount, dict) else ():
                for controller in _controllers(program, each, mark):
                    _place(program, controller, prefix, found, 0)
    return found or None


def _controllers(program: Program, value: Value, mark: Mark) -> Iterator[ClassValue]:
    """The classes of an entry of `mount`: classes, modules of them, patterns of files."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, ClassValue):
            yield each
        elif isinstance(each, ModuleValue):
            yield from (known for key in list(each.exports) if isinstance(known := program.exported(each, key), ClassValue))
        elif isinstance(each, str):
            pattern = each.removeprefix(FILE) if each.startswith(FILE) else posixpath.join(folder_of(mark.at.path), each.lstrip("/"))
            files = set(matching(program.paths, pattern))
            yield from (cls for cls in list(program.classes) if cls.path in files)


def _place(program: Program, cls: ClassValue, prefix: str, found: dict[ClassValue, list[str]], depth: int) -> None:
    found.setdefault(cls, []).append(prefix)
    for mark in of_class(program, cls) if depth < MAX_DEPTH else ():
        options = mark.get(0)
        if mark.path.startswith("@tsed/") and mark.last == "Controller" and isinstance(options, dict):
            below = join(prefix, own) if isinstance(own := options.get("path"), str) else prefix
            children = options.get("children")
        elif mark.path.startswith("@tsed/") and mark.last == "Children":
            below = prefix
            children = list(mark.arguments.positional)
        else:
            continue
        for child in children if isinstance(children, list) else ():
            if isinstance(child, ClassValue):
                _place(program, child, below, found, depth + 1)


HOOKS: dict[str, Hook] = {
    **{f"routing-controllers.{verb}{kind}Server()": _server for verb in ("create", "use") for kind in ("Express", "Koa")},
    "*.RegisterRoutes()": _registered,
    "RegisterRoutes()": _registered,
    "inversify-express-utils.InversifyExpressServer()": _inversify,
}
METHODS: dict[str, MethodHook] = {
    "inversify.server.setConfig": _configured,
    "inversify.server.setErrorConfig": _configured,
    "inversify.server.build": _built,
}
