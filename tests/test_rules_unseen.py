"""Rules that backends nobody had read before taught, each on a small tree of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctxgen.context import Component, Context, Technology
from ctxgen.pipeline import scan


def _scan(root: Path, files: dict[str, str]) -> Context:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return scan(root)


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


def test_openid_connect_is_told_from_oauth_by_its_variables(tmp_path: Path) -> None:
    project = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["authlib", "fastapi"]\n'
    code = "import os\n\nfrom authlib.integrations.starlette_client import OAuth\n\nissuer = os.environ['OIDC_ISSUER']\n"
    assert {"oauth2", "oidc"} <= _mechanisms(_scan(tmp_path / "a", {"pyproject.toml": project, "shop/auth.py": code}))
    assert "oidc" not in _mechanisms(
        _scan(tmp_path / "b", {"pyproject.toml": project, "shop/auth.py": code.replace("OIDC_ISSUER", "ISSUER")})
    )


SYMFONY = '{"name": "shop/shop", "require": {"php": ">=8.2", "symfony/framework-bundle": "^5", "symfony/security-bundle": "^5", "doctrine/orm": "^2"}}'


def test_settings_of_symfony_in_the_older_layout(tmp_path: Path) -> None:
    files = {
        "composer.json": SYMFONY,
        "app/config/security.yml": "security:\n  firewalls:\n    main:\n      form_login:\n        provider: users\n",
        "app/config/config_test.yml": "doctrine:\n  dbal:\n    url: 'sqlite:///%kernel.project_dir%/test.sqlite'\n",
        "app/config/config.yml": "doctrine:\n  dbal:\n    url: '%env(resolve:DATABASE_URL)%'\n",
    }
    context = _scan(tmp_path, files)
    assert _mechanisms(context) == {"session"}
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
