"""Modules of one language: loading them, running their top, and what their imports and exports bring."""

from __future__ import annotations

from functools import cached_property

from ctxgen.model import At
from ctxgen.source import ir
from ctxgen.source.following import MAX_PROGRAM, MAX_STEPS, MAX_TEXT, Exhausted, Following
from ctxgen.source.languages import Users
from ctxgen.source.values import (
    UNKNOWN,
    ClassValue,
    External,
    FunctionValue,
    LazyImport,
    ModuleValue,
    Package,
    Scope,
    Value,
)


class Modules(Following):
    """The files of one language as modules."""

    def module(self, path: str) -> ModuleValue | None:
        """The module of a file, declared (its functions, classes and imports are known) but perhaps not run; None where it cannot be read."""
        if path in self.modules:
            return self.modules[path]
        self.modules[path] = None
        lowered = self._lower(path)
        if lowered is None:
            return None
        module = self.modules[path] = ModuleValue(path, lowered.language, lowered.package)
        self.lowered[path] = lowered
        for statement in lowered.statements:
            if isinstance(statement, ir.Import):
                self._import(statement, module.scope)
            elif isinstance(statement, ir.Define):
                self._declare(statement, module)
        return module

    def _declare(self, statement: ir.Define, module: ModuleValue) -> None:
        what = statement.what
        if isinstance(what, ir.Function):
            cls = module.scope.names.get(what.within) if what.within else None
            value = (
                FunctionValue(what, self.class_scope(cls), cls, cls) if isinstance(cls, ClassValue) else FunctionValue(what, module.scope)
            )
            self.functions.append(value)
            if what.receiver is not None:
                self.extensions[what.name].append(value)
                if not self.language.receivers_are_methods:
                    module.scope.names.setdefault(what.name, value)
            else:
                module.scope.names[what.name] = value
        else:
            module.scope.names[what.name] = self.declared[id(what)] = self._class(what, module.scope)

    def _class(self, cls: ir.Class, scope: Scope, outer: ClassValue | None = None) -> ClassValue:
        value = ClassValue(cls, scope, outer)
        self.classes.append(value)
        if cls.partial:
            self.parts_of(value).append(value)
        return value

    def run(self, path: str) -> ModuleValue | None:
        """The module of a file with the statements at its top run."""
        module = self.module(path)
        if module is not None and not module.done:
            module.done = True
            before, most, self._most = self._steps, self._most, min(self._steps + MAX_PROGRAM, MAX_STEPS)
            try:
                self._execute(self.lowered[path].statements, module.scope, top=True)
            except (Exhausted, RecursionError):
                self.exhausted(At(path, 1))
            self._most = min(most + self._steps - before, MAX_STEPS)
            if self._steps >= MAX_STEPS:
                raise Exhausted
        return module

    def _import(self, statement: ir.Import, scope: Scope) -> None:
        module = scope.module
        if statement.name == "*" and statement.alias in ("", "*"):
            files = self.resolver.module(module.path, statement.module)
            for path in files:
                if (found := self.run(path)) is not None:
                    for key, value in (found.exports or found.scope.names).items():
                        scope.names.setdefault(key, value)
                    module.stars += found.stars
            if not files and self.language.stars:
                module.stars.append(self.language.library(statement.module))
            return
        if statement.alias:
            scope.names[statement.alias] = LazyImport(statement, module)

    @cached_property
    def _users(self) -> Users | None:
        """The resolver where it tells what a file uses."""
        return self.resolver if isinstance(self.resolver, Users) else None

    def _run_imported(self, statement: ir.Import, module: ModuleValue) -> None:
        """Run a module that is imported for what running it does: nothing names what it brings, so nothing would ask for it."""
        users = self._users
        if users.uses(module.path, statement.alias or statement.module) if users is not None else statement.alias:
            return
        inner = self.language.inside(statement.module, statement.name) if statement.name not in (None, "*", "default") else ""
        for path in (inner and self.resolver.module(module.path, inner)) or self.resolver.module(module.path, statement.module):
            known = self.modules.get(path)
            if known is None or not known.done:
                self.run(path)

    def _imported(self, lazy: LazyImport) -> Value:
        """What an import brings."""
        statement, module = lazy
        if self.language.names_are_paths:
            return self._by_path(f"{statement.module}.{statement.name}", module)
        files = tuple(self.resolver.module(module.path, statement.module))
        wanted = None if statement.name in (None, "*") else statement.name
        if not files:
            if wanted is not None and (inner := tuple(self.resolver.module(module.path, self.language.inside(statement.module, wanted)))):
                return self._whole(inner, statement.module, module)
            library = self.language.library(statement.module)
            shown = library if wanted in (None, "default") else f"{library}.{wanted}"
            return External(shown[:MAX_TEXT])
        whole = self._whole(files, statement.module, module)
        if wanted is None:
            return whole
        value = self.attribute(whole, wanted, statement.line, module.scope)
        if (value is UNKNOWN or isinstance(value, External)) and (
            inner := tuple(self.resolver.module(module.path, self.language.inside(statement.module, wanted)))
        ):
            return self._whole(inner, statement.module, module)
        return value

    def _by_path(self, path: str, importer: ModuleValue) -> Value:
        """What a path such as `a.b.Paths.USERS` names, from the first of its parts that a file declares; an `External` where none does."""
        parts = path.split(".")
        for file in self.resolver.module(importer.path, path):
            module = self.run(file)
            # what the file's own package is called is no name in it, whatever its imports are called
            skipped = len(module.package.split(".")) if module is not None and path.startswith(f"{module.package}.") else 0
            named = enumerate(parts[skipped:], skipped)
            start = next((index for index, part in named if module is not None and part in module.scope.names), None)
            if module is None or start is None:
                continue
            value = self._settled(module.scope.names, parts[start])
            for part in parts[start + 1 :]:
                value = self.attribute(value, part, 1, importer.scope)
            if value is not UNKNOWN:
                return value
        made = self.made(External(path[:MAX_TEXT]), At(importer.path, 1))
        return External(path[:MAX_TEXT]) if made is None else made

    def _whole(self, files: tuple[str, ...], module: str, importer: ModuleValue) -> Value:
        if len(files) == 1:
            return self.run(files[0]) or UNKNOWN
        return Package(files, module, importer.path, self.language.name)

    def _export(self, statement: ir.Export, scope: Scope) -> None:
        exports = scope.module.exports
        if statement.name == "*" and statement.module is not None:
            for path in self.resolver.module(scope.module.path, statement.module):
                if (found := self.run(path)) is not None:
                    for key, value in found.exports.items():
                        if key != "default":
                            exports.setdefault(key, value)
        elif statement.module is not None:
            wanted = statement.value.name if isinstance(statement.value, ir.Name) else "*"  # `export * as routes from "./routes"`
            exports[statement.name] = LazyImport(ir.Import(statement.module, wanted, statement.name, statement.line), scope.module)
        elif statement.value is not None:
            value = exports[statement.name] = self.evaluate(statement.value, scope)
            if not isinstance(statement.value, ir.Name):
                inner = value.values() if isinstance(value, dict) else [value]
                self.functions += [each for each in inner if isinstance(each, FunctionValue) and each.scope.module is scope.module]
