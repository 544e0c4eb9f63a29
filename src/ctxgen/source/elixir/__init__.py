"""Elixir's front end.  Routers and schemas are macros at the top of modules: they are read from syntax trees by the hooks of their libraries, nothing is followed."""

from __future__ import annotations

from ctxgen.source import ir
from ctxgen.source.languages import Language, NoResolver
from ctxgen.tree import File


def lower(file: File) -> ir.Module:
    """A module of no statements."""
    return ir.Module(file.path, "elixir", ())


LANGUAGE = Language("elixir", (".ex",), lower, NoResolver)
