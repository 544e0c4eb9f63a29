"""`ctxgen brief`: a request to an assistant or a colleague, with the facts that matter to it."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ctxgen._input import Config, Detectors, Exclude, NoRepoConfig, Output, Repository, Revision, analyse
from ctxgen._terminal import fail, working, write

if TYPE_CHECKING:
    from ctxgen.briefs import Brief
    from ctxgen.context import Context, Endpoint

_PARAMETER = re.compile(r"\{[^{}/]*\}|:[A-Za-z_]\w*|<[^<>/]*>|\*")
_SIMILAR = 3


def brief(
    kind: Annotated[str, typer.Argument(help="performance, scaling, migration, security, integration or bug.", metavar="KIND")],
    path: Repository = ".",
    endpoint: Annotated[str | None, typer.Option("--endpoint", help='What it is about: "GET /orders/{id}".', metavar="ENDPOINT")] = None,
    interactive: Annotated[bool, typer.Option("--interactive", "-i", help="Ask on the terminal for what is to be filled in.")] = False,
    budget: Annotated[int | None, typer.Option("--budget", help="At most so many tokens of facts.", min=150, metavar="TOKENS")] = None,
    output: Output = None,
    rev: Revision = None,
    exclude: Exclude = None,
    config: Config = None,
    no_repo_config: NoRepoConfig = False,
    detectors: Detectors = None,
) -> None:
    """Print a request of a kind: what is asked, what to fill in and attach, and the facts that matter to it."""
    from ctxgen.briefs import briefs

    known = briefs()
    if kind not in known:
        fail(f"no such brief: {kind!r}; known are {', '.join(known)}")
    if interactive and not sys.stdin.isatty():
        fail("--interactive asks on a terminal, and standard input is none")
    with working():
        from ctxgen.render.brief import BUDGET, render

        analysis = analyse(path, False, exclude, config, no_repo_config, detectors, revision=rev)
        found = find(analysis.context, endpoint) if endpoint else []
    if endpoint and not found and analysis.context.endpoints:
        fail(f"no such endpoint: {endpoint!r}{_similar(analysis.context, endpoint)}")
    answers = _ask(known[kind], analysis.context) if interactive else {}
    told = render(
        known[kind], analysis.context, analysis.catalogue, endpoint=endpoint, found=found, answers=answers, budget=budget or BUDGET
    )
    write(told, output, markdown=True)


def find(context: Context, asked: str) -> list[Endpoint]:
    """The endpoints that are asked for as `GET /orders/{id}`, `/orders/:id` or an operation's name."""
    method, _, path = asked.strip().rpartition(" ")
    wanted = _normal(path)
    return [
        each
        for each in context.endpoints
        if (not method or (each.method or "").upper() in (method.strip().upper(), "ANY"))
        and (wanted == _normal(each.path or "") or path in (each.operation, each.path))
    ]


def _normal(path: str) -> str:
    return _PARAMETER.sub("{}", path).rstrip("/") or "/"


def _similar(context: Context, asked: str) -> str:
    from ctxgen.render.brief import label
    from ctxgen.render.budget import clean

    labels = [clean(label(each)) for each in context.endpoints[:2000]]
    near: Sequence[str] = difflib.get_close_matches(clean(asked), list(dict.fromkeys(labels)), _SIMILAR, 0.5)
    return f"; near to it: {', '.join(near)}" if near else f"; {len(labels)} are known"


def _ask(asked: Brief, context: Context) -> dict[str, str]:
    """Ask for every blank; an empty answer leaves it open."""
    from ctxgen.briefs import Blank, declared, parts

    answers = {}
    for line in asked.ask:
        for part in parts(line):
            if isinstance(part, Blank):
                known = declared(context, part.declared)
                said = typer.prompt(f"{part.label}{f' [{known}]' if known else ''}", default="", show_default=False, err=True)
                answers[part.label] = " ".join(str(said).split())
    return answers
