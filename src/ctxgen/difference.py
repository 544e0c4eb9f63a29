"""What changed in the context between two states of a repository: every section as named items with attributes, compared one way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from ctxgen.context import Cited, Context, Endpoint, EnvironmentVariable, Model, Repository, Technology

Value = str | bool | tuple[str, ...] | None
"""What an attribute holds; the words of a tuple are a set in order."""
_PARAMETER = re.compile(r"\{[^{}]*\}")
"""A parameter of a path: another name for it makes no other endpoint."""
Kind = Literal["added", "removed", "changed"]
Key = tuple[str | None, ...]


class Side(Struct, frozen=True):
    """A value before or after, and the lines of that state which prove it."""

    value: Value
    evidence: Cited


class Change(Struct, frozen=True):
    """Something was added, removed, or has another value in one attribute; what was added or removed has the value that tells it best."""

    subject: str
    change: Kind
    name: str
    attribute: str | None
    component: str | None
    before: Side | None
    after: Side | None
    id: str | None = None
    """Of technologies, datastores and components."""
    scope: str | None = None
    """Of a technology: backend, frontend, test, dev, deploy or docs."""
    category: str | None = None
    """Of a technology."""


class Difference(Struct, frozen=True):
    """All changes: technologies first, then each subject, by name."""

    schema_version: int
    before: Repository
    after: Repository
    changes: tuple[Change, ...]


class Item(Struct, frozen=True):
    """Something that can be there or not.  The first attribute is the one that tells it best."""

    name: str
    evidence: Cited
    attributes: dict[str, Value]
    component: str | None = None
    id: str | None = None
    scope: str | None = None
    category: str | None = None
    proofs: dict[str, Cited] = {}
    """The lines of single attributes, where they have their own."""


def compare(before: Context, after: Context) -> Difference:
    """The changes from one context to the other."""
    changes = [*_technology_changes(before, after)]
    changes += [
        change for subject, items in _SUBJECTS.items() for change in _changes(subject, _matched(items(before), items(after)), items(after))
    ]
    return Difference(1, before.repository, after.repository, tuple(changes))


def _changes(subject: str, before: Mapping[Key, Item], after: Mapping[Key, Item]) -> Iterator[Change]:
    for key in sorted({*before, *after}, key=lambda key: tuple(part or "" for part in key)):
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            there = new or old
            assert there is not None
            attribute, value = next(iter(there.attributes.items()), ("", None))
            side = Side(value, there.proofs.get(attribute) or there.evidence)
            yield _change(subject, there, "added" if new else "removed", None, None if new else side, side if new else None)
            continue
        for attribute in (*new.attributes, *(each for each in old.attributes if each not in new.attributes)):
            was, now = old.attributes.get(attribute), new.attributes.get(attribute)
            if was != now:
                earlier, later = (Side(value, item.proofs.get(attribute) or item.evidence) for value, item in ((was, old), (now, new)))
                yield _change(subject, new, "changed", attribute, earlier, later)


def _change(subject: str, item: Item, kind: Kind, attribute: str | None, before: Side | None, after: Side | None) -> Change:
    return Change(subject, kind, item.name, attribute, item.component, before, after, item.id, item.scope, item.category)


def _technology_changes(before: Context, after: Context) -> Iterator[Change]:
    """Those of each technology as a whole; its version by component, unless it went the same way in all of them."""
    parts_before, parts_after = _component_versions(before), _component_versions(after)
    for change in _changes("technologies", _technologies(before), _technologies(after)):
        old, new = parts_before.get(change.id or "", {}), parts_after.get(change.id or "", {})
        common = [key for key in new if key in old]
        if change.attribute != "version" or not common:
            yield change
            continue
        moved = {key: old[key] for key in common if old[key].attributes != new[key].attributes}
        ways = {(old[key].attributes["version"], new[key].attributes["version"]) for key in common}
        if moved and len(ways) == 1:
            first = next(iter(moved))
            (each,) = _changes("technologies", {first: old[first]}, {first: new[first]})
            yield replace(each, component=None)
        else:
            yield from _changes("technologies", moved, {key: new[key] for key in moved})


def _matched(before: Mapping[Key, Item], after: Mapping[Key, Item]) -> dict[Key, Item]:
    """The items before, those of a component that has another name now under their new key: all else of the key is the same and unique."""

    def by_rest(keys: Iterable[Key]) -> dict[Key, list[Key]]:
        found: dict[Key, list[Key]] = {}
        for key in keys:
            found.setdefault(key[:-1], []).append(key)
        return found

    gone, come = by_rest(key for key in before if key not in after), by_rest(key for key in after if key not in before)
    moved = {keys[0]: come[rest][0] for rest, keys in gone.items() if rest and len(keys) == len(come.get(rest, ())) == 1}
    return {moved.get(key, key): item for key, item in before.items()}


# ---------------------------------------------------------------------------------------------- the subjects
# Each gives its items by a key whose last part is the component, None where it is of none.


def _architecture(context: Context) -> dict[Key, Item]:
    found = context.architecture
    traits = tuple(sorted(trait.name for trait in found.traits))
    return {("architecture", None): Item("architecture", found.evidence, {"pattern": found.pattern, "traits": traits})}


def _components(context: Context) -> dict[Key, Item]:
    return {
        (part.id, None): Item(
            part.name,
            part.evidence,
            {
                "kind": part.kind,
                "language": part.language,
                "ports": tuple(map(str, part.ports)),
                "uses": tuple(sorted({link.component for link in part.depends_on if link.component})),
            },
            id=part.id,
        )
        for part in context.components
    }


def _runtimes(context: Context) -> dict[Key, Item]:
    names = dict.fromkeys(runtime.name for runtime in context.runtimes if runtime.version)
    return {
        (name, None): Item(name, said[0].evidence, {"version": tuple(dict.fromkeys(runtime.version or "" for runtime in said))})
        for name in names
        for said in [[runtime for runtime in context.runtimes if runtime.name == name and runtime.version]]
    }


def _technologies(context: Context) -> dict[Key, Item]:
    found: dict[Key, Item] = {}
    for technology in context.technologies:
        if technology.usage == "unknown":
            continue
        found[technology.id, None] = Item(
            technology.name,
            technology.evidence,
            {"version": technology.version, "usage": technology.usage, "scope": technology.scope},
            id=technology.id,
            scope=technology.scope,
            category=technology.category,
            proofs={"version": _stating(technology)},
        )
    return found


def _stating(technology: Technology) -> Cited:
    """The lines of a use that states the technology's version, which need not be its best evidence."""
    stating = (use.evidence for use in technology.uses if use.version == technology.version and use.scope == technology.scope)
    return next(stating, technology.evidence)


