"""What belongs together on the JVM and in .NET: libraries and the process that runs them, names of applications, tables that several files speak of."""

from __future__ import annotations

from pathlib import Path

from test_rules import scanned as _scan

from ctxgen.catalogue import load
from ctxgen.render import markdown

WEB = '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup><ItemGroup>{}</ItemGroup></Project>'
LIBRARY = '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup><ItemGroup>{}</ItemGroup></Project>'


def test_what_a_library_does_is_told_of_the_one_process_that_needs_it(tmp_path: Path) -> None:
    bus = (
        "using MassTransit;\nnamespace Shop;\npublic record OrderPlaced(int Id);\n"
        "public class OrderPlacedConsumer : IConsumer<OrderPlaced> { public Task Consume(ConsumeContext<OrderPlaced> c) => Task.CompletedTask; }\n"
    )
    packages = (
        '<PackageReference Include="MassTransit.RabbitMQ" Version="8.2.0" />'
        '<PackageReference Include="Npgsql.EntityFrameworkCore.PostgreSQL" Version="8.0.0" />'
        '<PackageReference Include="Microsoft.AspNetCore.Authentication.JwtBearer" Version="8.0.0" />'
    )
    files = {
        "Shop.Bus/Shop.Bus.csproj": LIBRARY.format(packages),
        "Shop.Bus/Consumers.cs": bus,
        "Shop.Api/Shop.Api.csproj": WEB.format('<ProjectReference Include="../Shop.Bus/Shop.Bus.csproj" />'),
        "Shop.Api/Program.cs": "var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n",
        "compose.yml": "services:\n  db:\n    image: postgres:16\n  mq:\n    image: rabbitmq:3\n",
    }
    context = _scan(tmp_path, files)
    assert [each.consumers for each in context.messaging] == [("shop.api",)]
    assert next(each.components for each in context.datastores if each.technology == "postgresql") == ("db", "shop.api")
    assert [(each.mechanism, each.component) for each in context.security.mechanisms] == [("jwt", "shop.api")]
    assert "PostgreSQL 16 for Shop.Api" in markdown.render(context, load())


def test_a_table_of_a_script_that_code_maps_is_told_once(tmp_path: Path) -> None:
    entity = (
        "using Microsoft.EntityFrameworkCore;\nnamespace Shop;\n"
        "public class Order { public int Id { get; set; } }\n"
        "public class ShopContext : DbContext {\n  public DbSet<Order> Orders { get; set; }\n"
        '  protected override void OnModelCreating(ModelBuilder b) { b.Entity<Order>().ToTable("Orders", SchemaNames.Sales); }\n}\n'
    )
    files = {
        "Shop/Shop.csproj": WEB.format('<PackageReference Include="Microsoft.EntityFrameworkCore.SqlServer" Version="8.0.0" />'),
        "Shop/Shop.cs": entity,
        "create.sql": "create table sales.Orders (Id int primary key);\ncreate table sales.Notes (Id int primary key);\n",
    }
    assert [(each.name, each.component) for each in _scan(tmp_path, files).models] == [("Notes", None), ("Order", "shop")]


def test_a_deployment_that_is_called_as_its_settings_name_the_application(tmp_path: Path) -> None:
    files = {
        "settings.gradle": "include 'orders:orders-main'\n",
        "orders/orders-main/build.gradle": "plugins { id 'org.springframework.boot' version '3.4.0' }\ndependencies { implementation 'org.springframework.boot:spring-boot-starter-web' }\n",
        "orders/orders-main/Dockerfile": "FROM eclipse-temurin:21\nCOPY build/libs/orders-main.jar service.jar\n",
        "orders/orders-main/src/main/java/shop/OrdersMain.java": "package shop;\n\npublic class OrdersMain { public static void main(String[] args) {} }\n",
        "orders/orders-main/src/main/resources/application.properties": "spring.application.name=order-service\n",
        "k8s/orders.yaml": (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: order-service\nspec:\n  template:\n    spec:\n      containers:\n"
            "        - name: order-service\n          image: example/shop-order-service:1\n          ports:\n            - containerPort: 8080\n"
        ),
        "k8s/ingress.yaml": (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: nginx-ingress\nspec:\n  template:\n    spec:\n      containers:\n"
            "        - name: controller\n          image: quay.io/kubernetes-ingress-controller/nginx-ingress-controller:0.33.0\n"
        ),
    }
    context = _scan(tmp_path, files)
    assert {part.name: (part.kind, part.path) for part in context.components} == {
        "order-service": ("service", "orders/orders-main"),
        "nginx-ingress": ("infrastructure", "k8s/ingress.yaml"),
    }


