"""Detectors of a team: what a repository's own `.ctxgen/detectors/*.toml`, or a folder on the command line, adds to the catalogue.

They may add technologies, never change what is known: a table is refused whole where its id or one of its names is
known already.  Those of a repository are input, so their patterns are bounded and the names that they print are plain.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ctxgen.catalogue import CATEGORIES, Catalogue, DetectorError, Technology, load_file, signals
from ctxgen.configuration import problem
from ctxgen.documents import Unreadable
from ctxgen.model import At, Diagnostic
from ctxgen.opaque import looks_secret
from ctxgen.tree import Tree

FOLDER = ".ctxgen/detectors"
MAX_FILES, MAX_TECHNOLOGIES, MAX_NAMES, MAX_LENGTH = 20, 200, 200, 120
_NAME = re.compile(r"(?=.{1,40}\Z)[A-Za-z0-9](?:[A-Za-z0-9 .+()-]|(?<=[A-Z])#(?!\d))*")
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")

Found = tuple[Technology, At]


def from_repository(tree: Tree, folders: Sequence[str]) -> tuple[list[Found], list[Diagnostic]]:
    """The technologies that detector files of the repository state, and what is wrong in them."""
    found: list[Found] = []
    problems: list[Diagnostic] = []
    paths = [path for path in tree.paths if path.endswith(".toml") and path.rpartition("/")[0] in folders]
    for path in paths[:MAX_FILES]:
        try:
            text = tree.file(path).text
            tables = tomllib.loads(text)
        except Unreadable as error:
            problems.append(problem(At(path, error.line or 1), error.message))
        except (tomllib.TOMLDecodeError, RecursionError):
            problems.append(problem(At(path, 1), "not valid TOML, skipped whole"))
        else:
            for technology, at, wrong in _tables(path, text, tables):
                if technology is None:
                    problems.append(problem(at, wrong))
                else:
                    found.append((technology, at))
    if len(paths) > MAX_FILES or len(found) > MAX_TECHNOLOGIES:
        problems.append(problem(At(paths[0], 1), f"more than {MAX_FILES} files or {MAX_TECHNOLOGIES} technologies, the rest is left out"))
    return found[:MAX_TECHNOLOGIES], problems


def from_folder(folder: Path) -> list[Found]:
    """The technologies of a folder that the user names.  Raises `DetectorError`."""
    try:
        return [(technology, At(path.name, 1)) for path in sorted(folder.glob("*.toml")) for technology in load_file(path)]
    except (OSError, UnicodeDecodeError):
        raise DetectorError(f"{folder.name}: cannot be read") from None


def _tables(path: str, text: str, tables: dict[str, Any]) -> Iterator[tuple[Technology | None, At, str]]:
    for identifier, table in tables.items():
        at = At(path, line_of(text, identifier))
        try:
            known: dict[str, Any] = {"category": path.rpartition("/")[2].removesuffix(".toml"), **table, "id": identifier}
            technology = msgspec.convert(known, Technology)
        except (msgspec.ValidationError, TypeError):
            yield None, at, "not a technology: an unknown key, or a value of another type"
            continue
        wrong = _unfit(technology)
        yield (None, at, wrong) if wrong else (technology, at, "")


def line_of(text: str, identifier: str) -> int:
    """The line of a table's header, 1 where it is written in another way."""
    found = re.search(rf"^\[\s*[\"']?{re.escape(identifier)}[\"']?\s*\]", text, re.MULTILINE)
    return text[: found.start()].count("\n") + 1 if found else 1


def _unfit(technology: Technology) -> str | None:
    """Why a repository's table is not taken."""
    written = [each for _, each in signals(technology)]
    config, settings, mechanisms = technology.config, technology.settings, technology.mechanism_config
    patterns = [*written, *(each.key for each in config), *(each.key for each in settings), *(each.key for each in mechanisms)]
    values = [value for value in (*(each.value for each in config), *(each.value for each in mechanisms)) if value]
    if not _ID.fullmatch(technology.id) or not _NAME.fullmatch(technology.name) or looks_secret(technology.name):
        return "id or name is not plain: letters, digits, blanks, . + - ( ) and at most 40 characters"
    if technology.category not in CATEGORIES or set(technology.roles) - set(CATEGORIES):
        return "unknown category"
    if technology.worth is not None and not 0 <= technology.worth <= 100:
        return "worth is 0 to 100"
    if technology.replaces or technology.makes:
        return "detectors of a repository may add, not replace"
    if len(patterns) > MAX_NAMES or any(len(each) > MAX_LENGTH or not each.strip("*?") for each in (*patterns, *values)):
        return f"more than {MAX_NAMES} names, or one that is empty or longer than {MAX_LENGTH} characters"
    if any(each.count("*") > 2 for each in patterns) or any(each.count("*") > 1 for each in values):
        return "a name has at most two *, a value one"
    return None


def extend(catalogue: Catalogue, found: Iterable[Found]) -> tuple[Catalogue, list[Diagnostic]]:
    """The catalogue with further technologies; those that claim what is known already are refused."""
    accepted: dict[str, Technology] = {}
    places: dict[str, At] = {}
    claimed: set[tuple[str, str]] = set()
    problems: list[Diagnostic] = []
    for technology, at in found:
        names = set(signals(technology))
        if technology.id in catalogue.technologies or technology.id in accepted:
            problems.append(problem(at, "its id is known already; left out"))
        elif names & claimed or any(catalogue.answers(kind, written) for kind, written in names):
            problems.append(problem(at, "one of its names is known already; left out"))
        else:
            accepted[technology.id], places[technology.id] = technology, at
            claimed |= names
    unknown = {""}
    while unknown:  # leaving one out can leave another without what it refers to
        unknown = {t.id for t in accepted.values() if any(o not in catalogue.technologies and o not in accepted for o in t.refers_to)}
        for identifier in sorted(unknown):
            problems.append(problem(places[identifier], "it refers to a technology that is not known; left out"))
            del accepted[identifier]
    return (Catalogue(catalogue.technologies.values(), accepted.values()) if accepted else catalogue), problems
