"""Controllers whose classes and methods say by annotations what they answer: what Spring MVC, JAX-RS and Micronaut have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ctxgen.model import At, Endpoint, Guard
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.guards import asking, guard_kind
from ctxgen.source.jvm.annotations import Annotation, of_class, simple, texts
from ctxgen.source.jvm.resolve import JvmResolver
from ctxgen.source.jvm.settings import Settings, module_of
from ctxgen.source.program import Program
from ctxgen.source.routing import Kind, join, parameters
from ctxgen.source.values import ClassValue


class Verdict(NamedTuple):
    """What rules for paths say of an endpoint: the guard, or the line that opens it to everybody."""

    guard: Guard | None = None
    public: At | None = None
    doubtful: bool = False
    """Whether paths that are not known are opened before: what says of itself that it is open then is."""
    unasked: bool = False
    """Whether the settings turn off what asks the annotations of methods."""


NOTHING = Verdict()
Rules = Callable[[str, str, str], Verdict]
"""What the program of a file says of (file, method, path below the context path)."""


class Answer(NamedTuple):
    """What a method of a controller answers."""

    verbs: tuple[str, ...]
    paths: tuple[str, ...]
    at: At
    handler: str
    own: tuple[Annotation, ...] = ()
    """The annotations of the method."""
    outer: tuple[Annotation, ...] = ()
    """Those of its class."""
    function: ir.Function | None = None
    kind: Kind = "http"
    operation: str | None = None
    stated: At | None = None
    """The line of the mapping, where that is in another module than the controller."""


def placed(cls: ClassValue, method: ir.Function, written: ClassValue, mapped: At) -> tuple[At, At | None]:
    """Where an answer is: the line of its mapping; the controller's own method where the mapping is inherited from another module, and the mapping's line then."""
    module = module_of(cls.path)
    if module_of(mapped.path) == module:
        return mapped, None
    return (At(written.path, method.line) if module_of(written.path) == module else At(cls.path, cls.cls.line)), mapped


def settings(program: Program) -> Settings:
    """The settings of the repository."""
    resolver = program.resolver
    assert isinstance(resolver, JvmResolver)
    return resolver.settings


def classes(program: Program, *kinds: str) -> Iterator[ClassValue]:
    """The classes that were met, in the order of files and lines; without annotations."""
    wanted = kinds or ("class", "record", "object", "interface")
    yield from sorted(
        (cls for cls in list(program.classes) if cls.cls.kind in wanted and cls.cls.name), key=lambda cls: (cls.path, cls.cls.line)
    )


def inherited(program: Program, cls: ClassValue) -> list[Annotation]:
    """The annotations of a class, then those of its bases and interfaces."""
    return [each for base in program.lineage(cls) for each in of_class(program, base)]


def mentions(program: Program, cls: ClassValue, *packages: bytes) -> bool:
    """Whether the file of a class, or of what it extends, speaks of one of some packages."""
    return any(program.says(each.path, packages) for each in program.lineage(cls))


def joined(bases: Iterable[str], prefixes: Iterable[str], paths: Iterable[str]) -> Iterator[str]:
    """Every path below every prefix, below every base."""
    own, below = list(paths) or [""], list(prefixes) or [""]
    for base in list(bases) or [""]:
        for prefix in below:
            for path in own:
                yield join(join(base, prefix, trailing=True), path, trailing=True)


# ---------------------------------------------------------------------------------------------- guards

_AUTHZ = {
    "PreAuthorize", "PostAuthorize", "Secured", "RolesAllowed", "DenyAll", "RequiresPermissions", "RequiresRoles", "SaCheckPermission", "SaCheckRole", "PermissionsAllowed",
    "ServletSecurity",
}  # fmt: skip
_AUTHN = {"Authenticated", "RequiresAuthentication", "RequiresUser", "SaCheckLogin"}
_OPEN = {"PermitAll", "SaIgnore", "Anonymous", "PublicApi", "IgnoreAuth", "AnonymousAccess"}
_OPENING = re.compile(
    r"(?:No|Non|Not|Skip|Ignore|Without|Exclude|Bypass|Pass)(?:Need|Require)?(?:Auth|Login|Token|Permission|Security|Jwt)\w*"
    r"|\w*(?:Auth\w*|Login|Token)(?:NotRequired|NotNeeded|Ignore|Skip|Free)|Un(?:authenticated|protected|secured)\w*|(?:Public|Anonymous)(?:Access|Api|Endpoint|Route)?"
)
"""Names of the repository's own annotations that open what they stand on."""
_RATE = {"RateLimiter", "RateLimiting", "RateLimit", "Bulkhead", "RateLimited"}
_ANYBODY = {
    "permitAll",
    "permitAll()",
    "isAnonymous()",
    "SecurityRule.IS_ANONYMOUS",
    "IS_ANONYMOUS",
    "IS_AUTHENTICATED_ANONYMOUSLY",
    "isAnonymous",
}
_ANYONE_KNOWN = {
    "isAuthenticated()",
    "isAuthenticated",
    "IS_AUTHENTICATED",
    "isFullyAuthenticated()",
    "IS_AUTHENTICATED_FULLY",
    "fullyAuthenticated",
    "authenticated",
}


