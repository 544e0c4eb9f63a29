"""Which files paths of Rust lead to: modules of a crate, and the crates of a workspace.

Source: https://doc.rust-lang.org/reference/items/modules.html.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from ctxgen.facts import folder_of
from ctxgen.model import Project
from ctxgen.source.languages import Sources

_ROOTS = ("lib.rs", "main.rs")
_EXTRACTOR = re.compile(
    rb"\bimpl\b[^{};]{0,200}?\b(?:From|Optional)?(?:FromRequest(?:Parts)?|FromData|Extractible)\b(?:<[^{};]{0,120}?>)?[ \t\r\n]{1,20}for[ \t\r\n]{1,20}(?:&?[\w:]{0,60}::)?(\w{1,60})"
)

_LONGEST, _MOST = 10_000, 1_000
"""How much is kept of how a type is taken from a request, and of how many types."""
_REFUSES = re.compile(rb"\bErr\(|ok_or|\?[;.)\n]|Failure|Error\(|Forward")

_CREDENTIALS = re.compile(rb"(?i)\bauthorization\b|\bbearer\b|\bcookies?\b|\bclaims\b|\bsession\b|x-api-key|api_key")
_UNAUTHORIZED = re.compile(
    rb"(?i)unauthori[sz]ed|unauthenticated|forbidden|\b40[13]\b|(?:invalid|missing|no|bad|expired)[_ ]?(?:access[_ ])?(?:token|credential|auth|session|claim|api[_ ]?key)"
)
_ASKED = re.compile(
    rb"(?:try_outcome!\([ \t\r\n]{0,40}(\w{1,60})::from_request\(|\b(\w{1,60})(?:::<[^;{}]{0,60}>)?::from_request(?:_parts)?\([^;{}]{0,120}\)(?:\.await)?(?:\.map_err\([^;{}]{0,120}\))?\?)"
)
"""A type that another one is taken with, so that what refuses it refuses this one."""

_SCHEME = re.compile(
    rb"#\[derive\([^()\]]{0,200}\bSecurityScheme\b[^()\]]{0,200}\)\](?:[ \t\r\n]{0,20}+#\[(?:[^\[\]]|\[[^\[\]]{0,100}+\]){0,300}+\]){0,5}+[ \t\r\n]{0,20}+(?:pub(?:\([\w:]{1,20}\))?[ \t]{1,4})?(?:struct|enum)[ \t]{1,4}(\w{1,60})"
)


class RustResolver:
    """Modules by path: `crate::api::users`, `super::auth`, `orders` for a module below or a crate of the workspace."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._files = frozenset(sources.paths)
        self._crates: dict[str, str] = {}
        self._folders: set[str] = set()
        for fact in sources.facts.of(Project):
            if fact.ecosystem == "cargo":
                folder = folder_of(fact.at.path)
                self._folders.add(folder)
                if fact.name:
                    self._crates.setdefault(str(fact.name).replace("-", "_"), folder)

    def module(self, path: str, module: str) -> Sequence[str]:
        """The file of a module."""
        first, *rest = module.split("::") if module else [""]
        inside = _inside(path)
        match first:
            case "crate":
                return self._below(self._root(path, rest), rest)
            case "self":
                return self._below(inside, rest) if rest else [path]
            case "super":
                folder = folder_of(inside)
                while rest and rest[0] == "super":
                    folder, rest = folder_of(folder), rest[1:]
                return self._below(folder, rest)
        if found := self._below(inside, [first, *rest]):
            return found
        if (crate := self._crates.get(first)) is not None:
            return self._below(_under(crate, "src"), rest)
        return []

    def defining(self, path: str, name: str) -> Sequence[str]:
        """Names are imported in Rust: none."""
        return ()

    @cached_property
    def _implementations(self) -> dict[str, bytes]:
        """How the repository takes its own types from a request: `impl FromRequestParts<S> for Claims { … }`."""
        found: dict[str, bytes] = {}
        for path in self._sources.paths:
            data = self._sources.data(path)
            if b"FromRequest" in data or b"FromData" in data or b"Extractible" in data:
                for match in _EXTRACTOR.finditer(data):
                    last = min(len(data), match.end() + _LONGEST)
                    end = data.find(b"\n}", match.end(), last)
                    found[match[1].decode("ascii", "replace")] = data[match.end() : end if end > 0 else last]
                    if len(found) >= _MOST:
                        return found
        return found

    @cached_property
    def extractors(self) -> dict[str, bool]:
        """The types that the repository takes from a request itself, and whether what it does may refuse one."""
        return {each: _REFUSES.search(body) is not None for each, body in self._implementations.items()}

    @cached_property
    def signing_in(self) -> frozenset[str]:
        """Those that refuse a request without valid credentials: by what they read and say, or since they are taken with one that does."""
        asked = {each: {(a or b).decode() for a, b in _ASKED.findall(body)} for each, body in self._implementations.items()}
        found = {
            each
            for each, body in self._implementations.items()
            if _CREDENTIALS.search(body) is not None and _UNAUTHORIZED.search(body) is not None
        }
        while more := {each for each, others in asked.items() if each not in found and not found.isdisjoint(others)}:
            found |= more
        return frozenset(found)

    @cached_property
    def schemes(self) -> frozenset[str]:
        """The types that poem-openapi takes from a request's credentials (`#[derive(SecurityScheme)] struct Key(ApiKey)`)."""
        found: set[str] = set()
        for path in self._sources.paths:
            data = self._sources.data(path)
            if b"SecurityScheme" in data:
                found |= {match.decode("ascii", "replace") for match in _SCHEME.findall(data)}
        return frozenset(found)

    def _root(self, path: str, rest: Sequence[str]) -> str:
        """The folder of the crate that a file is in."""
        folder = folder_of(path)
        while folder and folder not in self._folders:
            if any(_under(folder, root) in self._files for root in _ROOTS) and not rest:
                break
            if any(_under(folder, root) in self._files for root in _ROOTS) and self._below(folder, rest):
                break
            folder = folder_of(folder)
        return _under(folder, "src") if folder in self._folders else folder

    def _below(self, folder: str, rest: Sequence[str]) -> list[str]:
        """The file of the module `rest` below the folder of another."""
        whole = "/".join(part for part in (folder, *rest) if part)
        candidates = [f"{whole}.rs", f"{whole}/mod.rs"] if whole else []
        if not rest:
            candidates = [_under(whole, root) for root in _ROOTS] + candidates
        return next(([each] for each in candidates if each in self._files), [])


def _inside(path: str) -> str:
    """The folder of the modules below a file."""
    folder, last = folder_of(path), path.rpartition("/")[2]
    if last in (*_ROOTS, "mod.rs", "build.rs") or folder.rpartition("/")[2] == "bin":
        return folder
    return _under(folder, last.removesuffix(".rs"))


def _under(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
