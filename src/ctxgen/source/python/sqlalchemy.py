"""SQLAlchemy, Flask-SQLAlchemy and SQLModel: tables of declarative classes and of `Table(…)`.

Sources: https://docs.sqlalchemy.org/en/20/orm/declarative_tables.html, https://docs.sqlalchemy.org/en/20/core/metadata.html,
https://flask-sqlalchemy.palletsprojects.com/en/stable/models/, https://sqlmodel.tiangolo.com.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ctxgen.model import At, Column, EntityModel, Relation, TableIndex
from ctxgen.opaque import Name, name
from ctxgen.source import ir
from ctxgen.source.program import Hook, Program
from ctxgen.source.python import advanced_alchemy as advanced
from ctxgen.source.python.annotations import ANNOTATED
from ctxgen.source.python.fields import FieldCall, fields_of, last, library_bases, lineage, snake, strings, type_name
from ctxgen.source.python.table_names import computed_name
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Scope, Value

_BASES = (".DeclarativeBase", ".DeclarativeBaseNoMeta")
_COLUMNS = {"Column", "mapped_column", "column"}
_NO_TYPE = {"ForeignKey", "Sequence", "Identity", "Computed", "CheckConstraint", "FetchedValue", "DefaultClause"}
_WRAPPED = {"Mapped", "Optional", "Annotated", "DynamicMapped", "WriteOnlyMapped"}
_MANY = {"list", "List", "set", "Set", "Sequence", "Collection", "Iterable", "DynamicMapped", "WriteOnlyMapped", "AppenderQuery"}


def finish(program: Program) -> None:
    """The tables of all declarative classes."""
    tables: dict[str, str] = {}
    migrations = {path for path in program.lowered if _is_migration(program, path)}
    own = (cls for cls in program.classes if cls.path not in migrations)
    found = [(cls, technology) for cls in own if (technology := _technology(program, cls)) is not None]
    for cls, technology in found:
        if (table := _table_name(program, cls, technology)) is not None:
            tables.setdefault(cls.cls.name, table)
    for cls, technology in found:
        if (table := _own_table(program, cls, technology)) is not None:
            program.facts.append(_model(program, cls, table, technology, tables))


def _is_migration(program: Program, path: str) -> bool:
    """Whether a file is one of Alembic's migrations, which state as much of a table as they need for a while."""
    module = program.lowered.get(path)
    return module is not None and any(
        isinstance(each, ir.Assign) and isinstance(each.target, ir.Name) and each.target.name == "down_revision"
        for each in module.statements
    )


# ---------------------------------------------------------------------------------------------- which classes


def _technology(program: Program, cls: ClassValue) -> str | None:
    """The library that a class is mapped by, None for classes that are not."""
    for each in lineage(program, cls):
        for base in library_bases(program, each):
            if base == "sqlmodel.SQLModel" or base.startswith("sqlmodel.main.SQLModel"):
                return "sqlmodel" if any(_is_table(known) for known in lineage(program, cls)) else None
            if base.endswith((".DeclarativeBase", ".DeclarativeBaseNoMeta", "declarative_base()", "generate_base()")):
                return "sqlalchemy"
            if (base.endswith(".Model") and "SQLAlchemy" in base) or advanced.is_base(base):
                return "sqlalchemy"
        if any(last(mark) == "as_declarative" for mark in each.cls.decorators):
            return "sqlalchemy"
    # `db` of another package: `class User(db.Model)` with columns
    named = any(isinstance(base, ir.Attribute) and base.name == "Model" and last(base.owner) == "db" for base in cls.cls.bases)
    return "sqlalchemy" if named and any(field.kind in _COLUMNS for field in fields_of(program, cls)) else None


def _is_table(cls: ClassValue) -> bool:
    return any(each.name == "table" and isinstance(each.default, ir.Literal) and each.default.value is True for each in cls.cls.parameters)


