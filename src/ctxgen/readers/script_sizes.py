"""Pools, rate limits and concurrency that JavaScript and TypeScript code states, with the numbers that are written there.

Sources: https://node-postgres.com/apis/pool, https://sidorares.github.io/node-mysql2/docs/documentation/promise-wrapper, https://knexjs.org/guide/#pool,
https://www.mongodb.com/docs/drivers/node/current/connect/connection-options/, https://sequelize.org/docs/v6/other-topics/connection-pool/,
https://typeorm.io/docs/data-source/data-source-options, https://github.com/porsager/postgres#connection-details, https://docs.bullmq.io/guide/workers/concurrency,
https://express-rate-limit.mintlify.app/reference/configuration, https://github.com/fastify/fastify-rate-limit#options, https://docs.nestjs.com/security/rate-limiting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from ctxgen.model import At, Fact, Setting
from ctxgen.opaque import name
from ctxgen.readers import reads
from ctxgen.readers._lines import numbering
from ctxgen.tree import SOURCE_LIMIT, File

_LONGEST = 1_500
"""Characters of a call or object that are looked at."""
_MOST = 50
"""Calls of one library that are looked at in a file."""
_COMMENT = re.compile(r"[ \t]{0,40}(?://|\*|/\*)")
_NUMBER = r"\d[\d_]{0,11}(?:\s{0,3}\*\s{0,3}\d[\d_]{0,9}){0,4}"

Told = tuple[str, str, str]
"""What an option says: the kind of setting, the unit, and a word behind the library's name."""

_POOL: dict[str, Told] = {
    "max": ("pool-size", "connections", ""),
    "acquire": ("timeout", "ms", " acquire"),
    "idle": ("timeout", "ms", " idle"),
    "acquireTimeoutMillis": ("timeout", "ms", " acquire"),
    "idleTimeoutMillis": ("timeout", "ms", " idle"),
    "connectionTimeoutMillis": ("timeout", "ms", " connection"),
}
_MONGO: dict[str, Told] = {
    "maxPoolSize": ("pool-size", "connections", ""),
    "poolSize": ("pool-size", "connections", ""),
    "serverSelectionTimeoutMS": ("timeout", "ms", " server selection"),
    "socketTimeoutMS": ("timeout", "ms", " socket"),
}
_RATE: dict[str, Told] = {
    "max": ("rate-limit", "requests", ""),
    "limit": ("rate-limit", "requests", ""),
    "windowMs": ("rate-limit-window", "ms", ""),
    "ttl": ("rate-limit-window", "", ""),
}


class _Rule(NamedTuple):
    """What a library is asked for: the modules that show it, what begins its options, and the options."""

    library: str
    modules: re.Pattern[str]
    begins: re.Pattern[str]
    options: dict[str, Told]


def _rule(library: str, modules: str, begins: str, options: dict[str, Told]) -> _Rule:
    return _Rule(library, re.compile(rf"[\"'](?:{modules})[\"']"), re.compile(begins), options)


_RULES = (
    _rule("express-rate-limit", "express-rate-limit", r"\b\w{0,30}[rR]ate_?[lL]imit\w{0,20}\(", _RATE),
    _rule("@fastify/rate-limit", "@fastify/rate-limit|fastify-rate-limit", r"\.register\(\s{0,20}\w{0,30}[rR]ate_?[lL]imit", _RATE),
    _rule("@nestjs/throttler", "@nestjs/throttler", r"\bThrottlerModule\.forRoot\w{0,10}\(", _RATE),
    _rule("node-postgres", "pg", r"\bnew\s{1,3}(?:\w{1,20}\.)?Pool\(", _POOL),
    _rule("mysql2", "mysql2?(?:/promise)?", r"\bcreatePool\(", {"connectionLimit": _POOL["max"]}),
    _rule(
        "MongoDB",
        "mongoose|mongodb|@nestjs/mongoose",
        r"\.(?:connect|createConnection)\(|\bMongoClient\(|\bMongooseModule\.forRoot\w{0,10}\(",
        _MONGO,
    ),
    _rule("Knex.js", "knex", r"\bpool\s{0,3}:\s{0,3}\{", _POOL),
    _rule("Sequelize", "sequelize|sequelize-typescript|@nestjs/sequelize", r"\bpool\s{0,3}:\s{0,3}\{", _POOL),
    _rule("TypeORM", "typeorm|@nestjs/typeorm", r"\bextra\s{0,3}:\s{0,3}\{", {**_POOL, "connectionLimit": _POOL["max"]}),
    _rule("Postgres.js", "postgres", r"\bpostgres\(", {"max": _POOL["max"]}),
    _rule("BullMQ", "bullmq", r"\bnew\s{1,3}Worker(?:<[^<>()]{0,100}>)?\(", {"concurrency": ("concurrency", "jobs", " worker")}),
)


@reads(
    "*.ts", "*.js", "*.mjs", "*.cjs", "*.mts", "*.cts", limit=SOURCE_LIMIT,
    contains=(b"ate-limit", b"ThrottlerModule", b"Pool(", b"oolSize", b"pool:", b"extra:", b"postgres(", b"new Worker"), excludes=("*.min.js", "*.d.ts"),
)  # fmt: skip
def read_script_sizes(file: File) -> Iterator[Fact]:
    """`new Pool({ max: 20 })`, `rateLimit({ windowMs: 15 * 60 * 1000, limit: 100 })`, `new Worker("mail", send, { concurrency: 5 })`."""
    text = file.text
    for rule in _RULES:
        if not rule.modules.search(text):
            continue
        option = re.compile(rf"(?<![\w.])(?P<key>{'|'.join(rule.options)})\s{{0,3}}:\s{{0,3}}(?P<number>{_NUMBER})(?=\s{{0,3}}[,}}\n)])")
        read, line_of = 0, numbering(text)
        for begun in islice(rule.begins.finditer(text), _MOST):
            if begun.start() < read or _commented(text, begun.start()):
                continue
            read = _end(text, begun.end())
            for found in option.finditer(text, begun.end(), read + 1):
                if not _commented(text, found.start()) and (found["number"] != "1" or rule.options[found["key"]][0] != "pool-size"):
                    yield _setting(file.at(line_of(found.start())), rule, found)  # a pool of one is that of a script


def _commented(text: str, position: int) -> bool:
    """Whether the line of a position is a comment."""
    begins = text.rfind("\n", max(0, position - _LONGEST), position) + 1
    return begins > 0 and _COMMENT.match(text, begins) is not None


def _setting(at: At, rule: _Rule, found: re.Match[str]) -> Setting:
    kind, unit, part = rule.options[found["key"]]
    written = " ".join(found["number"].replace("_", "").split())
    return Setting(
        kind=name(kind),
        value=name(written if written.isdigit() or not unit else f"{written} {unit}"),
        unit=name(unit) if unit else None,
        subject=name(rule.library + part),
        at=at,
    )


def _end(text: str, start: int) -> int:
    """Where what opened before a position ends: the arguments of a call, or an object."""
    depth = 1
    last = min(len(text), start + _LONGEST)
    for position in range(start, last):
        depth += 1 if text[position] in "([{" else -1 if text[position] in ")]}" else 0
        if not depth:
            return position
    return last
