"""Rules for backends in Go, Rust and PHP, each on a small tree of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_rules import scanned as _scan

from ctxgen.catalogue import load
from ctxgen.context import Component, Context
from ctxgen.render import markdown


def _components(context: Context) -> dict[str, Component]:
    return {component.name: component for component in context.components}


MODULE = (
    "module example.org/shop\n\ngo 1.23\n\nrequire (\n\tgithub.com/labstack/echo/v4 v4.12.0\n\tgithub.com/lib/pq v1.10.9\n"
    "\tgithub.com/rabbitmq/amqp091-go v1.10.0\n\tgoogle.golang.org/grpc v1.66.0\n)\n"
)


def _program(named: str, *imports: str) -> str:
    return "package main\n\nimport (\n" + "".join(f'\t"{each}"\n' for each in imports) + f")\n\nfunc main() {{ {named}() }}\n"


def _package(named: str, *imports: str, body: str = "") -> str:
    return f"package {named}\n\nimport (\n" + "".join(f'\t"{each}"\n' for each in imports) + f")\n{body}"


SERVICES = {
    "go.mod": MODULE,
    "compose.yml": "services:\n"
    + "".join(
        f"  {each}:\n    build: {{context: ., dockerfile: docker/Dockerfile-{each}}}\n    ports: ['{port}:{port}']\n"
        for each, port in (("catalog", 5001), ("orders", 5002), ("stock", 5003), ("web", 8080))
    ),
    **{
        f"docker/Dockerfile-{each}": f"FROM golang:1.23\nRUN go build -o /app ./cmd/{each}\n"
        for each in ("catalog", "orders", "stock", "web")
    },
    "cmd/catalog/main.go": _program("catalog", "example.org/shop/internal/catalog"),
    "cmd/orders/main.go": _program("orders", "example.org/shop/internal/orders"),
    "cmd/stock/main.go": _program("stock", "example.org/shop/internal/stock"),
    "cmd/web/main.go": _program("web", "github.com/labstack/echo/v4", "example.org/shop/gen"),
    "internal/catalog/server.go": _package(
        "catalog",
        "context",
        "google.golang.org/grpc",
        "example.org/shop/gen",
        body="type server struct{}\n\nfunc (s *server) List(ctx context.Context, in *gen.Empty) (*gen.Items, error) { return nil, nil }\n\n"
        "func New(g *grpc.Server) { gen.RegisterCatalogServer(g, &server{}) }\n",
    ),
    "internal/orders/store.go": _package("orders", "example.org/shop/pkg/database", "example.org/shop/pkg/bus"),
    "internal/stock/consumer.go": _package("stock", "example.org/shop/pkg/bus"),
    "pkg/database/open.go": _package("database", "github.com/lib/pq"),
    "pkg/bus/bus.go": _package("bus", "github.com/rabbitmq/amqp091-go"),
    "gen/catalog.pb.go": _package("gen", "google.golang.org/grpc"),
    "proto/catalog.proto": 'syntax = "proto3";\npackage shop;\nservice Catalog {\n  rpc List(Empty) returns (Items) {\n'
    '    option (google.api.http) = { get: "/v1/items" };\n  }\n}\n',
    "cmd/web/gateway.go": _package(
        "main",
        "context",
        "example.org/shop/gen",
        body='func gateway() { gen.RegisterCatalogHandlerFromEndpoint(context.Background(), mux, "catalog:5001", nil) }\n',
    ),
}


def test_programs_of_one_go_module_have_the_packages_that_they_import(tmp_path: Path) -> None:
    context = _scan(tmp_path, SERVICES)
    parts = _components(context)
    assert context.architecture.pattern == "microservices"
    assert {"lib-pq", "amqp091-go"} <= set(parts["orders"].technologies)
    assert "amqp091-go" in parts["stock"].technologies
    assert "lib-pq" not in parts["stock"].technologies
    assert "echo" in parts["web"].technologies
    assert not {"lib-pq", "amqp091-go"} & set(parts["web"].technologies)
    told = {(each.kind, each.path or each.operation): each.component for each in context.endpoints}
    assert told == {("grpc", "Catalog/List"): "catalog", ("http", "/v1/items"): "web"}  # the gateway answers, not who implements


def test_a_server_and_its_tools_of_one_go_module_share_it(tmp_path: Path) -> None:
    files = {
        "go.mod": MODULE,
        "compose.yml": "services:\n  server:\n    build: {context: ., dockerfile: Dockerfile.server}\n    ports: ['8080:8080']\n"
        "  worker:\n    build: {context: ., dockerfile: Dockerfile.worker}\n",
        "Dockerfile.server": "FROM golang:1.23\nRUN go build -o /app ./cmd/server\n",
        "Dockerfile.worker": "FROM golang:1.23\nRUN go build -o /app ./cmd/worker\n",
        "cmd/server/main.go": _program("server", "github.com/labstack/echo/v4", "example.org/shop/internal/store"),
        "cmd/worker/main.go": _program("worker", "example.org/shop/internal/store", "example.org/shop/internal/mail"),
        "internal/store/store.go": _package("store", "github.com/lib/pq"),
        "internal/mail/mail.go": _package("mail", "github.com/rabbitmq/amqp091-go"),
    }
    context = _scan(tmp_path, files)
    parts = _components(context)
    assert context.architecture.pattern == "monolith"
    assert "lib-pq" in parts["server"].technologies
    assert "lib-pq" in parts["worker"].technologies
    assert "amqp091-go" not in parts["server"].technologies


def _sizes(context: Context) -> set[tuple[str, str | None, str]]:
    return {(each.kind, each.subject, each.value) for each in context.scale}


def test_pools_that_go_code_sizes(tmp_path: Path) -> None:
    source = (
        'package store\n\nimport (\n\t"database/sql"\n\n\t"github.com/redis/go-redis/v9"\n)\n\n'
        "func Open(db *sql.DB) {\n\tdb.SetMaxOpenConns(25)\n\tdb.SetMaxIdleConns( 5 )\n\t// db.SetMaxOpenConns(99)\n\tdb.SetMaxOpenConns(limit)\n}\n\n"
        "var cache = redis.NewClient(&redis.Options{\n\tAddr: address,\n\tPoolSize:     10,\n\tMaxActive: 7,\n})\n\n"
        "func TestOpen(db *sql.DB) {\n\tdb.SetMaxOpenConns(1)\n}\n"
    )
    told = _sizes(_scan(tmp_path, {"go.mod": MODULE, "main.go": _program("store"), "store/open.go": source}))
    assert told == {
        ("pool-size", "database/sql", "25"),
        ("pool-size", "database/sql idle", "5"),
        ("pool-size", "go-redis", "10"),
    }


def test_pools_and_workers_that_rust_code_sizes(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\n\n[dependencies]\nsqlx = "0.8"\nactix-web = "4"\n',
        "src/main.rs": "fn main() {\n    PgPoolOptions::new()\n        .max_connections(50)\n        .min_connections(2)\n        .connect(&url);\n"
        "    HttpServer::new(|| App::new()).workers(4).run();\n}\n\n#[cfg(test)]\nmod tests {\n    fn pool() { PgPoolOptions::new().max_connections(1); }\n}\n",
    }
    assert _sizes(_scan(tmp_path, files)) == {
        ("pool-size", "SQLx", "50"),
        ("pool-size", "SQLx minimum", "2"),
        ("workers", "Actix Web", "4"),
    }


def test_sizes_that_deployments_state_alike_are_told_together(tmp_path: Path) -> None:
    services = "".join(
        f"  {each}:\n    image: example/{each}:1\n    deploy:\n      replicas: {count}\n      resources: {{limits: {{memory: 256M}}}}\n"
        for each, count in (("a", 2), ("b", 2), ("c", 2), ("d", 2), ("e", 2), ("f", 3))
    )
    context = _scan(tmp_path, {"compose.yml": f"services:\n{services}"})
    said = markdown.render(context, load(), budget=None, detail="standard", evidence=False, header=False)
    scale = next(line for line in said.splitlines() if "**Scale**" in line)
    assert scale == "- **Scale**: replicas 2 for a, b, c, d and 1 more; f replicas 3; memory limit 256M for a, b, c, d and 2 more"


def test_variables_that_a_template_offers_commented_out(tmp_path: Path) -> None:
    template = (
        "## Set SHOP_NOTE=something to be told.\nDOMAIN=shop.example\n# DATABASE_URL=mysql://user@host/shop\n#SMTP_HOST=\n"
        "# DATABASE_URL=postgresql://user@host/shop\n# DOMAIN=localhost\n   # lower=1\n"
    )
    files = {"Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\n', "src/main.rs": "fn main() {}\n"}
    context = _scan(tmp_path, {**files, ".env.template": template, ".env": "# OLD_NAME=1\nNEW_NAME=1\n"})
    assert {each.name: each.required for each in context.environment} == {
        "DOMAIN": None,
        "DATABASE_URL": False,
        "SMTP_HOST": False,
        "NEW_NAME": None,
    }
    assert not context.datastores  # what is commented out uses nothing


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [("hello.go", "", "service"), ("gen.go", "//go:build ignore\n\n", "library"), ("shop.go", "// +build ignore\n\n", "library")],
)
def test_a_program_in_go_may_have_any_name(tmp_path: Path, name: str, head: str, kind: str) -> None:
    module = "module example.org/shop\n\ngo 1.23\n\nrequire github.com/gin-gonic/gin v1.10.0\n"
    source = f'{head}package main\n\nimport "github.com/gin-gonic/gin"\n\nfunc main() {{\n\tr := gin.Default()\n\tr.Run() // 8080\n}}\n'
    part = _components(_scan(tmp_path, {"go.mod": module, name: source}))["shop"]
    assert part.kind == kind
    assert kind == "library" or part.ports == (8080,)


def test_images_that_the_product_builds_elsewhere_are_its_services(tmp_path: Path) -> None:
    compose = (
        "services:\n"
        + "".join(f"  {each}:\n    image: shopco/{each}:1.2\n" for each in ("front-end", "orders", "payment", "edge-proxy", "load-test"))
        + "  orders-db:\n    image: shopco/orders-db:3\n    environment:\n      MYSQL_ROOT_PASSWORD: ${ROOT}\n"
        + "".join(f"  {each}:\n    image: tools/{each}:1\n" for each in ("exporter", "dashboard"))
    )
    context = _scan(tmp_path, {"compose.yml": compose})
    kinds = {each.name: each.kind for each in context.components}
    assert kinds == {
        **dict.fromkeys(("front-end", "orders", "payment"), "service"),
        "edge-proxy": "gateway",
        "load-test": "job",
        **dict.fromkeys(("orders-db", "exporter", "dashboard"), "infrastructure"),
    }
    assert [(each.technology, each.usage) for each in context.datastores] == [("mysql", "used")]


def test_images_beside_code_of_the_same_publisher_are_not_its_services(tmp_path: Path) -> None:
    compose = "services:\n" + "".join(f"  {each}:\n    image: shopco/{each}:1.2\n" for each in ("orders", "stats", "logs"))
    files = {"compose.yml": compose, "orders/go.mod": MODULE, "orders/main.go": _program("orders", "github.com/labstack/echo/v4")}
    kinds = {each.name: each.kind for each in _scan(tmp_path, files).components}
    assert kinds == {"orders": "service", "stats": "infrastructure", "logs": "infrastructure"}


@pytest.mark.parametrize(
    ("body", "guarded"),
    [
        (
            'let Some(value) = request.headers().get_one("Authorization") else { return Outcome::Error((Status::Unauthorized, ())) };',
            True,
        ),
        ('let Ok(claims) = decode(header) else { fail!("Invalid token") };', True),
        ("let inner = try_outcome!(Inner::from_request(request).await);", True),
        ('let Some(host) = request.headers().get_one("Host") else { return Outcome::Error((Status::BadRequest, ())) };', False),
        ('let bearer = request.headers().get_one("Authorization").map(str::to_owned);', False),
    ],
)
def test_request_guards_of_rust_are_known_by_what_they_do(tmp_path: Path, body: str, guarded: bool) -> None:
    implementation = (
        "#[rocket::async_trait]\nimpl<'r> FromRequest<'r> for {name} {{\n    type Error = ();\n\n"
        "    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {{\n        {body}\n        Outcome::Success({name} {{}})\n    }}\n}}\n\n"
    )
    inner = 'let Some(key) = request.headers().get_one("X-API-Key") else { return Outcome::Error((Status::Forbidden, ())) };'
    source = (
        "use rocket::{get, routes};\n\npub struct Headers {}\npub struct Inner {}\n\n"
        + implementation.format(name="Headers", body=body)
        + implementation.format(name="Inner", body=inner)
        + '#[get("/orders")]\nfn orders(headers: Headers) -> &\'static str { "" }\n\n'
        + '#[launch]\nfn rocket() -> _ { rocket::build().mount("/", routes![orders]) }\n'
    )
    files = {"Cargo.toml": '[package]\nname = "shop"\nversion = "0.1.0"\n\n[dependencies]\nrocket = "0.5"\n', "src/main.rs": source}
    (told,) = _scan(tmp_path, files).endpoints
    assert [each.name for each in told.guards] == (["Headers"] if guarded else [])


def test_tables_that_go_code_makes(tmp_path: Path) -> None:
    source = (
        "package store\n\n// CREATE TABLE `comments` (id int);\nvar steps = []func(tx *sql.Tx) error{\n\tfunc(tx *sql.Tx) error {\n\t\t_, err := tx.Exec(`\n"
        "\t\t\tCREATE TABLE orders (\n\t\t\t\tid serial primary key,\n\t\t\t\ttotal int not null\n\t\t\t);\n\t\t\tCREATE TABLE notes (id int);\n\t\t`)\n\t\treturn err\n\t},\n"
        '\tfunc(tx *sql.Tx) error { _, err := tx.Exec("ALTER TABLE orders ADD COLUMN buyer text; DROP TABLE notes"); return err },\n}\n\n'
        "func downOrders(tx *sql.Tx) { tx.Exec(`DROP TABLE orders; CREATE TABLE gone (id int)`) }\n\n"
        'func prepare(tx *sql.Tx, table string) {\n\ttx.Exec(fmt.Sprintf("CREATE TABLE %s (id int)", table))\n'
        '\tlog.Print("cannot CREATE TABLE nothing (id int)")\n}\n\n'
        "var migration = &migrate.Migration{\n\tUp: []string{`CREATE TABLE people (id int)`},\n\tDown: []string{`CREATE TABLE people_old (id int)`, `DROP TABLE people`},\n}\n"
    )
    files = {"go.mod": MODULE, "main.go": _program("store", "github.com/lib/pq"), "store/migrations.go": source}
    told = {each.table: ([column.name for column in each.columns], each.evidence[0].line) for each in _scan(tmp_path, files).models}
    assert told == {"orders": (["id", "total", "buyer"], 7), "people": (["id"], 26)}


def test_workloads_take_variables_from_config_maps(tmp_path: Path) -> None:
    def workload(named: str, environment: str) -> str:
        return (
            f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {named}}}\nspec:\n  template:\n    spec:\n      containers:\n"
            f"      - name: {named}\n        image: shop/{named}:1\n{environment}"
        )

    code = _package("main", "os", body='func main() { os.Getenv("{}") }\n')
    every = "        envFrom:\n        - configMapRef: {name: addresses}\n        - configMapRef: {name: unknown}\n"
    files = {
        "deploy/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: addresses}\ndata:\n  ORDERS_ADDR: orders:80\n  STOCK_ADDR: stock:80\n  CACHE_HOST: cache\n",
        "deploy/web.yaml": workload("web", every),
        "deploy/orders.yaml": workload("orders", every),
        "deploy/stock.yaml": workload(
            "stock",
            "        env:\n        - name: UPSTREAM_ADDR\n          valueFrom: {configMapKeyRef: {name: addresses, key: ORDERS_ADDR}}\n",
        ),
        "deploy/cache.yaml": workload("cache", ""),
        **{f"{each}/go.mod": MODULE for each in ("web", "orders", "stock")},
        "web/main.go": code.replace("{}", "ORDERS_ADDR"),
        "orders/main.go": code.replace("{}", "STOCK_ADDR"),
        "stock/main.go": code.replace("{}", "UPSTREAM_ADDR"),
    }
    parts = _components(_scan(tmp_path, files))
    links = {each: [link.component for link in parts[each].depends_on] for each in ("web", "orders", "stock", "cache")}
    # what nobody's code reads, a framework may
    assert links == {"web": ["orders", "cache"], "orders": ["stock", "cache"], "stock": ["orders"], "cache": []}


def test_stores_of_objects_that_a_setting_chooses_among(tmp_path: Path) -> None:
    needs = "module example.org/shop\n\ngo 1.23\n\nrequire (\n\tgithub.com/aliyun/aliyun-oss-go-sdk v3.0.2\n\tgithub.com/aws/aws-sdk-go-v2/service/s3 v1.60.0\n)\n"
    files = {
        "go.mod": needs,
        "main.go": _program("shop", "github.com/aliyun/aliyun-oss-go-sdk/oss", "github.com/aws/aws-sdk-go-v2/service/s3"),
    }
    told = {each.technology: each.usage for each in _scan(tmp_path / "both", files).datastores}
    assert told == {"aliyun-oss": "supported", "s3": "supported"}
    one = {"go.mod": needs.replace("\tgithub.com/aliyun/aliyun-oss-go-sdk v3.0.2\n", ""), "main.go": files["main.go"]}
    assert {each.technology: each.usage for each in _scan(tmp_path / "one", one).datastores} == {"s3": "used"}


LARAVEL = {
    "composer.json": '{"require": {"php": "^8.2", "laravel/framework": "^11.0", "predis/predis": "^2.0", "league/flysystem-aws-s3-v3": "^3.0", "laravel/scout": "^10.0", '
    '"algolia/algoliasearch-client-php": "^3.4"}}',
    "config/cache.php": "<?php\nreturn ['default' => env('CACHE_STORE', 'file')];\n",
    "config/queue.php": "<?php\nreturn ['default' => env('QUEUE_CONNECTION', 'sync')];\n",
    "config/filesystems.php": "<?php\nreturn ['default' => env('FILESYSTEM_DISK', 'local')];\n",
    "config/scout.php": "<?php\nreturn ['driver' => env('SCOUT_DRIVER', 'algolia')];\n",
    "config/app.php": "<?php\nuse Illuminate\\Support\\Facades\\Redis;\nreturn ['aliases' => ['Redis' => Redis::class]];\n",
}


@pytest.mark.parametrize(
    ("more", "usage"),
    [
        ({}, {"redis": "supported", "s3": "supported", "algolia": "used"}),
        ({".env.example": "SCOUT_DRIVER=database\n"}, {"redis": "supported", "s3": "supported", "algolia": "supported"}),
        ({".env.example": "CACHE_STORE=redis\nFILESYSTEM_DISK=s3\n"}, {"redis": "used", "s3": "default", "algolia": "used"}),
        (
            {"app/Feed.php": "<?php\nnamespace App;\nuse Illuminate\\Support\\Facades\\Redis;\nclass Feed {}\n"},
            {"redis": "used", "s3": "supported", "algolia": "used"},
        ),
        (
            {"compose.yml": "services:\n  cache:\n    image: redis:7\n"},
            {"redis": "used", "s3": "supported", "algolia": "used"},
        ),
    ],
)
def test_stores_that_laravel_s_settings_pass_over_are_supported(tmp_path: Path, more: dict[str, str], usage: dict[str, str]) -> None:
    told = _scan(tmp_path, {**LARAVEL, **more}).technologies
    assert {each.id: each.usage for each in told if each.id in usage} == usage


def test_compose_files_that_users_may_deploy_are_not_the_product(tmp_path: Path) -> None:
    offered = {f"templates/compose/app{number}.yaml": f"services:\n  wiki{number}:\n    image: wordpress:6\n" for number in range(25)}
    folders = {f"store/app{number}/docker-compose.yml": f"services:\n  shop{number}:\n    image: odoo:18\n" for number in range(25)}
    own = {"compose.yml": "services:\n  web:\n    build: .\n", "Dockerfile": "FROM php:8.3\n", **LARAVEL}
    context = _scan(tmp_path, {**own, **offered, **folders, "templates/check.yaml": "services:\n  extra:\n    image: odoo:18\n"})
    assert [each.name for each in context.components] == ["web"]
    assert not {"wordpress", "odoo"} & {each.id for each in context.technologies if each.scope in ("backend", "deploy")}


def test_a_limit_of_php_is_told_as_php_s(tmp_path: Path) -> None:
    files = {**LARAVEL, "compose.yml": "services:\n  web:\n    build: .\n", "Dockerfile": "FROM php:8.3\nENV PHP_MEMORY_LIMIT=512M\n"}
    said = markdown.render(_scan(tmp_path, files), load(), budget=None, detail="standard", evidence=False, header=False)
    assert "- **Scale**: PHP memory limit 512M\n" in said


@pytest.mark.parametrize(("package", "key"), [("gorm.io/gorm", 'gorm:"primaryKey"'), ("xorm.io/xorm", 'xorm:"pk autoincr"')])
def test_structs_that_migrations_keep_are_no_tables_beside_those_that_stand(tmp_path: Path, package: str, key: str) -> None:
    def struct(named: str) -> str:
        return f"type {named} struct {{\n\tID int64 `{key}`\n\tName string\n}}\n"

    module = f"module example.org/shop\n\ngo 1.23\n\nrequire {package} v1.25.0\n"
    old = _package("migration", package, body=struct("order20200101") + "\nvar step = `CREATE TABLE order_tmp (id int)`\n")
    main = _program("models", package)
    both = {
        "go.mod": module,
        "main.go": main,
        "migration/20200101.go": old,
        "models/order.go": _package("models", package, body=struct("Order")),
    }
    assert [each.name for each in _scan(tmp_path / "both", both).models] == ["Order"]
    alone = {"go.mod": module, "main.go": main, "migration/20200101.go": old}
    assert [each.name for each in _scan(tmp_path / "alone", alone).models] == ["order20200101"]


def test_mocks_of_go_answer_nothing(tmp_path: Path) -> None:
    body = "type {0} struct{{}}\n\nfunc (s *{0}) List(ctx context.Context, in *gen.Empty) (*gen.Items, error) {{ return nil, nil }}\n"
    files = {
        "go.mod": MODULE,
        "main.go": _package("main", "google.golang.org/grpc", body="func main() { gen.RegisterCatalogServer(grpc.NewServer(), nil) }\n"),
        "catalog/a_catalog_mock.go": _package("catalog", "context", body=body.format("mockServer")),
        "catalog/server.go": _package("catalog", "context", body=body.format("server")),
        "proto/catalog.proto": 'syntax = "proto3";\npackage shop;\nservice Catalog {\n  rpc List(Empty) returns (Items);\n}\n',
    }
    assert [each.handler for each in _scan(tmp_path, files).endpoints] == ["server.List"]


@pytest.mark.parametrize("prefix", ["urlPath", "path.Join(conf.Server.BasePath, urlPath)"])
def test_a_struct_that_embeds_a_handler_is_mounted_as_it(tmp_path: Path, prefix: str) -> None:
    main = _package(
        "main",
        "net/http",
        "path",
        "github.com/go-chi/chi/v5",
        "example.org/shop/api",
        "example.org/shop/conf",
        body="type Server struct {\n\trouter chi.Router\n}\n\nfunc (s *Server) MountRouter(urlPath string, sub http.Handler) {\n"
        f"\turlPath = {prefix}\n\ts.router.Group(func(r chi.Router) {{\n\t\tr.Mount(urlPath, sub)\n\t}})\n}}\n\n"
        'func main() {\n\ts := &Server{router: chi.NewRouter()}\n\ts.MountRouter("/api", api.New())\n\thttp.ListenAndServe(":8080", s.router)\n}\n',
    )
    handlers = _package(
        "api",
        "net/http",
        "github.com/go-chi/chi/v5",
        body="type Router struct {\n\thttp.Handler\n}\n\nfunc New() *Router {\n\tr := &Router{}\n\tr.Handler = r.routes()\n\treturn r\n}\n\n"
        'func (a *Router) routes() http.Handler {\n\tr := chi.NewRouter()\n\tr.Get("/orders", a.list)\n\treturn r\n}\n\n'
        "func (a *Router) list(w http.ResponseWriter, r *http.Request) {}\n",
    )
    module = "module example.org/shop\n\ngo 1.23\n\nrequire github.com/go-chi/chi/v5 v5.1.0\n"
    context = _scan(tmp_path, {"go.mod": module, "main.go": main, "api/api.go": handlers})
    assert [(each.method, each.path) for each in context.endpoints] == [("GET", "/api/orders")]


def test_passwords_of_laravel_and_symfony(tmp_path: Path) -> None:
    user = "<?php\nnamespace App;\nuse Illuminate\\Support\\Facades\\Hash;\nclass Users { function set($p) { return Hash::make($p); } }\n"
    laravel = _scan(tmp_path / "laravel", {**LARAVEL, "app/Users.php": user})
    assert "password" in {each.mechanism for each in laravel.security.mechanisms}
    symfony = {
        "composer.json": '{"require": {"php": "^8.3", "symfony/framework-bundle": "^7.0", "symfony/security-bundle": "^7.0"}}',
        "config/packages/security.yaml": "security:\n  firewalls:\n    main:\n      {}:\n        check_path: login\n",
        "src/Kernel.php": "<?php\nnamespace App;\nclass Kernel {}\n",
    }

    def signs_in(kind: str) -> set[str]:
        files = {path: text.replace("{}", kind) if path.endswith(".yaml") else text for path, text in symfony.items()}
        return {each.mechanism for each in _scan(tmp_path / kind, files).security.mechanisms}

    assert "password" in signs_in("form_login")
    assert "password" in signs_in("json_login")
    assert "password" not in signs_in("login_link")


@pytest.mark.parametrize(
    ("package", "told"), [("validation", False), ("logs", False), ("server/web", True), ("server/web/filter/cors", True)]
)
def test_a_framework_of_which_only_a_library_is_used(tmp_path: Path, package: str, told: bool) -> None:
    module = "module example.org/shop\n\ngo 1.23\n\nrequire (\n\tgithub.com/beego/beego/v2 v2.3.0\n\tgithub.com/gin-gonic/gin v1.10.0\n)\n"
    files = {"go.mod": module, "main.go": _program("shop", "github.com/gin-gonic/gin", f"github.com/beego/beego/v2/{package}")}
    assert ("beego" in {each.id for each in _scan(tmp_path, files).technologies}) is told


@pytest.mark.parametrize(("switch", "guarded"), [("true", True), ("false", False)])
def test_a_middleware_whose_switch_is_off_refuses_nobody(tmp_path: Path, switch: str, guarded: bool) -> None:
    middleware = (
        "func AuthMiddleware(must bool) gin.HandlerFunc {\n\treturn func(c *gin.Context) {\n\t\ttoken, err := parse(c.Request)\n\t\tif err != nil {\n"
        '\t\t\tif must {\n\t\t\t\tc.AbortWithError(http.StatusUnauthorized, err)\n\t\t\t}\n\t\t\treturn\n\t\t}\n\t\tc.Set("user", token)\n\t}\n}\n'
    )
    source = _package("main", "net/http", "github.com/gin-gonic/gin", body=middleware)
    source += f'\nfunc main() {{\n\tr := gin.Default()\n\tr.Use(AuthMiddleware({switch}))\n\tr.GET("/orders", list)\n\tr.Run()\n}}\n'
    module = "module example.org/shop\n\ngo 1.23\n\nrequire github.com/gin-gonic/gin v1.10.0\n"
    (told,) = _scan(tmp_path, {"go.mod": module, "main.go": source}).endpoints
    assert (told.access == "guarded") is guarded


@pytest.mark.parametrize(("stated", "kind"), [("symfony-bundle", "library"), ("wordpress-plugin", "library"), ("project", "service")])
def test_bundles_of_php_are_libraries(tmp_path: Path, stated: str, kind: str) -> None:
    needs = '"require": {"php": "^8.3", "symfony/framework-bundle": "^7.0"}'
    files = {
        "composer.json": f'{{"name": "shop/shop", "type": "project", {needs}}}',
        "public/index.php": "<?php\n",
        "src/Bundle/Admin/composer.json": f'{{"name": "shop/admin", "type": "{stated}", {needs}}}',
        "src/Bundle/Admin/Admin.php": "<?php\nnamespace Shop\\Admin;\nclass Admin {}\n",
    }
    assert _components(_scan(tmp_path, files))["shop/admin"].kind == kind
