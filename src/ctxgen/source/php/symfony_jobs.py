"""What Symfony's scheduler starts, and the transports of Messenger.

Sources: https://symfony.com/doc/current/scheduler.html, https://symfony.com/doc/current/messenger.html.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.documents import Node, Unreadable
from ctxgen.model import At, Channel, Schedule
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source import ir
from ctxgen.source.languages import Repository
from ctxgen.source.php.library import resolver_of
from ctxgen.source.php.symfony import Attribute, attributes
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

_SETTINGS = ("**/config/packages/messenger.yaml", "**/config/packages/messenger.yml")


def finish(program: Program) -> None:
    """Tasks and handlers by their attributes, transports by the settings."""
    for cls in list(program.classes):
        for decorators, method in ((cls.cls.decorators, None), *((each.decorators, each) for each in cls.cls.methods)):
            for each in attributes(program, decorators, cls) if decorators else ():
                program.facts += _of(cls, method, each)
    repository = resolver_of(program).sources
    assert isinstance(repository, Repository)
    for pattern in _SETTINGS:
        for path in repository.matching(pattern):
            try:
                document = repository.file(path).yaml()
            except Unreadable:
                continue
            program.facts += _transports(document, path)


def _of(cls: ClassValue, method: ir.Function | None, attribute: Attribute) -> Iterator[Schedule | Channel]:
    handler = name(f"{cls.cls.name}::{method.name}" if method is not None else cls.cls.name)
    at = At(cls.path, attribute.line)
    match attribute.name:
        case "AsCronTask":
            stated = attribute.get("expression", 0)
            yield Schedule(name=handler, schedule=Opaque(stated).cron() if isinstance(stated, str) else None, handler=handler, at=at)
        case "AsPeriodicTask":
            yield Schedule(name=handler, schedule=_every(attribute), handler=handler, at=at)
        case "AsMessageHandler":
            stated = attribute.get("fromTransport", 1)
            if isinstance(stated, str):
                yield Channel(name=name(stated), kind="queue", role="consumer", at=at)


def _every(attribute: Attribute) -> Name | None:
    stated = attribute.get("frequency", 0)
    if isinstance(stated, int):
        return name(f"every {stated} s")
    duration = Opaque(stated).duration() if isinstance(stated, str) else None
    return name(f"every {duration}") if duration else None


def _transports(document: Node, path: str) -> Iterator[Channel]:
    stated = document.get("framework", "messenger", "transports")
    for key, node in stated.items() if stated is not None else ():
        yield Channel(name=name(key), kind="queue", at=At(path, node.line))
