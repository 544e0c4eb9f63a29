"""Where Rails keeps attached files in production unless a variable says otherwise: on its own disk.

Source: https://guides.rubyonrails.org/active_storage_overview.html#setup.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey, Fact
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._lines import lines_with
from ctxgen.tree import File

_ASKED = r"""\(?\s{0,3}ENV(?:\.fetch\(\s{0,3}["']\w{1,60}["'],\s{0,3}|\[["']\w{1,60}["']\](?:\.presence|&\.to_sym)?\s{0,3}\|\|\s{0,3})"""
_LOCAL = re.compile(rf"""\s{{0,20}}config\.active_storage\.service\s{{0,9}}=\s{{0,9}}(?:{_ASKED})?[:"'](?:local|disk)\b""")


@reads("config/environments/production.rb", "**/config/environments/production.rb", contains=(b"active_storage.service",))
def read_rails_storage(file: File) -> Iterator[Fact]:
    """`config.active_storage.service = ENV.fetch("STORAGE", :local)`; services of other names say nothing of whose they are."""
    for start, end in lines_with(file.text, "active_storage.service"):
        if _LOCAL.match(file.text, start, min(end, start + 300)):
            at = file.at(file.text.count("\n", 0, start) + 1)
            yield ConfigKey(key=name("rails.active_storage.service"), value=Opaque("local"), dialect="other", at=at)
            return
