"""HTTP Basic as Python code asks for it without a library: name and password of a request's `Authorization`.

Sources: https://werkzeug.palletsprojects.com/en/stable/datastructures/#werkzeug.datastructures.Authorization,
https://docs.aiohttp.org/en/stable/client_reference.html#aiohttp.BasicAuth.decode, https://flask-httpauth.readthedocs.io.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._python_text import code
from ctxgen.tree import SOURCE_LIMIT, File

_ASKED = re.compile(
    r"^[^#\n]{0,200}?\b(?:request\.authorization\.password\b|(?P<kept>\w{1,40})\s{0,3}=\s{0,3}request\.authorization\b|BasicAuth\.decode\()",
    re.MULTILINE,
)


@reads("*.py", limit=SOURCE_LIMIT, contains=(b"request.authorization", b"BasicAuth.decode("))
def read_python_basic(file: File) -> Iterator[ConfigKey]:
    """`auth = request.authorization` with `auth.password` behind it, `BasicAuth.decode(header)`: the first line of each file."""
    text = code(file.text)
    for asked in _ASKED.finditer(text):
        kept = asked["kept"]
        if kept is None or re.search(rf"\b{kept}\.password\b", text[asked.end() : asked.end() + 2_000]):
            line = text.count("\n", 0, asked.end()) + 1
            yield ConfigKey(key=name("http.authorization"), value=Opaque("basic"), dialect="other", at=file.at(line))
            return


_FLASK = re.compile(r"^[^#\n]{0,80}?=\s{0,3}HTTP(?P<scheme>Basic|Token)Auth\(", re.MULTILINE)


@reads("*.py", limit=SOURCE_LIMIT, contains=(b"flask_httpauth",))
def read_flask_httpauth(file: File) -> Iterator[ConfigKey]:
    """`auth = HTTPBasicAuth()` and `auth = HTTPTokenAuth()` of Flask-HTTPAuth, each where a file first makes one."""
    text = code(file.text)
    made = {found["scheme"]: found for found in reversed(list(_FLASK.finditer(text)))}
    for scheme, found in sorted(made.items()):
        line = text.count("\n", 0, found.end()) + 1
        yield ConfigKey(
            key=name("http.authorization"), value=Opaque("basic" if scheme == "Basic" else "token"), dialect="other", at=file.at(line)
        )
