"""Rules that backends nobody had read before taught, each on a small tree of its own."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from test_rules import scanned as _scan

from ctxgen.catalogue import load
from ctxgen.context import Component, Context, Technology
from ctxgen.readers._python_text import code
from ctxgen.render import markdown


def _technologies(context: Context) -> dict[str, Technology]:
    return {technology.id: technology for technology in context.technologies}


def _components(context: Context) -> dict[str, Component]:
    return {component.name: component for component in context.components}


def _mechanisms(context: Context) -> set[str]:
    return {each.mechanism for each in context.security.mechanisms}


GRADLE = 'plugins { kotlin("jvm") version "2.2.0" }\ndependencies { implementation("org.springframework.boot:spring-boot-starter-security:3.5.0") }\n'
KOTLIN = "import org.springframework.security.config.annotation.web.builders.HttpSecurity\n"


@pytest.mark.parametrize(
    ("chain", "shown"),
    [
        ("http\n  .httpBasic {\n    it.realmName(name)\n  }", {"basic"}),
        ("http { formLogin { disable() }\n httpBasic { disable() } }", set()),
        ("http.httpBasic().disable()", set()),
        ("http.httpBasic()\n      .disable()\n      .formLogin(withDefaults())", {"session"}),
        ("http.httpBasic(AbstractHttpConfigurer::disable).formLogin { }", {"session"}),
        ('http.addFilter(HeaderApiKeyAuthenticationConverter("X-API-Key", hasher))', {"api-key"}),
        ('client.headers { set("X-API-Key", key) }', set()),
        ("// .httpBasic { }", set()),
    ],
)
def test_sign_in_that_a_filter_chain_turns_on(tmp_path: Path, chain: str, shown: set[str]) -> None:
    source = f"{KOTLIN}class Security {{\n  fun chain(http: HttpSecurity) {{\n  {chain}\n  }}\n}}\n"
    files = {"build.gradle.kts": GRADLE, "src/main/kotlin/Security.kt": source}
    assert _mechanisms(_scan(tmp_path, files)) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("user = User.find_by(token: cookies.signed[:auth_token])", {"session"}),
        ("session[:user_id] = user.id", {"session"}),
        ("session[:return_to] = request.url", set()),
        ("authenticate_or_request_with_http_basic { |name, password| check(name, password) }", {"basic"}),
        ("# authenticate_with_http_basic", set()),
    ],
)
def test_sign_in_that_rails_code_shows(tmp_path: Path, line: str, shown: set[str]) -> None:
    files = {
        "Gemfile": 'gem "rails"\n',
        "app/controllers/sessions_controller.rb": f"class SessionsController\n  def create\n    {line}\n  end\nend\n",
    }
    assert _mechanisms(_scan(tmp_path, files)) == shown


@pytest.mark.parametrize(("line", "shown"), [("name, pass, ok := r.BasicAuth()", {"basic"}), ("req.SetBasicAuth(name, pass)", set())])
def test_basic_authentication_that_go_code_reads(tmp_path: Path, line: str, shown: set[str]) -> None:
    files = {
        "go.mod": "module shop\n\ngo 1.26\n",
        "main.go": f"package main\n\nfunc serve(w http.ResponseWriter, r *http.Request) {{\n\t{line}\n}}\n",
    }
    assert _mechanisms(_scan(tmp_path, files)) == shown


@pytest.mark.parametrize(
    ("call", "shown"), [("Plug.BasicAuth.basic_auth(conn, options)", {"basic"}), ("Plug.BasicAuth.encode_basic_auth(key, value)", set())]
)
def test_basic_authentication_that_plug_asks_for(tmp_path: Path, call: str, shown: set[str]) -> None:
    files = {
        "mix.exs": 'defmodule Shop.MixProject do\n  def project, do: [app: :shop, deps: [{:phoenix, "~> 1.7"}]]\nend\n',
        "lib/shop/auth.ex": f"defmodule Shop.Auth do\n  def run(conn, key, value, options), do: {call}\nend\n",
    }
    assert _mechanisms(_scan(tmp_path, files)) == shown


@pytest.mark.parametrize(("content", "told"), [('{"sdk": {"version": "9.0.100"}}', True), ('{"global": {"title": "Shop"}}', False)])
def test_a_global_json_of_texts_is_not_dotnet_s(tmp_path: Path, content: str, told: bool) -> None:
    files = {"pom.xml": "<project><artifactId>shop</artifactId></project>", "src/main/webapp/i18n/en/global.json": content}
    assert ("dotnet-sdk" in _technologies(_scan(tmp_path, files))) == told


def test_openid_connect_is_told_from_oauth_by_its_variables(tmp_path: Path) -> None:
    project = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["authlib", "fastapi"]\n'
    code = "import os\n\nfrom authlib.integrations.starlette_client import OAuth\n\nissuer = os.environ['OIDC_ISSUER']\n"
    assert {"oauth2", "oidc"} <= _mechanisms(_scan(tmp_path / "a", {"pyproject.toml": project, "shop/auth.py": code}))
    assert "oidc" not in _mechanisms(
        _scan(tmp_path / "b", {"pyproject.toml": project, "shop/auth.py": code.replace("OIDC_ISSUER", "ISSUER")})
    )


@pytest.mark.parametrize(
    ("paths", "shown"),
    [
        (("/.well-known/openid-configuration",), {"oidc"}),
        (("/.well-known/oauth-authorization-server",), {"oauth2"}),
        (("/oauth/token", "/oauth/authorize"), {"oauth2"}),
        (("/oauth/callback", "/oauth/authorize"), set()),
    ],
)
def test_protocols_that_the_product_itself_speaks(tmp_path: Path, paths: tuple[str, ...], shown: set[str]) -> None:
    routes = "".join(f"app.get('{path}', answer);\n" for path in paths)
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "^4.18.2"}}',
        "app.js": f"const express = require('express');\nconst app = express();\n{routes}",
    }
    assert _mechanisms(_scan(tmp_path, files)) == shown


@pytest.mark.parametrize(
    ("handler", "shown"), [("App\\Security\\TokenHandler", {"bearer-opaque"}), ("App\\Security\\OidcDiscoveryHandler", {"oidc"})]
)
def test_what_tokens_a_handler_of_symfony_takes(tmp_path: Path, handler: str, shown: set[str]) -> None:
    files = {
        "composer.json": SYMFONY,
        "config/packages/security.yaml": f"security:\n  firewalls:\n    main:\n      access_token:\n        token_handler: {handler}\n",
    }
    assert _mechanisms(_scan(tmp_path, files)) == shown


SYMFONY = '{"name": "shop/shop", "require": {"php": ">=8.2", "symfony/framework-bundle": "^5", "symfony/security-bundle": "^5", "doctrine/orm": "^2"}}'


def test_settings_of_symfony_in_the_older_layout(tmp_path: Path) -> None:
    files = {
        "composer.json": SYMFONY,
        "app/config/security.yml": "security:\n  firewalls:\n    main:\n      form_login:\n        provider: users\n",
        "app/config/config_test.yml": "doctrine:\n  dbal:\n    url: 'sqlite:///%kernel.project_dir%/test.sqlite'\n",
        "app/config/config.yml": "doctrine:\n  dbal:\n    url: '%env(resolve:DATABASE_URL)%'\n",
    }
    context = _scan(tmp_path, files)
    assert _mechanisms(context) == {"password", "session"}
    assert [each.name for each in context.environment] == ["DATABASE_URL"]
    assert _technologies(context)["sqlite"].scope == "test"


def test_an_address_of_a_prepared_file_shows_the_engine_that_a_read_variable_starts_with(tmp_path: Path) -> None:
    files = {"composer.json": SYMFONY, ".env": "DATABASE_URL=sqlite:///%kernel.project_dir%/shop.sqlite\n"}
    assert "sqlite" not in _technologies(_scan(tmp_path / "unread", files))
    files["config/packages/doctrine.yaml"] = "doctrine:\n  dbal:\n    url: '%env(resolve:DATABASE_URL)%'\n"
    assert _technologies(_scan(tmp_path / "read", files))["sqlite"].usage == "used"
    files["Dockerfile"] = (
        "FROM golang AS tool\nRUN go install example.org/tool@latest\nFROM php:8.2-fpm\nRUN docker-php-ext-install pdo_mysql pdo_sqlite\n"
    )
    known = _technologies(_scan(tmp_path / "drivers", files))
    assert (known["sqlite"].usage, known["mysql"].usage) == ("default", "supported")
    assert known["go"].scope == "dev"


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        (
            "main.go",
            'package main\n\nvar a = &cli.StringFlag{EnvVars: []string{"SHOP_URL", "SHOP_ADDRESS"}}\n',
            ["SHOP_ADDRESS", "SHOP_URL"],
        ),
        ("main.go", 'package main\n\nvar a = cli.EnvVars(\n\t"SHOP_URL",\n\t"SHOP_OLD_URL",\n)\n', ["SHOP_OLD_URL", "SHOP_URL"]),
        (
            "config/runtime.exs",
            'import Config\nconfig :shop, host: Util.fetch_env!("SHOP_HOST", all: "a"), port: from_env(dir, "SHOP_PORT")\n',
            ["SHOP_HOST", "SHOP_PORT"],
        ),
        ("config/config.exs", 'import Config\nx = Application.get_env(:shop, "SHOP")\n', []),
        ("docker/entrypoint.sh", '#!/bin/sh\n: "${SHOP_USER:?}"\nexec shop --id "${SHOP_ID:-1}" "$HOME"\n', ["SHOP_ID", "SHOP_USER"]),
    ],
)
def test_variables_that_code_reads_through_helpers(tmp_path: Path, path: str, text: str, names: list[str]) -> None:
    files = {"go.mod": "module shop\n\ngo 1.26\n", "mix.exs": "defmodule Shop.MixProject do\n  use Mix.Project\nend\n", path: text}
    assert sorted(each.name for each in _scan(tmp_path, files).environment) == names


GO = {
    "go.mod": "module example.org/shop\n\ngo 1.26\n\nrequire github.com/gin-gonic/gin v1.10.0\n",
    "internal/web.go": 'package internal\n\nimport _ "github.com/gin-gonic/gin"\n',
}
PROGRAMS = {f"cmd/{name}/main.go": "package main\n\nfunc main() {}\n" for name in ("server", "worker", "cli")}


def test_programs_of_a_go_module_that_images_are_named_for(tmp_path: Path) -> None:
    images = {
        "docker/Dockerfile.server": 'FROM scratch\nEXPOSE 8000\nENTRYPOINT ["/shop-server"]\n',
        "docker/Dockerfile.worker.alpine": 'FROM alpine\nENTRYPOINT ["/shop-worker"]\n',
        "docker/Dockerfile.tools": 'FROM golang:1.26\nCMD ["sh"]\n',
    }
    context = _scan(tmp_path, GO | PROGRAMS | images)
    assert {(each.name, each.kind, each.path, each.ports) for each in context.components} == {
        ("server", "service", "cmd/server", (8000,)),
        ("worker", "worker", "cmd/worker", ()),
    }
    assert "gin" in _components(context)["server"].technologies
    assert context.architecture.pattern == "monolith"


def test_a_published_image_of_the_repository_runs_its_program(tmp_path: Path) -> None:
    compose = "services:\n  shop-server:\n    image: shop/shop-server:v1\n    ports: [8000:8000]\n  shop-worker:\n    image: shop/shop-worker:v1\n"
    context = _scan(tmp_path, GO | PROGRAMS | {"compose.yaml": compose})
    assert {(each.name, each.kind, each.path, each.language) for each in context.components} == {
        ("shop-server", "service", "cmd/server", "Go"),
        ("shop-worker", "worker", "cmd/worker", "Go"),
    }


def test_a_module_of_one_program_is_at_its_module(tmp_path: Path) -> None:
    context = _scan(
        tmp_path / "shop",
        GO | {"cmd/app/main.go": "package main\n\nfunc main() {}\n", "Dockerfile": 'FROM scratch\nEXPOSE 8000\nENTRYPOINT ["/app"]\n'},
    )
    assert [(each.kind, each.path) for each in context.components] == [("service", ".")]


def test_libraries_named_like_workers_are_libraries(tmp_path: Path) -> None:
    library = '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="Hangfire" Version="1.8.0" /></ItemGroup></Project>'
    files = {
        "src/Jobs/Jobs.csproj": library,
        "src/Shop.Migrations/Shop.Migrations.csproj": library,
        "src/Api/Api.csproj": library.replace("NET.Sdk", "NET.Sdk.Web"),
    }
    assert {each.name: each.kind for each in _scan(tmp_path, files).components} == {
        "Jobs": "library",
        "Shop.Migrations": "library",
        "Api": "service",
    }


def test_a_store_of_users_beside_tokens_shows_no_sessions(tmp_path: Path) -> None:
    web = '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup>{}</ItemGroup></Project>'
    code = "using Microsoft.AspNetCore.Identity;\n\npublic class User : IdentityUser {}\n"
    tokens = '<PackageReference Include="Microsoft.AspNetCore.Authentication.JwtBearer" Version="10.0.0" />'
    context = _scan(tmp_path / "tokens", {"Api/Api.csproj": web.format(tokens), "Api/User.cs": code})
    assert "aspnet-core-identity" in _technologies(context)
    assert _mechanisms(context) == {"jwt"}
    assert _mechanisms(_scan(tmp_path / "cookies", {"Api/Api.csproj": web.format(""), "Api/User.cs": code})) == {"session"}


POM = "<project><modelVersion>4.0.0</modelVersion><groupId>example</groupId><artifactId>shop</artifactId><version>1</version><dependencies>{}</dependencies></project>"


def test_a_client_that_nothing_imports_shows_no_engine(tmp_path: Path) -> None:
    def needs(group: str, artifact: str) -> str:
        return POM.format(f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>6.0.0</version></dependency>")

    main = "src/main/java/example/Shop.java"
    assert "redis" not in _technologies(_scan(tmp_path / "idle", {"pom.xml": needs("io.lettuce", "lettuce-core"), main: "class Shop {}\n"}))
    code = "import io.lettuce.core.RedisClient;\n\nclass Shop {}\n"
    assert _technologies(_scan(tmp_path / "used", {"pom.xml": needs("io.lettuce", "lettuce-core"), main: code}))["redis"].usage == "used"
    assert "redis" in _technologies(
        _scan(tmp_path / "boot", {"pom.xml": needs("org.springframework.boot", "spring-boot-starter-data-redis"), main: "class Shop {}\n"})
    )


def test_an_engine_without_a_client_that_the_pipeline_starts(tmp_path: Path) -> None:
    files = {
        "Gemfile": 'gem "rails"\n',
        "config/search.rb": 'client(ENV["ELASTICSEARCH_URL"])\n',
        ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu\n    services:\n      search:\n        image: elasticsearch:8.10.0\n    steps:\n      - run: rake\n",
    }
    search = _technologies(_scan(tmp_path / "read", files))["elasticsearch"]
    assert (search.scope, search.usage, search.version) == ("backend", "used", None)
    del files["config/search.rb"]
    assert _technologies(_scan(tmp_path / "unread", files))["elasticsearch"].scope == "dev"


RAILS = {"Gemfile": 'gem "rails"\ngem "sidekiq"\n', "config/puma.rb": 'port    ENV.fetch("PORT", 3000)\n'}


def test_the_server_beside_the_workers_of_a_procfile(tmp_path: Path) -> None:
    procfile = "shop_clock: bundle exec clockwork lib/clock.rb\nshop_jobs: bundle exec sidekiq\nshop_css: bin/rails tailwindcss:watch\n"
    context = _scan(tmp_path / "shop", RAILS | {"Procfile": procfile})
    assert {(each.name, each.kind, each.ports) for each in context.components} == {
        ("shop", "service", (3000,)),
        ("shop_clock", "worker", ()),
        ("shop_jobs", "worker", ()),
    }


def test_what_developers_start_is_not_told_beside_what_is_deployed(tmp_path: Path) -> None:
    developers = {"Procfile.dev": "web: bin/rails server\nmailbox: bin/mailbox\n"}
    compose = "services:\n  app:\n    build: .\n    ports: [3000:3000]\n"
    deployed = _scan(tmp_path / "deployed", RAILS | developers | {"compose.yaml": compose, "Dockerfile": "FROM ruby:3.4\nEXPOSE 3000\n"})
    assert [each.name for each in deployed.components] == ["app"]
    assert {each.name for each in _scan(tmp_path / "alone", RAILS | developers).components} == {"web", "mailbox"}


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ("export default { target: 'static' }\n", "frontend"),
        ("export default {\n  ssr: false,\n}\n", "frontend"),
        ("export default {}\n", "service"),
    ],
)
def test_pages_that_are_built_once_are_served_by_nothing(tmp_path: Path, config: str, kind: str) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"nuxt": "3.0.0"}}',
        "nuxt.config.ts": config.replace("{ target", "{\n  target"),
    }
    assert [each.kind for each in _scan(tmp_path, files).components] == [kind]


def test_what_an_image_installs_is_no_engine_that_runs(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "django==5.2\n",
        "manage.py": "import django\n",
        "Dockerfile": "FROM python:3.14\nRUN pip wheel minio==7.2.20 -r requirements.txt\n",
    }
    assert "minio" not in _technologies(_scan(tmp_path, files))


def test_dependencies_of_a_benchmark_are_for_tests(tmp_path: Path) -> None:
    build = 'plugins {\n  run {\n    val kotlinVersion = "2.2.0"\n    kotlin("jvm") version kotlinVersion\n  }\n}\ndependencies { benchmarkImplementation("org.jetbrains.kotlinx:kotlinx-coroutines-core:1.11.0") }\n'
    context = _scan(tmp_path, {"build.gradle.kts": build, "src/main/kotlin/Shop.kt": "fun main() {}\n"})
    assert _technologies(context)["kotlinx-coroutines"].scope == "test"
    assert next(each.version for each in context.languages if each.name == "Kotlin") == "2.2.0"


CSHARP = '<Project Sdk="Microsoft.NET.Sdk{}"><PropertyGroup><TargetFramework>net10.0</TargetFramework>{}</PropertyGroup></Project>'
EXE = "<OutputType>Exe</OutputType>"


def test_images_of_a_solution_run_the_project_that_they_publish(tmp_path: Path) -> None:
    compose = """services:
  backend:
    build: ./src
    ports: [5000:8080]
  store:
    build: ./src/Database
  migrator:
    build:
      context: ./src
      dockerfile: Database/Dockerfile_Migrator
    command: [./wait.sh, dotnet, Shop.Migrator.dll]
