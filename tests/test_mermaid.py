"""The diagram: what it shows, that it stays within bounds, and that Mermaid's own parser takes it.

The parser comes from npm; `npm install` in `tests/mermaid` (or CTXGEN_MERMAID naming a folder with `mermaid` and
`jsdom` installed) makes the last test run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ctxgen.context import Component, Context, Datastore, Evidence, Integration, Link, Message
from ctxgen.pipeline import scan
from ctxgen.render.mermaid import LONGEST_LABEL, MAX_EDGES, MAX_NODES, escaped, mermaid
from support import FIXTURES

HERE = Path(__file__).parent / "mermaid"
AT = (Evidence("compose.yml", 1),)
NASTY = [
    'say "hi"', "a]b[c", "(x)", "{y}", "<b>bold</b>", "<script>alert(1)</script>", "end", "subgraph", "a;b", "#quot;", "%% no comment", "x --> y", "`code`", "click a call b()", "1. first",
    "- item", "é 日本語", "a|b", "\\n", "::: class", "---", "@{ shape: x }", "🙂", "=", "&amp;", "graph TD", "", " ", "o--o", "a" * 200, "$$x$$", "__proto__", "constructor",
]  # fmt: skip
LINE = re.compile(
    r"flowchart LR|  %% \d+ more connections|  (?:n\d+|more) -->(?:\|\"[^\"\[\]{}|<>]*\"\|)? (?:n\d+|more)"
    r"|  (?:n\d+|more)(?:\[|\[\(|\[\[|\{\{|\(|\(\[|\[/|>)\"[^\"\[\]{}|<>()]*(?:\([^\"]*)?\"(?:\]|\)\]|\]\]|\}\}|\)|\]\)|/\])"
)


def component(name: str, kind: str = "service", **more: object) -> Component:
    fields = {"path": name or ".", "language": "Go", "technologies": (), "ports": (), "depends_on": (), "evidence": AT, **more}
    return Component(id=name, name=name, kind=kind, **fields)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return scan(tmp_path_factory.mktemp("empty"))


def shop(empty: Context) -> Context:
    """A small system with everything that a diagram shows."""
    return replace(
        empty,
        components=(
            component("gateway", "gateway", depends_on=(Link("orders", None, "depends_on", AT),)),
            component("orders", depends_on=(Link("db", "postgresql", "depends_on", AT), Link("gone", None, "http", AT))),
            component("mail", "worker"),
            component("db", "infrastructure", language=None, technologies=("postgresql",)),
            component("shared", "library"),
        ),
        datastores=(
            Datastore("postgresql", "16", "used", ("orders",), (), None, AT),
            Datastore("redis", "7", "used", ("orders", "mail"), (), None, AT),
            Datastore("mysql", None, "supported", ("orders",), (), None, AT),
        ),
        integrations=(Integration("stripe", "Stripe", "orders", AT),),
    )


def test_a_system_is_shown(empty: Context) -> None:
    assert mermaid(shop(empty)).splitlines() == [
        "flowchart LR",
        '  n1{{"gateway: Go"}}',
        '  n2["orders: Go"]',
        '  n3[["mail: Go"]]',
        '  n4["db"]',
        '  n5[("redis 7")]',
        '  n6(["Stripe"])',
        "  n1 --> n2",
        "  n2 --> n4",
        "  n2 --> n5",
        "  n3 --> n5",
        "  n2 --> n6",
    ]


def test_messages_run_through_their_broker() -> None:
    context = scan(FIXTURES / "context" / "messaging")
    text = mermaid(context)
    broker = re.search(r'(n\d+)\[/"Apache Kafka', text) or re.search(r'(n\d+)\[/"kafka', text)
    assert broker is not None
    assert f'-->|"mail.sent"| {broker[1]}' in text
    assert re.search(rf"{broker[1]} -->\|\"2 channels\"\| n\d+", text)


@pytest.mark.parametrize("number", [MAX_NODES, MAX_NODES + 1, 400])
def test_it_is_bounded(empty: Context, number: int) -> None:
    names = [f"s{index}" for index in range(number)]
    parts = tuple(
        component(each, depends_on=tuple(Link(other, None, "http", AT) for other in names[index + 1 : index + 9]))
        for index, each in enumerate(names)
    )
    lines = mermaid(replace(empty, components=parts)).splitlines()
    nodes = [line for line in lines if '"]' in line]
    assert len(nodes) == min(number, MAX_NODES)
    assert (f'  more["{number - MAX_NODES + 1} more"]' in nodes) == (number > MAX_NODES)
    assert sum(" --> " in line for line in lines) <= MAX_EDGES
    assert mermaid(replace(empty, components=parts)).splitlines() == lines


@given(st.text(max_size=200) | st.sampled_from(NASTY))
@settings(max_examples=300, deadline=None)
def test_no_label_breaks_out(text: str) -> None:
    label = escaped(text)
    assert re.fullmatch(r"(?:[^\W#]|[ .,:/()_+@-]|#\d{1,7};)+", label)
    assert label.strip()
    assert len(re.sub(r"#\d+;", "x", label)) <= LONGEST_LABEL


def test_every_line_is_of_a_known_form(empty: Context) -> None:
    for line in mermaid(nasty(empty)).splitlines():
        assert LINE.fullmatch(line), line


def nasty(empty: Context) -> Context:
    parts = tuple(
        component(name, kind, depends_on=(Link(NASTY[0], None, "http", AT),))
        for name, kind in zip(NASTY, 5 * ["service", "gateway", "worker", "job", "frontend", "cli", "infrastructure", "odd"], strict=False)
    )
    return replace(
        empty,
        components=parts,
        integrations=(Integration("x", NASTY[4], NASTY[1], AT),),
        messaging=(Message(None, "queue", NASTY[0], (), (), AT),),
    )


def installed() -> Path | None:
    folder = Path(os.environ.get("CTXGEN_MERMAID", HERE))
    return (
        folder
        if shutil.which("node") and (folder / "node_modules" / "mermaid").is_dir() and (folder / "node_modules" / "jsdom").is_dir()
        else None
    )


@pytest.mark.skipif(installed() is None, reason="Mermaid is not installed: run `npm install` in tests/mermaid")
def test_mermaid_itself_takes_it(empty: Context, tmp_path: Path) -> None:
    folder = installed()
    assert folder is not None
    diagrams = [empty, shop(empty), nasty(empty), *(replace(empty, components=(component(name),)) for name in NASTY)]
    diagrams += [scan(path) for path in sorted((FIXTURES / "context").iterdir()) if path.is_dir()]
    script = folder / "parse.mjs"
    if not script.exists():
        script = tmp_path / "parse.mjs"
        script.write_text((HERE / "parse.mjs").read_text())
        (tmp_path / "node_modules").symlink_to(folder / "node_modules")
    texts = "".join(json.dumps(mermaid(each)) + "\n" for each in diagrams)
    done = subprocess.run(["node", str(script)], input=texts, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines() == ["ok flowchart-v2"] * len(diagrams)
