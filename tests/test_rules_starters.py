"""Rules that starter kits and products of medium size taught, each on a small tree of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_rules import scanned as _scan

from ctxgen.context import Context


def _usages(context: Context) -> dict[str, tuple[str, str]]:
    return {each.id: (each.usage, each.scope) for each in context.technologies if each.category == "database"}


def _services(**bodies: str) -> str:
    return "services:\n" + "".join(f"  {name}:\n    {body}\n" for name, body in bodies.items())


VOTES = {
    "ask/package.json": '{"name": "ask", "dependencies": {"express": "4.18.2"}}',
    "ask/server.js": "require('express')().listen(80)\n",
    "ask/Dockerfile": 'FROM registry.example/node:18\nCMD ["node", "server.js"]\nEXPOSE 80\n',
    "show/requirements.txt": "flask==3.0.0\n",
    "show/app.py": "import flask\n",
    "show/Dockerfile": 'FROM registry.example/python:3.12\nCMD ["python", "app.py"]\nEXPOSE 80\n',
    "worker/go.mod": "module votes.example/worker\ngo 1.22\n",
    "worker/main.go": "package main\nfunc main() {}\n",
    "worker/Dockerfile": 'FROM registry.example/go:1.22\nCMD ["/worker"]\n',
}


def test_services_and_workers_of_several_languages_are_microservices(tmp_path: Path) -> None:
    started = _services(ask='build: ./ask\n    ports: ["80:80"]', show='build: ./show\n    ports: ["81:80"]', worker="build: ./worker")
    context = _scan(tmp_path, {**VOTES, "compose.yml": started, "compose.test.yml": f"version: '2'\n{started}"})
    assert context.architecture.pattern == "microservices"
    compose = next(each for each in context.technologies if each.id == "docker-compose")
    assert (compose.version, compose.evidence[0].path) == (None, "compose.yml")  # a version that tests alone state is none


def test_a_stack_file_states_no_version_of_swarm(tmp_path: Path) -> None:
    context = _scan(tmp_path, {**VOTES, "docker-stack.yml": "version: '3.9'\nservices:\n  ask:\n    image: registry.example/votes/ask:1\n"})
    assert next(each for each in context.technologies if each.id == "docker-swarm").version is None


def test_what_helm_runs_to_test_a_chart_inside_a_chart_is_no_job(tmp_path: Path) -> None:
    pod = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: try\n  annotations: {"helm.sh/hook": test}\nspec:\n  containers: [{name: wget, image: busybox}]\n'
    inner = "charts/shop/charts/orders"
    files = {
        "charts/shop/Chart.yaml": "name: shop\n",
        f"{inner}/Chart.yaml": "name: orders\n",
        f"{inner}/templates/tests/test-connection.yaml": pod,
    }
    assert not _scan(tmp_path, {**VOTES, **files}).components or all(
        "templates/tests" not in each.evidence[0].path for each in _scan(tmp_path, files).components
    )


def test_a_folder_called_website_that_holds_a_program_is_the_product(tmp_path: Path) -> None:
    files = {
        "api/go.mod": "module shop.example/api\ngo 1.22\n",
        "api/main.go": "package main\nfunc main() {}\n",
        "website/go.mod": "module shop.example/website\ngo 1.22\nrequire github.com/gorilla/mux v1.8.0\n",
        "website/cmd/web/main.go": 'package main\nimport "github.com/gorilla/mux"\nfunc main() {\n\tr := mux.NewRouter()\n\tr.HandleFunc("/", home)\n}\n',
    }
    assert [(each.path, each.component) for each in _scan(tmp_path, files).endpoints] == [("/", "website")]
    files |= {"website/cmd/web/main.go": "", "website/README.md": ""}
    del files["website/cmd/web/main.go"]
    assert [part.path for part in _scan(tmp_path / "docs", files).components] == ["api"]


def test_an_engine_whose_dockerfile_lies_beside_the_products_is_infrastructure(tmp_path: Path) -> None:
    files = {
        "go.mod": "module shop.example/api\ngo 1.22\n",
        "main.go": "package main\nfunc main() {}\n",
        "Dockerfile": 'FROM registry.example/base:1\nCMD ["/api"]\n',
        "Dockerfile.postgres": "FROM postgres:15\nCOPY init.sh /docker-entrypoint-initdb.d/\n",
        "compose.yml": _services(
            api='build: .\n    ports: ["8080:8080"]', db='build: {context: ., dockerfile: Dockerfile.postgres}\n    ports: ["5432:5432"]'
        ),
    }
    context = _scan(tmp_path, files)
    assert {part.name: (part.kind, part.language) for part in context.components} == {
        "api": ("service", "Go"),
        "db": ("infrastructure", None),
    }


def test_pages_that_a_python_package_holds_are_no_component(tmp_path: Path) -> None:
    files = {
        "setup.py": "from setuptools import setup\nsetup(name='shop', install_requires=['Django==5.0'])\n",
        "shop/__init__.py": "",
        "shop/urls.py": "from django.urls import path\nfrom shop import views\nurlpatterns = [path('orders/', views.orders)]\n",
        "shop/views.py": "def orders(request): ...\n",
        "shop/package.json": '{"dependencies": {"pdfmake": "0.3.11"}, "devDependencies": {"webpack": "5.0.0"}}',
    }
    context = _scan(tmp_path, files)
    assert [(part.path, part.language) for part in context.components] == [(".", "Python")]
    assert [each.component for each in context.endpoints] == [context.components[0].id]


DJANGO = "DATABASES = {'default': {'ENGINE': 'django.db.backends.%s'}}\nINSTALLED_APPS = []\n"


def test_a_database_of_developers_settings_alone_is_theirs(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "Django==5.0\n",
        "manage.py": "",
        "shop/settings/__init__.py": "",
        "shop/settings/common.py": DJANGO % "postgresql",
        "shop/settings/devel.py": "from .common import *\n" + DJANGO % "sqlite3",
    }
    assert _usages(_scan(tmp_path / "both", files)) == {"postgresql": ("used", "backend"), "sqlite": ("used", "dev")}
    del files["shop/settings/common.py"]
    alone = {**files, "shop/settings/devel.py": DJANGO % "sqlite3", "requirements.txt": "Django==5.0\n"}
    assert _usages(_scan(tmp_path / "alone", alone)) == {"sqlite": ("used", "backend")}


def test_the_beginning_of_an_address_is_a_choice(tmp_path: Path) -> None:
    settings = (
        "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n"
        '    POSTGRES_URL: str = "postgresql://db:5432/shop"\n    MYSQL_PREFIX: str = "mysql://"\n    SQLITE_PREFIX: str = "sqlite:///"\n'
    )
    files = {"pyproject.toml": '[project]\nname = "shop"\ndependencies = ["pydantic-settings"]\n', "shop/config.py": settings}
    assert _usages(_scan(tmp_path, files)) == {
        "postgresql": ("used", "backend"),
        "mysql": ("supported", "backend"),
        "sqlite": ("supported", "backend"),
    }


BETTER_AUTH = """import { betterAuth } from "better-auth";
import { magicLink, passkey, twoFactor } from "better-auth/plugins";

