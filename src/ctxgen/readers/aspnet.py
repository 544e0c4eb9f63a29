"""Settings of ASP.NET Core (appsettings.json, launchSettings.json) and of .NET Framework (web.config, app.config).

Sources: https://learn.microsoft.com/aspnet/core/fundamentals/configuration/, https://learn.microsoft.com/dotnet/framework/configure-apps/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import ConfigKey, Fact, Variable
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.tree import File

_APPSETTINGS = re.compile(r"[\w.-]*?(?:appsettings|ocelot)(?:\.([\w.-]+?))?\.json", re.IGNORECASE)
_VARIABLE = re.compile(r"[A-Za-z_][\w.:-]{0,99}")


@reads("appsettings.json", "appsettings.*.json", "AppSettings.json", "ocelot.json", "ocelot.*.json")
def read_appsettings(file: File) -> Iterator[Fact]:
    """Every setting by its dotted key, with the environment that the file is for."""
    found = _APPSETTINGS.fullmatch(file.name)
    when = name(found[1]) if found and found[1] else None
    for key, node in file.json().leaves():
        if key and key != "$schema" and node.text is not None:
            yield ConfigKey(
                key=name(key.replace(":", ".").replace("__", ".")),
                value=Opaque(node.text),
                dialect="aspnet",
                at=file.at(node.line),
                when=when,
            )


@reads("launchSettings.json", "launchsettings.json")
def read_launch_settings(file: File) -> Iterator[Fact]:
    """The addresses and variables of the profiles that a developer starts."""
    root = file.json()
    for profile, settings in (root.get("profiles") or root).items():
        when = name(profile)
        if (url := settings.get("applicationUrl")) is not None and url.text:
            for address in Opaque(url.text).split(";"):
                yield ConfigKey(key=name("launchSettings.applicationUrl"), value=address, dialect="aspnet", at=file.at(url.line), when=when)
        for variable, value in _items(settings.get("environmentVariables")):
            if _VARIABLE.fullmatch(variable):
                yield Variable(
                    name=name(variable),
                    value=Opaque(value.text or ""),
                    source="settings",
                    owner=when,
                    required=False,
                    at=file.at(value.line),
                    when=when,
                )


def _items(node: Node | None) -> Iterator[tuple[str, Node]]:
    return iter(()) if node is None else node.items()


@reads(
    "web.config",
    "Web.config",
    "app.config",
    "App.config",
    "Web.*.config",
    "App.*.config",
    "appsettings.config",
    "AppSettings.config",
    contains=(b"connectionString", b"appSettings"),
)
def read_framework_config(file: File) -> Iterator[Fact]:
    """Connection strings with their providers, and the settings of `<appSettings>`."""
    parts = file.name.split(".")
    when = name(parts[1]) if len(parts) == 3 else None
    for element in file.xml().iter("add"):
        parent = element.getparent()
        section = parent.tag if parent is not None else ""
        line = element.sourceline
        at = file.at(line if isinstance(line, int) else None)
        if section == "connectionStrings" and (key := element.get("name")):
            yield ConfigKey(
                key=name(f"ConnectionStrings.{key}"),
                value=Opaque(element.get("connectionString") or ""),
                dialect="aspnet",
                at=at,
                when=when,
            )
            if provider := element.get("providerName"):
                yield ConfigKey(
                    key=name(f"ConnectionStrings.{key}.providerName"), value=Opaque(provider), dialect="aspnet", at=at, when=when
                )
        elif section == "appSettings" and (key := element.get("key")):
            yield ConfigKey(
                key=name(f"appSettings.{key}".replace(":", ".")),
                value=Opaque(element.get("value") or ""),
                dialect="aspnet",
                at=at,
                when=when,
            )
