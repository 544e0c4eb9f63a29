"""Environment variables that source code reads, by each language's own idioms, line by line.

Sources: https://nodejs.org/api/process.html#processenv, https://docs.python.org/3/library/os.html#os.environ, https://pkg.go.dev/os#Getenv,
https://github.com/caarlos0/env, https://github.com/kelseyhightower/envconfig, https://doc.rust-lang.org/std/env/fn.var.html, and their like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import Fact, Variable
from ctxgen.opaque import name
from ctxgen.readers import readers_for, reads
from ctxgen.readers._lines import lines_with
from ctxgen.tree import SOURCE_LIMIT, File

_N = r"([A-Za-z_][A-Za-z0-9_]{1,99})"
_U = r"([A-Z][A-Z0-9_]{1,99})"
_LINE_LIMIT = 2_000
_COMMENT = re.compile(r"\s{0,200}(?://|#(?!\[)|\*|/\*|--|<!--)")

_PYTHON = re.compile(
    rf"\b(?:os\.)?environb?\[\s{{0,9}}[\"']{_N}[\"']\s{{0,9}}\](?!\s{{0,9}}=(?!=))|\b(?:os\.)?(?:environb?\.(?:get|pop)|getenvb?)\(\s{{0,9}}[\"']{_N}[\"']\s{{0,9}}(,|\))?"
    rf"|(?<![\w.])(?!setenv)\w{{0,40}}env\w{{0,40}}(?:\.(?:str|int|bool|list|float|url|db|cache))?\(\s{{0,9}}[\"']{_U}[\"']"
)
_GATEWAY_INTERFACE = re.compile(r"[(,]\s{0,9}environ\s{0,9}[,)]|\.environ\b(?<!os\.environ)")
"""Where a function is given a request as `environ` (PEP 3333), what is read of that is no variable."""
_FROM_OS = re.compile(r"^\s{0,20}from os import [^\n]{0,200}\benviron\b", re.MULTILINE)
_GO = re.compile(
    rf"(?<![Ss]et)(?<!Unset)\b(?!(?:\w{{0,40}}(?:[Ss]etenv|[Ss]etEnv|Unsetenv)))\w{{0,40}}[eE]nv\w{{0,40}}(?:\[\w{{1,40}}\])?\(\s{{0,9}}(?:&?[\w.]{{1,80}}\s{{0,9}},\s{{0,9}})?\"{_U}\""
)
_JAVA = re.compile(
    rf"\bgetenv\(\s{{0,9}}\"{_N}\"(?:\)\s{{0,9}}(?P<after>\?:\s{{0,9}}(?:throw|error|exitProcess)\b|\?:|!!))?|\bgetenv\(\)\.(?:get|getOrDefault|containsKey)\(\s{{0,9}}\"{_N}\"|\bgetenv\(\)\[\"{_N}\"\]|@Value\(\s{{0,9}}[^)\"]{{0,20}}\"[^\"]{{0,80}}\\?\$\{{{_U}([:}}])"
)
_DOTNET = re.compile(
    rf"\bGetEnvironmentVariable\(\s{{0,9}}\"{_N}\"|\b_?[cC]onfig(?:uration)?(?:\[|\.GetValue(?:<\w{{1,20}}>)?\(|\.GetRequiredValue\()\s{{0,9}}\"([A-Z][A-Z0-9]{{1,40}}(?:_[A-Z0-9]{{1,40}}){{1,9}})\""
)
"""A key of a configuration in capitals with underscores is a variable's name: sections are written otherwise."""
_PHP = re.compile(
    rf"\bgetenv\(\s{{0,9}}[\"']{_N}[\"']\s{{0,9}}\)?|\$_ENV\[\s{{0,9}}[\"']{_N}[\"']\s{{0,9}}\]|(?<![\w>$:])env\(\s{{0,9}}[\"']{_U}[\"']\s{{0,9}}(?:(,)|\))|(?<!\w)Env::get\(\s{{0,9}}[\"']{_U}[\"']\s{{0,9}}(?:(,)|\))"
)
_PHP_DEFAULT = re.compile(r"\s{0,9}(?:\?:|\?\?|\|\|)")
_RUBY = re.compile(
    rf"\bENV\[\s{{0,9}}[\"']{_N}[\"']\s{{0,9}}\](?!\s{{0,9}}=(?![=~]))|\bENV\.(?:fetch|key\?|has_key\?)\(?\s{{0,9}}[\"']{_N}[\"']|\bFigaro\.env\.([a-z]\w{{1,99}})"
)
_RUBY_DEFAULT = re.compile(r"(?:\.presence)?\s{0,9}(?:\|\||\|\|=)")
_CREDENTIALS = re.compile(
    r"\bRails\.application\.credentials(?P<path>(?:[.!]{1,2}(?!dig\b|fetch\b)[a-z]\w{0,60}|&\.[a-z]\w{0,60}|\[:\w{1,60}\]|\.(?:dig|fetch)\(\s{0,4}:\w{1,60}(?:,\s{0,4}:\w{1,60}){0,6}){1,6})(?P<must>!)?"
)
_NOT_NAMES = {"dig", "fetch", "presence", "present", "blank", "to_s", "to_h", "config", "nil", "try", "key", "keys"}
_RUST = re.compile(
    rf"\b(?:env|dotenvy|dotenv)::var(?:_os)?\(\s{{0,9}}\"{_N}\"|\b(?:option_)?env!\(\s{{0,9}}\"(?!CARGO_|OUT_DIR){_N}\"|\benv\s{{0,9}}=\s{{0,9}}\"{_U}\""
)
_GO_FLAG = re.compile(r"\bEnvVars?(?:\(|:\s{0,9}(?:\[\]string\{)?)((?:\s{0,40}\"[A-Z][A-Z0-9_]{1,99}\",?){1,40})")
"""The variables of a flag of urfave/cli, any of which may set it."""
_ELIXIR = re.compile(
    rf"\bSystem\.(?:get_env|fetch_env!?)\(?\s{{0,9}}\"{_N}\"|(?:\b\w{{0,40}}_env!?|(?<![\w.])env!)\(\s{{0,9}}(?:[\w.]{{1,60}},\s{{0,9}})?\"{_U}\""
)
_ELIXIR_MUST = re.compile(r"\)?\s{0,9}(?:\|\|\s{0,99}\(?\s{0,99}raise\b)")
_ELIXIR_MAY = re.compile(r"\)?\s{0,9}\|\||\s{0,3},")
"""A default behind the name, or behind the call: https://hexdocs.pm/elixir/System.html#get_env/2."""
_ELIXIR_TYPED = re.compile(r"\s{0,3},\s{0,9}:\w{1,30}[!?]?(\s{0,3},)?")
"""The type that Dotenvy's `env!` is given, and whether a default follows it: https://hexdocs.pm/dotenvy/Dotenvy.html#env!/3."""
_UWSGI = re.compile(rf"^if(?:-not)?-env\s{{0,3}}=\s{{0,3}}{_U}\s{{0,9}}$|\$\({_U}\)")
_SHELL = re.compile(rf"\$\{{{_U}:?([-=?])")

