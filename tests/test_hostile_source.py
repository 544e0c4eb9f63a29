"""Hostile programs: whatever a file of source holds, following it ends, what is cut is said, and other programs are told all the same.

The bounds are made small here, so that what runs into them does so at once; `benchmarks/hostile.py` measures the same
programs, and very large ones, with the bounds that hold.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from support_hostile_source import DIALECTS, Dialect, counted, files, inside, programs
from test_hostile import repository

from ctxgen.context import Context
from ctxgen.model import EntityModel
from ctxgen.pipeline import analyse, scan
from ctxgen.readers import pixi
from ctxgen.source import following, interpreter, masking, modules, routes, routing
from ctxgen.source import scan as scanning
from ctxgen.source.dotnet import efcore
from ctxgen.source.elixir import phoenix
from ctxgen.source.jvm import spring_security
from ctxgen.source.php.annotations import _START
from ctxgen.source.ruby import rails_drawing, rails_resources
from ctxgen.source.rust import resolve as rust_resolve
from ctxgen.source.scala import drawing
from ctxgen.source.values import UNKNOWN
from ctxgen.source.weight import MAX_WEIGHT, bounded, weight

SMALL = [
    (dialect, label)
    for dialect in DIALECTS
    for label, _ in programs(dialect)
    if label in ("functions that call each other twice", "lists of lists", "routers mounted twice")
]


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that a few functions reach."""
    for name, value in (("MAX_STEPS", 5_000), ("MAX_PROGRAM", 2_000), ("MAX_UNCALLED", 300), ("MAX_WAYS", 500)):
        for module in (following, modules, interpreter, routing):
            monkeypatch.setattr(module, name, value, raising=False)


def paths(context: Context) -> set[str | None]:
    return {each.path for each in context.endpoints}


def codes(context: Context) -> set[str]:
    return {each.code for each in context.diagnostics}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_the_programs_are_followed(tmp_path: Path, dialect: Dialect) -> None:
    """What the hostile ones begin and end with is told, without it they would prove nothing."""
    context = scan(repository(tmp_path, **files(dialect, "")))
    assert paths(context) == {"/first", "/last"}
    assert codes(context) == set()


@pytest.mark.usefixtures("tight")
@pytest.mark.parametrize(("dialect", "label"), SMALL, ids=lambda value: value if isinstance(value, str) else value.name)
def test_what_has_no_end_ends(tmp_path: Path, dialect: Dialect, label: str) -> None:
    begun = time.process_time()
    context = scan(repository(tmp_path, **files(dialect, dict(programs(dialect))[label](0))))
    assert time.process_time() - begun < 5
    assert "reader-failed" not in codes(context)
    assert "/last" in paths(context) or "too-complex" in codes(context)


@pytest.mark.parametrize("text", ["(" * 3_000 + ")" * 3_000, 'scope "/a" do\n' * 200 + "\nend" * 200], ids=["unparsed", "nested"])
def test_a_router_that_cannot_be_read_whole_is_said(tmp_path: Path, text: str) -> None:
    phoenix_ = next(each for each in DIALECTS if each.name == "phoenix")
    assert codes(scan(repository(tmp_path, **files(phoenix_, text)))) == {"too-complex"}


def test_a_block_of_scala_that_ends_with_half_a_definition(tmp_path: Path) -> None:
    akka = next(each for each in DIALECTS if each.name == "akka")
    context = scan(repository(tmp_path, **files(akka, 'val half = path("half") { get { val } }\n')))
    assert {"/first", "/last"} <= paths(context)
    assert codes(context) == set()


def test_lines_that_end_with_a_carriage_return_alone(tmp_path: Path) -> None:
    rails = next(each for each in DIALECTS if each.name == "rails")
    context = scan(repository(tmp_path, **files(rails._replace(first="\r" * 20 + rails.first), "")))
    assert paths(context) == {"/first", "/last"}
    assert codes(context) == set()


