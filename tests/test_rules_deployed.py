"""Rules of what is deployed and chosen, which backends nobody had read before taught."""

from __future__ import annotations

from pathlib import Path

from test_rules import scanned as _scan

from ctxgen.catalogue import load
from ctxgen.context import Context
from ctxgen.render import markdown

GO = "module registry.example/shop\n\ngo 1.24\n\nrequire github.com/go-chi/chi/v5 v5.2.0\n"
MAIN = 'package main\n\nimport "github.com/go-chi/chi/v5"\n\nfunc main() { chi.NewRouter() }\n'
LARAVEL = '{"name": "example/shop", "type": "project", "require": {"php": "^8.3", "laravel/framework": "^12.0"}}'


def _kinds(context: Context) -> dict[str, str]:
    return {each.name: each.kind for each in context.components}


def test_an_image_without_code_runs_somebody_elses_program(tmp_path: Path) -> None:
    files = {
        "go.mod": GO,
        "main.go": MAIN,
        "docker-compose.yml": "services:\n  shop:\n    build: .\n    ports: [80:80]\n  firestore:\n    build: emulator\n    ports: [8787:8787]\n",
        "Dockerfile": "FROM golang:1.24\nCOPY . .\n",
        "emulator/Dockerfile": 'FROM node:22\nRUN npm install -g firebase-tools\nCOPY firebase.json .\nCMD ["firebase", "emulators:start"]\n',
        "emulator/firebase.json": "{}\n",
    }
    assert _kinds(_scan(tmp_path, files)) == {"shop": "service", "firestore": "infrastructure"}


def test_a_dockerfile_in_a_folder_for_scripts_builds_the_code_around_it(tmp_path: Path) -> None:
    files = {
        "go.mod": GO,
        "cmd/shop/main.go": MAIN,
        "scripts/Dockerfile": 'FROM golang:1.24 AS backend\nCOPY . .\nFROM alpine:3.21\nEXPOSE 5230\nENTRYPOINT ["./shop"]\n',
        "scripts/entrypoint.sh": "#!/bin/sh\nexec ./shop\n",
    }
    assert [(each.kind, each.path, each.ports) for each in _scan(tmp_path, files).components] == [("service", ".", (5230,))]


def test_what_builds_a_browsers_code_is_no_runtime_of_the_backend(tmp_path: Path) -> None:
    files = {
        "go.mod": GO,
        "main.go": MAIN,
        "Dockerfile": "FROM node:22 AS web\nFROM golang:1.24\nCOPY . .\n",
        "web/package.json": '{"name": "web", "scripts": {"build": "vite build"}, "dependencies": {"vue": "3.5.0"}}',
        "web/src/main.js": 'import { createApp } from "vue"\n',
        "web/index.html": "<div></div>",
    }
    assert {each.name for each in _scan(tmp_path, files).runtimes} == {"Go"}


def test_the_application_of_laravel_sail_is_a_service(tmp_path: Path) -> None:
    files = {
        "composer.json": LARAVEL,
        "artisan": "#!/usr/bin/env php\n",
        "app/Models/Order.php": "<?php\nclass Order {}\n",
        "docker-compose.yml": "services:\n  laravel.test:\n    build: ./docker/8.3\n    volumes: ['.:/var/www/html']\n    depends_on: [pgsql]\n"
        "  pgsql:\n    image: postgres:15\n  pgsql_test:\n    image: postgres:15\n",
        "docker/8.3/Dockerfile": "FROM ubuntu:24.04\nRUN apt-get install php8.3\n",
    }
    kinds = _kinds(_scan(tmp_path, files))
    assert (kinds["laravel.test"], kinds["pgsql_test"]) == ("service", "infrastructure")


def test_what_a_file_of_the_environment_chooses_is_the_default_and_not_the_codes(tmp_path: Path) -> None:
    config = "<?php\nreturn [\n    'default' => env('DB_CONNECTION', 'mysql'),\n];\n"
    files = {"composer.json": LARAVEL, "config/database.php": config, ".env.example": "DB_CONNECTION=pgsql\n"}
    known = {each.id: each.usage for each in _scan(tmp_path, files).technologies}
    assert "mysql" not in known
    assert known["postgresql"] == "default"


def test_a_name_for_middleware_is_no_sign_in(tmp_path: Path) -> None:
    kernel = "<?php\nclass Kernel { protected $middlewareAliases = ['auth.basic' => AuthenticateWithBasicAuth::class]; }\n"
    context = _scan(tmp_path, {"composer.json": LARAVEL, "app/Http/Kernel.php": kernel})
    assert context.security.mechanisms == ()
    routes = "<?php\nRoute::middleware('auth.basic')->get('/stats', StatsController::class);\n"
    context = _scan(tmp_path, {"routes/web.php": routes})
    assert [each.mechanism for each in context.security.mechanisms] == ["basic"]


