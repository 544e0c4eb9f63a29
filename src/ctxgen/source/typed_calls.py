"""Every call and struct literal of files with the path in a library of what is called, in handlers too, which nobody is seen to call.

For languages with declared types, whose names `kinds.py` leads to a library; what else differs, a language's `Calls` say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.kinds import LINKS, Kind, Tongue, kind_of, last_name
from ctxgen.source.program import Program
from ctxgen.source.values import UNKNOWN, ModuleValue, Package, Scope, Value

MAX_PARTS = 60_000
"""Parts of one file's tree that are looked at."""


class Reading(NamedTuple):
    """How the calls of a language are read."""

    tongue: Tongue
    span: Callable[[Found, ir.Expression | None], tuple[int, str] | None]
    """The number and unit of an expression that is a span of time by itself: `time.Minute`, `Duration::from_secs(60)`."""
    pure: frozenset[str]
    """Calls that only put texts together."""
    conversion: str = ""
    """The path of a call around a number that changes nothing: `time.Duration(5)`."""


class Inside(NamedTuple):
    """The function that a part of a file stands in: its name with that of its receiver, what its names are, and where its arguments are evaluated."""

    name: str
    kinds: dict[str, Kind]
    scope: Scope
    function: ir.Function | None = None
    innermost: ir.Function | None = None
    """The function or closure that it stands in directly."""


class Found(NamedTuple):
    """A call, or a struct literal as a call of its type with its fields as keywords: `path` in a library with `()` behind each call, `""` where it leads to none."""

    path: str
    call: ir.Call
    inside: Inside
    module: ModuleValue
    program: Program
    reading: Reading

    @property
    def at(self) -> At:
        """The line of the call."""
        return At(self.module.path, self.call.line)

    @property
    def called(self) -> str:
        """The last name of what is called."""
        return self.call.function.name if isinstance(self.call.function, (ir.Name, ir.Attribute)) else ""

    @property
    def owner(self) -> ir.Expression | None:
        """What the method is called on."""
        return self.call.function.owner if isinstance(self.call.function, ir.Attribute) else None

    def expression(self, *where: int | str) -> ir.Expression | None:
        """What is written at the first of positions and keywords that is there."""
        positional = [each.value for each in self.call.arguments if each.keyword is None]
        for each in where:
            if isinstance(each, int) and -len(positional) <= each < len(positional):
                return positional[each]
            if isinstance(each, str):
                for argument in self.call.arguments:
                    if argument.keyword == each:
                        return argument.value
        return None

    def value(self, *where: int | str) -> Value:
        """The same as far as names and texts tell it; no call is followed for it."""
        return self.valued(self.expression(*where))

    def valued(self, expression: ir.Expression | None) -> Value:
        """An expression of the call, as far as names and texts tell it."""
        return self.program.evaluate(expression, self.inside.scope) if expression is not None and self._plain(expression) else UNKNOWN

    def _plain(self, expression: ir.Expression, depth: int = 0) -> bool:
        if depth > LINKS:
            return False
        match expression:
            case ir.Literal() | ir.Name():
                return True
            case ir.Attribute(owner):
                return self._plain(owner, depth + 1)
            case ir.Template(parts):
                return all(self._plain(part, depth + 1) for part in parts)
            case ir.Sequence(items):
                return all(self._plain(item.value, depth + 1) for item in items)
            case ir.Call(function, arguments):
                pure = f"{self.kind(function)}()" in self.reading.pure
                return pure and all(self._plain(each.value, depth + 1) for each in arguments)
        return False

    def kind(self, expression: ir.Expression | None) -> str:
        """The path in a library that an expression of the call leads to."""
        found = kind_of(self.reading.tongue, self.program, self.module, expression, self.inside.kinds)
        return found if isinstance(found, str) else ""

    def fields(self, expression: ir.Expression | None) -> dict[str, ir.Expression]:
        """The fields of a struct literal, or of the variable or constant that holds one."""
        expression = self.stated(expression)
        entries = expression.entries if isinstance(expression, ir.Mapping) else ()
        return {
            key.name if isinstance(key, ir.Name) else str(key.value): value
            for key, value in entries
            if isinstance(key, (ir.Name, ir.Literal))
        }

    def span(self, expression: ir.Expression | None) -> str | None:
        """`15 min` of `15 * time.Minute`, where literals and constants tell it."""
        found = self._span(expression, 0)
        return f"{found[0]} {found[1]}" if found is not None else None

    def _span(self, expression: ir.Expression | None, depth: int) -> tuple[int, str] | None:
        stated = self.stated(expression)
        if depth > 8:
            return None
        if (found := self.reading.span(self, stated)) is not None:
            return found
        match stated:
            case ir.Call(ir.Name(called), (first, second)) if called == ir.PRODUCT:
                for one, other in ((first.value, second.value), (second.value, first.value)):
                    number, inner = self.counted(other), self._span(one, depth + 1)
                    if inner is not None and number is not None:
                        return inner[0] * number, inner[1]
            case ir.Call(function, (only,)) if self.reading.conversion and self.kind(function) == self.reading.conversion:
                return self._span(only.value, depth + 1)
        return None

    def number(self, *where: int | str) -> int | None:
        """A number that literals and constants tell."""
        return self.counted(self.expression(*where))

    def counted(self, expression: ir.Expression | None, depth: int = 0) -> int | None:
        """The number that an expression is, where literals and constants tell it."""
        conversion = self.reading.conversion
        if conversion and isinstance(expression, ir.Call) and expression.arguments and self.kind(expression.function) == conversion:
            expression = expression.arguments[0].value
        match self.stated(expression):
            case ir.Literal(bool()):
                return None
            case ir.Literal(int(number)):
                return number
            case ir.Call(ir.Name(called), (first, second)) if called == ir.PRODUCT and depth < 8:
                one, other = self.counted(first.value, depth + 1), self.counted(second.value, depth + 1)
                return one * other if one is not None and other is not None else None
        return None

    def stated(self, expression: ir.Expression | None) -> ir.Expression | None:
        """What a constant or variable of the package is set to where it is declared; anything else is itself."""
        for _ in range(4):
            match expression:
                case ir.Name(name):
                    stated = _local(self.inside.function, name)
                    if stated is None and name not in self.inside.kinds:
                        stated = self._declared(self.module.path, name)
                case ir.Attribute(ir.Name(owner), name) if owner not in self.inside.kinds:
                    package = self.program.lookup(owner, self.module.scope)
                    path = package.files[0] if isinstance(package, Package) else package.path if isinstance(package, ModuleValue) else ""
                    stated = self._declared(path, name) if path else None
                case _:
                    return expression
            if stated is None or isinstance(stated.value, ir.Unknown):
                return expression
            expression = stated.value
        return expression

    def _declared(self, path: str, name: str) -> ir.Assign | None:
        found = self.reading.tongue.declared(self.program, path, name)
        return found[0] if found is not None else None


