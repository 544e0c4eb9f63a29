"""Rules that backends in PHP, Ruby and Rust taught, each on a small tree of its own."""

from __future__ import annotations

from pathlib import Path

from test_rules import scanned as _scan

from ctxgen.catalogue import load
from ctxgen.context import Context, Technology
from ctxgen.pipeline import scan
from ctxgen.render import markdown


def _technologies(context: Context) -> dict[str, Technology]:
    return {technology.id: technology for technology in context.technologies}


def _mechanisms(context: Context) -> set[str]:
    return {each.mechanism for each in context.security.mechanisms}


CARGO = '[package]\nname = "shop"\nversion = "1.0.0"\n\n'
COMPOSER = '{"name": "shop/shop", "require": {"php": ">=8.3", "laravel/framework": "^12.0"}}'
SYMFONY = '{"name": "shop/shop", "require": {"php": ">=8.4", "symfony/framework-bundle": "^8", "symfony/security-bundle": "^8"}}'


def test_engines_behind_features_are_supported_and_have_no_version_of_the_tests(tmp_path: Path) -> None:
    known = _technologies(
        _scan(
            tmp_path,
            {
                "Cargo.toml": CARGO + '[features]\nmysql = ["diesel/mysql"]\npostgresql = ["diesel/postgres"]\n\n'
                '[dependencies]\nrocket = "0.5"\ndiesel = { version = "2.3", features = ["r2d2"] }\n',
                "src/main.rs": "fn main() {}\n",
                "tests/compose.yml": "services:\n  db:\n    image: mysql:9.7\n",
            },
        )
    )
    assert {known[engine].usage for engine in ("mysql", "postgresql")} == {"supported"}
    assert known["mysql"].version is None
    assert known["diesel"].usage == "used"


def test_a_feature_that_is_on_is_told_once(tmp_path: Path) -> None:
    known = _technologies(
        _scan(
            tmp_path,
            {
                "Cargo.toml": CARGO + '[features]\ndefault = ["postgresql"]\npostgresql = ["diesel/postgres"]\n\n'
                '[dependencies]\nrocket = "0.5"\ndiesel = "2.3"\n',
                "src/main.rs": "fn main() {}\n",
            },
        )
    )
    assert known["postgresql"].usage == "used"


def test_access_to_objects_is_told_from_the_service_behind_it(tmp_path: Path) -> None:
    dependencies = '[dependencies]\naxum = "0.8"\nopendal = { version = "0.58", features = ["services-s3"] }\nlibsqlite3-sys = "0.37"\n'
    known = _technologies(_scan(tmp_path, {"Cargo.toml": CARGO + dependencies, "src/main.rs": "fn main() {}\n"}))
    assert known["opendal"].version == "0.58"
    assert known["s3"].version is None
    assert "object-store-rs" not in known
    assert "rusqlite" not in known


def test_a_client_is_not_the_service_that_it_calls(tmp_path: Path) -> None:
    known = _technologies(
        _scan(tmp_path, {"Gemfile": 'gem "rails", "~> 8.1"\ngem "aws-sdk-s3", "~> 1.229"\ngem "aws-sdk-sqs", "~> 1.117"\n'})
    )
    assert (known["s3"].version, known["sqs"].version) == (None, None)


def test_the_adapter_of_production_is_the_engine_and_a_template_names_the_default(tmp_path: Path) -> None:
    gems = 'gem "rails"\ngem "mysql2"\ngem "pg"\n'
    settings = "production:\n  adapter: mysql2\ndevelopment:\n  adapter: sqlite3\n"
    used = _technologies(_scan(tmp_path / "used", {"Gemfile": gems, "config/database.yml": settings}))
    template = _technologies(_scan(tmp_path / "template", {"Gemfile": gems, "config/database.yml.example": settings}))
    assert (used["mysql"].usage, used["postgresql"].usage) == ("used", "supported")
    assert (template["mysql"].usage, template["postgresql"].usage) == ("default", "supported")
    assert "sqlite" not in used


def test_the_default_after_presence_is_read(tmp_path: Path) -> None:
    settings = "production:\n  adapter: <%= ENV['DATABASE_ADAPTER'].presence || \"mysql2\" %>\n"
    known = _technologies(_scan(tmp_path, {"Gemfile": 'gem "rails"\n', "config/database.yml": settings}))
    assert known["mysql"].usage == "used"


def test_a_function_of_the_applications_own_gives_the_default(tmp_path: Path) -> None:
    settings = "<?php\nreturn [\n  'default' => env_default_when_empty(env('DB_CONNECTION'), 'mysql'),\n];\n"
    known = _technologies(_scan(tmp_path, {"composer.json": COMPOSER, "config/database.php": settings}))
    assert known["mysql"].usage == "default"


def test_guards_of_laravel_show_sessions_wherever_the_settings_lie(tmp_path: Path) -> None:
    settings = "<?php\nreturn [\n  'guards' => ['web' => ['driver' => 'session', 'provider' => 'users']],\n];\n"
    for folder in ("config", "app/Config"):
        root = tmp_path / folder.replace("/", "-")
        assert _mechanisms(_scan(root, {"composer.json": COMPOSER, f"{folder}/auth.php": settings})) == {"session"}


def test_firewalls_of_symfony_show_how_users_sign_in(tmp_path: Path) -> None:
    settings = (
        "security:\n  firewalls:\n    api:\n      access_token:\n        token_handler: App\\Handler\n"
        "    main:\n      form_login:\n        login_path: login\n      login_link:\n        lifetime: 900\n"
    )
    context = _scan(tmp_path, {"composer.json": SYMFONY, "config/packages/security.yaml": settings})
    assert _mechanisms(context) == {"bearer-opaque", "magic-link", "password", "session"}


