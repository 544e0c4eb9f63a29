"""Flask-RESTful, Flask-RESTX and Flask-RESTPlus: resources on an API that sits on an application or a blueprint.

Sources: https://flask-restful.readthedocs.io/en/latest/intermediate-usage.html, https://flask-restx.readthedocs.io/en/latest/scaling.html.
"""

from __future__ import annotations

from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.python.flask import add_class_routes
from ctxgen.source.python.views import methods_of
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Decorator, External, Object, Value


def _api(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`Api(app, prefix="/api", decorators=[login_required])`."""
        made = program.made(External(path), program.at(arguments), arguments)
        if made is not None:
            _set_up(program, made, arguments)
        return made

    return make


def _set_up(program: Program, owner: Object, arguments: Arguments) -> None:
    if owner.router is None:
        return
    prefix = arguments.get("prefix")
    if isinstance(prefix, str):
        owner.router.prefix = prefix
    owner.router.use(program.guards_at(arguments, ("decorators",)))
    app = program.router_of(arguments.get(0, "app", "api"))
    if app is not None:
        app.mount(owner.router, "", program.at(arguments))


def _init(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`api.init_app(app)`, and `super().__init__(app)` of a class that extends it."""
    _set_up(program, owner, arguments)
    return UNKNOWN


def _add_resource(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`api.add_resource(Orders, "/orders", "/orders/<int:id>")`."""
    resource, rules = arguments.get(0, "resource"), [each for each in arguments.positional[1:] if isinstance(each, str)]
    if isinstance(resource, ClassValue):
        program.defined(resource)
        add_class_routes(program, owner, methods_of(program, resource), rules, program.route_at(arguments), resource)
    return UNKNOWN


def _route(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`@ns.route("/orders", "/orders/<int:id>")` on a class."""
    rules = [each for each in arguments.positional if isinstance(each, str)]

    def decorate(waiting: Arguments) -> Value:
        resource = waiting.get(0)
        if isinstance(resource, ClassValue):
            add_class_routes(program, owner, methods_of(program, resource), rules, program.route_at(arguments), resource)
        return resource

    return Decorator(decorate)


def _namespace(path: str) -> Hook:
    def make(program: Program, arguments: Arguments) -> Value:
        """`Namespace("orders", path="/orders")`; without a path it is the name."""
        made = program.made(External(path), program.at(arguments), arguments)
        if made is not None:
            _name(program, made, arguments)
        return made

    return make


def _name(program: Program, owner: Object, arguments: Arguments) -> Value:
    """What a namespace is made with, also by a class that extends the library's."""
    if owner.router is not None:
        named, given = arguments.get(0, "name"), arguments.get("path")
        owner.router.prefix = given if isinstance(given, str) else f"/{named}" if isinstance(named, str) else ""
        owner.router.use(program.guards_at(arguments, ("decorators",)))
    return UNKNOWN


def _own_namespace(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`ns = api.namespace("orders")`."""
    made = HOOKS["flask_restx.Namespace()"](program, arguments)
    child = program.router_of(made)
    if child is not None and owner.router is not None:
        owner.router.mount(child, "", program.at(arguments))
    return made


def _add_namespace(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`api.add_namespace(ns, path="/v1/orders")`: the path takes the place of the namespace's own."""
    child = program.object_of(arguments.get(0, "ns"))
    if child is None or child.router is None or owner.router is None:
        return UNKNOWN
    own = child.fields.setdefault("own prefix", child.router.prefix)
    child.router.prefix = ""
    given = arguments.get(1, "path")
    owner.router.mount(child.router, given if isinstance(given, str) else own, program.at(arguments))
    return UNKNOWN


_APIS = ("flask_restful.Api()", "flask_restx.Api()", "flask_restplus.Api()", "flask_restful.api.Api()", "flask_restx.api.Api()")
_NAMESPACES = ("flask_restx.Namespace()", "flask_restplus.Namespace()", "flask_restx.namespace.Namespace()")
HOOKS: dict[str, Hook] = {path: _api(path) for path in _APIS} | {path: _namespace(path) for path in _NAMESPACES}
METHODS: dict[str, MethodHook] = {
    "flask-restful.api.init_app": _init,
    "flask-restful.api.__init__": _init,
    "flask-restful.namespace.__init__": _name,
    "flask-restful.api.add_resource": _add_resource,
    "flask-restful.api.route": _route,
    "flask-restful.api.namespace": _own_namespace,
    "flask-restful.api.add_namespace": _add_namespace,
}
