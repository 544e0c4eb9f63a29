"""What lines of Ruby do that is worth knowing: errors handled, input validated, transactions, caches, limits, calls of other services, tokens, middleware.

Sources: https://guides.rubyonrails.org, https://sinatrarb.com/intro.html, https://github.com/rack/rack-attack, https://lostisland.github.io/faraday,
https://github.com/jnunemaker/httparty, https://github.com/jwt/ruby-jwt, https://github.com/doorkeeper-gem/doorkeeper, https://github.com/waiting-for-dev/devise-jwt
"""

from __future__ import annotations

import re

from ctxgen.opaque import Name, name
from ctxgen.source.line_rules import facts, host, rule
from ctxgen.source.program import Program

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_629_746, "year": 31_556_952}
_DURATION = re.compile(r"(\d{1,8})(?:\.(second|minute|hour|day|week|month|year)s?)?")
_LIMIT = re.compile(r"(?:limit|to):\s{0,9}(\d{1,8}),\s{0,20}(?:period|within):\s{0,9}(\d{1,8}(?:\.\w{1,9})?)")


def _seconds(text: str) -> int | None:
    match = _DURATION.fullmatch(text)
    return int(match[1]) * _UNITS[match[2] or "second"] if match is not None else None


def _ttl(text: str) -> Name | None:
    seconds = _seconds(text)
    return name(f"{seconds} s") if seconds is not None else None


def _rate(text: str) -> Name | None:
    match = _LIMIT.search(text)
    window = _seconds(match[2]) if match is not None else None
    if match is None or window is None:
        return None
    unit = next((unit for unit, seconds in _UNITS.items() if seconds == window), None)
    return name(f"{match[1]}/{unit}" if unit else f"{match[1]} per {window} s")


