"""Rails: the routes that `config/routes.rb` draws, and what controllers do before their actions.

A mapper is the state of the drawing at one level: path, module, controller, the resource that a block speaks of.
Source: https://guides.rubyonrails.org/routing.html, https://api.rubyonrails.org/classes/ActionDispatch/Routing/Mapper.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

import inflection
from msgspec.structs import replace

from ctxgen.facts import folder_of
from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import guard, spelled
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.routing import Router, join
from ctxgen.source.ruby import active_admin, rails_gems
from ctxgen.source.ruby.lower import Symbol
from ctxgen.source.ruby.rails_drawing import Level, add, below, constraints, draw_inside, formatted, level_of, stated_names
from ctxgen.source.ruby.rails_resources import concern, concerns, resources
from ctxgen.source.values import UNKNOWN, Arguments, External, FunctionValue, Object, Scope, Value

_VERBS = ("get", "post", "put", "patch", "delete", "options", "head")
_CANONICAL = ("index", "create", "new", "show", "update", "destroy")
"""Actions whose symbols add nothing to the path of the resource that they are of."""
_SHORTHAND = re.compile(r"/?[-\w]+/[-\w/]+")


# ---------------------------------------------------------------------------------------------- one route


def _verb(program: Program, owner: Object, arguments: Arguments, methods: tuple[str, ...]) -> Value:
    """`get "/orders" => "orders#index"`, `get "orders", to: "orders#index"`, `get :search, on: :collection`."""
    level, at = formatted(level_of(owner), arguments), program.at(arguments)
    on = arguments.get("on")
    base = {"member": level.member, "collection": level.collection, "new": join(level.collection, "new")}.get(
        on if isinstance(on, str) else "", ""
    )
    of_resource = bool(base) or level.within in ("resource", "member", "collection")
    named: list[tuple[str, Value]] = []
    for value in arguments.positional:
        if isinstance(value, dict):
            named += [(key, target) for key, target in value.items() if isinstance(key, str)]
        elif isinstance(value, str):
            named.append((value, arguments.get("to")))
        elif isinstance(value, list):
            named += [(each, arguments.get("to")) for each in plain(value)]
    for path, target in named:
        stated = arguments.get("path")
        own = stated if isinstance(stated, str) else "" if of_resource and isinstance(path, Symbol) and path in _CANONICAL else path
        add(program, owner, methods, join(base or level.base, own), _target(path, target, arguments, level), at, level)
    return UNKNOWN


def _target(path: str, target: Value, arguments: Arguments, level: Level) -> str:
    """The controller and action of a route: as stated, or from the path by convention."""
    controller, action = arguments.get("controller"), arguments.get("action")
    controller = controller if isinstance(controller, str) else level.controller
    if isinstance(target, str):
        if "#" in target:
            return target
        if isinstance(target, Symbol):
            return f"{controller}#{target}"
    elif target is not None:
        return ""  # a Rack application or a redirect
    if isinstance(action, str):
        return f"{controller}#{action}"
    if level.action and controller:
        return f"{controller}#{level.action}"
    if not isinstance(path, Symbol) and _SHORTHAND.fullmatch(path):
        words = path.strip("/").replace("-", "_").split("/")
        return f"{'/'.join(words[:-1])}#{words[-1]}"
    word = path.strip("/").replace("-", "_")
    return f"{controller}#{word}" if re.fullmatch(r"\w+", word) else ""


def _match(program: Program, owner: Object, arguments: Arguments) -> Value:
    return _verb(program, owner, arguments, _via(arguments) or ("ANY",))


def _via(arguments: Arguments) -> tuple[str, ...]:
    return tuple("ANY" if each == "all" else each.upper() for each in plain(arguments.get("via", default=[])))


def _root(program: Program, owner: Object, arguments: Arguments) -> Value:
    level = level_of(owner)
    target = _target("root", arguments.get("to", 0), arguments, level)
    add(program, owner, _via(arguments) or ("GET",), level.path or "/", target, program.at(arguments), level)
    return UNKNOWN


def _mount(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`mount Sidekiq::Web => "/sidekiq"`: whatever lies below answers; an application or engine of the repository is followed."""
    level, at = level_of(owner), program.at(arguments)
    written = arguments.expression(0)
    pairs: list[tuple[ir.Expression | None, Value]] = [(written, arguments.get("at"))]
    if isinstance(written, ir.Mapping):
        pairs = [(key, program.evaluate(value, arguments.scope)) for key, value in written.entries]
    guards = (*level.guards, *constraints(program, [arguments.expression("constraints")], at))
    for application, path in pairs:
        if not isinstance(path, str) or application is None:
            continue
        whole = join(level.base, path)
        inner = program.router_of(program.evaluate(application, arguments.scope))
        if inner is not None and owner.router is not None and (inner.routes or inner.mounts):
            owner.router.mount(inner, whole, at, guards)
        elif owner.router is not None:
            mounted: list[_Mounted] = program.shared.setdefault("rails.mounted", [])
            mounted.append(_Mounted(owner, application, whole, at, guards))
    return UNKNOWN


