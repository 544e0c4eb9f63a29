"""Rules about stores and brokers, and about .NET's controllers and Spring's conditions, each on a small tree of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_rules import scanned as _scan

from ctxgen.catalogue import load
from ctxgen.context import Context, Datastore, Technology
from ctxgen.render import markdown


def _technologies(context: Context) -> dict[str, Technology]:
    return {technology.id: technology for technology in context.technologies}


def _stores(context: Context) -> dict[str, Datastore]:
    return {store.technology: store for store in context.datastores}


def _shop(client: str, image: str, scheme: str, more: str = "") -> dict[str, str]:
    """A server with a client of an engine, and the engine that is deployed beside it."""
    return {
        "package.json": f'{{"name": "shop", "dependencies": {{"express": "4.21.0", "{client}": "5.0.0"{more}}}}}',
        "index.js": 'const app = require("express")();\napp.get("/orders", (req, res) => res.end());\napp.listen(3000);\n',
        "Dockerfile": "FROM node:22\nCOPY . .\nCMD node index.js\n",
        "compose.yml": f"services:\n  shop:\n    build: .\n    environment:\n      STORE_URL: {scheme}://store:1234\n  store:\n    image: {image}\n",
    }


@pytest.mark.parametrize(
    ("client", "image", "scheme", "told", "silent"),
    [
        ("ioredis", "valkey/valkey:8.1", "redis", "valkey", "redis"),
        ("ioredis", "redis:8.2", "redis", "redis", "valkey"),
        ("mysql2", "mariadb:11.8", "mysql", "mariadb", "mysql"),
        ("pg", "cockroachdb/cockroach:v25.2.1", "postgres", "cockroachdb", "postgresql"),
        ("cassandra-driver", "scylladb/scylla:6.2", "cassandra", "scylladb", "cassandra"),
    ],
)
def test_clients_of_a_protocol_talk_to_the_engine_that_is_deployed(
    tmp_path: Path, client: str, image: str, scheme: str, told: str, silent: str
) -> None:
    context = _scan(tmp_path, _shop(client, image, scheme))
    store = _stores(context)[told]
    assert (store.version, store.usage, store.components, len(store.access)) == (image.rpartition(":")[2], "used", ("shop", "store"), 1)
    assert silent not in _technologies(context)


def test_engines_that_users_choose_among_are_told_each(tmp_path: Path) -> None:
    context = _scan(tmp_path, _shop("mysql2", "mariadb:11.8", "mysql", ', "mariadb": "3.4.0"'))
    assert {"mysql", "mariadb"} <= set(_technologies(context))


def test_channels_of_a_broker_that_speaks_another_one_s_protocol(tmp_path: Path) -> None:
    files = _shop("kafkajs", "redpandadata/redpanda:v25.1.1", "kafka")
    files["index.js"] += (
        'const { Kafka } = require("kafkajs");\nconst producer = new Kafka({ brokers }).producer();\n'
        'producer.send({ topic: "orders.created", messages: [] });\n'
    )
    context = _scan(tmp_path, files)
    assert {message.technology for message in context.messaging} == {"redpanda"}
    assert "kafka" not in _technologies(context)


def test_an_image_of_confluent_platform_has_the_platform_s_version(tmp_path: Path) -> None:
    found = _technologies(_scan(tmp_path, _shop("kafkajs", "confluentinc/cp-kafka:7.9.2", "kafka")))
    assert (found["kafka"].version, found["kafka"].usage, found["confluent-platform"].version) == (None, "used", "7.9.2")


def test_a_file_called_like_the_engine_that_settings_state_chooses_none(tmp_path: Path) -> None:
    starter = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>1.0.0</version></dependency>"
    needs = [
        ("org.springframework.boot", "spring-boot-starter-web"),
        ("com.mysql", "mysql-connector-j"),
        ("com.amazonaws", "aws-java-sdk-dynamodb"),
    ]
    files = {
        "pom.xml": f"<project><artifactId>shop</artifactId><dependencies>{''.join(starter.format(*each) for each in needs)}</dependencies></project>",
        "src/main/java/shop/Shop.java": "package shop;\nimport com.amazonaws.services.dynamodbv2.AmazonDynamoDB;\n@SpringBootApplication\nclass Shop { public static void main(String[] a) {} }\n",
        "src/main/resources/application.properties": "spring.datasource.url=jdbc:mysql://shop-mysql/shop\n",
        "deploy/shop-mysql-deployment.yml": "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: shop-mysql\nspec:\n  template:\n    spec:\n      containers:\n        - name: shop-mysql\n          image: mysql:8.4\n",
    }
    stores = _stores(_scan(tmp_path, files))
    assert {known: store.usage for known, store in stores.items()} == {"mysql": "used", "dynamodb": "used"}


@pytest.mark.parametrize(("name", "methods", "found"), [
    ("OrdersController", "[HttpGet] public string All() => \"\";\n    [HttpPost(\"{id}\")] public string One(int id) => \"\";", {("GET", "/orders"), ("POST", "/orders/{id}")}),
    ("OrdersController", "public string All() => \"\";", set()),
    ("OrdersService", "[HttpGet] public string All() => \"\";", set()),
])  # fmt: skip
def test_a_class_called_controller_whose_methods_have_verbs_is_one(
    tmp_path: Path, name: str, methods: str, found: set[tuple[str, str]]
) -> None:
    files = {
        "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>',
        "Program.cs": "var builder = WebApplication.CreateBuilder(args);\nbuilder.Services.AddControllers();\nvar app = builder.Build();\napp.MapControllers();\napp.Run();\n",
        "Orders.cs": f'using Microsoft.AspNetCore.Mvc;\nnamespace Shop;\n[Route("orders")]\npublic class {name}(ISender sender)\n{{\n    {methods}\n}}\n',
    }
    assert {(each.method, each.path) for each in _scan(tmp_path, files).endpoints} == found


def test_an_integration_with_versions_of_its_own_beside_the_provider(tmp_path: Path) -> None:
    project = '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="{}" Version="{}" /></ItemGroup></Project>'
    files = {
        "src/Catalog/Catalog.csproj": project.format("Aspire.Npgsql.EntityFrameworkCore.PostgreSQL", "13.1.0"),
        "src/Orders/Orders.csproj": project.format("Aspire.Npgsql.EntityFrameworkCore.PostgreSQL", "13.1.0"),
        "src/Events/Events.csproj": project.format("Npgsql.EntityFrameworkCore.PostgreSQL", "10.0.0"),
    }
    provider = _technologies(_scan(tmp_path, files))["npgsql-ef-core"]
    assert (provider.version, {use.version for use in provider.uses}) == ("10.0.0", {"10.0.0", None})


@pytest.mark.parametrize(("port", "ports"), [("${PORT:-1}", ()), ("${PORT:8081}", (8081,)), ("-1", ())])
def test_a_port_that_is_chosen_at_the_start_is_none(tmp_path: Path, port: str, ports: tuple[int, ...]) -> None:
    files = {
        "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency><groupId>io.micronaut</groupId><artifactId>micronaut-http-server-netty</artifactId></dependency></dependencies></project>",
        "src/main/java/shop/Shop.java": "package shop;\nclass Shop { public static void main(String[] arguments) { Micronaut.run(Shop.class); } }\n",
        "src/main/resources/application.yml": f"micronaut:\n  server:\n    port: {port}\n",
    }
    assert [part.ports for part in _scan(tmp_path, files).components] == [ports]


@pytest.mark.parametrize(
    ("version", "shown"), [("content.shop.example/v1alpha1", False), ("v1alpha1", False), ("networking.k8s.io/v1", True), ("v1", True)]
)
def test_objects_of_a_product_s_own_api_need_no_cluster(tmp_path: Path, version: str, shown: bool) -> None:
    files = _shop("pg", "postgres:17", "postgres")
    files["data/initial.yaml"] = f"apiVersion: {version}\nkind: Category\nmetadata:\n  name: first\nspec:\n  slug: first\n"
    assert ("kubernetes" in _technologies(_scan(tmp_path, files))) is shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("var result = await signIn.PasswordSignInAsync(name, given, false, false);", {"password"}),
        ("if (!await users.CheckPasswordAsync(user, given)) return Unauthorized();", {"password"}),
        ("// users.CheckPasswordAsync(user, given)", set()),
        ('builder.Services.AddAuthentication("Cookies").AddCookie(options => { });', {"session"}),
        ('response.Cookies.Append("theme", "dark");', set()),
    ],
)
def test_passwords_and_cookies_that_asp_net_signs_in_with(tmp_path: Path, line: str, shown: set[str]) -> None:
    files = {
        "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>',
        "SignIn.cs": f"namespace Shop;\nclass SignIn\n{{\n    async Task In()\n    {{\n        {line}\n    }}\n}}\n",
    }
    assert {each.mechanism for each in _scan(tmp_path, files).security.mechanisms} == shown


def test_databases_that_files_of_settings_are_called_after(tmp_path: Path) -> None:
    starter = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>1.0.0</version></dependency>"
    needs = [("org.springframework.boot", "spring-boot-starter-jdbc"), ("com.mysql", "mysql-connector-j"), ("org.xerial", "sqlite-jdbc")]
    files = {
        "pom.xml": f"<project><artifactId>shop</artifactId><dependencies>{''.join(starter.format(*each) for each in needs)}</dependencies></project>",
        "src/main/java/shop/Shop.java": "package shop;\n@SpringBootApplication\nclass Shop { public static void main(String[] a) {} }\n",
        "src/main/resources/application.properties": "spring.application.name=shop\nspring.datasource.url=jdbc:sqlite:shop.db\n",
        "docker/config/config-mysql.properties": "spring.datasource.url=jdbc:mysql://mysql/shop\nspring.datasource.username=shop\n",
    }
    stores = _stores(_scan(tmp_path, files))
    assert {known: store.usage for known, store in stores.items()} == {"mysql": "supported", "sqlite": "default"}


def _modules(dockerfile: str, at: str = "Dockerfile") -> dict[str, str]:
    """Two modules that Gradle builds, one of them a program."""
    return {
        "settings.gradle": 'rootProject.name = "shop"\ninclude "server", "common"\n',
        "build.gradle": "plugins { id 'java' }\n",
        "server/build.gradle": "plugins { id 'org.springframework.boot' version '3.5.0' }\ndependencies { implementation 'org.springframework.boot:spring-boot-starter-web' }\n",
        "server/src/main/java/shop/Shop.java": "package shop;\n@SpringBootApplication\nclass Shop { public static void main(String[] arguments) {} }\n",
        "common/build.gradle": "plugins { id 'java-library' }\n",
        "common/src/main/java/shop/Money.java": "package shop;\nclass Money {}\n",
        at: dockerfile,
    }


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM eclipse-temurin:21-jre AS builder\nARG JAR=/server/build/libs/*.jar\nCOPY ${JAR} shop.jar\nFROM eclipse-temurin:21-jre\nCOPY --from=builder shop.jar ./\nEXPOSE 8090\nCMD java -jar shop.jar\n",
        "FROM gradle:8 AS build\nWORKDIR /common\nCOPY . .\nRUN gradle build\nFROM eclipse-temurin:21-jre\nCOPY --from=build /common/server/build/libs/server.jar /shop.jar\nEXPOSE 8090\nCMD java -jar /shop.jar\n",
    ],
)
def test_an_image_at_the_root_runs_the_module_whose_archive_it_takes(tmp_path: Path, dockerfile: str) -> None:
    parts = _scan(tmp_path, _modules(dockerfile)).components
    assert {(part.name, part.kind, part.path, part.ports) for part in parts} == {
        ("server", "service", "server", (8090,)),
        ("common", "library", "common", ()),
    }


def test_an_image_that_only_builds_is_no_service(tmp_path: Path) -> None:
    parts = _scan(tmp_path, _modules("FROM openjdk:21\nCOPY . .\nRUN ./gradlew build\n", "docker/ci/Dockerfile")).components
    assert {(part.name, part.kind) for part in parts} == {("server", "service"), ("common", "library")}


def test_the_default_database_is_told_before_caches(tmp_path: Path) -> None:
    need = "<dependency><groupId>{}</groupId><artifactId>{}</artifactId></dependency>"
    needs = [("org.springframework.boot", "spring-boot-starter-web"), ("com.github.ben-manes.caffeine", "caffeine"), ("com.h2database", "h2"), ("com.mysql", "mysql-connector-j")]  # fmt: skip
    files = {
        "pom.xml": f"<project><artifactId>shop</artifactId><dependencies>{''.join(need.format(*each) for each in needs)}</dependencies></project>",
        "src/main/java/shop/Shop.java": "package shop;\n@SpringBootApplication\nclass Shop { public static void main(String[] a) {} }\n",
        "src/main/resources/application.properties": "spring.sql.init.platform=h2\nspring.datasource.url=jdbc:h2:mem:shop\n",
        "src/main/resources/application-mysql.properties": "spring.datasource.url=jdbc:mysql://localhost/shop\n",
    }
    said = markdown.render(_scan(tmp_path, files), load(), budget=None, detail="standard", evidence=False, header=False)
    assert said.index("H2 (default)") < said.index("Caffeine") < said.index("MySQL (supported)")


@pytest.mark.parametrize(
    ("setting", "access", "guards"),
    [
        ("shop.security.enabled=true", "guarded", {"authenticated", "@PreAuthorize:ADMIN"}),
        ("shop.security.enabled=false", "public", set()),
        ("", "guarded", {"authenticated", "@PreAuthorize:ADMIN"}),
    ],
)
def test_a_filter_chain_that_settings_turn_off_guards_nothing(tmp_path: Path, setting: str, access: str, guards: set[str]) -> None:
    chain = "@Bean SecurityFilterChain chain(HttpSecurity http) throws Exception {{ http.authorizeHttpRequests(all -> all.anyRequest().{}()); return http.build(); }}"
    condition = '@Configuration\n@ConditionalOnProperty(prefix = "shop.security", name = "enabled", havingValue = "{}")\n'
    files = {
        "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-security</artifactId></dependency></dependencies></project>",
        "src/main/resources/application.properties": f"server.port=8080\n{setting}\n",
        "src/main/java/shop/Closed.java": f"package shop;\nimport org.springframework.security.config.annotation.web.builders.HttpSecurity;\n@EnableMethodSecurity\n{condition.format('true')}class Closed {{ {chain.format('authenticated')} }}\n",
        "src/main/java/shop/Opened.java": f"package shop;\nimport org.springframework.security.config.annotation.web.builders.HttpSecurity;\n{condition.format('false')}class Opened {{ {chain.format('permitAll')} }}\n",
        "src/main/java/shop/Orders.java": 'package shop;\nimport org.springframework.web.bind.annotation.*;\n@RestController\nclass Orders { @PreAuthorize("hasRole(\'ADMIN\')") @GetMapping("/orders") String all() { return null; } }\n',
    }
    found = [(each.access, {guard.name for guard in each.guards}) for each in _scan(tmp_path, files).endpoints]
    assert found == [(access, guards)]


def test_migrations_of_several_databases_are_counted_each(tmp_path: Path) -> None:
    need = '<PackageReference Include="{}.EntityFrameworkCore.{}" Version="9.0.0" />'
    files = {
        "Shop.csproj": f'<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup><ItemGroup>{need.format("Pomelo", "MySql")}{need.format("Microsoft", "Sqlite")}</ItemGroup></Project>',
        "Program.cs": "var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n",
        **{
            f"Migrations/Orders{engine}/2025010100000{number}_Step{number}.cs": "class Step : Migration {}\n"
            for engine, count in (("MySql", 2), ("Sqlite", 3))
            for number in range(count)
        },
    }
    stores = _stores(_scan(tmp_path, files))
    assert {known: store.migrations and store.migrations.count for known, store in stores.items()} == {"mysql": 2, "sqlite": 3}


def test_a_module_with_settings_that_several_take_is_a_library(tmp_path: Path) -> None:
    module = "<project><parent><groupId>shop</groupId><artifactId>shop</artifactId><version>1</version></parent><artifactId>{}</artifactId><dependencies>{}</dependencies></project>"
    web = "<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency>"
    common = "<dependency><groupId>shop</groupId><artifactId>common</artifactId><version>1</version></dependency>"
    eureka = "<dependency><groupId>org.springframework.cloud</groupId><artifactId>spring-cloud-starter-netflix-eureka-server</artifactId></dependency>"
    files = {
        "pom.xml": "<project><groupId>shop</groupId><artifactId>shop</artifactId><version>1</version><packaging>pom</packaging><modules><module>common</module><module>orders</module><module>registry</module></modules></project>",
        "common/pom.xml": module.format("common", web),
        "common/src/main/resources/application.yaml": "spring:\n  jackson:\n    default-property-inclusion: non_null\n",
        "common/src/main/java/shop/entity/App.java": "package shop.entity;\nclass App { String name; }\n",
        "orders/pom.xml": module.format("orders", common + web),
        "orders/src/main/java/shop/OrdersApplication.java": "package shop;\nclass OrdersApplication { public static void main(String[] a) {} }\n",
        "registry/pom.xml": module.format("registry", common + eureka),
        "registry/src/main/java/shop/RegistryApplication.java": "package shop;\nclass RegistryApplication { public static void main(String[] a) {} }\n",
        "registry/src/main/java/shop/ServicesController.java": 'package shop;\nimport org.springframework.web.bind.annotation.*;\n@RestController\nclass ServicesController { @GetMapping("/services") String all() { return null; } }\n',
    }
    kinds = {part.name: part.kind for part in _scan(tmp_path, files).components}
    assert kinds == {"common": "library", "orders": "service", "registry": "service"}


def test_the_runtime_that_one_pipeline_states_comes_before_those_that_another_tries(tmp_path: Path) -> None:
    files = {
        "build.gradle": "plugins { id 'org.jetbrains.kotlin.jvm' version '2.2.0' }\ndependencies { implementation 'io.ktor:ktor-server-netty:3.2.0' }\n",
        "src/main/kotlin/App.kt": "fun main() { embeddedServer(Netty, port = 8080) { }.start() }\n",
        ".travis.yml": "language: java\njdk:\n  - openjdk10\n  - openjdk11\n",
        ".github/workflows/build.yml": "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/setup-java@v4\n        with:\n          java-version: '21'\n          distribution: temurin\n",
    }
    said = markdown.render(_scan(tmp_path, files), load(), budget=None, detail="standard", evidence=False, header=False)
    assert "Java 21 (also 10, 11)" in said


@pytest.mark.parametrize(("called", "shown"), [("JWTAuthenticationFilter", {"jwt"}), ("JwtFilter", {"jwt"}), ("AuditFilter", set())])
def test_a_filter_called_after_tokens_takes_them(tmp_path: Path, called: str, shown: set[str]) -> None:
    files = {
        "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>",
        f"src/main/java/shop/{called}.java": f"package shop;\nimport org.springframework.web.filter.OncePerRequestFilter;\nclass {called} extends OncePerRequestFilter {{\n  @Override protected void doFilterInternal(HttpServletRequest q, HttpServletResponse r, FilterChain c) {{ c.doFilter(q, r); }}\n}}\n",
    }
    assert {each.mechanism for each in _scan(tmp_path, files).security.mechanisms} == shown


def test_what_compose_and_kubernetes_call_alike_is_one_service(tmp_path: Path) -> None:
    files = {
        "src/Catalog/Catalog.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>',
        "src/Catalog/Program.cs": "var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n",
        "src/Catalog/Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:9.0\nEXPOSE 80\n",
        "compose.yml": "services:\n  catalog-api:\n    image: shop/catalog.api\n    build:\n      context: .\n      dockerfile: src/Catalog/Dockerfile\n    ports: ['5101:80']\n",
        "k8s/catalog.yml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: catalog\nspec:\n  template:\n    spec:\n      containers:\n        - name: catalog-api\n          image: shop/catalog.api:latest\n          ports:\n            - containerPort: 80\n",
    }
    assert [(part.name, part.kind) for part in _scan(tmp_path, files).components] == [("catalog-api", "service")]


@pytest.mark.parametrize("called", ["apply", "also", "run"])
def test_routes_of_vertx_in_a_scope_function(tmp_path: Path, called: str) -> None:
    dot = "it." if called == "also" else ""
    files = {
        "build.gradle": "plugins { id 'org.jetbrains.kotlin.jvm' version '2.2.0' }\ndependencies { implementation 'io.vertx:vertx-web:5.0.1'\nimplementation 'io.vertx:vertx-auth-jwt:5.0.1'\nimplementation 'io.vertx:vertx-redis-client:5.0.1' }\n",
        "src/main/kotlin/Shop.kt": f'import io.vertx.ext.web.Router\nclass Shop : CoroutineVerticle() {{\n    override suspend fun start() {{ vertx.createHttpServer().requestHandler(router()).listen(8080) }}\n    private fun router() = Router.router(vertx).{called} {{\n        {dot}get("/orders/:id").handler {{ context -> context.end() }}\n        {dot}post("/orders").handler {{ context -> context.end() }}\n    }}\n}}\n',
    }
    context = _scan(tmp_path, files)
    assert {(each.method, each.path) for each in context.endpoints} == {("GET", "/orders/{id}"), ("POST", "/orders")}
    assert {each.mechanism for each in context.security.mechanisms} == {"jwt"}
    assert _stores(context)["redis"].access == ("vertx-redis-client",)


def test_a_web_application_runs_in_the_server_of_its_image(tmp_path: Path) -> None:
    module = "<project><parent><groupId>shop</groupId><artifactId>shop</artifactId><version>1</version></parent><artifactId>{}</artifactId>{}<dependencies><dependency><groupId>org.hibernate.validator</groupId><artifactId>hibernate-validator</artifactId><version>9.1.3.Final</version></dependency></dependencies></project>"
    files = {
        "pom.xml": "<project><groupId>shop</groupId><artifactId>shop</artifactId><version>1</version><packaging>pom</packaging><modules><module>core</module><module>webapp</module></modules></project>",
        "core/pom.xml": module.format("core", ""),
        "core/src/main/java/shop/Main.java": "package shop;\nclass Main { public static void main(String[] a) {} }\n",
        "webapp/pom.xml": module.format("webapp", "<packaging>war</packaging>"),
        "webapp/src/main/webapp/WEB-INF/web.xml": "<web-app/>",
        "Dockerfile": "FROM maven:3 AS build\nCOPY . .\nRUN mvn package\nFROM tomcat:11\nCOPY --from=build /shop.war /usr/local/tomcat/webapps/\nEXPOSE 8080\n",
        "compose.yml": "services:\n  api:\n    build: .\n    ports: ['8080:8080']\n",
    }
    context = _scan(tmp_path, files)
    assert {(part.name, part.kind, part.path) for part in context.components} == {("api", "service", "webapp"), ("core", "library", "core")}
    found = _technologies(context)
    assert (found["bean-validation"].version, found["hibernate-validator"].version) == (None, "9.1.3.Final")


def test_steps_of_the_product_s_own_are_no_migrations_of_entity_framework(tmp_path: Path) -> None:
    files = {
        "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="Microsoft.EntityFrameworkCore.Sqlite" Version="9.0.0" /></ItemGroup></Project>',
        "Migrations/20250101000000_Initial.cs": "class Initial : Migration {}\n",
        "Migrations/20250101000000_Initial.Designer.cs": "partial class Initial {}\n",
        "Migrations/Routines/20250102000000_MoveFiles.cs": "class MoveFiles {}\n",
    }
    migrations = _stores(_scan(tmp_path, files))["sqlite"].migrations
    assert migrations is not None
    assert migrations.count == 1


@pytest.mark.parametrize(
    ("path", "line", "shown"),
    [
        ("auth.go", 'w.Header().Set("WWW-Authenticate", `Basic realm="shop"`)', {"basic"}),
        ("auth.php", "header('WWW-Authenticate: Basic realm=\"shop\"');", {"basic"}),
        ("auth.js", "response.headers['WWW-Authenticate'] = 'Basic realm=shop'", {"basic"}),
        ("client.py", 'if answer.headers.get("WWW-Authenticate", "").startswith("Basic"):', set()),
        ("client.js", 'if (answer.headers["WWW-Authenticate"] === "Basic") {', set()),
    ],
)
def test_an_answer_that_asks_for_basic_credentials(tmp_path: Path, path: str, line: str, shown: set[str]) -> None:
    context = _scan(tmp_path, {"go.mod": "module shop\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() {}\n", path: f"{line}\n"})
    assert {each.mechanism for each in context.security.mechanisms} == shown


def test_a_byte_order_mark_before_a_namespace(tmp_path: Path) -> None:
    project = '<Project Sdk="Microsoft.NET.Sdk{}"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup>{}</Project>'
    card = "\ufeffnamespace {};\npublic class Card {{ public int Id {{ get; set; }} }}\n"
    files = {
        "src/Client/Client.csproj": project.format("", ""),
        "src/Client/Card.cs": card.format("Shop.Client"),
        "src/Orders/Orders.csproj": project.format(
            ".Web",
            '<ItemGroup><PackageReference Include="Microsoft.EntityFrameworkCore" Version="9.0.0" /><ProjectReference Include="../Z.Domain/Z.Domain.csproj" /></ItemGroup>',
        ),
        "src/Orders/GlobalUsings.cs": "\ufeffglobal using Shop.Domain;\nglobal using Microsoft.EntityFrameworkCore;\n",
        "src/Orders/OrdersContext.cs": "\ufeffnamespace Shop.Orders;\npublic class OrdersContext : DbContext { public DbSet<Card> Cards { get; set; } }\n",
        "src/Z.Domain/Z.Domain.csproj": project.format("", ""),
        "src/Z.Domain/Card.cs": card.format("Shop.Domain"),
    }
    assert [model.evidence[0].path for model in _scan(tmp_path, files).models] == ["src/Z.Domain/Card.cs"]


def test_topics_of_dapr(tmp_path: Path) -> None:
    files = {
        "Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="Dapr.AspNetCore" Version="1.15.0" /></ItemGroup></Project>',
        "Events.cs": 'namespace Shop;\n[ApiController]\npublic class EventsController : ControllerBase\n{\n    private const string Bus = "pubsub";\n    [HttpPost("created")]\n    [Topic(Bus, nameof(OrderCreated))]\n    public Task Created(OrderCreated order) => Task.CompletedTask;\n    public Task Send(DaprClient dapr) => dapr.PublishEventAsync(Bus, "orders-paid", new object());\n}\n',
        "compose.yml": "services:\n  broker:\n    image: rabbitmq:4.1\n",
    }
    told = {
        (message.technology, message.name, bool(message.producers), bool(message.consumers)) for message in _scan(tmp_path, files).messaging
    }
    assert told == {("rabbitmq", "OrderCreated", False, True), ("rabbitmq", "orders-paid", True, False)}


@pytest.mark.parametrize(("plugin", "kind"), [("id 'org.springframework.boot' version '3.5.0'", "service"), ("", "library")])
def test_a_library_that_a_plugin_makes_to_run_is_none(tmp_path: Path, plugin: str, kind: str) -> None:
    files = {
        "settings.gradle": 'rootProject.name = "shop"\n',
        "build.gradle": f"plugins {{\n  id 'java-library'\n  {plugin}\n}}\ndependencies {{ implementation 'org.springframework.boot:spring-boot-starter-web' }}\n",
        "src/main/java/shop/ShopApplication.java": "package shop;\nclass ShopApplication { public static void main(String[] a) {} }\n",
    }
    assert [part.kind for part in _scan(tmp_path / "shop", files).components] == [kind]


def test_csharp_has_the_framework_of_what_runs_not_of_what_is_shared(tmp_path: Path) -> None:
    project = '<Project Sdk="Microsoft.NET.Sdk{}"><PropertyGroup><TargetFramework>{}</TargetFramework></PropertyGroup></Project>'
    files = {
        "src/Core/Core.csproj": project.format("", "netstandard2.1"),
        "src/Core/Orders.cs": "namespace Core;\n" + "public class Order { public int Id { get; set; } }\n" * 40,
        "src/Web/Web.csproj": project.format(".Web", "net8.0"),
        "src/Web/Program.cs": "var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n",
    }
    assert [language.version for language in _scan(tmp_path, files).languages] == ["net8.0"]


@pytest.mark.parametrize(
    ("settings", "line", "told"),
    [
        ("management.endpoints.web.exposure.include=*\n", "", {("actuator endpoints exposed:", "all")}),
        ("management.endpoints.web.exposure.include=health,env,heapdump\n", "", {("actuator endpoints exposed:", "env, heapdump")}),
        ("management.endpoints.web.exposure.include=health,info\n", "", set()),
        ("", "http.csrf(csrf -> csrf.disable());", {("CSRF protection", "off")}),
        ("", "http.csrf(AbstractHttpConfigurer::disable);", {("CSRF protection", "off")}),
        ("", "http.csrf().disable();", {("CSRF protection", "off")}),
        ("", "// http.csrf().disable();", set()),
        ("", "http.csrf(Customizer.withDefaults()).cors(cors -> cors.disable());", set()),
    ],
)
def test_what_spring_opens(tmp_path: Path, settings: str, line: str, told: set[tuple[str, str]]) -> None:
    files = {
        "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>",
        "src/main/resources/application.properties": f"server.port=8080\n{settings}",
        "src/main/resources/application-dev.properties": settings,
        "src/main/java/shop/Security.java": f"package shop;\nimport org.springframework.security.config.annotation.web.builders.HttpSecurity;\nclass Security {{\n  void chain(HttpSecurity http) {{\n    {line}\n  }}\n}}\n",
    }
    assert {(each.name, each.value) for each in _scan(tmp_path, files).security.settings} == told


def test_what_tests_start_is_not_the_version_of_what_a_chart_deploys(tmp_path: Path) -> None:
    files = {
        "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>",
        "deploy/shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n  - name: minio\n    version: 11.10.13\n    repository: https://charts.example.org\n",
        "deploy/shop/templates/shop.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: shop\n",
        "src/test/resources/docker/docker-compose.yaml": "services:\n  s3:\n    image: minio/minio:RELEASE.2022-01-25T19-56-04Z\n",
    }
    assert _technologies(_scan(tmp_path, files))["minio"].version is None