"""
    context = _scan(
        tmp_path,
        {
            "compose.yaml": compose,
            "src/Dockerfile": 'FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build\nCOPY . .\nRUN dotnet publish Shop.Api.csproj -o /app\nFROM mcr.microsoft.com/dotnet/aspnet:10.0\nENTRYPOINT ["/start.sh"]\n',
            "src/Api/Shop.Api.csproj": CSHARP.format(".Web", ""),
            "src/Orders/Shop.Orders.csproj": CSHARP.format("", ""),
            "src/Database/Dockerfile": "FROM mcr.microsoft.com/mssql/server:2022-latest\nCOPY init.sql /\n",
            "src/Database/Dockerfile_Migrator": 'FROM mcr.microsoft.com/dotnet/sdk:10.0\nCMD ["dotnet", "Shop.Migrator.dll"]\n',
            "src/Database/Migrator/Shop.Migrator.csproj": CSHARP.format("", EXE),
            "build/_build.csproj": CSHARP.format("", EXE),
        },
    )
    assert {(each.name, each.kind, each.path) for each in context.components} == {
        ("backend", "service", "src/Api"),
        ("migrator", "job", "src/Database/Migrator"),
        ("store", "infrastructure", "src/Database"),
        ("Shop.Orders", "library", "src/Orders"),
    }


def test_a_go_module_at_the_root_is_called_by_its_path(tmp_path: Path) -> None:
    files = {
        "go.mod": "module reader.app/v2\n\ngo 1.26\n",
        "main.go": 'package main\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
    }
    alone = _scan(tmp_path / "v2", files).components
    assert [(each.name, each.kind, each.ports) for each in alone] == [("reader", "service", (8080,))]
    published = _scan(
        tmp_path / "checkout",
        files | {"contrib/compose/basic.yml": "services:\n  reader:\n    image: ${IMAGE:-reader/reader:latest}\n    ports: [80:8080]\n"},
    ).components
    assert [(each.name, each.kind, each.path) for each in published] == [("reader", "service", ".")]


def test_a_template_of_an_image_is_no_component(tmp_path: Path) -> None:
    files = {
        "pom.xml": POM.format(""),
        "document/sh/Dockerfile": 'FROM java:8\nADD shop.jar /shop.jar\nEXPOSE 8080\nENTRYPOINT ["java", "-jar", "/shop.jar"]\n',
    }
    assert [each.path for each in _scan(tmp_path, files).components] == ["."]


def test_a_service_that_migrates_before_it_serves(tmp_path: Path) -> None:
    compose = "services:\n  app:\n    build: .\n    command: sh -c 'npx prisma migrate deploy && node server.js'\n    ports: [3000:3000]\n"
    files = {
        "compose.yaml": compose,
        "package.json": '{"name": "shop", "dependencies": {"express": "5.0.0"}}',
        "Dockerfile": "FROM node:24\n",
    }
    assert [(each.name, each.kind) for each in _scan(tmp_path, files).components] == [("app", "service")]


def test_what_a_dotnet_project_compiles_is_no_example(tmp_path: Path) -> None:
    code = "using Microsoft.EntityFrameworkCore;\n\npublic class Account {}\n"
    files = {
        "src/Identity/Identity.csproj": CSHARP.format(".Web", ""),
        "src/Identity/Quickstart/Account.cs": code,
        "samples/App/App.csproj": CSHARP.format("", EXE),
        "samples/App/Account.cs": code,
    }
    seen = {
        evidence.path
        for each in _scan(tmp_path, files).technologies
        if each.id == "entity-framework-core" and each.scope == "backend"
        for evidence in each.evidence
    }
    assert seen == {"src/Identity/Quickstart/Account.cs"}


def test_a_variable_that_chooses_the_database_names_the_default(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["fastapi", "sqlalchemy", "psycopg2"]\n',
        "shop/db.py": "import sqlite3\nimport sqlalchemy\n",
        "compose.yaml": "services:\n  shop:\n    build: .\n    environment:\n      DB_ENGINE: sqlite\n",
        "Dockerfile": "FROM python:3.14\n",
    }
    known = _technologies(_scan(tmp_path, files))
    assert (known["sqlite"].usage, known["postgresql"].usage) == ("default", "supported")


def test_settings_that_gradle_fills_in(tmp_path: Path) -> None:
    files = {
        "build.gradle.kts": 'plugins { id("org.springframework.boot") version "3.5.0"; id("org.flywaydb.flyway") version "11.0.0" }\ndependencies { implementation("org.springframework.boot:spring-boot-starter-web"); implementation("org.flywaydb:flyway-core") }\n',
        "src/main/resources/application.yml": 'application.version: ${version}\nspring:\n  config:\n    import: "optional:file:\\${shop.config-dir}/application.yml"\nserver:\n  port: 25600\n',
        "src/main/java/example/ShopApplication.java": "class ShopApplication {}\n",
    }
    context = _scan(tmp_path, files)
    assert [each.ports for each in context.components] == [(25600,)]
    assert context.diagnostics == ()
    assert _technologies(context)["flyway"].version is None


def test_an_image_of_a_runtime_in_a_folder_for_images_runs_the_code_beside(tmp_path: Path) -> None:
    files = {
        "composer.json": SYMFONY,
        "src/Kernel.php": "<?php\nclass Kernel {}\n",
        "compose.yaml": "services:\n  php:\n    build: docker/php\n    volumes: [.:/var/www/html]\n    ports: [8000:8000]\n",
        "docker/php/Dockerfile": 'FROM php:8.2-fpm\nCMD ["php", "bin/console", "server:run"]\n',
        "grafana/Dockerfile": "FROM grafana/grafana:13.1.3\nCOPY dashboards /dashboards\nEXPOSE 3000\n",
    }
    components = _scan(tmp_path, files).components
    assert {(each.name, each.kind, each.path, each.ports) for each in components} == {
        ("php", "service", ".", (8000,)),
        ("grafana", "infrastructure", "grafana", (3000,)),
    }


def test_images_and_links_of_the_product_itself(tmp_path: Path) -> None:
    files = {
        "compose.yml": "services:\n  api:\n    image: shop/api:2\n  db:\n    image: shop/postgres:0.1.0\n  mongo:\n    image: mongo:8.2.5\n"
        "  appwrite:\n    image: appwrite/appwrite:1.6\n  cache:\n    image: mirror/redis:7.2\n",
        "compose.override.yml": "services:\n  appwrite:\n    build: .\n",
        "Dockerfile": "FROM php:8.4\nCOPY . .\n",
        "application.yml": "providers:\n  okta:\n    developers: https://developer.okta.com/\n  sentry:\n    docs: https://o1.ingest.sentry.io/\n",
    }
    known = _technologies(_scan(tmp_path, files))
    assert known["postgresql"].version is None  # the tag is that of the shop's own build
    assert known["mongodb"].version == "8.2.5"
    assert known["redis"].version == "7.2"  # nobody's own: a mirror has the tags of what it mirrors
    assert not {"appwrite", "okta", "sentry"} & known.keys()


def test_what_an_image_installs_makes_no_package_of_the_folder(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask>=3.1,<4\npytest~=9.0\n",
        "Dockerfile": "FROM python:3.12\nRUN pip install playwright~=1.56.0\nCMD python app.py\n",
        "app.py": "import flask\napp = flask.Flask(__name__)\n",
    }
    assert _technologies(_scan(tmp_path, files))["flask"].scope == "backend"


def test_a_site_that_is_built_once_is_a_frontend(tmp_path: Path) -> None:
    files = {
        "api/package.json": '{"name": "api", "dependencies": {"express": "4.19.2"}}',
        "api/index.js": 'const app = require("express")();\napp.listen(8080);\n',
        "admin/package.json": '{"name": "admin", "dependencies": {"react": "19.0.0", "react-router": "7.1.0", "@react-router/node": "7.1.0", "serve": "14.2.5"}}',
        "admin/react-router.config.ts": "export default {\n  ssr: false,\n};\n",
        "admin/Dockerfile": "FROM node:22 AS build\nRUN npm run build\nFROM nginx:1.29\nCOPY --from=build /app/build/client /usr/share/nginx/html\n",
        "compose.yml": "services:\n  admin:\n    build: admin\n  api:\n    build: api\n",
    }
    parts = _components(_scan(tmp_path, files))
    assert (parts["admin"].kind, parts["api"].kind) == ("frontend", "service")


def test_the_product_is_no_outside_service_of_itself(tmp_path: Path) -> None:
    started = {"package.json": '{"name": "unleash-server"}', "compose.yml": "services:\n  web:\n    image: unleashorg/unleash-server:6\n"}
    assert "unleash" not in _technologies(_scan(tmp_path / "other", started))
    files = {
        "package.json": '{"name": "@shop/langfuse", "dependencies": {"langfuse": "3.38.4", "express": "4.19.2"}}',
        "compose.yml": "services:\n  web:\n    image: langfuse/langfuse:3\n",
        "src/index.js": 'const app = require("express")();\nrequire("langfuse");\napp.listen(8080);\n',
    }
    assert "langfuse" not in _technologies(_scan(tmp_path, files))


def test_what_is_no_component_and_no_language(tmp_path: Path) -> None:
    files = {
        "orders/package.json": '{"name": "orders", "dependencies": {"express": "4.19.2", "langchain": "0.3.1", "openai": "4.60.0"}}',
        "orders/src/index.ts": 'import express from "express";\nimport "langchain";\nimport OpenAI from "openai";\nexpress().listen(8080);\n',
        "orders/generated/proto/orders.pb.cc": "int main() {}\n" * 4000,
        "orders/chart/Chart.yaml": "apiVersion: v2\nname: orders\nversion: 1.6.2\n",
        "orders/chart/templates/deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: orders\n"
        "spec:\n  template:\n    spec:\n      containers:\n        - name: orders\n          image: shop/orders:1\n",
        "orders/chart/templates/tests/test-connection.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: orders-test-connection\n"
        "spec:\n  containers:\n    - name: wget\n      image: busybox\n",
        "terraform/eks/project.json": '{"name": "terraform-eks", "projectType": "library"}',
        "terraform/eks/main.tf": 'resource "aws_eks_cluster" "shop" {}\n',
    }
    context = _scan(tmp_path, files)
    assert set(_components(context)) == {"orders"}
    assert [language.name for language in context.languages] == ["TypeScript"]
    said = markdown.render(context, load(), budget=None, detail="standard", evidence=False, header=False)
    assert "LangChain" in said.partition("- **Architecture**")[0]
    assert "Outside services: OpenAI" in said


def test_an_address_in_settings_that_are_copied_first_proves_no_engine(tmp_path: Path) -> None:
    project = '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference Include="Npgsql" Version="8.0.0" /></ItemGroup></Project>'
    settings = '{"Documents": {"ConnectionString": "mongodb://localhost:27017"}, "Data": {"ConnectionString": "postgres://localhost/shop"}}'
    known = _technologies(_scan(tmp_path / "example", {"Shop.csproj": project, "appsettings.example.json": settings}))
    assert "mongodb" not in known
    assert known["postgresql"].usage == "used"
    assert _technologies(_scan(tmp_path / "own", {"Shop.csproj": project, "appsettings.json": settings}))["mongodb"].usage == "used"


def test_an_image_called_like_the_project_at_the_root_runs_its_code(tmp_path: Path) -> None:
    files = {
        "package.json": '{ "name": "umami", "scripts": { "start": "node ." }, "dependencies": { "express": "^4.21.0" } }',
        "index.js": "const app = require('express')()\napp.get('/health', (req, res) => res.end())\napp.listen(3000)\n",
        "Dockerfile": "FROM node:22\nCOPY . .\nEXPOSE 3000\nCMD node index.js\n",
        "compose.yml": "services:\n  app:\n    image: ghcr.io/umami-software/umami:latest\n    ports: ['3000:3000']\n  db:\n    image: postgres:15\n",
    }
    context = _scan(tmp_path, files)
    assert "umami" not in _technologies(context)
    assert {each.name for each in context.components if each.kind == "service"} == {"app"}
    assert not context.integrations


def test_an_api_key_among_the_fields_of_headers(tmp_path: Path) -> None:
    server = '{ "dependencies": { "fastify": "^5.0.0" } }'
    taken = "app.addHook('onRequest', async (request, reply) => { if (request.headers.apikey !== key) reply.code(401).send() })\n"
    assert "api-key" in _mechanisms(_scan(tmp_path / "a", {"package.json": server, "a.js": taken}))
    given = "request.headers.apikey = key\n"
    assert "api-key" not in _mechanisms(_scan(tmp_path / "b", {"package.json": server, "a.js": given}))


def test_how_authjs_signs_in_by_the_providers_that_are_imported(tmp_path: Path) -> None:
    files = {
        "package.json": '{ "scripts": { "start": "next start" }, "dependencies": { "next": "15.0.0", "next-auth": "5.0.0" } }',
        "src/auth.ts": "import NextAuth from 'next-auth'\nimport GitHub from 'next-auth/providers/github'\nimport Resend from 'next-auth/providers/resend'\n"
        "export const { handlers, auth } = NextAuth({ providers: [GitHub, Resend] })\n",
    }
    context = _scan(tmp_path, files)
    assert {"oauth2", "magic-link"} <= _mechanisms(context)
    assert not {"oidc", "password"} & _mechanisms(context)
    assert "Auth.js e-mail" not in markdown.render(context, load())


def test_documentation_of_python_is_no_code(tmp_path: Path) -> None:
    said = "app.run(port=5000), create_engine(url, pool_size=20) and request.authorization.password"
    files = {
        "requirements.txt": "flask==3.1.0\nSQLAlchemy==2.0.36\n",
        "app.py": f"\"\"\"Of what {said} say.\"\"\"\nimport flask, sqlalchemy\napp = flask.Flask(__name__)\n'''\n{said}\n'''\n# {said}\n"
        'engine = sqlalchemy.create_engine("sqlite://", pool_size=7)  # pool_size=8\nif __name__ == "__main__":\n    app.run(port=8080)\n',
    }
    context = _scan(tmp_path / "shop", files)
    assert [port for component in context.components for port in component.ports] == [8080]
    assert [(each.value, each.evidence[0].line) for each in context.scale if "pool" in each.kind] == [("7", 8)]
    assert "basic" not in _mechanisms(context)


@pytest.mark.parametrize("unit", ['"""', "'''", '"""\\', '"', "#", "\\'"])
def test_code_of_python_takes_linear_time(unit: str) -> None:
    begun = time.process_time()
    text = unit * (1_000_000 // len(unit))
    assert len(code(text)) == len(text)
    assert time.process_time() - begun < 3


def test_what_fixtures_hold_is_none_of_the_product(tmp_path: Path) -> None:
    functions = "provider:\n  name: aws\n  runtime: nodejs20.x\nfunctions:\n  orders:\n    handler: a.b\n    events:\n      - httpApi: GET /orders\n"
    files = {
        "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["fastapi"]\n[project.optional-dependencies]\ntest = ["pytest"]\n',
        "shop/app.py": 'from fastapi import FastAPI\napp = FastAPI()\n@app.get("/baskets")\ndef baskets(): ...\n',
        "fixtures/functions/serverless.yml": functions,
        "fixtures/functions/.travis.yml": "language: node_js\nnode_js: 20\nscript: npm test\n",
        "tests/fixtures/web/package.json": '{"devDependencies": {"jest": "^29.7.0"}}',
    }
    context = _scan(tmp_path, files)
    assert [each.path for each in context.endpoints] == ["/baskets"]
    assert not context.ci
    said = markdown.render(context, load(), budget=None, detail="standard", evidence=False, header=False)
    assert "Tests: pytest" in said
    assert "Jest" not in said


def test_a_technology_has_the_version_of_the_package_that_is_called_as_it(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["api", "db"]\n',
        "api/Cargo.toml": '[package]\nname = "api"\n[dependencies]\naxum = "0.8"\ndiesel-async = "0.8.0"\n',
        "api/src/main.rs": "fn main() {}\n",
        "db/Cargo.toml": '[package]\nname = "db"\n[dependencies]\ndiesel = "2.3.7"\n',
        "db/src/lib.rs": "",
    }
    diesel = _technologies(_scan(tmp_path, files))["diesel"]
    assert diesel.version == "2.3.7"
    assert {use.version for use in diesel.uses} == {"2.3.7", None}


def test_migrations_beside_a_workspace_are_of_the_crate_that_declares_their_tables(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
        "crates/schema/Cargo.toml": '[package]\nname = "schema"\n[dependencies]\ndiesel = "2.3.7"\n',
        "crates/schema/src/schema.rs": "diesel::table! {\n    orders (id) {\n        id -> Int4,\n    }\n}\n",
        "crates/api/Cargo.toml": '[package]\nname = "api"\n[dependencies]\naxum = "0.8"\n',
        "crates/api/src/main.rs": "fn main() {}\n",
        "migrations/2024-01-01-000000_orders/up.sql": "CREATE TABLE orders (id serial PRIMARY KEY);\nCREATE TABLE runs (id serial PRIMARY KEY);\n",
    }
    assert {(model.table, model.component) for model in _scan(tmp_path, files).models} == {("orders", "schema"), ("runs", None)}


@pytest.mark.parametrize(("servers", "usage"), [("", "supported"), ("kafka:9092", "used")])
def test_a_setting_of_asp_net_that_is_empty_is_one_that_somebody_may_make(tmp_path: Path, servers: str, usage: str) -> None:
    files = {
        "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>',
        "appsettings.json": f'{{"kafka": {{"bootstrapServers": "{servers}"}}}}',
    }
    assert _technologies(_scan(tmp_path, files))["kafka"].usage == usage


def test_what_stands_in_for_what_another_one_would_bring(tmp_path: Path) -> None:
    starter = "<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-data-jpa</artifactId></dependency>"
    eclipselink = "<dependency><groupId>org.eclipse.persistence</groupId><artifactId>org.eclipse.persistence.jpa</artifactId><version>4.0.2</version></dependency>"
    pom = "<project><artifactId>shop</artifactId><dependencies>{}</dependencies></project>"
    assert "hibernate" in _technologies(_scan(tmp_path / "a", {"pom.xml": pom.format(starter)}))
    found = _technologies(_scan(tmp_path / "b", {"pom.xml": pom.format(starter + eclipselink)}))
    assert "eclipselink" in found
    assert "hibernate" not in found


def test_a_client_of_blazor_runs_in_the_browser(tmp_path: Path) -> None:
    client = '<Project Sdk="Microsoft.NET.Sdk.BlazorWebAssembly"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="Microsoft.AspNetCore.Components.WebAssembly" Version="8.0.2" /></ItemGroup></Project>'
    files = {
        "src/Api/Api.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>',
        "src/Api/Program.cs": "var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n",
        "src/Admin/Admin.csproj": client,
        "src/Admin/Program.cs": "await builder.Build().RunAsync();\n",
    }
    assert {name: part.kind for name, part in _components(_scan(tmp_path, files)).items()} == {"Api": "service", "Admin": "frontend"}


def test_the_stack_begins_with_the_framework_of_most_endpoints(tmp_path: Path) -> None:
    routes = "".join(f'@app.get("/baskets/{number}")\ndef read_{number}(): ...\n' for number in range(9))
    files = {
        "api/pyproject.toml": '[project]\nname = "api"\ndependencies = ["fastapi==0.115.0"]\n',
        "api/main.py": f"from fastapi import FastAPI\napp = FastAPI()\n{routes}",
        "hooks/package.json": '{"name": "hooks", "dependencies": {"express": "4.19.2"}}',
        "hooks/index.js": 'const app = require("express")();\napp.post("/hooks", (req, res) => res.end());\napp.listen(8080);\n',
        "mails/package.json": '{"name": "mails", "dependencies": {"express": "4.19.2"}}',
        "mails/index.js": 'const app = require("express")();\napp.listen(8081);\n',
    }
    said = markdown.render(_scan(tmp_path, files), load(), budget=None, detail="standard", evidence=False, header=False)
    assert said.index("FastAPI ==0.115.0") < said.index("Express 4.19.2")


def test_a_size_that_several_components_state_alike_is_told_once(tmp_path: Path) -> None:
    server = "worker_processes 4;\nhttp { server { listen 80; } }\n"
    files = {f"{each}/nginx.conf": server for each in ("admin", "shop", "web")}
    files |= {f"{each}/package.json": f'{{"name": "{each}", "dependencies": {{"express": "4"}}}}' for each in ("admin", "shop", "web")}
    files |= {f"{each}/index.js": 'require("express")().listen(80);\n' for each in ("admin", "shop", "web")}
    said = markdown.render(_scan(tmp_path, files), load(), budget=None, detail="standard", evidence=False, header=False)
    assert "- **Scale**: nginx workers 4 for admin, shop, web\n" in said


def test_gems_that_a_loop_names(tmp_path: Path) -> None:
    spec = (
        'Gem::Specification.new do |gem|\n  gem.name = "shop_engine"\n  %w[actionpack railties].each do |each|\n'
        '    gem.add_dependency each, [">= 7.2", "< 8.2"]\n  end\n  gem.add_dependency other\nend\n'
    )
    rails = _technologies(_scan(tmp_path, {"shop_engine.gemspec": spec, "lib/shop_engine.rb": "module ShopEngine\nend\n"}))["rails"]
    assert rails.version == ">= 7.2, < 8.2"


@pytest.mark.parametrize(
    ("path", "line", "shown"),
    [
        ("auth.ts", 'if (header.startsWith("Basic ")) check(header);', True),
        ("auth.go", '\tif strings.HasPrefix(value, "basic ") {', True),
        ("Auth.java", 'if (token != null && token.startsWith("Basic ")) {', True),
        ("auth.php", "if (str_starts_with($header, 'Basic ')) {", True),
        ("auth.rs", '    let Some(rest) = header.strip_prefix("Basic ") else {', True),
        ("auth.ts", '// header.startsWith("Basic ")', False),
        ("client.ts", 'headers.authorization = "Basic " + encoded;', False),
    ],
)
def test_a_request_whose_scheme_is_asked_for_signs_in_by_it(tmp_path: Path, path: str, line: str, shown: bool) -> None:
    context = _scan(tmp_path, {"package.json": '{"name": "shop", "dependencies": {"express": "4"}}', path: f"{line}\n"})
    assert ("basic" in {each.mechanism for each in context.security.mechanisms}) is shown


def test_an_image_that_builds_somebody_elses_program_is_no_runtime(tmp_path: Path) -> None:
    stages = "FROM golang:1.26 AS tool\nRUN go install example.org/tool@v1\nFROM node:22\nCOPY --from=tool /go/bin/tool /bin\n"
    files = {"package.json": '{"name": "shop", "dependencies": {"express": "4"}}', "index.js": 'require("express")().listen(80);\n'}
    runtimes = _scan(tmp_path, {**files, "Dockerfile": stages}).runtimes
    assert {(each.name, each.version) for each in runtimes} == {("Node.js", "22")}


@pytest.mark.parametrize(
    ("settings", "issues", "shown"),
    [
        ("spring.security.oauth2.resourceserver.jwt.authority-prefix=", True, False),
        ("spring.security.oauth2.resourceserver.jwt.issuer-uri=https://login.example", True, True),
        ("server.port=8080", False, True),
    ],
)
def test_tokens_of_spring_s_resource_server_that_are_its_own(tmp_path: Path, settings: str, issues: bool, shown: bool) -> None:
    starter = "<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-{}</artifactId><version>3.4.0</version></dependency>"
    encoder = "    String createToken(JwtEncoder encoder, JwtClaimsSet claims) { return encoder.encode(JwtEncoderParameters.from(claims)).getTokenValue(); }\n"
    source = (
        "package shop;\nimport org.springframework.security.oauth2.jwt.*;\nimport org.springframework.web.bind.annotation.*;\n"
        f"@RestController\nclass TokenController {{\n{encoder if issues else ''}}}\n"
    )
    files = {
        "pom.xml": f"<project><artifactId>shop</artifactId><dependencies>{starter.format('web')}{starter.format('oauth2-resource-server')}</dependencies></project>",
        "src/main/java/shop/security/TokenController.java": source,
        "src/main/resources/application.properties": settings + "\n",
    }
    assert ("oauth2" in _mechanisms(_scan(tmp_path, files))) == shown


def test_a_base_folder_of_modules_with_an_entry_of_its_own(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "5.1.0"}}',
        "tsconfig.json": '{"compilerOptions": {"baseUrl": "./src"}}',
        "src/index.ts": 'import { app } from "server";\napp.listen(8080);\n',
        "src/server.ts": 'import express from "express";\nimport { orders } from "orders";\nexport const app = express();\napp.use("/orders", orders);\n',
        "src/orders.ts": 'import { Router } from "express";\nexport const orders = Router();\norders.get("/:id", (request, response) => response.end());\n',
    }
    assert [(each.method, each.path) for each in _scan(tmp_path, files).endpoints] == [("GET", "/orders/{id}")]


