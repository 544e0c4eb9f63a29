"""Rules of joining and recognising that real backends taught, each on a small tree of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_rules import scanned as _scan

from ctxgen.context import Component, Context, Technology


def _components(context: Context) -> dict[str, Component]:
    return {component.name: component for component in context.components}


def _technologies(context: Context) -> dict[str, Technology]:
    return {technology.id: technology for technology in context.technologies}


COMPOSER = '{"name": "shop/shop", "require": {"php": ">=8.3", "laravel/framework": "^12.0"}}'
CSPROJ = (
    '<Project Sdk="{sdk}"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup><ItemGroup>{items}</ItemGroup></Project>'
)


def _reference(package: str, version: str) -> str:
    return f'<PackageReference Include="{package}" Version="{version}" />'


def test_a_server_is_not_its_assets(tmp_path: Path) -> None:
    context = _scan(
        tmp_path,
        {
            "composer.json": COMPOSER,
            "package.json": '{"name": "assets", "dependencies": {"vue": "3.5.0", "ky": "1.14.0"}}',
            "resources/js/App.vue": "<template></template>\n",
            "resources/js/main.js": "import { createApp } from 'vue'\n",
            "app/Models/Order.php": "<?php\nuse Illuminate\\Database\\Eloquent\\Model;\nclass Order extends Model {}\n",
        },
    )
    server = _components(context)["shop/shop"]
    assert (server.kind, server.language) == ("service", "PHP")
    assert "laravel" in server.technologies
    assert "vue" not in server.technologies
    assert _technologies(context)["ky"].scope == "frontend"


def test_tools_at_the_root_are_no_component(tmp_path: Path) -> None:
    context = _scan(
        tmp_path,
        {
            "package.json": '{"name": "shop", "devDependencies": {"@playwright/test": "1.50.0"}}',
            "src/Shop.Api/Shop.Api.csproj": CSPROJ.format(sdk="Microsoft.NET.Sdk.Web", items=""),
            "src/Shop.Defaults/Shop.Defaults.csproj": CSPROJ.format(
                sdk="Microsoft.NET.Sdk", items=_reference("Scalar.AspNetCore", "2.0.0")
            ),
        },
    )
    assert set(_components(context)) == {"Shop.Api", "Shop.Defaults"}
    assert "scalar" in _components(context)["Shop.Defaults"].technologies


def test_watchers_of_assets_are_no_processes(tmp_path: Path) -> None:
    context = _scan(
        tmp_path,
        {
            "Procfile.dev": "web: bin/rails server\ncss: bin/rails tailwindcss:watch\nworker: bundle exec sidekiq\n",
            "Gemfile": 'gem "rails", "~> 8.0"\ngem "sidekiq"\n',
            "package.json": '{"devDependencies": {"@biomejs/biome": "1.9.0"}}',
        },
    )
    found = _components(context)
    assert {name: (part.kind, part.language) for name, part in found.items()} == {"web": ("service", "Ruby"), "worker": ("worker", "Ruby")}


def test_one_image_of_several_go_modules_is_told_by_the_services_names(tmp_path: Path) -> None:
    module = "module example.com/shop/{0}\n\ngo 1.22\n\nrequire github.com/go-chi/chi/v5 v5.0.5\n"
    context = _scan(
        tmp_path,
        {
            "docker/app/Dockerfile": "FROM golang:1.22\nCMD reflex go run .\n",
            "docker-compose.yml": "services:\n  orders-http:\n    build: {context: ./docker/app}\n    ports: ['3000:3000']\n"
            "  orders-grpc:\n    build: {context: ./docker/app}\n    ports: ['3010:3000']\n",
            "internal/orders/go.mod": module.format("orders"),
            "internal/orders/main.go": "package main\n",
            "internal/common/go.mod": module.format("common"),
            "internal/common/server.go": "package server\n",
        },
    )
    found = _components(context)
    assert {name: (part.path, part.kind) for name, part in found.items()} == {
        "orders-http": ("internal/orders", "service"),
        "orders-grpc": ("internal/orders", "service"),
        "common": ("internal/common", "library"),
    }


def test_a_dockerfile_with_source_beside_it_is_its_own_component(tmp_path: Path) -> None:
    context = _scan(
        tmp_path,
        {
            "compose.yml": "services:\n  currency:\n    build: {context: ., dockerfile: src/currency/Dockerfile}\n"
            "  images:\n    build: {context: ., dockerfile: src/images/Dockerfile}\n",
            "package.json": '{"name": "shop", "dependencies": {"express": "5.0.0"}}',
            "src/currency/Dockerfile": "FROM alpine:3.20\nENTRYPOINT ./currency\n",
            "src/currency/main.cpp": "int main() {}\n",
            "src/images/Dockerfile": "FROM nginx:1.27\n",
        },
    )
    found = _components(context)
    assert (found["currency"].path, found["images"].path) == ("src/currency", "src/images")


def test_builds_for_several_targets_are_one_service(tmp_path: Path) -> None:
    service = "services:\n  orders-{0}:\n    image: example/orders:{0}\n    ports: ['8080:8080']\n"
    pom = "<project><groupId>a</groupId><artifactId>orders</artifactId><dependencies><dependency><groupId>io.quarkus</groupId>"
    context = _scan(
        tmp_path,
        {
            "orders/pom.xml": pom + "<artifactId>quarkus-rest</artifactId></dependency></dependencies></project>",
            "deploy/compose.yml": "services:\n  orders:\n    image: example/orders\n    ports: ['8080:8080']\n",
            "deploy/java21.yml": service.format("java21"),
            "deploy/native/compose.yml": service.format("native"),
        },
    )
    assert [part.name for part in context.components if part.kind == "service"] == ["orders"]


def test_modules_without_a_program_are_libraries(tmp_path: Path) -> None:
    pom = "<project><groupId>a</groupId><artifactId>{0}</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId>"
    pom += "<artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>"
    context = _scan(
        tmp_path,
        {
            "server/pom.xml": pom.format("server"),
            "server/src/main/java/a/ShopApplication.java": "package a;\nclass ShopApplication {}\n",
            "transport/pom.xml": pom.format("transport"),
            "transport/src/main/java/a/Transport.java": "package a;\nclass Transport {}\n",
            "queue/pom.xml": pom.format("queue"),
        },
    )
    assert {name: part.kind for name, part in _components(context).items()} == {
        "server": "service",
        "transport": "library",
        "queue": "library",
    }
    assert context.architecture.pattern == "monolith"


def test_a_release_of_a_package_is_no_java_level(tmp_path: Path) -> None:
    context = _scan(tmp_path, {"build.gradle": "plugins { id 'java' }\nbuildRpm {\n    release = 1\n}\nsourceCompatibility = '21'\n"})
    assert [runtime.version for runtime in context.runtimes if runtime.name == "Java"] == ["21"]


def test_clients_with_versions_of_their_own_lend_them_to_none(tmp_path: Path) -> None:
    items = _reference("Aspire.Npgsql", "13.1.0") + _reference("Aspire.RabbitMQ.Client", "13.1.0")
    known = _technologies(_scan(tmp_path, {"src/Api/Api.csproj": CSPROJ.format(sdk="Microsoft.NET.Sdk.Web", items=items)}))
    assert (known["npgsql"].version, known["rabbitmq-dotnet-client"].version) == (None, None)
    assert (known["aspire-npgsql"].version, known["aspire-rabbitmq"].version) == ("13.1.0", "13.1.0")


def test_a_session_middleware_brings_the_store_that_its_feature_names(tmp_path: Path) -> None:
    known = _technologies(
        _scan(
            tmp_path,
            {
                "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\n\n[dependencies]\nactix-web = "4"\n'
                'actix-session = { version = "0.10", features = ["redis-session-rustls"] }\n',
                "src/main.rs": "fn main() {}\n",
            },
        )
    )
    assert known["actix-session"].version == "0.10"
    assert "tower-sessions" not in known
    assert known["redis"].usage == "used"


def test_prepared_connections_are_not_used_and_the_chosen_one_is_the_default(tmp_path: Path) -> None:
    known = _technologies(
        _scan(
            tmp_path,
            {
                "composer.json": COMPOSER,
                "config/database.php": "<?php\nreturn [\n  'default' => env('DB_CONNECTION', 'mysql'),\n"
                "  'connections' => ['pgsql' => ['url' => env('DB_URL', 'postgres://localhost/shop')]],\n];\n",
                "config/queue.php": "<?php\nreturn [\n  'default' => 'sync',\n  'connections' => [\n    'sqs' => [\n"
                "      'prefix' => env('SQS_PREFIX', 'https://sqs.us-east-1.amazonaws.com/id'),\n    ],\n  ],\n];\n",
            },
        )
    )
    assert known["mysql"].usage == "default"
    assert all(name not in known or known[name].usage == "unknown" for name in ("sqs", "postgresql"))


def test_components_that_drive_an_engine_talk_to_it(tmp_path: Path) -> None:
    context = _scan(
        tmp_path,
        {
            "compose.yml": "services:\n  db:\n    image: postgres:17\n  api:\n    build: ./api\n",
            "api/go.mod": "module example.com/api\n\ngo 1.22\n\nrequire github.com/lib/pq v1.10.0\n",
            "api/main.go": "package main\n",
            "api/Dockerfile": "FROM golang:1.22\nCMD ./api\n",
        },
    )
    assert next(store for store in context.datastores if store.technology == "postgresql").components == ("api", "db")
    assert "postgresql" in _components(context)["api"].technologies


def test_caches_within_the_process_are_no_datastores(tmp_path: Path) -> None:
    context = _scan(
        tmp_path, {"Cargo.toml": '[package]\nname = "shop"\nversion = "1.0.0"\n\n[dependencies]\naxum = "0.8"\nmoka = "0.12"\n'}
    )
    assert "moka" in _technologies(context)
    assert context.datastores == ()


def test_the_version_that_the_project_states_before_the_pipelines(tmp_path: Path) -> None:
    context = _scan(
        tmp_path,
        {
            ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/setup-dotnet@v4\n"
            "        with: {dotnet-version: 9.0.x}\n",
            "src/Api/Api.csproj": CSPROJ.format(sdk="Microsoft.NET.Sdk.Web", items=""),
            "src/Api/Program.cs": "var app = 1;\n",
        },
    )
    assert [(language.name, language.version) for language in context.languages] == [("C#", "net9.0")]


@pytest.mark.parametrize(("service", "kind"), [("shop.test", "service"), ("populate", "job")])
def test_a_published_service_is_no_run_of_tests(tmp_path: Path, service: str, kind: str) -> None:
    ports = "\n    ports: ['80:80']" if kind == "service" else ""
    context = _scan(tmp_path, {"compose.yml": f"services:\n  {service}:\n    build: .{ports}\n", "composer.json": COMPOSER})
    assert _components(context)[service].kind == kind
