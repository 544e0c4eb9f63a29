"""Configuration that is written in JavaScript or TypeScript: of the database libraries TypeORM, Knex, Drizzle, MikroORM and Sequelize, and whether Nuxt or Next.js build static pages.

Sources: https://typeorm.io/data-source-options, https://knexjs.org/guide/, https://orm.drizzle.team/docs/drizzle-config-file,
https://mikro-orm.io/docs/configuration, https://sequelize.org/docs/v6/other-topics/migrations/, https://v2.nuxt.com/docs/features/deployment-targets/,
https://nuxt.com/docs/guide/concepts/rendering, https://nextjs.org/docs/app/guides/static-exports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ctxgen.model import ConfigKey, Fact
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._python_env import line_of, text_of
from ctxgen.readers.database_configs import environment
from ctxgen.tree import SOURCE_LIMIT, File

if TYPE_CHECKING:
    from tree_sitter import Node as Syntax

_SIGNAL_KEYS = {
    "type",
    "client",
    "dialect",
    "driver",
    "provider",
    "connection",
    "connectionString",
    "host",
    "url",
    "dbName",
    "clientUrl",
    "dbCredentials",
    "entities",
    "use_env_variable",
}
_ENV = re.compile(r"(?:process\.env|Bun\.env|import\.meta\.env|env)(?:\.([A-Za-z_]\w{0,99})|\[[\"']([A-Za-z_]\w{0,99})[\"']\])")
_GET = re.compile(r"[\w.]{0,60}\b(?:get|getOrThrow|env)(?:<[\w\s|]{1,60}>)?\(\s{0,20}[\"']([A-Z][A-Z0-9_]{1,99})[\"']")
_NUMBER = re.compile(r"-?\d[\d_]{0,12}(?:\.\d{1,6})?")
_MAX_DEPTH = 40


class _Leaf(NamedTuple):
    parts: tuple[str, ...]
    line: int
    value: Opaque


@reads(
    "ormconfig.ts", "ormconfig.js", "ormconfig.cjs", "ormconfig.mjs", "data-source.ts", "data-source.js", "*datasource.ts", "*data-source.ts", "*dataSource.ts", "DataSource.ts", "typeorm.config.*", "typeorm-config.*",
    limit=SOURCE_LIMIT,
)  # fmt: skip
def read_typeorm_source(file: File) -> Iterator[Fact]:
    """TypeORM's data source options, as literals stand in the code."""
    yield from _objects(file, "typeorm")


_STATIC = re.compile(
    r"^\s{0,20}(?:target:\s{0,9}[\"']static[\"']|ssr:\s{0,9}false\b|(?:output:|(?:nextConfig\.)?output\s{0,3}=)\s{0,9}[\"']export[\"'])",
    re.MULTILINE,
)


@reads("nuxt.config.*", "next.config.*", "react-router.config.*", limit=SOURCE_LIMIT, contains=(b"static", b"ssr", b"export"))
def read_static_site(file: File) -> Iterator[Fact]:
    """That pages are built once and no server of the framework answers."""
    if found := _STATIC.search(file.text):
        line = file.text.count("\n", 0, found.end()) + 1
        yield ConfigKey(key=name("site.static"), value=Opaque("true"), dialect="other", at=file.at(line))


@reads("knexfile.ts", "knexfile.js", "knexfile.cjs", "knexfile.mjs", limit=SOURCE_LIMIT)
def read_knexfile(file: File) -> Iterator[Fact]:
    """Knex's client, connection and pool, per environment."""
    yield from _objects(file, "knex")


@reads("drizzle.config.*", "drizzle.*.config.*", "*.drizzle.config.*", "drizzle-*.config.*", limit=SOURCE_LIMIT)
def read_drizzle_config(file: File) -> Iterator[Fact]:
    """Drizzle's dialect and credentials."""
    yield from _objects(file, "drizzle")


@reads("mikro-orm.config.*", "mikro-orm.*.config.*", limit=SOURCE_LIMIT)
def read_mikro_orm_config(file: File) -> Iterator[Fact]:
    """MikroORM's driver and connection."""
    yield from _objects(file, "mikro-orm")


