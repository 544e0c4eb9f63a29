"""Version files of all languages but Node.js' own: .tool-versions, mise.toml, .sdkmanrc, .java-version, .ruby-version, …

Sources: https://asdf-vm.com/manage/configuration.html, https://mise.jdx.dev/configuration.html,
https://sdkman.io/usage#env-command, https://www.jenv.be, https://github.com/rbenv/rbenv, https://github.com/pyenv/pyenv,
https://github.com/go-nv/goenv, https://symfony.com/doc/current/setup/symfony_cli.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Dependency, Diagnostic, Ecosystem, Fact, Runtime, Variable
from ctxgen.opaque import Opaque, Version, name, version
from ctxgen.readers import reads
from ctxgen.readers._scripts import script_facts
from ctxgen.readers.node_version import node_version
from ctxgen.tree import File

LANGUAGES = {
    "nodejs": "Node.js", "node": "Node.js", "deno": "Deno", "bun": "Bun", "python": "Python", "golang": "Go", "go": "Go", "java": "Java", "kotlin": "Kotlin", "scala": "Scala",
    "groovy": "Groovy", "clojure": "Clojure", "ruby": "Ruby", "php": "PHP", "elixir": "Elixir", "erlang": "Erlang", "rust": "Rust", "dotnet": ".NET", "dotnet-core": ".NET", "swift": "Swift",
    "dart": "Dart", "zig": "Zig", "crystal": "Crystal", "gleam": "Gleam", "haskell": "Haskell", "ghc": "Haskell", "perl": "Perl", "lua": "Lua",
}  # fmt: skip
_MANAGERS: dict[str, tuple[Ecosystem, str]] = {
    "npm": ("npm", "npm"), "pnpm": ("npm", "pnpm"), "yarn": ("npm", "yarn"), "poetry": ("pypi", "poetry"), "uv": ("pypi", "uv"), "pdm": ("pypi", "pdm"), "pipenv": ("pypi", "pipenv"),
}  # fmt: skip
_OTHER_IMPLEMENTATION = re.compile(
    r"(?:jruby|truffleruby|rbx|mruby|pypy|graalpy|jython|ironpython|micropython|stackless|miniconda|anaconda|miniforge|mambaforge)",
    re.IGNORECASE,
)


def clean_version(language: str, written: str) -> Version | None:
    """The version of a language in what a tool's file says, without the vendor: `temurin-17.0.2+8`, `21.0.1-tem`, `ruby-3.3.0`.

    None for what says no version of the language: `system`, `path:…`, `latest`, another implementation (`jruby-9.4`).
    """
    text = written.strip().strip("\"'")
    text = re.sub(r"^(?:ref|prefix|sub-\d+):v?", "", text)
    if language == "Node.js":
        return node_version(text)
    if language == "Java":
        return _java(text)
    if _OTHER_IMPLEMENTATION.match(text) or re.match(r"path:|[./~]", text):
        return None
    text = re.sub(rf"^(?:{re.escape(language.lower())}|cpython)-", "", text, flags=re.IGNORECASE).partition("@")[0].partition("/")[0]
    if language == "Python":
        text = re.sub(r"^(\d+(?:\.\w+)*)[t]?-(?:linux|macos|windows|darwin)[\w.-]*$", r"\1", text)
    if language == "Rust" and text in ("stable", "beta", "nightly"):
        return Version(text)
    text = re.sub(r"^(\d[\w.]*)-otp-\d+$", r"\1", text) if language == "Elixir" else text
    return version(re.sub(r"^[vV](?=\d)", "", text)) if re.match(r"[vV<>=~^!]{0,2}\s*\d", text) else None


def _java(text: str) -> Version | None:
    """Source: https://sdkman.io/jdks, https://www.jenv.be; GraalVM's and OpenJ9's own numbers are not Java's."""
    if found := re.search(r"\+java(\d+)|\.r(\d+)-", text):
        return version(found[1] or found[2])
    text = re.sub(r"_openj9.*$", "", text)
    if re.match(r"graalvm-(?:19|2[0-2])\.\d", text):
        return None
    text = re.sub(r"^[A-Za-z]\w*(?:-[A-Za-z]\w*)*-(?:openj9-)?(?=\d)", "", text)
    found = re.fullmatch(r"v?(\d[\d._]*(?:-ea)?(?:\+[\d.]+)?)(?:[.-][A-Za-z]\w*)*", text)
    return version(found[1]) if found else None


def _tool(file: File, tool: str, written: str, line: int) -> Iterator[Fact]:
    plain = tool.removeprefix("core:")
    if language := LANGUAGES.get(plain):
        yield Runtime(name=name(language), version=clean_version(language, written), source="version-file", at=file.at(line))
    elif plain in _MANAGERS:
        ecosystem, package = _MANAGERS[plain]
        stated = version(written.removeprefix("v")) if re.match(r"v?\d", written) else None
        yield Dependency(ecosystem=ecosystem, name=name(package), declared=stated, group="build", at=file.at(line))


@reads(".tool-versions")
def read_tool_versions(file: File) -> Iterator[Fact]:
    """asdf and mise: a tool and its versions a line, of which the first is the one in use."""
    for number, line in enumerate(file.lines, 1):
        tool, *versions = line.partition("#")[0].split() or [""]
        if versions:
            yield from _tool(file, tool, versions[0], number)


@reads("mise.toml", ".mise.toml", "**/.config/mise.toml", "**/.config/mise/config.toml", "**/mise/config.toml", "**/.mise/config.toml")
def read_mise_toml(file: File) -> Iterator[Fact]:
    """mise: tools (`node = "22"`, a list, or a table with `version`), variables and tasks."""
    root = file.toml()
    for tool, node in (root.get("tools") or Node({}, 1)).items():
        stated = node.get("version") or next(node.elements(), node)
        stated = stated.get("version") or stated
        if stated.text:
            yield from _tool(file, tool, stated.text, stated.line)
    for variable, node in (root.get("env") or Node({}, 1)).items():
        if re.fullmatch(r"[A-Za-z]\w*", variable) and node.text is not None:
            yield Variable(name=name(variable), value=Opaque(node.text), source="other", at=file.at(node.line))
    tasks = root.get("tasks")
    bodies = (
        {task: Node("\n".join(part.text or "" for part in (node.get("run") or node).scalars()), node.line) for task, node in tasks.items()}
        if tasks
        else {}
    )
    yield from script_facts(file, "mise", Node(bodies, 1))


@reads(".sdkmanrc")
def read_sdkmanrc(file: File) -> Iterator[Fact]:
    """SDKMAN: `java=21.0.1-tem`."""
    for number, line in enumerate(file.lines, 1):
        tool, equals, written = line.partition("#")[0].partition("=")
        if equals:
            yield from _tool(file, tool.strip(), written.strip(), number)


_FILES = {".java-version": "Java", ".ruby-version": "Ruby", ".python-version": "Python", ".go-version": "Go", ".php-version": "PHP"}


@reads(*_FILES)
def read_language_version(file: File) -> Iterator[Fact | Diagnostic]:
    """One version; where there are several lines (pyenv), the first is the one that runs."""
    language = _FILES[file.name]
    for number, line in enumerate(file.lines, 1):
        written = line.partition("#")[0].strip()
        if not written:
            continue
        stated = clean_version(language, written)
        if stated is None:
            yield Diagnostic(path=file.path, line=number, code="unknown-version", severity="info", message=f"not a version of {language}")
        else:
            yield Runtime(name=name(language), version=stated, source="version-file", at=file.at(number))
        return
