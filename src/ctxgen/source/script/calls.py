"""Every call of a file with the path in a library of what is called, also in functions that nobody is seen to call.

A name leads to a library through the imports of its file, through what it is assigned, or through the declared type of a field.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.program import Program
from ctxgen.source.values import UNKNOWN, External, ModuleValue, Value

MAX_PARTS = 60_000
"""Parts of one file's tree that are looked at."""


class Found(NamedTuple):
    """A call: `path` in a library with `()` behind each call (`""` where it leads to none), the name of the function that it stands in."""

    path: str
    called: str
    owner: ir.Expression | None
    call: ir.Call
    inside: str
    module: ModuleValue
    program: Program

    @property
    def at(self) -> At:
        """The line of the call."""
        return At(self.module.path, self.call.line)

    def value(self, index: int) -> Value:
        """An argument, as far as the names of the file tell it."""
        if index >= len(self.call.arguments):
            return UNKNOWN
        return self.program.evaluate(self.call.arguments[index].value, self.module.scope)

    def expression(self, index: int) -> ir.Expression | None:
        """An argument as it is written."""
        return self.call.arguments[index].value if index < len(self.call.arguments) else None

    def option(self, index: int, key: str) -> Value:
        """An entry of an argument that is an object."""
        options = self.value(index)
        return options.get(key, UNKNOWN) if isinstance(options, dict) else UNKNOWN

    def made_with(self, index: int) -> Value:
        """An argument of the call that gave what the method is called on: the name of `new Queue("mail")`."""
        made = self.program.lookup(self.owner.name, self.module.scope) if isinstance(self.owner, ir.Name) else None
        return made.arguments.get(index, default=UNKNOWN) if isinstance(made, External) and made.arguments is not None else UNKNOWN


class Class(NamedTuple):
    """The class that a part of a file stands in, and the libraries' types of its fields."""

    name: str
    fields: dict[str, str]


class Defined(NamedTuple):
    """A function of a file by the name that it is known by."""

    name: str
    function: ir.Function
    module: ModuleValue


def walk(program: Program, module: ModuleValue) -> Iterator[Found | Defined]:
    """The calls and functions of a file, in the order in which they are written."""
    locals: dict[str, str] = {}
    work: list[tuple[object, str, Class | None]] = [(program.lowered[module.path].statements, "", None)]
    for _ in range(MAX_PARTS):
        if not work:
            return
        part, inside, cls = work.pop()
        if isinstance(part, tuple):
            work += [(each, inside, cls) for each in reversed(part)]
        elif isinstance(part, ir.Function):
            named = f"{cls.name}.{part.name}" if cls is not None and not inside and part.name else part.name or inside
            yield Defined(named, part, module)
            work.append((part.body, named or inside, cls))
        elif isinstance(part, ir.Class):
            known = Class(part.name, {each.name: path for each in part.fields if (path := _type(program, module, each.type))})
            work += [(part.statements, "", known), (part.methods, "", known), (part.fields, "", known)]
        elif isinstance(part, ir.Call):
            path = resolved(program, module, part.function, locals, cls)
            owner, called = (part.function.owner, part.function.name) if isinstance(part.function, ir.Attribute) else (None, "")
            yield Found(f"{path}()" if path else "", called, owner, part, inside, module, program)
            work += [(part.arguments, inside, cls), (part.function, inside, cls)]
        elif isinstance(part, (ir.Assign, ir.Field)):
            _keep(program, module, part, locals, cls)
            work.append((part.value, inside, cls))
        elif (fields := getattr(part, "__struct_fields__", None)) is not None:
            work += [(getattr(part, field), inside, cls) for field in reversed(fields) if field != "line"]


def _keep(program: Program, module: ModuleValue, part: ir.Assign | ir.Field, locals: dict[str, str], cls: Class | None) -> None:
    """Remember what a variable or field is made of."""
    if not isinstance(part.value, (ir.Call, ir.Attribute)):
        return
    path = resolved(program, module, part.value, locals, cls)
    if not path:
        return
    if isinstance(part, ir.Field):
        if cls is not None:
            cls.fields[part.name] = path
    elif isinstance(part.target, ir.Name):
        locals[part.target.name] = path
    elif isinstance(part.target, ir.Attribute) and part.target.owner == ir.Name("self", part.target.owner.line) and cls is not None:
        cls.fields[part.target.name] = path


def _type(program: Program, module: ModuleValue, type: ir.Expression | None) -> str:
    while isinstance(type, ir.Item):
        type = type.owner
    return resolved(program, module, type, {}, None) if isinstance(type, (ir.Name, ir.Attribute)) else ""


def resolved(program: Program, module: ModuleValue, expression: ir.Expression | None, locals: dict[str, str], cls: Class | None) -> str:
    """The path in a library that an expression leads to, `""` for none."""
    links: list[str] = []
    for _ in range(40):
        if isinstance(expression, ir.Call):
            links.append("()")
            expression = expression.function
        elif isinstance(expression, ir.Attribute):
            if isinstance(expression.owner, ir.Name) and expression.owner.name == "self":
                start = cls.fields.get(expression.name, "") if cls is not None else ""
                return start + "".join(reversed(links)) if start else ""
            links.append(f".{expression.name}")
            expression = expression.owner
        else:
            break
    if not isinstance(expression, ir.Name):
        return ""
    start = locals.get(expression.name, "")
    if not start and expression.name != "self":
        value = program.lookup(expression.name, module.scope)
        start = value.path if isinstance(value, External) else ""
    return start + "".join(reversed(links)) if start else ""