class _Mounted(NamedTuple):
    """Something that is mounted, until it is known whether it is an engine of the repository."""

    owner: Object
    application: ir.Expression
    path: str
    at: At
    guards: tuple[Guard, ...]


def finish(program: Program) -> None:
    """Mount the engines whose routes the repository draws; others answer whatever lies below their path."""
    _draw_kept(program)
    drawn: dict[str, list[Router]] = {}
    for name, router in program.shared.get("rails.engines", ()):
        drawn.setdefault(name, []).append(router)
    for each in program.shared.get("rails.mounted", ()):
        engines = drawn.get(spelled(each.application), [])
        for router in engines:
            each.owner.router.mount(router, each.path, each.at, each.guards)
        if not engines:
            handler = program.handler_name(None, each.application)
            program.add_route(each.owner, ("ANY",), [each.path], each.at, handler, each.guards)


# ---------------------------------------------------------------------------------------------- levels


def _namespace(program: Program, owner: Object, arguments: Arguments) -> Value:
    level = formatted(level_of(owner), arguments)
    for name in plain(arguments.get(0)):
        path, module = arguments.get("path", default=name), arguments.get("module", default=name)
        draw_inside(
            program,
            owner,
            replace(level, path=below(level, path), module=level.inside(module), controller="", action="", within=""),
            arguments,
        )
    return UNKNOWN


def _scope(program: Program, owner: Object, arguments: Arguments) -> Value:
    level, at = formatted(level_of(owner), arguments), program.at(arguments)
    first = arguments.get("path", 0)
    path = level.base
    for part in plain(first):
        path = join(path, part)
    controller, action, names = arguments.get("controller"), arguments.get("action"), arguments.get("path_names")
    inner = replace(
        level,
        path=path,
        module=level.inside(arguments.get("module")),
        controller=controller if isinstance(controller, str) else level.controller,
        action=action if isinstance(action, str) else level.action,
        within="" if plain(first) else level.within,
        names=stated_names(names) or level.names,
        only=arguments.get("only", default=level.only),
        left_out=arguments.get("except", default=level.left_out),
        guards=(*level.guards, *constraints(program, [arguments.expression("constraints")], at)),
    )
    if inner.within in ("resources", "resource"):
        inner = replace(inner, path=level.path)
    draw_inside(program, owner, inner, arguments)
    return UNKNOWN


def _controller(program: Program, owner: Object, arguments: Arguments) -> Value:
    name = arguments.get(0)
    draw_inside(program, owner, replace(level_of(owner), controller=name if isinstance(name, str) else ""), arguments)
    return UNKNOWN


