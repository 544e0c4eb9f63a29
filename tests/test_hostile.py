"""Hostile input: every reader on what its format can be bent into, and references that would leave the repository.

The bounds are counts and diagnostics; the times are ceilings that only a step in the wrong order of growth passes.
`benchmarks/hostile.py` measures the same texts at the sizes that files may have.
"""

from __future__ import annotations

import os
import subprocess
import time
import tomllib
import tracemalloc
from pathlib import Path

import msgspec
import pytest
from support_hostile import numbered, repeated

from ctxgen.catalogue import load
from ctxgen.documents import Unreadable, parse_json, parse_properties, parse_syntax, parse_toml, parse_yaml
from ctxgen.model import Dependency, Locked, Property
from ctxgen.pipeline import build, scan
from ctxgen.readers import _sql, pyproject
from ctxgen.readers._ini import options
from ctxgen.readers._jvm_script import tokens
from ctxgen.readers._pep508 import Wanted, parse_requirement
from ctxgen.reading import MAX_FOUND, MAX_NOTED, read_facts
from ctxgen.render import json as json_renderer
from ctxgen.render import markdown
from ctxgen.store import printable
from ctxgen.tree import Tree

CANARY = "c4n4ry-of-an-outside-file"


def repository(root: Path, **files: str) -> Path:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return root


def codes(tree: Tree) -> list[str]:
    return [diagnostic.code for diagnostic in tree.diagnostics]


# ---- documents: linear, bounded in depth and number


@pytest.mark.parametrize("unit", ["{", "[", "[a", "- ", "a: ", "{a: ", "[{", "? ", "&a ", "!a "])
def test_yaml_openings(unit: str) -> None:
    begun = time.process_time()
    with pytest.raises(Unreadable) as refused:
        parse_yaml(repeated(unit)(1_000_000))
    assert refused.value.code in ("too-complex", "parse-error")
    assert time.process_time() - begun < 3


@pytest.mark.parametrize("unit", ["{", "[", '{"a":', "[a", '"', "\\", "/*", "//", ",", "[1 ", '{"a"', "1x"])
def test_json_openings(unit: str) -> None:
    begun = time.process_time()
    with pytest.raises(Unreadable) as refused:
        parse_json(repeated(unit)(1_000_000).encode())
    assert refused.value.code in ("too-complex", "parse-error")
    assert time.process_time() - begun < 3


@pytest.mark.parametrize("unit", ["a.", "[a.", "a=[", "a={a=", "'a'.", "1.", '"'])
def test_toml_openings(unit: str) -> None:
    begun = time.process_time()
    with pytest.raises(Unreadable) as refused:
        parse_toml(repeated(unit)(1_000_000).encode())
    assert refused.value.code in ("too-complex", "parse-error")
    assert time.process_time() - begun < 3


@pytest.mark.parametrize(("language", "unit"), [("python", "a\\\n"), ("python", "<!--"), ("python", "a=b "), ("python", "${")])
def test_broken_code_ends(language: str, unit: str) -> None:
    begun = time.process_time()
    with pytest.raises(Unreadable) as refused:
        parse_syntax(repeated(unit)(1_000_000).encode(), language)
    assert refused.value.code == "too-complex"
    assert time.process_time() - begun < 6


def test_a_parser_that_is_stopped_deep_in_a_text_is_freed() -> None:
    """By recursion, for which the stack of a program's own is too small."""
    with pytest.raises(Unreadable) as refused:
        parse_syntax(b"const a = 1;\n" + b"<a>" * 300_000 + b"\nb();\n", "typescript/tsx")
    assert refused.value.code == "too-complex"


@pytest.mark.parametrize("text", ["{{" + " " * 100_000 + "\x01", "\u2028" * 100_000, ("{{" + " " * 3_900 + "\n") * 50 + "\x01"])
def test_blanks_of_terraform_end(text: str) -> None:
    """Its scanner looks at all blanks that follow from each of them, and a step of the parser may hold many."""
    begun = time.process_time()
    with pytest.raises(Unreadable) as refused:
        parse_syntax(text.encode(), "hcl")
    assert refused.value.code == "too-complex"
    assert time.process_time() - begun < 6


