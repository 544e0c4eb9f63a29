"""Frameworks whose routes are files: what each file that has a path exports.

Source: the documentation that `file_paths.py` names, and https://nextjs.org/docs/app/building-your-application/configuring/basepath
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.guards import guard, refusal, spelled
from ctxgen.source.program import Program
from ctxgen.source.routing import access_of, join, parameters
from ctxgen.source.script import file_paths, medusa
from ctxgen.source.script.demands import demanded, ending, inside, spared
from ctxgen.source.script.file_paths import Place
from ctxgen.source.script.h3 import BEFORE, options_of
from ctxgen.source.script.handlers import guards_in
from ctxgen.source.script.next_middleware import Middleware, middleware
from ctxgen.source.script.nitro_middleware import middlewares
from ctxgen.source.values import UNKNOWN, FunctionValue, ModuleValue, Value

_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
Rule = Callable[[str], Place | None]
_RULES: dict[str, tuple[tuple[Rule, str], ...]] = {
    "nextjs": ((file_paths.next_app, "verbs"), (file_paths.next_pages, "handler")),
    "medusa": ((file_paths.medusa, "verbs"),),
    "nuxt": ((file_paths.nitro, "default"),),
    "nitro": ((file_paths.nitro, "default"), (file_paths.nitro_root, "default")),
    "sveltekit": ((file_paths.sveltekit, "verbs"),),
    "astro": ((file_paths.astro, "verbs"),),
    "solidstart": ((file_paths.solidstart, "verbs"),),
    "remix": ((file_paths.flat, "resource"),),
    "react-router": ((file_paths.flat, "resource"),),
}
"""By framework: how a file's path is read, and what its exports are: functions by method, one handler, a loader and an action."""


_FRONTS: dict[str, Callable[[Program, str], list[Middleware]]] = {
    "nextjs": middleware,
    "nuxt": middlewares,
    "nitro": middlewares,
    "medusa": medusa.middlewares,
}
"""What stands before all routes of the project in a folder."""


def finish(program: Program) -> None:
    """The endpoints of every file that has a path."""
    rules = [(name, rule, kind) for name in program.vocabulary.frameworks for rule, kind in _RULES.get(name, ())]
    bases: dict[str, str] = {}
    fronts: dict[str, list[Middleware]] = {}
    for path in list(program.modules):
        for framework, rule, kind in rules:
            place = rule(path)
            module = program.modules[path] if place is not None else None
            if place is None or module is None:
                continue
            base = bases.setdefault(place.root, _base(program, place.root)) if framework == "nextjs" else ""
            technology = program.vocabulary.frameworks[framework].technology
            found = list(_answers(program, module, place, join(base, place.path), kind, technology))
            if framework == "medusa":
                found = [medusa.protected(program, module, each, place.path) for each in found]
            before = _FRONTS.get(framework)
            if before is not None and place.root not in fronts:
                fronts[place.root] = before(program, place.root)
            for front in fronts.get(place.root, ()):
                found = [_behind(program, each, front, place.path) for each in found]
            program.facts += found
            break


def _behind(program: Program, endpoint: Endpoint, front: Middleware, path: str) -> Endpoint:
    """An endpoint with the guard that a middleware of the project is."""
    if (front.methods and endpoint.method not in front.methods) or not front.covers(program, path):
        return endpoint
    guards = (front.guard, *endpoint.guards)
    return replace(endpoint, guards=guards, access=access_of(guards, None))


def _base(program: Program, root: str) -> str:
    """`basePath` of the settings of Next.js."""
    for path in program.paths:
        folder, _, base = path.rpartition("/")
        if folder == root and base.startswith("next.config."):
            module = program.run(path)
            settings = program.exported(module, "default") if module is not None and "default" in module.exports else None
            found = settings.get("basePath") if isinstance(settings, dict) else None
            return found if isinstance(found, str) else ""
    return ""


def _answers(program: Program, module: ModuleValue, place: Place, path: str, kind: str, technology: str) -> Iterator[Endpoint]:
    lines = {each.name: each.line for each in program.lowered[module.path].statements if isinstance(each, ir.Export)}
    exports = module.exports

    def answer(method: str, exported: str) -> Endpoint:
        at = At(module.path, lines.get(exported, 1))
        written = _written(program, module, exported)
        guards = _guards(program, module, written, at)
        named = written.name if not isinstance(written.handler, ir.Function) or written.handler.name else None
        handler = named or (exported if exported != "default" else None)
        return Endpoint(
            method=name(method), path=name(parameters(path)), handler=name(handler) if handler else None, guards=guards,
            access=access_of(guards, None), technology=Name(technology), at=at,
        )  # fmt: skip

    if kind == "verbs":
        for verb in _VERBS:
            if verb in exports and not (verb == "OPTIONS" and _preflight(program.exported(module, verb))):
                yield answer(verb, verb)
        for everything in ("ALL", "fallback"):
            if everything in exports:
                yield answer("ANY", everything)
    elif kind == "resource" and "default" not in exports:
        yield from (answer(verb, exported) for exported, verb in (("loader", "GET"), ("action", "POST")) if exported in exports)
    elif kind in ("default", "handler") and "default" in exports:
        for method in [place.method] if place.method else _checked(_written(program, module, "default")) if kind == "handler" else ["ANY"]:
            yield answer(method, "default")


