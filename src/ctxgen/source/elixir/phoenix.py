"""Routers of Phoenix and Plug: what their macros draw, through scopes, pipelines and what forwards to another router.

Sources: https://hexdocs.pm/phoenix/Phoenix.Router.html, https://hexdocs.pm/phoenix_live_view/Phoenix.LiveView.Router.html,
https://hexdocs.pm/plug/Plug.Router.html, https://hexdocs.pm/phoenix/Phoenix.Endpoint.html#socket/3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

import inflection

from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, name
from ctxgen.readers._elixir import arguments, block, called, line, literal, options, raw, words
from ctxgen.source.elixir.modules import Declared, Modules, modules_of, uses
from ctxgen.source.elixir.plugs import Plugs
from ctxgen.source.program import Program
from ctxgen.source.routing import access_of, join, parameters

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_ROUTER = re.compile(r"use[\s(]+(?:[\w.]{1,120},\s*:router\b|Phoenix\.Router\b)")
_PLUG_ROUTER = re.compile(r"use[\s(]+Plug\.Router\b")
_ENDPOINT = re.compile(r"use[\s(]+Phoenix\.Endpoint\b")
_VERBS = {"get", "post", "put", "patch", "delete", "options", "head", "connect", "trace"}
_ACTIONS = (
    ("index", "GET", ""),
    ("new", "GET", "/new"),
    ("create", "POST", ""),
    ("show", "GET", "/:id"),
    ("edit", "GET", "/:id/edit"),
    ("update", "PATCH", "/:id"),
    ("update", "PUT", "/:id"),
    ("delete", "DELETE", "/:id"),
)
_DEVELOPMENT = re.compile(r"Mix\.env(?:\(\))?\s*(?:==\s*:(?!prod\b)\w|in\s*\[(?!.*:prod\b)|!=\s*:prod\b)|\bdev_routes\b")
_PRODUCTION = re.compile(r"Mix\.env(?:\(\))?\s*==\s*:prod\b")
_OPAQUE = {"def", "defp", "defmacro", "defmacrop", "defmodule", "quote", "pipeline"}
"""What draws nothing where it stands, or more than is known."""
_PAGES = {"live_dashboard", "oban_dashboard", "error_tracker_dashboard"}
"""Macros of libraries that draw the pages of a tool."""
_MOST_MOUNTS = 8
_MOST_TURNS = 50
_MOST_STEPS = 20_000
"""Macros of one router, those of loops each time."""
_MOST_DEPTH = 60
"""Blocks in each other, of which people write four or five: the path of each begins with all those around it."""
_MOST_ENDPOINTS = 5_000
"""Of one router and all that it forwards to."""


class _Scope(NamedTuple):
    """Where a macro stands: the path above it, what the names of modules begin with, what a request has passed."""

    path: str = "/"
    alias: str = ""
    guards: tuple[Guard, ...] = ()
    mounted: tuple[Guard, ...] = ()
    """What live views are mounted through."""


class _Mount(NamedTuple):
    path: str
    module: str
    guards: tuple[Guard, ...]
    at: At


class _Drawn(NamedTuple):
    """What a router answers itself, and what it forwards."""

    endpoints: list[Endpoint]
    mounts: list[_Mount]
    cut: list[At]
    """Where it was left off, for too much stands in it."""


def finish(program: Program) -> None:
    """The endpoints of all routers and endpoints of the files that were chosen."""
    modules = modules_of(program)
    plugs = Plugs(modules)
    drawn: dict[str, _Drawn] = {}
    for path in sorted(program.roots):
        for module in modules.of(path).values():
            if uses(module, _ROUTER):
                drawn[module.name] = _Drawing(modules, plugs, module, "phoenix").drawn()
            elif uses(module, _PLUG_ROUTER):
                drawn[module.name] = _Drawing(modules, plugs, module, "plug").drawn()
            elif uses(module, _ENDPOINT):
                program.facts += _sockets(module)
    below = {mount.module for each in drawn.values() for mount in each.mounts}
    for title in drawn:
        if title not in below:
            answered = _answered(drawn, title, "/", (), (), 0)
            program.facts += islice(answered, _MOST_ENDPOINTS)
            cut = [*(each.at for each in islice(answered, 1)), *drawn[title].cut[:1]]
            if cut:
                program.note(cut[0], "too-complex", "the routes of the elixir source are told only in part: there are too many")


def _answered(
    drawn: dict[str, _Drawn], title: str, prefix: str, guards: tuple[Guard, ...], via: tuple[At, ...], depth: int
) -> Iterator[Endpoint]:
    """What a router and those that it forwards to answer below a path."""
    for each in drawn[title].endpoints:
        passed = (*guards, *each.guards)
        yield Endpoint(
            kind=each.kind,
            method=each.method,
            path=name(parameters(join(prefix, str(each.path)))),
            handler=each.handler,
            access=access_of(passed, None),
            guards=passed,
            technology=each.technology,
            at=each.at,
            via=via,
        )
    for mount in drawn[title].mounts if depth < _MOST_MOUNTS else ():
        if mount.module in drawn:
            yield from _answered(drawn, mount.module, join(prefix, mount.path), (*guards, *mount.guards), (*via, mount.at), depth + 1)


class _Drawing:
    """Draws one router."""

    def __init__(self, modules: Modules, plugs: Plugs, module: Declared, technology: Literal["phoenix", "plug"]) -> None:
        self.modules, self.plugs, self.module, self.technology = modules, plugs, module, Name(technology)
        self._found = _Drawn([], [], [])
        self._steps = self._depth = 0
        self._passed: dict[str, tuple[Guard, ...]] = {}
        self._named = dict(module.attributes)
        """Literals by the attributes and variables that hold them."""
        self._pipelines = {
            title: [arguments(each)[0] for each in block(node) if called(each) == "plug" and arguments(each)]
            for node in module.body
            if called(node) == "pipeline" and arguments(node) and (title := literal(arguments(node)[0]))
        }

    def drawn(self) -> _Drawn:
        self._draw(self.module.body, _Scope())
        return self._found

    def _draw(self, nodes: Iterable[Syntax], scope: _Scope) -> None:
        self._depth += 1
        for node in nodes:
            self._steps += 1
            if self._steps > _MOST_STEPS or self._depth > _MOST_DEPTH:
                self._found.cut.append(At(self.module.path, line(node)))
                break
            does = called(node)
            given = arguments(node) if does else []
            match does:
                case "scope":
                    self._draw(block(node), self._below(node, given, scope))
                case "pipe_through":
                    passed = [each for pipe in self._listed(given) for each in self._piped(pipe)]
                    scope = scope._replace(guards=(*scope.guards, *passed))
                case "plug" if self.technology == "plug" and given:
                    found = self.plugs.guard(self.module, given[0])
                    scope = scope._replace(guards=(*scope.guards, *([found] if found else ())))
                case "live_session":
                    hooks = self._listed([said] if (said := options(node).get("on_mount")) is not None else [])
                    found_hooks = [each for hook in hooks if (each := self.plugs.mounted(self.module, hook)) is not None]
                    self._draw(block(node), scope._replace(mounted=(*scope.mounted, *found_hooks)))
                case "resources" | "resource" if self.technology == "phoenix":
                    self._resources(node, given, scope)
                case "forward":
                    self._forward(node, given, scope)
                case "match" if self.technology == "phoenix" and len(given) > 1:
                    for verb in words(given[0]):
                        self._route(node, verb, given[1:], scope)
                case "match":
                    for verb in words(options(node).get("via")):
                        self._route(node, verb, given, scope)
                case "live":
                    self._route(node, "get", given, scope)
                case "for":
                    self._loop(node, given, scope)
                case "if" | "unless":
                    condition = raw(given[0])[:500] if given else ""
                    if not (_DEVELOPMENT if does == "if" else _PRODUCTION).search(condition):
                        self._draw(block(node), scope)
                case _ if does in _VERBS:
                    self._route(node, does, given, scope)
                case _ if does in _PAGES:
                    self._add(node, "GET", literal(given[0]) if given else None, does, scope.guards, scope)
                case _ if does and does not in _OPAQUE:
                    self._draw(block(node), scope)
        self._depth -= 1

    def _below(self, node: Syntax, given: list[Syntax], scope: _Scope) -> _Scope:
        said = options(node)
        path = self._literal(given[0] if given and given[0].type in ("string", "unary_operator", "identifier") else said.get("path")) or ""
        named = next((each for each in given if each.type == "alias"), said.get("alias"))
        if named is not None and named.type == "boolean":
            return _Scope(join(scope.path, path), "", scope.guards, scope.mounted)
        return scope._replace(
            path=join(scope.path, path), alias=_within(scope.alias, self.module.whole(raw(named)) if named is not None else "")
        )

    def _piped(self, node: Syntax) -> tuple[Guard, ...]:
        """The guards of a pipeline, which may be made of others; or that of a plug by its name."""
        title = literal(node)
        if title not in self._pipelines:
            found = self.plugs.guard(self.module, node)
            return (found,) if found is not None else ()
        if title not in self._passed:
            self._passed[title] = ()  # of one that is made of itself
            self._passed[title] = tuple(dict.fromkeys(guard for each in self._pipelines[title] for guard in self._piped(each)))
        return self._passed[title]

    def _route(self, node: Syntax, verb: str, given: list[Syntax], scope: _Scope) -> None:
        """`get "/orders", OrderController, :index`, `live "/orders", OrderLive.Index, :index`, `get "/orders" do … end`."""
        if not given:
            return
        path = self._literal(given[0])
        target = given[1] if len(given) > 1 and given[1].type == "alias" else options(node).get("to")
        action = literal(given[2]) if len(given) > 2 else None
        if target is None:
            handled: str | None = self.module.name if self.technology == "plug" else None
            self._add(node, verb.upper(), path, handled, scope.guards, scope)
            return
        module = _within(scope.alias, self.module.whole(raw(target))) if len(given) > 1 else self.module.whole(raw(target))
        if called(node) == "live":
            self._add(node, "GET", path, _shown(module, action), (*scope.guards, *scope.mounted), scope)
        else:
            self._add(
                node, "ANY" if verb == "*" else verb.upper(), path, _shown(module, action), self._guards(module, action, scope), scope
            )

    def _guards(self, module: str, action: str | None, scope: _Scope) -> tuple[Guard, ...]:
        return (*scope.guards, *(self.plugs.before(module, action) if action is not None else ()))

    def _resources(self, node: Syntax, given: list[Syntax], scope: _Scope) -> None:
        if len(given) < 2 or (path := self._literal(given[0])) is None:
            return
        said = options(node)
        module = _within(scope.alias, self.module.whole(raw(given[1])))
        single = raw(said.get("singleton")) == "true"
        parameter = self._literal(said.get("param")) or "id"
        only, left = said.get("only"), said.get("except")
        chosen, without = self._words(only), self._words(left)
        for action, verb, below in _ACTIONS:
            if (only is not None and action not in chosen) or action in without or (single and action == "index"):
                continue
            end = below.replace("/:id", "" if single else f"/:{parameter}")
            self._add(node, verb, join(path, end), _shown(module, action), self._guards(module, action, scope), scope)
        title = literal(said.get("name")) or inflection.underscore(module.rpartition(".")[2][:100]).removesuffix("_controller")
        inner = "" if single else f":{title}_{parameter}"
        alias = said.get("alias")
        self._draw(
            block(node),
            scope._replace(
                path=join(join(scope.path, path), inner), alias=_within(scope.alias, raw(alias)) if alias is not None else scope.alias
            ),
        )

    def _forward(self, node: Syntax, given: list[Syntax], scope: _Scope) -> None:
        target = given[1] if len(given) > 1 else options(node).get("to")
        path = self._literal(given[0]) if given else None
        if path is None or target is None or target.type != "alias":
            return
        module = self.module.whole(raw(target))
        known = next((each for each in (_within(scope.alias, module), module) if self.modules.named(each) is not None), None)
        if known is not None and any(uses(self.modules.named(known), each) for each in (_ROUTER, _PLUG_ROUTER)):  # type: ignore[arg-type]
            self._found.mounts.append(_Mount(join(scope.path, path), known, scope.guards, At(self.module.path, line(node))))
        else:
            self._add(node, "ANY", path, known or module, scope.guards, scope)

    def _add(self, node: Syntax, method: str, path: str | None, handler: str | None, guards: tuple[Guard, ...], scope: _Scope) -> None:
        if path is None:
            return
        self._found.endpoints.append(
            Endpoint(
                method=Name(method),
                path=name(parameters(join(scope.path, path))),
                handler=name(handler) if handler else None,
                access=access_of(guards, None),
                guards=guards,
                technology=self.technology,
                at=At(self.module.path, line(node)),
            )
        )

    def _literal(self, node: Syntax | None) -> str | None:
        if node is not None and node.type == "string" and any(child.type == "interpolation" for child in node.named_children):
            parts = [raw(child) if child.type == "quoted_content" else self._inner(child) for child in node.named_children]
            return "".join(part for part in parts if part is not None) if None not in parts else None
        return self._named.get(raw(node)) if node is not None and node.type == "identifier" else literal(node, self._named)

    def _words(self, node: Syntax | None) -> list[str]:
        """The words of a list, also of one that an attribute holds."""
        if node is not None and node.type == "unary_operator":
            held = (each.child_by_field_name("operand") for each in self.module.body if each.type == "unary_operator")
            node = next(
                (arguments(each)[0] for each in held if each is not None and f"@{called(each)}" == raw(node) and arguments(each)), None
            )
        return words(node, self._named)

    def _inner(self, node: Syntax) -> str | None:
        return self._literal(node.named_children[0]) if len(node.named_children) == 1 else None

    def _loop(self, node: Syntax, given: list[Syntax], scope: _Scope) -> None:
        """`for prefix <- ["/", "/shops/:shop"] do … end`, over literals."""
        over = given[0] if len(given) == 1 and given[0].type == "binary_operator" else None
        if over is None or raw(over.child_by_field_name("operator")) != "<-":
            return
        variable = raw(over.child_by_field_name("left"))
        for each in words(over.child_by_field_name("right"), self._named)[:_MOST_TURNS]:
            self._steps += 1
            if self._steps > _MOST_STEPS:
                break
            self._named[variable] = each
            self._draw(block(node), scope)
        self._named.pop(variable, None)

    @staticmethod
    def _listed(given: Iterable[Syntax]) -> list[Syntax]:
        return [each for node in given for each in (node.named_children if node.type == "list" else [node])]


def _within(alias: str, module: str) -> str:
    return f"{alias}.{module}" if alias and module else alias or module


def _shown(module: str, action: str | None) -> str:
    """`OrderController.index`: without the namespace that all of an application's web modules have."""
    first, dot, rest = module.partition(".")
    shown = rest if dot and first.endswith("Web") else module
    return f"{shown}.{action}" if action else shown


def _sockets(module: Declared) -> Iterator[Endpoint]:
    """`socket "/socket", ShopWeb.UserSocket`; that of LiveView is its own."""
    for node in module.body:
        given = arguments(node) if called(node) == "socket" else []
        path = literal(given[0]) if len(given) > 1 else None
        if path is None or raw(given[1]).startswith("Phoenix.") or raw(options(node).get("websocket")) == "false":
            continue
        yield Endpoint(
            kind="ws",
            path=name(parameters(join(path, "websocket"))),
            handler=name(_shown(module.whole(raw(given[1])), None)),
            technology=Name("phoenix"),
            at=At(module.path, line(node)),
        )