def test_a_history_of_one_folder_a_version(tmp_path: Path) -> None:
    files = {
        "go.mod": GO,
        "main.go": MAIN,
        "migration/0.9/00__tag.sql": "CREATE TABLE tag (name TEXT NOT NULL);\nCREATE TABLE memo (id INTEGER PRIMARY KEY);\n",
        "migration/0.22/01__drop_tag.sql": "DROP TABLE tag;\n",
    }
    assert [str(model.name) for model in _scan(tmp_path, files).models] == ["memo"]


def test_a_consumer_of_messages_is_a_worker_and_a_watcher_of_developers_no_component(tmp_path: Path) -> None:
    files = {
        "composer.json": '{"type": "project", "require": {"php": "^8.4", "symfony/framework-bundle": "^7.3", "symfony/messenger": "^7.3"}}',
        "src/Kernel.php": "<?php\nclass Kernel {}\n",
        "Dockerfile": "FROM dunglas/frankenphp:1-php8.4\nCOPY . .\n",
        "compose.yaml": "services:\n  php:\n    build: .\n    ports: [80:80]\n  messages:\n    build: .\n    command: bin/console messenger:consume async\n    deploy:\n      replicas: 6\n",
        "compose.dev.yaml": "services:\n  node:\n    image: node:26\n    command: npm run watch\n  messages:\n    deploy:\n      replicas: 0\n",
    }
    context = _scan(tmp_path, files)
    assert _kinds(context) == {"php": "service", "messages": "worker"}
    assert [each.value for each in context.scale] == ["6"]


def test_the_template_for_containers_fills_in_a_compose_file(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  store:\n    image: postgres:${STORE_VERSION}-trixie\n",
        ".env.example": "STORE_VERSION=16\n",
        ".env.example_docker": "STORE_VERSION=18\n",
    }
    assert [each.version for each in _scan(tmp_path, files).datastores] == ["18-trixie"]


RAILS = 'source "https://registry.example"\nruby "3.4.6"\ngem "rails", "~> 8.0"\ngem "puma"\ngem "sidekiq"\ngem "pg"\ngem "jwt"\n'


def test_what_a_procfile_and_a_compose_file_deploy_is_one_component(tmp_path: Path) -> None:
    files = {
        "Gemfile": RAILS,
        "config/routes.rb": "Rails.application.routes.draw do\n  root 'home#index'\nend\n",
        "Dockerfile": "FROM ruby:3.4.6\nCOPY . .\n",
        "Procfile": "web: bundle exec puma -C config/puma.rb\nworker: bundle exec sidekiq\n",
        "docker-compose.yml": "services:\n  shop_app:\n    build: .\n    ports: [3000:3000]\n  shop_sidekiq:\n    build: .\n    command: bundle exec sidekiq\n",
    }
    assert _kinds(_scan(tmp_path, files)) == {"shop_app": "service", "shop_sidekiq": "worker"}


def test_the_size_of_a_pool_is_no_number_of_threads(tmp_path: Path) -> None:
    pool = '  pool: <%= ENV.fetch("RAILS_MAX_THREADS") { 10 } %>\n'
    files = {
        "Gemfile": RAILS,
        "config/application.rb": "class Application < Rails::Application\nend\n",
        "config/database.yml": f"production:\n  adapter: postgresql\n{pool}",
        "config/database.ci.yml": "test:\n  adapter: sqlite3\n",
    }
    context = _scan(tmp_path, files)
    assert [each for each in context.scale if each.kind == "threads"] == []
    assert "sqlite" not in {each.technology for each in context.datastores}


def test_tokens_are_shown_by_the_code_and_no_variable_of_tests(tmp_path: Path) -> None:
    files = {"Gemfile": RAILS, "config/application.rb": "class Application < Rails::Application\nend\n", ".env.test": "JWT_SECRET=x\n"}
    assert _scan(tmp_path, files).security.mechanisms == ()
    code = "class Token\n  def read(text)\n    JWT.decode(text, key)\n  end\nend\n"
    context = _scan(tmp_path, {**files, "app/models/token.rb": code})
    assert [(each.mechanism, each.evidence[0].path) for each in context.security.mechanisms] == [("jwt", "app/models/token.rb")]


def test_packages_of_a_browsers_application_beside_a_backend_are_none_of_it(tmp_path: Path) -> None:
    files = {
        "go.mod": GO,
        "main.go": MAIN,
        "web/package.json": '{"name": "web", "dependencies": {"vue": "3.5.0", "@shop/client": "workspace:*"}}',
        "web/src/main.ts": 'import { createApp } from "vue"\n',
        "packages/client/package.json": '{"name": "@shop/client", "engines": {"node": ">=22"}}',
        "packages/client/src/index.ts": "export const orders = () => fetch('/orders')\n",
    }
    context = _scan(tmp_path, files)
    assert {(each.name, each.scope) for each in context.languages} == {("Go", "backend"), ("TypeScript", "frontend")}


