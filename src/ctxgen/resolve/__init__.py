"""What several files say together, per ecosystem: lock files beside manifests, parents and properties, central versions.

Each resolver is a pure function from facts to facts: it fills `declared`, `locked` and `managed_by` of its ecosystem's
dependencies (adding the deciding lines to `via`) and may add facts that only several files together state.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

from ctxgen.facts import Facts

Resolver = Callable[[Facts], Facts]


def resolve(facts: Facts) -> Facts:
    """Apply the `resolve` function of every public module of this package, by name."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_")):
        resolver: Resolver = importlib.import_module(f"{__name__}.{module}").resolve
        facts = resolver(facts)
    return facts
