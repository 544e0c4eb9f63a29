"""What the methods of a Rails controller do with a request that they do not like, by the words of their bodies.

A filter stops a request where it renders, redirects or raises; one that does none of these lets everybody in.
Source: https://guides.rubyonrails.org/action_controller_overview.html#before-action.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ctxgen.model import At, GuardKind
from ctxgen.source import ir
from ctxgen.source.guards import guard_kind
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue

_STOPS = re.compile(
    r"\b(?:redirect|render|head\b|raise\b|throw\b|fail\b|halt|abort|super\b|yield\b|respond|reject|refuse|request_http|require|ensure_|verify_|check_|challenge|error|warden|handle_|deny)"
    r"|den(?:y|ied)|forbid|unauthori[sz]|not_found|authori[sz]e|authenticat|access|login|sign_in|must_|!(?=[\s(]|$)|\d{3}\b"
)
_AUTHN = re.compile(
    r":unauthorized\b|\b401\b|authenticate_or_request|request_http_|\b(?:Unauthorized|Unauthenticated|NotAuthenticated)\b|redirect_to[\s(]{1,3}(?:\w{1,40}_)?(?:session|sign_?in|log_?in)_(?:path|url)"
)
_OPEN = re.compile(
    r"log_?out|logged_?out|signed_?out|no_authentication|unauthenticated|guest|status|banned|suspended|enabled|disabled|cookies|_terms|onboarding|(?:if|when|unless_not)_(?:authenticated|signed_in|logged_in)|already"
)
_PREPARES = re.compile(
    r"_?(?:set|load|find|fetch|build|assign|track|store|get|prepare|update|init|initiali[sz]e|clear|reset|log|touch|expire|sync|refresh|configure|populate|setup|extend|remember)_(?!\w{0,20}and_|if_|unless_)"
)
_SIGN_IN = re.compile(r"redirect\w{0,20}_(?:sign_?in|log_?in)|users?_only|logged_?in|signed_?in")
_ASKS = re.compile(rb"^[ \t]{1,20}(authorize!?)(?=[ (]|$)", re.MULTILINE)
_SHORT = re.compile(r"\s{0,40}def [\w?!]{1,80}(?:\([^)]{0,200}\))?\s{0,4}=\s(.{1,400})")
_BRINGS = re.compile(
    r"(\s*)(?:(if)\s{1,9}|return\s{1,9}(?:unless\s{1,9}|if\s{1,9}(?=[^\n]{0,160}\.(?:blank|nil|empty)\?\s*$)))(?![!(])[^\n&|=<>!]{0,80}?"
    r"(?:authori[sz]ation|auth_header|bearer|token|api_key|credentials|jwt)[^\n&|=<>!]{0,80}$",
    re.IGNORECASE,
)
"""The beginning of a method that looks at credentials only where a request brings some."""
_ABSENT = re.compile(r"\.(?:blank|nil|empty)\?\s*$")
_LONGEST = 200
"""Lines of a method that are looked at."""


class Found(Struct, frozen=True):
    """A method: the file and the lines of it."""

    path: str
    first: int
    last: int


def methods(program: Program, lineage: Iterator[ClassValue], depth: int = 0) -> dict[str, Found]:
    """The methods of the classes of a lineage and of the modules that they include, the nearest of a name."""
    found: dict[str, Found] = {}
    for cls in lineage:
        for method in cls.cls.methods:
            if not method.static:
                found.setdefault(method.name, Found(cls.path, method.line, method.end))
        for statement in cls.cls.statements if depth < 3 else ():
            call = statement.value if isinstance(statement, ir.Do) else None
            if isinstance(call, ir.Call) and isinstance(call.function, ir.Name) and call.function.name == "include":
                for argument in call.arguments:
                    module = program.evaluate(argument.value, program.class_scope(cls))
                    if isinstance(module, ClassValue) and module.cls.kind == "module":
                        for name, each in methods(program, iter([module]), depth + 1).items():
                            found.setdefault(name, each)
    return found


def _lines(program: Program, found: Found) -> list[bytes]:
    data: bytes = program.sources.data(found.path) if program.sources is not None else b""
    return data.split(b"\n")[found.first - 1 : min(found.last, found.first + _LONGEST)]


def judged(program: Program, known: dict[str, Found], name: str) -> GuardKind | None:
    """What a filter guards: by its body where the repository has it, else by its name; None for one that stops nobody."""
    if _OPEN.search(name):
        return None
    kind = guard_kind(name) or ("authn" if _SIGN_IN.search(name) else None)
    method = known.get(name)
    if method is None:
        return None if _PREPARES.match(name) else kind
    lines = _lines(program, method)
    body = "\n".join(re.sub(r"(?:^|\s)#[^{].*", "", line.decode("utf-8", "replace")) for line in lines[1:])
    if (short := _SHORT.match(lines[0].decode("utf-8", "replace"))) is not None:
        body = short[1]
    if not _STOPS.search(body) or _lets_bare(lines[1:]):
        return None
    stated: GuardKind | None = "authn" if _AUTHN.search(body) else None
    return stated if _PREPARES.match(name) else kind or stated


def _lets_bare(lines: list[bytes]) -> bool:
    """Whether a method refuses only those who bring credentials that are none: all that it does stands in an `if` of such a header or token, or behind a return without one."""
    body = [text for line in lines if (text := line.decode("utf-8", "replace").rstrip()) and not text.lstrip().startswith("#")]
    if not body or (found := _BRINGS.match(body[0])) is None:
        return False
    if found[2] is None:
        return True
    if _ABSENT.search(body[0]):
        return False
    level = found[1]
    beside = [text for text in body[1:-1] if not text.startswith(level + " ")]  # the last closes the method
    return beside == [f"{level}end"]


def asked(program: Program, known: dict[str, Found], action: str) -> At | None:
    """The line of an action that asks a policy: `authorize @order`, `authorize! :read, @order`."""
    method = known.get(action)
    if method is None:
        return None
    for number, line in enumerate(_lines(program, method)):
        if _ASKS.match(line):
            return At(method.path, method.first + number)
    return None
