"""Express: routers that are mounted nowhere answer nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from ctxgen.facts import folder_of
from ctxgen.model import Project
from ctxgen.source.guards import spelled
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.routing import Router
from ctxgen.source.values import Arguments, Object, Value

_PREFLIGHT = re.compile(r"cors(?![a-z])|cors$", re.IGNORECASE)


def _options(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.options("*", cors())` answers what browsers ask before a call of another site: no endpoint of its own."""
    return owner if _PREFLIGHT.search(spelled(arguments.expression(-1))) else None


def finish(program: Program) -> None:
    """Leave out the routers that no application mounts."""
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


METHODS: dict[str, MethodHook] = {"express.router.options": _options, "express.place.options": _options}
