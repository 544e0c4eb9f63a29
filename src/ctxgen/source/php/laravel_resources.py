"""The routes of Laravel's resource controllers and of `Auth::routes()`.

Sources: https://laravel.com/docs/controllers#resource-controllers, https://github.com/laravel/ui.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from ctxgen.source.php.laravel_state import Route, words
from ctxgen.source.php.words import singular
from ctxgen.source.values import Value


class _Action(NamedTuple):
    methods: tuple[str, ...]
    suffix: str
    own: bool
    """Whether the path names one of the resource."""


_RESOURCE = {
    "index": _Action(("GET",), "", False),
    "create": _Action(("GET",), "/create", False),
    "store": _Action(("POST",), "", False),
    "show": _Action(("GET",), "", True),
    "edit": _Action(("GET",), "/edit", True),
    "update": _Action(("PUT", "PATCH"), "", True),
    "destroy": _Action(("DELETE",), "", True),
}
_API = ("index", "store", "show", "update", "destroy")
_SINGLETON = ("show", "edit", "update")
_CREATABLE = ("create", "store", "show", "edit", "update", "destroy")
_DESTROYABLE = (*_SINGLETON, "destroy")

AUTH = (
    ("login", "GET", "login", "LoginController", "showLoginForm"),
    ("login", "POST", "login", "LoginController", "login"),
    ("logout", "POST", "logout", "LoginController", "logout"),
    ("register", "GET", "register", "RegisterController", "showRegistrationForm"),
    ("register", "POST", "register", "RegisterController", "register"),
    ("reset", "GET", "password/reset", "ForgotPasswordController", "showLinkRequestForm"),
    ("reset", "POST", "password/email", "ForgotPasswordController", "sendResetLinkEmail"),
    ("reset", "GET", "password/reset/{token}", "ResetPasswordController", "showResetForm"),
    ("reset", "POST", "password/reset", "ResetPasswordController", "reset"),
    ("confirm", "GET", "password/confirm", "ConfirmPasswordController", "showConfirmForm"),
    ("confirm", "POST", "password/confirm", "ConfirmPasswordController", "confirm"),
    ("verify", "GET", "email/verify", "VerificationController", "show"),
    ("verify", "GET", "email/verify/{id}/{hash}", "VerificationController", "verify"),
    ("verify", "POST", "email/resend", "VerificationController", "resend"),
)
"""What `Auth::routes()` adds: option, method, path, controller and its method."""


def expanded(route: Route) -> Iterator[Route]:
    """The routes of a resource; any other route is itself."""
    if not route.resource:
        yield route
        return
    options = route.options
    stated = _actions(route)
    if only := words(options.get("only")):
        stated = [each for each in stated if each in only]
    if left_out := words(options.get("except")):
        stated = [each for each in stated if each not in left_out]
    parents, last = _parents(route)
    base = "/".join((*parents, last))
    single = "singleton" in route.resource
    shallow = (options.get("shallow") is True or route.group.shallow) and not single
    own = last if shallow else base
    wildcard = "" if single else "/{" + parameter(last.rpartition("/")[2], options.get("parameters")) + "}"
    for each in stated:
        action = _RESOURCE[each]
        path = (own + wildcard if action.own and not single else base) + action.suffix
        added = tuple(middleware for name, middleware, adds in route.per_action if name == each and adds)
        taken = tuple(middleware for name, middleware, adds in route.per_action if name == each and not adds)
        yield replace(
            route,
            methods=action.methods,
            path=path,
            action=each,
            resource="",
            middleware=(*route.middleware, *added),
            without=(*route.without, *taken),
        )


def _actions(route: Route) -> list[str]:
    api = route.resource.startswith("api")
    if "singleton" in route.resource:
        kind = _CREATABLE if route.options.get("creatable") else _DESTROYABLE if route.options.get("destroyable") else _SINGLETON
        return [each for each in kind if not (api and each in ("create", "edit"))]
    return [*_API] if api else [*_RESOURCE]


def _parents(route: Route) -> tuple[list[str], str]:
    """`admin/photos.comments`: the parts before the last with their parameters, and the last."""
    start, slash, name = route.path.strip("/").rpartition("/")
    *parents, last = name.split(".")
    found = [f"{parent}/{{{parameter(parent, route.options.get('parameters'))}}}" for parent in parents]
    return ([start, *found] if slash else found), last


def parameter(name: str, stated: Value) -> str:
    """The parameter of a resource: as stated, else its name in the singular."""
    if isinstance(stated, dict) and isinstance(known := stated.get(name), str):
        return known
    return singular(name).replace("-", "_")
