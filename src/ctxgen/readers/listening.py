"""Ports that source code states: where a server is told to listen, and the default of the variable that it asks.

Sources: https://nodejs.org/api/net.html#serverlisten, https://www.uvicorn.org/settings/, https://pkg.go.dev/net/http#ListenAndServe,
https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/endpoints, https://ktor.io/docs/server-configuration-code.html, https://docs.rs/tokio/latest/tokio/net/struct.TcpListener.html,
https://puma.io/puma/Puma/DSL.html.  Only numbers get out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._lines import lines_with
from ctxgen.readers._python_text import code
from ctxgen.tree import SOURCE_LIMIT, File

_P = r"[\"'`]?(\d{2,5})[\"'`]?(?![\w.])"
_ASKED = r"(?:(?:Number(?:\.parseInt)?|parseInt|normalizePort|\+|int)\(?\s{0,3})?"
_ENV = r"(?:process|Bun)\.env(?:\.\w{1,40}|\[[\"']\w{1,40}[\"']\])!?,?\s{0,3}(?:10\s{0,3})?\)?"
_ELSE = rf"(?:{_ENV}\s{{0,3}}(?:\|\||\?\?)\s{{0,3}})"
"""Variables that are asked first, each with `||` behind it."""
_NAMED = r"(?:[Pp]ort|PORT|(?:SERVER|APP|HTTP|API)_PORT|(?:server|app|http|api)Port)"
_SCRIPT = re.compile(
    rf"\.listen\(\s{{0,9}}(?:\{{\s{{0,9}}(?:host:\s{{0,3}}[^,\n]{{1,60}},\s{{0,3}})?port:\s{{0,3}})?{_ASKED}{_ELSE}{{0,3}}{_P}"
    rf"|\.set\(\s{{0,3}}[\"']port[\"'],\s{{0,3}}{_ASKED}{_ELSE}{{0,3}}{_P}"
    rf"|^\s{{0,20}}(?:export\s+)?(?:const|let|var)\s+{_NAMED}\b[^=\n]{{0,30}}=\s{{0,3}}{_ASKED}{_ELSE}{{1,3}}{_P}"
    rf"|^\s{{0,20}}(?:const|let|var)\s+{_NAMED}\s{{0,3}}=\s{{0,3}}{_P}\s{{0,3}};?\s{{0,3}}$"
    rf"|\b(?:Bun|Deno)\.serve\(\s{{0,9}}\{{[^}}\n]{{0,100}}\bport:\s{{0,3}}{_P}",
    re.MULTILINE,
)
_PYTHON = re.compile(
    r"\bmake_server\(\s{0,9}[\"'][\w.]{0,40}[\"'],\s{0,3}(\d{2,5})\b|\b(?:app|application|server|http_server)\.listen\(\s{0,9}(\d{2,5})\b"
    rf"|\b(?:uvicorn\.run|app\.run|app\.start|bottle\.run|web\.run_app|waitress\.serve|serve|socketio\.run|run_simple|hypercorn\.run)\([^#\n]{{0,200}}\bport\s{{0,3}}=\s{{0,3}}{_ASKED}(?:os\.(?:environ\.get|getenv)\([\"']\w{{1,40}}[\"'],\s{{0,3}})?{_P}"
)
_GO = re.compile(
    r"(?:\bListenAndServe(?:TLS)?\(|\.(?:Run|Listen|Start)\(|\bAddr:\s{0,9}|\bnet\.Listen\(\"tcp\",\s{0,3})\"(?:0\.0\.0\.0|localhost)?:(\d{2,5})\"|\b[gG]et[eE]nv(?:Or\w{0,20})?\(\"(?:HTTP_|SERVER_|APP_)?PORT\",\s{0,3}\":?(\d{2,5})\"\)"
)
_GIN = re.compile(r"\b(\w{1,40})[ \t]{0,3}:?=[ \t]{0,3}gin\.(?:Default|New)\(")
_GIN_RUNS = re.compile(r"[ \t]{0,40}(?:log\.Fatal\(|_ = |panic\()?(\w{1,40})\.Run\(\)\)?[ \t]{0,9}(?://.*)?")
_GO_MAIN = re.compile(r"^func main\(\)", re.MULTILINE)
_GO_IGNORED = re.compile(r"^//(?:go:build|[ \t]?\+build)[ \t]{1,4}ignore\b", re.MULTILINE)
_DOTNET = re.compile(
    r"\b(?:UseUrls|Urls\.Add|app\.Run|RunAsync)\(\s{0,9}\"https?://[^\"\s:]{1,60}:(\d{2,5})/?\"|\bListen(?:AnyIP|Localhost)\(\s{0,9}(\d{2,5})\b"
)
_JVM = re.compile(
    r"\bembeddedServer\([^)\n]{0,80}\bport\s{0,3}=\s{0,3}(\d{2,5})|\"server\.port\",\s{0,3}\"?(\d{2,5})|\bSpark\.port\((\d{2,5})\)|\bJavalin\.create\([^\n]{0,100}\)\.start\((\d{2,5})\)|\bgetenv\(\"PORT\"\)(?:\?\.toInt(?:OrNull)?\(\))?\s{0,3}\?:\s{0,3}\"?(\d{2,5})"
)
_RUST = re.compile(
    r"\bvar\(\"(?:HTTP_|SERVER_|APP_)?PORT\"\)(?:\s{0,40}\.(?:ok\(\)|map\([^()\n]{0,60}\)))?\s{0,40}\.unwrap_or(?:_else)?\((?:\|_?\w{0,20}\|\s{0,9})?(?:String::from\()?\"?(\d{2,5})\b|"
    r"\bbind\(\s{0,9}&?\"(?:0\.0\.0\.0|127\.0\.0\.1|\[::\]|localhost):(\d{2,5})\"|\bbind\(\(\s{0,3}\"[^\"\n]{1,40}\",\s{0,3}(\d{2,5})\)|\bSocketAddr::from\(\(\[[\d, ]{1,40}\],\s{0,3}(\d{2,5})\)\)"
)
_RUBY = re.compile(
    r"^\s{0,9}port\s{1,9}(?:ENV\.fetch\([\"']PORT[\"']\)\s{0,3}\{\s{0,3}|ENV\.fetch\([\"']PORT[\"'],\s{0,3})?(\d{2,5})|^\s{0,9}set\s{1,3}:port,\s{0,3}(\d{2,5})",
    re.MULTILINE,
)
_ELIXIR = re.compile(
    r"^\s{0,20}http:\s\[(?:[^\]\n]{0,100},\s{0,3})?port:\s{0,3}(\d{2,5})"
    r"|_env\(\"(?:HTTP_|APP_|SERVER_)?PORT\"(?:,|\)\s{0,3}\|\|)\s{0,3}\"?(\d{2,5})\b|\benv!\(\"PORT\",\s{0,3}:\w{1,20}[?!]?,\s{0,3}\"?(\d{2,5})\b",
    re.MULTILINE,
)
_COMMENT = re.compile(r"\s{0,80}(?://|#|\*|--)")


def _stated(file: File, pattern: re.Pattern[str], code: str | None = None) -> Iterator[ConfigKey]:
    for found in pattern.finditer(file.text if code is None else code):
        port = next((group for group in found.groups() if group), None)
        begin = file.text.rfind("\n", 0, found.start()) + 1
        if port is None or not 0 < int(port) < 65536 or _COMMENT.match(file.text, begin):
            continue
        line = file.text.count("\n", 0, found.start() + len(found[0]) - len(found[0].lstrip())) + 1
        yield ConfigKey(key=name("listen.port"), value=Opaque(port), dialect="other", at=file.at(line))


@reads(
    "*.ts",
    "*.js",
    "*.mjs",
    "*.cjs",
    "*.mts",
    "**/bin/www",
    limit=SOURCE_LIMIT,
    contains=(b".listen(", b"Bun.serve(", b"Deno.serve("),
    excludes=("*.min.js", "*.d.ts"),
)
def read_script_ports(file: File) -> Iterator[ConfigKey]:
    """JavaScript and TypeScript: `app.listen(process.env.PORT || 3000)`, and the constant that `listen` is given."""
    yield from _stated(file, _SCRIPT)


@reads("*.py", limit=SOURCE_LIMIT, contains=(b"run(", b"run_app(", b"serve(", b"run_simple(", b"app.start(", b"make_server(", b".listen("))
def read_python_ports(file: File) -> Iterator[ConfigKey]:
    """Python: `uvicorn.run(app, port=8000)`, `app.run(port=5000)`, `make_server("", 8000, app)`, Tornado's `app.listen(8888)`."""
    yield from _stated(file, _PYTHON, code(file.text))


