"""JavaScript and TypeScript."""

from __future__ import annotations

from ctxgen.source.languages import Language
from ctxgen.source.script.guards import judge
from ctxgen.source.script.library import HOOKS
from ctxgen.source.script.lower import EXTENSIONS, lower
from ctxgen.source.script.resolve import ScriptResolver

LANGUAGE = Language(
    name="script",
    extensions=EXTENSIONS,
    lower=lower,
    resolver=ScriptResolver,
    default_exports=True,
    importers=("require", "import"),
    hooks=HOOKS,
    constructors=("constructor",),
    handlers_wrapped=True,
    judge=judge,
)
