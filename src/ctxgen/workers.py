"""Work handed to another process, where that pays: on large repositories, on machines with more than one core.

A process is forked, so it starts with everything that is known already and costs some milliseconds.  It hands back
bytes; where it could not, the caller does the work itself.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable

MAX_WORKERS = 4


def processors() -> int:
    """How many processes may work at once: the cores that this one may use, 1 where forking is not safe or not there."""
    if not hasattr(os, "fork") or threading.current_thread() is not threading.main_thread():
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MAX_WORKERS)


class Worker:
    """A process that does a job: what the job returns is what `result` returns, None where it failed."""

    def __init__(self, job: Callable[[], bytes]) -> None:
        self._reading, writing = os.pipe()
        try:
            self._process = os.fork()
        except OSError:  # no process to be had
            os.close(writing)
            self._process = 0
            return
        if self._process == 0:
            _work(job, writing)
        os.close(writing)

    def result(self) -> bytes | None:
        """Wait for the job's end."""
        parts = []
        while part := os.read(self._reading, 1 << 20):
            parts.append(part)
        return b"".join(parts) if self._ended() == 0 else None

    def stop(self) -> None:
        """End the job whatever it does.  Harmless where it has ended."""
        if self._process:
            with contextlib.suppress(OSError):
                os.kill(self._process, signal.SIGKILL)
            self._ended()

    def _ended(self) -> int:
        os.close(self._reading)
        process, self._process = self._process, 0
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) if process else 1


def _work(job: Callable[[], bytes], writing: int) -> None:
    """The other process: it ends here, without a word, whatever happens."""
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        made = memoryview(job())
        while made:
            made = made[os.write(writing, made) :]
        status = 0
    except BaseException:  # an interruption too: the one who waits tells it
        pass
    finally:
        os._exit(status)
