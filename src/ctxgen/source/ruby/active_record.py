"""Active Record's models: tables and associations; the columns are those of the schema that the repository keeps, else of its migrations.

Sources: https://guides.rubyonrails.org/active_record_basics.html, https://guides.rubyonrails.org/association_basics.html.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal

import inflection

from ctxgen.documents import Unreadable
from ctxgen.facts import folder_of
from ctxgen.model import At, EntityModel, Relation, SchemaChange
from ctxgen.opaque import Name, name
from ctxgen.readers._rails_migration import steps_of
from ctxgen.resolve.schema import tables
from ctxgen.source import ir
from ctxgen.source.guards import spelled
from ctxgen.source.languages import Repository
from ctxgen.source.program import Program
from ctxgen.source.ruby.rails_names import Names, names_of
from ctxgen.source.values import ClassValue

_BASES = {"ApplicationRecord", "ActiveRecord.Base"}
_STATED_PREFIX = re.compile(r"table_name_prefix\s{0,9}=?\s{0,9}[\"'](\w{1,60})[\"']")
_MIGRATIONS = 2_000
_OF_MIGRATIONS = re.compile(r"(?:^|/)db/(?:\w{1,40}_)?(?:migrate|data)/")
"""What a migration declares for its own use is as a model was then.  Source: https://guides.rubyonrails.org/active_record_migrations.html#old-migrations."""
_KINDS: dict[str, Literal["one-to-one", "many-to-one", "one-to-many", "many-to-many"]] = {
    "belongs_to": "many-to-one",
    "has_one": "one-to-one",
    "has_many": "one-to-many",
    "has_and_belongs_to_many": "many-to-many",
}


def finish(program: Program) -> None:
    """The models among the classes; one that extends another shares its table and is told with it."""
    classes = [cls for cls in program.classes if not _OF_MIGRATIONS.search(cls.path)]
    found = {_whole(program, cls): cls for cls in classes if _is_model(program, cls)}
    for whole, cls in found.items():
        program.facts.append(_model(program, cls, whole, frozenset(found)))
    if isinstance(program.sources, Repository):
        program.facts += _migrated(program.sources)


def _migrated(repository: Repository) -> Iterator[EntityModel]:
    """The tables that migrations make in the order of their names, where no dump says how they stand."""
    histories: dict[str, list[str]] = defaultdict(list)
    for path in repository.matching("**/db/migrate/*.rb"):
        histories[folder_of(path)].append(path)
    for folder, paths in histories.items():
        beside = f"{folder_of(folder)}/" if folder_of(folder) else ""
        if any(
            next(iter(repository.matching(f"{beside}{dump}")), None)
            for dump in ("schema.rb", "structure.sql", "*_schema.rb", "*_structure.sql")
        ):
            continue
        changes: list[SchemaChange] = []
        for path in sorted(paths)[:_MIGRATIONS]:
            try:
                changes += steps_of(repository.file(path))
            except Unreadable:
                continue
        yield from tables(changes)


def _is_model(program: Program, cls: ClassValue) -> bool:
    if cls.cls.kind != "class" or _abstract(cls):
        return False
    for each in program.lineage(cls):
        if each is not cls and not _abstract(each):
            return False
        if any(spelled(base) in _BASES for base in each.cls.bases):
            return True  # what a repository adds to the library's own class lies behind
    return False


def _whole(program: Program, cls: ClassValue) -> str:
    """`Rule::Action`: a class with the modules that its place below `app/models` names; one that is declared without any lies in a folder that is loaded like `app/models` itself."""
    if cls.outer is None and not cls.cls.within:
        return cls.cls.name
    inner = cls.path.rpartition("app/models/")[2].removesuffix(".rb") if "app/models/" in cls.path else ""
    whole = names_of(program, cls.path).constant(inner)
    return whole if whole.rpartition("::")[2] == cls.cls.name else cls.cls.name


def _abstract(cls: ClassValue) -> bool:
    """`self.abstract_class = true`, `primary_abstract_class`; `ApplicationRecord` is one whatever it says."""
    return cls.cls.name == "ApplicationRecord" or any(
        (isinstance(each, ir.Assign) and spelled(each.target) == "abstract_class")
        or (isinstance(each, ir.Do) and spelled(each.value) == "primary_abstract_class")
        for each in cls.cls.statements
    )


def _model(program: Program, cls: ClassValue, whole: str, known: frozenset[str]) -> EntityModel:
    names = names_of(program, cls.path)
    return EntityModel(
        name=name(whole),
        table=name(_table(cls) or _prefix(program, cls, whole, names, known) + names.plural(inflection.underscore(cls.cls.name))),
        technology=Name("active-record"),
        relations=tuple(_relations(cls, whole, names, known)),
        at=At(cls.path, cls.cls.line),
    )


def _prefix(program: Program, cls: ClassValue, whole: str, names: Names, known: frozenset[str]) -> str:
    """What a table begins with: the name of the model around it, or what the module says."""
    outer = whole.rpartition("::")[0]
    if outer in known:
        return f"{inflection.underscore(outer.replace('::', ''))}_"
    text = program.resolver.text(f"{folder_of(cls.path)}.rb")  # type: ignore[attr-defined]
    stated = _STATED_PREFIX.search(text) if outer else None
    return stated[1] if stated is not None else ""


def _table(cls: ClassValue) -> str | None:
    """`self.table_name = "people"`."""
    for each in cls.cls.statements:
        if isinstance(each, ir.Assign) and spelled(each.target) == "table_name" and isinstance(each.value, ir.Literal):
            return str(each.value.value)
    return None


def _relations(cls: ClassValue, whole: str, names: Names, known: frozenset[str]) -> Iterator[Relation]:
    for each in cls.cls.statements:
        call = each.value if isinstance(each, ir.Do) else None
        if (
            not isinstance(call, ir.Call)
            or not isinstance(call.function, ir.Name)
            or call.function.name not in _KINDS
            or not call.arguments
        ):
            continue
        first = call.arguments[0].value
        stated = {argument.keyword: argument.value for argument in call.arguments if argument.keyword}
        if not isinstance(first, ir.Literal) or not isinstance(first.value, str) or "polymorphic" in stated:
            continue
        named = stated.get("class_name", stated.get("source_type", stated.get("source")))
        text = named.value if isinstance(named, ir.Literal) and isinstance(named.value, str) else spelled(named).replace(".", "::")
        target = (text or first.value).removeprefix("::")
        target = names.constant(names.singular(target)) if target == target.lower() else target
        yield Relation(
            name=name(first.value),
            kind=_KINDS[call.function.name],
            target=name(_nearest(whole, target, known)),
            at=At(cls.path, call.line),
        )


def _nearest(whole: str, target: str, known: frozenset[str]) -> str:
    """The model that a name means inside a class: of the innermost module that has one."""
    around = whole.split("::")
    candidates = ("::".join([*around[:count], target]) for count in range(len(around), -1, -1))
    return next((each for each in candidates if each in known), target)
