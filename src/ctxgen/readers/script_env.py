"""Environment variables that JavaScript and TypeScript read, and the schemas that say which of them must be set.

Sources: https://nodejs.org/api/process.html#processenv, https://bun.sh/docs/runtime/env, https://docs.deno.com/runtime/reference/env_variables,
https://github.com/af/envalid, https://zod.dev, https://env.t3.gg/docs/core, https://joi.dev/api, https://docs.nestjs.com/techniques/configuration,
https://github.com/mozilla/node-convict, https://github.com/evanshortiss/env-var, https://svelte.dev/docs/kit/$env-static-private
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.choosing import chooses_engine
from ctxgen.model import Fact, Variable
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._lines import lines_with
from ctxgen.tree import SOURCE_LIMIT, File

_N = r"[A-Za-z_][A-Za-z0-9_]{1,99}"
_U = r"[A-Z][A-Z0-9_]{1,99}"
_Q = r"[\"'`]"
_LINE_LIMIT = 2_000
_AFTER = 160
_COMMENT = re.compile(r"\s{0,200}(?://|\*|/\*|<!--)")

_READ = re.compile(
    rf"(?P<not>!)?\b(?:process|Bun)\.env(?:\??\.(?P<a>{_N})|(?:\?\.)?\[\s{{0,9}}{_Q}(?P<b>{_N}){_Q}\s{{0,9}}\])"
    rf"|\bDeno\.env\.get\(\s{{0,9}}{_Q}(?P<c>{_N}){_Q}\s{{0,9}}\)"
)
_AFTER_READ = re.compile(
    r"(?P<set>\s{0,40}=(?![=>]))|(?P<sure>!(?!=))|(?P<otherwise>(?:\s{0,9}(?:,\s{0,9}\d{1,3}\s{0,9})?\))?\s{0,80}(?:\|\||\?\?|\?(?![.?])|[!=]==?))"
)
"""What follows a read: an assignment (which reads nothing), `!`, or what holds where the variable is not set."""
_THROWS = re.compile(r"\s{0,9}\)\s{0,40}\{?\s{0,80}(?:throw\b|process\.exit\b|console\.error\([^\n]{0,120}\n\s{0,40}process\.exit\b)")
_CONFIG = re.compile(
    rf"\b[cC]onfig(?:[sS]ervice)?\.(?P<get>get|getOrThrow)(?:<[\w\s|]{{1,60}}>)?\(\s{{0,9}}{_Q}(?P<a>{_U}){_Q}\s{{0,9}}(?P<default>,\s{{0,9}}(?!\{{|\)))?"
)
_HELPER = re.compile(
    rf"(?<![\w.])(?P<helper>(?:get|read|require|must)?[eE]nv(?:Var|Value|OrThrow|String|Number|Int|Bool)?)\(\s{{0,9}}{_Q}(?P<a>{_U}){_Q}(?P<default>\s{{0,9}},\s{{0,9}}(?:{_Q}|\d|true|false))?"
)
_ENV_VAR = re.compile(rf"\b(?:env|\w{{1,40}}[eE]nv)\.get\(\s{{0,9}}{_Q}(?P<a>{_U}){_Q}\s{{0,9}}\)")
_CONVICT = re.compile(rf"(?<![\w.])env:\s{{0,9}}{_Q}(?P<a>{_U}){_Q}")
_FIELD = re.compile(
    rf"(?:^|[{{,])\s{{0,20}}(?P<a>{_U}):\s{{0,9}}(?P<kind>z\.|z$|Joi\.|joi\.|v\.|(?:str|num|bool|port|url|host|email|json|makeValidator)\()"
)
_FIELD_WORDS = ("z.", ": z", "Joi.", "joi.", ": v.", "str(", "num(", "bool(", "port(", "url(", "host(", "email(", "json(")
_SCHEMA = re.compile(
    r"process\.env|Bun\.env|import\.meta\.env|cleanEnv|createEnv|validationSchema|[eE]nv(?:ironment)?(?:Vars?|Variables)?Schema|ConfigModule"
)
_DESTRUCTURED = re.compile(r"\{([^{}]{1,2000})\}\s{0,9}(?::\s{0,9}[\w.]{1,60}\s{0,9})?=\s{0,9}(?:process|Bun)\.env\b(?!\.)")
_STATIC = re.compile(r"import\s{0,9}\{([^{}]{1,2000})\}\s{0,9}from\s{0,9}[\"']\$env/static/(?:private|public)[\"']")
_DYNAMIC = re.compile(rf"(?<![\w.])env\.(?P<a>{_U})")
_DEFAULT = re.compile(rf"\bdefault[:(]\s{{0,9}}{_Q}([\w-]{{1,40}}){_Q}")
_OTHERWISE = re.compile(rf"[^\n;|?,]{{1,100}}(?:\|\||\?\?|,)\s{{0,9}}{_Q}([\w-]{{1,40}}){_Q}")
_OPTIONAL = {
    "z": re.compile(r"\.(?:optional|nullish|default|catch|prefault)\("),
    "v": re.compile(r"v\.(?:optional|nullish|fallback)\("),
}


@reads(
    "*.ts", "*.js", "*.mjs", "*.cjs", "*.mts", "*.cts", "*.tsx", "*.jsx", limit=SOURCE_LIMIT,
    contains=(b"process.env", b"Bun.env", b"Deno.env", b"onfig.get", b"onfigService.get", b"nv(", b"env:", b"z.object", b"Joi.object", b"cleanEnv", b"env-var", b"$env/", b"createEnv"), excludes=("*.min.js", "*.d.ts"),
)  # fmt: skip
def read_script_variables(file: File) -> Iterator[Fact]:
    """JavaScript and TypeScript: `process.env.X`, `Deno.env.get("X")`, `configService.get("X")`, schemas of the environment."""
    text = file.text
    found = [*_plain(text), *_destructured(text)]
    if _SCHEMA.search(text):
        found += _fields(text)
    number, counted = 1, 0
    for place, variable, required in sorted(found, key=lambda each: each[0]):
        number, counted = number + text.count("\n", counted, place), place
        value = _default(text, place, variable) if chooses_engine(variable) else None
        yield Variable(name=name(variable), value=value, source="code", required=required, at=file.at(number))


def _default(text: str, place: int, variable: str) -> Opaque | None:
    """The word that stands for a variable which is not set: beside a read of it, or in its entry of a schema."""
    found = _DEFAULT.search(_value(text, place)) if text.startswith(variable, place) else _OTHERWISE.match(text, place)
    return Opaque(found[1]) if found else None


Found = tuple[int, str, bool | None]
"""Where a variable is named, its name, and whether it must be set."""


def _lines(text: str, *words: str) -> Iterator[tuple[int, str]]:
    """(place, line) of the lines that hold a word and are no comment; with the next one where a call goes on there."""
    for start, end in lines_with(text, *words):
        line = text[start : min(end, start + _LINE_LIMIT)]
        if not _COMMENT.match(line):
            following = text.find("\n", end + 1) if line.rstrip().endswith(("(", "{")) else end
            yield start, text[start : min(following if following >= 0 else len(text), start + _LINE_LIMIT)]


def _variable(found: re.Match[str]) -> str:
    return next(group for key, group in found.groupdict().items() if key in "abc" and group)


def _plain(text: str) -> Iterator[Found]:
    """Reads that name the variable."""
    env_var, dynamic = "env-var" in text, "$env/dynamic" in text
    last = -1
    for start, line in _lines(text, "env", "Env", "onfig"):
        for pattern in (_READ, _CONFIG, _HELPER, _CONVICT, *([_ENV_VAR] if env_var else []), *([_DYNAMIC] if dynamic else [])):
            for found in pattern.finditer(line):
                place = start + found.start()
                if pattern is _READ and place <= last:  # told with the line before
                    continue
                last = max(last, place) if pattern is _READ else last
                yield from _told(text, start, pattern, found)


def _told(text: str, start: int, pattern: re.Pattern[str], found: re.Match[str]) -> Iterator[Found]:
    after, required = text[start + found.end() :][:_AFTER], None
    if pattern in (_READ, _DYNAMIC):
        follows = _AFTER_READ.match(after)
        if follows is not None and follows["set"]:
            return
        required = True if follows and follows["sure"] else False if follows and follows["otherwise"] else None
        if pattern is _READ and found["not"] and _THROWS.match(after):
            required = True
    elif pattern is _CONFIG:
        required = True if found["get"] == "getOrThrow" else False if found["default"] else None
    elif pattern is _HELPER:
        certain = found["helper"].startswith(("require", "must")) or "OrThrow" in found["helper"]
        required = True if certain else False if found["default"] or _AFTER_READ.match(after.removeprefix(")")) else None
    elif pattern is _ENV_VAR:
        chain = re.split(r"[;,]", after)[0]
        required = ".required(" in chain and "required(false" not in chain
    elif pattern is _CONVICT:
        around = text[max(start + found.start() - 300, 0) : start + found.start()].rpartition("{")[2] + after.partition("}")[0]
        required = False if re.search(r"default:\s{0,9}(?!null|undefined)\S", around) else None
    yield start + found.start(), _variable(found), required


def _destructured(text: str) -> Iterator[Found]:
    """`const { A, B = "b" } = process.env`, and SvelteKit's variables that a build needs."""
    for pattern, certain in ((_DESTRUCTURED, None), (_STATIC, True)):
        for found in pattern.finditer(text) if ".env" in text or "$env/static" in text else ():
            place = found.start(1)
            for part in found[1].split(","):
                key = re.fullmatch(
                    rf"\s{{0,80}}({_N})\s{{0,9}}(?:(?::|as\b)\s{{0,9}}\w{{1,99}}\s{{0,9}})?(=.{{1,200}})?\s{{0,80}}", part, re.DOTALL
                )
                if key:
                    yield place + key.start(1), key[1], False if key[2] else certain
                place += len(part) + 1


def _fields(text: str) -> Iterator[Found]:
    """The entries of a schema of zod, Joi, valibot or envalid."""
    last = -1
    for start, line in _lines(text, *_FIELD_WORDS):
        for found in _FIELD.finditer(line):
            place = start + found.start("a")
            if place > last:
                last = place
                yield place, found["a"], _demanded(found["kind"], _value(text, start + found.start("kind")))


def _demanded(kind: str, value: str) -> bool:
    """Whether an entry of a schema must be set."""
    library = kind.rstrip(".")
    if library.lower() == "joi":
        return ".required(" in value or ".exist(" in value
    if library in _OPTIONAL:
        return _OPTIONAL[library].search(value) is None
    return re.search(r"\bdefault:", value) is None  # envalid; `devDefault` is for development


def _value(text: str, start: int) -> str:
    """An entry's value: up to the comma or bracket that ends it."""
    depth = 0
    for place in range(start, min(start + 800, len(text))):
        each = text[place]
        if each in "([{":
            depth += 1
        elif each in ")]}":
            depth -= 1
            if depth < 0:
                return text[start:place]
        elif each == "," and depth == 0:
            return text[start:place]
    return text[start : start + 800]
