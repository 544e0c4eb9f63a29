"""The action, the hooks and the example workflow: their `run` steps are run by bash, with programs that write down how they are called."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from support import FIXTURES, ROOT

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
WORKFLOW = yaml.safe_load((ROOT / "docs/examples/context-diff.yml").read_text())
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
STEPS: dict[str, dict[str, Any]] = {
    step["name"]: step for step in (*ACTION["runs"]["steps"], *WORKFLOW["jobs"]["diff"]["steps"]) if "run" in step
}
EXPRESSION = re.compile(r"\$\{\{ ([\w.]+) \}\}")

pytestmark = pytest.mark.skipif(sys.platform == "win32" or shutil.which("bash") is None, reason="the steps are for bash")


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A folder that looks like a runner's: `bin` with programs, `temp with blank` for files, `work` for the repository."""
    for folder in ("bin", "temp with blank", "work"):
        (tmp_path / folder).mkdir()
    return tmp_path


def program(runner: Path, name: str, body: str = "", folder: str = "bin") -> None:
    """A program that writes down its arguments, one a line, then does what `body` says."""
    path = runner / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\nprintf "%s\\n" "{name}" "$@" >> "$CALLS"\n{body}\n')
    path.chmod(0o755)


def run(runner: Path, name: str, **values: str) -> subprocess.CompletedProcess[str]:
    """Run a step as a runner does: `values` are what its expressions stand for, by their last part."""
    step = STEPS[name]
    defaults = {key: each["default"] for key, each in ACTION["inputs"].items()}
    environment = {
        key: EXPRESSION.sub(lambda m: {**defaults, **values}[m[1].rpartition(".")[2]], value) for key, value in step.get("env", {}).items()
    }
    files = {key: str(runner / key.lower()) for key in ("GITHUB_PATH", "GITHUB_STEP_SUMMARY", "CALLS")}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=runner / "work",
        env={
            "PATH": f"{runner / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "RUNNER_TEMP": str(runner / "temp with blank"),
            **files,
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def calls(runner: Path) -> list[str]:
    return (runner / "calls").read_text().splitlines() if (runner / "calls").exists() else []


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_nothing_from_outside_is_written_into_a_script(step: dict[str, Any]) -> None:
    assert "${{" not in step["run"]
    assert "secrets." not in str(step)
    assert step["shell"] == "bash"


def test_the_workflow_may_do_no_more_than_it_needs() -> None:
    assert WORKFLOW[True] == "pull_request"  # YAML 1.1 reads `on` as true
    assert WORKFLOW["permissions"] == {"contents": "read", "pull-requests": "write"}
    checkout = WORKFLOW["jobs"]["diff"]["steps"][0]
    assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}


def test_install(runner: Path) -> None:
    pip = runner / "temp with blank/ctxgen/bin/python"
    program(runner, "python3", f'mkdir -p "{pip.parent}"; cp "{runner}/bin/venv-python" "{pip}"')
    program(runner, "venv-python")
    done = run(runner, "Install ctxgen", action_path="/actions/ctx gen")
    assert done.returncode == 0, done.stderr
    assert calls(runner)[:4] == ["python3", "-m", "venv", str(runner / "temp with blank/ctxgen")]
    assert calls(runner)[-1] == "/actions/ctx gen"
    assert (runner / "github_path").read_text() == f"{pip.parent}\n"


def test_check_passes_each_file_and_the_options_as_words(runner: Path) -> None:
    program(runner, "ctxgen")
    files, options = "AGENTS.md\n\nwith blank/$(touch evil).md\n--help", " --config  ctx.toml\n--include-ignored "
    done = run(runner, "Check the blocks", files=files, path="-x `y`", options=options)
    assert done.returncode == 0, done.stderr
    assert calls(runner) == [
        *("ctxgen", "--check=AGENTS.md", "--check=with blank/$(touch evil).md", "--check=--help"),
        *("--config", "ctx.toml", "--include-ignored", "--", "-x `y`"),
    ]
    assert not list((runner / "work").iterdir())


def test_a_stale_block_fails_the_step(runner: Path) -> None:
    program(runner, "ctxgen", "exit 1")
    assert run(runner, "Check the blocks").returncode == 1
    assert calls(runner) == ["ctxgen", "--check=AGENTS.md", "--", "."]


