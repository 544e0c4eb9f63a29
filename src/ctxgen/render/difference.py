"""A difference as Markdown for a pull request, and as JSON.

The Markdown mentions nobody, refers to nothing and is shorter than what a comment may hold, like the block for an issue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from ctxgen.catalogue import Catalogue
from ctxgen.context import Cited, Evidence, Repository
from ctxgen.difference import Change, Difference, Side, Value
from ctxgen.render.issue import LIMIT, Issue
from ctxgen.render.wording import MECHANISMS, WORTH

TITLES = {
    "security": "Security", "endpoints": "Endpoints", "datastores": "Datastores", "technologies": "Technologies", "runtimes": "Runtimes", "architecture": "Architecture",
    "components": "Components", "models": "Models", "messaging": "Messaging", "jobs": "Jobs", "scale": "Scale", "variables": "Variables",
}  # fmt: skip
BESIDE = ("test", "dev", "docs")
"""Scopes whose technologies are told in a section of their own, behind everything else."""
PROTECTS = ("(authn)", "(authz)")
IN_SUMMARY = 6
FEW, MANY = 4, 12
_SHOWN = (200, 50, 20, 8, 3)
"""How many changes of a section are told: the first number with which the whole is short enough."""
_style = Issue()


def as_json(difference: Difference) -> str:
    """The difference, indented."""
    return msgspec.json.format(msgspec.json.encode(difference), indent=2).decode() + "\n"


def as_markdown(difference: Difference, catalogue: Catalogue, before: str, after: str) -> str:
    """The difference between two states, which are called so: a summary, then the changes of each section."""
    difference = replace(difference, changes=tuple(_once(difference.changes, catalogue)))
    texts = (_markdown(difference, before, after, shown) for shown in _SHOWN)
    return next((text for text in texts if len(text.encode()) < LIMIT), "") or _markdown(difference, before, after, 1)


def _markdown(difference: Difference, before: str, after: str, shown: int) -> str:
    title = f"# Changes of the backend context: {_state(before, difference.before)} → {_state(after, difference.after)}"
    changes = difference.changes
    if not changes:
        return f"{title}\n\nNothing of the context has changed.\n"
    parts = [title, _summary(changes)]
    for subject, heading in TITLES.items():
        parts += _section(heading, [each for each in changes if each.subject == subject and each.scope not in BESIDE], shown)
    parts += _section("Tests and tools", [each for each in changes if each.scope in BESIDE], shown)
    return "\n\n".join(parts) + "\n"


def _state(name: str, repository: Repository) -> str:
    short = f" ({_style.code(repository.commit[:10])})" if repository.commit and not repository.commit.startswith(name) else ""
    return _style.code(name) + short


def _once(changes: Sequence[Change], catalogue: Catalogue) -> Iterator[Change]:
    """The changes without those that another one tells: a technology's that is its datastore's, its runtime's or its package's."""
    versions = {change.id: (_value(change.before), _value(change.after)) for change in changes if change.subject == "technologies"}
    stores = {(change.id, change.change, change.attribute) for change in changes if change.subject == "datastores"}
    runtimes = {change.name for change in changes if change.subject == "runtimes"}
    for change in changes:
        if change.subject == "technologies":
            known = catalogue.technologies.get(change.id or "")
            package = known.shipped_in if known else None
            if package in versions and versions[package] == (_value(change.before), _value(change.after)):
                continue
            if (change.id, change.change, change.attribute) in stores or (
                change.category in ("language", "runtime") and change.name in runtimes
            ):
                continue
        yield change


# ---------------------------------------------------------------------------------------------- summary


def lost_guards(change: Change) -> tuple[str, ...]:
    """The guards of authentication or authorisation that an endpoint had, where it has none of their kind any more."""
    if change.subject != "endpoints" or change.attribute != "guards":
        return ()
    open_now = [kind for kind in PROTECTS if not any(guard.endswith(kind) for guard in _words(change.after))]
    return tuple(guard for guard in _gone(change) if guard.endswith(tuple(open_now)))


def _summary(changes: Sequence[Change]) -> str:
    unguarded = {
        change.name for change in changes if lost_guards(change) or (change.attribute == "access" and _value(change.before) == "guarded")
    }
    told = [_count(len(unguarded), "endpoint lost its guard", "endpoints lost their guard")]
    public = {change.name for change in changes if change.attribute == "access" and _value(change.after) == "public"}
    told.append(_count(len(public), "endpoint became public", "endpoints became public"))
    worth = [change for change in changes if change.scope not in BESIDE and change.component is None]
    versions = [change for change in worth if change.subject in ("datastores", "technologies", "runtimes")]
    moved = [change for change in versions if change.change != "changed" or change.attribute == "version"]
    moved.sort(key=_rank)
    told += [_short(change) for change in moved[:IN_SUMMARY]]
    told.append(_count(len(moved) - IN_SUMMARY, "further technology changed", "further technologies changed"))
    for subject, one in (("endpoints", "endpoint"), ("components", "component"), ("models", "model"), ("variables", "variable")):
        for kind in ("added", "removed"):
            count = sum(change.subject == subject and change.change == kind for change in changes)
            told.append(_count(count, f"{one} {kind}", f"{one}s {kind}"))
    said = [each for each in told if each]
    return (", ".join(said) if said else f"{len(changes)} change{'s' if len(changes) > 1 else ''} of detail") + "."


def _rank(change: Change) -> int:
    """Datastores, frameworks and runtimes come first, then what their category is worth."""
    first = {"datastores": 0, "runtimes": 2}.get(change.subject, 1 if change.category == "framework" else None)
    return 100 - WORTH.get(change.category or "", 0) if first is None else first


def _count(number: int, one: str, many: str) -> str:
    return "" if number < 1 else f"{number} {one if number == 1 else many}"


def _short(change: Change) -> str:
    """`Express 4.18 → 5.1`, `Redis added`."""
    name = _style.plain(change.name)
    if change.change == "changed":
        return f"{name} {_said(change.before)} → {_said(change.after)}"
    return f"{name} {change.change}"


# ---------------------------------------------------------------------------------------------- sections


def _section(heading: str, changes: Sequence[Change], shown: int) -> list[str]:
    if not changes:
        return []
    ordered = sorted(changes, key=lambda change: not lost_guards(change))  # what can hurt first, else as it comes
    alike: dict[tuple[object, ...], list[Change]] = {}
    for change in ordered:
        one = None if change.subject == "endpoints" and change.change == "changed" else change.name  # a guard goes for many at once
        alike.setdefault((one, change.change, change.attribute, _value(change.before), _value(change.after)), []).append(change)
    lines = [f"- {_line(same)}" for same in list(alike.values())[:shown]]
    lines += [f"- and {len(alike) - shown} more"] if len(alike) > shown else []
    return [f"## {heading}\n" + "\n".join(lines)]


def _line(same: Sequence[Change]) -> str:
    """One change, which may be that of several components or endpoints."""
    change = same[0]
    names = list(dict.fromkeys(map(_name, same)))
    name = ", ".join(names[:MANY]) + (f" and {len(names) - MANY} more" if len(names) > MANY else "")
    components = list(dict.fromkeys(_style.plain(each.component) for each in same if each.component))
    of = f" in {', '.join(components[:FEW])}" if components else ""
    of += f" and {len(components) - FEW} more" if len(components) > FEW else ""
    if change.change != "changed":
        side = change.after or change.before
        value = (
            _said(side) if side and side.value not in (None, (), False, "unknown") and change.subject not in ("variables", "models") else ""
        )
        return f"{name}{f' {value}' if value and value != name else ''}{of} {change.change}{_proof(change)}"
    attribute = change.attribute or ""
    if lost := lost_guards(change):
        others = _differs(_gone_of(change, lambda guard: guard not in lost), _come(change))
        return f"{name}{of} lost {'its' if len(names) == 1 else 'their'} guard {', '.join(map(_style.code, lost))}{f', {others}' if others else ''}{_proof(change)}"
    if isinstance(_value(change.before), tuple) or isinstance(_value(change.after), tuple):
        if attribute in ("version", "value"):
            return f"{name}{of} {_said(change.before)} → {_said(change.after)}{_proof(change)}"
        return f"{name}{of}: {attribute} {_differs(_gone(change), _come(change))}{_proof(change)}"
    what = "" if attribute in ("version", "value", "pattern") else f" {attribute}"
    return f"{name}{of}{what} {_said(change.before)} → {_said(change.after)}{_proof(change)}"


def _name(change: Change) -> str:
    if change.subject in ("endpoints", "models", "variables", "messaging", "jobs"):
        return _style.code(change.name)
    return (MECHANISMS.get(change.name) if change.subject == "security" else None) or _style.plain(change.name)


def _differs(gone: Sequence[str], come: Sequence[str]) -> str:
    parts = [f"now {', '.join(map(_style.code, come))}"] if come else []
    parts += [f"no more {', '.join(map(_style.code, gone))}"] if gone else []
    return ", ".join(parts)


def _value(side: Side | None) -> Value:
    return side.value if side else None


def _words(side: Side | None) -> tuple[str, ...]:
    value = _value(side)
    return value if isinstance(value, tuple) else (str(value),) if value not in (None, False) else ()


def _gone(change: Change) -> tuple[str, ...]:
    return tuple(word for word in _words(change.before) if word not in _words(change.after))


def _gone_of(change: Change, which: Callable[[str], bool]) -> tuple[str, ...]:
    return tuple(filter(which, _gone(change)))


def _come(change: Change) -> tuple[str, ...]:
    return tuple(word for word in _words(change.after) if word not in _words(change.before))


def _said(side: Side | None) -> str:
    value = _value(side)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(_style.plain(word) for word in _words(side)) or "not stated"


def _proof(change: Change) -> str:
    """The line of the later state; of what is only in the earlier one, its line there."""
    now, was = _first(change.after), _first(change.before)
    if now is not None:
        return _style.part(now)
    return f" (was {_style.place(was)})" if was is not None else ""


def _first(side: Side | None) -> Evidence | None:
    evidence: Cited = side.evidence if side else ()
    return evidence[0] if evidence else None