def _component_versions(context: Context) -> dict[str, dict[Key, Item]]:
    """By technology, the version that each component states."""
    return {
        technology.id: {
            (component,): Item(
                technology.name, evidence, {"version": version}, component, technology.id, technology.scope, technology.category
            )
            for component, (version, evidence) in _versions(technology).items()
        }
        for technology in context.technologies
        if technology.usage != "unknown"
    }


def _versions(technology: Technology) -> dict[str | None, tuple[str, Cited]]:
    """The version that each component states, where one does."""
    found: dict[str | None, tuple[str, Cited]] = {}
    for use in technology.uses:
        if use.version and use.scope == technology.scope:
            found.setdefault(use.component, (use.version, use.evidence))
    return found


def _datastores(context: Context) -> dict[Key, Item]:
    names = {technology.id: technology.name for technology in context.technologies}
    return {
        (store.technology, None): Item(
            names.get(store.technology, store.technology),
            store.evidence,
            {
                "version": store.version,
                "usage": store.usage,
                "components": tuple(sorted(store.components)),
                "migrations": str(store.migrations.count) if store.migrations and store.migrations.count is not None else None,
            },
            id=store.technology,
            proofs={"migrations": store.migrations.evidence if store.migrations else ()},
        )
        for store in context.datastores
    }


