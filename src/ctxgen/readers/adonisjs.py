"""AdonisJS: the client of the database connection that Lucid takes where nobody says which, and the guards that sign people in.

Sources: https://lucid.adonisjs.com/docs/installation, https://docs.adonisjs.com/guides/authentication/introduction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey, Fact
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._lines import lines_with
from ctxgen.tree import SOURCE_LIMIT, File

_CHOSEN = re.compile(r"""^\s{0,12}connection:\s{0,3}["'](\w{1,40})["'],?\s*$""", re.MULTILINE)
_NAMED = re.compile(r"""^\s{0,12}["']?(\w{1,40})["']?:\s{0,3}\{\s*\n\s{0,16}client:\s{0,3}["']([\w-]{1,40})["']""", re.MULTILINE)
_GUARD = re.compile(rb"\b(session|tokens|basicAuth)Guard\(")


@reads("**/config/database.ts", limit=SOURCE_LIMIT, contains=(b"@adonisjs/lucid",))
def read_lucid_connection(file: File) -> Iterator[Fact]:
    """The client of the connection that is named as the usual one, or of the only one."""
    text = file.text
    chosen = _CHOSEN.search(text)
    clients = {found[1]: found for found in _NAMED.finditer(text)}
    usual = clients.get(chosen[1]) if chosen is not None else next(iter(clients.values())) if len(clients) == 1 else None
    if usual is not None:
        line = text.count("\n", 0, usual.end()) + 1
        yield ConfigKey(key=name("lucid.client"), value=Opaque(usual[2]), dialect="other", at=file.at(line))


@reads("**/config/auth.ts", limit=SOURCE_LIMIT, contains=(b"@adonisjs/auth",))
def read_adonis_guards(file: File) -> Iterator[Fact]:
    """The guards that an application defines."""
    data = file.data
    for start, end in lines_with(data, b"Guard("):
        if (found := _GUARD.search(data, start, end)) is not None and not data[start:end].lstrip().startswith((b"//", b"*")):
            line = data.count(b"\n", 0, start) + 1
            yield ConfigKey(key=name("adonis.guard"), value=Opaque(found[1].decode()), dialect="other", at=file.at(line))
