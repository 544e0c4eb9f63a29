"""Python: broken input, requirement strings, compiled files, and which lock resolves what."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_reading import fails_only_unreadable, text_like

from ctxgen.facts import Facts
from ctxgen.model import Command, Dependency, Project
from ctxgen.readers._ini import options
from ctxgen.readers._pep508 import group_of, parse_requirement
from ctxgen.readers._tasks import kind_of
from ctxgen.readers.requirements import group_of_path, logical_lines
from ctxgen.reading import read_facts
from ctxgen.resolve import resolve
from ctxgen.tree import Tree
from support import listing

PIECES = (
    "a==1.0", "-r x.txt", "-e ./a[b]", " \\\n", "# via -r a.in", "    # via b", "--hash=sha256:00", "a @ git+https://u:p@h/x@v1.0#egg=a", "; python_version < '3'", "[project]", 'name = "a"',
    'dependencies = ["a>=1"]', "[tool.poetry.dependencies]", 'a = { version = "^1", optional = true }', "[[package]]", 'version = "1.0"', "[dependency-groups]", 'dev = [{ include-group = "x" }, 1]',
    "[tool.uv.sources]", "a = { path = 1 }", "[tool]", "uv = 1", "poetry = []", "[options]", "install_requires =\n  a\n", "[testenv:lint]", "deps = {[base]deps}", "dependencies:\n  - python=3.1\n",
    "  - pip:\n    - a\n", "setup(install_requires=a, **a)", "from setuptools import setup\ndef r(x):\n  return r(x)\nsetup(install_requires=r(r), **r)", "a = a + ['b']", "a += [f'{x}']", "setup(name='a' 'b', extras_require={'x': y})", '{"default": {"a": {"version": "==1"}}, "_meta": []}',
    "test: build\n\tpytest", "tasks:\n  test: [a]\n", "@serve port='1':", "(", "[", '"', "'", "\t", "{",
)  # fmt: skip
NAMES = (
    "requirements.txt", "constraints.txt", "pyproject.toml", "hatch.toml", "setup.cfg", "setup.py", "tox.ini", "environment.yml", "Pipfile", "Pipfile.lock", "poetry.lock", "uv.lock",
    "pylock.toml", "runtime.txt", "Makefile", "justfile", "Taskfile.yml",
)  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(NAMES), text_like(PIECES))
def test_no_text_makes_a_reader_raise(filename: str, text: str) -> None:
    fails_only_unreadable(filename, text)


_names = st.from_regex(r"[A-Za-z][a-z]{0,8}[0-9]{0,2}([-_.][a-z]{1,4})?", fullmatch=True)
"""Names as packages have them: one that is digits for the most part is taken for a token."""
_specifiers = st.lists(st.from_regex(r"(==|>=|<|~=|!=)[1-9]\.[0-9]{1,2}", fullmatch=True), max_size=3).map(",".join)


@given(_names, _specifiers, st.sets(_names, max_size=3), st.booleans())
def test_a_requirement_keeps_what_is_written(package: str, specifier: str, extras: set[str], marked: bool) -> None:
    asked = f"[{','.join(sorted(extras))}]" if extras else ""
    wanted = parse_requirement(f"{package}{asked}{specifier}" + ("; python_version < '3.12'" if marked else ""))
    assert wanted is not None
    assert (wanted.name, wanted.declared or "", set(wanted.extras), wanted.marker is not None) == (package, specifier, extras, marked)


@given(st.lists(st.sampled_from(["a==1", "b \\", "  # via a", "# note", "", "c>=1 # x", "--hash=1"])))
def test_logical_lines_begin_where_they_stand(lines: list[str]) -> None:
    for entry in logical_lines(lines):
        assert lines[entry.line - 1].partition("#")[0].strip().removesuffix("\\").strip() in entry.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("foo==1.*", ("foo", "==1.*", None)),
        ("foo>=1.0.*", ("foo", ">=1.0.*", None)),
        ("foo (>=1,<2)", ("foo", ">=1,<2", None)),
        ("git+https://user:secret@git.example/x.git@v2.0.1#egg=foo", ("foo", "v2.0.1", None)),
        ("git+https://user:secret@git.example/x.git@1f3a#egg=foo", ("foo", None, None)),
        ("https://files.example/foo-1.2-py3-none-any.whl", ("foo", "1.2", None)),
        ("foo @ file:../libs/foo", ("foo", None, "../libs/foo")),
        ("foo @ https://user:secret@files.example/foo.zip", ("foo", None, None)),
        ("./libs/foo", ("foo", None, "./libs/foo")),
    ],
)
def test_requirement_forms(text: str, expected: tuple[str, str | None, str | None]) -> None:
    wanted = parse_requirement(text)
    assert wanted is not None
    assert (wanted.name, wanted.declared, wanted.local) == expected


@pytest.mark.parametrize("text", ["", "#", "git+https://git.example/x.git", "a b", "{% if x %}", "=1", "/", ".."])
def test_what_names_no_package(text: str) -> None:
    assert parse_requirement(text) is None


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("requirements.txt", "main"), ("requirements/production.txt", "main"), ("requirements/base.txt", "main"), ("requirements-dev.txt", "dev"), ("dev-requirements.txt", "dev"),
        ("requirements/test.txt", "test"), ("test_requirements.txt", "test"), ("requirements/dev/tools.txt", "dev"), ("requirements.lint.txt", "dev"), ("app/requirements_docs.in", "dev"), ("requirements/extras/redis.txt", "optional"), ("docs/requirements.txt", "dev"), ("tests/requirements.txt", "test"),
    ],
)  # fmt: skip
def test_a_files_name_says_its_group(path: str, group: str) -> None:
    assert group_of_path(path)[0] == group


def test_unknown_groups_say_nothing() -> None:
    assert group_of("postgres") is None


@pytest.mark.parametrize(
    ("task", "kind"),
    [
        ("test", "test"), ("run-tests", "test"), ("test_unit", "test"), ("test_db", None), ("publish-no-test", None), ("docker-unit-tests", "test"), ("backend-unit-tests", "test"), ("db:migrate", "migrate"), ("makemigrations", None), ("docker-build", "build"), ("lint/fix", "lint"),
        ("runserver", "run"), ("start", "run"), ("clean", None), ("x" * 100, None),
    ],
)  # fmt: skip
def test_a_tasks_name_says_its_kind(task: str, kind: str | None) -> None:
    assert kind_of(task) == kind


def test_ini_values_have_their_lines() -> None:
    found = list(options(["[a]", "x = 1", "# no", "y =", "  b ; python_version<'3'", "", "  c # d", "[e]", "z: 2"]))
    assert [(o.section, o.key, o.line, o.values) for o in found] == [
        ("a", "x", 2, [(2, "1")]),
        ("a", "y", 4, [(5, "b ; python_version<'3'"), (7, "c")]),
        ("e", "z", 9, [(9, "2")]),
    ]


def facts_of(root: Path, files: dict[str, str]) -> Facts:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return resolve(read_facts(Tree(root)))


def told(facts: Facts) -> list[tuple[str, str, str | None]]:
    return [(str(d.at.path), str(d.name), d.locked) for d in facts.of(Dependency) if d.group != "build"]


IN, PINNED = "django>=4\n", "django==4.2.11\nasgiref==3.7.2\n"
ANNOTATED = "asgiref==3.7.2\n    # via django\ndjango==4.2.11\n    # via -r requirements.in\n"
HEADER = "# This file is autogenerated by pip-compile with Python 3.12\n"


@pytest.mark.parametrize("text", [PINNED, ANNOTATED, HEADER + PINNED])
def test_a_compiled_file_is_its_sources_lock(tmp_path: Path, text: str) -> None:
    assert told(facts_of(tmp_path, {"requirements.in": IN, "requirements.txt": text})) == [("requirements.in", "django", "4.2.11")]


def test_a_compiled_file_alone_tells_what_is_direct(tmp_path: Path) -> None:
    assert told(facts_of(tmp_path, {"requirements.txt": ANNOTATED})) == [("requirements.txt", "django", None)]
    assert told(facts_of(tmp_path / "b", {"requirements.txt": HEADER + PINNED})) == [
        ("requirements.txt", "django", None),
        ("requirements.txt", "asgiref", None),
    ]


def test_a_reason_on_each_line(tmp_path: Path) -> None:
    text = "# generated by rye\n-e file:.\nasgiref==3.7.2\n    # via django\n    # via channels\nchannels==4.1.0\n    # via a\ndjango==4.2.11\n    # via a\n    # via channels\n"
    assert told(facts_of(tmp_path, {"requirements.lock": text})) == [
        ("requirements.lock", "channels", None),
        ("requirements.lock", "django", None),
    ]


def test_a_file_compiled_from_a_project_locks_it(tmp_path: Path) -> None:
    project = '[project]\nname = "a"\ndependencies = ["django>=4"]\n'
    text = HEADER + "asgiref==3.7.2\n    # via django\ndjango==4.2.11\n    # via a (pyproject.toml)\n"
    assert told(facts_of(tmp_path, {"pyproject.toml": project, "requirements.txt": text})) == [("pyproject.toml", "django", "4.2.11")]
    exported = "# uv export --no-annotate\n" + PINNED
    assert told(facts_of(tmp_path / "b", {"pyproject.toml": project, "requirements.txt": exported})) == [
        ("pyproject.toml", "django", "4.2.11")
    ]


def test_pins_by_hand_are_statements(tmp_path: Path) -> None:
    assert told(facts_of(tmp_path, {"requirements.txt": PINNED})) == [
        ("requirements.txt", "django", None),
        ("requirements.txt", "asgiref", None),
    ]


LOCK = '[[package]]\nname = "django"\nversion = "4.2.11"\n\n[[package]]\nname = "django"\nversion = "5.0.3"\n'


@pytest.mark.parametrize(
    ("declared", "locked"),
    [("^4.2", "4.2.11"), ("~4.2", "4.2.11"), (">=4,<5", "4.2.11"), ("*", "5.0.3"), ("^5", "5.0.3"), ("4.2.*", "4.2.11"), ("^9", "5.0.3")],
)
def test_of_several_versions_the_highest_that_matches(tmp_path: Path, declared: str, locked: str) -> None:
    project = f'[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\ndjango = "{declared}"\n'
    assert told(facts_of(tmp_path, {"pyproject.toml": project, "poetry.lock": LOCK})) == [("pyproject.toml", "django", locked)]


def test_a_lock_above_serves_only_its_members(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "root"\n[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/old"]\n',
        "uv.lock": LOCK,
        **{
            f"{folder}/pyproject.toml": f'[project]\nname = "{folder[-1]}"\ndependencies = ["django>=4,<5"]\n'
            for folder in ("packages/a", "packages/old", "other/b")
        },
    }
    assert told(facts_of(tmp_path, files)) == [
        ("other/b/pyproject.toml", "django", None),
        ("packages/a/pyproject.toml", "django", "4.2.11"),
        ("packages/old/pyproject.toml", "django", None),
    ]


def test_names_that_name_names_end(tmp_path: Path) -> None:
    lines = "".join(f"a{i} = [{', '.join([f'*a{i + 1}'] * 50)}]\n" for i in range(30))
    assert told(facts_of(tmp_path, {"setup.py": f"from setuptools import setup\n{lines}a30 = ['x']\nsetup(install_requires=a0)\n"})) == []


def test_computed_parts_of_setup_py_are_left_out(tmp_path: Path) -> None:
    lines = [
        "V = '1.2'",
        "W = '1'",
        "W = '2'",
        "setup(name='a', version=W, install_requires=['b==' + V, f'c=={V}', 'd==%s' % V, 'e=={}'.format(V), 'f>=' + V + ',<2', V])",
    ]
    facts = facts_of(tmp_path, {"setup.py": "\n".join(lines)})
    assert [(str(d.name), d.declared) for d in facts.of(Dependency)] == [(package, None) for package in "bcdef"]
    assert [(str(project.name), project.version) for project in facts.of(Project)] == [("a", None)]


def test_a_tool_is_told_once_a_folder(tmp_path: Path) -> None:
    files = {"pyproject.toml": '[tool.poetry]\nname = "a"\n', "poetry.lock": LOCK}
    assert [str(d.name) for d in facts_of(tmp_path, files).of(Dependency)] == ["poetry"]


def test_no_credential_gets_out(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "--index-url https://bob:hunter2hunter@registry.example/x\nfoo @ git+https://bob:hunter2hunter@git.example/foo\nbar==1;hunter2hunter\n",
        "Makefile": "test:\n\tTOKEN=hunter2hunter pytest\n",
    }
    facts = facts_of(tmp_path, files)
    assert len(facts.of(Dependency)) == 2
    assert len(facts.of(Command)) == 1
    assert "hunter2hunter" not in listing(facts, [])
