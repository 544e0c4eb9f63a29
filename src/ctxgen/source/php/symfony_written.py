"""Routes and imports that PHP code states for Symfony: `config/routes.php`, kernels, collections.

Source: https://symfony.com/doc/current/routing.html#creating-routes-in-yaml-xml-or-php-files.
"""

from __future__ import annotations

import posixpath

from ctxgen.model import At
from ctxgen.readers import path_glob
from ctxgen.source.php.laravel_state import class_path
from ctxgen.source.php.library import resolver_of, run_file
from ctxgen.source.php.symfony_config import Configuration, Import, Stated, concatenated, root_of
from ctxgen.source.program import MethodHook, Program
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Object, Value


def texts(value: Value) -> list[str]:
    """A string, or those of a list or of several languages."""
    values = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]
    return list(dict.fromkeys(each for each in values if isinstance(each, str)))


class _Written:
    """A route (`add`) or import that PHP code states, until everything is known of it."""

    def __init__(self, target: str, at: At, *, imports: bool) -> None:
        self.target, self.at, self.imports = target, at, imports
        self.prefixes: tuple[str, ...] = ("",)
        self.methods: tuple[str, ...] = ()
        self.controller: Value = None


def _import(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`$routes->import("../src/Controller/", "attribute")`; a path as second argument is a prefix (`RouteCollectionBuilder`)."""
    at = program.at(arguments)
    resource, second = arguments.get(0, "resource"), arguments.get(1)
    resource = resource.get("path") if isinstance(resource, dict) else resource
    if not isinstance(resource, str):
        return UNKNOWN
    folder = posixpath.dirname(at.path)
    target = resource if resource.startswith("./") else posixpath.join(folder, resource)
    written = _Written(posixpath.normpath(target), at, imports=True)
    if isinstance(second, str) and second.startswith("/"):
        written.prefixes = (second,)
    if second == "api_platform":
        written.target = "api_platform"
    return _keep(program, written)


def _add(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`$routes->add("name", "/path")`."""
    path = arguments.get(1, "path")
    written = _Written("", program.at(arguments), imports=False)
    collection = owner.fields.get("@written")
    outer = collection.prefixes if isinstance(collection, _Written) else ("",)
    written.prefixes = tuple(concatenated(prefix, each) for prefix in outer for each in texts(path))
    return _keep(program, written)


def _collection(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`$routes->collection("blog_")->prefix("/blog")`: routes that are added to it stand below its prefix."""
    made = Object(program.vocabulary.frameworks["symfony"].types["collection"])
    made.fields["@written"] = _Written("", program.at(arguments), imports=False)
    return made


def _keep(program: Program, written: _Written) -> Object:
    program.shared.setdefault("symfony.written", []).append(written)
    made = Object(program.vocabulary.frameworks["symfony"].types["stated"])
    made.fields["@written"] = written
    return made


def _sets(key: str) -> MethodHook:
    """A method of a stated route or import that says more of it."""

    def hook(program: Program, owner: Object, arguments: Arguments) -> Value:
        written, value = owner.fields.get("@written"), arguments.get(0)
        if isinstance(written, _Written):
            if key == "prefix" and texts(value):
                written.prefixes = tuple(texts(value))
            elif key == "methods":
                written.methods = tuple(text.upper() for text in texts(value))
            elif key == "controller":
                written.controller = value
        return owner

    return hook


def _project(program: Program, owner: Object, arguments: Arguments) -> Value:
    """`$this->getProjectDir()` of a kernel: the folder above `src/`."""
    return "./" + f"/{arguments.scope.module.path}".partition("/src/")[0].strip("/")


METHODS: dict[str, MethodHook] = {
    "symfony.routing.import": _import,
    "symfony.routing.add": _add,
    "symfony.routing.collection": _collection,
    "symfony.stated.prefix": _sets("prefix"),
    "symfony.stated.methods": _sets("methods"),
    "symfony.stated.controller": _sets("controller"),
    "symfony.collection.add": _add,
    "symfony.stated.*": lambda program, owner, arguments: owner,
    "symfony.kernel.getProjectDir": _project,
}


def read_written(program: Program, settings: Configuration) -> None:
    """Run `config/routes.php` and the like, and add what PHP code stated to the settings."""
    routing = program.vocabulary.frameworks["symfony"].types["routing"]
    for pattern in ("**/config/routes.php", "**/config/routes/*.php"):
        for path in sorted(each for each in resolver_of(program).sources.paths if path_glob(pattern).match(each)):
            function = run_file(program, path, None)
            module = program.module(path)
            if isinstance(function, FunctionValue) and module is not None:
                program.call(function, Arguments((Object(routing),), {}, (), 1, module.scope))
    for written in program.shared.get("symfony.written", []):
        root = root_of(written.at.path) if "/config/" in f"/{written.at.path}" else f"/{written.at.path}".partition("/src/")[0].strip("/")
        if written.target == "api_platform":
            settings.imports.append(Import("api_platform", written.prefixes, (written.at,), root))
        elif written.imports:
            settings.load(written.target, root, written.prefixes, (written.at,) if written.prefixes != ("",) else (), written.methods)
        else:
            controller = written.controller
            name = (
                f"{class_path(controller[0])}::{controller[1]}"
                if isinstance(controller, list) and len(controller) == 2
                else class_path(controller)
            ).replace(".", "\\")
            settings.routes.append(Stated(written.prefixes, written.methods, name or None, written.at, (), root))
