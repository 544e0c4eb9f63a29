"""Cargo.lock and rust-toolchain.  Sources: https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html, https://rust-lang.github.io/rustup/overrides.html."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Locked, Runtime
from ctxgen.opaque import name, version
from ctxgen.readers import reads
from ctxgen.tree import LOCK_LIMIT, File

_FIELD = re.compile(r'(name|version) = "([^"\\]{1,120})"\s*')


@reads("Cargo.lock", limit=LOCK_LIMIT)
def read_cargo_lock(file: File) -> Iterator[Locked]:
    """The resolved crates, line by line: Cargo writes one field a line, and these files are large."""
    crate, line = "", 0
    for number, written in enumerate(file.lines, 1):
        if written.startswith("["):
            crate = ""
        elif found := _FIELD.fullmatch(written[:200]):
            if found[1] == "name":
                crate, line = found[2], number
            elif crate and (stated := version(found[2])):
                yield Locked(ecosystem="cargo", name=name(crate), version=stated, at=file.at(line))


@reads("rust-toolchain", "rust-toolchain.toml")
def read_rust_toolchain(file: File) -> Iterator[Runtime]:
    """The channel: a version, or a name with or without a date; the target behind it is left out."""
    plain = [(number, text.strip()) for number, text in enumerate(file.lines, 1) if text.strip() and not text.lstrip().startswith("#")]
    if file.name == "rust-toolchain" and len(plain) == 1 and "=" not in plain[0][1] and not plain[0][1].startswith("["):
        line, written = plain[0]
    else:
        channel = file.toml().get("toolchain", "channel")
        line, written = (channel.line, channel.text or "") if channel else (1, "")
    found = re.match(r"(?:\d+(?:\.\d+){0,2}(?:-beta(?:\.\d+)?)?|stable|beta|nightly)(?:-\d{4}-\d{2}-\d{2})?(?=-|$)", written)
    if found and (stated := version(found[0])):
        yield Runtime(name=name("Rust"), version=stated, source="version-file", at=file.at(line))