def test_yaml_aliases_count_as_expanded() -> None:
    with pytest.raises(Unreadable) as refused:
        parse_yaml("a: &a {" + ", ".join(f"x{n}: y" for n in range(100)) + "}\n" + "".join(f"k{n}: {{<<: *a}}\n" for n in range(2000)))
    assert refused.value.code == "too-complex"


@pytest.mark.parametrize("text", ['{"a": [1, 2,], "b": {},}', '// c\n{"a": /* d */ [1, 2], "b": {}}', '{"a":[1,2],"b":{}}\n{"c":1}'])
def test_json_forgives_comments_and_commas(text: str) -> None:
    document = parse_json(text.encode())
    assert [node.text for node in document.value["a"].elements()] == ["1", "2"]
    assert document.value["b"].value == {}


@pytest.mark.parametrize(
    "text", ['{"a" 1}', '{"a":}', '{"a":1 "b":2}', "{a:1}", "[1 2]", "[1}", '{"a":1]', '"a', "[tru]", "]", '{"a":1', ":", '{"a":,}', "{:1}"]
)
def test_json_refuses_what_is_broken(text: str) -> None:
    with pytest.raises(Unreadable):
        parse_json(text.encode())


# ---- one file states a bounded number of facts


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", numbered("package%d==1.0\n")(400_000)),
        ("Gemfile", numbered("gem 'a%d'\n")(400_000)),
        (".env", numbered("A%d=b\n")(400_000)),
        ("go.mod", numbered("require a.b/c%d v1.0.0\n", "module a\n")(700_000)),
        ("package.json", '{"dependencies": {' + numbered('"k%d": "1"', "", "", ",")(600_000) + "}}"),
    ],
    ids=lambda value: value if len(value) < 40 else "",
)
def test_facts_of_a_file_are_bounded(tmp_path: Path, path: str, text: str) -> None:
    tree = Tree(repository(tmp_path, **{path: text}))
    assert sum(1 for fact in read_facts(tree) if not isinstance(fact, Locked)) <= MAX_FOUND
    assert "too-complex" in codes(tree)
    assert "reader-failed" not in codes(tree)


def test_diagnostics_of_a_file_are_bounded(tmp_path: Path) -> None:
    tree = Tree(repository(tmp_path, **{"requirements.txt": "-r nowhere.txt\n" * 5_000}))
    read_facts(tree)
    assert 0 < len(tree.diagnostics) <= MAX_NOTED


def test_many_conditions(tmp_path: Path) -> None:
    whens = "".join(f"<When Condition=\"'$(A{n})' == 'b'\"/>" for n in range(5_000))
    items = "".join(f'<PackageReference Include="p{n}" Version="1"/>' for n in range(1_000))
    begun = time.process_time()
    text = f"<Project><Choose>{whens}<Otherwise><ItemGroup>{items}</ItemGroup></Otherwise></Choose></Project>"
    facts = read_facts(Tree(repository(tmp_path, **{"a.csproj": text})))
    assert all(len(fact.when or "") <= 120 for fact in facts.of(Dependency))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile", "FROM a AS b\n" * 40_000),
        ("Dockerfile", "#A=a" + " " * 100_000 + "\x01\nFROM a\n"),
        ("settings.py", "\n" * 200_000),
        ("a.csproj", "<Project>\n" + "<!--#if (A)-->\n" * 40_000 + "</Project>"),
    ],
    ids=["stages", "directive", "blank-lines", "branches"],
)
def test_time_grows_with_the_text_alone(tmp_path: Path, path: str, text: str) -> None:
    begun = time.process_time()
    tree = Tree(repository(tmp_path, **{path: text}))
    read_facts(tree)
    assert "reader-failed" not in codes(tree)
    assert time.process_time() - begun < 4


