"""How hard the property tests try: quickly and with the same cases each time by default, long and with others with `HYPOTHESIS_PROFILE=long`."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "quick",
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile(
    "long", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

if "PYTHONPATH" in os.environ:  # the tests run ctxgen in other folders, too
    os.environ["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, os.environ["PYTHONPATH"].split(os.pathsep)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Keep the frameworks and cases that every worker has loaded by now out of each collection of garbage."""
    gc.collect()
    gc.freeze()