def test_projects_of_dotnet_for_tests_whose_names_go_on(tmp_path: Path) -> None:
    files = {
        "src/Shop/Shop.csproj": WEB.format(""),
        "src/Shop/Program.cs": "var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n",
        "src/Shop.Test.Common/Shop.Test.Common.csproj": LIBRARY.format('<PackageReference Include="RestSharp" Version="106.15.0" />'),
    }
    context = _scan(tmp_path, files)
    assert [part.name for part in context.components] == ["Shop"]


SPRING = "import org.springframework.boot.context.properties.ConfigurationProperties;\nimport org.springframework.amqp.rabbit.core.RabbitTemplate;\n"


def test_an_exchange_that_a_record_of_settings_names(tmp_path: Path) -> None:
    pom = (
        "<project><artifactId>shop</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId>"
        "<artifactId>spring-boot-starter-amqp</artifactId><version>3.4.0</version></dependency></dependencies></project>"
    )
    files = {
        "pom.xml": pom,
        "src/main/resources/application.properties": "shop.order-events-exchange=orders\nspring.rabbitmq.host=mq\n",
        "src/main/java/shop/Settings.java": f'package shop;\n\n{SPRING}\n@ConfigurationProperties(prefix = "shop")\npublic record Settings(String orderEventsExchange) {{}}\n',
        "src/main/java/shop/Publisher.java": (
            f"package shop;\n\n{SPRING}\nclass Publisher {{\n  private final RabbitTemplate template;\n  private final Settings settings;\n\n"
            "  Publisher(RabbitTemplate template, Settings settings) {\n    this.template = template;\n    this.settings = settings;\n  }\n\n"
            "  void publish(String key, Object event) {\n    template.convertAndSend(settings.orderEventsExchange(), key, event);\n  }\n}\n"
        ),
    }
    assert [(each.kind, each.name, each.producers) for each in _scan(tmp_path, files).messaging] == [("exchange", "orders", ("shop",))]


def test_a_route_of_a_gateway_to_this_machine_is_called_by_its_name(tmp_path: Path) -> None:
    files = {
        "pom.xml": "<project><artifactId>edge</artifactId><dependencies><dependency><groupId>org.springframework.cloud</groupId><artifactId>spring-cloud-starter-gateway</artifactId></dependency></dependencies></project>",
        "src/main/java/shop/Edge.java": "package shop;\n\nimport org.springframework.boot.autoconfigure.SpringBootApplication;\n\n@SpringBootApplication\npublic class Edge {}\n",
        "src/main/resources/application.yml": (
            "spring:\n  cloud:\n    gateway:\n      routes:\n        - id: orders\n          uri: ${ORDERS_URL:http://localhost:8081}\n"
            "          predicates:\n            - Path=/orders/**\n"
        ),
    }
    assert [(each.path, each.handler) for each in _scan(tmp_path, files).endpoints] == [("/orders/{path}", "orders")]


def test_packages_of_paket(tmp_path: Path) -> None:
    files = {
        "paket.dependencies": "source https://api.nuget.org/v3/index.json\nframework: net8.0\nnuget Saturn ~> 0 // comment\nnuget Giraffe\n\ngroup Test\n  nuget Expecto ~> 9\n",
        "paket.lock": (
            "RESTRICTION: == net8.0\nNUGET\n  remote: https://api.nuget.org/v3/index.json\n    Giraffe (6.2) - restriction: >= net6.0\n      FSharp.Core (>= 6.0)\n"
            "    Saturn (0.16.1)\n\nGROUP Test\nNUGET\n  remote: https://api.nuget.org/v3/index.json\n    Expecto (9.0.4)\n"
        ),
        "src/Server/Server.fsproj": WEB.format(""),
        "src/Server/paket.references": "Saturn\nGiraffe\nFile: types.fs\n\ngroup Test\n  Expecto\n",
        "src/Server/Server.fs": "module Server\n\nlet app = application {\n    use_jwt_authentication secret issuer\n}\n",
    }
    context = _scan(tmp_path, files)
    told = {each.id: (each.version, each.scope) for each in context.technologies}
    assert (told["giraffe"], told["saturn"]) == (("6.2", "backend"), ("0.16.1", "backend"))
    assert "expecto" not in told or told["expecto"][1] == "test"
    assert [(each.mechanism, each.component) for each in context.security.mechanisms] == [("jwt", "server")]


