"""How the server ends: with its client, however that goes.

A client that goes away closes standard input, which ends the server.  Where another process holds the other end of that
pipe, the parent's death alone tells; and a thread that waits for input holds up an ordinary exit, so a signal ends at once.
"""

from __future__ import annotations

import os
import signal
import threading
import time

POLL = 0.5
"""Seconds between two looks at who the parent is."""


def end_with_parent() -> None:
    """End the process once its parent is another one than now, which is when that one has died."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(POLL)
        os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def end_at_signals() -> None:
    """End at once at an interrupt or a request to terminate, with the exit codes of the command line."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: os._exit(128 + received))
