"""Modules that source code imports: Python, JavaScript and TypeScript, Go, Java, Kotlin, Scala, C#, PHP, Ruby, Rust, Elixir.

Only whole import statements at the start of a line count, so that neither strings nor comments do; each module is told
once a file.  The patterns are anchored and bounded: they look at every line once.
Sources: the import syntax of each language's reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Fact, Import
from ctxgen.opaque import Name, name
from ctxgen.readers import reads
from ctxgen.tree import SOURCE_LIMIT, File

_PYTHON = re.compile(
    rb"^[ \t]{0,16}(?:from[ \t]+([A-Za-z_][\w.]{0,100})[ \t]+import\b([^#\n]{0,200})|import[ \t]+([A-Za-z_][\w. \t,]{0,200}))", re.MULTILINE
)
_SCRIPT = re.compile(
    rb"""^[ \t]{0,16}(?:(?:import|export)\b(?![ \t]{1,4}type[ \t]{1,4}(?!from\b)[\w*{])[^'"`;\n]{0,300}?|\}[ \t]{0,4}from[ \t]{0,4}|(?:const|let|var)[ \t][^'"`;\n]{1,200}?=[ \t]{0,4}(?:await[ \t]+import|require)[ \t]{0,4}\(|require\()['"]([@A-Za-z][\w@./:-]{0,120})['"]""",
    re.MULTILINE,
)
_GO_BLOCK = re.compile(rb"^import[ \t]*\(([^)]{0,20000})\)", re.MULTILINE)
_GO_LINE = re.compile(rb"""^import[ \t]+(?:[\w.]{1,40}[ \t]+)?"([^"\n]{1,160})\"""", re.MULTILINE)
_GO_PATH = re.compile(rb"""^[ \t]*(?:[\w.]{1,40}[ \t]+)?"([^"\n]{1,160})\"""", re.MULTILINE)
_JVM = re.compile(rb"^[ \t]{0,8}import[ \t]+(?:static[ \t]+)?([A-Za-z_][\w.]{2,160})", re.MULTILINE)
_DOTNET = re.compile(rb"^[ \t]{0,8}(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?([A-Z][\w.]{1,120})[ \t]*;", re.MULTILINE)
_PHP = re.compile(rb"^[ \t]{0,8}use[ \t]+(?:function[ \t]+)?\\?([A-Z][\w\\]{2,160})", re.MULTILINE)
_RUBY = re.compile(rb"""^[ \t]{0,8}require[ \t(]+['"]([a-z][\w/-]{1,80})['"]""", re.MULTILINE)
_RUST = re.compile(rb"^[ \t]{0,8}(?:pub[ \t]+)?use[ \t]+([a-z_][\w:]{1,120})", re.MULTILINE)
_ELIXIR = re.compile(rb"^[ \t]{0,12}(?:use|import|alias)[ \t]+([A-Z][\w.]{1,120})", re.MULTILINE)


def _told(file: File, language: str, found: Iterator[tuple[str, int]]) -> Iterator[Fact]:
    """One fact per module, with the line of its offset."""
    seen: set[str] = set()
    line, counted = 1, 0
    for module, offset in found:
        if module not in seen:
            seen.add(module)
            line += file.data.count(b"\n", counted, offset)
            counted = offset
            yield Import(language=Name(language), module=name(module), at=file.at(line))


def _matches(file: File, *patterns: re.Pattern[bytes]) -> Iterator[tuple[str, int]]:
    for pattern in patterns:
        for match in pattern.finditer(file.data):
            group = match.lastindex or 1
            yield match[group].decode("ascii", "replace"), match.start(group)


@reads("*.py", limit=SOURCE_LIMIT, contains=(b"import",))
def read_python_imports(file: File) -> Iterator[Fact]:
    """`import a.b, c as d` and `from a.b import c`: the module, and the names of the same line as `a.b.c`."""

    def modules() -> Iterator[tuple[str, int]]:
        for match in _PYTHON.finditer(file.data):
            module, names, plain = (group.decode("ascii", "replace") if group else "" for group in match.groups())
            if module:
                yield module, match.start(1)
                for part in names.strip(" \t()\\").split(","):
                    if (words := part.split()) and words[0].isidentifier():
                        yield f"{module}.{words[0]}", match.start(1)
            for part in plain.split(","):
                if words := part.split():
                    yield words[0], match.start(3)

    return _told(file, "python", modules())


@reads(
    "*.js",
    "*.mjs",
    "*.cjs",
    "*.jsx",
    "*.ts",
    "*.mts",
    "*.cts",
    "*.tsx",
    limit=SOURCE_LIMIT,
    contains=(b"import", b"require"),
    excludes=("*.min.js", "*.d.ts"),
)
def read_script_imports(file: File) -> Iterator[Fact]:
    """`import … from "x"`, `import "x"`, `export … from "x"`, `const y = require("x")`; relative paths are not modules, and what is imported as a type is not run."""
    return _told(file, "javascript", _matches(file, _SCRIPT))


@reads("*.go", limit=SOURCE_LIMIT, contains=(b"import",))
def read_go_imports(file: File) -> Iterator[Fact]:
    """Single imports and import blocks."""

    def modules() -> Iterator[tuple[str, int]]:
        yield from _matches(file, _GO_LINE)
        for block in _GO_BLOCK.finditer(file.data):
            for match in _GO_PATH.finditer(block[1]):
                yield match[1].decode("ascii", "replace"), block.start(1) + match.start(1)

    return _told(file, "go", modules())


@reads("*.java", "*.kt", "*.scala", "*.groovy", limit=SOURCE_LIMIT, contains=(b"import",))
def read_jvm_imports(file: File) -> Iterator[Fact]:
    """`import a.b.C;`, static and wildcard imports."""
    return _told(file, "java", _matches(file, _JVM))


@reads("*.cs", limit=SOURCE_LIMIT, contains=(b"using",))
def read_dotnet_imports(file: File) -> Iterator[Fact]:
    """`using A.B;`, global and static ones."""
    return _told(file, "csharp", _matches(file, _DOTNET))


@reads("*.php", limit=SOURCE_LIMIT, contains=(b"use ",))
def read_php_imports(file: File) -> Iterator[Fact]:
    """`use A\\B;`."""
    return _told(file, "php", _matches(file, _PHP))


@reads("*.rb", limit=SOURCE_LIMIT, contains=(b"require",))
def read_ruby_imports(file: File) -> Iterator[Fact]:
    """`require "a/b"`."""
    return _told(file, "ruby", _matches(file, _RUBY))


@reads("*.rs", limit=SOURCE_LIMIT, contains=(b"use ",))
def read_rust_imports(file: File) -> Iterator[Fact]:
    """`use a::b;`."""
    return _told(file, "rust", _matches(file, _RUST))


@reads("*.ex", "*.exs", limit=SOURCE_LIMIT)
def read_elixir_imports(file: File) -> Iterator[Fact]:
    """`use A.B`, `import A`, `alias A.B`."""
    return _told(file, "elixir", _matches(file, _ELIXIR))