def _local(function: ir.Function | None, wanted: str) -> ir.Assign | None:
    """What a variable of a function is set to first."""
    statements = function.body if function is not None else ()
    return next((each for each in statements if isinstance(each, ir.Assign) and each.target == ir.Name(wanted, each.target.line)), None)


class Defined(NamedTuple):
    """A function by its name with that of its receiver, or a type."""

    name: str
    what: ir.Function | ir.Class
    module: ModuleValue


class Set(NamedTuple):
    """`owner.name = value`: the path in a library of what is set."""

    path: str
    name: str
    value: ir.Expression
    at: At


_LEAVES = frozenset({ir.Name, ir.Literal, str, int, float, bool, type(None)})
"""What most parts of a program are, and nothing is told of."""


def walk(reading: Reading, program: Program, module: ModuleValue) -> Iterator[Found | Defined | Set]:
    """The calls, struct literals, functions, types and set fields of a file, in the order in which they are written."""
    top = Inside("", {}, module.scope)
    work: list[tuple[object, Inside]] = [(program.lowered[module.path].statements, top)]
    for _ in range(MAX_PARTS):
        if not work:
            return
        part, inside = work.pop()
        if type(part) in _LEAVES:
            continue
        if isinstance(part, tuple):
            work += [(each, inside) for each in reversed(part)]
        elif isinstance(part, ir.Define):
            work.append((part.what, inside))
        elif isinstance(part, ir.Function):
            entered = _enter(reading.tongue, program, module, part, inside)
            yield Defined(entered.name, part, module)
            work.append((part.body, entered))
        elif isinstance(part, ir.Class):
            yield Defined(part.name, part, module)
            work.append((part.statements, inside))
        elif isinstance(part, ir.Call):
            kind = kind_of(reading.tongue, program, module, part, inside.kinds)
            yield Found(kind if isinstance(kind, str) else "", part, inside, module, program, reading)
            work += [(part.arguments, inside), (part.function, inside)]
        elif isinstance(part, ir.Mapping):
            if (
                part.type is not None
                and (kind := kind_of(reading.tongue, program, module, part.type, inside.kinds))
                and isinstance(kind, str)
            ):
                yield Found(f"{kind}()", literal(part), inside, module, program, reading)
            work += [(value, inside) for _, value in reversed(part.entries)]
        elif isinstance(part, ir.Assign):
            _keep(reading.tongue, program, module, part, inside)
            if isinstance(part.target, ir.Attribute):
                owner = kind_of(reading.tongue, program, module, part.target.owner, inside.kinds)
                yield Set(owner if isinstance(owner, str) else "", part.target.name, part.value, At(module.path, part.line))
            work.append((part.value, inside))
        elif (fields := getattr(part, "__struct_fields__", None)) is not None:
            work += [(getattr(part, field), inside) for field in reversed(fields) if field != "line"]


