"""A file of the Java virtual machine's languages lowered, by its extension."""

from __future__ import annotations

from ctxgen.source.ir import Module
from ctxgen.source.jvm import java, kotlin
from ctxgen.tree import File


def lower(file: File) -> Module:
    """A Java or Kotlin file.  Raises `Unreadable` where it cannot be parsed."""
    return kotlin.lower(file) if file.path.endswith(".kt") else java.lower(file)
