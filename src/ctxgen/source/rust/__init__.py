"""Rust's front end: lowering, and the modules and crates that paths lead to.

Source: https://doc.rust-lang.org/reference/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxgen.source.ir import PRODUCT
from ctxgen.source.languages import Language
from ctxgen.source.rust.lower import lower
from ctxgen.source.rust.resolve import RustResolver
from ctxgen.source.values import UNKNOWN, Arguments, FunctionValue, Value

if TYPE_CHECKING:
    from ctxgen.source.program import Program


def _same(program: Program, arguments: Arguments) -> Value:
    """`Ok(x)`, `Some(x)`, `Arc::new(x)`, `String::from(x)`: what is inside."""
    return arguments.get(0, default=UNKNOWN)


def _run(program: Program, arguments: Arguments) -> Value:
    """`tokio::spawn(…)`: what the argument does."""
    first = arguments.get(0, default=UNKNOWN)
    return program.call(first, arguments._replace(positional=(), written=())) if isinstance(first, FunctionValue) else first


def _list(program: Program, arguments: Arguments) -> Value:
    """`Vec::new()`."""
    return []


def _unknown(program: Program, arguments: Arguments) -> Value:
    """A product: a number that nobody asks for."""
    return UNKNOWN


_WRAPPERS = (
    "Ok",
    "Some",
    "String.from",
    *(f"{prefix}{kind}.new" for kind in ("Arc", "Rc", "Box", "Mutex", "RwLock") for prefix in ("", "std.sync.", "std.rc.", "tokio.sync.")),
)

LANGUAGE = Language(
    "rust",
    (".rs",),
    lower,
    RustResolver,
    receivers_are_methods=True,
    entry=b"fn main(",
    modules_apart=True,
    stars=True,
    constructors=(),
    library=lambda module: module.replace("::", ".").removesuffix(".prelude"),
    hooks={f"{PRODUCT}()": _unknown, "Vec.new()": _list, "Vec.with_capacity()": _list, **{f"{path}()": _same for path in _WRAPPERS}}
    | {"tokio.spawn()": _run, "tokio.task.spawn_blocking()": _run},
    inside=lambda module, name: f"{module}::{name}" if module != "." else f"self::{name}",
)
