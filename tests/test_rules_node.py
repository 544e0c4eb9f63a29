"""Rules that backends of Node.js taught, each on a small tree of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_rules import scanned as _scan


def test_routes_of_medusa(tmp_path: Path) -> None:
    get = 'import { MedusaRequest } from "@medusajs/framework/http";\nexport const GET = async (request, response) => response.json({});\n'
    signs_in = (
        'import { defineMiddlewares, authenticate } from "@medusajs/framework/http";\n'
        "export default defineMiddlewares({ routes: [\n"
        '  { matcher: "/store/wishlist*", method: ["GET"], middlewares: [authenticate("customer", ["session"])] },\n'
        '  { matcher: "/store/greetings", middlewares: [authenticate("customer", ["session"], { allowUnauthenticated: true })] },\n'
        "] });\n"
    )
    files = {
        "package.json": '{"name": "shop", "dependencies": {"@medusajs/medusa": "2.1.0", "@medusajs/framework": "2.1.0"}}',
        "src/api/middlewares.ts": signs_in,
        "src/api/store/wishlist/[id]/route.ts": get,
        "src/api/store/greetings/route.ts": get,
        "src/api/admin/brands/route.ts": get,
        "src/api/admin/hooks/route.ts": "export const AUTHENTICATE = false;\nexport async function POST(request, response) {}\n",
    }
    context = _scan(tmp_path, files)
    assert {(each.method, each.path): each.access for each in context.endpoints} == {
        ("GET", "/store/wishlist/{id}"): "guarded",
        ("GET", "/store/greetings"): "unknown",
        ("GET", "/admin/brands"): "guarded",
        ("POST", "/admin/hooks"): "unknown",
    }


def test_controllers_of_midway(tmp_path: Path) -> None:
    controller = (
        "import { Controller, Del, Get, Post, UseGuard } from '@midwayjs/core';\n"
        "import { RoleGuard } from '../guard';\nimport { JwtMiddleware } from '../jwt';\n\n"
        "@Controller('/api/orders')\nexport class OrderController {\n"
        "  @Get('/:id')\n  async find() {}\n"
        "  @UseGuard(RoleGuard)\n  @Post('/')\n  async create() {}\n"
        "  @Del('/:id', { middleware: [JwtMiddleware] })\n  async remove() {}\n}\n"
    )
    files = {
        "package.json": '{"name": "shop", "dependencies": {"@midwayjs/core": "3", "@midwayjs/koa": "3"}}',
        "src/controller/order.ts": controller,
        "src/guard.ts": "import { Guard } from '@midwayjs/core';\n\n@Guard()\nexport class RoleGuard { async canActivate(context) { return !!context.user; } }\n",
        "src/jwt.ts": "import { Middleware } from '@midwayjs/core';\n\n@Middleware()\nexport class JwtMiddleware { resolve() { return async (context, next) => next(); } }\n",
    }
    told = {(each.method, each.path): (each.handler, each.access) for each in _scan(tmp_path, files).endpoints}
    assert told == {
        ("GET", "/api/orders/{id}"): ("OrderController.find", "unknown"),
        ("POST", "/api/orders"): ("OrderController.create", "guarded"),
        ("DELETE", "/api/orders/{id}"): ("OrderController.remove", "guarded"),
    }


@pytest.mark.parametrize(
    ("package", "source", "told"),
    [
        (
            "express-rate-limit",
            'const rateLimit = require("express-rate-limit");\nconst limiter = rateLimit({\n  windowMs: 15 * 60 * 1000,\n  max: 20,\n  // max: 5,\n});\n',
            {("rate-limit", "20", "express-rate-limit"), ("rate-limit-window", "15 * 60 * 1000 ms", "express-rate-limit")},
        ),
        (
            "pg",
            'import { Pool } from "pg";\nexport const pool = new Pool({ connectionString, max: 30, ssl: { min: 1 } });\n',
            {("pool-size", "30", "node-postgres")},
        ),
        ("pg", 'import { Pool } from "pg";\nexport const pool = new Pool({ max: 1 });\nexport const page = { max: 50 };\n', set()),
        (
            "mongoose",
            'import mongoose from "mongoose";\nawait mongoose.connect(url, { maxPoolSize: 50 });\n',
            {("pool-size", "50", "MongoDB")},
        ),
        (
            "sequelize",
            'import { Sequelize } from "sequelize";\nnew Sequelize(url, { pool: { max: 5, idle: 10_000 } });\n',
            {("pool-size", "5", "Sequelize"), ("timeout", "10000", "Sequelize idle")},
        ),
        (
            "bullmq",
            'import { Worker } from "bullmq";\nnew Worker<Mail>("mail", send, { connection, concurrency: 8 });\n',
            {("concurrency", "8", "BullMQ worker")},
        ),
        (
            "@nestjs/throttler",
            'import { ThrottlerModule } from "@nestjs/throttler";\nThrottlerModule.forRoot([{ ttl: 60000, limit: 10 }]);\n',
            {("rate-limit", "10", "@nestjs/throttler"), ("rate-limit-window", "60000", "@nestjs/throttler")},
        ),
    ],
)
def test_sizes_that_code_states(tmp_path: Path, package: str, source: str, told: set[tuple[str, str, str]]) -> None:
    files = {"package.json": f'{{"name": "shop", "dependencies": {{"express": "4", "{package}": "1"}}}}', "src/sizes.ts": source}
    assert {(each.kind, each.value, each.subject) for each in _scan(tmp_path, files).scale} == told


def test_an_engine_that_is_made_in_a_folder_of_dockerfiles(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "4", "pg": "8"}}',
        "index.js": 'require("express")().listen(80);\n',
        "packages/database/package.json": '{"name": "@shop/database", "dependencies": {"pg": "8"}}',
        "packages/database/index.js": 'exports.pool = new (require("pg").Pool)();\n',
        "docker/Dockerfile.postgres": "FROM postgres:17\nRUN apt-get install -y postgresql-17-partman\n",
        "docker/compose.yml": "services:\n  database:\n    build:\n      context: .\n      dockerfile: Dockerfile.postgres\n    ports: ['5432:5432']\n",
    }
    told = {part.name: (part.kind, part.path) for part in _scan(tmp_path, files).components}
    assert told["database"] == ("infrastructure", "docker/compose.yml")


def test_an_image_that_only_installs_a_tool_of_go_is_no_runtime(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "4"}}',
        "index.js": 'require("express")().listen(80);\n',
        "migrations/Dockerfile": "FROM golang:1.26\nRUN go install github.com/pressly/goose/v3/cmd/goose@latest\nCOPY ./schema ./schema\n",
    }
    assert "Go" not in {each.name for each in _scan(tmp_path, files).runtimes}


def test_variables_of_a_template_tell_openid_connect_from_oauth(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"koa": "2", "passport-oauth2": "1"}}',
        ".env.sample": "OIDC_CLIENT_ID=\nOIDC_CLIENT_SECRET=\n",
        "server/auth/oidc.ts": 'import { Strategy } from "passport-oauth2";\npassport.use(new Strategy({}, verify));\n',
    }
    assert {each.mechanism for each in _scan(tmp_path, files).security.mechanisms} == {"oauth2", "oidc"}


def test_a_runtime_that_only_a_pipeline_tries_is_not_the_product_s(tmp_path: Path) -> None:
    workflow = "on: push\njobs:\n  compat:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: denoland/setup-deno@v2\n        with:\n          deno-version: v2.x\n"
    files = {
        "package.json": '{"name": "shop", "engines": {"node": ">=22"}, "dependencies": {"express": "4"}}',
        "index.js": 'require("express")().listen(80);\n',
        ".github/workflows/compat.yml": workflow,
    }
    assert {each.name for each in _scan(tmp_path, files).runtimes} == {"Node.js"}


@pytest.mark.parametrize(("script", "told"), [("start:prod", ["4096"]), ("analyze", []), ("dev", [])])
def test_the_heap_that_a_script_of_the_manifest_asks_for(tmp_path: Path, script: str, told: list[str]) -> None:
    packages = (
        f'{{"name": "shop", "dependencies": {{"express": "4"}}, "scripts": {{"{script}": "node --max-old-space-size=4096 index.js"}}}}'
    )
    files = {"package.json": packages, "index.js": 'require("express")().listen(80);\n'}
    assert [each.value for each in _scan(tmp_path, files).scale if each.kind == "heap"] == told
