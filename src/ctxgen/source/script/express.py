"""Express: routers that are mounted nowhere answer nothing."""

from __future__ import annotations

from ctxgen.source.program import Program


def finish(program: Program) -> None:
    """Leave out the routers that no application mounts."""
    drop_unmounted(program, "express")


def drop_unmounted(program: Program, technology: str) -> None:
    """Leave out the routers of a technology that nothing mounts, where an application of it was met; those that a function is given stay."""
    own = [router for router in program.routers if router.technology == technology]
    if any(router.root and (router.mounts or router.routes) for router in own):
        for router in own:
            if not (router.root or router.mounted or router.assumed):
                router.dropped = True
                if router.routes:
                    program.note(router.at, "router-unmounted", "the routes of a router that nothing was seen to mount are left out")
