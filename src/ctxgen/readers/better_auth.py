"""Better Auth: the ways to sign in that the call which sets it up turns on.  Source: https://www.better-auth.com/docs/reference/options, https://www.better-auth.com/docs/concepts/plugins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey, Fact
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._lines import lines_with
from ctxgen.tree import SOURCE_LIMIT, File

_OPTIONS = (b"emailAndPassword", b"socialProviders")
_PLUGINS = (b"apiKey", b"bearer", b"genericOAuth", b"jwt", b"magicLink", b"passkey", b"sso", b"twoFactor")
_OFF = re.compile(rb"\s{0,5}:\s{0,5}\{\s{0,40}enabled\s{0,5}:\s{0,5}false")
_SET = re.compile(rb"\s{0,5}:")


@reads("*.ts", "*.js", "*.mjs", "*.tsx", limit=SOURCE_LIMIT, contains=(b"betterAuth(",))
def read_better_auth(file: File) -> Iterator[Fact]:
    """The options and plugins by which people and programs sign in."""
    data = file.data
    for word in (*_OPTIONS, *_PLUGINS):
        for start, end in lines_with(data, word):
            at = data.find(word, start, end)
            after = at + len(word)
            own = not data[at - 1 : at].isalnum() and data[at - 1 : at] not in (b".", b"_")
            turned_on = _SET.match(data, after) and not _OFF.match(data, after) if word in _OPTIONS else data[after : after + 1] == b"("
            if own and turned_on and not data[start:at].lstrip().startswith((b"//", b"*", b"/*")):
                yield ConfigKey(
                    key=name("better-auth.sign-in"),
                    value=Opaque(word.decode()),
                    dialect="other",
                    at=file.at(data.count(b"\n", 0, start) + 1),
                )
                break