def _access(context: Context) -> dict[str, str]:
    return {str(each.path): each.access for each in context.endpoints}


def test_sign_in_that_a_switch_makes_optional(tmp_path: Path) -> None:
    source = (
        "from fastapi import Depends, FastAPI, HTTPException, Security\nfrom fastapi.security import APIKeyHeader\n\n"
        "class Header(APIKeyHeader):\n    async def __call__(self, request):\n        return await super().__call__(request)\n\n"
        "def current_user(*, required: bool = True):\n    return _user if required else _user_optional\n\n"
        "def current_member(required: bool = True):\n    if required:\n        return _user\n    return _user_optional\n\n"
        "def _user(token: str = Security(Header(name='Authorization'))):\n    if not token:\n        raise HTTPException(403)\n\n"
        "def _user_optional(token=Security(Header(name='Authorization', auto_error=False))):\n"
        "    if token and not known(token):\n        raise HTTPException(401)\n    return None\n\n"
        "def get_current_guest(token=Security(Header(name='Authorization', auto_error=False))) -> str | None:\n"
        "    if not token:\n        return None\n    return token\n\n"
        "app = FastAPI()\n\n"
    )
    asked = {
        "/free": "current_user(required=False)",
        "/held": "current_user()",
        "/own": "current_member()",
        "/open": "current_member(False)",
        "/guest": "get_current_guest",
    }
    source += "".join(f"@app.get('{path}')\ndef {path[1:]}(user=Depends({call})): ...\n\n" for path, call in asked.items())
    access = _access(_scan(tmp_path, {"requirements.txt": "fastapi==0.115\n", "main.py": source}))
    assert {path for path, told in access.items() if told == "guarded"} == {"/held", "/own"}


