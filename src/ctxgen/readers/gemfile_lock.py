"""Gemfile.lock: the resolved gems, the Ruby version and Bundler's own.  Source: https://github.com/rubygems/rubygems/blob/master/bundler/lib/bundler/lockfile_parser.rb."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Fact, Locked, Runtime
from ctxgen.opaque import Name, Version, name, version
from ctxgen.readers import reads
from ctxgen.tree import LOCK_LIMIT, File

_SPEC = re.compile(r" {4}([\w.-]{1,100}) \(([^()\s]{1,80})\)")
_RUBY = re.compile(r"\s+ruby (\d[\w.]{0,20}?)(?:p\d{1,5})?\s*")
_SOURCES = {"GEM", "GIT", "PATH", "PLUGIN SOURCE"}


@reads("Gemfile.lock", "gems.locked", "*.gemfile.lock", "Gemfile.*.lock", limit=LOCK_LIMIT)
def read_gemfile_lock(file: File) -> Iterator[Fact]:
    """Every gem with its version once (platform variants have the same), Ruby and Bundler."""
    section = ""
    seen: set[tuple[Name, Version]] = set()
    for number, written in enumerate(file.lines, 1):
        if written[:1].isupper():
            section = written.strip()
        elif section in _SOURCES and (found := _SPEC.fullmatch(written.rstrip()[:300])):
            # a platform may follow the version: 1.18.3-x86_64-linux
            gem, stated = name(found[1]), version(re.split(r"-(?=[a-z])", found[2], maxsplit=1)[0])
            if stated and (gem, stated) not in seen:
                seen.add((gem, stated))
                yield Locked(ecosystem="rubygems", name=gem, version=stated, at=file.at(number))
        elif section == "RUBY VERSION" and (found := _RUBY.fullmatch(written[:100])):
            yield Runtime(name=name("Ruby"), version=version(found[1]), source="lock", at=file.at(number))
        elif section == "BUNDLED WITH" and (stated := version(written or None)):
            yield Locked(ecosystem="rubygems", name=name("bundler"), version=stated, at=file.at(number))
