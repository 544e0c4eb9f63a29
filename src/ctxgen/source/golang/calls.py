"""Every call and struct literal of Go files with the path in a library of what is called, in handlers too, which nobody is seen to call.

A name leads to a library through the imports of its file, the declared type of a parameter, variable, field or result, or
through the call that it is assigned from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.golang.lower import PRODUCT
from ctxgen.source.program import Program
from ctxgen.source.values import UNKNOWN, ClassValue, External, FunctionValue, Instance, ModuleValue, Package, Scope, Value

MAX_PARTS = 60_000
"""Parts of one file's tree that are looked at."""
_LINKS = 40
_PURE = {"fmt.Sprintf()", "path.Join()", "net/url.JoinPath()", "string()"}
"""Calls that only put texts together."""
_UNITS = {"Nanosecond": "ns", "Microsecond": "us", "Millisecond": "ms", "Second": "s", "Minute": "min", "Hour": "h"}

Kind = str | ClassValue
"""A path in a library, or a type of the repository."""


class Inside(NamedTuple):
    """The function that a part of a file stands in: its name with that of its receiver, what its names are, and where its arguments are evaluated."""

    name: str
    kinds: dict[str, Kind]
    scope: Scope
    function: ir.Function | None = None


class Found(NamedTuple):
    """A call, or a struct literal as a call of its type with its fields as keywords: `path` in a library with `()` behind each call, `""` where it leads to none."""

    path: str
    call: ir.Call
    inside: Inside
    module: ModuleValue
    program: Program

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
        if depth > _LINKS:
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
                pure = f"{self.kind(function)}()" in _PURE
                return pure and all(self._plain(each.value, depth + 1) for each in arguments)
        return False

    def kind(self, expression: ir.Expression | None) -> str:
        """The path in a library that an expression of the call leads to."""
        found = kind_of(self.program, self.module, expression, self.inside.kinds)
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
        return self._span(expression, 0)

    def _span(self, expression: ir.Expression | None, depth: int) -> str | None:
        if depth > 8:
            return None
        match self.stated(expression):
            case ir.Attribute(_, unit) as written if unit in _UNITS and self.kind(written) == f"time.{unit}":
                return f"1 {_UNITS[unit]}"
            case ir.Call(ir.Name(called), (first, second)) if called == PRODUCT:
                for one, other in ((first.value, second.value), (second.value, first.value)):
                    number, stated = self._number(other), self._span(one, depth + 1)
                    if stated is not None and number is not None:
                        count, _, unit = stated.partition(" ")
                        return f"{int(count) * number} {unit}"
            case ir.Call(ir.Attribute(_, "Duration") as function, (only,)) if self.kind(function) == "time.Duration":
                return self._span(only.value, depth + 1)
        return None

    def _number(self, expression: ir.Expression) -> int | None:
        if isinstance(expression, ir.Call) and self.kind(expression.function) == "time.Duration" and expression.arguments:
            expression = expression.arguments[0].value
        match self.stated(expression):
            case ir.Literal(bool()):
                return None
            case ir.Literal(int(number)):
                return number
            case ir.Call(ir.Name(called), (first, second)) if called == PRODUCT:
                one, other = self._number(first.value), self._number(second.value)
                return one * other if one is not None and other is not None else None
        return None

    def number(self, *where: int | str) -> int | None:
        """A number that literals and constants tell."""
        return self.counted(self.expression(*where))

    def counted(self, expression: ir.Expression | None) -> int | None:
        """The number that an expression is, where literals and constants tell it."""
        return self._number(expression) if expression is not None else None

    def stated(self, expression: ir.Expression | None) -> ir.Expression | None:
        """What a constant or variable of the package is set to where it is declared; anything else is itself."""
        for _ in range(4):
            match expression:
                case ir.Name(name):
                    stated = _local(self.inside.function, name)
                    if stated is None and name not in self.inside.kinds:
                        stated = _declared(self.program, self.module.path, name)
                case ir.Attribute(ir.Name(owner), name) if owner not in self.inside.kinds:
                    package = self.program.lookup(owner, self.module.scope)
                    stated = _declared(self.program, package.files[0], name) if isinstance(package, Package) else None
                    if isinstance(package, ModuleValue):
                        stated = _declared(self.program, package.path, name)
                case _:
                    return expression
            if stated is None or isinstance(stated.value, ir.Unknown):
                return expression
            expression = stated.value
        return expression


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


