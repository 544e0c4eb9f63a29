"""Variables that choose a database by name: how they are called, and what their values mean.

Source for TypeORM's own: https://github.com/typeorm/typeorm/blob/0.2.45/docs/using-ormconfig.md#using-environment-variables
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ctxgen.facts import Facts
from ctxgen.model import At, ConfigKey, Variable
from ctxgen.opaque import Opaque
from ctxgen.places import Places, for_tests

_CHOOSES_ENGINE = re.compile(
    r"(?:^|_)(?:DB|DATABASE)_?(?:ENGINE|TYPE|DRIVER|DIALECT|CONNECTION|VENDOR|CLIENT|BACKEND|PROVIDER)$|^TYPEORM_CONNECTION$"
)
_ENGINE_WORDS = {
    "sqlite": ("sqlite", "sqlite3", "better-sqlite3", "*.sqlite3"), "postgresql": ("postgres", "postgresql", "pgsql", "pg", "*.postgresql"), "mysql": ("mysql", "mysql2", "*.mysql"), "mariadb": ("mariadb",),
    "sqlserver": ("mssql", "sqlserver"), "mongodb": ("mongodb", "mongo"), "oracle": ("oracle",),
}  # fmt: skip
_ENGINE_NAMED = re.compile(r"(?i)sqlite|postgres|pgsql|mysql|mariadb|mssql|sqlserver|mongo|oracle")


def chooses_engine(variable: str) -> bool:
    """Whether a variable is called like one that chooses a database (`DB_CLIENT`, `DATABASE_TYPE`)."""
    return _CHOOSES_ENGINE.search(variable) is not None


def engines(variable: str, value: Opaque | None) -> Iterator[str]:
    """The engines that the value of such a variable chooses."""
    if value is not None and chooses_engine(variable):
        yield from (known for known, words in _ENGINE_WORDS.items() if any(value.matches(word) for word in words))


def names_engine(variant: str | None) -> bool:
    """Whether a variant of a deployment is called like an engine: it is one of several."""
    return _ENGINE_NAMED.search(variant or "") is not None


def prepared(facts: Facts, places: Places) -> dict[At, list[Opaque]]:
    """What files of environments give the variable that a setting reads, by the place of the setting: it holds before the setting's own default."""
    given: dict[str, list[Opaque]] = defaultdict(list)
    for variable in facts.of(Variable):
        usual = not for_tests(variable.when) and places.scope(variable.at.path) is None
        if variable.source in ("dotenv", "compose") and usual and variable.value is not None and not variable.value.empty:
            given[variable.name].append(variable.value)
    return {each.at: given[each.name] for each in facts.of(Variable) if each.source == "settings" and each.name in given}


def values_of(key: ConfigKey, given: dict[At, list[Opaque]]) -> list[Opaque]:
    """The values of a setting of Laravel's, in which one variable stands: those that are given, else its own."""
    return given.get(key.at, [key.value]) if key.key.startswith("laravel.") else [key.value]
