"""Elixir's front end.  Routers and schemas are macros at the top of modules: they are read from syntax trees by the hooks of their libraries, nothing is followed."""

from __future__ import annotations

from collections.abc import Sequence

from ctxgen.source import ir
from ctxgen.source.languages import Language, Sources
from ctxgen.tree import File


class NoResolver:
    """Names lead nowhere: `modules.Modules` finds modules by what declares them."""

    def __init__(self, sources: Sources) -> None:
        pass

    def module(self, path: str, module: str) -> Sequence[str]:
        return ()

    def defining(self, path: str, name: str) -> Sequence[str]:
        return ()


def lower(file: File) -> ir.Module:
    """A module of no statements."""
    return ir.Module(file.path, "elixir", ())


LANGUAGE = Language("elixir", (".ex",), lower, NoResolver)
