"""Symfony's routes: attributes and annotations of controllers, settings files, and who may enter.

Sources: https://symfony.com/doc/current/routing.html, https://symfony.com/doc/current/security.html,
https://fosrestbundle.readthedocs.io/en/3.x/annotations-reference.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.guards import guard
from ctxgen.source.languages import Repository
from ctxgen.source.php.library import resolver_of
from ctxgen.source.php.symfony_config import Configuration, Import, Rule, Stated, concatenated, parametrised
from ctxgen.source.php.symfony_written import METHODS as METHODS
from ctxgen.source.php.symfony_written import read_written, texts
from ctxgen.source.program import Program
from ctxgen.source.routing import Route
from ctxgen.source.values import Arguments, ClassValue, External, Instance, Value

_ROUTE = {
    "Symfony.Component.Routing.Attribute.Route",
    "Symfony.Component.Routing.Annotation.Route",
    "Sensio.Bundle.FrameworkExtraBundle.Configuration.Route",
    "FOS.RestBundle.Controller.Annotations.Route",
}
_REST = "FOS.RestBundle.Controller.Annotations."
_VERBS = {"Get", "Post", "Put", "Patch", "Delete", "Head", "Options", "Link", "Unlink"}
_METHOD = "Sensio.Bundle.FrameworkExtraBundle.Configuration.Method"
_GRANTED = {"IsGranted", "Security"}
_ANYBODY = {"PUBLIC_ACCESS", "IS_AUTHENTICATED_ANONYMOUSLY"}
_PARAMETER = re.compile(r"\{!?(\w{1,60})(?::[\w.]{1,80})?(?:<(?:[^<>]|<[^<>]{0,80}>){0,200}>)?(?:\?[^{}]{0,100})?\}")
_DENIES = re.compile(rb"->denyAccessUnlessGranted\(\s{0,40}(?:'([^'\n]{1,80})'|\"([^\"\n]{1,80})\")?")
_LONGEST = 1_000
_CHECKS = 200_000
"""Rules that are tried over all routes."""
_WORD = re.compile(r"['\"]([A-Za-z_][\w.-]{0,80})['\"]")


class Attribute(NamedTuple):
    """An attribute or annotation: the path of its class, the values of its arguments, its line."""

    path: str
    positional: tuple[Value, ...]
    named: dict[str, Value]
    line: int

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    def get(self, *where: int | str) -> Value:
        """The first of positions and keywords that is there."""
        for each in where:
            if isinstance(each, str) and each in self.named:
                return self.named[each]
            if isinstance(each, int) and each < len(self.positional):
                return self.positional[each]
        return None


def attributes(program: Program, decorators: Iterable[ir.Expression], cls: ClassValue) -> list[Attribute]:
    """The attributes of a declaration, their arguments evaluated in the class that it stands in."""
    found = []
    inside = program.class_scope(cls)
    for each in decorators:
        called = each.function if isinstance(each, ir.Call) else each
        if not isinstance(called, ir.Name):
            continue
        value = program.evaluate(called, cls.scope)
        path = value.path if isinstance(value, External) else called.name.lstrip(".")
        given = each.arguments if isinstance(each, ir.Call) else ()
        values = [(argument.keyword, program.evaluate(argument.value, inside)) for argument in given]
        made = Attribute(
            path, tuple(value for key, value in values if key is None), {key: value for key, value in values if key}, each.line
        )
        found.append(_own(program, value, made, Arguments(made.positional, made.named, given, each.line, inside)))
    return found


def _own(program: Program, value: Value, written: Attribute, arguments: Arguments) -> Attribute:
    """An attribute of the repository's own that extends one of the library's, as what its constructor makes of it."""
    if not isinstance(value, ClassValue) or not value.cls.bases:
        return written
    eldest = list(program.lineage(value))[-1]
    base = program.evaluate(eldest.cls.bases[0], eldest.scope) if eldest.cls.bases else None
    if not isinstance(base, External):
        return written
    made = program.instantiate(value, arguments)
    above = made.above if isinstance(made, Instance) else None
    return Attribute(base.path, above.positional, above.keywords, written.line) if above is not None else written._replace(path=base.path)


# ---------------------------------------------------------------------------------------------- controllers


class _Found(NamedTuple):
    """A route of a controller, before settings put a prefix before it."""

    cls: ClassValue
    paths: tuple[str, ...]
    methods: tuple[str, ...]
    handler: str
    at: At
    guards: tuple[Guard, ...]
    public: At | None


def is_route(attribute: Attribute) -> bool:
    return attribute.path in _ROUTE or (attribute.path.startswith(_REST) and attribute.name in _VERBS)


def _controllers(program: Program) -> Iterator[_Found]:
    for cls in list(program.classes):
        if cls.cls.kind == "class" and not cls.cls.abstract:
            yield from _of_class(program, cls)


def _of_class(program: Program, cls: ClassValue) -> Iterator[_Found]:
    of_class = attributes(program, cls.cls.decorators, cls) if cls.cls.decorators else []
    routes = [each for each in of_class if is_route(each)]
    prefixes = texts(next((each.get("path", 0, "localizedPaths") for each in routes), None)) or [""]
    shared = [text.upper() for each in routes[:1] for text in texts(each.get("methods"))]
    seen: set[str] = set()
    found = False
    for declared in program.lineage(cls):
        for method in declared.cls.methods:
            if method.name in seen or not method.public:
                continue
            seen.add(method.name)
            if not method.decorators:
                continue
            own = attributes(program, method.decorators, declared)
            for route in own:
                if is_route(route):
                    found = True
                    yield _action(program, cls, declared, method, route, own, of_class, prefixes, shared)
    invoked = next((method for method in cls.cls.methods if method.name == "__invoke"), None)
    if routes and not found and invoked is not None:
        for route in routes:
            yield _action(program, cls, cls, invoked, route, attributes(program, invoked.decorators, cls), of_class, [""], [])


def _action(
    program: Program,
    cls: ClassValue,
    declared: ClassValue,
    method: ir.Function,
    route: Attribute,
    own: list[Attribute],
    of_class: list[Attribute],
    prefixes: list[str],
    shared: list[str],
) -> _Found:
    paths = tuple(
        "/" + f"{prefix}{each}".lstrip("/") for prefix in prefixes for each in texts(route.get("path", 0, "localizedPaths")) or [""]
    )
    verbs = [route.name.upper()] if route.path.startswith(_REST) and route.name in _VERBS else []
    stated = [text.upper() for text in texts(route.get("methods"))]
    older = [text.upper() for each in own if each.path == _METHOD for text in texts(each.get(0, "methods"))]
    methods = tuple(dict.fromkeys([*shared, *(verbs or stated or older)])) or ("ANY",)
    guards, public = _protection(program, cls, declared, method, own, of_class)
    at = At(cls.path if route in of_class else declared.path, route.line)
    handler = f"{cls.cls.name}::{method.name}"
    return _Found(cls, paths, methods, handler, at, guards, public)


def _protection(
    program: Program, cls: ClassValue, declared: ClassValue, method: ir.Function, own: list[Attribute], of_class: list[Attribute]
) -> tuple[tuple[Guard, ...], At | None]:
    """The guards of an action by its attributes and body, and the line that opens it to everybody."""
    guards: list[Guard] = []
    public: At | None = None
    for path, stated in ((declared.path, own), (cls.path, of_class)):
        for each in stated:
            if each.name not in _GRANTED or (each.name == "Security" and not each.path.startswith("Sensio.")):
                continue  # `Security` of Nelmio and OpenAPI describes, it does not guard
            value = each.get(0, "attribute", "data", "expression")
            role = value if isinstance(value, str) else ""
            at = At(path, each.line)
            if role in _ANYBODY:
                public = public or at
            elif (made := granted(each.name, role, at)) is not None:
                guards.append(made)
    lines = _lines(program, declared.path)
    for index in range(method.line - 1, min(method.end, len(lines))):
        if (match := _DENIES.search(lines[index])) is not None:
            role = (match[1] or match[2] or b"").decode("utf-8", "replace")
            made = granted("denyAccessUnlessGranted", role, At(declared.path, index + 1))
            guards += [made] if made is not None else []
            break
    return tuple(guards), None if guards else public


def granted(name: str, role: str, at: At) -> Guard | None:
    """`IsGranted("ROLE_ADMIN")`; that somebody is known is authentication, anything more authorisation."""
    words = _WORD.findall(role) if "(" in role else [role] if role else []
    shown = f"{name}:{words[0]}" if words else name
    return guard(shown, at, "authn" if words and words[0].startswith("IS_AUTHENTICATED") else "authz")


def _lines(program: Program, path: str) -> list[bytes]:
    lines: list[bytes] = program.shared.setdefault(f"symfony.lines.{path}", [])
    if not lines:
        lines += resolver_of(program).sources.data(path).splitlines() or [b""]
    return lines


# ---------------------------------------------------------------------------------------------- at the end


def configuration(program: Program) -> Configuration:
    """The settings of the repository, read once."""
    known: list[Configuration] = program.shared.setdefault("symfony.configuration", [])
    if not known:
        sources = resolver_of(program).sources
        assert isinstance(sources, Repository)
        known.append(Configuration(sources))
        if "symfony" in program.vocabulary.frameworks:
            read_written(program, known[0])
    return known[0]


def finish(program: Program) -> None:
    """The routes of controllers below the prefixes of their imports, those of settings files, and the rules for all."""
    settings = configuration(program)
    for path, line in settings.unread.items():
        program.note(At(path, line), "parse-error", "settings that cannot be read: their routes and rules are left out")
    framework = program.vocabulary.frameworks["symfony"]
    router = program.new_router(framework.types["router"], At("", 1))
    # a method that several controllers inherit is one route where its path is the same: that of the class that declares it
    told: set[tuple[str, str, At]] = set()
    for found in sorted(_controllers(program), key=lambda found: found.cls.path != found.at.path):
        for each in _imports(settings, found.cls.path):
            known = settings.parameters(each.root)
            paths = [concatenated(prefix, parametrised(path, known)) for prefix in each.prefixes for path in found.paths]
            methods = found.methods if found.methods != ("ANY",) else each.methods or found.methods
            for route in enter(settings, paths, methods, found.handler, found.at, found.guards, found.public, each.via):
                if (key := (route.methods[0], route.path, route.at)) not in told:
                    told.add(key)
                    router.routes.append(route)
    for stated in settings.routes:
        guards, public = _of_stated(program, stated)
        router.routes += enter(settings, stated.paths, stated.methods or ("ANY",), _handler(stated), stated.at, guards, public, stated.via)


def _imports(settings: Configuration, path: str) -> list[Import]:
    """What imports a controller's routes: the nearest folders that settings name, each with its prefix; nothing where none is stated."""
    own = [
        each
        for each in settings.imports
        if (each.folder == "*" and path.startswith(f"{each.root}/" if each.root else ""))
        or path == each.folder
        or path.startswith(f"{each.folder}/")
    ]
    if not own:
        return [Import("", ("",), (), "")]
    longest = max(len(each.folder) for each in own)
    return [each for each in own if len(each.folder) == longest]