_LEFT_OUT = re.compile(r"(?:^|/)(?:db/migrate/|config/environments/(?:test|development)\.rb$)")
_TIME = r"\d{1,8}(?:\.(?:second|minute|hour|day|week|month|year)s?)?(?![\w.*])"
_ADDRESS = r"[\"'](?P<value>https?://[\w.-]{1,100})"
_RULES = (
    rule("error-handler", "rescue_from", r"^[ \t]{0,20}rescue_from[ (]{1,2}(?P<subject>[A-Z][\w:]{1,100}|:all)"),
    rule("error-handler", "exceptions_app", r"config\.(?P<subject>exceptions_app)\s{0,4}="),
    rule("error-handler", "inatra", r"^[ \t]{0,12}(?P<subject>error|not_found)(?: [\w:, .]{1,80})? do\b"),
    rule("validation", "validate", r"^[ \t]{1,12}(?P<subject>validates?(?:_[a-z_]{1,40})?) :?[a-z]", of_class=True),
    rule("validation", "Dry::Validation", r"^[ \t]{0,12}class (?P<subject>\w{1,80}) < (?:\w+::)*(?:Dry::Validation::Contract|ApplicationContract)\b"),
    rule("transaction", "transaction", r"(?<![.\w])(?P<subject>(?:[A-Z]\w{1,60}(?:::\w{1,60}){0,6}\.)?transaction)(?=[ (]|$)(?:[ (][^\n]{0,80}?isolation:\s{0,4}:(?P<value>\w{1,30}))?[^\n]{0,120}(?:\bdo\b|\{)", name),
    rule("transaction", "with_lock", r"(?<=\.)(?P<subject>with_lock)(?=[ (])[^\n]{0,80}(?:\bdo\b|\{)"),
    rule("cache", "Rails.cache", rf"(?P<subject>Rails\.cache\.(?:fetch|write|fetch_multi))\b(?:[^\n]{{0,200}}?expires_in:\s{{0,4}}(?P<value>{_TIME}))?", _ttl),
    rule("cache", "expires_in ", rf"^[ \t]{{1,20}}(?P<subject>expires_in) (?P<value>{_TIME})", _ttl),
    rule("rate-limit", "Rack::Attack", r"\b(?:Rack::Attack\.)?throttle[ (]{1,2}[\"'](?P<subject>[\w./: -]{1,60})[\"'],\s{0,20}(?P<value>limit:[^\n{]{1,100}(?:\n[^\n{]{1,80})?)", _rate),
    rule("rate-limit", "rate_limit", r"^[ \t]{1,12}(?P<subject>rate_limit)[ (](?P<value>[^\n]{1,120})", _rate),
    rule("http-client", "Faraday", rf"(?P<subject>Faraday\.(?:new|get|post|put|patch|delete))[ (]{{1,2}}(?:url:\s{{0,4}})?{_ADDRESS}", host),
    rule("http-client", "HTTParty", rf"(?P<subject>HTTParty\.(?:get|post|put|patch|delete|head))[ (]{{1,2}}{_ADDRESS}", host),
    rule("http-client", "base_uri", r"^[ \t]{1,12}(?P<subject>base_uri)[ (]{1,2}[\"'](?P<value>(?:https?://)?[\w-]{1,60}\.[\w.-]{1,60})", lambda text: host(text if "://" in text else f"https://{text}")),
    rule("http-client", "RestClient", rf"(?P<subject>RestClient\.(?:get|post|put|patch|delete)|RestClient::Request\.execute)[ (]{{1,2}}(?:[^\n]{{0,80}}url:\s{{0,4}})?{_ADDRESS}", host),
    rule("http-client", "Net::HTTP", rf"(?P<subject>Net::HTTP\.(?:get|get_response|post|post_form))[ (]{{1,2}}(?:URI(?:\.parse)?\(\s{{0,4}})?{_ADDRESS}", host),
    rule("http-client", "Net::HTTP", r"(?P<subject>Net::HTTP\.(?:new|start))[ (]{1,2}[\"'](?P<value>[\w-]{1,60}\.[\w.-]{1,60})[\"']", lambda text: host(f"https://{text}")),
    rule("http-client", "open", rf"(?P<subject>URI\.open|HTTP\.(?:get|post|put|patch|delete)|Excon\.(?:new|get|post)|Typhoeus\.(?:get|post))[ (]{{1,2}}{_ADDRESS}", host),
    rule("token-issued", "JWT.encode", r"(?P<subject>JWT\.encode)\b"),
    rule("token-issued", "Doorkeeper::", r"(?P<subject>Doorkeeper::AccessToken\.(?:create!?|find_or_create_for))\b"),
    rule("token-issued", "generate_token_for", r"(?<=\.)(?P<subject>generate_token_for)\b"),
    rule("token-checked", "JWT.decode", r"(?P<subject>JWT\.decode)\b"),
    rule("token-checked", "doorkeeper_authorize!", r"\b(?P<subject>doorkeeper_authorize!)"),
    rule("token-checked", "with_http_token", r"\b(?P<subject>authenticate(?:_or_request)?_with_http_token)\b"),
    rule("token-checked", "_token_for", r"(?<=\.)(?P<subject>find_by_token_for!?)(?=[ (])"),
    rule("token-refreshed", "refresh", r"^[ \t]{0,20}(?P<subject>use_refresh_token)\b"),
    rule("token-refreshed", "refresh", r"^[ \t]{0,20}def (?:self\.)?(?P<subject>refresh_\w{0,30}token\w{0,20}[!?]?)"),
    rule("token-revoked", "revo", r"^[ \t]{0,20}def (?:self\.)?(?P<subject>revoke\w{0,30}token\w{0,20}[!?]?)"),
    rule("token-revoked", "RevocationStrategies", r"include (?P<subject>Devise::JWT::RevocationStrategies::\w{1,40})"),
    rule("token-revoked", ".revoke", r"\b(?P<subject>\w{0,40}token\w{0,20}\.revoke(?:_all_for|!)?)(?![\w?])"),
    rule("middleware", "def call(env)", r"def initialize\(app\b[^\n]{0,80}\n(?:[^\n]{0,200}\n){0,60}?[ \t]{0,12}def (?P<subject>call)\(env\)", of_class=True),
    rule("middleware", "config.middleware", r"config\.middleware\.(?:use|insert_before|insert_after|unshift)[ (]{1,2}(?:[\w:\"']{1,80},\s{0,9})?(?P<subject>[A-Z]\w{1,60}(?:::\w{1,60}){0,6})"),
)  # fmt: skip


_OUTGOING = b"Faraday"
"""What Faraday's requests pass through is written like Rack's middleware.  Source: https://lostisland.github.io/faraday/#/middleware/index."""
_BESIDE_CLIENTS = tuple(each for each in _RULES if each.mark != b"def call(env)")


def finish(program: Program) -> None:
    """The facts of all files of the product; migrations and the settings of development and tests are no matter of its code."""
    for path in program.own:
        if program.sources is not None and not _LEFT_OUT.search(path):
            data = program.sources.data(path)
            program.facts += facts(_BESIDE_CLIENTS if _OUTGOING in data else _RULES, path, data, (b"#",))
