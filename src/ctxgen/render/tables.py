"""Listings as tables: for a terminal, Markdown, JSON and CSV, each with the escaping of its syntax."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

import msgspec

from ctxgen.context import Evidence
from ctxgen.render.budget import clean
from ctxgen.render.markdown import code, plain

Cell = str | int | bool | Evidence | None
Row = Sequence[Cell]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def table(titles: Sequence[str], rows: Sequence[Row], format: str) -> str:
    """Rows under their titles in one of `FORMATS`; a place is told as `path:line`, what is not known as nothing.

    JSON is a list of objects with the titles as keys and `{"path", "line"}` for a place.
    """
    return FORMATS[format](titles, rows)


def _said(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Evidence():
            return f"{cell.path}:{cell.line}"
        case bool():
            return "yes" if cell else "no"
        case _:
            return str(cell)


def _text(titles: Sequence[str], rows: Sequence[Row]) -> str:
    """Columns as wide as their widest cell, the last as it is."""
    lines = [list(titles), *([clean(_said(cell)) for cell in row] for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(titles))]
    return "".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n" for line in lines)


def _markdown(titles: Sequence[str], rows: Sequence[Row]) -> str:
    def written(cell: Cell) -> str:
        said = clean(_said(cell))
        return (code(said) if isinstance(cell, Evidence) else plain(said)).replace("|", "\\|") if said else ""

    lines = [titles, ["---"] * len(titles), *([written(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _json(titles: Sequence[str], rows: Sequence[Row]) -> str:
    listed = [dict(zip(titles, row, strict=True)) for row in rows]
    return msgspec.json.format(msgspec.json.encode(listed), indent=2).decode() + "\n"


def _csv(titles: Sequence[str], rows: Sequence[Row]) -> str:
    """RFC 4180, with what a spreadsheet would run as a formula marked as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(titles)
    for row in rows:
        writer.writerow([f"'{said}" if (said := _said(cell)).startswith(_FORMULA) else said for cell in row])
    return out.getvalue()


FORMATS: dict[str, Callable[[Sequence[str], Sequence[Row]], str]] = {"table": _text, "markdown": _markdown, "json": _json, "csv": _csv}
"""How a table can be written."""
