"""Tools side by side: `python benchmarks/compare.py --labels FOLDER [--aliases FILE] [--runs N] WORK_TREE …`.

Runs those of the tools that are on PATH on each work tree and prints a Markdown table: seconds (median), characters of
what they print, how many of the labelled technologies a reader finds in it by name, and how many of their versions stand
close behind the name.  A label file `<name of the work tree>.json` has `technologies` with `name`, `version` and
`weight`; those that weigh `must` count.  The rule is one for all tools and generous: a text that holds a repository's
files names whatever these name.  docs/comparison.md tells the results.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

NEAR = 60
"""Characters behind a name within which its version counts as told."""
TOOLS = {
    "ctxgen": ["ctxgen", "{tree}", "-o", "{out}"],
    "ctxgen --detail full": ["ctxgen", "{tree}", "--detail", "full", "-o", "{out}"],
    "stack-analyser": ["stack-analyser", "{tree}", "--output", "{name}"],
    "repomix": ["repomix", "{tree}", "--output", "{out}"],
    "repomix --compress": ["repomix", "{tree}", "--compress", "--output", "{out}"],
    "gitingest": ["gitingest", "{tree}", "--output", "{out}"],
}


def run(command: list[str], tree: Path, runs: int) -> tuple[float, str]:
    """(median seconds, output) of a tool on a work tree; it runs in an empty folder."""
    seconds, text = [], ""
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder, "output.txt")
            began = time.perf_counter()
            subprocess.run(
                [part.format(tree=tree, out=out, name=out.name) for part in command],
                cwd=folder,
                check=True,
                capture_output=True,
                timeout=600,
            )
            seconds.append(time.perf_counter() - began)
            text = out.read_text(errors="replace")
    return median(seconds), text


def pattern(names: list[str]) -> re.Pattern[str]:
    """Any of the names as a word, case, blanks, dots and hyphens aside: `Spring Boot` is `spring-boot` and `SpringBoot`."""
    spelled = (r"[\s._-]?".join(map(re.escape, re.findall(r"[A-Za-z]+|\d+|[+#]+", name))) for name in names)
    return re.compile(r"(?<![A-Za-z0-9])(?:" + "|".join(sorted(spelled, key=len, reverse=True)) + r")(?![A-Za-z])", re.IGNORECASE)


def labelled(file: Path, groups: list[list[str]]) -> list[tuple[re.Pattern[str], str | None]]:
    """(names, version) of each technology that a context must name."""
    found = []
    for technology in json.loads(file.read_text())["technologies"]:
        if technology["weight"] == "must":
            said = technology["name"]
            own = [re.sub(r"\s*\([^)]*\)", "", said), *re.findall(r"\(([\w./ -]+)\)", said), *said.split(" / ")]
            lowered = {name.lower() for name in own}
            names = {*own, *(name for group in groups if lowered & {other.lower() for other in group} for name in group)}
            found.append((pattern(sorted(name for name in names if re.search("[A-Za-z]", name))), technology.get("version")))
    return found


def scored(text: str, labels: list[tuple[re.Pattern[str], str | None]]) -> tuple[int, int]:
    """How many technologies are named, and how many versions told."""
    named = sum(bool(names.search(text)) for names, _ in labels)
    versions = sum(
        any(re.search(rf"(?<![\d.]){re.escape(version.lstrip('^~>=<v '))}", text[m.end() : m.end() + NEAR]) for m in names.finditer(text))
        for names, version in labels
        if version
    )
    return named, versions


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--labels", type=Path, required=True)
    arguments.add_argument("--aliases", type=Path, help="a JSON list of lists of names of one thing")
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("trees", type=Path, nargs="+")
    given = arguments.parse_args()
    groups: list[list[Any]] = json.loads(given.aliases.read_text()) if given.aliases else []
    print("| repository | tool | seconds | characters | technologies named | versions told |\n| --- | --- | --- | --- | --- | --- |")
    for tree in given.trees:
        labels = labelled(given.labels / f"{tree.name}.json", groups)
        stated = sum(version is not None for _, version in labels)
        for tool, command in TOOLS.items():
            if shutil.which(command[0]) is None:
                print(f"| {tree.name} | {tool} | not installed | | | |")
                continue
            seconds, text = run(command, tree.resolve(), given.runs)
            named, versions = scored(text, labels)
            print(
                f"| {tree.name} | {tool} | {seconds:.2f} | {len(text):,} | {named} of {len(labels)} | {versions} of {stated} |", flush=True
            )


if __name__ == "__main__":
    main()
