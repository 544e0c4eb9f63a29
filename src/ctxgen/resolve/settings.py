"""Settings whose value names another setting or a variable with a default: `${app.database}`, `${DATABASE_URL:jdbc:postgresql://db/shop}`.

Source: https://docs.spring.io/spring-boot/reference/features/external-config.html#features.external-config.files.property-placeholders.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of
from ctxgen.model import ConfigKey
from ctxgen.opaque import Opaque
from ctxgen.readers.spring import normal_key

_DIALECTS = ("spring", "quarkus", "micronaut")


def resolve(facts: Facts) -> Facts:
    """Fill in what the same file, or the files beside it, say without a condition; where a variable is unknown its default holds."""
    known: dict[tuple[str, str], ConfigKey] = {}
    for setting in facts.of(ConfigKey):
        if setting.dialect in _DIALECTS and setting.when is None:
            known.setdefault((setting.at.path, setting.key), setting)
            known.setdefault((folder_of(setting.at.path), setting.key), setting)

    def change(setting: ConfigKey) -> Iterator[ConfigKey]:
        if setting.dialect not in _DIALECTS or not setting.value.placeholders():
            yield setting
            return
        used: list[ConfigKey] = []

        def lookup(written: str) -> Opaque | None:
            key = normal_key(written)
            found = known.get((setting.at.path, key)) or known.get((folder_of(setting.at.path), key))
            if found is None or found is setting:
                return None
            used.append(found)
            return found.value

        value = setting.value.interpolate(lookup, shell=False)
        via = tuple(dict.fromkeys((*setting.via, *(found.at for found in used))))
        yield replace(setting, value=value, via=via)

    return facts.map(ConfigKey, change)
