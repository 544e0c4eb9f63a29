"""Monorepos whose applications share one package.json: Nx and Nest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from test_rules import scanned

ROOT = {
    "name": "shop",
    "dependencies": {
        "@nestjs/core": "^10.0.0",
        "@nestjs/platform-express": "^10.0.0",
        "@prisma/client": "^5.0.0",
        "@angular/core": "^18.0.0",
        "zod": "^3.0.0",
    },
    "devDependencies": {"nx": "^19.0.0"},
}


def nx(title: str, kind: str = "application") -> str:
    return json.dumps({"name": title, "projectType": kind, "sourceRoot": f"{title}/src"})


def test_projects_of_nx_are_components_with_what_they_import(tmp_path: Path) -> None:
    context = scanned(
        tmp_path,
        {
            "package.json": ROOT,
            "Dockerfile": "FROM node:22\nEXPOSE 3333\n",
            "compose.yml": "services:\n  shop:\n    build: .\n",
            "apps/api/project.json": nx("api"),
            "apps/api/src/main.ts": 'import { NestFactory } from "@nestjs/core";\nimport { PrismaClient } from "@prisma/client";\n',
            "apps/client/project.json": nx("client"),
            "apps/client/src/main.ts": 'import { Component } from "@angular/core";\nimport { User } from "@prisma/client";\n',
            "apps/api-e2e/project.json": nx("api-e2e"),
            "libs/common/project.json": nx("common", "library"),
            "libs/common/src/index.ts": 'import { z } from "zod";\n',
        },
    )
    parts = {part.name: (part.path, part.kind) for part in context.components}
    assert parts == {"shop": ("apps/api", "service"), "client": ("apps/client", "frontend"), "common": ("libs/common", "library")}
    technologies = {part.name: part.technologies for part in context.components}
    assert {"nestjs", "prisma"} <= set(technologies["shop"])
    assert technologies["client"] == ("angular",)


def test_applications_of_a_nest_monorepo_are_components_and_its_root_is_none(tmp_path: Path) -> None:
    projects: dict[str, Any] = {app: {"type": "application", "root": f"apps/{app}"} for app in ("orders", "users", "mail")}
    context = scanned(
        tmp_path,
        {
            "package.json": ROOT,
            "nest-cli.json": {"monorepo": True, "projects": {**projects, "common": {"type": "library", "root": "libs/common"}}},
            "libs/common/src/index.ts": "",
            "compose.yml": "services:\n"
            + "".join(f"  {app}:\n    build: {{context: ., dockerfile: apps/{app}/Dockerfile}}\n" for app in projects),
            **{f"apps/{app}/Dockerfile": "FROM node:22\n" for app in projects},
            **{f"apps/{app}/src/main.ts": 'import { NestFactory } from "@nestjs/core";\n' for app in projects},
        },
    )
    assert {part.name: (part.path, part.kind, part.language) for part in context.components} == {
        **{app: (f"apps/{app}", "service", "TypeScript") for app in projects},
        "common": ("libs/common", "library", "TypeScript"),
    }
    assert context.architecture.pattern == "microservices"
