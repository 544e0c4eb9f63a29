"""API descriptions, schedules and documents: no text breaks the readers, and no value gets out of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctxgen.documents import Unreadable
from ctxgen.model import Channel, Fact, Mention, Procedure, Process, Resource
from ctxgen.opaque import Opaque
from ctxgen.readers import readers
from ctxgen.readers.crontab import started
from ctxgen.readers.ruby_schedules import when
from ctxgen.tree import File, Tree
from support import FIXTURES

FILES = {
    "read_openapi_yaml": "openapi.yaml",
    "read_openapi_json": "openapi.json",
    "read_protobuf": "shop.proto",
    "read_graphql": "schema.graphql",
    "read_asyncapi_yaml": "asyncapi.yaml",
    "read_asyncapi_json": "asyncapi.json",
    "read_crontab": "crontab",
    "read_ruby_schedule": "sidekiq.yml",
    "read_whenever": "config/schedule.rb",
    "read_celery_app": "celery.py",
    "read_rabbitmq_definitions": "definitions.json",
    "read_compliance_statements": "README.md",
    "read_s6_run": "s6-rc.d/svc-worker/run",
}
LINES = sorted(
    {
        line
        for topic in ("api", "jobs")
        for path in (FIXTURES / "readers" / topic).rglob("*")
        if path.is_file() and not path.name.endswith(".facts.txt")
        for line in path.read_text().split("\n")
        if line.strip()
    }
)
TEXT = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(LINES), max_size=25).map("\n".join),
    st.lists(st.sampled_from([*LINES, "{", "}", "(", '"', '"""', "type", "service", "schema {", "#"]), max_size=12).map(" ".join),
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return Tree(tmp_path_factory.mktemp("empty"))


def read(tree: Tree, reader: str, text: str, path: str | None = None) -> list[Fact]:
    file = File(tree, path or FILES[reader])
    file.__dict__["data"] = text.encode("utf-8", errors="replace")
    return [found for found in readers()[reader].read(file) if isinstance(found, Fact)]


@pytest.mark.parametrize("reader", sorted(FILES))
@given(text=TEXT)
@example(text="openapi: 3.0.0\npaths: *gone\ncomponents:\n  securitySchemes: *gone")
@example(text="asyncapi: 2.0.0\nchannels: [a]\nservers: x")
@example(text="service A { service B { rpc C ( }")
@example(text="schema { query: } type } type Query")
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_a_reader(tree: Tree, reader: str, text: str) -> None:
    try:
        found = read(tree, reader, text)
    except Unreadable:
        return
    assert all(1 <= fact.at.line <= text.count("\n") + text.count("\r") + 1 for fact in found)


@given(names=st.lists(st.from_regex(r"\A[A-Z][a-z]{1,8}\Z"), min_size=1, max_size=6, unique=True), calls=st.integers(0, 5))
@settings(max_examples=50, deadline=None)
def test_services_are_found_where_they_stand(tree: Tree, names: list[str], calls: int) -> None:
    rpcs = "".join(f"  rpc Call{index} (In) returns (Out);\n" for index in range(calls))
    text = 'syntax = "proto3";\n' + "".join(f"// service No\nservice {each} {{\n{rpcs}}}\n" for each in names)
    found = [fact for fact in read(tree, "read_protobuf", text) if isinstance(fact, Resource) and fact.kind == "grpc-service"]
    assert [(fact.name, len(fact.attributes)) for fact in found] == [(each, calls) for each in names]
    assert all(text.split("\n")[fact.at.line - 1] == f"service {fact.name} {{" for fact in found)


@given(paths=st.integers(0, 8), schema=st.integers(0, 3))
@settings(max_examples=30, deadline=None)
def test_both_notations_of_a_description_say_the_same(tree: Tree, paths: int, schema: int) -> None:
    described = {
        "openapi": "3.1.0",
        "paths": {f"/p{index}": {"get": {"responses": {"200": {"get": "x"}}}, "parameters": []} for index in range(paths)},
        "components": {
            "schemas": {f"S{index}": {"type": "object"} for index in range(schema)},
            "securitySchemes": {"key": {"type": "apiKey"}},
        },
    }
    import yaml

    for reader, text in (("read_openapi_json", json.dumps(described)), ("read_openapi_yaml", yaml.safe_dump(described, sort_keys=False))):
        resource, *keys = read(tree, reader, text)
        assert isinstance(resource, Resource)
        assert resource.version == "3.1.0"
        assert [value.integer() for _, value in resource.attributes] == [paths, paths]
        assert [getattr(key, "key", None) for key in keys] == ["openapi.security.apikey"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*/5 * * * *", "*/5 * * * *"),
        ("0 0 12 * * ?", "0 0 12 * * ?"),
        ("0 15 10 ? * MON-FRI 2030", "0 15 10 ? * MON-FRI 2030"),
        ("@daily", "@daily"),
        ("@every 1h30m", "@every 1h30m"),
        ("0 3 L * *", "0 3 L * *"),
        ("* * * *", None),
        ("0 3 * * hunter2", None),
        ("my secret is * here", None),
        ("123456 * * * *", None),
        ("@password", None),
        ("", None),
    ],
)
def test_only_schedules_are_schedules(text: str, shown: str | None) -> None:
    assert Opaque(text).cron() == shown


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_a_schedule_has_no_words_of_its_own(text: str) -> None:
    known = Opaque(text).cron()
    if known is not None and not known.startswith("@"):
        assert len(known.split()) in (5, 6, 7)


