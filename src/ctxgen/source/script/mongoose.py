"""Mongoose: schemas, the models made of them, and classes that decorators make schemas (NestJS, Typegoose).

Sources: https://mongoosejs.com/docs/guide.html, https://mongoosejs.com/docs/schematypes.html, https://docs.nestjs.com/techniques/mongodb,
https://typegoose.github.io/typegoose/docs/api/decorators/prop
"""

from __future__ import annotations

from ctxgen.source.program import Hook, MethodHook, Program
from ctxgen.source.script.decorators import Mark, marks, of_class
from ctxgen.source.script.model_parts import Draft, column, finish_drafts, index, last_name, new_draft, relation, type_name, written
from ctxgen.source.values import UNKNOWN, Arguments, ClassValue, External, FunctionValue, Object, Record, Value

_MODELS = ("mongoose.model()", "mongoose.connection.model()", "mongoose.createConnection().model()")
_ID = ("ObjectId", "ObjectID")
_CLASSES = ("@nestjs/mongoose.Schema", "@typegoose/typegoose.modelOptions")
_PROPERTIES = ("@nestjs/mongoose.Prop", "@typegoose/typegoose.prop")


def _schema(program: Program, arguments: Arguments) -> Value:
    """`new Schema({ … }, { collection: "orders" })`"""
    made = Object(program.vocabulary.frameworks["mongoose"].types["schema"])
    made.fields[" fields"], made.fields[" options"], made.fields[" indexes"] = arguments.get(0), arguments.get(1), []
    return made


def _add(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`schema.add({ … })`"""
    known, more = owner.fields.get(" fields"), arguments.get(0)
    if isinstance(known, Record) and isinstance(more, Record):
        known.take(more)
    return owner


def _index(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`schema.index({ user: 1, at: -1 }, { unique: true })`"""
    fields, options = arguments.get(0), arguments.get(1)
    if isinstance(fields, dict):
        unique = isinstance(options, dict) and options.get("unique") is True
        owner.fields.setdefault(" indexes", []).append(index(list(fields), program.at(arguments), unique=unique))
    return owner


def _model(program: Program, arguments: Arguments) -> Value:
    """`mongoose.model("Order", schema, "orders")`"""
    title, schema, collection = arguments.get(0), arguments.get(1), arguments.get(2)
    if isinstance(title, str) and isinstance(schema, Object) and schema.type.name == "schema":
        options = schema.fields.get(" options")
        stated = collection if isinstance(collection, str) else options.get("collection") if isinstance(options, dict) else None
        draft = new_draft(program, title, "mongoose", program.at(arguments), stated if isinstance(stated, str) else None)
        if isinstance(fields := schema.fields.get(" fields"), Record):
            for key in fields.written:
                _path(draft, key, fields.get(key, UNKNOWN), fields, key)
        draft.indexes += schema.fields.get(" indexes", [])
    return External("mongoose.Model", arguments)


def _feature(program: Program, arguments: Arguments) -> Value:
    """`MongooseModule.forFeature([{ name: "Order", schema }])`, and `forFeatureAsync` with a factory of the schema."""
    listed = arguments.get(0)
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, dict) or not isinstance(each.get("name"), str):
            continue
        schema, factory = each.get("schema"), each.get("useFactory")
        if isinstance(factory, FunctionValue):
            schema = program.call(factory, arguments._replace(positional=(), keywords={}, written=()))
        given = arguments._replace(positional=(each["name"], schema, each.get("collection")), keywords={}, written=())
        _model(program, given)
    return UNKNOWN


