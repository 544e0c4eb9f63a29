"""Django REST framework: routers, viewsets with the actions that they implement, and extra actions.

Sources: https://www.django-rest-framework.org/api-guide/routers/, https://www.django-rest-framework.org/api-guide/viewsets/,
https://github.com/alanjds/drf-nested-routers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import spelled
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.rest_routers import ACTIONS, Action, router_actions
from ctxgen.source.python.rest_views import access, defaults
from ctxgen.source.python.urlconf import Url, from_regex
from ctxgen.source.python.views import bases, class_guards, decorators, field, method
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Decorator, External, FunctionValue, Object, Value

_MIXINS: dict[str, tuple[str, ...]] = {
    "ModelViewSet": tuple(ACTIONS), "ReadOnlyModelViewSet": ("list", "retrieve"), "CreateModelMixin": ("create",), "ListModelMixin": ("list",),
    "RetrieveModelMixin": ("retrieve",), "UpdateModelMixin": ("update", "partial_update"), "DestroyModelMixin": ("destroy",),
    "CreateAPIView": ("create",), "ListAPIView": ("list",), "RetrieveAPIView": ("retrieve",), "DestroyAPIView": ("destroy",), "UpdateAPIView": ("update", "partial_update"),
}  # fmt: skip


def _register(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`router.register("orders", OrderViewSet)`."""
    prefix, viewset = arguments.get(0, "prefix"), arguments.get(1, "viewset")
    owner.fields.setdefault("place", (program.route_at(arguments), arguments.scope))
    if not isinstance(prefix, str) or not isinstance(viewset, ClassValue):
        return UNKNOWN
    program.defined(viewset)
    urls: list[Value] = owner.fields.setdefault("patterns", [])
    slash = "" if owner.fields.get("slash") is False else "/"
    start = owner.fields.get("above", "") + from_regex(prefix)
    urls += _of_viewset(program, viewset, start, slash, arguments, router_actions(program, owner))
    owner.fields.setdefault("registered", {})[prefix] = start + "/{%s}/"
    # rest_framework_extensions: `router.register(…).register(…)` goes below
    return UNKNOWN


def _of_viewset(
    program: Program, cls: ClassValue, start: str, slash: str, arguments: Arguments, actions: Mapping[str, Action]
) -> Iterator[Url]:
    at, scope = program.route_at(arguments), arguments.scope
    names = plain(field(program, cls, "lookup_url_kwarg")) + plain(field(program, cls, "lookup_field"))
    one = f"{start}/{{{names[0] if names else 'pk'}}}".lstrip("/")
    stated = {each.upper() for each in plain(field(program, cls, "http_method_names"))}

    def url(path: str, verb: str, name: str, permissions: ir.Expression | None = None) -> Iterator[Url]:
        if stated and verb not in stated:
            return
        guards, public = access(program, cls, verb, name, permissions)
        function = method(program, cls, name)
        marks = [] if function is None else list(decorators(program, function.function.decorators, function.scope))
        whole = path + slash if path else ""
        own = (*class_guards(program, cls), *marks, *guards)
        yield Url(whole, UNKNOWN, None, scope, at, (verb,), own, public, f"{cls.cls.name}.{name}")

    for action in _implemented(program, cls, actions):
        verb, single = actions[action]
        yield from url(one if single else start, verb, action)
    for name, detail, path, verbs, permissions in _extra(program, cls):
        for verb, handler in verbs:
            yield from url(f"{one if detail else start}/{path}".lstrip("/"), verb, handler or name, permissions)


def _implemented(program: Program, cls: ClassValue, actions: Mapping[str, Action]) -> list[str]:
    own = {each.name for known in program.lineage(cls) for each in known.cls.methods}
    for base in bases(program, cls):
        own |= set(_MIXINS.get(base.rpartition(".")[2], ()))
    return [action for action in actions if action in own]


_Extra = tuple[str, bool, str, list[tuple[str, str]], ir.Expression | None]


