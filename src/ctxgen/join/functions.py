"""Functions that a platform runs: one template deploys several of them, each with a folder of its own, and they make one project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ctxgen.facts import Facts, folder_of
from ctxgen.model import Resource
from ctxgen.places import Places


def functions(facts: Facts, places: Places) -> Iterator[tuple[Resource, str]]:
    """The functions that templates of the product deploy, with a folder of the project that they are of: the template's, else that of code elsewhere."""
    for each in facts.of(Resource):
        if each.platform == "serverless" and each.kind == "function" and places.scope(each.at.path) is None:
            beside = folder_of(each.at.path)
            yield each, beside if each.folder is None or _within(each.folder, beside) else each.folder


def templates(facts: Facts, places: Places) -> dict[str, list[Resource]]:
    """The functions with code of their own below the folder of their template, by that folder."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for each, project in functions(facts, places):
        if each.folder is not None and project == folder_of(each.at.path):
            found[project].append(each)
    return found


def _within(folder: str, project: str) -> bool:
    return not project or f"{folder}/".startswith(f"{project}/")