def test_a_chart_in_the_folder_of_the_service_that_it_deploys(tmp_path: Path) -> None:
    workload = 'apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: {{{{ include "cart.{name}" . }}}}\nspec:\n  template:\n    spec:\n      containers:\n        - name: {container}\n          image: {image}\n'
    image = '"{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"\n          env:\n            - name: JAVA_OPTS\n              value: -XX:MaxRAMPercentage=70.0\n          ports:\n            - containerPort: 8080'
    files = {
        "compose.yaml": "services:\n  cart:\n    build: ./src/cart\n    ports: [8082:8080]\n",
        "src/cart/Dockerfile": "FROM eclipse-temurin:21\nCOPY . .\nEXPOSE 8080\n",
        "src/cart/pom.xml": "<project><artifactId>cart</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId><version>3.5.0</version></dependency></dependencies></project>",
        "src/cart/src/main/java/App.java": "@SpringBootApplication\nclass App { public static void main(String[] a) { SpringApplication.run(App.class, a); } }\n",
        "src/cart/chart/Chart.yaml": "apiVersion: v2\nname: shop-cart-chart\nversion: 1.2.0\nappVersion: 4.0.0\n",
        "src/cart/chart/values.yaml": "image:\n  repository: registry.example/shop/shop-cart\n  tag:\n",
        "src/cart/chart/templates/deployment.yaml": workload.format(kind="Deployment", name="fullname", container="cart", image=image),
        "src/cart/chart/templates/redis.yaml": workload.format(
            kind="StatefulSet", name="redis.fullname", container="redis", image="redis:7.2"
        ),
    }
    context = _scan(tmp_path, files)
    assert _kinds(context) == {"cart": "service", "shop-cart-chart-redis": "infrastructure"}
    assert {(each.kind, each.component) for each in context.scale} == {("heap", "cart")}
    assert "Helm chart 1.2.0" in markdown.render(context, load(), budget=None, detail="standard", evidence=False, header=False)


def test_a_workload_of_kubernetes_runs_what_compose_builds_under_another_name(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  php:\n    build: api\n    ports: [80:80, 443:443]\n",
        "api/composer.json": '{"name": "shop/api", "require": {"symfony/framework-bundle": "7.3.0"}}',
        "api/Dockerfile": "FROM dunglas/frankenphp:1-php8.4\nCOPY . .\nEXPOSE 80\n",
        "k8s/shop.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: shop\nspec:\n  template:\n    spec:\n      containers:\n        - name: php\n          image: shop/api:1.2\n          ports:\n            - containerPort: 80\n",
    }
    job = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: shop-fixtures\nspec:\n  template:\n    spec:\n      containers:\n        - name: php\n          image: shop/php:1.2\n"
    assert _kinds(_scan(tmp_path, {**files, "k8s/job.yaml": job})) == {"php": "service", "shop-fixtures": "job"}


def test_engines_in_a_publisher_s_own_images_are_no_services(tmp_path: Path) -> None:
    images = {"cdc": "acme/acme-cdc", "kafka": "acme/acme-kafka", "zookeeper": "acme/acme-zookeeper", "db": "acme/acme-mysql"}
    services = "".join(
        f"  {service}:\n    image: {image}:1.0\n    ports: ['{9000 + i}:80']\n" for i, (service, image) in enumerate(images.items())
    )
    files = {
        "compose.yaml": f"services:\n{services}  app:\n    build: .\n",
        "Dockerfile": "FROM golang:1.24\nCOPY . .\n",
        "go.mod": GO,
        "main.go": MAIN,
    }
    assert {each.name for each in _scan(tmp_path, files).components if each.kind == "service"} == {"app"}


def test_the_engine_of_somebody_else_s_program_is_none_of_the_product_s(tmp_path: Path) -> None:
    files = {
        "compose.yaml": "services:\n  app:\n    build: .\n    ports: [8080:8080]\n  forge:\n    image: gitea/gitea:1.21\n    environment:\n      - GITEA__database__DB_TYPE=sqlite3\n",
        "Dockerfile": "FROM golang:1.24\nCOPY . .\n",
        "go.mod": GO,
        "main.go": MAIN,
    }
    assert _scan(tmp_path, files).datastores == ()
    own = files["compose.yaml"].replace("build: .", "build: .\n    environment:\n      - DB_TYPE=sqlite3")
    assert [each.technology for each in _scan(tmp_path / "own", {**files, "compose.yaml": own}).datastores] == ["sqlite"]
