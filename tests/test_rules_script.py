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
