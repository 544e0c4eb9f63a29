"""The command line as its users meet it: output, exit codes, bad input, determinism."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from support_run import ctxgen

from support import FIXTURES, ROOT

REPOSITORIES = sorted(path for path in (FIXTURES / "repos").iterdir() if path.is_dir())


def process(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The same as `ctxgen` in a process of its own, where its environment or its start matter."""
    command = [sys.executable, "-m", "ctxgen", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, cwd=cwd, env={**os.environ, **environment}, timeout=60, check=False)


def test_version() -> None:
    from ctxgen import __version__

    for flag in ("--version", "-V"):
        assert process(flag).stdout.decode().strip() == f"ctxgen {__version__}"


@pytest.mark.parametrize(
    ("words", "offered"), [("sch", "schema"), ("--fo", "--format"), ("--format xm", "xml"), ("explain --ex", "--exclude")]
)
def test_completion(words: str, offered: str) -> None:
    asked = {"_CTXGEN_COMPLETE": "complete_bash", "COMP_WORDS": f"ctxgen {words}", "COMP_CWORD": str(len(words.split()))}
    assert offered in process(cwd=None, **asked).stdout.decode().split()


def test_help_names_every_option() -> None:
    said = ctxgen("--help").stdout.decode()
    for option in (
        "--format", "--output", "--budget", "--detail", "--sections", "--no-evidence", "--header", "--include-ignored", "--exclude", "--config", "--no-repo-config", "--detectors",
        "--strict", "explain", "detectors", "init", "schema",
    ):  # fmt: skip
        assert option in said


@pytest.mark.parametrize("repository", REPOSITORIES, ids=lambda path: path.name)
def test_output_is_valid_against_the_schema(repository: Path) -> None:
    done = ctxgen(repository, "--format", "json")
    assert done.returncode == 0
    jsonschema.validate(json.loads(done.stdout), json.loads(ctxgen("schema").stdout))


def test_schema_is_the_documented_one() -> None:
    assert ctxgen("schema").stdout.decode() == (ROOT / "docs" / "schema" / "v1.json").read_text()


CONTRACT = {
    "": "schema_version generator repository architecture languages runtimes components technologies datastores messaging jobs integrations models environment security scale endpoints commands ci declared not_stated diagnostics",
    "generator": "name version",
    "repository": "name commit branch remote",
    "architecture": "pattern traits evidence",
    "languages": "name version share scope evidence",
    "runtimes": "name version component evidence",
    "components": "id name path kind language technologies ports depends_on evidence",
    "components.depends_on": "component technology via evidence",
    "technologies": "id name category roles version scope usage confidence evidence uses",
    "technologies.uses": "component scope usage version declared locked managed_by when evidence",
    "datastores": "technology version usage components access migrations evidence",
    "environment": "name secret required component evidence",
    "security": "mechanisms settings",
    "security.mechanisms": "mechanism component evidence",
    "scale": "kind value unit subject component evidence",
    "commands": "kind command component evidence",
    "messaging": "technology kind name producers consumers evidence",
    "jobs": "name schedule handler component evidence",
    "integrations": "technology name component evidence",
    "models": "name table columns indexes relations component evidence",
    "endpoints": "kind method path operation handler access guards component evidence",
    "endpoints.guards": "name kind evidence",
    "ci": "technology name triggers evidence",
    "diagnostics": "code severity path line message",
}  # fmt: skip


def test_no_key_of_version_1_is_lost() -> None:
    schema = json.loads((ROOT / "docs" / "schema" / "v1.json").read_text())

    def resolved(node: dict) -> dict:  # type: ignore[type-arg]
        while "$ref" in node or "anyOf" in node or "items" in node:
            if "$ref" in node:
                node = schema["$defs"][node["$ref"].rpartition("/")[2]]
            elif "anyOf" in node:
                node = next(each for each in node["anyOf"] if each.get("type") != "null")
            else:
                node = node["items"]
        return node

    for path, keys in CONTRACT.items():
        node = resolved(schema)
        for part in filter(None, path.split(".")):
            node = resolved(node["properties"][part])
        assert set(keys.split()) <= set(node["properties"]), path
        assert set(keys.split()) <= set(node["required"]), path


