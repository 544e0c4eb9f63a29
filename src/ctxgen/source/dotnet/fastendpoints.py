"""FastEndpoints: one class per endpoint, whose `Configure` (or attributes) states verbs, routes, group and who may enter.

An endpoint that does not open itself lets in authenticated users alone.
Sources: https://fast-endpoints.com/docs/get-started, https://fast-endpoints.com/docs/configuration-settings, https://fast-endpoints.com/docs/api-versioning
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ctxgen.facts import shared_folders
from ctxgen.model import At, Guard, GuardKind
from ctxgen.source import ir
from ctxgen.source.calls import calls
from ctxgen.source.dotnet.attributes import VERBS, attributes, base_names, protection, roles, type_name
from ctxgen.source.guards import asking, guard, spelled
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.routing import Route, join
from ctxgen.source.values import Arguments, ClassValue, External, FunctionValue, Object, Scope, Value

_BASES = {
    "Endpoint",
    "EndpointWithoutRequest",
    "EndpointWithMapping",
    "EndpointWithMapper",
    "EndpointWithoutRequestWithMapper",
    "BaseEndpoint",
}
_CHAINED = {"Res", "NoRes", "Map"}
"""The last parts of `Ep.Req<T>.Res<U>`."""
_VERBS = {"Get", "Post", "Put", "Patch", "Delete", "Head"}
_GUARDS: dict[str, GuardKind] = {
    **dict.fromkeys(("Roles", "Policies", "Policy", "Claims", "ClaimsAll", "Permissions", "PermissionsAll", "Scopes", "ScopesAll", "AccessControl"), "authz"),
    "AuthSchemes": "authn", "Throttle": "rate", "Validator": "validation",
}  # fmt: skip
_MOST = 100
"""Items of a list that a loop is run for."""
_BOUND = re.compile(r"\{@\w{1,60}\}")


def _use(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`UseFastEndpoints(c => c.Endpoints.RoutePrefix = "api")`."""
    options: dict[str, dict[str, Value]] = {"Endpoints": {}, "Versioning": {}}
    for each in arguments.positional:
        if isinstance(each, FunctionValue):
            program.call(each, Arguments((options,), {}, (), arguments.line, arguments.scope))
    program.shared.setdefault("fastendpoints", []).append((program.entry, options))
    return owner


METHODS: dict[str, MethodHook] = {"aspnet-core.builder.UseFastEndpoints": _use, "aspnet-core.builder.MapFastEndpoints": _use}


def finish(program: Program) -> None:
    """A router for every endpoint."""
    type = program.vocabulary.frameworks["fastendpoints"].types["endpoint"]
    for cls in list(program.classes):
        if cls.cls.kind != "class" or cls.cls.abstract or (cls.cls.partial and program.parts_of(cls)[0] is not cls):
            continue
        names = base_names(program, cls)
        if names & _BASES or (names & _CHAINED and program.says(cls.path, (b"Ep.",))):
            found = list(_Endpoint(program, cls).routes())
            if found:
                program.new_router(type, At(cls.path, cls.cls.line)).routes += found


