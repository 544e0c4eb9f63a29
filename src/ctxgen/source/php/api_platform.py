"""API Platform: the operations of classes that are resources.

Sources: https://api-platform.com/docs/core/operations/, https://api-platform.com/docs/core/security/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.documents import Unreadable
from ctxgen.model import At, Dependency, Guard
from ctxgen.source.languages import Repository
from ctxgen.source.php.laravel_state import class_path
from ctxgen.source.php.library import resolver_of
from ctxgen.source.php.symfony import Attribute, attributes, configuration, enter, granted
from ctxgen.source.php.symfony_config import concatenated, root_of
from ctxgen.source.php.words import plural, snake
from ctxgen.source.program import Program
from ctxgen.source.values import ClassValue, External, Value

_METADATA = ("ApiPlatform.Metadata.", "ApiPlatform.Core.Annotation.")
_OPERATIONS = {"GetCollection": "GET", "Get": "GET", "Post": "POST", "Put": "PUT", "Patch": "PATCH", "Delete": "DELETE"}
_ON_MANY = {"GetCollection", "Post"}
_FORMAT = re.compile(r"\{\._format\}|\.\{_format\}")
_SETTINGS = ("**/config/packages/api_platform.yaml", "**/config/packages/api_platform.yml")


class _Operation(NamedTuple):
    """An operation of a resource: its kind (`GetCollection`), what it states, its line."""

    kind: str
    stated: dict[str, Value]
    line: int


class _Resource(NamedTuple):
    """A class with what one of its attributes says."""

    cls: ClassValue
    stated: dict[str, Value]
    operations: list[_Operation]


def finish(program: Program) -> None:
    """The operations of all resources, below the prefix that the settings import them with."""
    framework = program.vocabulary.frameworks["api-platform"]
    router = program.new_router(framework.types["router"], At("", 1))
    settings = configuration(program)
    dashes = _dashed(program)
    for cls in list(program.classes):
        for resource in _resources(program, cls):
            own = [
                each
                for each in settings.imports
                if each.folder == "api_platform" and cls.path.startswith(f"{each.root}/" if each.root else "")
            ]
            prefixes, via = (own[0].prefixes, own[0].via) if own else (("",), ())
            dashed = any(cls.path.startswith(f"{root}/" if root else "") for root in dashes)
            for operation in resource.operations:
                at = At(cls.path, operation.line)
                guards, public = _security(resource, operation, at)
                paths = [concatenated(prefix, _path(program, resource, operation, dashed)) for prefix in prefixes]
                method = operation.stated.get("method")
                methods = (method.upper() if isinstance(method, str) else _OPERATIONS[operation.kind],)
                router.routes += enter(settings, paths, methods, _handler(cls, operation), at, guards, public, via)


def _resources(program: Program, cls: ClassValue) -> Iterator[_Resource]:
    """The resources that a class's attributes make of it; operations that stand alone belong to the one before them."""
    found: list[_Resource] = []
    for each in attributes(program, cls.cls.decorators, cls) if cls.cls.decorators else ():
        if not each.path.startswith(_METADATA):
            continue
        if each.name == "ApiResource":
            found.append(_Resource(cls, _stated(each), list(_operations(program, each))))
        elif each.name in _OPERATIONS:
            if not found:
                found.append(_Resource(cls, {}, []))
            found[-1].operations.append(_Operation(each.name, _stated(each), each.line))
    for resource in found:
        if not resource.operations and "operations" not in resource.stated:
            line = resource.stated["@line"]
            resource.operations.extend(_Operation(kind, {}, line) for kind in _defaults(program, cls))
        yield resource


def _stated(attribute: Attribute) -> dict[str, Value]:
    first = {"uriTemplate": attribute.positional[0]} if attribute.positional and isinstance(attribute.positional[0], str) else {}
    return {**first, **attribute.named, "@line": attribute.line}


def _operations(program: Program, attribute: Attribute) -> Iterator[_Operation]:
    """`operations: [new Get(), …]`; `collectionOperations` and `itemOperations` of version 2."""
    stated = attribute.named.get("operations", attribute.positional[2] if len(attribute.positional) > 2 else None)
    for each in stated if isinstance(stated, list) else list(stated.values()) if isinstance(stated, dict) else ():
        if isinstance(each, External) and each.arguments is not None and each.path.startswith(_METADATA):
            kind = each.path.removesuffix("()").rpartition(".")[2]
            if kind in _OPERATIONS:
                keywords = dict(each.arguments.keywords)
                if each.arguments.positional and isinstance(each.arguments.positional[0], str):
                    keywords.setdefault("uriTemplate", each.arguments.positional[0])
                yield _Operation(kind, keywords, each.arguments.line)
    if attribute.path.startswith("ApiPlatform.Core."):
        yield from _older(attribute)


