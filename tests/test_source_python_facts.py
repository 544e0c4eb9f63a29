"""Messages, schedules and what else Python's code does: the facts of the fixture, each with its line."""

from __future__ import annotations

from ctxgen.model import Channel, CodeFact, Endpoint, Schedule
from ctxgen.pipeline import analyse
from support import FIXTURES


def test_messages_and_schedules() -> None:
    facts = analyse(FIXTURES / "source" / "python" / "messages-shop").facts
    tasks = {(each.operation, each.handler, each.technology, each.at.line) for each in facts.of(Endpoint) if each.kind == "message"}
    assert tasks == {
        ("mail.send", "send_mail", "celery", 7),
        ("shop.tasks.clean", "clean", "celery", 12),
        ("invoices", "on_invoice", "faststream", 9),
    }
    channels = {(each.name, each.kind, each.system, each.role, each.at.line) for each in facts.of(Channel)}
    assert channels == {
        ("mail", "queue", "celery", "consumer", 7),
        ("invoices", "queue", "amqp", "consumer", 9),
        ("orders.created", "topic", "kafka", "consumer", 15),
        ("orders.done", "topic", "kafka", "producer", 18),
    }
    schedules = {(each.name, each.schedule, each.handler, each.at.line) for each in facts.of(Schedule)}
    assert schedules == {
        ("clean at night", "30 3 * * *", "clean", 19),
        ("clean", "every 30 s", "clean", 20),
        ("refresh", "every 15 minutes", "refresh", 16),
        ("daily report", "0 6 * * 1-5", "report", 21),
        ("report", "5 7 * * *", "report", 22),
    }


def test_code_facts() -> None:
    facts = analyse(FIXTURES / "source" / "python" / "messages-shop").facts
    found = {(each.kind, each.subject, each.value, each.at.line) for each in facts.of(CodeFact)}
    assert found == {("token-issued", "jwt.encode", None, 12), ("http-client", "httpx.post", "reports.example.com", 13)}


def test_code_says_where_and_how() -> None:
    facts = analyse(FIXTURES / "source" / "python" / "code-shop").facts
    found = {(each.kind, each.subject, each.value, each.at.line) for each in facts.of(CodeFact)}
    assert found == {
        ("transaction", "create_engine", "REPEATABLE READ", 11),
        ("transaction", "orders", None, 14),
        ("validation", "OrderForm", None, 18),
        ("validation", "CartForm", None, 25),
        ("transaction", "Carts.post", None, 26),
        ("cache", "Carts.post", "600 s", 27),
        ("transaction", "stock", "SERIALIZABLE", 32),
    }
