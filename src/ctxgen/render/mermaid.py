"""The components of a context as a Mermaid flowchart, with datastores, brokers and outside services.

Source: https://mermaid.js.org/syntax/flowchart.html.  Identifiers are made here; what comes from the repository stands
only in quoted labels, in which every character that could end one or mean something is an entity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ctxgen.catalogue import load
from ctxgen.context import Component, Context

MAX_NODES = 60
MAX_EDGES = 200
LONGEST_LABEL = 60
_STORES = ("database", "cache", "search", "storage")
_SHAPES = {
    "service": ("[", "]"), "gateway": ("{{", "}}"), "worker": ("[[", "]]"), "frontend": ("(", ")"), "job": (">", "]"), "cli": ("[", "]"), "library": ("[", "]"), "infrastructure": ("[", "]"),
    "store": ("[(", ")]"), "broker": ("[/", "/]"), "outside": ("([", "])"),
}  # fmt: skip
_KINDS = ("gateway", "frontend", "service", "worker", "job", "cli", "infrastructure", "library")
Key = tuple[str, str]
"""What a node stands for: `component`, `technology` or `outside`, and its id."""


def mermaid(context: Context) -> str:
    """A flowchart of at most `MAX_NODES` nodes; components beyond that are one node, connections beyond `MAX_EDGES` are counted."""
    graph = _graph(context)
    nodes = list(graph.nodes)
    kept, rest = nodes, list[Key]()
    if len(nodes) > MAX_NODES:
        degree = graph.degrees()
        ranked = sorted(nodes, key=lambda node: (-degree[node], nodes.index(node)))[: MAX_NODES - 1]
        kept, rest = [node for node in nodes if node in set(ranked)], [node for node in nodes if node not in set(ranked)]
    ids = {node: f"n{index}" for index, node in enumerate(kept, 1)}
    ids |= dict.fromkeys(rest, "more")
    lines = ["flowchart LR"]
    for node in kept:
        shape, label = graph.nodes[node]
        start, end = _SHAPES[shape]
        lines.append(f'  {ids[node]}{start}"{escaped(label)}"{end}')
    if rest:
        lines.append(f'  more["{len(rest)} more"]')
    if not nodes:
        lines.append('  n1["no components"]')
    edges: dict[tuple[str, str], str] = {}
    for (source, target), label in graph.edges.items():
        if ids[source] != ids[target]:
            edges.setdefault((ids[source], ids[target]), label if "more" not in (ids[source], ids[target]) else "")
    for (one, other), label in list(edges.items())[:MAX_EDGES]:
        said = f'|"{escaped(label)}"|' if label else ""
        lines.append(f"  {one} -->{said} {other}")
    if len(edges) > MAX_EDGES:
        lines.append(f"  %% {len(edges) - MAX_EDGES} more connections")
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """A label's text: letters, digits and harmless marks as they are, everything else as the entity of its code point."""
    short = text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1] + "…"
    safe = "".join(c if c.isalnum() or c in " .,:/()_-+@" else f"#{ord(c)};" for c in short)
    return safe if safe.strip() else "#160;"


class _Graph:
    """Nodes with shape and label, and edges with a label, in the order of their making."""

    def __init__(self) -> None:
        self.nodes: dict[Key, tuple[str, str]] = {}
        self.edges: dict[tuple[Key, Key], str] = {}

    def edge(self, source: Key, target: Key, label: str = "") -> None:
        if source in self.nodes and target in self.nodes and source != target:
            self.edges[source, target] = self.edges.get((source, target)) or label

    def degrees(self) -> dict[Key, int]:
        degree = dict.fromkeys(self.nodes, 0)
        for source, target in self.edges:
            degree[source] += 1
            degree[target] += 1
        return degree


