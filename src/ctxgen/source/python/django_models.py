"""Django's models: tables with the columns of abstract models above them, keys, relations and the tables between.

Sources: https://docs.djangoproject.com/en/stable/topics/db/models/, https://docs.djangoproject.com/en/stable/ref/models/options/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ctxgen.model import At, Column, ConfigKey, EntityModel, Relation, TableIndex
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.program import Program
from ctxgen.source.python.fields import FieldCall, fields_of, last, library_bases, lineage, once, strings, type_name
from ctxgen.source.python.resolve import PythonResolver
from ctxgen.source.values import ClassValue, External, Scope

_FOREIGN = {"ForeignKey", "OneToOneField", "ParentalKey", "TreeForeignKey", "OneToOneRel", "TenantForeignKey"}
_MANY = {"ManyToManyField", "ParentalManyToManyField", "SortedManyToManyField"}
_NO_COLUMN = {"GenericForeignKey", "GenericRelation", "ReverseGenericManyToOneDescriptor", "Field", "FormField", "SerializerMethodField"}
_USER_BASES = {
    "AbstractBaseUser": (("password", "CharField(128)", False), ("last_login", "DateTimeField", True)),
    "AbstractUser": (
        ("password", "CharField(128)", False), ("last_login", "DateTimeField", True), ("is_superuser", "BooleanField", False), ("username", "CharField(150)", False),
        ("first_name", "CharField(150)", False), ("last_name", "CharField(150)", False), ("email", "EmailField", False), ("is_staff", "BooleanField", False),
        ("is_active", "BooleanField", False), ("date_joined", "DateTimeField", False),
    ),
    "PermissionsMixin": (("is_superuser", "BooleanField", False),),
    "TimeStampedModel": (("created", "DateTimeField", False), ("modified", "DateTimeField", False)),
}  # fmt: skip
"""Columns of libraries' abstract models: (name, type, whether it may be null)."""


class _Key(NamedTuple):
    """What a reference leads to: the table, the model's name, and the column and type of its primary key."""

    table: str
    model: str
    column: str
    type: Name | None


def finish(program: Program) -> None:
    """The tables of all models, and those between two models that only a many-to-many field makes."""
    models = [cls for cls in program.classes if _is_model(program, cls) and not _meta(program, cls, "proxy")]
    known = {(_app(program, cls), cls.cls.name.lower()): cls for cls in models if not _meta(program, cls, "abstract")}
    labels = _Labels(program, known)
    for cls in known.values():
        program.facts += _model(program, cls, labels)


class _Labels:
    """Models by their application and name, and what stands for the user's model."""

    def __init__(self, program: Program, known: dict[tuple[str, str], ClassValue]) -> None:
        self.program, self.known = program, known
        facts = program.resolver.facts.of(ConfigKey) if isinstance(program.resolver, PythonResolver) else []
        stated = (fact.value.identifier() for fact in facts if fact.key == "AUTH_USER_MODEL")
        self.user = next((each for each in stated if each is not None), "auth.User")

    def key(self, target: ir.Expression | None, cls: ClassValue, scope: Scope) -> _Key | None:
        """What a foreign key's first argument leads to."""
        found = self._target(target, cls, scope)
        if isinstance(found, ClassValue):
            column = self._primary(found)
            table = _table(self.program, found)
            return _Key(table, found.cls.name, column.name, column.type) if column is not None else _Key(table, found.cls.name, "id", None)
        if isinstance(found, str) and "." in found:  # a model of a library
            app, _, model = found.rpartition(".")
            return _Key(f"{app.rpartition('.')[2]}_{model.lower()}", model, "id", None)
        return _Key(found, found, "id", None) if isinstance(found, str) and found else None

    def _primary(self, cls: ClassValue) -> Column | None:
        """The primary key of a model, without what its keys refer to."""
        columns = once(self.program, "django keys", cls, lambda: _columns(self.program, cls, None))
        return next((each for each in columns if each.primary), None)

    def _target(self, target: ir.Expression | None, cls: ClassValue, scope: Scope) -> ClassValue | str | None:
        if isinstance(target, ir.Literal) and isinstance(target.value, str):
            return self._named(target.value, cls)
        if last(target) == "AUTH_USER_MODEL" or (isinstance(target, ir.Call) and last(target) == "get_user_model"):
            return self._named(str(self.user), cls)
        value = self.program.evaluate(target, scope) if target is not None else None
        if isinstance(value, str):
            return self._named(value, cls)
        if isinstance(value, ClassValue):
            return value
        if isinstance(value, External):  # django.contrib.auth.models.User
            parts = value.path.split(".")
            if value.path.startswith("django.contrib.auth.get_user_model"):
                return self._named(str(self.user), cls)
            return f"{parts[-3]}.{parts[-1]}" if len(parts) > 2 and parts[-2] == "models" else last(target)
        return last(target) or None

    def _named(self, text: str, cls: ClassValue) -> ClassValue | str:
        if text == "self":
            return cls
        app, _, model = text.rpartition(".")
        if app:
            return self.known.get((app, model.lower()), text)
        own = self.known.get((_app(self.program, cls), model.lower()))
        return own or next((each for (_, other), each in self.known.items() if other == model.lower()), text)