def _own_table(program: Program, cls: ClassValue, technology: str) -> str | None:
    """The table that a class makes; None for abstract ones, and for those that live in the table of another."""
    if _stated(program, cls, "__abstract__") is True or (technology == "sqlmodel" and not _is_table(cls)):
        return None
    if any(base.endswith(_BASES) for base in library_bases(program, cls)):  # what declarative classes extend is none itself
        return None
    return _table_name(program, cls, technology, own=True)


def _stated(program: Program, cls: ClassValue, attribute: str) -> Value:
    """The value of a class's own attribute, None where it has none."""
    field = next((field for field in cls.cls.fields if field.name == attribute and field.value is not None), None)
    return program.evaluate(field.value, program.class_scope(cls)) if field is not None and field.value is not None else None


def _table_name(program: Program, cls: ClassValue, technology: str, *, own: bool = False) -> str | None:
    for each in lineage(program, cls):
        stated = _stated(program, each, "__tablename__")
        if isinstance(stated, str) and (each is cls or not own or _is_mixin(program, each)):
            return stated
        method = next((method for method in each.cls.methods if method.name == "__tablename__"), None)
        if method is not None:
            return computed_name(program, FunctionValue(method, program.class_scope(each)), cls.cls.name)
        if own and each is not cls and not _is_mixin(program, each):
            return None  # the table of a class above
    if technology == "sqlmodel":
        return cls.cls.name.lower()
    if any(advanced.is_base(base) for each in lineage(program, cls) for base in library_bases(program, each)):
        return snake(cls.cls.name)
    has_key = any(field.keyword("primary_key") is not None for each in lineage(program, cls) for field in fields_of(program, each))
    return snake(cls.cls.name) if has_key else None


def _is_mixin(program: Program, cls: ClassValue) -> bool:
    """A class without a table of its own: abstract, the base, or one that only adds columns."""
    return (
        _stated(program, cls, "__abstract__") is True
        or _technology(program, cls) is None
        or any(base.endswith(_BASES) for base in library_bases(program, cls))
        or any(last(mark) == "as_declarative" for mark in cls.cls.decorators)
    )


# ---------------------------------------------------------------------------------------------- what they hold


def _model(program: Program, cls: ClassValue, table: str, technology: str, tables: dict[str, str]) -> EntityModel:
    columns: dict[str, Column] = {}
    relations: dict[str, Relation] = {}
    indexes: list[TableIndex] = []
    keys = _inherited(program, cls)
    for each in keys:
        for field in fields_of(program, each):
            column = _column(program, field, technology)
            if column is not None:
                columns.setdefault(field.name, column)
                if field.value(program, "index") is True:
                    indexes.append(TableIndex(columns=(column.name,), at=field.at))
            elif (relation := _relation(program, field)) is not None:
                relations.setdefault(field.name, relation)
        for method in each.cls.methods:  # @declared_attr
            if (declared := _declared(program, method, each)) is not None and (
                column := _column(program, declared, technology)
            ) is not None:
                columns.setdefault(method.name, column)
        indexes += _table_args(program, each, columns)
        for column in advanced.columns(library_bases(program, each), At(each.path, each.cls.line)):
            columns.setdefault(column.name, column)
    found = [_directed(relation, columns, tables) for relation in relations.values()]
    return EntityModel(
        name=name(cls.cls.name), table=name(table), technology=Name(technology), columns=tuple(columns.values()), indexes=tuple(indexes),
        relations=tuple(found), at=At(cls.path, cls.cls.line),
    )  # fmt: skip


def _inherited(program: Program, cls: ClassValue) -> list[ClassValue]:
    """A class and those whose columns it takes over: not those of a table of their own."""
    known = lineage(program, cls)
    return [cls, *(each for each in known[1:] if _is_mixin(program, each))]


def _declared(program: Program, method: ir.Function, cls: ClassValue) -> FieldCall | None:
    if not any(last(mark) in ("declared_attr", "directive") for mark in method.decorators):
        return None
    for statement in method.body:
        if isinstance(statement, ir.Return) and isinstance(statement.value, ir.Call):
            return FieldCall(method.name, method.returns, statement.value, program.class_scope(cls), At(cls.path, method.line))
    return None


