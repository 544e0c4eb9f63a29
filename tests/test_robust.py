"""The whole program in hard circumstances: it runs nothing of a repository, swells at nothing, and is interrupted without a trace."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ctxgen.documents import Unreadable, parse_syntax
from ctxgen.documents._syntax import MAX_NESTING, nesting
from ctxgen.tree import Tree
from support import FIXTURES

SHOP = FIXTURES / "repos" / "shop"
MEMORY = 400
SECONDS = 10


def ctxgen(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "ctxgen", *map(str, arguments)], capture_output=True, check=False, cwd=cwd, env={**os.environ, **environment}
    )


# ---- nothing runs


COMMANDS = [
    ["."],
    [".", "--format", "json"],
    [".", "--format", "xml", "--include-ignored"],
    [".", "--diagram", "--header", "full", "--strict"],
    ["explain", "express"],
    ["explain", "package.json"],
    ["init", "--force"],
    ["detectors", "redis"],
    ["schema"],
]


def test_no_command_springs_a_trap(tmp_path: Path) -> None:
    root, ran, outside = tmp_path / "repository", tmp_path / "ran", tmp_path / "outside"
    touch = f"touch {ran}"
    traps = {
        "package.json": json.dumps(
            {"name": "a", "dependencies": {"express": "4.19.2"}, "scripts": {"preinstall": touch, "prepare": touch}}
        ),
        "setup.py": f"open({str(ran)!r}, 'w')\n",
        "conftest.py": f"open({str(ran)!r}, 'w')\n",
        "sitecustomize.py": f"open({str(ran)!r}, 'w')\n",
        "typer.py": f"open({str(ran)!r}, 'w')\n",
        "init.gradle": f"new File('{ran}').text = ''\n",
        ".mvn/extensions.xml": "<extensions/>",
        "git": f"#!/bin/sh\n{touch}\n",
        ".gitattributes": "* filter=trap diff=trap merge=trap\n",
        ".ctxgen.toml": 'detectors = "../outside"\n',
        ".ctxgen/detectors/own.toml": '[own]\nname = "Own"\ncategory = "framework"\nnpm = ["own"]\n',
    }
    for path, text in traps.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    outside.mkdir()
    (outside / "stolen.toml").write_text('[stolen]\nname = "Stolen"\ncategory = "framework"\nnpm = ["express"]\n')
    (outside / "config").write_text(f"[core]\n\tfsmonitor = {touch}\n")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "add", "package.json"], check=True)
    (root / ".git" / "config").write_text(
        f"[core]\n\trepositoryformatversion = 0\n\tfsmonitor = {touch}\n\thooksPath = {root}/hooks\n\tsshCommand = {touch}\n\tpager = {touch}\n\teditor = {touch}\n"
        f'\tattributesFile = {outside}/attributes\n[alias]\n\tls-files = !{touch}\n\trev-parse = !{touch}\n[filter "trap"]\n\tclean = {touch}\n\tsmudge = {touch}\n\tprocess = {touch}\n\trequired = true\n'
        f'[diff "trap"]\n\ttextconv = {touch}\n\tcommand = {touch}\n[includeIf "gitdir:**"]\n\tpath = {outside}/config\n[include]\n\tpath = {outside}/config\n[credential]\n\thelper = !{touch}\n'
    )
    for hook in ("post-index-change", "post-checkout", "pre-commit", "fsmonitor-watchman"):
        (root / ".git" / "hooks" / hook).write_text(f"#!/bin/sh\n{touch}\n")
        (root / ".git" / "hooks" / hook).chmod(0o755)
    (root / "git").chmod(0o755)
    (root / "package.json").write_text(traps["package.json"] + "\n")  # what git would ask a filter about
    for command in COMMANDS:
        done = ctxgen(*command, cwd=root, PYTHONPATH=str(FIXTURES.parent / "src"), XDG_CACHE_HOME=str(tmp_path / "cache"))
        assert not ran.exists(), command
        assert b"Traceback" not in done.stderr
        assert b"Stolen" not in done.stdout
    assert done.returncode == 0
    assert {path.name for path in tmp_path.iterdir()} <= {"repository", "outside", "cache"}


@pytest.mark.parametrize(
    "command",
    [
        *COMMANDS,
        *([name, ".", "--format", "json"] for name in ("routes", "models", "env", "jobs", "topics")),
        ["routes", ".", "--format", "openapi"],
        ["brief", "security"],
        ["diff", "HEAD"],
        ["--help"],
        ["--version"],
    ],
    ids=" ".join,
)
def test_a_reader_that_has_seen_enough(tmp_path: Path, command: list[str]) -> None:
    """`ctxgen … | head`: the pipe is closed before anything is written."""
    (tmp_path / "package.json").write_text('{"name": "a", "dependencies": {"express": "4.19.2"}}')
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-m", "ctxgen", *command], stdout=writing, stderr=subprocess.PIPE, cwd=tmp_path, check=False)
    os.close(writing)
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr
    assert b"internal error" not in done.stderr


# ---- nothing swells


def sparse(path: Path, size: int) -> None:
    with path.open("wb") as stream:
        stream.truncate(size)


def many(root: Path, number: int) -> None:
    (root / "many").mkdir()
    for index in range(number):
        (root / "many" / f"f{index}.ts").write_bytes(b"")


def nested_types(root: Path, depth: int) -> None:
    """A controller beside types that are nested so deep that the parser gives them up."""
    (root / "build.gradle").write_text("dependencies { implementation 'org.springframework.boot:spring-boot-starter-web:3.3.0' }\n")
    controller = '@RestController class A { @GetMapping("/a") String a() { return ""; } }'
    (root / "A.java").write_text(
        f"import org.springframework.web.bind.annotation.*;\n{controller}\n{'A<' * depth}{'>' * depth}\nclass B {{}}\n"
    )


LARGE: dict[str, tuple[Callable[[Path], object], str | None]] = {
    "1 GiB": (lambda root: sparse(root / "package.json", 1 << 30), "too-large"),
    "1 GiB lock file": (lambda root: sparse(root / "yarn.lock", 1 << 30), "too-large"),
    "lock file of 50 MB": (
        lambda root: (root / "yarn.lock").write_text("# yarn lockfile v1\n\n" + "".join(f'"p{n}@^1.0.0":\n  version "1.0.{n}"\n\n' for n in range(1_300_000))),
        "too-complex",
    ),
    "line of 20 MB": (lambda root: (root / "a.ts").write_text("import " * 3_000_000), "too-large"),
    "line of 1 MB": (lambda root: (root / "a.ts").write_text("import " * 140_000 + "process.env." * 10_000), None),
    "tags": (lambda root: (root / "ormconfig.ts").write_text("<a>(" * 260_000), "too-complex"),
    "brackets": (lambda root: (root / "package.json").write_text("[" * 1_000_000), "too-complex"),
    "elements": (lambda root: (root / "pom.xml").write_text("<a>" * 600_000), None),
    "entities": (
        lambda root: (root / "pom.xml").write_text(
            "<!DOCTYPE a [<!ENTITY a '" + "a" * 1000 + "'>" + "".join(f"<!ENTITY {chr(b)} '{f'&{chr(b - 1)};' * 50}'>" for b in range(98, 110)) + "]><project>&m;</project>"
        ),
        None,
    ),
    "aliases": (
        lambda root: (root / "compose.yml").write_text("a: &a [1]\n" + "".join(f"{chr(b)}: &{chr(b)} [{f'*{chr(b - 1)},' * 50}]\n" for b in range(98, 110))),
        "too-complex",
    ),
    "types": (lambda root: nested_types(root, 1_900), None),
    "files": (lambda root: many(root, 4_000), None),
}  # fmt: skip


MEASURED = """
import json, resource, subprocess, sys
code = subprocess.run(sys.argv[2:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as stream:
    json.dump([used.ru_maxrss, used.ru_utime + used.ru_stime], stream)
sys.exit(code)
"""
"""Runs a command from a small process: the peak of one that is forked begins with what its parent has."""


@pytest.mark.parametrize("case", sorted(LARGE))
def test_large_input_costs_little(tmp_path: Path, case: str) -> None:
    make, code = LARGE[case]
    root = tmp_path / "repository"
    root.mkdir()
    (root / "go.mod").write_text("module shop\n\ngo 1.22\n")
    make(root)
    spent = tmp_path / "spent.json"
    command = [sys.executable, "-c", MEASURED, str(spent), sys.executable, "-m", "ctxgen", str(root), "-f", "json", "--no-cache"]
    process = subprocess.run(command, capture_output=True, check=False)
    printed, said = process.stdout.decode(), process.stderr
    memory, seconds = json.loads(spent.read_text())
    assert (process.returncode, said) == (0, b"")
    assert '"version": "1.22"' in printed, "the rest is told"
    assert code is None or f'"code": "{code}"' in printed
    assert memory < MEMORY * 1024 * (1024 if sys.platform == "darwin" else 1)
    assert seconds < SECONDS


@pytest.mark.parametrize(
    "text", ["(" * 5_000, "{" * 300_000, "[(" * 5_000 + ")]" * 5_000, "<a>(" * 260_000], ids=["open", "many", "closed", "tags"]
)
@pytest.mark.parametrize("language", ["python", "typescript/tsx", "ruby", "php/php"])
def test_deep_code_is_refused_before_it_is_parsed(language: str, text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_syntax(text.encode(), language)
    assert refused.value.code == "too-complex"


def test_nesting() -> None:
    assert nesting(b"f(a[1], {b: (c)})" * 3_000) == 3
    assert nesting(b"(" * 3_000 + b")" * 3_000) == 3_000 > MAX_NESTING


def test_nested_code_is_copied_once(tmp_path: Path) -> None:
    (tmp_path / "celeryconfig.py").write_text("x" + "()" * 60_000 + "\nbroker_url = 'redis://cache:6379/0'\n")
    from ctxgen.reading import read_facts

    begun = time.process_time()
    read_facts(Tree(tmp_path))
    assert time.process_time() - begun < 5


# ---- interruptions


INTERRUPTED = """
import sys, time
from ctxgen import cli, summary

def summarise(*_, **__):
    print("working", file=sys.stderr, flush=True)
    time.sleep(30)

summary.summarise = summarise
cli.run()
"""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(tmp_path: Path, number: signal.Signals, status: int) -> None:
    output = tmp_path / "block.md"
    output.write_text("before")
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(SHOP), "-o", str(output)], stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"working\n"
        process.send_signal(number)
        printed, said = process.communicate(timeout=20)
    assert process.returncode == status
    assert (printed, said) == (b"", b"")
    assert output.read_text() == "before"
    assert list(tmp_path.iterdir()) == [output]


def test_interrupted_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ctxgen import _terminal

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        _terminal.write("text", tmp_path / "block.md")
    assert list(tmp_path.iterdir()) == []


def test_no_space_for_the_output(tmp_path: Path) -> None:
    output = tmp_path / "block.md"
    output.write_text("before")

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    done = subprocess.run(
        [sys.executable, "-B", "-m", "ctxgen", str(SHOP), "-o", str(output)], capture_output=True, check=False, preexec_fn=limited
    )
    assert done.returncode == 3
    assert done.stderr.startswith(b"ctxgen: cannot write")
    assert b"Traceback" not in done.stderr
    assert output.read_text() == "before"
    assert list(tmp_path.iterdir()) == [output]
