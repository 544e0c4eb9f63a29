"""Chains of calls in PHP and JavaScript, `$table->string('a', 20)->nullable()` and `t.string("a", 20).notNullable()`, as one thing to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ctxgen.readers._python_env import line_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_CALLS = {"call_expression", "member_call_expression", "nullsafe_member_call_expression", "scoped_call_expression"}
_FUNCTIONS = {"anonymous_function", "arrow_function", "function_expression", "anonymous_function_creation_expression"}
_STRINGS = {"string", "encapsed_string", "template_string"}
MAX_CHAIN = 200


class Call(NamedTuple):
    """One call of a chain: its name and the nodes of its arguments."""

    name: str
    arguments: list[Syntax]
    line: int

    def text(self, index: int = 0) -> str | None:
        """An argument that is a string without anything put in."""
        return text(self.arguments[index]) if index < len(self.arguments) else None

    def texts(self, index: int = 0) -> list[str]:
        """An argument that is a list of strings, or a string."""
        return texts(self.arguments[index]) if index < len(self.arguments) else []

    def body(self) -> Syntax | None:
        """The function among the arguments."""
        return next((node for node in self.arguments if node.type in _FUNCTIONS), None)


def chain(node: Syntax) -> tuple[str, list[Call]] | None:
    """What a chain of calls begins with, and its calls in their order; None for anything else."""
    calls: list[Call] = []
    while node.type in _CALLS and len(calls) < MAX_CHAIN:
        function = node.child_by_field_name("function")
        if function is not None and function.type == "member_expression":
            called, owner = function.child_by_field_name("property"), function.child_by_field_name("object")
        else:
            called, owner = node.child_by_field_name("name"), node.child_by_field_name("object") or node.child_by_field_name("scope")
        if called is None or owner is None:
            break
        calls.append(Call(text_of(called), _arguments(node), line_of(called)))
        node = owner
    return (text_of(node)[:200], calls[::-1]) if calls else None


def _arguments(node: Syntax) -> list[Syntax]:
    given = node.child_by_field_name("arguments")
    found = [child for child in given.named_children if child.type != "comment"] if given is not None else []
    return [child.named_children[-1] if child.type == "argument" and child.named_children else child for child in found]


def outermost(body: Syntax, skipped: str = "") -> Iterator[Syntax]:
    """The calls that are in no other call, in order, without those of the function called `skipped`."""
    stack = [body]
    while stack:
        node = stack.pop()
        if skipped and defines(node, skipped):
            continue
        if node.type in _CALLS and chain(node) is not None:
            yield node
        else:
            stack.extend(reversed(node.named_children))


def defines(node: Syntax, wanted: str) -> bool:
    """Whether a node defines something of a name: a method, a function, `exports.down = …`, `down: …`."""
    match node.type:
        case "method_declaration" | "method_definition" | "function_declaration" | "variable_declarator":
            return text_of(node.child_by_field_name("name")) == wanted
        case "pair":
            return text_of(node.child_by_field_name("key")).strip("\"'") == wanted
        case "assignment_expression":
            return text_of(node.child_by_field_name("left")).rpartition(".")[2] == wanted
        case _:
            return False


def parameter(function: Syntax) -> str:
    """The name of a function's first parameter."""
    listed = function.child_by_field_name("parameters") or function.child_by_field_name("parameter")
    if listed is None:
        return ""
    first = listed.named_children[0] if listed.type in ("formal_parameters", "statement_block") and listed.named_children else listed
    named = first.child_by_field_name("name") or first.child_by_field_name("pattern") or first
    return text_of(named)


def text(node: Syntax) -> str | None:
    if node.type not in _STRINGS or any(
        child.type not in ("string_content", "string_value", "string_fragment", "escape_sequence") for child in node.named_children
    ):
        return None
    return text_of(node)[1:-1]


def texts(node: Syntax) -> list[str]:
    if node.type in ("array", "array_creation_expression"):
        inner = [child.named_children[-1] if child.type == "array_element_initializer" else child for child in node.named_children]
        return [found for child in inner if (found := text(child)) is not None]
    return [found] if (found := text(node)) is not None else []


def pairs(node: Syntax | None) -> dict[str, Syntax]:
    """The entries of an object literal."""
    found: dict[str, Syntax] = {}
    for pair in node.named_children if node is not None and node.type == "object" else ():
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        if pair.type == "pair" and key is not None and value is not None:
            found[text_of(key).strip("\"'`")] = value
    return found
