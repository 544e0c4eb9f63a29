"""Django: URL configurations from the project's root down, views of functions and classes, and Channels' consumers.

Sources: https://docs.djangoproject.com/en/stable/ref/urls/, https://docs.djangoproject.com/en/stable/ref/class-based-views/,
https://channels.readthedocs.io/en/stable/topics/routing.html.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import At, ConfigKey, Guard
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard
from ctxgen.source.program import Hook, Program
from ctxgen.source.python import rest_views
from ctxgen.source.python.django_login import login
from ctxgen.source.python.django_views import function_methods, library_methods, view_methods
from ctxgen.source.python.resolve import PythonResolver
from ctxgen.source.python.urlconf import Included, Url, by_path, from_regex
from ctxgen.source.python.views import class_guards, decorators, external_view, unwrapped
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Decorator, External, FunctionValue, Method, ModuleValue, Object, Value

_MAX_DEPTH = 12
_MAX_URLS = 20_000
_INCLUDED: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "django.contrib.auth.urls": (
        ("login/", "LoginView", ("GET", "POST")),
        ("logout/", "LogoutView", ("POST",)),
        ("password_change/", "PasswordChangeView", ("GET", "POST")),
        ("password_change/done/", "PasswordChangeDoneView", ("GET",)),
        ("password_reset/", "PasswordResetView", ("GET", "POST")),
        ("password_reset/done/", "PasswordResetDoneView", ("GET",)),
        ("reset/<uidb64>/<token>/", "PasswordResetConfirmView", ("GET", "POST")),
        ("reset/done/", "PasswordResetCompleteView", ("GET",)),
    ),
    "rest_framework.urls": (("login/", "LoginView", ("GET", "POST")), ("logout/", "LogoutView", ("POST",))),
    "django.conf.urls.i18n": (("setlang/", "set_language", ("POST",)),),
}
"""What the URL configurations of libraries hold that are included most."""


# ---------------------------------------------------------------------------------------------- while it is followed


def _path(*, regex: bool) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`path("orders/<int:id>/", orders.detail, name="order")`."""
        route = arguments.get(0, "route", "regex", default=UNKNOWN)
        at = program.route_at(arguments)
        if not isinstance(route, str) and isinstance(arguments.get(1, "view"), Included):
            route = ""  # a prefix that the environment may set
        if not isinstance(route, str):
            program.note(at, "path-unknown", "a route whose path could not be followed is left out")
            return UNKNOWN
        view, expression = arguments.get(1, "view", default=UNKNOWN), arguments.expression(1, "view")
        if view is UNKNOWN and program.unknown_loops:  # one entry of a registry that only running code fills
            program.note(at, "path-unknown", "routes of a registry that running code fills are left out")
            return UNKNOWN
        return Url(from_regex(route) if regex else route, view, expression, arguments.scope, at)

    return make


def _include(program: Program, arguments: Arguments) -> Value:
    """`include("shop.urls")`, `include((patterns, "shop"))`, `include(router.urls)`."""
    what = arguments.get(0, "arg", default=UNKNOWN)
    if isinstance(what, Included):  # `include(api.urls)`
        return what
    if isinstance(what, list) and what and not isinstance(what[0], Url) and isinstance(what[0], (list, str, ModuleValue, Method)):
        what = what[0]
    return Included(what, arguments.scope.module.path)


def _prefixed(program: Program, arguments: Arguments) -> Value:
    """`i18n_patterns(path(…), …)`: below a language's code unless the default language has none."""
    prefix = "" if arguments.get("prefix_default_language") is False else "{language}/"
    return [each._replace(pattern=prefix + each.pattern) for each in arguments.positional if isinstance(each, Url)]


def _nothing(program: Program, arguments: Arguments) -> Value:
    return []


def _first(program: Program, arguments: Arguments) -> Value:
    return arguments.get(0, default=UNKNOWN)


def _import_string(program: Program, arguments: Arguments) -> Value:
    """`import_string("shop.views.Orders")`."""
    named = arguments.get(0, "dotted_path")
    return by_path(program, named, arguments) if isinstance(named, str) else UNKNOWN


def _methods(*fixed: str) -> Hook:
    def allow(program: Program, arguments: Arguments) -> Value:
        """`@require_POST`."""
        function = arguments.get(0)
        if isinstance(function, FunctionValue):
            function.attributes.setdefault("methods", list(fixed))
        return function

    return allow


def _require(program: Program, arguments: Arguments) -> Value:
    """`@require_http_methods(["GET", "POST"])`."""
    stated = plain(arguments.get(0, "request_method_list"))

    def allow(waiting: Arguments) -> Value:
        function = waiting.get(0)
        if isinstance(function, FunctionValue) and stated:
            function.attributes.setdefault("methods", stated)
        return function

    return Decorator(allow)


def _websockets(program: Program, arguments: Arguments) -> Value:
    """`URLRouter(websocket_urlpatterns)`: consumers."""
    site = _site(program)
    for url in _urls(program, arguments.get(0), "", 0):
        name = program.handler_name(_consumer(url), None)
        if site is not None:
            program.add_route(site, ["WS"], ["/" + url.pattern.lstrip("/")], url.at, name, kind="ws")
    return UNKNOWN