# ---------------------------------------------------------------------------------------------- which classes


def _is_model(program: Program, cls: ClassValue) -> bool:
    """Whether a class is a model: below Django's, or below a library's with fields of Django's."""
    return once(program, "django model", cls, lambda: _is_model_made(program, cls))


def _is_model_made(program: Program, cls: ClassValue) -> bool:
    bases = [base for each in lineage(program, cls) for base in library_bases(program, each)]
    if any(base.startswith(("django.db.models.", "django.contrib.gis.db.models.")) and base.endswith(".Model") for base in bases):
        return True
    if any(base.rpartition(".")[2] in ("AbstractUser", "AbstractBaseUser") for base in bases):
        return True
    if any(base.startswith(("django.db.", "django.forms.")) for base in bases):
        return False  # an expression (`models.Func`), a form
    return bool(bases) and any(
        isinstance(field.call, ir.Call) and (field.kind in _FOREIGN or (last(_owner(field.call)) == "models" and field.kind.endswith("Field")))
        for each in lineage(program, cls)
        for field in fields_of(program, each)
    ) and not any(base.rpartition(".")[2] in ("Form", "ModelForm", "Serializer", "ModelSerializer", "FilterSet", "Migration", "Factory", "DjangoModelFactory") for base in bases)  # fmt: skip


def _owner(call: ir.Call) -> ir.Expression | None:
    return call.function.owner if isinstance(call.function, ir.Attribute) else None


def _meta(program: Program, cls: ClassValue, option: str) -> object:
    """The value of an option of a model's own `Meta`; what is inherited of abstract models is not `abstract`."""
    for each in lineage(program, cls):
        meta = next((inner for inner in each.cls.classes if inner.name == "Meta"), None)
        field = next((field for field in meta.fields if field.name == option), None) if meta is not None else None
        if field is not None and field.value is not None and (each is cls or option not in ("abstract", "proxy", "db_table")):
            return program.evaluate(field.value, program.class_scope(each))
        if meta is not None and each is cls and option not in ("abstract", "proxy", "db_table") and not meta.bases:
            return None
    return None


def _meta_expression(cls: ClassValue, option: str) -> ir.Expression | None:
    meta = next((inner for inner in cls.cls.classes if inner.name == "Meta"), None)
    return next((field.value for field in meta.fields if field.name == option), None) if meta is not None else None


def _app(program: Program, cls: ClassValue) -> str:
    """The label of a model's application: what `Meta` or the application's configuration says, else the package's name."""
    return once(program, "django app", cls, lambda: _app_made(program, cls))


def _app_made(program: Program, cls: ClassValue) -> str:
    stated = _meta(program, cls, "app_label")
    if isinstance(stated, str):
        return stated
    folder, _, file = cls.path.rpartition("/")
    parts = folder.split("/")
    while "models" in parts:
        parts = parts[: len(parts) - 1 - parts[::-1].index("models")]
    folder = "/".join(parts)
    return _labels(program).get(folder) or (parts[-1] if parts[-1] else file.removesuffix(".py"))


def _labels(program: Program) -> dict[str, str]:
    """The labels that applications' configurations state, by folder."""
    if "django labels" not in program.kept:
        found: dict[str, str] = {}
        for each in program.classes:
            label = next((field.value for field in each.cls.fields if field.name == "label"), None)
            if isinstance(label, ir.Literal) and isinstance(label.value, str) and any(base.endswith(".AppConfig") for base in library_bases(program, each)):  # fmt: skip
                found[each.path.rpartition("/")[0]] = label.value
        program.kept["django labels"] = found
    known: dict[str, str] = program.kept["django labels"]
    return known


