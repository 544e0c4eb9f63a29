"""ASP.NET Core beyond what calls on a route builder say: controllers, hubs, gRPC services, Identity's own routes, policies for everything, groups found by reflection.

Sources: https://learn.microsoft.com/aspnet/core/fundamentals/routing, https://learn.microsoft.com/aspnet/core/security/authorization/introduction,
https://learn.microsoft.com/aspnet/core/security/authentication/identity-api-authorization, https://learn.microsoft.com/aspnet/core/grpc/aspnetcore
"""

from __future__ import annotations

from functools import partial

from ctxgen.facts import shared_folders
from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.dotnet import abp, razor_pages
from ctxgen.source.dotnet.attributes import VERBS, attributes, of_class, protection, roles, type_name
from ctxgen.source.dotnet.controllers import Convention, Style, is_controller, nearest, routes
from ctxgen.source.dotnet.gateways import map_proxy, use_ocelot
from ctxgen.source.dotnet.modules import invoked_groups, map_carter, modules, prepared, reflected_groups
from ctxgen.source.frameworks import Type
from ctxgen.source.guards import asking, guard, spelled
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.routing import Route
from ctxgen.source.values import Arguments, ClassValue, External, FunctionValue, Instance, Object, Value

_IDENTITY = (
    ("POST", "/register"), ("POST", "/login"), ("POST", "/refresh"), ("GET", "/confirmEmail"), ("POST", "/resendConfirmationEmail"), ("POST", "/forgotPassword"), ("POST", "/resetPassword"),
    ("POST", "/manage/2fa"), ("GET", "/manage/info"), ("POST", "/manage/info"),
)  # fmt: skip
_DEFAULTS = {"MapHealthChecks": "/health", "UseHealthChecks": "/health", "MapPrometheusScrapingEndpoint": "/metrics", "UseOpenTelemetryPrometheusScrapingEndpoint": "/metrics", "MapMetrics": "/metrics", "UseMetricServer": "/metrics", "MapGraphQL": "/graphql", "MapGraphQLHttp": "/graphql"}  # fmt: skip

# ---------------------------------------------------------------------------------------------- services


def _options(program: Program, arguments: Arguments, options: dict[str, Value] | None = None) -> dict[str, Value]:
    """What a call's callback sets on the options that it is given."""
    options = {} if options is None else options
    for each in arguments.positional:
        if isinstance(each, FunctionValue):
            program.call(each, Arguments((options,), {}, (), arguments.line, arguments.scope))
    return options


def _keep(program: Program, kind: str, value: object) -> None:
    """Keep something that holds for the program whose beginning is followed."""
    program.shared.setdefault(f"aspnet.{kind}", []).append((program.entry, value))


def _of(program: Program, kind: str, path: str) -> list[Value]:
    """What was kept for the program that a file is nearest to."""
    kept = program.shared.get(f"aspnet.{kind}", [])
    entries = [entry for entry, _ in program.shared.get("aspnet.entry", [])] or [entry for entry, _ in kept]
    most = max((shared_folders(entry, path) for entry in entries), default=0)
    return [value for entry, value in kept if shared_folders(entry, path) >= most]


def _add_authorization(program: Program, owner: Object, arguments: Arguments) -> Value:
    if "FallbackPolicy" in _options(program, arguments):
        _set_fallback(program, owner, arguments)
    return owner


def _set_fallback(program: Program, owner: Object, arguments: Arguments) -> Value:
    made = guard("FallbackPolicy", program.at(arguments), "authn")
    if made is not None:
        _keep(program, "fallback", made)
    return owner


def _add_routing(program: Program, owner: Object, arguments: Arguments) -> Value:
    if _options(program, arguments).get("LowercaseUrls") is True:
        _keep(program, "style", Style(lower=True))
    return owner


