"""No secret leaves: planted in every position of every format, searched for in everything that is put out.

One repository per format holds all kinds, each under its own name.  What is put out is the JSON, the block in every
format and at every level of detail with the full header, the diagram, OpenAPI, the listings, the answers to assistants,
the differences, and the list of all facts; of some formats, what the commands write to their streams, cache and
temporary files.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random

import pytest
import secret_calls  # noqa: F401  registers its plantations
import secret_descriptions  # noqa: F401  registers its plantations
import secret_programs
import secret_schemas  # noqa: F401  registers its plantations
import secret_settings  # noqa: F401  registers its plantations
from hypothesis import example, given
from hypothesis import strategies as st
from secret_formats import PLANTATIONS, Document, Plant
from secret_kinds import KINDS, Secret, needles, windows

from ctxgen import pipeline, runs
from ctxgen.catalogue import load
from ctxgen.commands.listings import LISTINGS
from ctxgen.context import Context
from ctxgen.difference import compare
from ctxgen.facts import Facts
from ctxgen.model import ConfigKey, Property, Variable
from ctxgen.opaque import Opaque, version
from ctxgen.reading import read_facts
from ctxgen.render import difference, issue, markdown, openapi, text, xml
from ctxgen.render import json as json_renderer
from ctxgen.render.mermaid import mermaid
from ctxgen.render.tables import table
from ctxgen.resolve import resolve
from ctxgen.server import answers
from ctxgen.tree import Tree
from support import listing

_WIDE = ("http", "https", "tcp")


def plants_for(format: str) -> list[Plant]:
    random = Random(zlib.crc32(format.encode()))
    return [Plant(f"V_{kind.upper()}", make(random)) for kind, make in KINDS.items()]


def write(root: Path, documents: Iterable[Document]) -> list[Document]:
    written = []
    for document in documents:
        path = root / document.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document.text, encoding="utf-8")
        written.append(document)
    return written


def everything(root: Path) -> tuple[Facts, Context, str]:
    """Facts, context, and all that the program itself could put out."""
    tree = Tree(root)
    facts = read_facts(tree)
    resolved = resolve(facts)
    context = pipeline.build(tree, resolved, load()).context
    out = [listing(resolved, tree.diagnostics), json_renderer.render(context)]
    for detail, budget in (("brief", 600), ("standard", 1500), ("full", None)):
        for evidence in (True, False):
            out.append(markdown.render(context, load(), budget=budget, detail=detail, evidence=evidence, header=True))
    out += [renderer.render(context, load(), budget=None, detail="full", header=True) for renderer in (xml, text, issue)]
    out.append(mermaid(context))
    out.append(openapi.render(context))
    out += [table(titles, list(rows(context)), format) for titles, rows in LISTINGS for format in ("table", "csv", "markdown")]
    for answer in (answers.find, answers.endpoints, answers.models, answers.variables):
        out += [answer(context, "", page) for page in range(1, 4)]
    for before, after in ((nothing(), context), (context, nothing())):
        changes = compare(before, after)
        out += [difference.as_json(changes), difference.as_markdown(changes, load(), "before", "after")]
    return facts, context, "\n".join(out)


@cache
def nothing() -> Context:
    """The context of an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        return pipeline.scan(Path(folder))


def leaks(out: str, secrets: Iterable[tuple[str, Secret]]) -> list[tuple[str, str]]:
    """(kind, line) of every line that holds a piece of a secret."""
    lines = set(out.split("\n"))
    grams = {window for line in lines for window in windows(line)}
    found = []
    for kind, secret in secrets:
        if common := needles(secret) & grams:
            found += [(kind, line.strip()) for line in sorted(lines) if any(window in line.lower() for window in common)][:3]
    return found


def test_there_are_enough_kinds() -> None:
    assert len(KINDS) >= 60
    assert all(each.bodies and min(map(len, each.bodies)) >= 16 for make in KINDS.values() for each in [make(Random(1))])


