"""Rails: the routes that `config/routes.rb` draws, and what controllers do before their actions.

A mapper is the state of the drawing at one level: path, module, controller, the resource that a block speaks of.
Source: https://guides.rubyonrails.org/routing.html, https://api.rubyonrails.org/classes/ActionDispatch/Routing/Mapper.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import inflection
from msgspec import Struct
from msgspec.structs import replace

from ctxgen.facts import folder_of
from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard, spelled
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.routing import join
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, FunctionValue, Object, Scope, Value

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
_VERBS = ("get", "post", "put", "patch", "delete", "options", "head")
_OPTIONAL = re.compile(r"/?\([^()]*(?:\([^()]*\)[^()]*)*\)")
_MAX_CONTROLLERS = 3_000
_MAX_CONCERNS = 8


class _Level(Struct, frozen=True):
    """Where in the drawing a block stands.  `member`, `collection` are the paths of the resource around it, `plain` what a bare route gets."""

    path: str = ""
    module: str = ""
    controller: str = ""
    member: str = ""
    collection: str = ""
    nested: str = ""
    within: str = ""
    """`resources`, `resource`, `member`, `collection` or nothing."""
    shallow: bool = False
    guards: tuple[Guard, ...] = ()
    api: bool = False


def _level(owner: Object) -> _Level:
    found = owner.fields.get("level")
    return found if isinstance(found, _Level) else _Level()


def _inside(program: Program, owner: Object, level: _Level, arguments: Arguments) -> None:
    """Draw what the block of a call draws, at another level."""
    callback = arguments.get(-1)
    if isinstance(callback, FunctionValue):
        child = Object(owner.type, owner.router)
        child.fields |= {"level": level, "concerns": owner.fields.setdefault("concerns", {})}
        program.call_with(callback, child, arguments, receiver=True)


# ---------------------------------------------------------------------------------------------- one route


def _add(program: Program, owner: Object, methods: Iterable[str], path: str, target: str, at: At, level: _Level) -> None:
    """A route; `target` is `controller#action`, both below the level's module."""
    controller, _, action = target.partition("#")
    controller = controller.strip("/") if controller.startswith("/") else "/".join(part for part in (level.module, controller) if part)
    shown = _OPTIONAL.sub("", path) or "/"
    handler = f"{'::'.join(map(inflection.camelize, controller.split('/')))}Controller#{action}" if controller and action else None
    guards, public = before(program, controller, action, at.path) if handler else ((), None)
    program.add_route(owner, methods, [shown], at, handler, (*level.guards, *guards), public=public)


def _verb(program: Program, owner: Object, arguments: Arguments, methods: tuple[str, ...]) -> Value:
    """`get "/orders" => "orders#index"`, `get "orders", to: "orders#index"`, `get :search, on: :collection`."""
    level, at = _level(owner), program.at(arguments)
    on = arguments.get("on")
    base = {"member": level.member, "collection": level.collection, "new": join(level.collection, "new")}.get(
        on if isinstance(on, str) else "", ""
    )
    if not base:
        base = {"resources": level.nested, "resource": level.nested}.get(level.within, level.path)
    named: list[tuple[str, Value]] = []
    for value in arguments.positional:
        if isinstance(value, dict):
            named += [(key, target) for key, target in value.items()]
        elif isinstance(value, str):
            named.append((value, arguments.get("to")))
        elif isinstance(value, list):
            named += [(each, arguments.get("to")) for each in plain(value)]
    for path, target in named:
        stated = arguments.get("path")
        whole = join(base, stated if isinstance(stated, str) else path)
        _add(program, owner, methods, whole, _target(path, target, arguments, level), at, level)
    return UNKNOWN


def _target(path: str, target: Value, arguments: Arguments, level: _Level) -> str:
    """The controller and action of a route: as stated, or from the path by convention."""
    controller, action = arguments.get("controller"), arguments.get("action")
    controller = controller if isinstance(controller, str) else level.controller
    if isinstance(target, str):
        return target if "#" in target else f"{controller}#{target}"
    if isinstance(action, str):
        return f"{controller}#{action}"
    if target is not None and target is not UNKNOWN:
        return ""  # a Rack application or a redirect
    words = path.strip("/").split("/")
    if not controller and len(words) > 1:
        return f"{'/'.join(words[:-1])}#{words[-1]}"
    return f"{controller}#{words[-1]}" if controller and re.fullmatch(r"\w+", words[-1]) else ""


