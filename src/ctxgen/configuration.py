"""`.ctxgen.toml`: what a team declares, leaves out and prefers.  It is input of the repository and as little trusted.

```toml
exclude = ["legacy/"]
detectors = "tools/detectors"
[options]
budget = 1200
[declared.scale]
daily_active_users = "10,000"
```

What is wrong in it is a problem with its line, and everything else of it still holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from ctxgen.documents import Node
from ctxgen.facts import join_path
from ctxgen.model import At, Diagnostic
from ctxgen.opaque import looks_secret

FILE = ".ctxgen.toml"
MAX_SIZE = 64 * 1024
MAX_ITEMS = 50
LONGEST_VALUE = 80
FORMATS = ("markdown", "xml", "text", "issue", "json")
DETAILS = ("brief", "standard", "full")

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_CANONICAL = {
    ("scale", "availability"): "availability_target",
    ("scale", "uptime"): "availability_target",
    ("scale", "users"): "daily_active_users",
}


class Declared(Struct, frozen=True):
    """A fact that the team states: `scale`, `daily_active_users`, as written."""

    section: str
    key: str
    value: str
    at: At


class Pattern(Struct, frozen=True):
    """Files to leave out, in .gitignore syntax."""

    glob: str
    at: At


class Configuration(Struct, frozen=True):
    """Everything that holds of one `.ctxgen.toml`, and what is wrong in it."""

    declared: tuple[Declared, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    detectors: tuple[str, At] | None = None
    budget: int | None = None
    detail: str | None = None
    format: str | None = None
    sections: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


class _Reading:
    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Diagnostic] = []

    def wrong(self, node: Node, message: str) -> None:
        self.problems.append(problem(At(self.path, node.line), message))

    def value(self, node: Node) -> str | None:
        """A declared value: a scalar, or a list of them, that fits on a line of its own."""
        scalars = [each.text or "" for each in node.scalars()]
        value = ", ".join(scalars)
        if isinstance(node.value, dict) or not scalars or len(scalars) != max(1, len(list(node.elements()))):
            self.wrong(node, "a declared value is text, a number, or a list of them; left out")
        elif not value or len(value) > LONGEST_VALUE or not value.isprintable():
            self.wrong(node, f"a declared value is one printable line of at most {LONGEST_VALUE} characters; left out")
        elif looks_secret(value):
            self.wrong(node, "a declared value holds a credential; left out")
        else:
            return value
        return None

    def declared(self, table: Node) -> Iterator[Declared]:
        for section, entry in table.items():
            entries = entry.items() if isinstance(entry.value, dict) else iter([(section, entry)])
            group = section if isinstance(entry.value, dict) else "general"
            for key, node in entries:
                if not _KEY.fullmatch(group) or not _KEY.fullmatch(key):
                    self.wrong(node, "a declared name is lower-case letters, digits, - and _; left out")
                elif (value := self.value(node)) is not None:
                    yield Declared(group, _CANONICAL.get((group, key), key), value, At(self.path, node.line))

    def patterns(self, node: Node) -> Iterator[Pattern]:
        from ctxgen.ignoring import readable

        if not isinstance(node.value, list):
            self.wrong(node, "`exclude` is a list of patterns; left out")
        for item in node.elements():
            glob = item.text or ""
            if (
                not glob.strip()
                or glob.startswith("#")
                or len(glob) > LONGEST_VALUE
                or not glob.isprintable()
                or ".." in glob.split("/")
                or looks_secret(glob)
            ):
                self.wrong(item, f"a pattern is one printable line of at most {LONGEST_VALUE} characters, without `..`; left out")
            elif not readable(glob):
                self.wrong(item, "a pattern that .gitignore could not hold; left out")
            else:
                yield Pattern(glob, At(self.path, item.line))

    def options(self, table: Node) -> dict[str, object]:
        from ctxgen.render.budget import SMALLEST
        from ctxgen.render.outline import SECTIONS

        found: dict[str, object] = {}
        for key, node in table.items():
            text = node.text or ""
            if key == "budget" and text.isascii() and text.isdigit() and SMALLEST <= int(text[:9]) <= 1_000_000:
                found[key] = int(text)
            elif (key == "detail" and text in DETAILS) or (key == "format" and text in FORMATS):
                found[key] = text
            elif key == "sections" and node.value and all(each.text in SECTIONS for each in node.elements()):
                found[key] = tuple(each.text for each in node.elements())
            else:
                self.wrong(node, "unknown option, or a value that it does not take; left out")
        return found


def problem(at: At, message: str) -> Diagnostic:
    """Something wrong in the configuration or the detectors of a team."""
    return Diagnostic(at.path, at.line, "configuration", "error", message)


def read(document: Node, path: str = FILE) -> Configuration:
    """What a parsed `.ctxgen.toml` says."""
    reading = _Reading(path)
    declared: list[Declared] = []
    exclude: list[Pattern] = []
    detectors: tuple[str, At] | None = None
    options: dict[str, object] = {}
    for key, node in document.items():
        if key == "declared" and isinstance(node.value, dict):
            declared += list(reading.declared(node))
        elif key == "exclude":
            exclude += list(reading.patterns(node))
        elif key == "options" and isinstance(node.value, dict):
            options = reading.options(node)
        elif key == "detectors":
            folder = join_path("", node.text or "") if isinstance(node.value, str) else None
            if folder:
                detectors = (folder, At(path, node.line))
            else:
                reading.wrong(node, "`detectors` is a folder inside the repository; left out")
        else:
            reading.wrong(node, "unknown key; left out")
    for found in (declared, exclude):
        if len(found) > MAX_ITEMS:
            reading.problems.append(problem(found[MAX_ITEMS].at, f"more than {MAX_ITEMS} of a kind; the rest is left out"))
            del found[MAX_ITEMS:]
    return Configuration(
        tuple({(each.section, each.key): each for each in declared}.values()),
        tuple(exclude),
        detectors,
        options.get("budget"),  # type: ignore[arg-type]
        options.get("detail"),  # type: ignore[arg-type]
        options.get("format"),  # type: ignore[arg-type]
        options.get("sections", ()),  # type: ignore[arg-type]
        tuple(reading.problems),
    )
