"""What Spring Security's filter chains and interceptors say of paths: who may enter.

Rules are asked in their order, chains in theirs, as the filters do.  Sources:
https://docs.spring.io/spring-security/reference/servlet/authorization/authorize-http-requests.html,
https://docs.spring.io/spring-security/reference/reactive/authorization/authorize-http-requests.html,
https://docs.spring.io/spring-framework/reference/web/webmvc/mvc-config/interceptors.html
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from msgspec.structs import replace

from ctxgen.model import At, Guard, GuardKind
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.calls import type_name
from ctxgen.source.guards import asking, guard_kind, spelled
from ctxgen.source.jvm import sa_token
from ctxgen.source.jvm.annotations import Annotation, find, marks, names, of_class, simple, strings, texts, value
from ctxgen.source.jvm.controllers import NOTHING, Rules, Verdict, classes, settings
from ctxgen.source.jvm.fields import filled_from, setting_of
from ctxgen.source.jvm.paths import matches
from ctxgen.source.jvm.settings import module_of
from ctxgen.source.jvm.walk import followed
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, Scope

_CHAINS = ("SecurityFilterChain", "SecurityWebFilterChain")
_BUILDERS = ("HttpSecurity", "ServerHttpSecurity", "WebSecurity", "AuthorizeHttpRequestsConfigurer", "AuthorizeExchangeSpec", "AuthorizationManagerRequestMatcherRegistry", "ExpressionInterceptUrlRegistry")  # fmt: skip
_MATCHERS = {
    "requestMatchers",
    "antMatchers",
    "mvcMatchers",
    "pathMatchers",
    "regexMatchers",
    "anyRequest",
    "anyExchange",
    "matchers",
    "requestMatcher",
}
_SCOPES = {"securityMatcher", "securityMatchers", "antMatcher", "mvcMatcher", "requestMatchers"}
_VERDICTS: dict[str, GuardKind | None] = {
    "permitAll": None, "anonymous": None,
    "authenticated": "authn", "fullyAuthenticated": "authn", "rememberMe": "authn",
    "hasRole": "authz", "hasAnyRole": "authz", "hasAuthority": "authz", "hasAnyAuthority": "authz", "hasAllRoles": "authz", "hasAllAuthorities": "authz",
    "hasScope": "authz", "hasAnyScope": "authz", "access": "authz", "denyAll": "authz", "hasIpAddress": "authz", "hasPermission": "authz",
}  # fmt: skip
_ELSEWHERE = {"toStaticResources", "atCommonLocations", "toAnyEndpoint", "to", "toH2Console", "toLinks"}
"""Matchers of static files and management endpoints, which are no routes of the code."""
_CONVERTED = ("toArray", "toTypedArray", "stream", "asList", "toList")
_ASKS_METHODS = ("EnableMethodSecurity", "EnableGlobalMethodSecurity", "EnableReactiveMethodSecurity")
ALL = ("/**",)
_IGNORED, _UNORDERED = -1e9, 1e9
MAX_RULES = 400
"""Of one chain or module; one with more is not followed, since every endpoint asks them all."""


class Rule(NamedTuple):
    """Whoever asks for one of the paths (None: paths that are not known) with the method must be let in by `guard`, which is None for everybody."""

    method: str | None
    patterns: tuple[str | None, ...]
    guard: Guard | None
    at: At


class Chain(NamedTuple):
    """One filter chain: for which paths it is asked, and its rules."""

    order: float
    patterns: tuple[str | None, ...]
    rules: tuple[Rule, ...]
    at: At


def rules(program: Program) -> Rules:
    """What the chains and interceptors of a file's module say of a path; those of the repository's one security configuration where a module has none."""
    if "_security" not in program.__dict__:
        program.__dict__["_security"] = _rules(program)
    found: Rules = program.__dict__["_security"]
    return found


def _rules(program: Program) -> Rules:
    chains: dict[str, list[Chain]] = defaultdict(list)
    intercepted: dict[str, list[Rule]] = defaultdict(list)
    asking: dict[str, list[bool]] = defaultdict(list)
    for cls in classes(program, "class", "object", "interface"):
        off = turned_off(program, cls.path, of_class(program, cls)) if cls.cls.decorators else False
        if cls.cls.decorators and find(of_class(program, cls), *_ASKS_METHODS) is not None:
            asking[module_of(cls.path)].append(not off)
        if off:
            continue
        for each in _chains(program, cls):
            chains[module_of(cls.path)].append(each)
        for each in _shiro(program, cls):
            chains[module_of(cls.path)].append(each)
        for patterns, guard, at in sa_token.checks(program, cls, lambda call, scope: _patterns(program, call, scope)[1]):
            intercepted[module_of(cls.path)].append(Rule(None, patterns, guard, at))
        intercepted[module_of(cls.path)] += _interceptors(program, cls)
        del intercepted[module_of(cls.path)][MAX_RULES:]
    for known in chains.values():
        known.sort(key=lambda chain: (chain.order, chain.at))

    def ask(path: str, verb: str, route: str) -> Verdict:
        module = module_of(path)
        verdict = _asked(program, path, _of_module(program, chains, module), verb, route)
        if verdict.guard is None:
            for rule in intercepted.get(module, ()):
                if _matching(program, path, rule.patterns, route):
                    return Verdict(public=rule.at) if rule.guard is None else Verdict(rule.guard)
        return verdict._replace(unasked=module in asking and not any(asking[module]))

    return ask


def turned_off(program: Program, path: str, found: Sequence[Annotation]) -> bool:
    """Whether the settings that hold without a profile say that what has these annotations is not made: `@ConditionalOnProperty`.

    A property that nothing states is left to whoever deploys.
    Source: https://docs.spring.io/spring-boot/api/java/org/springframework/boot/autoconfigure/condition/ConditionalOnProperty.html
    """
    for each in found:
        if each.name not in ("ConditionalOnProperty", "ConditionalOnBooleanProperty"):
            continue
        prefix = next(iter(texts(program, each, "prefix")), "").rstrip(".")
        wanted = value(program, each, "havingValue")
        for key in texts(program, each, "name", "value"):
            stated = [known for known in settings(program).all(path, f"{prefix}.{key}" if prefix else key) if known.when is None]
            said = [known.value for known in stated if not known.value.placeholders()]
            if said and (said[0].word(["false"]) if wanted in (None, "", True) else not said[0].word([str(wanted).lower()])):
                return True
    return False


def _of_module(program: Program, chains: dict[str, list[Chain]], module: str) -> list[Chain]:
    """The chains of a module: its own, those of the one module that it is built with or that is built with it, or the repository's only ones."""
    if module in chains:
        return chains[module]
    known = settings(program)
    related = [each for each in sorted(chains) if known.needs(module, each) or known.needs(each, module)]
    if not related and len(chains) == 1 and not _application(program, module):
        related = list(chains)
    return chains[related[0]] if len(related) == 1 else []


