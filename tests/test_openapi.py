"""The OpenAPI document of a repository's endpoints is one that the validator accepts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from openapi_spec_validator import validate

from ctxgen.pipeline import analyse
from ctxgen.render import openapi
from support import FIXTURES


@pytest.mark.parametrize("case", sorted((FIXTURES / "source").glob("*/*/")), ids=lambda case: f"{case.parent.name}-{case.name}")
def test_validates(case: Path) -> None:
    context = analyse(case).context
    document = json.loads(openapi.render(context))
    validate(document)
    told = {(path, method) for path, item in document["paths"].items() for method in item}
    for each in context.endpoints:
        if each.kind == "http" and each.method not in ("ANY", "CONNECT", "PURGE"):  # OpenAPI 3.1 has no others than its eight
            assert (each.path, str(each.method).lower()) in told


def test_one_path_of_two_components_is_told_once_with_both_lines() -> None:
    context = analyse(FIXTURES / "source/golang/mux-shop").context
    first = next(each for each in context.endpoints if each.path == "/healthz")
    doubled = replace(context, endpoints=(*context.endpoints, replace(first, component="other")))
    document = json.loads(openapi.render(doubled))
    validate(document)
    assert document["paths"]["/healthz"]["get"]["x-ctxgen"]["also"][0]["component"] == "other"
    assert set(json.loads(openapi.render(doubled, "other"))["paths"]) == {"/healthz"}


def test_a_route_of_any_method_is_told_for_each() -> None:
    context = analyse(FIXTURES / "source/golang/mux-shop").context
    any_method = tuple(replace(each, method="ANY") for each in context.endpoints[:1])
    document = json.loads(openapi.render(replace(context, endpoints=any_method)))
    assert set(next(iter(document["paths"].values()))) == {"get", "put", "post", "delete", "patch"}
