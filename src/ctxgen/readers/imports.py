"""Modules that source code imports: Python, JavaScript and TypeScript, Go, Java, Kotlin, Scala, C#, PHP, Ruby, Rust, Elixir.

Only whole import statements at the start of a line count, so that neither strings nor comments do; each module is told
once a file.  The patterns are anchored and bounded, and tried only at lines that hold the statement's keyword.
Sources: the import syntax of each language's reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import itemgetter

from ctxgen.model import At, Fact, Import
from ctxgen.opaque import Name, name
from ctxgen.readers import reads
from ctxgen.readers._lines import lines_with
from ctxgen.tree import SOURCE_LIMIT, File

_PYTHON = re.compile(
    rb"^[ \t]{0,16}(?:from[ \t]+([A-Za-z_][\w.]{0,100})[ \t]+import\b([^#\n]{0,200})|import[ \t]+([A-Za-z_][\w. \t,]{0,200}))", re.MULTILINE
)
_SCRIPT = re.compile(
    rb"""^[ \t]{0,16}(?:(?:import|export)\b(?![ \t]{1,4}type[ \t]{1,4}(?!from\b)[\w*{])[^'"`;\n]{0,300}?|\}[ \t]{0,4}from[ \t]{0,4}|(?:const|let|var)[ \t][^'"`;\n]{1,200}?=[ \t]{0,4}(?:await[ \t]+import|require)[ \t]{0,4}\(|require\()['"]([@A-Za-z][\w@./:-]{0,120})['"]""",
    re.MULTILINE,
)
_GO_BLOCK = re.compile(rb"^import[ \t]*+\(([^)]{0,20000}+)\)", re.MULTILINE)
_GO_LINE = re.compile(rb"""^import[ \t]+(?:[\w.]{1,40}[ \t]+)?"([^"\n]{1,160})\"""", re.MULTILINE)
_GO_PATH = re.compile(rb"""^[ \t]*(?:[\w.]{1,40}[ \t]+)?"([^"\n]{1,160})\"""", re.MULTILINE)
_JVM = re.compile(rb"^[ \t]{0,8}import[ \t]+(?:static[ \t]+)?([A-Za-z_][\w.]{2,160})", re.MULTILINE)
_DOTNET = re.compile(rb"^[ \t]{0,8}(?:global[ \t]+)?using[ \t]+(?:static[ \t]+)?([A-Z][\w.]{1,120})[ \t]*;", re.MULTILINE)
_PHP = re.compile(rb"^[ \t]{0,8}use[ \t]+(?:function[ \t]+)?\\?([A-Z][\w\\]{2,160})", re.MULTILINE)
_RUBY = re.compile(rb"""^[ \t]{0,8}require[ \t(]+['"]([a-z][\w/-]{1,80})['"]""", re.MULTILINE)
_RUST = re.compile(rb"^[ \t]{0,8}(?:pub[ \t]+)?use[ \t]+([a-z_][\w:]{1,120})", re.MULTILINE)
_ELIXIR = re.compile(rb"^[ \t]{0,12}(?:use|import|alias)[ \t]+([A-Z][\w.]{1,120})", re.MULTILINE)


@lru_cache(maxsize=16_384)
def _printable(module: bytes) -> Name:
    """Most modules are imported by many files."""
    return name(module.decode("ascii", "replace"))


def _told(file: File, language: str, found: Iterable[tuple[bytes, int]]) -> Iterator[Fact]:
    """One fact per module, with the line of its offset."""
    data, path = file.data, file.path
    seen: set[bytes] = set()
    line, counted = 1, 0
    spoken = Name(language)
    for module, offset in found:
        if module not in seen:
            seen.add(module)
            line += data.count(b"\n", counted, offset)
            counted = offset
            yield Import(language=spoken, module=_printable(module), at=At(path, line))


def _statements(data: bytes, pattern: re.Pattern[bytes], *keywords: bytes) -> list[re.Match[bytes]]:
    """The matches of a pattern that is anchored at the start of a line and holds one of the keywords on that line."""
    match = pattern.match
    return [found for start, _ in lines_with(data, *keywords) if (found := match(data, start))]


def _modules(data: bytes, pattern: re.Pattern[bytes], *keywords: bytes) -> list[tuple[bytes, int]]:
    """(module, offset) where the pattern's one group that takes part is the module."""
    return [(found[group := found.lastindex or 1], found.start(group)) for found in _statements(data, pattern, *keywords)]


@reads("*.py", limit=SOURCE_LIMIT, contains=(b"import",))
def read_python_imports(file: File) -> Iterator[Fact]:
    """`import a.b, c as d` and `from a.b import c`: the module, and the names of the same line as `a.b.c`."""

    def modules() -> Iterator[tuple[bytes, int]]:
        for match in _statements(file.data, _PYTHON, b"import"):
            module, names, plain = match.groups(b"")
            if module:
                at = match.start(1)
                yield module, at
                for part in names.strip(b" \t()\\").split(b","):
                    if (words := part.split()) and words[0].decode("ascii", "replace").isidentifier():
                        yield b"%b.%b" % (module, words[0]), at
            elif plain:
                for part in plain.split(b","):
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
    return _told(file, "javascript", _modules(file.data, _SCRIPT, b"import", b"from", b"require"))


@reads("*.go", limit=SOURCE_LIMIT, contains=(b"import",))
def read_go_imports(file: File) -> Iterator[Fact]:
    """Single imports and import blocks."""

    def modules() -> Iterator[tuple[bytes, int]]:
        yield from _modules(file.data, _GO_LINE, b"import")
        end = 0
        for block in _statements(file.data, _GO_BLOCK, b"import"):
            if block.start() < end:  # within another
                continue
            end = block.end()
            for match in _GO_PATH.finditer(block[1]):
                yield match[1], block.start(1) + match.start(1)

    return _told(file, "go", sorted(modules(), key=itemgetter(1)))


@reads("*.java", "*.kt", "*.scala", "*.groovy", limit=SOURCE_LIMIT, contains=(b"import",))
def read_jvm_imports(file: File) -> Iterator[Fact]:
    """`import a.b.C;`, static and wildcard imports."""
    return _told(file, "java", _modules(file.data, _JVM, b"import"))


@reads("*.cs", limit=SOURCE_LIMIT, contains=(b"using",))
def read_dotnet_imports(file: File) -> Iterator[Fact]:
    """`using A.B;`, global and static ones."""
    return _told(file, "csharp", _modules(file.data, _DOTNET, b"using"))


@reads("*.php", limit=SOURCE_LIMIT, contains=(b"use ",))
def read_php_imports(file: File) -> Iterator[Fact]:
    """`use A\\B;`."""
    return _told(file, "php", _modules(file.data, _PHP, b"use"))


@reads("*.rb", limit=SOURCE_LIMIT, contains=(b"require",))
def read_ruby_imports(file: File) -> Iterator[Fact]:
    """`require "a/b"`."""
    return _told(file, "ruby", _modules(file.data, _RUBY, b"require"))


@reads("*.rs", limit=SOURCE_LIMIT, contains=(b"use ",))
def read_rust_imports(file: File) -> Iterator[Fact]:
    """`use a::b;`."""
    return _told(file, "rust", _modules(file.data, _RUST, b"use"))


@reads("*.ex", "*.exs", limit=SOURCE_LIMIT, contains=(b"use", b"import", b"alias"))
def read_elixir_imports(file: File) -> Iterator[Fact]:
    """`use A.B`, `import A`, `alias A.B`."""
    return _told(file, "elixir", _modules(file.data, _ELIXIR, b"use", b"import", b"alias"))
