"""How mappers write the names of tables and columns."""

from __future__ import annotations

import re


def snake_case(written: str) -> str:
    """`orderItem` as `order_item`: the naming of Spring Boot and of EFCore.NamingConventions."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", written.replace(".", "_")).lower()
