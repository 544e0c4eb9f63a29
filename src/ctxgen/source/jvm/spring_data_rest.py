"""Repositories that Spring Data REST exports.

Source: https://docs.spring.io/spring-data/rest/reference/repository-resources.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.jvm.annotations import Annotation, find, methods, of_class, simple, texts
from ctxgen.source.jvm.controllers import Answer, Rules, classes, endpoints, placed, settings
from ctxgen.source.program import Program
from ctxgen.source.routing import join
from ctxgen.source.values import ClassValue

_REPOSITORIES = {
    "Repository", "CrudRepository", "ListCrudRepository", "PagingAndSortingRepository", "ListPagingAndSortingRepository", "JpaRepository", "MongoRepository", "Neo4jRepository",
    "CassandraRepository", "KeyValueRepository", "RevisionRepository", "JpaSpecificationExecutor",
}  # fmt: skip
_COLLECTION = ("GET", "POST")
_ITEM = ("GET", "PUT", "PATCH", "DELETE")


def finish(program: Program, rules: Rules, context_path: Callable[[Program, str], str]) -> None:
    """The endpoints of exported repositories."""
    if not any(framework.technology == "spring-data-rest" for framework in program.vocabulary.frameworks.values()):
        return
    for cls in classes(program, "interface"):
        found = of_class(program, cls)
        exported = find(found, "RepositoryRestResource", "RestResource")
        if not _is_repository(program, cls) or (exported is not None and _refused(exported)) or find(found, "NoRepositoryBean"):
            continue
        if exported is None and not _detected(program, cls):
            continue
        at = exported.at if exported else At(cls.path, cls.cls.line)
        for answer in _answers(program, cls, exported, at):
            program.facts += endpoints(program, answer, "spring-data-rest", rules, prefix=context_path(program, cls.path))


def _detected(program: Program, cls: ClassValue) -> bool:
    """Whether a repository without an annotation is exported: a public one is, unless settings ask for annotations."""
    strategy = settings(program).find(cls.path, "spring.data.rest.detection-strategy")
    stated = strategy[0].word({"annotated", "all", "visibility", "default"}) if strategy else None
    lines = program.resolver.data(cls.path).splitlines()  # type: ignore[attr-defined]
    public = cls.path.endswith(".kt") or (0 < cls.cls.line <= len(lines) and b"public" in lines[cls.cls.line - 1])
    return stated != "annotated" and (public or stated == "all")


def _is_repository(program: Program, cls: ClassValue) -> bool:
    return any(simple(base) in _REPOSITORIES for each in program.lineage(cls) for base in each.cls.bases)


def _refused(annotation: Annotation) -> bool:
    value = annotation.arguments.get("exported")
    return isinstance(value, ir.Literal) and value.value is False


def _answers(program: Program, cls: ClassValue, exported: Annotation | None, at: At) -> Iterator[Answer]:
    base = settings(program).path(cls.path, "spring.data.rest.base-path", "spring.data.rest.baseuri")
    base = f"/{base.strip('/')}" if base else ""
    stated = texts(program, exported, "path") if exported else []
    path = join(base, stated[0] if stated else collection(_entity(program, cls)))
    declared = list(methods(program, cls))
    refused = {method.name for method, _, carried in declared if (mark := find(carried, "RestResource")) and _refused(mark)}
    item = tuple(
        verb
        for verb in _ITEM
        if not (verb in ("PUT", "PATCH") and "save" in refused) and not (verb == "DELETE" and refused & {"delete", "deleteById"})
    )
    yield Answer(_COLLECTION if "save" not in refused else ("GET",), (path,), at, cls.cls.name)
    yield Answer(item, (join(path, "/{id}"),), at, cls.cls.name)
    for method, written, carried in declared:
        mark = find(carried, "RestResource")
        if method.name in ("save", "saveAll", "delete", "deleteById", "deleteAll", "findById", "findAll") or (mark and _refused(mark)):
            continue
        if method.static or method.body:  # of its own: what Spring Data makes no query of is not exported
            continue
        if simple(method.returns) in ("void", "int", "long") and not method.name.startswith(("count", "exists")):
            continue
        named = texts(program, mark, "path") if mark else []
        line, stated_at = placed(cls, method, written, mark.at if mark else At(written.path, method.line))
        search = join(path, f"/search/{named[0] if named else method.name}")
        yield Answer(("GET",), (search,), line, f"{cls.cls.name}.{method.name}", stated=stated_at)


def _entity(program: Program, cls: ClassValue) -> str:
    """The entity's name: the first type argument of the repository that is extended."""
    for base in cls.cls.bases:
        if isinstance(base, ir.Item):
            key = base.key.items[0].value if isinstance(base.key, ir.Sequence) and base.key.items else base.key
            return simple(key)
    return cls.cls.name.removesuffix("Repository")


def collection(entity: str) -> str:
    """`/lineItems` for `LineItem`: uncapitalised and in the plural."""
    shown = entity[:1].lower() + entity[1:]
    if re.search(r"[^aeiou]y$", shown):
        return f"/{shown[:-1]}ies"
    if shown.endswith(("s", "x", "z", "ch", "sh")):
        return f"/{shown}es"
    return f"/{'people' if shown == 'person' else shown + 's'}"
