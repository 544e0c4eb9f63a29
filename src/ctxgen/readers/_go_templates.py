"""Go templates of Helm made readable without rendering them: actions become placeholders or nothing, lines stay where they are.

`{{ .Values.image.tag }}` becomes `${Values.image.tag}`, which the resolve stage can look up; what needs rendering becomes `${template}`;
lines that hold nothing but actions become empty.  Sources: https://helm.sh/docs/chart_template_guide/, https://pkg.go.dev/text/template.
"""

from __future__ import annotations

import re

from ctxgen.documents import MAX_NODES, Node, Unreadable, parse_yaml

UNKNOWN = "${template}"
_ACTION = re.compile(r"\{\{-?((?:[^}]|\}(?!\})){0,2000})\}\}")
_INLINE_BRANCH = re.compile(r"\{\{-?\s*(?:if|with|range)\b.*?\{\{-?\s*end\s*-?\}\}")
_CONTROL = re.compile(r"\s*(?:if|else|end|range|with|define|block|break|continue|template|/\*|\$\w*\s*:?=)")
_PATH = r"\$?\.(?:Values|Chart)\.[\w.]{1,100}"
_VALUE = re.compile(
    rf"\(?\s*({_PATH})\s*\)?(?:\s*\|\s*(?:default\s+\(?\s*(?:\"([\w./:@-]{{0,100}})\"|([\w./:@-]{{1,100}}))\s*\)?|quote|squote|toString|int|int64|trim|lower|toYaml))*"
)
_FUNCTION = re.compile(rf"(?:tpl|quote|squote|toString|int|int64|required\s+\"[^\"]*\")\s+\(?\s*({_PATH})\s*\)?(?:\s+\.|\s+\$)?")
_DEFAULT = re.compile(rf"default\s+(?:\"([\w./:@-]{{0,100}})\"|([\w./:@-]{{1,100}}))\s+\(?\s*({_PATH})\s*\)?(?:\s*\|\s*(?:quote|squote))*")
_NAMED = re.compile(
    r"\(?\s*(?:include|template)\s+\"[\w./-]*?\.?(?:full)?name\"\s+[.$]\s*\)?(?:\s*\|\s*(?:quote|trunc\s+\d+|trimSuffix\s+\"-\"))*"
)
_RELEASE = re.compile(r"\$?\.Release\.Name(?:\s*\|\s*(?:quote|trunc\s+\d+|trimSuffix\s+\"-\"))*")
_DOCUMENT = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)
_MAX_DOCUMENTS = 300


def is_template(data: bytes) -> bool:
    """Whether a file holds actions of a Go template."""
    return b"{{" in data


def documents(text: str) -> list[Node]:
    """The YAML documents of a template that can be parsed once its actions are taken out; the others are left out."""
    plain = _ACTION.sub(_placeholder, "\n".join(map(_line, _blank_lines(text).split("\n"))))
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


def _blank_lines(text: str) -> str:
    """The text without actions that fill whole lines, comments of several lines included."""

    def blank(found: re.Match[str]) -> str:
        before = text.rfind("\n", 0, found.start()) + 1
        after = text.find("\n", found.end())
        rest = text[before : found.start()] + text[found.end() : after if after >= 0 else len(text)]
        alone = not _ACTION.sub("", rest).strip()
        return "\n" * found[0].count("\n") if alone or "\n" in found[0] else found[0]

    return _ACTION.sub(blank, text)


def _line(line: str) -> str:
    return _INLINE_BRANCH.sub(UNKNOWN, line) if "{{" in line else line


def _placeholder(found: re.Match[str]) -> str:
    """What stands for an action inside a line."""
    said = found[1].strip().removesuffix("-").strip()
    if _CONTROL.match(said):
        return ""
    if value := _VALUE.fullmatch(said):
        default = value[2] or value[3]
        return _reference(value[1], default)
    if default_first := _DEFAULT.fullmatch(said):
        return _reference(default_first[3], default_first[1] or default_first[2])
    if function := _FUNCTION.fullmatch(said):
        return _reference(function[1], None)
    if _NAMED.fullmatch(said):
        return "${Chart.Name}"
    if _RELEASE.fullmatch(said):
        return "${Release.Name}"
    return UNKNOWN


def _reference(path: str, default: str | None) -> str:
    key = path.lstrip("$").removeprefix(".")
    plain = default and not default.startswith(".") and not re.fullmatch(r"true|false|nil", default)
    return f"${{{key}:-{default}}}" if plain else f"${{{key}}}"
