"""Names of files that hold for one environment only: `docker-compose.test.yml`, `Dockerfile.dev`, `.env.production`."""

from __future__ import annotations

import re

_WORDS = """
    ci cypress debug demo dev devcontainer develop development e2e integration load playwright preprod prod production
    qa sandbox stage staging test testing tests uat local
"""
ENVIRONMENTS = frozenset(_WORDS.split())


def environment(label: str) -> str | None:
    """The label if one of its words is the usual name of an environment."""
    return label if ENVIRONMENTS.intersection(re.split(r"[._-]+", label.lower())) else None
