"""routegroup: groups of net/http's own mux, whose patterns they hand on.  Source: https://pkg.go.dev/github.com/go-pkgz/routegroup."""

from __future__ import annotations

from ctxgen.source.golang.nethttp import handle
from ctxgen.source.program import MethodHook

METHODS: dict[str, MethodHook] = {"routegroup.bundle.Handle": handle, "routegroup.bundle.HandleFunc": handle}
