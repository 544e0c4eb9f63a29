"""The processes of one image that a process manager keeps running beside the one that serves: uWSGI's daemons, Supervisor, s6, PM2."""

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
