"""Rules that tell what a small repository is, from its files to the context: each by the fewest files that show it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ctxgen.context import Context
from ctxgen.pipeline import scan


def scanned(root: Path, files: Mapping[str, str | dict[str, Any]]) -> Context:
    """The context of a tree of files; a table stands for JSON."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))
    return scan(root)


def kinds(context: Context) -> dict[str, str]:
    return {part.name: part.kind for part in context.components}


def usages(context: Context) -> dict[str, str]:
    return {technology.id: technology.usage for technology in context.technologies}


def scopes(context: Context) -> dict[str, str]:
    return {technology.id: technology.scope for technology in context.technologies}


def versions(context: Context) -> dict[str, str | None]:
    return {technology.id: technology.version for technology in context.technologies}


def workspace(**packages: dict[str, Any]) -> dict[str, str | dict[str, Any]]:
    root = {"name": "shop", "private": True, "workspaces": ["packages/*"], "devDependencies": {"typescript": "^5.4.0"}}
    return {"package.json": root, **{f"packages/{folder}/package.json": manifest for folder, manifest in packages.items()}}


def test_a_package_that_others_need_and_nobody_starts_is_a_library(tmp_path: Path) -> None:
    data = {
        "name": "@shop/data",
        "private": True,
        "main": "dist/index.js",
        "scripts": {"start": "npm run watch", "watch": "tsc -w -p ."},
        "dependencies": {"mongoose": "^8.0.0", "express": "^4.18.2"},
    }
    api = {"name": "@shop/api", "scripts": {"start": "node server.js"}, "dependencies": {"@shop/data": "*", "express": "^4.18.2"}}
    found = kinds(scanned(tmp_path, workspace(data=data, api=api)))
    assert (found["@shop/data"], found["@shop/api"]) == ("library", "service")


def test_a_service_whose_types_others_need_stays_a_service(tmp_path: Path) -> None:
    api = {"name": "@shop/api", "scripts": {"start": "node dist/main.js"}, "dependencies": {"express": "^4.18.2"}}
    web = {"name": "@shop/web", "scripts": {"dev": "vite"}, "dependencies": {"@shop/api": "*", "react": "^18.2.0"}}
    assert kinds(scanned(tmp_path, workspace(api=api, web=web)))["@shop/api"] == "service"


def test_services_that_nothing_ties_together_are_a_monorepo_of_apps(tmp_path: Path) -> None:
    apps = {
        app: {"name": app, "scripts": {"start": "node index.js"}, "dependencies": {"express": "^4.18.2"}}
        for app in ("bakery", "florist", "grocer")
    }
    assert scanned(tmp_path, workspace(**apps)).architecture.pattern == "monorepo-of-apps"


def test_services_that_a_compose_file_starts_are_microservices(tmp_path: Path) -> None:
    apps = {
        app: {"name": app, "scripts": {"start": "node index.js"}, "dependencies": {"express": "^4.18.2"}}
        for app in ("cart", "mail", "stock")
    }
    compose = "services:\n" + "".join(f"  {app}:\n    build: packages/{app}\n" for app in apps)
    assert scanned(tmp_path, {**workspace(**apps), "compose.yml": compose}).architecture.pattern == "microservices"


def test_styles_of_a_server_are_no_component(tmp_path: Path) -> None:
    python = '[project]\nname = "shop"\nversion = "1"\ndependencies = ["django>=5"]\n'
    styles = {"name": "shop", "dependencies": {"bootstrap": "5.3.3"}}
    assert kinds(scanned(tmp_path, {"pyproject.toml": python, "package.json": styles, "shop/views.py": "import django\n"})) == {
        "shop": "service"
    }


def test_what_only_a_list_for_developers_names_is_no_backend_technology(tmp_path: Path) -> None:
    files: dict[str, str | dict[str, Any]] = {
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["anyio"]\n',
        "requirements.txt": "-e .[all]\npytest==8.4.1\nuvicorn==0.35.0\n",
    }
    found = scopes(scanned(tmp_path, files))
    assert (found["uvicorn"], found["anyio"]) == ("dev", "backend")


def test_requirements_of_an_application_are_its_own(tmp_path: Path) -> None:
    assert scopes(scanned(tmp_path, {"requirements.txt": "flask==3.0.0\nuvicorn==0.35.0\npytest==8.4.1\n"}))["uvicorn"] == "backend"


def test_a_variant_of_an_image_is_no_version(tmp_path: Path) -> None:
    manifest = {"name": "shop", "engines": {"node": ">=20"}, "dependencies": {"express": "^4.18.2"}}
    files: dict[str, str | dict[str, Any]] = {"package.json": manifest, "Dockerfile": 'FROM node:alpine\nCMD ["node", "index.js"]\n'}
    assert versions(scanned(tmp_path, files))["nodejs"] == ">=20"


def test_a_tool_that_an_image_is_built_with_is_no_runtime_of_the_product(tmp_path: Path) -> None:
    manifest = {"name": "shop", "dependencies": {"express": "^4.18.2"}}
    image = 'FROM node:20-alpine\nRUN apk add --no-cache python3 make\nCMD ["node", "index.js"]\n'
    assert "python" not in usages(scanned(tmp_path, {"package.json": manifest, "Dockerfile": image}))


def test_a_type_import_is_no_use(tmp_path: Path) -> None:
    lock = {
        "lockfileVersion": 3,
        "packages": {
            "": {"dependencies": {"koa": "^2.15.0"}},
            "node_modules/koa": {"version": "2.15.3"},
            "node_modules/express": {"version": "5.2.1"},
        },
    }
    files: dict[str, str | dict[str, Any]] = {
        "package.json": {"name": "shop", "dependencies": {"koa": "^2.15.0"}},
        "package-lock.json": lock,
        "src/app.ts": 'import Koa from "koa";\nimport type { Request } from "express";\n',
    }
    found = usages(scanned(tmp_path, files))
    assert "koa" in found
    assert "express" not in found


