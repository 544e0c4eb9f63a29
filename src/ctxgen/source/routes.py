"""What calls do to routers: they make them, put routes on them, mount, group and guard them."""

from __future__ import annotations

from collections.abc import Iterable

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.frameworks import Method, Type, plain
from ctxgen.source.guarding import Guarding
from ctxgen.source.guards import guard, spelled
from ctxgen.source.handlers import handler_name
from ctxgen.source.routing import MAX_ENDPOINTS, Route, Router
from ctxgen.source.values import UNKNOWN, Arguments, Decoration, Decorator, FunctionValue, Instance, Object, Placed, Scope, Value

MAX_ROUTES = 100_000
"""Routes, mounts and guards of one language's source."""
MAX_NOTES = 300
"""Places of which it is said that they could not be followed."""


class Routes(Guarding):
    """Keeps the routers that were met and what was put on them."""

    routers: list[Router]
    notes: list[tuple[At, str, str]]
    _order: int
    looping: list[Value]
    """The items that the loops which are being followed stand at, innermost last."""
    _site: At | None
    """The call of the repository's own overload whose body is followed: it states the route."""
    handler_name = staticmethod(handler_name)

    def router_of(self, value: Value) -> Router | None:
        """The router that a value is or stands for."""
        raise NotImplementedError

    def _extended(self, owner: Object, name: str, arguments: Arguments) -> Value:
        """Call the repository's own overload of a method."""
        raise NotImplementedError

    def new_router(self, type: Type, at: At, *, prefix: str = "") -> Router:
        """A router of a type, known from now on."""
        framework = self.vocabulary.frameworks[type.framework]
        router = Router(framework.technology, at, kind=type.name, root=type.root, prefix=prefix, trailing=framework.trailing)
        self.routers.append(router)
        return router

    def new_object(self, type: Type, at: At, arguments: Arguments | None = None) -> Object:
        """Something of a type, with a router where the type holds routes."""
        router = self.new_router(type, at) if type.routes else None
        if router is not None and arguments is not None:
            prefix = stated(arguments, type.prefix)
            router.prefix = prefix if isinstance(prefix, str) else ""
            router.use(self.guards_at(arguments, type.guards))
        return Object(type, router)

    def full(self, router: Router) -> bool:
        """Whether no more routes of a router would be told."""
        return self._order >= MAX_ROUTES or len(router.routes) > MAX_ENDPOINTS

    def next_order(self) -> int:
        self.progressed()
        self._order += 1
        if self._order == MAX_ROUTES:
            self.exhausted()
        return self._order

    def _route(self, owner: Object, called: str, method: Method, arguments: Arguments) -> Value:
        at = self.route_at(arguments) if method.path else self.at(arguments)
        paths = plain(arguments.get(*method.path, default=UNKNOWN)) if method.path else [""]
        if not paths and called in self.extensions:  # the repository's own overload, with other arguments
            outermost, self._site = self._site, self._site or at
            given = self._extended(owner, called, arguments)
            self._site = outermost
            return given
        if not paths:
            self.note(at, "path-unknown", "a route whose path could not be followed is left out")
            return owner if method.chain else UNKNOWN
        methods = self._methods(called, method, arguments)
        if method.decorator:
            return Decorator(lambda waiting: self._decorated(owner, method, methods, paths, at, arguments, waiting))
        if method.path and method.handler and self._position(arguments, method.handler) <= self._position(arguments, method.path):
            return UNKNOWN  # no handler: `app.get("setting")` reads a setting
        target, given = owner, owner
        if method.chain and method.makes is not None:
            given = target = self.below(owner, method.makes, at)
        handler, written, around = self.unwrapped(arguments, *method.handler)
        guards = [
            *self._between(arguments, method),
            *around,
            *self.guards_before(arguments, method.handler),
            *self.handler_guards(owner, handler),
        ]
        written = written or next(iter(arguments.types), None)
        opened = self._opened(owner, handler)
        self.add_route(
            target, methods, paths, at, self.handler_name(handler, written), guards, method.kind, public=opened, function=handler
        )
        self.answers(handler)
        return given

    def below(self, owner: Object, type: str, at: At, prefix: str = "") -> Object:
        """A new object of a type of the same framework, with a router below that of its owner."""
        found = Object(self.vocabulary.frameworks[owner.type.framework].types[type])
        found.router = self.new_router(found.type, at)
        if owner.router is not None:
            owner.router.mount(found.router, prefix, at, order=self.next_order())
        return found

    def _opened(self, owner: Object, handler: Value) -> At | None:
        """The line of a handler's decorator that opens it to everybody."""
        opens = self.vocabulary.frameworks[owner.type.framework].opens
        decorators = handler.function.decorators if isinstance(handler, FunctionValue) and opens else ()
        return next((At(handler.scope.module.path, each.line) for each in decorators if spelled(each) in opens), None)

    def _decorated(
        self, owner: Object, method: Method, methods: tuple[str, ...], paths: list[str], at: At, arguments: Arguments, waiting: Arguments
    ) -> Value:
        function = waiting.get(0)
        self.answers(function)
        guards = [*self.guards_at(arguments, method.guards), *self.handler_guards(owner, function)]
        self.add_route(owner, methods, paths, at, self.handler_name(function, None), guards, method.kind)
        return function

    def add_route(
        self,
        owner: Object,
        methods: Iterable[str],
        paths: Iterable[str],
        at: At,
        handler: str | None,
        guards: Iterable[Guard] = (),
        kind: str = "http",
        **more: object,
    ) -> None:
        """Put a route on an object's router, for each of the paths."""
        if owner.router is not None:
            for path in () if self.full(owner.router) else paths:
                owner.router.routes.append(Route(tuple(methods), path, at, handler, tuple(guards), kind, order=self.next_order(), **more))  # type: ignore[arg-type]

    def answers(self, handler: Value) -> None:
        """Remember that a function answers requests."""
        for each in handler if isinstance(handler, list) else [handler]:
            if isinstance(each, FunctionValue):
                self.handlers.add(id(each.function))

    def _methods(self, called: str, method: Method, arguments: Arguments) -> tuple[str, ...]:
        if method.methods:
            return method.methods
        if method.methods_at:
            if arguments.get(*method.methods_at) is UNKNOWN:
                return ("ANY",)
            verbs = [each.strip().upper() for said in plain(arguments.get(*method.methods_at)) for each in said.split(",") if each]
            return tuple("ANY" if each in ("*", "ALL") else each for each in verbs) or method.default
        upper = called.upper().removeprefix("MAP")
        return ("ANY",) if upper in ("ALL", "ANY", "HANDLE", "HANDLEFUNC", "") else (upper.removesuffix("_ASYNC"),)

    def _group(self, owner: Object, method: Method, arguments: Arguments) -> Value:
        at = self.at(arguments)
        prefixes = plain(arguments.get(*method.path, default="")) if method.path else [""]
        type = self.vocabulary.frameworks[owner.type.framework].types[method.makes or owner.type.name]
        child = Object(type, self.new_router(type, at))
        if child.router is not None and owner.router is not None:
            child.router.use(self._between(arguments, method))
            # a setting may add to the paths: without it they stand as they are
            unknown = "" if isinstance(arguments.expression(*method.path), (ir.Attribute, ir.Call)) else "{prefix}"
            for prefix in prefixes or [unknown]:
                owner.router.mount(child.router, prefix, at, order=self.next_order())
        callback = arguments.get(*method.callback) if method.callback else None
        if isinstance(callback, FunctionValue):
            self.call_with(callback, child, arguments, receiver=method.receiver)
        return child

    def call_with(self, callback: FunctionValue, child: Object, arguments: Arguments, *, receiver: bool = False) -> Value:
        """Call a function with a router, as its argument and, where `receiver`, as what its bare calls go to."""
        if receiver:
            scope = Scope(callback.scope.module, callback.scope, receiver=child)
            callback = FunctionValue(
                callback.function, scope, callback.this if callback.function.parameters or callback.this else child, callback.owner
            )
        return self.call(callback, Arguments((child,), {}, (), arguments.line, arguments.scope))

    def _mount(self, owner: Object, method: Method, arguments: Arguments) -> Value:
        at = self.at(arguments)
        prefixes = plain(arguments.get(*method.prefix)) if method.prefix else []
        children: list[Router] = []
        guards: list[Guard] = []
        for expression, value in self.given(arguments, method.child):
            router = self.router_of(value)
            if router is not None:
                children.append(router)
            elif not isinstance(value, str):
                guards += self.guards_of(expression, value, at)
        guards += self.guards_at(arguments, tuple(each for each in method.guards if each not in ("rest", "between")))
        if owner.router is not None:
            for prefix in prefixes or [""]:
                for child in children:
                    owner.router.mount(child, prefix, at, guards, self.next_order())
                if not children:
                    owner.router.use(guards, prefix, self.next_order())
        return owner

    def _guard(self, owner: Object, called: str, method: Method, arguments: Arguments) -> None:
        at = self.at(arguments)
        prefix = arguments.get(*method.prefix) if method.prefix else ""
        guards = self.guards_at(arguments, method.guards) if method.guards else [each for each in [guard(called, at)] if each]
        if owner.router is not None:
            owner.router.use(guards, prefix if isinstance(prefix, str) else "", self.next_order() if method.guards else 0)

    # ---- places and names

    def at(self, arguments: Arguments) -> At:
        """The line of a call."""
        return self._site or At(arguments.scope.module.path, arguments.line)

    def route_at(self, arguments: Arguments) -> At:
        """The line that states a route: where its path is written, which may be a call of a helper around the framework's method.

        A decorator of the repository's own that puts what it decorates at a path states it where it is used.
        """
        composed: Arguments | None = None
        for each in (arguments, *reversed(self.calling[-4:])):
            if isinstance(each, Decoration):
                return self.at(each)
            stated = [_place(given.value) for given in each.written if not given.spread]
            if any(isinstance(value, ir.Literal) or _paths(value) for value in stated):
                return self.at(composed or each)
            if composed is None and _composes(each, stated):
                composed = each
        return self.at(composed) if composed is not None else self._listed(arguments) or self.at(arguments)

    def _listed(self, arguments: Arguments) -> At | None:
        """Where the item of a list is written that a loop takes a path from: `("/orders", Orders)` of `for path, view in routes: app.add(path, view)`."""
        for item in reversed(self.looping[-4:]):
            if isinstance(item, Placed) and any(isinstance(each, str) and each in item for each in arguments.positional):
                return At(item.path, item.line)
        return None

    def note(self, at: At, code: str, text: str) -> None:
        """Keep that something could not be followed."""
        if len(self.notes) < MAX_NOTES:
            self.notes.append((at, code, text))

    def exhausted(self, at: At | None = None) -> None:
        if at is None:
            at = At(min((path for path, module in self.modules.items() if module is not None), default="."), 1)
        self.note(at, "too-complex", f"the {self.language.name} source is followed only in part: it takes too many steps")


