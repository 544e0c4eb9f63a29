"""Controllers: routes by attributes and by conventions.

Sources: https://learn.microsoft.com/aspnet/core/mvc/controllers/routing, https://learn.microsoft.com/aspnet/core/mvc/controllers/application-model
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ctxgen.facts import shared_folders
from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.dotnet import mediated
from ctxgen.source.dotnet.attributes import VERBS, Attribute, attributes, base_names, of_class, protection, type_name
from ctxgen.source.dotnet.routing import routing
from ctxgen.source.program import Program
from ctxgen.source.routing import Route, join
from ctxgen.source.values import ClassValue, Value

_BASES = {"ControllerBase", "Controller", "ODataController", "ApiController", "AbpController", "AbpControllerBase"}
_ACTIONS = {"WithActionResult", "WithoutResult", "WithResult", "WithAsyncEnumerableResult", "BaseAsyncEndpoint", "BaseEndpoint"}
"""Bases of Ardalis.ApiEndpoints, whose one action has the verb."""
_ODATA = {"Get", "Post", "Put", "Patch", "Delete"}
"""Actions that OData's conventions answer with.  Source: https://learn.microsoft.com/odata/webapi-8/fundamentals/entityset-routing"""
_TOKEN = re.compile(r"\[(controller|action|area)\]", re.IGNORECASE)
_CONVENTION = re.compile(r"\{(controller|action|area)(?:[=:][^{}]*)?\??\}", re.IGNORECASE)
_OPTIONAL = re.compile(r"/?\{[^{}]*\?\}|/?\{\w{1,60}=[^{}]*\}")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


_INHERITED = (
    "Dispose",
    "DisposeAsync",
    "OnActionExecuting",
    "OnActionExecuted",
    "OnActionExecutionAsync",
    "Equals",
    "GetHashCode",
    "ToString",
)
"""Methods that the bases of ASP.NET Core and every object have: no actions."""


class Convention(NamedTuple):
    """A pattern for controllers without attributes: its defaults (`controller`, `action`), the area, its place and the file that the program begins with."""

    pattern: str
    defaults: Mapping[str, str]
    area: str
    at: At
    entry: str


class Style(NamedTuple):
    """How a program writes the paths of its controllers: a prefix of all, lower case, words joined with hyphens."""

    prefix: str = ""
    lower: bool = False
    hyphens: bool = False


def is_controller(program: Program, cls: ClassValue) -> bool:
    """Whether a class is a controller that answers by itself.

    A name with the ending is enough for MVC (https://learn.microsoft.com/aspnet/core/mvc/controllers/actions#what-is-a-controller); of a class
    without a base routes must tell that it is one.
    """
    if cls.cls.kind != "class" or cls.cls.abstract or (cls.cls.partial and program.parts_of(cls)[0] is not cls):
        return False
    names = base_names(program, cls)
    own = {attribute.name for attribute in of_class(program, cls)}
    if "NonController" in own:
        return False
    if names & _ACTIONS:
        return _routed(cls)
    named = cls.cls.name.endswith("Controller") and (any(name.endswith(("Controller", "ControllerBase")) for name in names) or _routed(cls))
    return bool(names & _BASES) or "ApiController" in own or "Controller" in own or named


def _routed(cls: ClassValue) -> bool:
    """Whether methods of a class have verbs."""
    written = (type_name(each.function if isinstance(each, ir.Call) else each) for method in cls.cls.methods for each in method.decorators)
    return any(each.removesuffix("Attribute") in VERBS for each in written)


def routes(program: Program, cls: ClassValue, conventions: list[Convention], style: Style, odata: Sequence[str] = ()) -> Iterator[Route]:
    """The routes of a controller, its bases' actions included; `odata` are the prefixes below which OData's conventions hold."""
    line = list(program.lineage(cls))
    above = of_class(program, cls)
    stated = ([text for a in routing(program, attributes(program, each.cls.decorators, program.class_scope(each))) if a.name == "Route" and (text := _template(a)) is not None] for each in line)  # fmt: skip
    prefixes = next((templates for templates in stated if templates), [])
    area = next((str(a.positional[0]) for a in above if a.name == "Area" and a.positional), "")
    reader = _Reader(program, cls, above, prefixes, area, conventions, style, odata)
    seen: set[tuple[str, int]] = set()
    for index, each in enumerate(line):
        declared: set[tuple[str, int]] = set()
        for method in each.cls.methods:
            key = (method.name, len(method.parameters))
            if not method.public or method.static or method.constructs or method.types or method.name in (each.cls.name, *_INHERITED):
                continue
            declared.add(key)
            own = routing(program, attributes(program, method.decorators, program.class_scope(each)))
            if key not in seen and not any(a.name == "NonAction" for a in own):
                yield from reader.action(each, method, own if _states(own) else [*own, *_inherited(program, line[index + 1 :], key)])
        seen |= declared


def _states(found: list[Attribute]) -> bool:
    return any(each.name in (*VERBS, "Route", "AcceptVerbs") for each in found)


def _inherited(program: Program, line: list[ClassValue], key: tuple[str, int]) -> list[Attribute]:
    """The attributes of the nearest method that one without a route overrides."""
    for each in line:
        for method in each.cls.methods:
            if (method.name, len(method.parameters)) == key:
                return routing(program, attributes(program, method.decorators, program.class_scope(each)))
    return []