def test_options_that_let_those_pass_who_bring_no_credentials(tmp_path: Path) -> None:
    flask = (
        "from flask import Flask\nfrom flask_jwt_extended import jwt_required\napp = Flask(__name__)\n"
        "@app.get('/a')\n@jwt_required()\ndef a(): ...\n@app.get('/b')\n@jwt_required(optional=True)\ndef b(): ...\n"
    )
    express = (
        "const express = require('express');\nconst { expressjwt } = require('express-jwt');\nconst app = express();\n"
        "app.get('/c', expressjwt({ secret, algorithms }), list);\napp.get('/d', expressjwt({ secret, credentialsRequired: false }), list);\napp.listen(80);\n"
    )
    files = {
        "api/requirements.txt": "flask==3.0\nflask-jwt-extended==4.6\n",
        "api/app.py": flask,
        "web/package.json": '{"name": "web", "dependencies": {"express": "4", "express-jwt": "8"}}',
        "web/index.js": express,
    }
    assert _access(_scan(tmp_path, files)) == {"/a": "guarded", "/b": "unknown", "/c": "guarded", "/d": "unknown"}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "    if request.headers['Authorization'].present?\n      authenticate_or_request_with_http_token { |t| check(t) }\n    end\n",
            "unknown",
        ),
        ("    return if request.headers['Authorization'].blank?\n    head :unauthorized unless check\n", "unknown"),
        ("    if request.headers['Authorization'].blank?\n      head :unauthorized\n    end\n", "guarded"),
        ("    if request.headers['Authorization'].present?\n      check\n    else\n      head :unauthorized\n    end\n", "guarded"),
        ("    if token.present?\n      @user = find(token)\n    end\n    head :unauthorized unless @user\n", "guarded"),
    ],
)
def test_filters_of_rails_that_only_look_at_credentials_which_are_brought(tmp_path: Path, body: str, told: str) -> None:
    files = {
        "Gemfile": 'gem "rails"\n',
        "config/routes.rb": "Rails.application.routes.draw do\n  get '/orders', to: 'orders#index'\nend\n",
        "app/controllers/orders_controller.rb": (
            "class OrdersController < ActionController::API\n  before_action :authenticate_user\n\n  def index\n    render json: []\n  end\n\n"
            f"  private\n\n  def authenticate_user\n{body}  end\nend\n"
        ),
    }
    assert _access(_scan(tmp_path, files)) == {"/orders": told}


def test_scripts_that_are_compiled_or_settings_of_tools_are_no_language(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "5.1.0", "jsonwebtoken": "9"}, "devDependencies": {"typescript": "5.9.3"}}',
        "eslint.config.js": "export default [];\n",
        ".dependency-cruiser.js": "module.exports = {};\n",
        "dist/token.js": 'const jwt = require("jsonwebtoken");\nexports.check = (token) => jwt.verify(token, key);\n',
        "src/token.ts": 'import jwt from "jsonwebtoken";\n\nexport const check = (token: string) => jwt.verify(token, key);\n',
    }
    context = _scan(tmp_path, files)
    assert [each.name for each in context.languages] == ["TypeScript"]
    assert {each.evidence[0].path for each in context.security.mechanisms} == {"src/token.ts"}
    kept = _scan(tmp_path / "kept", {**files, "dist/worker.js": "exports.run = () => {};\n"})
    assert [each.name for each in kept.languages] == ["TypeScript", "JavaScript"]


def test_a_database_that_typeorm_s_own_variable_chooses(tmp_path: Path) -> None:
    packages = '{"name": "shop", "dependencies": {"express": "4", "typeorm": "0.2.9", "pg": "7", "mysql": "2"}}'
    files = {"package.json": packages, ".env.example": "TYPEORM_CONNECTION=postgres\n"}
    assert {each.technology: each.usage for each in _scan(tmp_path, files).datastores} == {"postgresql": "default", "mysql": "supported"}


def test_migrations_of_postgrator(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"fastify": "5", "postgrator": "8", "mysql2": "3"}}',
        "migrations/001.do.orders.sql": "CREATE TABLE orders (id INT PRIMARY KEY);\n",
        "migrations/001.undo.orders.sql": "DROP TABLE orders;\n",
        "migrations/002.do.sql": "ALTER TABLE orders ADD COLUMN total INT;\n",
    }
    context = _scan(tmp_path, files)
    assert [(each.tool, each.count) for store in context.datastores if (each := store.migrations)] == [("postgrator", 2)]
    assert [(each.name, len(each.columns)) for each in context.models] == [("orders", 2)]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"Dockerfile": 'FROM node:22\nENV NODE_OPTIONS="--max-old-space-size=4096"\nCMD ["node", "index.js"]\n'}, ("4096", "MB")),
        ({"Dockerfile": 'FROM node:22\nCMD ["node", "--max-old-space-size=512", "index.js"]\n'}, ("512", "MB")),
        ({"Dockerfile": 'FROM node:22\nENV JAVA_OPTS="-Xms64m -Xmx256m"\n'}, ("256m", None)),
        ({"Dockerfile": 'FROM node:22\nCMD ["java", "-XX:MaxRAMPercentage=75.0", "-jar", "shop.jar"]\n'}, ("75.0%", None)),
        ({"Dockerfile": "FROM node:22 AS build\nENV NODE_OPTIONS=--max-old-space-size=8192\nRUN npm ci\nFROM node:22\n"}, None),
        ({"Dockerfile": "FROM node:22\nRUN node --max-old-space-size=8192 bundle.js\n"}, None),
    ],
)
def test_the_bound_of_the_heap(tmp_path: Path, files: dict[str, str], told: tuple[str, str | None] | None) -> None:
    product = {"package.json": '{"name": "shop", "dependencies": {"express": "4"}}', "index.js": 'require("express")().listen(80);\n'}
    found = [(each.value, each.unit) for each in _scan(tmp_path, {**product, **files}).scale if each.kind == "heap"]
    assert found == ([told] if told else [])


def test_an_engine_that_only_a_variant_called_like_it_starts(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "4", "pg": "8"}}',
        "index.js": 'require("express")().listen(80);\n',
        "Dockerfile": "FROM node:22\n",
        "docker-compose.yml": "services:\n  app:\n    build: .\n  postgres:\n    image: postgres:17\n",
        "docker-compose_mysql.yml": "services:\n  app:\n    build: .\n  mysql:\n    image: mysql:8.4\n",
    }
    assert {each.technology: each.usage for each in _scan(tmp_path, files).datastores} == {"postgresql": "used", "mysql": "supported"}


_WRAPPING = """import { IRouter, Router } from "express";

export default class Controller {
  app: IRouter;
  constructor() { this.app = Router(); }
  route(options): void { this.app[options.method](options.path, guard(options.permission), this.safe(options.handler.bind(this))); }
  get(path: string, handler): void { this.route({ method: "get", path, handler }); }
  safe(handler) { return async (request, response) => handler(request, response); }
}
"""


def test_routes_that_wrappers_are_given_are_cited_where_they_are_stated(tmp_path: Path) -> None:
    orders = (
        'import Controller from "./controller";\n\nconst PATH = "/orders";\n'
        "export default class OrderController extends Controller {\n  constructor() {\n    super();\n"
        '    this.get("/ping", this.ping);\n'
        '    this.route({ method: "post", path: PATH, handler: this.create });\n'
        "    this.route({ method: 'delete', path: `${PATH}/:id`, handler: this.remove });\n"
        "  }\n  async ping() {}\n  async create() {}\n  async remove() {}\n}\n"
    )
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "4"}}',
        "src/controller.ts": _WRAPPING,
        "src/orders.ts": orders,
        "src/app.ts": 'import express from "express";\nimport OrderController from "./orders";\n\nconst app = express();\napp.use("/api", new OrderController().app);\napp.get("/", home.show.bind(home));\n',
    }
    told = {
        (each.method, each.path): (each.handler, each.evidence[0].path, each.evidence[0].line) for each in _scan(tmp_path, files).endpoints
    }
    assert told == {
        ("GET", "/"): ("home.show", "src/app.ts", 6),
        ("GET", "/api/ping"): ("OrderController.ping", "src/orders.ts", 7),
        ("POST", "/api/orders"): ("OrderController.create", "src/orders.ts", 8),
        ("DELETE", "/api/orders/{id}"): ("OrderController.remove", "src/orders.ts", 9),
    }


def test_procedures_that_are_called_by_name_are_grouped_by_what_they_belong_to(tmp_path: Path) -> None:
    routes = "".join(
        f'app.post("/api/{each}", run);\n' for each in ("orders.list", "orders.create", "orders.remove", "users.list", "users.info")
    )
    source = f'const app = require("express")();\n{routes}app.get("/api/spec.json", run);\napp.get("/api/orders", run);\n'
    files = {"package.json": '{"name": "shop", "dependencies": {"express": "4"}}', "index.js": source}
    said = markdown.render(_scan(tmp_path, files), load(), budget=None, detail="standard", evidence=False, header=False)
    assert "`/api/orders.*` 3 (POST), `/api/users.*` 2 (POST), `/api/orders` 1 (GET), `/api/spec.json` 1 (GET)" in said


_WORKSPACE = {
    "package.json": '{"name": "@shop/root", "private": true, "workspaces": ["apps/*", "packages/*"], "dependencies": {"react": "19"}}',
    "apps/api/package.json": '{"name": "@shop/api", "dependencies": {"express": "5", "@shop/routes": "*"}, "scripts": {"start": "node index.js"}}',
    "apps/api/index.js": 'const app = require("express")();\napp.use(require("@shop/routes").orders);\napp.listen(process.env.PORT);\n',
    "apps/hooks/package.json": '{"name": "@shop/hooks", "dependencies": {"express": "5"}, "scripts": {"start": "node index.js"}}',
    "apps/hooks/index.js": 'const app = require("express")();\napp.post("/hooks", (request, response) => response.end());\napp.listen(4000);\n',
    "packages/routes/package.json": '{"name": "@shop/routes", "main": "index.js", "dependencies": {"express": "5"}}',
    "packages/routes/index.js": 'const { Router } = require("express");\nconst orders = Router();\norders.get("/orders", (request, response) => response.end());\nexports.orders = orders;\n',
}


@pytest.mark.parametrize(
    "image",
    [
        'RUN npm ci\nWORKDIR /app/apps/api\nCMD ["npm", "start"]',
        'RUN npm ci\nWORKDIR /app\nCMD ["node", "apps/api/dist/index.js"]',
        'RUN npx turbo run build --filter=@shop/api...\nCMD ["sh", "start.sh"]',
        'RUN pnpm --filter @shop/api deploy /out\nCMD ["sh", "start.sh"]',
    ],
)
def test_the_application_of_a_workspace_that_an_image_runs(tmp_path: Path, image: str) -> None:
    context = _scan(tmp_path, {**_WORKSPACE, "Dockerfile": f"FROM node:22\nEXPOSE 3000\n{image}\n"})
    told = {part.path: (part.kind, part.ports) for part in context.components}
    assert "." not in told
    assert told["apps/api"] == ("service", (3000,))


def test_endpoints_of_a_library_are_those_of_the_only_service_that_needs_it(tmp_path: Path) -> None:
    assert {each.path: each.component for each in _scan(tmp_path / "one", _WORKSPACE).endpoints} == {
        "/orders": "@shop/api",
        "/hooks": "@shop/hooks",
    }
    both = {
        **_WORKSPACE,
        "apps/hooks/package.json": '{"name": "@shop/hooks", "dependencies": {"express": "5", "@shop/routes": "*"}, "scripts": {"start": "node index.js"}}',
    }
    assert {each.path: each.component for each in _scan(tmp_path / "two", both).endpoints}["/orders"] == "@shop/routes"


def test_what_a_service_starts_is_used_by_that_service(tmp_path: Path) -> None:
    compose = 'services:\n  store:\n    image: minio/minio\n    entrypoint: sh\n    command: -c "minio server /data"\n  convert:\n    build:\n      context: .\n      dockerfile: Dockerfile.convert\n'
    files = {"dev/compose.yml": compose, "dev/Dockerfile.convert": "FROM gotenberg/gotenberg:8\nEXPOSE 3000\n"}
    stores = {each.technology: each.components for each in _scan(tmp_path, {**_WORKSPACE, **files}).datastores}
    assert stores == {"minio": ("store",)}


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("config.yaml", "server:\n  max-size: 9\nmysql:\n  max-open-conns: 100\n  max-idle-conns: 10\n", {"database": "100", "database idle": "10"}),
        ("config/default.json", '{"db": {"pool": {"min": 2, "max": 20}}, "http": {"maxConnections": 64}}', {"database": "20"}),
        ("config.toml.sample", "[db]\nmax_open = 25\nmax_lifetime = 300\n[http]\nmax_open = 7\n", {"database": "25"}),
        ("conf/app.ini", "[redis]\nMaxIdle = 30\nMaxActive = 60\n[cors]\nMaxActive = 5\n", {"Redis": "60", "Redis idle": "30"}),
        ("config/mongo.yml", "mongodb:\n  maxPoolSize: 50\n", {"MongoDB": "50"}),
        ("config/shop.yml", "<% if a %>\ndb: [\n<% end %>\n  pool_size: 5\n", {}),
        ("config/store.yaml", "apiVersion: v1\nkind: Store\nspec:\n  postgres:\n    max_connections: 200\n", {}),
        ("config/off.yaml", "db:\n  max_open_conns: 0\n  pool_size: ${SIZE}\n", {}),
    ],
)  # fmt: skip
def test_pools_of_an_application_s_own_configuration(tmp_path: Path, path: str, text: str, told: dict[str, str]) -> None:
    context = _scan(tmp_path, {"go.mod": "module shop\n\ngo 1.22\n", "main.go": "package main\n\nfunc main() {}\n", path: text})
    assert {each.subject: each.value for each in context.scale if each.kind == "pool-size"} == told
    assert not context.diagnostics


