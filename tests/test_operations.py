"""Channels, jobs, settings of security and daemons, as the context tells them of two small systems."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctxgen.context import Context
from ctxgen.pipeline import scan
from support import FIXTURES


@pytest.fixture(scope="module")
def messaging() -> Context:
    return scan(FIXTURES / "context" / "messaging")


@pytest.fixture(scope="module")
def tasks() -> Context:
    return scan(FIXTURES / "context" / "tasks")


def test_channels_with_producers_and_consumers(messaging: Context) -> None:
    assert [(m.technology, m.kind, m.name, m.producers, m.consumers) for m in messaging.messaging] == [
        ("kafka", "topic", "audit", (), ()),
        ("kafka", "topic", "mail.sent", ("mail",), ()),
        ("kafka", "topic", "orders.cancelled", ("orders",), ("mail",)),
        ("kafka", "topic", "orders.created", ("orders",), ("mail",)),
    ]


def test_queues_of_celery(tasks: Context) -> None:
    assert [(m.technology, m.kind, m.name) for m in tasks.messaging] == [("celery", "queue", "mail"), ("celery", "queue", "shop")]


def test_jobs_of_settings(messaging: Context, tasks: Context) -> None:
    assert [(job.name, job.schedule, job.component) for job in messaging.jobs] == [("shop.cleanup", "0 0 3 * * *", "orders")]
    assert [(job.name, job.schedule, job.handler) for job in tasks.jobs] == [
        ("expire-carts", "30 minutes", "shop.carts.tasks.expire"),
        ("send-invoices", "0 3 * * *", "shop.invoices.tasks.send"),
        ("poll", "every 30.0 s", "shop.tasks.poll"),
        ("sync_stock", "*/5 * * * *", "shop.cron.sync_stock"),
    ]


def test_settings_of_security(messaging: Context, tasks: Context) -> None:
    assert [(s.name, s.value, s.component) for s in messaging.security.settings] == [
        ("CORS: origins", "2", "orders"),
        ("TLS", "on", "orders"),
        ("TLS to the database", "require", "orders"),
        ("compliance", "GDPR", None),
        ("container user", "root", "mail"),
        ("container user", "non-root", "orders"),
    ]
    assert [(s.name, s.value) for s in tasks.security.settings] == [
        ("CORS by", "django-cors-headers"),
        ("CORS: origins", "2"),
        ("TLS to the database", "verify-full"),
        ("TLS: HSTS", "31536000 s"),
        ("TLS: redirect to HTTPS", "on"),
        ("container user", "non-root"),
        ("password hashing", "Argon2"),
        ("rate limit", "100/day"),
        ("session cookie: SameSite", "strict"),
        ("session cookie: secure", "on"),
        ("session lifetime", "3600 s"),
    ]


def test_compliance_is_stated_or_not(messaging: Context, tasks: Context) -> None:
    assert "security.compliance" not in messaging.not_stated
    assert "security.compliance" in tasks.not_stated


def test_daemons_are_components(tasks: Context) -> None:
    assert [(c.name, c.kind, c.ports) for c in tasks.components] == [
        ("sendalerts", "worker", ()),
        ("smtpd", "service", ()),
        ("web", "service", (8000,)),
    ]
    assert {job.component for job in tasks.jobs} == {"web"}


@pytest.mark.parametrize(
    ("scheme", "mechanisms"),
    [
        ("{ type: apiKey, in: header, name: X-Api-Key }", ["api-key"]),
        ("{ type: apiKey, in: header, name: Authorization }", []),
        ("{ type: apiKey, in: cookie, name: sid }", []),
        ("{ type: http, scheme: bearer, bearerFormat: JWT }", ["jwt"]),
        ("{ type: http, scheme: bearer }", []),
        ("{ type: openIdConnect, openIdConnectUrl: 'https://id.example' }", ["oidc"]),
    ],
)
def test_a_description_tells_mechanisms_where_nothing_else_does(tmp_path: Path, scheme: str, mechanisms: list[str]) -> None:
    (tmp_path / "openapi.yaml").write_text(f"openapi: 3.0.3\npaths: {{}}\ncomponents:\n  securitySchemes:\n    one: {scheme}\n")
    assert [(m.mechanism, m.evidence[0].line) for m in scan(tmp_path).security.mechanisms] == [(each, 5) for each in mechanisms]


def test_a_description_does_not_overrule_code(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "shop", "dependencies": {"express": "4.19.2", "passport-saml": "3.2.4"}}')
    (tmp_path / "openapi.yaml").write_text("openapi: 3.0.3\ncomponents:\n  securitySchemes:\n    one: { type: oauth2 }\n")
    assert "oauth2" not in [m.mechanism for m in scan(tmp_path).security.mechanisms]
