"""Services of s6 in an image: s6-rc and the older s6-overlay layout.

Sources: https://skarnet.org/software/s6-rc/s6-rc-compile.html, https://github.com/just-containers/s6-overlay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Process
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.tree import SOURCE_LIMIT, File

_EXEC = re.compile(
    r"\s*(?:exec\s+)?(?:(?:s6-setuidgid|s6-softlimit|s6-envuidgid|s6-notifyoncheck|with-contenv|su-exec|gosu)\s+(?:-\S+\s+)*(?:[\w.$\"{}-]+\s+)?)*(.*)"
)
_TITLE = re.compile(r"(?:svc-|service-)?([A-Za-z][\w.-]{0,60})")
_PREPARES = re.compile(r"(?:init|cont-init|prepare|setup|oneshot|log|migrat)\w*(?:-.*)?|.*-(?:log|prepare|pipeline)|user\d*|base")


@reads("**/s6-rc.d/*/run", "**/s6-overlay/*/run", "**/services.d/*/run", "**/etc/services/*/run", limit=SOURCE_LIMIT)
def read_s6_run(file: File) -> Iterator[Process]:
    """The command that a service's `run` becomes: what its last `exec` starts, else its last line."""
    title = _TITLE.fullmatch(file.folder.rpartition("/")[2])
    if title is None or _PREPARES.fullmatch(title[1]):
        return
    last: tuple[int, str] | None = None
    for number, line in enumerate(file.lines, 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#") or stripped in ("fi", "done", "else", "}"):
            continue
        found = _EXEC.fullmatch(stripped[:2_000])
        if found is not None and found[1] and (stripped.startswith("exec") or last is None or not last[1].startswith("exec")):
            last = (number, stripped[:2_000])
    if last is not None and (found := _EXEC.fullmatch(last[1])) is not None:
        yield Process(command=Opaque(found[1]), owner=name(title[1]), daemon=True, at=file.at(last[0]))
