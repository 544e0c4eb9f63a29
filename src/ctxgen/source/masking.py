"""The last look at what source says: a literal that a program uses as a path, method, permission or name may be a secret.

`opaque.name` masks what looks like a credential wherever it stands.  Literals of programs need more: a path has lost
the marks of a URL when it was joined and normalised, and passwords of few letters and many marks stand nowhere else
where a name is expected.  Masked too much costs one odd name, masked too little a secret.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from ctxgen.model import Endpoint, Fact
from ctxgen.opaque import MASK, looks_secret

_METHOD = re.compile(r"[A-Z]{2,12}")
_MARKS = re.compile(r"[^\w\s./{}:\\-]")
_DOLLAR = re.compile(r"\d[A-Za-z]*\$|\$[A-Za-z]*\d")
_FOUR_WORDS = re.compile(r"(?<![A-Za-z])[a-z]{4}(?: [a-z]{4}){3}")
_USER = re.compile(r"[\w+.-]:/.{0,120}@|AccessKey\w{0,8}=")
_ADDRESS = re.compile(r"://[^/\s]{0,200}/[^/\s]|(?:^|/)[a-z][a-z0-9+.-]{1,30}:/")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{20,}+={1,2}(?:/|$)")
_HASH = re.compile(r"\b2[abxy]\W?\d\d\W?[\w./]{8}")
_PARAMETER = re.compile(r"\{[\w.:*?-]{0,80}\}")
MANY_MARKS = 4

S = TypeVar("S", bound=Struct)
F = TypeVar("F", bound=Fact)


def masked(fact: F) -> F:
    """The fact with `[masked]` for each of its names that may be a secret."""
    return _struct(fact, isinstance(fact, Endpoint))


def _struct(value: S, endpoint: bool = False) -> S:
    changed: dict[str, Any] = {}
    for field in value.__struct_fields__:
        old = getattr(value, field)
        new: Any = old
        if type(old) is str and field not in ("technology", "kind", "access"):
            new = _method(old) if endpoint and field == "method" else MASK if _secret(old) else old
        elif type(old) is tuple:
            new = tuple(_item(each) for each in old)
        if new != old:
            changed[field] = new
    return replace(value, **changed) if changed else value


def _item(value: Any) -> Any:
    if isinstance(value, Struct):
        return _struct(value)
    return MASK if type(value) is str and _secret(value) else value


def _method(text: str) -> str:
    return text if _METHOD.fullmatch(text) else MASK


@lru_cache(maxsize=65536)
def _secret(text: str) -> bool:
    bare = _PARAMETER.sub("", text)
    digits = any(map(str.isdigit, bare))
    if digits and (len(set(_MARKS.findall(bare))) >= MANY_MARKS or not _closed(bare)):
        return True
    if any(pattern.search(bare) for pattern in (_DOLLAR, _FOUR_WORDS, _USER, _BASE64, _HASH)):
        return True
    if _ADDRESS.search(_PARAMETER.sub("{}", text)):  # `/tag:{tag}/feed` is none
        return True
    joined = bare.replace("/", "")  # base64 writes slashes too
    return bare != joined and joined != joined.lower() and looks_secret(joined)


def _closed(text: str) -> bool:
    """Whether brackets are closed, as those of a program are unless the name was cut."""
    return text.endswith("…") or all(text.count(opening) == text.count(closing) for opening, closing in ("()", "{}", "[]"))
