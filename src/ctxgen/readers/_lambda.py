"""Identifiers of function runtimes.  Sources: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, https://cloud.google.com/functions/docs/runtime-support."""

from __future__ import annotations

import re

from ctxgen.opaque import Name, Version, name, version

_RUNTIMES: tuple[tuple[str, str], ...] = (
    (r"nodejs(\d+)(?:\.x)?", "Node.js"),
    (r"python(\d)\.?(\d+)", "Python"),
    (r"java(\d+)(?:\.al2)?", "Java"),
    (r"dotnet(?:core)?(\d+(?:\.\d+)?)", ".NET"),
    (r"ruby(\d)\.?(\d)", "Ruby"),
    (r"go(\d)\.?(x|\d+)", "Go"),
    (r"php(\d)\.?(\d+)", "PHP"),
)


def runtime_of(identifier: str) -> tuple[Name, Version | None] | None:
    """(language runtime, version) of `nodejs20.x`, `python3.12`, `dotnet8`, `python312`; Go's `1.x` is no version."""
    for pattern, language in _RUNTIMES:
        if found := re.fullmatch(pattern, identifier.strip().lower()):
            written = ".".join(part for part in found.groups() if part)
            return name(language), None if "x" in written else version(written)
    return None
