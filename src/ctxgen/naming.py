"""What the manifest at the root of a repository calls the product."""

from __future__ import annotations

_ROOTS = {"root", "monorepo", "workspace", "workspaces", "repo", "source"}


def own_name(package: str) -> str:
    """The product that a package at the root is called after: `shop` of `@acme/shop`, and of `@shop/root`."""
    scope, _, last = package.lower().rpartition("/")
    return scope.lstrip("@").rpartition("/")[2] if last in _ROOTS and scope else last
