"""The routes that gems draw in a line of their own: Devise, Devise Token Auth, Doorkeeper, Versionist.

Sources: https://rubydoc.info/github/heartcombo/devise/ActionDispatch/Routing/Mapper, https://github.com/doorkeeper-gem/doorkeeper/wiki,
https://github.com/scambra/devise_invitable, https://devise-token-auth.gitbook.io/devise-token-auth/config, https://github.com/bploetz/versionist.
"""

from __future__ import annotations

import re

import inflection
from msgspec.structs import replace

from ctxgen.source.frameworks import plain
from ctxgen.source.guards import spelled
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.routing import join
from ctxgen.source.ruby.active_admin import namespace
from ctxgen.source.ruby.rails_drawing import Level, add, below, draw_inside, level_of
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Object, Value

_Routes = tuple[tuple[tuple[str, ...], str, str], ...]

# the words in braces are what `path_names` may call otherwise
_DEVISE: dict[str, _Routes] = {
    "database_authenticatable": ((("GET",), "{sign_in}", "sessions#new"), (("POST",), "{sign_in}", "sessions#create"), (("DELETE",), "{sign_out}", "sessions#destroy")),
    "recoverable": (
        (("GET",), "{password}/new", "passwords#new"), (("GET",), "{password}/edit", "passwords#edit"), (("PATCH", "PUT"), "{password}", "passwords#update"),
        (("POST",), "{password}", "passwords#create"),
    ),
    "registerable": (
        (("GET",), "{registration}/{cancel}", "registrations#cancel"), (("GET",), "{registration}/{sign_up}", "registrations#new"), (("GET",), "{registration}/{edit}", "registrations#edit"),
        (("PATCH", "PUT"), "{registration}", "registrations#update"), (("DELETE",), "{registration}", "registrations#destroy"), (("POST",), "{registration}", "registrations#create"),
    ),
    "confirmable": (
        (("GET",), "{confirmation}/new", "confirmations#new"), (("GET",), "{confirmation}", "confirmations#show"), (("POST",), "{confirmation}", "confirmations#create"),
    ),
    "lockable": ((("GET",), "{unlock}/new", "unlocks#new"), (("GET",), "{unlock}", "unlocks#show"), (("POST",), "{unlock}", "unlocks#create")),
    "invitable": (
        (("GET",), "{invitation}/{accept}", "invitations#edit"), (("GET",), "{invitation}/{remove}", "invitations#destroy"), (("GET",), "{invitation}/new", "invitations#new"),
        (("PATCH", "PUT"), "{invitation}", "invitations#update"), (("POST",), "{invitation}", "invitations#create"),
    ),
}  # fmt: skip
"""The routes of Devise's modules."""
_DOORKEEPER: dict[str, _Routes] = {
    "authorizations": (
        (("GET",), "authorize/native", "show"), (("GET",), "authorize", "new"), (("DELETE",), "authorize", "destroy"), (("POST",), "authorize", "create"),
    ),
    "tokens": ((("POST",), "token", "create"), (("POST",), "revoke", "revoke"), (("POST",), "introspect", "introspect")),
    "applications": (
        (("GET",), "applications", "index"), (("POST",), "applications", "create"), (("GET",), "applications/new", "new"), (("GET",), "applications/:id/edit", "edit"),
        (("GET",), "applications/:id", "show"), (("PATCH", "PUT"), "applications/:id", "update"), (("DELETE",), "applications/:id", "destroy"),
    ),
    "authorized_applications": ((("GET",), "authorized_applications", "index"), (("DELETE",), "authorized_applications/:id", "destroy")),
    "token_info": ((("GET",), "token/info", "show"),),
}  # fmt: skip
"""The routes of Doorkeeper's controllers."""
_STATED = re.compile(r"^[ \t]{0,12}devise[ \t(]+((?::\w+[^\n:]{0,40}\s*){1,20})", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|[ \t])#[^\n{]*$", re.MULTILINE)
_SIGN_OUT = re.compile(r"^\s{0,12}config\.sign_out_via\s{0,4}=\s{0,4}\[?((?:[:, ]{0,4}\w{1,10}){1,4})", re.MULTILINE)
_USUAL = {"database_authenticatable", "registerable", "recoverable"}


