"""What frameworks make of the calls that the interpreter meets: routers, routes, mounts and guards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from ctxgen.facts import shared_folders
from ctxgen.model import At, Fact
from ctxgen.source import ir
from ctxgen.source.following import Exhausted
from ctxgen.source.frameworks import Type, Vocabulary, plain
from ctxgen.source.guarding import last_name
from ctxgen.source.guards import asking, guard, guard_kind
from ctxgen.source.interpreter import takes
from ctxgen.source.languages import Language, Near, Resolver, Sources
from ctxgen.source.mentions import Mentions, Names
from ctxgen.source.reach import Reach
from ctxgen.source.routes import Routes, stated
from ctxgen.source.routing import Router
from ctxgen.source.telling import making, telling
from ctxgen.source.values import (
    UNKNOWN,
    Arguments,
    ClassValue,
    External,
    FunctionValue,
    Instance,
    ModuleValue,
    Object,
    Scope,
    Value,
)
from ctxgen.source.values import Method as Bound

Hook = Callable[["Program", Arguments], Value]
"""What a framework's hook gives for a call of a path of the library (`django.urls.path()`); None leaves it to the data."""
MethodHook = Callable[["Program", Object, Arguments], Value]
"""The same for a method of a type: `fastify.app.register`."""


class Dispatch(NamedTuple):
    """A method that was called on something that is not followed, and the file that the program began with."""

    name: str
    arguments: Arguments
    entry: str


