"""How Python code signs in whoever asks with what its framework brings: policies of Pyramid and aiohttp, schemes of BlackSheep, Tornado's signed cookies.

Sources: https://docs.pylonsproject.org/projects/pyramid/en/latest/api/authentication.html, https://aiohttp-security.readthedocs.io/en/latest/reference.html,
https://www.neoteroi.dev/blacksheep/authentication/, https://www.tornadoweb.org/en/stable/guide/security.html#user-authentication, https://falcon-auth.readthedocs.io.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._python_text import code
from ctxgen.tree import SOURCE_LIMIT, File

_CALLED = {
    b"pyramid.authentication": {
        "SessionAuthenticationHelper": "session", "AuthTktCookieHelper": "session", "SessionAuthenticationPolicy": "session", "AuthTktAuthenticationPolicy": "session",
        "BasicAuthAuthenticationPolicy": "basic", "extract_http_basic_credentials": "basic", "RemoteUserAuthenticationPolicy": "proxy-header",
    },
    b"aiohttp_security": {"SessionIdentityPolicy": "session", "CookiesIdentityPolicy": "session", "JWTIdentityPolicy": "jwt"},
    b"blacksheep.server.authentication": {
        "JWTBearerAuthentication": "jwt", "APIKeyAuthentication": "api-key", "BasicAuthentication": "basic", "CookieAuthentication": "session",
        "use_openid_connect": "oidc",
    },
    b"falcon_auth": {"BasicAuthBackend": "basic", "JWTAuthBackend": "jwt", "TokenAuthBackend": "token"},
}  # fmt: skip
"""What is called, by the library whose name stands in the file; the mechanism that it shows."""
_CALL = re.compile(r"\b(?:" + "|".join(sorted(called for names in _CALLED.values() for called in names)) + r")\(")
_COOKIE = re.compile(
    r"""\.set_(?:secure|signed)_cookie\(\s{0,40}["'](?:\w{1,30}_)?(?:user|username|user_?id|auth|account|session|email|login|member|admin)(?:_?(?:id|name|token))?["']"""
)


@reads("*.py", limit=SOURCE_LIMIT, contains=(*_CALLED, b"set_secure_cookie(", b"set_signed_cookie("))
def read_python_policies(file: File) -> Iterator[ConfigKey]:
    """The first line of each mechanism that a file sets up: `SessionIdentityPolicy()`, `handler.set_signed_cookie("user", name)`."""
    known = {called: shown for library, names in _CALLED.items() if library in file.data for called, shown in names.items()}
    text = code(file.text)
    told: set[str] = set()
    found = [(each.start(), known.get(each[0].rstrip("("))) for each in _CALL.finditer(text)] if known else []
    if b"tornado" in file.data and (cookie := _COOKIE.search(text)) is not None:
        found.append((cookie.start(), "session"))
    for start, shown in found:
        line = text[text.rfind("\n", 0, start) + 1 : start].lstrip()
        if shown is not None and shown not in told and not line.startswith(("class ", "def ")):
            told.add(shown)
            yield ConfigKey(
                key=name("http.authorization"), value=Opaque(shown), dialect="other", at=file.at(text.count("\n", 0, start) + 1)
            )