def _graph(context: Context) -> _Graph:
    graph = _Graph()
    names = {technology.id: technology.name for technology in context.technologies}
    categories = {technology.id: technology.category for technology in context.technologies}
    shown = [part for part in context.components if part.kind != "library"] or list(context.components)
    runs: dict[str, list[Key]] = defaultdict(list)
    for part in sorted(shown, key=lambda part: (_KINDS.index(part.kind) if part.kind in _KINDS else 0, part.id)):
        key = ("component", part.id)
        graph.nodes[key] = (_shape(part, categories), _label(part, names, categories))
        if part.kind == "infrastructure" and part.language is None:
            for technology in part.technologies:
                runs[technology].append(key)
    stores = [store for store in context.datastores if store.usage in ("used", "default")]
    for store in stores:
        if store.technology not in runs:
            version = f" {store.version}" if store.version else ""
            graph.nodes["technology", store.technology] = ("store", f"{names.get(store.technology, store.technology)}{version}")
    for broker in _brokers(context):
        if broker not in runs:
            graph.nodes["technology", broker] = ("broker", names.get(broker, broker))
    for outside in context.integrations:
        graph.nodes["outside", outside.technology] = ("outside", outside.name)
    for part in shown:
        for link in part.depends_on:
            if link.component is not None:
                graph.edge(("component", part.id), ("component", link.component))
    for store in stores:
        _connect(graph, store.components, _node(store.technology, runs))
    _messages(context, graph, runs)
    for outside in context.integrations:
        if outside.component is not None:
            graph.edge(("component", outside.component), ("outside", outside.technology))
    return graph


def _shape(part: Component, categories: dict[str, str]) -> str:
    if part.kind == "infrastructure" and part.language is None:
        kinds = {categories.get(technology) for technology in part.technologies}
        return "broker" if "queue" in kinds else "store" if kinds & set(_STORES) else "infrastructure"
    return part.kind if part.kind in _SHAPES else "service"


def _label(part: Component, names: dict[str, str], categories: dict[str, str]) -> str:
    """The component's name with what it is made of: the framework that serves, the engine that it runs, else its language."""
    if part.language is None:
        made = next(
            (
                names[t]
                for t in part.technologies
                if categories.get(t) in (*_STORES, "queue", "server", "auth", "observability") and t in names
            ),
            None,
        )
    else:
        known = load().technologies
        made = next(
            (names[t] for t in part.technologies if categories.get(t) == "framework" and t in known and known[t].serves and t in names),
            part.language,
        )
    return f"{part.name}: {made}" if made and made.lower() != part.name.lower() else part.name


def _brokers(context: Context) -> list[str]:
    """Engines that carry messages: those that channels name, and those of the category that are no clients of others."""
    known = load().technologies
    named = {message.technology for message in context.messaging if message.technology}
    used = [
        t for t in context.technologies if t.scope in ("backend", "deploy") and t.usage in ("used", "default") and t.category == "queue"
    ]
    return sorted({t.id for t in used if t.id in known and not known[t.id].drives and (t.id in named or known[t.id].images)})


def _node(technology: str, runs: dict[str, list[Key]]) -> Key | None:
    """The node of an engine: its own, or the one component that runs it; where several run it, which one is meant is not known."""
    running = runs.get(technology, [])
    return ("technology", technology) if not running else running[0] if len(running) == 1 else None


def _connect(graph: _Graph, components: Iterable[str], node: Key | None) -> None:
    for component in components:
        if node is not None:
            graph.edge(("component", component), node)


def _messages(context: Context, graph: _Graph, runs: dict[str, list[Key]]) -> None:
    """Who sends to a broker and who receives from it, with the names of the channels; a broker that no channel names is joined to who uses it."""
    sides: dict[tuple[Key, Key], list[str]] = defaultdict(list)
    for message in context.messaging:
        node = _node(message.technology, runs) if message.technology else None
        if node is None:
            continue
        for producer in message.producers:
            sides[("component", producer), node].append(message.name)
        for consumer in message.consumers:
            sides[node, ("component", consumer)].append(message.name)
    for (source, target), channels in sides.items():
        graph.edge(source, target, channels[0] if len(channels) == 1 else f"{len(channels)} channels")
    brokers = set(_brokers(context))
    for technology in context.technologies:
        if technology.id in brokers and (node := _node(technology.id, runs)) is not None:
            users = sorted(
                {use.component for use in technology.uses if use.component and use.scope == "backend" and use.usage in ("used", "default")}
            )
            joined = {key for edge in graph.edges if node in edge for key in edge}
            _connect(graph, [user for user in users if ("component", user) not in joined], node)
