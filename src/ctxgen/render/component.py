"""The part of a context that speaks of the components of one folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from msgspec.structs import replace

from ctxgen.context import Architecture, Component, Context, Security, Technology

_WITHOUT_CODE = ("infrastructure", "frontend")


class _OfComponent(Protocol):
    @property
    def component(self) -> str | None: ...


T = TypeVar("T", bound=_OfComponent)


def component_folders(context: Context) -> list[str]:
    """The folders below the root that hold the code of backend components, in their order."""
    return sorted({part.path for part in context.components if part.path not in ("", ".") and part.kind not in _WITHOUT_CODE})


def of_folder(context: Context, folder: str) -> Context:
    """What a context says of the components whose code lies in a folder, and which components those depend on."""
    own = [part for part in context.components if part.path == folder and part.kind not in _WITHOUT_CODE]
    ids = {part.id for part in own}
    linked = {link.component for part in own for link in part.depends_on} - ids
    near = [replace(part, depends_on=()) for part in context.components if part.id in linked]

    def theirs(entries: Sequence[T]) -> tuple[T, ...]:
        return tuple(entry for entry in entries if entry.component in ids)

    technologies = [told for technology in context.technologies if (told := _technology(technology, ids))]
    return replace(
        context,
        repository=replace(context.repository, name=_name(own, folder)),
        architecture=Architecture(None, (), ()),
        languages=tuple(language for language in context.languages if language.name in {part.language for part in own}),
        runtimes=theirs(context.runtimes),
        components=(*own, *near),
        technologies=tuple(technologies),
        datastores=tuple(
            replace(store, components=tuple(each for each in store.components if each in ids))
            for store in context.datastores
            if not ids.isdisjoint(store.components) and any(told.id == store.technology for told in technologies)
        ),
        messaging=tuple(message for message in context.messaging if not ids.isdisjoint((*message.producers, *message.consumers))),
        jobs=theirs(context.jobs),
        integrations=theirs(context.integrations),
        models=theirs(context.models),
        environment=theirs(context.environment),
        security=Security(theirs(context.security.mechanisms), theirs(context.security.settings)),
        scale=theirs(context.scale),
        endpoints=theirs(context.endpoints),
        commands=theirs(context.commands),
        ci=(),
        declared={},
        declared_evidence={},
        not_stated=(),
        diagnostics=tuple(notice for notice in context.diagnostics if (notice.path or "").startswith(folder + "/")),
        excluded=(),
    )


def _technology(technology: Technology, ids: set[str]) -> Technology | None:
    """A technology as these components use it, by their first use; None where they do not."""
    uses = tuple(use for use in technology.uses if use.component in ids)
    if not uses:
        return None
    best = next((use for use in uses if use.scope == technology.scope), uses[0])
    version, evidence = best.version or next((use.version for use in uses if use.version), None), best.evidence
    if version is None and len({use.version for use in technology.uses if use.version}) == 1:  # stated elsewhere, for all
        version, evidence = technology.version, technology.evidence
    return replace(technology, version=version, scope=best.scope, usage=best.usage, evidence=evidence, uses=uses)


def _name(own: Sequence[Component], folder: str) -> str:
    return own[0].name if len(own) == 1 else folder.rpartition("/")[2]
