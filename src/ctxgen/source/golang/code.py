"""What Go does beside answering requests: errors handled, input validated, transactions, caches, limits, tokens, calls of other services.

Sources: https://pkg.go.dev/database/sql#DB.BeginTx, https://gorm.io/docs/transactions.html, https://pkg.go.dev/github.com/jackc/pgx/v5, https://pkg.go.dev/github.com/go-playground/validator/v10,
https://pkg.go.dev/github.com/redis/go-redis/v9, https://pkg.go.dev/github.com/patrickmn/go-cache, https://pkg.go.dev/github.com/golang-jwt/jwt/v5, https://pkg.go.dev/github.com/go-resty/resty/v2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ctxgen.model import At, CodeFact, Fact, Schedule
from ctxgen.opaque import Opaque, name
from ctxgen.source import ir
from ctxgen.source.golang.calls import READING, package
from ctxgen.source.golang.limits import LIMITS
from ctxgen.source.golang.messages import written
from ctxgen.source.golang.sockets import Upgrades
from ctxgen.source.golang.variables import Variables
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.typed_calls import Defined, Found, Set, stated_as, walk

_WORTH = re.compile(
    rb"\"net/http\"|\brecover\(\)|\.Use\(|database/sql|jmoiron/sqlx|gorm|jackc/pgx|uptrace/bun|xorm|mongo-driver|bbolt|badger|ent\"|validator|validation\"|binding:\"|validate:\"|valid:\""
    rb"|[rR]edis|redigo|cache|ristretto|lru|memcache|otter|[lL]imit|httprate|throttled|tollbooth|jwt|jwx|jose|paseto|oidc|firebase|resty|imroom/req|[rR]ecover|ErrorHandler"
    rb"|[eE]nv\w{0,20}(?:\[\w{1,40}\])?\(|viper|env:\"|envconfig|websocket|gobwas/ws|melody|kafka|sarama|kgo\"|amqp|nats|watermill|asynq|river|machinery|cron|temporal|pubsub|mqtt|pulsar|nsq|[eE]rrorHandler|Interceptor|oken"
)
"""Words of which a file must hold one before it is looked at."""
_REFRESHED = re.compile(r"(?i)(?:refresh\w{0,20}tokens?|tokens?refresh|renew\w{0,12}tokens?|rotate\w{0,12}tokens?)")
_REVOKED = re.compile(r"(?i)(?:revoke|invalidate|blacklist|denylist)\w{0,20}tokens?")
_READS = re.compile(r"(?i)^(?:get|set|is|has|find|list|count|new|with|parse|test|must|clean|prune|validate|load|query)")
"""Names of functions that only look at tokens."""
_ROUTERS = ("gin-gonic/gin", "labstack/echo", "go-chi/chi", "gofiber/fiber", "gorilla/mux", "urfave/negroni", "beego", "zeromicro/go-zero/rest", "danielgtaylor/huma", "kataras/iris", "cloudwego/hertz")  # fmt: skip
_SHIELDS = re.compile(r"(?i)recover|(?<!no)errors?(?:_?handler|\.handler|middleware)|panic")
"""Names of middleware that answers what went wrong."""
_RULES = re.compile(r'(?:^|\s)(?:binding|validate|valid):"(?!-?(?:"|$))')


def finish(program: Program) -> None:
    """The facts of all files that hold a word worth looking at."""
    told: dict[Fact, None] = {}
    upgrades, variables = Upgrades(), Variables(program)
    for path in program.own:
        data = program.sources.data(path) if program.sources is not None else b""
        if path.endswith("_test.go") or not _WORTH.search(data) or b"// Code generated" in data[:2000]:
            continue
        module = program.run(path)
        if module is None:
            continue
        for each in walk(READING, program, module):
            if not isinstance(each, Set):
                variables.note(each)
            if isinstance(each, Found):
                upgrades.note(each)
                told.update(dict.fromkeys((*_call(each), *(written(each, package(each.path)) if each.path else ()))))
            elif isinstance(each, Set):
                told.update(dict.fromkeys(_set(each)))
            else:
                told.update(dict.fromkeys(_defined(each)))
    upgrades.tell(program)
    told.update(dict.fromkeys(variables.facts()))
    named = {each.at for each in told if isinstance(each, Schedule)}
    known = [each for each in program.facts if not (isinstance(each, Schedule) and each.at in named)]  # the same, without the function
    program.facts = list(dict.fromkeys((*known, *told)))


def _fact(kind: str, subject: str, at: At, value: str | None = None) -> CodeFact:
    return CodeFact(kind=kind, subject=name(subject), value=name(value) if value else None, at=at)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------- functions, types and fields


def _defined(defined: Defined) -> Iterator[CodeFact]:
    at = At(defined.module.path, defined.what.line)
    if isinstance(defined.what, ir.Class):
        if any(_RULES.search(field.tag) for field in defined.what.fields):
            yield _fact("validation", defined.name, at)
        return
    called = defined.what.name
    if not called or _READS.match(called):
        return
    if _REFRESHED.search(called):
        yield _fact("token-refreshed", defined.name, at)
    elif _REVOKED.search(called):
        yield _fact("token-revoked", defined.name, at)


def _set(each: Set) -> Iterator[CodeFact]:
    """`e.HTTPErrorHandler = shown`, `router.PanicHandler = shown`."""
    library = {"HTTPErrorHandler": "labstack/echo", "PanicHandler": "julienschmidt/httprouter", "ErrorHandler": "gofiber/fiber"}.get(
        each.name
    )
    if library is not None and library in each.path:
        yield _fact("error-handler", spelled(each.value) or each.name, each.at)


# ---------------------------------------------------------------------------------------------- calls

_Value = Callable[[Found], str | None]


def _none(found: Found) -> None:
    """Nothing is said beside the line."""


def _at(*where: int | str) -> _Value:
    """A span of time that stands at one of some positions and fields."""
    return lambda found: found.span(found.expression(*where))


def _seconds(*where: int | str) -> _Value:
    def read(found: Found) -> str | None:
        number = found.number(*where)
        return f"{number} s" if number else None

    return read


def _option(called: str) -> _Value:
    """The span that an option gives: `ttlcache.WithTTL[string, int](time.Minute)`."""

    def read(found: Found) -> str | None:
        for argument in found.call.arguments:
            value = argument.value
            if isinstance(value, ir.Call) and found.kind(value.function).rpartition(".")[2] == called and value.arguments:
                return found.span(value.arguments[0].value)
        return None

    return read


def _field(index: int, key: str) -> _Value:
    """The span in a field of a struct that is given."""
    return lambda found: found.span(found.fields(found.expression(index)).get(key))


def _isolation(found: Found) -> str | None:
    """`serializable` of `&sql.TxOptions{Isolation: sql.LevelSerializable}`, `pgx.TxOptions{IsoLevel: pgx.Serializable}`."""
    for argument in found.call.arguments:
        fields = found.fields(argument.value)
        level = fields.get("Isolation") or fields.get("IsoLevel")
        if isinstance(level, ir.Attribute):
            words = re.findall(r"[A-Z][a-z]+", level.name.removeprefix("Level"))
            return " ".join(words).lower() or None
    return None


def _lifetime(found: Found) -> str | None:
    """How long a token is good for that the function issues: `"exp": time.Now().Add(time.Hour).Unix()`."""
    stated = stated_as(found, ("ExpiresAt", "exp"))
    return _added(found, stated) if stated is not None else None


def _added(found: Found, expression: ir.Expression) -> str | None:
    """The span in `jwt.NewNumericDate(time.Now().Add(span))`, `time.Now().Add(span).Unix()`."""
    for _ in range(6):
        if not isinstance(expression, ir.Call):
            return None
        function = expression.function
        if isinstance(function, ir.Attribute) and function.name == "Add" and expression.arguments:
            return found.span(expression.arguments[0].value)
        if isinstance(function, ir.Attribute) and isinstance(function.owner, ir.Call):
            expression = function.owner
        elif expression.arguments:
            expression = expression.arguments[0].value
    return None


def _kinds(kind: str, *called: str, value: _Value = _none) -> dict[str, tuple[str, _Value]]:
    return dict.fromkeys(called, (kind, value))


_JWT = _kinds("token-issued", "NewWithClaims", "New", value=_lifetime) | _kinds(
    "token-checked", "Parse", "ParseWithClaims", "ParseUnverified"
)
_BEGUN = _kinds("transaction", "Begin", "BeginTx", "Beginx", "BeginTxx", "MustBegin", "MustBeginTx", "RunInTx", "BeginFunc", "BeginTxFunc", "Transaction", value=_isolation)  # fmt: skip
_MONGO = _kinds("transaction", "WithTransaction", "StartTransaction")
_REDIS = _kinds("cache", "Set", value=_at(3)) | _kinds("cache", "SetEx", "SetEX", value=_at(3))
_CALLS: dict[str, dict[str, tuple[str, _Value]]] = {
    "database/sql": _BEGUN,
    **dict.fromkeys(
        ("github.com/jmoiron/sqlx", "gorm.io/gorm", "github.com/jinzhu/gorm", "github.com/jackc/pgx", "github.com/jackc/pgx/pgxpool", "github.com/uptrace/bun", "github.com/go-pg/pg",
         "xorm.io/xorm", "github.com/go-xorm/xorm", "github.com/beego/beego/client/orm", "github.com/astaxie/beego/orm", "github.com/gocraft/dbr", "github.com/go-gorp/gorp"), _BEGUN,
    ),
    **dict.fromkeys(("go.mongodb.org/mongo-driver/mongo", "go.mongodb.org/mongo-driver"), _MONGO),
    **dict.fromkeys(("go.etcd.io/bbolt", "github.com/boltdb/bolt", "github.com/dgraph-io/badger"), _kinds("transaction", "Update", "NewTransaction")),
    "github.com/go-playground/validator": _kinds("validation", "Struct", "StructCtx", "StructPartial", "StructExcept", "Var", "VarCtx", "RegisterValidation"),
    "github.com/go-ozzo/ozzo-validation": _kinds("validation", "ValidateStruct", "Validate"),
    "github.com/asaskevich/govalidator": _kinds("validation", "ValidateStruct"),
    "github.com/bufbuild/protovalidate-go": _kinds("validation", "Validate"),
    **dict.fromkeys(("github.com/redis/go-redis", "github.com/go-redis/redis"), _REDIS),
    "github.com/patrickmn/go-cache": _kinds("cache", "New", value=_at(0)) | _kinds("cache", "Set", "Add", "SetDefault", value=_at(2)),
    "github.com/dgraph-io/ristretto": _kinds("cache", "Set", "NewCache") | _kinds("cache", "SetWithTTL", value=_at(3)),
    "github.com/allegro/bigcache": _kinds("cache", "DefaultConfig", value=_at(0)) | _kinds("cache", "Set"),
    "github.com/coocood/freecache": _kinds("cache", "Set", value=_seconds(2)),
    "github.com/hashicorp/golang-lru": _kinds("cache", "New", "NewWithEvict", "New2Q", "NewARC"),
    "github.com/hashicorp/golang-lru/expirable": _kinds("cache", "NewLRU", value=_at(2)),
    "github.com/jellydator/ttlcache": _kinds("cache", "New", value=_option("WithTTL")) | _kinds("cache", "Set", value=_at(2)),
    "github.com/bradfitz/gomemcache/memcache": _kinds("cache", "Item", value=_seconds("Expiration")),
    "github.com/maypok86/otter": _kinds("cache", "WithTTL", value=_at(0)) | _kinds("cache", "MustBuilder", "NewBuilder", "Set"),
    "github.com/gin-contrib/cache": _kinds("cache", "CachePage", "CachePageAtomic", value=_at(1)),
    "github.com/gofiber/fiber/middleware/cache": _kinds("cache", "New", value=_field(0, "Expiration")),
    "github.com/beego/beego/client/cache": _kinds("cache", "Put", value=_at(3)),
    **dict.fromkeys(("github.com/golang-jwt/jwt", "github.com/dgrijalva/jwt-go", "github.com/form3tech-oss/jwt-go"), _JWT),
    **dict.fromkeys(("github.com/golang-jwt/jwt/request", "github.com/dgrijalva/jwt-go/request"), _kinds("token-checked", "ParseFromRequest", "ParseFromRequestWithClaims")),
    "github.com/lestrrat-go/jwx/jwt": _kinds("token-issued", "Sign") | _kinds("token-checked", "Parse", "ParseRequest", "ParseString", "ParseHeader"),
    **dict.fromkeys(("github.com/go-jose/go-jose/jwt", "gopkg.in/square/go-jose/jwt", "gopkg.in/go-jose/go-jose/jwt"), _kinds("token-issued", "Signed") | _kinds("token-checked", "ParseSigned")),
    "github.com/o1egl/paseto": _kinds("token-issued", "Encrypt", "Sign") | _kinds("token-checked", "Decrypt", "Verify"),
    "github.com/aidantwoods/go-paseto": {
        **_kinds("token-checked", "ParseV4Public", "ParseV4Local", "ParseV3Public", "ParseV3Local", "ParseV2Public", "ParseV2Local"),
        **_kinds("token-issued", "V4Sign", "V4Encrypt", "V3Sign", "V3Encrypt", "V2Sign", "V2Encrypt"),
    },
    "github.com/appleboy/gin-jwt": _kinds("token-issued", "GinJWTMiddleware", value=_at("Timeout")) | _kinds("token-checked", "MiddlewareFunc") | _kinds("token-issued", "TokenGenerator"),
    "github.com/go-chi/jwtauth": _kinds("token-checked", "Verifier", "Authenticator", "Verify", "VerifyToken", "VerifyRequest") | _kinds("token-issued", "Encode"),
    **dict.fromkeys(("github.com/labstack/echo-jwt", "github.com/gofiber/contrib/jwt", "github.com/gofiber/jwt"), _kinds("token-checked", "WithConfig", "JWT", "New")),
    "github.com/coreos/go-oidc": _kinds("token-checked", "Verify"),
    "github.com/coreos/go-oidc/oidc": _kinds("token-checked", "Verify"),
    "firebase.google.com/go/auth": _kinds("token-checked", "VerifyIDToken", "VerifyIDTokenAndCheckRevoked") | _kinds("token-issued", "CustomToken", "CustomTokenWithClaims"),
    "github.com/zeromicro/go-zero/rest": _kinds("token-checked", "WithJwt", "WithJwtTransition"),
    "github.com/gin-gonic/gin": _kinds("error-handler", "Recovery", "CustomRecovery", "RecoveryWithWriter", "CustomRecoveryWithWriter", "Default"),
    "github.com/labstack/echo/middleware": _kinds("error-handler", "Recover", "RecoverWithConfig"),
    "github.com/gofiber/fiber/middleware/recover": _kinds("error-handler", "New"),
    "github.com/gorilla/handlers": _kinds("error-handler", "RecoveryHandler"),
    "github.com/gin-contrib/zap": _kinds("error-handler", "RecoveryWithZap", "CustomRecoveryWithZap"),
    "github.com/urfave/negroni": _kinds("error-handler", "NewRecovery", "Classic"),
    **dict.fromkeys(
        ("github.com/grpc-ecosystem/go-grpc-middleware/recovery", "github.com/grpc-ecosystem/go-grpc-middleware/interceptors/recovery"),
        _kinds("error-handler", "UnaryServerInterceptor", "StreamServerInterceptor"),
    ),
}  # fmt: skip
"""By package and the last name of what is called: what a call of it tells, and the value that it gives."""


def _call(found: Found) -> Iterator[CodeFact]:
    where, called = found.inside.name or spelled(found.call.function), found.called
    if found.call.function == ir.Name("recover", found.call.line) and _around_handlers(found.inside.function):
        yield _fact("error-handler", where, found.at)
    if called in ("Use", "Pre"):
        yield from _middleware(found, found.call.arguments)
    elif called == "InsertFilter":
        yield from _middleware(found, found.call.arguments[2:3])
    if not found.path:
        return
    library = package(found.path)
    rule = _CALLS.get(library, {}).get(called)
    if rule is not None:
        kind, value = rule
        if kind == "transaction" and "migration" in found.module.path:
            return
        own = kind == "error-handler" or (kind == "token-checked" and library.startswith("github.com/appleboy"))
        yield _fact(kind, spelled(found.call.function) if own else where, found.at, value(found))
    elif (limit := LIMITS.get(library, {}).get(called)) is not None:
        yield _fact("rate-limit", spelled(found.call.function), found.at, limit(found))
    elif called == "Config" and library == "github.com/gofiber/fiber" and (handler := found.expression("ErrorHandler")) is not None:
        yield _fact("error-handler", spelled(handler) or "ErrorHandler", At(found.module.path, handler.line))
    elif called in _CLIENTS.get(library, ()):
        yield from _client(found, where)
    elif called in ("Tx", "BeginTx") and found.path.endswith(("ent.Client.Tx()", "ent.Client.BeginTx()")):
        yield _fact("transaction", where, found.at, _isolation(found))
    elif library in ("github.com/gomodule/redigo/redis", "github.com/garyburd/redigo/redis") and called in ("Do", "Send"):
        stated = found.value(0)
        if isinstance(stated, str) and stated.upper() in ("SET", "SETEX"):
            seconds = found.number(2) if stated.upper() == "SETEX" else None
            yield _fact("cache", where, found.at, f"{seconds} s" if seconds else None)


def _around_handlers(function: ir.Function | None) -> bool:
    """Whether a function that recovers stands around handlers, by what it takes or gives, or by its name."""
    if function is None:
        return False
    given = [spelled(each) for each in (function.returns, *(parameter.type for parameter in function.parameters)) if each is not None]
    return any(each.rpartition(".")[2] in _HANDLERS for each in given) or re.search(r"(?i)recover|panic", function.name) is not None


_HANDLERS = {"Handler", "HandlerFunc", "MiddlewareFunc", "ResponseWriter", "UnaryHandler", "StreamHandler", "UnaryServerInterceptor", "Ctx", "HandlersChain"}  # fmt: skip


def _middleware(found: Found, given: tuple[ir.Argument, ...]) -> Iterator[CodeFact]:
    """What a router is told to let requests pass."""
    kind = found.kind(found.owner)
    if not any(each in kind for each in _ROUTERS):
        return
    for argument in given:
        value = argument.value
        shown = spelled(value)
        if not shown or isinstance(value, ir.Literal):
            continue
        if not isinstance(value, ir.Call) and _SHIELDS.search(shown):
            yield _fact("error-handler", shown, At(found.module.path, value.line))
        yield _fact("middleware", shown, At(found.module.path, value.line))


# ---------------------------------------------------------------------------------------------- clients

_VERBS = ("Get", "Post", "Put", "Patch", "Delete", "Head", "Options")
_CLIENTS: dict[str, tuple[str, ...]] = {
    "net/http": ("NewRequest", "NewRequestWithContext", "Get", "Post", "PostForm", "Head"),
    **dict.fromkeys(("github.com/go-resty/resty", "gopkg.in/resty", "resty.dev"), (*_VERBS, "SetBaseURL", "SetHostURL", "Execute")),
    "github.com/imroc/req": (*_VERBS, "SetBaseURL", "MustGet", "MustPost"),
    "github.com/parnurzeal/gorequest": _VERBS,
    "github.com/gojek/heimdall/httpclient": _VERBS,
    "github.com/carlmjohnson/requests": ("URL", "Host"),
    "github.com/dghubble/sling": ("Base", *_VERBS),
}


def _client(found: Found, where: str) -> Iterator[CodeFact]:
    """The host of the address that a client calls, where a literal states it."""
    position = {"NewRequest": 1, "NewRequestWithContext": 2, "Execute": 1}.get(found.called, 0)
    text = found.value(position)
    if isinstance(text, str) and "://" in text and "{" not in text.partition("://")[2].partition("/")[0]:
        host = Opaque(text).host()
        if host and host not in ("localhost", "127.0.0.1"):
            yield _fact("http-client", host, found.at)
