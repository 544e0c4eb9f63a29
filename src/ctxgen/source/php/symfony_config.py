"""What Symfony's settings say of routes and of who may enter: `config/routes*` in YAML and XML, `security.yaml`.

Sources: https://symfony.com/doc/current/routing.html, https://symfony.com/doc/current/security/access_control.html.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ctxgen.documents import Node, Unreadable, parse_yaml
from ctxgen.model import At
from ctxgen.readers import path_glob
from ctxgen.source.languages import Repository
from ctxgen.source.php.symfony_xml import entries
from ctxgen.source.php.words import plural

_ROUTES = (
    "**/config/routes.yaml",
    "**/config/routes.yml",
    "**/config/routes/*.yaml",
    "**/config/routes/*.yml",
    "**/app/config/routing.yml",
    "**/config/routes.xml",
    "**/config/routes/*.xml",
    "**/app/config/routing.xml",
)
_SECURITY = ("**/config/packages/security.yaml", "**/config/packages/security.yml", "**/app/config/security.yml")
_ACTIONS = {
    "index": (("GET",), ""),
    "create": (("GET", "POST"), "new"),
    "update": (("GET", "PUT", "PATCH"), "{}/edit"),
    "show": (("GET",), "{}"),
    "bulk_delete": (("DELETE",), "bulk-delete"),
    "delete": (("DELETE",), "{}"),
}
_API_ACTIONS = {"index": (("GET",), ""), "create": (("POST",), ""), "update": (("PUT", "PATCH"), "{}"), "show": (("GET",), "{}"), "delete": (("DELETE",), "{}")}  # fmt: skip
_APPLICATION = ("config/bundles.php", "bin/console", "src/Kernel.php", "app/AppKernel.php")
_BRACES = re.compile(r"\{([\w.,-]{1,80})\}")
_ANYBODY = {"PUBLIC_ACCESS", "IS_AUTHENTICATED_ANONYMOUSLY"}
_DEEPEST = 8
_MOST = 5_000
_FILES = 1_000
_PREFIXES = 50
_QUANTIFIER = re.compile(r"[*+]|\{\d|\\[bBzZGAkK1-9gQEC]|\(\?[^:!]")
_PARAMETER = re.compile(r"%[\w.]{1,80}%")
_LOCALES = re.compile(r"\(?%[\w.]{0,60}locales?[\w.]{0,20}%\)?")
_SAMPLE = re.compile(r"\{(\w{1,60})\}")
_LONGEST = 300
_SHOWN = 120
_RULES = 200


class Import(NamedTuple):
    """Routes that come from a folder, file or class, below prefixes; `folder` is `*` for all controllers of an application."""

    folder: str
    prefixes: tuple[str, ...]
    via: tuple[At, ...]
    root: str
    methods: tuple[str, ...] = ()


class Stated(NamedTuple):
    """A route that a settings file states itself."""

    paths: tuple[str, ...]
    methods: tuple[str, ...]
    controller: str | None
    at: At
    via: tuple[At, ...]
    root: str


class Rule(NamedTuple):
    """An entry of `access_control`, or a firewall that is off: who may enter what lies below a pattern.

    One without roles has a pattern that is not known: what stands behind it may not be reached.
    """

    pattern: re.Pattern[str] | None
    methods: tuple[str, ...]
    roles: tuple[str, ...]
    at: At
    root: str

    @property
    def known(self) -> bool:
        return bool(self.roles)

    @property
    def public(self) -> bool:
        return any(role in _ANYBODY for role in self.roles)

    def matches(self, path: str, method: str) -> bool:
        """Whether requests of a route match; what stands for parameters is a word."""
        if not self.known:
            return True
        if self.methods and method not in self.methods:
            return False
        return self.pattern is None or self.pattern.search(_SAMPLE.sub(_sample, path[:_SHOWN])) is not None


def _sample(match: re.Match[str]) -> str:
    return "en" if match[1] in ("_locale", "locale") else "json" if match[1] == "_format" else "1"


def root_of(path: str) -> str:
    """The folder of the application that a settings file belongs to: what stands before `config/`."""
    folder = f"/{path}".rpartition("/config/")[0].strip("/")
    return folder.removesuffix("app").rstrip("/") if folder == "app" or folder.endswith("/app") else folder


def folders_of(path: str) -> Iterator[str]:
    """The folders that a path lies in."""
    while path := path.rpartition("/")[0]:
        yield path


class Configuration:
    """All settings files of a repository together."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._paths = frozenset(repository.matching("**/*"))
        self._folders = {folder for path in self._paths for folder in folders_of(path)}
        self._bundles = {path.rpartition("/")[2].removesuffix(".php"): path for path in sorted(self._paths) if path.endswith("Bundle.php")}
        self.imports: list[Import] = []
        self.routes: list[Stated] = []
        self.rules: list[Rule] = []
        self.unread: dict[str, int] = {}
        """The files that cannot be read, and where."""
        self.asked = 0
        """How often a rule was looked for."""
        self._known: dict[str, dict[str, str]] = {}
        self._read: set[tuple[str, tuple[str, ...]]] = set()
        found = [path for pattern in _ROUTES for path in repository.matching(pattern)]
        # settings of a bundle count where an application imports them
        for path in [path for path in found if self._is_application(root_of(path))] or found:
            self._file(path, root_of(path), ("",), (), 0)
        for pattern in _SECURITY:
            for path in repository.matching(pattern):
                self.rules += _security(self._yaml(path), path, self._parameters(path))
        del self.rules[_RULES:]

    def _is_application(self, root: str) -> bool:
        start = f"{root}/" if root else ""
        return any(f"{start}{each}" in self._paths for each in _APPLICATION) or f"{start}config/packages" in self._folders

    def _yaml(self, path: str) -> Node:
        try:
            return self._repository.file(path).yaml()
        except Unreadable as error:
            self.unread[path] = error.line or 1
            return Node(None, 1)

    def _xml(self, path: str) -> Iterator[tuple[str, Node]]:
        try:
            yield from entries(self._repository.file(path).xml())
        except Unreadable as error:
            self.unread[path] = error.line or 1

    def _parameters(self, path: str) -> dict[str, str]:
        """The container's parameters that a settings file and the services of its application state."""
        found: dict[str, str] = {}
        config = f"{path.rpartition('/config/')[0]}/config".lstrip("/")
        for each in (f"{config}/services.yaml", f"{config}/services.yml", f"{config}/config.yml", f"{config}/parameters.yml", path):
            if each in self._paths:
                stated = self._yaml(each).get("parameters")
                found.update({key: node.text for key, node in stated.items() if node.text is not None} if stated is not None else {})
        return found

    # ---- routes

    def _file(self, path: str, root: str, prefixes: tuple[str, ...], via: tuple[At, ...], depth: int) -> None:
        """The routes of a file, below the prefixes of what imports it."""
        if depth > _DEEPEST or (path, prefixes) in self._read or len(self._read) > _FILES or len(self.routes) > _MOST:
            return
        self._read.add((path, prefixes))
        for key, node in self._xml(path) if path.endswith(".xml") else self._yaml(path).items():
            if key.startswith("when@"):
                if key == "when@prod":
                    for _, inner in node.items():
                        self._entry(inner, path, root, prefixes, via, depth)
                continue
            self._entry(node, path, root, prefixes, via, depth)

    def parameters(self, root: str) -> dict[str, str]:
        """The parameters of an application's container, read once."""
        if root not in self._known:
            self._known[root] = self._parameters(f"{root}/config/x" if root else "config/x")
        return self._known[root]

    def _entry(self, node: Node, path: str, root: str, prefixes: tuple[str, ...], via: tuple[At, ...], depth: int) -> None:
        at = At(path, node.line)
        known = self.parameters(root)
        methods = tuple(text.upper() for text in _words(node.get("methods")))
        stated = _paths(node.get("path") or node.get("pattern"), known)
        if stated:
            controller = node.get("controller") or node.get("defaults", "_controller")
            own = tuple(concatenated(prefix, each) for prefix in prefixes for each in stated)[:_PREFIXES]
            self.routes.append(Stated(own, methods, controller.text if controller is not None else None, at, via, root))
            return
        resource = node.get("resource")
        if resource is None:
            return
        own = tuple(concatenated(prefix, each) for prefix in prefixes for each in _paths(node.get("prefix"), known) or ("",))[:_PREFIXES]
        prefixed = node.get("prefix")
        via = (*via, At(path, prefixed.line)) if prefixed is not None else via
        nested = resource.get("path")
        text = (nested if nested is not None else resource).text or ""
        kind = node.get("type")
        if kind is not None and kind.text == "api_platform":
            self.imports.append(Import("api_platform", own, via, root))
            return
        if kind is not None and (kind.text or "").startswith("sylius.resource"):
            self._resource(text, path, node.line, own, via, root, api=kind.text == "sylius.resource_api")
        elif text == "routing.controllers":
            self.imports.append(Import("*", own, via, root, methods))
        elif (target := self._target(text, path)) is not None:
            self.load(target, root, own, via, methods, depth + 1)

    def load(
        self, target: str, root: str, prefixes: tuple[str, ...], via: tuple[At, ...], methods: tuple[str, ...] = (), depth: int = 0
    ) -> None:
        """Take the routes of a file, a folder of controllers, or what a glob (`config/{routes}/*.yaml`) matches."""
        for each in _expanded(target):
            files = sorted(self._repository.matching(each)) if "*" in each and "." in each.rpartition("/")[2] else [each]
            for path in files:
                if path.endswith((".yaml", ".yml", ".xml")):
                    if path in self._paths:
                        self._file(path, root, prefixes, via, depth)
                elif not path.endswith(".php") or path.endswith(("Controller.php", "Kernel.php")):
                    self.imports += [Import(folder, prefixes, via, root, methods) for folder in self._matched(path.rstrip("/*"))]

    def _matched(self, folder: str) -> list[str]:
        """The folders that one with a `*` in it stands for."""
        return sorted(filter(path_glob(folder).match, self._folders)) if "*" in folder else [folder]

    def _resource(self, text: str, path: str, line: int, prefixes: tuple[str, ...], via: tuple[At, ...], root: str, *, api: bool) -> None:
        """The routes of a resource of SyliusResourceBundle; its settings stand in a text of their own.

        Source: https://stack.sylius.com/resource/index/routing_resource_route.
        """
        try:
            stated = next(iter(parse_yaml(text)), Node(None, 1))
        except Unreadable:
            return
        alias = stated.get("alias")
        name = (alias.text or "").rpartition(".")[2] if alias is not None else ""
        if not name:
            return
        given, identifier = stated.get("path"), stated.get("identifier")
        base = (given.text or "").strip("/") if given is not None else plural(name).replace("_", "-")
        item = "{" + ((identifier.text if identifier is not None else None) or "id") + "}"
        only, left_out = _words(stated.get("only")), _words(stated.get("except"))
        for action, (methods, pattern) in (_API_ACTIONS if api else _ACTIONS).items():
            if action in left_out or (only and action not in only):
                continue
            own = tuple(concatenated(prefix, f"/{base}/{pattern.format(item)}") for prefix in prefixes)
            title = re.sub(r"_(\w)", lambda match: match[1].upper(), action)
            self.routes.append(Stated(own, methods, f"sylius.controller.{name}::{title}Action", At(path, line), via, root))

    def _target(self, text: str, path: str) -> str | None:
        """What a resource names, as a path of the repository."""
        if not text.startswith("@"):
            return posixpath.normpath(posixpath.join(posixpath.dirname(path), text)).removeprefix("./")
        bundle, _, inner = text[1:].partition("/")
        folder = posixpath.dirname(self._bundles.get(bundle, ""))
        for base in (folder, posixpath.dirname(folder)) if folder else ():
            target = f"{base}/{inner}".strip("/")
            if target in self._paths or target.rstrip("/") in self._folders:
                return target
        return None


def _expanded(target: str) -> list[str]:
    """A glob with each of the alternatives in its braces."""
    found = [target]
    for _ in range(3):
        found = [
            each[: match.start()] + option + each[match.end() :] if match is not None else each
            for each in found
            for match in [_BRACES.search(each)]
            for option in (match[1].split(",") if match is not None else [""])
        ][:50]
    return found


def concatenated(prefix: str, path: str) -> str:
    """A prefix and a path as Symfony puts them together."""
    return f"/{prefix.strip('/')}/{path.lstrip('/')}" if prefix.strip("/") else f"/{path.lstrip('/')}" if path else prefix


def _paths(node: Node | None, parameters: Mapping[str, str]) -> tuple[str, ...]:
    """A path, or those of several languages; a parameter of the container that is not known is one of the path."""
    if node is None:
        return ()
    texts = [child.text for _, child in node.items()] if isinstance(node.value, dict) else [node.text]
    return tuple(dict.fromkeys(parametrised(text, parameters) for text in texts if text is not None))


def parametrised(path: str, parameters: Mapping[str, str]) -> str:
    """A path with the container's parameters; one that is not known is a parameter of the path."""
    known = filled(path, parameters) or path
    return _PARAMETER.sub(lambda match: "{" + re.sub(r"\W", "_", match[0].strip("%")) + "}", known) if "%" in known else known


def _words(node: Node | None) -> list[str]:
    """`GET|POST`, `[GET, POST]`."""
    found: list[str] = []
    for each in node.scalars() if node is not None else ():
        found += [word for word in re.split(r"[|,\s]+", each.text or "") if word]
    return found


# ---------------------------------------------------------------------------------------------- who may enter


def _security(document: Node, path: str, parameters: Mapping[str, str]) -> Iterator[Rule]:
    root = root_of(path)
    settings = document.get("security")
    if settings is None:
        return
    firewalls = settings.get("firewalls")
    for _, node in firewalls.items() if firewalls is not None else ():
        off, pattern = node.get("security"), node.get("pattern")
        if (
            off is not None
            and off.value is False
            and pattern is not None
            and (compiled := bounded(filled(pattern.text, parameters))) is not None
        ):
            yield Rule(compiled, (), ("PUBLIC_ACCESS",), At(path, off.line), root)
    control = settings.get("access_control")
    for node in control.elements() if control is not None else ():
        roles = tuple(dict.fromkeys([*_words(node.get("roles")), *_words(node.get("role"))]))
        pattern = node.get("path")
        if any(node.get(each) is not None for each in ("route", "host", "ips", "ip", "port", "attributes", "request_matcher")) or not roles:
            continue
        compiled = bounded(filled(pattern.text, parameters)) if pattern is not None else None
        known = pattern is None or compiled is not None
        yield Rule(compiled, tuple(word.upper() for word in _words(node.get("methods"))), roles if known else (), At(path, node.line), root)


def filled(text: str | None, parameters: Mapping[str, str]) -> str | None:
    """A text with the container's parameters that are known in it; a list of languages is any of them."""
    for _ in range(4):
        if text is None or "%" not in text or len(text) > _LONGEST:
            break
        text = _PARAMETER.sub(lambda match: parameters.get(match[0][1:-1], match[0]), text)
    return text


def bounded(written: str | None) -> re.Pattern[str] | None:
    """The regular expression of a rule; None for one that could take long or that Python reads otherwise."""
    if written is None or len(written) > _LONGEST:
        return None
    text = _LOCALES.sub("[a-z_]{2,5}", _SAMPLE.sub("(?:en|1)", written))
    if _PARAMETER.search(text):
        return None
    plain = written.removesuffix(".*").removesuffix(".+").removesuffix("*")
    if len(_QUANTIFIER.findall(plain)) > 1 or plain.count("?") > 4:
        return None
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return None
