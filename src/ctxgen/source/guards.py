"""What a middleware, decorator, annotation or dependency guards, by the words of its name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from ctxgen.model import At, Guard, GuardKind
from ctxgen.opaque import name
from ctxgen.source import ir

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_RATE = {"throttle", "throttler", "throttling", "ratelimit", "ratelimiter", "limiter", "ratelimiting", "slowdown", "bruteforce"}
_AUTHZ = {
    "role", "roles", "permission", "permissions", "perm", "perms", "authorize", "authorized", "authorise", "authorization", "acl", "rbac", "abac", "policy", "policies", "admin", "superuser", "staff",
    "scope", "scopes", "can", "ability", "abilities", "owner", "ownership", "privilege", "privileges", "privileged", "casbin", "superadmin", "preauthorize", "postauthorize", "secured", "entitlement", "gate",
}  # fmt: skip
_AUTHN = {
    "auth", "authn", "authenticate", "authenticated", "authentication", "authenticator", "login", "signin", "logged", "loggedin", "jwt", "jwks", "token", "bearer", "session", "passport", "oauth", "oauth2", "oidc",
    "keycloak", "apikey", "user", "principal", "sanctum", "devise", "protect", "protected", "clerk", "auth0", "firebase", "cognito", "credentials", "basicauth", "signature",
    "hmac", "jwtauth", "authed", "requireauth", "loginrequired", "authrequired", "checkauth", "verifytoken", "isauth", "authguard",
}  # fmt: skip
_VALIDATION = {
    "validate",
    "validator",
    "validation",
    "validated",
    "schema",
    "celebrate",
    "joi",
    "zod",
    "yup",
    "dto",
    "pipe",
    "sanitize",
    "checkschema",
    "valid",
}
_NOT = {
    "csrf",
    "xsrf",
    "optional",
    "initialize",
    "initialise",
    "anonymous",
    "logger",
    "logging",
    "log",
    "error",
    "errors",
    "cors",
    "metrics",
    "tracing",
    "cache",
    "compress",
    "handler",
    "static",
    "parser",
    "agent",
    "useragent",
    "field",
    "fields",
    "address",  # `tokenAddress` is of a currency
    "conversion",
    "price",
    "recover",
    "recovery",
}
_HEADERS = {"csrf", "xsrf", "csp", "referrer", "helmet", "cors", "antiforgery", "contentsecurity", "securityheaders"}
"""Protections of browsers, which let everybody in."""
_POLICIES = {
    "featurepolicy",
    "permissionspolicy",
    "permissionpolicy",
    "securitypolicy",
    "originpolicy",
    "resourcepolicy",
    "openerpolicy",
    "embedderpolicy",
}
"""Headers of that kind, by two of their words."""
_CLEANS = {"mongosanitize"}
"""What takes something out of a request, and lets it pass."""
_FLAGS = {"featuregate", "featuregates", "featureflag", "featureflags"}
"""What asks whether something is switched on for all, and not who asks for it."""
_REFUSALS: dict[object, GuardKind] = {401: "authn", 403: "authz", "UNAUTHORIZED": "authn", "FORBIDDEN": "authz"}
_REFUSING = re.compile(r"(un_?authori[sz]ed|un_?authenticated|not_?authenticated)|(forbidden|access_?denied)", re.IGNORECASE)
_REQUIRES = {
    "require",
    "required",
    "requires",
    "is",
    "ensure",
    "check",
    "verify",
    "must",
    "need",
    "needs",
    "only",
    "has",
    "current",
    "guard",
    "with",
    "valid",
    "authenticated",
    "restrict",
}


_WEAK = {"user", "session", "passport", "signin", "logged"}
"""Words that tell a guard only beside one that requires something: `sign_in_for_demo` signs somebody in."""

_REFUSE = {"reject", "rejects", "deny", "denies", "refuse", "block", "forbid", "disallow"}
_UNKNOWN_PEOPLE = {"anonymous", "unauthenticated", "unauthorized", "unauthorised", "guest", "guests", "visitors"}

_ATTACHES = {"set", "attach", "populate", "refresh", "load"}
"""Verbs of what makes a user known to what follows (`session.SetUser`, `token.Refresh`) and lets everybody pass."""


def attaches(spelled: str) -> bool:
    """Whether a name tells something that only makes a user known: its last part begins with such a verb and names no guard."""
    words = [word.lower() for word in _WORDS.findall(spelled[-120:].rpartition(".")[2])]
    return bool(words) and words[0] in _ATTACHES and _REQUIRES.isdisjoint(words) and "and" not in words


_SWITCHES = {"enabled", "disabled", "setup"}
"""Last words of what asks whether something is turned on or set up, which is so for everybody: `requireOAuthEnabled`, `adminSetup`."""


def of_browsers(spelled: str) -> bool:
    """Whether a name tells a protection of browsers, which refuses other sites whoever asks: `CorsFilter`."""
    return not _HEADERS.isdisjoint(word.lower() for word in _WORDS.findall(spelled[-120:]))


_ISSUES = {"login", "signin", "sign", "token", "session", "issue"}
"""First words of what answers by itself with what it is given: `login(users.find)`."""


def answers(spelled: str) -> bool:
    """Whether a name tells something that answers a request with what it is given, not what stands before it."""
    words = [word.lower() for word in _WORDS.findall(spelled[-120:].rpartition(".")[2])]
    return bool(words) and words[0] in _ISSUES and _REQUIRES.isdisjoint(words)


_OPTIONAL = {"optional", "optionally", "maybe", "loose", "loosely", "lenient", "ifexists", "ifpresent", "ifprovided", "ifavailable"}
"""Words, and pairs of them, of what looks at credentials that may be missing: `decodeTokenIfExists`, `jwtLoose`."""


def optional(spelled: str) -> bool:
    """Whether a name says that everybody gets in: `auth.optional`."""
    words = [word.lower() for word in _WORDS.findall(spelled[-120:])]
    return not _OPTIONAL.isdisjoint(words) or not _OPTIONAL.isdisjoint(a + b for a, b in itertools.pairwise(words))


_WAIVING = {"optional": True, "required": False, "credentialsRequired": False, "credentials_required": False}
"""Options with which a guard lets those pass who bring no credentials."""


def waived(expression: ir.Expression | None) -> bool:
    """Whether a guard is made to let everybody in who brings nothing: `jwt_required(optional=True)`, `expressjwt({ credentialsRequired: false })`.

    Sources: https://flask-jwt-extended.readthedocs.io/en/stable/optional_endpoints.html, https://flask-httpauth.readthedocs.io/en/latest/#optional-authentication,
    https://github.com/auth0/express-jwt#usage
    """
    given: list[tuple[object, ir.Expression]] = []
    for argument in expression.arguments if isinstance(expression, ir.Call) else ():
        given.append((argument.keyword, argument.value))
        for key, value in argument.value.entries if isinstance(argument.value, ir.Mapping) else ():
            given.append((key.value if isinstance(key, ir.Literal) else getattr(key, "name", None), value))
    return any(
        isinstance(value, ir.Literal) and isinstance(value.value, bool) and _WAIVING.get(str(key)) is value.value for key, value in given
    )


@lru_cache(maxsize=8192)
def guard_kind(spelled: str) -> GuardKind | None:
    """The kind of guard that a name tells: `requireAdmin` authz, `auth.required` authn, `rateLimit` rate; None for a name that tells none."""
    # the middleware that an object is, as Go spells it: `authenticator.Handler`
    words = [word.lower() for word in _WORDS.findall(spelled[-120:].removesuffix(".Handler"))]
    if words and words[-1] in _SWITCHES:
        return None
    known, joined = set(words), {a + b for a, b in itertools.pairwise(words)}
    if (known | joined) & _HEADERS or joined & (_POLICIES | _CLEANS | _FLAGS):
        return None
    if known & _RATE or joined & _RATE:
        return "rate"
    if optional(spelled) or attaches(spelled):
        return None
    if "authorizationheader" in joined:  # HTTP's header of that name says who somebody is
        return "authn"
    if known & _AUTHZ or joined & {"superuser", "superadmin"}:
        return "authz"
    if known & _REFUSE and known & _UNKNOWN_PEOPLE:  # `reject_anonymous_users`
        return "authn"
    authn = (known | joined) & _AUTHN
    checked = authn <= {"session", "passport"} and known & {"validate", "validates"}
    if authn and not known & _NOT and (not authn <= _WEAK or known & _REQUIRES or checked):
        return "authn"
    # `response_schema` says what is answered
    return "validation" if (known | joined) & _VALIDATION and "response" not in known else None


_AROUND = {"Depends", "Security", "method_decorator"}
"""Functions of frameworks that only pass on what guards."""


_SELVES = ("self", "crate", "super", "exports", "module.exports")
"""What names lead to the object or module that they stand in."""


def spelled(expression: ir.Expression | None) -> str:
    """How an expression is named in the code: `auth.required`, `passport.authenticate`; `""` for what has no name."""
    match expression:
        case ir.Call(ir.Name(around) | ir.Attribute(_, around), (first, *_)) if around in _AROUND:
            return spelled(first.value)
        case ir.Name(name):
            return name
        case ir.Attribute(owner, name):
            if isinstance(owner, ir.Call) and owner.function in (ir.Name("require", owner.line), ir.Name("import", owner.line)):
                return name
            start = spelled(owner)
            return f"{start}.{name}" if start and start not in _SELVES else name
        case ir.Call(function):
            return spelled(function)
        case ir.Item(owner):
            return spelled(owner)
        case ir.Unknown(_, (inner,)):
            return spelled(inner)
        case ir.Mapping(_, _, type) if type is not None:  # `Firebase{client}.Middleware`
            return spelled(type)
        case _:
            return ""


def guard(text: str, at: At, kind: GuardKind | None = None) -> Guard | None:
    """The guard of a name, where its name or the caller tells a kind."""
    found = kind or guard_kind(text)
    return Guard(name=name(text), kind=found, at=at) if found and text else None


_ASKED = re.compile(r"[A-Za-z@][\w@.:/*-]{0,60}")
_MOST_ASKED = 4


def asking(text: str, asked: Iterable[str]) -> str:
    """The name of a guard with the policies, roles or permissions that it asks for: `Authorize:admins`; without them where one is no plain word, or they are many."""
    words = list(dict.fromkeys(asked))
    plain = 0 < len(words) <= _MOST_ASKED and all(_ASKED.fullmatch(each) and name(each) == each for each in words)
    return f"{text}:{','.join(words)}" if text and plain else text


_INSIDE = {"get_response", "app"}
"""Where a middleware keeps what it is put around."""
_CLASS = re.compile(r"[A-Z]\w{0,80}[a-z]\w{0,80}")


def own_arms(
    arms: Iterable[tuple[ir.Expression | None, tuple[ir.Statement, ...]]], given: Collection[str]
) -> Iterator[tuple[ir.Statement, ...]]:
    """The arms of a branch that a middleware decides in: what it answers when the handler that it was `given` fails is the handler's refusal in other words."""
    passes = any(condition is None and _passes(body, given) for condition, body in arms)
    return (body for condition, body in arms if not (passes and _caught(condition)))


