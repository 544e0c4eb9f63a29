"""Java and Kotlin: one language, since one program is written in both."""

from __future__ import annotations

from ctxgen.source.jvm.entry import tells
from ctxgen.source.jvm.library import HOOKS, getter
from ctxgen.source.jvm.lower import lower
from ctxgen.source.jvm.resolve import JvmResolver
from ctxgen.source.languages import Language

LANGUAGE = Language(
    "jvm",
    (".java", ".kt"),
    lower,
    JvmResolver,
    implicit_this=True,
    hooks=HOOKS,
    constructors=("constructor",),
    names_are_paths=True,
    handlers_wrapped=True,
    getter=getter,
    runs=tells,
)