_SETTINGS_READERS = {"read_django_settings", "read_python_config", "read_gunicorn_config", "read_celery_config"}


def _found(file: File, pattern: re.Pattern[str], *words: str) -> Iterator[tuple[int, str, re.Match[str]]]:
    """(line number, variable, match) of every read outside comment lines, on lines that hold one of the words."""
    text = file.text
    number, counted, last = 1, 0, -1
    for start, end in lines_with(text, *words):
        line = text[start : min(end, start + _LINE_LIMIT)]
        if _COMMENT.match(line):
            continue
        if line.rstrip().endswith("("):  # what is asked for stands on the next one
            following = text.find("\n", end + 1)
            line = text[start : min(following if following >= 0 else len(text), start + _LINE_LIMIT)]
        for found in pattern.finditer(line):
            variable = next((group for group in found.groups() if group and re.fullmatch(_N, group)), None)
            if variable and (place := start + found.start()) > last:
                last = place
                number += text.count("\n", counted, start)
                counted = start
                yield number + line.count("\n", 0, found.end()), variable, found


def _variable(file: File, line: int, variable: str, required: bool | None = None) -> Variable:
    return Variable(name=name(variable), source="code", required=required, at=file.at(line))


@reads("*.py", limit=SOURCE_LIMIT, contains=(b"environ", b"getenv", b"env("))
def read_python_variables(file: File) -> Iterator[Fact]:
    """Python: `os.environ["X"]`, `os.environ.get("X")`, `os.getenv("X")`, and helpers named like `get_env("X")`; settings modules have their own readers."""
    if any(reader.name in _SETTINGS_READERS for reader in readers_for(file.path)):
        return
    request = _GATEWAY_INTERFACE.search(file.text) is not None and _FROM_OS.search(file.text) is None
    for line, variable, found in _found(file, _PYTHON, "env"):
        if request and found[0].startswith("environ"):
            continue
        yield _variable(file, line, variable, True if found[1] else False if found[3] == "," else None)


