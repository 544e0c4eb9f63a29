"""`.ctxgen.toml` and the detectors of a team: what they may say, and that what is wrong costs only itself."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_run import ctxgen

from ctxgen.catalogue import load
from ctxgen.configuration import FILE, read
from ctxgen.documents import Unreadable, parse_toml
from ctxgen.pipeline import Analysis, analyse
from ctxgen.render import explanation, markdown

PACKAGE = '{\n "name": "x",\n "dependencies": {\n  "express": "4.18.2",\n  "acme-web": "1.2.3"\n }\n}\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    root.mkdir()
    (root / "package.json").write_text(PACKAGE)
    return root


def with_configuration(root: Path, text: str) -> Analysis:
    (root / FILE).write_text(text)
    return analyse(root)


def detectors(root: Path, text: str, folder: str = ".ctxgen/detectors") -> Analysis:
    (root / folder).mkdir(parents=True, exist_ok=True)
    (root / folder / "framework.toml").write_text(text)
    return analyse(root)


# ---- declared facts


def test_declared_facts_are_told_cited_and_no_longer_missing(repository: Path) -> None:
    found = with_configuration(
        repository, '[declared.scale]\ndaily_active_users = "10,000"\nuptime = 99.9\n[declared.security]\ncompliance = ["SOC 2", "GDPR"]\n'
    )
    context = found.context
    assert context.declared == {
        "scale": {"daily_active_users": "10,000", "availability_target": "99.9"},
        "security": {"compliance": "SOC 2, GDPR"},
    }
    assert context.not_stated == ("scale.peak_load", "scale.data_volume")
    said = markdown.render(context, found.catalogue)
    assert "daily active users `10,000` declared (`.ctxgen.toml:2`)" in said
    assert "compliance `SOC 2, GDPR` declared (`.ctxgen.toml:5`)" in said
    assert not context.diagnostics


@pytest.mark.parametrize(
    "value",
    ['"x\\u0007"', '"a\\nb"', '"' + "x" * 81 + '"', '""', "{}", "[[1]]", '"ghp_' + "a1B2" * 9 + '"', "[]"],
)
def test_a_value_that_is_not_fit_is_left_out_with_its_line(repository: Path, value: str) -> None:
    context = with_configuration(repository, f'[declared.scale]\npeak_load = {value}\ndata_volume = "1 TB"\n').context
    assert context.declared == {"scale": {"data_volume": "1 TB"}}
    assert [(d.path, d.line, d.code) for d in context.diagnostics] == [(FILE, 2, "configuration")]
    assert "ghp_" not in json.dumps([d.message for d in context.diagnostics])


@given(st.text(max_size=80))
def test_no_text_raises_anything_but_unreadable(text: str) -> None:
    try:
        configuration = read(parse_toml(text.encode("utf-8", errors="replace")))
    except Unreadable:
        return
    assert all(len(each.value) <= 80 and each.value.isprintable() for each in configuration.declared)


HOSTILE = st.dictionaries(
    st.sampled_from(["declared", "exclude", "options", "detectors", "x"]),
    st.recursive(
        st.one_of(st.text(max_size=90), st.integers(), st.booleans()),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(st.sampled_from(["scale", "budget", "format", "sections", "users", "A b"]), inner, max_size=3),
        ),
        max_leaves=8,
    ),
)


@given(HOSTILE)
def test_values_of_any_type_are_taken_or_refused(values: dict[str, object]) -> None:
    text = "\n".join(f"{key} = {_toml(value)}" for key, value in values.items())
    configuration = read(parse_toml(text.encode()))
    assert configuration.budget is None or configuration.budget >= 150
    assert all(".." not in pattern.glob.split("/") for pattern in configuration.exclude)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


# ---- what is left out, and what cannot be reached


def test_what_is_excluded_is_listed_in_the_block(repository: Path) -> None:
    (repository / "legacy").mkdir()
    (repository / "legacy" / "package.json").write_text('{"dependencies": {"koa": "2"}}')
    assert "koa" in {t.id for t in analyse(repository).context.technologies}
    found = with_configuration(repository, 'exclude = [\n "legacy/",\n "*.none",\n]\n')
    assert "koa" not in {t.id for t in found.context.technologies}
    assert [(each.pattern, each.files, each.evidence[0].line) for each in found.context.excluded] == [("legacy/", 1, 2), ("*.none", 0, 3)]
    assert "`legacy/` 1 file" in markdown.render(found.context, found.catalogue)


@pytest.mark.parametrize("folder", ["../outside", "/etc", "a/../../outside", "~", "C:\\x"])
def test_detectors_outside_the_root_are_refused(repository: Path, folder: str) -> None:
    found = with_configuration(repository, f"detectors = '{folder}'\n")
    assert [d.line for d in found.configuration.problems] == [1]


def test_a_configuration_that_is_a_link_out_is_not_read(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.toml").write_text('[declared.scale]\npeak_load = "outside"\n')
    os.symlink(tmp_path / "outside.toml", repository / FILE)
    found = analyse(repository)
    assert found.context.declared == {}
    assert len(found.configuration.problems) == 1


def test_no_repo_config_ignores_all_of_it(repository: Path) -> None:
    (repository / FILE).write_text('exclude = ["*"]\n[options]\nformat = "json"\n[declared.scale]\npeak_load = "much"\n')
    said = ctxgen(repository, "--no-repo-config").stdout.decode()
    assert said.startswith("# Essential Backend Context")
    assert "Express" in said
    assert "much" not in said


# ---- exit codes and options


def test_errors_are_diagnostics_unless_strict_or_explicit(repository: Path) -> None:
    (repository / FILE).write_text('nonsense = 1\n[options]\nformat = "text"\n')
    assert ctxgen(repository).returncode == 0
    for arguments in (["--strict"], ["--config", repository / FILE]):
        done = ctxgen(repository, *arguments)
        assert done.returncode == 2
        assert b":1: unknown key" in done.stderr
    (repository / FILE).write_text("broken = [")
    assert ctxgen(repository).returncode == 0
    assert ctxgen(repository, "--strict").returncode == 2


def test_options_are_defaults(repository: Path) -> None:
    (repository / FILE).write_text('[options]\nformat = "text"\nsections = ["stack"]\n')
    assert ctxgen(repository).stdout.startswith(b"Essential Backend Context")
    assert b"Security" not in ctxgen(repository).stdout
    assert ctxgen(repository, "--format", "markdown").stdout.startswith(b"# ")


def test_init_writes_what_is_missing_and_overwrites_nothing(repository: Path) -> None:
    assert ctxgen("init", repository).returncode == 0
    written = (repository / FILE).read_text()
    assert "# daily_active_users" in written
    before = ctxgen(repository).stdout
    filled = "\n".join(
        line.removeprefix("# ") if line.startswith(("# [declared", "# peak_load", "# compliance")) else line for line in written.split("\n")
    )
    (repository / FILE).write_text(filled)
    assert ctxgen("init", repository).returncode == 2
    assert (repository / FILE).read_text() == filled
    assert before != ctxgen(repository, "--strict").stdout
    assert ctxgen("init", repository, "--force").returncode == 0
    assert (repository / FILE).read_text() == written


# ---- detectors of a team

ACME = '[acme-web]\nname = "Acme Web"\nnpm = ["acme-web"]\n'


@pytest.mark.parametrize("folder", [".ctxgen/detectors", "tools/detectors"])
def test_a_repository_adds_a_technology(repository: Path, folder: str) -> None:
    (repository / FILE).write_text('detectors = "tools/detectors"\n')
    found = detectors(repository, ACME, folder)
    assert "Acme Web 1.2.3 (`package.json:5`)" in markdown.render(found.context, found.catalogue)
    assert not found.configuration.problems


def test_a_folder_on_the_command_line_adds_a_technology(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "framework.toml").write_text(ACME)
    assert b"Acme Web 1.2.3" in ctxgen(repository, "--detectors", tmp_path / "team").stdout
    assert b"acme-web: Acme Web" in ctxgen("detectors", "acme", "--detectors", tmp_path / "team").stdout
    (tmp_path / "team" / "framework.toml").write_text('[acme-web]\nname = "Acme Web"\nnonsense = 1\n')
    done = ctxgen(repository, "--detectors", tmp_path / "team")
    assert done.returncode == 2
    assert b"framework.toml:1" in done.stderr


@pytest.mark.parametrize(
    "table",
    [
        '[express]\nname = "Mine"\nnpm = ["mine"]\n',
        '[mine]\nname = "Mine"\nnpm = ["express"]\n',
        '[mine]\nname = "Mine"\nimages = ["acme/postgres"]\n',
        '[mine]\nname = "Mine"\nimports = { python = ["asyncio.acme"] }\n',
        '[mine]\nname = "Mine"\nnpm = ["x"]\nreplaces = ["express"]\n',
        '[mine]\nname = "Mine"\nnpm = ["x"]\nmakes = { gateway = ["express"] }\n',
        '[mine]\nname = "Mine"\nnpm = ["x"]\ndrives = ["nothing"]\n',
        '[mine]\nname = "</details>@team"\nnpm = ["x"]\n',
        '[mine]\nname = "Mine"\nfiles = ["*"]\n',
        '[mine]\nname = "Mine"\nfiles = ["*a*a*a*b"]\n',
        '[mine]\nname = "Mine"\ncategory = "poem"\n',
        '[mine]\nname = "Mine"\nnonsense = 1\n',
        '[mine]\nname = 1\n',
        "mine = 1\n",
        "[[mine]]\nname = 'x'\n",
    ],
)  # fmt: skip
def test_detectors_of_a_repository_may_only_add(repository: Path, table: str) -> None:
    found = detectors(repository, table + "\n" + ACME)
    assert [d.path for d in found.configuration.problems] == [".ctxgen/detectors/framework.toml"]
    assert found.catalogue.package("npm", "express") == "express"
    assert found.catalogue.package("npm", "acme-web") == "acme-web"
    assert ctxgen(repository).returncode == 0
    assert ctxgen(repository, "--strict").returncode == 2


def test_a_pattern_is_asked_after_what_is_known(repository: Path) -> None:
    found = detectors(repository, '[mine]\nname = "Mine"\nnpm = ["e*"]\n')
    assert found.catalogue.package("npm", "express") == "express"
    assert found.catalogue.package("npm", "e-nothing") == "mine"


# ---- explain and detectors


def test_explain(repository: Path) -> None:
    found = analyse(repository)
    said = explanation.explain(found, "Express") or ""
    assert said.startswith("Express (express): framework, scope backend, usage used")
    assert "package.json:4  npm express" in said
    assert "decides scope, usage, version" in said
    assert "is not seen" in (explanation.explain(found, "django") or "")
    said = explanation.explain(found, "./package.json") or ""
    assert said.startswith("package.json: product\nread by: ")
    assert "read_package_json" in said.splitlines()[1].split(": ")[1].split(", ")
    assert "package.json:4  Express" in said
    assert explanation.explain(found, "../x") is None
    assert ctxgen("explain", "no-such-thing", repository).returncode == 2


def test_explain_prints_nothing_opaque(repository: Path) -> None:
    (repository / ".env").write_text("DATABASE_URL=postgres://user:hunter2-secret@db:5432/app\n")
    (repository / "compose.yml").write_text(
        "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: hunter2-secret\n"
    )
    found = analyse(repository)
    for subject in ("postgresql", ".env", "compose.yml"):
        said = explanation.explain(found, subject) or ""
        assert said
        assert "hunter2" not in said
        assert "opaque" not in said


def test_detectors_are_listed_and_searched() -> None:
    listed = json.loads(ctxgen("detectors", "--format", "json").stdout)
    assert len(listed) == len(load().technologies)
    found = json.loads(ctxgen("detectors", "ioredis", "--format", "json").stdout)
    assert next(each for each in found if each["id"] == "ioredis")["names"]["npm"] == ["ioredis"]
    assert b"0 technologies" in ctxgen("detectors", "no such thing").stdout
