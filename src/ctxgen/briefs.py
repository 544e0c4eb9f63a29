"""Briefs: what a good request of a kind asks and attaches, and which facts it puts first.  The knowledge is `briefs.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from ctxgen.context import Context

_BLANK = re.compile(r"\{([^{}|]+)(?:\|([a-z_.]+))?\}")


class Attachment(Struct, frozen=True, forbid_unknown_fields=True):
    """Something to send with the request, where one of the technologies or languages of `when` is there."""

    text: str
    when: tuple[str, ...] = ()


class Brief(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of request.  `ask` are lines with blanks, `first` names of lines of the context."""

    title: str = ""
    task: str = ""
    first: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    attach: tuple[Attachment, ...] = ()
    answer: tuple[str, ...] = ()


class Blank(Struct, frozen=True):
    """Something that only people know: what it is called, and the declared fact that fills it."""

    label: str
    declared: str | None


@cache
def briefs() -> dict[str, Brief]:
    """Every kind by its name, each with what all of them ask."""
    tables = tomllib.loads((files("ctxgen") / "briefs.toml").read_text(encoding="utf-8"))
    found = msgspec.convert(tables, dict[str, Brief])
    common = found.pop("common")
    return {
        kind: msgspec.structs.replace(brief, ask=(*common.ask, *brief.ask), answer=(*common.answer, *brief.answer))
        for kind, brief in found.items()
    }


def parts(line: str) -> Iterator[str | Blank]:
    """A line that asks something: its words and its blanks, in order."""
    end = 0
    for found in _BLANK.finditer(line):
        if found.start() > end:
            yield line[end : found.start()]
        yield Blank(found[1], found[2])
        end = found.end()
    if end < len(line):
        yield line[end:]


def attachments(brief: Brief, context: Context) -> list[str]:
    """What to attach in this repository."""
    there = {
        technology.id
        for technology in context.technologies
        if technology.usage in ("used", "default") and technology.scope in ("backend", "deploy")
    }
    there |= {language.name for language in context.languages if language.scope == "backend"}
    return [each.text for each in brief.attach if not each.when or not there.isdisjoint(each.when)]


def declared(context: Context, key: str | None) -> str | None:
    """What the team declares under `section.key`."""
    section, _, name = (key or "").partition(".")
    return context.declared.get(section, {}).get(name)