@reads(
    "**/config/config.js",
    "**/config/config.cjs",
    "**/config/config.ts",
    "**/config/database.js",
    "**/config/database.cjs",
    "**/config/database.ts",
    limit=SOURCE_LIMIT,
    contains=(b"dialect",),
)
def read_sequelize_source(file: File) -> Iterator[Fact]:
    """Sequelize's options per environment."""
    yield from _objects(file, "sequelize")


def _objects(file: File, prefix: str) -> Iterator[ConfigKey]:
    """The settings of every outermost object literal that speaks of a connection."""
    stack = [file.syntax("typescript/typescript")]
    while stack:
        node = stack.pop()
        if node.type == "object" and _is_connection(node):
            for leaf in _leaves((), node, 0):
                when = next((found for part in leaf.parts[:2] if (found := environment(part))), None)
                yield ConfigKey(
                    key=name(".".join((prefix, *leaf.parts))), value=leaf.value, dialect="other", at=file.at(leaf.line), when=when
                )
        else:
            stack.extend(reversed(node.named_children))


def _is_connection(node: Syntax) -> bool:
    for pair in node.named_children:
        value = pair.child_by_field_name("value") if pair.type == "pair" else None
        if value is not None and (
            _key(pair) in _SIGNAL_KEYS
            or (value.type == "object" and any(_key(inner) in _SIGNAL_KEYS for inner in value.named_children if inner.type == "pair"))
        ):
            return True
    return False


def _key(pair: Syntax) -> str:
    return text_of(pair.child_by_field_name("key")).strip("\"'`")


def _leaves(parts: tuple[str, ...], node: Syntax, depth: int) -> Iterator[_Leaf]:
    if depth > _MAX_DEPTH:
        return
    node = _bare(node)
    if node.type == "object":
        for pair in node.named_children:
            child = pair.child_by_field_name("value")
            if pair.type == "pair" and child is not None:
                for leaf in _leaves((*parts, _key(pair)), child, depth + 1):
                    yield leaf if child.type in ("object", "array") else leaf._replace(line=line_of(pair))
    elif node.type == "array":
        for child in node.named_children:
            yield from _leaves(parts, child, depth + 1)
    elif (value := _value(node)) is not None:
        yield _Leaf(parts, line_of(node), value)


def _bare(node: Syntax) -> Syntax:
    """The expression without parentheses, `as const`, `satisfies T` and `!`."""
    while node.type in ("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression") and node.named_children:
        node = node.named_children[0]
    return node


def _value(node: Syntax) -> Opaque | None:
    """A literal; what an expression falls back on; or `${NAME}` for the variable that it reads."""
    node = _bare(node)
    text = text_of(node)
    match node.type:
        case "string":
            return Opaque(text[1:-1])
        case "template_string":
            return Opaque(re.split(r"\$\{", text.strip("`"), maxsplit=1)[0] + ("{}" if "${" in text else ""))
        case "number" | "unary_expression" if _NUMBER.fullmatch(text):
            return Opaque(text.replace("_", ""))
        case "true" | "false":
            return Opaque(text)
        case "member_expression" | "subscript_expression" if found := _ENV.fullmatch(text):
            return Opaque(f"${{{found[1] or found[2]}}}")
        case "binary_expression" if text_of(node.child_by_field_name("operator")) in ("||", "??"):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            return (_value(right) if right is not None else None) or (_value(left) if left is not None else None)
        case "ternary_expression" if (condition := node.child_by_field_name("condition")) is not None and _ENV.fullmatch(
            text_of(_bare(condition))
        ):
            alternative = node.child_by_field_name("alternative")
            return None if alternative is None else _value(alternative)
        case "call_expression":
            return _called(node, text)
        case _:
            return None


def _called(node: Syntax, text: str) -> Opaque | None:
    given = node.child_by_field_name("arguments")
    arguments = [child for child in given.named_children if child.type != "comment"] if given is not None else []
    if (found := _GET.match(text[:300])) is not None:
        default = _value(arguments[1]) if len(arguments) > 1 else None
        return default or Opaque(f"${{{found[1]}}}")
    if arguments and text_of(node.child_by_field_name("function")) in ("parseInt", "Number", "String", "Boolean", "parseFloat"):
        return _value(arguments[0])
    return None
