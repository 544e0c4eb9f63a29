"""Express: routers that are mounted nowhere answer nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from ctxgen.facts import folder_of
from ctxgen.model import Guard, Project
from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.guards import SHORT, spelled
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.routing import Router
from ctxgen.source.values import Arguments, FunctionValue, Object, Value

_PREFLIGHT = re.compile(r"cors(?![a-z])|cors$", re.IGNORECASE)


_EMPTY = {"sendStatus", "status", "end", "send"}
"""What answers without a body."""
_FINE = {200, 204}


def _options(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.options("*", cors())`, or an answer without a body, is for what browsers ask before a call of another site: no endpoint of its own."""
    handler = arguments.get(-1)
    empty = isinstance(handler, FunctionValue) and not handler.name and _answers_nothing(handler.function)
    return owner if empty or _PREFLIGHT.search(spelled(arguments.expression(-1))) else None


def _answers_nothing(function: ir.Function) -> bool:
    """`(request, response) => response.sendStatus(204)`"""
    if function.end - function.line > SHORT:
        return False
    made = list(calls(function.body))
    given = [argument.value for each in made for argument in each.arguments]
    return (
        bool(made)
        and all(isinstance(each.function, ir.Attribute) and each.function.name in _EMPTY for each in made)
        and all(isinstance(each, ir.Literal) and each.value in _FINE for each in given)
    )


def _all(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.route("/orders").all(authenticate).get(list)`: what stands before the handlers of a place, or behind them for methods that it has not.

    Source: https://expressjs.com/en/5x/api.html#app.route.  Where the place has no other handler, it is one itself (`finish`).
    """
    if owner.router is not None:
        guards = program.guards_at(arguments, ("rest",))
        program.shared["express places"].append((owner.router, len(owner.router.routes), guards))
    return None


def finish(program: Program) -> None:
    """Take `all` of a place with other handlers for what stands around them, and leave out the routers that no application mounts."""
    around: dict[int, list[tuple[Router, int, list[Guard]]]] = {}
    for place in program.shared["express places"]:
        around.setdefault(id(place[0]), []).append(place)
    for places in around.values():
        router = places[0][0]
        positions = {position for _, position, _ in places}
        if any(index not in positions for index in range(len(router.routes))):
            router.routes = [
                route._replace(guards=(*(guard for _, position, guards in places if position < index for guard in guards), *route.guards))
                for index, route in enumerate(router.routes)
                if index not in positions
            ]
    drop_unmounted(program, "express")


def drop_unmounted(program: Program, technology: str) -> None:
    """Leave out the routers of a technology that nothing mounts, where an application of it was met; those that a function is given stay."""
    own = [router for router in program.routers if router.technology == technology]
    applications = [router for router in own if router.root]
    followed = [router for router in applications if router.mounts or router.routes]
    if not followed:
        return
    project = _projects(program)
    lost = {project(router) for router in applications} - {project(router) for router in followed}
    for router in own:
        if not (router.root or router.mounted or router.assumed or project(router) in lost):
            router.dropped = True
            if router.routes:
                program.note(router.at, "router-unmounted", "the routes of a router that nothing was seen to mount are left out")
    below = {id(mount.child) for router in program.routers if not router.dropped for mount in router.mounts}
    for router in own:
        # an application answers requests by itself where only what was left out has it below a prefix
        router.mounted = router.mounted and (not router.root or id(router) in below)


def _projects(program: Program) -> Callable[[Router], str]:
    """The folder of the project that a router lies in: an application that nothing was seen to be put on says nothing about the routers of its own."""
    folders = (
        {folder_of(each.at.path) for each in program.sources.facts.of(Project) if each.ecosystem == "npm"} if program.sources else set()
    )

    def project(router: Router) -> str:
        folder = folder_of(router.at.path)
        while folder and folder not in folders:
            folder = folder_of(folder)
        return folder

    return project


METHODS: dict[str, MethodHook] = {"express.router.options": _options, "express.place.options": _options, "express.place.all": _all}