def test_many_manifests(tmp_path: Path) -> None:
    for number in range(400):
        repository(
            tmp_path,
            **{
                f"s{number}/package.json": f'{{"name": "s{number}", "dependencies": {{"express": "4"}}}}',
                f"m{number}/go.mod": f"module m{number}\n",
            },
        )
    begun = time.process_time()
    assert len(scan(tmp_path).components) >= 400
    assert time.process_time() - begun < 8


# ---- nothing outside is read, nothing runs


ESCAPES = {
    "requirements.txt": "-r ../outside/secret.txt\n-r ABSOLUTE/secret.txt\n-c ../outside/secret.txt\n-e ../outside\nflask==3.0\n-r linked/secret.txt\n",
    "compose.yml": "include: [../outside/compose.yml, ABSOLUTE/compose.yml, {path: ../outside/compose.yml, env_file: ../outside/secret.env}]\n"
    "services:\n  a:\n    build: {context: ../outside, dockerfile: ABSOLUTE/Dockerfile}\n    env_file: [../outside/secret.env, ABSOLUTE/secret.env, linked/secret.env]\n"
    "    extends: {file: ../outside/compose.yml, service: x}\n",
    "pom.xml": "<project><parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version><relativePath>../outside/pom.xml</relativePath></parent><artifactId>a</artifactId>"
    "<modules><module>../outside</module><module>ABSOLUTE</module></modules></project>",
    "a.csproj": '<Project><Import Project="..\\outside\\secret.props"/><Import Project="ABSOLUTE/secret.props"/><ItemGroup><ProjectReference Include="../outside/x.csproj"/></ItemGroup></Project>',
    "k/kustomization.yaml": "resources: [../../outside/compose.yml, ABSOLUTE/compose.yml]\nbases: [../../outside]\nconfigMapGenerator: [{name: a, envs: [../../outside/secret.env]}]\n",
    "package.json": '{"name": "a", "workspaces": ["../outside", "ABSOLUTE", "../*"], "dependencies": {"x": "file:../outside"}, "scripts": {"postinstall": "touch RAN", "preinstall": "touch RAN"}}',
    "tsconfig.json": '{"extends": "../outside/package.json"}',
    "build.gradle": "apply from: '../outside/secret.gradle'\napply from: 'ABSOLUTE/secret.gradle'\nnew File('RAN').text = 'x'\n",
    "init.gradle": "new File('RAN').text = 'x'\n",
    "settings.gradle": "include ':x'\nproject(':x').projectDir = new File('../outside')\nincludeBuild '../outside'\n",
    "app/settings.py": "from ...outside.secret import *\nfrom .base import *\nopen('RAN', 'w').write('x')\n",
    "setup.py": "open('RAN', 'w').write('x')\nfrom setuptools import setup\nsetup(name='a', install_requires=open('../outside/secret.txt').read().split())\n",
    "conftest.py": "open('RAN', 'w').write('x')\n",
    "Makefile": "include ../outside/secret.mk\nX := $(shell touch RAN)\ntest:\n\ttouch RAN\n",
    "go.work": "use ../outside\nuse ABSOLUTE\n",
    "Cargo.toml": '[workspace]\nmembers = ["../outside"]\n[package]\nname = "a"\nbuild = "../outside/build.rs"\n',
    "mix.exs": 'File.write!("RAN", "x")\n',
    "Gemfile": 'eval_gemfile "../outside/Gemfile"\nFile.write("RAN", "x")\ngem "rails"\n',
    ".ctxgen.toml": 'include = ["../outside/**"]\n[detectors]\npath = "../outside"\n',
    ".gitattributes": "* filter=x diff=x\n",
    ".gitmodules": '[submodule "x"]\n\tpath = sub\n\turl = ../outside\n',
    "main.tf": 'module "x" { source = "../outside" }\n',
    "helmfile.yaml": "helmfiles: [../outside/compose.yml]\nbases: [ABSOLUTE/compose.yml]\n",
    "skaffold.yaml": "apiVersion: skaffold/v1\nkind: Config\nrequires: [{path: ../outside/compose.yml}]\nmanifests: {rawYaml: [../outside/compose.yml]}\n",
}  # fmt: skip