def test_the_bundle_of_a_template_engine_is_not_the_engine(tmp_path: Path) -> None:
    lock = '{"packages": [{"name": "symfony/twig-bundle", "version": "v8.1.0"}, {"name": "twig/twig", "version": "v3.27.1"}]}'
    composer = SYMFONY.replace('"symfony/security-bundle"', '"symfony/twig-bundle"')
    known = _technologies(_scan(tmp_path, {"composer.json": composer, "composer.lock": lock}))
    assert (known["twig"].version, known["twig-bundle"].version) == ("v3.27.1", "v8.1.0")


def test_providers_of_omniauth_show_their_protocol(tmp_path: Path) -> None:
    assert _mechanisms(_scan(tmp_path, {"Gemfile": 'gem "rails"\ngem "omniauth"\ngem "omniauth-github"\n'})) == {"oauth2"}


def test_a_crate_without_a_program_is_a_library(tmp_path: Path) -> None:
    crate = '[package]\nname = "{}"\nversion = "0.1.0"\n[dependencies]\naxum = "0.7"\n'
    (tmp_path / "Cargo.toml").write_text('[workspace]\nmembers = ["crates/*"]\n')
    for name, source in (("server", "src/main.rs"), ("shop_worker", "src/lib.rs"), ("importer", "src/bin/import.rs")):
        target = tmp_path / "crates" / name / source
        target.parent.mkdir(parents=True)
        target.write_text("")
        (tmp_path / "crates" / name / "Cargo.toml").write_text(crate.format(name))
    assert {part.name: part.kind for part in scan(tmp_path).components} == {
        "server": "service",
        "shop_worker": "library",
        "importer": "service",
    }


def test_a_stock_htaccess_shows_no_server_and_a_variant_of_an_image_does(tmp_path: Path) -> None:
    stock = {"composer.json": COMPOSER, "public/.htaccess": "RewriteEngine On\n", "public/index.php": "<?php\n"}
    assert "apache-httpd" not in _technologies(_scan(tmp_path / "a", stock))
    found = _technologies(_scan(tmp_path / "b", {**stock, "Dockerfile": "FROM php:8.3-apache\n"}))
    assert (found["apache-httpd"].scope, found["apache-httpd"].version) == ("backend", None)


def test_what_guards_ask_for_is_told_among_security(tmp_path: Path) -> None:
    routes = """const express = require("express")
const { protect, authorize } = require("./auth")
const app = express()
app.get("/orders", protect, list)
app.post("/orders", protect, authorize("admin"), add)
app.delete("/orders/:id", protect, authorize("admin", "owner"), remove)
"""
    context = _scan(tmp_path, {"package.json": '{"name": "shop", "dependencies": {"express": "5.1.0"}}', "app.js": routes})
    assert "authorization of 2 endpoints by `authorize` (`app.js:5`)" in markdown.render(
        context, load(), budget=None, detail="standard", evidence=True, header=False
    )
    java = """@RestController
class Orders {
  @PreAuthorize("hasRole('ADMIN')") @DeleteMapping("/orders") void all() {}
  @PreAuthorize("hasAnyRole('CLERK', 'ADMIN')") @PostMapping("/orders") void add() {}
  @GetMapping("/orders") void list() {}
}
"""
    pom = "<project><artifactId>shop</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId><version>3.5.0</version></dependency></dependencies></project>"
    context = _scan(
        tmp_path / "java",
        {
            "pom.xml": pom,
            "src/main/java/shop/Orders.java": "package shop;\nimport org.springframework.web.bind.annotation.*;\nimport org.springframework.security.access.prepost.PreAuthorize;\n"
            + java,
        },
    )
    assert "authorization of 2 endpoints by `@PreAuthorize` (ADMIN, CLERK)" in markdown.render(
        context, load(), budget=None, detail="standard", evidence=True, header=False
    )


def test_a_collection_of_applications_with_services_of_one_name(tmp_path: Path) -> None:
    compose = "services:\n  backend:\n    build: backend\n    environment:\n      DB_HOST: db\n    depends_on: [db]\n  db:\n    image: {}\n"
    files: dict[str, str] = {}
    for folder, image, client in (
        ("one", "mysql:8.4", "mysql2"),
        ("two", "postgres:17", "pg"),
        ("three", "mongo:8.0", "mongodb"),
    ):
        files |= {
            f"{folder}/compose.yaml": compose.format(image),
            f"{folder}/backend/Dockerfile": "FROM node:24\nCOPY . .\n",
            f"{folder}/backend/package.json": f'{{"name": "backend", "dependencies": {{"express": "5.1.0", "{client}": "1.0.0"}}}}',
            f"{folder}/backend/index.js": "const express = require('express')\nexpress().get('/', all)\n",
        }
    context = _scan(tmp_path, files)
    assert context.architecture.pattern == "monorepo-of-apps"
    targets = {part.path: {link.technology for link in part.depends_on} for part in context.components if part.kind == "service"}
    assert targets == {"one/backend": {"mysql"}, "two/backend": {"postgresql"}, "three/backend": {"mongodb"}}
    said = markdown.render(context, load(), budget=None, detail="standard", evidence=False, header=False)
    assert "MongoDB 8.0 for three/backend" in said
    assert "- one/backend — service, JavaScript" in said
