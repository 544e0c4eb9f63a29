"""What handlers and layers say in every framework of Rust: routes by attribute macros, guards by extractors and middleware."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from ctxgen.model import At, Guard
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.guards import guard, guard_kind, spelled
from ctxgen.source.program import Program
from ctxgen.source.rust.expressions import spelled_last
from ctxgen.source.rust.resolve import RustResolver
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Instance, Object, Scope, Value

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "trace", "connect")
_WORDS = re.compile(r"[A-Z][a-z]+")
_PERSONS = {"Claims", "User", "Identity", "Principal", "Authed", "Caller", "Session", "Account", "Requester", "Admin"}
"""Words of types that repositories take from a request where they identify who sent it."""
_LIBRARIES = {"BearerAuth", "BasicAuth", "Identity", "ReqAuth", "JWT", "JWTWithUser", "ApiToken"}
"""Types of libraries that refuse a request without credentials; the last are Loco's: https://loco.rs/docs/extras/authentication/."""
FROM_FUNCTION = {"from_fn", "from_fn_with_state", "from_extractor", "from_extractor_with_state", "map_request", "map_request_with_state"}
_CHAINED = {"layer", "option_layer", "wrap", "and_then", "map", "with"}
_NO_GUARDS = ("AuthManager", "SessionManager", "IdentityMiddleware", "HandleError", "SetSensitive")
"""Middleware that knows who sends a request but refuses none."""


_REFUSES = re.compile(
    rb"(?i)un_?auth|forbidden|\b40[13]\b|denied|refus|reject|redirect|location|not_?logged|login|no_?(?:token|session|user)|(?:invalid|missing|bad|expired)_?(?:\w{0,20}_?)?(?:token|session|credential|key|user|auth)|error(?:401|403)"
)
"""What a file says of a request that it does not like."""


_ASKS = re.compile(
    rb"^[ \t]{1,24}(\w{1,60})\.((?:validate|require|ensure|check|verify|assert)_\w{1,80})\([^;]{0,300}?\)(?:\s{0,40}\.await)?\?;",
    re.MULTILINE,
)


class Stated(NamedTuple):
    """A route that an attribute macro states: `#[get("/orders")]`."""

    methods: tuple[str, ...]
    path: str
    at: At
    guards: tuple[Guard, ...] = ()


def stated(program: Program, function: FunctionValue) -> Iterator[Stated]:
    """The routes that the attributes of a handler state: a verb's macro, `#[route]`, `#[utoipa::path]` being for documents only."""
    for decorator in function.function.decorators:
        if not isinstance(decorator, ir.Call):
            continue
        last = spelled_last(decorator.function)
        if last not in (*VERBS, "route"):
            continue
        values = [(each.keyword, each.value) for each in decorator.arguments]
        paths = [program.evaluate(value, function.scope) for key, value in values if key in (None, "uri", "path")]
        path = next((each for each in paths if isinstance(each, str)), None)
        if path is None:
            continue
        at = At(function.scope.module.path, decorator.line)
        methods = tuple(
            text.upper()
            for key, value in values
            if last == "route" and key in (None, "method")
            for text in [value.value if isinstance(value, ir.Literal) else spelled_last(value)]
            if isinstance(text, str) and text.lower() in VERBS
        )
        wrapped = [str(value.value) for key, value in values if key == "wrap" and isinstance(value, ir.Literal)]
        found = [guard(re.split(r"[:(]", each)[0], at) for each in wrapped]
        yield Stated(methods or ((last.upper(),) if last != "route" else ("ANY",)), path, at, tuple(each for each in found if each))


def extractor_guards(program: Program, owner: Object, arguments: Arguments) -> list[Guard]:
    """The types that a handler takes which refuse a request: those that the repository implements, by their names or what they do."""
    handler = arguments.get(0)
    resolver = program.resolver if isinstance(program.resolver, RustResolver) else None
    own, signing_in = (resolver.extractors, resolver.signing_in) if resolver is not None else ({}, frozenset())
    found = []
    for parameter in handler.function.parameters if isinstance(handler, FunctionValue) else ():
        last = spelled_last(parameter.type)
        at = At(handler.scope.module.path, parameter.line)
        if last in own and not last.startswith(("Optional", "Maybe")):
            kind = guard_kind(spelled(parameter.type))
            if kind not in ("authn", "authz"):
                words = _PERSONS.intersection(_WORDS.findall(last))
                # a session is there for everybody, unless what takes it asks for more
                kind = "authn" if words - {"Session"} or (words and own[last]) or last in signing_in else None
            found.append(guard(_short(spelled(parameter.type)), at, kind) if kind else None)
        elif last in _LIBRARIES or (last == "TypedHeader" and _argument(parameter.type) == "Authorization"):
            found.append(guard(last, at, "authn"))
    found += _asked(program, handler) if isinstance(handler, FunctionValue) else []
    return [each for each in found if each]


