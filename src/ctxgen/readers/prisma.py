"""Prisma schemas: the data source, the generators, and the models.  Source: https://www.prisma.io/docs/orm/reference/prisma-schema-reference."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey, Fact, Variable
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.tree import File

_BLOCK = re.compile(r"\s{0,40}(datasource|generator)\s{1,40}(\w{1,80})\s{0,40}\{(.*)")
_PAIR = re.compile(r"\s{0,40}([A-Za-z]\w{0,60})\s{0,40}=\s{0,40}(.{1,2000})")
_ENV = re.compile(r"env\(\s{0,20}[\"']([A-Za-z_]\w{0,99})[\"']\s{0,20}\)")
_VALUE = re.compile(r'"((?:[^"\\]|\\.){0,1000})"|([\w.-]{1,100})(?!\w|\s{0,20}:)')
_STRING = re.compile(r'"((?:[^"\\]|\\.){0,1000})"')


@reads("*.prisma", contains=(b"datasource", b"generator"))
def read_prisma_schema(file: File) -> Iterator[Fact]:
    """Provider, variables and options of the data source, and what the generators make."""
    block, key = "", ""
    for number, line in enumerate(file.lines, 1):
        code = uncommented(line)
        if not block:
            if opened := _BLOCK.match(code[:3000]):
                block, key = opened[1], ""
                code = opened[3]
            else:
                continue
        closes = "}" in _STRING.sub("", code)
        found = _PAIR.match(code[:3000])
        written = code[:3000] if found is None else found[2]
        key = found[1] if found else key
        if variable := _ENV.search(written):
            yield Variable(name=name(variable[1]), source="settings", required=True, at=file.at(number))
        elif key:
            for quoted, bare in _VALUE.findall(written):
                if value := quoted or bare:
                    yield ConfigKey(key=name(f"prisma.{block}.{key}"), value=Opaque(value), dialect="other", at=file.at(number))
        if closes:
            block = ""


def uncommented(line: str) -> str:
    """A line without its `//` comment; `//` inside a string stays."""
    quoted = False
    if "//" not in line:
        return line
    for index, char in enumerate(line):
        if char == '"' and (index == 0 or line[index - 1] != "\\"):
            quoted = not quoted
        elif not quoted and line.startswith("//", index):
            return line[:index]
    return line
