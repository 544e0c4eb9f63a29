"""The code of frameworks, beside what their data says."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ctxgen.source.frameworks import Framework
from ctxgen.source.program import Hook, MethodHook, Program


class Hooks(NamedTuple):
    """The hooks of some frameworks: by path, by method, and what is to be done before anything and when everything was followed."""

    calls: dict[str, Hook]
    methods: dict[str, MethodHook]
    start: list[Callable[[Program], None]]
    finish: list[Callable[[Program], None]]


def hooks_of(frameworks: Iterable[Framework]) -> Hooks:
    """The hooks of some frameworks.  A module of hooks may have `HOOKS`, `METHODS`, `start` and `finish`."""
    found = Hooks({}, {}, [], [])
    names = {(framework.language, framework.hooks): None for framework in frameworks if framework.hooks}
    for language, name in names:
        module = importlib.import_module(f"ctxgen.source.{language}.{name}")
        found.calls.update(getattr(module, "HOOKS", {}))
        found.methods.update(getattr(module, "METHODS", {}))
        found.start.extend([module.start] if hasattr(module, "start") else [])
        found.finish.extend([module.finish] if hasattr(module, "finish") else [])
    return found
