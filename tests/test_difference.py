"""What changed between two states: contexts that the tests make, and repositories with tags."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace
from support_git import commit
from support_run import ctxgen

from ctxgen.catalogue import load
from ctxgen.context import (
    Architecture,
    Component,
    Context,
    Datastore,
    Endpoint,
    EnvironmentVariable,
    Evidence,
    Generator,
    GuardUse,
    Job,
    Link,
    Mechanism,
    Message,
    Migrations,
    Model,
    ModelColumn,
    ModelRelation,
    Repository,
    RuntimeStatement,
    ScaleSetting,
    Security,
    SecuritySetting,
    Technology,
    Use,
)
from ctxgen.difference import Difference, compare
from ctxgen.render.difference import as_json, as_markdown

EMPTY = Context(
    1, Generator("ctxgen", "1"), Repository("shop"), Architecture(None, (), ()), (), (), (), (), (), (), (), (), (), (), Security((), ()), (), (), (), (), {}, (), ()
)  # fmt: skip


def at(path: str, line: int = 1) -> tuple[Evidence, ...]:
    return (Evidence(path, line),)


def technology(identifier: str, name: str, versions: dict[str | None, str | None], **more: Any) -> Technology:
    uses = tuple(
        Use(component, more.get("scope", "backend"), "used", version, version, None, None, None, at(f"{component or '.'}/package.json", 3))
        for component, version in versions.items()
    )
    category = more.get("category", "framework")
    version = next(iter(versions.values()))
    return Technology(
        identifier, name, category, (), version, more.get("scope", "backend"), more.get("usage", "used"), "declared", uses[0].evidence, uses
    )


def endpoint(
    path: str, access: str = "guarded", guards: tuple[str, ...] = ("requireUser",), component: str = "api", line: int = 5
) -> Endpoint:
    used = tuple(GuardUse(guard, "authn", at("routes.js", 90)) for guard in guards)
    return Endpoint("http", "GET", path, None, "handler", access, used, component, at("routes.js", line))


def markdown(difference: Difference) -> str:
    return as_markdown(difference, load(), "v1", "v2")


def lines(before: Context, after: Context) -> list[str]:
    """The bullets, after a check that telling the difference twice gives the same."""
    difference = compare(before, after)
    text = markdown(difference)
    assert text == markdown(compare(before, after))
    assert json.loads(as_json(difference))["changes"]
    return [line.removeprefix("- ") for line in text.splitlines() if line.startswith("- ")]


def test_nothing_has_changed() -> None:
    full = replace(EMPTY, technologies=(technology("express", "Express", {"api": "4"}),), endpoints=(endpoint("/a"),))
    moved = replace(full, endpoints=(endpoint("/a", line=50),))
    difference = compare(full, moved)
    assert difference.changes == ()
    assert markdown(difference).endswith("\n\nNothing of the context has changed.\n")


def test_the_summary_tells_what_matters() -> None:
    before = replace(
        EMPTY,
        technologies=(technology("express", "Express", {"api": "4.18"}),),
        endpoints=tuple(endpoint(path) for path in ("/a", "/b", "/c", "/d")),
    )
    after = replace(
        EMPTY,
        technologies=(technology("express", "Express", {"api": "5.1"}), technology("redis", "Redis", {"api": "7"}, category="cache")),
        datastores=(Datastore("redis", "7", "used", ("api",), (), None, at("compose.yml", 4)),),
        endpoints=(*(endpoint(path, "unknown", ()) for path in ("/a", "/b")), endpoint("/c", "public", ()), endpoint("/d")),
    )
    text = markdown(compare(before, after))
    assert "3 endpoints lost their guard, 1 endpoint became public, Redis added, Express 4.18 → 5.1." in text.splitlines()
    assert text.count("Redis 7 added") == 1


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"api": "4.18"}, {"api": "5.1"}, ["Express 4.18 → 5.1 (`api/package.json:3`)"]),
        ({"api": "4.18", "web": "4.18"}, {"api": "5.1", "web": "5.1"}, ["Express 4.18 → 5.1 (`api/package.json:3`)"]),
        ({"api": "4.18", "web": "4.18"}, {"api": "4.18", "web": "5.1"}, []),
        ({"api": "4.18", "web": "4.18", "old": "3"}, {"web": "5.1", "api": "4.18"}, ["Express in web 4.18 → 5.1 (`web/package.json:3`)"]),
        ({"web": "4.17", "api": "4.18"}, {"api": "5.1", "web": "5.0"}, ["Express in api 4.18 → 5.1 (`api/package.json:3`)", "Express in web 4.17 → 5.0 (`web/package.json:3`)"]),
        ({"a": "4"}, {"b": "5"}, ["Express 4 → 5 (`b/package.json:3`)"]),
        ({None: "4"}, {None: None}, ["Express 4 → not stated (`./package.json:3`)"]),
    ],
)  # fmt: skip
def test_versions_by_component(before: dict[str | None, str | None], after: dict[str | None, str | None], told: list[str]) -> None:
    old = replace(
        EMPTY, technologies=(technology("express", "Express", before),), scale=(ScaleSetting("x", "1", None, None, None, at("a")),)
    )
    new = replace(EMPTY, technologies=(technology("express", "Express", after),))
    assert [line for line in lines(old, new) if line.startswith("Express")] == told


def test_endpoints() -> None:
    before = replace(
        EMPTY, endpoints=(endpoint("/a", guards=("auth", "owner")), endpoint("/b"), endpoint("/old"), endpoint("/c/{id}", component="a"))
    )
    after = replace(
        EMPTY,
        endpoints=(
            endpoint("/a", guards=("owner", "audit")),
            endpoint("/b", "unknown", ()),
            endpoint("/new"),
            endpoint("/c/{key}", component="b"),
        ),
    )
    assert lines(before, after) == [
        "`GET /b` in api lost its guard `requireUser (authn)` (`routes.js:5`)",
        "`GET /a` in api: guards now `audit (authn)`, no more `auth (authn)` (`routes.js:90`)",
        "`GET /b` in api access guarded → unknown (`routes.js:5`)",
        "`GET /new` guarded in api added (`routes.js:5`)",
        "`GET /old` guarded in api removed (was `routes.js:5`)",
    ]  # fmt: skip


def test_a_guard_that_is_replaced_is_not_lost() -> None:
    paths = [f"/{number}" for number in range(20)]
    before = replace(EMPTY, endpoints=tuple(endpoint(path, guards=("basic",)) for path in paths))
    after = replace(EMPTY, endpoints=tuple(endpoint(path, guards=("session",)) for path in paths))
    text = markdown(compare(before, after))
    assert "lost" not in text
    (line,) = (line for line in text.splitlines() if line.startswith("- "))
    assert line.startswith("- `GET /0`, `GET /1`, `GET /10`, ")
    assert line.endswith(" and 8 more in api: guards now `session (authn)`, no more `basic (authn)` (`routes.js:90`)")
    text = markdown(compare(before, replace(EMPTY, endpoints=tuple(endpoint(path, "unknown", ()) for path in paths))))
    assert "20 endpoints lost their guard" in text
    assert "and 8 more in api lost their guard `basic (authn)`" in text


def test_models_variables_scale_and_the_rest() -> None:
    def model(*columns: tuple[str, str, bool]) -> Model:
        place = at("models.py", 7)
        told = tuple(ModelColumn(name, kind, nullable, False, False, None, place) for name, kind, nullable in columns)
        return Model("Order", "orders", told, (), (ModelRelation("user", "many-to-one", "User", place),), "api", place)

    def variable(name: str, *, required: bool | None = None, component: str = "api") -> EnvironmentVariable:
        return EnvironmentVariable(name, False, required, component, at(".env", 2))

    def component(uses: tuple[str, ...], ports: tuple[int, ...]) -> Component:
        return Component(
            "api", "api", "api", "service", "Go", (), ports, tuple(Link(use, None, "http", at("x")) for use in uses), at("compose.yml")
        )

    before = replace(
        EMPTY,
        models=(model(("id", "int", False), ("total", "int", False)),),
        environment=(variable("A"), variable("A", component="web"), variable("B")),
        scale=(ScaleSetting("pool-size", "10", "connections", "HikariCP", "api", at("app.yml", 3)),),
        components=(component(("users",), (80,)),),
        runtimes=(RuntimeStatement("Java", "17", "api", at("pom.xml")),),
        datastores=(Datastore("postgresql", "15", "used", ("api",), (), Migrations("flyway", 3, at("V1.sql")), at("compose.yml", 9)),),
        security=Security((Mechanism("jwt", None, at("a.py")),), (SecuritySetting("CORS", "all origins", "api", at("b.py")),)),
        messaging=(Message("kafka", "topic", "orders", ("api",), (), at("k.yml")),),
        jobs=(Job("cleanup", "0 3 * * *", None, "api", at("cron")),),
    )
    after = replace(
        EMPTY,
        models=(model(("id", "bigint", False), ("note", "text", True), ("total", "int", False)),),
        environment=(variable("A"), variable("B", required=True), variable("C")),
        scale=(ScaleSetting("pool-size", "20", "connections", "HikariCP", "api", at("app.yml", 4)),),
        components=(component(("users", "mail"), (8080,)),),
        runtimes=(RuntimeStatement("Java", "21", "api", at("pom.xml")),),
        datastores=(
            Datastore("postgresql", "16", "used", ("api", "web"), (), Migrations("flyway", 5, at("V1.sql")), at("compose.yml", 9)),
        ),
        security=Security((), (SecuritySetting("CORS", "a fixed list", "api", at("b.py")),)),
        messaging=(Message("kafka", "topic", "orders", ("api",), ("mail",), at("k.yml")),),
        jobs=(Job("cleanup", "0 4 * * *", None, "api", at("cron")),),
    )
    assert lines(before, after) == [
        "JWT removed (was `a.py:1`)",
        "CORS in api all origins → a fixed list (`b.py:1`)",
        "postgresql 15 → 16 (`compose.yml:9`)",
        "postgresql: components now `web` (`compose.yml:9`)",
        "postgresql migrations 3 → 5 (`V1.sql:1`)",
        "Java 17 → 21 (`pom.xml:1`)",
        "api: ports now `8080`, no more `80` (`compose.yml:1`)",
        "api: uses now `mail` (`compose.yml:1`)",
        "`Order` in api: columns now `id bigint`, `note text nullable`, no more `id int` (`models.py:7`)",
        "`topic orders`: consumers now `mail` (`k.yml:1`)",
        "`cleanup` in api schedule `0 3 * * *` → `0 4 * * *` (`cron:1`)",
        "HikariCP pool size in api 10 connections → 20 connections (`app.yml:4`)",
        "`B` required not stated → yes (`.env:2`)",
        "`C` added (`.env:2`)",
    ]
    assert len(lines(after, before)) == len(lines(before, after))


def test_names_of_the_repository_stay_in_their_place() -> None:
    hostile = "<!-- x --> @everyone #1 [a](http://h) **b** </details> `c` | d"
    before = replace(EMPTY, endpoints=(endpoint("/a"),))
    after = replace(
        EMPTY,
        endpoints=(endpoint(f"/{hostile}", component=hostile),),
        environment=(EnvironmentVariable(hostile, False, None, None, at(hostile)),),
        scale=(ScaleSetting(hostile, hostile, None, hostile, hostile, at("a")),),
    )
    html = MarkdownIt("commonmark").enable("strikethrough").render(markdown(compare(before, after)))
    assert not any(tag in html for tag in ("<a ", "<strong>", "<!--", "</details>", "<em>"))


def test_never_longer_than_a_comment() -> None:
    after = replace(EMPTY, endpoints=tuple(endpoint(f"/{'x' * 80}/{number}") for number in range(3000)))
    text = markdown(compare(EMPTY, after))
    assert len(text.encode()) < 65_536
    assert "3000 endpoints added" in text
    assert "more" in text.splitlines()[-1]


# ---------------------------------------------------------------------------------------------- the command


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    commit(root, {"package.json": '{"name": "shop", "dependencies": {"express": "4.18.2"}}'}, "v1")
    commit(
        root,
        {"package.json": '{"name": "shop", "dependencies": {"express": "5.1.0"}}', "compose.yml": "services:\n  db:\n    image: redis:7\n"},
        "v2",
    )
    return root


def test_between_tags_and_since_one(repository: Path) -> None:
    done = ctxgen("diff", "v1", "v2", cwd=repository)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode()
    assert text.startswith("# Changes of the backend context: `v1` (`")
    assert "Redis 7 added (`compose.yml:3`)" in text
    assert "Express 4.18.2 → 5.1.0 (`package.json:1`)" in text
    (repository / "compose.yml").unlink()
    text = ctxgen("diff", "v2", cwd=repository).stdout.decode()
    assert "Redis 7 removed (was `compose.yml:3`)" in text
    assert "the files as they are" in text
    assert "Nothing of the context has changed." in ctxgen("diff", "v1", "v1", cwd=repository).stdout.decode()


def test_json_and_somewhere_else(repository: Path, tmp_path: Path) -> None:
    done = ctxgen("diff", "v1", "v2", "--in", f"file://{repository}", "--format", "json", "-o", tmp_path / "diff.json")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    told = json.loads((tmp_path / "diff.json").read_text())
    assert told["schema_version"] == 1
    express = next(change for change in told["changes"] if change["name"] == "Express" and change["change"] == "changed")
    assert express == {
        "subject": "technologies", "change": "changed", "name": "Express", "attribute": "version", "component": None, "id": "express", "scope": "backend", "category": "framework",
        "before": {"value": "4.18.2", "evidence": [{"path": "package.json", "line": 1}]}, "after": {"value": "5.1.0", "evidence": [{"path": "package.json", "line": 1}]},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("diff", "v9"), "ctxgen: no such revision: 'v9'\n"),
        (("diff", "v1", "v9"), "ctxgen: no such revision: 'v9'\n"),
        (("diff", "v1", "--in", "nowhere"), "ctxgen: no such path: 'nowhere'\n"),
        (("diff", "v1", "v2", "-o", "nowhere/diff.md"), "ctxgen: cannot write 'nowhere/diff.md'\n"),
    ],
)
def test_bad_input_is_one_line(repository: Path, arguments: tuple[str, ...], message: str) -> None:
    done = ctxgen(*arguments, cwd=repository)
    assert done.stderr.decode() == message
    assert done.returncode == (3 if "write" in message else 2)
    assert done.stdout == b""
