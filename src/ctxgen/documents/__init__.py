"""Parsed documents with positions: one `Node` type for JSON, YAML and TOML; XML keeps lxml's elements.

The scanners are libraries'; what is added here is the line of every key and item, and bounds in depth and number that
count YAML aliases as expanded.
"""

from ctxgen.documents._json import parse_json
from ctxgen.documents._node import MAX_DEPTH, MAX_NODES, Node, Unreadable, too_complex
from ctxgen.documents._properties import parse_properties
from ctxgen.documents._syntax import grammar, parse_part, parse_syntax
from ctxgen.documents._toml import parse_toml
from ctxgen.documents._xml import parse_xml
from ctxgen.documents._yaml import parse_yaml

__all__ = [
    "MAX_DEPTH",
    "MAX_NODES",
    "Node",
    "Unreadable",
    "grammar",
    "parse_json",
    "parse_part",
    "parse_properties",
    "parse_syntax",
    "parse_toml",
    "parse_xml",
    "parse_yaml",
    "too_complex",
]
