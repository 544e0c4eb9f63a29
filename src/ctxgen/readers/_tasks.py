"""What a task is for, by its name: shared by the readers of task runners (make, just, Task, poe, PDM, Hatch, tox)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ctxgen.model import Command, Process
from ctxgen.opaque import Opaque, name
from ctxgen.processes import names_a_process
from ctxgen.tree import File

Kind = Literal["build", "run", "test", "lint", "migrate"]

_PATTERNS: tuple[tuple[str, Kind], ...] = (
    (r"(?:db-)?migrate(?:-(?:up|run|all|db|dev|prod|latest|deploy))?|db-upgrade|upgrade-db", "migrate"),
    (r"(?:run-|docker-|py-|python-|go-|backend-|frontend-|api-|server-|app-|all-|smoke-|system-)?(?:tests?|unittests?|pytest|e2e)", "test"),
    (r"(?:[a-z]+-)?(?:unit|integration|functional|e2e|acceptance)-?tests?|test-(?:[a-z0-9-]+-)?(?:all|unit|integration|functional|e2e|cov|coverage|ci|backend|frontend|api|race|watch|local)", "test"),
    (r"(?:[a-z0-9]+-)?lint(?:ers?)?|lint-(?:all|check|fix|py|python|backend|go|js)|(?:auto-?)?format|fmt|type-?check|check-types|mypy|ruff|flake8|pylint", "lint"),
    (r"build|compile|(?:docker|image)-build|build-(?:all|prod|production|docker|images?|app|api|server|backend|release)", "build"),
    (r"(?:run|start|serve|dev|up)(?:-(?:dev|develop|development|local|debug|server|api|app|web|backend|prod|production|docker))?|(?:dev|run)-?server", "run"),
)  # fmt: skip
_KINDS = tuple((re.compile(pattern), kind) for pattern, kind in _PATTERNS)

_SERVER = re.compile(r"server|api|app|web|backend")
_STARTS = re.compile(r"(?:^|\n|&&)[ \t]{0,9}@?[ \t]{0,9}(?:\w{1,60}=\S{0,100}[ \t]{1,9}){0,5}(?:go|cargo) run\b")
"""What builds and starts a program in one; a task that is called `server` may as well only build it."""
_BODY = 2_000


def kind_of(task: str) -> Kind | None:
    """The kind of the command that a task's well-known name stands for; `_`, `:` and `.` part words like `-`."""
    plain = re.sub(r"[_:./]+", "-", task.lower())
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(plain)), None) if len(plain) <= 60 else None


def command(file: File, runner: str, task: str, line: int, body: str | None = None) -> Iterator[Command]:
    """The command that starts a task (`make test`), if its name says what it is for."""
    kind = kind_of(task) or ("run" if _SERVER.fullmatch(task.lower()) and body and _STARTS.search(body[:_BODY]) else None)
    if kind and re.fullmatch(r"[A-Za-z0-9][\w.:/-]{0,60}", task):
        yield Command(kind=kind, command=name(f"{runner} {task}"), body=Opaque(body) if body else None, at=file.at(line))


def task(file: File, runner: str, named: str, line: int, body: str) -> Iterator[Command | Process]:
    """The command that starts a task; and what it starts, if it is called like a process that works beside a server."""
    yield from command(file, runner, named, line, body)
    if body and names_a_process(named):
        yield Process(command=Opaque(body), owner=name(named), at=file.at(line))


def script(file: File, runner: str, task: str, line: int, body: str | None) -> Iterator[Command | Process]:
    """A script of a project: the command that starts it, and what its body starts."""
    yield from command(file, runner, task, line, body)
    if body:
        yield Process(command=Opaque(body), owner=name(task), at=file.at(line))
