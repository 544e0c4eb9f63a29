"""What lines of PHP do that is worth knowing: errors handled, input validated, transactions, caches, limits, calls of other services, tokens.

Sources: https://laravel.com/docs, https://symfony.com/doc/current, https://www.doctrine-project.org/projects/doctrine-orm/en/stable/.
"""

from __future__ import annotations

import re

from ctxgen.opaque import Name, name
from ctxgen.source.line_rules import facts, host, rule
from ctxgen.source.php.library import resolver_of
from ctxgen.source.program import Program


def _ttl(text: str) -> Name:
    return name(f"{int(text)} s")


def _rate(text: str) -> Name | None:
    match = _RATE.match(text)
    return name(f"{match[2]}/{match[1].lower()}") if match is not None else None


_RATE = re.compile(r"(Second|Minute|Hour|Day)\((\d{1,6})")
_RULES = (
    rule("error-handler", "ExceptionHandler", r"class (?P<subject>\w{1,80}) extends ExceptionHandler\b"),
    rule("error-handler", "withExceptions(", r"->(?P<subject>withExceptions)\("),
    rule("error-handler", "ExceptionEvent", r"function (?P<subject>\w{1,80})\(ExceptionEvent \$"),
    rule("error-handler", "addErrorMiddleware(", r"->(?P<subject>addErrorMiddleware)\("),
    rule("validation", "FormRequest", r"class (?P<subject>\w{1,80}) extends \w{0,40}FormRequest\b"),
    rule("validation", "->validate(", r"(?P<subject>\$request->validate|\$this->validator->validate|\$validator->validate)\("),
    rule("validation", "Validator::make", r"(?P<subject>Validator::make)\("),
    rule("validation", "#[MapRequestPayload", r"#\[(?P<subject>MapRequestPayload)"),
    rule("transaction", "DB::", r"(?P<subject>DB::(?:transaction|beginTransaction))\("),
    rule("transaction", "ransaction", r"->(?P<subject>wrapInTransaction|transactional|beginTransaction)\("),
    rule("cache", "Cache::", r"(?P<subject>Cache::(?:remember|rememberForever|flexible|put))\((?:[^,\n]{1,120},\s{0,10}(?P<value>\d{1,8})\b)?", _ttl),
    rule("cache", "->expiresAfter(", r"->(?P<subject>expiresAfter)\((?P<value>\d{1,8})?", _ttl),
    rule("cache", "#[Cache", r"#\[(?P<subject>Cache)\((?:[^)\n]{0,80}\b(?:s?maxage): (?P<value>\d{1,8}))?", _ttl),
    rule("rate-limit", "RateLimiter::for", r"RateLimiter::for\(\s{0,20}['\"](?P<subject>[\w.:-]{1,60})['\"](?:[^;]{0,200}?Limit::per(?P<value>(?:Second|Minute|Hour|Day)\(\d{1,6}))?", _rate),
    rule("http-client", "Http::", r"(?P<subject>Http::(?:baseUrl|get|post|put|patch|delete))\(\s{0,20}['\"](?P<value>https?://[\w.-]{1,100})", host),
    rule("http-client", "base_uri", r"['\"](?P<subject>base_uri)['\"]\s{0,10}=>\s{0,10}['\"](?P<value>https?://[\w.-]{1,100})", host),
    rule("http-client", "->request(", r"(?P<subject>[cC]lient->request)\(\s{0,20}['\"]\w{1,10}['\"],\s{0,20}['\"](?P<value>https?://[\w.-]{1,100})", host),
    rule("token-issued", "->createToken(", r"->(?P<subject>createToken)\("),
    rule("token-issued", "JWT", r"(?P<subject>JWTAuth::(?:attempt|fromUser|claims)|JWT::encode)\("),
    rule("token-issued", "JWTTokenManagerInterface", r"(?P<subject>(?:jwtManager|JWTManager|jwt|tokenManager)->create)\("),
    rule("token-checked", "JWT", r"(?P<subject>JWT::decode|JWTAuth::parseToken)\("),
    rule("token-refreshed", "efresh(", r"(?P<subject>JWTAuth::refresh|auth\((?:'\w{1,20}')?\)->refresh)\("),
    rule("token-revoked", "oken", r"(?P<subject>(?:tokens\(\)->delete|currentAccessToken\(\)->delete|JWTAuth::invalidate|(?<=->)revoke))\("),
    rule("middleware", "Closure $next", r"function (?P<subject>handle)\([^)\n]{0,200}Closure \$next", of_class=True),
)  # fmt: skip


def finish(program: Program) -> None:
    """The facts of all files of the product."""
    sources = resolver_of(program).sources
    for path in sources.paths:
        if not path.endswith(".blade.php"):
            program.facts += facts(_RULES, path, sources.data(path), (b"//", b"*", b"/*", b"# "))
