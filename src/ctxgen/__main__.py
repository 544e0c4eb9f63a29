"""`python -m ctxgen` and the `ctxgen` script: the shortest way to `--version`, everything else to the CLI."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; `--version` alone is answered before anything is imported."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from ctxgen import __version__

        try:
            print(f"ctxgen {__version__}", flush=True)
        except BrokenPipeError:  # nobody reads; keep the interpreter from flushing into the closed pipe again
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    from ctxgen.cli import run

    run()


if __name__ == "__main__":
    # `python -m` looks for modules in the working folder first: a repository's `typer.py` must not be one
    if not sys.flags.safe_path and sys.path[0] == os.getcwd():
        del sys.path[0]
    main()
