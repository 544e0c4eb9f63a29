"""Strapi: the routers of content types, in files of `src/api/<name>/routes`, and routes of one's own beside them.

Sources: https://docs.strapi.io/cms/backend-customization/routes, https://docs.strapi.io/cms/api/rest#endpoints,
https://docs.strapi.io/cms/configurations/api, https://docs.strapi.io/cms/backend-customization/models#model-schema
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ctxgen.documents import Unreadable
from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, name
from ctxgen.source.frameworks import plain
from ctxgen.source.languages import Repository
from ctxgen.source.program import Hook, Program
from ctxgen.source.routing import access_of, join, parameters
from ctxgen.source.values import UNKNOWN, Arguments, External, ModuleValue, Record, Value

_ROUTES = re.compile(r"((?:[^/]+/)*?)src/api/([\w-]{1,80})/routes/(?:[^/]+/)*[^/]+\.(?:js|ts)")
_MADE = "strapi.core-router"
_COLLECTION = (
    ("find", "GET", ""),
    ("findOne", "GET", "/:id"),
    ("create", "POST", ""),
    ("update", "PUT", "/:id"),
    ("delete", "DELETE", "/:id"),
)
_SINGLE = (("find", "GET", ""), ("update", "PUT", ""), ("delete", "DELETE", ""))
_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def _core_router(program: Program, arguments: Arguments) -> Value:
    """`createCoreRouter("api::order.order", { only, except, config })`"""
    return External(_MADE, arguments)


def finish(program: Program) -> None:
    """The routes of every file that has some."""
    prefixes: dict[str, str] = {}
    sources = program.sources if isinstance(program.sources, Repository) else None
    schemas = frozenset(sources.matching("**/content-types/*/schema.json")) if sources is not None else frozenset[str]()
    for path, module in list(program.modules.items()):
        found = _ROUTES.fullmatch(path)
        if found is None or module is None:
            continue
        root = found[1]
        if root not in prefixes:
            prefixes[root] = _prefix(program, root)
        given = program.attribute(module, "default", 1, module.scope)
        given = given["default"] if isinstance(given, dict) and "default" in given else given
        if isinstance(given, External) and given.path == _MADE and given.arguments is not None:
            uid = given.arguments.get(0)
            known = _type(sources, schemas, root, uid) if isinstance(uid, str) and sources is not None else None
            program.facts += _of_type(program, given.arguments, str(uid), known, prefixes[root]) if known is not None else ()
        elif isinstance(given, dict):
            program.facts += _own(given.get("routes"), module, prefixes[root])


def _prefix(program: Program, root: str) -> str:
    """`rest.prefix` of `config/api.js`, `/api` where it says none."""
    for path in (f"{root}config/api.js", f"{root}config/api.ts"):
        module = program.run(path) if path in program.paths else None
        given = program.attribute(module, "default", 1, module.scope) if module is not None else None
        rest = given.get("rest") if isinstance(given, dict) else None
        if isinstance(rest, dict) and isinstance(rest.get("prefix"), str):
            return str(rest["prefix"])
    return "/api"


class _Type(NamedTuple):
    """What a content type's schema says of its addresses."""

    single: bool
    shown: str
    at: At


def _type(sources: Repository, schemas: frozenset[str], root: str, uid: str) -> _Type | None:
    """The content type of `api::order.order`, by its schema."""
    api, _, kind = uid.removeprefix("api::").partition(".")
    path = f"{root}src/api/{api}/content-types/{kind}/schema.json"
    if path not in schemas:
        return None
    try:
        node = sources.file(path).json()
    except Unreadable:
        return None
    stated = node.get("kind")
    single = stated is not None and stated.text == "singleType"
    shown = node.get("info", "singularName" if single else "pluralName")
    return _Type(single, shown.text, At(path, shown.line)) if shown is not None and shown.text else None


def _of_type(program: Program, arguments: Arguments, uid: str, known: _Type, prefix: str) -> Iterator[Endpoint]:
    options = arguments.get(1, default={})
    options = options if isinstance(options, dict) else {}
    only, left = plain(options.get("only")), plain(options.get("except"))
    config, own = options.get("config"), options.get("prefix")
    at = program.at(arguments)
    for action, verb, end in _SINGLE if known.single else _COLLECTION:
        if (only and action not in only) or action in left:
            continue
        settings = config.get(action) if isinstance(config, dict) else None
        path = join(join(prefix, own if isinstance(own, str) else ""), f"/{known.shown}{end}")
        yield _endpoint(verb, path, f"{uid.rpartition('.')[2]}.{action}", settings, at, known.at)


def _own(routes: Value, module: ModuleValue, prefix: str) -> Iterator[Endpoint]:
    """`routes: [{ method, path, handler, config: { auth, policies, prefix } }]`"""
    for each in routes if isinstance(routes, list) else ():
        if not isinstance(each, dict) or not isinstance(each.get("path"), str):
            continue
        method, handler, config = each.get("method"), each.get("handler"), each.get("config")
        verb = method.upper() if isinstance(method, str) else "ANY"
        own = config.get("prefix") if isinstance(config, dict) else None
        at = each.place("path") if isinstance(each, Record) else At(module.path, 1)
        path = join(own if isinstance(own, str) else prefix, str(each["path"]))
        yield _endpoint(verb if verb in _VERBS else "ANY", path, handler if isinstance(handler, str) else None, config, at)


def _endpoint(verb: str, path: str, handler: str | None, config: Value, at: At, *via: At) -> Endpoint:
    """An endpoint; `auth: false` opens it to everybody, policies decide who else may ask."""
    settings = config if isinstance(config, dict) else {}
    guards = tuple(_policies(settings.get("policies"), at))
    opened = at if settings.get("auth", UNKNOWN) is False and not guards else None
    return Endpoint(
        method=name(verb), path=name(parameters(path)), handler=name(handler) if handler else None, guards=guards,
        access=access_of(guards, opened), technology=Name("strapi"), at=at, via=via,
    )  # fmt: skip


def _policies(stated: Value, at: At) -> Iterable[Guard]:
    for each in stated if isinstance(stated, list) else ():
        called = each.get("name") if isinstance(each, dict) else each
        if isinstance(called, str) and called:
            yield Guard(name=name(called), kind="authz", at=at)


HOOKS: dict[str, Hook] = {
    "@strapi/strapi.factories.createCoreRouter()": _core_router,
    "@strapi/strapi.createCoreRouter()": _core_router,
}
