"""The processes of one image that run beside the one that serves: those of process managers (uWSGI's daemons, Supervisor, s6, PM2), and those that scripts and tasks start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ctxgen.model import Process
from ctxgen.places import Places

_WORKER_WORDS = {
    "celery", "rq", "rqworker", "dramatiq", "sidekiq", "huey", "arq", "rqscheduler", "resque", "solid_queue", "bullmq", "worker", "scheduler", "beat", "run_huey", "qcluster",
    "queue:work", "horizon", "schedule:work", "messenger:consume", "jobs:work", "good_job", "process_tasks", "rundramatiq", "db_worker",
}  # fmt: skip
_MANAGED = re.compile(r"(?:run|collect|migrate|make|shell|create|load|dump|check|compile|test|flush|install|update|sync|init)\w*")
_WORKER = re.compile(
    r"(?i)(?:^|[-_.])(?:workers?|scheduler|beat|consumers?|cron|queue|sender|processor|dispatch(?:er)?|jobs|listener)(?:$|[-_.\d])"
)
_LISTENS = re.compile(r"(?i)(?:smtp|ftp|ssh|dns|ws|tcp|udp|imap|ldap|syslog)d?|\w+[-_]?server")
_SCRIPT = re.compile(
    r"(?i)(?:(?:start|run|serve|prod(?:uction)?)[:_-])?(?P<title>(?:[a-z]{1,20}[_-])?(?:workers?|consumers?|scheduler|beat|queue|jobs|cron|processor|dispatcher|listener|sidekiq|celery(?:[_-]?(?:worker|beat))?))"
    r"(?:[:_-](?:start|run|prod|production|up))?"
)
_STARTERS = {"node", "bun", "deno", "ts-node", "tsx", "nest", "python", "python3", "php", "pm2-runtime", "bundle", "java", "dotnet"}
_DEVELOPMENT = {
    "nodemon", "ts-node-dev", "tsnd", "watch", "--watch", "-w", "--reload", "watchfiles", "watchmedo", "--inspect", "dev", "build", "wrangler", "vite", "esbuild", "webpack", "rollup", "docker", "docker-compose",
    "kubectl", "exec", "jest", "vitest", "pytest", "curl", "logs", "stop", "restart", "purge", "clear", "stats",
}  # fmt: skip
_HANDING_ON = {"workspace", "workspaces", "--workspace", "--filter", "-F", "turbo", "nx", "lerna"}
"""What runs a script of another package of the workspace, which that package is told of."""
Daemon = tuple[Process, str]
"""A process and the kind of component that it is."""


def daemons(processes: Iterable[Process], places: Places) -> Iterator[Daemon]:
    """The daemons that do work of the application: workers by their command or name, and management commands that run on.

    A process that serves requests is the component that the image is told of already, and an engine or a proxy in the
    same image is none of the application's.
    """
    seen: set[str] = set()
    for process in processes:
        if not process.daemon or process.owner is None or process.owner in seen or places.scope(process.at.path) is not None:
            continue
        managed = process.command.matches("*manage.py *") and not _MANAGED.match(process.owner)
        if process.command.words({"flower"}):
            continue
        if process.command.words(_WORKER_WORDS) or _WORKER.search(process.owner) or managed:
            seen.add(process.owner)
            yield process, "service" if managed and _LISTENS.fullmatch(process.owner) else "worker"


def names_a_process(task: str) -> bool:
    """Whether a script or task is called like a process that works beside a server: `worker`, `start:worker`, `celery-beat`."""
    return _SCRIPT.fullmatch(task) is not None


def scripted(processes: Iterable[Process], places: Places) -> Iterator[tuple[Process, str]]:
    """The workers that scripts of packages and tasks start, with what each is called; one that watches files or builds is a developer's, one of another package that package's."""
    seen: set[tuple[str, str]] = set()
    for process in processes:
        found = _SCRIPT.fullmatch(process.owner) if process.owner is not None and not process.daemon else None
        if found is None or places.scope(process.at.path) is not None or process.command.words(_DEVELOPMENT | _HANDING_ON):
            continue
        if process.command.option("--filter") is not None or process.command.option("--workspace") is not None:
            continue
        title = re.sub(r"s\Z", "", found["title"].lower())
        runs = process.command.words(_WORKER_WORDS) or (process.command.words(_STARTERS) and _manifest(process.at.path))
        if runs and (process.at.path, title) not in seen:
            seen.add((process.at.path, title))
            yield process, title


def _manifest(path: str) -> bool:
    """Whether a file belongs to a package, whose scripts are part of it; those of other task runners are for developers first."""
    return path.rpartition("/")[2] in ("package.json", "deno.json", "deno.jsonc", "pyproject.toml", "composer.json")
