"""Makes repositories of any size, always the same for the same number: services in five languages with realistic manifests."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

WORDS = ("order", "user", "invoice", "basket", "catalog", "payment", "stock", "coupon", "parcel", "review", "search", "ticket")
Files = Iterator[tuple[str, str]]


def repository(root: Path, files: int) -> None:
    """Write a repository of about `files` files (never fewer than one service of each language)."""
    random_state = random.Random(files)
    each = max(8, min(400, files // 10))
    written = 0
    services: list[str] = []
    for number, (language, make) in enumerate(cycle(LANGUAGES.items())):
        if written >= files and number >= len(LANGUAGES):
            break
        service = f"{random_state.choice(WORDS)}-{language}-{number}"
        services.append(service)
        for path, text in make(service, each, random_state):
            target = root / "services" / service / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            written += 1
    (root / "compose.yml").write_text(_compose(services), encoding="utf-8")
    (root / "README.md").write_text("# Shop\n", encoding="utf-8")


def _compose(services: list[str]) -> str:
    lines = ["services:", "  db:", "    image: postgres:15.3", "  cache:", "    image: redis:7.0-alpine"]
    for number, service in enumerate(services):
        lines += [f"  {service}:", f"    build: services/{service}", "    ports:", f'      - "{8000 + number}:8080"', "    environment:"]
        lines += ["      DATABASE_URL: postgresql://db:5432/shop", "      REDIS_URL: redis://cache:6379/0", "    depends_on: [db, cache]"]
    return "\n".join(lines) + "\n"


def _modules(count: int, state: random.Random) -> Iterator[tuple[int, str, str]]:
    """(number, folder, name) of source files: about twenty to a folder."""
    for number in range(count):
        word = state.choice(WORDS)
        yield number, f"{WORDS[number // 20 % len(WORDS)]}{number // 20}", f"{word}{number}"


def _dockerfile(image: str, command: str) -> tuple[str, str]:
    return "Dockerfile", f'FROM {image}\nWORKDIR /app\nCOPY . .\nEXPOSE 8080\nCMD ["{command}"]\n'


def _python(service: str, count: int, state: random.Random) -> Files:
    yield (
        "pyproject.toml",
        f'[project]\nname = "{service}"\nversion = "1.0"\nrequires-python = ">=3.12"\ndependencies = ["fastapi>=0.110", "sqlalchemy>=2", "psycopg>=3.1", "redis>=5", "pyjwt>=2"]\n',
    )
    yield _dockerfile("python:3.12-slim", "uvicorn")
    for number, folder, name in _modules(count, state):
        body = "\n".join(
            f'@router.get("/{name}/{{id}}/{i}")\ndef read_{i}(id: int) -> dict:\n    return {{"id": id, "url": os.environ["SERVICE_{number % 40}_URL"]}}\n'
            for i in range(12)
        )
        yield (
            f"src/{folder}/{name}.py",
            f"import os\nimport json\nfrom fastapi import APIRouter\nfrom sqlalchemy import select\n\nrouter = APIRouter()\n\n{body}",
        )


def _node(service: str, count: int, state: random.Random) -> Files:
    packages = {"express": "^4.19.2", "pg": "^8.11.0", "ioredis": "^5.4.1", "jsonwebtoken": "^9.0.2", "zod": "^3.23.0"}
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
    for number, folder, name in _modules(count, state):
        body = "\n".join(
            f'router.get("/{name}/:id/{i}", guard, async (req, res) => {{\n  res.json({{ id: req.params.id, url: process.env.SERVICE_{number % 40}_URL }});\n}});\n'
            for i in range(12)
        )
        yield (
            f"src/{folder}/{name}.ts",
            f'import {{ Router }} from "express";\nimport {{ z }} from "zod";\nimport {{ guard }} from "../guard";\n\nexport const router = Router();\n\n{body}',
        )


def _java(service: str, count: int, state: random.Random) -> Files:
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
    for number, folder, name in _modules(count, state):
        title = name.title()
        body = "\n".join(
            f'    @GetMapping("/{name}/{{id}}/{i}")\n    @PreAuthorize("hasRole(\'USER\')")\n    public String read{i}(@PathVariable long id) {{\n        return System.getenv("SERVICE_{number % 40}_URL") + id;\n    }}\n'
            for i in range(10)
        )
        yield (
            f"src/main/java/shop/{folder}/{title}Controller.java",
            f"package shop.{folder};\n\nimport java.util.List;\nimport org.springframework.web.bind.annotation.GetMapping;\nimport org.springframework.security.access.prepost.PreAuthorize;\n\n@RestController\npublic class {title}Controller {{\n{body}}}\n",
        )


def _go(service: str, count: int, state: random.Random) -> Files:
    yield (
        "go.mod",
        f"module shop.example/{service}\n\ngo 1.22\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.10.0\n\tgithub.com/jackc/pgx/v5 v5.5.5\n\tgithub.com/redis/go-redis/v9 v9.5.1\n)\n",
    )
    yield _dockerfile("golang:1.22", "/app/server")
    for number, folder, name in _modules(count, state):
        body = "\n".join(
            f'\trouter.GET("/{name}/:id/{i}", func(c *gin.Context) {{\n\t\tc.JSON(200, gin.H{{"url": os.Getenv("SERVICE_{number % 40}_URL")}})\n\t}})\n'
            for i in range(12)
        )
        yield (
            f"internal/{folder}/{name}.go",
            f'package {folder}\n\nimport (\n\t"os"\n\n\t"github.com/gin-gonic/gin"\n)\n\nfunc Routes{number}(router *gin.Engine) {{\n{body}}}\n',
        )


def _dotnet(service: str, count: int, state: random.Random) -> Files:
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
    for number, folder, name in _modules(count, state):
        title = name.title()
        body = "\n".join(
            f'    [HttpGet("{{id}}/{i}")]\n    [Authorize]\n    public string Read{i}(int id) => Environment.GetEnvironmentVariable("SERVICE_{number % 40}_URL") + id;\n'
            for i in range(12)
        )
        yield (
            f"{folder.title()}/{title}Controller.cs",
            f'using System;\nusing Microsoft.AspNetCore.Mvc;\n\nnamespace Shop.{folder.title()};\n\n[Route("{name}")]\npublic class {title}Controller : ControllerBase\n{{\n{body}}}\n',
        )


LANGUAGES: dict[str, Callable[[str, int, random.Random], Files]] = {
    "python": _python,
    "node": _node,
    "java": _java,
    "go": _go,
    "dotnet": _dotnet,
}
