"""The block between its markers in a file: found, read and replaced, with everything around it left as it is.

```markdown
<!-- ctxgen:begin --budget 800 -->
…
<!-- ctxgen:end -->
```

A marker stands alone on its line, outside fenced code.  The begin marker keeps the options that the block was told with, so that
a check tells it the same way.  The file is input of the repository: only known options of known types are taken from it.
"""

from __future__ import annotations

import re

from msgspec import Struct
from msgspec.structs import replace

from ctxgen.configuration import DETAILS
from ctxgen.render.budget import SMALLEST
from ctxgen.render.outline import SECTIONS
from ctxgen.render.telling import LARGEST, Telling

BEGIN, END = "<!-- ctxgen:begin", "<!-- ctxgen:end -->"
FORMATS = ("markdown", "issue", "xml", "text")
"""The formats that a block can be kept in: JSON is for programs."""
_BEGIN = re.compile(r"\ufeff?(?P<indent>[ \t]{0,40})<!-- ctxgen:begin(?P<options>(?: [ -~]{1,200})?) ?-->[ \t]*\r?")
_END = re.compile(r"\ufeff?[ \t]{0,40}<!-- ctxgen:end ?-->[ \t]*\r?")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


class MarkerError(Exception):
    """What is wrong with the markers of a file: a line (None for the whole file) and words for the user."""

    def __init__(self, line: int | None, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


class Options(Struct, frozen=True):
    """How a kept block is told.  `per_component`: an overview at the root, and a block beside the code of each component."""

    telling: Telling = Telling()
    per_component: bool = False

    def over(self, kept: Options) -> Options:
        """These options where they say something, else those that are kept."""
        mine, theirs = self.telling, kept.telling
        narrower = mine.budget is None and mine.detail is not None  # a level of detail that is asked for is not cut to a kept budget
        return Options(
            Telling(
                format=mine.format or theirs.format,
                budget=mine.budget if mine.budget is not None or narrower else theirs.budget,
                detail=mine.detail or theirs.detail,
                sections=mine.sections or theirs.sections,
                evidence=mine.evidence and theirs.evidence,
                diagram=mine.diagram or theirs.diagram,
            ),
            self.per_component or kept.per_component,
        )

    def written(self) -> str:
        """The options as the begin marker has them, each with a blank before it."""
        telling = self.telling
        said = [f"--format {telling.format}"] if telling.format not in (None, "markdown") else []
        said += [f"--budget {telling.budget}"] if telling.budget is not None else []
        said += [f"--detail {telling.detail}"] if telling.detail else []
        said += [f"--sections {','.join(telling.sections)}"] if telling.sections else []
        flags = {"--no-evidence": not telling.evidence, "--diagram": telling.diagram, "--per-component": self.per_component}
        return "".join(f" {option}" for option in [*said, *(flag for flag, given in flags.items() if given)])


class Kept(Struct, frozen=True):
    """A file with a block: what stands before and after the lines of the block and its markers, and how they are written."""

    before: str
    after: str
    options: Options
    indent: str = ""
    newline: str = "\n"


def find(text: str) -> Kept | None:
    """The block of a file's text (line ends as they are), None where there is none.  Raises `MarkerError`."""
    begins: list[tuple[int, re.Match[str]]] = []
    ends: list[int] = []
    fence = ""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        found = _FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence) and not line[found.end() :].strip():
            fence = ""
        elif not fence and (begin := _BEGIN.fullmatch(line)):
            begins.append((index, begin))
        elif not fence and _END.fullmatch(line):
            ends.append(index)
    if len(begins) > 1 or len(ends) > 1:
        again = begins[1][0] if len(begins) > 1 else ends[1]
        raise MarkerError(again + 1, "the marker stands here again: a file keeps one block")
    if begins and not ends:
        raise MarkerError(begins[0][0] + 1, f"a block begins here, and `{END}` is missing")
    if ends and (not begins or ends[0] < begins[0][0]):
        raise MarkerError(ends[0] + 1, f"a block ends here, and `{BEGIN} -->` is missing before it")
    if not begins:
        return None
    (first, match), last = begins[0], ends[0]
    return Kept(
        "".join(f"{line}\n" for line in lines[:first]) + ("\ufeff" if match[0].startswith("\ufeff") else ""),
        "\r" * lines[last].endswith("\r") + "".join(f"\n{line}" for line in lines[last + 1 :]),
        _options(match["options"], first + 1),
        match["indent"],
        "\r\n" if match[0].endswith("\r") else "\n",
    )


def appended(text: str) -> Kept:
    """Where a first block goes: behind everything else, an empty line between.  Raises `MarkerError`."""
    if find(f"{text}\n{BEGIN} -->\n{END}") is None:
        raise MarkerError(text.count("\n") + 1, "the file ends within fenced code, where no block can stand")
    newline = "\r\n" if "\r\n" in text else "\n"
    gap = "" if text in ("", "\ufeff") else newline if text.endswith("\n") else newline * 2
    return Kept(text + gap, newline, Options(), newline=newline)


def write(kept: Kept, options: Options, block: str) -> str:
    """The file's text with a block in the place of the old one."""
    lines = [f"{BEGIN}{options.written()} -->", *block.rstrip("\n").split("\n"), END]
    return kept.before + kept.newline.join(kept.indent + line if line else "" for line in lines) + kept.after


def _options(written: str, line: int) -> Options:
    """The options of a begin marker.  Raises `MarkerError` for anything but known options of known types."""
    words = written.split()
    telling, per_component = Telling(), False
    while words:
        option = words.pop(0)
        if option == "--no-evidence":
            telling = replace(telling, evidence=False)
        elif option == "--diagram":
            telling = replace(telling, diagram=True)
        elif option == "--per-component":
            per_component = True
        else:
            value = words.pop(0) if words else ""
            if option == "--format" and value in FORMATS:
                telling = replace(telling, format=value)
            elif option == "--detail" and value in DETAILS:
                telling = replace(telling, detail=value)
            elif option == "--budget" and re.fullmatch("[0-9]{3,7}", value) and SMALLEST <= int(value) <= LARGEST:
                telling = replace(telling, budget=int(value))
            elif option == "--sections" and all(word in SECTIONS for word in value.split(",")):
                telling = replace(telling, sections=tuple(value.split(",")))
            else:
                raise MarkerError(line, "the marker has an option, or a value of one, that a kept block does not know")
    return Options(telling, per_component)
