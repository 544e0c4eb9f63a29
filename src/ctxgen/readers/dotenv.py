"""Environment files: .env and its variants and templates, what compose's `env_file` names, direnv's .envrc.

Sources: https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax,
https://saurabh-kumar.com/python-dotenv/reference/, https://direnv.net/man/direnv-stdlib.1.html.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from ctxgen.model import Diagnostic, Variable
from ctxgen.opaque import Name, Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._lines import numbering
from ctxgen.readers._variants import environment
from ctxgen.tree import File

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,119}")
_SHELL_KEY = re.compile(r"[A-Za-z_]\w{0,119}", re.ASCII)
# `KEY: value`, and what stands in no valid quotes: Docker takes the rest of the line as it is
_LOOSE = re.compile(r"[^\S\n]*(?:export[^\S\n]+)?([A-Za-z_][A-Za-z0-9_.-]{0,119})[^\S\n]{0,20}(?:=|:[^\S\n])([^\n]*)")
_OTHERS = """
    ts js mjs cjs tsx jsx py rb go java kt cs php rs sh ps1 json json5 yml yaml toml xml html md mdx rst txt patch diff j2 erb tpl tmpl snap
    vault enc gpg age asc keys nix tf lock svg png
"""
_NOT_ENVIRONMENT = tuple(f"*.{suffix}" for suffix in _OTHERS.split())
_PATTERNS = """
    .env .env.* .env-* .env_* *.env *.env.* .envrc .flaskenv env.example env-example* env.example.* env.sample* env.template* env.dist env.default*
    env.*.example example.env sample.env
"""


_TEMPLATE = re.compile(r"(?:^|[._-])(?:example|sample|template|dist|defaults?)(?:[._-]|$)")
_OFFERED = re.compile(r"^[^\S\n]{0,8}#{1,2}[^\S\n]{0,2}(?:export[^\S\n]{1,4})?([A-Z][A-Z0-9_]{2,99})=", re.MULTILINE)
"""An assignment that is commented out, not a sentence that quotes one."""


@reads(*_PATTERNS.split(), excludes=_NOT_ENVIRONMENT)
def read_dotenv(file: File) -> Iterator[Variable | Diagnostic]:
    """Every variable with the line of its name; one diagnostic for the first line that says nothing."""
    from dotenv.parser import parse_stream

    shell = file.name == ".envrc"
    when = environment(_label(file.name))
    broken: int | None = None
    told: set[str] = set()
    label = name(when) if when else None
    for binding in parse_stream(io.StringIO(file.text)):
        original = binding.original.string
        line = binding.original.line + original[: len(original) - len(original.lstrip())].count("\n")
        entries = [(line, binding.key, binding.value)]
        if binding.error or (binding.key is not None and not _KEY.fullmatch(binding.key)):
            # an unclosed quote takes the lines behind it along
            entries = []
            for number, text in enumerate(original.strip("\n").split("\n"), line):
                if loose := _LOOSE.match(text):
                    entries.append((number, loose[1], loose[2].strip()))
                elif text.strip() and not text.lstrip().startswith("#"):
                    broken = broken or number
        for number, key, value in entries:
            if key is not None:
                told.add(key)
            if key is not None and not (shell and (value is None or not _SHELL_KEY.fullmatch(key))):
                yield Variable(
                    name=name(key), value=None if value is None else Opaque(value), source="dotenv", at=file.at(number), when=label
                )
    if _TEMPLATE.search(file.name):
        yield from _offered(file, told, label)
    if broken is not None and not shell:
        yield Diagnostic(
            path=name(file.path), line=broken, code="parse-error", severity="info", message="lines that are not NAME=value were left out"
        )


def _offered(file: File, told: set[str], label: Name | None) -> Iterator[Variable]:
    """The variables that a template offers commented out: optional ones, each once; what stands behind the sign is an example."""
    line_of = numbering(file.text)
    for found in _OFFERED.finditer(file.text):
        if found[1] not in told:
            told.add(found[1])
            yield Variable(name=name(found[1]), required=False, source="dotenv", at=file.at(line_of(found.start(1))), when=label)


def _label(filename: str) -> str:
    """What a file's name says besides being an environment file: `test` of `.env.test.local` and of `test.env`."""
    words = re.split(r"[._-]+", filename.lower())
    # `.env.local` is what every developer overrides, not an environment of its own
    return ".".join(
        word for word in words if word not in ("", "env", "local", "example", "sample", "template", "dist", "default", "defaults")
    )
