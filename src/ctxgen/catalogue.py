"""The knowledge: what names mean.

`detectors/*.toml` hold one table per technology with the names under which each ecosystem knows it and how it relates
to others.  The catalogue answers questions (what is npm package `pg`? image `bitnami/postgresql`? the key
`spring.datasource.url` with this value?) and knows no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import Generic, TypeVar

from msgspec.msgpack import decode

from ctxgen.detectors import (
    CATEGORIES,
    PACKAGE_KEYS,
    ConfigSignal,
    DetectorError,
    MechanismSignal,
    SettingSignal,
    Technology,
    load_file,
    normal_package,
    signals,
)
from ctxgen.index import Index, Names, index
from ctxgen.opaque import Opaque
from ctxgen.patterns import Patterns, glob

__all__ = ["CATEGORIES", "PACKAGE_KEYS", "Catalogue", "DetectorError", "Technology", "load", "load_file", "normal_package", "signals"]


class _Found:
    """The technologies behind the names of one kind of signal."""

    def __init__(self, names: Names) -> None:
        self.exact, self.patterns = names.exact, dict(names.patterns)
        self._owners = [owner for _, owner in names.patterns]
        self._patterns = Patterns(glob(written) for written, _ in names.patterns)

    def find(self, asked: str) -> str | None:
        if (known := self.exact.get(asked)) is not None:
            return known
        found = self._patterns.matching(asked)
        return self._owners[found[0]] if found else None


class _Files:
    """The technologies behind file names: patterns with a slash are compared with the whole path, others with the last part."""

    def __init__(self, names: Names) -> None:
        self._exact = names.exact
        self._owners = [owner for _, owner in names.patterns]
        self._positions = [[i for i, (written, _) in enumerate(names.patterns) if ("/" in written) is slash] for slash in (False, True)]
        self._of_name, self._of_path = (Patterns(glob(names.patterns[i][0]) for i in positions) for positions in self._positions)

    def find(self, path: str) -> str | None:
        base = path.rpartition("/")[2]
        if (known := self._exact.get(path) or self._exact.get(base)) is not None:
            return known
        found = [self._positions[0][i] for i in self._of_name.matching(base)[:1]]
        found += [self._positions[1][i] for i in self._of_path.matching(path)[:1]]
        return self._owners[min(found)] if found else None


S = TypeVar("S", ConfigSignal, SettingSignal, MechanismSignal)


class _Keys(Generic[S]):
    """The signals whose key is like a setting's, case aside, in the order of the detector files."""

    def __init__(self, signals: list[tuple[S, str]]) -> None:
        self._signals: list[tuple[S, str]] = signals
        self._patterns = Patterns(glob(signal.key.lower()) for signal, _ in signals)

    def find(self, key: str) -> list[tuple[S, str]]:
        return [self._signals[position] for position in self._patterns.matching(key.lower())]