def test_what_developers_start_of_a_service_that_is_deployed(tmp_path: Path) -> None:
    """Their containers run the same code under other names."""
    files = {
        "go.mod": "module shop\n\ngo 1.22\n",
        "main.go": "package main\n\nfunc main() {}\n",
        "Dockerfile": 'FROM golang:1.22\nCOPY . .\nRUN go build -o /shop .\nCMD ["/shop"]\n',
        "docker-compose.yml": "services:\n  app:\n    build: .\n    ports: ['8080:8080']\n  db:\n    image: postgres:16\n",
        "dev/docker-compose.yml": "services:\n  backend:\n    build: ..\n    ports: ['9000:9000']\n  store:\n    image: redis:7\n",
    }
    told = {part.id for part in _scan(tmp_path, files).components}
    assert told == {"app", "db", "store"}
    alone = {path: text for path, text in files.items() if path != "docker-compose.yml"}
    assert {part.id for part in _scan(tmp_path / "alone", alone).components} == {"backend", "store"}


_STAGES = """FROM node:22 AS base
WORKDIR /app
COPY . .
FROM base AS build_api
RUN npm run build
FROM base AS build_hooks
WORKDIR /app/apps/hooks
RUN npm run build
FROM node:22 AS api
COPY --from=build_api /app/apps/api/dist /dist
WORKDIR /dist
CMD ["node", "index.js"]
FROM node:22 AS hooks
COPY --from=build_hooks dist /dist
WORKDIR /dist
CMD ["node", "index.js"]
FROM node:22 AS all
COPY --from=build_api /app/apps/api/dist /api
COPY --from=build_hooks /app/apps/hooks/dist /hooks
CMD ["node", "all.js"]
"""


def test_the_packages_that_stages_of_one_image_run(tmp_path: Path) -> None:
    built = "".join(f"  shop-{each}:\n    build:\n      context: .\n      target: {each}\n" for each in ("api", "hooks"))
    files = {**_WORKSPACE, "Dockerfile": _STAGES, "compose.yml": f"services:\n{built}"}
    told = {part.name: (part.kind, part.path) for part in _scan(tmp_path, files).components}
    assert told == {
        "shop-api": ("service", "apps/api"),
        "shop-hooks": ("service", "apps/hooks"),
        "@shop/routes": ("library", "packages/routes"),
    }


@pytest.mark.parametrize(
    "script", ["cd apps/api && npm start", "npm --prefix apps/api start", "pnpm --filter @shop/api start", "node apps/api/dist/index.js"]
)
def test_the_package_that_a_script_of_the_root_starts(tmp_path: Path, script: str) -> None:
    root = f'{{"name": "@shop/root", "workspaces": ["apps/*", "packages/*"], "devDependencies": {{"vite": "7"}}, "scripts": {{"start": "{script}"}}}}'
    image = 'FROM node:22\nEXPOSE 3000\nENTRYPOINT ["npm", "run"]\nCMD ["start"]\n'
    tests = {"Dockerfile.integration": "FROM node:22\nCOPY . .\n"}
    compose = {"compose.yml": 'services:\n  app:\n    image: acme/shop:latest\n    ports: ["3000:3000"]\n'}
    context = _scan(tmp_path, {**_WORKSPACE, "package.json": root, "Dockerfile": image, **tests, **compose})
    assert {part.path: (part.name, part.kind, part.ports) for part in context.components if part.kind != "library"} == {
        "apps/api": ("app", "service", (3000,)),
        "apps/hooks": ("@shop/hooks", "service", (4000,)),
    }


def test_services_of_a_workspace_of_crates(tmp_path: Path) -> None:
    """Compose files write names with underscores; an image that is called like a crate of a client runs another program."""
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["services/shop-worker", "libs/accounts"]\n',
        "services/shop-worker/Cargo.toml": '[package]\nname = "shop-worker"\nversion = "1.0.0"\n\n[dependencies]\naxum = "0.7"\n',
        "services/shop-worker/src/main.rs": "fn main() {}\n",
        "services/shop-worker/Dockerfile": 'FROM rust:1.80\nCOPY . .\nCMD ["./shop-worker"]\n',
        "libs/accounts/Cargo.toml": '[package]\nname = "accounts"\nversion = "1.0.0"\n\n[dependencies]\nreqwest = "0.12"\n',
        "libs/accounts/src/lib.rs": "pub fn sign_in() {}\n",
        "compose.yml": "services:\n  shop_worker:\n    image: shopco/shop_worker:2\n  accounts:\n    image: shopco/accounts:1\n    ports: ['9999:9999']\n",
    }
    context = _scan(tmp_path, files)
    assert [(part.id, part.path, part.language) for part in context.components if part.kind != "library"] == [
        ("shop_worker", "services/shop-worker", "Rust"),
        ("accounts", "compose.yml", None),
    ]


def test_hosts_that_nginx_keeps_in_variables(tmp_path: Path) -> None:
    files = {
        "compose.yml": "services:\n  proxy:\n    image: nginx:1.27\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf']\n  shop:\n    build: .\n",
        "Dockerfile": "FROM python:3.12\nCMD python app.py\n",
        "requirements.txt": "flask==3.0.0\n",
        "nginx.conf": 'http {\n  server {\n    set $backend "http://shop:8000";\n    location / { proxy_pass $backend; }\n  }\n}\n',
    }
    parts = {part.id: part for part in _scan(tmp_path, files).components}
    assert [link.component for link in parts["proxy"].depends_on] == ["shop"]


def test_the_published_image_of_a_product_whose_only_program_lies_in_a_folder(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "workspaces": ["apps/*"]}',
        "apps/web/package.json": '{"name": "@shop/web", "dependencies": {"express": "4"}}',
        "apps/web/index.js": 'require("express")().listen(3000);\n',
        "apps/web/Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "index.js"]\n',
        "docker/compose.yml": "services:\n  shop:\n    image: registry.example/shopco/shop:latest\n  mail:\n    image: registry.example/shopco/mail:1\n",
    }
    told = {part.id: (part.path, part.kind) for part in _scan(tmp_path / "shop", files).components}
    assert told == {"shop": ("apps/web", "service"), "mail": ("docker/compose.yml", "infrastructure")}


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("pgvector/pgvector:0.8.0-pg17", "17"),
        ("pgvector/pgvector:pg16", "16"),
        ("timescale/timescaledb:latest-pg15.4", "15.4"),
        ("timescale/timescaledb:2.17.2", None),
    ],
)
def test_the_engine_that_an_image_adds_to(tmp_path: Path, image: str, version: str | None) -> None:
    files = {"package.json": '{"name": "shop", "dependencies": {"pg": "8"}}', "compose.yml": f"services:\n  db:\n    image: {image}\n"}
    assert {store.technology: store.version for store in _scan(tmp_path, files).datastores}["postgresql"] == version


def test_what_kubernetes_runs_to_an_end_is_a_job(tmp_path: Path) -> None:
    pod = "containers: [{name: shop, image: 'registry.example/shopco/shop:1'}]"
    files = {
        "Dockerfile": 'FROM golang:1.22\nCOPY . .\nRUN go build -o /shop .\nEXPOSE 8080\nCMD ["/shop"]\n',
        "go.mod": "module shop\n\ngo 1.22\n",
        "main.go": "package main\n\nfunc main() {}\n",
        "deploy/shop.yaml": f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: shop}}\nspec: {{template: {{spec: {{{pod}}}}}}}\n",
        "deploy/report.yaml": f"apiVersion: batch/v1\nkind: CronJob\nmetadata: {{name: report}}\nspec: {{schedule: '0 3 * * *', jobTemplate: {{spec: {{template: {{spec: {{{pod}}}}}}}}}}}\n",
        "deploy/load.yaml": f"apiVersion: batch/v1\nkind: Job\nmetadata: {{name: load}}\nspec: {{template: {{spec: {{{pod}}}}}}}\n",
    }
    assert {part.id: part.kind for part in _scan(tmp_path / "shop", files).components} == {
        "shop": "service",
        "report": "job",
        "load": "job",
    }


def test_tools_below_the_programs_of_a_go_module_are_no_services(tmp_path: Path) -> None:
    program = "package main\n\nfunc main() {}\n"
    files = {
        "go.mod": "module shop\n\ngo 1.22\n\nrequire github.com/go-chi/chi/v5 v5.1.0\n",
        "app/api/main.go": 'package main\n\nimport "github.com/go-chi/chi/v5"\n\nfunc main() {\n\tr := chi.NewRouter()\n\tr.Get("/orders", list)\n}\n',
        "app/tools/schema/main.go": program,
        "app/tools/seed/main.go": program,
    }
    context = _scan(tmp_path / "shop", files)
    assert [part.kind for part in context.components] == ["service"]
    assert context.architecture.pattern == "monolith"


def test_middleware_beside_a_handler_that_a_library_s_chain_is_given(tmp_path: Path) -> None:
    files = {
        "go.mod": "module shop\n\ngo 1.22\n\nrequire (\n\tgithub.com/go-chi/chi/v5 v5.1.0\n\tgithub.com/shop/kit v0.1.0\n)\n",
        "main.go": (
            'package main\n\nimport (\n\t"github.com/go-chi/chi/v5"\n\t"github.com/shop/kit/chain"\n)\n\ntype app struct{}\n\ntype orders struct{}\n\n'
            "func (a *app) mwAuthToken(next chain.Handler) chain.Handler { return next }\n\n"
            "func (c *orders) HandleList() chain.HandlerFunc { return nil }\n\n"
            "func (c *orders) HandleStatus() chain.HandlerFunc { return nil }\n\n"
            "func (a *app) mount(r *chi.Mux) {\n\tc := &orders{}\n\tchains := chain.New()\n\tguarded := []chain.Middleware{a.mwAuthToken}\n"
            '\tr.Get("/status", chains.ToHandlerFunc(c.HandleStatus()))\n\tr.Get("/orders", chains.ToHandlerFunc(c.HandleList(), guarded...))\n}\n'
        ),
    }
    assert _access(_scan(tmp_path, files)) == {"/status": "unknown", "/orders": "guarded"}


def test_scripts_that_start_another_package_or_a_server_with_its_worker(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "4"}, "scripts": {"worker:start": "yarn workspace @shop/mail start:worker", "start": "node index.js"}}',
        "index.js": 'require("express")().listen(3000);\n',
        "Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["sh", "-c", "concurrently -n web,worker \\"next start\\" \\"node worker.js\\""]\n',
        "compose.yml": "services:\n  shop:\n    build: .\n    ports: ['3000:3000']\n",
    }
    assert [(part.id, part.kind) for part in _scan(tmp_path, files).components] == [("shop", "service")]


def test_an_application_of_azure_functions_is_serverless(tmp_path: Path) -> None:
    files = {
        "host.json": '{"version": "2.0"}',
        "package.json": '{"name": "shop", "dependencies": {"@azure/functions": "4.5.0"}}',
        "src/index.js": (
            'const { app } = require("@azure/functions");\n\n'
            'app.http("orders", { methods: ["GET"], authLevel: "anonymous", route: "orders/{id}", handler: async () => ({}) });\n'
            'app.deleteRequest("cancel", { authLevel: "admin", handler: async () => ({}) });\n'
        ),
        "old/function.json": '{"bindings": [{"type": "httpTrigger", "authLevel": "function", "methods": ["post"]}]}',
        "old/index.js": "module.exports = async function (context) {};\n",
        "all/function.json": '{"bindings": [{"type": "httpTrigger", "route": "{*path}"}]}',
    }
    context = _scan(tmp_path, files)
    assert context.architecture.pattern == "serverless"
    told = {(each.method, each.path): each.access for each in context.endpoints}
    assert told == {("GET", "/api/orders/{id}"): "public", ("DELETE", "/api/cancel"): "guarded", ("POST", "/api/old"): "guarded"}