def _column(program: Program, field: FieldCall, technology: str) -> Column | None:
    """The column that a field is, None where it is none."""
    field = _through(program, field)
    if field.name.startswith("__") or field.name in ("model_config", "metadata", "registry", "query"):
        return None
    call, (inside, aliased) = field.call, _inside(program, field)
    if field.kind == "Field" and technology == "sqlmodel":
        wanted = field.keyword("sa_column")
        if isinstance(wanted, ir.Call):
            field = field._replace(call=wanted)
    elif technology == "sqlmodel" and field.type is not None and not _is_relation(field):
        pass  # `name: str`, with or without a default
    elif isinstance(inside, ir.Call) and last(inside) in _COLUMNS and (call is None or field.kind in _COLUMNS):
        field = field._replace(call=_merged(call, inside))
    elif (
        field.kind in ("deferred", "column_property")
        and isinstance(call, ir.Call)
        and field.positional
        and isinstance(field.positional[0], ir.Call)
    ):
        field = field._replace(call=field.positional[0])
    elif field.kind not in _COLUMNS and not (call is None and last(field.type) == "Mapped" and not _looks_related(field.type)):
        return None
    optional, plain = _unwrapped_type(field.type)
    plain = aliased or plain
    primary = field.value(program, "primary_key") is True
    stated = field.value(program, "nullable")
    typed = field.type is not None
    positional = [each for each in field.positional if not (isinstance(each, ir.Literal) and isinstance(each.value, str))]
    named = next((each.value for each in field.positional[:1] if isinstance(each, ir.Literal) and isinstance(each.value, str)), None)
    if isinstance(other := field.value(program, "name"), str) and technology != "sqlmodel":
        named = other
    written = field.keyword("type_") or next((each for each in positional if last(each) not in _NO_TYPE), None)
    if written is not None and technology == "sqlmodel" and field.kind == "Field":
        written = field.keyword("sa_type")
    nullable = False if primary else stated if isinstance(stated, bool) else optional if typed else True
    return Column(
        name=name(str(named or field.name)),
        type=type_name(program, written, field.scope) or type_name(program, plain, field.scope),
        nullable=nullable,
        primary=primary,
        unique=field.value(program, "unique") is True,
        references=_references(program, field),
        at=field.at,
    )


def _through(program: Program, field: FieldCall) -> FieldCall:
    """A field that a function of the repository makes: `id = primary_key("Order")` with `return Column(…)` in it."""
    if field.call is None or field.kind in _COLUMNS or not isinstance(field.call.function, (ir.Name, ir.Attribute)):
        return field
    value = program.evaluate(field.call.function, field.scope)
    for statement in _returns(value.function.body) if isinstance(value, FunctionValue) else ():
        if isinstance(statement.value, ir.Call) and last(statement.value) in _COLUMNS:
            return field._replace(call=statement.value)
    return field


def _returns(statements: Iterable[ir.Statement]) -> Iterator[ir.Return]:
    for statement in statements:
        if isinstance(statement, ir.Return):
            yield statement
        elif isinstance(statement, ir.Branch):
            for _, body in statement.arms:
                yield from _returns(body)


def _merged(outer: ir.Call | None, inner: ir.Call) -> ir.Call:
    """What an alias of a type states, and what the column adds to it."""
    return ir.Call(inner.function, (*(outer.arguments if outer is not None else ()), *inner.arguments), inner.line)


def _inside(program: Program, field: FieldCall) -> tuple[ir.Expression | None, ir.Expression | None]:
    """The `mapped_column(…)` in `Mapped[Annotated[int, mapped_column(primary_key=True)]]`, by an alias or not, and the type beside it."""
    if isinstance(field.type, ir.Item):
        value = program.evaluate(field.type.key, field.scope)
        if isinstance(value, External) and value.path == ANNOTATED and value.arguments is not None:
            written = [each.value for each in value.arguments.written]
            return next((each for each in written if isinstance(each, ir.Call)), None), written[0] if written else None
    return None, None


