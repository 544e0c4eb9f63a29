"""How the calls of Rust are read: spans of time, and the constants of a module.

Sources: https://doc.rust-lang.org/std/time/struct.Duration.html, https://docs.rs/chrono/latest/chrono/struct.TimeDelta.html, https://docs.rs/time/latest/time/struct.Duration.html.
"""

from __future__ import annotations

from ctxgen.source import ir
from ctxgen.source.kinds import Tongue
from ctxgen.source.program import Program
from ctxgen.source.typed_calls import Found, Reading

_UNITS = {
    "from_millis": "ms", "from_secs": "s", "from_mins": "min", "from_hours": "h", "from_days": "d", "milliseconds": "ms", "seconds": "s", "minutes": "min", "hours": "h", "days": "d", "weeks": "weeks",
    "try_seconds": "s", "try_minutes": "min", "try_hours": "h", "try_days": "d",
}  # fmt: skip
_HOLDERS = frozenset(
    [
        "list",
        "Vec",
        "Option",
        "Result",
        "State",
        "Data",
        "ThinData",
        "Extension",
        "Lazy",
        "LazyLock",
        "OnceCell",
        "OnceLock",
        "Depot",
        "Inject",
    ]
)


def _span(found: Found, expression: ir.Expression | None) -> tuple[int, str] | None:
    """`Duration::from_secs(60)`, `TimeDelta::hours(1)`."""
    if not isinstance(expression, ir.Call) or not isinstance(expression.function, ir.Attribute) or len(expression.arguments) != 1:
        return None
    unit = _UNITS.get(expression.function.name)
    owner = found.kind(expression.function.owner).rpartition(".")[2] if unit is not None else ""
    number = found.counted(expression.arguments[0].value) if owner in ("Duration", "TimeDelta") else None
    return (number, unit) if unit is not None and number is not None else None


def _declared(program: Program, path: str, name: str) -> tuple[ir.Assign, str] | None:
    """A constant or static of a file, or one that it imports."""
    module = program.module(path)
    for statement in program.lowered[path].statements if module is not None else ():
        match statement:
            case ir.Assign(ir.Name(target)) if target == name:
                return statement, path
            case ir.Import(of, wanted, alias) if alias == name and wanted is not None:
                for each in program.resolver.module(path, of):
                    if each != path and (found := _declared(program, each, wanted)) is not None:
                        return found
    return None


READING = Reading(Tongue(_HOLDERS, _declared, crates=True), _span, frozenset())