def walk(program: Program, module: ModuleValue) -> Iterator[Found | Defined | Set]:
    """The calls, struct literals, functions, types and set fields of a file, in the order in which they are written."""
    top = Inside("", {}, module.scope)
    work: list[tuple[object, Inside]] = [(program.lowered[module.path].statements, top)]
    for _ in range(MAX_PARTS):
        if not work:
            return
        part, inside = work.pop()
        if isinstance(part, tuple):
            work += [(each, inside) for each in reversed(part)]
        elif isinstance(part, ir.Function):
            entered = _enter(program, module, part, inside)
            yield Defined(entered.name, part, module)
            work.append((part.body, entered))
        elif isinstance(part, ir.Class):
            yield Defined(part.name, part, module)
        elif isinstance(part, ir.Call):
            kind = kind_of(program, module, part, inside.kinds)
            yield Found(kind if isinstance(kind, str) else "", part, inside, module, program)
            work += [(part.arguments, inside), (part.function, inside)]
        elif isinstance(part, ir.Mapping):
            if part.type is not None and (kind := kind_of(program, module, part.type, inside.kinds)) and isinstance(kind, str):
                yield Found(f"{kind}()", literal(part), inside, module, program)
            work += [(value, inside) for _, value in reversed(part.entries)]
        elif isinstance(part, ir.Assign):
            _keep(program, module, part, inside)
            if isinstance(part.target, ir.Attribute):
                owner = kind_of(program, module, part.target.owner, inside.kinds)
                yield Set(owner if isinstance(owner, str) else "", part.target.name, part.value, At(module.path, part.line))
            work.append((part.value, inside))
        elif (fields := getattr(part, "__struct_fields__", None)) is not None:
            work += [(getattr(part, field), inside) for field in reversed(fields) if field != "line"]


def literal(part: ir.Mapping) -> ir.Call:
    """A struct literal as a call of its type."""
    given = [ir.Argument(value, key.name) for key, value in part.entries if isinstance(key, ir.Name)]
    return ir.Call(part.type or ir.Unknown(part.line), tuple(given), part.type.line if part.type is not None else part.line)


def _enter(program: Program, module: ModuleValue, function: ir.Function, outer: Inside) -> Inside:
    named = function.name
    kinds: dict[str, Kind] = dict(outer.kinds)
    scope = Scope(module, outer.scope)
    for parameter in (*((function.receiver,) if function.receiver is not None else ()), *function.parameters):
        kinds[parameter.name] = kind_of(program, module, parameter.type, {}) if parameter.type is not None else ""
        scope.names[parameter.name] = UNKNOWN
    if function.receiver is not None and function.receiver.type is not None:
        named = f"{_last(function.receiver.type)}.{named}"
    # a closure is told by the function that it stands in
    return Inside(named or outer.name, kinds, scope, function if named or outer.function is None else outer.function)


def _keep(program: Program, module: ModuleValue, part: ir.Assign, inside: Inside) -> None:
    """Remember what a local variable is, and its text where it is one."""
    if inside.function is None:
        return
    target = part.target
    if isinstance(target, ir.Sequence) and target.items:  # `x, err := f()`
        target = target.items[0].value
    if not isinstance(target, ir.Name):
        return
    kind = kind_of(program, module, part.type, inside.kinds) if part.type is not None else ""
    inside.kinds[target.name] = kind or kind_of(program, module, part.value, inside.kinds)
    if part.declares or target.name in inside.scope.names:
        inside.scope.names[target.name] = part.value.value if isinstance(part.value, ir.Literal) and part.declares else UNKNOWN


def kind_of(program: Program, module: ModuleValue, expression: ir.Expression | None, kinds: dict[str, Kind], depth: int = 0) -> Kind:
    """What an expression is: a path in a library, a type of the repository, `""` for what is not known."""
    if depth > _LINKS:
        return ""
    match expression:
        case ir.Name(name):
            if name in kinds:
                return kinds[name]
            return _named(program, module, name, depth)
        case ir.Attribute(owner, name):
            if isinstance(owner, ir.Name) and owner.name not in kinds:
                package = program.lookup(owner.name, module.scope)
                if isinstance(package, (Package, ModuleValue)):
                    return _of_package(program, package, name, depth)
            inner = kind_of(program, module, owner, kinds, depth + 1)
            if isinstance(inner, ClassValue):
                return _member(program, inner, name, depth)
            return f"{inner}.{name}" if inner else ""
        case ir.Call(function):
            inner = kind_of(program, module, function, kinds, depth + 1)
            if isinstance(inner, ClassValue):  # a conversion, or a function whose result is of that type
                return inner
            if not inner or inner.startswith("="):
                return inner[1:]
            return f"{inner}()"
        case ir.Item(owner, key):
            if owner == ir.Name("list", owner.line) or owner == ir.Name("map", owner.line):
                return kind_of(program, module, key, kinds, depth + 1)
            return kind_of(program, module, owner, kinds, depth + 1)
        case ir.Mapping(_, _, type) if type is not None:
            return kind_of(program, module, type, kinds, depth + 1)
    return ""