def _preflight(value: Value) -> bool:
    """Whether a function only answers what browsers ask before a call of another site."""
    parts = list(inside(value.function)) if isinstance(value, FunctionValue) else []
    names = {each.name for each in parts if isinstance(each, (ir.Name, ir.Attribute))}
    texts = {each.value.lower() for each in parts if isinstance(each, ir.Literal) and isinstance(each.value, str)}
    return any("cors" in each.lower() for each in names) or any(each.startswith("access-control-") for each in texts)


def _checked(written: Written) -> list[str]:
    """The methods that a handler for all of them compares with."""
    if written.handler is None:
        return ["ANY"]
    parts = list(inside(written.handler))
    sent = {  # the method of a request that the handler itself makes
        id(value)
        for each in parts
        if isinstance(each, ir.Mapping)
        for key, value in each.entries
        if isinstance(key, ir.Literal) and key.value == "method"
    }
    texts = {each.value for each in parts if isinstance(each, ir.Literal) and id(each) not in sent}
    asked = any(isinstance(each, ir.Attribute) and each.name == "method" for each in parts)
    return [verb for verb in _VERBS if asked and verb in texts] or ["ANY"]


class Written(NamedTuple):
    """What a file exports: the value, the handler inside the calls that are put around it, those calls, and the name that tells it."""

    value: Value
    handler: ir.Function | None
    around: tuple[ir.Call, ...]
    name: str | None


def _written(program: Program, module: ModuleValue, exported: str) -> Written:
    value = program.exported(module, exported)
    options = options_of(value)
    value = options.get("handler", value)
    handler = value.function if isinstance(value, FunctionValue) else None
    named = value.name if isinstance(value, FunctionValue) and value.name else None
    expression = next(
        (each.value for each in program.lowered[module.path].statements if isinstance(each, ir.Export) and each.name == exported), None
    )
    around: list[ir.Call] = []
    for _ in range(8):
        if isinstance(expression, ir.Name):
            assigned = _assigned(program, module, expression.name)
            if assigned is None:
                inner = program.lookup(expression.name, module.scope)
                handler, named = (inner.function, inner.name) if isinstance(inner, FunctionValue) else (handler, named)
                break
            expression = assigned
        elif isinstance(expression, ir.Function):
            handler = expression
            break
        elif isinstance(expression, ir.Call):
            wrapped = next((each for each in reversed(expression.arguments) if _is_handler(program, module, each.value)), None)
            if wrapped is None:
                break
            around.append(expression)
            expression = wrapped.value
        else:
            break
    return Written(options or value, handler, tuple(around), named if not options or named != "handler" else None)


def _assigned(program: Program, module: ModuleValue, wanted: str) -> ir.Expression | None:
    return next(
        (
            each.value
            for each in program.lowered[module.path].statements
            if isinstance(each, ir.Assign) and isinstance(each.target, ir.Name) and each.target.name == wanted
        ),
        None,
    )


def _is_handler(program: Program, module: ModuleValue, expression: ir.Expression) -> bool:
    """Whether an argument is what a call is put around: a function, a name of one, or a call around another."""
    if isinstance(expression, ir.Call):
        return any(_is_handler(program, module, each.value) for each in expression.arguments)
    return isinstance(expression, ir.Function) or (
        isinstance(expression, ir.Name) and isinstance(program.lookup(expression.name, module.scope), FunctionValue)
    )


def _guards(program: Program, module: ModuleValue, written: Written, at: At) -> tuple[Guard, ...]:
    """What wraps the handler or is run before it, and the call in it that finds out who asks, where it refuses."""
    found = guards_in(program, written.value, BEFORE, at)
    for each in written.around:
        value = program.evaluate(each.function, module.scope) if isinstance(each.function, (ir.Name, ir.Attribute)) else UNKNOWN
        known = value if isinstance(value, FunctionValue) else UNKNOWN
        found += program.guards_of(each.function, known, At(at.path, each.line))
    told = {each.name.rpartition(".")[2] for each in found}
    found += [each for each in program.made_around(written.value, at) if each.name not in told]
    if written.handler is not None:
        found += demanded(written.handler, at.path, guarded=bool(found))
        found += _answered(program, module, written.handler, at) if not found else []
    return tuple(found)


def _answered(program: Program, module: ModuleValue, handler: ir.Function, at: At) -> list[Guard]:
    """The function of the repository that answers in a handler's place whoever is not known to it."""
    for call in ending(handler):
        value = program.evaluate(call.function, module.scope) if isinstance(call.function, (ir.Name, ir.Attribute)) else UNKNOWN
        if isinstance(value, FunctionValue) and refusal(value.function) == "authn" and not spared(call):
            made = guard(spelled(call.function), At(at.path, call.line), "authn")
            return [made] if made is not None else []
    return []
