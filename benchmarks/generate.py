"""Makes repositories of any size, always the same for the same number: services in five languages with realistic manifests and source.

Source comes from `templates/`: one unit of four is a resource with routes, model, service, types, client and test, the
others have no routes and no model, so that one file of eighteen holds routes and there are some 28 endpoints to 100 files,
which is more than the large real ones have.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import count, cycle
from pathlib import Path
from typing import NamedTuple

WORDS = ("order", "user", "invoice", "basket", "catalog", "payment", "stock", "coupon", "parcel", "review", "search", "ticket")
KINDS = ("service", "types", "client", "test")
RESOURCE = ("routes", "model", *KINDS)
Files = Iterator[tuple[str, str]]


class Language(NamedTuple):
    """Where each kind of file of a service lies, by folder, name and title of its unit, and how the entry takes up a unit's routes."""

    suffix: str
    source: str
    test: str
    entry: str
    imports: str = ""
    registers: str = ""


LANGUAGES = {
    "python": Language(
        "py",
        "src/{folder}/{name}_{kind}.py",
        "tests/{folder}/test_{name}.py",
        "src/app.py",
        "from src.{folder}.{name}_routes import router as {name}\n",
        "app.include_router({name})\n",
    ),
    "node": Language(
        "ts",
        "src/{folder}/{name}.{kind}.ts",
        "test/{folder}/{name}.test.ts",
        "src/index.ts",
        'import {{ router as {name} }} from "./{folder}/{name}.routes";\n',
        "app.use({name});\n",
    ),
    "java": Language(
        "java",
        "src/main/java/shop/{folder}/{title}{role}.java",
        "src/test/java/shop/{folder}/{title}Test.java",
        "src/main/java/shop/Application.java",
    ),
    "go": Language(
        "go",
        "internal/{folder}/{name}_{kind}.go",
        "internal/{folder}/{name}_test.go",
        "main.go",
        '\t{name} "shop.example/shop/internal/{folder}"\n',
        "\t{name}.Register{title}(engine, &{name}.{title}Service{{}})\n",
    ),
    "dotnet": Language("cs", "{folder}/{title}{role}.cs", "Tests/{folder}/{title}Tests.cs", "Program.cs"),
}
ROLES = {"routes": "Controller", "model": "", "service": "Service", "types": "In", "client": "Client", "test": "Test"}
"""What the names of classes end in, by kind."""