def guards_of(program: Program, own: Sequence[Annotation], outer: Sequence[Annotation]) -> tuple[list[Guard], At | None]:
    """The guards that the annotations of a method and of its class are, and the line of one that lets everybody in.

    What the method says of who may enter replaces what the class says.
    """
    guards: list[Guard] = []
    settled = False
    for level in (own, outer):
        told = [(each, kind) for each in level if (kind := kind_of(program, each)) is not None]
        entry = [] if settled else [(each, kind) for each, kind in told if kind != "rate"]
        settled = settled or bool(entry)
        opened = next((each.at for each, kind in entry if kind == "open"), None)
        if opened is not None:
            return guards, opened
        for each, kind in told:
            if (kind == "rate" or (each, kind) in entry) and not any(guard.at == each.at and guard.kind == kind for guard in guards):
                # what a composed annotation stands for is told by its own name
                asked = _asked(program, each) if kind == "authz" else []
                guards.append(Guard(name=name(asking(f"@{each.name}", asked)), kind=kind, at=each.at))  # type: ignore[arg-type]
    return guards, None


_CALL = re.compile(r"@?[\w.]{1,60}\((.*)\)", re.DOTALL)
"""`hasRole('ADMIN')`, `@orders.allows('read', 'write')`."""
_QUOTED = re.compile(r"'([^']{1,80})'")
_LONGEST = 300


def _asked(program: Program, annotation: Annotation) -> list[str]:
    """The roles or permissions that an annotation names, in an expression too; none where it says more than that."""
    found = list[str]()
    for stated in texts(program, annotation, "value", "roles", "permissions"):
        inner = _CALL.fullmatch(stated.strip()) if len(stated) < _LONGEST else None
        given = [_QUOTED.fullmatch(each.strip()) for each in inner[1].split(",")] if inner else []
        found += [each[1] for each in given if each] if given and all(given) else [stated]
    return found


def kind_of(program: Program, annotation: Annotation) -> str | None:
    """`authn`, `authz`, `rate`, `open` or None for an annotation that guards nothing."""
    called = annotation.name
    if called in _OPEN:
        return "open"
    if called in ("PreAuthorize", "Secured"):
        value = annotation.arguments.get("value")
        said = set(_said(program, annotation, value))
        if said & _ANYBODY:
            return "open"
        return "authn" if said and said <= _ANYONE_KNOWN else "authz"
    if called in _AUTHZ:
        return "authz"
    if called in _AUTHN:
        return "authn"
    if called in _RATE:
        return "rate"
    if annotation.own and _OPENING.fullmatch(called[:100]):
        return "open"
    if annotation.own:
        kind = guard_kind(called)
        return kind if kind in ("authn", "authz", "rate") else None
    return None


def _said(program: Program, annotation: Annotation, value: ir.Expression | None) -> list[str]:
    """What is written as the value: strings, or the names of constants of the library."""
    if isinstance(value, ir.Sequence):
        return [text for item in value.items for text in _said(program, annotation, item.value)]
    if isinstance(value, ir.Attribute) and simple(value).isupper():
        return [simple(value)]
    known = program.evaluate(value, annotation.scope) if value is not None else None
    return [known.strip()] if isinstance(known, str) else [simple(value)] if value is not None and simple(value) else []


def validations(answer: Answer) -> list[Guard]:
    """`@Valid` and `@Validated` on a parameter."""
    if answer.function is None:
        return []
    for parameter in answer.function.parameters:
        for decorator in parameter.decorators:
            if (called := simple(decorator)) in ("Valid", "Validated"):
                return [Guard(name=name(f"@{called}"), kind="validation", at=At(answer.at.path, decorator.line))]
    return []


def endpoints(program: Program, answer: Answer, technology: str, rules: Rules, *, prefix: str = "") -> Iterator[Endpoint]:
    """The endpoints of an answer, one a verb and path.  `prefix` is that of the whole program, which rules do not see."""
    guards, opened = guards_of(program, answer.own, answer.outer)
    guards += validations(answer)
    for path in dict.fromkeys(answer.paths):
        for verb in dict.fromkeys(answer.verbs):
            verdict = rules(answer.at.path, verb, path)
            asked = [each for each in guards if each.kind not in ("authn", "authz")] if verdict.unasked else guards
            closed = verdict.guard is not None and not (verdict.doubtful and opened is not None)
            own = (*([verdict.guard] if verdict.guard is not None and closed else []), *asked)
            protected = any(guard.kind in ("authn", "authz") for guard in own)
            public = None if protected else opened or verdict.public
            yield Endpoint(
                kind=answer.kind,
                method=Name(verb),
                path=name(parameters(join(prefix, path, trailing=True))),
                operation=name(answer.operation) if answer.operation else None,
                handler=name(answer.handler) if answer.handler else None,
                access="guarded" if protected else "public" if public else "unknown",
                guards=tuple({(guard.kind, guard.name): guard for guard in own}.values()),
                technology=Name(technology),
                at=answer.at,
                via=tuple(dict.fromkeys(at for at in (answer.stated, public) if at is not None and at != answer.at)),
            )


def implemented(cls: ClassValue) -> bool:
    """Whether a class is one that can be made: no interface, not abstract."""
    return cls.cls.kind in ("class", "record", "object") and not cls.cls.abstract