class _Endpoint:
    """What one class states."""

    def __init__(self, program: Program, cls: ClassValue) -> None:
        self.program, self.cls = program, cls
        self.verbs: list[tuple[str, At]] = []
        self.paths: list[tuple[str, At]] = []
        self.guards: list[Guard] = []
        self.opened: tuple[At, tuple[str, ...]] | None = None
        self.group = ""
        self.prefix: str | None = None
        self.version = 0

    def routes(self) -> Iterator[Route]:
        """The routes of the endpoint, one a path and set of verbs."""
        self._attributes()
        self._configured(self.cls, 0)
        kept = self.program.shared.get("fastendpoints", [])
        options = max(kept, key=lambda each: shared_folders(each[0], self.cls.path))[1] if kept else {"Endpoints": {}, "Versioning": {}}
        handler = next(
            (method.name for method in self.cls.cls.methods if method.name in ("HandleAsync", "ExecuteAsync", "Handle")), "HandleAsync"
        )
        default = guard("authenticated", At(self.cls.path, self.cls.cls.line), "authn")
        for path, at in self.paths:
            whole = self._whole(path, options["Endpoints"], options["Versioning"])
            for verb, place in self.verbs or [("GET", at)]:
                opened = self.opened[0] if self.opened is not None and (not self.opened[1] or verb in self.opened[1]) else None
                guards = [each for each in self.guards if opened is None or each.kind not in ("authn", "authz")]
                if opened is None and default is not None and not any(each.kind in ("authn", "authz") for each in guards):
                    guards.append(default)
                line = at if len(self.verbs) < 2 else place
                yield Route((verb,), whole, line, f"{self.cls.cls.name}.{handler}", tuple(guards), public=opened)

    def _whole(self, path: str, endpoints: dict[str, Value], versioning: dict[str, Value]) -> str:
        prefix = endpoints.get("RoutePrefix") if self.prefix is None else self.prefix
        version = self.version or (versioning.get("DefaultVersion") or 0)
        stated = versioning.get("Prefix")
        mark = f"{stated if isinstance(stated, str) else 'v'}{version}" if version else ""
        before = versioning.get("PrependToRoute") is True
        parts = [prefix if isinstance(prefix, str) else "", mark if before else "", self.group, path, "" if before else mark]
        whole = ""
        for part in parts:
            whole = join(whole, part.strip("/")) if part.strip("/") else whole
        return f"/{whole.lstrip('/')}"

    # ---- attributes

    def _attributes(self) -> None:
        for each in attributes(self.program, self.cls.cls.decorators, self.program.class_scope(self.cls)):
            if each.name in VERBS:
                self.verbs.append((VERBS[each.name], each.at))
                self.paths += [(path, each.at) for path in each.positional if isinstance(path, str)]
            elif each.name == "AllowAnonymous":
                self.opened = (each.at, ())
            elif each.name == "Group" and each.types:
                self._grouped(each.types[0], self.cls, 0)
            else:
                self.guards += protection(self.program, [each], ())[0]

    # ---- Configure

    def _configured(self, cls: ClassValue, depth: int) -> None:
        """What the nearest `Configure` of a class and its bases states; it may call that of its base."""
        line = list(self.program.lineage(cls))
        for index, each in enumerate(line):
            method = next((method for method in each.cls.methods if method.name == "Configure"), None)
            if method is None:
                continue
            for call, scope in _made(self.program, method.body, self.program.class_scope(each)):
                if isinstance(call.function, ir.Attribute) and call.function.name == "Configure" and depth < 5:
                    if index + 1 < len(line):
                        self._configured(line[index + 1], depth + 1)
                elif isinstance(call.function, ir.Name) or (
                    isinstance(call.function, ir.Attribute) and spelled(call.function.owner) == "self"
                ):
                    self._stated(call, each, scope)
            return

    def _stated(self, call: ir.Call, cls: ClassValue, scope: Scope) -> None:
        called = call.function.name if isinstance(call.function, ir.Name | ir.Attribute) else ""
        at = At(cls.path, call.line)
        if called in _VERBS | {"Routes", "Verbs", "RoutePrefixOverride", "Version", "AllowAnonymous"}:
            values = [self.program.evaluate(argument.value, scope) for argument in call.arguments]
            flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
            if called in _VERBS:
                self.verbs.append((called.upper(), at))
            match called:
                case "Verbs":
                    self.verbs += [(verb, at) for value in flat if (verb := _verb(value))]
                case "RoutePrefixOverride":
                    self.prefix = flat[0] if flat and isinstance(flat[0], str) else ""
                case "Version":
                    self.version = flat[0] if flat and isinstance(flat[0], int) else 0
                case "AllowAnonymous":
                    self.opened = (at, tuple(verb for value in flat if (verb := _verb(value))))
                case _:
                    self.paths += [(_bound(value, call), At(cls.path, call.line)) for value in flat if isinstance(value, str)]
        elif called == "Group" and call.types:
            self._grouped(call.types[0], cls, 0)
        else:
            self.guards += _guards(self.program, call, cls)

    # ---- groups

    def _grouped(self, type: ir.Expression, cls: ClassValue, depth: int) -> None:
        """A group by its class: `Configure("admin", ep => ep.Roles("admin"))` in its constructor, below the group of `SubGroup<Parent>`."""
        group = self.program.evaluate(type, self.program.class_scope(cls))
        if not isinstance(group, ClassValue) or depth > 8:
            return
        for base in group.cls.bases:
            if isinstance(base, ir.Item) and type_name(base) == "SubGroup":
                self._grouped(base.key, group, depth + 1)
        scope = self.program.class_scope(group)
        for method in group.cls.methods:
            if method.constructs or method.name == group.cls.name:
                for call in calls(method.body):
                    first = self.program.evaluate(call.arguments[0].value, scope) if call.arguments else None
                    if isinstance(call.function, ir.Name) and call.function.name == "Configure" and isinstance(first, str):
                        self.group = join(self.group, first.strip("/"))
                    elif isinstance(call.function, ir.Attribute) and call.function.name == "AllowAnonymous":
                        self.opened = self.opened or (At(group.path, call.line), ())
                    elif isinstance(call.function, ir.Attribute):
                        self.guards += _guards(self.program, call, group)


