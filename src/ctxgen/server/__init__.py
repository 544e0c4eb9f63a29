"""`ctxgen mcp`: the context of one folder, served over the Model Context Protocol.

Source: https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

import os
from pathlib import Path

from ctxgen.server import lifetime

INSTALL = "pip install 'mcp>=2,<3'"
"""What brings the official SDK; the extra `mcp` of ctxgen asks for the same."""


class CannotServe(Exception):
    """There is no SDK, or the folder is not one to serve; the message is fixed text for one line."""


def serve(root: Path) -> None:
    """Answer on standard input and output until the client goes away.  Raises `CannotServe`."""
    if too_wide(root):
        raise CannotServe("mcp serves one repository, not `/`, the home folder or a folder that holds it: name the repository's folder")
    lifetime.end_at_signals()
    lifetime.end_with_parent()  # before the SDK is imported, which takes half a second: the parent must still be the one that asked
    try:
        from ctxgen.server import protocol
    except ImportError:
        raise CannotServe(f"`ctxgen mcp` needs the official MCP SDK, version 2: {INSTALL}") from None
    protocol.make(Path(os.path.realpath(root))).run("stdio")


def too_wide(root: Path) -> bool:
    """Whether a folder is the root of the file system, the home folder, or holds the home folder."""
    real = Path(os.path.realpath(root))
    try:
        home = Path(os.path.realpath(Path.home()))
    except RuntimeError:  # no home is known
        home = real.parent
    return real == Path(real.anchor) or home.is_relative_to(real)