@pytest.mark.parametrize("format", sorted(PLANTATIONS))
def test_no_secret_leaves(format: str, tmp_path: Path) -> None:
    plants, root = plants_for(format), tmp_path / "shop"
    documents = write(root, PLANTATIONS[format](plants))
    facts, context, out = everything(root)
    assert leaks(out, [(plant.name, plant.secret) for plant in plants]) == []
    named: list[Variable | Property] = [*facts.of(Variable), *facts.of(Property)]
    told = {(each.name, *each.at) for each in named}
    told |= {(each.key, *each.at) for each in facts.of(ConfigKey)}
    missing = [
        (name, document.path, line) for document in documents for name, line in document.names if (name, document.path, line) not in told
    ]
    assert missing == []
    _urls_are_told(context, plants, all_of_them=format in ("dotenv", "compose", "dockerfile"))


def test_no_file_and_no_stream_keeps_a_secret(tmp_path: Path) -> None:
    """What the commands write to their streams, to the cache (runs over many files are kept) and to temporary files."""
    root, temporary, cached = tmp_path / "shop", tmp_path / "temporary", tmp_path / "cache"
    plants = plants_for("files")[::3]
    for format in ("dotenv", "flask_program", "broken"):
        write(root, PLANTATIONS[format](plants))
    write(root, (Document(f"empty/f{number}.txt") for number in range(runs.MANY_FILES)))
    temporary.mkdir()
    kept: set[Path] = set()
    out = b""
    for arguments in (
        (root, "-f", "json"),
        (root, "--header", "full", "--detail", "full", "--strict"),
        ("routes", root, "--format", "csv"),
        ("explain", "redis", root),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "ctxgen", *map(str, arguments)], capture_output=True, cwd=temporary, check=False,
            env={**os.environ, "TMPDIR": str(temporary), "TMP": str(temporary), "TEMP": str(temporary), "XDG_CACHE_HOME": str(cached)},
        )  # fmt: skip
        assert done.returncode in (0, 2), done.stderr
        out += done.stdout + done.stderr
        kept.update(path for path in cached.rglob("*") if path.is_file() and path.parent.name == "runs")
    assert kept
    assert [path for path in temporary.rglob("*") if path.is_file()] == []
    out += b"\n".join(path.read_bytes() for path in kept)
    assert leaks(out.decode("latin-1"), [(plant.name, plant.secret) for plant in plants]) == []


@pytest.mark.parametrize("format", sorted(name for name, make in PLANTATIONS.items() if make.__module__ == secret_programs.__name__))
def test_the_programs_answer(format: str, tmp_path: Path) -> None:
    """What is planted in them stands where it is read: without it they would prove nothing."""
    if format == "express_program":
        pytest.importorskip("ctxgen.source.script")
    plain = [Plant("V_PLAIN", Secret("orders", ("orders",)))]
    write(tmp_path, PLANTATIONS[format](plain))
    context = pipeline.scan(tmp_path)
    assert any("orders" in (each.path or "") for each in context.endpoints)
    assert any(guard.name for each in context.endpoints for guard in each.guards)
    assert context.models or format not in ("flask_program", "django_program", "spring_program")


def _urls_are_told(context: Context, plants: list[Plant], *, all_of_them: bool) -> None:
    """A variable whose value is a URL tells its scheme and port."""
    told = {variable.name: variable for variable in context.environment}
    for plant in plants:
        scheme = plant.secret.scheme
        if scheme and (load().scheme(scheme) or scheme in _WIDE) and (all_of_them or plant.name in told):
            assert told[plant.name].scheme in (scheme, None if not all_of_them else scheme), plant.name
            assert told[plant.name].port in (plant.secret.port, None if not all_of_them else plant.secret.port), plant.name


