"""How the calls of Go are read: spans of time, and the declarations of a package.

Sources: https://go.dev/ref/spec, https://pkg.go.dev/time#Duration.
"""

from __future__ import annotations

from ctxgen.source import ir
from ctxgen.source.kinds import Tongue
from ctxgen.source.program import Program
from ctxgen.source.typed_calls import Found, Reading

_UNITS = {"Nanosecond": "ns", "Microsecond": "us", "Millisecond": "ms", "Second": "s", "Minute": "min", "Hour": "h"}


def package(path: str) -> str:
    """The package of a path of a library, up to the first dot of its last part: `github.com/nats-io/nats` for `nats.go`."""
    start = path.rfind("/") + 1
    return path[: path.find(".", start)] if "." in path[start:] else path


def _span(found: Found, expression: ir.Expression | None) -> tuple[int, str] | None:
    """`time.Minute`."""
    if isinstance(expression, ir.Attribute) and expression.name in _UNITS and found.kind(expression) == f"time.{expression.name}":
        return 1, _UNITS[expression.name]
    return None


def _declared(program: Program, path: str, name: str) -> tuple[ir.Assign, str] | None:
    """The declaration of a variable or constant at the top of the package that a file is of."""
    known: dict[tuple[str, str], tuple[ir.Assign, str] | None] = program.kept.setdefault("golang.declared", {})
    if (path, name) not in known:
        known[path, name] = None
        for each in program.resolver.defining(path, name):
            for statement in program.lowered[each].statements if program.module(each) is not None else ():
                if isinstance(statement, ir.Assign) and statement.target == ir.Name(name, statement.target.line):
                    known[path, name] = statement, each
                    return known[path, name]
    return known[path, name]


TONGUE = Tongue(frozenset(["list", "map"]), _declared, packages=True)
READING = Reading(TONGUE, _span, frozenset(["fmt.Sprintf()", "path.Join()", "net/url.JoinPath()", "string()"]), "time.Duration")