class Catalogue:
    """All technologies, by the names that they go by.  Every part of the index is decoded when it is first asked.

    `added` are a team's: patterns of theirs are asked after all others.  Raises `DetectorError` where two claim one name.
    """

    def __init__(self, technologies: Iterable[Technology], added: Iterable[Technology] = ()) -> None:
        self._take(index(technologies, added))

    @classmethod
    def of(cls, stored: Index) -> Catalogue:
        """The catalogue over an index that is made already."""
        catalogue = cls.__new__(cls)
        catalogue._take(stored)
        return catalogue

    def _take(self, stored: Index) -> None:
        self._index = stored
        self._known: dict[str, Technology] = {}
        self._names: dict[str, _Found | None] = {}
        self._modules: dict[str, dict[str, str | None]] = {}

    @cached_property
    def technologies(self) -> dict[str, Technology]:
        """All technologies by id."""
        return {identifier: self[identifier] for identifier in self._index.technologies}

    def __getitem__(self, technology: str) -> Technology:
        known = self._known.get(technology)
        if known is None:
            known = self._known[technology] = decode(self._index.technologies[technology], type=Technology)
        return known

    def _named(self, kind: str) -> _Found | None:
        if kind not in self._names:
            stored = self._index.names.get(kind)
            self._names[kind] = _Found(decode(stored, type=Names)) if stored is not None else None
        return self._names[kind]

    def _find(self, kind: str, asked: str) -> str | None:
        names = self._named(kind)
        return names.find(asked) if names else None

    @cached_property
    def _files(self) -> _Files:
        stored = self._index.names.get("file")
        return _Files(decode(stored, type=Names) if stored is not None else Names({}, []))

    @cached_property
    def _config(self) -> _Keys[ConfigSignal]:
        return _Keys(decode(self._index.config, type=list[tuple[ConfigSignal, str]]))

    @cached_property
    def _settings(self) -> _Keys[SettingSignal]:
        return _Keys(decode(self._index.settings, type=list[tuple[SettingSignal, str]]))

    @cached_property
    def _mechanisms(self) -> _Keys[MechanismSignal]:
        return _Keys(decode(self._index.mechanisms, type=list[tuple[MechanismSignal, str]]))

    def answers(self, kind: str, written: str) -> str | None:
        """The technology that a signal's name leads to already; for a pattern, the one that has this very pattern."""
        if "*" in written or "?" in written:
            names = self._named(kind)
            return names.patterns.get(written) if names else None
        match kind.partition(" "):
            case "image", *_:
                return self.image(written)
            case "file", *_:
                return self.file(written)
            case "import", _, language:
                return self.module(language, written)
            case _:
                return self._find(kind, written)

    def package(self, ecosystem: str, package: str) -> str | None:
        """The technology behind a package."""
        return self._find(ecosystem, normal_package(ecosystem, package))

    def extra(self, ecosystem: str, package: str, extra: str) -> str | None:
        """The technology that an extra or feature of a package brings: `fastapi[standard]`, `sqlx[postgres]`."""
        return self._find(ecosystem, normal_package(ecosystem, f"{package}[{extra}]"))

    def makes(self, package: str) -> str | None:
        """The kind of component that a project with this package is, where the package alone decides it."""
        return self._index.makes.get(package.lower())

    def image(self, image: str) -> str | None:
        """The technology that an image runs: by its whole name, else by its last part where that is an official image's name."""
        image = image.lower().removeprefix("docker.io/").removeprefix("library/")
        return self._find("image", image) or (self._find("image", image.rpartition("/")[2]) if "/" in image else None)

    def repacks(self, image: str) -> str | None:
        """The technology whose build of another one an image holds, and whose version its tag therefore is: Confluent Platform in `confluentinc/cp-kafka`."""
        return self._find("repack", image.lower().removeprefix("docker.io/"))

    def publishes(self, image: str) -> bool:
        """Whether an image is known by its whole name, publisher and all."""
        return self._find("image", image.lower()) is not None

    def image_variant(self, image: str, tag: str) -> str | None:
        """The technology that a variant of an image brings along: Apache in `php:8.3-apache`."""
        return self._find("image", f"{image.lower().removeprefix('docker.io/').removeprefix('library/')}:{tag}")

    def scheme(self, scheme: str) -> list[str]:
        """The engine behind a URL scheme, and the driver that `postgresql+psycopg` names."""
        base = scheme.partition("+")[0]
        return [known for written in dict.fromkeys((scheme, base)) if (known := self._find("scheme", written))]

    def host(self, host: str) -> str | None:
        return self._find("host", host.lower())

    def variable(self, variable: str) -> str | None:
        return self._find("env", variable)

    def file(self, path: str) -> str | None:
        """The technology that a file of this name belongs to (patterns with a slash are compared with the whole path)."""
        return self._files.find(path)

    def command(self, word: str) -> str | None:
        return self._find("command", word)

    @cached_property
    def command_words(self) -> frozenset[str]:
        names = self._named("command")
        return frozenset(names.exact) if names else frozenset()

    def resource(self, platform: str, kind: str) -> str | None:
        """The technology behind a resource kind: `kubernetes apps/v1 Deployment`, `terraform aws_db_instance`.  Pulumi's kinds have Terraform's names."""
        found = self._find("resource", f"{platform} {kind}")
        return self._find("resource", f"terraform {kind}") if found is None and platform == "pulumi" else found

    def chart(self, chart: str) -> str | None:
        return self._find("chart", chart)

    def action(self, action: str) -> str | None:
        return self._find("action", action)

    def module(self, language: str, module: str) -> str | None:
        """The technology behind an imported module, by the longest known prefix of its path."""
        modules = self._modules.get(language)
        if modules is None:
            modules = self._modules[language] = {"": None}
        if module in modules:
            return modules[module]
        names = self._named(f"import {language}")
        found, asked, passed = None, module, []
        while names and asked not in modules and (found := names.find(asked)) is None:
            passed.append(asked)
            asked = asked[: max(asked.rfind("."), asked.rfind("/"), asked.rfind("\\"), 0)]
        found = found or modules.get(asked)
        modules.update(dict.fromkeys([*passed, module], found))
        return found

    def config(self, key: str, value: Opaque) -> Iterator[tuple[str, ConfigSignal]]:
        """The technologies that a setting shows."""
        for signal, technology in self._config.find(key):
            if signal.value is None or value.matches(signal.value):
                yield technology, signal

    def choosable(self, key: str) -> Iterator[str]:
        """The technologies one of which a setting chooses by its value."""
        for signal, technology in self._config.find(key):
            if signal.value is not None and signal.usage == "default":
                yield technology

    def setting(self, key: str) -> tuple[str, SettingSignal] | None:
        """The fact of scale that a setting states."""
        return next(((technology, signal) for signal, technology in self._settings.find(key)), None)

    def options(self, word: str) -> list[tuple[str, SettingSignal]]:
        """The options of a command whose values are facts of scale: a setting's key `gunicorn --workers` names both."""
        known = self.command(word)
        settings = self[known].settings if known else ()
        return [(signal.key.partition(" ")[2], signal) for signal in settings if signal.key.startswith(f"{word} -")]

    def mechanism(self, key: str, value: Opaque) -> Iterator[tuple[str, str]]:
        """(technology, mechanism) that a setting shows."""
        for signal, technology in self._mechanisms.find(key):
            if signal.value is None or value.matches(signal.value):
                yield technology, signal.mechanism


@cache
def load() -> Catalogue:
    """The catalogue of this installation."""
    from ctxgen import compiled

    return Catalogue.of(decode(compiled.load().catalogue, type=Index))