def _endpoints(context: Context) -> dict[Key, Item]:
    found: dict[Key, Item] = {}
    for endpoint in context.endpoints:
        guards = {f"{guard.name} ({guard.kind})": guard.evidence for guard in endpoint.guards}
        found.setdefault(
            (endpoint.kind, endpoint.method, _PARAMETER.sub("{}", endpoint.path or ""), endpoint.operation, endpoint.component),
            Item(
                _endpoint_name(endpoint),
                endpoint.evidence,
                {"access": endpoint.access, "guards": tuple(sorted(guards))},
                endpoint.component,
                proofs={"guards": tuple(line for guard in sorted(guards) for line in guards[guard][:1])},
            ),
        )
    return found


def _endpoint_name(endpoint: Endpoint) -> str:
    return " ".join(part for part in (endpoint.method, endpoint.path, endpoint.operation) if part) or endpoint.kind


def _models(context: Context) -> dict[Key, Item]:
    return {(model.name, model.component): _model(model) for model in context.models}


def _model(model: Model) -> Item:
    told: dict[str, list[dict[str, Any]]] = msgspec.to_builtins(model)
    attributes: dict[str, Value] = {"table": model.table}
    attributes |= {part: tuple(sorted(map(_told, told[part]))) for part in ("columns", "indexes", "relations")}
    return Item(model.name, model.evidence, attributes, model.component)


def _told(part: Mapping[str, Any]) -> str:
    """A column, index or relation in words: its name, then what else is known of it."""
    words = [str(part["name"])] if part.get("name") else []
    for key, value in part.items():
        if key in ("name", "evidence", "at") or value in (None, False, [], ()):
            continue
        words.append(key if value is True else " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value) if key in ("type", "kind") else f"{key} {value}")  # fmt: skip
    return " ".join(words)


def _variables(context: Context) -> dict[Key, Item]:
    named: dict[str, list[EnvironmentVariable]] = {}
    for variable in context.environment:
        named.setdefault(variable.name, []).append(variable)
    return {
        (name, None): Item(
            name,
            same[0].evidence,
            {"required": any(each.required for each in same) or None, "secret": any(each.secret for each in same)},
        )
        for name, same in named.items()
    }


def _scale(context: Context) -> dict[Key, Item]:
    found: dict[Key, Item] = {}
    for setting in context.scale:
        name = " ".join(part for part in (setting.subject, setting.kind.replace("-", " ")) if part)
        key = (setting.kind, setting.subject, setting.component)
        value = f"{setting.value} {setting.unit}" if setting.unit and setting.value.isdigit() else setting.value
        known = found.get(key)
        values = (*(known.attributes["value"] or ()), value) if known and isinstance(known.attributes["value"], tuple) else (value,)
        found[key] = Item(name, known.evidence if known else setting.evidence, {"value": tuple(dict.fromkeys(values))}, setting.component)
    return found


def _security(context: Context) -> dict[Key, Item]:
    found: dict[Key, Item] = {}
    for each in context.security.mechanisms:
        found.setdefault((each.mechanism, None), Item(each.mechanism, each.evidence, {}))
    for setting in context.security.settings:
        key = ("setting", setting.name, setting.component)
        known = found.get(key)
        values = known.attributes["value"] if known else ()
        assert isinstance(values, tuple)
        told = tuple(dict.fromkeys((*values, setting.value or "")))
        found[key] = Item(setting.name, known.evidence if known else setting.evidence, {"value": told}, setting.component)
    return found


def _messaging(context: Context) -> dict[Key, Item]:
    return {
        (message.technology, message.kind, message.name, None): Item(
            f"{message.kind} {message.name}",
            message.evidence,
            {"producers": tuple(sorted(message.producers)), "consumers": tuple(sorted(message.consumers))},
        )
        for message in context.messaging
    }


def _jobs(context: Context) -> dict[Key, Item]:
    return {(job.name, job.component): Item(job.name, job.evidence, {"schedule": job.schedule}, job.component) for job in context.jobs}


_SUBJECTS = {
    "security": _security,
    "endpoints": _endpoints,
    "datastores": _datastores,
    "runtimes": _runtimes,
    "architecture": _architecture,
    "components": _components,
    "models": _models,
    "messaging": _messaging,
    "jobs": _jobs,
    "scale": _scale,
    "variables": _variables,
}
"""Each by its name, but for the technologies, whose versions need a look at every component."""