def _older(attribute: Attribute) -> Iterator[_Operation]:
    for key, default in (("collectionOperations", ("get", "post")), ("itemOperations", ("get", "put", "patch", "delete"))):
        stated = attribute.named.get(key, list(default))
        entries = stated.items() if isinstance(stated, dict) else [(each, {}) for each in stated] if isinstance(stated, list) else ()
        for name, given in entries:
            if not isinstance(name, str):
                continue
            if isinstance(given, str):  # `{0 = "get", "publish" = {…}}`
                name, given = given, {}
            options = dict(given) if isinstance(given, dict) else {}
            method = str(options.get("method", name)).upper()
            kind = "GetCollection" if method == "GET" and key.startswith("collection") else method.capitalize()
            if kind in _OPERATIONS:
                path = options.pop("path", None)
                more = {"uriTemplate": path} if isinstance(path, str) else {"@suffix": name} if name.upper() != method else {}
                yield _Operation(kind, {**options, **more, "@many": key.startswith("collection")}, attribute.line)


def _defaults(program: Program, cls: ClassValue) -> list[str]:
    """The operations of a resource that states none: without PUT since version 4."""
    if cls.cls.kind == "enum":
        return ["GetCollection", "Get"]
    facts = resolver_of(program).sources.facts
    versions = [
        str(each.locked or each.declared or "")
        for each in facts.of(Dependency)
        if each.name in ("api-platform/core", "api-platform/symfony") and cls.path.startswith(each.at.path.rpartition("/")[0])
    ]
    major = max((int(match[0]) for each in versions if (match := re.search(r"\d{1,3}", each)) is not None), default=4)
    return [kind for kind in _OPERATIONS if kind != "Put" or major < 4]


# ---------------------------------------------------------------------------------------------- paths and guards


def _path(program: Program, resource: _Resource, operation: _Operation, dashed: bool) -> str:
    stated = operation.stated.get("uriTemplate") or resource.stated.get("uriTemplate")
    prefix = operation.stated.get("routePrefix", resource.stated.get("routePrefix"))
    start = f"/{prefix.strip('/')}" if isinstance(prefix, str) and prefix.strip("/") else ""
    if isinstance(stated, str):
        return f"{start}/{_FORMAT.sub('', stated).lstrip('/')}"
    short = operation.stated.get("shortName", resource.stated.get("shortName"))
    name = snake(plural(short if isinstance(short, str) else resource.cls.cls.name), "-" if dashed else "_")
    many = operation.stated.get("@many", operation.kind in _ON_MANY)
    item = "" if many else "/{" + _identifier(program, resource.cls) + "}"
    suffix = operation.stated.get("@suffix")
    return f"{start}/{name}{item}" + (f"/{suffix}" if isinstance(suffix, str) else "")


def _identifier(program: Program, cls: ClassValue) -> str:
    for each in program.lineage(cls):
        for field in each.cls.fields:
            for attribute in attributes(program, field.decorators, each) if field.decorators else ():
                if attribute.name == "ApiProperty" and attribute.named.get("identifier") is True:
                    return field.name
    return "id"


def _security(resource: _Resource, operation: _Operation, at: At) -> tuple[tuple[Guard, ...], At | None]:
    """`security: "is_granted('ROLE_ADMIN')"` of the operation, else of the resource."""
    for stated, line in ((operation.stated, operation.line), (resource.stated, resource.stated.get("@line", operation.line))):
        text = stated.get("security", stated.get("access_control"))
        if isinstance(text, str):
            place = At(at.path, line)
            if "PUBLIC_ACCESS" in text or text.strip() == "true":
                return (), place
            made = granted("is_granted" if "is_granted" in text else "security", text if "is_granted" in text else "", place)
            return ((made,), None) if made is not None else ((), None)
    after = operation.stated.get("securityPostDenormalize")
    made = granted("is_granted", after, at) if isinstance(after, str) else None
    return ((made,), None) if made is not None else ((), None)


def _handler(cls: ClassValue, operation: _Operation) -> str:
    return class_path(operation.stated.get("controller")).rpartition(".")[2] or cls.cls.name


def _dashed(program: Program) -> list[str]:
    """The folders of applications whose names of paths have dashes."""
    sources = resolver_of(program).sources
    assert isinstance(sources, Repository)
    repository: Repository = sources
    found = []
    for pattern in _SETTINGS:
        for path in repository.matching(pattern):
            try:
                stated = repository.file(path).yaml().get("api_platform", "path_segment_name_generator")
            except Unreadable:
                continue
            if stated is not None and "dash" in (stated.text or ""):
                found.append(root_of(path))
    return found