# ---- the same bytes


def test_two_clones_give_the_same_bytes(tmp_path: Path) -> None:
    source = REPOSITORIES[0]
    for index, branch in enumerate(("main", "topic")):
        clone = tmp_path / f"place {index}" / source.name
        clone.parent.mkdir()
        subprocess.run(["cp", "-r", source, clone], check=True)
        for arguments in (
            ["init", "-q", "-b", branch],
            ["add", "-A"],
            ["-c", "user.name=t", "-c", "user.email=t@t.example", "commit", "-qm", branch],
        ):
            subprocess.run(["git", *arguments], cwd=clone, check=True, capture_output=True)
    first, second = (
        process(".", cwd=tmp_path / f"place {i}" / source.name, LC_ALL=locale, TZ=zone)
        for i, (locale, zone) in enumerate((("C", "UTC"), ("C.UTF-8", "Asia/Tokyo")))
    )
    assert first.stdout == second.stdout
    assert first.stdout.startswith(b"# Essential Backend Context")
    outside = process(source)
    assert outside.stdout == first.stdout


def test_hash_seed_changes_nothing() -> None:
    runs = {process(REPOSITORIES[0], "--format", "json", PYTHONHASHSEED=str(seed)).stdout for seed in (1, 2, 3)}
    assert len(runs) == 1


# ---- options


def test_diagram() -> None:
    said = ctxgen(REPOSITORIES[0], "--diagram").stdout.decode()
    assert said.startswith(ctxgen(REPOSITORIES[0]).stdout.decode())
    assert "```mermaid\nflowchart" in said
    assert ctxgen(REPOSITORIES[0], "--diagram", "--format", "json").returncode == 2


@pytest.mark.parametrize("budget", [150, 400, 1500])
@pytest.mark.parametrize("repository", REPOSITORIES, ids=lambda path: path.name)
def test_budget_is_kept(repository: Path, budget: int) -> None:
    from ctxgen.render.budget import estimate

    said = ctxgen(repository, "--budget", budget).stdout.decode()
    assert estimate(said) <= budget
    for element in ("Technology stack", "Architecture", "Scale", "Database", "Security"):
        assert f"**{element}**" in said


@pytest.mark.parametrize("style", ["markdown", "xml", "text", "issue"])
@pytest.mark.parametrize("repository", REPOSITORIES, ids=lambda path: path.name)
def test_every_format_tells_the_five_elements(repository: Path, style: str) -> None:
    from ctxgen.render.budget import estimate

    for budget in (150, 1500):
        done = ctxgen(repository, "--format", style, "--budget", budget)
        said = done.stdout.decode()
        assert (done.returncode, done.stderr) == (0, b"")
        assert estimate(said) <= budget
        if style == "xml":
            tags = [element.tag for element in ElementTree.fromstring(said)]
            assert tags[:5] == ["technology-stack", "architecture", "scale", "database", "security"]
        else:
            assert [word for word in ("Technology stack", "Architecture", "Scale", "Database", "Security") if word not in said] == []


def test_sections() -> None:
    said = ctxgen(REPOSITORIES[0], "--sections", "database,security").stdout.decode()
    assert "**Database**" in said
    assert "**Security**" in said
    assert "**Scale**" not in said
    assert "Components" not in said
    unknown = ctxgen(REPOSITORIES[0], "--sections", "database,poem")
    assert unknown.returncode == 2
    assert b"poem" in unknown.stderr
    assert b"not-stated" in unknown.stderr


def test_no_evidence() -> None:
    said = ctxgen(REPOSITORIES[0], "--no-evidence").stdout.decode()
    assert "(`" not in said


def test_output_file(tmp_path: Path) -> None:
    target = tmp_path / "block.md"
    done = ctxgen(REPOSITORIES[0], "-o", target)
    assert (done.returncode, done.stdout) == (0, b"")
    assert target.read_bytes() == ctxgen(REPOSITORIES[0]).stdout
    assert [path.name for path in tmp_path.iterdir()] == ["block.md"]


