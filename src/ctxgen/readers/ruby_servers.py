"""How many processes and threads Ruby's servers and workers run: Puma, Unicorn, Sidekiq, Solid Queue.  Only numbers get out.

Where a variable is asked, its default is told.  Sources: https://puma.io/puma/Puma/DSL.html, https://bogomips.org/unicorn/Unicorn/Configurator.html,
https://github.com/sidekiq/sidekiq/wiki/Advanced-Options, https://github.com/rails/solid_queue#configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node, parse_yaml
from ctxgen.model import ConfigKey
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._erb import with_defaults
from ctxgen.readers._lines import numbering
from ctxgen.tree import SOURCE_LIMIT, File

_SIZE = (
    r"(?:Integer\(\s{0,3})?\(?(?:ENV(?:\.fetch\(\s{0,3}[\"']\w{1,60}[\"']\s{0,3}(?:,\s{0,3}|\)\s{0,3}\{\s{0,40})|\[[\"']\w{1,60}[\"']\](?:\.presence)?\s{0,3}\|\|\s{0,3}))?"
    r"[\"']?(\d{1,6})\b"
)
_KEPT = re.compile(rf"^[ \t]{{0,20}}(?:case[ \t]{{1,3}})?([a-z_]\w{{0,40}})[ \t]{{0,3}}=[ \t]{{0,3}}{_SIZE}", re.MULTILINE)
_STATED = re.compile(r"^[ \t]{0,20}(threads|workers|worker_processes|timeout)[ \t(]{1,4}(?=[\w(])", re.MULTILINE)
_GIVEN = re.compile(rf"{_SIZE}|([a-z_]\w{{0,40}})")
_LONGEST = 300
"""Characters of what a setting is given."""


@reads("puma.rb", "**/config/puma/*.rb", "unicorn.rb", "**/config/unicorn/*.rb", limit=SOURCE_LIMIT, contains=(b"threads", b"worker"))
def read_ruby_server(file: File) -> Iterator[ConfigKey]:
    """Puma's `threads 1, ENV.fetch("RAILS_MAX_THREADS") { 5 }` and `workers 2`, Unicorn's `worker_processes 4`; the larger number of threads is told."""
    text = file.text
    line_of = numbering(text)
    kept = {found[1]: found[2] for found in _KEPT.finditer(text)}
    server = "unicorn" if "unicorn" in file.path else "puma"
    for found in _STATED.finditer(text):
        if (found[1] in ("worker_processes", "timeout")) != (server == "unicorn"):
            continue
        end = text.find("\n", found.end())
        end = min(len(text) if end < 0 else end, found.end() + _LONGEST)
        sizes = _sizes(text, found.end(), end, kept)
        if found[1] != "threads":
            sizes = sizes[:1]
        if sizes and int(sizes[-1]):
            at = file.at(line_of(found.start()))
            yield ConfigKey(key=name(f"{server}.{found[1]}"), value=Opaque(sizes[-1]), dialect="other", at=at)


def _sizes(text: str, start: int, end: int, kept: dict[str, str]) -> list[str]:
    """The numbers that begin on a line, and those that the names on it stand for; a block's number may stand on the next."""
    found: list[str] = []
    while start < end and (size := _GIVEN.search(text, start, end + 80)) is not None and size.start() < end:
        if size[2] in ("if", "unless"):
            break
        known = size[1] or kept.get(size[2])
        found += [known] if known else []
        start = size.end()
    return found


@reads("sidekiq.yml", contains=(b"concurrency",))
def read_sidekiq(file: File) -> Iterator[ConfigKey]:
    """Sidekiq's `:concurrency: 5`, that of production before that of all."""
    for root in parse_yaml(with_defaults(file))[:1]:
        holders = [root.get(":production") or root.get("production"), root]
        for holder in holders:
            said = None if holder is None else holder.get(":concurrency") or holder.get("concurrency")
            if said is not None and said.text is not None:
                yield ConfigKey(key=name("sidekiq.concurrency"), value=Opaque(said.text), dialect="other", at=file.at(said.line))
                return


@reads("config/queue.yml", "**/config/queue.yml", "config/solid_queue.yml", "**/config/solid_queue.yml", contains=(b"workers",))
def read_solid_queue(file: File) -> Iterator[ConfigKey]:
    """The threads and processes of each of Solid Queue's workers in production."""
    for root in parse_yaml(with_defaults(file))[:1]:
        holder = root.get("production") or root
        workers: Node | None = holder.get("workers")
        for worker in workers.elements() if workers is not None else ():
            for key in ("threads", "processes"):
                said = worker.get(key)
                if said is not None and said.text is not None:
                    yield ConfigKey(key=name(f"solid_queue.{key}"), value=Opaque(said.text), dialect="other", at=file.at(said.line))
