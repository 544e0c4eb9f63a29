"""How mappers, and the libraries that programs name things with, write the names of tables, columns and paths."""

from __future__ import annotations

import re


def snake_case(written: str) -> str:
    """`orderItem` as `order_item`: the naming of Spring Boot and of EFCore.NamingConventions."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", written.replace(".", "_")).lower()


def kebab_case(written: str) -> str:
    """`orderItem` as `order-item`."""
    return snake_case(written).replace("_", "-")


def regular_plural(word: str) -> str:
    """`category` as `categories`, `box` as `boxes`: words of the regular kind."""
    if re.search(r"[^aeiouAEIOU][yY]$", word):
        return f"{word[:-1]}ies"
    return f"{word}es" if re.search(r"(?:[sxz]|[cs]h)$", word) else f"{word}s"
