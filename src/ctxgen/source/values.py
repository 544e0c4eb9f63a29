"""What an expression of the repository's source may be, as far as it is followed.

Plain Python values stand for themselves: strings (a part that is not known is a parameter: `"/api/{version}"`), numbers,
booleans, None, lists, and dictionaries with string keys.  Everything else is one of the types here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from ctxgen.model import At
from ctxgen.source import ir

if TYPE_CHECKING:
    from ctxgen.source.frameworks import Type
    from ctxgen.source.routing import Router

Value = Any
"""One of the types of this module, or a plain value."""


class _Unknown:
    """What is not followed."""

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        return False


UNKNOWN = _Unknown()


class Placed(list[Any]):
    """A list with the place where it is written: a route may be a tuple."""

    __slots__ = ("line", "path")

    def __init__(self, values: Iterable[Value], path: str, line: int) -> None:
        super().__init__(values)
        self.path, self.line = path, line


class External(NamedTuple):
    """Something of a library by its path: `flask.Blueprint`, `express`, `github.com/gin-gonic/gin.Default`; what a call gives ends in `()`."""

    path: str
    arguments: Arguments | None = None
    """Those of the call that gave it."""


class Scope:
    """Names, and where to look further.  `this` is the instance or class of a method, `receiver` an object whose methods are called by bare names, `owner` the class whose method is run."""

    __slots__ = ("module", "names", "owner", "parent", "receiver", "this")

    def __init__(
        self, module: ModuleValue, parent: Scope | None = None, this: Value = None, receiver: Value = None, owner: ClassValue | None = None
    ) -> None:
        self.module, self.parent = module, parent
        self.names: dict[str, Value] = {}
        self.this: Value = this if this is not None else parent.this if parent is not None else None
        self.receiver: Value = receiver if receiver is not None else parent.receiver if parent is not None else None
        self.owner: ClassValue | None = owner if owner is not None else parent.owner if parent is not None else None

    def holder(self, name: str) -> Scope | None:
        """The innermost scope that knows a name."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope
            scope = scope.parent
        return None


class ModuleValue:
    """A file: its scope, what it exports (languages with exports), its path and package."""

    def __init__(self, path: str, language: str, package: str = "") -> None:
        self.path, self.language, self.package = path, language, package
        self.scope = Scope(self)
        self.exports: dict[str, Value] = {}
        self.stars: list[str] = []
        """The libraries all of whose names are imported."""
        self.done = False

    def __repr__(self) -> str:
        return f"ModuleValue({self.path})"


class Package:
    """A module of several files (Go) or a package whose members are files of their own (Python, Java): looked up by name when asked."""

    def __init__(self, files: tuple[str, ...], module: str, importer: str, language: str) -> None:
        self.files, self.module, self.importer, self.language = files, module, importer, language


class LazyImport(NamedTuple):
    """A name that an import brings, looked up when it is first used."""

    statement: ir.Import
    module: ModuleValue


class FunctionValue:
    """A function with the scope that it was defined in, and what it is bound to.  `attributes` are set on the function itself."""

    def __init__(self, function: ir.Function, scope: Scope, this: Value = None, owner: ClassValue | None = None) -> None:
        self.function, self.scope, self.this, self.owner = function, scope, this, owner
        self.attributes: dict[str, Value] = {}
        self.around: list[FunctionValue] = []
        """The functions that decorators put around it, innermost first."""
        self.maker: FunctionValue | None = None
        """Of a function without a name the one that gave it, where somebody asks for it (Go's middleware)."""
        self.inner: FunctionValue | None = None
        """The handler that its maker was given: what it is put around."""

    @property
    def name(self) -> str:
        """`OrderController.get` for a method, the plain name otherwise."""
        return f"{self.owner.cls.name}.{self.function.name}" if self.owner is not None else self.function.name

    def bound(self, this: Value) -> FunctionValue:
        return FunctionValue(self.function, self.scope, this, self.owner)

    def __repr__(self) -> str:
        return f"FunctionValue({self.name})"


