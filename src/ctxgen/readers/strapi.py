"""Strapi's content types: what `schema.json` of each says that it holds.

Source: https://docs.strapi.io/cms/backend-customization/models#model-schema.
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Column, EntityModel, Fact, Relation
from ctxgen.opaque import Name, name
from ctxgen.readers import reads
from ctxgen.tree import File

_RELATIONS = {
    "oneToOne": "one-to-one", "oneToMany": "one-to-many", "manyToOne": "many-to-one", "manyToMany": "many-to-many", "oneWay": "many-to-one", "manyWay": "one-to-many",
}  # fmt: skip
_PARTS = ("component", "dynamiczone", "media")
"""Attributes that are kept in tables of their own."""


@reads("**/content-types/*/schema.json", contains=(b'"attributes"',))
def read_content_type(file: File) -> Iterator[Fact]:
    """The attributes and relations of a content type."""
    root = file.json()
    singular = root.get("info", "singularName")
    attributes = root.get("attributes")
    if singular is None or not singular.text or attributes is None:
        return
    table = root.get("collectionName")
    columns, relations = list[Column](), list[Relation]()
    for key, each in attributes.items():
        kind = _text(each, "type")
        if kind == "relation":
            stated, target = _RELATIONS.get(_text(each, "relation") or ""), _text(each, "target")
            if stated and target:
                relations.append(Relation(name=name(key), kind=stated, target=name(target.rpartition(".")[2]), at=file.at(each.line)))  # type: ignore[arg-type]
        elif kind and kind not in _PARTS:
            columns.append(
                Column(
                    name=name(key), type=name(kind), nullable=_text(each, "required") != "true", unique=_text(each, "unique") == "true", at=file.at(each.line)
                )
            )  # fmt: skip
    yield EntityModel(
        name=name(singular.text),
        table=name(table.text) if table is not None and table.text else None,
        technology=Name("strapi"),
        columns=tuple(columns),
        relations=tuple(relations),
        at=file.at(singular.line),
    )


def _text(node: Node, key: str) -> str | None:
    found = node.get(key)
    return found.text if found is not None else None