class Program(Routes):
    """The source of one language, followed with the frameworks that it uses.

    `routers` are all that were met; `facts` what hooks found beside endpoints; `hooks` are looked up by path with `()`,
    `method_hooks` by `framework.type.method` (`function` as the method for guards that a handler's parameters state, `@name` for
    attributes that are no methods, `*` for methods that nothing else tells).  A hook of `path[]` gives what a library's name with parameters is (`typing.Annotated[]`).
    """

    def __init__(
        self,
        language: Language,
        resolver: Resolver,
        lower: Callable[[str], ir.Module | None],
        vocabulary: Vocabulary,
        hooks: Mapping[str, Hook] | None = None,
        method_hooks: Mapping[str, MethodHook] | None = None,
    ) -> None:
        super().__init__(language, resolver, lower)
        self.vocabulary = vocabulary
        self.hooks: dict[str, Hook] = {**language.hooks, **(hooks or {})}
        self._ends = {path[1:]: hook for path, hook in self.hooks.items() if path.startswith("*")}
        self.method_hooks = dict(method_hooks or {})
        self.sources: Sources | None = None
        self.own: Sequence[str] = ()
        """The files of the language that are no browser's, whether they are followed or not."""
        self.routers: list[Router] = []
        self.facts: list[Fact] = []
        self.notes: list[tuple[At, str, str]] = []
        """Place, code and text of what could not be followed."""
        self.shared: dict[str, list[Any]] = defaultdict(list)
        """What hooks keep for one another until everything was followed."""
        self.kept: dict[str, Any] = {}
        """What hooks keep until everything was followed, each under its framework's name."""
        self._reaches: dict[tuple[str, At], Reach] = {}
        """What guards say themselves of the paths that they guard."""
        self.dispatches: list[Dispatch] = []
        self.entry = ""
        """The file in which what is followed began."""
        self._order = 0
        self._site = None
        self._singles: dict[str, Object] = {}
        self._assumed: dict[int, list[Router]] = defaultdict(list)
        self._running: list[FunctionValue] = []
        self._alone: dict[int, list[Router]] = {}
        """What functions made that nobody had been seen to call, by `id` of the function."""
        self.assumed_by: list[tuple[FunctionValue, Router]] = []
        """The routers that stand for parameters of functions that nobody was seen to call."""
        self._said: dict[tuple[bytes, ...], dict[str, bool]] = {}
        self.mentions = Mentions(self.data)
        self._nowhere = Scope(ModuleValue("", language.name))

    def says(self, path: str, words: tuple[bytes, ...]) -> bool:
        """Whether one of some words stands in a file; asked once for each file and each set of words."""
        known = self._said.setdefault(words, {})
        if path not in known:
            data = self.data(path)
            known[path] = any(word in data for word in words)
        return known[path]

    def data(self, path: str) -> bytes:
        """The text of a file of the language."""
        return self.sources.data(path) if self.sources is not None else b""

    @property
    def paths(self) -> Sequence[str]:
        """The files of the language, whether they are followed or not."""
        return self.sources.paths if self.sources is not None else tuple(self.modules)

    # ---- what is run

    @cached_property
    def _telling(self) -> Names:
        return telling(self.vocabulary, self.hooks.keys() - self.language.hooks.keys(), self.method_hooks)

    def worth_running(self, value: FunctionValue) -> bool:
        if self.sources is None:
            return True
        spans = [(value.scope.module.path, value.function.line, value.function.end)]
        cls = value.owner or (value.this.cls if isinstance(value.this, Instance) else None)
        if cls is not None:
            spans.append((cls.path, cls.cls.line, cls.cls.end))
        return any(self.mentions.within(self._telling, *span) for span in spans)

    @cached_property
    def _making(self) -> Names:
        return making(self.vocabulary)

    def makes_router(self, value: FunctionValue) -> bool:
        if value.owner is not None and not self.language.implicit_this:  # the constructor of an application that extends the framework's
            return value.function.name in self.language.constructors and self.router_of(value.owner) is not None
        if self.sources is None:
            return False
        return self.mentions.within(self._making, value.scope.module.path, value.function.line, value.function.end)

    # ---- making

    def made(self, external: External, at: At, arguments: Arguments | None = None) -> Object | None:
        type = self.vocabulary.made.get(external.path)
        if type is None:
            return None
        if external.path.endswith("()"):
            return self.new_object(type, at, arguments)
        if external.path not in self._singles:
            self._singles[external.path] = self.new_object(type, at)
        return self._singles[external.path]

    def typed(self, path: str, at: At) -> Object | None:
        type = self.vocabulary.typed.get(path)
        return self._assume(type, at) if type is not None else None

    def named(self, name: str, at: At) -> Value:
        type = self.vocabulary.named.get(name)
        return self._assume(type, at) if type is not None else UNKNOWN

    def _assume(self, type: Type, at: At) -> Object:
        """Something of a type that nobody was seen to pass."""
        found = self.new_object(type, at)
        if found.router is not None:
            found.router.assumed = True
            if self._running:
                self._assumed[id(self._running[-1].function)].append(found.router)
                self.assumed_by.append((self._running[-1], found.router))
        return found

    def begin(self, path: str) -> None:
        self.entry = path

    def uncalled(self, value: FunctionValue, arguments: Arguments) -> None:
        self._running.append(value)
        before, order = len(self.routers), self._order
        try:
            super().uncalled(value, arguments)
        except Exhausted:
            if len(self.routers) > before or self._order > order or self.makes_router(value):
                self.exhausted(At(value.scope.module.path, value.function.line))
            raise
        finally:
            self._running.pop()
        for router in self.routers[before:] if value.function.name != "main" else ():
            router.loose = True
        self._alone[id(value.function)] = self.routers[before:]

    def _apply(self, value: FunctionValue, arguments: Arguments) -> Value:
        given = [
            *arguments.positional,
            *arguments.keywords.values(),
            *([value.this, value.scope.receiver] if value.function.receiver is not None else []),
        ]
        assumed = self._assumed.get(id(value.function))
        if assumed and any((router := self.router_of(each)) is not None and router not in assumed for each in given):
            # somebody passes a router after all: what the function did to an assumed one is done again
            for router in assumed:
                router.dropped = True
            assumed.clear()
        found = self._once(value, arguments)
        if (found is UNKNOWN or isinstance(found, External)) and value.function.returns is not None:
            found = self._handed_on(value, given, found)
        return self._put_around(value, arguments, found) if self.language.handlers_wrapped else found

    def _handed_on(self, value: FunctionValue, given: Sequence[Value], found: Value) -> Value:
        """What a function gives that is declared to give a router, where it could not be followed: the only one of that type which it got."""
        objects = [each for each in given if isinstance(each, Object)]
        if len(objects) != 1 or value.function.returns is None:
            return found
        declared = self.evaluate(value.function.returns, value.scope)
        type = self.vocabulary.typed.get(declared.path) if isinstance(declared, External) else None
        return objects[0] if type is not None and type.name in self.vocabulary.kinds(objects[0].type) else found

    def _once(self, value: FunctionValue, arguments: Arguments) -> Value:
        """Call a function; what it made when nobody was seen to call it is dropped."""
        alone = self._alone.get(id(value.function)) if self.calling else None
        if not alone:
            return super()._apply(value, arguments)
        before = len(self.routers)
        found = super()._apply(value, arguments)
        if any(router.routes for router in self.routers[before:]):
            # somebody calls it after all, and may put what it makes below a prefix: what it made by itself is made again
            for router in alone:
                router.dropped = True
            alone.clear()
        return found

    def _put_around(self, value: FunctionValue, arguments: Arguments, found: Value) -> Value:
        """What a function gives that puts a handler around a router: the router, guarded by what the function is."""
        if not isinstance(found, FunctionValue) or found.name:
            return found
        named = value if value.name else value.maker
        if found.maker is None:
            found.maker = named
            found.inner = next((each for each in arguments.positional if isinstance(each, FunctionValue)), None)
        inner = next(
            (known for each in arguments.positional if (known := self.object_of(each)) is not None and known.router is not None), None
        )
        if inner is None or inner.router is None or last_name(value.function.returns) not in ("Handler", "HandlerFunc"):
            return found
        at = self.at(arguments)
        guards = self.guards_of(None, named, at) if named is not None else []
        around = Object(inner.type, self.new_router(inner.type, at))
        assert around.router is not None
        around.router.root = False
        around.router.mount(inner.router, "", at, guards)
        return around

    def subclassed(self, cls: ClassValue, bases: Sequence[Value]) -> None:
        for base in bases:
            if isinstance(base, ClassValue):
                self.defined(base)
                if base.object is not None and cls.object is None:
                    self._stands_for(cls, base.object.type)
            elif isinstance(base, (External, Object)):
                type = (
                    base.type
                    if isinstance(base, Object)
                    else self.vocabulary.made.get(f"{base.path}()") or self.vocabulary.typed.get(base.path)
                )
                if type is not None and cls.object is None:
                    self._stands_for(cls, type)

    def _stands_for(self, cls: ClassValue, type: Type) -> None:
        cls.object = self.new_object(type, At(cls.path, cls.cls.line))
        cls.object.fields["class"] = cls

    def fresh(self, known: Object, at: At, arguments: Arguments) -> Object:
        made = self.new_object(known.type, at, arguments)
        if "class" in known.fields:
            made.fields["class"] = known.fields["class"]
        return made

    def constructed(self, known: Object, arguments: Arguments) -> None:
        prefix = stated(arguments, known.type.prefix) if known.type.prefix else None
        if known.router is not None and isinstance(prefix, str):
            known.router.prefix = prefix

    # ---- what a value is

    def router_of(self, value: Value) -> Router | None:
        """The router that a value stands for."""
        found = self.object_of(value)
        return found.router if found is not None else None

    def object_of(self, value: Value) -> Object | None:
        """The framework's object that a value is: itself, an instance or class that extends one, a module that exports one."""
        match value:
            case Object():
                return value
            case Instance() if value.object is None:
                return self.object_of(value.fields.get("Handler"))  # what embeds an `http.Handler` answers as that does
            case Instance() | ClassValue():
                return value.object
            case ModuleValue() if "default" in value.exports:
                return self.object_of(self._settled(value.exports, "default"))
        return None

    def has_method(self, owner: Object, name: str) -> bool:
        return self.vocabulary.method(owner.type, name) is not None or any(
            f"{owner.type.framework}.{kind}.{name}" in self.method_hooks for kind in self.vocabulary.kinds(owner.type)
        )

    def object_attribute(self, owner: Object, name: str) -> Value:
        for kind in self.vocabulary.kinds(owner.type):
            hook = self.method_hooks.get(f"{owner.type.framework}.{kind}.@{name}")
            if hook is not None:
                return hook(self, owner, Arguments((), {}, (), 0, self._nowhere))
        return None

    def item_of_external(self, external: External, item: ir.Item, scope: Scope) -> Value:
        hook = self.hooks.get(f"{external.path}[]")
        if hook is None:
            return external
        keys = item.key.items if isinstance(item.key, ir.Sequence) else (ir.Argument(item.key),)
        values = tuple(self.evaluate(each.value, scope) for each in keys)
        return hook(self, Arguments(values, {}, keys, item.line, scope))

    @cached_property
    def _paths(self) -> frozenset[str]:
        """The paths of libraries that frameworks describe, with all that they begin with."""
        whole = [path.removesuffix("()").split(".") for path in (*self.hooks, *self.vocabulary.made, *self.vocabulary.typed)]
        return frozenset(".".join(parts[:count]) for parts in whole for count in range(1, len(parts) + 1))

    def known(self, path: str) -> bool:
        return path in self._paths

    # ---- calls

    def call_external(self, external: External, arguments: Arguments) -> Value:
        path = f"{external.path}()"[:500]
        hook = self.hooks.get(path) or next((hook for end, hook in self._ends.items() if path.endswith(end)), None)
        if hook is not None and (found := self._asked(hook, arguments)) is not None:
            return found
        at = self.at(arguments)
        made = self.made(External(path), at, arguments)
        return External(path, arguments) if made is None else made

    def _asked(self, hook: Callable[..., Value], arguments: Arguments, *owner: Object) -> Value:
        """What a hook says of a call.  A defect of one must not cost what others find; its text may hold a value, so none of it is kept."""
        try:
            return hook(self, *owner, arguments)
        except (Exhausted, RecursionError):
            raise
        except Exception:
            self.note(self.at(arguments), "reader-failed", "a call of a framework that could not be followed")
            return UNKNOWN

    def call_method(self, method: Bound, arguments: Arguments) -> Value:
        owner, name = method
        for kind in self.vocabulary.kinds(owner.type):
            hook = self.method_hooks.get(f"{owner.type.framework}.{kind}.{name}")
            if hook is not None and (given := self._asked(hook, arguments, owner)) is not None:
                return given
        found = self.vocabulary.method(owner.type, name)
        if found is None:
            return self._fluent(owner, name, arguments) if owner.type.fluent else self._extended(owner, name, arguments)
        match found.does:
            case "route":
                return self._route(owner, name, found, arguments)
            case "group":
                return self._group(owner, found, arguments)
            case "mount":
                return self._mount(owner, found, arguments)
            case "guard":
                self._guard(owner, name, found, arguments)
            case "public" if owner.router is not None:
                owner.router.public = self.at(arguments)
            case "prefix" if owner.router is not None:
                prefix = arguments.get(*found.prefix)
                if isinstance(prefix, str):
                    owner.router.prefix = prefix
        return owner

    def _extended(self, owner: Object, name: str, arguments: Arguments) -> Value:
        """A function of the repository that extends a framework's type (`app.MapOrders()`, Kotlin's `Route.orders()`)."""
        holder = arguments.scope.holder(name)
        if holder is not None and isinstance(block := holder.names[name], FunctionValue) and not block.name:
            return self.call_with(block, owner, arguments, receiver=True)  # `route.block()` of a parameter `block: Route.() -> Unit`
        if known := self.extensions.get(name):
            chosen = known[0] if len(known) == 1 else min(known, key=lambda each: self._distance(each, owner, arguments))
            return self.extension(chosen.bound(owner), owner, arguments)
        for kind in self.vocabulary.kinds(owner.type):
            if (hook := self.method_hooks.get(f"{owner.type.framework}.{kind}.*")) is not None:  # whatever else is called on it
                return hook(self, owner, arguments)
        return UNKNOWN

    def _distance(self, extension: FunctionValue, owner: Object, arguments: Arguments) -> tuple[bool, bool, bool, int]:
        """How far one of several extension functions of a name is from being meant: another type's, for other arguments, in files that are not near."""
        receiver = extension.function.receiver
        type = self.vocabulary.typed.get(last_name(receiver.type)) if receiver is not None else None
        other = type is not None and type.name not in self.vocabulary.kinds(owner.type)
        path, declared = arguments.scope.module.path, extension.scope.module.path
        near = self.resolver.distance(path, declared) if isinstance(self.resolver, Near) else (False, -shared_folders(path, declared))
        return other, not takes(extension.function, arguments), *near

    def extension(self, function: FunctionValue, owner: Object, arguments: Arguments) -> Value:
        """Call a function that extends a framework's type.

        One that is given a block and whose name guards (`route.withRole("admin") { … }`) guards what the block puts up; a block that
        it was not seen to call is run all the same.
        """
        blocks = [each for each in _given_functions(function.function, arguments) if not each.name]
        at = self.at(arguments)
        found = guard(function.function.name, at)
        if blocks and found is not None and owner.router is not None:
            child = Object(owner.type, self.new_router(owner.type, at))
            owner.router.mount(child.router, "", at, [found], self.next_order())  # type: ignore[arg-type]
            owner, function = child, function.bound(child)
        given = self._apply(function, arguments)
        for each in blocks:
            if id(each.function) not in self.executed:
                self.call_with(each, owner, arguments, receiver=True)
        return given

    def dispatched(self, call: ir.Call, arguments: Arguments) -> None:
        """`endpoint.Map(group)` of each that a container or reflection finds: kept until all classes are known."""
        called = call.function
        if not isinstance(called, ir.Attribute) or (isinstance(called.owner, ir.Name) and not called.owner.name[:1].islower()):
            return
        if any(self.router_of(each) for each in arguments.positional):
            self.dispatches.append(Dispatch(called.name, arguments, self.entry))

    def run_dispatches(self, prepare: Callable[[ClassValue, Arguments], Arguments]) -> None:
        """Call what was dispatched: every class's method of that name which takes a router, for the program that lies nearest to it.

        `prepare` gives the arguments for a class.
        """
        methods: dict[str, list[tuple[ClassValue, ir.Function]]] = defaultdict(list)
        for cls in self.classes if self.dispatches else ():
            for method in cls.cls.methods if cls.cls.kind != "interface" else ():
                if not method.static and any(last_name(each.type) in self.vocabulary.typed for each in method.parameters):
                    methods[method.name].append((cls, method))
        seen: set[At] = set()
        while self.dispatches:
            given, self.dispatches = self.dispatches, []
            given = [each for each in given if At(each.arguments.scope.module.path, each.arguments.line) not in seen]
            seen |= {At(each.arguments.scope.module.path, each.arguments.line) for each in given}
            for called in dict.fromkeys(each.name for each in given):
                those = [each for each in given if each.name == called]
                for cls, method in methods[called]:
                    nearest = max(those, key=lambda each: shared_folders(each.entry, cls.path)).entry
                    for each in those:
                        if each.entry == nearest:
                            value = FunctionValue(method, self.class_scope(cls), self.singleton(cls), cls)
                            self._apply(value, prepare(cls, each.arguments))

    def member(self, cls: ClassValue, name: str) -> Value | None:
        """A field or method of a class or its bases by name, None where there is none."""
        return self._member(cls, name, cls.cls.line)

    def _on_receiver(self, value: FunctionValue) -> FunctionValue:
        self._running.append(value)
        try:
            return super()._on_receiver(value)
        finally:
            self._running.pop()

    def _fluent(self, owner: Object, name: str, arguments: Arguments) -> Value:
        """A method of a chain that no description knows: it may guard by its name, where the repository's own does not say how, and gives its owner."""
        before = len(owner.router.uses) if owner.router is not None else 0
        given = self._extended(owner, name, arguments)
        kind = guard_kind(name) if name.startswith(("Require", "Authorize")) else None
        asked = [each for value in arguments.positional for each in plain(value)] if kind == "authz" else []
        found = guard(asking(name, asked), self.at(arguments), kind) if kind is not None else None
        if found is not None and owner.router is not None and len(owner.router.uses) == before:
            owner.router.use([found])
        if given is not UNKNOWN:
            return given
        types = self.vocabulary.frameworks[owner.type.framework].types
        begins = [each for kind in self.vocabulary.kinds(owner.type) for each in types[kind].begins.items()]
        made = next((made for start, made in begins if name.startswith(start)), None)
        return owner if made is None else self.below(owner, made, self.at(arguments))


def _given_functions(function: ir.Function, arguments: Arguments) -> Iterator[FunctionValue]:
    """The functions among the arguments, without those that are declared to be called on nothing (Kotlin's `(String) -> String`)."""
    names = [parameter.name for parameter in function.parameters]
    plain = {each.name for each in function.parameters if isinstance(each.type, ir.Name) and each.type.name == "Function"}
    last = len(arguments.positional) - 1
    placed = [names[-1] if index == last else names[min(index, len(names) - 1)] for index in range(last + 1 if names else 0)]
    for called, value in [*zip(placed, arguments.positional, strict=False), *arguments.keywords.items()]:
        if isinstance(value, FunctionValue) and called not in plain:
            yield value