def _path(draft: Draft, title: str, value: Value, record: Record, key: str, depth: int = 0) -> None:
    """One path of a schema: a type, its options, a list of either, or an object of further paths."""
    at = record.place(key)
    many = isinstance(value, list)
    inner = value[0] if isinstance(value, list) and value else value
    expression = record.written.get(key)
    options = inner if isinstance(inner, dict) else {}
    if isinstance(options.get("type"), list):
        many, nested = True, options["type"]
        inner = nested[0] if nested else UNKNOWN
        options = {**options, **(inner if isinstance(inner, dict) else {})}
    if options and "type" not in options and depth < 4:
        if many:
            draft.relations.append(relation(title, "embedded", title, at))
        elif isinstance(inner, Record):
            for below in inner.written:
                _path(draft, f"{title}.{below}", inner.get(below, UNKNOWN), inner, below, depth + 1)
        return
    if isinstance(inner, Object) and inner.type.name == "schema":
        draft.relations.append(relation(title, "embedded", last_name(expression) or title, at))
        return
    kind = last_name(written(inner, "type"), options.get("type", UNKNOWN)) if options else last_name(None if many else expression, inner)
    if many and not kind:
        kind = "Array"
    target = options.get("ref")
    named = target if isinstance(target, str) else last_name(written(inner, "ref")) if "ref" in options else ""
    if named:
        draft.relations.append(relation(title, "one-to-many" if many else "many-to-one", named, at))
    required = options.get("required")
    stated = required[0] if isinstance(required, list) and required else required
    unique = options.get("unique") is True
    draft.columns.append(
        column(title, at, f"{kind}[]" if many and kind != "Array" else kind, nullable=None if not isinstance(stated, bool) else not stated, unique=unique, references=named if not many else "")
    )  # fmt: skip
    if options.get("index") is True or unique:
        draft.indexes.append(index([title], at, unique=unique))


# ---------------------------------------------------------------------------------------------- classes


def finish(program: Program) -> None:
    """The classes that decorators make schemas."""
    for cls in list(program.classes):
        found = of_class(program, cls)
        own = {id(field): _property(program, field.decorators, cls) for field in cls.cls.fields}
        named = next((mark for mark in found if mark.path in _CLASSES), None)
        if named is not None and not cls.cls.abstract and any(own.values()):
            _class(program, cls, named)
    finish_drafts(program, "mongoose")


def _property(program: Program, decorators: tuple[object, ...], cls: ClassValue) -> Mark | None:
    found = marks(program, decorators, cls.scope)  # type: ignore[arg-type]
    return next((mark for mark in found if mark.path in _PROPERTIES), None)


def _class(program: Program, cls: ClassValue, named: Mark) -> None:
    options = named.get(0)
    stated = options.get("schemaOptions", options) if isinstance(options, dict) else {}
    collection = stated.get("collection") if isinstance(stated, dict) else None
    draft = new_draft(program, cls.cls.name, "mongoose", named.at, collection if isinstance(collection, str) else None)
    for each in reversed(list(program.lineage(cls))):
        for field in each.cls.fields:
            mark = _property(program, field.decorators, each)
            if mark is not None:
                given = mark.get(0)
                options = given[0] if isinstance(given, list) and given and isinstance(given[0], dict) else given
                _class_path(draft, field.name, type_name(field.type), options if isinstance(options, dict) else {}, mark)


def _class_path(draft: Draft, title: str, declared: str, options: dict[str, Value], mark: Mark) -> None:
    target = options.get("ref")
    named = (
        target
        if isinstance(target, str)
        else last_name(written(options, "ref"), target if target is not None else UNKNOWN)
        if "ref" in options
        else ""
    )
    if named:
        many = isinstance(options.get("type"), list)
        draft.relations.append(relation(title, "one-to-many" if many else "many-to-one", named, mark.at))
    kind = (
        last_name(written(options, "type"), options.get("type", UNKNOWN))
        if "type" in options and not isinstance(options["type"], list)
        else ""
    )
    required = options.get("required")
    unique = options.get("unique") is True
    draft.columns.append(
        column(
            title,
            mark.at,
            kind or declared,
            nullable=None if not isinstance(required, bool) else not required,
            unique=unique,
            references=named,
        )
    )
    if options.get("index") is True or unique:
        draft.indexes.append(index([title], mark.at, unique=unique))


_FEATURES = ("@nestjs/mongoose.MongooseModule.forFeature()", "@nestjs/mongoose.MongooseModule.forFeatureAsync()")
HOOKS: dict[str, Hook] = {"mongoose.Schema()": _schema, **dict.fromkeys(_MODELS, _model), **dict.fromkeys(_FEATURES, _feature)}
METHODS: dict[str, MethodHook] = {"mongoose.schema.add": _add, "mongoose.schema.index": _index}
