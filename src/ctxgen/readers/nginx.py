"""nginx configuration: what is passed on to whom, and the limits and time-outs that are set.

Source: https://nginx.org/en/docs/dirindex.html.  Directives are read one by one and never followed through `include`; templates for envsubst
hold variables as `${NAME}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey, Fact, Setting, Variable
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.tree import SOURCE_LIMIT, File

_TOKEN = re.compile(r"#[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[;{}]|(?:\$\{[^}\s]{1,100}\}|[^\s;{}\"'#])+", re.DOTALL)
_PASSES = ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "grpc_pass", "scgi_pass", "memcached_pass")
_KEYS = frozenset((*_PASSES, "worker_processes", "worker_connections", "listen", "server_name", "ssl_protocols", "limit_req_zone", "limit_conn_zone", "auth_basic", "auth_request"))  # fmt: skip
_SETTINGS = {
    "worker_processes": "workers", "worker_connections": "max-connections", "keepalive_timeout": "timeout", "client_max_body_size": "body-limit", "proxy_read_timeout": "timeout",
    "proxy_connect_timeout": "timeout", "proxy_send_timeout": "timeout", "send_timeout": "timeout", "client_body_timeout": "timeout", "fastcgi_read_timeout": "timeout",
    "uwsgi_read_timeout": "timeout", "grpc_read_timeout": "timeout",
}  # fmt: skip
_RATE = re.compile(r"rate=(\d{1,6})r/([sm])")
_ENVSUBST = re.compile(r"\$\{([A-Z][A-Z0-9_]{1,80})\}")
_MAX_TOKENS = 100_000


@reads(
    "nginx*", "*nginx*.conf", "*nginx*.conf.*", "*.nginx", "default.conf*", "*.conf.template", "*.conf.tmpl", "**/nginx/*.conf", "**/nginx/**/*.conf", "**/conf.d/*.conf", "**/nginx/conf",
    "**/nginx/*.template", "**/proxy/conf", "**/sites-available/*", "**/sites-enabled/*", "**/nginx/*.conf.*",
    limit=SOURCE_LIMIT, contains=(b"server {", b"server{", b"server\n", b"worker_processes", b"upstream ", b"proxy_pass "), excludes=("*.yml", "*.yaml", "*.json", "*.md", "*.sh", "*.py", "*Dockerfile*", "*.js", "*.ts", "*.tpl", "*.toml"),
)  # fmt: skip
def read_nginx(file: File) -> Iterator[Fact]:
    """Directives that tell of upstreams, limits and listeners, and the variables of templates."""
    if not re.search(r"^[ \t]*+(?:server|http|upstream\s++[^\s{]++|events|location\s[^\n{]++)\s*+\{", file.text, re.MULTILINE):
        return
    seen: set[str] = set()
    set_to: dict[str, str] = {}
    for words, line in _directives(file.text):
        directive, at = words[0], file.at(line)
        value = " ".join(words[1:])
        for variable in _ENVSUBST.findall(value):
            if variable not in seen:
                seen.add(variable)
                yield Variable(name=name(variable), source="other", at=at)
        if directive == "set" and len(words) == 3:
            set_to[words[1]] = words[2]
        elif directive in _PASSES:
            value = set_to.get(value, value)  # a host in a variable is looked up when a request comes, so it may be down before
        if directive in _KEYS or (directive == "server" and len(words) > 1):
            key = "upstream.server" if directive == "server" else directive
            yield ConfigKey(key=name(f"nginx.{key}"), value=Opaque(value), dialect="other", at=at)
        if directive in _SETTINGS and len(words) > 1:
            yield from _setting(file, directive, words[1], line)
        elif directive == "limit_req_zone" and (rate := _RATE.search(value)):
            yield Setting(kind=name("rate-limit"), value=name(rate[1]), unit=name(f"requests/{rate[2]}"), subject=name("nginx"), at=at)


def _setting(file: File, directive: str, written: str, line: int) -> Iterator[Setting]:
    """A number, or a duration or size as written; a bare number of a time-out is in seconds."""
    kind, value = _SETTINGS[directive], Opaque(written)
    amount = value.duration() if kind == "timeout" else value.size() if kind == "body-limit" else None
    number = value.integer()
    if amount is None and number is None:
        return
    unit = "s" if kind == "timeout" and amount is None else None
    yield Setting(
        kind=name(kind),
        value=amount or name(str(number)),
        unit=name(unit) if unit else None,
        subject=name(f"nginx {directive}") if kind == "timeout" else name("nginx"),
        at=file.at(line),
    )


def _directives(text: str) -> Iterator[tuple[list[str], int]]:
    """(the directive with its arguments, its line): simple ones, and the openings of blocks."""
    words: list[str] = []
    start, line, position = 1, 1, 0
    for count, token in enumerate(_TOKEN.finditer(text)):
        if count > _MAX_TOKENS:
            return
        line += text.count("\n", position, token.start())
        position = token.start()
        said = token[0]
        if said.startswith("#"):
            continue
        if said in (";", "{", "}"):
            if words and said == ";":
                yield words, start
            words = []
            continue
        if not words:
            start = line
        # parts that stand together are one word: http://${HOST}:8080/
        if words and token.start() > 0 and not text[token.start() - 1].isspace() and text[token.start() - 1] not in ";{}":
            words[-1] += said.strip("\"'")
        elif len(words) < 50:
            words.append(said.strip("\"'"))
