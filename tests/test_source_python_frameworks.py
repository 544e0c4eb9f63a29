"""What ctxgen reads of Python's frameworks is what they register themselves when the fixture's application runs.

Each application is imported in a process of its own, asked for its routes by the framework's own means, and compared by method and path.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ctxgen.pipeline import analyse
from support import FIXTURES

_FLASK = """
from shop import create_app
for rule in create_app().url_map.iter_rules():
    for method in rule.methods - {"HEAD", "OPTIONS"}:
        routes.append((method, rule.rule))
"""
_FASTAPI = """
from shop.main import app
from starlette.routing import Match, Mount
def walk(app, prefix):
    for path, operations in app.openapi()["paths"].items():
        routes.extend((method.upper(), prefix + path) for method in operations)
    for route in app.routes:
        if isinstance(route, Mount):
            walk(route.app, prefix + route.path)
walk(app, "")
socket = {"type": "websocket", "path": "/api/v1/orders/updates", "root_path": "", "headers": []}
if any(route.matches(dict(socket))[0] is Match.FULL for route in app.routes):
    routes.append(("WS", socket["path"]))
"""
_STARLETTE = """
from app import app
from starlette.endpoints import HTTPEndpoint
from starlette.routing import Mount, WebSocketRoute
def walk(routes_, prefix):
    for route in routes_:
        if isinstance(route, Mount):
            walk(route.routes, prefix + route.path)
        elif isinstance(route, WebSocketRoute):
            routes.append(("WS", prefix + route.path))
        elif isinstance(route.endpoint, type):
            methods = [verb for verb in ("GET", "POST", "PUT", "DELETE") if hasattr(route.endpoint, verb.lower())]
            routes.extend((method, prefix + route.path) for method in methods)
        else:
            routes.extend((method, prefix + route.path) for method in route.methods - {"HEAD"})
walk(app.routes, "")
"""
_AIOHTTP = """
from aiohttp import web
from shop.main import make_app
def walk(app, prefix):
    for resource in app.router.resources():
        if hasattr(resource, "_app"):
            walk(resource._app, "")
            continue
        for route in resource:
            path = resource.canonical
            if isinstance(route.handler, type):
                routes.extend((verb, path) for verb in ("GET", "POST", "PUT", "DELETE") if hasattr(route.handler, verb.lower()))
            elif path == "/updates":
                routes.append(("WS", path)) if route.method == "GET" else None
            elif route.method != "HEAD":
                routes.append((route.method.replace("*", "ANY"), path))
walk(make_app(), "")
"""
_TORNADO = """
from app import make_app
from tornado.websocket import WebSocketHandler
from tornado.web import RequestHandler
for rule in make_app().wildcard_router.rules:
    pattern = rule.matcher.regex.pattern.rstrip("$")
    if issubclass(rule.target, WebSocketHandler):
        routes.append(("WS", pattern))
        continue
    for verb in ("get", "post", "put", "delete", "patch"):
        if getattr(rule.target, verb) is not getattr(RequestHandler, verb):
            routes.append((verb.upper(), pattern))
"""
_DJANGO = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "site_shop.settings"
import django
django.setup()
from django.test import RequestFactory
from django.urls import get_resolver
def walk(patterns, prefix):
    for pattern in patterns:
        path = prefix + str(pattern.pattern).lstrip("^")
        if hasattr(pattern, "url_patterns"):
            walk(pattern.url_patterns, path)
            continue
        view = pattern.callback
        actions = getattr(view, "actions", None)
        inner = view
        while not hasattr(inner, "cls") and not hasattr(inner, "view_class") and hasattr(inner, "__wrapped__"):
            inner = inner.__wrapped__
        cls = getattr(inner, "cls", None) or getattr(inner, "view_class", None)
        if actions:
            allowed = cls.http_method_names
            routes.extend((verb.upper(), path) for verb in actions if verb in allowed and verb != "head")
        elif cls is not None:
            routes.extend((verb, path) for verb in ("GET", "POST", "PUT", "PATCH", "DELETE") if hasattr(cls, verb.lower()))
        else:  # function views of the fixture state their methods by a decorator: asked of the view itself
            answers = {verb: view(getattr(RequestFactory(), verb.lower())("/")).status_code for verb in ("GET", "HEAD", "POST", "PUT", "DELETE")}
            routes.extend((verb, path) for verb, status in answers.items() if status != 405)
walk(get_resolver().url_patterns, "")
"""
_SANIC = """
from app import app
app.finalize()
for route in app.router.routes:
    methods = ["WS"] if route.extra.websocket else route.methods
    routes.extend((method, "/" + route.path) for method in methods)
"""
_LITESTAR = """
from app import app
for route in app.routes:
    for handler in getattr(route, "route_handlers", None) or [route.route_handler]:
        routes.extend((method, route.path) for method in getattr(handler, "http_methods", ["WS"]) if method != "OPTIONS" and not route.path.startswith("/schema"))
"""
_PYRAMID = """
from shop import main
app = main({})
introspector = app.registry.introspector
patterns = {each["introspectable"]["name"]: each["introspectable"]["pattern"] for each in introspector.get_category("routes")}
for each in introspector.get_category("views"):
    view = each["introspectable"]
    if view["route_name"]:
        methods = view["request_methods"] or ["ANY"]
        for method in [methods] if isinstance(methods, str) else methods:
            if method != "HEAD":
                routes.append((method, patterns[view["route_name"]]))
"""
_SERVICES = _AIOHTTP.replace("from shop.main import make_app", "from server import main as make_app")
_CASES = {
    "flask-shop": (_FLASK, "flask_restful"), "fastapi-shop": (_FASTAPI, "fastapi"), "starlette-shop": (_STARLETTE, "starlette"), "aiohttp-shop": (_AIOHTTP, "aiohttp"), "aiohttp-services": (_SERVICES, "aiohttp"),
    "tornado-shop": (_TORNADO, "tornado"), "django-shop": (_DJANGO, "rest_framework"), "sanic-shop": (_SANIC, "sanic"), "litestar-shop": (_LITESTAR, "litestar"),
    "pyramid-shop": (_PYRAMID, "pyramid"),
}  # fmt: skip
_PARAMETER = re.compile(r"<[^<>]*>|\{[^{}]*\}|\(\?P<[^>]*>(?:[^()]|\([^()]*\))*\)|\((?!\?)[^()]*\)|(?<=/)\*\w+")


def plain(path: str) -> str:
    """A path with nameless parameters: `^`, `$` and optional parts of regular expressions left out."""
    path = re.sub(r"\(\?:[^()]*\)\?", "", path).replace("\\Z", "").replace("/?", "/")
    return "/" + re.sub(r"/{2,}", "/", _PARAMETER.sub("{}", path.rstrip("$"))).strip("/")


def registered(folder: Path, script: str) -> list[tuple[str, str]]:
    """(method, path) of every route that the application registers."""
    script = f"import json\nroutes = []\n{script}\nprint(json.dumps(routes))"
    done = subprocess.run([sys.executable, "-B", "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return sorted((str(method), plain(path)) for method, path in json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("case", _CASES)
def test_endpoints_are_what_the_framework_registers(case: str) -> None:
    script, library = _CASES[case]
    pytest.importorskip(library)
    folder = FIXTURES / "source" / "python" / case
    found = [(str(each.method), plain(str(each.path))) for each in analyse(folder).context.endpoints]
    assert sorted(found) == registered(folder, script)