OUTSIDE = {
    "secret.txt": f"{CANARY}==1.0\n", "secret.env": f"{CANARY.upper().replace('-', '_')}=1\n", "secret.gradle": f"dependencies {{ implementation '{CANARY}:{CANARY}:1' }}\n",
    "compose.yml": f"services:\n  x: {{image: '{CANARY}:1'}}\n", "Dockerfile": f"FROM {CANARY}:1\n", "secret.py": f"import {CANARY.replace('-', '_')}\n", "secret.mk": f"{CANARY}:\n\techo\n",
    "pom.xml": f"<project><groupId>{CANARY}</groupId><artifactId>{CANARY}</artifactId><version>1</version></project>", "package.json": f'{{"name": "{CANARY}"}}',
    "secret.props": f'<Project><ItemGroup><PackageReference Include="{CANARY}" Version="1"/></ItemGroup></Project>', "x.csproj": f'<Project><ItemGroup><PackageReference Include="{CANARY}"/></ItemGroup></Project>',
    "Gemfile": f'gem "{CANARY}"\n', "go.mod": f"module {CANARY}\n", "Cargo.toml": f'[package]\nname = "{CANARY}"\n',
}  # fmt: skip


def told(root: Path) -> str:
    """All that a scan of a repository can print, in lower case."""
    context = scan(root)
    texts = [msgspec.json.encode(context).decode(), str(json_renderer.render(context)), str(markdown.render(context, load()))]
    return "\n".join(texts).lower()


def test_nothing_outside_is_read_and_nothing_runs(tmp_path: Path) -> None:
    outside = repository(tmp_path / "outside", **OUTSIDE)
    ran = tmp_path / "ran"
    root = repository(
        tmp_path / "repository",
        **{path: text.replace("ABSOLUTE", str(outside)).replace("RAN", str(ran)) for path, text in ESCAPES.items()},
    )
    (root / "linked").symlink_to(outside)
    (root / "Dockerfile").symlink_to(outside / "Dockerfile")
    (root / "app/base.py").symlink_to(outside / "secret.py")
    (root / "loop").symlink_to(root, target_is_directory=True)
    (root / "self").symlink_to("self")
    os.mkfifo(root / "pom2.xml")
    found = told(root)
    assert "flask" in found
    assert CANARY not in found
    assert CANARY.replace("-", "_") not in found
    assert not ran.exists()


@pytest.mark.parametrize("path", sorted(ESCAPES))
def test_each_reference_stays_inside(tmp_path: Path, path: str) -> None:
    outside = repository(tmp_path / "outside", **OUTSIDE)
    root = repository(
        tmp_path / "repository", **{path: ESCAPES[path].replace("ABSOLUTE", str(outside)).replace("RAN", str(tmp_path / "ran"))}
    )
    tree = Tree(root)
    read = {fact.at.path for fact in read_facts(tree)}
    assert read <= {path}
    assert "reader-failed" not in codes(tree)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "target",
    [
        "/etc/passwd",
        "../../../../etc/passwd",
        "~/.netrc",
        "C:/x.txt",
        "C:\\x.txt",
        "\\\\host\\x.txt",
        "a/../../x.txt",
        "." * 5000,
        "a/" * 3000,
    ],
)
def test_strange_targets(tmp_path: Path, target: str) -> None:
    tree = Tree(repository(tmp_path / "repository", **{"requirements.txt": f"flask==3.0\n-r {target}\n"}))
    assert [fact.name for fact in read_facts(tree).of(Dependency)] == ["flask"]
    assert "reader-failed" not in codes(tree)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile", "FROM a:1\n" + "ENV A $A$A\n" * 3_000 + "EXPOSE $A\n"),
        ("compose.yml", "services: {a: {image: '${A}'}}\n"),
        ("pom.xml", "<project><properties>" + "".join(f"<p{n}>{f'${{p{n + 1}}}' * 60}</p{n}>" for n in range(40)) + "</properties><version>${p0}</version></project>"),
    ],
)  # fmt: skip
def test_values_that_double_themselves(tmp_path: Path, path: str, text: str) -> None:
    root = repository(
        tmp_path, **{path: text, ".env": "A=b\n" + "".join(f"{chr(65 + n)}={f'${{{chr(66 + n)}}}' * 60}\n" for n in range(20))}
    )
    begun = time.process_time()
    scan(root)
    assert time.process_time() - begun < 4