def _consumer(url: Url) -> Value:
    match url.expression:
        case ir.Call(ir.Attribute(owner, "as_asgi")):
            return program_value(url, owner)
    return url.target


def program_value(url: Url, owner: ir.Expression) -> Value:
    """The class that a name stands for where a pattern was written."""
    known = url.scope.holder(owner.name) if isinstance(owner, ir.Name) else None
    value = known.names.get(owner.name) if known is not None and isinstance(owner, ir.Name) else None
    return value if isinstance(value, ClassValue) else owner.name if isinstance(owner, (ir.Name, ir.Attribute)) else UNKNOWN


# ---------------------------------------------------------------------------------------------- when all was followed


def finish(program: Program) -> None:
    """Put the endpoints of every project's root URL configuration on a router."""
    site = _site(program)
    if site is None:
        return
    for module in _roots(program):
        for url in _urls(program, module.scope.names.get("urlpatterns"), "", 0):
            _add(program, site, url)


def _site(program: Program) -> Object | None:
    framework = program.vocabulary.frameworks.get("django")
    if framework is None:
        return None
    if "django" not in program.kept:
        program.kept["django"] = program.new_object(framework.types["site"], At("", 1))
    known: Object = program.kept["django"]
    return known


def _roots(program: Program) -> list[ModuleValue]:
    """The modules that settings name as `ROOT_URLCONF`; where none does, those that no other includes."""
    modules = [each for each in program.modules.values() if each is not None and isinstance(each.scope.names.get("urlpatterns"), list)]
    resolver = program.resolver
    stated: dict[str, None] = {}
    if isinstance(resolver, PythonResolver):
        for fact in resolver.facts.of(ConfigKey):
            if fact.key in ("ROOT_URLCONF", "PUBLIC_SCHEMA_URLCONF") and (named := fact.value.identifier()) is not None:
                stated |= dict.fromkeys(resolver.module(fact.at.path, named))
    found = [module for path in stated if (module := program.run(path)) is not None]
    if found:
        return [module for module in found if "urlpatterns" in module.scope.names]
    included = {id(patterns) for module in modules for patterns in _included(program, module.scope.names["urlpatterns"], 0)}
    return [module for module in modules if id(module.scope.names["urlpatterns"]) not in included]


_OF_DEVELOPERS = {"debug_toolbar", "django_browser_reload", "silk", "schema_viewer", "hijack"}
"""Libraries whose pages only developers see."""


def _included(program: Program, patterns: Value, depth: int) -> Iterator[Value]:
    for url in patterns if isinstance(patterns, list) and depth < _MAX_DEPTH else ():
        if isinstance(url, Url) and isinstance(url.target, Included):
            inner = _patterns(program, url.target)
            yield inner
            yield from _included(program, inner, depth + 1)


def _patterns(program: Program, included: Included) -> Value:
    """The list that an include leads to."""
    what = included.what
    if callable(what):  # known when everything was followed
        what = what(program)
    if isinstance(what, str):
        files = program.resolver.module(included.path, what)
        what = program.run(files[0]) if files else External(what)
    if isinstance(what, ModuleValue):
        return program.attribute(what, "urlpatterns", 1, what.scope)
    return what


def _urls(program: Program, patterns: Value, prefix: str, depth: int) -> Iterator[Url]:
    """The leaves of a list of patterns, with whole patterns."""
    if depth > _MAX_DEPTH or not isinstance(patterns, list):
        return
    for url in patterns:
        if isinstance(url, list):
            yield from _urls(program, url, prefix, depth + 1)
        if not isinstance(url, Url):
            continue
        whole = f"{prefix}{url.pattern}"[:500]
        if isinstance(url.target, Included):
            inner = _patterns(program, url.target)
            if isinstance(inner, External):
                yield from _of_library(inner.path, whole, url)
            yield from _urls(program, inner, whole, depth + 1)
        elif isinstance(url.target, list):
            yield from _urls(program, url.target, whole, depth + 1)
        else:
            yield url._replace(pattern=whole)


def _of_library(path: str, prefix: str, url: Url) -> Iterator[Url]:
    """The routes of a library that are known; of another one that whatever lies below its prefix answers."""
    if path not in _INCLUDED and path.partition(".")[0] not in _OF_DEVELOPERS and not set("{}") & set(path):
        yield url._replace(pattern=prefix, target=UNKNOWN, expression=None, methods=("ANY",), handler=path.replace("()", ""))
    for pattern, handler, methods in _INCLUDED.get(path, ()):
        yield url._replace(pattern=prefix + pattern, target=UNKNOWN, expression=None, methods=methods, handler=handler)