def _unwrapped_type(type: ir.Expression | None) -> tuple[bool, ir.Expression | None]:
    """(whether it may be None, the type inside `Mapped[Optional[X]]`)."""
    optional = False
    for _ in range(8):
        match type:
            case ir.Item(owner, key) if last(owner) in _WRAPPED:
                optional |= last(owner) == "Optional"
                type = key.items[0].value if isinstance(key, ir.Sequence) and key.items else key
            case ir.Choice(options):
                optional |= any(isinstance(each, ir.Literal) and each.value is None for each in options)
                type = next((each for each in options if not isinstance(each, ir.Literal)), None)
            case ir.Literal(str() as text):
                optional |= "None" in text or "Optional" in text
                return optional, type
            case _:
                return optional, type
    return optional, type


def _references(program: Program, field: FieldCall) -> Name | None:
    stated = field.value(program, "foreign_key")
    if isinstance(stated, str):
        return name(stated)
    for each in (*field.positional, *(filter(None, [field.keyword("sa_column_args")]))):
        calls = [item.value for item in each.items] if isinstance(each, ir.Sequence) else [each]
        for call in calls:
            if isinstance(call, ir.Call) and last(call) == "ForeignKey" and call.arguments:
                target = call.arguments[0].value
                value = program.evaluate(target, field.scope)
                if isinstance(value, str):
                    return name(value)
                if isinstance(target, ir.Attribute):
                    return name(f"{last(target.owner)}.{target.name}")
    return None


def _is_relation(field: FieldCall) -> bool:
    return field.kind in ("relationship", "Relationship", "dynamic_loader", "relation")


def _looks_related(type: ir.Expression | None) -> bool:
    """`Mapped[list["Order"]]` without a value is a relation that another statement makes."""
    _, inner = _unwrapped_type(type)
    return isinstance(inner, ir.Item) and last(inner.owner) in _MANY and isinstance(inner.key, (ir.Literal,))


def _relation(program: Program, field: FieldCall) -> Relation | None:
    if not _is_relation(field):
        return None
    first = field.positional[0] if field.positional else field.keyword("argument")
    many = last(field.type.owner) in _MANY if isinstance(field.type, ir.Item) else False
    _, inner = _unwrapped_type(field.type)
    if isinstance(inner, ir.Item) and last(inner.owner) in _MANY:
        many, inner = True, inner.key
    target = _target(program, first, field.scope) or _target(program, inner, field.scope)
    if target is None:
        return None
    secondary = field.keyword("secondary") is not None or field.keyword("link_model") is not None
    single = field.value(program, "uselist") is False
    kind = (
        "many-to-many"
        if secondary
        else "one-to-many"
        if many
        else "one-to-one"
        if single
        else "many-to-one"
        if field.type is not None
        else ""
    )
    return Relation(name=name(field.name), kind=kind, target=name(target), at=field.at)  # type: ignore[arg-type]


def _target(program: Program, expression: ir.Expression | None, scope: Scope) -> str | None:
    """The model that a relation names: as a class, as text, or by a lambda."""
    match expression:
        case ir.Literal(str() as text):
            return text.strip("\"' ").rpartition(".")[2].split(" |")[0] or None
        case ir.Function() if expression.body and isinstance(expression.body[0], ir.Return):
            return _target(program, expression.body[0].value, scope)
        case ir.Name() | ir.Attribute():
            return last(expression)
    return None


def _directed(relation: Relation, columns: dict[str, Column], tables: dict[str, str]) -> Relation:
    """A relation whose kind only the foreign keys tell: who has the key is one of many."""
    if relation.kind:
        return relation
    table = tables.get(relation.target)
    holds = any(
        column.references is not None and column.references.rpartition(".")[0].rpartition(".")[2] in (table, relation.target)
        for column in columns.values()
    )
    return Relation(name=relation.name, kind="many-to-one" if holds else "one-to-many", target=relation.target, at=relation.at)