def _of_package(program: Program, package: Package | ModuleValue, name: str, depth: int) -> Kind:
    first = package.files[0] if isinstance(package, Package) else package.path
    for path in program.resolver.defining(first, name) or (first,):
        inner = program.module(path)
        if inner is not None and (found := _named(program, inner, name, depth + 1)):
            return found
    return ""


def _named(program: Program, module: ModuleValue, name: str, depth: int) -> Kind:
    """What a name at the top of a package is; the result of a function of the repository stands behind `=` until it is called."""
    value = program.lookup(name, module.scope)
    match value:
        case External(path):
            return path if path != name or name in module.scope.names else ""  # an import, no name of the language
        case ClassValue():
            return _aliased(program, value, depth)
        case Instance():
            return value.cls
        case FunctionValue():
            found = kind_of(program, value.scope.module, value.function.returns, {}, depth + 1)
            return f"={found}" if isinstance(found, str) else found
    stated = _declared(program, module.path, name)
    if stated is not None:
        home = program.module(next(iter(program.resolver.defining(module.path, name)), module.path)) or module
        return kind_of(program, home, stated.type or stated.value, {}, depth + 1)
    return ""


def _aliased(program: Program, cls: ClassValue, depth: int) -> Kind:
    """A type that is another's: `type DB = gorm.DB`, `type Store struct{ *gorm.DB }` keeps its own name."""
    if cls.cls.kind == "type" and cls.cls.bases:
        return kind_of(program, cls.scope.module, cls.cls.bases[0], {}, depth + 1) or cls
    return cls


def _member(program: Program, cls: ClassValue, name: str, depth: int) -> Kind:
    """A field or method of a type of the repository; those of what it embeds are its own."""
    for each in program.lineage(cls):
        if (field := each.cls.field(name)) is not None:
            return kind_of(program, each.scope.module, field.type, {}, depth + 1)
        if (method := each.cls.method(name)) is not None:
            found = kind_of(program, each.scope.module, method.returns, {}, depth + 1)
            return f"={found}" if isinstance(found, str) else found
        for path in program.resolver.defining(each.path, f"{each.cls.name}.{name}"):
            program.module(path)
        for extension in program.extensions.get(name, ()):
            receiver = extension.function.receiver
            if receiver is not None and _last(receiver.type) == each.cls.name and _beside(extension.scope.module.path, each.path):
                found = kind_of(program, extension.scope.module, extension.function.returns, {}, depth + 1)
                return f"={found}" if isinstance(found, str) else found
    for base in cls.cls.bases:
        if isinstance(inner := kind_of(program, cls.scope.module, base, {}, depth + 1), str) and inner:
            return f"{inner}.{name}"
    return ""


def package(path: str) -> str:
    """The package of a path of a library, up to the first dot of its last part: `github.com/nats-io/nats` for `nats.go`."""
    start = path.rfind("/") + 1
    return path[: path.find(".", start)] if "." in path[start:] else path


def _beside(one: str, other: str) -> bool:
    return one.rpartition("/")[0] == other.rpartition("/")[0]


def _last(type: ir.Expression | None) -> str:
    while isinstance(type, ir.Item):
        type = type.owner
    return type.name if isinstance(type, (ir.Name, ir.Attribute)) else ""


def _declared(program: Program, path: str, name: str) -> ir.Assign | None:
    """The declaration of a variable or constant at the top of the package that a file is of."""
    known: dict[tuple[str, str], ir.Assign | None] = program.kept.setdefault("golang.declared", {})
    if (path, name) not in known:
        known[path, name] = None
        for each in program.resolver.defining(path, name):
            module = program.module(each)
            if module is None:
                continue
            for statement in program.lowered[each].statements:
                if isinstance(statement, ir.Assign) and statement.target == ir.Name(name, statement.target.line):
                    known[path, name] = statement
                    return statement
    return known[path, name]
