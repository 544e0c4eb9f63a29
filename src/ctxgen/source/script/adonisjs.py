"""AdonisJS: one router for the whole application, groups that are prefixed and guarded after they are made.

Sources: https://docs.adonisjs.com/guides/basics/routing, https://docs.adonisjs.com/guides/basics/controllers#resource-driven-controllers
"""

from __future__ import annotations

from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import spelled
from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.values import Arguments, FunctionValue, Object, Value

_ROUTERS = ("@adonisjs/core/services/router", "@ioc:Adonis/Core/Route")
_VERBS = ("get", "post", "put", "patch", "delete", "any")
_RESOURCE = (
    ("index", "GET", ""), ("create", "GET", "/create"), ("store", "POST", ""), ("show", "GET", "/:id"), ("edit", "GET", "/:id/edit"),
    ("update", "PUT", "/:id"), ("update", "PATCH", "/:id"), ("destroy", "DELETE", "/:id"),
)  # fmt: skip
_FORMS = ("create", "edit")


def _type(program: Program, wanted: str, arguments: Arguments) -> Object:
    return program.new_object(program.vocabulary.frameworks["adonisjs"].types[wanted], program.at(arguments))


def _here(program: Program, arguments: Arguments) -> Object:
    """The group whose function is run, or the application's router."""
    stack = program.shared["adonis groups"]
    if not stack:
        stack.append(_type(program, "root", arguments))
    made: Object = stack[-1]
    return made


def _below(program: Program, wanted: str, arguments: Arguments) -> Object:
    owner, made = _here(program, arguments), _type(program, wanted, arguments)
    if owner.router is not None and made.router is not None:
        owner.router.mount(made.router, "", program.at(arguments))
    return made


def _route(verb: str) -> Hook:
    def route(program: Program, arguments: Arguments) -> Value:
        """`router.get("/users/:id", [UsersController, "show"])`"""
        made = _below(program, "route", arguments)
        if paths := plain(arguments.get(0)):
            program.add_route(made, ("ANY" if verb == "any" else verb.upper(),), paths, program.at(arguments), _handler(arguments))
            program.answers(arguments.get(1))
        return made

    return route


def _handler(arguments: Arguments) -> str | None:
    value, expression = arguments.get(1), arguments.expression(1)
    if isinstance(value, list) and isinstance(expression, ir.Sequence) and expression.items:
        method = value[1] if len(value) > 1 and isinstance(value[1], str) else "handle"
        return f"{spelled(expression.items[0].value)}.{method}"
    return value if isinstance(value, str) else value.name or None if isinstance(value, FunctionValue) else spelled(expression) or None


def _group(program: Program, arguments: Arguments) -> Value:
    """`router.group(() => { … }).prefix("/api").use(middleware.auth())`"""
    made = _below(program, "group", arguments)
    if isinstance(arguments.get(0), FunctionValue):
        stack = program.shared["adonis groups"]
        stack.append(made)
        program.call(arguments.get(0), arguments._replace(positional=()))
        stack.pop()
    return made


def _resource(program: Program, arguments: Arguments) -> Value:
    """`router.resource("users.posts", PostsController)`"""
    made = _below(program, "route", arguments)
    title = arguments.get(0)
    if isinstance(title, str):
        parts = title.strip("/").split(".")
        base = "".join(f"/{part}/:{part.rstrip('s')}_id" for part in parts[:-1]) + f"/{parts[-1]}"
        controller = arguments.get(1)
        shown = controller if isinstance(controller, str) else spelled(arguments.expression(1))
        for method, verb, path in _RESOURCE:
            program.add_route(made, (verb,), [base + path], program.at(arguments), f"{shown}.{method}")
    return made


def _only(program: Program, owner: Object, arguments: Arguments) -> Value:
    _keep(owner, set(plain(arguments.get(0))))
    return owner


def _except(program: Program, owner: Object, arguments: Arguments) -> Value:
    _keep(owner, {method for method, _, _ in _RESOURCE} - set(plain(arguments.get(0))))
    return owner


def _api(program: Program, owner: Object, arguments: Arguments) -> Value:
    _keep(owner, {method for method, _, _ in _RESOURCE if method not in _FORMS})
    return owner


def _keep(owner: Object, methods: set[str]) -> None:
    if owner.router is not None:
        owner.router.routes = [each for each in owner.router.routes if (each.handler or "").rpartition(".")[2] in methods]


def _use(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`.use(middleware.auth())`, `.middleware("auth")`"""
    if owner.router is not None:
        owner.router.use(program.guards_at(arguments, ("rest",)))
    return owner


def _prefix(program: Program, owner: Object, arguments: Arguments) -> Value:
    if owner.router is not None and isinstance(arguments.get(0), str):
        owner.router.prefix = arguments.get(0)
    return owner


def _same(program: Program, owner: Object, arguments: Arguments) -> Value:
    return owner


HOOKS: dict[str, Hook] = {
    **{f"{router}.{verb}()": _route(verb) for router in _ROUTERS for verb in _VERBS},
    **{f"{router}.group()": _group for router in _ROUTERS},
    **{f"{router}.resource()": _resource for router in _ROUTERS},
}
METHODS: dict[str, MethodHook] = {
    **{f"adonisjs.{on}.{called}": _use for on in ("route", "group") for called in ("use", "middleware")},
    **{f"adonisjs.{on}.{called}": _same for on in ("route", "group") for called in ("as", "where", "domain", "namespace", "params")},
    **{f"adonisjs.{on}.prefix": _prefix for on in ("route", "group")},
    "adonisjs.route.only": _only,
    "adonisjs.route.except": _except,
    "adonisjs.route.apiOnly": _api,
}
