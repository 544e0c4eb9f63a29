"""Heroku's runtime.txt: `python-3.11.4`.  Source: https://devcenter.heroku.com/articles/python-runtimes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Fact, Runtime
from ctxgen.opaque import name, version
from ctxgen.readers import reads
from ctxgen.tree import File


@reads("runtime.txt")
def read_runtime_txt(file: File) -> Iterator[Fact]:
    """The Python version that a platform starts."""
    for number, line in enumerate(file.lines, 1):
        if found := re.fullmatch(r"\s*python-(\d[\w.]{0,20})\s*", line):
            yield Runtime(name=name("Python"), version=version(found[1]), source="version-file", at=file.at(number))
