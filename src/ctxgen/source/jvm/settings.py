"""Settings of the program that a source file belongs to, from the facts that its configuration files state.

Source: https://docs.spring.io/spring-boot/reference/features/external-config.html
"""

from __future__ import annotations

import re
from collections import defaultdict

from ctxgen.facts import Facts, folder_of
from ctxgen.model import At, ConfigKey, Dependency
from ctxgen.opaque import Opaque

_SOURCE_ROOT = re.compile(r"(?:^|/)src/")
_PLACEHOLDER = re.compile(r"\$\{((?:\{\w{1,60}\})?[\w.\-\[\]]{1,120})(?::([^{}$]{0,200}))?\}")


def module_of(path: str) -> str:
    """The folder of the module that a file belongs to: what stands before `src/`."""
    found = _SOURCE_ROOT.search(path)
    return path[: found.start()] if found else path.rpartition("/")[0]


def relaxed(key: str) -> str:
    """A key as Spring compares them: case, dashes and underscores do not count."""
    return key.lower().replace("-", "").replace("_", "")


class Settings:
    """Values by key, for the module of a file, its configuration server's file by the application's name included."""

    def __init__(self, facts: Facts) -> None:
        self._by_key: dict[str, list[ConfigKey]] = defaultdict(list)
        self._modules: set[str] = set()
        self._names: dict[str, str] = {}
        self._needs: dict[str, set[str]] = defaultdict(set)
        for dependency in facts.of(Dependency):
            if dependency.path is not None and dependency.group not in ("test", "dev"):
                self._needs[folder_of(dependency.at.path)].add(dependency.path)
        for each in facts.of(ConfigKey):
            if "/src/test/" in f"/{each.at.path}":
                continue
            key = relaxed(each.key)
            self._by_key[key].append(each)
            self._modules.add(module_of(each.at.path))
            if key in ("spring.application.name", "micronaut.application.name", "quarkus.application.name") and (
                named := each.value.identifier()
            ):
                self._names.setdefault(module_of(each.at.path), named)

    def all(self, path: str, key: str) -> list[ConfigKey]:
        """What is stated for the file's module: without a profile first."""
        known = self._by_key.get(relaxed(key), [])
        if not known:
            return []
        module = module_of(path)
        own = [each for each in known if module_of(each.at.path) == module]
        if not own and (name := self._names.get(module)):
            own = [each for each in known if _file_of(each.at.path) == name]
        if not own and module not in self._modules:  # a library of the one program that states it
            stating = {module_of(each.at.path) for each in known}
            users = {each for each in stating if self.needs(each, module)} or stating
            own = [each for each in known if module_of(each.at.path) in users] if len(users) == 1 else []
        return sorted(own, key=lambda each: (each.when is not None, each.at))

    def needs(self, module: str, other: str) -> bool:
        """Whether a module is built with another of the repository, directly or through others."""
        seen, work = {module}, [module]
        while work and len(seen) < 500:
            for each in sorted(self._needs.get(work.pop(), ())):
                if each == other:
                    return True
                if each not in seen:
                    seen.add(each)
                    work.append(each)
        return False

    def routes(self, path: str, key: str) -> tuple[str, ...]:
        """The paths that a list of settings states for a file's module."""
        stated = [each for each in self.all(path, key) if each.when is None] or self.all(path, key)
        return tuple(str(route) for each in stated for part in each.value.split(",") if (route := part.route()))

    def named(self, prefix: str) -> list[ConfigKey]:
        """All that is stated below a key, in the order of files and lines."""
        start = relaxed(prefix)
        return sorted((each for key, known in self._by_key.items() if key.startswith(start) for each in known), key=lambda each: each.at)

    def application(self, name: str) -> str | None:
        """The module of the application with a name."""
        return next((module for module, known in sorted(self._names.items()) if known == name), None)

    def find(self, path: str, *keys: str) -> tuple[Opaque, At] | None:
        """The value of the first of some keys that is stated, placeholders replaced."""
        for key in keys:
            for each in self.all(path, key):
                return self._interpolated(path, each.value), each.at
        return None

    def _interpolated(self, path: str, value: Opaque) -> Opaque:
        return value.interpolate(lambda name: next((each.value for each in self.all(path, name)), None))

    def path(self, path: str, *keys: str) -> str:
        """The path that the first of some keys states without a profile, `""` for none."""
        for key in keys:
            for each in self.all(path, key):
                if each.when is None:
                    stated = self._interpolated(path, each.value).path()
                    return "" if stated in (None, "/") else str(stated)
        return ""

    def filled(self, path: str, text: str) -> str:
        """A text with its `${key:default}` replaced by names and paths that are stated; `{key}` for one that is not known."""
        if "${" not in text:
            return text

        def replaced(match: re.Match[str]) -> str:
            found = self.find(path, match[1])
            known = None if found is None else found[0].path() or found[0].identifier()
            if known is not None:
                return str(known)
            return match[2] if match[2] is not None else "{" + match[1].rpartition(".")[2] + "}"

        for _ in range(3):
            text = _PLACEHOLDER.sub(replaced, text)
        return text


def _file_of(path: str) -> str:
    """The name of a configuration server's file without its profile's ending: `orders` of `config/orders.yml`."""
    return path.rpartition("/")[2].rpartition(".")[0]