def test_hosts_of_aspire_for_several_systems_and_resources_of_their_own(tmp_path: Path) -> None:
    host = 'var builder = DistributedApplication.CreateBuilder(args);\nbuilder.AddProject<Projects.{0}>("{1}");\nbuilder.AddTalkingClock("clock{1}");\nbuilder.AddCollector("otel{1}", "../otel/config.yaml");\n'
    files: dict[str, str] = {}
    for title in ("Shop", "Mail", "Stock"):
        files |= {
            f"{title}/{title}.AppHost/{title}.AppHost.csproj": '<Project Sdk="Microsoft.NET.Sdk"><Sdk Name="Aspire.AppHost.Sdk" Version="9.4.0" /><PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net9.0</TargetFramework></PropertyGroup></Project>',
            f"{title}/{title}.AppHost/Program.cs": host.format(title, title.lower()),
            f"{title}/{title}/{title}.csproj": WEB.format(""),
            f"{title}/{title}/Program.cs": "var app = WebApplication.CreateBuilder(args).Build();\napp.Run();\n",
            f"{title}/otel/config.yaml": "receivers: {}\n",
        }
    context = _scan(tmp_path, files)
    assert context.architecture.pattern == "monorepo-of-apps"
    assert sorted(part.name for part in context.components if part.kind != "infrastructure") == ["mail", "shop", "stock"]


def test_a_registry_of_few_does_not_make_a_system_of_all(tmp_path: Path) -> None:
    pom = "<project><artifactId>{0}</artifactId><dependencies>{1}<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId><version>3.4.0</version></dependency></dependencies></project>"
    eureka = "<dependency><groupId>org.springframework.cloud</groupId><artifactId>spring-cloud-starter-netflix-eureka-client</artifactId></dependency>"
    main = "package shop;\n\npublic class ShopApplication { public static void main(String[] args) {} }\n"
    files: dict[str, str] = {}
    for number, title in enumerate(("jdbc", "rest", "pages-bootstrap", "mail", "forex")):
        files |= {
            f"{title}/pom.xml": pom.format(title, eureka if number > 3 else ""),
            f"{title}/src/main/java/shop/ShopApplication.java": main,
        }
    context = _scan(tmp_path, files)
    assert context.architecture.pattern == "monorepo-of-apps"
    assert {part.kind for part in context.components} == {"service"}


def test_databases_that_a_file_starts_to_try_the_product_with_each(tmp_path: Path) -> None:
    drivers = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>1.0</version></dependency>"
        for group, artifact in (
            ("com.mysql", "mysql-connector-j"),
            ("org.postgresql", "postgresql"),
            ("com.oracle.database.jdbc", "ojdbc8"),
        )
    )
    files = {
        "pom.xml": f"<project><artifactId>shop</artifactId><dependencies>{drivers}</dependencies></project>",
        "src/main/java/shop/ShopApplication.java": "package shop;\n\npublic class ShopApplication { public static void main(String[] args) {} }\n",
        "src/main/resources/application.properties": "spring.datasource.url=jdbc:mysql://localhost/shop\n",
        "sql/compose.yml": "services:\n  mysql:\n    image: mysql:8\n  postgres:\n    image: postgres:16\n  oracle:\n    image: gvenzl/oracle-xe:18\n",
    }
    told = {each.technology: each.usage for each in _scan(tmp_path, files).datastores}
    assert told == {"mysql": "used", "postgresql": "supported", "oracle": "supported"}


def test_a_service_whose_folder_is_made_before_the_build(tmp_path: Path) -> None:
    files = {
        "pom.xml": "<project><artifactId>shop</artifactId><packaging>pom</packaging><modules><module>shop-server</module><module>shop-monitor</module></modules></project>",
        "shop-server/pom.xml": "<project><artifactId>shop-server</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId><version>3.4.0</version></dependency></dependencies></project>",
        "shop-server/src/main/java/shop/ShopApplication.java": "package shop;\n\npublic class ShopApplication { public static void main(String[] args) {} }\n",
        "shop-monitor/pom.xml": "<project><artifactId>shop-monitor</artifactId><dependencies><dependency><groupId>de.codecentric</groupId><artifactId>spring-boot-admin-starter-server</artifactId><version>3.4.0</version></dependency></dependencies></project>",
        "shop-monitor/src/main/java/shop/monitor/FileController.java": "package shop.monitor;\n\npublic class FileController {}\n",
        "script/compose.yml": "services:\n  server:\n    image: shop-server\n    build: ./shop-server\n    ports: ['8080:8080']\n",
    }
    context = _scan(tmp_path, files)
    assert {part.name: (part.kind, part.path) for part in context.components} == {
        "server": ("service", "shop-server"),
        "shop-monitor": ("library", "shop-monitor"),
    }
