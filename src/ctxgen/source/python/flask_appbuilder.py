"""Flask-AppBuilder: views that are added to an application builder, the methods that they expose, and those that the library's classes bring.

The views of the library itself (users, roles, login) are left out, as other frameworks' own are.

Sources: https://flask-appbuilder.readthedocs.io/en/latest/views.html, https://flask-appbuilder.readthedocs.io/en/latest/rest_api.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.model import At, Guard, GuardKind
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard, spelled
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.python.views import bases, decorators, field
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, Instance, Object, Value


class _Exposed(NamedTuple):
    """A method of a view: its name, path below the view, HTTP methods and guards."""

    name: str
    path: str
    methods: tuple[str, ...]
    guards: tuple[Guard, ...] = ()


_FORM = ("GET", "POST")
_CHART = (("chart", "/chart/", ("GET",)), ("chart", "/chart/<group_by>", ("GET",)))
_FORM_VIEW = (("this_form_get", "/form", ("GET",)), ("this_form_post", "/form", ("POST",)))
_LIBRARY: dict[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "ModelView": (
        ("list", "/list/", ("GET",)), ("show", "/show/<pk>", ("GET",)), ("add", "/add", _FORM), ("edit", "/edit/<pk>", _FORM), ("delete", "/delete/<pk>", _FORM),
        ("download", "/download/<filename>", ("GET",)), ("action", "/action/<name>/<pk>", _FORM), ("action_post", "/action_post", ("POST",)),
    ),
    "MasterDetailView": (("list", "/list/", ("GET",)), ("list", "/list/<pk>", ("GET",))),
    "MultipleView": (("list", "/list/", ("GET",)),),
    "ModelRestApi": (
        ("info", "/_info", ("GET",)), ("get_list", "/", ("GET",)), ("get", "/<pk>", ("GET",)), ("post", "/", ("POST",)), ("put", "/<pk>", ("PUT",)), ("delete", "/<pk>", ("DELETE",)),
    ),
    "SimpleFormView": _FORM_VIEW, "PublicFormView": _FORM_VIEW, "GroupByChartView": _CHART, "DirectByChartView": _CHART, "ChartView": _CHART,
    "TimeChartView": (("chart", "/chart/<period>", ("GET",)), ("chart", "/chart/", ("GET",))),
}  # fmt: skip
"""What the library's classes expose, all but a public form behind its permissions."""
_APIS = {"BaseApi", "BaseModelApi", "ModelRestApi"}
_KINDS: dict[str, GuardKind] = {"protect": "authn", "has_access": "authz", "has_access_api": "authz"}


def _add(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`appbuilder.add_view(OrderView, "Orders")`, `appbuilder.add_api(OrderApi)`."""
    view = arguments.get(0, "baseview", default=UNKNOWN)
    cls = view.cls if isinstance(view, Instance) else view
    if isinstance(cls, ClassValue) and owner.router is not None:
        base, at = _base(program, cls), program.at(arguments)
        if base is None:
            program.note(at, "path-unknown", "a route whose path could not be followed is left out")
            return UNKNOWN
        for exposed in _exposed(program, cls, at):
            # a path of a view may be a slash alone: the slash stays
            path = f"{base.rstrip('/')}/{exposed.path.lstrip('/')}" if exposed.path else base
            program.add_route(owner, exposed.methods, [path], at, f"{cls.cls.name}.{exposed.name}", exposed.guards)
    return UNKNOWN


def _base(program: Program, cls: ClassValue) -> str | None:
    """The path of a view: as it states it, else by its name; None where it is not known."""
    stated = field(program, cls, "route_base")
    if isinstance(stated, str):
        return stated
    if stated is not UNKNOWN and stated is not None:
        return None
    if not any(base.rpartition(".")[2] in _APIS for base in bases(program, cls)):
        return f"/{cls.cls.name.lower()}"
    version, resource = field(program, cls, "version"), field(program, cls, "resource_name")
    return f"/api/{version if isinstance(version, str) else 'v1'}/{resource if isinstance(resource, str) else cls.cls.name.lower()}"


def _exposed(program: Program, cls: ClassValue, at: At) -> Iterator[_Exposed]:
    """The methods that a view exposes: of the repository's classes, nearest first, then those of the library's that none of them states."""
    kept, left_out = plain(field(program, cls, "include_route_methods")), plain(field(program, cls, "exclude_route_methods"))
    seen: set[str] = set()
    for each in program.lineage(cls):
        for function in each.cls.methods:
            if function.name not in seen and (marks := [mark for mark in function.decorators if _name(mark) in ("expose", "expose_api")]):
                seen.add(function.name)
                if (function.name in kept or not kept) and function.name not in left_out:
                    yield from _marked(program, each, function, marks)
    for base in bases(program, cls):
        name = base.rpartition(".")[2]
        kind = "protect" if name in _APIS else "has_access"
        own = guard(kind, at, _KINDS[kind]) if name != "PublicFormView" else None
        for called, path, methods in _LIBRARY.get(name, ()):
            if called not in seen and (called in kept or not kept) and called not in left_out:
                yield _Exposed(called, path, methods, (own,) if own is not None else ())


def _marked(program: Program, cls: ClassValue, function: ir.Function, marks: list[ir.Expression]) -> Iterator[_Exposed]:
    """`@expose("/list/", methods=["GET"])` with the other decorators of the method as its guards."""
    scope = program.class_scope(cls)
    guards: list[Guard] = []
    for mark in function.decorators:
        known = _KINDS.get(_name(mark))
        made = guard(_name(mark), At(cls.path, _line(mark, function.line)), known) if known is not None else None
        guards += [made] if made is not None else decorators(program, [mark], scope) if mark not in marks else []
    for mark in marks:
        given = mark.arguments if isinstance(mark, ir.Call) else ()
        by_name = {each.keyword: each.value for each in given}
        positional = [each.value for each in given if each.keyword is None]
        path = by_name.get("url", positional[0] if positional else None)
        value = program.evaluate(path, scope) if path is not None else "/"
        methods = by_name.get("methods", positional[1] if len(positional) > 1 else None)
        verbs = tuple(each.upper() for each in plain(program.evaluate(methods, scope))) if methods is not None else ()
        if isinstance(value, str):
            yield _Exposed(function.name, value, verbs or ("GET",), tuple(guards))


def _name(mark: ir.Expression) -> str:
    return spelled(mark).rpartition(".")[2]


def _line(mark: ir.Expression, otherwise: int) -> int:
    return mark.line if not isinstance(mark, (ir.Function, ir.Class)) else otherwise


METHODS: dict[str, MethodHook] = {f"flask-appbuilder.builder.{name}": _add for name in ("add_view", "add_view_no_menu", "add_api")}
