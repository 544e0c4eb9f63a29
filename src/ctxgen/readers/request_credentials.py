"""How source code signs in whoever asks, where the code itself shows it: an API key in a header, HTTP Basic, a form, the session that keeps a user.

What shows an API key is the access itself (`request.headers["X-Api-Key"]`, `req.get('x-api-key')`, `c.GetHeader("X-API-Key")`), or what authenticates and is given the header's name
(`HeaderApiKeyAuthenticationConverter("X-API-Key")`), not the name of the header alone: clients set that, too.  The patterns are bounded and tried only in lines that hold one of their words.  Sources: the
request objects of the web frameworks; https://swagger.io/docs/specification/v3_0/authentication/api-keys/, https://docs.spring.io/spring-security/reference/servlet/authentication/passwords/basic.html,
https://api.rubyonrails.org/classes/ActionController/HttpAuthentication/Basic.html, https://guides.rubyonrails.org/security.html#sessions, https://pkg.go.dev/net/http#Request.BasicAuth,
https://hexdocs.pm/plug/Plug.BasicAuth.html, https://hexdocs.pm/phoenix/mix_phx_gen_auth.html, https://www.php.net/manual/features.http-auth.php,
https://flask.palletsprojects.com/en/stable/quickstart/#sessions, https://www.starlette.io/middleware/#sessionmiddleware.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey, Fact
from ctxgen.opaque import Name, Opaque
from ctxgen.readers import reads
from ctxgen.readers._lines import lines_with
from ctxgen.tree import SOURCE_LIMIT, File

_TAKEN = re.compile(
    rb"""\b(?:[Rr]equest|req|ctx|context|[Cc]onn|c|r)\.(?:META|[Hh]eaders?|args|GET|query(?:_params)?|params|get|[Hh]eader\.Get|GetHeader|getHeader|getFirst|Query|FormValue|Form\.Get|URL\.Query\(\)\.Get)"""
    rb"""[\[(.]{0,2}(?:get|TryGetValue|getFirst)?[\[(]{0,2}["'](?:HTTP_)?(?:[Xx][-_])?[Aa][Pp][Ii][-_]?[Kk][Ee][Yy]["']"""
)
_HANDED = re.compile(rb"""(?i)\(\s{0,3}["'](?:x[-_])?api[-_]?key["']""")
_TAKER = re.compile(rb"(?i)\b\w{0,40}api_?key\w{0,20}(?:auth|filter|convert|extract|guard|middleware)\w{0,40}\Z")
"""What an API key's name is handed to: `ApiKeyAuthFilter("x-api-key")`."""
_OF_HEADERS = re.compile(rb"\b(?:request|req|ctx|context|c)\.headers\.api_?[Kk]ey\b(?!\s{0,5}=[^=])")
"""`request.headers.apikey`, where it is not set."""
_KEY = re.compile(rb"""[Aa][Pp][Ii][-_]?[Kk][Ee][Yy]["']""")
_REACH = 160
"""More bytes than what comes before the key in the longest match."""
_ACCESSES = (b"eader", b"get", b"uery", b"params", b"META", b"GET", b"args", b"ey")
"""One of these stands in every match."""
_COMMENTS = (b"#", b"//", b"*", b"/*")
_NAMES = (b"pi-Key", b"PI-KEY", b"PI-Key", b"pi-key", b"pi_key", b"PI_KEY", b"piKey", b"pikey")


@reads(
    "*.py", "*.js", "*.mjs", "*.cjs", "*.ts", "*.go", "*.java", "*.kt", "*.cs", "*.php", "*.rb", "*.ex", limit=SOURCE_LIMIT,
    contains=_NAMES, excludes=("service-worker.js", "sw.js", "service-worker.ts", "sw.ts"),
)  # fmt: skip
def read_request_credentials(file: File) -> Iterator[Fact]:
    """The first line that takes an API key from a request; a browser's service worker looks at those that it sends."""
    data = file.data
    for start, end in lines_with(data, *_NAMES):
        if _OF_HEADERS.search(data, start, end) and not data[start:end].lstrip().startswith(_COMMENTS):
            yield _shown(file, "request.api-key", start)
            return
        for found in _KEY.finditer(data, start, end):
            before = data[max(found.start() - _REACH, start) : found.end()]
            if data[start : found.start()].lstrip().startswith(_COMMENTS) or (file.name.endswith(".py") and b"`" in before):
                continue  # a comment or docstring that speaks of it: no Python but in texts has such a mark
            if any(word in before for word in _ACCESSES) and (_TAKEN.search(before) or _handed(before)):
                yield _shown(file, "request.api-key", start)
                return


def _handed(before: bytes) -> bool:
    """Whether the name at the end of a text is handed to what its own name says takes API keys."""
    return any(_TAKER.search(before, 0, found.start()) for found in _HANDED.finditer(before))


_OWN_HEADER = re.compile(
    rb"""["'](?:HTTP_)?[Xx][-_](?!(?i:idempotency|request|correlation|cache|c?x?srf|sec|amz|goog|vault|session|partition|routing|encryption|public|signing|sort|api)[-_])"""
    rb"""(?:[A-Za-z0-9]{2,30}[-_][Kk](?:ey|EY)|(?i:auth|api)[-_](?i:token))["']"""
)
"""The header of an API key that a product names after itself (`X-Shop-Key`), or `X-Auth-Token`."""
_ASKED = re.compile(
    rb"""(?:\b(?:[Rr]equest|req|ctx|context|c|r)(?:\.|->)(?:[Hh]eaders?|[Gg]et|META|env)(?:\(\))?|\b[Hh]eader\.Get|\bGetHeader|\bgetHeader(?:Line)?|\bget_req_header|\bheaders\(\)\.get)"""
    rb"""\s{0,3}(?:\[|\(|(?:\.|->)(?:get|Get|header|first|at)\()\s{0,3}(?:\w{1,20},\s{0,3})?\Z"""
)
_SET = re.compile(rb"""\s{0,3}\]\s{0,3}=(?!=)""")
_KEPT = re.compile(
    rb"""\A\s{0,40}(?:(?:private|public|static|final|export|const|readonly|let|var|val|pub|self|cls|&'?static|str|String|string)\b[\s:&]{0,9}){0,8}@?\w{1,60}(?:\s{0,3}:\s{0,3}&?(?:'static )?\w{1,20})?\s{0,3}:?=\s{0,3}\Z"""
)
"""What keeps a text under a name."""
_OF_SIGN_IN = re.compile(r"(?i)(?:^|/)[^/]{0,60}(?:auth|security|middleware|guard)[^/]{0,60}(?:/[^/]{1,80})?\Z")
_OWN_WORDS = (b"-Key", b"-KEY", b"-key", b"_KEY", b"-Token", b"-token", b"_TOKEN")


@reads(
    "*.py", "*.js", "*.mjs", "*.cjs", "*.ts", "*.go", "*.java", "*.kt", "*.cs", "*.php", "*.rb", "*.ex", "*.rs", limit=SOURCE_LIMIT,
    contains=(b'"X-', b"'X-", b'"x-', b"'x-", b"HTTP_X_"), excludes=("*_test.go",),
)  # fmt: skip
def read_own_headers(file: File) -> Iterator[Fact]:
    """A header of the product's own that carries an API key: where a request is asked for it, or where code of sign-in keeps its name.

    A file that speaks of JWT may take one of these from the header that all of them are called after, `X-Auth-Token`.
    """
    data = file.data
    of_sign_in = _OF_SIGN_IN.search(file.path) is not None and any(word in data for word in (b"eader", b"get("))
    tokens = b"jwt" in data.lower()
    for start, end in lines_with(data, *_OWN_WORDS):
        for found in _OWN_HEADER.finditer(data, start, min(end, start + 500)):
            before = data[start : found.start()]
            token = found[0].lower().rstrip(b"\"'").endswith(b"token")
            if before.lstrip().startswith(_COMMENTS) or (tokens and token):
                continue
            if (_ASKED.search(before) and not _SET.match(data, found.end())) or (of_sign_in and not token and _KEPT.match(before)):
                yield _shown(file, "request.api-key", start)
                return


_OFF = re.compile(rb"""[^\n;]{0,80}\bdisable\b|[({\s)}]{0,20}\n\s{0,40}\.disable\b|\s{0,3}\{\s{0,40}disable\b""")
"""What follows a sign-in of Spring Security that is turned off."""
_RUBY_BASIC = re.compile(
    rb"""\b(?:http_basic_authenticate_with|http_basic_authenticate_or_request_with|authenticate_or_request_with_http_basic|authenticate_with_http_basic|request_http_basic_authentication)\b"""
)
_RUBY_SESSION = re.compile(
    rb"""\b(?:session|cookies(?:\.permanent)?(?:\.(?:signed|encrypted))(?:\.permanent)?)\[[:"'](?:current_)?(?:user|account|member|admin|session|auth|remember)_?(?:id|token)["']?\]"""
    rb"""|\bsession\[[:"']\w{1,40}["']?\]\s{0,3}=\s{0,3}@?(?:\w{1,40}_)?(?:user|account|member|admin)\.(?:id|\w{0,40}token)\b"""
)
_PYTHON_SESSION = re.compile(
    rb"""\bsession\[["'](?:(?:current_|logged_in_|auth_)?(?:user|account|member|admin|employee|customer)(?:_?(?:id|name|email))?|uid|logged_?in|is_logged_in|is_admin|authenticated|username)["']\]\s{0,3}=(?!=)"""
    rb"""|\bsession\[["']\w{1,40}["']\]\s{0,3}=\s{0,3}(?:\w{1,40}_)?(?:user|account|member|admin)(?:\.id\b|\[["']_?id["']\])"""
)
_PYTHON_SESSIONS = (b"flask", b"quart", b"starlette", b"request.session[")
_GO_BASIC = re.compile(rb"""\b(?:r|req|[Rr]equest(?:\(\))?)\.BasicAuth\(\)|\b(?:gin|middleware)\.BasicAuth\w{0,20}\(|\bbasicauth\.New\(""")
_PHP_BASIC = re.compile(
    rb"""\[["']PHP_AUTH_USER["']\]|["']auth\.basic["'](?!\s{0,40}=>)"""
)  # what a kernel only names by it guards nothing
_ELIXIR_BASIC = re.compile(
    rb"""\bPlug\.BasicAuth\b(?!\.encode_basic_auth\b)|\bplug\s{1,3}:?basic_auth\b"""
)  # encoding credentials is for a client of somebody else's API
_ELIXIR_SESSION = re.compile(
    rb"""\bput_session\(\s{0,3}(?:\w{1,20},\s{0,3})?[:"](?:current_)?(?:user|account|member|admin|customer|auth|session)(?:_?(?:id|token))?"?\s{0,3},\s{0,3}(?!nil\b)"""
)
_ELIXIR_LINK = re.compile(rb"""\bdefp?\s{1,3}(?:log_?in|sign_?in)_\w{1,40}_by_magic_link\(""")

_SCHEME = re.compile(
    rb"""(?i:www-authenticate)(?:["'`]?[^"'`\n.(=]{0,12}=?[^"'`\n.(=]{0,6}["'`]|: ?)Basic\b|(?:[sS]tarts?_?[wW]ith\w{0,12}\??|(?:Has|Cut|Trim)Prefix|strip_prefix|strpos)[( ]\s{0,3}(?:[^"'()\n]{0,60},\s{0,3})?["'`][Bb]asic ["'`]"""
)
"""A text that is asked whether it begins with the scheme, the value of `Authorization`, and the header that asks for it (not a client's look at that header: `headers.get("WWW-Authenticate").startswith("Basic")`).  Source: https://www.rfc-editor.org/rfc/rfc7617#section-2."""
_SCHEMES = (b'asic "', b"asic '", b"asic `", b"-Authenticate", b"-authenticate")


@reads(
    "*.py", "*.js", "*.mjs", "*.cjs", "*.ts", "*.go", "*.java", "*.kt", "*.cs", "*.php", "*.rb", "*.rs", limit=SOURCE_LIMIT,
    contains=_SCHEMES,
)  # fmt: skip
def read_basic_scheme(file: File) -> Iterator[Fact]:
    """The first line that asks whether a request's credentials are those of HTTP Basic."""
    yield from _first(file, "request.basic", _SCHEME, *_SCHEMES)


_CSRF_OFF = re.compile(
    rb"""\bcsrf\s{0,3}(?:\(\s{0,3}\)\s{0,60}\.disable\(|\(\s{0,60}(?:\w{1,60}::disable\b|\(?\w{1,30}\)?\s{0,3}->\s{0,60}\w{1,30}\.disable\()|\{\s{0,60}(?:it\.)?disable\()"""
)


@reads("*.java", "*.kt", limit=SOURCE_LIMIT, contains=(b"httpBasic", b"formLogin", b"csrf"))
def read_spring_sign_in(file: File) -> Iterator[Fact]:
    """HTTP Basic and form login that a filter chain of Spring Security turns on, and protection from forged requests that it turns off.

    Source of the latter: https://docs.spring.io/spring-security/reference/servlet/exploits/csrf.html#disable-csrf
    """
    data = file.data
    if b"springframework.security" not in data:
        return
    for start, end in lines_with(data, b"csrf"):
        if _CSRF_OFF.search(data, start, min(len(data), end + 120)) and not data[start:end].lstrip().startswith((b"//", b"*")):
            yield ConfigKey(key=Name("request.csrf"), value=Opaque("false"), dialect="other", at=file.at(data.count(b"\n", 0, start) + 1))
            break
    for word, key in ((b"httpBasic", "request.basic"), (b"formLogin", "request.form-login")):
        for start, _ in lines_with(data, word):
            at = data.find(word, start)
            line = data[start:at].lstrip()
            if (
                not line.startswith((b"//", b"*", b"import "))
                and data[at + len(word) : at + len(word) + 1] in b"({ "
                and not _OFF.match(data, at + len(word))
            ):
                yield _shown(file, key, start)
                break


@reads("*.rb", limit=SOURCE_LIMIT, contains=(b"http_basic", b"session[", b"cookies."))
def read_rails_sign_in(file: File) -> Iterator[Fact]:
    """HTTP Basic that a controller asks for, and the signed cookie or session in which Rails keeps who is signed in."""
    yield from _first(file, "request.basic", _RUBY_BASIC, b"http_basic")
    yield from _first(file, "request.session", _RUBY_SESSION, b"session[", b"cookies.")


@reads("*.py", limit=SOURCE_LIMIT, contains=(b"session[",))
def read_python_sign_in(file: File) -> Iterator[Fact]:
    """The session in which Flask, Quart or Starlette keeps who signed in: `session["user_id"] = user.id`."""
    if any(word in file.data for word in _PYTHON_SESSIONS):
        yield from _first(file, "request.session", _PYTHON_SESSION, b"session[")


@reads("*.go", limit=SOURCE_LIMIT, contains=(b"BasicAuth", b"basicauth"), excludes=("*_test.go",))
def read_go_sign_in(file: File) -> Iterator[Fact]:
    """HTTP Basic that a handler reads or a middleware asks for."""
    yield from _first(file, "request.basic", _GO_BASIC, b"BasicAuth", b"basicauth")


_PHP_PASSWORD = re.compile(
    rb"""(?<![\w>:$])password_verify\(|\bsecurity->validatePassword\(|\bgetSecurity\(\)->validatePassword\(|\bDefaultPasswordHasher\(\)\)?->(?:hash|check)\("""
)
_PHP_LDAP = re.compile(rb"""(?<![\w>:$])@?ldap_bind(?:_ext)?\(""")


@reads(
    "*.php",
    limit=SOURCE_LIMIT,
    contains=(b"PHP_AUTH_USER", b"auth.basic", b"password_verify", b"validatePassword", b"DefaultPasswordHasher", b"ldap_bind"),
)
def read_php_sign_in(file: File) -> Iterator[Fact]:
    """HTTP Basic that a script reads or Laravel's middleware asks for, passwords that are compared with their hashes, directories that are signed in to.

    Sources: https://www.php.net/manual/function.password-verify.php, https://www.php.net/manual/function.ldap-bind.php,
    https://www.yiiframework.com/doc/guide/2.0/en/security-passwords, https://book.cakephp.org/5/en/controllers/components/authentication.html.
    """
    yield from _first(file, "request.password", _PHP_PASSWORD, b"password_verify", b"validatePassword", b"DefaultPasswordHasher")
    yield from _first(file, "request.ldap", _PHP_LDAP, b"ldap_bind")
    yield from _first(file, "request.basic", _PHP_BASIC, b"PHP_AUTH_USER", b"auth.basic")


_NET_PASSWORD = re.compile(rb"\b(?:PasswordSignInAsync|CheckPasswordSignInAsync|CheckPasswordAsync|VerifyHashedPassword)\s{0,3}\(")
_NET_COOKIE = re.compile(rb"\.(?:AddCookie|AddIdentityCookies|ConfigureApplicationCookie)\s{0,3}(?:\(|<)")

_NET_JWT = re.compile(rb"\.AddJwtBearer\s{0,3}\(|\buse_jwt_authentication\w{0,20}\s")
_NET_BEARER = re.compile(rb"\.AddBearerToken\s{0,3}\(")


@reads(
    "*.cs",
    "*.fs",
    limit=SOURCE_LIMIT,
    contains=(
        b"SignInAsync",
        b"CheckPasswordAsync",
        b"VerifyHashedPassword",
        b"Cookie",
        b".AddJwtBearer",
        b".AddBearerToken",
        b"use_jwt_authentication",
    ),
)
def read_aspnet_sign_in(file: File) -> Iterator[Fact]:
    """Passwords that ASP.NET Core Identity checks, the cookie that keeps who is signed in, and the tokens that a scheme takes: JWTs, or those that it seals itself.

    Sources: https://learn.microsoft.com/dotnet/api/microsoft.aspnetcore.identity.signinmanager-1, https://learn.microsoft.com/aspnet/core/security/authentication/cookie,
    https://learn.microsoft.com/aspnet/core/security/authentication/configure-jwt-bearer-authentication, https://saturnframework.org/explanations/application.html, https://learn.microsoft.com/dotnet/api/microsoft.extensions.dependencyinjection.bearertokenextensions.
    """
    yield from _first(file, "request.jwt-bearer", _NET_JWT, b".AddJwtBearer", b"use_jwt_authentication")
    yield from _first(file, "request.bearer-token", _NET_BEARER, b".AddBearerToken")
    yield from _first(file, "request.password", _NET_PASSWORD, b"SignInAsync", b"CheckPasswordAsync", b"VerifyHashedPassword")
    yield from _first(file, "request.cookie", _NET_COOKIE, b"Cookie")


_SCRIPT_PASSWORD = re.compile(
    rb"""\b(?:[Bb]crypt\w{0,12}|argon2?\w{0,6}|Bun\.password)\.(?:compare|verify)(?:Sync)?\s{0,2}\((?!\s{0,3}[^,()\n]{0,60}(?i:token|otp|code|secret|key))"""
)
_SCRIPT_COMPARE = re.compile(rb"""(?<![.\w])compare(?:Sync)?\s{0,2}\((?!\s{0,3}[^,()\n]{0,60}(?i:token|otp|code|secret|key))""")
_SCRIPT_COMPARER = re.compile(
    rb"""\{[^{}\n]{0,80}\bcompare(?:Sync)?\b[^{}\n]{0,80}\}\s{0,3}(?:from|=\s{0,3}require\()\s{0,3}["']bcrypt(?:js)?["']"""
)
_REMIX_SESSION = re.compile(rb"""\bcreate(?:Cookie|Database|File|Memory)?SessionStorage\b\s{0,3}[<(]""")
_REMIX_NAMED = re.compile(
    rb"""(?:\bgetSession\b[^=]{0,140}|\b(?:auth|user|login|account|member|admin)?[Ss]ession(?:Storage)?\b[^=\n]{0,60})=\s{0,8}\Z"""
)


@reads("*.js", "*.mjs", "*.cjs", "*.ts", "*.tsx", limit=SOURCE_LIMIT, contains=(b"crypt", b"argon", b"Bun.password", b"SessionStorage"))
def read_script_sign_in(file: File) -> Iterator[Fact]:
    """The password that a server compares with its hash, and the session in which Remix or React Router keeps who signed in.

    Sources: https://github.com/kelektiv/node.bcrypt.js#to-check-a-password, https://github.com/ranisalt/node-argon2#usage, https://bun.sh/docs/api/hashing,
    https://reactrouter.com/explanation/sessions-and-cookies.
    """
    data = file.data
    imported = next((True for start, end in lines_with(data, b"compare") if _SCRIPT_COMPARER.search(data, start, end)), False)
    for start, end in lines_with(data, b"compare", b"verify"):
        called = _SCRIPT_PASSWORD.search(data, start, end) or (imported and _SCRIPT_COMPARE.search(data, start, end))
        if called and not data[start:end].lstrip().startswith((b"//", b"*")):
            yield _shown(file, "request.password", start)
            break
    for found in _REMIX_SESSION.finditer(data):
        if (b"react-router" in data or b"@remix-run/" in data) and _REMIX_NAMED.search(
            data[max(0, found.start() - _REACH) : found.start()]
        ):
            yield _shown(file, "request.session", found.start())
            return


@reads("*.ex", limit=SOURCE_LIMIT, contains=(b"BasicAuth", b"basic_auth", b"put_session(", b"_by_magic_link("))
def read_elixir_sign_in(file: File) -> Iterator[Fact]:
    """HTTP Basic of Plug, the session in which a Phoenix application keeps who signed in, and the links that `mix phx.gen.auth` sends to sign in with."""
    yield from _first(file, "request.basic", _ELIXIR_BASIC, b"BasicAuth", b"basic_auth")
    yield from _first(file, "request.session", _ELIXIR_SESSION, b"put_session(")
    yield from _first(file, "request.magic-link", _ELIXIR_LINK, b"_by_magic_link(")


def _first(file: File, key: str, pattern: re.Pattern[bytes], *words: bytes) -> Iterator[Fact]:
    for start, end in lines_with(file.data, *words):
        if pattern.search(file.data, start, end) and not file.data[start:end].lstrip().startswith((b"#", b"//", b"*")):
            yield _shown(file, key, start)
            return


def _shown(file: File, key: str, start: int) -> Fact:
    return ConfigKey(key=Name(key), value=Opaque("true"), dialect="other", at=file.at(file.data.count(b"\n", 0, start) + 1))
