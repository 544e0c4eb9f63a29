"""Flask: rules, view classes, blueprints whose prefix is overridden where they are registered, and functions before every request.

Sources: https://flask.palletsprojects.com/en/stable/api/, https://flask.palletsprojects.com/en/stable/blueprints/#nesting-blueprints.
"""

from __future__ import annotations

from collections.abc import Sequence

from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard_kind
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.python.views import class_guards, decorators, field, method, methods_of, unwrapped
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Decorator, FunctionValue, Object, Value


def _route(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`@bp.route("/orders", methods=["GET"])` on a function or, with Flask-Smorest, on a class."""
    if not isinstance(arguments.get(0, "rule"), str):
        program.note(program.at(arguments), "path-unknown", "a route whose path could not be followed is left out")
        return UNKNOWN
    return Decorator(lambda waiting: _add(program, owner, arguments, waiting.get(0), None))


def _add_url_rule(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.add_url_rule("/orders", view_func=login_required(Orders.as_view("orders")))`."""
    if isinstance(arguments.get(0, "rule"), str):
        _add(program, owner, arguments, arguments.get(2, "view_func", default=UNKNOWN), arguments.expression(2, "view_func"))
    return UNKNOWN


def _add(program: Program, owner: Object, arguments: Arguments, value: Value, expression: ir.Expression | None) -> Value:
    at, rule = program.route_at(arguments), arguments.get(0, "rule")
    view, guards = unwrapped(program, expression, value, arguments.scope, at)
    if isinstance(view, Object) and isinstance(known := view.fields.get("class"), ClassValue):
        view = known
    stated = [each.upper() for each in plain(arguments.get("methods"))]
    if isinstance(view, ClassValue):
        declared = [each.upper() for each in plain(field(program, view, "methods"))]
        own = methods_of(program, view)
        # a method that the view has no function for is answered with 405
        methods = [each for each in stated or declared if each in own] or stated or declared or own or ["GET"]
        add_class_routes(program, owner, methods, [rule], at, view, guards)
    else:
        if isinstance(view, FunctionValue):
            guards += decorators(program, view.function.decorators, view.scope)
            program.answers(view)
        program.add_route(owner, stated or ["GET"], [rule], at, program.handler_name(view, expression), guards)
    return value


def add_class_routes(
    program: Program,
    owner: Object,
    methods: Sequence[str],
    rules: Sequence[str],
    at: object,
    view: ClassValue,
    guards: Sequence[object] = (),
) -> None:
    """Routes of a view class: each method with its own guards."""
    for verb in methods:
        own = [*guards, *class_guards(program, view, verb)]
        name = f"{view.cls.name}.{verb.lower()}" if method(program, view, verb.lower()) is not None else view.cls.name
        program.add_route(owner, [verb], rules, at, name, own)  # type: ignore[arg-type]
    for each in view.cls.methods:
        program.handlers.add(id(each))


def _register(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`app.register_blueprint(bp, url_prefix="/api")`: the prefix given here takes the place of the blueprint's own."""
    child = program.object_of(arguments.get(0, "blueprint"))
    if child is None or child.router is None or owner.router is None:
        return UNKNOWN
    own = child.fields.setdefault("own prefix", child.router.prefix)
    child.router.prefix = ""
    given = arguments.get("url_prefix")
    owner.router.mount(child.router, given if isinstance(given, str) else own, program.at(arguments))
    return UNKNOWN


def _before(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`@bp.before_request`: a function that may refuse requests; `app.before_request(login_required(…))`.

    What a whole application runs before every request refuses only some (the banned, those without a CSRF token): there the
    name must say that it is about who asks.
    """
    value, at = arguments.get(0), program.at(arguments)
    if owner.router is not None:
        found = program.guards_of(arguments.expression(0), value, at)
        if owner.type.name == "app":
            found = [each for each in found if guard_kind(each.name) in ("authn", "authz") and each.kind != "rate"]
        owner.router.use(found)
    program.answers(value)
    return value


def _as_view(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`Orders.as_view("orders")`: the class."""
    return owner.fields.get("class", UNKNOWN)


_METHODS: dict[str, MethodHook] = {
    "scaffold.route": _route,
    "scaffold.add_url_rule": _add_url_rule,
    "scaffold.register_blueprint": _register,
    "scaffold.before_request": _before,
    "scaffold.before_app_request": _before,
    "view.as_view": _as_view,
}
METHODS: dict[str, MethodHook] = {f"{framework}.{name}": hook for framework in ("flask", "quart") for name, hook in _METHODS.items()}