def _made(program: Program, statements: Iterable[ir.Statement], scope: Scope) -> Iterator[tuple[ir.Call, Scope]]:
    """The calls of a body with the scope to evaluate their arguments in; loops over lists that are known are run."""
    for statement in statements:
        target = statement.target if isinstance(statement, ir.Loop) else None
        given = program.evaluate(statement.iterable, scope) if isinstance(statement, ir.Loop) and statement.iterable is not None else None
        if isinstance(statement, ir.Loop) and isinstance(target, ir.Name) and isinstance(given, list):
            for item in given[:_MOST]:
                inner = Scope(scope.module, scope, owner=scope.owner)
                inner.names[target.name] = item
                yield from _made(program, statement.body, inner)
        else:
            yield from ((call, scope) for call in calls((statement,)))


def _guards(program: Program, call: ir.Call, cls: ClassValue) -> list[Guard]:
    called = call.function.name if isinstance(call.function, ir.Name | ir.Attribute) else ""
    at = At(cls.path, call.line)
    if called in ("PreProcessor", "PreProcessors"):
        given = [*call.types, *(argument.value for argument in call.arguments)]
        return [made for each in given if (made := guard(type_name(each) or spelled(each), at)) is not None]
    kind = _GUARDS.get(called)
    asked = roles([program.evaluate(each.value, program.class_scope(cls)) for each in call.arguments]) if kind == "authz" else []
    made = guard(asking(called, asked), at, kind) if kind is not None else None
    if called in ("RequireRateLimiting", "RequireAuthorization"):
        made = guard(called, at)
    return [made] if made is not None else []


def _verb(value: Value) -> str:
    """`Http.GET` or `"GET"`."""
    text = value.path.rpartition(".")[2] if isinstance(value, External) else value if isinstance(value, str) else ""
    return text.upper() if text.isalpha() else ""


def _bound(path: str, call: ir.Call) -> str:
    """A path whose `{@id}` are named by what is returned beside it: `x => new { x.Id }`."""
    names: list[str] = []
    for argument in call.arguments:
        if isinstance(argument.value, ir.Function):
            for statement in argument.value.body:
                if isinstance(statement, ir.Return) and isinstance(statement.value, ir.Mapping):
                    names += [str(key.value) for key, _ in statement.value.entries if isinstance(key, ir.Literal)]
    return _BOUND.sub(lambda match: "{" + names.pop(0) + "}" if names else match[0], path)
