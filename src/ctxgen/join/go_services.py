"""The services of one Go module: programs below folders that are kept for them or called as services, each with packages of its own.

`services/orders/main.go`, `order_service/cmd/main.go`, `app/cart/service/cmd/server/main.go` (Kratos), `app/order/cmd/api/order.go` beside `app/order/cmd/rpc` (go-zero).
Sources: https://go-kratos.dev/docs/intro/layout/, https://github.com/golang-standards/project-layout.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

_PROGRAM = re.compile(
    r"(?P<module>(?:[^/]+/)*?)(?P<owner>(?:(?:apps?|services?|microservices)/(?P<name>[^/]+(?:/[^/]+)?)|[^/]+[-_](?:service|svc|gateway)))/(?:main\.go|cmd/main\.go|cmd/(?P<command>[^/]+)/[^/]+\.go)"
)
_OWNER = re.compile(r"/(?:apps?|services?|microservices)/(?=[^/]+(?:/[^/]+)?\Z)")
_PLAIN = {"server", "service", "app", "main", "cmd"}
"""Names of commands that say nothing more than that they are run."""
_TOOLS = {"tool", "tools", "script", "scripts", "hack"}
"""Folders of programs for developers."""


def go_services(paths: Iterable[str], modules: Iterable[str], held: Iterable[str]) -> dict[str, dict[str, tuple[str, str]]]:
    """By the folder of a module the services that it has at least three of: their folders with names and the files that show them.

    `held` are the folders with a project of their own, which are no part of the module around them.
    """
    known, apart = set(modules), set(held)
    programs: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for path in paths:
        if not path.endswith(".go") or path.endswith("_test.go") or (found := _PROGRAM.fullmatch(path)) is None:
            continue
        module, owner = found["module"].rstrip("/"), found["module"] + found["owner"]
        if module in known and owner not in apart and _TOOLS.isdisjoint((found["name"] or "").split("/")):
            programs[module][owner].setdefault(found["command"] or "main", path)
    return {module: _named(owners) for module, owners in programs.items() if len(owners) > 2}


def _named(owners: dict[str, dict[str, str]]) -> dict[str, tuple[str, str]]:
    services: dict[str, tuple[str, str]] = {}
    for owner, commands in sorted(owners.items()):
        title = "-".join(_OWNER.split(f"/{owner}")[-1].split("/")) if _OWNER.search(f"/{owner}") else owner.rpartition("/")[2]
        for command, path in sorted(commands.items()):
            if len(commands) == 1:
                services[owner] = (title if command in _PLAIN or command == title else f"{title}-{command}", path)
            else:
                services[path.rpartition("/")[0]] = (title if command in _PLAIN else f"{title}-{command}", path)
    return services
