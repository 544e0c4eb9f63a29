"""Where the fixtures are, and facts as text to compare."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import asdict

from ctxgen.facts import Facts
from ctxgen.model import At, Diagnostic, Fact
from ctxgen.opaque import Opaque

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures"


def reader_cases() -> list[Path]:
    """Every folder `fixtures/readers/<topic>/<case>`: a small repository."""
    return sorted(path for path in (FIXTURES / "readers").glob("*/*") if path.is_dir())


def shown(value: object) -> str:
    match value:
        case At():
            return f"{value.path}:{value.line}"
        case tuple():
            return "(" + " ".join(shown(each) for each in value) + ")"
        case Opaque():
            return "<opaque>"
        case _:
            return str(value)


def fact_line(fact: Fact) -> str:
    """`path:line Kind key=value …`, defaults left out."""
    fields = asdict(fact)
    fields.pop("at")
    said = " ".join(f"{key}={shown(value)}" for key, value in fields.items() if value not in (None, (), False))
    return f"{shown(fact.at)} {type(fact).__name__} {said}"


def listing(facts: Facts, diagnostics: list[Diagnostic]) -> str:
    """All facts and diagnostics, one a line, sorted by place."""
    lines = [fact_line(fact) for fact in sorted(facts, key=lambda fact: (fact.at, type(fact).__name__, fact_line(fact)))]
    lines += [f"! {d.path}:{d.line} {d.severity} {d.code}: {d.message}" for d in sorted(diagnostics)]
    return "\n".join(lines) + "\n"
