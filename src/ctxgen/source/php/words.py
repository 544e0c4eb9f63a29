"""English nouns in the singular and plural, as Laravel and API Platform make names of parameters, tables and paths.

Source: https://www.doctrine-project.org/projects/doctrine-inflector/en/2.0/index.html.
"""

from __future__ import annotations

import re

_UNCOUNTABLE = {
    "audio", "bison", "chassis", "data", "deer", "equipment", "evidence", "feedback", "fish", "gold", "information", "jedi", "kin", "knowledge", "love", "metadata", "money", "moose", "news", "nutrition",
    "offspring", "plankton", "pokemon", "police", "rain", "recommended", "related", "rice", "series", "sheep", "software", "species", "swine", "traffic", "wheat", "staff", "media", "hardware", "aircraft",
}  # fmt: skip
_IRREGULAR = {
    "person": "people", "man": "men", "woman": "women", "child": "children", "foot": "feet", "goose": "geese", "tooth": "teeth", "mouse": "mice", "move": "moves", "sex": "sexes", "criterion": "criteria",
    "curve": "curves", "leaf": "leaves", "loaf": "loaves", "hoof": "hooves", "thief": "thieves", "cache": "caches", "cookie": "cookies", "movie": "movies", "niche": "niches", "ox": "oxen", "quiz": "quizzes",
    "hero": "heroes", "potato": "potatoes", "tomato": "tomatoes", "echo": "echoes", "axis": "axes", "avalanche": "avalanches", "zombie": "zombies", "valve": "valves", "shoe": "shoes", "toe": "toes",
    "focus": "foci", "alias": "aliases", "status": "statuses", "virus": "viruses", "bonus": "bonuses", "campus": "campuses", "census": "censuses", "atlas": "atlases", "canvas": "canvases", "chorus": "choruses",
    "datum": "data", "stadium": "stadia", "tax": "taxes",
}  # fmt: skip
_REGULAR = {many: one for one, many in _IRREGULAR.items() if many != "data"}
_SINGULAR = (
    (r"(database)s$", r"\1"),
    (r"(matr|append|suff|pref)ices$", r"\1ix"),
    (r"(vert|ind)ices$", r"\1ex"),
    (r"(alias|status|virus|bonus|campus|census|atlas|canvas|bus|lens|gas)es$", r"\1"),
    (r"(ss|sh|ch|x|zz)es$", r"\1"),
    (r"(analy|ba|diagno|parenthe|progno|synop|the|cri|hypothe|oa)ses$", r"\1sis"),
    (r"(l|r|ea|oa|ie|ne)ves$", r"\1f"),
    (r"(li|wi|kni)ves$", r"\1fe"),
    (r"([^aeiouy]|qu)ies$", r"\1y"),
    (r"(ss|us|is)$", r"\1"),
    (r"s$", ""),
)
_PLURAL = (
    (r"(matr|append)ix$", r"\1ices"),
    (r"(vert|ind)ex$", r"\1ices"),
    (r"(analy|ba|diagno|parenthe|progno|synop|the|cri|hypothe|oa)sis$", r"\1ses"),
    (r"(s|x|z|ch|sh)$", r"\1es"),
    (r"([^aeiouy]|qu)y$", r"\1ies"),
    (r"(?<![f])fe$", "ves"),
    (r"([lr])f$", r"\1ves"),
    (r"$", "s"),
)
_LONGEST = 200
_LAST = re.compile(r"[A-Z]?[a-z]+$|[A-Z]+$")


def _last(word: str) -> tuple[str, str]:
    """A compound (`tagAliases`, `tag_aliases`) as what stands before its last word, and that."""
    found = _LAST.search(word)
    return (word[: found.start()], found[0]) if found is not None else ("", word)


def _made(word: str, known: dict[str, str], rules: tuple[tuple[str, str], ...]) -> str:
    if len(word) > _LONGEST:
        return word
    start, last = _last(word)
    lower = last.lower()
    if lower in _UNCOUNTABLE:
        return word
    if (irregular := known.get(lower)) is not None:
        return start + (irregular.capitalize() if last[:1].isupper() else irregular)
    for pattern, by in rules:
        if re.search(pattern, lower):
            return start + re.sub(pattern, by, last, count=1)
    return word


def singular(word: str) -> str:
    """`categories` → `category`; a word in the singular stays."""
    return _made(word, _REGULAR, _SINGULAR)


def plural(word: str) -> str:
    """`category` → `categories`."""
    return _made(word, _IRREGULAR, _PLURAL) if singular(word) == word else word


def snake(word: str, mark: str = "_") -> str:
    """`OrderItem` → `order_item`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", mark, word).lower()
