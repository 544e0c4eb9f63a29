"""The programs of a Go module, each in a folder of `cmd`, told apart where images or services are named for them.

Source: https://go.dev/doc/modules/layout#server-project, https://github.com/golang-standards/project-layout.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from ctxgen.facts import folder_of
from ctxgen.join.known import Known
from ctxgen.model import Container

_COMMAND = re.compile(r"(?P<module>(?:.*/)?)cmd/(?P<name>[^/]+)/main\.go")
_WORD = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")


class Commands:
    """The programs of the modules that have several, by the folder of the module."""

    def __init__(self, known: Known) -> None:
        self.known = known

    @cached_property
    def _of_module(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for path in self.known.files.paths:
            if (command := _COMMAND.fullmatch(path)) and self.known.places.scope(path) is None:
                module = command["module"].rstrip("/")
                if any(unit.ecosystem == "go" for unit in self.known.units.of(module)):
                    found[module][command["name"].lower()] = folder_of(path)
        return {module: programs for module, programs in found.items() if len(programs) > 1}

    def named(self, module: str | None, *names: str) -> str | None:
        """The folder of the program that one of the names is, or ends with behind a hyphen (`shop-worker` is `cmd/worker`); None for a module of one program."""
        programs = self._of_module.get(module, {}) if module is not None else {}
        for each in names:
            called = each.lower()
            ends = [called, *(called[index + 1 :] for index, letter in enumerate(called) if letter == "-")]
            if found := next((programs[end] for end in ends if end in programs), None):
                return found
        return None

    def anywhere(self, *names: str) -> tuple[str, str] | None:
        """(module, folder) of the one program of the repository that is called so."""
        found = [(module, folder) for module in self._of_module if (folder := self.named(module, *names)) is not None]
        return found[0] if len(found) == 1 else None

    def of_image(self, module: str, container: Container) -> str | None:
        """The program that an image of a module runs, by the name of its Dockerfile (`Dockerfile.worker`), of its folder, or of what it starts."""
        programs = self._of_module.get(module, {})
        if not programs:
            return None
        folder, _, base = container.at.path.rpartition("/")
        words = [word for word in _WORD.findall(base) if word.lower() not in ("dockerfile", "containerfile")]
        started = (
            container.command.words({f"{prefix}{name}" for name in programs for prefix in ("", f"{self.known.root_name}-")})
            if container.command
            else []
        )
        return self.named(module, *words, folder.rpartition("/")[2], *started)

    def images(self) -> Iterator[tuple[str, str, Container]]:
        """(module, folder of the program, image) of every image that runs one of several programs."""
        for container in self.known.facts.of(Container):
            if container.stage is not None or self.known.places.scope(container.at.path) is not None:
                continue
            module = self.known.units.folder(container.at.path)
            if (folder := self.of_image(module, container)) is not None:
                yield module, folder, container

    def tells(self, module: str, told: set[str]) -> bool:
        """Whether one of the programs of a module is told already."""
        return not told.isdisjoint(self._of_module.get(module, {}).values())
