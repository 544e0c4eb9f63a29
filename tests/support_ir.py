"""A compact notation for lowered source, for tests to compare with."""

from __future__ import annotations

from collections.abc import Iterable

from ctxgen.source import ir


def dump(statements: Iterable[ir.Statement], indent: str = "") -> str:
    """Statements, one a line, bodies indented."""
    return "\n".join(f"{indent}{line}" for each in statements for line in _statement(each))


def _nested(statements: Iterable[ir.Statement]) -> list[str]:
    return [f"  {line}" for each in statements for line in _statement(each)]


def _statement(each: ir.Statement) -> list[str]:
    if isinstance(each, ir.Define):
        return _definition(each.what)
    match each:
        case ir.Assign():
            kind = f": {show(each.type)}" if each.type is not None else ""
            return [f"{show(each.target)}{kind} {'+=' if each.adds else '='} {show(each.value)}"]
        case ir.Do():
            return [f"do {show(each.value)}"]
        case ir.Return():
            return [f"return {show(each.value)}"]
        case ir.Branch():
            arms = [(f"when {show(condition)}" if condition is not None else "always", body) for condition, body in each.arms]
            return [line for head, body in arms for line in (head, *_nested(body))]
        case ir.Loop():
            return [f"for {show(each.target)} in {show(each.iterable)}", *_nested(each.body)]
        case ir.Block():
            return ["block", *_nested(each.body)]
        case ir.Import():
            return [f"import {each.module} {each.name or '-'}" + (f" as {each.alias}" if each.alias else "")]
        case _:
            return [f"export {each.name} {show(each.value)}"]


def _definition(what: ir.Function | ir.Class) -> list[str]:
    marks = [f"@{show(mark)}" for mark in what.decorators]
    if isinstance(what, ir.Function):
        returns = f" -> {show(what.returns)}" if what.returns is not None else ""
        return [*marks, f"def {what.name}({_parameters(what)}){returns} #{what.line}", *_nested(what.body)]
    bases = ", ".join([*map(show, what.bases), *(f"{each.name}={show(each.default)}" for each in what.parameters)])
    fields = [
        f"  {each.name}{f': {show(each.type)}' if each.type is not None else ''}{f' = {show(each.value)}' if each.value is not None else ''}"
        for each in what.fields
    ]
    members: list[ir.Function | ir.Class] = [*what.methods, *what.classes]
    inner = [f"  {line}" for member in members for line in _definition(member)]
    return [*marks, f"class {what.name}({bases}) #{what.line}", *fields, *inner, *_nested(what.statements)]


def _parameters(what: ir.Function) -> str:
    return ", ".join(
        f"{'*' if each.variadic else ''}{each.name}{f': {show(each.type)}' if each.type is not None else ''}"
        f"{f' = {show(each.default)}' if each.default is not None else ''}"
        for each in what.parameters
    )


def show(each: ir.Expression | None) -> str:
    """An expression on one line."""
    match each:
        case None:
            return "-"
        case ir.Literal():
            return repr(each.value)
        case ir.Template():
            return f"t({' + '.join(map(show, each.parts))})"
        case ir.Name():
            return each.name
        case ir.Attribute():
            return f"{show(each.owner)}.{each.name}"
        case ir.Item():
            return f"{show(each.owner)}[{show(each.key)}]"
        case ir.Call():
            types = f"<{', '.join(map(show, each.types))}>" if each.types else ""
            return f"{show(each.function)}{types}({_arguments(each.arguments)})"
        case ir.Sequence():
            return f"[{_arguments(each.items)}]"
        case ir.Mapping():
            entries = (f"{show(key)}: {show(value)}" if key is not None else f"**{show(value)}" for key, value in each.entries)
            return f"{show(each.type) if each.type else ''}{{{', '.join(entries)}}}"
        case ir.Choice():
            return f"<{' | '.join(map(show, each.options))}>"
        case ir.Unknown():
            return f"?({', '.join(map(show, each.inner))})"
        case ir.Function():
            return f"fn({_parameters(each)}){{{'; '.join(' '.join(line.strip() for line in _statement(part)) for part in each.body)}}}"
        case _:
            return f"class {each.name}"


def _arguments(given: Iterable[ir.Argument]) -> str:
    return ", ".join(f"{'*' if each.spread else ''}{f'{each.keyword}=' if each.keyword else ''}{show(each.value)}" for each in given)
