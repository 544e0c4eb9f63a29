"""Rules that servers in JavaScript and TypeScript taught, each on a small tree of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_rules import scanned as _scan

from ctxgen.context import Context

EXPRESS = '{"name": "shop", "dependencies": {"express": "4.19.2"}}'


def _access(context: Context) -> dict[tuple[str | None, str | None], list[str]]:
    """The guards of each endpoint that say who may ask."""
    return {
        (each.method, each.path): [guard.name for guard in each.guards if guard.kind in ("authn", "authz")] for each in context.endpoints
    }


APPLICATION = (
    "import express from 'express';\n\nexport class Shop {\n  app = express();\n"
    "  constructor(parts) {\n    parts.forEach(part => this.app.use('/api', part.router));\n  }\n"
    "  listen() {\n    this.app.listen(3000);\n  }\n}\n"
)
PART = (
    "import { Router } from 'express';\n\nexport class OrderPart {\n  path = '/orders';\n  router = Router();\n"
    "  constructor() {\n    this.router.get(`${this.path}/:id`, this.find);\n  }\n  find(request, response) {}\n}\n"
)


def test_a_class_of_an_application_is_followed_from_what_starts_it(tmp_path: Path) -> None:
    files = {
        "package.json": EXPRESS,
        "src/shop.ts": APPLICATION,
        "src/orders.ts": PART,
        "src/start.ts": "import { Shop } from './shop';\nimport { OrderPart } from './orders';\n\nnew Shop([new OrderPart()]).listen();\n",
    }
    assert set(_access(_scan(tmp_path, files))) == {("GET", "/api/orders/{id}")}


def test_an_application_without_routes_says_nothing_of_the_routers_of_its_project(tmp_path: Path) -> None:
    other = "const express = require('express');\nconst app = express();\napp.get('/health', check);\napp.use('/old', require('./used'));\n"
    files = {
        "a/package.json": EXPRESS,
        "a/src/shop.ts": APPLICATION,
        "a/src/orders.ts": PART,
        "b/package.json": EXPRESS.replace("shop", "stock"),
        "b/index.js": other,
        "b/used.js": "const router = require('express').Router();\nrouter.get('/a', list);\nmodule.exports = router;\n",
        "b/left.js": "const router = require('express').Router();\nrouter.get('/b', list);\nmodule.exports = router;\n",
    }
    assert set(_access(_scan(tmp_path, files))) == {("GET", "/orders/{id}"), ("GET", "/health"), ("GET", "/old/a")}


def test_middlewares_that_let_everybody_pass_or_nobody(tmp_path: Path) -> None:
    guards = (
        "function featureAccess(on) {\n  return function (req, res, next) {\n    if (!on) throw new Refused('no', 400);\n    next();\n  };\n}\n"
        "function adminSetup(req, res, next) {\n  if (count()) return next();\n  res.redirect('/create-admin');\n}\n"
        "class Middleware {\n  decodeTokenIfExists() {\n    return (req, res, next) => {\n"
        "      if (req.headers.authorization && !decode(req)) return res.status(403).end();\n      return next();\n    };\n  }\n}\n"
        "function requireUser(req, res, next) {\n  if (!req.user) return res.status(401).end();\n  next();\n}\n"
        "module.exports = { featureAccess, adminSetup, requireUser, middleware: new Middleware() };\n"
    )
    routes = (
        "const express = require('express');\nconst auth = require('./auth');\nconst app = express();\n"
        "app.post('/a', auth.featureAccess(true), create);\napp.get('/b', auth.adminSetup, show);\n"
        "app.get('/c', auth.middleware.decodeTokenIfExists(), show);\napp.get('/d', auth.requireUser, show);\n"
    )
    context = _scan(tmp_path, {"package.json": EXPRESS, "auth.js": guards, "index.js": routes})
    assert _access(context) == {("POST", "/a"): [], ("GET", "/b"): [], ("GET", "/c"): [], ("GET", "/d"): ["auth.requireUser"]}


@pytest.mark.parametrize(
    ("body", "guards"),
    [
        ("await request.jwtVerify()", ["request.jwtVerify"]),
        ("try { await request.jwtVerify() } catch (failure) { reply.send(failure) }", ["request.jwtVerify"]),
        ("try { await request.jwtVerify() } catch {}", []),
        ("if (request.headers.authorization) await request.jwtVerify()", []),
    ],
)
def test_hooks_of_fastify_that_verify_tokens(tmp_path: Path, body: str, guards: list[str]) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"fastify": "5.2.0", "@fastify/jwt": "9.0.0"}}',
        "index.js": "import Fastify from 'fastify'\nconst app = Fastify()\napp.register(import('@fastify/jwt'), { secret: key })\n"
        f"app.addHook('onRequest', async (request, reply) => {{ {body} }})\napp.get('/orders', list)\napp.listen({{ port: 3000 }})\n",
    }
    assert _access(_scan(tmp_path, files)) == {("GET", "/orders"): guards}


def _mechanisms(context: Context) -> set[str]:
    return {each.mechanism for each in context.security.mechanisms}


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("import bcrypt from 'bcryptjs';\nexport const check = (user, given) => bcrypt.compare(given, user.hash);\n", {"password"}),
        ("const { compare } = require('bcrypt');\nmodule.exports = async (given, user) => await compare(given, user.hash);\n", {"password"}),
        ("import argon2 from 'argon2';\nexport const check = (user, given) => argon2.verify(user.hash, given);\n", {"password"}),
        ("import bcrypt from 'bcryptjs';\nexport const check = (given, user) => bcrypt.compare(refreshToken, user.hash);\n", set()),
        ("import bcrypt from 'bcryptjs';\nexport const make = given => bcrypt.hash(given, 10);\n// bcrypt.compare(given, hash)\n", set()),
        ("import { createCookieSessionStorage } from 'react-router';\n\nexport const authSessionStorage = createCookieSessionStorage({ cookie: {} });\n", {"session"}),
        ("import { createCookieSessionStorage } from '@remix-run/node';\n\nconst { getSession, commitSession } =\n  createCookieSessionStorage<Data>({ cookie: {} });\n", {"session"}),
        ("import { createCookieSessionStorage } from 'react-router';\n\nexport const toastSessionStorage = createCookieSessionStorage({ cookie: {} });\n", set()),
    ],
)  # fmt: skip
def test_sign_in_that_code_of_servers_shows(tmp_path: Path, code: str, shown: set[str]) -> None:
    assert _mechanisms(_scan(tmp_path, {"package.json": EXPRESS, "src/auth.ts": code})) == shown


def test_modules_of_the_server_among_routes_are_no_routes(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"react-router": "7.6.0", "@react-router/node": "7.6.0"}}',
        "app/routes/orders.ts": "export async function loader() {}\n",
        "app/routes/orders.server.ts": "export async function action() {}\n",
        "app/routes/orders.[server].ts": "export async function action() {}\n",
    }
    assert {each.path for each in _scan(tmp_path, files).endpoints} == {"/orders", "/orders/server"}


def test_a_dockerfile_that_copies_the_manifest_around_it_runs_that_project(tmp_path: Path) -> None:
    files = {
        "package.json": EXPRESS,
        "src/index.js": "require('express')().listen(8081);\n",
        "other/Dockerfile": 'FROM node:22\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nEXPOSE 8081\nCMD ["npm", "start"]\n',
        "other/tool.ts": "export const icon = 1;\n",
    }
    assert [(each.path, each.kind, each.ports) for each in _scan(tmp_path, files).components] == [(".", "service", (8081,))]


def test_the_latest_image_of_a_test_is_no_version_of_the_product(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "4.19.2", "redis": "5.9.0"}}',
        "index.js": "require('express')().listen(3000);\nrequire('redis').createClient();\n",
        "test/cache/compose.yaml": "services:\n  cache:\n    image: redis:latest\n",
    }
    redis = next(each for each in _scan(tmp_path, files).datastores if each.technology == "redis")
    assert (redis.version, redis.evidence[0].path) == (None, "package.json")


def test_what_lies_beside_the_product(tmp_path: Path) -> None:
    migration = "exports.up = knex => knex.schema.createTable('orders', table => { table.increments('id'); });\n"
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "4.19.2", "knex": "3.1.0", "sqlite3": "5.1.7"}}',
        "index.js": "require('express')().listen(3000);\n",
        "db/knex_migrations/2026-01-02-0000-orders.js": migration,
        "extra/release/package.json": '{"name": "release", "dependencies": {"express": "4.19.2"}}',
        "extra/release/index.js": "const token = process.env.RELEASE_TOKEN;\n",
        "remix.init/package.json": '{"name": "init", "dependencies": {"inquirer": "8"}}',
        "src/extra/index.js": "const used = process.env.EXTRA_USED;\n",
    }
    context = _scan(tmp_path, files)
    assert [each.name for each in context.components] == ["shop"]
    assert {each.name for each in context.environment} == {"EXTRA_USED"}
    assert [(each.technology, each.migrations.count) for each in context.datastores if each.migrations] == [("sqlite", 1)]
    assert [each.name for each in context.models] == ["orders"]


def test_what_says_how_long_a_secret_lasts_is_none(tmp_path: Path) -> None:
    names = ("JWT_SECRET", "JWT_EXPIRATION_MINUTES", "JWT_TIMEOUT_DURATION", "TOKEN_TTL", "JWT_EXPIRES_IN", "JWT_ALGORITHM", "SECRET_KEY")
    files = {"package.json": EXPRESS, "index.js": "require('express')();\n", ".env.example": "".join(f"{each}=\n" for each in names)}
    assert {each.name for each in _scan(tmp_path, files).environment if each.secret} == {"JWT_SECRET", "SECRET_KEY"}


def test_the_bare_image_of_a_language_runs_the_project_whose_manifest_it_binds(tmp_path: Path) -> None:
    compose = (
        'services:\n  api:\n    image: node:22\n    working_dir: /app\n    command: npm start\n    volumes: ["./dist:/app/dist", "./package.json:/app/package.json"]\n'
        '    ports: ["5050:5050"]\n  db:\n    image: mongo:7\n'
    )
    files = {"package.json": EXPRESS, "index.js": "require('express')().listen(5050);\n", "compose.yml": compose}
    parts = [(each.name, each.path, each.kind, each.ports) for each in _scan(tmp_path, files).components if each.kind == "service"]
    assert parts == [("api", ".", "service", (5050,))]
    assert _scan(tmp_path, files).endpoints == ()


def test_the_runtime_of_a_server_whose_libraries_nobody_knows(tmp_path: Path) -> None:
    files = {
        "server/package.json": '{"name": "node", "private": true, "main": "index.js", "dependencies": {"@who/knows": "1.0.0"}}',
        "server/index.js": "require('@who/knows').start();\n",
        "Dockerfile": 'FROM node:20.20-alpine3.23\nWORKDIR /app\nCOPY ./server ./\nCMD ["node", "index.js"]\n',
        "compose.yml": "services:\n  server:\n    image: ghcr.io/who/server:1\n",
    }
    assert [(each.name, each.version) for each in _scan(tmp_path, files).runtimes] == [("Node.js", "20.20")]


def test_what_is_deployed_to_start_after_an_engine_talks_to_it(tmp_path: Path) -> None:
    schema = 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\nmodel User {\n  id Int @id\n}\n'
    compose = (
        "services:\n  api:\n    build: .\n    depends_on: [db]\n  migrate:\n    build: prisma\n    environment:\n"
        "      DATABASE_URL: postgresql://db/shop\n    depends_on: [db]\n  db:\n    image: postgres:15\n"
    )
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "4.19.2", "@prisma/client": "5.0.0"}}',
        "index.js": "require('express')().listen(3000);\n",
        "Dockerfile": 'FROM node:22\nCOPY . .\nCMD ["node", "index.js"]\n',
        "prisma/Dockerfile": 'FROM node:22\nRUN npm i prisma\nCOPY . .\nCMD ["prisma", "migrate", "deploy"]\n',
        "prisma/schema.prisma": schema,
        "compose.yml": compose,
    }
    store = next(each for each in _scan(tmp_path, files).datastores if each.technology == "postgresql")
    assert {"api", "migrate"} <= set(store.components)


def test_all_of_a_place_stands_around_its_handlers(tmp_path: Path) -> None:
    routes = (
        "const express = require('express');\nconst app = express();\n"
        "function requireUser(req, res, next) {\n  if (!req.user) return res.status(401).end();\n  next();\n}\n"
        "app.route('/orders').options((_, res) => { res.sendStatus(204); }).all(requireUser).get(list).post(create);\n"
        "app.route('/open').get(list).all((req, res) => res.sendStatus(405));\n"
        "app.route('/any').all((req, res) => res.json({}));\n"
    )
    assert _access(_scan(tmp_path, {"package.json": EXPRESS, "index.js": routes})) == {
        ("GET", "/orders"): ["requireUser"],
        ("POST", "/orders"): ["requireUser"],
        ("GET", "/open"): [],
        ("ANY", "/any"): [],
    }


def test_directives_of_a_schema_guard_what_resolvers_answer(tmp_path: Path) -> None:
    schema = (
        "import { gql } from 'apollo-server-express';\n\nexport default gql`\n  extend type Query {\n    orders: [Order!]! @auth\n"
        "    items: [Item!]!\n    stock: Int\n  }\n  type Order { id: ID! }\n`;\n"
    )
    serve = (
        "import { ApolloServer } from 'apollo-server-express';\nimport typeDefs from './schema';\n\n"
        "const resolvers = { Query: { orders: () => [], items: () => [] } };\nnew ApolloServer({ typeDefs, resolvers });\n"
    )
    client = "import { gql } from 'graphql-request';\nexport const ask = gql`query { orders { id } }`;\n"
    files = {
        "package.json": '{"name": "shop", "dependencies": {"express": "4.19.2", "apollo-server-express": "3.3.0", "graphql": "15.5.3"}}',
        "src/schema.ts": schema,
        "src/server.ts": serve,
        "src/client.ts": client,
    }
    told = {each.operation: ([guard.name for guard in each.guards], each.access) for each in _scan(tmp_path, files).endpoints}
    assert told == {"Query.orders": (["@auth"], "guarded"), "Query.items": ([], "unknown")}


def test_an_application_of_adonisjs(tmp_path: Path) -> None:
    table = (
        "import { BaseSchema } from '@adonisjs/lucid/schema'\n\nexport default class extends BaseSchema {\n  protected tableName = '%s'\n\n"
        "  async up() {\n    this.schema.createTable(this.tableName, (table) => {\n      table.increments('id')\n"
        "      table.string('title', 100).notNullable()\n    })\n  }\n\n  async down() {\n    this.schema.dropTable(this.tableName)\n  }\n}\n"
    )
    database = (
        "import { defineConfig } from '@adonisjs/lucid'\n\nexport default defineConfig({\n  connection: 'main',\n  connections: {\n"
        "    main: {\n      client: 'pg',\n      connection: { host: env.get('DB_HOST') },\n    },\n"
        "    spare: {\n      client: 'better-sqlite3',\n    },\n  },\n})\n"
    )
    files = {
        "package.json": '{"name": "shop", "dependencies": {"@adonisjs/core": "6.3.1", "@adonisjs/lucid": "20.4.0", "@adonisjs/auth": "9.1.1", "@adonisjs/redis": "8.0.1", "pg": "8.11.3", "better-sqlite3": "9.3.0"}}',
        "config/database.ts": database,
        "config/auth.ts": "import { defineConfig } from '@adonisjs/auth'\n\nexport default defineConfig({\n  default: 'web',\n  guards: {\n    web: sessionGuard({}),\n    api: tokensGuard({}),\n  },\n})\n",
        "database/migrations/1708186268240_create_orders_table.ts": table % "orders",
        "database/migrations/1708186268241_create_items_table.ts": table % "items",
    }
    context = _scan(tmp_path, files)
    stores = {each.technology: (each.usage, each.migrations.count if each.migrations else None) for each in context.datastores}
    assert stores == {"postgresql": ("used", 2), "sqlite": ("supported", None), "redis": ("used", None)}
    assert _mechanisms(context) == {"session", "bearer-opaque"}
    assert {each.table: [column.name for column in each.columns] for each in context.models} == {
        "orders": ["id", "title"],
        "items": ["id", "title"],
    }


def test_an_application_of_strapi(tmp_path: Path) -> None:
    def schema(kind: str, singular: str, plural: str) -> str:
        return (
            f'{{"kind": "{kind}", "collectionName": "{plural}", "info": {{"singularName": "{singular}", "pluralName": "{plural}"}},\n'
            '"attributes": {"title": {"type": "string", "required": true}, "images": {"type": "media"},\n'
            '"owner": {"type": "relation", "relation": "manyToOne", "target": "api::person.person"}}}'
        )

    custom = (
        "module.exports = { routes: [\n  { method: 'GET', path: '/orders/:id/lines', handler: 'order.lines', config: { auth: false } },\n"
        "  { method: 'POST', path: '/orders/pay', handler: 'order.pay', config: { policies: ['is-owner'] } },\n] };\n"
    )
    core = "const { createCoreRouter } = require('@strapi/strapi').factories;\n\nmodule.exports = createCoreRouter('api::%s', %s);\n"
    files = {
        "package.json": '{"name": "shop", "dependencies": {"@strapi/strapi": "4.13.5", "@strapi/plugin-users-permissions": "4.13.5", "better-sqlite3": "7.6.2"}}',
        "config/api.js": "module.exports = { rest: { prefix: '/v1' } };\n",
        "src/api/order/content-types/order/schema.json": schema("collectionType", "order", "orders"),
        "src/api/order/routes/order.js": core % ("order.order", "{ only: ['find', 'findOne'], config: { find: { auth: false } } }"),
        "src/api/order/routes/01-own.js": custom,
        "src/api/home/content-types/home/schema.json": schema("singleType", "home", "homes"),
        "src/api/home/routes/home.ts": "import { factories } from '@strapi/strapi';\nexport default factories.createCoreRouter('api::home.home', { except: ['delete'] });\n",
    }
    context = _scan(tmp_path, files)
    assert {(each.method, each.path): (each.handler, each.access) for each in context.endpoints} == {
        ("GET", "/v1/orders"): ("order.find", "public"),
        ("GET", "/v1/orders/{id}"): ("order.findOne", "unknown"),
        ("GET", "/v1/orders/{id}/lines"): ("order.lines", "public"),
        ("POST", "/v1/orders/pay"): ("order.pay", "guarded"),
        ("GET", "/v1/home"): ("home.find", "unknown"),
        ("PUT", "/v1/home"): ("home.update", "unknown"),
    }
    assert {(each.name, each.table): [column.name for column in each.columns] for each in context.models} == {
        ("order", "orders"): ["title"],
        ("home", "homes"): ["title"],
    }
    assert _mechanisms(context) == {"jwt"}


def test_server_routes_of_tanstack_start(tmp_path: Path) -> None:
    route = "import { createFileRoute } from '@tanstack/react-router';\n\nexport const Route = createFileRoute('%s')({\n  server: {\n%s  },\n});\n"
    plain = "    handlers: {\n      GET: async ({ params }) => new Response(params.id),\n      DELETE: remove,\n    },\n"
    made = "    handlers: ({ createHandlers }) => createHandlers({ POST: { middleware: [requireUser], handler: async () => {} } }),\n"
    files = {
        "package.json": '{"name": "shop", "dependencies": {"@tanstack/react-start": "1.135.2", "@tanstack/react-router": "1.135.2", "react": "19"}}',
        "src/routes/api/orders.$id.ts": route % ("/_app/api/orders/$id", plain),
        "src/routes/api/$.ts": route % ("/(open)/api/$", made),
        "src/routes/index.tsx": "import { createFileRoute } from '@tanstack/react-router';\nexport const Route = createFileRoute('/')({ component: Home });\n",
    }
    context = _scan(tmp_path, files)
    assert _access(context) == {
        ("GET", "/api/orders/{id}"): [],
        ("DELETE", "/api/orders/{id}"): [],
        ("POST", "/api/{path}"): ["requireUser"],
    }
    assert [each.kind for each in context.components] == ["service"]


@pytest.mark.parametrize(
    ("lets", "open_guards"),
    [
        ("if (!roles) { return true; }", []),
        ("if (!roles || roles.length === 0) return true;", []),
        ("if (roles === undefined) return true;", []),
        ("if (isPublic) return true;", ["RolesGuard"]),
        ("if (isPublic === true) return true;", ["RolesGuard"]),
        ("if (!request.user) return false;", ["RolesGuard"]),
    ],
)
def test_guards_of_nestjs_that_ask_of_marked_routes_alone(tmp_path: Path, lets: str, open_guards: list[str]) -> None:
    guard = (
        "import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';\nimport { Reflector } from '@nestjs/core';\n"
        "import { ROLES } from './roles';\n\n@Injectable()\nexport class RolesGuard implements CanActivate {\n"
        "  constructor(private reflector: Reflector) {}\n  canActivate(context: ExecutionContext): boolean {\n"
        "    const request = context.switchToHttp().getRequest();\n    const isPublic = this.reflector.get('isPublic', context.getHandler());\n"
        f"    const roles = this.reflector.getAllAndOverride<string[]>(ROLES, [context.getHandler(), context.getClass()]) || [];\n    {lets}\n"
        "    return roles.some(role => request.user.roles.includes(role));\n  }\n}\n"
    )
    roles = (
        "import { SetMetadata } from '@nestjs/common';\nexport const ROLES = 'roles';\n"
        "export const Roles = (...roles: string[]) => SetMetadata(ROLES, roles);\n"
    )
    controller = (
        "import { Controller, Get, Post } from '@nestjs/common';\nimport { Roles } from './roles';\n\n@Controller('orders')\n"
        "export class OrdersController {\n  @Get()\n  list() {}\n  @Roles('admin')\n  @Post()\n  create() {}\n}\n"
    )
    module = (
        "import { Module } from '@nestjs/common';\nimport { APP_GUARD, NestFactory } from '@nestjs/core';\n"
        "import { RolesGuard } from './guard';\nimport { OrdersController } from './orders';\n\n"
        "@Module({ controllers: [OrdersController], providers: [{ provide: APP_GUARD, useClass: RolesGuard }] })\nexport class AppModule {}\n"
        "async function bootstrap() {\n  const app = await NestFactory.create(AppModule);\n  await app.listen(3000);\n}\nbootstrap();\n"
    )
    files = {
        "package.json": '{"name": "shop", "dependencies": {"@nestjs/common": "11", "@nestjs/core": "11", "@nestjs/platform-express": "11"}}',
        "src/roles.ts": roles,
        "src/guard.ts": guard,
        "src/orders.ts": controller,
        "src/main.ts": module,
    }
    told = _access(_scan(tmp_path, files))
    assert told["GET", "/orders"] == open_guards
    assert "RolesGuard" in told["POST", "/orders"]


def test_a_function_that_answers_in_the_place_of_a_handler(tmp_path: Path) -> None:
    request = (
        "import { unauthorized, badRequest } from './response';\n\nexport async function parseRequest(request, schema, options) {\n"
        "  let error, auth = null;\n  if (!options?.skipAuth) {\n    auth = await lookUp(request);\n"
        "    if (!auth) {\n      error = () => unauthorized();\n    }\n  }\n  return { auth, error };\n}\n\n"
        "export async function parseBody(request) {\n  let error;\n  if (!request.body) error = () => badRequest();\n  return { error };\n}\n"
    )
    route = (
        "import { parseRequest, parseBody } from '@/lib/request';\n\nexport async function GET(request) {\n"
        "  const { auth, error } = await %s;\n\n  if (error) {\n    return error();\n  }\n  return Response.json(auth);\n}\n"
    )
    files = {
        "package.json": '{"name": "shop", "dependencies": {"next": "15.0.0", "react": "19"}}',
        "src/lib/request.ts": request,
        "src/app/api/me/route.ts": route % "parseRequest(request)",
        "src/app/api/send/route.ts": route % "parseRequest(request, schema, { skipAuth: true })",
        "src/app/api/body/route.ts": route % "parseBody(request)",
    }
    assert _access(_scan(tmp_path, files)) == {("GET", "/api/me"): ["parseRequest"], ("GET", "/api/send"): [], ("GET", "/api/body"): []}


def test_methods_of_a_request_that_fastify_is_decorated_with(tmp_path: Path) -> None:
    plugin = (
        "import fp from 'fastify-plugin';\n\nfunction verifyAccess(reply, role) {\n"
        "  if (!this.session.user.roles.includes(role)) reply.status(403).send('no');\n}\n"
        "async function isModerator(reply) {\n  this.verifyAccess(reply, 'moderator');\n}\nasync function toWords() {\n  return this.body.words;\n}\n\n"
        "export default fp(async function (fastify) {\n  fastify.decorateRequest('verifyAccess', verifyAccess);\n"
        "  fastify.decorateRequest('isModerator', isModerator);\n  fastify.decorateRequest('toWords', toWords);\n});\n"
    )
    routes = (
        "import Fastify from 'fastify';\nimport access from './access.js';\n\nconst app = Fastify();\napp.register(access);\n"
        "app.post('/a', { preHandler: (request, reply) => request.isModerator(reply) }, create);\n"
        "app.post('/b', { preHandler: (request, reply) => request.isAdmin(reply) }, create);\n"
        "app.post('/c', { preHandler: (request, reply) => request.toWords(reply) }, create);\napp.listen({ port: 3000 });\n"
    )
    files = {"package.json": '{"name": "shop", "dependencies": {"fastify": "5.2.0"}}', "access.js": plugin, "index.js": routes}
    assert _access(_scan(tmp_path, files)) == {
        ("POST", "/a"): ["request.isModerator"],
        ("POST", "/b"): ["request.isAdmin"],
        ("POST", "/c"): [],
    }


def test_what_an_image_runs_on_is_told_before_the_least_that_a_manifest_needs(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "engines": {"node": ">=8"}, "dependencies": {"express": "4.19.2"}}',
        "index.js": "require('express')().listen(3000);\n",
        "Dockerfile": 'FROM node:22-alpine\nCOPY . .\nCMD ["node", "index.js"]\n',
        ".travis.yml": "language: node_js\nnode_js: ['10', '12']\n",
    }
    language = next(each for each in _scan(tmp_path, files).languages if each.name == "JavaScript")
    assert language.version == "Node 22"