def _of_stated(program: Program, stated: Stated) -> tuple[tuple[Guard, ...], At | None]:
    """What the controller of a route that settings state asks for itself."""
    path, _, called = (stated.controller or "").partition("::")
    importer = next((module for module in program.modules.values() if module is not None), None)
    cls = program._by_path(path.strip("\\").replace("\\", "."), importer) if "\\" in path and importer is not None else None
    if not isinstance(cls, ClassValue):
        return (), None
    for declared in program.lineage(cls):
        for method in declared.cls.methods:
            if method.name == (called or "__invoke"):
                own = attributes(program, method.decorators, declared)
                return _protection(program, cls, declared, method, own, attributes(program, cls.cls.decorators, cls))
    return (), None


def _handler(stated: Stated) -> str | None:
    if stated.controller is None:
        return None
    cls, colons, method = stated.controller.rpartition("::")
    return f"{cls.rpartition(chr(92))[2]}::{method}" if colons else stated.controller.rpartition("\\")[2]


def enter(
    settings: Configuration,
    paths: Iterable[str],
    methods: tuple[str, ...],
    handler: str | None,
    at: At,
    guards: tuple[Guard, ...],
    public: At | None,
    via: tuple[At, ...],
) -> Iterator[Route]:
    """Routes with the first rule of `access_control` that each of them meets."""
    for path in paths:
        if len(path) > _LONGEST:
            continue
        shown = _PARAMETER.sub(r"{\1}", path)
        for method in methods:
            rule = _rule(settings, shown, method, at.path)
            own, opened = guards, public
            if rule is not None and rule.public:
                opened = opened or (None if guards else rule.at)
            elif rule is not None:
                own = (*guards, *(made for role in rule.roles if (made := _by_rule(role, rule)) is not None))
                opened = None
            yield Route((method,), shown, at, handler, own, public=opened, absolute=True, via=via)


def _by_rule(role: str, rule: Rule) -> Guard | None:
    if role.startswith("PUBLIC_ACCESS"):
        return None  # a role of the project's own that lets everybody pass at times
    return guard(f"access_control:{role}", rule.at, "authn" if role.startswith("IS_") else "authz")


def _rule(settings: Configuration, path: str, method: str, file: str) -> Rule | None:
    settings.asked += 1
    if settings.asked * len(settings.rules) > _CHECKS:
        return None
    asked = "GET" if method == "ANY" else method
    rules = (rule for rule in settings.rules if not rule.root or file.startswith(f"{rule.root}/"))
    found = next((rule for rule in rules if rule.matches(path, asked)), None)
    return found if found is not None and found.known else None