@pytest.mark.parametrize(
    ("name", "module", "bound", "word"),
    [
        ("phoenix", phoenix, "_MOST_ENDPOINTS", 'get "/a{n}", PageController, :a{n}\n'),
        ("phoenix", phoenix, "_MOST_STEPS", 'get "/a{n}", PageController, :a{n}\n'),
        ("akka", drawing, "_MOST_ROUTES", 'val a{n} = path("a{n}") { get { complete("a") } }\n'),
    ],
)
def test_routes_that_are_left_out_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: object, bound: str, word: str
) -> None:
    """Languages whose routers are read and not followed have bounds of their own."""
    monkeypatch.setattr(module, bound, 10)
    dialect = next(each for each in DIALECTS if each.name == name)
    context = scan(repository(tmp_path, **files(dialect, counted(word)(1_000))))
    assert len(context.endpoints) <= 10
    assert codes(context) == {"too-complex"}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_deep_code_is_followed_or_refused(tmp_path: Path, dialect: Dialect) -> None:
    """Every construct in itself, as deep as brackets may be, and chains of thousands: neither the stack nor the whole run ends."""
    root = repository(tmp_path, **files(dialect, ""))
    folder, _, base = dialect.path.rpartition("/")
    stem, _, extension = base.rpartition(".")
    deep = [inside(opening, closing, 1_900)(20_000) for opening, closing in dialect.nested]
    deep += [dialect.opened + counted(link)(10_000) for link in dialect.chained]
    for number, text in enumerate(deep):
        repository(root, **{f"{folder}/{stem}{number}.{extension}".lstrip("/"): dialect.first.replace("first", f"other{number}") + text})
    context = scan(root)
    assert {"/first", "/last"} <= paths(context)
    assert "reader-failed" not in codes(context)


@pytest.mark.usefixtures("tight")
def test_a_program_without_an_end_costs_the_others_nothing(tmp_path: Path) -> None:
    python, script = DIALECTS[0], DIALECTS[1]
    endless = "functions that call each other twice"
    repository(tmp_path, **files(python, dict(programs(python))[endless](0)))
    repository(tmp_path, **files(script, dict(programs(script))[endless](0)))
    repository(tmp_path, **{"b.py": python.first.replace("first", "second"), "b.js": script.first.replace("first", "third")})
    context = scan(tmp_path)
    assert {"/first", "/second", "/third"} <= paths(context)
    assert {each.path for each in context.diagnostics if each.code == "too-complex"} == {"app.py", "app.js"}


@pytest.mark.usefixtures("tight")
def test_a_function_that_is_cut_is_said(tmp_path: Path) -> None:
    text = "\ndef make():\n    app = Flask(__name__)\n" + "    a = [app]\n" * 400 + "    app.add_url_rule('/cut', view_func=first)\n"
    context = scan(repository(tmp_path, **files(DIALECTS[0], text)))
    assert paths(context) == {"/first", "/last"}
    assert [(each.code, each.line) for each in context.diagnostics] == [("too-complex", 8)]


def test_source_that_cannot_be_parsed_is_said(tmp_path: Path) -> None:
    context = scan(repository(tmp_path, **files(DIALECTS[0], ""), **{"b.py": DIALECTS[0].first + "x = " + "(" * 3_000}))
    assert [(each.path, each.code) for each in context.diagnostics] == [("b.py", "too-complex")]


def test_more_source_than_is_followed_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "MAX_LOWERED", 1_000)
    more = {f"a{number}.py": DIALECTS[0].first for number in range(20)}
    context = scan(repository(tmp_path, **files(DIALECTS[0], ""), **more))
    assert [each.code for each in context.diagnostics] == ["too-complex"]


def test_more_files_than_are_followed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "MAX_FILES", 1)
    context = scan(repository(tmp_path, **files(DIALECTS[0], ""), **{"b.py": ""}))
    assert [(each.path, each.code) for each in context.diagnostics] == [("b.py", "too-complex")]


def test_guards_of_a_route_are_bounded(tmp_path: Path) -> None:
    uses = "".join(f"app.use(requireLogin{number})\napp.get('/a{number}', h)\n" for number in range(600))
    context = scan(repository(tmp_path, **files(DIALECTS[1], uses)))
    last = next(each for each in context.endpoints if each.path == "/last")
    assert last.access == "guarded"
    assert len(last.guards) == routing.MAX_GUARDS


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (rust_resolve._SCHEME, b"#[derive(SecurityScheme)]" + b"#[" * 5_000),
        (_START, " " * 100_000),
        (spring_security._ASKED, "[" * 100_000),
        (spring_security._ASKED_OF, "a[." * 30_000 + "a" * 100_000),
        (masking._BASE64, "a" * 100_000),
        (pixi._KEY, "name:a" + " " * 4_000_000 + "\x01"),
    ],
    ids=["rust schemes", "php annotations", "filters", "what filters ask", "base64", "locked packages"],
)
def test_patterns_over_texts_of_any_length_are_linear(pattern: re.Pattern[Any], text: Any) -> None:
    begun = time.process_time()
    assert pattern.search(text) is None
    assert time.process_time() - begun < 1


