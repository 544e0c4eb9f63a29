"""ASP.NET Core beyond what calls on a route builder say: controllers by their attributes and conventions, policies for everything, groups found by reflection.

Sources: https://learn.microsoft.com/aspnet/core/mvc/controllers/routing, https://learn.microsoft.com/aspnet/core/security/authorization/introduction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.guards import guard
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.routing import Route, join
from ctxgen.source.values import Arguments, ClassValue, FunctionValue, Object, Value

_VERBS = {f"Http{verb}": verb.upper() for verb in ("Get", "Post", "Put", "Patch", "Delete", "Head", "Options")}
_BASES = {"ControllerBase", "Controller", "ODataController", "ApiController"}
_VALIDATES = {"ValidateModel", "ServiceFilter", "TypeFilter"}
_TOKEN = re.compile(r"\[(controller|action|area)\]", re.IGNORECASE)
_GROUP = re.compile(r"\{\w*(?:name|group|type|part)\w*\}", re.IGNORECASE)
_CONVENTION = re.compile(r"\{(controller|action|area)(?:=[^}]*)?\}", re.IGNORECASE)


class _Attribute(NamedTuple):
    """An attribute of a class or method: its name, the values of its arguments, its line."""

    name: str
    positional: tuple[Value, ...]
    named: dict[str, Value]
    line: int


def attributes(program: Program, decorators: tuple[ir.Expression, ...], cls: ClassValue) -> list[_Attribute]:
    """The attributes of a declaration, their arguments evaluated in the class."""
    found = []
    inside = program.class_scope(cls)
    for each in decorators:
        called = each.function if isinstance(each, ir.Call) else each
        if not isinstance(called, ir.Name):
            continue
        arguments = each.arguments if isinstance(each, ir.Call) else ()
        values = [(argument.keyword, program.evaluate(argument.value, inside)) for argument in arguments]
        found.append(
            _Attribute(
                called.name, tuple(value for key, value in values if key is None), {key: value for key, value in values if key}, each.line
            )
        )
    return found


# ---------------------------------------------------------------------------------------------- hooks


def _options(program: Program, arguments: Arguments) -> dict[str, Value]:
    """What a call's callback sets on the options that it is given."""
    options: dict[str, Value] = {}
    for each in arguments.positional:
        if isinstance(each, FunctionValue):
            program.call(each, Arguments((options,), {}, (), arguments.line, arguments.scope))
    return options


def _add_authorization(program: Program, owner: Object, arguments: Arguments) -> Value:
    if "FallbackPolicy" in _options(program, arguments):
        _fallback(program, program.at(arguments))
    return owner


def _set_fallback(program: Program, owner: Object, arguments: Arguments) -> Value:
    _fallback(program, program.at(arguments))
    return owner


def _fallback(program: Program, at: At) -> None:
    made = guard("FallbackPolicy", at, "authn")
    if made is not None:
        program.shared.setdefault("aspnet.fallback", []).append(made)


def _add_routing(program: Program, owner: Object, arguments: Arguments) -> Value:
    if _options(program, arguments).get("LowercaseUrls") is True:
        program.shared["aspnet.lowercase"] = [True]
    return owner