def _template(attribute: Attribute) -> str | None:
    value = attribute.first("template", "Template")
    return value if isinstance(value, str) else None


class _Reader(NamedTuple):
    """A controller with what holds for all of its actions."""

    program: Program
    cls: ClassValue
    above: list[Attribute]
    prefixes: list[str]
    area: str
    conventions: list[Convention]
    style: Style
    odata: Sequence[str]

    def action(self, declared: ClassValue, method: ir.Function, own: list[Attribute]) -> Iterator[Route]:
        """The routes of one method."""
        verbs = [a for a in own if a.name in VERBS or a.name == "AcceptVerbs"]
        templates = [text for a in own if a.name == "Route" and (text := _template(a)) is not None]
        guards, opened = protection(self.program, own, self.above)
        guards = (*guards, *mediated.guards(self.program, method, self.program.class_scope(declared)))
        name = next((text for a in own if a.name == "ActionName" and isinstance(text := a.first(), str)), method.name.removesuffix("Async"))
        place = At(declared.path, method.line)

        def route(methods: tuple[str, ...], path: str, at: At) -> Route:
            return Route(methods, self.filled(path, name), at, f"{self.cls.cls.name}.{method.name}", guards, public=opened)

        if not (self.prefixes or templates or any(_template(a) is not None for a in verbs if a.name != "AcceptVerbs")):
            methods = tuple(dict.fromkeys(each for a in verbs for each in _methods(a))) or ("ANY",)
            if name in _ODATA and "ODataController" in base_names(self.program, self.cls):
                keyed = "({key})" if any(each.name == "key" for each in method.parameters) else ""
                for prefix in self.odata:
                    yield route((name.upper(),), join(f"/{prefix.strip('/')}", f"[controller]{keyed}"), verbs[0].at if verbs else place)
                return
            for path in self.conventional(name):
                yield route(methods, path, verbs[0].at if verbs else place)
            return
        if not verbs and not templates and not any("[action]" in prefix.lower() for prefix in self.prefixes):
            if not any(each.name == "ApiController" for each in self.above) and any(self.prefixes):
                for prefix in self.prefixes:  # an action without a verb answers to all of them at the controller's route
                    yield route(("ANY",), f"/{prefix.lstrip('~/')}", place)
            return
        each_verb: list[Attribute | None] = [*verbs] or [None]
        for verb in each_verb:
            template = _template(verb) if verb is not None and verb.name in VERBS else None
            if template is None and not templates and "ODataController" in base_names(self.program, self.cls):
                template = "[controller]({key})" if any(each.name == "key" for each in method.parameters) else "[controller]"
            for inner in [template] if template is not None else templates or [""]:
                for prefix in [""] if inner.startswith(("/", "~/")) else self.prefixes or [""]:
                    whole = join(f"/{prefix.lstrip('~/')}", inner.removeprefix("~"))
                    yield route(_methods(verb) if verb is not None else ("ANY",), whole, verb.at if verb is not None else place)

    def conventional(self, action: str) -> Iterator[str]:
        """The paths of an action that conventions give: those that name it, and the first that fits any."""
        controller = self.cls.cls.name.removesuffix("Controller").lower()
        general = False
        for each in self.conventions:
            tokens = {match[1].lower() for match in _CONVENTION.finditer(each.pattern)}
            if ("area" in tokens or each.area) and (not self.area or (each.area and each.area.lower() != self.area.lower())):
                continue
            if self.area and "area" not in tokens and not each.area:
                continue
            fixed = {key: value.lower() for key, value in each.defaults.items()}
            if "controller" not in tokens and fixed.get("controller") != controller:
                continue
            if "action" not in tokens and fixed.get("action") != action.lower():
                continue
            if tokens >= {"controller", "action"}:
                if general:
                    continue
                general = True
            yield _OPTIONAL.sub("", _CONVENTION.sub(lambda match: f"[{match[1]}]", each.pattern))

    def filled(self, path: str, action: str) -> str:
        """A path with its tokens filled, as the program writes paths."""
        words = {"controller": self.cls.cls.name.removesuffix("Controller"), "action": action, "area": self.area}
        if self.style.hyphens:
            words = {key: _WORDS.sub("-", word).lower() for key, word in words.items()}
        tokens = _CONVENTION.sub(lambda match: f"[{match[1]}]", path)
        shown = _TOKEN.sub(lambda match: words[match[1].lower()], tokens)
        shown = shown if shown.startswith("/") else f"/{shown}"
        if self.style.prefix and not path.startswith("~"):
            shown = join(self.style.prefix if self.style.prefix.startswith("/") else f"/{self.style.prefix}", shown)
        return "/".join(part if "{" in part else part.lower() for part in shown.split("/")) if self.style.lower else shown


def _methods(verb: Attribute) -> tuple[str, ...]:
    if verb.name in VERBS:
        return (VERBS[verb.name],)
    stated: list[Value] = [each for value in verb.positional for each in (value if isinstance(value, list) else [value])]
    return tuple(each.upper() for each in stated if isinstance(each, str)) or ("ANY",)


def nearest(conventions: list[Convention], path: str) -> list[Convention]:
    """The conventions of the program that a controller's file is nearest to."""
    most = max((shared_folders(each.entry, path) for each in conventions), default=0)
    return [each for each in conventions if shared_folders(each.entry, path) == most]
