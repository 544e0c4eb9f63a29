"""Frameworks whose routes are files: what each file that has a path exports.

Source: the documentation that `file_paths.py` names, and https://nextjs.org/docs/app/building-your-application/configuring/basepath
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.guards import guard, refusal, spelled
from ctxgen.source.program import Program
from ctxgen.source.routing import access_of, join, parameters
from ctxgen.source.script import file_paths
from ctxgen.source.script.file_paths import Place
from ctxgen.source.values import FunctionValue, ModuleValue, Value

_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_MAX = 300
_ASKS = re.compile(r"session|auth|user|token|jwt|identity", re.IGNORECASE)
_BROWSERS = re.compile(r"c?srf", re.IGNORECASE)
"""What protects a browser's user, whoever that is."""
_DEMANDS = re.compile(r"(?:require|ensure|assert|enforce|protect|verify)(?![a-z])")
"""A call whose name begins so throws where its demand is not met."""

Rule = Callable[[str], Place | None]
_RULES: dict[str, tuple[tuple[Rule, str], ...]] = {
    "nextjs": ((file_paths.next_app, "verbs"), (file_paths.next_pages, "handler")),
    "nuxt": ((file_paths.nitro, "default"),),
    "nitro": ((file_paths.nitro, "default"), (file_paths.nitro_root, "default")),
    "sveltekit": ((file_paths.sveltekit, "verbs"),),
    "astro": ((file_paths.astro, "verbs"),),
    "solidstart": ((file_paths.solidstart, "verbs"),),
    "remix": ((file_paths.flat, "resource"),),
    "react-router": ((file_paths.flat, "resource"),),
}
"""By framework: how a file's path is read, and what its exports are: functions by method, one handler, a loader and an action."""


def finish(program: Program) -> None:
    """The endpoints of every file that has a path."""
    rules = [(name, rule, kind) for name in program.vocabulary.frameworks for rule, kind in _RULES.get(name, ())]
    bases: dict[str, str] = {}
    for path in list(program.modules):
        for framework, rule, kind in rules:
            place = rule(path)
            module = program.modules[path] if place is not None else None
            if place is None or module is None:
                continue
            base = bases.setdefault(place.root, _base(program, place.root)) if framework == "nextjs" else ""
            technology = program.vocabulary.frameworks[framework].technology
            program.facts += _answers(program, module, place, join(base, place.path), kind, technology)
            break


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
        value = program.exported(module, exported)
        at = At(module.path, lines.get(exported, 1))
        guards = _guards(program, module, exported, value, at)
        handler = value.name if isinstance(value, FunctionValue) and value.name else exported if exported != "default" else None
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
        for method in [place.method] if place.method else _checked(program, module) if kind == "handler" else ["ANY"]:
            yield answer(method, "default")


def _preflight(value: Value) -> bool:
    """Whether a function only answers what browsers ask before a call of another site."""
    parts = list(_inside(value.function)) if isinstance(value, FunctionValue) else []
    names = {each.name for each in parts if isinstance(each, (ir.Name, ir.Attribute))}
    texts = {each.value.lower() for each in parts if isinstance(each, ir.Literal) and isinstance(each.value, str)}
    return any("cors" in each.lower() for each in names) or any(each.startswith("access-control-") for each in texts)


def _checked(program: Program, module: ModuleValue) -> list[str]:
    """The methods that a handler for all of them compares with."""
    value = program.exported(module, "default")
    if not isinstance(value, FunctionValue):
        return ["ANY"]
    texts = {each.value for each in _inside(value.function) if isinstance(each, ir.Literal)}
    asked = any(isinstance(each, ir.Attribute) and each.name == "method" for each in _inside(value.function))
    return [verb for verb in _VERBS if asked and verb in texts] or ["ANY"]


def _guards(program: Program, module: ModuleValue, exported: str, value: Value, at: At) -> tuple[Guard, ...]:
    """What wraps the handler, and the call in it that finds out who asks, where it refuses."""
    found: list[Guard] = []
    written = next(
        (each.value for each in program.lowered[module.path].statements if isinstance(each, ir.Export) and each.name == exported), None
    )
    if isinstance(written, ir.Name):
        written = next(
            (
                each.value
                for each in program.lowered[module.path].statements
                if isinstance(each, ir.Assign) and isinstance(each.target, ir.Name) and each.target.name == written.name
            ),
            written,
        )
    handler = value.function if isinstance(value, FunctionValue) else None
    depth = 0
    while isinstance(written, ir.Call) and depth < 6:
        if (made := guard(spelled(written), At(at.path, written.line))) is not None:
            found.append(made)
        inner = next((each.value for each in reversed(written.arguments) if isinstance(each.value, (ir.Function, ir.Call, ir.Name))), None)
        if isinstance(inner, ir.Function):
            handler = inner
        written, depth = inner, depth + 1
    if handler is not None:
        calls = [each for each in _inside(handler) if isinstance(each, ir.Call)]
        demanding = (each for each in calls if _DEMANDS.match(spelled(each).rpartition(".")[2]))
        found += [made for each in demanding if (made := guard(spelled(each), At(module.path, each.line))) is not None][:1]
    if handler is not None and not found and (kind := refusal(handler)) is not None:
        asking = next((each for each in calls if _ASKS.search(spelled(each)) and not _BROWSERS.search(spelled(each))), None)
        if asking is not None and (made := guard(spelled(asking), At(module.path, asking.line), kind)) is not None:
            found.append(made)
    return tuple(found)


def _inside(function: ir.Function) -> Iterator[object]:
    """The parts of a function's body, those written first first, with a bound."""
    work: list[object] = [function.body]
    for _ in range(_MAX * 4):
        if not work:
            return
        each = work.pop()
        if isinstance(each, tuple):
            work += reversed(each)
            continue
        yield each
        if isinstance(each, ir.Function):
            work.append(each.body)
        elif (fields := getattr(each, "__struct_fields__", None)) is not None:
            work += [getattr(each, field) for field in reversed(fields) if field != "line"]
