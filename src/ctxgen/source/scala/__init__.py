"""Scala's front end.  Routes are expressions of small languages of their libraries: they are read from brackets and words by the hooks of these, nothing is followed."""

from __future__ import annotations

from ctxgen.source import ir
from ctxgen.source.languages import Language, NoResolver
from ctxgen.tree import File


def lower(file: File) -> ir.Module:
    """A module of no statements."""
    return ir.Module(file.path, "scala", ())


LANGUAGE = Language("scala", (".scala",), lower, NoResolver)
