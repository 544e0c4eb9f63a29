"""What lines of PHP do that is worth knowing: errors handled, input validated, transactions, caches, limits, calls of other services, tokens.

Sources: https://laravel.com/docs, https://symfony.com/doc/current, https://www.doctrine-project.org/projects/doctrine-orm/en/stable/.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from ctxgen.model import At, CodeFact
from ctxgen.opaque import Name, Opaque, name
from ctxgen.source.php.library import resolver_of
from ctxgen.source.program import Program

_Kind = Literal[
    "error-handler", "validation", "transaction", "cache", "rate-limit", "http-client", "token-issued", "token-checked", "token-refreshed", "token-revoked", "middleware",
]  # fmt: skip
_Value = Literal["", "ttl", "host", "rate"]


class _Rule(NamedTuple):
    """A pattern of a line: what it says, by which group the subject is named (else `subject`), and what the group `value` is."""

    kind: _Kind
    mark: bytes
    """Bytes that a file must hold before the pattern is tried."""
    pattern: re.Pattern[bytes]
    subject: str = ""
    value: _Value = ""


def _rule(kind: _Kind, mark: str, pattern: str, subject: str = "", value: _Value = "") -> _Rule:
    return _Rule(kind, mark.encode(), re.compile(pattern.encode()), subject, value)


_RULES = (
    _rule("error-handler", "ExceptionHandler", r"class (?P<subject>\w{1,80}) extends ExceptionHandler\b"),
    _rule("error-handler", "withExceptions(", r"->(?P<subject>withExceptions)\("),
    _rule("error-handler", "ExceptionEvent", r"function (?P<subject>\w{1,80})\(ExceptionEvent \$"),
    _rule("error-handler", "addErrorMiddleware(", r"->(?P<subject>addErrorMiddleware)\("),
    _rule("validation", "FormRequest", r"class (?P<subject>\w{1,80}) extends \w{0,40}FormRequest\b"),
    _rule("validation", "->validate(", r"(?P<subject>\$request->validate|\$this->validator->validate|\$validator->validate)\("),
    _rule("validation", "Validator::make", r"(?P<subject>Validator::make)\("),
    _rule("validation", "#[MapRequestPayload", r"#\[(?P<subject>MapRequestPayload)"),
    _rule("transaction", "DB::", r"(?P<subject>DB::(?:transaction|beginTransaction))\("),
    _rule("transaction", "ransaction", r"(?P<subject>->(?:wrapInTransaction|transactional|beginTransaction))\("),
    _rule("cache", "Cache::", r"(?P<subject>Cache::(?:remember|rememberForever|flexible|put))\((?:[^,\n]{1,120},\s{0,10}(?P<value>\d{1,8})\b)?", value="ttl"),
    _rule("cache", "->expiresAfter(", r"->(?P<subject>expiresAfter)\((?P<value>\d{1,8})?", value="ttl"),
    _rule("cache", "#[Cache", r"#\[(?P<subject>Cache)\((?:[^)\n]{0,80}\b(?:s?maxage): (?P<value>\d{1,8}))?", value="ttl"),
    _rule("rate-limit", "RateLimiter::for", r"RateLimiter::for\(\s{0,20}['\"](?P<subject>[\w.:-]{1,60})['\"](?:[^;]{0,200}?Limit::per(?P<value>(?:Second|Minute|Hour|Day)\(\d{1,6}))?", value="rate"),
    _rule("http-client", "Http::", r"(?P<subject>Http::(?:baseUrl|get|post|put|patch|delete))\(\s{0,20}['\"](?P<value>https?://[\w.-]{1,100})", value="host"),
    _rule("http-client", "base_uri", r"['\"](?P<subject>base_uri)['\"]\s{0,10}=>\s{0,10}['\"](?P<value>https?://[\w.-]{1,100})", value="host"),
    _rule("http-client", "->request(", r"(?P<subject>[cC]lient->request)\(\s{0,20}['\"]\w{1,10}['\"],\s{0,20}['\"](?P<value>https?://[\w.-]{1,100})", value="host"),
    _rule("token-issued", "->createToken(", r"->(?P<subject>createToken)\("),
    _rule("token-issued", "JWT", r"(?P<subject>JWTAuth::(?:attempt|fromUser|claims)|JWT::encode)\("),
    _rule("token-issued", "JWTTokenManagerInterface", r"(?P<subject>(?:jwtManager|JWTManager|jwt|tokenManager)->create)\("),
    _rule("token-checked", "JWT", r"(?P<subject>JWT::decode|JWTAuth::parseToken)\("),
    _rule("token-refreshed", "efresh(", r"(?P<subject>JWTAuth::refresh|auth\((?:'\w{1,20}')?\)->refresh)\("),
    _rule("token-revoked", "oken", r"(?P<subject>(?:tokens\(\)->delete|currentAccessToken\(\)->delete|JWTAuth::invalidate|->revoke))\("),
    _rule("middleware", "Closure $next", r"function (?P<subject>handle)\([^)\n]{0,200}Closure \$next"),
)  # fmt: skip
_CLASS = re.compile(rb"^(?:(?:final|abstract|readonly) )*class (\w{1,80})", re.MULTILINE)
_RATE = re.compile(r"(Second|Minute|Hour|Day)\((\d{1,6})")
_MOST = 40
"""Facts of one file."""
_TRIED = 200
"""Places of one file that are looked at for one rule."""


def finish(program: Program) -> None:
    """The facts of all files of the product, each line and kind once."""
    sources = resolver_of(program).sources
    for path in sources.paths:
        if not path.endswith(".blade.php"):
            program.facts += itertools.islice(_of_file(path, sources.data(path)), _MOST)


def _of_file(path: str, data: bytes) -> Iterator[CodeFact]:
    for rule in _RULES:
        if rule.mark not in data:
            continue
        for match in itertools.islice(rule.pattern.finditer(data), _TRIED):
            start = match.start("subject")
            beginning = data.rfind(b"\n", 0, start) + 1
            if data[beginning:start].lstrip().startswith((b"//", b"*", b"/*", b"# ")):
                continue
            subject = match["subject"].decode("ascii", "replace").removeprefix("->")
            if rule.kind == "middleware":
                named = _CLASS.search(data)
                subject = named[1].decode("ascii", "replace") if named is not None else subject
            value = match["value"] if "value" in match.re.groupindex else None
            yield CodeFact(
                kind=rule.kind,
                subject=name(subject),
                value=_shown(rule.value, value.decode("ascii", "replace")) if value is not None else None,
                at=At(path, data.count(b"\n", 0, start) + 1),
            )


def _shown(kind: _Value, text: str) -> Name | None:
    if kind == "ttl":
        return name(f"{int(text)} s")
    if kind == "host":
        return Opaque(text).host()
    if kind == "rate" and (match := _RATE.match(text)) is not None:
        return name(f"{match[2]}/{match[1].lower()}")
    return None