def _extra(program: Program, cls: ClassValue) -> Iterator[_Extra]:
    """Methods with `@action`: (name, of one object, path, (method, handler)…, permissions)."""
    seen: set[str] = set()
    for each in program.lineage(cls):
        for function in each.cls.methods:
            for mark in function.decorators:
                kind = spelled(mark).rpartition(".")[2]
                if kind not in ("action", "list_route", "detail_route") or not isinstance(mark, ir.Call) or function.name in seen:
                    continue
                seen.add(function.name)
                scope = program.class_scope(each)
                given = {argument.keyword: argument.value for argument in mark.arguments if argument.keyword is not None}
                values = {key: program.evaluate(value, scope) for key, value in given.items()}
                detail = kind == "detail_route" or values.get("detail") is True
                path = values.get("url_path")
                verbs = [(verb.upper(), "") for verb in plain(values.get("methods")) or ["get"]]
                verbs += _mapped(each, function.name)
                shown = from_regex(path) if isinstance(path, str) else function.name
                yield function.name, detail, shown, verbs, given.get("permission_classes")


def _mapped(cls: ClassValue, action: str) -> Iterator[tuple[str, str]]:
    """`@archive.mapping.delete`: another method of an action, with a function of its own."""
    for function in cls.cls.methods:
        for mark in function.decorators:
            match mark:
                case ir.Attribute(ir.Attribute(ir.Name(known), "mapping"), verb) if known == action:
                    yield verb.upper(), function.name


def _urls(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`router.urls`; a default router answers at its root with a list of what is registered.

    The same routes with the ending of a format (`orders.json`) are not told again.
    """
    urls: list[Value] = owner.fields.setdefault("patterns", [])
    if "default" in program.vocabulary.kinds(owner.type) and "place" in owner.fields and _has_root(program, owner):
        at, scope = owner.fields.pop("place")
        guards, public = defaults(program, "GET")
        urls.insert(0, Url("", UNKNOWN, None, scope, at, ("GET",), tuple(guards), public, "APIRootView"))
    return urls


def _has_root(program: Program, owner: Object) -> bool:
    """Whether a default router keeps its root: `include_root_view` of it or of the class that it is of."""
    cls = owner.fields.get("class")
    stated = field(program, cls, "include_root_view") if isinstance(cls, ClassValue) else None
    return owner.fields.get("include_root_view") is not False and stated is not False


def _router(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`DefaultRouter(trailing_slash=False)`."""
        made = program.made(External(path), program.at(arguments), arguments)
        if made is not None and arguments.get("trailing_slash") is False:
            made.fields["slash"] = False
        return made

    return make


def _nested(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`NestedSimpleRouter(router, "orders", lookup="order")`: below one object of what is registered as `orders`."""
        made = program.made(External(path), program.at(arguments), arguments)
        parent, prefix, lookup = (
            program.object_of(arguments.get(0, "parent_router")),
            arguments.get(1, "parent_prefix"),
            arguments.get("lookup"),
        )
        if made is not None and parent is not None and isinstance(prefix, str):
            above = parent.fields.get("registered", {}).get(prefix, f"{prefix}/{{%s}}/")
            made.fields["above"] = above.replace("%s", f"{lookup}_pk" if isinstance(lookup, str) else "nest_pk", 1)
        if made is not None and (arguments.get("trailing_slash") is False or (parent is not None and parent.fields.get("slash") is False)):
            made.fields["slash"] = False
        return made

    return make


def _api_view(program: Program, arguments: Arguments) -> Value:
    """`@api_view(["GET", "POST"])` on a function."""
    stated = plain(arguments.get(0, "http_method_names")) or ["GET"]

    def allow(waiting: Arguments) -> Value:
        function = waiting.get(0)
        if isinstance(function, FunctionValue):
            function.attributes |= {"methods": stated, "rest": True}
        return function

    return Decorator(allow)


_ROUTERS = ("DefaultRouter", "SimpleRouter", "BaseRouter")
HOOKS: dict[str, Hook] = {
    **{f"rest_framework.routers.{name}()": _router(f"rest_framework.routers.{name}()") for name in _ROUTERS},
    **{
        f"rest_framework_nested.routers.{name}()": _nested(f"rest_framework_nested.routers.{name}()")
        for name in ("NestedSimpleRouter", "NestedDefaultRouter")
    },
    "rest_framework_nested.routers.DefaultRouter()": _router("rest_framework.routers.DefaultRouter()"),
    "rest_framework_nested.routers.SimpleRouter()": _router("rest_framework.routers.SimpleRouter()"),
    "rest_framework.decorators.api_view()": _api_view,
}
METHODS: dict[str, MethodHook] = {
    "django-rest-framework.router.register": _register,
    "django-rest-framework.router.@urls": _urls,
}
