"""Which plugs guard: what halts a connection of somebody who is not known or may not.  Source: https://hexdocs.pm/plug/Plug.Conn.html#halt/1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import inflection

from ctxgen.model import At, Guard, GuardKind
from ctxgen.readers._elixir import arguments, called, line, literal, raw, walk, words
from ctxgen.source.elixir.modules import Declared, Modules
from ctxgen.source.guards import guard, guard_kind

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_STOPS = re.compile(r"\bhalt\b|\braise\b|\bbasic_auth\(|:unauthorized\b|:forbidden\b|\b40[13]\b")
_STRANGER = re.compile(r"\bassign\([^()\n]{0,80},\s{0,9}nil\)")
"""Whoever is not known goes on as nobody."""
_UNKNOWN = re.compile(r"\bbasic_auth\(|:?unauthori[sz]ed\b|\b401\b|unauthenticated")
_FORBIDDEN = re.compile(r":forbidden\b|\b403\b")
_LOCAL = re.compile(r"(?<![\w.:])([a-z_]\w{1,80}[?!]?)\(")
_REMOTE = re.compile(
    r"\b[A-Z]\w{0,80}\.\w{0,80}(?:auth|error|deny|den[iy]|forbid|refus|halt|redirect|render|respond|require|ensure|permit)\w{0,80}[?!]?\("
)
_PASSES = re.compile(
    r"(?:fetch|put|assign|load|maybe|set|mount|redirect_if|track|store|refresh|renew|delete|clear|reset|log)_.*|accepts|protect_from_forgery"
    r"|.*not_authenticated|verify_(?:header|session|cookie|cookies)|session|parsers|static|.*csrf.*"
)
"""Names of plugs that make something known, or turn away those who have signed in."""
_LIMITER = re.compile(r"\buse PlugAttack\b|\bHammer\.")
_ACTIONS = re.compile(r"action\s+(?P<none>not\s+)?in\s+|action\s*(?P<other>==|!=)\s*:(?P<one>\w{1,80}[?!]?)")
_MOST_STEPS = 12


class Plugs:
    """Tells guards of the plugs that modules name."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self._before: dict[tuple[str, str], tuple[Guard, ...]] = {}
        self._kinds: dict[tuple[str, str], GuardKind | None] = {}

    def guard(self, module: Declared, node: Syntax | None) -> Guard | None:
        """The guard that `plug :name` or `plug Module` of a module is."""
        if node is None:
            return None
        at = At(module.path, line(node))
        if node.type == "alias":
            whole = module.whole(raw(node))
            return guard(raw(node), at, self._of_module(whole)) if self._of_module(whole) else None
        named = literal(node) if node.type == "atom" else None
        if named is None:
            return None
        kind = self._of_function(module, named)
        return guard(named, at, kind) if kind else None

    def mounted(self, module: Declared, node: Syntax) -> Guard | None:
        """The guard that an entry of `on_mount` is: `{ShopWeb.UserAuth, :ensure_authenticated}`."""
        parts = node.named_children if node.type == "tuple" else [node]
        owner = self.modules.named(module.whole(raw(parts[0]))) if parts and parts[0].type == "alias" else None
        stage = literal(parts[1]) if len(parts) > 1 else None
        title = stage or raw(parts[0] if parts else None).rpartition(".")[2]
        if owner is not None:
            clauses = [
                clause
                for clause in owner.functions.get("on_mount", ())
                if stage is None or f":{stage}" in raw(next(iter(arguments(clause)), None))[:200]
            ]
            if not any("halt" in raw(clause) for clause in clauses):
                return None
        kind = None if _PASSES.fullmatch(inflection.underscore(title[:100])) else guard_kind(title)
        return guard(title, At(module.path, line(node)), kind) if kind else None

    def before(self, controller: str, action: str) -> tuple[Guard, ...]:
        """The guards that a controller puts before one of its actions."""
        key = (controller, action)
        if key not in self._before:
            declared = self.modules.named(controller)
            self._before[key] = tuple(self._of_controller(declared, action)) if declared is not None else ()
        return self._before[key]

    def _of_controller(self, module: Declared, action: str) -> Iterator[Guard]:
        for node in module.body:
            if called(node) != "plug" or not (given := arguments(node)):
                continue
            plug: Syntax | None = given[0]
            for each in given:
                if each.type == "binary_operator" and raw(each.child_by_field_name("operator")) == "when":
                    if not _holds(each.child_by_field_name("right"), action):
                        plug = None
                    elif each is plug:
                        plug = each.child_by_field_name("left")
            if plug is not None and (found := self.guard(module, plug)) is not None:
                yield found

    def _of_module(self, whole: str) -> GuardKind | None:
        key = (whole, "")
        if key not in self._kinds:
            declared = self.modules.named(whole)
            title = inflection.underscore(whole.rpartition(".")[2][:100])
            text = "\n".join(map(raw, declared.body)) if declared is not None else None
            if text is not None and _LIMITER.search(text):
                self._kinds[key] = "rate"
            elif declared is not None and "call" in declared.functions:
                self._kinds[key] = self._judged(title, self._reached(declared, "call"))
            else:
                self._kinds[key] = self._judged(title, text)
        return self._kinds[key]

    def _of_function(self, module: Declared, function: str) -> GuardKind | None:
        owner = self.modules.plug(module, function)
        key = (owner.name if owner is not None else "", function)
        if key not in self._kinds:
            self._kinds[key] = self._judged(function, self._reached(owner, function) if owner is not None else None)
        return self._kinds[key]

    @staticmethod
    def _reached(module: Declared, function: str) -> str:
        """What a function and those of its module that it calls say."""
        texts, work = dict[str, str](), [function]
        while work and len(texts) < _MOST_STEPS:
            each = work.pop()
            if each in texts or each not in module.functions:
                continue
            texts[each] = module.says(each)
            work += [called for called in _LOCAL.findall(texts[each]) if called not in texts]
        return "\n".join(texts.values())

    @staticmethod
    def _judged(title: str, text: str | None) -> GuardKind | None:
        """The kind of a plug, by its name and, where the repository has it, what it says."""
        named = None if _PASSES.fullmatch(title) else guard_kind(title)
        if text is None or named in ("rate", "validation"):
            return named
        if title.startswith("redirect_if") or title.endswith("not_authenticated") or _STRANGER.search(text):
            return None
        if _STOPS.search(text):
            return named or ("authn" if _UNKNOWN.search(text) else "authz" if _FORBIDDEN.search(text) else None)
        return named if _REMOTE.search(text) else None


def _holds(condition: Syntax | None, action: str) -> bool:
    """Whether `when action in [:index]` or its like holds for an action; what cannot be told does not."""
    text = raw(condition)[:2_000]
    found = _ACTIONS.search(text)
    if condition is None or found is None:
        return False
    if found["one"]:
        return (action == found["one"]) == (found["other"] == "==")
    actions = [word for node in walk(condition) if node.type in ("list", "sigil") for word in words(node)]
    negated = bool(found["none"]) or text.lstrip().startswith("not")
    return bool(actions) and (action in actions) != negated
