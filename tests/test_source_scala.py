"""What Scala's routes say, by the fewest lines that show it, and that hostile files of it end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ctxgen.context import Endpoint
from ctxgen.pipeline import scan

_LIBRARIES = {
    "akka": '"com.typesafe.akka" %% "akka-http" % "10.2.10"',
    "http4s": '"org.http4s" %% "http4s-dsl" % "0.23.30"',
    "tapir": '"com.softwaremill.sttp.tapir" %% "tapir-core" % "1.11.40"',
    "zio": '"dev.zio" %% "zio-http" % "3.3.3"',
}
_IMPORTS = {
    "akka": "import akka.http.scaladsl.server.Directives._",
    "http4s": "import org.http4s._",
    "tapir": "import sttp.tapir.*",
    "zio": "import zio.http.*",
}


def answered(root: Path, library: str, text: str, **others: str) -> list[Endpoint]:
    files = {"build.sbt": f'name := "shop"\nscalaVersion := "2.13.16"\nlibraryDependencies += {_LIBRARIES[library]}\n'}
    files |= {
        f"src/main/scala/{title}.scala": f"package shop\n{_IMPORTS[library]}\n{each}\n" for title, each in {"Main": text, **others}.items()
    }
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return list(scan(root).endpoints)


def told(found: list[Endpoint]) -> set[str]:
    return {f"{each.method} {each.path}" for each in found}


@pytest.mark.parametrize(
    ("directives", "shown"),
    [
        ('get { path("orders") { complete("") } }', {"GET /orders"}),
        ('path("orders" / Segment)(get(complete("")))', {"GET /orders/{segment}"}),
        ('path("orders") { (get | head) { complete("") } }', {"GET /orders", "HEAD /orders"}),
        ('path("orders") { get { orders.get { id => complete(id) } } }', {"GET /orders"}),
        ('pathPrefix("a") { stock ~ path("b") { put { complete("") } } }', {"PUT /a/b", "GET /a/stock"}),
        ('onSuccess(cache.get("orders")) { case Some(x) => complete(x) }', set()),
    ],
)
def test_directives_inside_one_another(tmp_path: Path, directives: str, shown: set[str]) -> None:
    text = f'object Main {{\n  val stock = path("stock") {{ get {{ complete("") }} }}\n  val all = {directives}\n}}'
    found = told(answered(tmp_path, "akka", text))
    assert shown <= found
    assert found - shown <= {"GET /stock"}


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ('GET -> Root / "orders" / IntVar(id)', "GET /orders/{id}"),
        ('req @ POST -> Root / "orders"', "POST /orders"),
        ('_ -> Root / "orders" / _', "ANY /orders/{value}"),
        ("Some(x) -> y", None),
        ('GET -> Root / "a b" +& Page(page)', "GET /a b"),
    ],
)
def test_patterns_of_requests(tmp_path: Path, pattern: str, shown: str | None) -> None:
    text = f"object Main {{\n  val routes = HttpRoutes.of[IO] {{ case {pattern} => Ok() }}\n}}"
    assert told(answered(tmp_path, "http4s", text)) == ({shown} if shown else set())


def test_a_class_is_mounted_where_it_is_named(tmp_path: Path) -> None:
    routes = "class {0} {{\n  def routes = HttpRoutes.of[IO] {{ case GET -> Root => Ok() }}\n}}\n"
    main = 'object Main {\n  val app = Router("/a" -> new A().routes, "/b" -> B().routes)\n}'
    assert told(answered(tmp_path, "http4s", main, A=routes.format("A"), B=routes.format("B"))) == {"GET /a", "GET /b"}


def test_what_uses_itself_ends(tmp_path: Path) -> None:
    text = 'object Main {\n  val a = Router("/a" -> b)\n  val b = Router("/b" -> a)\n  val c = HttpRoutes.of[IO] { case GET -> Root => Ok(a, b) }\n}'
    assert told(answered(tmp_path, "http4s", text)) == {"GET /"}


HOSTILE = {
    "cases": ("http4s", "object Main { val r = HttpRoutes.of { " + "case GET -> Root / " * 20_000 + " } }"),
    "routers": ("http4s", "object Main { val r = " + 'Router("/a" -> ' * 20_000 + " }"),
    "names": ("http4s", "object Main {\n" + "val r = HttpRoutes.of { case GET -> Root => r }\n" * 8_000 + "}"),
    "blocks": ("akka", "object Main { val r = " + 'path("a") { ' * 20_000 + "}"),
    "methods": ("akka", "object Main { val r = " + "get { complete() } ~ " * 20_000 + "}"),
    "chain": ("tapir", "object Main { val e = endpoint" + ".get" * 60_000 + "\n}"),
    "chains": ("tapir", "object Main {\n" + "".join(f"val e{i} = e{i + 1}.get.in(e{i + 1})\n" for i in range(8_000)) + "}"),
    "quotes": ("tapir", "object Main { val e = endpoint" + "'a " * 60_000 + "}"),
    "guards": ("akka", "object Main { val a = 1\nval r = " + "authenticated " * 30_000 + " { get { complete(1) };" + "a " * 60_000 + "} }"),
    "verbs": ("akka", "object Main { val r = " + "get|" * 130_000 + "get { reject } }"),
    "routes": ("akka", "object Main { val r = concat(" + "".join(f'path("{i}"){{reject}},' for i in range(25_000)) + ") }"),
    "bodies": ("akka", "class A\n" + "{}\n" * 90_000),
    "prefix": ("akka", 'object Main { val a="' + "x" * 500_000 + '"\nval r = path(' + "a/" * 120_000 + "a) { get { reject } } }"),
    "namesakes": ("tapir", "object Main {\n" + "val a=b\n" * 25_000 + "val z=" + "a " * 130_000 + "}"),
    "inputs": ("tapir", "".join(f"val a{i} = {'/'.join([f'a{i + 1}'] * 10)}\n" for i in range(12)) + "val e=endpoint.get.in(a0)"),
    "segments": ("tapir", 'object Main { val a="' + "x" * 500_000 + '"\nval e=endpoint.get.in(' + "a/" * 120_000 + "a) }"),
    "mount": ("http4s", 'object Main { val a="' + "x" * 500_000 + '"\nval r=Router(' + "a+" * 120_000 + "a -> b) }"),
    "arrows": ("zio", "object Main { val r = f(" + "Method.GET->a," * 35_000 + ") }"),
    "variables": ("zio", 'object Main { val a="' + "x" * 500_000 + '"\nval r=Method.GET / ' + "a/" * 120_000 + "a -> b }"),
}


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_files_end(tmp_path: Path, title: str) -> None:
    library, text = HOSTILE[title]
    started = time.perf_counter()
    answered(tmp_path, library, text)
    assert time.perf_counter() - started < 12


def test_an_application_of_play_whose_name_says_that_it_fills_something(tmp_path: Path) -> None:
    files = {
        "build.sbt": 'name := "shop-seed"\nscalaVersion := "2.13.16"\n',
        "project/plugins.sbt": 'addSbtPlugin("org.playframework" % "sbt-plugin" % "3.0.7")\n',
        "conf/application.conf": "",
        "conf/routes": "GET  /orders  controllers.Orders.list\n",
        "app/controllers/Orders.java": "package controllers;\n\npublic class Orders extends play.mvc.Controller {}\n",
    }
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    context = scan(tmp_path)
    assert [(part.kind, part.language) for part in context.components] == [("service", "Java")]
    assert told(list(context.endpoints)) == {"GET /orders"}


def test_what_a_route_calls_is_no_route_below_it(tmp_path: Path) -> None:
    service = 'object Engine {\n  def stop(id: String) = id\n  val routes = path("engine") { get { complete("") } }\n}'
    main = 'object Main {\n  val all = path("jobs" / Segment / "stop") { id => post { complete(Engine.stop(id)) } } ~ Engine.routes\n  val made = options { gcs.make() }\n}'
    assert told(answered(tmp_path, "akka", main, Engine=service)) == {"POST /jobs/{id}/stop", "GET /engine"}


def test_the_project_of_a_build_that_no_setting_names(tmp_path: Path) -> None:
    files = {
        "build.sbt": 'lazy val shop = (project in file("."))\n  .enablePlugins(PlayScala)\n',
        "project/plugins.sbt": 'addSbtPlugin("org.playframework" % "sbt-plugin" % "3.0.7")\n',
        "conf/application.conf": "",
        "conf/routes": "GET  /orders  controllers.Orders.list\n",
        "app/controllers/Orders.scala": "package controllers\n\nclass Orders\n",
        "www/package.json": '{"name": "shop-www", "dependencies": {"angular": "1.7.8"}}',
        "www/src/app.js": "angular.module('shop');\n",
    }
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    context = scan(tmp_path)
    assert [(part.name, part.kind) for part in context.components] == [("shop", "service"), ("shop-www", "frontend")]
    assert [each.component for each in context.endpoints] == ["shop"]


def test_routes_files_that_include_one_another_end(tmp_path: Path) -> None:
    files = {
        "build.sbt": 'name := "shop"\nscalaVersion := "2.13.16"\n',
        "project/plugins.sbt": 'addSbtPlugin("org.playframework" % "sbt-plugin" % "3.0.7")\n',
        "app/Main.scala": "package shop\nimport play.api.mvc._\nobject Main\n",
        "conf/routes": "GET /orders controllers.Orders.list\n" + "".join(f"-> /a{i} a.Routes\n" for i in range(300)),
        "conf/a.routes": "GET /a controllers.Orders.a\n" + "".join(f"-> /b{i} b.Routes\n" for i in range(300)),
        "conf/b.routes": "GET /b controllers.Orders.b\n" + "".join(f"-> /c{i} a.Routes\n" for i in range(300)),
    }
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    started = time.perf_counter()
    found = told(list(scan(tmp_path).endpoints))
    assert time.perf_counter() - started < 12
    assert {"GET /orders", "GET /a0/a", "GET /a0/b0/b"} <= found