def test_references_in_a_circle(tmp_path: Path) -> None:
    tree = Tree(
        repository(
            tmp_path, **{"requirements.txt": "-r a.txt\nflask==1\n", "a.txt": "-r requirements.txt\n-r a.txt\n-r ./x/../a.txt\nredis==1\n"}
        )
    )
    assert sorted(fact.name for fact in read_facts(tree).of(Dependency)) == ["flask", "redis"]


def test_submodules_and_bare_repositories(tmp_path: Path) -> None:
    root = repository(tmp_path / "repository", **{"package.json": '{"name": "a"}'})
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

    def git(*arguments: str, at: Path = root) -> None:
        subprocess.run(["git", *arguments], cwd=at, check=True, capture_output=True, env=environment)

    git("init", "-q")
    git("init", "-q", "--bare", "bare.git")
    repository(root / "bare.git", config=f"[core]\n\tbare = true\n\tfsmonitor = touch {tmp_path}/ran\n")
    repository(root / "sub", **{"go.mod": f"module {CANARY}\n", ".git": f"gitdir: {tmp_path}/elsewhere\n"})
    git("add", "package.json")
    assert CANARY not in told(root)
    assert "error" not in [diagnostic.severity for diagnostic in scan(root / "bare.git").diagnostics]
    assert not (tmp_path / "ran").exists()


def test_names_that_differ_in_case_alone(tmp_path: Path) -> None:
    tree = Tree(
        repository(
            tmp_path,
            **{
                "package.json": '{"name": "a", "dependencies": {"express": "4"}}',
                "Package.json": "{",
                "PACKAGE.JSON": "[",
                "a/go.mod": "module a",
                "A/go.mod": "module b",
            },
        )
    )
    assert [fact.name for fact in read_facts(tree).of(Dependency)] == ["express"]
    assert {"a/go.mod", "A/go.mod"} <= set(tree.paths)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("chart/templates/a.yaml", "apiVersion: v1\nkind: Pod\n" + "{{if." * 100_000),
        ("chart/templates/a.yaml", "apiVersion: v1\nkind: Pod\n" + "{" * 500_000),
        ("chart/templates/a.yaml", "apiVersion: v1\nkind: Pod\n" + "{{ a }}" * 60_000),
        ("chart/templates/a.yaml", "apiVersion: v1\nkind: Pod\n" + ("{{.Chart.a|default" + " " * 1900 + "}}") * 200),
        ("nginx.conf", "server {\n}\n" + "\n" * 400_000),
        ("nginx.conf", "worker_processes 1;\nlocation" + " " * 400_000),
        ("config/database.yml", "a: " + "<%=a" * 300_000),
        ("a.proto", "/* " * 300_000),
        ("build.gradle", "a { b { c = 'd' } } " * 15_000),
        ("changelog.xml", "<databaseChangeLog>" + numbered("<a%d/>")(500_000) + "</databaseChangeLog>"),
        ("a.csproj", "<Project" + numbered(' a%d="b"')(500_000) + "/>"),
        ("a.csproj", "<Project><PropertyGroup>" + numbered("<P%d>$(P%d)</P%d>")(500_000) + "</PropertyGroup></Project>"),
        ("a.csproj", '<Project><ItemGroup><PackageReference Include="' + numbered("p%d;")(400_000) + '"/></ItemGroup></Project>'),
        ("a.go", "\nPoolSize: 1," * 70_000),
        ("a.go", '"CREATE TABLE a(b int)"\n' * 40_000),
        ("a.js", 'import "pg";' + "\n" * 800_000 + ("new Pool({" + "max:2," * 240 + "})\n") * 50),
        ("puma.rb", "workers 2\n" * 100_000),
    ],
    ids=[
        "template-branches", "template-braces", "template-actions", "template-blanks", "nginx-lines", "nginx-blanks", "erb", "proto-comments", "gradle-one-line",
        "xml-one-line", "xml-attributes", "xml-properties", "xml-long-attribute", "go-pools", "go-tables", "script-sizes", "ruby-servers",
    ],
)  # fmt: skip
def test_one_file_of_one_thing_takes_no_long(tmp_path: Path, path: str, text: str) -> None:
    """Each took more than ten seconds, some hours, at the size that a file may have."""
    begun = time.process_time()
    tree = Tree(repository(tmp_path, **{path: text}))
    read_facts(tree)
    assert "reader-failed" not in codes(tree)
    assert time.process_time() - begun < 4


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "flask==3.0\n"),
        ("package.json", '{"dependencies": {"flask": "3"}}'),
        ("Cargo.toml", '[dependencies]\nflask = "3"\n'),
        ("environment.yml", "channels: [a]\ndependencies:\n  - pip:\n      - flask==3\n"),
        ("packages.config", '<?xml version="1.0" encoding="utf-16"?>\n<packages><package id="flask" version="3"/></packages>'),
        ("Gemfile", 'gem "flask"\n'),
        ("build.gradle", "dependencies { implementation 'a:flask:3' }\n"),
        ("go.mod", "module a\nrequire flask.example/flask v3.0.0\n"),
    ],
)
def test_manifests_in_other_encodings(tmp_path: Path, path: str, text: str, encoding: str) -> None:
    (tmp_path / path).write_bytes(text.encode(encoding))
    tree = Tree(tmp_path)
    assert "flask" in [fact.name.rpartition("/")[2].rpartition(":")[2] for fact in read_facts(tree).of(Dependency)]
    assert codes(tree) == []