def test_schemes_of_rust_stand_behind_attributes_of_several_lines() -> None:
    for attribute in (b"", b'#[oai(ty = "api_key")] ', b'#[oai(\n  ty = "bearer",\n)]\n', b"#[a]\n#[b(c[d])]\npub(crate) "):
        found = rust_resolve._SCHEME.findall(b"#[derive(Debug, SecurityScheme)]\n" + attribute + b"struct Key(ApiKey);")
        assert found == [b"Key"]


def test_declarations_of_one_class_are_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of a thousand was a context of its own that is made of the others."""
    asked = Mock(wraps=efcore._sets)
    monkeypatch.setattr(efcore, "_sets", asked)
    dialect = next(dialect for dialect in DIALECTS if dialect.name == "aspnet")
    declared = "public partial class D : DbContext {{ public DbSet<E{0}> A{0} {{ get; set; }} }}\n"
    context = scan(repository(tmp_path, **files(dialect, "".join(declared.format(number) for number in range(20)))))
    assert asked.call_count == 1
    assert sorted(model.name for model in context.models) == sorted(f"E{number}" for number in range(20))
    assert paths(context) == {"/first", "/last"}


@pytest.mark.parametrize(("name", "word"), [("express", "app.get('/a{n}', h);\n"), ("laravel", "Route::resource('a{n}', A::class);\n")])
def test_more_endpoints_than_are_told_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, word: str) -> None:
    for module in (routes, routing):
        monkeypatch.setattr(module, "MAX_ENDPOINTS", 10)
    dialect = next(dialect for dialect in DIALECTS if dialect.name == name)
    context = scan(repository(tmp_path, **files(dialect, counted(word)(2_000))))
    assert len(context.endpoints) == 10
    assert codes(context) == {"too-complex"}


def test_resources_beyond_the_bound_are_not_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each states seven routes in a few characters."""
    drawn = Mock(wraps=rails_drawing.add)
    monkeypatch.setattr(routes, "MAX_ROUTES", 20)
    monkeypatch.setattr(rails_resources, "add", drawn)
    rails = next(dialect for dialect in DIALECTS if dialect.name == "rails")
    context = scan(repository(tmp_path, **files(rails, counted("resources :a{n}\n")(2_000))))
    assert "too-complex" in codes(context)
    assert 0 < drawn.call_count < 20 + len(rails_resources._MANY)


def test_what_could_not_be_followed_is_said_a_bounded_number_of_times(tmp_path: Path) -> None:
    context = scan(repository(tmp_path, **files(DIALECTS[1], "app.get(config(), h)\n" * 1_000)))
    assert len(context.diagnostics) == routes.MAX_NOTES


def test_weight() -> None:
    once: list[object] = ["a", ["b", {"c": "d"}]]
    assert weight(once) == 6
    doubled: list[object] = ["a"]
    for _ in range(60):
        doubled = [doubled, doubled]
    assert weight(doubled) == MAX_WEIGHT + 1
    endless: list[object] = []
    endless.append(endless)
    assert weight(endless) == MAX_WEIGHT + 1
    assert bounded(["a", endless, once]) == ["a", UNKNOWN, once]
    assert bounded([["a"] * 2_000, ["b"] * 2_000, "c"]) == [["a"] * 2_000, UNKNOWN, "c"]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_bytes_under_the_name_of_source(tmp_path: Path, dialect: Dialect) -> None:
    """A mark before the text is none of it; what is no text costs nothing but itself."""
    text = files(dialect, "")[dialect.path]
    root = repository(tmp_path, **{dialect.manifest[0]: dialect.manifest[1]})
    (root / dialect.path).parent.mkdir(parents=True, exist_ok=True)
    (root / dialect.path).write_bytes(b"\xef\xbb\xbf" + text.encode())
    folder, _, base = dialect.path.rpartition("/")
    stem, _, extension = base.rpartition(".")
    for number, data in enumerate(
        (b"\0\x01\x02\xff" * 500 + text.encode(), text.encode("utf-16"), text.encode()[:-20] + b"\xff\xfe", b"\0" * 3_000)
    ):
        (root / folder / f"{stem}{number}.{extension}").write_bytes(data.replace(b"/last", b"/other"))
    os.mkfifo(root / folder / f"pipe.{extension}")
    context = scan(root)
    assert {"/first", "/last"} <= paths(context)
    assert "reader-failed" not in codes(context)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_encodings_are_followed(tmp_path: Path, dialect: Dialect, encoding: str) -> None:
    """Manifest and source in UTF-16 or behind a byte order mark say what they say in UTF-8."""
    for path, text in files(dialect, "").items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode(encoding))
    context = scan(tmp_path)
    assert paths(context) == {"/first", "/last"}
    assert codes(context) == set()


