"""XML by lxml, entities and network off."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from ctxgen.documents._node import Unreadable

if TYPE_CHECKING:
    from lxml import etree

_UTF_16 = re.compile(rb"<\?xml[^>]{0,100}?encoding=[\"']utf-?16", re.IGNORECASE)
"""A declaration that can be read as bytes is not in UTF-16, whatever it says."""
MAX_ATTRIBUTES = 1_000
"""Of one element: lxml looks each one up among all."""


def parse_xml(data: bytes) -> etree._Element:
    """The root element, tags without namespaces, comments removed, entities and network off; `sourceline` gives lines.

    Raises `Unreadable` where no element can be read, or where one has more than `MAX_ATTRIBUTES`.
    """
    from lxml import etree

    encoding = "utf-8" if _UTF_16.match(data) else None
    parser = etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable("parse-error", "not valid XML") from None
    if root is None:
        raise Unreadable("parse-error", "not valid XML")
    for element in root.iter():
        if isinstance(element.tag, str) and len(element.attrib) > MAX_ATTRIBUTES:
            raise Unreadable("too-complex", f"an element has more than {MAX_ATTRIBUTES} attributes")
        if isinstance(element.tag, str) and "}" in element.tag:
            with suppress(ValueError):  # a recovered document may have a tag that is no name, which then stays as it is
                element.tag = element.tag.rpartition("}")[2]
    return root
