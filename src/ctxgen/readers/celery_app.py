"""Settings of Celery that stand where its application is made: the beat's schedule, queues and routes.

Source: https://docs.celeryq.dev/en/stable/userguide/configuration.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxgen.model import ConfigKey, Fact
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._python_env import arguments, descendants, line_of, text_of
from ctxgen.readers._python_values import Module, leaves, module_of
from ctxgen.tree import SOURCE_LIMIT, File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_TARGET = re.compile(r"(?:\w+\.)?conf\.(beat_schedule|task_queues|task_routes|task_default_queue|CELERYBEAT_SCHEDULE|CELERY_BEAT_SCHEDULE)")
_KEYS = {"beat_schedule", "task_queues", "task_routes", "task_default_queue"}


@reads("*celery*.py", "tasks.py", "*worker*.py", "beat.py", "*schedule*.py", "**/celery/*.py", "**/tasks/__init__.py", limit=SOURCE_LIMIT, contains=(b"beat_schedule", b"task_queues", b"task_routes"))  # fmt: skip
def read_celery_app(file: File) -> Iterator[Fact]:
    """`app.conf.beat_schedule = {…}` and `app.conf.update(beat_schedule={…})`, as `celery.<setting>…`."""
    module = module_of(file, "other", "read_celery_app", "celery")
    for node in descendants(file.syntax("python")):
        if node.type == "assignment":
            found = _TARGET.fullmatch(text_of(node.child_by_field_name("left"))[:200])
            if found is not None:
                yield from _settings(found[1], node.child_by_field_name("right"), module)
        elif node.type == "call" and text_of(node.child_by_field_name("function"))[-12:] == ".conf.update":
            for keyword, value in arguments(node)[1].items():
                if keyword in _KEYS:
                    yield from _settings(keyword, value, module)


def _settings(key: str, value: Syntax | None, module: Module) -> Iterator[ConfigKey]:
    for leaf in leaves(f"celery.{key.lower()}", line_of(value), value, module) if value is not None else ():
        yield ConfigKey(key=name(leaf.key), value=leaf.value, dialect="other", at=module.file.at(leaf.line))
