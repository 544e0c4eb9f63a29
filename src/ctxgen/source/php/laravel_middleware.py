"""What Laravel's middleware guards: that of routes, of groups (`web`, `api`), and of controllers.

Sources: https://laravel.com/docs/middleware, https://laravel.com/docs/controllers#controller-middleware.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ctxgen.model import At, Guard, GuardKind
from ctxgen.source import ir
from ctxgen.source.guards import guard, guard_kind
from ctxgen.source.php.laravel_state import Middleware, State, class_path, middleware_of, words
from ctxgen.source.php.library import resolver_of
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Value

_KINDS: dict[str, GuardKind | None] = {
    "auth": "authn", "auth.basic": "authn", "auth.basic.once": "authn", "signed": "authn", "password.confirm": "authn", "client": "authn", "verified": "authz", "can": "authz", "role": "authz",
    "permission": "authz", "role_or_permission": "authz", "scope": "authz", "scopes": "authz", "ability": "authz", "abilities": "authz", "throttle": "rate", "guest": None, "auth.session": None,
    "precognitive": "validation", "cache.headers": None, "bindings": None,
}  # fmt: skip
_CLASSES: dict[str, GuardKind | None] = {
    "Authenticate": "authn", "AuthenticateWithBasicAuth": "authn", "ValidateSignature": "authn", "RequirePassword": "authn", "EnsureEmailIsVerified": "authz", "Authorize": "authz", "ThrottleRequests": "rate",
    "ThrottleRequestsWithRedis": "rate", "CheckClientCredentials": "authn", "EnsureClientIsResourceOwner": "authn", "RedirectIfAuthenticated": None, "AuthenticateSession": None, "StartSession": None, "VerifyCsrfToken": None,
    "ValidateCsrfToken": None, "PreventRequestForgery": None, "CreateFreshApiToken": None, "EncryptCookies": None, "EnsureFrontendRequestsAreStateful": None, "SubstituteBindings": None, "ShareErrorsFromSession": None,
    "HandleInertiaRequests": None, "SetCacheHeaders": None, "TrustProxies": None, "TrustHosts": None, "ValidatePostSize": None, "TrimStrings": None,
}  # fmt: skip
_HARMLESS = re.compile(r"(?i:csrf)|^(?:RedirectIf(?!No)|LogoutIf|Add[A-Z]|Set[A-Z]|Share[A-Z]|Log[A-Z])|(?:Menu|Headers?|Locale|Language)$")
"""Names of classes that speak of a guard and are none."""
_STOPS = re.compile(
    rb"\babort(?:_if|_unless)?\s{0,9}\(|\bthrow\b|\bextends\b|\bparent::|\bexit\b|\bdie\b|(?<!@)\breturn\b(?!\s{1,40}\$(?:next|response)\b)"
    rb"|->(?:authenticate|authorize)\w{0,40}\(|\bGate::(?:authorize|allowIf|denyIf)|\bheader\s{0,9}\("
)
"""What a middleware does with a request that it does not like, or may leave to a class that it extends."""
_GUESTS = {"guest", "RedirectIfAuthenticated"}
_POLICY = {"index", "show", "create", "store", "edit", "update", "destroy"}
_USER = re.compile(r"(?i)user")
_AUTHORIZES = re.compile(rb"(?:\$this->authorize(?:ForUser)?|\bGate::(?:authorize|allowIf|denyIf))\s{0,20}\(")


class Limited(NamedTuple):
    """Middleware of a controller, for some of its methods."""

    middleware: Middleware
    only: frozenset[str] | None
    left_out: frozenset[str]

    def holds(self, method: str | None) -> bool:
        return method not in self.left_out if self.only is None else method in self.only


def kind_of(state: State, text: str) -> GuardKind | None:
    """What a middleware guards, by its alias, its class, or the class of its alias."""
    plain, _, parameters = text.partition(":")
    if plain in _KINDS:
        return _KINDS[plain]
    if "optional" in parameters:
        return None  # `auth.api:optional` lets everybody pass
    cls = class_of(state, plain)
    if cls in _CLASSES:
        return _CLASSES[cls]
    if _HARMLESS.search(cls):
        return None
    told = _by_words(cls) or (None if "." in plain else _by_words(plain.replace("-", "_")))
    return None if told in ("authn", "authz") and _lets_all(state.source(state.aliases.get(plain) or plain)) else told


def _lets_all(source: bytes) -> bool:
    """Whether a middleware of the repository hands on every request: it only looks at who it is."""
    return b"$next(" in source and _STOPS.search(source) is None


def class_of(state: State, plain: str) -> str:
    """The name of the class that a middleware is, behind an alias too; an alias that no file explains as words."""
    path = state.aliases.get(plain) or plain
    found = next((part for part in reversed(path.split(".")) if part[:1].isupper()), "")  # `Authenticate.using`
    return found or path.replace(".", "_").replace("-", "_")


def _by_words(text: str) -> GuardKind | None:
    """What a name tells; one that speaks of a user alone (`CheckUserIsActivated`) lets those without pass."""
    known = guard_kind(text)
    return None if known == "authn" and guard_kind(_USER.sub("", text)) is None else known


def unfolded(state: State, middleware: Iterable[Middleware], depth: int = 0) -> Iterator[Middleware]:
    """Middleware with the groups among it as what they hold."""
    for each in middleware:
        if each.text in state.groups and depth < 5:
            yield from unfolded(state, state.groups[each.text], depth + 1)
        else:
            yield each


def shown(text: str) -> str:
    """How a middleware is called: its alias with parameters, or the name of its class."""
    plain, colon, rest = text.partition(":")
    classes = [part for part in plain.split(".") if part[:1].isupper()]
    return f"{classes[-1]}{colon}{rest}" if classes and "." in plain else text


def protection(state: State, middleware: Iterable[Middleware], without: Iterable[Middleware]) -> tuple[list[Guard], At | None]:
    """The guards of a route, and the line that opens it to everybody: to guests, or by taking away what would guard it."""
    guards: list[Guard] = []
    taken = {shown(each.name): each for each in without}
    public: At | None = None
    for each in unfolded(state, middleware):
        if (left_out := taken.get(shown(each.name)) or taken.get(shown(state.aliases.get(each.name, "")))) is not None:
            if kind_of(state, each.text) in ("authn", "authz"):
                public = left_out.at
            continue
        if each.name in _GUESTS or class_of(state, each.name) in _GUESTS:
            public = public or each.at
        elif (made := guard(shown(each.text), each.at, kind_of(state, each.text))) is not None and kind_of(state, each.text) is not None:
            guards.append(made)
    if any(each.kind in ("authn", "authz") for each in guards):
        public = None
    return guards, public


# ---------------------------------------------------------------------------------------------- kernels


def read_kernel(program: Program, state: State, cls: ClassValue) -> None:
    """`$middlewareGroups`, `$middlewareAliases` and `$routeMiddleware` of an HTTP kernel."""
    inside = program.class_scope(cls)
    for field in cls.cls.fields:
        if not isinstance(field.value, ir.Mapping):
            continue
        for key, value in field.value.entries:
            name = key.value if isinstance(key, ir.Literal) else None
            if not isinstance(name, str):
                continue
            known = program.evaluate(value, inside)
            if field.name == "middlewareGroups":
                state.groups.setdefault(name, []).extend(middleware_of(known, value, At(cls.path, value.line)))
            elif field.name in ("middlewareAliases", "routeMiddleware"):
                state.aliases.setdefault(name, class_path(known))


# ---------------------------------------------------------------------------------------------- controllers


def of_controller(program: Program, cls: ClassValue) -> list[Limited]:
    """The middleware that a controller states: in its constructor, in `middleware()`, in attributes."""
    known: dict[ClassValue, list[Limited]] = program.shared.setdefault("laravel.controllers", [{}])[0]
    if cls not in known:
        known[cls] = list(_stated(program, cls))
    return known[cls]


def _stated(program: Program, cls: ClassValue) -> Iterator[Limited]:
    constructed = True
    for each in program.lineage(cls):
        scope = program.class_scope(each)
        for decorator in each.cls.decorators:
            if isinstance(decorator, ir.Call) and _last_name(decorator.function) == "Middleware":
                yield from _limited(program, decorator.arguments, scope, each.path, {})
        for method in each.cls.methods:
            if method.name == "__construct" and constructed:
                body = list(_flat(method.body))
                constructed = any(_is_parent(statement) for statement in body)
                for statement in body:
                    if isinstance(statement, ir.Do):
                        yield from _of_call(program, statement.value, scope, each.path)
            elif method.name == "middleware" and method.static:
                for statement in method.body:
                    if isinstance(statement, ir.Return):
                        yield from _of_list(program, statement.value, scope, each.path)


def _flat(statements: Iterable[ir.Statement], depth: int = 0) -> Iterator[ir.Statement]:
    for statement in statements:
        if isinstance(statement, ir.Branch) and depth < 5:
            for _, arm in statement.arms:
                yield from _flat(arm, depth + 1)
        else:
            yield statement


def _is_parent(statement: ir.Statement) -> bool:
    match statement:
        case ir.Do(ir.Call(ir.Attribute(ir.Name("super"), "__construct"))):
            return True
    return False


def _last_name(expression: ir.Expression) -> str:
    return expression.name.rpartition(".")[2] if isinstance(expression, (ir.Name, ir.Attribute)) else ""


def _of_call(program: Program, expression: ir.Expression, scope: object, path: str) -> Iterator[Limited]:
    """`$this->middleware("auth")->only("index")`, `$this->authorizeResource(Order::class)`."""
    limits: dict[str, tuple[ir.Argument, ...]] = {}
    while isinstance(expression, ir.Call) and isinstance(expression.function, ir.Attribute):
        owner, name = expression.function.owner, expression.function.name
        if isinstance(owner, ir.Name) and owner.name == "self":
            if name == "middleware":
                yield from _limited(program, expression.arguments, scope, path, limits)
            elif name == "authorizeResource":
                yield Limited(Middleware("can", At(path, expression.line)), frozenset(_POLICY), frozenset())
            return
        limits[name] = expression.arguments
        expression = owner


def _of_list(program: Program, expression: ir.Expression, scope: object, path: str) -> Iterator[Limited]:
    """`return ["auth", new Middleware("log", only: ["index"])]`."""
    for item in expression.items if isinstance(expression, ir.Sequence) else ():
        if isinstance(item.value, ir.Call) and _last_name(item.value.function) == "Middleware":
            yield from _limited(program, item.value.arguments, scope, path, {})
        else:
            yield from _limited(program, (ir.Argument(item.value),), scope, path, {})


def _limited(
    program: Program, arguments: tuple[ir.Argument, ...], scope: object, path: str, limits: dict[str, tuple[ir.Argument, ...]]
) -> Iterator[Limited]:
    def value(argument: ir.Argument) -> Value:
        return program.evaluate(argument.value, scope)  # type: ignore[arg-type]

    stated: dict[str, list[str]] = {}
    plain = [argument for argument in arguments if argument.keyword in (None, "middleware")]
    for argument in arguments:
        if argument.keyword in ("only", "except"):
            stated[argument.keyword] = words(value(argument))
    for name, given in limits.items():
        if name in ("only", "except"):
            stated[name] = [word for argument in given for word in words(value(argument))]
    if len(plain) > 1 and isinstance(options := value(plain[1]), dict):  # `$this->middleware("auth", ["except" => […]])`
        stated |= {key: words(options[key]) for key in ("only", "except") if key in options}
    if plain:
        for each in middleware_of(value(plain[0]), plain[0].value, At(path, plain[0].value.line)):
            yield Limited(each, frozenset(stated["only"]) if "only" in stated else None, frozenset(stated.get("except", ())))


def of_method(program: Program, cls: ClassValue, name: str) -> Iterator[Guard]:
    """The guards of an action: its attributes, a request that validates itself, `authorize` in its body."""
    for each in program.lineage(cls):
        method = next((method for method in each.cls.methods if method.name == name), None)
        if method is None:
            continue
        for parameter in method.parameters:
            if isinstance(parameter.type, ir.Name) and parameter.type.name.endswith("Request") and _last_name(parameter.type) != "Request":
                kind = program.evaluate(parameter.type, each.scope)
                if isinstance(kind, ClassValue) and is_form_request(program, kind):
                    made = guard(kind.cls.name, At(each.path, parameter.line), "validation")
                    yield from [made] if made is not None else []
        found = _authorization(program, each.path, method)
        if found is not None:
            yield found
        return


def is_form_request(program: Program, cls: ClassValue) -> bool:
    return any(
        class_path(program.evaluate(base, each.scope)).endswith("FormRequest") for each in program.lineage(cls) for base in each.cls.bases
    )


def _authorization(program: Program, path: str, method: ir.Function) -> Guard | None:
    lines: list[bytes] = program.shared.setdefault(f"laravel.lines.{path}", [])
    if not lines:
        lines += resolver_of(program).sources.data(path).splitlines() or [b""]
    for index in range(method.line - 1, min(method.end, len(lines))):
        if (match := _AUTHORIZES.search(lines[index])) is not None:
            return guard("Gate.authorize" if match[0].startswith(b"Gate") else "authorize", At(path, index + 1), "authz")
    return None
