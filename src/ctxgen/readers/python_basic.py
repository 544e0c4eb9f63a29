"""HTTP Basic as Python code asks for it without a library: name and password of a request's `Authorization`.

Sources: https://werkzeug.palletsprojects.com/en/stable/datastructures/#werkzeug.datastructures.Authorization,
https://docs.aiohttp.org/en/stable/client_reference.html#aiohttp.BasicAuth.decode.
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