@pytest.mark.parametrize("content", [b"\0\x01\x02\xff" * 100, "flask==3.0\n".encode("utf-16-le")], ids=["binary", "utf-16 without a mark"])
@pytest.mark.parametrize(
    "path",
    [
        "requirements.txt",
        "package.json",
        "Cargo.toml",
        "environment.yml",
        "Gemfile",
        "build.gradle",
        "go.mod",
        "pom.xml",
        ".env",
    ],
)
def test_binary_manifests_are_said(tmp_path: Path, path: str, content: bytes) -> None:
    (tmp_path / path).write_bytes(content)
    tree = Tree(tmp_path)
    read_facts(tree)
    assert set(codes(tree)) & {"binary", "parse-error"}


def test_a_file_and_its_lines_have_notices_side_by_side(tmp_path: Path) -> None:
    """One reader refused the file, another one a line of it: they could not be put in order."""
    tree = Tree(repository(tmp_path, **{"go.mod": "module shop\n"}))
    for line in (7, None, 3):
        tree.note("go.mod", line, "too-complex", "too much of it")
    context = build(tree, read_facts(tree), load()).context
    assert [notice.line for notice in context.diagnostics] == [None, 3, 7]


@pytest.mark.parametrize("opening", ['"${', '"', "'", '"""', "'''", "/*"])
def test_one_token_of_a_script_takes_no_memory(opening: str) -> None:
    """A pattern that can step back from every character keeps them all: 600 MB for two."""
    tracemalloc.start()
    try:
        list(tokens(opening + " " * 500_000 + "\x01"))
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("path", "unit"),
    [("build.gradle", "a=b&&"), ("build.gradle", "a {\n"), ("build.sbt", "${a:-"), ("buildSrc/src/main/kotlin/A.kt", "a=b&&")],
)
def test_tokens_of_a_script_are_bounded(tmp_path: Path, path: str, unit: str) -> None:
    tree = Tree(repository(tmp_path, **{path: repeated(unit)(1_900_000)}))
    assert not read_facts(tree).of(Property)
    assert "too-complex" in codes(tree)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("build.gradle", "a." * 60_000),
        ("build.gradle", "a" * 500_000 + " {\ndependencies {\n" + "api 'a:b:1'\n" * 5_000 + "}}"),
        ("build.sbt", 'a="b" ' * 60_000),
        ("build.sbt", "\n" * 290_000),
        ("a.go", "import(\n" * 130_000),
        ("b.go", ("import(\n" * 2_400 + ")\n") * 50),
        ("nats.py", "\n" * 500_000 + "nats"),
        ("a.sql", "DO $$ " * 170_000 + "CREATE"),
        ("Program.cs", "var b = DistributedApplication.CreateBuilder();" + "<a" * 60_000),
    ],
)
def test_what_a_script_repeats_is_looked_at_once(tmp_path: Path, path: str, text: str) -> None:
    """Each took the square of its size."""
    begun = time.process_time()
    read_facts(Tree(repository(tmp_path, **{path: text})))
    assert time.process_time() - begun < 6


