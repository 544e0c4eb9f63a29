"""What names and attributes stand for: of scopes, modules, classes with what they extend, and things of libraries."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from ctxgen.facts import folder_of
from ctxgen.model import At
from ctxgen.source import builtins, ir
from ctxgen.source.following import MAX_TEXT
from ctxgen.source.languages import Namespaces
from ctxgen.source.modules import Modules
from ctxgen.source.values import (
    UNKNOWN,
    Arguments,
    ClassValue,
    External,
    FunctionValue,
    Instance,
    LazyImport,
    Method,
    ModuleValue,
    Object,
    Package,
    Scope,
    Super,
    Value,
)

_DECLARING = 20
"""Files that declare a class of one name and are looked at for the one that is meant."""
_COMPUTED = {"property", "cached_property", "computed_field", "hybrid_property"}
"""Decorators of methods that are read like fields."""


MAX_LINEAGE = 30
"""Classes, and declarations of them, that one class is made of at most."""


class Lookups(Modules):
    """Names, attributes and members."""

    def lookup(self, name: str, scope: Scope, line: int = 1) -> Value:
        """What a name stands for; an `External` of that name where nothing of the repository does."""
        if name == "self" and isinstance(scope.receiver, Object) and (scope.module.language == "kotlin" or isinstance(scope.this, Object)):
            return scope.receiver  # of the innermost block that has one
        if name == "self":
            return scope.this if scope.this is not None else UNKNOWN
        if name == "super" and scope.owner is not None:
            return Super(scope.this, scope.owner)
        if self.language.names_are_paths and name.startswith("."):  # a path from the root
            return self._by_path(name[1:], scope.module)
        holder = scope.holder(name)
        if holder is not None:
            known = self._settled(holder.names, name)
            if isinstance(known, External) and isinstance(scope.receiver, Object) and self.has_method(scope.receiver, name):
                return Method(scope.receiver, name)  # a library's extension function, imported by its name
            return known
        if isinstance(scope.receiver, Object) and self.has_method(scope.receiver, name):
            return Method(scope.receiver, name)
        if self.language.implicit_this:
            owner = scope.this if isinstance(scope.this, (Instance, ClassValue)) else scope.owner
            while owner is not None:
                if (found := self._member(owner, name, line)) is not None:
                    return found
                cls = owner.cls if isinstance(owner, Instance) else owner
                owner = cls.outer if isinstance(cls, ClassValue) else None
        if name == "exports" and self.language.default_exports:
            return scope.module
        for path in self.resolver.defining(scope.module.path, name):
            module = self.run(path)
            if module is None:
                continue
            if name in module.scope.names:
                return self._settled(module.scope.names, name)
            if self.language.names_are_paths and (static := self._static(module, name, line)) is not None:
                return static
        whole = next((path for library in scope.module.stars if self.known(path := f"{library}.{name}")), name)
        found_object = self.made(External(whole), At(scope.module.path, line))
        return found_object if found_object is not None else External(whole)

    def _static(self, module: ModuleValue, name: str, line: int) -> Value | None:
        """A member of one of a module's types, whose members are all imported."""
        types = [value for value in list(module.scope.names.values()) if isinstance(value, ClassValue)]
        return next((found for cls in types if (found := self._member(cls, name, line)) is not None), None)

    def _settled(self, names: dict[str, Value], name: str) -> Value:
        """A name's value, after the import that brings it."""
        value = names[name]
        for _ in range(10):
            if not isinstance(value, LazyImport):
                break
            names[name] = UNKNOWN  # for imports that lead back here
            names[name] = value = self._imported(value)
        return value

    def exported(self, module: ModuleValue, name: str) -> Value:
        """What a module exports under a name that it has."""
        return self._settled(module.exports, name)

    def attribute(self, owner: Value, name: str, line: int, scope: Scope) -> Value:
        """`owner.name`."""
        if name == "default" and self.language.default_exports and isinstance(owner, (Object, FunctionValue, ClassValue, Instance)):
            return owner
        match owner:
            case External(path):
                if name == "default" and self.language.default_exports:
                    return owner
                if path == "module" and name == "exports" and self.language.default_exports:
                    return scope.module
                if (inner := self.language.inside(path, name)) and (files := tuple(self.resolver.module(scope.module.path, inner))):
                    return self._whole(files, inner, scope.module)
                if (constant := self.language.constants.get(f"{path}.{name}")) is not None:
                    return constant
                if self.language.qualified and name[:1].isupper() and (type := self._qualified(path, name, scope.module)) is not None:
                    return type
                if owner.arguments is not None and path.endswith("()") and name in owner.arguments.keywords:
                    return owner.arguments.keywords[name]
                if self.language.open_classes and owner.arguments is None and (known_class := self._constant(f"{path}.{name}", scope)):
                    return known_class
                found = External(f"{path}.{name}"[:MAX_TEXT], owner.arguments)
                made = self.made(found, At(scope.module.path, line))
                return found if made is None else made
            case ModuleValue():
                return self._of_module(owner, name, line, scope)
            case Package():
                for path in self.resolver.defining(owner.files[0], name) or owner.files:
                    module = self.run(path)
                    if module is not None and name in module.scope.names:
                        return self._settled(module.scope.names, name)
                return UNKNOWN
            case Instance() | ClassValue():
                found_member = self._member(owner, name, line)
                if found_member is None and isinstance(owner, ClassValue) and self.language.open_classes:
                    if known_class := self._constant(f"{_whole(owner)}.{name}", scope):
                        return known_class
                    return External(f"{owner.cls.name}.{name}"[:MAX_TEXT])
                if (
                    found_member is None
                    and isinstance(owner, Instance)
                    and name[:1].isupper()
                    and (above := self._library_class(owner.cls))
                ):
                    return External(f"{above}().{name}"[:MAX_TEXT])  # a class that an object of a library has: `db.Model`
                return self._got(owner, name, line) if found_member is None else found_member
            case Object():
                if name in owner.fields:
                    return owner.fields[name]
                given = self.object_attribute(owner, name)
                return Method(owner, name) if given is None else given
            case FunctionValue() if self.language.modules_apart and name not in owner.attributes:
                return self._imported(LazyImport(ir.Import(owner.function.name, name, name, line), scope.module))
            case Method(known_object, called):
                return Method(known_object, f"{called}.{name}"[:MAX_TEXT])
            case FunctionValue():
                return owner.attributes.get(name, UNKNOWN)
            case Super(this, cls):
                for each in itertools.islice(self.lineage(cls), 1, None):
                    if (method := each.cls.method(name)) is not None:
                        return FunctionValue(method, self.class_scope(each), this, each)
                known = this.object if isinstance(this, (Instance, ClassValue)) else None
                if known is None and name in self.language.constructors and not self.language.decorators_run:
                    return owner  # PHP's `parent::__construct(…)`
                return Method(known, name) if known is not None and self.has_method(known, name) else UNKNOWN
            case dict():
                return owner[name] if name in owner else builtins.Bound(owner, name)
            case str() | list():
                return builtins.Bound(owner, name)
        return UNKNOWN

    def _library_class(self, cls: ClassValue) -> str | None:
        """The class of a library that a class of the repository extends, where classes may be attributes of objects."""
        if not self.language.decorators_run:
            return None
        bases = (self.evaluate(base, each.scope) for each in self.lineage(cls) for base in each.cls.bases)
        return next((base.path for base in bases if isinstance(base, External)), None)

    def _constant(self, whole: str, scope: Scope) -> ClassValue | None:
        """A class by the end of its whole name, of whichever of the files that open its modules: `V1::Orders` of `Shop::V1::Orders`."""
        last = whole.rpartition(".")[2]
        if whole in self._constants or not last[:1].isupper():
            return self._constants.get(whole)
        self._constants[whole] = None
        for path in self.resolver.defining(scope.module.path, last)[:_DECLARING]:
            if path not in self.modules and path not in self.roots:
                continue  # what speaks of no framework is not opened for a name alone
            self.run(path)
            for cls in [each for each in self.classes if each.path == path and each.cls.name == last]:
                if f".{_whole(cls)}".endswith(f".{whole}"):
                    self.defined(cls)
                    self._constants[whole] = cls
                    return cls
        return None

    def _qualified(self, namespace: str, name: str, importer: ModuleValue) -> ClassValue | None:
        """A type of the repository by its namespace or the end of it: `Services.Orders.Routes`."""
        for path in self.resolver.defining(importer.path, name):
            module = self.module(path)
            found = module.scope.names.get(name) if module is not None and f".{module.package}".endswith(f".{namespace}") else None
            if isinstance(found, ClassValue):
                return found
        return None

    def _of_module(self, module: ModuleValue, name: str, line: int, scope: Scope) -> Value:
        names = module.exports if name in module.exports else module.scope.names if not module.exports else {}
        if name in names:
            return self._settled(names, name)
        if name == "default":
            return module
        if name == "then":
            return builtins.Bound(module, name)
        if "default" in module.exports:
            return self.attribute(self._settled(module.exports, "default"), name, line, scope)
        inner = self.resolver.module(module.path, self.language.inside(".", name)) if self.language.inside(".", name) else ()
        if inner:
            return self._whole(tuple(inner), name, module)
        whole = self.resolver.namespace(module.path, name) if isinstance(self.resolver, Namespaces) else None
        return External(whole) if whole is not None else UNKNOWN

    def _member(self, owner: Instance | ClassValue, name: str, line: int) -> Value | None:
        """A field or method of an instance or class, its bases' included; None where there is none."""
        if name in owner.fields:
            return owner.fields[name]
        if name == "__class__" and isinstance(owner, Instance):
            return owner.cls
        for cls in self.lineage(owner.cls if isinstance(owner, Instance) else owner):
            if name in cls.fields:
                return cls.fields[name]
            if (method := cls.cls.method(name)) is not None:
                found = FunctionValue(method, self.class_scope(cls), owner, cls)
                computed = isinstance(owner, Instance) and any(_bare(mark) in _COMPUTED for mark in method.decorators)
                return self._apply(found, Arguments((), {}, (), line, cls.scope)) if computed else found
            if (field := cls.cls.field(name)) is not None:
                inside = self.class_scope(cls)
                value = self.evaluate(field.value, inside) if field.value is not None else UNKNOWN
                if value is UNKNOWN and field.type is not None:
                    value = self.value_of_type(field.type, inside, field.line)
                (cls.fields if isinstance(owner, ClassValue) or field.value is not None else owner.fields)[name] = value
                return value
            for parameter in cls.cls.parameters:
                if parameter.name == name and parameter.type is not None:
                    owner.fields[name] = value = self.value_of_type(parameter.type, cls.scope, parameter.line)
                    return value
            if self.language.receivers_are_methods:
                for path in self.resolver.defining(cls.path, f"{cls.cls.name}.{name}"):
                    self.module(path)
            for extension in self.extensions.get(name, ()):
                receiver = extension.function.receiver
                beside = not self.language.receivers_are_methods or folder_of(extension.scope.module.path) == folder_of(cls.path)
                if receiver is not None and beside and _bare(receiver.type) == cls.cls.name:
                    return extension.bound(owner)
        if isinstance(owner, ClassValue) and owner.cls.kind == "module" and name in (inside := self.class_scope(owner)).names:
            return self._settled(inside.names, name)
        known = owner.object
        if known is None:
            return None
        if (given := known.fields.get(name) or self.object_attribute(known, name)) is not None:
            return given
        return Method(known, name) if self.has_method(known, name) else None

    def _got(self, owner: Instance | ClassValue, name: str, line: int) -> Value:
        """A getter that the compiler makes, of a field that is known."""
        field = self.language.getter(name)
        if not field or not isinstance(owner, Instance) or self._member(owner, field, line) is None:
            return UNKNOWN
        if name not in self._getters:
            given = ir.Attribute(ir.Name("self", line), field, line)
            self._getters[name] = ir.Function(name, line, (), lambda: (ir.Return(given, line),))
        return FunctionValue(self._getters[name], self.class_scope(owner.cls), owner, owner.cls)

    def parts_of(self, cls: ClassValue) -> list[ClassValue]:
        """The declarations that have been met of a partial class."""
        return self.parts[cls.scope.module.package, cls.outer.cls.name if cls.outer is not None else "", cls.cls.name]

    def lineage(self, cls: ClassValue) -> Iterator[ClassValue]:
        """A class and the classes of the repository that it extends, nearest first, each once."""
        if not cls.cls.bases and not cls.cls.partial:
            yield cls
            return
        seen: set[int] = set()
        work = [cls]
        while work and len(seen) < MAX_LINEAGE:
            each = work.pop(0)
            if id(each) in seen:
                continue
            seen.add(id(each))
            yield each
            if each.cls.partial and id(parts := self.parts_of(each)) not in seen:
                seen.add(id(parts))
                work[:0] = parts[:MAX_LINEAGE]
            bases = each.bases
            if bases is None:
                bases = [base for base in (self.evaluate(base, each.scope) for base in each.cls.bases) if isinstance(base, ClassValue)]
                lasting = self.language.names_are_paths or self.language.qualified  # elsewhere a name may get another value
                each.bases = bases if lasting else None
            work += bases

    def value_of_type(self, type: ir.Expression, scope: Scope, line: int) -> Value:
        """Something of a declared type: a router that somebody else passes, the one instance of a class of the repository."""
        value = self.evaluate(type, scope)
        if isinstance(value, External):
            found = self.typed(value.path, At(scope.module.path, line))
            return UNKNOWN if found is None else found
        if isinstance(value, ClassValue) and value.cls.kind not in ("interface", "enum"):
            return self.singleton(value)
        return UNKNOWN

    def singleton(self, cls: ClassValue) -> Instance:
        """The instance that stands for those which nobody was seen to make."""
        known = self.singletons.get(cls)
        if known is None:
            known = self.singletons[cls] = Instance(cls)
            self.defined(cls)
            known.object = cls.object
        return known


def _whole(cls: ClassValue) -> str:
    """A class by the modules that it lies in."""
    names = [cls.cls.within, cls.cls.name] if cls.cls.within else [cls.cls.name]
    outer = cls.outer
    while outer is not None and len(names) < 20:
        names.insert(0, outer.cls.name)
        outer = outer.outer
    return ".".join(names)


def _bare(type: ir.Expression | None) -> str:
    """The last name of a type."""
    match type:
        case ir.Name(name) | ir.Attribute(_, name):
            return name
        case ir.Item(owner):
            return _bare(owner)
    return ""
