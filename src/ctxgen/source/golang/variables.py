"""Environment variables that Go reads: by `os`, by functions of the repository around it, by viper's keys, and by the tags of structs.

Whether one is required, the code says that stands behind: a default, an error or an end of the program where it is not set.
Sources: https://pkg.go.dev/os#LookupEnv, https://pkg.go.dev/github.com/spf13/viper, https://github.com/caarlos0/env, https://github.com/kelseyhightower/envconfig,
https://github.com/ilyakaznacheev/cleanenv, https://pkg.go.dev/github.com/sethvargo/go-envconfig.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from ctxgen.facts import folder_of
from ctxgen.model import At, Fact, Variable
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.calls import calls, calls_in
from ctxgen.source.golang.calls import package
from ctxgen.source.golang.tags import Parsed, settings
from ctxgen.source.kinds import last_name
from ctxgen.source.program import Program
from ctxgen.source.typed_calls import Defined, Found
from ctxgen.source.values import FunctionValue, Package

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{1,99}")
_READS = {"os.Getenv()", "os.LookupEnv()", "syscall.Getenv()"}
_ENDS = {"panic", "Fatal", "Fatalf", "Fatalln", "Exit", "Panic", "Panicf", "Panicln"}
_VIPER = "github.com/spf13/viper"
_GETS = re.compile(
    r"Get(?:String|Int|Int32|Int64|Uint\w{0,2}|Bool|Duration|Float64|Time|StringSlice|StringMap\w{0,20}|IntSlice|SizeInBytes)?|IsSet|UnmarshalKey"
)


class Variables:
    """What the walk over the files of a program meets that reads a variable."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._found: list[Variable] = []
        self._helpers: dict[int, tuple[int, bool | None] | None] = {}
        """Functions of the repository by identity: the parameter that names the variable, and whether it must be set."""
        self._stated: dict[tuple[str, int], bool] = {}
        """What the code behind a call says, by its place."""
        self._keys: list[tuple[str, str, str, At, bool | None]] = []
        """viper's: folder, kind (`key` or `variable`), text, place and whether it is required."""
        self._prefixes: dict[str, str] = {}
        self._automatic: dict[str, bool] = {}
        self._replacers: dict[str, dict[str, str] | None] = {}
        """By folder what is replaced in keys; None where only running code knows it."""
        self._parsed: list[Parsed] = []
        self._structs: dict[int, Defined] = {}

    # ---- what is met

    def note(self, each: Found | Defined) -> None:
        """Look at a call, function or struct."""
        if isinstance(each, Defined):
            if isinstance(each.what, ir.Function):
                self._look(each.what.body, each.module.path)
            elif any("env" in field.tag for field in each.what.fields):
                self._structs[id(each.what)] = each
        elif each.path in _READS:
            self._read(each.value(0), each.at)
        elif package(each.path) == _VIPER:
            self._viper(each)
        elif (parsed := Parsed.of(each)) is not None:
            self._parsed.append(parsed)
        elif each.call.arguments and isinstance(each.call.arguments[0].value, (ir.Literal, ir.Name, ir.Attribute)):
            self._helped(each)

    def _read(self, value: object, at: At, required: bool | None = None) -> None:
        if isinstance(value, str) and _NAME.fullmatch(value):
            known = self._stated.get((at.path, at.line))
            self._found.append(Variable(name=name(value), source="code", required=required if known is None else known, at=at))

    def _helped(self, found: Found) -> None:
        """A call of a function of the repository that reads the variable which an argument names: `getEnv("PORT", "8080")`."""
        value = found.value(0)
        if not isinstance(value, str) or not value.isupper() or not _NAME.fullmatch(value):
            return
        function = _function(self._program, found)
        if function is None:
            return
        key = id(function.function)
        if key not in self._helpers:
            self._helpers[key] = _helper(function.function)
        helper = self._helpers[key]
        if helper is not None and helper[0] == 0:
            self._read(value, found.at, False if helper[1] is None and len(found.call.arguments) > 1 else helper[1])

    # ---- what stands behind a call

    def _look(self, body: Sequence[ir.Statement], path: str) -> None:
        """What is done where a variable is not set."""
        for index, statement in enumerate(body):
            match statement:
                case ir.Assign(target, value):
                    read = next((call for call in calls_in(value) if _reads(call)), None)
                    if read is not None:
                        if isinstance(value, ir.Call) and isinstance(value.function, ir.Attribute) and value.function.name == "Or":
                            self._stated[path, read.line] = False  # `cmp.Or(os.Getenv("X"), "default")`
                        names = {each.name for each in _names(target)}
                        if (required := _checked(body[index + 1 : index + 3], names)) is not None:
                            self._stated[path, read.line] = required
                case ir.Branch(arms):
                    for condition, inner in arms:
                        for call in calls_in(condition) if condition is not None else ():
                            if _reads(call):
                                self._stated[path, call.line] = _ends(inner)
                        self._look(inner, path)
                case ir.Loop() | ir.Block():
                    self._look(statement.body, path)

    # ---- viper

    def _viper(self, found: Found) -> None:
        folder, called = folder_of(found.module.path), found.called
        first = found.value(0)
        if called == "SetEnvPrefix" and isinstance(first, str):
            self._prefixes[folder] = first
        elif called == "AutomaticEnv":
            self._automatic[folder] = True
        elif called == "SetEnvKeyReplacer":
            self._replacers[folder] = _replaced(found)
        elif called == "BindEnv":
            given = [value for argument in found.call.arguments for value in [found.valued(argument.value)] if isinstance(value, str)]
            for text in given[1:]:
                self._keys.append((folder, "variable", text, found.at, None))
            if len(given) == 1 == len(found.call.arguments):
                self._keys.append((folder, "bound", given[0], found.at, None))
        elif called == "SetDefault" and isinstance(first, str):
            self._keys.append((folder, "key", first, found.at, False))
        elif _GETS.fullmatch(called) and isinstance(first, str):
            self._keys.append((folder, "key", first, found.at, None))

    def _of_viper(self) -> Iterator[Variable]:
        """The variables of keys that viper takes from the environment."""
        with_default = {text for _, _, text, _, required in self._keys if required is False}
        for folder, kind, text, at, required in self._keys:
            if kind == "key" and not _for(folder, self._automatic, False):
                continue
            shown = text
            if kind != "variable":
                prefix = _for(folder, self._prefixes, "")
                shown = f"{prefix}_{text}".upper() if prefix else text.upper()
                replacer = _for(folder, self._replacers, {})
                if replacer is None:
                    continue
                for old, new in replacer.items():
                    shown = shown.replace(old, new)
            if _NAME.fullmatch(shown):
                yield Variable(name=name(shown), source="code", required=False if text in with_default else required, at=at)

    # ---- all

    def facts(self) -> Iterator[Fact]:
        """The variables, each at its lines."""
        yield from self._found
        yield from self._of_viper()
        reached: set[int] = set()
        for parsed in self._parsed:
            yield from parsed.variables(self._program, reached)
        for key, struct in self._structs.items():
            if key not in reached and isinstance(struct.what, ir.Class):
                yield from settings(struct.what, struct.module.path, "")


