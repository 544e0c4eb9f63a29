"""What the documentation site is told at build time: the contract's keys, what is known by category, and the pages of the root.

Both tables are made from what the program itself uses, so they cannot be out of date.
Source: https://www.mkdocs.org/user-guide/configuration/#hooks
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent
ROOT_PAGES = {"CONTRIBUTING.md": "contributing.md", "SECURITY.md": "security.md", "CHANGELOG.md": "changelog.md"}
EXAMPLES = 6
"""So many technologies of a category in the overview."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The pages that lie in the root of the repository."""
    from mkdocs.structure.files import File

    for source, page in ROOT_PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text.replace("](docs/", "](")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Links into the root, and the tables in place of their markers."""
    for source, target in ROOT_PAGES.items():
        markdown = markdown.replace(f"](../{source}", f"]({target}")
    if page.file.src_uri == "contract.md":
        markdown = markdown.replace("<!-- keys -->", keys(json.loads((ROOT / "docs/schema/v1.json").read_text(encoding="utf-8"))))
    if page.file.src_uri == "detectors.md":
        markdown = markdown.replace("<!-- categories -->", categories())
    return markdown


# ---------------------------------------------------------------------------------------------- the contract


def keys(schema: dict[str, Any]) -> str:
    """A heading and a table for each object of the contract, the context first."""
    definitions: dict[str, Any] = schema["$defs"]
    first = schema["$ref"].rpartition("/")[2]
    return "\n".join(_object(name, definitions[name]) for name in (first, *(name for name in sorted(definitions) if name != first)))


def _object(name: str, definition: dict[str, Any]) -> str:
    rows = [f"| `{key}` | {_type(value)} |" for key, value in definition["properties"].items()]
    return "\n".join([f"## {name}", "", definition.get("description", ""), "", "| key | type |", "| --- | --- |", *rows, ""])


def _type(value: dict[str, Any]) -> str:
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in value:
        return " or ".join(_type(each) for each in value["anyOf"])
    if value.get("type") == "array":
        return f"list of {_type(value['items'])}"
    if isinstance(value.get("additionalProperties"), dict):
        return f"object of {_type(value['additionalProperties'])}"
    return str(value.get("type", "any"))


# ---------------------------------------------------------------------------------------------- the detectors


def categories() -> str:
    """A table of the categories with counts and examples, then every technology of each."""
    from ctxgen.catalogue import load, signals

    known = defaultdict(list)
    for technology in load().technologies.values():
        known[technology.category].append(technology)
    table = ["| category | technologies | among them |", "| --- | --- | --- |"]
    pages = []
    for category, found in sorted(known.items()):
        best = sorted(found, key=lambda each: (-len(list(signals(each))), each.id))[:EXAMPLES]  # known by most names: the best known
        table.append(f"| [{category}](#{category}) | {len(found)} | {', '.join(_plain(each.name) for each in best)} |")
        names = sorted((each.name for each in found), key=lambda name: (name.lower(), name))
        pages += [f"## {category}", "", ", ".join(map(_plain, names)) + ".", ""]
    return "\n".join([f"{sum(map(len, known.values())):,} technologies in {len(known)} categories.", "", *table, "", *pages])


def _plain(name: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", name)