@reads("*.go", limit=SOURCE_LIMIT, contains=(b"env", b"Env"))
def read_go_variables(file: File) -> Iterator[Fact]:
    """Go: `os.Getenv("X")`, `os.LookupEnv("X")`, helpers named like them and flags; what else is read, and what is required, source says that is followed."""
    for line, variable, _ in _found(file, _GO, "env", "Env"):
        yield _variable(file, line, variable)
    for found in _GO_FLAG.finditer(file.text) if "EnvVar" in file.text else ():
        for each in list(re.finditer(r'"(\w+)"', found[1])):
            yield _variable(file, file.text.count("\n", 0, found.start(1) + each.start()) + 1, each[1])


@reads("*.java", "*.kt", "*.kts", "*.scala", "*.groovy", limit=SOURCE_LIMIT, contains=(b"getenv", b"@Value"))
def read_jvm_variables(file: File) -> Iterator[Fact]:
    """Java, Kotlin, Scala: `System.getenv("X") ?: "y"`, `System.getenv().getOrDefault("X", "y")`, `@Value("${X}")`."""
    for line, variable, found in _found(file, _JAVA, "getenv", "@Value"):
        after = found["after"] or ("?:" if "getOrDefault" in found[0] else found[6] or "")
        yield _variable(file, line, variable, {":": False, "?:": False, "}": True}.get(after, True if after else None))


@reads("*.cs", "*.fs", "*.vb", limit=SOURCE_LIMIT, contains=(b"GetEnvironmentVariable", b"onfiguration", b"onfig["))
def read_dotnet_variables(file: File) -> Iterator[Fact]:
    """.NET: `Environment.GetEnvironmentVariable("X")`."""
    for line, variable, _ in _found(file, _DOTNET, "GetEnvironmentVariable", "onfig"):
        yield _variable(file, line, variable)


@reads("*.php", limit=SOURCE_LIMIT, contains=(b"env(", b"$_ENV", b"Env::get("))
def read_php_variables(file: File) -> Iterator[Fact]:
    """PHP: `getenv('X')`, `$_ENV['X']`, `env('X', default)`; Laravel's `config` folder has its own reader."""
    if file.folder.rpartition("/")[2] != "config":
        for line, variable, found in _found(file, _PHP, "env(", "$_ENV", "Env::get("):
            stated = "," in found.groups() or _PHP_DEFAULT.match(file.lines[line - 1][found.end() :][:40])
            yield _variable(file, line, variable, False if stated else None)


@reads(
    "*.rb",
    "*.ru",
    "*.rake",
    "Rakefile",
    "Puma",
    "**/config/*.yml",
    "config/*.yml",
    "*.yml.erb",
    limit=SOURCE_LIMIT,
    contains=(b"ENV", b"Figaro.env"),
    excludes=("database.yml",),
)
def read_ruby_variables(file: File) -> Iterator[Fact]:
    """Ruby, and what ERB asks in YAML: `ENV["X"]`, `ENV.fetch("X")`, `Figaro.env.x`."""
    yaml = file.name.endswith((".yml", ".erb"))
    for line, variable, found in _found(file, _RUBY, "ENV", "Figaro.env"):
        rest = file.lines[line - 1][found.end() :][:40]
        if yaml and "<%" not in file.lines[line - 1]:
            continue
        if found[3]:
            yield _variable(file, line, variable.upper(), True if rest.startswith("!") else None)
            continue
        required = None if found[1] else not rest.lstrip().startswith((",", ") {", "){", ") do", "{"))
        default = False if found[1] and _RUBY_DEFAULT.match(rest) else None
        yield _variable(file, line, variable, required if ".fetch" in found[0] else default)


