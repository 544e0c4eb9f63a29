"""Why a technology is told, and what came of a file: each sighting with its line and the rule that led to it."""

from __future__ import annotations

from collections import Counter

from ctxgen.context import Technology
from ctxgen.model import At, Sighting
from ctxgen.opaque import name
from ctxgen.pipeline import Analysis
from ctxgen.readers import readers_for
from ctxgen.render.budget import clean
from ctxgen.render.known import names

_PLACES = {None: "product", "test": "tests", "docs": "documentation or examples", "dev": "developer tooling", "deploy": "deployment"}


def explain(analysis: Analysis, subject: str) -> str | None:
    """The explanation of a technology (by id or name) or of a path; None where the subject is neither."""
    asked = subject.strip()
    lowered = asked.lower()
    identifier = next((t.id for t in analysis.catalogue.technologies.values() if lowered in (t.id, t.name.lower())), None)
    if identifier is not None:
        return _technology(analysis, identifier)
    path = asked.replace("\\", "/").removeprefix("./").rstrip("/")
    if analysis.tree.exists(path):
        return _path(analysis, path)
    below = list(analysis.tree.under(path if path != "." else ""))
    return _folder(analysis, path, below) if below and path else None


# ---------------------------------------------------------------------------------------------- technologies


def _technology(analysis: Analysis, identifier: str) -> str:
    declared = analysis.catalogue[identifier]
    found = next((t for t in analysis.context.technologies if t.id == identifier), None)
    seen = sorted((s for s in analysis.sightings if s.technology == identifier), key=lambda s: (s.rank, s.at, s.signal))
    if found is None:
        shown = "; ".join(f"{kind} {', '.join(each)}" for kind, each in names(declared).items())
        return f"{declared.name} ({identifier}) is not seen in this repository.\nIt would be shown by {shown or 'what implies it'}.\n"
    head = [
        f"{declared.name} ({identifier}): {found.category}",
        f"scope {found.scope}",
        f"usage {found.usage}",
        f"confidence {found.confidence}",
    ]
    head.append(f"version {found.version}" if found.version else "no version stated")
    decided = _decided(found, seen)
    lines = [", ".join(head), ""]
    for index, sighting in enumerate(seen):
        why = decided.get(index)
        lines.append(
            f"{_place(sighting.at)}  {name(sighting.signal)}  {_said(sighting)}" + (f"  <- decides {', '.join(why)}" if why else "")
        )
    return "\n".join(lines) + "\n"


def _decided(technology: Technology, seen: list[Sighting]) -> dict[int, list[str]]:
    """Which sighting gave scope and usage (it is the best evidence), and which the version."""
    decided: dict[int, list[str]] = {}
    candidates = [(index, s) for index, s in enumerate(seen) if s.scope == technology.scope]
    best = technology.evidence[0] if technology.evidence else None
    first = next((index for index, s in candidates if best and s.at == (best.path, best.line) and s.usage == technology.usage), None)
    if first is not None:
        decided.setdefault(first, []).append("scope, usage")
    ranked = sorted(candidates, key=lambda entry: (entry[1].usage != technology.usage, entry[1].rank, entry[0]))
    versioned = next((index for index, s in ranked if technology.version and technology.version in (s.locked, s.declared)), None)
    if versioned is not None:
        decided.setdefault(versioned, []).append("version")
    return decided


def _place(at: At) -> str:
    return f"{clean(at.path)}:{at.line}"


def _said(sighting: Sighting) -> str:
    said: list[str] = [sighting.scope, sighting.usage, sighting.confidence]
    said += [f"component {name(sighting.component)}"] if sighting.component else []
    said += [f"declared {sighting.declared}"] if sighting.declared else []
    said += [f"locked {sighting.locked}"] if sighting.locked else []
    said += [f"managed by {sighting.managed_by}"] if sighting.managed_by else []
    said += [f"when {sighting.when}"] if sighting.when else []
    said += ["via " + ", ".join(_place(at) for at in sighting.via[:3])] if sighting.via else []
    return ", ".join(said)


# ---------------------------------------------------------------------------------------------- paths


def _path(analysis: Analysis, path: str) -> str:
    place = _PLACES.get(analysis.places.scope(path), "product")
    lines = [f"{clean(path)}: {place}{', vendored' if analysis.places.vendored(path) else ''}"]
    readers = readers_for(path)
    if path not in analysis.tree:
        lines.append("not listed: ignored or excluded; read only where another file names it")
    lines.append(f"read by: {', '.join(reader.name for reader in readers) or 'no reader'}")
    counts = Counter(type(fact).__name__ for fact in analysis.facts if fact.at.path == path)
    lines.append(f"facts: {', '.join(f'{count} {kind}' for kind, count in sorted(counts.items())) or 'none'}")
    seen = sorted(
        (s for s in analysis.sightings if s.at.path == path or any(at.path == path for at in s.via)),
        key=lambda s: (s.at.path != path, s.at, s.technology, s.signal),
    )
    lines += ["", "sightings:"] if seen else ["sightings: none"]
    for sighting in seen:
        label = analysis.catalogue[sighting.technology].name
        lines.append(f"  {_place(sighting.at)}  {label}  {name(sighting.signal)}  {_said(sighting)}")
    notices = [notice for notice in analysis.context.diagnostics if notice.path == path]
    lines += ["", "diagnostics:"] if notices else []
    lines += [f"  line {notice.line or 1}  {notice.severity} {notice.code}: {clean(notice.message)}" for notice in notices]
    return "\n".join(lines) + "\n"


def _folder(analysis: Analysis, folder: str, paths: list[str]) -> str:
    counts = Counter(fact.at.path for fact in analysis.facts)
    seen: dict[str, set[str]] = {}
    for sighting in analysis.sightings:
        seen.setdefault(sighting.at.path, set()).add(analysis.catalogue[sighting.technology].name)
    lines = [f"{clean(folder)}/: {len(paths)} files"]
    for path in paths:
        if counts[path] or path in seen:
            told = ", ".join(sorted(seen.get(path, ())))
            lines.append(f"  {clean(path)}  {counts[path]} facts" + (f"  {told}" if told else ""))
    return "\n".join(lines) + "\n"