def _table(program: Program, cls: ClassValue) -> str:
    stated = _meta(program, cls, "db_table")
    return stated if isinstance(stated, str) else f"{_app(program, cls)}_{cls.cls.name.lower()}"


# ---------------------------------------------------------------------------------------------- what they hold


def _sources(program: Program, cls: ClassValue) -> tuple[list[ClassValue], ClassValue | None]:
    """The classes whose fields a model has (itself and abstract ones, mixins), and the model whose table it extends."""
    return once(program, "django sources", cls, lambda: _sources_made(program, cls))


def _sources_made(program: Program, cls: ClassValue) -> tuple[list[ClassValue], ClassValue | None]:
    own, parent = [cls], None
    for each in lineage(program, cls)[1:]:
        if _is_model(program, each) and not _meta(program, each, "abstract"):
            parent = parent or each
        elif parent is None or each not in lineage(program, parent):
            own.append(each)
    return own, parent


def _fields(program: Program, cls: ClassValue) -> list[FieldCall]:
    return once(program, "django fields", cls, lambda: list(_fields_made(program, cls)))


def _fields_made(program: Program, cls: ClassValue) -> Iterator[FieldCall]:
    seen: set[str] = set()
    for each in _sources(program, cls)[0]:
        for field in fields_of(program, each):
            known = field.kind.endswith("Field") or field.kind in _FOREIGN or field.kind in _MANY
            if field.call is not None and known and field.kind not in _NO_COLUMN and field.name not in seen:
                seen.add(field.name)
                yield field


def _columns(program: Program, cls: ClassValue, labels: _Labels | None) -> list[Column]:
    found: list[Column] = []
    own, parent = _sources(program, cls)
    at = At(cls.path, cls.cls.line)
    for base in (base for each in own for base in library_bases(program, each)):
        for column, kind, null in _USER_BASES.get(base.rpartition(".")[2], ()):
            if all(each.name != column for each in found):
                found.append(Column(name=Name(column), type=Name(kind), nullable=null, unique=column == "username", at=at))
    for field in _fields(program, cls):
        if field.kind in _MANY:
            continue
        foreign = field.kind in _FOREIGN
        stated = field.value(program, "db_column")
        column = stated if isinstance(stated, str) else f"{field.name}_id" if foreign else field.name
        key = None
        if foreign and labels is not None:
            target = field.positional[0] if field.positional else field.keyword("to")
            key = labels.key(target, cls, field.scope) if not _is_own(target, cls) else _Key(_table(program, cls), cls.cls.name, "id", None)
        primary = field.value(program, "primary_key") is True
        found = [each for each in found if each.name != column]
        found.append(
            Column(
                name=name(column),
                type=_type(program, field),
                nullable=field.value(program, "null") is True,
                primary=primary,
                unique=not primary and (field.value(program, "unique") is True or field.kind == "OneToOneField"),
                references=name(f"{key.table}.{key.column}") if key is not None else None,
                at=field.at,
            )
        )
    if parent is not None:
        link = Column(name=name(f"{parent.cls.name.lower()}_ptr_id"), type=Name("OneToOneField"), nullable=False, primary=True, references=name(f"{_table(program, parent)}.id"), at=at)  # fmt: skip
        return [link, *found]
    if not any(each.primary for each in found):
        found.insert(0, Column(name=Name("id"), type=Name("AutoField"), nullable=False, primary=True, at=at))
    return found


def _is_own(target: ir.Expression | None, cls: ClassValue) -> bool:
    return isinstance(target, ir.Literal) and target.value in ("self", cls.cls.name)


def _type(program: Program, field: FieldCall) -> Name | None:
    """`CharField(80)`, `DecimalField(10, 2)`."""
    numbers = [field.value(program, key) for key in ("max_length", "max_digits", "decimal_places")]
    shown = ", ".join(str(each) for each in numbers if isinstance(each, int) and not isinstance(each, bool))
    kind = type_name(program, field.call.function if field.call is not None else None, field.scope)
    return name(f"{kind}({shown})") if shown and kind else kind


