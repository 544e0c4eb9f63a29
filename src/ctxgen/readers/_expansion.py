"""Variables in the text of container files: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:+alternative}`.

Sources: https://docs.docker.com/reference/compose-file/interpolation/ and
https://docs.docker.com/reference/dockerfile/#environment-replacement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ctxgen.substitution import substitute

REFERENCE = re.compile(r"\$(?:\{([A-Za-z_]\w{0,119})(?:(:?[-+?])([^{}$]{0,1000}))?\}|([A-Za-z_]\w{0,119}))")


def expand(text: str, known: Mapping[str, str]) -> str:
    """The text with every reference replaced that `known` or its own default answers; others stay as written."""

    def answer(found: re.Match[str]) -> str:
        value, operator, word = known.get(found[1] or found[4]), found[2] or "", found[3]
        if "+" in operator:
            return word if value else ""
        if value is not None and (value or not operator.startswith(":")):
            return value
        return word if "-" in operator else found[0]

    return substitute(REFERENCE, text, answer)
