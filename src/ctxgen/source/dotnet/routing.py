"""The routes that attributes of the repository's own state: they extend those of ASP.NET Core or give a template and verbs themselves.

Source: https://learn.microsoft.com/aspnet/core/mvc/controllers/routing#custom-route-attributes-using-iroutetemplateprovider
"""

from __future__ import annotations

from collections.abc import Iterable

from ctxgen.source import ir
from ctxgen.source.dotnet.attributes import VERBS, Attribute, base_names
from ctxgen.source.program import Program
from ctxgen.source.values import Arguments, ClassValue, Instance, Value

_BASES = {f"{name}Attribute": name for name in (*VERBS, "Route", "AcceptVerbs")}
_PROVIDERS = {"IRouteTemplateProvider", "IActionHttpMethodProvider"}


def routing(program: Program, found: Iterable[Attribute]) -> list[Attribute]:
    """Attributes, each of the repository's own that states a route as the one of ASP.NET Core which says the same."""
    return [told for each in found for told in _told(program, each)]


def _told(program: Program, attribute: Attribute) -> list[Attribute]:
    kinds = program.kept.setdefault("aspnet-core.routing", {})
    if attribute.name not in kinds:
        kinds[attribute.name] = _kind(program, attribute)
    cls, base = kinds[attribute.name]
    if cls is None:
        return [attribute]
    given = Arguments(attribute.positional, attribute.named, (), attribute.at.line, attribute.scope)
    made = program.instantiate(cls, given)
    if not isinstance(made, Instance):
        return [attribute]
    if base:
        above = made.above or given
        stated = {**above.keywords, **{key: value for key in ("Template", "Order") if (value := attribute.named.get(key)) is not None}}
        return [attribute._replace(name=base, positional=above.positional, named=stated)]
    template, verbs = _stated(program, made, "Template"), _stated(program, made, "HttpMethods")
    positional = (template,) if isinstance(template, str) else ()
    names = [f"Http{verb.title()}" for verb in verbs if isinstance(verb, str)] if isinstance(verbs, list) else []
    return [attribute._replace(name=name, positional=positional, named={}) for name in names or (["Route"] if positional else [])] or [
        attribute
    ]


def _kind(program: Program, attribute: Attribute) -> tuple[ClassValue | None, str]:
    """The class of an attribute that states a route, and the attribute of ASP.NET Core that it extends."""
    if attribute.name in VERBS or attribute.name == "Route":
        return None, ""
    for name in (f"{attribute.name}Attribute", attribute.name):
        cls = program.evaluate(ir.Name(name, attribute.at.line), attribute.scope)
        if isinstance(cls, ClassValue) and cls.cls.kind == "class":
            bases = base_names(program, cls)
            base = next((shown for each, shown in _BASES.items() if each in bases or shown in bases), "")
            return (cls, base) if base or bases & _PROVIDERS else (None, "")
    return None, ""


def _stated(program: Program, made: Instance, name: str) -> Value:
    """What a property of an instance gives, set by its constructor or by itself."""
    return program.attribute(made, name, 1, made.cls.scope)
