"""What Go and Rust code says beside its endpoints: models, messages and schedules."""

from __future__ import annotations

import pytest

from ctxgen.context import Context
from ctxgen.pipeline import analyse
from ctxgen.source.procedures import expanded
from support import FIXTURES


@pytest.fixture(scope="module")
def worker() -> Context:
    return analyse(FIXTURES / "source" / "golang" / "worker-shop").context


def _tables(context: Context) -> dict[str, tuple[str | None, list[str], list[str]]]:
    """Table, columns (with their marks) and relations of every model."""
    return {
        model.name: (
            model.table,
            [
                column.name
                + ("*" if column.primary else "")
                + ("!" if column.unique else "")
                + (f">{column.references}" if column.references else "")
                for column in model.columns
            ],
            [f"{relation.name} {relation.kind} {relation.target}" for relation in model.relations],
        )
        for model in context.models
    }


def test_structs_of_gorm_are_tables(worker: Context) -> None:
    assert _tables(worker) == {
        "Category": ("categories", ["id*", "created_at", "updated_at", "deleted_at", "title!"], ["Products one-to-many Product"]),
        "Product": (
            "products",
            ["id*", "created_by", "stock_code", "category_id>categories.id", "note", "price"],
            ["Category many-to-one Category", "Tags many-to-many Tag"],
        ),
        "Tag": ("labels", ["code*"], []),
    }
    product = next(model for model in worker.models if model.name == "Product")
    assert [(index.name, index.columns, index.unique) for index in product.indexes] == [("idx_stock", ("stock_code",), True)]
    assert {column.name: column.type for column in product.columns}["price"] == "numeric(10,2)"


def test_topics_queues_and_subjects_are_told_with_their_roles(worker: Context) -> None:
    found = {each.name: (each.kind, bool(each.producers), bool(each.consumers)) for each in worker.messaging}
    assert found == {
        "announcements": ("exchange", True, False),
        "imports": ("queue", False, True),
        "mail:deliver": ("queue", False, True),
        "mails": ("queue", True, False),
        "orders.created": ("topic", False, True),
        "orders.shipped": ("topic", True, False),
        "stock.*": ("subject", False, True),
    }


def test_schedules_are_told_with_what_they_start(worker: Context) -> None:
    assert {(job.schedule, job.handler) for job in worker.jobs} == {("0 3 * * *", "clean"), ("*/5 * * * *", "report")}


def test_entities_of_seaorm_are_tables() -> None:
    context = analyse(FIXTURES / "source" / "rust" / "seaorm-shop").context
    assert _tables(context) == {
        "Customer": ("customers", ["id*", "mail!", "note"], ["OrderLine one-to-many OrderLine"]),
        "OrderLine": ("order_lines", ["id*", "customer_id>customers.id", "label"], ["Customer many-to-one Customer"]),
    }


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/v1/{name=shops/*/orders/*}:archive", "/v1/shops/{shop}/orders/{order}:archive"),
        ("/v1/{parent=categories/*}/orders", "/v1/categories/{category}/orders"),
        ("/v1/{file=**}", "/v1/{file}"),
        ("/v1/orders/{order}", "/v1/orders/{order}"),
    ],
)
def test_resource_names_of_gateways_are_paths(path: str, shown: str) -> None:
    assert expanded(path) == shown