def _same(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`defaults`, `devise_scope` and the like: the block draws at the same level."""
    draw_inside(program, owner, formatted(level_of(owner), arguments), arguments)
    return UNKNOWN


def _shallow(program: Program, owner: Object, arguments: Arguments) -> Value:
    draw_inside(program, owner, replace(level_of(owner), shallow=True), arguments)
    return UNKNOWN


def _with_options(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`with_options only: [:index] do`: what is called inside has these options."""
    level = level_of(owner)
    draw_inside(program, owner, replace(level, given=(*level.given, *arguments.keywords.items())), arguments)
    return UNKNOWN


def _constrained(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`constraints AdminConstraint.new do`: who does not satisfy it finds no route."""
    level, at = level_of(owner), program.at(arguments)
    guards = (*level.guards, *constraints(program, [each.value for each in arguments.written[:1] if each.keyword is None], at))
    draw_inside(program, owner, replace(level, guards=guards), arguments)
    return UNKNOWN


def _guarded(program: Program, owner: Object, arguments: Arguments) -> Value:
    """Devise's `authenticate :user do`: who is not signed in finds no route."""
    level = level_of(owner)
    made = guard("authenticate", program.at(arguments), "authn")
    draw_inside(program, owner, replace(level, guards=(*level.guards, *([made] if made else []))), arguments)
    return UNKNOWN


def _member(program: Program, owner: Object, arguments: Arguments) -> Value:
    level = level_of(owner)
    draw_inside(program, owner, replace(level, path=level.member, within="member"), arguments)
    return UNKNOWN


def _collection(program: Program, owner: Object, arguments: Arguments) -> Value:
    level = level_of(owner)
    draw_inside(program, owner, replace(level, path=level.collection, within="collection"), arguments)
    return UNKNOWN


def _new(program: Program, owner: Object, arguments: Arguments) -> Value:
    level = level_of(owner)
    draw_inside(program, owner, replace(level, path=join(level.collection, "new"), within="collection"), arguments)
    return UNKNOWN


# ---------------------------------------------------------------------------------------------- drawing


_MAX_ENGINES = 100
_ISOLATES = re.compile(r"^\s{0,20}isolate_namespace[ (]{1,4}((?:\w{1,60}::){0,8}\w{1,60})", re.MULTILINE)
_ENGINE = re.compile(r"\s{0,20}((?:\w{1,60}::){0,8}Engine)\.(?:routes\.|(?:add|append|prepend)_routes\b)")


def _isolated(program: Program, engine: str, path: str) -> str:
    """The module of an engine's controllers: that which it isolates, where the file is the engine's by what it isolates or by its own name."""
    underscored = "/".join(map(inflection.underscore, engine.split("::")))
    for file in program.resolver.defining(path, "Engine")[:_MAX_ENGINES]:
        found = _ISOLATES.search(program.resolver.text(file))  # type: ignore[attr-defined]
        if found is not None and (found[1] == engine.removesuffix("::Engine") or file.endswith(f"/{underscored}.rb")):
            return "/".join(map(inflection.underscore, found[1].split("::")))
    return ""


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
    owner.fields |= {"level": Level(api=api), "concerns": {}}
    line = program.resolver.text(path).split("\n")[arguments.line - 1]  # type: ignore[attr-defined]
    if (engine := _ENGINE.match(line)) is not None:
        program.shared.setdefault("rails.engines", []).append((engine[1].replace("::", "."), owner.router))
        owner.fields["level"] = Level(api=api, module=_isolated(program, engine[1], path))
    program.call_with(callback, owner, arguments, receiver=True)
    return owner


_KEEPS = {"add_routes", "append_routes", "prepend_routes"}


def _draw_kept(program: Program) -> None:
    """Draw the blocks that routes files hand to an engine which keeps them until it draws: `Spree::Core::Engine.add_routes do`.

    Source: https://guides.spreecommerce.org/customization/routes.
    """
    for path in program.own:
        module, lowered = program.modules.get(path), program.lowered.get(path)
        if module is None or lowered is None or not path.endswith("config/routes.rb"):
            continue
        for statement in lowered.statements:
            call = statement.value if isinstance(statement, ir.Do) else None
            if not isinstance(call, ir.Call) or not isinstance(call.function, ir.Attribute) or call.function.name not in _KEEPS:
                continue
            block = call.arguments[-1].value if call.arguments else None
            if isinstance(block, ir.Function) and spelled(call.function.owner).endswith("Engine"):
                given = FunctionValue(block, module.scope)
                _draw(program, Arguments((given,), {}, call.arguments, call.line, module.scope))


def _draw_file(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`draw(:admin)`: what stands in `config/routes/admin.rb`, at this level."""
    name, folder = arguments.get(0), folder_of(arguments.scope.module.path)
    if isinstance(name, str):
        _draw_first(program, owner, (f"{folder}/routes/{name}.rb", f"{folder}/{name}.rb"))
    return UNKNOWN


def _draw_first(program: Program, owner: Object, candidates: Iterable[str]) -> None:
    """Draw what stands in files, where they exist and are not being drawn."""
    drawn: list[str] = program.shared.setdefault("rails.drawn", [])
    for candidate in candidates:
        if program.resolver.exists(candidate) and (module := program.module(candidate)) is not None:  # type: ignore[attr-defined]
            module.done = True
            if candidate not in drawn:
                drawn.append(candidate)
                program._execute(program.lowered[candidate].statements, Scope(module, module.scope, this=owner, receiver=owner))
                drawn.pop()


def _evaluated(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`instance_eval(File.read(Rails.root.join("config/routes/#{name}.rb")))`: what stands in the file, at this level; a block draws as it stands."""
    path, value = arguments.scope.module.path, arguments.get(0)
    for _ in range(4):
        value = value.arguments.get(-1) if isinstance(value, External) and value.arguments is not None else value
    if not isinstance(value, str) or not value.endswith(".rb"):
        return _same(program, owner, arguments)
    root = path[: path.rfind("config/")] if "config/" in path else ""
    _draw_first(program, owner, (f"{root}{value.lstrip('/')}", f"{folder_of(path)}/{value.lstrip('/')}"))
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
    "concern": concern,
    "concerns": concerns,
    "resources": lambda program, owner, arguments: resources(program, owner, arguments, one=False),
    "resource": lambda program, owner, arguments: resources(program, owner, arguments, one=True),
    "draw": _draw_file,
    "authenticate": _guarded,
    "authenticated": _guarded,
    "constraints": _constrained,
    "shallow": _shallow,
    "with_options": _with_options,
    **dict.fromkeys(("defaults", "devise_scope", "as", "unauthenticated", "scoped", "localized", "instance_exec"), _same),
    "instance_eval": _evaluated,
}


def _given(hook: MethodHook) -> MethodHook:
    """A hook that gets the options which `with_options` gives beside those of the call."""

    def called(program: Program, owner: Object, arguments: Arguments) -> Value:
        given = level_of(owner).given
        return hook(program, owner, arguments._replace(keywords={**dict(given), **arguments.keywords}) if given else arguments)

    return called


METHODS: dict[str, MethodHook] = {f"rails.mapper.{name}": _given(hook) for name, hook in _HOOKS.items()} | rails_gems.METHODS
HOOKS: dict[str, Callable[[Program, Arguments], Value]] = {
    "*.routes.draw()": _draw,
    "*.routes.append()": _draw,
    "*.routes.prepend()": _draw,
    "ActiveAdmin.routes()": active_admin.routes,
}
