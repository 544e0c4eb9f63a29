"""What joins to one component and what does not: each case by the fewest files that show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctxgen.context import Component, Context
from ctxgen.pipeline import scan
from support import FIXTURES

Files = dict[str, str]
"""Contents by path."""

REQUIREMENTS = "flask==3.0.0\npsycopg==3.1.0\n"
PACKAGE = '{"name": "@shop/orders-api", "scripts": {"start": "node server.js"}, "dependencies": {"express": "^4.18.2"}}'


def compose(*services: str, **more: str) -> str:
    """A compose file of services with a body each, as `name: body`; names with a hyphen by pairs `name=body`."""
    bodies = {**dict(each.split("=", 1) for each in services), **more}
    return "services:\n" + "".join(f"  {name}:\n    {body}\n" for name, body in bodies.items())


def scanned(root: Path, files: Files) -> Context:
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    return scan(root)


def by_name(context: Context) -> dict[str, Component]:
    named = {part.name: part for part in context.components}
    assert len(named) == len(context.components), "a component is told twice"
    return named


JOINS: dict[str, tuple[Files, dict[str, str]]] = {
    "the build context of a service": (
        {"compose.yml": compose(api="build: ./server"), "server/requirements.txt": REQUIREMENTS, "server/Dockerfile": "FROM python:3.12\n"},
        {"api": "server"},
    ),
    "the Dockerfile in a subfolder of the context": (
        {
            "compose.yml": compose(api="build: {context: ., dockerfile: services/orders/Dockerfile}"),
            "services/orders/Dockerfile": "FROM python:3.12\n",
            "services/orders/requirements.txt": REQUIREMENTS,
            "services/users/requirements.txt": REQUIREMENTS,
        },
        {"api": "services/orders", "users": "services/users"},
    ),
    "a Dockerfile in a folder of Dockerfiles, the code at the context": (
        {
            "compose.yml": compose(api="build: {context: ., dockerfile: docker/Dockerfile}"),
            "docker/Dockerfile": "FROM python:3.12\n",
            "requirements.txt": REQUIREMENTS,
        },
        {"api": "."},
    ),
    "an image named like a module": (
        {"compose.yml": compose(backend="image: registry.example/shop/orders:1.2"), "orders/requirements.txt": REQUIREMENTS},
        {"backend": "orders"},
    ),
    "a service named like a folder": (
        {"compose.yml": compose(orders="image: registry.example/shop/x1:1.2"), "services/orders/requirements.txt": REQUIREMENTS},
        {"orders": "services/orders"},
    ),
    "a service named like the last part of a folder": (
        {"compose.yml": compose(orders="image: registry.example/shop/x1:1.2"), "shop-orders/requirements.txt": REQUIREMENTS},
        {"orders": "shop-orders"},
    ),
    "a service whose last part is a folder": (
        {"compose.yml": compose("shop-orders=image: registry.example/shop/x1:1.2"), "orders/requirements.txt": REQUIREMENTS},
        {"shop-orders": "orders"},
    ),
    "a service named like a package": (
        {
            "compose.yml": compose("orders-api=image: registry.example/shop/x1:1.2"),
            "packages/a/package.json": PACKAGE.replace("@shop/", ""),
        },
        {"orders-api": "packages/a"},
    ),
    "a base and an override file": (
        {
            "compose.yml": compose(orders="build: ./orders"),
            "compose.override.yml": compose(orders='ports: ["8080:8080"]'),
            "orders/requirements.txt": REQUIREMENTS,
            "orders/Dockerfile": "FROM python:3.12\n",
        },
        {"orders": "orders"},
    ),
    "a manifest and a compose file": (
        {
            "compose.yml": compose(orders="build: ./orders"),
            "deploy/orders.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: orders}\nspec:\n  template:\n    spec:\n"
            "      containers:\n        - name: orders\n          image: registry.example/shop/orders:1.2\n",
            "orders/requirements.txt": REQUIREMENTS,
            "orders/Dockerfile": "FROM python:3.12\n",
        },
        {"orders": "orders"},
    ),
    "a Dockerfile and the project beside it, without a service": (
        {"orders/requirements.txt": REQUIREMENTS, "orders/Dockerfile": "FROM python:3.12\nEXPOSE 8000\n"},
        {"orders": "orders"},
    ),
    "an image for another target of one service": (
        {
            "compose.yml": compose("orders=build: ./orders", "orders-native=build: ./orders"),
            "orders/requirements.txt": REQUIREMENTS,
            "orders/Dockerfile": "FROM python:3.12\n",
        },
        {"orders": "orders"},
    ),
}


@pytest.mark.parametrize("case", JOINS)
def test_what_joins(tmp_path: Path, case: str) -> None:
    files, expected = JOINS[case]
    assert {name: part.path for name, part in by_name(scanned(tmp_path, files)).items()} == expected


NON_JOINS: dict[str, tuple[Files, dict[str, str]]] = {
    "equal prefixes": (
        {
            "compose.yml": compose("user=build: ./user", "user-admin=build: ./user-admin"),
            **{f"{each}/requirements.txt": REQUIREMENTS for each in ("user", "user-admin")},
            **{f"{each}/Dockerfile": "FROM python:3.12\n" for each in ("user", "user-admin")},
        },
        {"user": "user", "user-admin": "user-admin"},
    ),
    "an image whose name a folder's only begins with": (
        {"compose.yml": compose("orders=image: registry.example/shop/x1:1.2"), "orders-archive/requirements.txt": REQUIREMENTS},
        {"orders": "compose.yml", "orders-archive": "orders-archive"},
    ),
    "a part of a name that is a part of many": (
        {"compose.yml": compose("api=image: registry.example/shop/x1:1.2"), "billing-api/requirements.txt": REQUIREMENTS},
        {"api": "compose.yml", "billing-api": "billing-api"},
    ),
    "an engine's image named like a folder": (
        {"compose.yml": compose("redis=image: redis:7"), "redis/requirements.txt": REQUIREMENTS},
        {"redis": "compose.yml"},
    ),
    "compose files of tests": (
        {"tests/compose.yml": compose(fake="image: registry.example/shop/fake:1"), "orders/requirements.txt": REQUIREMENTS},
        {"orders": "orders"},
    ),
    "a compose file named for tests": (
        {"compose.test.yml": compose(fake="image: registry.example/shop/fake:1"), "orders/requirements.txt": REQUIREMENTS},
        {"orders": "orders"},
    ),
    "folders of vendored code": (
        {
            "compose.yml": compose(left="image: registry.example/shop/left:1"),
            "vendor/left/requirements.txt": REQUIREMENTS,
            "orders/requirements.txt": REQUIREMENTS,
        },
        {"left": "compose.yml", "orders": "orders"},
    ),
}


@pytest.mark.parametrize("case", NON_JOINS)
def test_what_does_not_join(tmp_path: Path, case: str) -> None:
    files, expected = NON_JOINS[case]
    found = {(part.name, part.path) for part in scanned(tmp_path, files).components}
    assert expected.items() <= found
    assert {path for _, path in found} <= {
        *expected.values(),
        *(path.partition("/")[0] for path in files if not path.startswith(("tests/", "vendor/"))),
    }


def test_two_services_of_one_image_with_different_commands_are_two_components(tmp_path: Path) -> None:
    files = {
        "compose.yml": 'services:\n  web:\n    build: .\n    ports: ["8000:8000"]\n  background:\n    build: .\n    command: celery -A shop worker\n',
        "Dockerfile": "FROM python:3.12\nEXPOSE 8000\n",
        "requirements.txt": REQUIREMENTS + "celery==5.4.0\n",
    }
    found = by_name(scanned(tmp_path, files))
    assert {name: (part.kind, part.path, part.ports) for name, part in found.items()} == {
        "web": ("service", ".", (8000,)),
        "background": ("worker", ".", ()),
    }


def test_statements_of_one_service_are_added(tmp_path: Path) -> None:
    files, _ = JOINS["a base and an override file"]
    orders = by_name(scanned(tmp_path, files))["orders"]
    assert orders.ports == (8080,)
    assert {evidence.path for evidence in orders.evidence} == {"compose.yml", "compose.override.yml"}


def test_services_of_one_name_with_code_of_their_own_are_two(tmp_path: Path) -> None:
    service = "services:\n  api:\n    build: .\n    ports: [{port}:{port}]\n    depends_on: [store]\n  store:\n    image: postgres:16\n"
    files = {
        **{f"{name}/compose.yml": service.format(port=port) for name, port in (("orders", 8001), ("users", 8002))},
        **{f"{name}/Dockerfile": "FROM python:3.12\n" for name in ("orders", "users")},
        **{f"{name}/requirements.txt": REQUIREMENTS for name in ("orders", "users")},
        "users/.env": "PORT=8002\n",
    }
    found = {part.path: part for part in scanned(tmp_path, files).components if part.name == "api"}
    assert {path: (part.id, part.ports, [link.component for link in part.depends_on]) for path, part in found.items()} == {
        "orders": ("api", (8001,), ["store"]),
        "users": ("api@users", (8002,), ["store"]),
    }


def test_an_image_called_as_the_frontend_that_it_holds_runs_the_server(tmp_path: Path) -> None:
    files = {
        "compose.yml": compose(
            web="image: example/shop\n    ports: ['8000:8000']", celery_worker="image: example/shop\n    command: celery -A shop worker"
        ),
        "docker/Dockerfile": "FROM node:20 AS pages\nCOPY frontend/ .\nFROM python:3.12\nCOPY . .\n",
        "requirements.txt": REQUIREMENTS + "celery==5.4.0\n",
        "shop.py": "import flask\n",
        "frontend/package.json": '{"name": "shop", "dependencies": {"react": "^18.0.0"}}',
    }
    found = by_name(scanned(tmp_path, files))
    assert {name: (part.kind, part.path) for name, part in found.items()} == {
        "web": ("service", "."),
        "celery_worker": ("worker", "."),
        "shop": ("frontend", "frontend"),
    }


def test_what_a_variant_for_tests_limits_is_no_scale(tmp_path: Path) -> None:
    limited = "services:\n  api:\n    image: example/api\n    deploy: {replicas: %d, resources: {limits: {memory: %s}}}\n"
    found = scanned(tmp_path, {"compose.yml": limited % (2, "512M"), "docker/ci.override.yml": limited % (1, "100M")}).scale
    assert {(each.kind, each.value) for each in found} == {("replicas", "2"), ("memory-limit", "512M")}


def test_the_version_of_a_language_is_that_of_most_source(tmp_path: Path) -> None:
    files = {
        **{f"tools/{name}/Dockerfile": "FROM python:3.12\n" for name in ("one", "two")},
        **{f"tools/{name}/requirements.txt": REQUIREMENTS for name in ("one", "two")},
        **{f"tools/{name}/app.py": "import flask\n" for name in ("one", "two")},
        "server/Dockerfile": "FROM python:3.11\n",
        "server/requirements.txt": REQUIREMENTS,
        "server/app.py": "import flask\n" * 50,
    }
    assert [(language.name, language.version) for language in scanned(tmp_path, files).languages] == [("Python", "3.11")]


def test_an_aspire_program_states_components_and_their_links() -> None:
    context = scan(FIXTURES / "readers" / "dotnet" / "aspire")
    parts = by_name(context)
    assert {title: (part.path, part.kind) for title, part in parts.items() if part.path != "Shop.AppHost/Program.cs"} == {
        "orders-api": ("src/Orders.Api", "service"),
        "Orders.Api": ("src/Legacy/Orders.Api", "service"),
        "web": ("web", "frontend"),
        "Shop.AppHost": ("Shop.AppHost", "infrastructure"),
    }
    assert parts["orders-api"].ports == (5000, 8080)
    assert {title: [link.component for link in part.depends_on] for title, part in parts.items() if part.depends_on} == {
        "orders-api": ["postgres"],
        "web": ["orders-api", "broker"],
        "gateway": ["orders-api"],
    }
    assert {title: part.technologies for title, part in parts.items() if part.kind == "infrastructure" and part.technologies} == {
        "postgres": ("postgis", "postgresql"),
        "broker": ("rabbitmq",),
        "bus": ("azure-service-bus",),
    }
    assert parts["gateway"].kind == "gateway"
    store = next(store for store in context.datastores if store.technology == "postgresql")
    assert (store.version, store.usage) == ("16", "used")


def test_a_pulumi_program_states_engines_as_terraform_does() -> None:
    context = scan(FIXTURES / "readers" / "pulumi" / "programs" / "ts")
    found = {t.id: (t.version, t.usage) for t in context.technologies}
    assert found["postgresql"] == ("15.4", "used")
    assert {"sqs", "aws-lambda", "kubernetes", "azure-cache-for-redis", "redis"} <= found.keys()
    assert [(message.technology, message.name) for message in context.messaging] == [("sqs", "orders-created")]


def linked(context: Context) -> dict[str, list[tuple[str | None, str]]]:
    return {part.name: [(link.component, link.via) for link in part.depends_on] for part in context.components if part.depends_on}


SERVICES = {f"{title}/requirements.txt": REQUIREMENTS for title in ("orders", "users", "web")}
COMPOSE = compose(orders="build: orders", users="build: users", web="build: web")


LINKS: dict[str, tuple[Files, dict[str, list[tuple[str, str]]]]] = {
    "an upstream of nginx": (
        {
            "compose.yml": COMPOSE + "  edge:\n    image: nginx:1.27\n",
            "deploy/nginx.conf": "http {\n  upstream backend {\n    server orders:8000;\n  }\n  server {\n    location /u { proxy_pass http://users:8000; }\n  }\n}\n",
        },
        {"edge": [("orders", "route"), ("users", "route")]},
    ),
    "a variable in a template of nginx": (
        {
            "compose.yml": COMPOSE,
            "web/default.conf.template": "server {\n  location / { proxy_pass http://${ORDERS_HOST}:8000; }\n}\n",
            "web/Dockerfile": "FROM nginx:1.27\nENV ORDERS_HOST=orders\n",
        },
        {"web": [("orders", "route")]},
    ),
    "labels for Traefik": (
        {"compose.yml": COMPOSE + "    labels:\n      traefik.http.routers.web.rule: Host(`shop`)\n  proxy:\n    image: traefik:v3.1\n"},
        {"proxy": [("web", "route")]},
    ),
    "routes of Spring Cloud Gateway by the name of an application": (
        {
            "compose.yml": COMPOSE,
            "web/src/main/resources/application.yml": "spring:\n  cloud:\n    gateway:\n      routes:\n        - id: orders\n          uri: lb://SHOP-ORDERS\n",
            "orders/src/main/resources/application.yml": "spring:\n  application:\n    name: shop-orders\n",
        },
        {"web": [("orders", "route")]},
    ),
    "a variable of a service": (
        {"compose.yml": COMPOSE + "    environment:\n      ORDERS_URL: http://orders:8000\n      USERS_HOST: users\n      TITLE: orders\n"},
        {"web": [("orders", "http"), ("users", "address")]},
    ),
    "no link by origins that may call": ({"compose.yml": COMPOSE + "    environment:\n      CORS_ORIGINS: http://orders:8000\n"}, {}),
    "no link by settings at the root of several": ({"compose.yml": COMPOSE, ".env": "ORDERS_URL=http://orders:8000\n"}, {}),
}


@pytest.mark.parametrize("case", LINKS)
def test_links_by_addresses(tmp_path: Path, case: str) -> None:
    files, expected = LINKS[case]
    assert linked(scanned(tmp_path, {**SERVICES, **files})) == expected


API = '{"name": "api", "scripts": {"start": "node dist/main.js", %s}, "dependencies": {"express": "^4.18.2"}}'


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"package.json": API % '"worker": "node dist/worker.js"'}, {"api": "service", "worker": "worker"}),
        ({"package.json": API % '"start:worker:dev": "nest start worker --watch"'}, {"api": "service"}),
        ({"package.json": API % '"worker": "nodemon src/worker.js"'}, {"api": "service"}),
        ({"package.json": API % '"build:worker": "esbuild worker.js"'}, {"api": "service"}),
        ({"package.json": API % '"worker": "node worker.js", "worker:prod": "node dist/worker.js"'}, {"api": "service", "worker": "worker"}),
        ({"package.json": API % '"worker": "node worker.js"', "Procfile": "web: npm start\nmailer: node worker.js\n"}, {"mailer": "worker", "web": "service"}),
        ({"requirements.txt": REQUIREMENTS + "celery==5.4.0\n", "Makefile": "worker:\n\tcelery -A shop worker\n\nbeat:\n\tcelery -A shop beat\n"}, {"worker": "worker", "beat": "worker"}),
        ({"requirements.txt": REQUIREMENTS, "Makefile": "worker:\n\tpython worker.py\n"}, {}),
        ({"requirements.txt": REQUIREMENTS + "celery==5.4.0\n", "justfile": "worker:\n    docker compose exec app celery -A shop worker\n"}, {}),
    ],
)  # fmt: skip
def test_processes_that_scripts_and_tasks_start(tmp_path: Path, files: Files, expected: dict[str, str]) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    found = {title: part.kind for title, part in by_name(scanned(root, files)).items()}
    assert {title: kind for title, kind in found.items() if title != "shop"} == expected


@pytest.mark.parametrize(
    ("files", "ports"),
    [
        ({"package.json": API % '"x": "y"', "main.js": "app.listen(process.env.PORT || 3000);\n"}, (3000,)),
        ({"package.json": API % '"x": "y"', "main.js": "app.listen(3000);\n", ".env": "PORT=4000\n"}, (4000,)),
        ({"package.json": API % '"x": "y"', "a.js": "app.listen(3000);\n", "b.js": "b.listen(3001);\n", "c.js": "c.listen(3002);\n"}, ()),
        ({"package.json": API % '"x": "y"', "test/app.test.js": "app.listen(3000);\n"}, ()),
    ],
)
def test_ports_that_only_source_states(tmp_path: Path, files: Files, ports: tuple[int, ...]) -> None:
    assert by_name(scanned(tmp_path, files))["api"].ports == ports


def test_profiles_of_developers_tell_ports_of_what_serves_alone(tmp_path: Path) -> None:
    profile = '{"profiles": {"http": {"applicationUrl": "http://localhost:5221"}}}'
    files = {
        "src/Api/Api.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web" />',
        "src/Api/Properties/launchSettings.json": profile,
        "src/Jobs/Jobs.csproj": '<Project Sdk="Microsoft.NET.Sdk.Worker" />',
        "src/Jobs/Properties/launchSettings.json": profile,
    }
    assert {title: part.ports for title, part in by_name(scanned(tmp_path, files)).items()} == {"Api": (5221,), "Jobs": ()}


def test_replicas_for_tests_of_a_cluster_are_one_component(tmp_path: Path) -> None:
    cluster = "".join(
        f"  shop-{word}:\n    build: .\n    depends_on: [postgres_{word}]\n  postgres_{word}:\n    image: postgres:16\n"
        for word in ("alpha", "beta")
    )
    kafka = "  kafka1:\n    image: confluentinc/cp-kafka:7.6.0\n  kafka2:\n    image: confluentinc/cp-kafka:7.6.0\n"
    found = by_name(
        scanned(
            tmp_path, {"compose.yml": "services:\n" + cluster + kafka, "requirements.txt": REQUIREMENTS, "Dockerfile": "FROM python:3.12\n"}
        )
    )
    assert {title: [link.component for link in part.depends_on] for title, part in found.items()} == {
        "shop": ["postgres"],
        "postgres": [],
        "kafka": [],
    }


def test_versions_of_an_interface_in_folders_of_their_own_stay_two(tmp_path: Path) -> None:
    files = {
        "compose.yml": compose("api1=build: api1", "api2=build: api2"),
        "api1/requirements.txt": REQUIREMENTS,
        "api2/requirements.txt": REQUIREMENTS,
    }
    assert set(by_name(scanned(tmp_path, files))) == {"api1", "api2"}


def test_an_image_of_a_workspace_runs_its_only_program(tmp_path: Path) -> None:
    files = {
        "compose.yml": compose(shop="build: ."),
        "Dockerfile": "FROM rust:1.80\nEXPOSE 8080\n",
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
        "crates/server/Cargo.toml": '[package]\nname = "shop_server"\n[dependencies]\naxum = "0.7"\n',
        "crates/server/src/main.rs": "fn main() {}\n",
        "crates/db/Cargo.toml": '[package]\nname = "shop_db"\n[dependencies]\naxum = "0.7"\n',
        "crates/db/src/lib.rs": "",
        "crates/shop-cli/Cargo.toml": '[package]\nname = "shop-cli"\n[dependencies]\naxum = "0.7"\n',
        "crates/shop-cli/src/main.rs": "fn main() {}\n",
    }
    assert {title: (part.path, part.kind) for title, part in by_name(scanned(tmp_path, files)).items()} == {
        "shop": ("crates/server", "service"),
        "shop_db": ("crates/db", "library"),
        "shop-cli": ("crates/shop-cli", "cli"),
    }


def test_an_image_of_a_workspace_runs_the_program_that_it_starts(tmp_path: Path) -> None:
    files = {
        "docker/compose.yml": compose("shop=build: {context: .., dockerfile: docker/Dockerfile}"),
        "docker/Dockerfile": 'FROM rust:1.80\nRUN cargo build --release\nENTRYPOINT ["/usr/bin/shop_server"]\nEXPOSE 8080\n',
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
        "crates/server/Cargo.toml": '[package]\nname = "shop_server"\n[dependencies]\naxum = "0.7"\nshop_utils = { path = "../utils" }\n',
        "crates/server/src/main.rs": "fn main() {}\n",
        "crates/db/Cargo.toml": '[package]\nname = "shop_db"\n[dependencies]\nshop_utils = { path = "../utils" }\n',
        "crates/db/src/lib.rs": "",
        "crates/utils/Cargo.toml": '[package]\nname = "shop_utils"\n[[bin]]\nname = "shop_tool"\npath = "src/main.rs"\n[dependencies]\naxum = "0.7"\n',
        "crates/utils/src/main.rs": "fn main() {}\n",
        "crates/utils/src/lib.rs": "",
    }
    assert {title: (part.path, part.kind) for title, part in by_name(scanned(tmp_path, files)).items()} == {
        "shop": ("crates/server", "service"),
        "shop_db": ("crates/db", "library"),
        "shop_utils": ("crates/utils", "library"),
    }


def test_a_crate_in_a_folder_bin_is_a_program(tmp_path: Path) -> None:
    files = {
        "Dockerfile": 'FROM scratch\nCOPY out/shop ./shop\nENTRYPOINT ["/app/shop"]\n',
        "Cargo.toml": '[workspace]\nmembers = ["src/*"]\n',
        "src/bin/Cargo.toml": '[package]\nname = "shop"\n[dependencies]\naxum = "0.7"\nshop-api = { path = "../api" }\n',
        "src/bin/src/main.rs": "fn main() {}\n",
        "src/api/Cargo.toml": '[package]\nname = "shop-api"\n[dependencies]\naxum = "0.7"\n',
        "src/api/src/lib.rs": "",
    }
    assert {title: (part.path, part.kind) for title, part in by_name(scanned(tmp_path, files)).items()} == {
        "shop": ("src/bin", "service"),
        "shop-api": ("src/api", "library"),
    }


def test_an_image_of_several_projects_runs_the_one_that_is_a_program(tmp_path: Path) -> None:
    files = {
        "compose.yml": compose(orders="build: {context: ., dockerfile: src/Orders/Dockerfile.gone}"),
        "package.json": '{"name": "shop", "devDependencies": {"husky": "^9.0.0"}, "scripts": {"prepare": "husky"}}',
        "src/Orders/Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:9.0\n",
        "src/Orders/Orders.Api/Orders.Api.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web" />',
        "src/Orders/Orders/Orders.csproj": '<Project Sdk="Microsoft.NET.Sdk" />',
        "src/Orders/Orders/Order.cs": "class Order;",
    }
    found = {title: (part.path, part.kind) for title, part in by_name(scanned(tmp_path, files)).items()}
    assert found == {"orders": ("src/Orders/Orders.Api", "service"), "Orders": ("src/Orders/Orders", "library")}


def test_what_hands_out_a_browser_s_files_is_the_server_s(tmp_path: Path) -> None:
    files = {
        "go.mod": "module registry.example/shop\n\ngo 1.23\n\nrequire github.com/gin-gonic/gin v1.10.0\n",
        "main.go": 'package main\n\nimport (\n\t"github.com/gin-gonic/gin"\n\n\t"registry.example/shop/ui"\n)\n\nfunc main() {\n\tr := gin.New()\n\tui.Register(r)\n\tr.Run()\n}\n',
        "ui/serve.go": 'package ui\n\nimport "github.com/gin-gonic/gin"\n\nfunc index(c *gin.Context) {}\n\nfunc Register(r *gin.Engine) {\n\tr.GET("/", index)\n}\n',
        "ui/package.json": '{"name": "shop-ui", "scripts": {"build": "vite build"}, "dependencies": {"react": "^18.3.1"}, "devDependencies": {"vite": "^5.4.0"}}',
        "ui/src/main.tsx": 'import { createRoot } from "react-dom/client"\ncreateRoot(document.body)\n',
    }
    context = scanned(tmp_path, files)
    assert {part.kind for part in context.components} >= {"frontend", "service"}
    server = next(part for part in context.components if part.kind == "service")
    assert [(each.path, each.component) for each in context.endpoints] == [("/", server.id)]


def test_what_an_aspire_host_and_a_compose_file_both_start_is_told_once(tmp_path: Path) -> None:
    context = scanned(
        tmp_path,
        {
            "Host/Host.csproj": '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Aspire.Hosting.AppHost" Version="13.0.0" /></ItemGroup></Project>',
            "Host/Program.cs": 'var builder = DistributedApplication.CreateBuilder(args);\nvar bus = builder.AddRabbitMQ("eventbus");\n'
            'var orders = builder.AddProject<Projects.Orders_Api>("orders-api").WithReference(bus);\n'
            'builder.AddProject<Projects.Shop_Web>("shop-web").WithReference(orders);\nbuilder.Build().Run();\n',
            "Orders.Api/Orders.Api.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web" />',
            "Orders.Api/Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:8.0\nEXPOSE 8080\n",
            "Shop.Web/Shop.Web.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web" />',
            "compose.yml": compose(
                **{"rabbitmq": "image: rabbitmq:3.13", "orders.api": "build: {context: ., dockerfile: Orders.Api/Dockerfile}"}
            ),
        },
    )
    parts = by_name(context)
    assert {title: part.path for title, part in parts.items()} == {
        "Host": "Host",
        "orders.api": "Orders.Api",
        "rabbitmq": "compose.yml",
        "shop-web": "Shop.Web",
    }
    assert [link.component for link in parts["orders.api"].depends_on] == ["rabbitmq"]
    assert [link.component for link in parts["shop-web"].depends_on] == ["orders.api"]
    assert {evidence.path for evidence in parts["orders.api"].evidence} == {"compose.yml", "Host/Program.cs"}


def test_the_service_of_consumers_or_queues_is_no_worker(tmp_path: Path) -> None:
    files: Files = {f"{each}/requirements.txt": REQUIREMENTS for each in ("shop-consumer-service", "mail-consumer", "queue-api")}
    named = ("shop-consumer-service", "mail-consumer", "queue-api")
    services = compose(*(f'{each}=build: ./{each}\n    ports: ["8080"]' for each in named))
    parts = by_name(scanned(tmp_path, {**files, "compose.yml": services}))
    assert {title: part.kind for title, part in parts.items()} == {
        "shop-consumer-service": "service",
        "mail-consumer": "worker",
        "queue-api": "service",
    }


def test_an_engine_that_is_built_with_data_of_its_own_is_infrastructure(tmp_path: Path) -> None:
    files = {
        "compose.yml": compose(mysql="build: ./mysql"),
        "mysql/Dockerfile": "FROM registry.example/base:1\nCOPY schema.sql /init/\n",
        "mysql/schema.sql": "",
    }
    assert by_name(scanned(tmp_path, files))["mysql"].kind == "infrastructure"


def test_an_image_beside_a_program_of_a_go_module_is_of_the_module(tmp_path: Path) -> None:
    files = {
        "go.mod": "module shop.example/api\ngo 1.22\n",
        "cmd/server/main.go": "package main\nfunc main() {}\n",
        "cmd/server/Dockerfile": 'FROM registry.example/base:1\nEXPOSE 8080\nENTRYPOINT ["./server"]\n',
        "compose.yml": compose(server="build: {context: ., dockerfile: cmd/server/Dockerfile}"),
    }
    assert [(part.name, part.path, part.language) for part in scanned(tmp_path, files).components] == [("server", ".", "Go")]


def test_an_image_of_the_root_runs_the_one_go_program_below(tmp_path: Path) -> None:
    files = {
        "backend/go.mod": "module shop.example/backend\ngo 1.22\n",
        "backend/main.go": "package main\nfunc main() {}\n",
        "backend/_example/other/go.mod": "module shop.example/other\ngo 1.22\n",
        "backend/_example/other/main.go": "package main\nfunc main() {}\n",
        "web/package.json": '{"name": "web", "dependencies": {"preact": "10.0.0"}}',
        "Dockerfile": 'FROM registry.example/base:1\nENTRYPOINT ["/srv/shop"]\n',
        "compose.yml": compose(shop='build: .\n    ports: ["8080:8080"]'),
    }
    parts = by_name(scanned(tmp_path, files))
    assert {name: (part.path, part.kind) for name, part in parts.items()} == {"shop": ("backend", "service"), "web": ("web", "frontend")}


def test_functions_that_something_deploys_are_a_service_and_what_gradle_builds_with_is_none(tmp_path: Path) -> None:
    files = {
        "settings.gradle": 'include "orders-lambda", "common"\n',
        "build.gradle": "",
        "buildSrc/build.gradle": 'dependencies { implementation "mysql:mysql-connector-java:8.0.21" }\n',
        "common/build.gradle": "apply plugin: 'java-library'\n",
        "orders-lambda/build.gradle": "apply plugin: 'java'\ndependencies { implementation 'com.amazonaws:aws-lambda-java-core:1.2.0' }\n",
        "orders-lambda/src/main/java/Orders.java": "class Orders {}\n",
        "orders-lambda/serverless.yml": "provider: {name: aws, runtime: java17}\nfunctions:\n  orders:\n    handler: Orders\n",
    }
    context = scanned(tmp_path, files)
    parts = by_name(context)
    assert parts["orders-lambda"].kind == "service"
    assert "buildSrc" not in parts
    assert not any(each.id == "mysql" and each.scope == "backend" for each in context.technologies)


def test_what_two_files_build_of_one_folder_and_publish_alike_is_told_once(tmp_path: Path) -> None:
    body = 'build: ./edge\n    ports: ["10000:10000"]'
    files = {
        "edge/Dockerfile": "FROM registry.example/base:1\nCOPY edge.conf /etc/\n",
        "edge/edge.conf": "",
        "compose.yml": compose(gateway=body),
    }
    once = scanned(tmp_path / "once", {**files, "compose.dev.yml": compose("public-gateway=" + body)})
    assert [part.name for part in once.components] == ["gateway"]
    other = body.replace("10000:", "10001:")
    both = scanned(tmp_path / "both", {**files, "compose.yml": compose("a-gateway=" + body, "b-gateway=" + other)})
    assert len(both.components) == 2


def test_services_that_run_the_image_of_another_one_run_its_code(tmp_path: Path) -> None:
    files = {
        "compose.yml": compose(
            setup="build: .\n    image: shop-app\n    command: bin/setup",
            web='image: shop-app\n    command: bin/serve\n    ports: ["3000:3000"]',
            worker="image: shop-app\n    command: celery worker",
            css="image: shop-app\n    command: bin/css --watch",
            cache="image: redis:7",
        ),
        "Dockerfile": "FROM python:3.13\n",
        "requirements.txt": REQUIREMENTS,
    }
    found = {title: (part.path, part.kind) for title, part in by_name(scanned(tmp_path, files)).items()}
    assert found == {"setup": (".", "job"), "web": (".", "service"), "worker": (".", "worker"), "cache": ("compose.yml", "infrastructure")}


def test_what_skaffold_builds_and_compose_runs_is_told_once(tmp_path: Path) -> None:
    files = {
        "compose.yml": compose(api="build: ./api"),
        "api/Dockerfile": "FROM python:3.13\nEXPOSE 8000\n",
        "api/requirements.txt": REQUIREMENTS,
        "helm/skaffold.yaml": "apiVersion: skaffold/v4beta4\nkind: Config\nbuild:\n  artifacts:\n    - image: shop-api\n      context: ../api\n    - image: shop-mail\n      context: ../mail\n",
        "mail/Dockerfile": "FROM python:3.13\n",
        "mail/requirements.txt": REQUIREMENTS,
    }
    assert {title: part.path for title, part in by_name(scanned(tmp_path, files)).items()} == {"api": "api", "shop-mail": "mail"}
