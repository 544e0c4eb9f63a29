"""`python -m ctxgen` and the `ctxgen` script: the shortest way to `--version`, everything else to the CLI."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; `--version` alone is answered before anything is imported."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from ctxgen import __version__

        print(f"ctxgen {__version__}")
        return
    from ctxgen.cli import run

    run()


if __name__ == "__main__":
    # `python -m` looks for modules in the working folder first: a repository's `typer.py` must not be one
    if not sys.flags.safe_path and sys.path[0] == os.getcwd():
        del sys.path[0]
    main()