@reads(
    "*.go", limit=SOURCE_LIMIT, contains=(b"ListenAndServe", b".Run(", b".Listen(", b".Start(", b"Addr:", b'PORT"'), excludes=("*_test.go",)
)
def read_go_ports(file: File) -> Iterator[ConfigKey]:
    """Go: `http.ListenAndServe(":8080", nil)`, `r.Run(":8080")`, `Addr: ":8080"`, `getEnv("PORT", "8080")`."""
    yield from _stated(file, _GO)


@reads("*.go", limit=SOURCE_LIMIT, contains=(b".Run()",), excludes=("*_test.go",))
def read_gin_port(file: File) -> Iterator[ConfigKey]:
    """Gin: `router.Run()` without an address listens on 8080 unless `PORT` says otherwise.  Source: https://pkg.go.dev/github.com/gin-gonic/gin#Engine.Run."""
    engines = {found[1] for found in _GIN.finditer(file.text)}
    for start, end in lines_with(file.text, ".Run()"):
        if (found := _GIN_RUNS.fullmatch(file.text, start, min(end, start + 200))) and found[1] in engines:
            yield ConfigKey(key=name("listen.port"), value=Opaque("8080"), dialect="other", at=file.at(file.text.count("\n", 0, start) + 1))
            return


@reads("*.go", limit=SOURCE_LIMIT, contains=(b"package main",), excludes=("*_test.go",))
def read_go_programs(file: File) -> Iterator[ConfigKey]:
    """That a folder of Go holds a program, whatever its file is called; not what `go run` alone builds.  Source: https://go.dev/ref/spec#Program_execution."""
    if (found := _GO_MAIN.search(file.text)) and not _GO_IGNORED.search(file.text, 0, found.start()):
        yield ConfigKey(key=name("go.program"), value=Opaque(""), dialect="other", at=file.at(file.text.count("\n", 0, found.start()) + 1))


