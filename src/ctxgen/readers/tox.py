"""tox.ini.  Source: https://tox.wiki/en/latest/config.html."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Command, Group, Reference
from ctxgen.opaque import Opaque, name
from ctxgen.readers import Found, reads
from ctxgen.readers._ini import Option, options
from ctxgen.readers._pep508 import dependency, group_of, parse_requirement
from ctxgen.readers._tasks import kind_of
from ctxgen.tree import File

_FACTORS = re.compile(r"(!?[a-z0-9{},_.!-]{1,80}):\s+", re.IGNORECASE)


@reads("tox.ini")
def read_tox(file: File) -> Iterator[Found]:
    """What test environments install, and the commands that run them."""
    for option in options(file.lines):
        section, _, env = option.section.partition(":")
        if section != "testenv":
            continue
        group: Group = "dev" if group_of(env) == "dev" else "test"
        if option.key == "deps":
            yield from _requirements(file, option, group)
        elif option.key == "commands" and option.values:
            kind = kind_of(env) if env else "test"
            if kind and re.fullmatch(r"[\w.-]{0,60}", env):
                yield Command(kind=kind, command=name(f"tox -e {env}" if env else "tox"), body=Opaque(option.text), at=file.at(option.line))


def _requirements(file: File, option: Option, group: Group) -> Iterator[Found]:
    for line, text in option.values:
        factors = _FACTORS.match(text)
        stated = text[factors.end() :] if factors else text
        stated = stated.removeprefix("{toxinidir}/")
        if named := re.match(r"(-r|-c)\s*(?:\{toxinidir\}/)?([^{}\s]+)\Z", stated):
            yield Reference(named[2], "read_requirements" if named[1] == "-r" else "read_constraints", file.at(line))
        elif not re.search(r"[{}]", stated) and not stated.startswith("-") and (wanted := parse_requirement(stated)):
            yield dependency(file, wanted, line, group, name(factors[1]) if factors else None)