def test_steps_of_a_course_are_no_microservices(tmp_path: Path) -> None:
    files = {
        f"part-{number}-{title}/{path}": text
        for number, title in enumerate(("routes", "models", "tokens"), 1)
        for path, text in (
            ("requirements.txt", "fastapi==0.115.0\n"),
            ("Dockerfile", "FROM python:3.12\nCOPY . .\nCMD uvicorn main:app\n"),
            ("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
        )
    }
    assert _scan(tmp_path, files).architecture.pattern == "monorepo-of-apps"


def test_defaults_and_pools_of_a_phoenix_application_s_settings(tmp_path: Path) -> None:
    files = {
        "mix.exs": 'defmodule Shop.MixProject do\n  def project, do: [app: :shop, deps: [{:phoenix, "~> 1.8"}, {:ecto_sql, "~> 3.13"}, {:oban, "~> 2.19"}]]\nend\n',
        "lib/shop.ex": "defmodule Shop do\nend\n",
        "config/config.exs": "import Config\nconfig :shop, Oban, repo: Shop.Repo, queues: [mail: 5, import: [limit: 2]]\n",
        "config/dev.exs": "import Config\nconfig :shop, Shop.Repo, pool_size: 99\n",
        "config/runtime.exs": (
            "import Config\n\n"
            "if config_env() == :test do\n  config :shop, Shop.Repo, pool_size: 98\nend\n\n"
            'url =\n  System.get_env("DATABASE_URL") ||\n    raise """\n    missing\n    """\n\n'
            'size = String.to_integer(System.get_env("EVENTS_POOL_SIZE", "4"))\n'
            'config :shop, Shop.Repo, url: url, pool_size: String.to_integer(System.get_env("POOL_SIZE") || "10")\n'
            "config :shop, Shop.EventsRepo, pool_size: size\n"
            'config :shop, ShopWeb.Endpoint, http: [port: String.to_integer(System.get_env("HTTP_PORT", "4100"))], secret: System.get_env("PROXY")\n'
            'config :shop, region: env!("REGION", :string, "eu"), key: env!("LICENSE", :string!)\n'
        ),
    }
    context = _scan(tmp_path, files)
    assert {each.name: each.required for each in context.environment} == {
        "DATABASE_URL": True, "EVENTS_POOL_SIZE": False, "POOL_SIZE": False, "HTTP_PORT": False, "PROXY": None, "REGION": False, "LICENSE": True,
    }  # fmt: skip
    assert {(each.subject, each.value) for each in context.scale} == {
        ("Ecto", "10"), ("Ecto EventsRepo", "4"), ("Oban mail", "5"), ("Oban import", "2"),
    }  # fmt: skip
    assert context.components[0].ports == (4100,)


def test_sign_in_of_phoenix_applications(tmp_path: Path) -> None:
    files = {
        "mix.exs": 'defmodule Shop.MixProject do\n  def project, do: [app: :shop, deps: [{:phoenix, "~> 1.8"}, {:auth_plug, "~> 1.5"}, {:ueberauth_google, "~> 0.12"}]]\nend\n',
        "lib/shop_web/user_auth.ex": (
            "defmodule ShopWeb.UserAuth do\n  def log_in(conn, token), do: conn |> put_session(:user_token, token)\n  def out(conn), do: put_session(conn, :flash, nil)\nend\n"
        ),
        "lib/shop/accounts.ex": "defmodule Shop.Accounts do\n  def login_user_by_magic_link(token), do: token\nend\n",
    }
    assert {each.mechanism for each in _scan(tmp_path, files).security.mechanisms} == {"jwt", "oauth2", "session", "magic-link"}


def test_a_deployment_s_kind_in_its_name_and_a_program_beside_its_library(tmp_path: Path) -> None:
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: orders-deployment\nspec:\n  replicas: 2\n  template:\n    spec:\n"
        "      containers:\n        - name: orders\n          image: registry.example.org/shop-orders:1\n          ports:\n            - containerPort: 80\n"
    )
    files = {
        "src/Orders/Orders.csproj": '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>',
        "src/Orders.Api/Orders.Api.csproj": (
            '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup>'
            '<ItemGroup><ProjectReference Include="../Orders/Orders.csproj" /></ItemGroup></Project>'
        ),
        "src/Orders.Api/Program.cs": "var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n",
        "src/Orders.Api/Dockerfile": 'FROM mcr.microsoft.com/dotnet/aspnet:8.0\nEXPOSE 80\nENTRYPOINT ["dotnet", "Orders.Api.dll"]\n',
        "compose.yml": "services:\n  orders:\n    build: {context: ., dockerfile: src/Orders.Api/Dockerfile}\n    ports: ['5001:80']\n",
        "k8s/orders.yaml": deployment,
    }
    context = _scan(tmp_path, files)
    assert [(part.name, part.path) for part in context.components if part.kind == "service"] == [("orders", "src/Orders.Api")]
    assert {(each.subject, each.component) for each in context.scale if each.kind == "replicas"} == {("orders", "orders")}


def test_a_frontend_that_two_files_deploy_under_names_that_end_alike(tmp_path: Path) -> None:
    files = {
        "shop-client/package.json": '{"name": "shop-client", "dependencies": {"react": "18.2.0"}}',
        "shop-client/Dockerfile": "FROM node:22 AS build\nCOPY . .\nRUN npm run build\nFROM nginx:1.27\nCOPY --from=build /app/build /usr/share/nginx/html\nEXPOSE 80\n",
        "compose.yml": "services:\n  client:\n    build: shop-client\n    ports: ['9090:80']\n",
        "k8s/client.yaml": (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop-client\nspec:\n  template:\n    spec:\n      containers:\n"
            "        - name: shop-client\n          image: example/shop-client:1\n          ports:\n            - containerPort: 80\n"
        ),
    }
    assert [part.kind for part in _scan(tmp_path, files).components] == ["frontend"]


def test_entries_of_a_generated_secret_that_are_called_like_no_variable(tmp_path: Path) -> None:
    generated = "secretGenerator:\n  - name: db\n    literals:\n      - username=x\n      - DB_PASSWORD=x\n"
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "4.0.0"}}',
        "k8s/kustomization.yaml": f"kind: Kustomization\n{generated}",
    }
    assert [each.name for each in _scan(tmp_path, files).environment] == ["DB_PASSWORD"]


def test_schemes_of_aspnet_core_that_take_tokens(tmp_path: Path) -> None:
    project = '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>{}</TargetFramework></PropertyGroup></Project>'
    start = "using Microsoft.AspNetCore.Authentication.JwtBearer;\npublic class Startup {{\n  void A(IServiceCollection s) {{ s.AddAuthentication(){}; }}\n}}\n"
    old = {"Shop.csproj": project.format("netcoreapp2.2"), "Startup.cs": start.format("\n    .AddJwtBearer(x => { })")}
    assert _mechanisms(_scan(tmp_path / "old", old)) == {"jwt"}
    program = (
        "var b = WebApplication.CreateBuilder(args);\nb.Services.AddAuthentication().AddBearerToken(IdentityConstants.BearerScheme);\n"
    )
    assert _mechanisms(_scan(tmp_path / "new", {"Shop.csproj": project.format("net9.0"), "Program.cs": program})) == {"bearer-opaque"}


def test_the_java_that_a_build_compiles_for_before_a_developer_s_jdk(tmp_path: Path) -> None:
    files = {
        ".java-version": "21.0.5\n",
        "pom.xml": "<project><artifactId>shop</artifactId><properties><java.version>25</java.version></properties></project>",
        "src/main/java/shop/Main.java": "package shop;\n\nclass Main {}\n",
    }
    assert [(each.name, each.version) for each in _scan(tmp_path, files).languages] == [("Java", "25")]


def test_routes_of_a_gateway_in_the_files_of_a_configuration_server(tmp_path: Path) -> None:
    pom = "<project><artifactId>{0}</artifactId><dependencies><dependency><groupId>org.springframework.cloud</groupId><artifactId>{1}</artifactId></dependency></dependencies></project>"
    route = "spring:\n  cloud:\n    gateway:\n      routes:\n        - id: orders\n          uri: lb://orders\n          predicates:\n            - Path=/orders/**\n"
    main = "package shop;\n\nimport org.springframework.boot.autoconfigure.SpringBootApplication;\n\n@SpringBootApplication\npublic class Main {\n  public static void main(String[] args) {}\n}\n"
    files = {
        "config/pom.xml": pom.format("config", "spring-cloud-config-server"),
        "config/src/main/java/shop/Main.java": main,
        "config/src/main/resources/config/edge-docker.yml": route,
        "edge/pom.xml": pom.format("edge", "spring-cloud-starter-gateway"),
        "edge/src/main/java/shop/Main.java": main,
        "edge/src/main/resources/application.yml": "spring:\n  application:\n    name: edge\n",
    }
    assert {(each.path, each.component) for each in _scan(tmp_path, files).endpoints} == {("/orders/{path}", "edge")}


def test_encoders_and_suites_have_versions_of_their_own(tmp_path: Path) -> None:
    build = 'libraryDependencies ++= Seq("net.logstash.logback" % "logstash-logback-encoder" % "7.3", "org.scalatestplus.play" %% "scalatestplus-play" % "7.0.2" % Test)\n'
    told = _technologies(
        _scan(tmp_path, {"build.sbt": f'name := "shop"\nscalaVersion := "2.13.16"\n{build}', "src/main/scala/Main.scala": "object Main\n"})
    )
    assert told["logback"].version is None
    assert told["scalatest"].version is None


def _django(**more: str) -> dict[str, str]:
    """A small project of Django's, with more files by their paths (`__` stands for `/`)."""
    return {
        "requirements.txt": "Django==5.2\npsycopg==3.2\n",
        "manage.py": "import os\n",
        "shop/__init__.py": "",
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth']\n",
        "shop/urls.py": "from django.urls import path\n\nfrom shop import views\n\nurlpatterns = [path('orders/', views.orders)]\n",
        "shop/views.py": "def orders(request):\n    return None\n",
        **{path.replace("__", "/"): text for path, text in more.items()},
    }


def test_an_application_of_django_that_is_called_like_tests(tmp_path: Path) -> None:
    urls = "from django.urls import include, path\n\nfrom shop.test.urls import urlpatterns as tests\n\nurlpatterns = [path('api/', include(tests))]\n"
    app = {
        "shop/urls.py": urls,
        "shop/test/__init__.py": "",
        "shop/test/models.py": "from django.db import models\n\n\nclass Test(models.Model):\n    title = models.CharField(max_length=10)\n",
        "shop/test/views.py": "def show(request):\n    return None\n",
        "shop/test/urls.py": "from django.urls import path\n\nfrom shop.test import views\n\nurlpatterns = [path('tests/', views.show)]\n",
    }
    context = _scan(tmp_path / "app", {**_django(), **app})
    assert [each.path for each in context.endpoints] == ["/api/tests/"]
    assert [model.name for model in context.models] == ["Test"]
    suite = {**_django(), **app, "shop/test/test_views.py": "import unittest\n"}
    assert not _scan(tmp_path / "suite", suite).models


def test_packages_of_examples_beside_a_library(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "bar"\ndependencies = ["Django>=4"]\nclassifiers = ["Topic :: Software Development :: Libraries"]\n',
        "bar/__init__.py": "",
        "bar/forms.py": "from django import forms\n",
        "example/__init__.py": "",
        "example/manage.py": "import os\n",
        "example/settings.py": "ROOT_URLCONF = 'example.urls'\nDATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n",
        "example/urls.py": "from django.urls import path\n\nurlpatterns = [path('jquery/', lambda request: None)]\n",
    }
    context = _scan(tmp_path / "library", files)
    assert context.architecture.pattern == "library"
    assert not context.endpoints
    assert not context.datastores
    project = {path.replace("example", "demo"): text for path, text in _django().items()}
    demo = {path.replace("shop", "demo"): text.replace("shop", "demo") for path, text in project.items()}
    assert [each.path for each in _scan(tmp_path / "project", {**demo, "setup.py": "", "bar/__init__.py": ""}).endpoints] == ["/orders/"]


@pytest.mark.parametrize(
    ("middleware", "exempt", "shown"),
    [
        ("django.contrib.auth.middleware.LoginRequiredMiddleware", "", "guarded"),
        ("shop.middleware.LoginRequiredMiddleware", "LOGIN_EXEMPT_URLS = (rf'^{PREFIX}orders/',)", "unknown"),
        ("shop.middleware.LoginRequiredMiddleware", "LOGIN_EXEMPT_URLS = (r'^status/',)", "guarded"),
        ("shop.middleware.LoginRequiredMiddleware", "LOGIN_EXEMPT_URLS = exempt_urls()", "unknown"),
        ("shop.middleware.LocaleMiddleware", "", "unknown"),
    ],
)
def test_middleware_of_django_that_asks_everybody_to_sign_in(tmp_path: Path, middleware: str, exempt: str, shown: str) -> None:
    settings = f"import os\n\nROOT_URLCONF = 'shop.urls'\nPREFIX = os.environ.get('PREFIX', '')\nMIDDLEWARE = ['{middleware}']\n{exempt}\n"
    assert _access(_scan(tmp_path, _django(shop__settings__="") | {"shop/settings.py": settings})) == {"/orders/": shown}


def test_a_service_whose_end_others_wait_for_is_a_job(tmp_path: Path) -> None:
    compose = (
        "services:\n  web:\n    build: .\n    ports: ['8000:8000']\n    depends_on:\n      loader:\n        condition: service_completed_successfully\n"
        "      db:\n        condition: service_started\n  loader:\n    build: .\n    command: ['/load.sh']\n  db:\n    image: postgres:16\n"
    )
    files = {**_django(), "Dockerfile": "FROM python:3.12\nEXPOSE 8000\nCOPY . .\nCMD gunicorn shop.wsgi\n", "compose.yml": compose}
    parts = {part.name: (part.kind, part.ports) for part in _scan(tmp_path, files).components}
    assert parts["loader"] == ("job", ())
    assert parts["web"] == ("service", (8000,))


def test_settings_and_migrations_of_django_in_places_of_their_own(tmp_path: Path) -> None:
    databases = "DATABASES = {'default': {'ENGINE': 'django.db.backends.%s'}}\n"
    files = {
        **_django(),
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nMIGRATION_MODULES = {'shop': 'shop.db_migrations'}\n" + databases % "postgresql",
        "shop/unittests.py": "ROOT_URLCONF = 'shop.urls'\n" + databases % "sqlite3",
        "shop/db_migrations/__init__.py": "",
        "shop/db_migrations/0001_initial.py": "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    operations = []\n",
    }
    (store,) = [each for each in _scan(tmp_path, files).datastores if each.usage == "used"]
    assert (store.technology, store.migrations and store.migrations.count) == ("postgresql", 1)


def test_services_of_one_go_module_whose_folders_are_called_as_services(tmp_path: Path) -> None:
    program = "package main\n\nfunc main() {}\n"
    files = {
        "go.mod": "module shop\n\ngo 1.22\n\nrequire github.com/labstack/echo/v4 v4.12.0\n",
        "docker-compose.yml": "services:\n"
        + "".join(
            f'  {each}:\n    build:\n      context: .\n      dockerfile: docker/{each}.Dockerfile\n    ports: ["500{number}:500{number}"]\n'
            for number, each in enumerate(("gate_gateway", "orders_service", "mail_service"))
        ),
        **{f"docker/{each}.Dockerfile": "FROM golang:1.22\nCOPY . .\n" for each in ("gate_gateway", "orders_service", "mail_service")},
        **{f"{each}/cmd/main.go": program for each in ("gate_gateway", "orders_service", "mail_service")},
        "gate_gateway/internal/server.go": 'package internal\n\nimport "github.com/labstack/echo/v4"\n\nfunc Serve() { echo.New().GET("/health", nil) }\n',
    }
    context = _scan(tmp_path, files)
    assert {(part.id, part.path) for part in context.components} == {
        (each, each) for each in ("gate_gateway", "orders_service", "mail_service")
    }
    assert context.architecture.pattern == "microservices"
    assert {each.component for each in context.endpoints} == {"gate_gateway"}


