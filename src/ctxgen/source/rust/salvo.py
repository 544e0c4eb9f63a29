"""Salvo: hoops, which hold for the whole of a router, and guards that a handler's parameters state.  Its routers are described by data.

Source: https://salvo.rs/guide/concepts/router.
"""

from __future__ import annotations

from ctxgen.source.program import MethodHook
from ctxgen.source.rust.handlers import extractor_guards, guard_whole

METHODS: dict[str, MethodHook] = {
    "salvo.router.hoop": guard_whole,
    "salvo.router.hoop_when": guard_whole,
    "salvo.router.function": extractor_guards,
}
