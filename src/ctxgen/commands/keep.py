"""`--update` and `--check`: the block in files of the repository, written or compared."""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from ctxgen import kept
from ctxgen._terminal import fail, say, working, write
from ctxgen.kept import Kept, MarkerError, Options
from ctxgen.pipeline import Analysis
from ctxgen.render.component import component_folders, of_folder
from ctxgen.render.outline import ELEMENTS
from ctxgen.render.telling import Telling, tell

LIMIT = 1024 * 1024
CHAIN = 32 * 1024
"""What assistants read of such files from the root down to a folder, in bytes.  Source: https://developers.openai.com/codex/guides/agents-md"""
SMALL = 600
FEW = 4
_ROUNDS = 3

Analyse = Callable[[Mapping[str, bytes]], Analysis]
"""Analyses the repository with some of its files as they will be."""


class _File(Struct, frozen=True):
    """A file that keeps a block: as the user names it, relative to the root (None: outside), and what it holds (None: it is not there)."""

    shown: str
    real: Path
    path: str | None
    text: str | None
    kept: Kept | None
    place: Kept
    """The block, or where one would go."""

    @property
    def folder(self) -> str:
        return (self.path or "").rpartition("/")[0]


def keep(root: Path, files: Sequence[Path], asked: Options, analyse: Analyse, *, checks: bool) -> None:
    """Write the block into files, or compare it with what is there: every file is read and told before the first is written."""
    if asked.telling.format not in (None, *kept.FORMATS):
        fail("a block is kept as markdown, issue, xml or text")
    named = [_read(file, root) for file in files]
    if checks:
        for file in named:
            _must_hold(file)
    with working():
        analysis = analyse({})
        for _ in range(_ROUNDS):
            plan = _plan(analysis, root, named, asked)
            written = {file.path: text.encode() for file, text in plan if file.path is not None and text != file.text}
            if not _matters(analysis, written):
                break
            analysis = analyse(written)  # lines of the file itself are cited, and have moved
    strays = _strays(analysis, root, named, {file.path for file, _ in plan})
    _warn_of_chains(plan, named)
    if checks:
        _compare(plan, strays)
        return
    for file, text in plan:
        if text != file.text and _read_only(file.real):
            fail(f"cannot write {file.shown!r}: it is read-only", 3)
    for stray in strays:
        say(f"{stray} has a block of a component that is not there any more: remove it")
    for file, text in plan:
        if text == file.text:
            say(f"{file.shown} is up to date")
        else:
            write(text, file.real)
            say(f"wrote {file.shown}")


# ---------------------------------------------------------------------------------------------- reading


def _read(named: Path, root: Path) -> _File:
    """A file as it is.  A link is followed, as long as it stays in the repository that it is in."""
    top, real = os.path.realpath(root), os.path.realpath(named)
    inside = os.path.join(os.path.realpath(named.absolute().parent), "").startswith(os.path.join(top, "")) or _below(named, root)
    if inside and not real.startswith(os.path.join(top, "")):
        fail(f"{str(named)!r} is a link that leaves the repository")
    path = os.path.relpath(real, top).replace(os.sep, "/") if inside else None
    try:
        found = os.lstat(real)
        if not stat.S_ISREG(found.st_mode):
            fail(f"{str(named)!r} is not a file")
        if found.st_size > LIMIT:
            fail(f"{str(named)!r} is larger than {LIMIT // 1024} KiB")
        text = Path(real).read_bytes().decode()
    except FileNotFoundError:
        if not os.path.isdir(os.path.dirname(real)):
            fail(f"no such folder: {os.path.dirname(named) or '.'!r}")
        return _File(str(named), Path(real), path, None, None, kept.appended(""))
    except UnicodeDecodeError:
        fail(f"{str(named)!r} is not UTF-8")
    except OSError:
        fail(f"{str(named)!r} cannot be read")
    try:
        block = kept.find(text)
        return _File(str(named), Path(real), path, text, block, block or kept.appended(text))
    except MarkerError as error:
        fail(f"{named}:{error.line or 1}: {error.message}")


def _below(named: Path, root: Path) -> bool:
    return os.path.join(os.path.abspath(named), "").startswith(os.path.join(os.path.abspath(root), ""))


def _read_only(real: Path) -> bool:
    """Whether nobody may write a file, or this user may not; that it could be replaced by another file is beside the point."""
    return real.exists() and (not os.access(real, os.W_OK) or not real.stat().st_mode & 0o222)


