"""What every language's source is lowered to before it is followed: a small tree of expressions and statements.

A front end (`source/python/lower.py`, …) turns a tree-sitter tree into this; the interpreter (`interpreter.py`) follows
it.  Only what carries routers, paths, guards, models and names is kept: arithmetic, comparisons and the like become
`Unknown`.  Bodies of functions and classes are lowered when they are first needed.  Lines are counted from 1.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from msgspec import Struct

PRODUCT = "(*)"
"""The name of what a product is a call of, in languages that keep products (spans of time are some): that of no function."""

# ---------------------------------------------------------------------------------------------- expressions


class Literal(Struct, frozen=True):
    """A string (without quotes, escapes resolved), number, boolean or nothing."""

    value: str | int | float | bool | None
    line: int


class Template(Struct, frozen=True):
    """Strings put together: `f"/api/{version}"`, `` `/api/${v}` ``, `"/api" + path`, `"a" . $b`."""

    parts: tuple[Expression, ...]
    line: int


class Name(Struct, frozen=True):
    """A plain name.  `this`, `self` and `$this` are lowered to `self`; PHP's `$` is left out."""

    name: str
    line: int


class Attribute(Struct, frozen=True):
    """`owner.name`, `owner->name`, `Owner::name`, `owner?.name`; a generic type is its bare type."""

    owner: Expression
    name: str
    line: int


class Item(Struct, frozen=True):
    """`owner[key]`; for types `Owner<key>` where the argument matters (`list[User]`, `DbSet<User>`)."""

    owner: Expression
    key: Expression
    line: int


class Argument(Struct, frozen=True):
    """One argument of a call; `keyword` where it is named, `spread` for `*x`, `**x`, `...x`."""

    value: Expression
    keyword: str | None = None
    spread: bool = False


class Call(Struct, frozen=True):
    """`function(arguments)`, `new Function(arguments)`; a trailing block or lambda is the last argument.

    `types` are type arguments (`app.MapHub<ChatHub>()`, `registry.Add::<T>()`).
    """

    function: Expression
    arguments: tuple[Argument, ...]
    line: int
    types: tuple[Expression, ...] = ()


class Sequence(Struct, frozen=True):
    """A list, tuple or array literal."""

    items: tuple[Argument, ...]
    line: int


class Mapping(Struct, frozen=True):
    """A dictionary, object or composite literal; a key of None spreads the value.

    `type` is that of a composite literal (`http.Server{Addr: ":80"}`, an object initialiser).
    """

    entries: tuple[tuple[Expression | None, Expression], ...]
    line: int
    type: Expression | None = None


class Choice(Struct, frozen=True):
    """One of several: `a or b`, `a ?? b`, `x if c else y`, `match`/`switch` expressions.  The first that is known is taken.

    `every`: all of them must hold for the first to be it (`a && b`, with `b` first).  `condition`: the name of a switch that takes the
    first of two where it is on, the second where it is off.
    """

    options: tuple[Expression, ...]
    line: int
    every: bool = False
    condition: Name | None = None


class Unknown(Struct, frozen=True):
    """Anything else.  `inner` are expressions that are evaluated for what they do (`await f()`, `if (x = g())`)."""

    line: int
    inner: tuple[Expression, ...] = ()


class Parameter(Struct, frozen=True):
    """A parameter of a function; `variadic` for `*args`, `...rest`; `type` as an expression of names."""

    name: str
    line: int
    type: Expression | None = None
    default: Expression | None = None
    decorators: tuple[Expression, ...] = ()
    variadic: bool = False


class Function:
    """A function, method, lambda or block.  `body` is lowered at first use.

    `decorators` are decorators, annotations or attributes, outermost first, as expressions (`Call` or `Name`); `receiver` is the
    parameter of a Go method or Kotlin/C# extension function.  A lambda's single expression is a `Return` of it.
    `types` are the names of type parameters, `constructs` marks a constructor that its name does not tell,
    `within` is the class of the same file that an extension function is declared in (C#).
    """

    def __init__(
        self,
        name: str,
        line: int,
        parameters: tuple[Parameter, ...],
        lower: Callable[[], tuple[Statement, ...]],
        *,
        decorators: tuple[Expression, ...] = (),
        returns: Expression | None = None,
        receiver: Parameter | None = None,
        static: bool = False,
        public: bool = True,
        types: tuple[str, ...] = (),
        constructs: bool = False,
        within: str = "",
        end: int = 0,
    ) -> None:
        self.name, self.line, self.parameters, self._lower = name, line, parameters, lower
        self.decorators, self.returns, self.receiver = decorators, returns, receiver
        self.static, self.public, self.end = static, public, end or line
        self.types, self.constructs, self.within = types, constructs, within

    @cached_property
    def body(self) -> tuple[Statement, ...]:
        return self._lower()