def _application(program: Program, module: str) -> bool:
    """Whether a module is a program of its own: it states its name or port."""
    known, probe = settings(program), f"{module}/src/main" if module else "src/main"
    return any(module_of(each.at.path) == module for key in ("spring.application.name", "server.port") for each in known.all(probe, key))


def _asked(program: Program, path: str, chains: list[Chain], verb: str, route: str) -> Verdict:
    for chain in chains:
        if chain.order != _IGNORED and None not in chain.patterns and not _matching(program, path, chain.patterns, route):
            continue
        opened = closed = False  # by rules whose paths are not known
        for rule in chain.rules:
            if rule.method is not None and verb != rule.method:
                continue
            if _matching(program, path, rule.patterns, route):
                if rule.guard is None:
                    return NOTHING if closed else Verdict(public=rule.at)
                return Verdict(rule.guard, doubtful=opened)
            if None in _expanded(program, path, rule.patterns) and chain.order != _IGNORED:
                opened, closed = opened or rule.guard is None, closed or rule.guard is not None
        if chain.order != _IGNORED:
            return NOTHING
    return NOTHING


def _matching(program: Program, path: str, patterns: tuple[str | None, ...], route: str) -> bool:
    return any(pattern is not None and matches(pattern, route) for pattern in _expanded(program, path, patterns))


