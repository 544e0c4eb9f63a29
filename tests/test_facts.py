"""Collections that share what did not change say the same as ones that are made anew."""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.facts import Facts
from ctxgen.model import At, Fact, Import, Project
from ctxgen.opaque import name

FACTS = [
    Project(ecosystem="npm", name=name("one"), at=At("a/package.json", 1)),
    Import(language=name("go"), module=name("os"), at=At("b.go", 3)),
    Project(ecosystem="go", name=name("two"), at=At("go.mod", 1)),
]


def doubled(fact: Fact) -> Iterator[Fact]:
    yield fact
    if isinstance(fact, Project):
        yield Import(language=name("go"), module=name("added"), at=fact.at)


def test_change_is_as_if_all_were_gone_through() -> None:
    for facts in (FACTS, FACTS[::-1]):
        before = Facts(facts)
        assert before.in_file(Import, "b.go")
        after = before.change(doubled, Project)
        assert list(after) == list(Facts(new for fact in before for new in doubled(fact)))
        assert len(after.in_file(Import, "go.mod")) == 1
        assert before.in_file(Import, "go.mod") == []
        assert len(before.of(Import)) == 1


def test_unchanged_kinds_are_shared() -> None:
    before = Facts(FACTS)
    assert before.plus(FACTS[:1]).of(Import) == before.of(Import)
    assert before.map(Project, lambda project: ()).of(Project) == []
    assert list(before.plus(FACTS)) == list(Facts([*before, *FACTS]))