class Field(Struct, frozen=True):
    """A field, property or class attribute.  `tag` is a Go struct tag without its quotes; of a C# property `property` where it is public and can be set, else `get`."""

    name: str
    line: int
    type: Expression | None = None
    value: Expression | None = None
    decorators: tuple[Expression, ...] = ()
    tag: str = ""
    static: bool = False
    """Whether it belongs to the class rather than to what is made of it."""


class Class:
    """A class, interface, struct, record, trait, object or enum, with its own members only.

    `kind` is `class`, `interface`, `struct`, `enum`, `record`, `object`, `trait` or `module`; `statements` is what stands in a class's body
    beside fields and methods (calls such as Rails' `has_many :orders` or Elixir's), lowered at first use.  `partial`: other declarations
    of its name in the same namespace belong to it (C#).  `within`: the modules that its declaration names before it, with dots (Ruby).
    """

    def __init__(
        self,
        name: str,
        line: int,
        bases: tuple[Expression, ...],
        members: Callable[[], tuple[tuple[Field, ...], tuple[Function, ...], tuple[Class, ...], tuple[Statement, ...]]],
        *,
        decorators: tuple[Expression, ...] = (),
        kind: str = "class",
        parameters: tuple[Parameter, ...] = (),
        abstract: bool = False,
        partial: bool = False,
        end: int = 0,
        within: str = "",
    ) -> None:
        self.name, self.line, self.bases, self._members, self.partial, self.within = name, line, bases, members, partial, within
        self.decorators, self.kind, self.parameters, self.abstract, self.end = decorators, kind, parameters, abstract, end or line

    @cached_property
    def _all(self) -> tuple[tuple[Field, ...], tuple[Function, ...], tuple[Class, ...], tuple[Statement, ...]]:
        return self._members()

    @property
    def fields(self) -> tuple[Field, ...]:
        return self._all[0]

    @property
    def methods(self) -> tuple[Function, ...]:
        return self._all[1]

    @property
    def classes(self) -> tuple[Class, ...]:
        return self._all[2]

    def method(self, name: str) -> Function | None:
        """The first of its own methods of that name."""
        return self._methods_by_name.get(name)

    def field(self, name: str) -> Field | None:
        """The first of its own fields of that name."""
        return self._fields_by_name.get(name)

    @cached_property
    def _methods_by_name(self) -> dict[str, Function]:
        return {method.name: method for method in reversed(self.methods)}

    @cached_property
    def _fields_by_name(self) -> dict[str, Field]:
        return {field.name: field for field in reversed(self.fields)}

    @property
    def statements(self) -> tuple[Statement, ...]:
        return self._all[3]


Expression = Literal | Template | Name | Attribute | Item | Call | Sequence | Mapping | Choice | Unknown | Function | Class

# ---------------------------------------------------------------------------------------------- statements


class Assign(Struct, frozen=True):
    """`target = value`; the target a `Name`, `Attribute`, `Item` or (destructuring) `Sequence` or `Mapping` of them.  `declares` for `let x`, `x := …`.

    `type` is the declared type of the variable.  `adds` for `+=`.
    """

    target: Expression
    value: Expression
    line: int
    declares: bool = False
    type: Expression | None = None
    adds: bool = False


class Do(Struct, frozen=True):
    """An expression for what it does."""

    value: Expression
    line: int


class Return(Struct, frozen=True):
    value: Expression
    line: int


class Branch(Struct, frozen=True):
    """`if`, `switch`, `try`: every arm may run; the condition is None for `else` and for arms without one."""

    arms: tuple[tuple[Expression | None, tuple[Statement, ...]], ...]
    line: int


class Loop(Struct, frozen=True):
    """`for target in iterable`; `target` None for loops without one (`while`)."""

    target: Expression | None
    iterable: Expression | None
    body: tuple[Statement, ...]
    line: int


class Block(Struct, frozen=True):
    """Statements of a scope of their own, or `with x as y` (an `Assign` before its body)."""

    body: tuple[Statement, ...]
    line: int


class Import(Struct, frozen=True):
    """A module, or one of its names, becomes known under `alias`.

    `module` is as written (`./routes`, `..models`, `github.com/gin-gonic/gin`, `org.springframework.web.bind.annotation.GetMapping`,
    `App\\Http\\Controllers`); `name` is None for the whole module, `*` for all of its names, `default` for JavaScript's default export.
    """

    module: str
    name: str | None
    alias: str
    line: int


class Define(Struct, frozen=True):
    """A function or class gets its name in the scope."""

    what: Function | Class
    line: int


class Export(Struct, frozen=True):
    """A module gives a value to others: `export default x`, `module.exports = x` (`name` is `default`), `exports.y = x`, `export const y = x`.  `name` `*` re-exports all of a module's names: `value` is None."""

    name: str
    value: Expression | None
    line: int
    module: str | None = None


Statement = Assign | Do | Return | Branch | Loop | Block | Import | Define | Export


class Module(Struct, frozen=True):
    """A lowered file: `path` relative to the root, `package` its package or namespace where the language has one (`com.shop.orders`, Go's import path is the resolver's)."""

    path: str
    language: str
    statements: tuple[Statement, ...]
    package: str = ""
