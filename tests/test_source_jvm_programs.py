"""What the small programs under `fixtures/source` state beside their endpoints: models, channels, jobs and what lines do, where a file of expected facts stands beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_regressions.file_regression import FileRegressionFixture

from ctxgen.model import Channel, CodeFact, EntityModel, Schedule, Variable
from ctxgen.pipeline import analyse, scan

FIXTURES = Path(__file__).parent.parent / "fixtures" / "source"
STATED = sorted(path.relative_to(FIXTURES).as_posix().removesuffix(".facts.txt") for path in FIXTURES.glob("*/*.facts.txt"))


def lines(model: EntityModel) -> list[str]:
    """A model with its columns, indexes and relations."""
    found = [f"model {model.name} {model.table} ({model.technology}) {model.at.path}:{model.at.line}"]
    for column in model.columns:
        marks = [
            word for word, holds in (("key", column.primary), ("unique", column.unique), ("required", column.nullable is False)) if holds
        ]
        reference = f" -> {column.references}" if column.references else ""
        found.append(f"  {column.name}: {column.type or '-'} {' '.join(marks)}{reference} :{column.at.line}".replace("  :", " :"))
    found += [f"  {relation.kind} {relation.name} {relation.target} :{relation.at.line}" for relation in model.relations]
    found += [
        f"  index {index.name or '-'} ({', '.join(index.columns)}){' unique' if index.unique else ''} :{index.at.line}"
        for index in model.indexes
    ]
    return found


@pytest.mark.parametrize("case", STATED)
def test_facts(case: str, file_regression: FileRegressionFixture) -> None:
    facts = analyse(FIXTURES / case).facts
    found = [line for model in facts.of(EntityModel) for line in lines(model)]
    found += sorted(
        f"{each.role or 'names'} {each.system} {each.kind} {each.name} {each.at.path}:{each.at.line}" for each in facts.of(Channel)
    )
    found += sorted(f"job {each.name} [{each.schedule or '-'}] {each.at.path}:{each.at.line}" for each in facts.of(Schedule))
    found += sorted(
        f"{each.kind} {each.subject}{f' [{each.value}]' if each.value else ''} {each.at.path}:{each.at.line}" for each in facts.of(CodeFact)
    )
    asked = {None: "may be", True: "required", False: "optional"}
    found += sorted(
        f"setting {each.name} {asked[each.required]} {each.at.path}:{each.at.line}" for each in facts.of(Variable) if each.source == "code"
    )
    file_regression.check("\n".join(found) + "\n", fullpath=FIXTURES / f"{case}.facts.txt")


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("CREATE TABLE shop.stock_item (id bigint PRIMARY KEY, sku text NOT NULL);", [("StockItem", "stock_item", ["id", "sku"])]),
        (
            "CREATE TABLE shop.stock_item (id bigint PRIMARY KEY); CREATE TABLE old.stock_item (id bigint PRIMARY KEY);",
            [
                ("StockItem", "stock_item", ["id", "sku"]),
                ("stock_item", "old.stock_item", ["id"]),
                ("stock_item", "shop.stock_item", ["id"]),
            ],
        ),
    ],
)
def test_a_table_of_the_one_schema_is_that_of_the_code(statements: str, expected: list[tuple[str, str, list[str]]], tmp_path: Path) -> None:
    (tmp_path / "src/main/java").mkdir(parents=True)
    (tmp_path / "db").mkdir()
    (tmp_path / "pom.xml").write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>shop</artifactId><version>1</version><dependencies>"
        "<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-data-jpa</artifactId></dependency></dependencies></project>"
    )
    (tmp_path / "db/schema.sql").write_text(statements)
    (tmp_path / "src/main/java/StockItem.java").write_text(
        'import jakarta.persistence.*;\n@Entity\n@Table(name = "stock_item")\nclass StockItem {\n    @Id Long id;\n    String sku;\n}\n'
    )
    told = [(model.name, model.table, [column.name for column in model.columns]) for model in scan(tmp_path).models]
    assert sorted(told) == expected


def test_a_schedule_that_a_setting_states_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "src/main/java").mkdir(parents=True)
    (tmp_path / "src/main/resources").mkdir(parents=True)
    (tmp_path / "pom.xml").write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>shop</artifactId><version>1</version><dependencies>"
        "<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>"
    )
    (tmp_path / "src/main/resources/application.properties").write_text("shop.count.cron=0 0 3 * * *\nshop.other.cron=0 0 4 * * *\n")
    (tmp_path / "src/main/java/Counting.java").write_text(
        'import org.springframework.scheduling.annotation.Scheduled;\nclass Counting {\n    @Scheduled(cron = "${shop.count.cron}")\n    void count() {}\n}\n'
    )
    told = [(job.name, job.schedule, [(at.path.rpartition("/")[2], at.line) for at in job.evidence]) for job in scan(tmp_path).jobs]
    assert sorted(told) == [
        ("Counting.count", "0 0 3 * * *", [("Counting.java", 3), ("application.properties", 1)]),
        ("shop.other", "0 0 4 * * *", [("application.properties", 2)]),
    ]