def stated(arguments: Arguments, where: Iterable[int | str]) -> Value:
    """What stands at positions and keywords of a call, of which an object literal may be the options."""
    found = arguments.get(*where) if where else None
    if found is None:
        options = [each for each in arguments.positional if isinstance(each, dict)]
        found = next((each[key] for key in where for each in options if isinstance(key, str) and key in each), None)
    return found


def _place(value: ir.Expression) -> ir.Expression:
    """What an object says of the path at which something lies, `{ method: "get", path: "/orders", handler: list }`; other expressions themselves."""
    if isinstance(value, ir.Mapping):
        return next((each for key, each in value.entries if isinstance(key, ir.Literal) and key.value in ("path", "url")), value)
    return value


def _composes(call: Arguments, stated: list[ir.Expression]) -> bool:
    """Whether a call puts a path together: in an overload of a router's method only with text of its own, not `self.prefix + rule`."""
    together = [value for value in stated if isinstance(value, ir.Template)]
    this = call.scope.this
    overload = isinstance(this, Instance) and this.object is not None
    own = any(isinstance(part, ir.Literal) for value in together for part in value.parts)
    return (bool(together) and (own or not overload)) or any(map(_constant, stated[:1]))


def _paths(value: ir.Expression) -> bool:
    """Whether a list of paths is written: `routes=["/orders", "/orders/open"]`."""
    items = value.items if isinstance(value, ir.Sequence) else ()
    return any(isinstance(each.value, ir.Literal) and str(each.value.value).startswith("/") for each in items)


def _constant(value: ir.Expression) -> bool:
    return isinstance(value, ir.Name) and value.name.isupper() and len(value.name) > 1