def _expanded(program: Program, path: str, patterns: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Patterns with those that a setting lists (`${security.open}`) as the module of a file states them."""
    if not any(pattern is not None and pattern.startswith("${") for pattern in patterns):
        return patterns
    found = list[str | None]()
    for pattern in patterns:
        key = pattern[2:-1].partition(":")[0] if pattern is not None and pattern.startswith("${") else None
        found += [pattern] if key is None else settings(program).routes(path, key) or (None,)
    return tuple(found)


# ---------------------------------------------------------------------------------------------- chains


def _chains(program: Program, cls: ClassValue) -> Iterator[Chain]:
    for method in cls.cls.methods:
        given = [type_name(each.type) for each in method.parameters]
        if type_name(method.returns) not in _CHAINS and not (
            method.name == "configure" and given in (["HttpSecurity"], ["WebSecurity"], ["ServerHttpSecurity"])
        ):
            continue
        found = [*marks(program, method.decorators, cls.scope), *of_class(program, cls)]
        if turned_off(program, cls.path, found):
            continue
        ordered = find(found, "Order")
        order = value(program, ordered, "value") if ordered else None
        number = float(order) if isinstance(order, int | float) else _UNORDERED
        yield _chain(program, method, cls, _IGNORED if given == ["WebSecurity"] else number)
    resource = find(of_class(program, cls), "EnableResourceServer")
    if resource is not None and not any(method.name == "configure" for method in cls.cls.methods):
        # Spring Security OAuth's own default: https://docs.spring.io/spring-security-oauth2-boot/docs/current/reference/htmlsingle/#boot-features-security-oauth2-resource-server
        guard = Guard(name=name("@EnableResourceServer"), kind="authn", at=resource.at)
        yield Chain(_UNORDERED * 2, ALL, (Rule(None, ALL, guard, resource.at),), resource.at)


def _chain(program: Program, method: ir.Function, cls: ClassValue, order: float) -> Chain:
    scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
    for parameter in method.parameters:
        scope.names[parameter.name] = None
    found = list[Rule]()
    limited: tuple[str | None, ...] = ()
    pending: tuple[str | None, tuple[str | None, ...]] | None = None
    deciding = ignoring = collecting = False
    for call, inside in followed(program, method.body, scope, _BUILDERS, known=partial(_listed, program)):
        called, at = simple(call.function), At(inside.module.path, call.line)
        if called in ("authorizeRequests", "authorizeHttpRequests", "authorizeExchange"):
            deciding, collecting = True, False
        elif called == "ignoring":
            ignoring = True
        elif called == "authorize" and deciding:
            found += _authorize(program, call, inside, at)
        elif (
            called in _SCOPES and not deciding and not ignoring and call.arguments and not isinstance(call.arguments[0].value, ir.Function)
        ):
            limited = (*limited, *_patterns(program, call, inside)[1])
        elif called == "requestMatchers" and not deciding and not ignoring:
            collecting = True
        elif called in _MATCHERS and collecting and not deciding:
            limited = (*limited, *_patterns(program, call, inside)[1])
        elif called in _MATCHERS and ignoring:
            verb, patterns = _patterns(program, call, inside)
            found.append(Rule(verb, patterns, None, at))
        elif called in _MATCHERS and deciding:
            pending = (None, ALL) if called in ("anyRequest", "anyExchange") else _patterns(program, call, inside)
        elif called in _VERDICTS and pending is not None:
            kind = _VERDICTS[called]
            found.append(Rule(pending[0], pending[1], _verdict(program, call, inside, at) if kind else None, at))
            pending = None
    if len(found) > MAX_RULES:
        found.clear()
    if order == _IGNORED:
        limited = tuple(pattern for rule in found for pattern in rule.patterns)
        return Chain(order, limited, tuple(found), At(cls.path, method.line))
    return Chain(order, limited or ALL, tuple(found), At(cls.path, method.line))


def _authorize(program: Program, call: ir.Call, scope: Scope, at: At) -> Iterator[Rule]:
    """Kotlin's `authorize("/admin/**", hasRole("ADMIN"))`.  Source: https://docs.spring.io/spring-security/reference/servlet/configuration/kotlin.html"""
    values = [argument.value for argument in call.arguments]
    if not values:
        return
    verdict = simple(values[-1])
    known = verdict in _VERDICTS
    verb, patterns = _patterns(program, replace(call, arguments=call.arguments[:-1] if known else call.arguments), scope)
    if any(simple(each) in ("anyRequest", "anyExchange") for each in values):
        patterns = ALL
    kind = _VERDICTS.get(verdict, "authn")
    made = _verdict(program, values[-1], scope, at) if known else Guard(name=name("authenticated"), kind="authn", at=at)
    yield Rule(verb, patterns, made if kind else None, at)


def _verdict(program: Program, verdict: ir.Expression, scope: Scope, at: At) -> Guard:
    """What a rule asks for: `hasRole("ADMIN")`."""
    called = simple(verdict)
    asked = verdict.arguments if isinstance(verdict, ir.Call) and called.startswith("has") else ()
    given = strings([program.evaluate(each.value, scope) for each in asked])
    return Guard(name=name(asking(called, given)), kind=_VERDICTS[called] or "authn", at=at)


def _patterns(program: Program, call: ir.Call, scope: Scope) -> tuple[str | None, tuple[str | None, ...]]:
    """The method and patterns that the arguments of a matcher state; None for a pattern that is not known."""
    verb: str | None = None
    patterns = list[str | None]()
    for argument in call.arguments:
        expression = argument.value
        if isinstance(expression, ir.Literal) and expression.value is None:
            continue
        called = simple(expression)
        if isinstance(expression, ir.Attribute | ir.Name) and called in (
            "GET",
            "POST",
            "PUT",
            "PATCH",
            "DELETE",
            "HEAD",
            "OPTIONS",
            "TRACE",
        ):
            verb = called
        elif isinstance(expression, ir.Call) and called in _ELSEWHERE:
            patterns.append("/actuator-and-static")
        elif isinstance(expression, ir.Call) and called not in ("of", "arrayOf", "listOf", "toArray", "toTypedArray", "asList", "concat"):
            inner = _patterns(program, expression, scope)
            verb = inner[0] or verb
            patterns += inner[1] or (None,)
        else:
            listed = _listed(program, expression, scope) or program.evaluate(expression, scope)
            told = [text if text.startswith("${") else settings(program).filled(scope.module.path, text) for text in strings(listed)]
            patterns += told or [None]
    if not patterns:
        patterns = list(ALL) if verb else [None]
    return verb, tuple(
        None if each is None or "{part}" in each else each if each.startswith(("/", "${")) else f"/{each}" for each in patterns
    )


def _listed(program: Program, expression: ir.Expression, scope: Scope) -> str | None:
    """`${security.open}` for a list that settings state: a getter of their class, or a field with `@Value`."""
    while isinstance(expression, ir.Call) and isinstance(expression.function, ir.Attribute) and expression.function.name in _CONVERTED:
        expression = expression.function.owner
    if (key := setting_of(program, expression, scope)) is not None:
        return f"${{{key}}}"
    called = simple(expression) if isinstance(expression, ir.Name | ir.Attribute) else ""
    stated = filled_from(program, scope.owner).get(called, "") if called and scope.owner is not None else ""
    return stated if stated.startswith("${") and stated.endswith("}") else None


def _shiro(program: Program, cls: ClassValue) -> Iterator[Chain]:
    """Apache Shiro's chain: `definitions.put("/login", "anon")`, `chain.addPathDefinition("/**", "authc, roles[admin]")`.

    Source: https://shiro.apache.org/spring-boot.html
    """
    for method in cls.cls.methods:
        if type_name(method.returns) not in ("ShiroFilterFactoryBean", "ShiroFilterChainDefinition"):
            continue
        scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
        found = list[Rule]()
        for call, inside in followed(program, method.body, scope, known=partial(_listed, program)):
            if simple(call.function) not in ("put", "addPathDefinition") or len(call.arguments) != 2:
                continue
            _, patterns = _patterns(program, replace(call, arguments=call.arguments[:1]), inside)
            filters = next(iter(strings(program.evaluate(call.arguments[1].value, inside))), "")
            if not filters or not all(pattern is None or pattern.startswith(("/", "${")) for pattern in patterns):
                continue
            at = At(inside.module.path, call.line)
            found.append(Rule(None, patterns, _filtered(filters, at), at))
        if 0 < len(found) <= MAX_RULES:
            yield Chain(_UNORDERED, ALL, tuple(found), At(cls.path, method.line))


_ASKED = re.compile(r"\[[^\[\]]*+\]")
_ASKED_OF = re.compile(r"(?<!\w)(\w++)\[([^\[\]]*+)\]")
_BESIDE = {"csrf", "captcha", "xss", "cors", "kickout"}
"""Words of filters that ask for no user."""


def _filtered(filters: str, at: At) -> Guard | None:
    """The guard in a chain of filters (`user, kickout, perms[order:read]`), all of which a request passes; None where it is open to everybody."""
    stated = _ASKED.sub("", filters)
    called = [each for each in re.split(r"[,\s]+", stated) if each and not any(word in each.lower() for word in _BESIDE)]
    if not called or "anon" in called or called == ["logout"]:
        return None
    shown = next((each for each in called if each in ("roles", "perms", "rest")), None)
    if shown is not None:
        asked = next((match[2] for match in _ASKED_OF.finditer(filters) if match[1] == shown), "")
        return Guard(name=name(asking(shown, [each.strip() for each in asked.split(",") if each.strip()])), kind="authz", at=at)
    shown = next(
        (each for each in called if each.startswith("authc") or each == "user" or guard_kind(each) in ("authn", "authz")), called[-1]
    )
    return Guard(name=name(shown), kind="authn", at=at)


# ---------------------------------------------------------------------------------------------- interceptors


def _interceptors(program: Program, cls: ClassValue) -> Iterator[Rule]:
    """`registry.addInterceptor(authInterceptor).addPathPatterns("/api/**").excludePathPatterns("/api/login")`, where its name says that it guards."""
    for method in cls.cls.methods:
        if method.name != "addInterceptors":
            continue
        scope = Scope(cls.scope.module, program.class_scope(cls), owner=cls)
        for parameter in method.parameters:
            scope.names[parameter.name] = None
        guard: Guard | None = None
        included: tuple[str | None, ...] = ()
        excluded: tuple[str | None, ...] = ()
        for call, inside in followed(program, method.body, scope, ("InterceptorRegistry",)):
            called = simple(call.function)
            if called == "addInterceptor" and call.arguments:
                yield from _intercepted(guard, included, excluded)
                shown = _subject(call.arguments[0].value)
                kind = guard_kind(shown)
                if shown.startswith("Sa") and (check := sa_token.plain_check(call.arguments[0].value)) is not None:
                    shown, kind = spelled(check.function), sa_token.kind_of(simple(check.function))
                guard = Guard(name=name(shown), kind=kind, at=At(cls.path, call.line)) if kind in ("authn", "authz") else None
                included = excluded = ()
            elif called == "addPathPatterns":
                included = (*included, *_patterns(program, call, inside)[1])
            elif called == "excludePathPatterns":
                excluded = (*excluded, *_patterns(program, call, inside)[1])
        yield from _intercepted(guard, included, excluded)


def _intercepted(guard: Guard | None, included: tuple[str | None, ...], excluded: tuple[str | None, ...]) -> Iterator[Rule]:
    if guard is not None:
        if excluded:
            yield Rule(None, excluded, None, guard.at)
        yield Rule(None, included or ALL, guard, guard.at)


def _subject(expression: ir.Expression) -> str:
    """The name of what is given: `new AuthInterceptor(…)`, `authInterceptor`, `authInterceptor()`."""
    return next(iter(names(expression)), "")
