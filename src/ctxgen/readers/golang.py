"""Go modules: go.mod, go.work and vendor/modules.txt.  Source: https://go.dev/ref/mod."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Dependency, Fact, Locked, Managed, Member, Project, Runtime
from ctxgen.opaque import name, version
from ctxgen.readers import reads
from ctxgen.tree import LOCK_LIMIT, File

_PATH = re.compile(r"[\w.~/!+-]{1,250}")
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|[^\s"`(),]+|=>|[()]')


def directives(text: str) -> Iterator[tuple[int, str, list[str], str]]:
    """(line, verb, arguments, comment) of every directive, blocks unfolded."""
    block = ""
    for number, line in enumerate(text.split("\n"), 1):
        code, _, comment = line.partition("//")
        words = [word.strip('"`') for word in _WORD.findall(code)]
        if not words:
            continue
        if words[-1] == "(" and len(words) == 2:
            block = words[0]
        elif words[0] == ")":
            block = ""
        else:
            yield number, *((block, words) if block else (words[0], words[1:])), comment.strip()


@reads("go.mod")
def read_go_mod(file: File) -> Iterator[Fact]:
    """Module path, language and toolchain versions, direct requirements, replacements and tools."""
    tools: dict[str, int] = {}
    for line, verb, arguments, comment in directives(file.text):
        at = file.at(line)
        match verb, arguments:
            case "module", [path, *_]:
                yield Project(ecosystem="go", name=name(path), at=at)
            case "go", [written, *_]:
                yield Runtime(name=name("Go"), version=version(written), at=at)
            case "toolchain", [written, *_] if written != "default":
                yield Runtime(name=name("Go"), version=version(written.removeprefix("go")), at=at)
            case "require", [path, written, *_] if _PATH.fullmatch(path):
                if not re.match(r"indirect\b", comment):
                    yield Dependency(ecosystem="go", name=name(path), declared=version(written), at=at)
                if stated := version(written):
                    yield Locked(ecosystem="go", name=name(path), version=stated, at=at)
            case "replace", [path, *rest] if "=>" in rest:
                target = rest[rest.index("=>") + 1 :]
                yield Managed(ecosystem="go", name=name(path), declared=version(target[1]) if len(target) > 1 else None, at=at)
            case "tool", [path, *_]:
                tools[path] = line
    for path, line in sorted(tools.items()):
        yield Dependency(ecosystem="go", name=name(path), group="build", at=file.at(line))


@reads("go.work")
def read_go_work(file: File) -> Iterator[Fact]:
    """The modules of a workspace and its language version."""
    for line, verb, arguments, _ in directives(file.text):
        match verb, arguments:
            case "use", [path, *_]:
                yield Member(ecosystem="go", pattern=name(path), at=file.at(line))
            case "go", [written, *_]:
                yield Runtime(name=name("Go"), version=version(written), at=file.at(line))


@reads("**/vendor/modules.txt", limit=LOCK_LIMIT)
def read_vendored_modules(file: File) -> Iterator[Fact]:
    """The versions of vendored modules: `# path version`, or `# path version => other version` where one is replaced."""
    for number, line in enumerate(file.lines, 1):
        words = line.removeprefix("# ").split()
        if line.startswith("# ") and len(words) > 1 and (stated := version(words[-1] if "=>" in words else words[1])):
            yield Locked(ecosystem="go", name=name(words[0]), version=stated, at=file.at(number))
