"""What ERB puts into a settings file, read line by line and never run: the literal default of a variable that it asks, or the variable.

Source: https://docs.ruby-lang.org/en/master/ERB.html.
"""

from __future__ import annotations

import re

from ctxgen.model import Variable
from ctxgen.opaque import Opaque, name
from ctxgen.tree import File

ERB_BLOCK = re.compile(r"<%[^=](?:(?!<%).){0,2000}?%>")
ERB_VALUE = re.compile(r"<%=((?:(?!<%).){0,2000}?)-?%>")
_ERB_ENV = re.compile(
    r"ENV(?:\.fetch\(\s{0,9}|\[\s{0,9})[\"']([A-Za-z_]\w{0,99})[\"']\s{0,9}(?:,\s{0,9}([^)]{0,200}))?[)\]](?:\.presence)?\s{0,9}(?:(?:\|\||\{)\s{0,9}([^}|]{1,200}?)\s{0,9}(?:\}|$))?"
)
_PLAIN = re.compile(r"[\"']?([^\"']{0,200})[\"']?")


def with_defaults(file: File) -> str:
    """The text of a file with the defaults of the variables that ERB asks; lines are kept."""
    return "\n".join(
        ERB_VALUE.sub(lambda found, number=number: erb_value(file, number, found[1].strip(), []), ERB_BLOCK.sub("", line))  # type: ignore[misc]
        for number, line in enumerate(file.lines, 1)
    )


def erb_value(file: File, line: int, code: str, variables: list[Variable]) -> str:
    """An ERB expression's literal default, or `${NAME}` for the variable that it reads, fit to stand in YAML."""
    found = _ERB_ENV.search(code)
    if found is None:
        return ""
    default = found[2] or found[3]
    if (default is None or "ENV" in default) and "||" in code:
        default = code.rpartition("||")[2]  # what stands in for the last of several variables
    plain = _PLAIN.fullmatch(default.strip()) if default else None
    value = plain[1] if plain and "ENV" not in plain[1] else None
    required = (default is None) if "fetch" in code else (False if default else None)
    variables.append(
        Variable(
            name=name(found[1]), value=None if value is None else Opaque(value), source="settings", required=required, at=file.at(line)
        )
    )
    text = f"${{{found[1]}}}" if value is None else value
    return text if re.fullmatch(r"[\w./:@${}+-]*", text) and not text.endswith(":") else ""
