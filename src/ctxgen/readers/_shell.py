"""The simple commands of a shell line, and the packages that they plainly install for a whole machine.

Sources: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html, https://pip.pypa.io/en/stable/cli/pip_install/,
https://docs.npmjs.com/cli/commands/npm-install.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement

from ctxgen.model import Ecosystem
from ctxgen.opaque import Name, Version, name, version

_PIECE = re.compile(
    r"(?P<redirection>\d{0,3}(?:>>?|<{1,3}-?)&?[ \t]*[^\s;&|<>()]*)"
    r"|(?P<word>(?:\\.|\"(?:\\.|[^\"\\])*\"|'[^']*'|\$\([^()]*\)|[^\s\"'\\;&|<>()]|[\"'])+)"
    r"|(?P<end>\n|;|&&|\|\|?|&|\(|\))",
    re.DOTALL,
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
_PREFIXES = {"sudo", "exec", "env", "time", "nice", "command", "then", "do", "else", "if", "!", "{"}

# Options without a value; behind any other one the next word may be its value, so it is no package.
_PIP_FLAGS = """
    --upgrade --no-cache-dir --no-cache --no-deps --no-dependencies --pre --quiet --user --system --force-reinstall --ignore-installed --reinstall --no-build-isolation
    --disable-pip-version-check --no-input --break-system-packages --no-index --prefer-binary --require-hashes --no-warn-script-location --no-compile --compile
    --compile-bytecode --isolated --verbose --use-pep517 --no-clean --native-tls --exact --refresh --no-python-downloads --managed-python --no-progress --no-config
    --offline --no-color --no-sources --strict --dry-run --force --include-deps --global --no-build
"""
_NPM_FLAGS = """
    --global --location=global --save --save-dev --save-exact --unsafe-perm --force --silent --quiet --production --legacy-peer-deps --ignore-scripts --verbose --prefer-offline
    --no-audit --no-fund --no-save --no-cache --no-optional --no-progress --no-package-lock --no-update-notifier --no-bin-links --no-lockfile --foreground-scripts
"""
_FLAGS = frozenset((*_PIP_FLAGS.split(), *_NPM_FLAGS.split()))
_SHORT_FLAGS = re.compile(r"-[UqvIgyDSEs]+")
_PIP_RANGE = re.compile(r"[\w.-]+\s*(?:\[[^\]]*\])?\s*\(?([^;@()]*)")
_NPM_PACKAGE = re.compile(r"((?:@[a-z0-9~][\w.~-]*/)?[A-Za-z0-9~][\w.~-]*)(?:@(.+))?")


class Word(NamedTuple):
    """A word of a command and its position in the text."""

    position: int
    text: str


class Package(NamedTuple):
    """A package that a command installs: its position, and the version as asked for."""

    position: int
    ecosystem: Ecosystem
    name: Name
    declared: Version | None
    extras: tuple[Name, ...]


def commands(text: str) -> Iterator[list[Word]]:
    """The words of every simple command, quotes removed; variable assignments and `sudo`-like prefixes are left out."""
    words: list[Word] = []
    for found in _PIECE.finditer(text):
        if found["end"]:
            if words:
                yield words
            words = []
        elif found["word"]:
            bare = re.sub(r"\\(.)|[\"']", lambda m: m[1] or "", found["word"], flags=re.DOTALL).strip()
            if bare and (words or not (bare in _PREFIXES or _ASSIGNMENT.fullmatch(bare))):
                words.append(Word(found.start(), bare))
    if words:
        yield words


def installed(words: list[Word]) -> Iterator[Package]:
    """The packages that a command installs by name: `pip install uwsgi==2.0`, `npm install -g pm2@5`."""
    texts = [word.text.rpartition("/")[2] if index == 0 else word.text for index, word in enumerate(words)]
    match texts:
        case ["uv", "pip" | "tool", "install", *_]:
            yield from _pip(words[3:])
        case [python, "-m", "pip", "install" | "wheel", *_] if re.fullmatch(r"python[\d.]*|py", python):
            yield from _pip(words[4:])
        case [pip, *rest] if re.fullmatch(r"pip[\d.]*|pipx", pip):
            verb = next((index for index, text in enumerate(rest) if not text.startswith("-")), None)
            if verb is not None and rest[verb] in ("install", "wheel"):
                yield from _pip(words[verb + 2 :])
        case ["npm" | "pnpm", *rest] if {"-g", "--global", "--location=global"} & set(rest) and {"install", "i", "add"} & set(rest):
            verb = min(rest.index(each) for each in ("install", "i", "add") if each in rest)
            yield from _npm(words[verb + 2 :])
        case ["yarn", "global", "add", *_]:
            yield from _npm(words[3:])


def _operands(words: list[Word]) -> Iterator[Word]:
    """The arguments that are no options and cannot be options' values."""
    skip = False
    for word in words:
        if word.text.startswith("-"):
            skip = "=" not in word.text and word.text not in _FLAGS and not _SHORT_FLAGS.fullmatch(word.text)
        elif skip:
            skip = False
        else:
            yield word


def _pip(words: list[Word]) -> Iterator[Package]:
    for word in _operands(words):
        if re.match(r"[./~*]|\$", word.text) or word.text.endswith((".whl", ".tar.gz", ".zip", ".txt")):
            continue
        # what is left of a version that a variable holds is none
        written = re.sub(r"(?:[=<>!~]=?=?|@)\s*\$.*", "", word.text, flags=re.DOTALL)
        try:
            asked = Requirement(written)
        except InvalidRequirement:
            continue
        stated = _PIP_RANGE.match(written)
        declared = version(stated[1]) if stated and asked.specifier else None
        yield Package(word.position, "pypi", name(asked.name), declared, tuple(sorted(name(extra) for extra in asked.extras)))


def _npm(words: list[Word]) -> Iterator[Package]:
    for word in _operands(words):
        if found := _NPM_PACKAGE.fullmatch(word.text):
            yield Package(word.position, "npm", name(found[1]), version(found[2]), ())
