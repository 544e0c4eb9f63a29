"""The state of following the source of one language, its bounds, and what the parts of the interpreter ask of one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.languages import Language, Resolver
from ctxgen.source.values import (
    UNKNOWN,
    Arguments,
    ClassValue,
    External,
    FunctionValue,
    Instance,
    Method,
    ModuleValue,
    Object,
    Scope,
    Value,
)

MAX_STEPS = 1_000_000
"""Expressions of one language's source; the largest repositories looked at take half."""
MAX_PROGRAM = 250_000
"""Those that one file may take with all that it imports and calls: what has no end in one program costs the others nothing."""
MAX_UNCALLED = 20_000
"""Those for one function that nobody calls until it tells a route: what sets up routes is short, what does the work of a shop is not. Modules that it imports are not counted."""
MAX_MAIN = 100_000
"""Those for a program's `main`, which makes everything that its routes need before it puts them up."""
MAX_DEPTH = 60
"""Calls of functions inside one another."""
MAX_NESTING = 1_500
"""Expressions inside one another, over all functions that are called."""
RECURSION = 20_000
"""Frames of the interpreter itself that these bounds can need; Python's own frames take no room on the machine's stack."""
MAX_ITEMS = 300
MAX_TEXT = 500


class Exhausted(Exception):
    """The bound on steps is reached."""


class Following:
    """What is known of the modules of one language so far.  What frameworks do is asked of `Program`, which extends this at the end."""

    def __init__(self, language: Language, resolver: Resolver, lower: Callable[[str], ir.Module | None]) -> None:
        self.language, self.resolver, self._lower = language, resolver, lower
        self.modules: dict[str, ModuleValue | None] = {}
        self.lowered: dict[str, ir.Module] = {}
        self.executed: set[int] = set()
        """The functions (by `id` of their `ir.Function`) that were called."""
        self.handlers: set[int] = set()
        """The functions that answer requests: nobody calls those to set something up."""
        self.singletons: dict[ClassValue, Instance] = {}
        self.extensions: dict[str, list[FunctionValue]] = defaultdict(list)
        """Functions with a receiver (Go's methods, extension functions), by name."""
        self.classes: list[ClassValue] = []
        self.declared: dict[int, ClassValue] = {}
        """The classes at the top of modules by `id` of their `ir.Class`."""
        self.parts: dict[tuple[str, str, str], list[ClassValue]] = defaultdict(list)
        """The declarations of a partial class, by namespace, the class that it lies in, and name."""
        self.functions: list[FunctionValue] = []
        """All functions at the top of modules, and methods with a receiver, in the order in which their modules were loaded."""
        self._steps = self._depth = 0
        self._arms = 0
        """How many branches what is run lies in."""
        self.unknown_loops = 0
        """The loops being followed whose items nobody knows."""
        self.looping: list[Value] = []
        self._most = MAX_STEPS
        self._active: dict[tuple[int, ...], int] = defaultdict(int)
        self.calling: list[Arguments] = []
        """The calls of the repository's functions that are being followed, outermost first."""
        self.roots: frozenset[str] = frozenset()
        """The files that are followed from."""
        self._constants: dict[str, ClassValue | None] = {}
        """Classes by the ends of their whole names, as far as somebody asked."""
        self._getters: dict[str, ir.Function] = {}
        self._given: dict[tuple[int, int] | None, tuple[Value, Value]] = {}
        """What functions gave whose arguments say nothing: they do the same again.  What they are bound to is kept beside it, so that its `id` stays its own."""

    def progressed(self) -> None:
        """What is followed has told something: a function that nobody calls may go on as long again."""
        self._most = max(self._most, min(MAX_STEPS, self._steps + MAX_UNCALLED))

    # ---- what frameworks add

    def call_external(self, external: External, arguments: Arguments) -> Value:
        return External(f"{external.path}()"[:MAX_TEXT], arguments)

    def call_method(self, method: Method, arguments: Arguments) -> Value:
        return UNKNOWN

    def made(self, external: External, at: At, arguments: Arguments | None = None) -> Object | None:
        return None

    def typed(self, path: str, at: At) -> Object | None:
        return None

    def named(self, name: str, at: At) -> Value:
        """What a parameter of a name stands for of which nothing else is known."""
        return UNKNOWN

    def has_method(self, owner: Object, name: str) -> bool:
        return False

    def item_of_external(self, external: External, item: ir.Item, scope: Scope) -> Value:
        """`external[key]`: most are types with parameters, of which the bare type counts."""
        return external

    def object_attribute(self, owner: Object, name: str) -> Value:
        """An attribute of a framework's object that is no method; None where a method may be meant."""
        return None

    def known(self, path: str) -> bool:
        """Whether a framework tells what a path of a library is, or one below it."""
        return False

    def subclassed(self, cls: ClassValue, bases: Sequence[Value]) -> None:
        """A class was defined; `bases` are the values of its bases."""

    # ---- what the parts ask of one another

    def evaluate(self, expression: ir.Expression, scope: Scope) -> Value:
        """The value of an expression, and what it does."""
        raise NotImplementedError

    def _execute(self, statements: Iterable[ir.Statement], scope: Scope, *, top: bool = False) -> list[Value]:
        raise NotImplementedError

    def _apply(self, value: FunctionValue, arguments: Arguments) -> Value:
        raise NotImplementedError

    def attribute(self, owner: Value, name: str, line: int, scope: Scope) -> Value:
        """`owner.name`."""
        raise NotImplementedError

    def _settled(self, names: dict[str, Value], name: str) -> Value:
        raise NotImplementedError

    def defined(self, cls: ClassValue) -> None:
        """Run what a class definition runs."""
        raise NotImplementedError

    def class_scope(self, cls: ClassValue) -> Scope:
        """The scope inside a class's body."""
        raise NotImplementedError

    def parts_of(self, cls: ClassValue) -> list[ClassValue]:
        """The declarations that have been met of a partial class."""
        raise NotImplementedError

    def exhausted(self, at: At | None = None) -> None:
        """The bound on steps was reached."""
