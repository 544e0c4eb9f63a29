"""C#'s front end: lowering, and the files that type names lead to.

Types are known by their simple names, as usings (global and implicit ones among them) let the source write them.
Source: https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/readme.
"""

from __future__ import annotations

from ctxgen.source.dotnet.entry import tells
from ctxgen.source.dotnet.lower import lower
from ctxgen.source.dotnet.mediated import handled
from ctxgen.source.dotnet.resolve import DotnetResolver
from ctxgen.source.languages import Language

LANGUAGE = Language(
    "dotnet",
    (".cs",),
    lower,
    DotnetResolver,
    implicit_this=True,
    constructors=(),
    runs=tells,
    qualified=True,
    dispatches=True,
    attributed=handled,
)