// passkey() may come
export const auth = betterAuth({
  emailAndPassword: { enabled: %s },
  socialProviders: { github: { clientId: id } },
  plugins: [
    magicLink({ sendMagicLink }),
    twoFactor(),
  ],
});
"""


@pytest.mark.parametrize(("enabled", "more"), [("true", {"password"}), ("false", set())])
def test_how_better_auth_signs_in(tmp_path: Path, enabled: str, more: set[str]) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"better-auth": "1.6.0", "hono": "4.0.0"}}',
        "src/auth.ts": BETTER_AUTH % enabled,
    }
    shown = {each.mechanism for each in _scan(tmp_path, files).security.mechanisms}
    assert shown == {"session", "oauth2", "magic-link", "totp"} | more


def test_a_file_that_hands_its_paths_on_answers_none_itself(tmp_path: Path) -> None:
    hono = (
        'import { Hono } from "hono";\nimport { handle } from "hono/vercel";\nconst app = new Hono().basePath("/api/orders");\n'
        'app.get("/:id", show);\nexport const GET = handle(app);\n'
    )
    files = {
        "package.json": '{"name": "shop", "dependencies": {"next": "15.0.0", "hono": "4.0.0"}}',
        "app/api/orders/[...route]/route.ts": hono,
        "app/api/files/[...path]/route.ts": "export async function GET(request: Request) { return new Response() }\n",
    }
    assert [(each.method, each.path) for each in _scan(tmp_path, files).endpoints] == [
        ("GET", "/api/files/{path}"),
        ("GET", "/api/orders/{id}"),
    ]


def test_tables_of_a_base_class_that_an_extended_sqlalchemy_has(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "Flask-SQLAlchemy==3.1\n",
        "shop/extensions.py": (
            "from flask_sqlalchemy import SQLAlchemy as _Base\n\n\nclass SQLAlchemy(_Base):\n"
            "    def apply_pool_defaults(self, app, options):\n        return options\n\n\ndb = SQLAlchemy()\nBaseModel = db.Model\n"
        ),
        "shop/models.py": (
            "from sqlalchemy import Column, Integer\nfrom shop.extensions import BaseModel\n\n\nclass Order(BaseModel):\n"
            '    __tablename__ = "orders"\n    id = Column(Integer, primary_key=True)\n'
        ),
    }
    assert [(model.name, model.table) for model in _scan(tmp_path, files).models] == [("Order", "orders")]


def test_collections_that_nestjs_registers(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"@nestjs/core": "10.0.0", "@nestjs/mongoose": "10.0.0", "mongoose": "8.0.0"}}',
        "src/order.schema.ts": 'import * as mongoose from "mongoose";\nexport const OrderSchema = new mongoose.Schema({ total: Number });\n',
        "src/app.module.ts": (
            'import { Module } from "@nestjs/common";\nimport { MongooseModule } from "@nestjs/mongoose";\nimport { OrderSchema } from "./order.schema";\n'
            "@Module({ imports: [\n  MongooseModule.forFeature([{ name: 'Order', schema: OrderSchema }]),\n"
            "  MongooseModule.forFeatureAsync([{ name: 'Refund', useFactory: () => OrderSchema }]),\n] })\nexport class AppModule {}\n"
        ),
    }
    models = {model.name: [column.name for column in model.columns] for model in _scan(tmp_path, files).models}
    assert models == {"Order": ["total"], "Refund": ["total"]}


GO_MODULE = "module shop.example/all\ngo 1.22\nrequire (\n\tgithub.com/redis/go-redis/v9 v9.5.0\n\tgithub.com/lib/pq v1.10.0\n)\n"


def _program(*imports: str) -> str:
    return "package main\n" + "".join(f'import "{each}"\n' for each in imports) + "func main() {}\n"


def test_services_of_one_go_module(tmp_path: Path) -> None:
    files = {
        "go.mod": GO_MODULE,
        "deploy/build/Dockerfile": 'FROM registry.example/go:1.22\nCOPY . /src\nRUN make build\nEXPOSE 8000\nCMD ["./server"]\n',
        "app/cart/service/cmd/server/main.go": _program(),
        "app/cart/service/internal/data.go": 'package internal\nimport "github.com/redis/go-redis/v9"\n',
        "app/catalog/service/cmd/server/main.go": _program(),
        "app/catalog/service/internal/data.go": 'package internal\nimport "github.com/lib/pq"\n',
        "app/mail/job/cmd/server/main.go": _program(),
        "app/order/cmd/api/order.go": _program(),
        "app/order/cmd/mq/order.go": _program(),
        "web/admin/package.json": '{"name": "admin", "dependencies": {"react": "17.0.0"}}',
        "compose.yml": _services(
            **{"cart-service": "image: shop/all-cart-service:1", "web-admin": "image: shop/all-web-admin:1", "all": "image: shop/gomodd:1"}
        ),
    }
    context = _scan(tmp_path, files)
    assert context.architecture.pattern == "microservices"
    assert {part.name: (part.path, part.kind) for part in context.components} == {
        "cart-service": ("app/cart/service", "service"),
        "catalog-service": ("app/catalog/service", "service"),
        "mail-job": ("app/mail/job", "worker"),
        "order-api": ("app/order/cmd/api", "service"),
        "order-mq": ("app/order/cmd/mq", "worker"),
        "web-admin": ("web/admin", "frontend"),
        "all": ("compose.yml", "infrastructure"),
    }
    uses = {each.id: [use.component for use in each.uses] for each in context.technologies if each.id in ("go-redis", "lib-pq")}
    assert uses == {"go-redis": ["cart-service"], "lib-pq": ["catalog-service"]}


def test_two_folders_with_programs_are_no_services_of_a_module(tmp_path: Path) -> None:
    files = {"go.mod": GO_MODULE, "main.go": _program(), "app/tool/main.go": _program(), "services/one/main.go": _program()}
    assert [(part.path, part.language) for part in _scan(tmp_path, files).components] == [(".", "Go")]


WRANGLER = """{
  // what answers
  "name": "shop",
  "main": "./src/index.ts",
  "vars": { "REGION": "eu" },
  "d1_databases": [{ "binding": "DB", "database_name": "shop" }],
  "r2_buckets": [{ "binding": "FILES", "bucket_name": "files" }],
  "triggers": { "crons": ["0 2 * * *"] }
}
"""


def test_a_cloudflare_worker_is_a_service_and_serverless(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"react": "18.0.0"}, "devDependencies": {"wrangler": "4.23.0"}}',
        "wrangler.jsonc": WRANGLER,
        "src/index.ts": "export default { fetch: () => new Response() }\n",
    }
    context = _scan(tmp_path, files)
    assert (context.architecture.pattern, [part.kind for part in context.components]) == ("serverless", ["service"])
    known = {each.id: (each.version, each.scope) for each in context.technologies}
    assert known["cloudflare-workers"] == (None, "deploy")
    assert known["cloudflare-d1"] == known["cloudflare-r2"] == (None, "backend")
    assert [setting.value for setting in context.scale if setting.kind == "schedule"] == ["0 2 * * *"]
    assert "REGION" in {each.name for each in context.environment}


def test_a_command_line_tool_that_is_built_like_pages_is_none(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "root", "workspaces": ["packages/*"]}',
        "packages/cli/package.json": '{"name": "@shop/cli", "bin": {"shop": "dist/index.js"}, "devDependencies": {"vite": "7.0.0", "react": "18.0.0"}}',
        "packages/cli/src/index.ts": "export {}\n",
    }
    assert {part.name: part.kind for part in _scan(tmp_path, files).components}["@shop/cli"] == "cli"


def test_the_dialect_that_gorms_first_version_imports_is_the_database(tmp_path: Path) -> None:
    files = {
        "go.mod": "module shop.example/api\ngo 1.13\nrequire github.com/jinzhu/gorm v1.9.16\n",
        "main.go": "package main\nfunc main() {}\n",
        "models/models.go": (
            'package models\nimport (\n\t"github.com/jinzhu/gorm"\n\t_ "github.com/jinzhu/gorm/dialects/mysql"\n)\n'
            'type Model struct {\n\tID int `gorm:"primary_key"`\n\tCreatedOn int `json:"created_on"`\n\tModifiedOn int\n}\n'
            "type Tag struct {\n\tModel\n\tName string\n}\nvar db *gorm.DB\n"
        ),
    }
    context = _scan(tmp_path, files)
    assert [store.technology for store in context.datastores] == ["mysql"]
    assert [model.name for model in context.models] == ["Tag"]


def test_what_hidden_examples_deploy_says_nothing_of_scale(tmp_path: Path) -> None:
    deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  replicas: 3\n"
    files = {
        "go.mod": "module shop.example/api\ngo 1.22\n",
        "main.go": "package main\nfunc main() {}\n",
        ".examples/kubernetes/shop.yaml": deployment,
    }
    assert _scan(tmp_path, files).scale == ()


def test_the_schemes_that_flask_httpauth_makes(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "Flask==3.0\nFlask-HTTPAuth==4.8\n",
        "shop/auth.py": "from flask_httpauth import HTTPBasicAuth, HTTPTokenAuth\n# digest = HTTPTokenAuth()\nbasic = HTTPBasicAuth()\n",
    }
    assert {each.mechanism for each in _scan(tmp_path, files).security.mechanisms} == {"basic"}
    files["shop/tokens.py"] = "from flask_httpauth import HTTPTokenAuth\n\ntoken = HTTPTokenAuth()\n"
    assert {each.mechanism for each in _scan(tmp_path, files).security.mechanisms} == {"basic", "bearer-opaque"}


@pytest.mark.parametrize(
    ("path", "code", "port"),
    [
        ("app.js", "app.set('port', process.env.PORT || process.env.NODE_PORT || 8080);\napp.listen(app.get('port'));\n", 8080),
        ("bin/www", "var port = normalizePort(process.env.PORT || '3001');\nserver.listen(port);\n", 3001),
        ("app.js", "app.set('ports', 8080);\napp.listen(port);\n", None),
    ],
)
def test_ports_that_express_keeps(tmp_path: Path, path: str, code: str, port: int | None) -> None:
    files = {"package.json": '{"name": "shop", "dependencies": {"express": "5.0.0"}}', "app.js": "const express = require('express')\n"}
    context = _scan(tmp_path, {**files, path: code})
    assert [part.ports for part in context.components] == [(port,) if port else ()]


def test_tables_in_a_schema_that_is_filled_in(tmp_path: Path) -> None:
    filled = '{{ index .Options "Namespace" }}'
    files = {
        "go.mod": "module shop.example/api\ngo 1.22\n",
        "main.go": "package main\nfunc main() {}\n",
        "migrations/01_init.up.sql": (
            f"CREATE TABLE IF NOT EXISTS {filled}.orders (id uuid NOT NULL, CONSTRAINT orders_pkey PRIMARY KEY (id));\n"
            f"ALTER TABLE {filled}.orders ADD COLUMN note text;\nCREATE TABLE ${{schema}}.items (id int PRIMARY KEY);\n"
            "INSERT INTO notes VALUES ('see ${schema}.orders');\n"
        ),
    }
    models = {model.table: [column.name for column in model.columns] for model in _scan(tmp_path, files).models}
    assert models == {"orders": ["id", "note"], "items": ["id"]}


def test_a_framework_that_is_bundled_and_what_chanfana_puts_on_it(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"chanfana": "2.8.3"}, "devDependencies": {"hono": "4.10.7", "express": "5.0.0"}}',
        "wrangler.toml": 'name = "shop"\nmain = "src/index.ts"\n',
        "dev-server.js": "const express = require('express')\n",
        "src/index.ts": (
            'import { fromHono } from "chanfana";\nimport { Hono } from "hono";\nimport { basicAuth } from "hono/basic-auth";\n'
            'const app = new Hono();\napp.use("/api/*", basicAuth({ verifyUser }));\nconst openapi = fromHono(app, { docs_url: "/docs" });\n'
            'openapi.get("/api/orders/:id", ShowOrder);\nopenapi.post("/api/orders", CreateOrder);\nexport default app;\n'
        ),
    }
    context = _scan(tmp_path, files)
    assert [(each.method, each.path, each.access) for each in context.endpoints] == [
        ("POST", "/api/orders", "guarded"),
        ("GET", "/api/orders/{id}", "guarded"),
    ]
    assert {each.id: each.scope for each in context.technologies if each.category == "framework"} == {"hono": "backend", "express": "dev"}
    assert {each.mechanism for each in context.security.mechanisms} == {"basic"}