def _passes(body: Iterable[ir.Statement], given: Collection[str]) -> bool:
    """Whether statements call the handler: `await handler(request)`, `self.get_response(request)`."""
    calls = (each.value for each in body if isinstance(each, (ir.Do, ir.Return, ir.Assign)))
    called = [each.function for each in calls if isinstance(each, ir.Call)]
    return any(each.name in given if isinstance(each, ir.Name) else getattr(each, "name", "") in _INSIDE for each in called)


def _caught(condition: ir.Expression | None) -> bool:
    """Whether the condition of an arm is what an `except` catches: classes by their names."""
    if isinstance(condition, ir.Sequence):
        return bool(condition.items) and all(_caught(item.value) for item in condition.items)
    return condition is not None and _CLASS.fullmatch(getattr(condition, "name", "")) is not None


def refusal(function: ir.Function, most: int = 400, off: Collection[str] = ()) -> GuardKind | None:
    """The kind of guard that a function is by what it does with a request that it does not like: answer 401 or 403, or raise what stands for them.

    What it does where a switch that is `off` were on, it does not do.
    """
    if len(function.parameters) == 4 or re.search("error|exception", function.name, re.IGNORECASE):
        return None  # what handles errors names them all
    work: list[object] = [*function.body]
    found: set[GuardKind] = set()
    said: list[str] = []
    given = {parameter.name for parameter in function.parameters}
    for _ in range(most):
        if not work:
            break
        each = work.pop()
        if isinstance(each, tuple):
            work += each
        elif isinstance(each, ir.Branch):
            each = ir.Branch(tuple(arm for arm in each.arms if not (isinstance(arm[0], ir.Name) and arm[0].name in off)), each.line)
            work += [*own_arms(each.arms, given), *(condition for condition, _ in each.arms if not _caught(condition))]
        elif isinstance(each, ir.Literal):
            if not isinstance(each.value, bool) and (kind := _REFUSALS.get(each.value)) is not None:
                found.add(kind)
        elif isinstance(each, (ir.Name, ir.Attribute)):
            said.append(each.name)
            if told := _REFUSING.search(each.name):
                found.add("authn" if told[1] else "authz")
            work += [each.owner] if isinstance(each, ir.Attribute) else []
        elif isinstance(each, ir.Function):
            given.update(parameter.name for parameter in each.parameters)
            work += each.body
        elif isinstance(each, Struct):
            work += [getattr(each, field) for field in each.__struct_fields__ if field != "line"]
    if "authn" in found:
        return "authn"
    switched = any(map(_SWITCHED.search, said)) and not any(map(_WHO.search, said))
    return "authz" if found and not switched else None


