"""What the scripts of package.json and the tasks of deno.json are for, by their well-known names.

Source: https://docs.npmjs.com/cli/v11/using-npm/scripts and the generators' templates (Nest, Express, Prisma, Knex, Sequelize, TypeORM).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ctxgen.documents import Node
from ctxgen.model import Command, Process
from ctxgen.opaque import Opaque, name
from ctxgen.tree import File

Kind = Literal["build", "run", "test", "lint", "migrate"]

_KINDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (
        re.compile(
            r"(?:(?:db|prisma|knex|sequelize|typeorm|drizzle|mikro-orm|schema):)?migrat(?:e|ions?)(?:[:-](?:run|up|latest|deploy|dev|prod|production|all))?"
        ),
        "migrate",
    ),
    (re.compile(r"tests?|test[:-][\w:.-]+"), "test"),
    (re.compile(r"lint"), "lint"),
    (re.compile(r"build|compile"), "build"),
    (re.compile(r"(?:start|dev|serve|develop)(?:[:-](?:dev|develop|development|prod|production|server|api|debug|watch))?"), "run"),
)
_MIGRATION_WORDS = re.compile(r"(?:db:)?migrations?")
_NO_TEST = re.compile(r"no tests? specified")
_SHORT = {"npm": {"test", "start"}, "pnpm": {"test", "start"}}


def kind_of(script: str) -> Kind | None:
    """The kind of command that a script's name stands for.  A bare `migrations` may as well make some, so it has none."""
    if _MIGRATION_WORDS.fullmatch(script):
        return None
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(script)), None)


def invocation(manager: str, script: str) -> str:
    """How a script is started: `npm test`, `npm run build`, `yarn build`, `pnpm run build`, `deno task build`."""
    if manager == "yarn" or script in _SHORT.get(manager, ()):
        return f"{manager} {script}"
    return f"{manager} {'task' if manager == 'deno' else 'run'} {script}"


_ALIAS = re.compile(r"(?:npm|pnpm|yarn|bun)(?: run)? ([\w:.-]{1,80})")
_COMPILER = re.compile(
    r"(?:cross-env\s+)?(?:\w{1,60}=\S{0,200}\s+){0,9}(?:npx\s+|node_modules/\.bin/)?"
    r"(?:tsc|tspc|vue-tsc|tsup|tsdown|rollup|babel|swc|microbundle|unbuild|ng-packagr|esbuild|webpack(?!\s+serve)|vite\s+build)\b(?![^&;|]{0,400}[&;|])"
)


def only_compiles(scripts: Node | None, script: str) -> bool:
    """Whether a script, or the one that it stands for, does no more than a compiler does: a library's `start` that rebuilds it."""
    for _ in range(5):
        node = scripts.get(script) if scripts else None
        body = (node.text or "").strip() if node else ""
        if not (alias := _ALIAS.fullmatch(body)):
            return bool(_COMPILER.match(body[:1_000]))
        script = alias[1]
    return False


def script_facts(file: File, manager: str, scripts: Node | None) -> Iterator[Command | Process]:
    """Each script's body as a process, and those of well-known names as commands."""
    if scripts is None:
        return
    for script, node in scripts.items():
        body = node.text or (command.text if (command := node.get("command")) else None)
        if not body or not body.strip():
            continue
        kind = kind_of(script)
        if kind == "run" and only_compiles(scripts, script):
            kind = "build"
        if kind and not (kind == "test" and _NO_TEST.search(body)):
            yield Command(kind=kind, command=name(invocation(manager, script)), body=Opaque(body), at=file.at(node.line))
        yield Process(command=Opaque(body), owner=name(script), at=file.at(node.line))