_PROVIDERS = re.compile(r"\bomniauth_providers:\s{0,9}(?:%i)?\[([^\]]{0,300})\]")
_PROVIDER = re.compile(r"^\s{0,12}config\.omniauth[ (]{1,3}:(\w{1,40})", re.MULTILINE)
_ADMIN = {
    "path_names": {"sign_in": "login", "sign_out": "logout"},
    "controllers": {each: f"active_admin/devise/{each}" for each in ("sessions", "passwords", "unlocks", "registrations", "confirmations")},
}
"""What `ActiveAdmin::Devise.config` says.  Source: https://github.com/activeadmin/activeadmin/blob/master/lib/active_admin/devise.rb."""


def _devise_for(program: Program, owner: Object, arguments: Arguments) -> Value:
    config = arguments.expression(1)
    if config is not None and spelled(config) == "ActiveAdmin.Devise.config":
        path = f"/{namespace(program, program.at(arguments).path) or ''}"
        stated = {**_ADMIN, "path": path, "sign_out_via": ["delete", "get"], **arguments.keywords}
        arguments = arguments._replace(positional=arguments.positional[:1], keywords=stated)
    level, at = level_of(owner), program.at(arguments)
    names, controllers = arguments.get("path_names"), arguments.get("controllers")
    module = arguments.get("module", default=level.module)
    folder = module if isinstance(module, str) and module else "devise"
    methods = _sign_out(program, at.path, arguments)
    for scope in (each for value in arguments.positional for each in plain(value)):
        stated = arguments.get("class_name")
        model = stated if isinstance(stated, str) else inflection.camelize(inflection.singularize(scope))
        modules = _modules(program, model, at.path)
        path = arguments.get("path", default=scope)
        prefix = arguments.get("path_prefix")
        outer = join(level.path, prefix) if isinstance(prefix, str) else level.path
        base = join(outer, path if isinstance(path, str) else scope) if path != "" else outer
        skipped, only = _controllers(arguments, "skip"), _controllers(arguments, "only")
        for each in (each for each in _DEVISE if each in modules):
            for verbs, inner, target in _DEVISE[each]:
                controller, _, action = target.partition("#")
                if "alls" in skipped or controller in skipped or ("only" in arguments.keywords and controller not in only):
                    continue
                own = controllers.get(controller) if isinstance(controllers, dict) else None
                name = f"/{own}" if isinstance(own, str) else f"/{folder}/{controller}"
                whole = join(base, _named(inner, names)) or "/"
                add(program, owner, methods if target == "sessions#destroy" else verbs, whole, f"{name}#{action}", at, level)
        if "omniauthable" in modules and not {"alls", "omniauth_callbacks"} & skipped:
            own = controllers.get("omniauth_callbacks") if isinstance(controllers, dict) else None
            callbacks = f"/{own}" if isinstance(own, str) else f"/{folder}/omniauth_callbacks"
            for provider in _providers(program, model, at.path):
                inner = join(join(base, "auth"), provider)
                add(program, owner, ("POST",), inner, f"{callbacks}#passthru", at, level)
                add(program, owner, ("GET", "POST"), join(inner, "callback"), f"{callbacks}#{provider}", at, level)
    draw_inside(program, owner, level, arguments)
    return UNKNOWN


