"""HOCON files of Ktor, Play, Akka and Micronaut: the variables of the environment that their values are taken from.

Source: https://github.com/lightbend/config/blob/main/HOCON.md#substitutions
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Fact, Variable
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.tree import File

_SUBSTITUTION = re.compile(r"\$\{(\?)?([A-Z][A-Z0-9_]{1,100})\}")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"")


@reads("application*.conf", "reference.conf", contains=(b"${",))
def read_hocon_variables(file: File) -> Iterator[Fact]:
    """`${PORT}` must be set; `${?PORT}` replaces what stands before it where it is."""
    for number, line in enumerate(file.lines, 1):
        bare = re.split(r"#|//", _QUOTED.sub('""', line), maxsplit=1)[0]
        for optional, variable in _SUBSTITUTION.findall(bare):
            yield Variable(name=name(variable), source="settings", required=not optional, at=file.at(number))