def test_source_that_is_no_text_is_told_once(tmp_path: Path) -> None:
    dialect = DIALECTS[0]
    root = repository(tmp_path, **files(dialect, ""))
    for number in range(20):
        (root / f"other{number}.py").write_bytes(dialect.first.encode("utf-16-le"))
    found = [each for each in scan(root).diagnostics if each.code == "binary"]
    assert [(each.severity, each.path, each.message) for each in found] == [
        ("info", "other0.py", "one of 20 binary files under names of source")
    ]


OUT = {
    "app.py": "from flask import Flask\nfrom ..outside.views import app as a\nfrom linked.views import app as b\napp = Flask(__name__)\n@app.get('/mine')\ndef mine(): ...\n",
    "app.js": "const app = require('express')()\napp.get('/mine', f)\napp.use(require('../outside/views'))\napp.use(require('./linked/views'))\napp.use(require('ABSOLUTE/views'))\n",
    "routes/web.php": "<?php\nRoute::get('/mine', 'a');\nRoute::prefix('a')->group(base_path('../outside/views.php'));\nrequire __DIR__ . '/../../outside/views.php';\nrequire 'ABSOLUTE/views.php';\nRoute::group([], base_path('linked/views.php'));\n",
    "config/routes.rb": "Rails.application.routes.draw do\n  get '/mine', to: 'a#b'\n  draw '../../../outside/views'\n  instance_eval(File.read('ABSOLUTE/views.rb'))\nend\n",
    "src/main.rs": "use axum::{routing::get, Router};\n#[path = \"../../outside/views.rs\"] mod views;\nfn main() { axum::serve(l, Router::new().route(\"/mine\", get(h)).merge(views::app())); }\n",
}  # fmt: skip


def test_source_leads_to_nothing_outside(tmp_path: Path) -> None:
    outside = repository(
        tmp_path / "outside",
        **{
            "views.py": DIALECTS[0].first,
            "views.js": "module.exports = require('express').Router().get('/first', f)\n",
            "views.php": "<?php\nRoute::get('/first', 'a');\n",
            "views.rb": "get '/first', to: 'a#b'\n",
            "views.rs": DIALECTS[-1].first.replace("fn first", "pub fn app"),
        },
    )
    manifests = dict(dialect.manifest for dialect in DIALECTS if dialect.name != "nestjs")
    root = repository(tmp_path / "repository", **manifests, **{path: text.replace("ABSOLUTE", str(outside)) for path, text in OUT.items()})
    (root / "linked").symlink_to(outside)
    (root / "link.py").symlink_to(outside / "views.py")
    context = scan(root)
    assert paths(context) == {"/mine"}
    assert {each.evidence[0].path for each in context.endpoints} == set(OUT)


def test_a_long_program_is_followed_to_its_end(tmp_path: Path) -> None:
    """What was told lets a function that nobody calls go on; it takes nothing from a program that runs."""
    log = "".join(
        f'  log("step {number}", [{number}, {number + 1}], {{ at: {number} }});\n' for number in range(following.MAX_UNCALLED // 10)
    )
    (tmp_path / "package.json").write_text('{"name": "shop", "dependencies": {"express": "4.19.2"}}')
    (tmp_path / "server.js").write_text(
        'const express = require("express");\nconst app = express();\nfunction log(text) { return text + "."; }\n'
        f'(async () => {{\n  app.get("/first", (req, res) => res.end());\n{log}  app.get("/last", (req, res) => res.end());\n}})();\n'
    )
    assert [str(endpoint.path) for endpoint in scan(tmp_path).endpoints] == ["/first", "/last"]


def test_a_class_that_a_file_repeats_is_compared_with_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mebibyte holds some 20,000 entities of one name."""
    entity = "@Entity() export class Order { @Column() title: string }\n"
    (tmp_path / "package.json").write_text(
        '{"name": "shop", "dependencies": {"typeorm": "0.3.0", "@nestjs/typeorm": "10.0.0", "@nestjs/core": "10.0.0"}}'
    )
    (tmp_path / "order.ts").write_text('import { Column, Entity } from "typeorm";\n' + entity * 50)
    compared: list[object] = []

    def equals(self: EntityModel, other: object) -> bool:
        compared.append(other)
        return self is other

    monkeypatch.setattr(EntityModel, "__eq__", equals)
    assert {each.evidence[0].line for each in analyse(tmp_path).context.models} == set(range(2, 52))
    assert len(compared) < 200
