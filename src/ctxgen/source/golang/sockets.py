"""Routes whose handlers turn the request into a WebSocket, by what they call: the framework knows them as `GET` only.

Sources: https://pkg.go.dev/github.com/gorilla/websocket#Upgrader.Upgrade, https://pkg.go.dev/github.com/coder/websocket#Accept, https://pkg.go.dev/github.com/gobwas/ws#UpgradeHTTP,
https://pkg.go.dev/golang.org/x/net/websocket#Handler, https://pkg.go.dev/github.com/olahol/melody, https://pkg.go.dev/github.com/gofiber/contrib/websocket.
"""

from __future__ import annotations

from ctxgen.facts import folder_of
from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.golang.calls import package
from ctxgen.source.program import Program
from ctxgen.source.typed_calls import Found
from ctxgen.source.values import External, FunctionValue, Value

_MELODY = ("HandleRequest", "HandleRequestWithKeys")
_UPGRADES: dict[str, tuple[str, ...]] = {
    "github.com/gorilla/websocket": ("Upgrade",),
    "github.com/fasthttp/websocket": ("Upgrade",),
    "github.com/coder/websocket": ("Accept",),
    "nhooyr.io/websocket": ("Accept",),
    "github.com/gobwas/ws": ("UpgradeHTTP", "Upgrade"),
    "github.com/olahol/melody": _MELODY,
    "gopkg.in/olahol/melody": _MELODY,
    "github.com/gofiber/contrib/websocket": ("New",),
    "github.com/gofiber/websocket": ("New",),
    "golang.org/x/net/websocket": ("Handler", "Server"),
}
"""By package: the calls that upgrade a request, or make a handler that does."""


class Upgrades:
    """The functions that upgrade a request themselves."""

    def __init__(self) -> None:
        self._functions: dict[int, ir.Function] = {}
        """By identity; the function is kept so that it stays its own."""
        self._named: set[tuple[str, str]] = set()
        """Folder and name of those that others may call."""

    def note(self, found: Found) -> None:
        """Look at a call."""
        if found.path and _is_upgrade(found.path) and found.inside.innermost is not None:
            self._functions[id(found.inside.innermost)] = found.inside.innermost
            if found.inside.function is not None:
                self._named.add((folder_of(found.module.path), found.inside.function.name))

    def tell(self, program: Program) -> None:
        """Make sockets of the routes that such functions answer."""
        for router in program.routers:
            router.routes[:] = [
                route._replace(kind="ws", methods=("WS",))
                if route.kind == "http" and route.methods in (("GET",), ("ANY",)) and self._upgrades(route.function)
                else route
                for route in router.routes
            ]

    def _upgrades(self, handler: Value) -> bool:
        """Whether a handler upgrades a request, or calls a function of its package that does."""
        if isinstance(handler, External):
            return _is_upgrade(handler.path)
        if not isinstance(handler, FunctionValue):
            return False
        folder = folder_of(handler.scope.module.path)
        return id(handler.function) in self._functions or (
            bool(self._named) and any((folder, _name(call.function)) in self._named for call in calls(handler.function.body))
        )


def _is_upgrade(path: str) -> bool:
    return path.removesuffix("()").rpartition(".")[2] in _UPGRADES.get(package(path), ())


def _name(called: ir.Expression) -> str:
    return called.name if isinstance(called, (ir.Name, ir.Attribute)) else ""
