"""The commands that list one part of a context: routes, models, variables, jobs, topics."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ctxgen._input import Config, Detectors, Exclude, IncludeIgnored, NoRepoConfig, Output, Repository, Revision, analyse
from ctxgen._terminal import fail, working, write

if TYPE_CHECKING:
    from ctxgen.context import Context
    from ctxgen.render.tables import Row


class TableFormat(StrEnum):
    table = "table"
    markdown = "markdown"
    json = "json"
    csv = "csv"


class RouteFormat(StrEnum):
    table = "table"
    markdown = "markdown"
    json = "json"
    csv = "csv"
    openapi = "openapi"


_ROUTE_TITLES = ("kind", "method", "path", "handler", "access", "guards", "component", "at")


def _routes(context: Context, component: str | None = None) -> Iterable[Row]:
    for each in context.endpoints:
        if component in (None, each.component):
            guards = ", ".join(guard.name for guard in each.guards)
            yield each.kind, each.method, each.path or each.operation, each.handler, each.access, guards, each.component, each.evidence[0]


def _models(context: Context) -> Iterable[Row]:
    """A row for every column; one alone for a model of which no column is known."""
    for model in context.models:
        head = (model.component, model.name, model.table)
        if not model.columns:
            yield (*head, None, None, None, None, model.evidence[0])
        for column in model.columns:
            keys = [word for word, has in (("primary", column.primary), ("unique", column.unique)) if has]
            keys += [f"→ {column.references}"] if column.references else []
            nullable = "?" if column.nullable is None else "null" if column.nullable else "not null"
            yield (*head, column.name, column.type, nullable, ", ".join(keys), column.evidence[0])


def _variables(context: Context) -> Iterable[Row]:
    for each in context.environment:
        yield each.name, each.component, each.required, each.secret, _use(each.set, each.read), each.scheme, each.evidence[0]


def _use(is_set: bool, is_read: bool) -> str:
    """What the repository does with a variable, as far as it was seen."""
    return "set and read" if is_set and is_read else "only set" if is_set else "only read"


def _jobs(context: Context) -> Iterable[Row]:
    for job in context.jobs:
        yield job.name, job.schedule, job.handler, job.component, job.evidence[0]


def _topics(context: Context) -> Iterable[Row]:
    for each in context.messaging:
        yield each.name, each.kind, each.technology, ", ".join(each.producers), ", ".join(each.consumers), each.evidence[0]


_LISTINGS: tuple[tuple[str, str, tuple[str, ...], Callable[[Context], Iterable[Row]]], ...] = (
    (
        "models",
        "List the tables and entities with their columns, types and keys.",
        ("component", "model", "table", "column", "type", "nullable", "keys", "at"),
        _models,
    ),
    (
        "env",
        "List the environment variables that are set or read.",
        ("name", "component", "required", "secret", "use", "scheme", "at"),
        _variables,
    ),
    ("jobs", "List what the clock starts.", ("name", "schedule", "handler", "component", "at"), _jobs),
    ("topics", "List queues, topics, exchanges and streams.", ("name", "kind", "technology", "producers", "consumers", "at"), _topics),
)
"""The command, its help, the titles of its columns and its rows."""
LISTINGS = ((_ROUTE_TITLES, _routes), *((titles, rows) for _, _, titles, rows in _LISTINGS))
"""The titles of the columns and the rows of every listing."""


def register(app: typer.Typer) -> None:
    """Add a command for every listing."""
    app.command("routes", help="List the endpoints with their methods, whole paths, handlers and guards.")(_list_routes)
    for name, help, titles, rows in _LISTINGS:
        app.command(name, help=help)(_command(titles, rows))


def _list_routes(
    path: Repository = ".",
    format: Annotated[RouteFormat, typer.Option("--format", "-f", help="How to print it; `openapi` is OpenAPI 3.1.")] = RouteFormat.table,
    component: Annotated[str | None, typer.Option("--component", help="Only what this component answers.", metavar="NAME")] = None,
    output: Output = None,
    include_ignored: IncludeIgnored = False,
    exclude: Exclude = None,
    config: Config = None,
    no_repo_config: NoRepoConfig = False,
    detectors: Detectors = None,
    rev: Revision = None,
) -> None:
    with working():
        context = analyse(path, include_ignored, exclude, config, no_repo_config, detectors, revision=rev).context
        if component is not None and all(part.id != component for part in context.components):
            fail(f"no such component: {component!r}; known are {', '.join(part.id for part in context.components) or 'none'}")
        if format is RouteFormat.openapi:
            from ctxgen.render import openapi

            text = openapi.render(context, component)
        else:
            from ctxgen.render.tables import table

            text = table(_ROUTE_TITLES, list(_routes(context, component)), str(format))
    write(text, output, markdown=format is RouteFormat.markdown)


def _command(titles: tuple[str, ...], rows: Callable[[Context], Iterable[Row]]) -> Callable[..., None]:
    def listing(
        path: Repository = ".",
        format: Annotated[TableFormat, typer.Option("--format", "-f", help="How to print it.")] = TableFormat.table,
        output: Output = None,
        include_ignored: IncludeIgnored = False,
        exclude: Exclude = None,
        config: Config = None,
        no_repo_config: NoRepoConfig = False,
        detectors: Detectors = None,
        rev: Revision = None,
    ) -> None:
        with working():
            from ctxgen.render.tables import table

            context = analyse(path, include_ignored, exclude, config, no_repo_config, detectors, revision=rev).context
            text = table(titles, list(rows(context)), str(format))
        write(text, output, markdown=format is TableFormat.markdown)

    return listing
