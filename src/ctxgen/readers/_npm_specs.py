"""What stands behind a package's name in a package.json or a lock file: ranges, aliases, protocols.

Sources: https://docs.npmjs.com/cli/v11/configuring-npm/package-json#dependencies, https://yarnpkg.com/protocols,
https://pnpm.io/workspaces, https://pnpm.io/catalogs, https://jsr.io/docs/npm-compatibility.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from ctxgen.facts import join_path
from ctxgen.opaque import Name, Version, looks_secret, name, version

PACKAGE = re.compile(r"@[\w.~-]{1,100}/[\w.~-]{1,150}|[\w~-][\w.~-]{0,200}")
_RANGE = re.compile(r"[\^~<>=]*\s*[vV]?\d.*|[\^~*xX]|latest|next|")


class Spec(NamedTuple):
    """A package as asked for: its real name, the range, the folder that it lies in, the catalogue that has the range."""

    package: str
    declared: Version | None = None
    path: str | None = None
    catalog: Name | None = None


def split_descriptor(text: str) -> tuple[str, str]:
    """`@scope/name@range` as (name, range); the range is empty where there is none."""
    package, _, rest = text[1:].partition("@")
    return text[:1] + package, rest


def parse_spec(package: str, written: str, folder: str = "") -> Spec:
    """What `"package": "written"` in a manifest of `folder` asks for.  URLs and git addresses give no version."""
    written = written.strip()
    protocol, colon, rest = written.partition(":")
    if not colon:
        return Spec(package, path=inside(folder, written)) if written.startswith((".", "~/", "/")) else Spec(package, version(written))
    match protocol:
        case "npm" | "jsr" if _RANGE.fullmatch(rest):
            return Spec(package, version(rest))
        case "npm" | "jsr":
            real, wanted = split_descriptor(rest)
            return Spec(real if PACKAGE.fullmatch(real) else package, version(wanted))
        case "workspace" if rest.startswith("."):
            return Spec(package, path=inside(folder, rest))
        case "workspace":
            real, wanted = split_descriptor(rest) if re.match(r"@?[A-Za-z]", rest) else (package, rest)
            return Spec(real if PACKAGE.fullmatch(real) else package, None if wanted in ("*", "^", "~", "") else version(wanted))
        case "file" | "link" | "portal":
            return Spec(package, path=None if re.search(r"\.(?:tgz|tar|tar\.gz)$", rest) else inside(folder, rest.partition("#")[0]))
        case "patch":
            inner = unquote(rest.partition("#")[0])
            return parse_spec(*split_descriptor(inner), folder) if PACKAGE.fullmatch(split_descriptor(inner)[0]) else Spec(package)
        case "catalog":
            return Spec(package, catalog=catalog_name(rest))
        case _:
            return Spec(package)


def catalog_name(written: str) -> Name:
    """The name of a catalogue as `Managed.when` and `Dependency.managed_by` hold it: `catalog:` for the default one."""
    return name(f"catalog:{'' if written.strip() == 'default' else written.strip()}")


def inside(folder: str, relative: str) -> str | None:
    """A folder that a manifest names, relative to the root; None where it leaves the repository or is not fit to be shown."""
    path = join_path(folder, relative.removeprefix("//"))
    return path if path is not None and name(path) == path and not looks_secret(path) else None