def test_names_that_hold_a_secret(tmp_path: Path) -> None:
    """A credential that stands where a name stands is masked or dropped."""
    random = Random(7)
    published = [(kind, make(random)) for kind, make in KINDS.items()]
    secrets = [(kind, secret) for kind, secret in published if re.fullmatch(r"[\w.~+=-]+", secret.text)]
    assert len(secrets) >= 50
    documents = []
    for index, (_, secret) in enumerate(secrets):
        text, folder = json.dumps(secret.text), f"n{index}"
        documents += [
            Document(f"{folder}/package.json", f'{{"name": {text}, "scripts": {{{text}: "x"}}, "dependencies": {{{text}: "1"}}, "workspaces": [{text}]}}'),
            Document(f"{folder}/compose.yml", f"services:\n  {text}:\n    image: postgres:15\n    profiles: [{text}]\n    depends_on: [{text}]\n    environment:\n      {text}: x"),
            Document(f"{folder}/pyproject.toml", f"[project]\nname = {text}\n[project.optional-dependencies]\n{text} = ['flask']\n[project.scripts]\n{text} = 'x:y'\n[tool.poe.tasks]\n{text} = 'pytest'"),
            Document(f"{folder}/application.yml", f"{text}: x\nspring:\n  profiles: {text}\n  {text}: y"),
            Document(f"{folder}/appsettings.json", f'{{{text}: {{{text}: "x"}}}}'),
            Document(f"{folder}/.env", f"{secret.text}=x\n{secret.text}"),
            Document(f"{folder}/settings.py", f"INSTALLED_APPS = []\nX = {{{text}: 'y'}}"),
            Document(f"{folder}/go.mod", f"module git.example/{secret.text}\nrequire git.example/{secret.text} v1.0.0"),
        ]  # fmt: skip
    write(tmp_path, documents)
    assert leaks(everything(tmp_path)[2], secrets) == []


def test_git_tells_no_secret(tmp_path: Path) -> None:
    """Neither a remote's user information nor a branch that is called like a token."""
    random = Random(11)
    kinds = ("github_classic", "gitlab", "hex40", "base64_url", "jwt", "uuid" if "uuid" in KINDS else "heroku")
    secrets = [(kind, KINDS[kind](random)) for kind in kinds]
    for index, (_, secret) in enumerate(secrets):
        root = tmp_path / f"r{index}"
        write(root, [Document("go.mod", "module shop.example/shop")])
        for arguments in (
            ["init", "-q"],
            ["symbolic-ref", "HEAD", f"refs/heads/fix/{secret.text}"],
            ["remote", "add", "origin", f"https://u:{secret.text}@git.example/shop/{secret.text}.git"],
        ):
            subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)
    out = "".join(everything(tmp_path / f"r{index}")[2] for index in range(len(secrets)))
    assert leaks(out, secrets) == []


_VALUES = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=12, max_size=40).filter(
    lambda text: (
        sum(map(str.isalpha, text)) >= 6 and re.search(r"[^\w.@+,&|!() -]", text) is not None and not re.match(r"\s*[A-Za-z_]\w*=", text)
    )
)
"""Texts that are neither numbers nor identifiers, which a profile or a branch's condition may tell, nor assignments, whose names are told where they stand on a line of their own."""


@example(value="A0000AA.=AAA")
@example(value="00000AAAAAA/")
@given(value=_VALUES)
def test_no_value_leaves(value: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any text as a value: nothing of eight characters of it is put out unless it is a URL's scheme, host or a variable that it refers to."""
    root = tmp_path_factory.mktemp("shop")
    text = json.dumps(value)
    secret = Secret(value, (value,))
    plants = [Plant("V_ONE", secret)]
    safe = [str(each) for each in (Opaque(value).scheme(), Opaque(value).host(), *Opaque(value).placeholders()) if each]
    write(
        root,
        [
            document
            for format in ("dotenv", "compose", "spring", "dotnet", "python_settings")
            for document in PLANTATIONS[format](plants)
            if document.path not in _VERSIONS
        ],
    )
    write(root, [Document("package.json", f'{{"name": "shop", "config": {{"x": {text}}}, "scripts": {{"start": {text}}}}}')])
    out = everything(root)[2]
    found = {window for line in out.split("\n") for window in windows(line)} & windows(value)
    assert {window for window in found if not any(window in each.lower() for each in safe)} == set()


_VERSIONS = ("Shop.csproj", "packages.config", "Directory.Packages.props", "global.json", "compose.rest.yml")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_secret_is_no_version(kind: str) -> None:
    random = Random(3)
    assert [version(KINDS[kind](random).text) for _ in range(20)] == [None] * 20