def test_a_project_that_an_image_of_its_language_runs_because_it_is_bound(tmp_path: Path) -> None:
    files = {
        "composer.json": '{"name": "shop/web", "require": {"php": "^8.2", "slim/slim": "^4.12"}}',
        "index.php": "<?php\n$app = \\Slim\\Factory\\AppFactory::create();\n",
        "docker-compose.yml": (
            "services:\n  web:\n    image: php:8-alpine\n    command: php -S 0.0.0.0:8080\n    ports: ['8080:8080']\n    volumes: ['.:/srv']\n"
            "  node:\n    image: node:22\n    command: npm run dev\n    volumes: ['.:/srv']\n"
        ),
    }
    shown = {part.name: (part.path, part.ports) for part in _scan(tmp_path, files).components if part.kind == "service"}
    assert shown["web"] == (".", (8080,))
    assert "shop/web" not in shown


@pytest.mark.parametrize(
    ("path", "text", "shown"),
    [
        ("auth/auth.go", 'package auth\n\nconst headerName = "X-Shop-Key"\n\nfunc f(r *http.Request) string { return r.Header.Get(headerName) }\n', True),
        ("web/web.go", 'package web\n\nconst headerName = "X-Shop-Key"\n', False),
        ("web/web.go", 'package web\n\nfunc f(r *http.Request) string { return r.Header.Get("X-Shop-Key") }\n', True),
        ("web/web.go", 'package web\n\nfunc f(r *http.Request) { r.Header.Set("X-Shop-Key", "a") }\n', False),
        ("auth/auth.go", 'package auth\n\nfunc f(r *http.Request) string { return r.Header.Get("X-Idempotency-Key") }\n', False),
        ("app/api.rb", "class Api\n  def key = request.headers['X-Auth-Token']\nend\n", True),
        ("app/api.rb", "class Api\n  def key = JWT.decode(request.headers['X-Auth-Token'])\nend\n", False),
        ("app/api.rb", "class Api\n  def key = request.headers['X-Auth-Token'] = token\nend\n", False),
        ("lib/api.ex", 'defmodule Api do\n  def key(conn), do: get_req_header(conn, "x-shop-key")\nend\n', True),
        ("src/api.rs", 'fn key(r: &Request) -> Option<&str> { r.headers().get("X-Shop-Key") }\n', True),
    ],
)  # fmt: skip
def test_a_header_of_the_product_s_own_that_carries_an_api_key(tmp_path: Path, path: str, text: str, shown: bool) -> None:
    files = {"go.mod": "module shop\n\ngo 1.22\n", "Gemfile": "gem 'sinatra'\n", "Cargo.toml": '[package]\nname = "shop"\n', path: text}
    assert ("api-key" in _mechanisms(_scan(tmp_path, files))) == shown


def test_basic_credentials_that_a_request_of_a_context_has(tmp_path: Path) -> None:
    text = "package auth\n\nfunc f(ctx *gin.Context) { name, pass, ok := ctx.Request.BasicAuth() }\n"
    assert _mechanisms(_scan(tmp_path, {"go.mod": "module shop\n\ngo 1.22\n", "auth.go": text})) == {"basic"}


def test_code_of_a_server_whose_runtime_nothing_states_is_followed(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "4", "jsonwebtoken": "9"}}',
        "index.js": 'const jwt = require("jsonwebtoken");\nconst app = require("express")();\napp.get("/a", (q, r) => r.json(jwt.sign({}, "s")));\n',
    }
    assert [each.kind for each in _scan(tmp_path, files).code] == ["token-issued"]


def test_a_rust_service_by_its_settings_and_the_image_that_builds_it(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[package]\nname = "shop"\n\n[dependencies]\naxum = "0.8"\n',
        "src/main.rs": "fn main() {}\n",
        "configuration/base.yaml": "application:\n  port: 8010\ndatabase:\n  port: 5432\n",
        "Dockerfile": 'FROM lukemathwalker/cargo-chef:latest-rust-1.80.1 AS chef\nFROM debian:bookworm\nENTRYPOINT ["./shop"]\n',
    }
    context = _scan(tmp_path, files)
    assert context.components[0].ports == (8010,)
    assert [(each.name, each.version) for each in context.languages] == [("Rust", "1.80.1")]
    settings = {
        "src/main.rs": 'fn main() {\n    let port = env::var("PORT")\n        .unwrap_or_else(|_| "8020".to_string());\n}\n',
        "Cargo.toml": files["Cargo.toml"],
    }
    assert _scan(tmp_path / "other", settings).components[0].ports == (8020,)


def test_one_connection_of_sqlite_beside_the_pool_of_others(tmp_path: Path) -> None:
    text = 'package db\n\nfunc f() {\n\tdb.SetMaxOpenConns(10)\n\tif dialect == "sqlite3" {\n\t\tdb.SetMaxOpenConns(1)\n\t}\n}\n'
    assert [each.value for each in _scan(tmp_path, {"go.mod": "module shop\n\ngo 1.22\n", "db.go": text}).scale] == ["10"]


def test_jobs_of_clockwork(tmp_path: Path) -> None:
    files = {
        "Gemfile": "gem 'clockwork'\n",
        "clock.rb": (
            "module Clockwork\n  every(5.minutes, 'shop:sweep') do\n    Shop::Sweeper.perform_later\n  end\n"
            '  every(interval.seconds, "refresh") { Refresh.perform_later }\n  # every(1.day, "old")\nend\n'
        ),
    }
    assert [(each.name, each.schedule, each.handler) for each in _scan(tmp_path, files).jobs] == [
        ("shop:sweep", "every 5 minutes", "Shop::Sweeper"),
        ("refresh", None, "Refresh"),
    ]


def test_a_task_called_server_that_starts_one(tmp_path: Path) -> None:
    files = {
        "go.mod": "module shop\n\ngo 1.22\n",
        "main.go": "package main\n\nfunc main() {}\n",
        "Makefile": "server:\n\tgo run main.go\n\napi:\n\tgo build ./api\n",
    }
    assert [each.command for each in _scan(tmp_path, files).commands] == ["make server"]


def test_what_editors_and_tests_alone_read_of_a_laravel_application(tmp_path: Path) -> None:
    files = {
        "composer.json": '{"name": "shop/web", "require": {"laravel/framework": "^11.0", "fruitcake/laravel-cors": "^3.0"}}',
        "_ide_helper.php": "<?php\nclass JWTAuth { public static function f() { return JWTAuth::fromUser($user); } }\n",
        "database/factories/UserFactory.php": "<?php\nuse Illuminate\\Support\\Facades\\Hash;\nreturn ['password' => Hash::make('x')];\n",
        "config/database.php": "<?php\nreturn ['default' => env('DB_CONNECTION', 'mysql')];\n",
        "docker-compose.yml": "services:\n  db:\n    image: mariadb:11\n",
        "review/docker-compose.review.yml": "services:\n  db:\n    image: mariadb:11\n",
    }
    context = _scan(tmp_path, files)
    assert context.code == ()
    assert "Laravel CORS" in {each.name for each in context.technologies}
    assert [(each.technology, each.usage) for each in context.datastores if each.technology in ("mysql", "mariadb")] == [
        ("mariadb", "used")
    ]


def test_routers_of_gorilla_mux_below_others(tmp_path: Path) -> None:
    files = {
        "go.mod": "module shop\n\ngo 1.22\n\nrequire github.com/gorilla/mux v1.8.1\n",
        "main.go": (
            'package main\n\nimport (\n\t"net/http"\n\n\t"github.com/gorilla/mux"\n\t"shop/api"\n)\n\n'
            "func requireLogin(next http.Handler) http.Handler { return next }\n\n"
            "func main() {\n\touter := mux.NewRouter().StrictSlash(true)\n\tinner := mux.NewRouter()\n"
            '\tinner.HandleFunc("/orders", nil)\n\touter.PathPrefix("/v1").Handler(http.StripPrefix("/v1", inner))\n'
            '\twhole := mux.NewRouter()\n\twhole.HandleFunc("/v2/orders", nil)\n\touter.PathPrefix("/v2/").Handler(whole)\n'
            "\tserver := api.NewServer()\n\touter.PathPrefix(\"/api/\").Handler(server)\n"
            "\tadmin := outer.PathPrefix(\"/admin\").Subrouter()\n\tadmin.Use(requireLogin)\n"
            '\tstaff := mux.NewRouter()\n\tstaff.HandleFunc("/admin/staff", nil)\n\tadmin.PathPrefix("/staff").Handler(staff)\n'
            '\thttp.ListenAndServe(":80", outer)\n}\n'
        ),
        "api/server.go": (
            'package api\n\nimport (\n\t"net/http"\n\n\t"github.com/gorilla/mux"\n)\n\ntype Server struct {\n\thandler http.Handler\n}\n\n'
            "func NewServer() *Server {\n\tas := &Server{}\n\tas.register()\n\treturn as\n}\n\n"
            'func (as *Server) register() {\n\troot := mux.NewRouter()\n\troot = root.StrictSlash(true)\n\trouter := root.PathPrefix("/api/").Subrouter()\n'
            '\trouter.HandleFunc("/mails/", nil)\n\tas.handler = router\n}\n\n'
            "func (as *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {\n\tas.handler.ServeHTTP(w, r)\n}\n"
        ),
    }  # fmt: skip
    assert _access(_scan(tmp_path, files)) == {
        "/v1/orders": "unknown", "/v2/orders": "unknown", "/api/mails/": "unknown", "/admin/staff": "guarded",
    }  # fmt: skip


def test_workloads_of_the_platform_are_no_services_of_the_product(tmp_path: Path) -> None:
    workload = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {0}\nspec:\n  replicas: 3\n  selector:\n    matchLabels: {{app: {0}}}\n"
        "  template:\n    metadata:\n      labels: {{app: {0}}}\n    spec:\n      containers:\n      - name: {0}\n        image: {1}\n"
        "        ports: [{{containerPort: 8080}}]\n        env: [{{name: {2}, value: a}}]\n"
    )
    settings = "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mesh\ndata:\n  AMBIENT: 'true'\n"
    files = {
        "go.mod": "module shop\n\ngo 1.22\n",
        "main.go": "package main\n\nfunc main() {}\n",
        "Dockerfile": 'FROM golang:1.22\nCOPY . .\nEXPOSE 8080\nCMD ["/shop"]\n',
        "k8s/shop.yaml": workload.format("shop", "acme/shop:1", "SHOP_MODE"),
        "k8s/platform/istio.yaml": workload.format("istiod", "docker.io/istio/pilot:1.28.0", "PILOT_MODE") + settings,
    }
    context = _scan(tmp_path, files)
    assert {part.name: part.kind for part in context.components} == {"shop": "service", "istiod": "infrastructure"}
    assert {each.name for each in context.environment} == {"SHOP_MODE"}
    assert {(each.kind, each.component) for each in context.scale} == {("replicas", "shop")}


def test_a_product_that_others_use_as_a_service_is_none_of_its_own(tmp_path: Path) -> None:
    files = {"go.mod": "module acme.io/ntfy/v2\n\ngo 1.22\n", "compose.yml": "services:\n  ntfy:\n    image: binwiederhier/ntfy\n"}
    assert _scan(tmp_path, files).integrations == ()


def test_postgis_and_the_database_below_it_have_each_its_version(tmp_path: Path) -> None:
    files = {
        "compose.yml": "services:\n  db:\n    image: postgis/postgis:17-3.5-alpine\n",
        "Gemfile": "gem 'activerecord-postgis-adapter', '11.0.0'\n",
    }
    found = {each.id: each.version for each in _scan(tmp_path, files).technologies}
    assert (found["postgis"], found["postgresql"]) == ("3.5", "17")


def test_passwords_and_directories_of_php(tmp_path: Path) -> None:
    files = {
        "composer.json": '{"name": "shop/web", "require": {"yiisoft/yii2": "~2.0"}}',
        "models/User.php": "<?php\nclass User { function check($p) { return Yii::$app->security->validatePassword($p, $this->hash); } }\n",
        "models/Ldap.php": "<?php\nclass Ldap { function bind($c) { return @ldap_bind($c, $this->name, $this->word); } }\n",
    }
    assert {"password", "ldap"} <= _mechanisms(_scan(tmp_path, files))


def test_ecto_that_phoenix_brings_and_sqlite_of_seaorm(tmp_path: Path) -> None:
    elixir = {
        "mix.exs": 'defmodule Shop.MixProject do\n  def project, do: [app: :shop, deps: [{:phoenix_ecto, "~> 3.2"}, {:comeonin, "~> 3.2"}]]\nend\n',
        "lib/shop/user.ex": 'defmodule Shop.User do\n  use Ecto.Schema\n\n  schema "users" do\n    field(:email, :string)\n  end\nend\n',
    }
    context = _scan(tmp_path / "elixir", elixir)
    assert [each.table for each in context.models] == ["users"]
    assert _mechanisms(context) == {"password"}
    rust = {
        "Cargo.toml": '[package]\nname = "shop"\n\n[dependencies]\nsea-orm = { version = "1", features = ["sqlx-postgres", "sqlx-sqlite"] }\n'
    }
    assert {each.technology for each in _scan(tmp_path / "rust", rust).datastores} == {"postgresql", "sqlite"}


def test_handlers_that_names_and_makers_keep_behind_guards(tmp_path: Path) -> None:
    files = {
        "go.mod": "module shop\n\ngo 1.22\n\nrequire github.com/gorilla/mux v1.8.1\n",
        "auth.go": (
            'package main\n\nimport "net/http"\n\ntype handleFunc func(w http.ResponseWriter, r *http.Request, d *data) (int, error)\n\n'
            "func withUser(fn handleFunc) handleFunc {\n\treturn func(w http.ResponseWriter, r *http.Request, d *data) (int, error) {\n"
            "\t\tif d.user == nil {\n\t\t\treturn http.StatusUnauthorized, nil\n\t\t}\n\t\treturn fn(w, r, d)\n\t}\n}\n\n"
            "var listOrders = withUser(func(w http.ResponseWriter, r *http.Request, d *data) (int, error) { return 0, nil })\n\n"
            "func removeOrder(cache string) handleFunc {\n\treturn withUser(func(w http.ResponseWriter, r *http.Request, d *data) (int, error) { return 0, nil })\n}\n\n"
            "var signup = func(w http.ResponseWriter, r *http.Request, d *data) (int, error) { return 0, nil }\n"
        ),
        "main.go": (
            'package main\n\nimport (\n\t"net/http"\n\n\t"github.com/gorilla/mux"\n)\n\n'
            "func handle(fn handleFunc, prefix string) http.Handler {\n"
            "\treturn http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fn(w, r, &data{}) })\n}\n\n"
            "func main() {\n\tr := mux.NewRouter()\n\tadapted := func(fn handleFunc, prefix string) http.Handler { return handle(fn, prefix) }\n"
            '\tr.Handle("/orders", adapted(listOrders, "")).Methods("GET")\n\tr.Handle("/orders/all", adapted(removeOrder("a"), "")).Methods("DELETE")\n'
            '\tr.Handle("/signup", adapted(signup, ""))\n\thttp.ListenAndServe(":80", r)\n}\n'
        ),
    }
    assert _access(_scan(tmp_path, files)) == {"/orders": "guarded", "/orders/all": "guarded", "/signup": "unknown"}