def _must_hold(file: _File) -> None:
    if file.text is None:
        fail(f"no such file: {file.shown!r}")
    if file.kept is None:
        fail(f"{file.shown}: has no block; `{kept.BEGIN} -->` and `{kept.END}` stand around one, and --update writes it")


# ---------------------------------------------------------------------------------------------- telling


def _plan(analysis: Analysis, root: Path, named: Sequence[_File], asked: Options) -> list[tuple[_File, str]]:
    """Every file with its text as it should be; those beside the components' code follow the one that asks for them."""
    folders = component_folders(analysis.context)
    plan: dict[Path, tuple[_File, str]] = {}
    for file in named:
        options = asked.over(file.kept.options if file.kept else Options())
        plan[file.real] = file, _told(analysis, file, options)
        if options.per_component and file.folder not in folders:
            for folder in folders:
                beside = _read(root / folder / file.real.name, root)
                plan.setdefault(beside.real, (beside, _told(analysis, beside, options)))
    return list(plan.values())


def _told(analysis: Analysis, file: _File, options: Options) -> str:
    telling, context = options.telling, analysis.context
    if options.per_component:
        if file.folder in component_folders(context):
            context, smaller = of_folder(context, file.folder), Telling(budget=SMALL)
        else:
            smaller = Telling(budget=SMALL, sections=(*ELEMENTS, "components", "declared", "not-stated"))
        telling = Options(telling).over(Options(smaller)).telling
    else:
        team = analysis.configuration
        form = telling.format or (team.format if team.format in kept.FORMATS else None) or "markdown"
        telling = Options(Telling(format=form)).over(Options(telling)).telling.settled(team)
    return kept.write(file.place, options, tell(context, analysis.catalogue, telling))


def _matters(analysis: Analysis, written: Mapping[str, bytes]) -> bool:
    """Whether the analysis could come out differently with the files as they will be."""
    cited = {at.path for fact in analysis.facts for at in (fact.at, *fact.via)}
    return any(path in cited or path not in analysis.tree for path in written)


# ---------------------------------------------------------------------------------------------- comparing


def _strays(analysis: Analysis, root: Path, named: Sequence[_File], planned: set[str | None]) -> list[str]:
    """Files with a component's block in a folder that is no component's any more."""
    names = {file.real.name for file in named if file.kept and file.kept.options.per_component and not file.folder}
    candidates = [path for path in analysis.tree.paths if "/" in path and path.rpartition("/")[2] in names and path not in planned]
    found = []
    for path in candidates:
        try:
            block = kept.find(analysis.tree.file(path).text)
        except Exception:  # a file that nobody asked about
            continue
        if block and block.options.per_component:
            found.append(path)
    return found


def _warn_of_chains(plan: Sequence[tuple[_File, str]], named: Sequence[_File]) -> None:
    """Say where an assistant that reads such files from the root down to a folder would read too much."""
    roots = {file.real.name: len(text.encode()) for file, text in plan if file in named}
    sizes = {file.path: len(text.encode()) for file, text in plan if file.path and file not in named}
    for path, size in sizes.items():
        folder, _, base = path.rpartition("/")
        above = sum(
            each
            for other, each in sizes.items()
            if other != path and folder.startswith(other.rpartition("/")[0] + "/") and other.endswith("/" + base)
        )
        total = size + above + roots.get(base, 0)
        if total > CHAIN:
            say(
                f"{path}: the {base} files from the root to here have {total // 1024} KiB together, more than the {CHAIN // 1024} KiB that assistants read"
            )


def _compare(plan: Sequence[tuple[_File, str]], strays: Sequence[str]) -> None:
    stale = [(file, text) for file, text in plan if text != file.text]
    for file, text in stale:
        old = (file.text or "").splitlines()
        write(
            "\n".join(difflib.unified_diff(old, text.splitlines(), file.shown, f"{file.shown} (as it should be)", lineterm="")) + "\n", None
        )
    if not stale and not strays:
        return
    wrong = [f"{_listed([file.shown for file, _ in stale])} {'is' if len(stale) == 1 else 'are'} stale"] if stale else []
    wrong += [f"{_listed(strays)} {'is' if len(strays) == 1 else 'are'} of a component that is not there any more"] if strays else []
    fail(f"{'; '.join(wrong)}: --update writes what should be there", 1)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more