def repository(root: Path, files: int) -> None:
    """Write a repository of about `files` files (never fewer than one service of each language)."""
    state = random.Random(files)
    each = max(8, min(400, files // 10))
    written = 0
    services: list[str] = []
    for number, language in enumerate(cycle(LANGUAGES)):
        if written >= files and number >= len(LANGUAGES):
            break
        service = f"{state.choice(WORDS)}-{language}-{number}"
        services.append(service)
        for path, text in (*MANIFESTS[language](service), *_source(language, service, each, state)):
            target = root / "services" / service / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            written += 1
    (root / "compose.yml").write_text(_compose(services), encoding="utf-8")
    (root / "README.md").write_text("# Shop\n", encoding="utf-8")


def _source(language: str, service: str, files: int, state: random.Random) -> Files:
    """The source of a service: units of some twenty files to a folder, and the entry."""
    layout = LANGUAGES[language]
    imports = registered = ""
    written = 0
    for number in count():
        name = f"{state.choice(WORDS)}{number}"
        folder = f"{WORDS[written // 20 % len(WORDS)]}{written // 20}"
        unit = {"folder": folder, "name": name, "title": name.title(), "number": str(number % 40)}
        kinds = RESOURCE if number % 4 == 0 else KINDS
        for kind in kinds:
            path = layout.test if kind == "test" else layout.source
            yield path.format(**unit, kind=kind, role=ROLES[kind]), _filled(language, kind, unit)
        if kinds is RESOURCE:
            imports += layout.imports.format(**unit)
            registered += layout.registers.format(**unit)
        written += len(kinds)
        if written >= files:
            break
    yield layout.entry, _filled(language, "entry", {"service": service, "imports": imports, "registered": registered})


def _filled(language: str, kind: str, words: Mapping[str, str]) -> str:
    """A template with its words; other braces are the language's own."""
    text = _template(f"{language}/{kind}.{LANGUAGES[language].suffix}.tmpl")
    for key, value in words.items():
        text = text.replace(f"{{{key}}}", value)
    return text


@cache
def _template(path: str) -> str:
    return (Path(__file__).parent / "templates" / path).read_text(encoding="utf-8")


def _compose(services: list[str]) -> str:
    lines = ["services:", "  db:", "    image: postgres:15.3", "  cache:", "    image: redis:7.0-alpine"]
    for number, service in enumerate(services):
        lines += [f"  {service}:", f"    build: services/{service}", "    ports:", f'      - "{8000 + number}:8080"', "    environment:"]
        lines += ["      DATABASE_URL: postgresql://db:5432/shop", "      REDIS_URL: redis://cache:6379/0", "    depends_on: [db, cache]"]
    return "\n".join(lines) + "\n"


def _dockerfile(image: str, command: str) -> tuple[str, str]:
    return "Dockerfile", f'FROM {image}\nWORKDIR /app\nCOPY . .\nEXPOSE 8080\nCMD ["{command}"]\n'


def _python(service: str) -> Files:
    yield (
        "pyproject.toml",
        f'[project]\nname = "{service}"\nversion = "1.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi>=0.110", "sqlalchemy>=2", "psycopg>=3.1", "redis>=5", "pyjwt>=2", "httpx>=0.27"]\n',
    )
    yield _dockerfile("python:3.12-slim", "uvicorn")


def _node(service: str) -> Files:
    packages = {
        "express": "^4.19.2",
        "pg": "^8.11.0",
        "ioredis": "^5.4.1",
        "jsonwebtoken": "^9.0.2",
        "zod": "^3.23.0",
        "typeorm": "^0.3.20",
        "axios": "^1.7.0",
    }
    yield (
        "package.json",
        json.dumps(
            {
                "name": service,
                "version": "1.0.0",
                "scripts": {"start": "node dist/index.js", "test": "jest"},
                "dependencies": packages,
                "devDependencies": {"jest": "^29.7.0", "typescript": "^5.4.0"},
            },
            indent=2,
        ),
    )
    lock = {f"node_modules/{name}": {"version": declared.lstrip("^")} for name, declared in packages.items()}
    lock |= {f"node_modules/transitive-{i}": {"version": f"1.{i}.0"} for i in range(300)}
    yield (
        "package-lock.json",
        json.dumps(
            {"name": service, "lockfileVersion": 3, "packages": {"": {"name": service, "dependencies": packages}, **lock}}, indent=2
        ),
    )
    yield _dockerfile("node:20-alpine", "node")


def _java(service: str) -> Files:
    starters = "".join(
        f"    <dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-{n}</artifactId></dependency>\n"
        for n in ("web", "data-jpa", "security", "amqp")
    )
    yield (
        "pom.xml",
        f"<project>\n  <modelVersion>4.0.0</modelVersion>\n  <parent>\n    <groupId>org.springframework.boot</groupId>\n    <artifactId>spring-boot-starter-parent</artifactId>\n    <version>3.2.1</version>\n  </parent>\n  <groupId>shop</groupId>\n  <artifactId>{service}</artifactId>\n  <properties><java.version>17</java.version></properties>\n  <dependencies>\n{starters}  </dependencies>\n</project>\n",
    )
    yield (
        "src/main/resources/application.yml",
        "spring:\n  datasource:\n    url: jdbc:postgresql://db:5432/shop\n    hikari:\n      maximum-pool-size: 20\nserver:\n  port: 8080\n",
    )
    yield _dockerfile("eclipse-temurin:17-jre", "java")


def _go(service: str) -> Files:
    yield (
        "go.mod",
        "module shop.example/shop\n\ngo 1.22\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.10.0\n\tgithub.com/jackc/pgx/v5 v5.5.5\n\tgithub.com/redis/go-redis/v9 v9.5.1\n\tgorm.io/gorm v1.25.10\n)\n",
    )
    yield _dockerfile("golang:1.22", "/app/server")


def _dotnet(service: str) -> Files:
    packages = "".join(
        f'    <PackageReference Include="{n}" Version="8.0.4" />\n'
        for n in ("Npgsql.EntityFrameworkCore.PostgreSQL", "Microsoft.AspNetCore.Authentication.JwtBearer", "StackExchange.Redis")
    )
    yield (
        f"{service}.csproj",
        f'<Project Sdk="Microsoft.NET.Sdk.Web">\n  <PropertyGroup>\n    <TargetFramework>net8.0</TargetFramework>\n  </PropertyGroup>\n  <ItemGroup>\n{packages}  </ItemGroup>\n</Project>\n',
    )
    yield "appsettings.json", '{\n  "ConnectionStrings": { "Default": "Host=db;Database=shop" },\n  "Jwt": { "Issuer": "shop" }\n}\n'
    yield _dockerfile("mcr.microsoft.com/dotnet/aspnet:8.0", "dotnet")


MANIFESTS = {"python": _python, "node": _node, "java": _java, "go": _go, "dotnet": _dotnet}