def test_command_word_and_folder(tmp_path: Path) -> None:
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "go.mod").write_text("module x\n\ngo 1.22\n")
    assert b"$schema" in ctxgen("schema", cwd=tmp_path).stdout
    assert b"Go 1.22" in ctxgen("./schema", cwd=tmp_path).stdout


# ---- bad input


def test_no_such_path(tmp_path: Path) -> None:
    done = ctxgen(tmp_path / "nothing")
    assert done.returncode == 2
    assert done.stderr.startswith(b"ctxgen: no such path")
    assert b"Traceback" not in done.stderr


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = ctxgen(tmp_path / "file")
    assert done.returncode == 2
    assert done.stderr.startswith(b"ctxgen: not a folder")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--budget", "many"],
        ["--format", "poem"],
        ["--nonsense"],
        ["--header", "x"],
        ["--sections", "poem"],
        ["--sections", ""],
        ["--format", "json", "--sections", "stack"],
        ["--config", "no such file"],
        ["--detectors", "no such folder"],
        ["--budget", "10"],
    ],
)
def test_wrong_usage(arguments: list[str]) -> None:
    done = ctxgen(".", *arguments)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    done = ctxgen(REPOSITORIES[0], "-o", tmp_path / "missing" / "block.md")
    assert done.returncode == 3
    assert done.stderr.startswith(b"ctxgen: cannot write")


def test_full_disk() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "-m", "ctxgen", REPOSITORIES[0]], stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 3
    assert b"Traceback" not in done.stderr


def test_closed_pipe() -> None:
    done = subprocess.run(
        f"{sys.executable} -m ctxgen {REPOSITORIES[0]} --format json | head -c 10", shell=True, capture_output=True, check=False
    )
    assert done.stderr == b""


def test_empty_folder(tmp_path: Path) -> None:
    done = ctxgen(tmp_path)
    assert done.returncode == 0
    assert b"No backend is stated" in done.stdout


def test_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Notes about PostgreSQL and Redis\n")
    done = ctxgen(tmp_path)
    assert done.returncode == 0
    assert b"PostgreSQL" not in done.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_folder(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    assert process(tmp_path / "closed").returncode == 2
    assert process(tmp_path).returncode == 0


MANIFESTS = [
    "package.json", "package-lock.json", "requirements.txt", "pyproject.toml", "setup.py", "setup.cfg", "poetry.lock", "uv.lock", "pom.xml", "build.gradle", "build.gradle.kts",
    "gradle/libs.versions.toml", "settings.gradle", "gradle.properties", "App.csproj", "Directory.Packages.props", "global.json", "App.sln", "packages.config", "go.mod", "go.work",
    "compose.yml", "Dockerfile", ".env", "src/main/resources/application.yml", "src/main/resources/application.properties", "appsettings.json", "app/settings.py", ".nvmrc", ".tool-versions",
    "composer.json", "composer.lock", "Gemfile", "Gemfile.lock", "Cargo.toml", "Cargo.lock", "mix.exs", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "Pipfile.lock", "schema.prisma",
]  # fmt: skip


@pytest.mark.parametrize(
    "content", [b"\0\x01\x02\xff" * 100, b"{ [ < ( ' \" \\", b"", b"\xff\xfe{\0"], ids=["binary", "broken", "empty", "utf-16"]
)
def test_broken_manifests_are_reported_and_the_rest_is_told(tmp_path: Path, content: bytes) -> None:
    for manifest in MANIFESTS:
        (tmp_path / manifest).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / manifest).write_bytes(content)
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "go.mod").write_text("module x\n\ngo 1.22\n\nrequire github.com/gin-gonic/gin v1.10.0\n")
    done = ctxgen(tmp_path, "--format", "json")
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    context = json.loads(done.stdout)
    assert "gin" in {technology["id"] for technology in context["technologies"]}
    assert not [d for d in context["diagnostics"] if d["code"] == "reader-failed"]
    if content.startswith(b"\0"):
        assert {d["path"] for d in context["diagnostics"]} >= {"package.json", "pyproject.toml", "pom.xml", "go.mod"} - {"go.mod"}
