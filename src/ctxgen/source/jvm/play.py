"""Routes files of Play applications that are written in Java or Kotlin."""

from __future__ import annotations

from ctxgen.source.scala.play import routes as finish

__all__ = ["finish"]