def _add(program: Program, site: Object, url: Url) -> None:
    """The endpoints of one pattern."""
    path = "/" + url.pattern.lstrip("/")
    if url.methods:
        _put(program, site, url.methods, path, url, url.handler, url.guards, url.public)
        return
    if isinstance(url.target, (External, Method)) and _text(url.target).endswith("site.urls"):
        admin = guard("admin.site", url.at, "authz")
        _put(program, site, ("ANY",), path, url, "admin.site", (admin,) if admin else (), None)
        return
    value, guards = unwrapped(program, url.expression, url.target, url.scope, url.at)
    guards = [*url.guards, *guards]
    if isinstance(value, ClassValue):
        rest, marks = rest_views.is_rest(program, value), value.cls.decorators
        for methods, handler, own, public in _of_class(program, value, url):
            asked = _asked(program, path, handler, marks, (*guards, *own), rest=rest)
            _put(program, site, methods, path, url, handler, asked, public)
    elif isinstance(value, FunctionValue):
        program.answers(value)
        own = list(decorators(program, value.function.decorators, value.scope))
        opened: At | None = None
        if value.attributes.get("rest"):
            more, opened = rest_views.function_access(program, value)
            own += more
        methods = function_methods(program, value)
        rest = bool(value.attributes.get("rest"))
        asked = _asked(program, path, value.name, value.function.decorators, (*guards, *own), rest=rest)
        _put(program, site, methods, path, url, value.name, asked, opened)
    else:
        named = external_view(url.expression, value)
        shown = program.handler_name(value, url.expression)
        if named is None and shown is None:
            return
        methods = library_methods(named) if named is not None else ("ANY",)
        _put(program, site, methods, path, url, (named or "").rpartition(".")[2] or shown, tuple(guards), None)


def _asked(
    program: Program, path: str, handler: str | None, marks: tuple[ir.Expression, ...], guards: tuple[Guard, ...], *, rest: bool
) -> tuple[Guard, ...]:
    """The guards of a view, with the middleware that asks everybody where the view does not ask itself."""
    everybody = login(program)
    if everybody is None or any(each.kind in ("authn", "authz") for each in guards):
        return guards
    return (*guards, everybody.guard) if everybody.asks(path, handler, marks, rest=rest) else guards


def _text(value: External | Method) -> str:
    return value.path if isinstance(value, External) else value.name


def _of_class(program: Program, cls: ClassValue, url: Url) -> Iterator[tuple[tuple[str, ...], str, list[Guard], At | None]]:
    """(methods, handler, guards, line that opens it) of a class-based view."""
    actions = _actions(url.expression)
    rest = rest_views.is_rest(program, cls)
    if actions:
        for verb, action in actions.items():
            guards, public = rest_views.access(program, cls, verb.upper(), action)
            yield (verb.upper(),), f"{cls.cls.name}.{action}", guards, public
        return
    for verb in view_methods(program, cls):
        own = class_guards(program, cls, verb)
        public = None
        if rest:
            more, public = rest_views.access(program, cls, verb, verb.lower())
            own += more
        yield (verb,), cls.cls.name if verb == "ANY" else f"{cls.cls.name}.{verb.lower()}", own, public


def _actions(expression: ir.Expression | None) -> dict[str, str]:
    """`OrderViewSet.as_view({"get": "list", "post": "create"})`."""
    match expression:
        case ir.Call(ir.Attribute(_, "as_view"), arguments):
            for argument in arguments:
                if isinstance(argument.value, ir.Mapping) and argument.keyword in (None, "actions"):
                    return {
                        str(key.value): str(value.value)
                        for key, value in argument.value.entries
                        if isinstance(key, ir.Literal) and isinstance(value, ir.Literal)
                    }
    return {}


def _put(
    program: Program,
    site: Object,
    methods: tuple[str, ...],
    path: str,
    url: Url,
    handler: str | None,
    guards: tuple[Guard, ...],
    public: At | None,
) -> None:
    program.add_route(site, methods, [path], url.at, handler, guards, public=public, absolute=True)


HOOKS: dict[str, Hook] = {
    **{f"django.{module}.path()": _path(regex=False) for module in ("urls", "urls.conf")},
    **{f"django.{module}.re_path()": _path(regex=True) for module in ("urls", "urls.conf")},
    "django.conf.urls.url()": _path(regex=True),
    **{f"django.{module}.include()": _include for module in ("urls", "urls.conf", "conf.urls")},
    "django.conf.urls.i18n.i18n_patterns()": _prefixed,
    "django.conf.urls.static.static()": _nothing,
    "django.contrib.staticfiles.urls.staticfiles_urlpatterns()": _nothing,
    "rest_framework.urlpatterns.format_suffix_patterns()": _first,
    **{f"django.utils.translation.{name}()": _first for name in ("gettext_lazy", "gettext", "ugettext_lazy", "pgettext_lazy")},
    "django.utils.module_loading.import_string()": _import_string,
    "django.views.decorators.http.require_http_methods()": _require,
    "django.views.decorators.http.require_GET()": _methods("GET"),
    "django.views.decorators.http.require_POST()": _methods("POST"),
    "django.views.decorators.http.require_safe()": _methods("GET"),
    "channels.routing.URLRouter()": _websockets,
}