def test_engines_that_a_variable_picks_are_supported_and_the_one_without_condition_is_the_default(tmp_path: Path) -> None:
    settings = (
        "import os\n"
        'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.db"}}\n'
        'if os.getenv("DB") == "postgres":\n'
        '    DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop"}}\n'
        'if os.getenv("DB") == "mysql":\n'
        '    DATABASES = {"default": {"ENGINE": "django.db.backends.mysql", "NAME": "shop"}}\n'
    )
    files: dict[str, str | dict[str, Any]] = {"requirements.txt": "Django==5.0\n", "shop/__init__.py": "", "shop/settings.py": settings}
    found = usages(scanned(tmp_path, files))
    assert {engine: found[engine] for engine in ("sqlite", "postgresql", "mysql")} == {
        "sqlite": "default",
        "postgresql": "supported",
        "mysql": "supported",
    }


def test_the_image_that_a_repository_publishes_is_its_own_code(tmp_path: Path) -> None:
    files: dict[str, str | dict[str, Any]] = {
        "pyproject.toml": '[project]\nname = "paperwork"\nversion = "1"\ndependencies = ["django>=5"]\n',
        "deploy/compose.yml": "services:\n  webserver:\n    image: registry.example/paperwork/paperwork:latest\n    ports: ['8000:8000']\n",
    }
    assert kinds(scanned(tmp_path, files)) == {"webserver": "service"}


def test_a_worker_of_a_procfile_does_not_open_the_port_of_the_image(tmp_path: Path) -> None:
    files: dict[str, str | dict[str, Any]] = {
        "package.json": {"name": "shop", "dependencies": {"koa": "^2.15.0"}},
        "Procfile": "web: node index.js\nworker: node jobs.js\n",
        "Dockerfile": 'FROM node:20\nEXPOSE 3000\nCMD ["node", "index.js"]\n',
    }
    assert {part.name: part.ports for part in scanned(tmp_path, files).components} == {"web": (3000,), "worker": ()}


def test_a_library_for_models_is_no_outside_service(tmp_path: Path) -> None:
    context = scanned(tmp_path, {"requirements.txt": "flask==3.0.0\ntorch==2.3.0\nopenai==1.30.0\n"})
    assert [each.technology for each in context.integrations] == ["openai"]


def test_variables_of_a_configuration_schema_are_told(tmp_path: Path) -> None:
    schema = 'module.exports = convict({\n  port: { format: "port", default: 80, env: "SHOP_PORT" },\n  host: {\n    env: "SHOP_HOST",\n  },\n});\n'
    context = scanned(tmp_path, {"package.json": {"name": "shop", "dependencies": {"convict": "^6.2.0"}}, "config.js": schema})
    assert [variable.name for variable in context.environment] == ["SHOP_HOST", "SHOP_PORT"]


def test_a_dockerfile_that_is_not_there_leaves_the_context(tmp_path: Path) -> None:
    services = "".join(f"  {name}:\n    build:\n      context: .\n      dockerfile: docker/run/Dockerfile\n" for name in ("app", "worker"))
    files: dict[str, str | dict[str, Any]] = {
        "pyproject.toml": '[project]\nname = "app"\nversion = "1"\ndependencies = ["litestar>=2"]\n',
        "tools/deploy/docker/compose.yml": f"services:\n{services}",
        "tools/deploy/docker/Dockerfile": 'FROM python:3.13-slim\nEXPOSE 8000\nCMD ["litestar", "run"]\n',
    }
    assert kinds(scanned(tmp_path, files)) == {"app": "service", "worker": "worker"}


def test_tokens_of_the_rest_framework_are_opaque(tmp_path: Path) -> None:
    settings = 'REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"]}\nINSTALLED_APPS = ["rest_framework"]\n'
    files: dict[str, str | dict[str, Any]] = {
        "requirements.txt": "djangorestframework==3.15.1\n",
        "shop/__init__.py": "",
        "shop/settings.py": settings,
    }
    assert [each.mechanism for each in scanned(tmp_path, files).security.mechanisms] == ["bearer-opaque"]


def test_packages_of_fixtures_make_no_component(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "tool"\nversion = "1"\ndependencies = ["msgspec"]\n',
        "tool/__init__.py": "",
        "fixtures/gateway/Gateway.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference Include="Yarp.ReverseProxy" Version="2.1.0" /></ItemGroup></Project>\n',
    }
    assert [part.kind for part in scanned(tmp_path, files).components] == ["library"]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('key = request.headers["X-Api-Key"]\n', True),
        ('key = self.request.META.get("HTTP_X_API_KEY")\n', True),
        ('key = request.args.get("api_key", None)\n', True),
        ('requests.get(url, headers={"X-Api-Key": key})\n', False),
        ('"""Reads `request.headers["X-Api-Key"]`."""\n', False),
        ('# as request.headers["X-Api-Key"] would\n', False),
        ('# request.header: say X-Api-Key\nresponse["Access-Control-Allow-Headers"] = "X-Api-Key"\n', False),
    ],
)
def test_an_api_key_that_a_request_brings_is_a_mechanism(tmp_path: Path, source: str, shown: bool) -> None:
    context = scanned(tmp_path, {"requirements.txt": "flask==3.0.0\n", "shop/api.py": f"from flask import request\n{source}"})
    assert ("api-key" in {each.mechanism for each in context.security.mechanisms}) is shown