@pytest.mark.parametrize(
    ("command", "title"),
    [
        ("cd /app && python manage.py send_mail --all", "send_mail"),
        ("/usr/bin/php /var/www/artisan schedule:run >> /dev/null 2>&1", "schedule:run"),
        ("TOKEN=hunter2hunter2 /opt/backup.sh", "backup.sh"),
        ("curl https://user:hunter2@host/x", None),
        ("sh -c 'echo $SECRET'", "echo"),
        ("", None),
    ],
)
def test_the_name_of_what_a_command_starts(command: str, title: str | None) -> None:
    assert started(command) == title


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("0 3 * * * Europe/Berlin", "0 3 * * *"),
        ("30s", "30s"),
        ("every 5 minutes", "every 5 minutes"),
        ("every day at 4am", "every day"),
        ("whenever", None),
    ],
)
def test_schedules_of_ruby(written: str, shown: str | None) -> None:
    assert when(written) == shown


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("We follow the GDPR and ISO/IEC 27001 in all we do.", ["GDPR", "ISO 27001"]),
        ("The system is SOC 2 compliant since 2023.", ["SOC 2"]),
        ("This project is not HIPAA compliant by itself.", []),
        ("SOC 2 is planned for next year.", []),
        ("Our hosted cloud is certified for FedRAMP.", []),
        ("# GDPR and what we do about it", []),
        ("| GDPR | yes it is in a table |", []),
        ("See [GDPR for developers](https://gdpr.example) to learn.", []),
        ("    the GDPR in a block of code", []),
        ("GDPR", []),
    ],
)
def test_only_sentences_state_compliance(tree: Tree, line: str, words: list[str]) -> None:
    assert [fact.word for fact in read(tree, "read_compliance_statements", line) if isinstance(fact, Mention)] == words


def test_what_ctxgen_wrote_is_no_evidence(tree: Tree) -> None:
    text = "<!-- ctxgen:begin v1 -->\nThe shop follows the GDPR in everything.\n<!-- ctxgen:end -->\nIt follows the CCPA in everything.\n"
    assert [(fact.word, fact.at.line) for fact in read(tree, "read_compliance_statements", text) if isinstance(fact, Mention)] == [
        ("CCPA", 4)
    ]


def test_a_broker_that_all_servers_speak_names_the_system(tree: Tree) -> None:
    text = "asyncapi: 2.6.0\nservers:\n  a: { protocol: amqp }\n  b: { protocol: kafka }\nchannels:\n  orders: {}\n"
    assert [fact.system for fact in read(tree, "read_asyncapi_yaml", text) if isinstance(fact, Channel)] == [None]
    one = text.replace("kafka", "amqp")
    assert [fact.system for fact in read(tree, "read_asyncapi_yaml", one) if isinstance(fact, Channel)] == ["amqp"]


def test_what_prepares_a_container_is_no_service(tree: Tree) -> None:
    assert read(tree, "read_s6_run", "exec ./migrate\n", "s6-rc.d/init-migrations/run") == []
    (process,) = read(tree, "read_s6_run", "exec s6-setuidgid app celery worker\n")
    assert isinstance(process, Process)
    assert process.owner == "worker"
    assert process.command.words({"celery"})


def test_users_of_a_broker_are_not_read(tree: Tree) -> None:
    text = '{"rabbit_version": "3", "users": [{"name": "admin", "password_hash": "x"}], "queues": [{"name": "orders"}]}'
    assert [getattr(fact, "name", None) for fact in read(tree, "read_rabbitmq_definitions", text)] == ["orders"]


def test_large_descriptions_are_read_fast(tree: Tree) -> None:
    paths = "".join(f"  /p{index}:\n    get:\n      responses: {{ '200': {{ description: ok }} }}\n" for index in range(20_000))
    (resource,) = read(tree, "read_openapi_yaml", f"openapi: 3.0.0\npaths:\n{paths}")
    assert isinstance(resource, Resource)
    assert resource.attributes[0][1].integer() == 20_000
    assert not read(tree, "read_protobuf", "service A { " * 50_000)[0].via
    assert read(tree, "read_whenever", "every 1.day do\n" * 2_000) == []


def test_calls_are_told_with_the_requests_that_they_are_mapped_to(tree: Tree) -> None:
    text = """syntax = "proto3";
package shop.v1;
service Orders {
  rpc Get(In) returns (Out) {
    option (google.api.http) = {
      post: "/v1/orders" body: "get"
      additional_bindings { get: "/v1/orders/{id}" }
    };
    option (note) = { get: "no" };
  }
  rpc Plain(stream In) returns (stream Out);
}
"""
    found = [fact for fact in read(tree, "read_protobuf", text) if isinstance(fact, Procedure)]
    assert [(fact.service, fact.name, fact.http, fact.at.line) for fact in found] == [
        ("shop.v1.Orders", "Get", (("POST", "/v1/orders", 6), ("GET", "/v1/orders/{id}", 7)), 4),
        ("shop.v1.Orders", "Plain", (), 11),
    ]