def test_no_files_is_only_an_installation(runner: Path) -> None:
    program(runner, "ctxgen", "exit 1")
    assert run(runner, "Check the blocks", files="").returncode == 0
    assert calls(runner) == []


def test_the_difference_becomes_summary_and_comment(runner: Path) -> None:
    program(runner, "ctxgen", "echo '# Context'")
    program(runner, "gh")
    assert run(runner, "Compare the context", sha="0123abc").returncode == 0
    assert calls(runner) == ["ctxgen", "diff", "0123abc"]
    assert (runner / "github_step_summary").read_text() == "# Context\n"
    assert run(runner, "Comment on the pull request", token="t", repository="o/r", number="7").returncode == 0
    body = runner / "temp with blank/context-diff.md"
    assert calls(runner)[3:] == ["gh", "pr", "comment", "7", "--edit-last", "--create-if-none", "--body-file", str(body)]
    assert body.read_text() == "# Context\n"


@pytest.fixture
def shop(runner: Path) -> Path:
    """The shop as a repository with one commit, whose `AGENTS.md` keeps a block; `ctxgen` is this one."""
    program(runner, "ctxgen", f'PYTHONPATH="{os.pathsep.join(map(os.path.abspath, sys.path))}" exec "{sys.executable}" -m ctxgen "$@"')
    shop = runner / "work"
    shutil.copytree(FIXTURES / "repos" / "shop", shop, dirs_exist_ok=True)
    (shop / "AGENTS.md").write_text("# Agents\n")
    subprocess.run(
        [sys.executable, "-m", "ctxgen", "--update", "AGENTS.md", "--detail", "brief"], cwd=shop, capture_output=True, check=True
    )
    git(shop, "init", "--quiet")
    git(shop, "add", "--all")
    git(shop, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "--message", "shop")
    return shop


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def upgrade(shop: Path) -> None:
    package = shop / "web" / "package.json"
    package.write_text(package.read_text().replace('"express": "^4.18.2"', '"express": "^5.1.0"'))


def test_the_steps_in_a_repository(runner: Path, shop: Path) -> None:
    assert run(runner, "Check the blocks").returncode == 0
    upgrade(shop)
    stale = run(runner, "Check the blocks")
    assert stale.returncode == 1
    assert any(line.startswith("+") and "Express ^5.1.0" in line for line in stale.stdout.splitlines())
    assert run(runner, "Compare the context", sha="HEAD").returncode == 0
    assert "Express ^4.18.2 → ^5.1.0" in (runner / "github_step_summary").read_text()


def test_the_hooks_in_a_repository(runner: Path, shop: Path) -> None:
    """pre-commit runs entry and args in the root of the repository; what changes a file fails there."""

    def hook(name: str) -> int:
        (command,) = ([hook["entry"], *hook["args"]] for hook in HOOKS if hook["id"] == name)
        environment = {**os.environ, "PATH": f"{runner / 'bin'}{os.pathsep}{os.environ['PATH']}", "CALLS": str(runner / "calls")}
        return subprocess.run(command, cwd=shop, env=environment, capture_output=True, check=False).returncode

    assert hook("ctxgen-check") == 0
    upgrade(shop)
    assert hook("ctxgen-check") == 1
    assert hook("ctxgen-update") == 0
    assert "Express ^5.1.0" in (shop / "AGENTS.md").read_text()
    assert hook("ctxgen-check") == 0


def test_a_failed_comparison_fails_the_step(runner: Path) -> None:
    program(runner, "ctxgen", "echo 'ctxgen: no such revision' >&2; exit 2")
    assert run(runner, "Compare the context", sha="nowhere").returncode == 2


def test_hooks_name_each_a_command_and_a_file() -> None:
    assert {hook["id"]: [hook["entry"], *hook["args"]] for hook in HOOKS} == {
        "ctxgen-check": ["ctxgen", "--check", "AGENTS.md"],
        "ctxgen-update": ["ctxgen", "--update", "AGENTS.md"],
    }
    assert all(hook["language"] == "python" and hook["always_run"] and not hook["pass_filenames"] for hook in HOOKS)
