"""Classes of settings that extend those of other files: their fields are variables, too.  Source: https://docs.pydantic.dev/latest/concepts/pydantic_settings/."""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.facts import Facts, folder_of, folders_up
from ctxgen.model import ConfigKey, Fact, SettingsClass, SettingsField, Variable
from ctxgen.opaque import Name, name

_DEEPEST = 10


class _Prefixes:
    """What classes of settings put before their fields' names.  Services of one repository may call theirs alike."""

    def __init__(self) -> None:
        self._stated: dict[tuple[Name, str], str] = {}
        self._below: dict[tuple[Name, str], str] = {}

    def add(self, cls: Name, path: str, prefix: str) -> None:
        """Let a file declare a class."""
        self._stated[cls, path] = prefix
        for folder in folders_up(folder_of(path)):
            self._below.setdefault((cls, folder), prefix)

    def of(self, cls: Name, path: str) -> str | None:
        """The prefix of a class that a file declares."""
        return self._stated.get((cls, path))

    def nearest(self, cls: Name, path: str) -> str | None:
        """The prefix of the class that a file means by a name: the one that is declared nearest."""
        return next((self._below[cls, folder] for folder in folders_up(folder_of(path)) if (cls, folder) in self._below), None)


def resolve(facts: Facts) -> Facts:
    """The variables behind the fields of classes that extend settings, nearest first, as often as a class extends another."""
    fields = facts.of(SettingsField)
    classes = facts.of(SettingsClass)
    if not classes or not fields:
        return facts
    prefixes = _Prefixes()
    for cls in classes:
        prefixes.add(cls.name, cls.at.path, str(cls.prefix or ""))
    waiting = fields
    for _ in range(_DEEPEST):
        found = [(each, prefix) for each in waiting if (prefix := _inherited(each, prefixes)) is not None]
        if not found:
            break
        for field, prefix in found:
            prefixes.add(field.owner, field.at.path, prefix)
        waiting = [each for each in waiting if prefixes.of(each.owner, each.at.path) is None]
    return facts.plus(
        each
        for field in fields
        if (stated := prefixes.of(field.owner, field.at.path)) is not None
        for each in _told(field, "" if field.alias else stated)
    )


def _inherited(field: SettingsField, prefixes: _Prefixes) -> str | None:
    """What stands before a field's name: its class's own prefix, or that of the class which it extends; None where that is none of settings."""
    inherited = next((found for base in field.bases if (found := prefixes.nearest(base, field.at.path)) is not None), None)
    return inherited if inherited is None or field.prefix is None else str(field.prefix)


def _told(field: SettingsField, prefix: str) -> Iterator[Fact]:
    written = name(f"{prefix}{field.name}".upper())
    yield Variable(name=written, value=field.value, source="settings", required=field.required, at=field.at)
    if field.value is not None:
        yield ConfigKey(key=written, value=field.value, dialect="other", at=field.at)
