"""Rails' resources: the routes of one line for the actions of a controller, and the concerns that they share.

Source: https://guides.rubyonrails.org/routing.html#resource-routing-the-rails-default.
"""

from __future__ import annotations

from msgspec.structs import replace

from ctxgen.source.frameworks import plain
from ctxgen.source.program import Program
from ctxgen.source.routing import join
from ctxgen.source.ruby.rails_drawing import Level, add, constraints, draw_inside, formatted, level_of, stated_names
from ctxgen.source.ruby.rails_names import names_of
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Object, Value

_MANY = ("index", "create", "new", "edit", "show", "update", "destroy")
_ONE = ("show", "create", "new", "edit", "update", "destroy")
_METHODS = {
    "index": ("GET",),
    "create": ("POST",),
    "new": ("GET",),
    "edit": ("GET",),
    "show": ("GET",),
    "update": ("PATCH", "PUT"),
    "destroy": ("DELETE",),
}


def concern(program: Program, owner: Object, arguments: Arguments) -> Value:
    name, callback = arguments.get(0), arguments.get(-1)
    if isinstance(name, str) and isinstance(callback, FunctionValue):
        owner.fields.setdefault("concerns", {})[name] = callback
    return UNKNOWN


def concerns(program: Program, owner: Object, arguments: Arguments) -> Value:
    for name in (each for value in arguments.positional for each in plain(value)):
        callback = owner.fields.get("concerns", {}).get(name)
        if isinstance(callback, FunctionValue):
            draw_inside(program, owner, level_of(owner), arguments._replace(positional=(callback,)))
    return UNKNOWN


def resources(program: Program, owner: Object, arguments: Arguments, *, one: bool) -> Value:
    for name in (each for value in arguments.positional if not isinstance(value, FunctionValue) for each in plain(value)):
        if owner.router is not None and program.full(owner.router):  # seven routes for a short line
            break
        _resource(program, owner, arguments, name, one=one)
    return UNKNOWN


def _resource(program: Program, owner: Object, arguments: Arguments, name: str, *, one: bool) -> None:
    outer, at = formatted(level_of(owner), arguments), program.at(arguments)
    path, stated = arguments.get("path", default=name), arguments.get("controller")
    shallow = arguments.get("shallow") is True or (outer.shallow and arguments.get("shallow") is not False)
    base = outer.base
    collection = join(base, path if isinstance(path, str) else name) if path != "" else base
    parameter = arguments.get("param")
    key = parameter if isinstance(parameter, str) else "id"
    called = arguments.get("as", default=name)
    singular = names_of(program, at.path).singular(called.rpartition("/")[2] if isinstance(called, str) else name)
    own = collection if not shallow or not outer.within else join(outer.path, path if isinstance(path, str) else name)
    member = collection if one else join(own, f":{key}")
    nested = collection if one else join(own, f":{singular}_{key}")
    level = replace(
        outer,
        module=outer.inside(arguments.get("module")),
        controller=stated if isinstance(stated, str) else names_of(program, at.path).plural(name) if one else name,
        action="",
        path=outer.path if shallow else base,
        member=member,
        collection=collection,
        nested=nested,
        within="resource" if one else "resources",
        shallow=shallow,
        only=None,
        left_out=None,
        guards=(*outer.guards, *constraints(program, [arguments.expression("constraints")], at)),
    )
    words = {**dict(outer.names), **dict(stated_names(arguments.get("path_names")))}
    for action in _actions(arguments, outer, _ONE if one else _MANY):
        whole = {
            "index": collection,
            "create": collection,
            "new": join(collection, words.get("new", "new")),
            "edit": join(member, words.get("edit", "edit")),
        }.get(action, member)
        add(program, owner, _METHODS[action], whole, f"{level.controller}#{action}", at, level)
    child = Object(owner.type, owner.router)
    child.fields |= {"level": level, "concerns": owner.fields.setdefault("concerns", {})}
    for each in plain(arguments.get("concerns", default=[])):
        concerns(program, child, arguments._replace(positional=(each,)))
    draw_inside(program, owner, level, arguments)


def _actions(arguments: Arguments, outer: Level, all_actions: tuple[str, ...]) -> list[str]:
    stated = "only" in arguments.keywords or "except" in arguments.keywords
    only = arguments.get("only") if stated else outer.only
    left_out = plain(arguments.get("except", default=[]) if stated else outer.left_out)
    wanted = plain(only) if only is not None else [each for each in all_actions if not (outer.api and each in ("new", "edit"))]
    return [each for each in all_actions if each in wanted and each not in left_out]