@reads("*.cs", "*.fs", limit=SOURCE_LIMIT, contains=(b"UseUrls(", b"Urls.Add(", b"Run(", b"ListenAnyIP(", b"ListenLocalhost("))
def read_dotnet_ports(file: File) -> Iterator[ConfigKey]:
    """.NET: `UseUrls("http://*:5000")`, `ListenAnyIP(5000)`."""
    yield from _stated(file, _DOTNET)


@reads(
    "*.java",
    "*.kt",
    limit=SOURCE_LIMIT,
    contains=(b"embeddedServer(", b'"server.port"', b"Spark.port(", b"Javalin.create(", b'getenv("PORT")'),
)
def read_jvm_ports(file: File) -> Iterator[ConfigKey]:
    """Java and Kotlin: `embeddedServer(Netty, port = 8080)`, `Map.of("server.port", "8080")`."""
    yield from _stated(file, _JVM)


@reads("*.rs", limit=SOURCE_LIMIT, contains=(b"bind(", b"SocketAddr::from(", b'PORT"'))
def read_rust_ports(file: File) -> Iterator[ConfigKey]:
    """Rust: `TcpListener::bind("0.0.0.0:3000")`, `SocketAddr::from(([0, 0, 0, 0], 3000))`."""
    yield from _stated(file, _RUST)


@reads("puma.rb", "config.ru", "app.rb", "server.rb", limit=SOURCE_LIMIT, contains=(b"port",))
def read_ruby_ports(file: File) -> Iterator[ConfigKey]:
    """Ruby: `port ENV.fetch("PORT") { 3000 }` of Puma, `set :port, 4567` of Sinatra."""
    yield from _stated(file, _RUBY)


@reads("**/config/dev.exs", "**/config/runtime.exs", "**/config/config.exs", limit=SOURCE_LIMIT, contains=(b"port", b"PORT"))
def read_elixir_ports(file: File) -> Iterator[ConfigKey]:
    """Phoenix: `http: [port: 4000]`, `System.get_env("PORT") || "4000"`."""
    yield from _stated(file, _ELIXIR)