_SWITCHED = re.compile(r"feature|maintenance", re.IGNORECASE)
"""What is off is off for everybody."""
_WHO = re.compile(r"auth|user|role|session|token|permission|admin|owner|jwt|principal|member|account|claim|scope", re.IGNORECASE)
_ANSWERS = {
    "status", "sendStatus", "send", "json", "jsonp", "end", "redirect", "render", "writeHead", "sendFile", "throw", "assert", "body",
}  # fmt: skip
"""What is called or set on a response, or on the context that holds it, by whoever answers."""
_MAY_THROW = re.compile(r"verify|decode|require|ensure|assert|check|auth|valid", re.IGNORECASE)


def lets_all(function: ir.Function, most: int = 400) -> bool:
    """Whether a middleware (`(request, response, next)`, `(context, next)`) goes on whoever asks: it only looks at who it is."""
    names = [each.name for each in function.parameters]
    if len(names) not in (2, 3) or names[-1] != "next":
        return False
    holders, goes_on = set(names[-2:]), False
    work: list[object] = [*function.body]
    for _ in range(most):
        if not work:
            return goes_on
        each = work.pop()
        if isinstance(each, tuple):
            work += each
            continue
        if isinstance(each, ir.Do) and (isinstance(each.value, ir.Name) or _makes(each.value)):
            return False  # thrown
        if isinstance(each, ir.Attribute) and isinstance(each.owner, ir.Name) and each.owner.name in holders and each.name in _ANSWERS:
            return False
        if isinstance(each, ir.Call):
            given = [argument.value for argument in each.arguments]
            goes_on = goes_on or (each.function == ir.Name("next", each.function.line) and not given)
            if any(isinstance(value, ir.Name) and value.name in holders for value in given) or (_named_next(each) and given):
                return False  # somebody else decides
            if _MAY_THROW.search(spelled(each.function).rpartition(".")[2]) and not any(isinstance(value, ir.Function) for value in given):
                return False
        if isinstance(each, ir.Function):
            work += each.body
        elif isinstance(each, Struct):
            work += [getattr(each, field) for field in each.__struct_fields__ if field != "line"]
    return False


