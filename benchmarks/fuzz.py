"""Fuzz every reader: texts made of its format's statements, its patterns' own strings and arbitrary characters.

    python benchmarks/fuzz.py [SECONDS A READER] [--only NAME] [--seed N]

Prints inputs and failures per reader; a failure (anything but `Unreadable`) is printed with the input that made it.
Instrument the package with `atheris` where it is installed: `--atheris NAME` fuzzes one reader by coverage, until stopped.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support_hostile import UNITS, pieces, pumps, sample_path, with_contents

from ctxgen.documents import Unreadable
from ctxgen.readers import Reader, readers
from ctxgen.tree import File, Tree

SLOW = 0.5


def run(tree: Tree, reader: Reader, data: bytes) -> None:
    """One input; raises what the reader raises but `Unreadable`."""
    file = File(tree, sample_path(reader), reader.limit)
    file.__dict__["data"] = data
    try:
        for _ in reader.read(file):
            pass
    except Unreadable:
        pass


def seeds(reader: Reader) -> list[str]:
    """Real files of the fixtures for the reader, the format's pieces, and strings that its patterns match."""
    from ctxgen.readers import readers_for

    root = Path(__file__).parents[1] / "fixtures"
    found = [p for p in root.rglob("*") if p.is_file() and p.stat().st_size < 20_000]
    texts = [p.read_text(errors="replace") for p in found if reader in readers_for(p.relative_to(root).as_posix())][:60]
    return [*texts, *pieces(sample_path(reader)), *(make(20) for _, make in pumps(reader.read.__module__))]


def mutated(random_: random.Random, corpus: list[str], units: tuple[str, ...]) -> str:
    """A text of the corpus with some cuts, insertions, repetitions, swaps and splices."""
    text = random_.choice(corpus)
    for _ in range(random_.randint(1, 8)):
        place = random_.randint(0, len(text))
        end = min(len(text), place + random_.randint(0, 30))
        match random_.randint(0, 5):
            case 0:
                text = text[:place] + text[end:]
            case 1:
                text = text[:place] + random_.choice(units) * random_.choice((1, 1, 2, 60)) + text[place:]
            case 2:
                text = text[:place] + text[place:end] * random_.randint(2, 5) + text[end:]
            case 3:
                text = text[:place] + random_.choice(corpus)[:400] + text[end:]
            case 4:
                text = (
                    text[:place]
                    + chr(random_.choice((0, 9, 13, 34, 39, 92, 0xA0, 0xFEFF, 0xD800, 0x10FFFF, random_.randint(32, 0x2FFF))))
                    + text[end:]
                )
            case 5:
                text = text[:place]
    return text[:20_000]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float, nargs="?", default=20.0)
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", default="")
    arguments = parser.parse_args()
    tree = Tree(Path(tempfile.mkdtemp()))
    if arguments.atheris:
        import atheris

        atheris.instrument_all()
        atheris.Setup(sys.argv[:1], lambda data: run(tree, readers()[arguments.atheris], data))
        atheris.Fuzz()
    total = failures = 0
    for reader in readers().values():
        if arguments.only not in reader.name:
            continue
        random_ = random.Random(f"{arguments.seed} {reader.name}")
        corpus, inputs, failed, slow = seeds(reader) or [""], 0, set(), 0.0
        units = (*UNITS, *pieces(sample_path(reader)))
        ends = time.monotonic() + arguments.seconds
        while time.monotonic() < ends:
            text = with_contents(reader, mutated(random_, corpus, units))
            begun = time.process_time()
            try:
                run(tree, reader, text.encode("utf-8", "surrogatepass"))
            except Exception as error:
                frame = traceback.extract_tb(error.__traceback__)[-1]
                place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
                if place not in failed:
                    failed.add(place)
                    print(f"  {reader.name}: {place}: {text!r}"[:3000], flush=True)
            spent = time.process_time() - begun
            if spent > max(SLOW, slow):
                print(f"  {reader.name}: {spent:.2f} s for {len(text)} characters: {text[:200]!r}", flush=True)
            slow = max(slow, spent)
            inputs += 1
        total += inputs
        failures += len(failed)
        print(f"{reader.name:28} {inputs:8} inputs {len(failed):3} failures, slowest {slow:.3f} s", flush=True)
    print(f"{total} inputs, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