@pytest.mark.parametrize("text", ["ALTER TABLE a" + "." * 5_000, "ALTER TABLE a;\n" * 1_000, "DO $$ " + "ALTER TABLE a;\n" * 1_000 + "$$"])
def test_tokens_of_sql_are_bounded(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(_sql, "MAX_TOKENS", 1_000)
    with pytest.raises(Unreadable) as refused:
        list(_sql.statements(text))
    assert refused.value.code == "too-complex"
    assert sum(map(len, _sql.statements("ALTER TABLE a;\n" * 70))) == 210


def test_lines_that_continue_an_entry_are_bounded() -> None:
    begun = time.process_time()
    with pytest.raises(Unreadable) as refused:
        list(parse_properties("a\\\n" * 200_000))
    assert refused.value.code == "too-complex"
    assert time.process_time() - begun < 3
    assert len(list(parse_properties("a = b, \\\n  c\n" * 50_000))) == 50_000


def test_blanks_of_an_ini_file_are_looked_at_once() -> None:
    begun = time.process_time()
    assert list(options(["[tox]", "a" + " " * 2_000_000 + "\x01"])) == []
    assert time.process_time() - begun < 1
    assert [(each.key, each.text) for each in options(["[tox]", "Deps = a:b", "  c", "x: y=z", "=1"])] == [("deps", "a:b\nc"), ("x", "y=z")]


def test_requirements_are_parsed_as_they_are_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file states beyond the bound is not looked at."""
    parsed: list[str] = []

    def counting(text: str) -> Wanted | None:
        parsed.append(text)
        return parse_requirement(text)

    monkeypatch.setattr(pyproject, "parse_requirement", counting)
    text = "[project]\ndependencies = [\n" + "".join(f'"a{n}==1",\n' for n in range(MAX_FOUND + 5_000)) + "]\n"
    read_facts(Tree(repository(tmp_path, **{"pyproject.toml": text})))
    assert len(parsed) <= MAX_FOUND + 1


@pytest.mark.parametrize(
    "written",
    ["'a'", '"a"', "''", '""', r"'a\b'", r'"a\"b"', r'"\u0041"', '"""a\nb"""', "'''\na'''", '"""a\\\n  b"""', "\"'''\"", '\'"""\'', '"é"'],
)
def test_strings_of_toml_are_read_as_the_standard_parser_reads_them(written: str) -> None:
    text = f"a = {written}\n" + ("" if "\n" in written or written.startswith(('"""', "'''")) else f"[b.{written}]\n")
    root, expected = parse_toml(text.encode()), tomllib.loads(text)
    assert root.value["a"].text == expected["a"]
    assert set(root.value.get("b", root).value) == set(expected.get("b", expected))


def test_paths_that_no_folder_holds_are_not_listed() -> None:
    """A commit may have them; names and paths are compared with many patterns."""
    assert printable("a" * 255 + "/b")
    assert not printable("a" * 256)
    assert printable("a/" * 2_000)
    assert not printable("a/" * 2_100)