def _add_controllers(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`AddControllers(o => o.Filters.Add(new AuthorizeFilter()))`: a filter of every controller."""
    filters: list[Value] = []
    options: dict[str, Value] = {"Filters": filters, "Conventions": []}
    for each in arguments.positional:
        if isinstance(each, FunctionValue):
            program.call(each, Arguments((options,), {}, (), arguments.line, arguments.scope))
    for value in filters:
        program.shared.setdefault("aspnet.filters", []).extend(program.guards_of(None, value, program.at(arguments)))
    return owner


def _conventional(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`MapControllerRoute(name, "{controller=Home}/{action=Index}/{id?}")`: the pattern of controllers without attributes."""
    pattern = arguments.get("pattern", 1)
    program.shared.setdefault("aspnet.patterns", []).append(
        pattern if isinstance(pattern, str) else "{controller=Home}/{action=Index}/{id?}"
    )
    return None


METHODS: dict[str, MethodHook] = {
    "aspnet-core.services.AddAuthorization": _add_authorization,
    "aspnet-core.services.AddAuthorizationBuilder": lambda program, owner, arguments: owner,
    "aspnet-core.services.SetFallbackPolicy": _set_fallback,
    "aspnet-core.services.AddRouting": _add_routing,
    **{f"aspnet-core.services.{name}": _add_controllers for name in ("AddControllers", "AddControllersWithViews", "AddMvc", "AddMvcCore")},
    "aspnet-core.builder.MapControllerRoute": _conventional,
    "aspnet-core.builder.MapDefaultControllerRoute": _conventional,
    "aspnet-core.builder.MapAreaControllerRoute": _conventional,
}


# ---------------------------------------------------------------------------------------------- at the end


def finish(program: Program) -> None:
    """Controllers, groups that only reflection finds, and policies that hold for everything."""
    _reflected_groups(program)
    type = program.vocabulary.frameworks["aspnet-core"].types["group"]
    mapped = [router for router in program.routers if router.kind == "controllers" and not router.dropped]
    filters = program.shared.get("aspnet.filters", [])
    for cls in list(program.classes):
        if _is_controller(program, cls):
            router = program.new_router(type, At(cls.path, cls.cls.line))
            router.use(filters)
            for route in _routes(program, cls):
                router.routes.append(route)
            nearest = max(mapped, key=lambda each: _shared(each.at.path, cls.path), default=None)
            if nearest is not None:
                nearest.mount(router, "", nearest.at)
    for made in program.shared.get("aspnet.fallback", [])[:1]:
        for router in program.routers:
            if not router.mounted:
                router.fallback = made
    if program.shared.get("aspnet.lowercase"):
        for router in program.routers:
            router.routes = [route._replace(path=_lower(route.path)) for route in router.routes]


def _shared(one: str, other: str) -> int:
    return next((index for index, (a, b) in enumerate(zip(one.split("/"), other.split("/"), strict=False)) if a != b), 0)


def _lower(path: str) -> str:
    return "/".join(part if "{" in part else part.lower() for part in path.split("/"))


def _reflected_groups(program: Program) -> None:
    """`app.MapGroup($"/api/{type.Name}")` in a loop over the types of an assembly: each class whose `Map` takes such a group has its own name in it."""
    templates = [
        (router, mount)
        for router in program.routers
        for mount in router.mounts
        if not mount.child.routes and not mount.child.mounts and len(_GROUP.findall(mount.prefix)) == 1
    ]
    if not templates:
        return
    above, template = templates[0]
    for value, router in program.assumed_by:
        if value.owner is None or router.dropped or (not router.routes and not router.mounts):
            continue
        cls = value.owner
        stated = program._member(cls, "RoutePrefix", cls.cls.line) or program._member(cls, "GroupName", cls.cls.line)
        prefix = (
            stated
            if isinstance(stated, str) and stated.startswith("/")
            else _GROUP.sub(stated if isinstance(stated, str) else cls.cls.name, template.prefix)
        )
        above.mount(router, prefix, template.at)


def _is_controller(program: Program, cls: ClassValue) -> bool:
    if cls.cls.kind != "class" or cls.cls.abstract:
        return False
    line = list(program.lineage(cls))
    names = {base.name for each in line for base in each.cls.bases if isinstance(base, ir.Name)} | {
        base.owner.name for each in line for base in each.cls.bases if isinstance(base, ir.Item) and isinstance(base.owner, ir.Name)
    }
    own = {attribute.name for each in line for attribute in attributes(program, each.cls.decorators, each)}
    if "NonController" in own:
        return False
    return (
        bool(names & _BASES)
        or "ApiController" in own
        or (cls.cls.name.endswith("Controller") and any(name.endswith("Controller") for name in names))
    )


def _routes(program: Program, cls: ClassValue) -> Iterator[Route]:
    line = list(program.lineage(cls))
    of_class = [attribute for each in line for attribute in attributes(program, each.cls.decorators, each)]
    stated = ([_template(a) for a in attributes(program, each.cls.decorators, each) if a.name == "Route"] for each in line)
    prefixes = [text for text in next((templates for templates in stated if templates), []) if text]
    area = next((str(a.positional[0]) for a in of_class if a.name == "Area" and a.positional), "")
    seen: set[str] = set()
    for each in line:
        for method in each.cls.methods:
            if not method.public or method.static or method.name in seen or method.name == each.cls.name:
                continue
            own = attributes(program, method.decorators, each)
            if any(a.name == "NonAction" for a in own):
                continue
            seen.add(method.name)
            yield from _action(program, cls, each, method, own, of_class, prefixes, area)


def _template(attribute: _Attribute) -> str | None:
    value = attribute.positional[0] if attribute.positional else attribute.named.get("template", attribute.named.get("Template"))
    return value if isinstance(value, str) else None


def _action(
    program: Program,
    cls: ClassValue,
    declared: ClassValue,
    method: ir.Function,
    own: list[_Attribute],
    of_class: list[_Attribute],
    prefixes: list[str],
    area: str,
) -> Iterator[Route]:
    verbs = [a for a in own if a.name in _VERBS or a.name == "AcceptVerbs"]
    routes = [text for a in own if a.name == "Route" and (text := _template(a)) is not None]
    path = declared.path
    guards, public = _protection(program, own, of_class, path, cls.path)
    attributed = bool(prefixes or routes or any(_template(a) for a in verbs if a.name != "AcceptVerbs"))
    if not attributed:
        for pattern in program.shared.get("aspnet.patterns", [])[:1]:
            shown = _CONVENTION.sub(lambda match: "[" + match[1] + "]", pattern)
            yield _route(
                cls,
                method,
                ("ANY",) if not verbs else tuple(_VERBS.get(a.name, "ANY") for a in verbs),
                re.sub(r"/?\{[^}]*\?\}", "", shown),
                area,
                At(path, method.line),
                guards,
                public,
            )
        return
    for verb in verbs or [_Attribute("", (), {}, method.line)]:
        methods = (_VERBS[verb.name],) if verb.name in _VERBS else tuple(str(value).upper() for value in verb.positional) or ("ANY",)
        template = _template(verb) if verb.name in _VERBS else None
        templates = [template] if template is not None else routes or [""]
        if not verb.name and not routes and not prefixes:
            continue
        if not verb.name and not routes and not any("[action]" in prefix.lower() for prefix in prefixes):
            continue  # a method of the class that no attribute makes an action of an API
        for inner in templates:
            for prefix in [""] if inner.startswith(("/", "~/")) else prefixes or [""]:
                whole = join(prefix if prefix.startswith("/") else f"/{prefix}", inner.removeprefix("~"))
                yield _route(cls, method, methods, whole, area, At(path, verb.line if verb.name else method.line), guards, public)


def _route(
    cls: ClassValue,
    method: ir.Function,
    methods: tuple[str, ...],
    path: str,
    area: str,
    at: At,
    guards: tuple[Guard, ...],
    public: At | None,
) -> Route:
    words = {"controller": cls.cls.name.removesuffix("Controller"), "action": method.name.removesuffix("Async"), "area": area}
    shown = _TOKEN.sub(lambda match: words[match[1].lower()], path)
    return Route(methods, shown, at, f"{cls.cls.name}.{method.name}", guards, public=public)


def _protection(
    program: Program, own: list[_Attribute], of_class: list[_Attribute], path: str, class_path: str
) -> tuple[tuple[Guard, ...], At | None]:
    """The guards of an action, and the line that opens it to everybody."""
    open_method = next((At(path, a.line) for a in own if a.name == "AllowAnonymous"), None)
    open_class = next((At(class_path, a.line) for a in of_class if a.name == "AllowAnonymous"), None)
    guards = [
        made for place, found in ((path, own), (class_path, of_class)) for a in found if (made := _guard(a, At(place, a.line))) is not None
    ]
    if open_method or open_class:
        guards = [each for each in guards if each.kind not in ("authn", "authz")]
    return tuple(guards), open_method or open_class


def _guard(attribute: _Attribute, at: At) -> Guard | None:
    name = attribute.name
    if name == "Authorize":
        stated = bool(attribute.positional or {"Roles", "Policy"} & set(attribute.named))
        return guard(name, at, "authz" if stated else "authn")
    if name == "EnableRateLimiting":
        return guard(name, at, "rate")
    if name == "ApiController":
        return guard(name, at, "validation")
    if name in ("AllowAnonymous", "ValidateAntiForgeryToken", "IgnoreAntiforgeryToken", "HttpGet") or name in _VERBS:
        return None
    return guard(name, at)