T = TypeVar("T")


def _for(folder: str, stated: dict[str, T], default: T) -> T:
    """What is said for a folder: in it, or in the only one of the repository where it is said."""
    return stated.get(folder, next(iter(stated.values())) if len(stated) == 1 else default)


def _replaced(found: Found) -> dict[str, str] | None:
    """What `strings.NewReplacer(".", "_")` replaces; None where its arguments are not written there."""
    made = found.stated(found.expression(0))
    if not isinstance(made, ir.Call) or found.kind(made.function) != "strings.NewReplacer":
        return None
    texts = [each.value.value for each in made.arguments if not each.spread and isinstance(each.value, ir.Literal)]
    if len(texts) != len(made.arguments) or len(texts) % 2:
        return None
    return {str(old): str(new) for old, new in zip(texts[::2], texts[1::2], strict=True)}


def _reads(call: ir.Call) -> bool:
    return (
        isinstance(call.function, ir.Attribute)
        and call.function.name in ("Getenv", "LookupEnv")
        and call.function.owner == ir.Name("os", call.function.owner.line)
    )


def _names(target: ir.Expression) -> Iterator[ir.Name]:
    if isinstance(target, ir.Name):
        yield target
    elif isinstance(target, ir.Sequence):
        for item in target.items:
            yield from _names(item.value)


def _checked(behind: Sequence[ir.Statement], names: set[str]) -> bool | None:
    """What the first branch behind a variable says that asks for it: True where it ends, False where it goes on."""
    for statement in behind:
        if isinstance(statement, ir.Branch):
            for condition, body in statement.arms:
                if condition is not None and names & _mentioned(condition):
                    return _ends(body)
    return None


def _mentioned(expression: object, depth: int = 0) -> set[str]:
    if isinstance(expression, ir.Name):
        return {expression.name}
    inner = getattr(expression, "__struct_fields__", ()) if not isinstance(expression, tuple) else ()
    parts = expression if isinstance(expression, tuple) else [getattr(expression, field) for field in inner if field != "line"]
    return {each for part in parts for each in (_mentioned(part, depth + 1) if depth < 12 else ())}


def _ends(body: Sequence[ir.Statement]) -> bool:
    """Whether statements end the program or give an error."""
    for call in calls(body):
        called = call.function.name if isinstance(call.function, (ir.Name, ir.Attribute)) else ""
        if called in _ENDS:
            return True
    for statement in body:
        if isinstance(statement, ir.Return):
            last = (
                statement.value.items[-1].value if isinstance(statement.value, ir.Sequence) and statement.value.items else statement.value
            )
            if isinstance(last, ir.Call) and last_name(last.function) in ("New", "Errorf", "Wrap", "Wrapf", "Error"):
                return True
            if isinstance(last, (ir.Name, ir.Attribute)) and re.match(r"(?i)err", last_name(last)):
                return True
    return False


def _function(program: Program, found: Found) -> FunctionValue | None:
    """The function of the repository that is called."""
    called = found.call.function
    if isinstance(called, ir.Name):
        value = program.lookup(called.name, found.module.scope) if called.name not in found.inside.kinds else None
    elif isinstance(called, ir.Attribute) and isinstance(called.owner, ir.Name) and called.owner.name not in found.inside.kinds:
        owner = program.lookup(called.owner.name, found.module.scope)
        value = (
            program.attribute(owner, called.name, called.line, found.module.scope)
            if isinstance(owner, Package) or hasattr(owner, "scope")
            else None
        )
    else:
        return None
    return value if isinstance(value, FunctionValue) else None


def _helper(function: ir.Function) -> tuple[int, bool | None] | None:
    """The parameter by which a function reads a variable, and whether it must be set; None for other functions."""
    names = [each.name for each in function.parameters]
    for call in calls(function.body):
        if _reads(call) and call.arguments and isinstance(call.arguments[0].value, ir.Name) and call.arguments[0].value.name in names:
            return names.index(call.arguments[0].value.name), True if _ends_anywhere(function.body) else None
    return None


def _ends_anywhere(body: Sequence[ir.Statement]) -> bool:
    return any(_ends(arm) for statement in body if isinstance(statement, ir.Branch) for _, arm in statement.arms)
