"""Settings modules of Flask and of other Python applications, Celery and gunicorn.

Sources: https://flask.palletsprojects.com/en/stable/config/, https://docs.celeryq.dev/en/stable/userguide/configuration.html,
https://docs.gunicorn.org/en/stable/settings.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.readers import Found, reads
from ctxgen.readers._python_settings import is_django, settings
from ctxgen.tree import SOURCE_LIMIT, File

_FLASK = re.compile(r"\bflask|\bSQLALCHEMY_[A-Z]", re.IGNORECASE)


@reads(
    "config.py", "config_*.py", "*_config.py", "configuration.py", "default_config.py", "settings*.py", "*settings.py", "**/settings/*.py", "**/config/*.py", "**/configs/*.py",
    "**/configs/*/*.py", "env.py", "environment.py", limit=SOURCE_LIMIT, excludes=("test_*", "gunicorn*", "celery_config.py", "conftest.py"),
)  # fmt: skip
def read_python_config(file: File) -> Iterator[Found]:
    """What a configuration module sets, and the variables that it reads."""
    if not is_django(file):
        yield from settings(file, "flask" if _FLASK.search(file.text) else "other", "read_python_config")


@reads("gunicorn.conf.py", "gunicorn_conf.py", "gunicorn_config.py", "gunicorn*.py", limit=SOURCE_LIMIT)
def read_gunicorn_config(file: File) -> Iterator[Found]:
    """gunicorn's own configuration file: `workers`, `worker_class`, `timeout` …"""
    yield from settings(file, "other", "read_gunicorn_config", "gunicorn")


@reads("celeryconfig.py", "celery_config.py", limit=SOURCE_LIMIT)
def read_celery_config(file: File) -> Iterator[Found]:
    """Celery's own configuration module: `broker_url`, `result_backend`, `task_queues` …"""
    yield from settings(file, "other", "read_celery_config", "celery")