def _table_args(program: Program, cls: ClassValue, columns: dict[str, Column]) -> Iterator[TableIndex]:
    field = next((field for field in cls.cls.fields if field.name == "__table_args__"), None)
    if field is None:
        return
    items = [item.value for item in field.value.items] if isinstance(field.value, ir.Sequence) else [field.value]
    yield from _constraints(program, items, program.class_scope(cls), At(cls.path, field.line), columns)


def _constraints(
    program: Program, items: Iterable[ir.Expression | None], scope: Scope, at: At, columns: dict[str, Column]
) -> Iterator[TableIndex]:
    """Indexes and constraints of a table; composite keys are noted in its columns."""
    for item in items:
        if not isinstance(item, ir.Call):
            continue
        kind, place = last(item), At(at.path, item.line)
        texts = [value for each in item.arguments if each.keyword is None and isinstance(value := program.evaluate(each.value, scope), str)]
        names = [last(each.value) for each in item.arguments if each.keyword is None and isinstance(each.value, (ir.Name, ir.Attribute))]
        given = {each.keyword: program.evaluate(each.value, scope) for each in item.arguments if each.keyword is not None}
        called = given.get("name")
        if kind == "Index":
            wanted = texts[1:] + names
            called = texts[0] if texts else called
        else:
            wanted = texts + names
        shown = tuple(name(str(columns[each].name) if each in columns else each) for each in wanted)
        if kind in ("Index", "UniqueConstraint") and shown:
            unique = kind == "UniqueConstraint" or given.get("unique") is True
            yield TableIndex(name=name(called) if isinstance(called, str) else None, columns=shown, unique=unique, at=place)
        elif kind == "PrimaryKeyConstraint":
            for key, column in columns.items():
                if column.name in shown:
                    columns[key] = Column(name=column.name, type=column.type, nullable=False, primary=True, unique=column.unique, references=column.references, at=column.at)  # fmt: skip
        elif kind == "ForeignKeyConstraint":
            _composite(program, item, scope, columns)


def _composite(program: Program, item: ir.Call, scope: Scope, columns: dict[str, Column]) -> None:
    lists = [strings(program, each.value, scope) for each in item.arguments if each.keyword is None][:2]
    for own, other in zip(*lists, strict=False) if len(lists) == 2 else ():
        for key, column in columns.items():
            if column.name == own:
                columns[key] = Column(name=column.name, type=column.type, nullable=column.nullable, primary=column.primary, unique=column.unique, references=name(other), at=column.at)  # fmt: skip


def _table(program: Program, arguments: Arguments) -> Value:
    """`Table("order_tags", metadata, Column("order_id", ForeignKey("orders.id")), …)`."""
    named, at = arguments.get(0, "name"), program.at(arguments)
    if isinstance(named, str) and not _is_migration(program, at.path):
        columns: dict[str, Column] = {}
        indexes: list[TableIndex] = []
        for argument in arguments.written:
            if isinstance(argument.value, ir.Call) and last(argument.value) == "Column":
                field = FieldCall("", None, argument.value, arguments.scope, At(at.path, argument.value.line))
                column = _column(program, field._replace(name="column"), "sqlalchemy")
                if column is not None:
                    columns[column.name] = column
                    if field.value(program, "index") is True:
                        indexes.append(TableIndex(columns=(column.name,), at=field.at))
        indexes += _constraints(program, [each.value for each in arguments.written], arguments.scope, at, columns)
        if columns:
            program.facts.append(
                EntityModel(
                    name=name(named),
                    table=name(named),
                    technology=Name("sqlalchemy"),
                    columns=tuple(columns.values()),
                    indexes=tuple(indexes),
                    at=at,
                )
            )
    return External("sqlalchemy.Table()") if named is not UNKNOWN else UNKNOWN


HOOKS: dict[str, Hook] = {
    f"{path}.Table()": _table
    for path in ("sqlalchemy", "sqlalchemy.schema", "sqlalchemy.sql.schema", "flask_sqlalchemy.SQLAlchemy()", "sqlmodel")
}
