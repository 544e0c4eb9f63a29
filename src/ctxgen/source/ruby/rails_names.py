"""How a Rails application forms words: the usual inflections, and those that `config/initializers/inflections.rb` adds.

Source: https://api.rubyonrails.org/classes/ActiveSupport/Inflector/Inflections.html.
"""

from __future__ import annotations

import re

import inflection
from msgspec import Struct

from ctxgen.source.program import Program

_IRREGULAR = re.compile(r"^\s{0,20}\w{1,20}\.irregular[\s(]{1,9}[\"'](\w{1,60})[\"'],\s{0,9}[\"'](\w{1,60})[\"']", re.MULTILINE)
_UNCOUNTABLE = re.compile(r"^\s{0,20}\w{1,20}\.uncountable[\s(]{1,9}([^\n]{1,400})", re.MULTILINE)
_ACRONYM = re.compile(r"^\s{0,20}\w{1,20}\.acronym[\s(]{1,9}[\"'](\w{1,60})[\"']", re.MULTILINE)


class Names(Struct, frozen=True):
    """The words of one application that follow no rule, in lower case."""

    singulars: dict[str, str]
    plurals: dict[str, str]
    acronyms: dict[str, str]

    def singular(self, word: str) -> str:
        return self.singulars.get(word) or inflection.singularize(word)

    def plural(self, word: str) -> str:
        return self.plurals.get(word) or inflection.pluralize(word)

    def constant(self, path: str) -> str:
        """`api/v1/orders` as `Api::V1::Orders`."""
        return "::".join(
            "".join(self.acronyms.get(word) or word[:1].upper() + word[1:] for word in part.split("_")) for part in path.split("/")
        )


def names_of(program: Program, path: str) -> Names:
    """The words of the application that a file below its `config` or `app` belongs to."""
    root = path[: max(path.rfind("config/"), path.rfind("app/"), 0)]
    known: dict[str, Names] = program.kept.setdefault("rails.names", {})
    if root not in known:
        text = program.resolver.text(f"{root}config/initializers/inflections.rb")  # type: ignore[attr-defined]
        irregular = [(one.lower(), many.lower()) for one, many in _IRREGULAR.findall(text)]
        irregular += [
            (word, word) for line in _UNCOUNTABLE.findall(text) for word in re.findall(r"[a-z_]+", line.replace("%w", "").lower())
        ]
        known[root] = Names(
            singulars={many: one for one, many in irregular},
            plurals=dict(irregular),
            acronyms={word.lower(): word for word in _ACRONYM.findall(text)},
        )
    return known[root]
