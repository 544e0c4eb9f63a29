"""Every regular expression of the package on strings derived from its own structure: none may backtrack badly.

    python benchmarks/regexes.py [MODULE]

with the beginning of a module's name for the patterns of a part alone.

For every repetition of a pattern a text is made that matches up to it, goes on with what it repeats, and then fails.
`search` runs on it at 1,000, 2,000 and 4,000 repetitions; a pattern whose time grows by more than 2.6 at each doubling
is reported: 4 is quadratic (harmless on bounded lines), 8 and more never is.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support_hostile import attacks, patterns_of

import ctxgen

SIZES = (1_000, 2_000, 4_000)


class _TooLong(Exception):
    pass


def _stop(*_: object) -> None:
    raise _TooLong


def spent(pattern: re.Pattern[Any], text: str) -> float:
    """CPU seconds of one search, 3 where it takes longer."""
    subject: Any = text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text
    signal.setitimer(signal.ITIMER_VIRTUAL, 3)
    begun = time.process_time()
    try:
        pattern.search(subject)
    except _TooLong:
        return 3.0
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - begun


def worst(pattern: re.Pattern[Any]) -> tuple[float, float, str]:
    """(growth by doubling, seconds at 4,000, attack) of the slowest attack on a pattern."""
    found = (0.0, 0.0, "")
    for prefix, body, suffix in attacks(pattern):
        last = spent(pattern, prefix + body * SIZES[-1] + suffix)
        if last > max(0.004, found[1]):
            last = min(last, spent(pattern, prefix + body * SIZES[-1] + suffix))  # a busy machine makes one of them slow
            half = min(spent(pattern, prefix + body * SIZES[-2] + suffix) for _ in range(2))
            found = (last / max(half, 1e-4), last, f"{prefix[:40]!r} + {body[:20]!r} * n")
    return found


def main() -> int:
    signal.signal(signal.SIGVTALRM, _stop)
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    tried = quadratic = worse = 0
    for found in pkgutil.walk_packages(ctxgen.__path__, "ctxgen."):
        if found.name.endswith("__main__") or not found.name.startswith(only):
            continue
        for pattern in patterns_of(importlib.import_module(found.name)):
            tried += 1
            growth, seconds, attack = worst(pattern)
            if growth > 2.6:
                bad = growth > 6 or seconds >= 3
                quadratic, worse = quadratic + (not bad), worse + bad
                print(
                    f"{'BAD' if bad else 'quadratic':9} x{growth:4.1f} {seconds:6.3f} s {found.name} {str(pattern.pattern)[:90]!r} {attack}",
                    flush=True,
                )
    print(f"{tried} patterns, {quadratic} quadratic, {worse} worse")
    return 1 if worse else 0


if __name__ == "__main__":
    raise SystemExit(main())
