"""ABP: application services that answer as controllers by convention, and the routes that `UseConfiguredEndpoints` maps.

Sources: https://abp.io/docs/latest/framework/api-development/auto-controllers, https://abp.io/docs/latest/framework/infrastructure/entity-cache (CrudAppService)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.facts import folder_of
from ctxgen.model import At, Guard
from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.dotnet.attributes import VERBS, Attribute, attributes, base_names, of_class, protection
from ctxgen.source.guards import guard
from ctxgen.source.languages import Repository
from ctxgen.source.program import Program
from ctxgen.source.routing import Route, join
from ctxgen.source.values import ClassValue

_SERVICES = {"ApplicationService", "IApplicationService", "IRemoteService", "CrudAppService", "ReadOnlyAppService"}
_CRUD = {
    "Get": ("GET", "/{id}"), "GetList": ("GET", ""), "Create": ("POST", ""), "Update": ("PUT", "/{id}"), "Delete": ("DELETE", "/{id}"),
}  # fmt: skip
"""What the bases bring by themselves; a `ReadOnlyAppService` the first two."""
_PREFIXES = {
    "GET": ("GetList", "GetAll", "Get"), "PUT": ("Put", "Update"), "DELETE": ("Delete", "Remove"), "POST": ("Create", "Add", "Insert", "Post"), "PATCH": ("Patch",),
}  # fmt: skip
_ENDINGS = re.compile(r"(?:AppService|ApplicationService|IntegrationService|Service)$")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Exposed(NamedTuple):
    """A project whose application services are exposed, the first part of their paths, and where that is said."""

    folder: str
    root: str
    at: At


def routes(program: Program) -> Iterator[tuple[ClassValue, Exposed, list[Route]]]:
    """The routes of every application service of the projects that are handed to `ConventionalControllers.Create`."""
    told: set[tuple[str, int]] = set()
    for exposed in list(_exposed(program)):
        for path in program.paths:
            data = program.resolver.data(path) if path.startswith(f"{exposed.folder}/" if exposed.folder else "") else b""  # type: ignore[attr-defined]
            if b"AppService" in data or b"ApplicationService" in data or b"IRemoteService" in data:
                program.module(path)
        for cls in list(program.classes):
            inside = not exposed.folder or cls.path.startswith(f"{exposed.folder}/")
            if inside and (cls.path, cls.cls.line) not in told and _is_service(program, cls):
                told.add((cls.path, cls.cls.line))
                yield cls, exposed, list(_Service(program, cls, exposed.root).routes())


def _exposed(program: Program) -> Iterator[Exposed]:
    """The calls `options.ConventionalControllers.Create(typeof(ShopModule).Assembly, settings => settings.RootPath = "shop")`."""
    for cls in [each for each in program.classes if program.says(each.path, (b"ConventionalControllers",))]:
        for call in (call for method in cls.cls.methods for call in calls(method.body)):
            match call.function, call.arguments:
                case ir.Attribute(ir.Attribute(_, "ConventionalControllers"), "Create"), (first, *rest):
                    marked = first.value.owner if isinstance(first.value, ir.Attribute) else None
                    module = program.evaluate(marked, program.class_scope(cls)) if marked is not None else None
                    if isinstance(module, ClassValue):
                        yield Exposed(_project(program, module.path), _root(program, cls, rest), At(cls.path, call.line))


def _root(program: Program, cls: ClassValue, rest: list[ir.Argument]) -> str:
    bodies = [argument.value.body for argument in rest if isinstance(argument.value, ir.Function)]
    for statement in (statement for body in bodies for statement in body):
        if isinstance(statement, ir.Assign) and isinstance(statement.target, ir.Attribute) and statement.target.name == "RootPath":
            value = program.evaluate(statement.value, program.class_scope(cls))
            return value if isinstance(value, str) else "{root}"
    return "app"


def _project(program: Program, path: str) -> str:
    """The folder of the project that a file belongs to."""
    projects: set[str] | None = program.kept.get("abp.projects")
    if projects is None:
        known: list[str] = list(program.sources.matching("**/*.csproj")) if isinstance(program.sources, Repository) else []
        projects = program.kept["abp.projects"] = {folder_of(each) for each in known}
    folder = folder_of(path)
    while folder and folder not in projects:
        folder = folder_of(folder)
    return folder


def _is_service(program: Program, cls: ClassValue) -> bool:
    if cls.cls.kind != "class" or cls.cls.abstract or cls.cls.name.endswith("Controller"):
        return False
    return bool(base_names(program, cls) & _SERVICES) and not _hidden(of_class(program, cls))


def _hidden(found: list[Attribute]) -> bool:
    """`[RemoteService(false)]` and `[RemoteService(IsEnabled = false)]`."""
    return any(each.name == "RemoteService" and (each.first("IsEnabled") is False) for each in found)


class _Service:
    """One application service."""

    def __init__(self, program: Program, cls: ClassValue, root: str) -> None:
        self.program, self.cls = program, cls
        self.above = of_class(program, cls)
        self.title = _WORDS.sub("-", _ENDINGS.sub("", cls.cls.name)).lower()
        self.base = f"/api/{root}/{self.title}"

    def routes(self) -> Iterator[Route]:
        """The routes of its own methods, and of those that its bases bring."""
        seen: set[str] = set()
        for each in self.program.lineage(self.cls):
            for method in each.cls.methods:
                if method.public and not method.static and not method.constructs and method.name not in (each.cls.name, *seen):
                    seen.add(method.name)
                    own = attributes(self.program, method.decorators, self.program.class_scope(each))
                    if not _hidden(own):
                        yield from self._action(each, method, own)
        names = base_names(self.program, self.cls)
        known = _CRUD if any(name.endswith("CrudAppService") for name in names) else dict(list(_CRUD.items())[:2]) if any(name.endswith("ReadOnlyAppService") for name in names) else {}  # fmt: skip
        policies = dict(self._policies())
        for name, (verb, path) in known.items():
            if f"{name}Async" not in seen:
                guards, opened = protection(self.program, [], self.above)
                at = At(self.cls.path, self.cls.cls.line)
                stated = [policies[name]] if name in policies else []
                yield Route((verb,), self.base + path, at, f"{self.cls.cls.name}.{name}Async", (*stated, *guards), public=opened)

    def _policies(self) -> Iterator[tuple[str, Guard]]:
        """`CreatePolicyName = ShopPermissions.Create` of a constructor."""
        for method in self.cls.cls.methods:
            for statement in method.body if method.constructs else ():
                if isinstance(statement, ir.Assign) and isinstance(statement.target, ir.Name | ir.Attribute):
                    name = statement.target.name
                    made = guard(name, At(self.cls.path, statement.line), "authz") if name.endswith("PolicyName") else None
                    if made is not None:
                        yield name.removesuffix("PolicyName"), made

    def _action(self, declared: ClassValue, method: ir.Function, own: list[Attribute]) -> Iterator[Route]:
        guards, opened = protection(self.program, own, self.above)
        title = method.name.removesuffix("Async")
        stated = next((each for each in own if each.name in VERBS), None)
        verb, rest = _verb(title)
        if stated is not None:
            verb = VERBS[stated.name]
            rest = _without(title, verb)
        template = next((text for each in own if each.name in (*VERBS, "Route") and isinstance(text := each.first("template"), str)), None)
        names = [each.name for each in method.parameters]
        path = self.base + ("/{id}" if "id" in names else "")
        if rest:
            others = [each for each in names if each.endswith("Id")]
            path += f"/{_WORDS.sub('-', rest).lower()}" + (f"/{{{others[0]}}}" if len(others) == 1 else "")
        at = stated.at if stated is not None else At(declared.path, method.line)
        whole = join("", template.removeprefix("~")) if template is not None else path
        yield Route((verb,), whole, at, f"{self.cls.cls.name}.{method.name}", guards, public=opened)


def _verb(name: str) -> tuple[str, str]:
    """The method that a name begins with, and the rest of it; `POST` where it begins with none."""
    for verb, prefixes in _PREFIXES.items():
        for prefix in prefixes:
            if name.startswith(prefix):
                return verb, name[len(prefix) :]
    return "POST", name


def _without(name: str, verb: str) -> str:
    return next((name[len(prefix) :] for prefix in _PREFIXES.get(verb, ()) if name.startswith(prefix)), name)
