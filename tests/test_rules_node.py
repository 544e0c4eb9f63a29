"""Rules that backends of Node.js taught, each on a small tree of its own."""

from __future__ import annotations

from pathlib import Path

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