@pytest.mark.parametrize(("script", "serves"), [("import Vue from 'vue';\n", False), ("import express from 'express';\n", True)])
def test_frameworks_of_javascript_beside_another_server(tmp_path: Path, script: str, serves: bool) -> None:
    files = {
        "composer.json": '{"name": "shop/web", "require": {"laravel/framework": "^11.0"}}',
        "package.json": '{"name": "shop", "dependencies": {"vue": "3", "express": "4", "jsonwebtoken": "9"}}',
        "resources/assets/js/app.js": script,
    }
    context = _scan(tmp_path, files)
    assert [part.language for part in context.components if part.kind == "service"] == (["JavaScript", "PHP"] if serves else ["PHP"])


def test_routes_of_codeigniter(tmp_path: Path) -> None:
    files = {
        "composer.json": '{"name": "shop/web", "require": {"codeigniter4/framework": "^4.6", "codeigniter4/shield": "^1.1"}}',
        "app/Config/Routes.php": (
            "<?php\n\nuse App\\Controllers\\Reports;\nuse CodeIgniter\\Router\\RouteCollection;\n\n/** @var RouteCollection $routes */\n"
            "$routes->get('/', 'Home::index');\n$routes->match(['get', 'post'], 'login', 'Auth::login');\n"
            "$routes->get('users/(:num)/([a-z]+)', 'Users::show/$1', ['filter' => 'session']);\n"
            "$routes->group('api', ['filter' => ['tokens', 'cors']], static function ($routes) {\n"
            "    $routes->resource('photos', ['only' => 'index,show', 'controller' => 'App\\Controllers\\Pictures']);\n"
            "    $routes->group('admin', static function ($routes) {\n"
            "        $routes->delete('items/(:segment)', [[Reports::class, 'remove'], '$1'], ['filter' => 'permission:items.delete']);\n    });\n});\n"
            "$routes->presenter('news', ['except' => ['index', 'show', 'new', 'create', 'edit', 'update']]);\n$routes->add($unknown, 'Home::index');\n"
        ),
    }
    context = _scan(tmp_path, files)
    assert {(each.method, each.path, each.handler, *(held.kind for held in each.guards)) for each in context.endpoints} == {
        ("GET", "/", "Home::index"),
        ("GET", "/login", "Auth::login"),
        ("POST", "/login", "Auth::login"),
        ("GET", "/users/{num}/{segment}", "Users::show", "authn"),
        ("GET", "/api/photos", "Pictures::index", "authn"),
        ("GET", "/api/photos/{id}", "Pictures::show", "authn"),
        ("DELETE", "/api/admin/items/{segment}", "Reports::remove", "authn", "authz"),
        ("GET", "/news/remove/{id}", "News::remove"),
        ("POST", "/news/delete/{id}", "News::delete"),
    }
    assert _mechanisms(context) == {"session", "password"}


_ENGINES_OF_GO = "module shop\n\ngo 1.22\n\nrequire (\n\tgithub.com/lib/pq v1.10.9\n\tgithub.com/go-sql-driver/mysql v1.9.0\n\tgithub.com/mattn/go-sqlite3 v1.14.32\n)\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("config/config.go", 'package config\n\nvar c = Database{\n\tDialect: "sqlite3",\n}\n'),
        ("config/config.go", 'package config\n\ntype C struct {\n\tDBDriver string `env:"DB_DRIVER" envDefault:"sqlite3"`\n}\n'),
        ("config/config.go", 'package config\n\nfunc f() {\n\tDatabaseType.setDefault("sqlite")\n}\n'),
        ("cmd/shop/main.go", 'package main\n\nfunc f() {\n\tviper.SetDefault("driver", "sqlite")\n}\n'),
        ("cmd/shop/main.go", 'package main\n\nfunc f() {\n\troot.PersistentFlags().StringVarP(&driver, "db-driver", "d", "sqlite3", "database")\n}\n'),
        ("cmd/shop/flags.go", 'package main\n\nvar f = &cli.StringFlag{\n\tName:    "db-driver",\n\tAliases: []string{"driver"},\n\tValue:   "sqlite3",\n}\n'),
    ],
)  # fmt: skip
def test_the_database_that_code_of_go_begins_with(tmp_path: Path, path: str, text: str) -> None:
    found = {each.technology: each.usage for each in _scan(tmp_path, {"go.mod": _ENGINES_OF_GO, path: text}).datastores}
    assert found == {"sqlite": "default", "mysql": "supported", "postgresql": "supported"}


def test_no_database_that_code_of_go_begins_with(tmp_path: Path) -> None:
    files = {
        "go.mod": _ENGINES_OF_GO,
        "config/config.go": 'package config\n\n// Dialect: "sqlite3" was it\nvar f = &cli.StringFlag{\n\tName:  "mode",\n\tValue: "sqlite3",\n}\n',
        "store/store.go": 'package store\n\nvar d = Store{Dialect: "mysql"}\n',
    }
    assert {each.usage for each in _scan(tmp_path, files).datastores} == {"supported"}
    one = {
        "go.mod": "module shop\n\ngo 1.22\n\nrequire github.com/lib/pq v1.10.9\n",
        "config/config.go": 'package config\n\nvar c = C{DBType: "postgres"}\n',
    }
    assert [(each.technology, each.usage) for each in _scan(tmp_path / "one", one).datastores] == [("postgresql", "used")]


def test_databases_that_are_deployed_for_developers_to_choose_from(tmp_path: Path) -> None:
    services = "  postgres:\n    image: postgres:16\n  mysql:\n    image: mysql:8.4\n"
    files = {
        "go.mod": _ENGINES_OF_GO,
        "main.go": "package main\n\nfunc main() {}\n",
        "Dockerfile": 'FROM golang:1.22\nCMD ["/shop"]\n',
        "compose.yml": "services:\n  shop:\n    build: .\n    ports: ['80:80']\n" + services,
    }
    assert {each.technology: each.usage for each in _scan(tmp_path, files).datastores} == {
        "postgresql": "supported", "mysql": "supported", "sqlite": "supported",
    }  # fmt: skip
    files["compose.yml"] = files["compose.yml"].replace(
        "    ports:", "    environment:\n      DATABASE_URL: postgres://postgres/shop\n    ports:"
    )
    assert {each.technology: each.usage for each in _scan(tmp_path / "told", files).datastores}["postgresql"] == "used"


def test_services_of_one_php_project_that_bind_it_whole(tmp_path: Path) -> None:
    files = {
        "composer.json": '{"name": "shop/web", "require": {"php": "^8.2", "yiisoft/yii2": "~2.0"}}',
        "docker-compose.yml": "services:\n"
        + "".join(
            f'  {each}:\n    build: {each}\n    ports: ["{port}:80"]\n    volumes: ["./:/app"]\n'
            for each, port in (("backend", 81), ("shop", 82))
        ),
        **{f"{each}/Dockerfile": "FROM yiisoftware/yii2-php:8.4-apache\nRUN true\n" for each in ("backend", "shop")},
        **{f"{each}/web/index.php": "<?php\n" for each in ("backend", "shop")},
        "console/migrations/m230524_201442_init.php": "<?php\nclass m230524_201442_init extends Migration {}\n",
        "config/db.php": "<?php\nreturn ['class' => 'yii\\db\\Connection', 'dsn' => 'pgsql:host=localhost;dbname=shop'];\n",
    }
    context = _scan(tmp_path, files)
    assert {(part.name, part.language, part.kind) for part in context.components} == {
        ("backend", "PHP", "service"),
        ("shop", "PHP", "service"),
    }
    assert [(each.technology, each.usage, each.migrations and each.migrations.count) for each in context.datastores] == [
        ("postgresql", "used", 1)
    ]


def test_the_database_of_cakephp(tmp_path: Path) -> None:
    files = {
        "composer.json": '{"name": "shop/web", "require": {"cakephp/cakephp": "^5.0"}}',
        "config/app.php": "<?php\nuse Cake\\Database\\Driver\\Postgres;\nreturn ['Datasources' => ['default' => [\n    'driver' => Postgres::class,\n]]];\n",
        "config/Migrations/20240428140000_CreateUsers.php": "<?php\n",
    }
    found = _scan(tmp_path, files).datastores
    assert [(each.technology, each.usage, each.migrations and each.migrations.count) for each in found] == [("postgresql", "used", 1)]


def test_routes_of_loco(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[package]\nname = "shop"\n\n[dependencies]\nloco-rs = "0.16"\naxum = "0.8"\n',
        "src/lib.rs": "pub mod app;\npub mod controllers;\n",
        "src/main.rs": "fn main() {}\n",
        "src/controllers/mod.rs": "pub mod orders;\n",
        "src/controllers/orders.rs": (
            "use loco_rs::prelude::*;\n\nasync fn list(auth: auth::JWTWithUser<users::Model>) -> Result<Response> { format::empty() }\n"
            "async fn add() -> Result<Response> { format::empty() }\n\n"
            'pub fn routes() -> Routes {\n    Routes::new()\n        .prefix("api/orders")\n        .add("/", get(list).post(add))\n        .add("/{id}", get(list))\n}\n'
        ),
        "src/app.rs": (
            "use loco_rs::{app::{AppContext, Hooks}, controller::AppRoutes};\nuse crate::controllers;\n\npub struct App;\n\nimpl Hooks for App {\n"
            "    fn routes(_ctx: &AppContext) -> AppRoutes {\n"
            '        AppRoutes::with_default_routes().prefix("/v1").add_route(controllers::orders::routes())\n    }\n}\n'
        ),
    }
    assert {(each.method, each.path, each.access) for each in _scan(tmp_path, files).endpoints} == {
        ("GET", "/v1/api/orders", "guarded"), ("POST", "/v1/api/orders", "unknown"), ("GET", "/v1/api/orders/{id}", "guarded"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("service", "usage"),
    [('ENV.fetch("STORAGE", :local)', "supported"), ('(ENV["STORAGE"] || :local).to_sym', "supported"), (":amazon", "used")],
)
def test_where_rails_keeps_attached_files(tmp_path: Path, service: str, usage: str) -> None:
    files = {
        "Gemfile": "gem 'rails', '8.0.0'\ngem 'aws-sdk-s3'\n",
        "config/application.rb": "module Shop\n  class Application < Rails::Application\n  end\nend\n",
        "config/environments/production.rb": f"Rails.application.configure do\n  config.active_storage.service = {service}\nend\n",
    }
    assert [(each.technology, each.usage) for each in _scan(tmp_path, files).datastores] == [("s3", usage)]


@pytest.mark.parametrize(
    "service", ["  image: acme/x{i}\n", '  image: node:22\n  volumes: [".:/app"]\n', '  build: b\n  volumes: [".:/app"]\n']
)
def test_many_services_of_one_file_end(tmp_path: Path, service: str) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "4"}}',
        "b/Dockerfile": "FROM node:22\n",
        "b/index.js": "require('express')()\n",
        "docker-compose.yml": "services:\n" + "".join(f" s{i}:\n{service.format(i=i)}" for i in range(4_000)),
    }
    started = time.process_time()
    _scan(tmp_path, files)
    assert time.process_time() - started < 8


@pytest.mark.parametrize("end", ["\nend\n", "\nelse\n  a\nend\n"])
def test_many_settings_of_elixir_below_one_condition_end(tmp_path: Path, end: str) -> None:
    text = "import Config\nif x do\n" + "config :a, A.Repo, pool_size: 1\n" * 20_000 + end
    started = time.process_time()
    _scan(tmp_path, {"config/runtime.exs": text})
    assert time.process_time() - started < 8


def test_sizes_of_elixir_in_and_beside_conditions(tmp_path: Path) -> None:
    text = (
        "import Config\n"
        "if config_env() == :test do\n  config :a, A.Repo, pool_size: 1\nelse\n  config :a, B.Repo, pool_size: 22\nend\n"
        "case config_env() do\n  :dev -> config :a, A.Repo, pool_size: 3\n  :prod -> config :a, A.Repo, pool_size: 44\nend\n"
        "config :a, C.StatsRepo, pool_size: 55\n"
    )
    manifest = 'defmodule A.MixProject do\n  use Mix.Project\n  def project, do: [app: :a]\n  defp deps, do: [{:ecto_sql, "~> 3.12"}, {:phoenix, "~> 1.7"}]\nend\n'
    context = _scan(tmp_path, {"mix.exs": manifest, "config/runtime.exs": text})
    assert {each.value for each in context.scale if each.kind == "pool-size"} == {"22", "44", "55"}


def test_many_locked_packages_of_one_name_end(tmp_path: Path) -> None:
    files = {"paket.lock": "NUGET\n" + "    Giraffe (6.4.0)\n" * 60_000, "a/paket.references": "Giraffe\n" * 20_000}
    started = time.process_time()
    _scan(tmp_path, files)
    assert time.process_time() - started < 8


def test_many_services_of_nameko_and_methods_of_falcon_end(tmp_path: Path) -> None:
    services = "".join(
        f'class A{i}:\n  send = EventDispatcher()\n  @rpc\n  def f(self):\n    self.send("made{i}", 1)\n' for i in range(2_000)
    )
    methods = "".join(f"  def on_get_{i}(self, a, b): pass\n" for i in range(4_000))
    files = {
        "requirements.txt": "nameko==2.14\nfalcon==4.0\n",
        "events.py": f"from nameko.rpc import rpc\nfrom nameko.events import EventDispatcher\n{services}",
        "web.py": f"import falcon\nclass R:\n{methods}app = falcon.App()\n"
        + "".join(f'app.add_route("/a{i}", R(), suffix="{i}")\n' for i in range(4_000)),
    }
    started = time.process_time()
    context = _scan(tmp_path, files)
    assert time.process_time() - started < 10
    assert len([each for each in context.endpoints if each.kind == "http"]) == 4_000
    assert {each.name for each in context.messaging} >= {"A0.made0", "A1999.made1999"}
