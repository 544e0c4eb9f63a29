"""Go templates of Helm made readable without rendering them: actions become placeholders or nothing, lines stay where they are.

`{{ .Values.image.tag }}` becomes `${Values.image.tag}`, which the resolve stage can look up; what needs rendering becomes `${template}`;
lines that hold nothing but actions become empty.  Sources: https://helm.sh/docs/chart_template_guide/, https://pkg.go.dev/text/template.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import MAX_NODES, Node, Unreadable, parse_yaml

UNKNOWN = "${template}"
_BRANCH = re.compile(r"\{\{-?\s*+(?:if|with|range)\b")
_END = re.compile(r"\{\{-?\s*+end\s*+-?\}\}")
_LONGEST = 2_000
"""Characters of an action."""
_CONTROL = re.compile(r"\s*+(?:if|else|end|range|with|define|block|break|continue|template|/\*|\$\w*\s*+:?=)")
_PATH = r"\$?\.(?:Values|Chart)\.[\w.]{1,100}"
_VALUE = re.compile(
    rf"\(?\s*+({_PATH})\s*+\)?(?:\s*+\|\s*+(?:default\s++\(?\s*+(?:\"([\w./:@-]{{0,100}})\"|([\w./:@-]{{1,100}}))\s*+\)?|quote|squote|toString|int|int64|trim|lower|toYaml))*"
)
_FUNCTION = re.compile(rf"(?:tpl|quote|squote|toString|int|int64|required\s++\"[^\"]*\")\s++\(?\s*+({_PATH})\s*+\)?(?:\s++\.|\s++\$)?")
_DEFAULT = re.compile(
    rf"default\s++(?:\"([\w./:@-]{{0,100}})\"|([\w./:@-]{{1,100}}))\s++\(?\s*+({_PATH})\s*+\)?(?:\s*+\|\s*+(?:quote|squote))*"
)
_NAMED = re.compile(
    r"\(?\s*+(?:include|template)\s++\"(?:(?!common\.)[\w-]++\.([\w-]++)\.|[\w./-]*?\.?)(?:full)?name\"\s++[.$]\s*+\)?(?:\s*+\|\s*+(?:quote|trunc\s++\d+|trimSuffix\s++\"-\"))*"
)
"""A chart's name, and that of one of the workloads beside it (`shop.redis.fullname`; a library's `common.names.fullname` is the chart's own)."""
_RELEASE = re.compile(r"\$?\.Release\.Name(?:\s*+\|\s*+(?:quote|trunc\s++\d+|trimSuffix\s++\"-\"))*")
_DOCUMENT = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)
_MAX_DOCUMENTS = 300


def is_template(data: bytes) -> bool:
    """Whether a file holds actions of a Go template."""
    return b"{{" in data


def documents(text: str) -> list[Node]:
    """The YAML documents of a template that can be parsed once its actions are taken out; the others are left out."""
    plain = _replaced("\n".join(map(_line, _blank_lines(text).split("\n"))))
    try:
        return parse_yaml(plain)
    except Unreadable:
        pass
    found: list[Node] = []
    starts = [0, *(mark.end() for mark in _DOCUMENT.finditer(plain))]
    for start, end in list(zip(starts, [*starts[1:], len(plain)], strict=True))[:_MAX_DOCUMENTS]:
        part = plain[start:end]
        try:
            parsed = parse_yaml(_DOCUMENT.sub("", part))
        except Unreadable:
            continue
        offset = plain.count("\n", 0, start)
        for node in parsed:
            _shift(node, offset)
            found.append(node)
    return found


def _shift(root: Node, offset: int) -> None:
    """Move the lines of a document; nodes that aliases share are moved once."""
    stack, seen = [root], set[int]()
    while stack and len(seen) < MAX_NODES:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        node.line += offset
        stack.extend(node.value.values() if isinstance(node.value, dict) else node.elements())


def _actions(text: str) -> Iterator[tuple[int, int]]:
    """Where each action begins and ends."""
    start = text.find("{{")
    while start >= 0:
        inside = start + (3 if text.startswith("-", start + 2) else 2)
        end = text.find("}}", inside)
        if end < 0:
            return
        if end <= inside + _LONGEST:
            yield start, end + 2
            start = text.find("{{", end + 2)
        else:
            start = text.find("{{", max(start + 1, end - _LONGEST - 3))


def _blank_lines(text: str) -> str:
    """The text without actions that fill whole lines, comments of several lines included."""
    out: list[str] = []
    line: list[tuple[str, bool]] = []
    """What stands between two ends of lines, and whether it is an action, which may have ends of lines of its own."""

    def ended() -> None:
        alone = not any("\n" in piece if action else piece.strip() for piece, action in line)
        out.extend("\n" * piece.count("\n") if action and (alone or "\n" in piece) else piece for piece, action in line)
        line.clear()

    position = 0
    for start, end in (*_actions(text), (len(text), len(text))):
        first, newline, rest = text[position:start].partition("\n")
        line.append((first + newline, False))
        if newline:
            ended()
            whole, newline, last = rest.rpartition("\n")
            out.append(whole + newline)
            line.append((last, False))
        line.append((text[start:end], True))
        position = end
    ended()
    return "".join(out)


def _line(line: str) -> str:
    """A line with what stands for each branch that begins and ends in it."""
    out, position = "", 0
    while (begun := _BRANCH.search(line, position)) is not None and (end := _END.search(line, begun.end())) is not None:
        out += line[position : begun.start()] + UNKNOWN
        position = end.end()
    return out + line[position:]


def _replaced(text: str) -> str:
    """A text with what stands for its actions."""
    out, position = list[str](), 0
    for start, end in _actions(text):
        out += text[position:start], _placeholder(text[start + 2 : end - 2].removeprefix("-"))
        position = end
    return "".join((*out, text[position:]))


def _placeholder(action: str) -> str:
    """What stands for an action inside a line."""
    said = action.strip().removesuffix("-").strip()
    if _CONTROL.match(said):
        return ""
    if value := _VALUE.fullmatch(said):
        default = value[2] or value[3]
        return _reference(value[1], default)
    if default_first := _DEFAULT.fullmatch(said):
        return _reference(default_first[3], default_first[1] or default_first[2])
    if function := _FUNCTION.fullmatch(said):
        return _reference(function[1], None)
    if named := _NAMED.fullmatch(said):
        return f"${{Chart.Name}}-{named[1]}" if named[1] else "${Chart.Name}"
    if _RELEASE.fullmatch(said):
        return "${Release.Name}"
    return UNKNOWN


def _reference(path: str, default: str | None) -> str:
    key = path.lstrip("$").removeprefix(".")
    plain = default and not default.startswith(".") and not re.fullmatch(r"true|false|nil", default)
    return f"${{{key}:-{default}}}" if plain else f"${{{key}}}"
