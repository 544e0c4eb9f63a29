"""Ruby's front end: lowering, and the files that constants lead to.

Source: https://docs.ruby-lang.org/en/master/syntax_rdoc.html.
"""

from __future__ import annotations

from ctxgen.source.languages import Language
from ctxgen.source.ruby.lower import lower
from ctxgen.source.ruby.resolve import RubyResolver

LANGUAGE = Language(
    "ruby",
    (".rb", ".ru"),
    lower,
    RubyResolver,
    implicit_this=True,
    open_classes=True,
    blocks_unpack=True,
    assigns_locally=True,
    constructors=("initialize",),
)
