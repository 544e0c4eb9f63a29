"""What source does beside answering requests: error handling, validation, transactions, caches, limits, tokens, calls to others."""

from __future__ import annotations

from ctxgen.context import CodeStatement
from ctxgen.facts import Facts
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.model import At, CodeFact


def code(facts: Facts, join: Join) -> list[CodeStatement]:
    """Every statement once a component, in the order of kind and place, with its first lines."""
    found: dict[tuple[str, str, str | None, str | None], list[At]] = {}
    for fact in facts.of(CodeFact):
        found.setdefault((fact.kind, fact.subject, fact.value, join.component(fact.at.path)), []).append(fact.at)
    ordered = sorted(found.items(), key=lambda entry: (entry[0][0], entry[1][0], entry[0][1], entry[0][2] or ""))
    return [CodeStatement(kind, subject, value, component, cite(at, 3)) for (kind, subject, value, component), at in ordered]
