"""The paths that frameworks make of the names of files: each rule is a pure function of a path.

Sources: https://nextjs.org/docs/app/api-reference/file-conventions, https://nitro.build/guide/routing,
https://svelte.dev/docs/kit/advanced-routing, https://reactrouter.com/how-to/file-route-conventions, https://docs.astro.build/en/guides/routing/,
https://github.com/kiliman/remix-flat-routes, https://reactrouter.com/api/framework-conventions/server-modules, https://docs.medusajs.com/learn/fundamentals/api-routes
"""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

_SCRIPT = re.compile(r"\.(?:[cm]?[jt]s|[jt]sx)\Z")
_METHOD = re.compile(r"\.(get|post|put|patch|delete|head|options|connect|trace)\Z")
_BRACKETED = re.compile(r"\[\[?(\.{0,3})(\w[\w-]{0,60})(?:=\w{1,60})?\]\]?")


class Place(NamedTuple):
    """Where a file answers: the project's folder, the path, and the method where the name states one."""

    root: str
    path: str
    method: str | None = None


def _after(path: str, *marks: str) -> tuple[str, str] | None:
    """(what is before, what is behind) the first of some folders in a path."""
    best: tuple[int, str] | None = None
    for mark in marks:
        at = f"/{path}".find(f"/{mark}/")
        if at >= 0 and (best is None or at < best[0]):
            best = (at, mark)
    return None if best is None else (path[: max(best[0] - 1, 0)], path[best[0] + len(best[1]) + 1 :])


def _parameters(segments: list[str]) -> str:
    return "/" + "/".join(_BRACKETED.sub(lambda found: "{" + found[2] + "}", each) for each in segments if each)


def _stem(name: str) -> str | None:
    """A file's name without the extension; None for a file of another kind, a declaration or a test."""
    stem = _SCRIPT.sub("", name)
    return None if stem == name or stem.endswith((".d", ".test", ".spec")) else stem


def next_app(path: str) -> Place | None:
    """`app/(shop)/api/orders/[id]/route.ts`: groups and slots are no part of the path, private folders answer nothing."""
    found = _after(path, "src/app", "app")
    if found is None or _stem(posixpath.basename(path)) != "route":
        return None
    segments = found[1].split("/")[:-1]
    if any(each.startswith("_") for each in segments):
        return None
    shown = [each for each in segments if not (each.startswith("(") and each.endswith(")")) and not each.startswith("@")]
    return Place(found[0], _parameters(shown))


def next_pages(path: str) -> Place | None:
    """`pages/api/orders/[id].ts`"""
    found = _after(path, "src/pages/api", "pages/api")
    stem = _stem(found[1]) if found is not None else None
    if found is None or stem is None:
        return None
    return Place(found[0], _parameters(["api", *_without_index(stem.split("/"))]))


def medusa(path: str) -> Place | None:
    """`src/api/admin/orders/[id]/route.ts`"""
    found = _after(path, "src/api")
    if found is None or _stem(posixpath.basename(path)) != "route":
        return None
    return Place(found[0], _parameters(found[1].split("/")[:-1]))


def nitro(path: str) -> Place | None:
    """`server/api/orders/[id].get.ts`, `server/routes/health.ts`"""
    found = _after(path, "server/api", "server/routes")
    stem = _stem(found[1]) if found is not None else None
    if found is None or stem is None:
        return None
    return _nitro(found[0], stem, ["api"] if path[len(found[0]) :].lstrip("/").startswith("server/api/") else [])


def nitro_root(path: str) -> Place | None:
    """Nitro alone may have `routes/` and `api/` at its root."""
    found = _after(path, "api", "routes")
    stem = _stem(found[1]) if found is not None and not found[0] else None
    return None if found is None or stem is None else _nitro("", stem, ["api"] if path.startswith("api/") else [])


def _nitro(root: str, stem: str, start: list[str]) -> Place:
    stem = re.sub(r"\.(?:dev|prod|prerender)\Z", "", stem)
    method = _METHOD.search(stem)
    segments = _without_index((stem[: method.start()] if method else stem).split("/"))
    shown = ["{path}" if each == "[...]" else each for each in segments if not (each.startswith("(") and each.endswith(")"))]
    return Place(root, _parameters([*start, *shown]), method[1].upper() if method else None)


def sveltekit(path: str) -> Place | None:
    """`src/routes/(app)/orders/[id=integer]/+server.ts`"""
    found = _after(path, "src/routes", "routes")
    if found is None or _stem(posixpath.basename(path)) != "+server":
        return None
    return Place(found[0], _parameters([each for each in found[1].split("/")[:-1] if not each.startswith("(")]))


def astro(path: str) -> Place | None:
    """`src/pages/orders/[id].json.ts`"""
    found = _after(path, "src/pages")
    stem = _stem(found[1]) if found is not None else None
    if found is None or stem is None or any(each.startswith("_") for each in stem.split("/")):
        return None
    return Place(found[0], _parameters(_without_index(stem.split("/"))))


def solidstart(path: str) -> Place | None:
    """`src/routes/api/[id].ts`"""
    found = _after(path, "src/routes")
    stem = _stem(found[1]) if found is not None else None
    if found is None or stem is None:
        return None
    return Place(found[0], _parameters(_without_index([each for each in stem.split("/") if not each.startswith("(")])))


def _without_index(segments: list[str]) -> list[str]:
    return segments[:-1] if segments and segments[-1] == "index" else segments


def flat(path: str) -> Place | None:
    """Remix's and React Router's flat files: `api.orders.$id.ts`, `_app.orders_.new.ts`, folders with `route.ts`, and `api+/orders.ts`."""
    found = _after(path, "app/routes")
    stem = _stem(found[1]) if found is not None else None
    if found is None or stem is None or stem.endswith((".server", ".client")):  # modules of one side, which are no routes
        return None
    parts = stem.split("/")
    if len(parts) > 1 and parts[-1] in ("route", "index", "_route", "_index") and not parts[-2].endswith("+"):
        parts = parts[:-1]
    segments = [part for folder in parts for part in _split(folder.removesuffix("+"))]
    shown = [_flat_segment(each) for each in segments]
    return Place(found[0], "/" + "/".join(each for each in shown if each))


def _split(name: str) -> list[str]:
    """The parts between dots; what is in square brackets is written as it is."""
    return re.findall(r"(?:\[[^\]]{0,60}\]|[^.\[])+", name)


def _flat_segment(segment: str) -> str:
    if segment.startswith("_") or segment in ("index", "route"):
        return ""
    bare = segment.removeprefix("(").removesuffix(")").removesuffix("_")
    if bare == "$":
        return "{path}"
    return "{" + bare[1:] + "}" if bare.startswith("$") else re.sub(r"[\[\]]", "", bare)
