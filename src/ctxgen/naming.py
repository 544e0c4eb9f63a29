"""What the manifest at the root of a repository calls the product."""

from __future__ import annotations

import re

_MAJOR = re.compile(r"v[1-9]\d{0,2}")
"""How the path of a Go module ends from its second major version on: https://go.dev/ref/mod#major-version-suffixes."""
_ROOTS = {"root", "monorepo", "workspace", "workspaces", "repo", "source"}


def own_name(package: str) -> str:
    """The product that a package at the root is called after: `shop` of `@acme/shop`, of `@shop/root`, and of `acme.io/shop/v2`."""
    scope, _, last = package.lower().rpartition("/")
    if _MAJOR.fullmatch(last) and scope:
        return own_name(scope)
    return scope.lstrip("@").rpartition("/")[2] if last in _ROOTS and scope else last
