"""Conditions of MSBuild elements and of `dotnet new` templates, as short labels for `when`.

`X=v` is `'$(X)' == 'v'`, `X` and `!X` stand for true and false, `X=` for "X is not set", `TargetFramework>=net8.0` for
a framework that net8.0 is compatible with.
Sources: https://learn.microsoft.com/visualstudio/msbuild/msbuild-conditions,
https://github.com/dotnet/templating/wiki/Conditional-processing-and-comment-syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ctxgen.opaque import Name, name

_COMPARISON = re.compile(r"\s*+\(?\s*+'?\s*+\$\(([\w.]{1,100})\)\s*+'?\s*+(==|!=)\s*+'?([^'()$]{0,100})'?\s*+\)?\s*+")
_COMPATIBLE = re.compile(
    r"\s*+(!)?\s*+\$\(\[MSBuild\]::IsTargetFrameworkCompatible\(\s*+'?\$\(TargetFramework\)'?\s*+,\s*+'?(net\d{1,2}\.\d)'?\s*+\)\)\s*+",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"<!--\s*#\s*(if|elif|elseif|else|endif)\b([^\n]{0,300}?)(?:-->|$)", re.IGNORECASE)
AND = " and "
_LONGEST = 1000
SHOWN = 40
"""Conditions of one element that are looked at: a label is cut at 120 characters, that is at most twenty of them."""


def label(condition: str | None) -> str | None:
    """A `Condition` as a label, None where there is none."""
    # one blank each, and a bound: the patterns below backtrack over runs of them
    condition = " ".join((condition or "").split())[:_LONGEST]
    if not condition:
        return None
    if re.search(r"\sor\s", condition, re.IGNORECASE):
        return _plain(condition)
    return AND.join(_single(part) for part in re.split(r"\s+and\s+", condition, flags=re.IGNORECASE))


def _single(condition: str) -> str:
    if found := _COMPATIBLE.fullmatch(condition):
        return f"TargetFramework{'<' if found[1] else '>='}{found[2]}"
    found = _COMPARISON.fullmatch(condition)
    if not found:
        return _plain(condition)
    symbol, operator, value = found[1], found[2], found[3].strip()
    if value.lower() in ("true", "false"):
        return symbol if (value.lower() == "true") == (operator == "==") else f"!{symbol}"
    return f"{symbol}{'=' if operator == '==' else '!='}{value}"


def _plain(condition: str) -> str:
    """An expression without its property syntax and quotes."""
    text = re.sub(r"\$\(([\w.]+)\)", r"\1", condition).replace("'", "").strip()
    return re.sub(r"\$\(\[MSBuild\]::(\w+)\(([^()]*)\)\)", r"\1(\2)", text)


def negation(condition: str) -> str:
    """The label of what holds where `condition` does not."""
    if AND in condition or "(" in condition or " " in condition:
        return f"not ({condition})"
    for operator, opposite in (("!=", "="), (">=", "<"), ("<", ">=")):
        if operator in condition:
            return condition.replace(operator, opposite, 1)
    if "=" in condition:
        return condition.replace("=", "!=", 1)
    return condition[1:] if condition.startswith("!") else f"!{condition}"


def joined(labels: Iterable[str | None]) -> Name | None:
    """Several labels as one, None where nothing is asked."""
    said = list(dict.fromkeys(each for each in labels if each))
    return name(AND.join(said)) if said else None


def template_branches(lines: list[str]) -> dict[int, str]:
    """Line → label of the template branch (`<!--#if (UseSqlite)-->`) that it stands in; lines outside of any are left out."""
    branches: dict[int, str] = {}
    stack: list[tuple[list[str], str]] = []
    for number, line in enumerate(lines, 1):
        for verb, condition in _TEMPLATE.findall(line):
            symbol = _template_label(condition)
            match verb.lower():
                case "if":
                    stack.append(([symbol], symbol))
                case "endif" if stack:
                    stack.pop()
                case "else" if stack:
                    earlier, _ = stack[-1]
                    stack[-1] = (earlier, AND.join(negation(each) for each in earlier)[:_LONGEST])
                case "elif" | "elseif" if stack:
                    earlier, _ = stack[-1]
                    stack[-1] = ([*earlier, symbol][:SHOWN], symbol)
        if stack:
            branches[number] = AND.join(dict.fromkeys(current for _, current in stack[:SHOWN]))[:_LONGEST]
    return branches


def _template_label(condition: str) -> str:
    text = condition.strip()
    while text.startswith("(") and text.endswith(")") and _closes_last(text):
        text = text[1:-1].strip()
    return re.sub(r"[()\s\"']+", " ", text).strip() if " " not in text else text.replace('"', "").replace("'", "")


def _closes_last(text: str) -> bool:
    """Whether the bracket that opens the text is the one that closes it."""
    depth = 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return index == len(text) - 1
    return False