def stated_as(found: Found, names: Collection[str]) -> ir.Expression | None:
    """What the function around a call states first under one of some names, as a field or an entry (`"exp": …`)."""
    work: list[object] = [found.inside.function.body if found.inside.function is not None else ()]
    for _ in range(2_000):
        if not work:
            return None
        each = work.pop()
        if isinstance(each, tuple):
            work += each
        elif isinstance(each, ir.Mapping):
            for key, value in each.entries:
                if (key.name if isinstance(key, ir.Name) else key.value if isinstance(key, ir.Literal) else None) in names:
                    return value
            work += [value for _, value in each.entries]
        elif isinstance(each, ir.Assign) and isinstance(each.target, ir.Item) and _key(each.target) in names:
            return each.value
        elif (fields := getattr(each, "__struct_fields__", None)) is not None:
            work += [getattr(each, field) for field in fields if field != "line"]
    return None


def _key(item: ir.Item) -> object:
    return item.key.value if isinstance(item.key, ir.Literal) else None


def literal(part: ir.Mapping) -> ir.Call:
    """A struct literal as a call of its type."""
    given = [ir.Argument(value, key.name) for key, value in part.entries if isinstance(key, ir.Name)]
    return ir.Call(part.type or ir.Unknown(part.line), tuple(given), part.type.line if part.type is not None else part.line)


def _enter(tongue: Tongue, program: Program, module: ModuleValue, function: ir.Function, outer: Inside) -> Inside:
    named = function.name
    kinds: dict[str, Kind] = dict(outer.kinds)
    scope = Scope(module, outer.scope)
    for parameter in (*((function.receiver,) if function.receiver is not None else ()), *function.parameters):
        kinds[parameter.name] = kind_of(tongue, program, module, parameter.type, {}) if parameter.type is not None else ""
        scope.names[parameter.name] = UNKNOWN
    if function.receiver is not None and function.receiver.type is not None:
        named = f"{last_name(function.receiver.type)}.{named}"
    # a closure is told by the function that it stands in
    return Inside(named or outer.name, kinds, scope, function if named or outer.function is None else outer.function, function)


def _keep(tongue: Tongue, program: Program, module: ModuleValue, part: ir.Assign, inside: Inside) -> None:
    """Remember what a local variable is, and its text where it is one."""
    if inside.function is None:
        return
    target = part.target
    if isinstance(target, ir.Sequence) and target.items:  # `x, err := f()`
        target = target.items[0].value
    if not isinstance(target, ir.Name):
        return
    kind = kind_of(tongue, program, module, part.type, inside.kinds) if part.type is not None else ""
    inside.kinds[target.name] = kind or kind_of(tongue, program, module, part.value, inside.kinds)
    if part.declares or target.name in inside.scope.names:
        inside.scope.names[target.name] = part.value.value if isinstance(part.value, ir.Literal) and part.declares else UNKNOWN