def asks_nobody(function: ir.Function, most: int = 400) -> bool:
    """Whether a middleware (`(request, response, next)`) never looks at the request, and answers nothing that refuses somebody (401, 403)."""
    parameters = function.parameters
    if len(parameters) != 3 or parameters[-1].name != "next" or not parameters[0].name.isidentifier() or refusal(function) is not None:
        return False
    request = parameters[0].name
    work: list[object] = [*function.body]
    for _ in range(most):
        if not work:
            return bool(function.body)
        each = work.pop()
        if isinstance(each, tuple):
            work += each
        elif isinstance(each, ir.Name):
            if each.name == request:
                return False
        elif isinstance(each, ir.Choice):
            return False  # its condition is not kept
        elif isinstance(each, Struct):
            work += [getattr(each, field) for field in each.__struct_fields__ if field != "line"]
    return False


def _makes(value: ir.Expression) -> bool:
    """`throw new Refused()`, which is lowered to the call."""
    return isinstance(value, ir.Call) and isinstance(value.function, ir.Name) and value.function.name[:1].isupper()


def _named_next(call: ir.Call) -> bool:
    return isinstance(call.function, ir.Name) and call.function.name == "next"


SHORT = 5
"""Lines of a function that only passes on what it gets."""


def delegate(function: ir.Function) -> ir.Expression | None:
    """What a function without a name only passes its parameters to: `list` of `(request, reply) => list(request, reply, app)`."""
    parameters = [each.name for each in function.parameters]
    if len(parameters) < 2 or function.end - function.line >= SHORT:  # a body that is not short is not lowered for this
        return None
    only = function.body[0] if len(function.body) == 1 else None
    call = only.value if isinstance(only, (ir.Return, ir.Do)) else None
    if not isinstance(call, ir.Call):
        return None
    passed = [each.value.name if isinstance(each.value, ir.Name) else "" for each in call.arguments[:2]]
    return call.function if passed == parameters[:2] and spelled(call.function).partition(".")[0] not in parameters else None
