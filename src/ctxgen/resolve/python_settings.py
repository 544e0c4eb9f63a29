"""Classes of settings that extend those of other files: their fields are variables, too.  Source: https://docs.pydantic.dev/latest/concepts/pydantic_settings/."""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.facts import Facts
from ctxgen.model import ConfigKey, Fact, SettingsClass, SettingsField, Variable
from ctxgen.opaque import name

_DEEPEST = 10


def resolve(facts: Facts) -> Facts:
    """The variables behind the fields of classes that extend settings, nearest first, as often as a class extends another."""
    prefixes = {each.name: str(each.prefix or "") for each in facts.of(SettingsClass)}
    fields = facts.of(SettingsField)
    if not prefixes or not fields:
        return facts
    for _ in range(_DEEPEST):
        found = {
            each.owner: str(each.prefix) if each.prefix is not None else prefixes[base]
            for each in fields
            if each.owner not in prefixes
            for base in each.bases
            if base in prefixes
        }
        if not found:
            break
        prefixes |= found
    return facts.plus(
        each for field in fields if field.owner in prefixes for each in _told(field, "" if field.alias else prefixes[field.owner])
    )


def _told(field: SettingsField, prefix: str) -> Iterator[Fact]:
    written = name(f"{prefix}{field.name}".upper())
    yield Variable(name=written, value=field.value, source="settings", required=field.required, at=field.at)
    if field.value is not None:
        yield ConfigKey(key=written, value=field.value, dialect="other", at=field.at)