def _asked(program: Program, handler: FunctionValue) -> list[Guard | None]:
    """What a handler asks of what it takes from the request before it goes on: `principal.validate_admin_session()?;`."""
    path, first = handler.scope.module.path, handler.function.line
    taken = {parameter.name.encode() for parameter in handler.function.parameters}
    lines = program.data(path).split(b"\n")[first - 1 : handler.function.end]
    text = b"\n".join(lines)
    asked = ((each, first + text.count(b"\n", 0, each.start(2))) for each in _ASKS.finditer(text) if each[1] in taken)
    return [guard(each[2].decode("ascii", "replace"), At(path, line)) for each, line in asked]


def _argument(kind: ir.Expression | None) -> str:
    return spelled_last(kind.key) if isinstance(kind, ir.Item) else ""


def middleware(program: Program, arguments: Arguments, *positions: int) -> list[Guard]:
    """The guards that the arguments of `layer`, `wrap` and the like are."""
    found: list[Guard] = []
    for position in positions or range(len(arguments.positional)):
        expression = arguments.expression(position)
        found += _of(program, expression, arguments.get(position, default=UNKNOWN), program.at(arguments), arguments.scope, 0)
    return found


def _of(program: Program, expression: ir.Expression | None, value: Value, at: At, scope: Scope, depth: int) -> list[Guard]:
    if depth > 10:
        return []
    match expression:
        case ir.Sequence(items):
            return _all(program, (each.value for each in items), at, scope, depth)
        case ir.Call(function, given, _, types):
            last = spelled_last(function)
            if last in FROM_FUNCTION:
                inside = [given[-1].value] if given else list(types)
                return _all(program, inside, at, scope, depth)
            if last in _CHAINED and isinstance(function, ir.Attribute) and isinstance(function.owner, ir.Call):
                return [
                    *_of(program, function.owner, UNKNOWN, at, scope, depth + 1),
                    *_all(program, (each.value for each in given), at, scope, depth),
                ]
    if isinstance(value, External) and value.arguments is not None and isinstance(expression, (ir.Name, ir.Attribute)):
        last = value.path.removesuffix("()").rpartition(".")[2]
        if last in FROM_FUNCTION or last in _CHAINED:
            return middleware(program, value.arguments, *range(len(value.arguments.positional))[-1:])
    if _only_looks(program, value):
        return []
    made = program.guards_of(expression, value, at)
    return [replace(each, name=name(_short(str(each.name)))) for each in made if not any(word in str(each.name) for word in _NO_GUARDS)]


def _only_looks(program: Program, value: Value) -> bool:
    """Whether a middleware of the repository keeps who sends a request for what comes after it, and its file speaks of nobody that is refused."""
    cls = value.cls if isinstance(value, Instance) else value
    path = cls.path if isinstance(cls, ClassValue) else ""
    data = program.data(path) if path else b""
    return b"extensions_mut()" in data and b"Transform" in data and _REFUSES.search(data) is None


def _short(path: str) -> str:
    """The last two names of a path: `auth.require_login`."""
    return ".".join(path.split(".")[-2:])


def _all(program: Program, expressions: Iterable[ir.Expression], at: At, scope: Scope, depth: int) -> list[Guard]:
    return [found for each in expressions for found in _of(program, each, program.evaluate(each, scope), at, scope, depth + 1)]


def guard_whole(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`scope.wrap(require_login)`: middleware that holds for the whole of a router, wherever it stands in the chain."""
    if owner.router is not None:
        owner.router.use(middleware(program, arguments))
    return owner


def listed(program: Program, arguments: Arguments) -> Value:
    """`routes![list, get]`: the handlers."""
    return list(arguments.positional)
