"""Rules of what is deployed and chosen, which backends nobody had read before taught."""

from __future__ import annotations

from pathlib import Path

from ctxgen.context import Context
from ctxgen.pipeline import scan

GO = "module registry.example/shop\n\ngo 1.24\n\nrequire github.com/go-chi/chi/v5 v5.2.0\n"
MAIN = 'package main\n\nimport "github.com/go-chi/chi/v5"\n\nfunc main() { chi.NewRouter() }\n'
LARAVEL = '{"name": "example/shop", "type": "project", "require": {"php": "^8.3", "laravel/framework": "^12.0"}}'


def _scan(root: Path, files: dict[str, str]) -> Context:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return scan(root)


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
