"""The API surface in a few lines: how many endpoints each component answers, what guards them, where most of them lie.

With everything told, every endpoint has a line of its own.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ctxgen.context import Context, Endpoint
from ctxgen.render.budget import Code, Line, Part, Piece, Section, Text
from ctxgen.render.guards import met_most
from ctxgen.render.titles import titles

SUMMARY, GROUP, ENDPOINT = 70, 50, 30
"""Worth of a component's numbers, of its largest group of paths, of one endpoint."""
FIRST, SUMMARIES = 18, 3
"""The largest APIs are told before the libraries of a long stack: how much more they are worth, and how many."""
GROUPS = 6
KINDS = {"http": "HTTP", "ws": "WebSocket", "sse": "event stream", "grpc": "gRPC", "graphql": "GraphQL", "message": "message"}
_PROCEDURE = re.compile(r"(?!.+\.(?:json|xml|html|txt|js|ya?ml|csv|ico|png|svg|css)\Z)[A-Za-z_]\w{0,60}(?:\.[A-Za-z_]\w{0,60}){1,4}")
"""A procedure by its name (`orders.list`, tRPC's `admin.orders.find`), which no file is called like."""
_COMMON = re.compile(r"(?i)api|v\d{1,3}|rest|public|internal|\{[^}]*\}")


def surface(context: Context, detail: str) -> Section:
    """One line a component with its numbers and groups; every endpoint where the detail is `full`."""
    by_component: dict[str, list[Endpoint]] = defaultdict(list)
    for endpoint in context.endpoints:
        by_component[endpoint.component or ""].append(endpoint)
    ordered = sorted(by_component.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    names = titles(context.components)
    lines = []
    for index, (component, endpoints) in enumerate(ordered):
        label = names.get(component, component) if len(ordered) > 1 or len(context.components) > 1 else ""
        lines.append(Line("api", label or "Endpoints", tuple(_summary(endpoints, index)), item="group"))
        if detail == "full":
            lines += [Line("api", "", (_endpoint(each),), item="endpoint") for each in endpoints]
    return Section("API surface", tuple(lines), remainder="endpoints" if detail == "full" else "APIs")


def _summary(endpoints: Sequence[Endpoint], index: int) -> Iterator[Piece]:
    kinds = Counter(KINDS.get(each.kind, each.kind) for each in endpoints)
    counted = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda entry: (-entry[1], entry[0])))
    parts: list[Part] = [counted, " endpoint" if sum(kinds.values()) == 1 else " endpoints"]
    guarded = [each for each in endpoints if each.access == "guarded"]
    if guarded:
        most = met_most(guard.name for each in guarded for guard in each.guards if guard.kind in ("authn", "authz"))
        parts += [f", {len(guarded)} guarded"]
        parts += [" by ", *_codes(most)] if most else []
    if public := sum(each.access == "public" for each in endpoints):
        parts += [f", {public} public"]
    yield Piece(tuple(parts), max(20, SUMMARY - 2 * index) + (FIRST if index < SUMMARIES else 0), endpoints[0].evidence[0])
    groups = grouped(each for each in endpoints if each.path and each.kind in ("http", "ws", "sse"))
    for rank, (prefix, same) in enumerate(groups[:GROUPS] if len(groups) > 1 else ()):
        methods = ", ".join(dict.fromkeys(each.method for each in same if each.method))
        yield Piece(
            (Code(prefix), f" {len(same)}", f" ({methods})" if methods else ""), max(10, GROUP - 2 * rank - 3 * index), same[0].evidence[0]
        )


def grouped(endpoints: Iterable[Endpoint]) -> list[tuple[str, list[Endpoint]]]:
    """Endpoints by the first part of their path that tells them apart (`/api/v1/orders`), the largest group first.

    Procedures that are called by name are kept by what they belong to (`/api/orders.*` for `/api/orders.list`).
    """
    known = list(endpoints)
    found: dict[str, list[Endpoint]] = defaultdict(list)
    split = [(each, [part for part in (each.path or "").split("/") if part]) for each in known]
    named = {parts[-1] for _, parts in split if parts and _PROCEDURE.fullmatch(parts[-1])}
    procedures = {name for name, count in Counter(each.partition(".")[0] for each in named).items() if count > 1}
    shared = 0
    while split and all(len(parts) > shared + 1 and parts[shared] == split[0][1][shared] for _, parts in split):
        shared += 1
    for each, parts in split:
        depth = shared
        while depth < len(parts) - 1 and _COMMON.fullmatch(parts[depth]):
            depth += 1
        belonging = parts[-1].partition(".")[0] if parts and _PROCEDURE.fullmatch(parts[-1]) else None
        if belonging in procedures and len(parts) - depth <= 2:
            depth, parts = len(parts) - 1, [*parts[:-1], f"{belonging}.*"]
        found["/" + "/".join(parts[: depth + 1])].append(each)
    return sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0]))


def _endpoint(endpoint: Endpoint) -> Piece:
    told = " ".join(part for part in (endpoint.method, endpoint.path) if part) or endpoint.operation or endpoint.kind
    parts: list[Part] = [Code(told)]
    parts += [f" ({KINDS.get(endpoint.kind, endpoint.kind)})"] if endpoint.kind not in ("http", "ws") else []
    parts += [" → ", Text(endpoint.handler)] if endpoint.handler else []
    by = [guard.name for guard in endpoint.guards]
    parts += [f", {endpoint.access}"] if endpoint.access != "unknown" else []
    parts += [" by ", *_codes(by)] if by and endpoint.access == "guarded" else []
    return Piece(tuple(parts), ENDPOINT, endpoint.evidence[0])


def _codes(names: Iterable[str]) -> Iterator[Part]:
    for index, name in enumerate(names):
        yield ", " if index else ""
        yield Code(name)