def _match(program: Program, owner: Object, arguments: Arguments) -> Value:
    via = [each.upper() for each in plain(arguments.get("via", default=[]))]
    return _verb(program, owner, arguments, tuple("ANY" if each == "ALL" else each for each in via) or ("ANY",))


def _root(program: Program, owner: Object, arguments: Arguments) -> Value:
    level = _level(owner)
    target = arguments.get("to", 0)
    _add(program, owner, ("GET",), level.path or "/", target if isinstance(target, str) else "", program.at(arguments), level)
    return UNKNOWN


def _mount(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`mount Sidekiq::Web => "/sidekiq"`: whatever lies below answers; an application of the repository is followed."""
    level, at = _level(owner), program.at(arguments)
    at_path = arguments.get("at")
    written = arguments.expression(0)
    pairs: list[tuple[ir.Expression | None, Value]] = [(written, at_path)]
    if isinstance(written, ir.Mapping):
        pairs = [(key, program.evaluate(value, arguments.scope)) for key, value in written.entries]
    for application, path in pairs:
        if not isinstance(path, str) or application is None:
            continue
        whole = join(level.path, path)
        inner = program.router_of(program.evaluate(application, arguments.scope))
        if inner is not None and owner.router is not None and inner.routes:
            owner.router.mount(inner, whole, at, level.guards)
        else:
            program.add_route(owner, ("ANY",), [whole], at, program.handler_name(None, application), level.guards)
    return UNKNOWN


# ---------------------------------------------------------------------------------------------- levels


def _namespace(program: Program, owner: Object, arguments: Arguments) -> Value:
    level = _level(owner)
    for name in plain(arguments.get(0)):
        path, module = arguments.get("path", default=name), arguments.get("module", default=name)
        inner = replace(
            level,
            path=join(_base(level), path) if isinstance(path, str) else _base(level),
            module=f"{level.module}/{module}".strip("/") if isinstance(module, str) else level.module,
            controller="",
            within="",
        )
        _inside(program, owner, inner, arguments)
    return UNKNOWN


def _base(level: _Level) -> str:
    return level.nested if level.within in ("resources", "resource") else level.path


def _scope(program: Program, owner: Object, arguments: Arguments) -> Value:
    level = _level(owner)
    first = arguments.get("path", 0)
    path = _base(level)
    for part in plain(first):
        path = join(path, part)
    module, controller = arguments.get("module"), arguments.get("controller")
    inner = replace(
        level,
        path=path,
        module=f"{level.module}/{module}".strip("/") if isinstance(module, str) else level.module,
        controller=controller if isinstance(controller, str) else level.controller,
        within="" if plain(first) else level.within,
    )
    if inner.within in ("resources", "resource"):
        inner = replace(inner, path=level.path)
    _inside(program, owner, inner, arguments)
    return UNKNOWN


def _controller(program: Program, owner: Object, arguments: Arguments) -> Value:
    name = arguments.get(0)
    _inside(program, owner, replace(_level(owner), controller=name if isinstance(name, str) else ""), arguments)
    return UNKNOWN


def _same(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`constraints`, `defaults`, `shallow`, `with_options` and the like: the block draws at the same level."""
    _inside(program, owner, _level(owner), arguments)
    return UNKNOWN


def _guarded(program: Program, owner: Object, arguments: Arguments) -> Value:
    """Devise's `authenticate :user do`: who is not signed in finds no route."""
    level = _level(owner)
    made = guard("authenticate", program.at(arguments), "authn")
    _inside(program, owner, replace(level, guards=(*level.guards, *([made] if made else []))), arguments)
    return UNKNOWN


def _member(program: Program, owner: Object, arguments: Arguments) -> Value:
    level = _level(owner)
    _inside(program, owner, replace(level, path=level.member, within="member"), arguments)
    return UNKNOWN


def _collection(program: Program, owner: Object, arguments: Arguments) -> Value:
    level = _level(owner)
    _inside(program, owner, replace(level, path=level.collection, within="collection"), arguments)
    return UNKNOWN


def _new(program: Program, owner: Object, arguments: Arguments) -> Value:
    level = _level(owner)
    _inside(program, owner, replace(level, path=join(level.collection, "new"), within="collection"), arguments)
    return UNKNOWN


def _concern(program: Program, owner: Object, arguments: Arguments) -> Value:
    name, callback = arguments.get(0), arguments.get(-1)
    if isinstance(name, str) and isinstance(callback, FunctionValue):
        owner.fields.setdefault("concerns", {})[name] = callback
    return UNKNOWN


def _concerns(program: Program, owner: Object, arguments: Arguments) -> Value:
    for name in (each for value in arguments.positional for each in plain(value)):
        callback = owner.fields.get("concerns", {}).get(name)
        if isinstance(callback, FunctionValue):
            _inside(program, owner, _level(owner), arguments._replace(positional=(callback,)))
    return UNKNOWN


# ---------------------------------------------------------------------------------------------- resources


def _resources(program: Program, owner: Object, arguments: Arguments, *, one: bool) -> Value:
    for name in (each for value in arguments.positional if not isinstance(value, FunctionValue) for each in plain(value)):
        _resource(program, owner, arguments, name, one=one)
    return UNKNOWN


def _resource(program: Program, owner: Object, arguments: Arguments, name: str, *, one: bool) -> None:
    outer, at = _level(owner), program.at(arguments)
    path, module, stated = arguments.get("path", default=name), arguments.get("module"), arguments.get("controller")
    shallow = arguments.get("shallow") is True or outer.shallow
    base = _base(outer)
    collection = join(base, path if isinstance(path, str) else name) if path != "" else base
    parameter = arguments.get("param")
    key = parameter if isinstance(parameter, str) else "id"
    singular = inflection.singularize(name.rpartition("/")[2])
    own = collection if not shallow or not outer.within else join(outer.path, path if isinstance(path, str) else name)
    member = collection if one else join(own, f":{key}")
    nested = collection if one else join(own, f":{singular}_{key}")
    level = replace(
        outer,
        module=f"{outer.module}/{module}".strip("/") if isinstance(module, str) else outer.module,
        controller=stated if isinstance(stated, str) else inflection.pluralize(name) if one else name,
        path=outer.path if shallow else base,
        member=member,
        collection=collection,
        nested=nested,
        within="resource" if one else "resources",
        shallow=shallow,
    )
    names = arguments.get("path_names")
    words = names if isinstance(names, dict) else {}
    for action in _actions(arguments, _ONE if one else _MANY, api=outer.api):
        whole = {
            "index": collection,
            "create": collection,
            "new": join(collection, str(words.get("new", "new"))),
            "edit": join(member, str(words.get("edit", "edit"))),
        }.get(action, member)
        _add(program, owner, _METHODS[action], whole, f"{level.controller}#{action}", at, level)
    child = Object(owner.type, owner.router)
    child.fields |= {"level": level, "concerns": owner.fields.setdefault("concerns", {})}
    for concern in plain(arguments.get("concerns", default=[])):
        _concerns(program, child, arguments._replace(positional=(concern,)))
    _inside(program, owner, level, arguments)


def _actions(arguments: Arguments, all_actions: tuple[str, ...], *, api: bool) -> list[str]:
    only, left_out = arguments.get("only"), plain(arguments.get("except", default=[]))
    wanted = plain(only) if only is not None else [each for each in all_actions if not (api and each in ("new", "edit"))]
    return [each for each in all_actions if each in wanted and each not in left_out]


# ---------------------------------------------------------------------------------------------- Devise


_DEVISE: dict[str, tuple[tuple[tuple[str, ...], str, str], ...]] = {
    "database_authenticatable": ((("GET",), "sign_in", "sessions#new"), (("POST",), "sign_in", "sessions#create"), (("DELETE",), "sign_out", "sessions#destroy")),
    "recoverable": (
        (("GET",), "password/new", "passwords#new"), (("GET",), "password/edit", "passwords#edit"), (("PATCH", "PUT"), "password", "passwords#update"), (("POST",), "password", "passwords#create"),
    ),
    "registerable": (
        (("GET",), "cancel", "registrations#cancel"), (("GET",), "sign_up", "registrations#new"), (("GET",), "edit", "registrations#edit"), (("PATCH", "PUT"), "", "registrations#update"),
        (("DELETE",), "", "registrations#destroy"), (("POST",), "", "registrations#create"),
    ),
    "confirmable": ((("GET",), "confirmation/new", "confirmations#new"), (("GET",), "confirmation", "confirmations#show"), (("POST",), "confirmation", "confirmations#create")),
    "lockable": ((("GET",), "unlock/new", "unlocks#new"), (("GET",), "unlock", "unlocks#show"), (("POST",), "unlock", "unlocks#create")),
}  # fmt: skip
"""The routes of Devise's modules.  Source: https://rubydoc.info/github/heartcombo/devise/ActionDispatch/Routing/Mapper."""


def _devise_for(program: Program, owner: Object, arguments: Arguments) -> Value:
    level, at = _level(owner), program.at(arguments)
    for scope in (each for value in arguments.positional for each in plain(value)):
        modules = _devise_modules(program, inflection.camelize(inflection.singularize(scope)), at.path)
        path = arguments.get("path", default=scope)
        base = join(level.path, path if isinstance(path, str) else scope) if path != "" else level.path
        controllers = arguments.get("controllers")
        skipped, only = plain(arguments.get("skip", default=[])), plain(arguments.get("only", default=[]))
        for module in (each for each in _DEVISE if each in modules):
            for methods, inner, target in _DEVISE[module]:
                controller, _, action = target.partition("#")
                if "all" in skipped or controller in skipped or (only and controller not in only):
                    continue
                own = controllers.get(controller) if isinstance(controllers, dict) else None
                name = f"/{own}" if isinstance(own, str) else f"/devise/{controller}"
                _add(program, owner, methods, join(base, inner) or "/", f"{name}#{action}", at, level)
    return UNKNOWN


def _devise_modules(program: Program, model: str, path: str) -> set[str]:
    """The modules that the model names with `devise :registerable, …`; the usual ones where the model is not found."""
    for file in program.resolver.defining(path, model):
        text = program.resolver.text(file)  # type: ignore[attr-defined]
        found = re.findall(r"^\s{0,12}devise\s+((?::\w+[^\n:]{0,40}\s*){1,20})", text, re.MULTILINE)
        if found:
            return {name for line in found for name in re.findall(r":(\w+)", line)}
    return {"database_authenticatable", "registerable", "recoverable"}


# ---------------------------------------------------------------------------------------------- drawing


def _draw(program: Program, arguments: Arguments) -> Value:
    """`Rails.application.routes.draw do`: the block draws on the router of the application."""
    callback = arguments.get(-1)
    type = program.vocabulary.frameworks["rails"].types["mapper"]
    if not isinstance(callback, FunctionValue):
        return UNKNOWN
    path = arguments.scope.module.path
    owner = Object(type, program.new_router(type, program.at(arguments)))
    assert owner.router is not None
    owner.router.root = True
    application = f"{path.removesuffix('config/routes.rb')}config/application.rb"
    api = bool(re.search(r"^\s{0,20}config\.api_only\s*=\s*true", program.resolver.text(application), re.MULTILINE))  # type: ignore[attr-defined]
    owner.fields |= {"level": _Level(api=api), "concerns": {}}
    program.call_with(callback, owner, arguments, receiver=True)
    return owner


def _draw_file(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`draw(:admin)`: what stands in `config/routes/admin.rb`, at this level."""
    name, path = arguments.get(0), arguments.scope.module.path
    folder = folder_of(path)
    drawn: list[str] = program.shared.setdefault("rails.drawn", [])
    for candidate in (f"{folder}/routes/{name}.rb", f"{folder}/{name}.rb"):
        if isinstance(name, str) and program.resolver.exists(candidate) and (module := program.module(candidate)) is not None:  # type: ignore[attr-defined]
            module.done = True
            if candidate not in drawn:
                drawn.append(candidate)
                program._execute(program.lowered[candidate].statements, Scope(module, module.scope, this=owner, receiver=owner))
                drawn.pop()
    return UNKNOWN


def _verb_hook(verb: str) -> MethodHook:
    return lambda program, owner, arguments: _verb(program, owner, arguments, (verb.upper(),))


_HOOKS: dict[str, MethodHook] = {
    **{verb: _verb_hook(verb) for verb in _VERBS},
    "match": _match,
    "root": _root,
    "mount": _mount,
    "namespace": _namespace,
    "scope": _scope,
    "controller": _controller,
    "member": _member,
    "collection": _collection,
    "new": _new,
    "nested": _same,
    "concern": _concern,
    "concerns": _concerns,
    "resources": lambda program, owner, arguments: _resources(program, owner, arguments, one=False),
    "resource": lambda program, owner, arguments: _resources(program, owner, arguments, one=True),
    "draw": _draw_file,
    "devise_for": _devise_for,
    "authenticate": _guarded,
    "authenticated": _guarded,
    **dict.fromkeys(
        (
            "constraints",
            "defaults",
            "shallow",
            "with_options",
            "devise_scope",
            "unauthenticated",
            "scoped",
            "localized",
            "instance_exec",
            "instance_eval",
        ),
        _same,
    ),
}
METHODS: dict[str, MethodHook] = {f"rails.mapper.{name}": hook for name, hook in _HOOKS.items()}
HOOKS: dict[str, Callable[[Program, Arguments], Value]] = {
    "*.routes.draw()": _draw,
    "*.routes.append()": _draw,
    "*.routes.prepend()": _draw,
}


# ---------------------------------------------------------------------------------------------- controllers


def before(program: Program, controller: str, action: str, path: str) -> tuple[tuple[Guard, ...], At | None]:
    """The guards that a controller and those that it extends run before an action, and the line that skips them."""
    known: dict[str, list[_Before]] = program.shared.setdefault("rails.before", [{}])[0]
    if controller not in known and len(known) < _MAX_CONTROLLERS:
        known[controller] = _befores(program, controller, path)
    guards: dict[str, Guard] = {}
    skipped: At | None = None
    for each in known.get(controller, ()):
        if (each.only and action not in each.only) or action in each.left_out:
            continue
        if each.skips:
            skipped = each.guard.at if guards.pop(each.guard.name, None) is not None else skipped
        else:
            guards[each.guard.name] = each.guard
    held = tuple(guards.values())
    return held, None if any(each.kind in ("authn", "authz") for each in held) else skipped


class _Before(Struct, frozen=True):
    guard: Guard
    only: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    skips: bool = False


def _befores(program: Program, controller: str, path: str) -> list[_Before]:
    root = path[: path.rfind("config/")] if "config/" in path else ""
    found: list[_Before] = []
    macros: dict[str, ir.Function] = {}
    for cls in reversed(list(_lineage(program, _controller_class(program, root, controller), root))):
        found += _declared(program, cls, cls.cls.statements, macros)
    return found


def _controller_class(program: Program, root: str, controller: str) -> ClassValue | None:
    """The class of `api/v1/orders`, by the name of its file."""
    file = f"{root}app/controllers/{controller}_controller.rb"
    if not program.resolver.exists(file):  # type: ignore[attr-defined]
        return None
    program.module(file)
    name = inflection.camelize(controller.rpartition("/")[2]) + "Controller"
    return next((cls for cls in _all_classes(program) if cls.path == file and cls.cls.name == name), None)


def _lineage(program: Program, cls: ClassValue | None, root: str, depth: int = 0) -> Iterator[ClassValue]:
    """A controller and those that it extends; `Api::V1::BaseController` lies where its name says, whoever else opens `Api`."""
    if cls is None or depth > _MAX_CONCERNS:
        return
    known = list(program.lineage(cls))
    yield from known
    for base in known[-1].cls.bases[:1]:
        parts = spelled(base).removesuffix("Controller").split(".")
        if len(parts) > 1:
            yield from _lineage(program, _controller_class(program, root, "/".join(map(inflection.underscore, parts))), root, depth + 1)


def _declared(
    program: Program, cls: ClassValue, statements: Iterable[ir.Statement], macros: dict[str, ir.Function], depth: int = 0
) -> Iterator[_Before]:
    """What the body of a controller or a concern declares, with what the concerns that it includes do; `macros` are the class methods that these bring.

    Source: https://api.rubyonrails.org/classes/ActiveSupport/Concern.html
    """
    for call in _calls(statements):
        called = call.function.name
        if called == "include" and depth < _MAX_CONCERNS:
            for argument in reversed(call.arguments):
                module = program.evaluate(argument.value, program.class_scope(cls))
                if isinstance(module, ClassValue) and module.cls.kind == "module":
                    yield from _declared(program, module, _block(module.cls.statements, "included"), macros, depth + 1)
                    macros |= {
                        each.what.name: each.what
                        for each in _block(module.cls.statements, "class_methods")
                        if isinstance(each, ir.Define) and isinstance(each.what, ir.Function)
                    }
        elif called in macros and depth < _MAX_CONCERNS:
            for inner in _calls(macros[called].body):
                passed = [each for each in inner.arguments if not each.spread]
                passed += [each for each in call.arguments if each.keyword] if len(passed) < len(inner.arguments) else []
                yield from _before(program, cls, replace(inner, arguments=tuple(passed)), inner.function.name)
        else:
            yield from _before(program, cls, call, called)


def _calls(statements: Iterable[ir.Statement]) -> Iterator[Any]:
    """The calls without a receiver; a bare name is one without arguments, and the last of a block is what it returns."""
    for each in statements:
        match each:
            case ir.Do(ir.Call(ir.Name()) as call) | ir.Return(ir.Call(ir.Name()) as call):
                yield call
            case ir.Do(ir.Name(line=line) as called) | ir.Return(ir.Name(line=line) as called):
                yield ir.Call(called, (), line)


def _block(statements: Iterable[ir.Statement], called: str) -> tuple[ir.Statement, ...]:
    """What stands in the blocks of a concern that are called so."""
    blocks = [call.arguments[-1].value for call in _calls(statements) if call.function.name == called and call.arguments]
    return tuple(each for block in blocks if isinstance(block, ir.Function) for each in block.body)


def _all_classes(program: Program) -> list[ClassValue]:
    for cls in list(program.classes):
        if cls.cls.kind == "module" or cls.cls.classes:
            program.defined(cls)
    return program.classes


def _before(program: Program, cls: ClassValue, call: ir.Call, called: str) -> list[_Before]:
    skips = called in ("skip_before_action", "skip_before_filter", "allow_unauthenticated_access")
    if not skips and called not in (
        "before_action",
        "before_filter",
        "prepend_before_action",
        "authenticate_with",
        "load_and_authorize_resource",
        "authorize_resource",
        "http_basic_authenticate_with",
        "rate_limit",
    ):
        return []
    inside = program.class_scope(cls)
    options: dict[str, Any] = {
        argument.keyword: program.evaluate(argument.value, inside) for argument in call.arguments if argument.keyword
    }
    only, left_out = tuple(plain(options.get("only", []))), tuple(plain(options.get("except", [])))
    at = At(cls.path, call.line)
    names = [
        value
        for argument in call.arguments
        if argument.keyword is None and isinstance(value := program.evaluate(argument.value, inside), str)
    ]
    if called == "allow_unauthenticated_access":
        names = ["require_authentication"]
    if not names and not called.endswith(("_action", "_filter")):
        names = [called]
    kind: Any = (
        "rate" if called == "rate_limit" else "authz" if "authorize" in called else "authn" if called.startswith("http_basic") else None
    )
    return [_Before(made, only, left_out, skips) for name in names if (made := guard(name, at, kind)) is not None]
