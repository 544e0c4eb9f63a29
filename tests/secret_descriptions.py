"""Where descriptions of interfaces, schedules, brokers and documents could hold a secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from secret_formats import Document, Plant, plantation, quoted, single


def literal(plant: Plant) -> str:
    """As compose writes a text that holds `$`."""
    return plant.inline.replace("$", "$$")


@plantation
def descriptions(plants: Sequence[Plant]) -> Iterator[Document]:
    yield Document(
        "api/openapi.yaml",
        'openapi: "3.0.3"\ninfo:',
        *(f"  x-{p.key.lower()}: {quoted(p.inline)}" for p in plants),
        "servers:",
        *(f"  - url: {quoted(f'https://u:{p.inline}@api.example/{p.inline}')}\n    description: {quoted(p.inline)}" for p in plants),
        "paths:",
        *(f"  /{p.key}:\n    get:\n      description: {quoted(p.inline)}\n      example: {quoted(p.inline)}" for p in plants),
        "components:\n  securitySchemes:",
        *(
            f"    s{p.key}:\n      type: {quoted(p.inline)}\n      scheme: {quoted(p.inline)}\n      bearerFormat: {quoted(p.inline)}"
            for p in plants
        ),
        *(f"    t{p.key}:\n      type: http\n      scheme: {quoted(p.inline)}\n      bearerFormat: {quoted(p.inline)}" for p in plants),
    )
    yield Document(
        "api/swagger.json",
        json.dumps(
            {
                "swagger": "2.0",
                "host": plants[0].text,
                "schemes": [p.text for p in plants],
                "securityDefinitions": {p.key: {"type": "oauth2", "authorizationUrl": p.text, "x-client-secret": p.text} for p in plants},
            },
            indent=1,
        ),
    )
    yield Document(
        "api/shop.proto",
        'syntax = "proto3";\npackage shop;',
        *(f"option (x) = {quoted(p.inline)}; // {p.inline}" for p in plants),
        "service Shop {",
        *(f"  rpc Call{index}(In) returns (Out) {{ option (x) = {quoted(p.inline)}; }}" for index, p in enumerate(plants)),
        "}",
    )
    yield Document(
        "api/schema.graphql",
        "type Query {",
        *(f"  {quoted(p.inline)}\n  f{index}(token: String = {quoted(p.inline)}): Int # {p.inline}" for index, p in enumerate(plants)),
        "}",
    )
    yield Document(
        "api/asyncapi.yaml",
        "asyncapi: 2.6.0\nservers:",
        *(f"  s{p.key}: {{ url: {quoted(f'amqp://u:{p.inline}@mq.example')}, protocol: {quoted(p.inline)} }}" for p in plants),
        "channels:",
        *(f"  {quoted(p.inline)}: {{ description: {quoted(p.inline)} }}" for p in plants),
    )


@plantation
def operations(plants: Sequence[Plant]) -> Iterator[Document]:
    yield Document(
        "ops/crontab",
        *(
            f"*/5 * * * * {p.key}={single(p.inline)} /opt/job.sh --token {single(p.inline)} https://u:{p.inline}@host.example"
            for p in plants
        ),
        *(f"0 3 * * * {p.inline} {p.inline}" for p in plants),
    )
    yield Document(
        "config/sidekiq.yml",
        ":queues:",
        *(f"  - {quoted(p.inline)}" for p in plants),
        ":schedule:",
        *(f"  {p.key.lower()}:\n    cron: {quoted(p.inline)}\n    class: {quoted(p.inline)}\n    args: {quoted(p.inline)}" for p in plants),
    )
    yield Document(
        "config/schedule.rb", *(f"every 1.day do\n  runner {single(p.inline)}\n  command {single(p.inline)}\nend" for p in plants)
    )
    yield Document(
        "mq/definitions.json",
        json.dumps(
            {
                "rabbit_version": "3.12",
                "users": [{"name": p.text, "password_hash": p.text} for p in plants],
                "queues": [{"name": p.text, "arguments": {"x": p.text}} for p in plants],
                "exchanges": [{"name": f"x.{p.inline}"} for p in plants],
            },
            indent=1,
        ),
    )
    yield Document(
        "shop/celery.py",
        "from celery import Celery\napp = Celery('shop')\napp.conf.beat_schedule = {",
        *(
            f"    {quoted(p.key)}: {{'task': {quoted(p.inline)}, 'schedule': {quoted(p.inline)}, 'args': [{quoted(p.inline)}]}},"
            for p in plants
        ),
        "}",
        f"app.conf.task_queues = [{', '.join(f'Queue({quoted(p.inline)})' for p in plants)}]",
    )
    yield Document("README.md", "# Shop", *(f"The shop follows the GDPR with {p.inline} in every way." for p in plants))
    for index, p in enumerate(plants):
        yield Document(
            f"docker/s6-rc.d/svc-worker{index}/run", f"export {p.key}={single(p.inline)}", f"exec celery worker --token {single(p.inline)}"
        )
    yield Document(
        "config/application.properties",
        *(
            f"spring.cloud.stream.bindings.b{index}-out-0.destination={p.inline}\nshop.kafka.topics.t{index}={p.inline}\nshop.j{index}.cron={p.inline}"
            for index, p in enumerate(plants)
        ),
    )
    yield Document(
        "compose.yml",
        "services:\n  kafka:\n    image: wurstmeister/kafka\n    environment:",
        f"      KAFKA_CREATE_TOPICS: {quoted(','.join(literal(p) for p in plants))}",
        *(
            f"      KAFKA_{p.key}_TOPIC: {quoted(literal(p))}\n      {p.key}_CRON: {quoted(literal(p))}\n      {p.key}_CORS_ORIGINS: {quoted(literal(p))}"
            for p in plants
        ),
    )