@reads("*.rb", "*.yml", "*.rake", limit=SOURCE_LIMIT, contains=(b"Rails.application.credentials",))
def read_rails_credentials(file: File) -> Iterator[Fact]:
    """The entries of Rails' encrypted credentials that code asks for, by their names alone: `credentials.stripe.secret_key`."""
    for number, text in enumerate(file.lines, 1):
        if "application.credentials" not in text or _COMMENT.match(text):
            continue
        for found in _CREDENTIALS.finditer(text[:_LINE_LIMIT]):
            words = [word for word in re.findall(r"[a-z_]\w*", found["path"]) if word not in _NOT_NAMES]
            if words:
                yield _variable(file, number, ".".join(("credentials", *words)), True if found["must"] else None)


_MUST = re.compile(
    r"\)\s{0,99}(?:\?|\.unwrap\(\)|\.expect\(|\.(?:with_)?context\(|\.map_err\(|\.unwrap_or_else\(\|\w{1,20}\|\s{0,9}\{?\s{0,99}(?:panic!|std::process::exit))"
)
_MAY = re.compile(r"\)\s{0,99}\.(?:unwrap_or|ok\(\)|is_ok|is_err|map_or|or_else|is_ok_and)")


@reads("*.rs", limit=SOURCE_LIMIT, contains=(b"env",))
def read_rust_variables(file: File) -> Iterator[Fact]:
    """Rust: `std::env::var("X")` and dotenv's with what is done where it is not set, `env!("X")`, clap's `env = "X"`."""
    for line, variable, found in _found(file, _RUST, "env"):
        rest = "\n".join((file.lines[line - 1][found.end() :][:200], *file.lines[line : line + 4]))
        tried = re.search(r"if let Ok\([^()]{1,60}\)\s{0,9}=\s{0,9}[\w:]{0,40}$", found.string[: found.start()]) is not None
        required = False if tried or (_MAY.match(rest) and not _MUST.match(rest)) else True if _MUST.match(rest) else None
        yield _variable(file, line, variable, required)


@reads("*entrypoint.sh", "*entrypoint", "entry.sh", "start.sh", limit=SOURCE_LIMIT, contains=(b"${",))
def read_shell_variables(file: File) -> Iterator[Fact]:
    """What starts a container: variables with a default or a complaint, `${X:-1}`, `${X:=1}`, `${X:?}`."""
    for line, variable, found in _found(file, _SHELL, "${"):
        yield _variable(file, line, variable, found[2] == "?")


@reads("*uwsgi*.ini", limit=SOURCE_LIMIT, contains=(b"-env", b"$("))
def read_uwsgi_variables(file: File) -> Iterator[Fact]:
    """uWSGI: `if-env = X`, `if-not-env = X`, `$(X)`.  Source: https://uwsgi-docs.readthedocs.io/en/latest/ConfigLogic.html."""
    for line, variable, _ in _found(file, _UWSGI, "-env", "$("):
        yield _variable(file, line, variable)


@reads("*.ex", "*.exs", limit=SOURCE_LIMIT, contains=(b"_env", b"env!("))
def read_elixir_variables(file: File) -> Iterator[Fact]:
    """Elixir: `System.get_env("X") || "y"`, `System.get_env("X", "y")`, `System.fetch_env!("X")`, Dotenvy's `env!("X", :string)`, and helpers named like them."""
    for line, variable, found in _found(file, _ELIXIR, "_env", "env!("):
        rest = "\n".join((found.string[found.end() :][:200], *file.lines[line : line + 2]))
        typed = _ELIXIR_TYPED.match(rest)
        if found[0].startswith("env!") and typed:
            required: bool | None = typed[1] is None
        elif "env!" in found[0] or _ELIXIR_MUST.match(rest):
            required = True
        else:
            required = False if _ELIXIR_MAY.match(rest) else None
        yield _variable(file, line, variable, required)