class ClassValue:
    """A class of the repository, with the scope that it was defined in; `fields` are its class attributes as far as they were asked for."""

    def __init__(self, cls: ir.Class, scope: Scope, outer: ClassValue | None = None) -> None:
        self.cls, self.scope, self.outer = cls, scope, outer
        self.fields: dict[str, Value] = {}
        self.bases: list[ClassValue] | None = None
        """The classes of the repository that it extends, once they were asked for in a language whose names keep their meaning."""
        self.object: Object | None = None
        """What the class itself stands for where a framework's class is its base (`class App < Sinatra::Base`)."""
        self.inside: Scope | None = None
        """The scope inside its body, once it was asked for."""

    @property
    def path(self) -> str:
        return self.scope.module.path

    def __repr__(self) -> str:
        return f"ClassValue({self.cls.name})"


class Instance:
    """An instance of a class of the repository; `object` is what it is to a framework whose class it extends."""

    def __init__(self, cls: ClassValue, object: Object | None = None) -> None:
        self.cls, self.object = cls, object
        self.fields: dict[str, Value] = {}
        self.above: Arguments | None = None
        """What the constructor of the library's class that it extends was called with."""


class Object:
    """Something that a framework's type describes: an application, a router, a group, a builder."""

    def __init__(self, type: Type, router: Router | None = None) -> None:
        self.type, self.router = type, router
        self.fields: dict[str, Value] = {}

    def __repr__(self) -> str:
        return f"Object({self.type.framework}.{self.type.name})"


class Super(NamedTuple):
    """What the bases of a class say, for one of its instances."""

    this: Value
    cls: ClassValue


class Method(NamedTuple):
    """A method of an `Object` or something that a framework's hook gives, before it is called."""

    owner: Object
    name: str


class Decorator(NamedTuple):
    """What a call gave that waits for the function that it decorates: `apply(function, call)`."""

    apply: Any


class Record(dict[str, Value]):
    """A literal of keys and values of which it is known where and how each is written (a route that an object states)."""

    def __init__(self, path: str, line: int) -> None:
        super().__init__()
        self.path, self.line = path, line
        self.written: dict[str, ir.Expression] = {}
        self._places: dict[str, At] = {}

    def state(self, key: str, value: Value, written: ir.Expression) -> None:
        """Add an entry as it is written here."""
        self[key], self.written[key] = value, written
        self._places[key] = At(self.path, written.line)

    def put(self, key: str, value: Value, at: At) -> None:
        """Set an entry from outside: `table["GET /orders"] = list`."""
        self[key], self._places[key] = value, at
        self.written.pop(key, None)

    def take(self, other: dict[str, Value]) -> None:
        """Add the entries of another object, which may be written in another file: `{ ...common }`."""
        self.update(other)
        if isinstance(other, Record):
            self.written |= other.written
            self._places |= other._places

    def place(self, key: str) -> At:
        """The line of an entry, that of the object for one that is not there."""
        return self._places.get(key) or At(self.path, self.line)


class Arguments(NamedTuple):
    """The arguments of a call, evaluated, beside what is written; `line` that of the call, `at_path` its file."""

    positional: tuple[Value, ...]
    keywords: dict[str, Value]
    written: tuple[ir.Argument, ...]
    line: int
    scope: Scope
    types: tuple[ir.Expression, ...] = ()

    def get(self, *where: int | str, default: Value = None) -> Value:
        """The first of positions and keywords that is there."""
        for each in where:
            if isinstance(each, int):
                if -len(self.positional) <= each < len(self.positional):
                    return self.positional[each]
            elif each in self.keywords:
                return self.keywords[each]
        return default

    def expression(self, *where: int | str) -> ir.Expression | None:
        """What is written where `get` looks."""
        plain = [argument.value for argument in self.written if argument.keyword is None]
        named = {argument.keyword: argument.value for argument in self.written if argument.keyword is not None}
        for each in where:
            if isinstance(each, int):
                if -len(plain) <= each < len(plain):
                    return plain[each]
            elif each in named:
                return named[each]
        return None


class Decoration(Arguments):
    """The arguments of a decorator that is put on a definition: `line` and `scope` are those of the decorator."""

    __slots__ = ()
