"""Credentials that source code takes from an incoming request: an API key in a header or in the query.

What shows it is the access itself (`request.headers["X-Api-Key"]`, `req.get('x-api-key')`, `request.args.get("api_key")`, `c.GetHeader("X-API-Key")`), not the name of the
header: clients set that, too.  The pattern is bounded and tried only just before a name that it ends with.  Sources: the request objects of the web frameworks; https://swagger.io/docs/specification/v3_0/authentication/api-keys/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey, Fact
from ctxgen.opaque import Name, Opaque
from ctxgen.readers import reads
from ctxgen.readers._lines import lines_with
from ctxgen.tree import SOURCE_LIMIT, File

_TAKEN = re.compile(
    rb"""\b(?:[Rr]equest|req|ctx|context|[Cc]onn|c|r)\.(?:META|[Hh]eaders?|args|GET|query(?:_params)?|params|get|[Hh]eader\.Get|GetHeader|getHeader|getFirst|Query)"""
    rb"""[\[(.]{0,2}(?:get|TryGetValue|getFirst)?[\[(]{0,2}["'](?:HTTP_)?(?:[Xx][-_])?[Aa][Pp][Ii][-_]?[Kk][Ee][Yy]["']"""
)
_KEY = re.compile(rb"""[Aa][Pp][Ii][-_]?[Kk][Ee][Yy]["']""")
_REACH = 100
"""More bytes than what comes before the key in the longest match."""
_ACCESSES = (b"eader", b"get", b"uery", b"params", b"META", b"GET", b"args")
"""One of these stands in every match."""
_NAMES = (b"pi-Key", b"PI-KEY", b"PI-Key", b"pi-key", b"pi_key", b"PI_KEY", b"piKey", b"pikey")


@reads(
    "*.py", "*.js", "*.mjs", "*.cjs", "*.ts", "*.go", "*.java", "*.kt", "*.cs", "*.php", "*.rb", "*.ex", limit=SOURCE_LIMIT,
    contains=_NAMES,
)  # fmt: skip
def read_request_credentials(file: File) -> Iterator[Fact]:
    """The first line that takes an API key from a request."""
    data = file.data
    for start, end in lines_with(data, *_NAMES):
        for found in _KEY.finditer(data, start, end):
            before = data[max(found.start() - _REACH, start) : found.end()]
            if any(word in before for word in _ACCESSES) and _TAKEN.search(before):
                at = file.at(data.count(b"\n", 0, start) + 1)
                yield ConfigKey(key=Name("request.api-key"), value=Opaque("true"), dialect="other", at=at)
                return
