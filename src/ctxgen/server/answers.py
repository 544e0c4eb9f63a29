"""What the tools say: lines of Markdown from a context, each with its citation, a page at a time.

Names are the repository's: they are written as the block writes them, as code or as text that is no markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from msgspec.structs import asdict

from ctxgen.context import (
    Component,
    Context,
    Endpoint,
    EnvironmentVariable,
    Evidence,
    Model,
    ModelColumn,
    ModelIndex,
    ModelRelation,
    Technology,
)  # fmt: skip
from ctxgen.render.markdown import code, plain

PAGE_LINES = 50
PAGE_CHARACTERS = 12_000
"""A page ends at the first of both; about 3,500 tokens."""
LONGEST_LINE = 2_000
CITED = 3
"""So many places of one thing."""

T = TypeVar("T")


def find(context: Context, words: str, page: int) -> str:
    """Technologies and components with the words in a name, id, category, kind or path."""
    parts = {part.id: part for part in context.components}
    lines = [_component(part) for part in _having(context.components, words, lambda c: (c.id, c.name, c.path, c.kind, c.language))]
    lines += [
        _technology(found, parts)
        for found in _having(context.technologies, words, lambda t: (t.id, t.name, t.category, *t.roles, t.scope, t.usage))
    ]
    return paged(lines, "technologies or components", words, page)


def endpoints(context: Context, words: str, page: int) -> str:
    """Endpoints with the words in method and path, operation, handler, access, guard or component."""
    found = _having(
        context.endpoints,
        words,
        lambda e: (_called(e), e.operation, e.handler, e.access, e.kind, e.component, *(guard.name for guard in e.guards)),
    )
    return paged([_endpoint(each) for each in found], "endpoints", words, page)


def models(context: Context, words: str, page: int) -> str:
    """Models with the words in their name, table or component."""
    found = _having(context.models, words, lambda m: (m.name, m.table, m.component))
    return paged([_model(each) for each in found], "models", words, page)


def variables(context: Context, words: str, page: int) -> str:
    """Environment variables with the words in their name or component; never a value."""
    found = _having(context.environment, words, lambda v: (v.name, v.component))
    return paged([_variable(each) for each in found], "environment variables", words, page)


def _having(things: Iterable[T], words: str, named: Callable[[T], Iterable[str | None]]) -> list[T]:
    """The things in whose names every one of the words stands, case aside."""
    wanted = words.lower().split()

    def has(thing: T) -> bool:
        names = "\n".join(filter(None, named(thing))).lower()
        return all(word in names for word in wanted)

    return [thing for thing in things if has(thing)]


# ---------------------------------------------------------------------------------------------- pages


def paged(lines: Sequence[str], things: str, words: str, page: int) -> str:
    """One page of a list, and how to get the next."""
    if not lines:
        return f"No {things}" + (f" with {code(words)}" if words.strip() else "") + " were found in this repository.\n"
    pages = _pages(lines)
    if not 1 <= page <= len(pages):
        return f"There is no page {page}: {len(lines)} {things} on {len(pages)} page{'s' if len(pages) > 1 else ''}.\n"
    shown = pages[page - 1]
    more = f"; page {page + 1} tells more" if page < len(pages) else ""
    return "\n".join([*shown, "", f"{len(shown)} of {len(lines)} {things}, page {page} of {len(pages)}{more}."]) + "\n"


def _pages(lines: Iterable[str]) -> list[list[str]]:
    pages: list[list[str]] = [[]]
    size = 0
    for line in lines:
        if pages[-1] and (len(pages[-1]) == PAGE_LINES or size + len(line) > PAGE_CHARACTERS):
            pages.append([])
            size = 0
        pages[-1].append(line)
        size += len(line)
    return pages


# ---------------------------------------------------------------------------------------------- lines


def _line(head: str, said: Sequence[str], evidence: Sequence[Evidence]) -> str:
    """`- head: said, said (path:line)`; what does not fit is counted, never cut in the middle."""
    kept: list[str] = []
    room = LONGEST_LINE - len(head)
    for index, each in enumerate(said):
        room -= len(each) + 2
        if room < 0:
            kept.append(f"and {len(said) - index} more")
            break
        kept.append(each)
    cited = ", ".join(code(f"{at.path}:{at.line}") for at in evidence[:CITED])
    return f"- {head}" + (f": {', '.join(kept)}" if kept else "") + (f" ({cited})" if cited else "")


def _of(component: str | None) -> list[str]:
    return [f"in {plain(component)}"] if component else []


def _technology(found: Technology, parts: dict[str, Component]) -> str:
    head = f"technology {plain(found.name)}" + (f" {plain(found.version)}" if found.version else "")
    uses = [use for use in found.uses if use.component in parts]
    said = [found.category, found.scope, found.usage, found.confidence]
    said += [
        f"{use.usage} by {plain(use.component or '')}"
        + (f" in {plain(use.version)}" if use.version and use.version != found.version else "")
        for use in uses
    ]
    return _line(head, said, found.evidence)


def _component(part: Component) -> str:
    said = [part.kind, f"in {code(part.path or '.')}", *([part.language] if part.language else [])]
    said += [f"port {port}" for port in part.ports]
    said += [f"depends on {plain(link.component or link.technology or '')} by {plain(link.via)}" for link in part.depends_on]
    said += [f"has {', '.join(map(plain, part.technologies))}"] if part.technologies else []
    return _line(f"component {plain(part.id)}", said, part.evidence)


def _called(endpoint: Endpoint) -> str:
    return " ".join(filter(None, (endpoint.method, endpoint.path))) or endpoint.operation or endpoint.kind


def _endpoint(endpoint: Endpoint) -> str:
    said = [endpoint.kind] if endpoint.kind != "http" else []
    said += [f"operation {code(endpoint.operation)}"] if endpoint.operation and endpoint.path else []
    said += [f"handled by {code(endpoint.handler)}"] if endpoint.handler else []
    said += [{"guarded": "guarded", "public": "public"}.get(endpoint.access, "access not known")]
    said += [f"{guard.kind} {code(guard.name)}" for guard in endpoint.guards]
    return _line(code(_called(endpoint)), said + _of(endpoint.component), endpoint.evidence)


def _model(model: Model) -> str:
    head = code(model.name) + (f", table {code(model.table)}" if model.table and model.table != model.name else "")
    said = _of(model.component)
    said += [f"column {_attributes(column)}" for column in model.columns]
    said += [f"index {_attributes(index)}" for index in model.indexes]
    said += [f"relation {_attributes(relation)}" for relation in model.relations]
    return _line(head, said, model.evidence)


def _attributes(of: ModelColumn | ModelIndex | ModelRelation) -> str:
    """What a column, index or relation is: its name, then its other attributes; of those that are true or false, the true ones."""
    attributes: dict[str, Any] = {key: value for key, value in asdict(of).items() if key != "evidence"}
    said = [code(attributes.pop("name"))] if attributes.get("name") else []
    for key, value in attributes.items():
        if value not in (None, False, "", ()):
            said.append(plain(key) if value is True else f"{plain(key)} {plain(value if isinstance(value, str) else ', '.join(value))}")
    return " ".join(said)


def _variable(variable: EnvironmentVariable) -> str:
    said = ["secret"] if variable.secret else []
    said += [{True: "required", False: "optional"}[variable.required]] if variable.required is not None else []
    said += [f"URL scheme {plain(variable.scheme)}"] if variable.scheme else []
    said += [f"host {plain(variable.host)}"] if variable.host else []
    said += [f"port {variable.port}"] if variable.port else []
    return _line(code(variable.name), said + _of(variable.component), variable.evidence)
