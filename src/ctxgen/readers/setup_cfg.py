"""setup.cfg of setuptools.  Source: https://setuptools.pypa.io/en/latest/userguide/declarative_config.html."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Diagnostic, Group, Process, Project, Reference, Runtime
from ctxgen.opaque import Name, Opaque, name, version
from ctxgen.readers import Found, reads
from ctxgen.readers._ini import Option, options
from ctxgen.readers._pep508 import dependency, optional_group, parse_requirement
from ctxgen.tree import File

_MARKER = re.compile(r";\s*\(?(?:python_|sys_|platform_|os_name|implementation_|extra\b)")
_GROUPS: dict[str, Group] = {"install_requires": "main", "tests_require": "test", "setup_requires": "build"}


@reads("setup.cfg")
def read_setup_cfg(file: File) -> Iterator[Found]:
    """Project, Python version, dependencies, extras and console scripts."""
    stated: dict[tuple[str, str], Option] = {}
    for option in options(file.lines):
        key = option.key.replace("-", "_")
        stated.setdefault((option.section, key), option)
        if option.section == "options" and key == "python_requires":
            yield Runtime(name=name("Python"), version=version(option.text), at=file.at(option.line))
        elif option.section == "options" and key in _GROUPS:
            yield from _requirements(file, option, _GROUPS[key], None)
        elif option.section == "options.extras_require":
            yield from _requirements(file, option, *optional_group(option.key))
        elif option.section == "options.entry_points" and key in ("console_scripts", "gui_scripts"):
            for line, text in option.values:
                script, _, target = text.partition("=")
                if target:
                    yield Process(command=Opaque(target.strip()), owner=name(script), at=file.at(line))
    if named := stated.get(("metadata", "name")):
        release = stated.get(("metadata", "version"))
        yield Project(
            ecosystem="pypi",
            name=name(named.text),
            version=version(release.text) if release and ":" not in release.text else None,
            at=file.at(named.line),
        )


def _requirements(file: File, option: Option, group: Group, when: Name | None) -> Iterator[Found]:
    """A list of requirements, one a line or parted by semicolons that begin no marker, or a `file:` directive."""
    if directive := re.match(r"\s*file:\s*(.+)", option.text, re.DOTALL):
        for path in re.split(r"[,\n]", directive[1]):
            if path.strip():
                yield Reference(path.strip(), "read_requirements", file.at(option.line))
        return
    values = option.values
    if len(values) == 1 and values[0][0] == option.line and not _MARKER.search(option.text):
        values = [(option.line, part.strip()) for part in option.text.split(";") if part.strip()]
    for line, text in values:
        if "%(" in text:
            continue
        wanted = parse_requirement(text.rstrip(","))
        if wanted is None:
            yield Diagnostic(file.path, line, "bad-requirement", "info", "a requirement without a package's name")
        else:
            yield dependency(file, wanted, line, group, when)