def _configure(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`Configure<RouteOptions>(o => o.LowercaseUrls = true)`: as `AddRouting` does it."""
    return _add_routing(program, owner, arguments) if [type_name(each) for each in arguments.types] == ["RouteOptions"] else owner


def _add_controllers(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`AddControllers(o => o.Filters.Add(new AuthorizeFilter()))`: a filter of every controller; conventions that change paths."""
    filters: list[Value] = []
    conventions: list[Value] = []
    _options(program, arguments, {"Filters": filters, "Conventions": conventions})
    for value in filters:
        at = program.at(arguments)
        for made in [_authorize_filter(value, at)] if _title(value).startswith("AuthorizeFilter") else program.guards_of(None, value, at):
            _keep(program, "filter", made)
    for value in conventions:
        _convention(program, value)
    return owner


def _authorize_filter(value: Value, at: At) -> Guard | None:
    """`new AuthorizeFilter()` asks who it is, as does one with a policy that asks no more; any other what he may do."""
    given = _given(value)
    policies = [each.path for each in given if isinstance(each, External)]
    known = not given or any("RequireAuthenticatedUser" in each and each.count("Require") == 1 for each in policies)
    return guard(asking("AuthorizeFilter", roles(given)), at, "authn" if known else "authz")


def _add_odata(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`AddOData(o => o.AddRouteComponents("odata", model))`: a prefix for what OData's conventions answer."""
    for value in arguments.positional:
        for call in calls(value.function.body) if isinstance(value, FunctionValue) else ():
            if spelled(call.function).endswith("AddRouteComponents"):
                first = program.evaluate(call.arguments[0].value, arguments.scope) if len(call.arguments) > 1 else ""
                if isinstance(first, str):
                    _keep(program, "odata", first)
    return owner


def _convention(program: Program, value: Value) -> None:
    """A convention of all controllers: a transformer of their names, or a prefix."""
    given = _given(value)
    joined = " ".join([_title(value), *map(_title, given)]).lower()
    if any(word in joined for word in ("slug", "kebab", "hyphen", "spinal", "dash")):
        _keep(program, "style", Style(hyphens=True))
    elif "lower" in joined:
        _keep(program, "style", Style(lower=True))
    if "prefix" in joined:
        texts = [each for inner in given for each in (inner, *_given(inner)) if isinstance(each, str)]
        if texts:
            _keep(program, "style", Style(prefix=texts[0]))


def _title(value: Value) -> str:
    return value.path if isinstance(value, External) else value.cls.cls.name if isinstance(value, Instance) else ""


def _given(value: Value) -> tuple[Value, ...]:
    """What something was made with."""
    if isinstance(value, External):
        return value.arguments.positional if value.arguments else ()
    return tuple(value.fields.values()) if isinstance(value, Instance) else ()


# ---------------------------------------------------------------------------------------------- builders


def _map_controllers(program: Program, owner: Object, arguments: Arguments) -> Value:
    _keep(program, "entry", None)
    return None


def _conventional(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`MapControllerRoute(name, pattern, defaults)`: a pattern of controllers without attributes."""
    _keep(program, "entry", None)
    pattern = arguments.get("pattern", 1, "template")
    defaults = arguments.get("defaults", 2)
    known = {key: value for key, value in defaults.items() if isinstance(value, str)} if isinstance(defaults, dict) else {}
    made = Convention(
        pattern if isinstance(pattern, str) else "{controller=Home}/{action=Index}/{id?}", known, "", program.at(arguments), program.entry
    )
    program.shared.setdefault("aspnet.conventions", []).append(made)
    return None


def _configured(program: Program, owner: Object, arguments: Arguments) -> Value:
    """ABP's `UseConfiguredEndpoints()`: controllers by their names, those of areas below them."""
    _keep(program, "entry", None)
    for before in ("{area:exists}/", ""):
        made = Convention(f"{before}{{controller=Home}}/{{action=Index}}/{{id?}}", {}, "", program.at(arguments), program.entry)
        program.shared.setdefault("aspnet.conventions", []).append(made)
    return owner


def _area(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`MapAreaControllerRoute(name, areaName, pattern)`."""
    _keep(program, "entry", None)
    area, pattern = arguments.get("areaName", 1), arguments.get("pattern", 2)
    if isinstance(area, str) and isinstance(pattern, str):
        made = Convention(pattern, {}, area, program.at(arguments), program.entry)
        program.shared.setdefault("aspnet.conventions", []).append(made)
    return None


def _fixed(called: str, program: Program, owner: Object, arguments: Arguments) -> Value:
    """Routes whose path has a default."""
    stated = arguments.get("pattern", "path", "url", 0)
    at = program.at(arguments)
    made = program.below(owner, "endpoint", at)
    graph = "GraphQL" in called
    program.add_route(
        made,
        ("POST",) if graph else ("GET",),
        [stated if isinstance(stated, str) else _DEFAULTS[called]],
        at,
        None,
        kind="graphql" if graph else "http",
    )
    return made


def _map_hub(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`MapHub<ChatHub>("/chat")`, with the guards of the hub's class."""
    path, at = arguments.get("pattern", 0), program.at(arguments)
    if not isinstance(path, str):
        return None
    made = program.below(owner, "endpoint", at)
    hub = program.evaluate(arguments.types[0], arguments.scope) if arguments.types else None
    guards, opened = protection(program, [], of_class(program, hub)) if isinstance(hub, ClassValue) else ((), None)
    title = type_name(arguments.types[0]) if arguments.types else None
    program.add_route(made, ("WS",), [path], at, title, guards, "ws", public=opened)
    return made


def _map_grpc(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`MapGrpcService<BasketService>()`: the methods that the class overrides of a service's base."""
    at = program.at(arguments)
    made = program.below(owner, "endpoint", at)
    service = program.evaluate(arguments.types[0], arguments.scope) if arguments.types else None
    if not isinstance(service, ClassValue) or made.router is None:
        return made
    above = of_class(program, service)
    title = next(
        (named.removesuffix("Base") for base in service.cls.bases if (named := type_name(base)).endswith("Base")), service.cls.name
    )
    for method in service.cls.methods:
        if any(type_name(each.type) == "ServerCallContext" for each in method.parameters):
            guards, opened = protection(program, attributes(program, method.decorators, program.class_scope(service)), above)
            route = Route(
                ("POST",), f"/{title}/{method.name}", At(service.path, method.line), f"{service.cls.name}.{method.name}", guards,
                "grpc", opened, operation=f"{title}/{method.name}", absolute=True,
            )  # fmt: skip
            made.router.routes.append(route)
    return made


def _map_identity(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`MapIdentityApi<User>()`: the routes that ASP.NET Core Identity brings."""
    at = program.at(arguments)
    made = program.below(owner, "endpoint", at)
    required = guard("MapIdentityApi", at, "authn")
    for verb, path in _IDENTITY:
        guarded = [required] if required is not None and path.startswith("/manage") else []
        program.add_route(made, (verb,), [path], at, None, guarded)
    return made


def _map_branch(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.Map("/admin", branch => branch.Run(…))`, which shares its name with a route for every method."""
    path, callback = arguments.get("pathMatch", "pattern", 0), arguments.get("configuration", 1)
    if not isinstance(callback, FunctionValue) or len(callback.function.parameters) != 1 or callback.function.name:
        return None
    parameter = callback.function.parameters[0]
    building = type_name(parameter.type) == "IApplicationBuilder" or (parameter.type is None and _builds(callback.function, parameter.name))
    if not building:
        return None
    shown = path if isinstance(path, str) else "" if path is None else None
    child = program.below(owner, "branch", program.at(arguments), shown or "")
    program.call_with(callback, child, arguments)
    return owner


def _builds(function: ir.Function, parameter: str) -> bool:
    """Whether a function calls `Use…`, `Run` or `Map…` on its parameter."""
    called = (call.function for call in calls(function.body) if isinstance(call.function, ir.Attribute))
    return any(each.name.startswith(("Use", "Run", "Map")) for each in called if spelled(each.owner) == parameter)


def _filter(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`AddEndpointFilter<ApiKeyFilter>()`: a filter by its type's name."""
    shown = type_name(arguments.types[0]) if arguments.types else ""
    found = program.guards_of(arguments.types[0], shown, program.at(arguments)) if arguments.types else program.guards_at(arguments, (0,))
    if owner.router is not None:
        owner.router.use(found)
    return owner


def _required(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`RequireAuthorization()` asks who it is; with a policy, what he may do."""
    written = [call for each in arguments.positional if isinstance(each, FunctionValue) for call in calls(each.function.body)]
    asking_for = {name for call in written if (name := spelled(call.function).rpartition(".")[2]).startswith("Require")}
    named = [argument.value for call in written if spelled(call.function).endswith("RequireRole") for argument in call.arguments]
    made_here = arguments.expression(0)  # `new AuthorizeAttribute { Roles = "admin" }`
    entries = made_here.entries if isinstance(made_here, ir.Mapping) else ()
    named += [value for key, value in entries if isinstance(key, ir.Literal) and key.value in ("Policy", "Roles")]
    asked = roles([*arguments.positional, *(program.evaluate(each, arguments.scope) for each in named)])
    stated = (arguments.positional or arguments.keywords) and asking_for != {"RequireAuthenticatedUser"}
    made = guard(asking("RequireAuthorization", asked), program.at(arguments), "authz" if stated else "authn")
    if owner.router is not None and made is not None:
        owner.router.use([made])
    return owner


METHODS: dict[str, MethodHook] = {
    "aspnet-core.services.AddAuthorization": _add_authorization,
    "aspnet-core.services.AddAuthorizationBuilder": lambda program, owner, arguments: owner,
    "aspnet-core.services.SetFallbackPolicy": _set_fallback,
    "aspnet-core.services.AddRouting": _add_routing,
    "aspnet-core.services.Configure": _configure,
    "aspnet-core.services.AddOData": _add_odata,
    **{f"aspnet-core.services.{name}": _add_controllers for name in ("AddControllers", "AddControllersWithViews", "AddMvc", "AddMvcCore")},
    "aspnet-core.builder.MapControllers": _map_controllers,
    "aspnet-core.builder.MapControllerRoute": _conventional,
    "aspnet-core.builder.MapRoute": _conventional,
    "aspnet-core.builder.MapDefaultControllerRoute": _conventional,
    "aspnet-core.builder.UseMvcWithDefaultRoute": _conventional,
    "aspnet-core.builder.UseConfiguredEndpoints": _configured,
    "aspnet-core.builder.MapAreaControllerRoute": _area,
    "aspnet-core.builder.MapHub": _map_hub,
    "aspnet-core.builder.MapGrpcService": _map_grpc,
    "aspnet-core.builder.MapIdentityApi": _map_identity,
    "aspnet-core.builder.Map": _map_branch,
    "aspnet-core.builder.MapCarter": map_carter,
    "aspnet-core.builder.MapRazorPages": razor_pages.map_pages,
    "aspnet-core.services.AddRazorPages": razor_pages.add_pages,
    "aspnet-core.builder.MapReverseProxy": map_proxy,
    "aspnet-core.builder.UseOcelot": use_ocelot,
    **{f"aspnet-core.builder.{called}": partial(_fixed, called) for called in _DEFAULTS},
    **{f"aspnet-core.{type}.RequireAuthorization": _required for type in ("builder", "endpoint")},
    **{f"aspnet-core.{type}.{name}": _filter for type in ("builder", "endpoint") for name in ("AddEndpointFilter", "WithFilter")},
}  # fmt: skip


# ---------------------------------------------------------------------------------------------- at the end


def finish(program: Program) -> None:
    """Controllers, groups that only reflection finds, and policies that hold for everything."""
    program.run_dispatches(partial(prepared, program))
    modules(program)
    invoked_groups(program)
    reflected_groups(program)
    _controllers(program)
    razor_pages.finish(program, lambda path: any(each.lower for each in _of(program, "style", path)))
    _open(program)
    for router in program.routers:
        fallback = _of(program, "fallback", router.at.path)
        if fallback and not router.mounted:
            router.fallback = fallback[0]


def _open(program: Program) -> None:
    """What a group opens is open, whatever guards stand on it: `AllowAnonymous` wins."""
    work = [(router, router.public) for router in program.routers if router.public is not None]
    seen = set()
    while work:
        router, at = work.pop()
        seen.add(id(router))
        router.routes = [route if route.public is not None else route._replace(public=at) for route in router.routes]
        work += [(mount.child, at) for mount in router.mounts if id(mount.child) not in seen]


def _controllers(program: Program) -> None:
    type = program.vocabulary.frameworks["aspnet-core"].types["group"]
    _wolverine(program, type)
    for service, exposed, found in abp.routes(program):
        router = program.new_router(type, At(service.path, service.cls.line))
        router.routes += [route._replace(via=(exposed.at,)) for route in found]
    mapped = [router for router in program.routers if router.kind == "controllers" and not router.dropped]
    conventions: list[Convention] = program.shared.get("aspnet.conventions", [])
    for cls in list(program.classes):
        if not is_controller(program, cls):
            continue
        router = program.new_router(type, At(cls.path, cls.cls.line))
        filters: list[Guard] = _of(program, "filter", cls.path)
        router.use(filters)
        styles: list[Style] = _of(program, "style", cls.path)
        prefix = next((each.prefix for each in styles if each.prefix), "")
        style = Style(prefix, any(each.lower for each in styles), any(each.hyphens for each in styles))
        router.routes += routes(program, cls, nearest(conventions, cls.path), style, _of(program, "odata", cls.path))
        above = max(mapped, key=lambda each: shared_folders(each.at.path, cls.path), default=None)
        if above is not None:
            above.mount(router, "", above.at)


def _wolverine(program: Program, type: Type) -> None:
    """Wolverine's endpoints: methods with `[WolverineGet("/orders")]`."""
    for cls in list(program.classes):
        if not program.says(cls.path, (b"[Wolverine",)):
            continue
        router = program.new_router(type, At(cls.path, cls.cls.line))
        for method in cls.cls.methods:
            own = attributes(program, method.decorators, program.class_scope(cls))
            guards, opened = protection(program, own, of_class(program, cls))
            for each in own:
                verb = VERBS.get(each.name.replace("Wolverine", "Http", 1)) if each.name.startswith("Wolverine") else None
                if verb is not None and isinstance(path := each.first("template"), str):
                    router.routes.append(Route((verb,), path, each.at, f"{cls.cls.name}.{method.name}", guards, public=opened))
