"""Symfony's routes in XML, as the mappings that YAML has for them.

Source: https://symfony.com/doc/current/routing.html#creating-routes-in-yaml-xml-or-php-files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ctxgen.documents import Node

if TYPE_CHECKING:
    from lxml import etree


def entries(root: etree._Element) -> Iterator[tuple[str, Node]]:
    """The routes and imports of a file by their names; those of an environment below `when@`."""
    for index, element in enumerate(root.iterchildren()):
        line = _line(element, 1)
        match element.tag:
            case "route":
                yield element.get("id") or str(index), _entry(element, line, "path")
            case "import":
                yield str(index), _entry(element, line, "prefix")
            case "when":
                yield f"when@{element.get('env')}", Node(dict(entries(element)), line)


def _entry(element: etree._Element, line: int, localised: str) -> Node:
    """The attributes of an element with what stands inside it: paths or prefixes of several languages, defaults."""
    found = {str(key): Node(str(value), line) for key, value in element.attrib.items()}
    languages: dict[str, Node] = {}
    defaults: dict[str, Node] = {}
    for child in element.iterchildren(localised, "default"):
        text = Node("".join(map(str, child.itertext())).strip(), _line(child, line))
        if child.tag == "default":
            defaults[child.get("key") or ""] = text
        else:
            languages[child.get("locale") or ""] = text
    return Node(found | ({localised: Node(languages, line)} if languages else {}) | {"defaults": Node(defaults, line)}, line)


def _line(element: etree._Element, default: int) -> int:
    known: Any = element.sourceline
    return int(known or default)
