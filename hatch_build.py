"""Writes the compiled catalogue and table of readers into the wheel, so that no run has to make them."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledCatalogue(BuildHookInterface):  # type: ignore[type-arg]
    """An editable install gets no compiled file: there the detectors and readers change."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, os.path.join(self.root, "src"))
        try:
            from ctxgen import compiled
        finally:
            sys.path.pop(0)
        descriptor, self._path = tempfile.mkstemp(suffix=".msgpack")
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(compiled.build())
        os.chmod(self._path, 0o644)
        build_data["force_include"][self._path] = f"ctxgen/{compiled.NAME}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            os.unlink(self._path)
