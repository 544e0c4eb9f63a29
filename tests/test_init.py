"""`ctxgen init --github` and `--gitlab`: valid files with the context in place, and nothing that was there is lost."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from support_git import git
from support_run import ctxgen

from support import FIXTURES

FORM, WORKFLOW, TEMPLATE = (
    ".github/ISSUE_TEMPLATE/backend.yml",
    ".github/workflows/backend-context.yml",
    ".gitlab/issue_templates/Backend.md",
)

TEXT = {"type": "string", "minLength": 1}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name", "description", "body"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 3},
        "description": {"type": "string", "minLength": 3},
        "title": TEXT,
        "labels": {"type": "array", "items": TEXT, "uniqueItems": True},
        "assignees": {"type": "array", "items": TEXT},
        "projects": {"type": "array", "items": TEXT},
        "type": TEXT,
        "body": {
            "type": "array",
            "minItems": 1,
            "contains": {"properties": {"type": {"not": {"const": "markdown"}}}},
            "items": {
                "oneOf": [
                    {
                        "required": ["type", "attributes"],
                        "additionalProperties": False,
                        "properties": {
                            "type": {"const": "markdown"},
                            "id": {"pattern": "^[A-Za-z0-9_-]+$"},
                            "attributes": {"required": ["value"], "additionalProperties": False, "properties": {"value": TEXT}},
                        },
                    },
                    {
                        "required": ["type", "attributes"],
                        "additionalProperties": False,
                        "properties": {
                            "type": {"const": "textarea"},
                            "id": {"pattern": "^[A-Za-z0-9_-]+$"},
                            "attributes": {
                                "required": ["label"],
                                "additionalProperties": False,
                                "properties": dict.fromkeys(("label", "description", "placeholder", "value", "render"), TEXT),
                            },
                            "validations": {"additionalProperties": False, "properties": {"required": {"type": "boolean"}}},
                        },
                    },
                    {
                        "required": ["type", "attributes"],
                        "additionalProperties": False,
                        "properties": {
                            "type": {"const": "input"},
                            "id": {"pattern": "^[A-Za-z0-9_-]+$"},
                            "attributes": {
                                "required": ["label"],
                                "additionalProperties": False,
                                "properties": dict.fromkeys(("label", "description", "placeholder", "value"), TEXT),
                            },
                            "validations": {"additionalProperties": False, "properties": {"required": {"type": "boolean"}}},
                        },
                    },
                ]
            },
        },
    },
}
"""The rules that GitHub documents for the elements that the form uses.
Sources: https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-issue-forms,
…/syntax-for-githubs-form-schema, …/common-validation-errors-when-creating-issue-forms"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURES / "repos" / "shop", tmp_path / "shop"))


def said(done: Any) -> str:
    return str(done.stderr.decode())


def test_the_form(shop: Path) -> None:
    done = ctxgen("init", "--github", cwd=shop)
    assert (done.returncode, done.stdout) == (0, b"")
    assert said(done).splitlines()[:2] == [f"ctxgen: wrote {FORM}", f"ctxgen: wrote {WORKFLOW}"]
    form = yaml.safe_load((shop / FORM).read_text())
    jsonschema.validate(form, SCHEMA)
    fields = {each["id"]: each for each in form["body"] if "id" in each}
    assert list(fields) == ["situation", "endpoint", "expected", "actual", "load", "context"]
    labels = [each["attributes"]["label"].lower() for each in fields.values()]
    assert len(labels) == len(set(labels))
    block = fields["context"]["attributes"]["value"]
    assert block.startswith("<!-- ctxgen:begin --format issue --budget 800 -->\n<details>\n")
    assert block.rstrip().endswith("</details>\n<!-- ctxgen:end -->")
    assert "PostgreSQL 15.4" in block
    assert len(block) < 65_536
    assert ctxgen(".", "--check", FORM, cwd=shop).returncode == 0


def test_the_form_is_refreshed_in_its_place(shop: Path) -> None:
    ctxgen("init", "--github", cwd=shop)
    before = (shop / FORM).read_text()
    (shop / "compose.yml").write_text((shop / "compose.yml").read_text().replace("redis:7.0-alpine", "redis:8.2"))
    assert ctxgen(".", "--check", FORM, cwd=shop).returncode == 1
    assert ctxgen(".", "--update", FORM, cwd=shop).returncode == 0
    after = (shop / FORM).read_text()
    assert "Redis 8.2" in after
    outside = [text[: text.index("<!-- ctxgen:begin")] + text[text.index("<!-- ctxgen:end") :] for text in (before, after)]
    assert outside[0] == outside[1]
    jsonschema.validate(yaml.safe_load(after), SCHEMA)


def test_hostile_names_stay_in_the_form(tmp_path: Path) -> None:
    names = [
        "a: b # c",
        "- x",
        "{{ y }}",
        "${{ github.token }}",
        "'q",
        '"q',
        "| >",
        "<!-- ctxgen:end -->",
        "@everyone",
        "*a &b !c",
        "\u2028x",
        "é",
    ]
    services = "".join(f"  s{number}:\n    image: postgres:15\n    container_name: {name!r}\n" for number, name in enumerate(names))
    (tmp_path / "compose.yml").write_text(f"services:\n{services}")
    (tmp_path / "package.json").write_text('{"name": "x: {y}\\n- z", "dependencies": {"express": "^4 # | -"}}')
    assert ctxgen("init", "--github", cwd=tmp_path).returncode == 0
    form = yaml.safe_load((tmp_path / FORM).read_text())
    jsonschema.validate(form, SCHEMA)
    assert len(form["body"]) == 7


