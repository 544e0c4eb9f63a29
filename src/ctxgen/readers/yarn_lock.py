"""yarn.lock, classic and Berry.  Sources: https://classic.yarnpkg.com/lang/en/docs/yarn-lock/, https://yarnpkg.com/advanced/lexicon#lockfile.

Both formats name the ranges that a block resolves on one line (Berry breaks a very long key as `? "…"`) and the
version on the next, so that one pass over the text is enough for a file of any size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ctxgen.documents import Unreadable
from ctxgen.model import Dependency, Fact, Locked
from ctxgen.opaque import Name, Version, name, version
from ctxgen.readers import reads
from ctxgen.readers._npm_specs import PACKAGE, parse_spec, split_descriptor
from ctxgen.tree import LOCK_LIMIT, File

_BLOCK = re.compile(r'^(?:\? )?(["@\w][^\n]*?)\n?:\n  version:? "?([^"\n]+)"?$', re.MULTILINE)
_OWN = "0.0.0-use.local"
"""What Berry writes for a package of the workspace itself, even where it is asked for by a range."""
_HEADER = re.compile(r"^(?:# yarn lockfile v1|__metadata:)", re.MULTILINE)


@reads("yarn.lock", limit=LOCK_LIMIT)
def read_yarn_lock(file: File) -> Iterator[Fact]:
    """What each range was resolved to.  Patched packages and those of the workspace itself are not told again."""
    yield Dependency(ecosystem="npm", name=name("yarn"), group="build", at=file.at(1))
    text = file.text
    if text.strip() and not _HEADER.search(text):
        raise Unreadable("parse-error", "not a Yarn lock file")
    line, last = 1, 0
    for block in _BLOCK.finditer(text):
        line += text.count("\n", last, block.start())
        last = block.start()
        resolved = version(block[2])
        if resolved is not None and resolved != _OWN and block[1] != "__metadata":
            yield from _descriptors(file, block[1], resolved, line)


def _descriptors(file: File, key: str, resolved: Version, line: int) -> Iterator[Locked]:
    """One fact for each descriptor of a block: `"a@^1", "a@^1.2"` (classic) or `"a@npm:^1, a@npm:^1.2"` (Berry)."""
    at = file.at(line)
    for descriptor in dict.fromkeys(key.replace('"', "").split(", ")):
        package, written = split_descriptor(descriptor)
        installed, (real, spec, elsewhere) = _package(package), _wanted(written)
        if installed is not None and not elsewhere:
            yield Locked(ecosystem="npm", name=real or installed, alias=installed if real else None, version=resolved, spec=spec, at=at)


@lru_cache(1024)
def _package(text: str) -> Name | None:
    return name(text) if PACKAGE.fullmatch(text) else None


@lru_cache(4096)
def _wanted(written: str) -> tuple[Name | None, Version | None, bool]:
    """(the real package of an alias, the range, whether it is a folder or a patch of what is told anyway)."""
    if ":" in written and written.partition(":")[0] in ("workspace", "patch", "link", "portal", "file"):
        return None, None, True
    spec = parse_spec("", written)
    return name(spec.package) if spec.package else None, spec.declared, False
