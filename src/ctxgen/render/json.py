"""The context as JSON, schema version 1, and the schema itself."""

from __future__ import annotations

from typing import Any, NoReturn

import msgspec

from ctxgen.context import Context


def _refuse(value: Any) -> NoReturn:
    raise TypeError(f"{type(value).__name__} cannot be printed")


def render(context: Context) -> str:
    """The context, indented, one line end at the end."""
    encoded = msgspec.json.encode(context, enc_hook=_refuse)
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


def schema() -> str:
    """The JSON Schema (2020-12) of what `render` prints."""
    document = msgspec.json.schema(Context)
    for definition in document["$defs"].values():  # every key is always printed, those with a default too
        definition["required"] = list(definition["properties"])
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "ctxgen context, schema version 1", **document}
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2).decode() + "\n"