def test_the_workflow_is_safe(shop: Path) -> None:
    ctxgen("init", "--github", cwd=shop)
    text = (shop / WORKFLOW).read_text()
    workflow = yaml.safe_load(text)
    assert set(workflow[True]) == {"push", "issues"}  # YAML 1.1 reads `on` so
    assert workflow["permissions"] == {}
    assert [job["permissions"] for job in workflow["jobs"].values()] == [{"contents": "write"}, {"contents": "read", "issues": "write"}]
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"] == {"persist-credentials": False}
            if "ctxgen ." in step.get("run", ""):
                assert "env" not in step  # what reads the repository holds no token
    assert "pull_request_target" not in text
    assert re.findall(r"github\.event\.issue\.(\w+)", text) == ["labels", "title", "number"]


def test_the_steps_of_the_workflow_run(shop: Path, tmp_path: Path) -> None:
    ctxgen("init", "--github", cwd=shop)
    jobs = yaml.safe_load((shop / WORKFLOW).read_text())["jobs"]
    git(tmp_path, "init", "-q", "--bare", "origin.git")
    git(shop, "init", "-q")
    git(shop, "remote", "add", "origin", str(tmp_path / "origin.git"))
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "all")
    (shop / "compose.yml").write_text((shop / "compose.yml").read_text().replace("redis:7.0-alpine", "redis:8.2"))
    git(shop, "commit", "-qam", "redis")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "ctxgen").write_text(f'#!/bin/sh\nexec {sys.executable} -m ctxgen "$@"\n')
    (tools / "gh").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/gh; case "$*" in *--body-file*) cp "$5" {tmp_path}/body;; esac\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    environment = {
        **os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "RUNNER_TEMP": str(tmp_path), "BRANCH": "main", "NUMBER": "7; touch canary", "GIT_CONFIG_GLOBAL": os.devnull,
    }  # fmt: skip
    for job in jobs.values():
        for step in job["steps"]:
            if "run" in step:
                done = run(step["run"], shop, environment)
                assert done == 0, step["name"]
    assert "Redis 8.2" in git(tmp_path / "origin.git", "show", f"main:{FORM}")
    assert git(tmp_path / "origin.git", "log", "-1", "--format=%s", "main") == "Refresh the context of the backend in the issue form"
    assert (tmp_path / "body").read_text().startswith("<details>")
    assert "issue comment 7; touch canary --body-file" in (tmp_path / "gh").read_text()
    assert not (shop / "canary").exists()


def run(script: str, folder: Path, environment: dict[str, str]) -> int:
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=folder, env=environment, capture_output=True, check=False
    ).returncode


def test_the_template_of_gitlab(shop: Path) -> None:
    assert ctxgen("init", "--gitlab", cwd=shop).returncode == 0
    text = (shop / TEMPLATE).read_text()
    assert [line for line in text.splitlines() if line.startswith("## ")][:6] == [
        "## Situation", "## Endpoint or job", "## Expected behaviour", "## Actual behaviour", "## Load", "## Context of the backend",
    ]  # fmt: skip
    assert "PostgreSQL 15.4" in text
    assert text.endswith("\n/label ~backend\n")
    assert ctxgen(".", "--check", TEMPLATE, cwd=shop).returncode == 0
    assert not (shop / ".github").exists()


def test_nothing_is_overwritten_without_force(shop: Path) -> None:
    (shop / WORKFLOW).parent.mkdir(parents=True)
    (shop / WORKFLOW).write_text("mine\n")
    done = ctxgen("init", "--github", "--gitlab", cwd=shop)
    assert (done.returncode, said(done)) == (2, f"ctxgen: '{WORKFLOW}' is there already; --force overwrites it\n")
    assert (shop / WORKFLOW).read_text() == "mine\n"
    assert not (shop / FORM).exists()
    assert not (shop / ".gitlab").exists()
    assert ctxgen("init", "--github", "--gitlab", "--force", cwd=shop).returncode == 0
    assert "mine" not in (shop / WORKFLOW).read_text()
    assert (shop / TEMPLATE).exists()


def test_nothing_is_half_written(shop: Path) -> None:
    (shop / ".github").mkdir()
    (shop / ".github/workflows").write_text("a file\n")
    done = ctxgen("init", "--github", cwd=shop)
    assert (done.returncode, said(done)) == (3, f"ctxgen: cannot write '{WORKFLOW}'\n")
    assert not (shop / FORM).exists()


def test_where_it_may_not_write(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (shop / ".github").symlink_to(tmp_path / "elsewhere")
    done = ctxgen("init", "--github", cwd=shop)
    assert (done.returncode, said(done)) == (2, "ctxgen: '.github/ISSUE_TEMPLATE' is a link that leaves the repository\n")
    git(shop, "init", "-q")
    done = ctxgen("init", "orders", "--gitlab", cwd=shop)
    assert (done.returncode, said(done)) == (2, "ctxgen: 'orders' is not the top of its repository, where issue templates are looked for\n")
    assert not list((tmp_path / "elsewhere").iterdir())