def _model(program: Program, cls: ClassValue, labels: _Labels) -> Iterator[EntityModel]:
    at, table = At(cls.path, cls.cls.line), _table(program, cls)
    columns = _columns(program, cls, labels)
    relations: list[Relation] = []
    between: list[EntityModel] = []
    indexes: list[TableIndex] = []
    for field in _fields(program, cls):
        target = field.positional[0] if field.positional else field.keyword("to")
        if field.kind in _FOREIGN or field.kind in _MANY:
            key = labels.key(target, cls, field.scope) if not _is_own(target, cls) else _Key(table, cls.cls.name, "id", None)
            if key is None:
                continue
            kind = "many-to-many" if field.kind in _MANY else "one-to-one" if field.kind == "OneToOneField" else "many-to-one"
            relations.append(Relation(name=name(field.name), kind=kind, target=name(key.model), at=field.at))  # type: ignore[arg-type]
            if field.kind in _MANY and field.keyword("through") is None:
                between.append(_between(program, cls, field, table, columns, key))
        if field.value(program, "db_index") is True:
            indexes.append(TableIndex(columns=(name(f"{field.name}_id" if field.kind in _FOREIGN else field.name),), at=field.at))
    indexes += _meta_indexes(program, cls, {field.name: field for field in _fields(program, cls)})
    yield EntityModel(name=name(cls.cls.name), table=name(table), technology=Name("django"), columns=tuple(columns), indexes=tuple(indexes), relations=tuple(relations), at=at)  # fmt: skip
    yield from between


def _between(program: Program, cls: ClassValue, field: FieldCall, table: str, columns: list[Column], key: _Key) -> EntityModel:
    """The table that a many-to-many field makes."""
    stated = field.value(program, "db_table")
    own = next((each for each in columns if each.primary), columns[0])
    joined = stated if isinstance(stated, str) else f"{table}_{field.name}"
    first, second = cls.cls.name.lower(), key.model.lower()
    first, second = (f"from_{first}", f"to_{second}") if key.table == table else (first, second)
    pair = (name(f"{first}_id"), name(f"{second}_id"))
    return EntityModel(
        name=name(joined), table=name(joined), technology=Name("django"), at=field.at,
        columns=(
            Column(name=Name("id"), type=Name("AutoField"), nullable=False, primary=True, at=field.at),
            Column(name=pair[0], type=own.type, nullable=False, references=name(f"{table}.{own.name}"), at=field.at),
            Column(name=pair[1], type=key.type, nullable=False, references=name(f"{key.table}.{key.column}"), at=field.at),
        ),
        indexes=(TableIndex(columns=pair, unique=True, at=field.at),),
    )  # fmt: skip


def _meta_indexes(program: Program, cls: ClassValue, fields: dict[str, FieldCall]) -> Iterator[TableIndex]:
    """`indexes`, `constraints`, `unique_together` and `index_together` of `Meta`, of abstract models too."""

    def columns(names: list[str]) -> tuple[Name, ...]:
        plain = [each.lstrip("-") for each in names]
        return tuple(name(f"{each}_id" if each in fields and fields[each].kind in _FOREIGN else each) for each in plain)

    for each in _sources(program, cls)[0]:
        scope = program.class_scope(each)
        for option in ("indexes", "constraints"):
            written = _meta_expression(each, option)
            for item in written.items if isinstance(written, ir.Sequence) else ():
                call = item.value
                if isinstance(call, ir.Call) and last(call) in (
                    "Index",
                    "UniqueConstraint",
                    "GinIndex",
                    "BTreeIndex",
                    "GistIndex",
                    "BrinIndex",
                    "HashIndex",
                ):
                    given = {argument.keyword: argument.value for argument in call.arguments if argument.keyword is not None}
                    called = program.evaluate(given["name"], scope) if "name" in given else None
                    if wanted := strings(program, given.get("fields"), scope):
                        yield TableIndex(name=name(called) if isinstance(called, str) else None, columns=columns(wanted), unique=last(call) == "UniqueConstraint", at=At(each.path, call.line))  # fmt: skip
        for option, unique in (("unique_together", True), ("index_together", False)):
            written = _meta_expression(each, option)
            value = program.evaluate(written, scope) if written is not None else None
            groups = value if isinstance(value, list) and value and isinstance(value[0], list) else [value] if value else []
            for group in groups:
                if isinstance(group, list) and (wanted := [text for text in group if isinstance(text, str)]):
                    yield TableIndex(columns=columns(wanted), unique=unique, at=At(each.path, written.line if isinstance(written, ir.Sequence) else each.cls.line))  # fmt: skip