def _token_auth(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`mount_devise_token_auth_for "User", at: "auth"`: Devise's routes without callbacks of providers, and one that asks whether a token holds."""
    model, path, stated = arguments.get(0), arguments.get("at"), arguments.get("controllers")
    if not isinstance(model, str):
        return UNKNOWN
    parts = ("sessions", "registrations", "passwords", "confirmations", "unlocks", "token_validations")
    controllers = {each: f"devise_token_auth/{each}" for each in parts} | (stated if isinstance(stated, dict) else {})
    base = path if isinstance(path, str) else "/"
    skipped = plain(arguments.get("skip", default=[]))
    told = {**arguments.keywords, "path": base, "controllers": controllers, "class_name": model, "skip": [*skipped, "omniauth_callbacks"]}
    scope = inflection.pluralize(inflection.underscore(model)).replace("/", "_")
    _devise_for(program, owner, arguments._replace(positional=(scope, *arguments.positional[1:]), keywords=told, written=()))
    if "token_validations" not in skipped:
        level = level_of(owner)
        whole, target = join(join(level.path, base), "validate_token"), f"/{controllers['token_validations']}#validate_token"
        add(program, owner, ("GET",), whole, target, program.at(arguments), level)
    return UNKNOWN


def _providers(program: Program, model: str, path: str) -> list[str]:
    """Where people may come from: the providers that the model names, else those of Devise's settings."""
    for file in program.resolver.defining(path, model.rpartition("::")[2]):
        if found := _PROVIDERS.findall(_COMMENT.sub("", program.resolver.text(file))):  # type: ignore[attr-defined]
            return list(dict.fromkeys(re.findall(r"\w{1,40}", " ".join(found))))
    settings = f"{path[: path.rfind('config/')]}config/initializers/devise.rb" if "config/" in path else ""
    return list(dict.fromkeys(_PROVIDER.findall(program.resolver.text(settings)))) if settings else []  # type: ignore[attr-defined]


def _controllers(arguments: Arguments, option: str) -> set[str]:
    """`skip: [:session, :registrations]`: names of controllers, in the singular or plural."""
    return {inflection.pluralize(each) for each in plain(arguments.get(option, default=[]))}


def _named(path: str, names: Value) -> str:
    """A path with the words that `path_names` has for its parts; the registration has none of its own."""
    stated = names if isinstance(names, dict) else {}

    def word(match: re.Match[str]) -> str:
        own = stated.get(match[1])
        return own if isinstance(own, str) else "" if match[1] == "registration" else match[1]

    return re.sub(r"\{(\w+)\}", word, path).strip("/")


def _sign_out(program: Program, path: str, arguments: Arguments) -> tuple[str, ...]:
    """The methods that sign out, by the call or by Devise's settings."""
    stated = plain(arguments.get("sign_out_via", default=[]))
    if not stated:
        settings = f"{path[: path.rfind('config/')]}config/initializers/devise.rb" if "config/" in path else ""
        found = _SIGN_OUT.search(program.resolver.text(settings)) if settings else None  # type: ignore[attr-defined]
        stated = re.findall(r":(\w+)", found[1]) if found is not None else []
    return tuple(each.upper() for each in stated) or ("DELETE",)


def _modules(program: Program, model: str, path: str) -> set[str]:
    """The modules that the model names with `devise :registerable, …`; the usual ones where the model is not found."""
    for file in program.resolver.defining(path, model.rpartition("::")[2]):
        found = _STATED.findall(_COMMENT.sub("", program.resolver.text(file)))  # type: ignore[attr-defined]
        if found:
            return {name for line in found for name in re.findall(r":(\w+)", line)}
    return _USUAL


def _use_doorkeeper(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`use_doorkeeper scope: "auth" do controllers tokens: "tokens"; skip_controllers :applications end`."""
    level, at = level_of(owner), program.at(arguments)
    scope, callback = arguments.get("scope"), arguments.get(-1)
    own: dict[str, str] = {}
    skipped: list[str] = []
    if isinstance(callback, FunctionValue):
        said = Object(program.vocabulary.frameworks["rails"].types["doorkeeper"])
        said.fields |= {"own": own, "skipped": skipped}
        program.call_with(callback, said, arguments, receiver=True)
    base = join(level.base, scope if isinstance(scope, str) else "oauth")
    for controller, routes in _DOORKEEPER.items():
        for verbs, path, action in routes if controller not in skipped else ():
            target = own.get(controller) or f"/doorkeeper/{controller}"
            add(program, owner, verbs, join(base, path), f"{target}#{action}", at, level)
    return UNKNOWN


def _own_controllers(program: Program, owner: Object, arguments: Arguments) -> Value:
    owner.fields["own"] |= {key: value for key, value in arguments.keywords.items() if isinstance(value, str)}
    return UNKNOWN


def _skip_controllers(program: Program, owner: Object, arguments: Arguments) -> Value:
    owner.fields["skipped"] += [each for value in arguments.positional for each in plain(value)]
    return UNKNOWN


def _api_version(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`api_version(module: "Api::V1", path: { value: "api/v1" }) do`."""
    level, path, module = level_of(owner), arguments.get("path"), arguments.get("module")
    inner: Level = replace(
        level,
        path=below(level, path.get("value") if isinstance(path, dict) else None),
        module=level.inside("/".join(map(inflection.underscore, module.split("::"))) if isinstance(module, str) else None),
        within="",
    )
    draw_inside(program, owner, inner, arguments)
    return UNKNOWN


METHODS: dict[str, MethodHook] = {
    "rails.mapper.devise_for": _devise_for,
    "rails.mapper.mount_devise_token_auth_for": _token_auth,
    "rails.mapper.use_doorkeeper": _use_doorkeeper,
    "rails.mapper.api_version": _api_version,
    "rails.doorkeeper.controllers": _own_controllers,
    "rails.doorkeeper.skip_controllers": _skip_controllers,
}
