"""The Node.js version of a folder: .nvmrc, .node-version, and pnpm's settings in .npmrc.

Sources: https://github.com/nvm-sh/nvm#nvmrc, https://github.com/shadowspawn/node-version-usage, https://pnpm.io/9.x/npmrc#use-node-version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Diagnostic, Fact, Runtime
from ctxgen.opaque import Version, name
from ctxgen.readers import reads
from ctxgen.tree import File

_NUMBER = re.compile(r"v?(\d{1,4}(?:\.\d{1,4}|\.x){0,2}(?:-[\w.]{1,30})?)")
_ALIAS = re.compile(r"lts/\*|lts/[a-z]{1,20}|lts/-\d{1,2}|node|stable|latest|current|lts|lts-[a-z]{1,20}|lts_[a-z]{1,20}", re.IGNORECASE)


def node_version(text: str) -> Version | None:
    """A version as nvm, fnm, asdf and mise understand it: `v24.14.1` without the `v`, `lts/iron` as written."""
    if found := _NUMBER.fullmatch(text):
        return Version(found[1])
    return Version(text) if _ALIAS.fullmatch(text) else None


@reads(".nvmrc", ".node-version")
def read_node_version(file: File) -> Iterator[Fact | Diagnostic]:
    """The first line that is neither empty nor a comment."""
    for number, line in enumerate(file.lines, 1):
        written = line.partition("#")[0].strip()
        if not written or re.match(r"[\w-]+=", written):  # nvm reserves `key=value` lines
            continue
        stated = node_version(written)
        if stated is None:
            yield Diagnostic(path=file.path, line=number, code="unknown-version", severity="info", message="not a version of Node.js")
        else:
            yield Runtime(name=name("Node.js"), version=stated, source="version-file", at=file.at(number))
        return


_USED = re.compile(r"\s{0,20}(use-node-version|node-version)\s{0,20}=\s{0,20}[\"']?([\w./*-]{1,40})[\"']?\s{0,20}")


@reads(".npmrc", contains=(b"node-version",))
def read_npmrc(file: File) -> Iterator[Fact]:
    """`use-node-version`, the only line that is looked at: others hold tokens."""
    for number, line in enumerate(file.lines, 1):
        found = _USED.fullmatch(line[:200])
        stated = node_version(found[2]) if found is not None else None
        if stated is not None:
            yield Runtime(name=name("Node.js"), version=stated, source="version-file", at=file.at(number))
