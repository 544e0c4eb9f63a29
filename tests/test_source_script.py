"""JavaScript and TypeScript: how source is lowered, and which files the names of modules lead to."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxgen.documents import Unreadable
from ctxgen.reading import read_facts
from ctxgen.source import ir
from ctxgen.source.script.lower import lower
from ctxgen.source.script.resolve import ScriptResolver
from ctxgen.tree import Tree


class Text:
    """A tree of one file."""

    def __init__(self, text: str, path: str = "app.ts") -> None:
        self.data, self.path = text.encode(), path


def lowered(text: str, path: str = "app.ts") -> tuple[ir.Statement, ...]:
    return lower(Text(text, path)).statements  # type: ignore[arg-type]


def shown(node: object) -> str:
    """A compact way to write the tree: what it says without its lines."""
    match node:
        case ir.Literal():
            return repr(node.value)
        case ir.Name():
            return node.name
        case ir.Template():
            return "+".join(map(shown, node.parts)).join("()")
        case ir.Attribute():
            return f"{shown(node.owner)}.{node.name}"
        case ir.Item():
            return f"{shown(node.owner)}[{shown(node.key)}]"
        case ir.Argument():
            return ("..." if node.spread else "") + shown(node.value)
        case ir.Call():
            types = f"<{', '.join(map(shown, node.types))}>" if node.types else ""
            return f"{shown(node.function)}{types}({', '.join(map(shown, node.arguments))})"
        case ir.Sequence():
            return f"[{', '.join(map(shown, node.items))}]"
        case ir.Mapping():
            return "{" + ", ".join(f"{shown(key)}: {shown(value)}" if key else f"...{shown(value)}" for key, value in node.entries) + "}"
        case ir.Choice():
            return " | ".join(map(shown, node.options)).join("()")
        case ir.Unknown():
            return f"?{''.join(map(shown, node.inner))}"
        case ir.Parameter():
            written = node.name + (f": {shown(node.type)}" if node.type else "") + (f" = {shown(node.default)}" if node.default else "")
            return "".join(f"@{shown(each)} " for each in node.decorators) + ("..." if node.variadic else "") + written
        case ir.Function():
            head = "".join(f"@{shown(each)} " for each in node.decorators) + ("static " if node.static else "")
            return f"{head}fn {node.name}({', '.join(map(shown, node.parameters))}) {{{block(node.body)}}}"
        case ir.Field():
            head = "".join(f"@{shown(each)} " for each in node.decorators)
            return head + node.name + (f": {shown(node.type)}" if node.type else "") + (f" = {shown(node.value)}" if node.value else "")
        case ir.Class():
            head = "".join(f"@{shown(each)} " for each in node.decorators) + f"{node.kind} {node.name}({', '.join(map(shown, node.bases))})"
            return f"{head} {{{'; '.join(map(shown, (*node.fields, *node.methods)))}{block(node.statements)}}}"
        case ir.Assign():
            return f"{'let ' if node.declares else ''}{shown(node.target)} {'+' if node.adds else ''}= {shown(node.value)}"
        case ir.Do():
            return shown(node.value)
        case ir.Return():
            return f"return {shown(node.value)}"
        case ir.Branch():
            return "if " + " else ".join(f"{shown(condition) if condition else ''}{{{block(body)}}}" for condition, body in node.arms)
        case ir.Loop():
            return (
                f"for {shown(node.target) if node.target else ''} in {shown(node.iterable) if node.iterable else ''} {{{block(node.body)}}}"
            )
        case ir.Block():
            return block(node.body).join("{}")
        case ir.Import():
            return f"import {node.module}:{node.name} as {node.alias}"
        case ir.Export():
            return f"export {node.name} = {shown(node.value) if node.value else ''}" + (f" from {node.module}" if node.module else "")
        case ir.Define():
            return shown(node.what)
    raise AssertionError(node)


def block(statements: tuple[ir.Statement, ...]) -> str:
    return "; ".join(map(shown, statements))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import express, { Router as R, type Request } from 'express'; import * as p from 'path'; import './side'",
         "import express:default as express; import express:Router as R; import express:Request as Request; import path:None as p; import ./side:None as "),
        ("const x = require('./x'), { a, b: c } = require(`./y`), r = require('express').Router, q = await import('./q')",
         "import ./x:default as x; let {'a': a, 'b': c} = require('./y'); import express:Router as r; import ./q:None as q"),
        ("const r = require('express').Router(); app.use('/x', require('./x'))",
         "let r = require('express').Router(); app.use('/x', require('./x'))"),
        ("export { a as b, c } from './m'; export * from './n'; export * as k from './k'; export = x; import y = require('y')",
         "export b = a from ./m; export c = c from ./m; export * =  from ./n; export k =  from ./k; export default = x; import y:default as y"),
        ("module.exports = { a, b() {} }; exports.c = (x) => x; module.exports.d = 1; var app = module.exports = express()",
         "export default = {'a': a, 'b': fn b() {}}; export c = fn c(x) {return x}; export d = 1; let app = express(); export default = app"),
        ("exports = module.exports = f(); this.router = router = Router()", "$value = f(); export default = $value; router = Router(); self.router = router"),
        ("export const a = 1, b = () => 2; export default class extends Base<User> {}; export function f() {}",
         "fn f() {}; let a = 1; export a = a; let b = fn b() {return 2}; export b = b; export default = class (Base[User]) {}; export f = f"),
        ("use(); function use() { return helper(1) }", "fn use() {return helper(1)}; use()"),
        ("`/api/${v}/x`; '/a' + b + \"\\u0041\\n\"; `p\\`q`; tag`a${b}`; /^\\/x/i", "('/api/'+v+'/x'); ('/a'+b+'A\\n'); 'p`q'; tag(('a'+b)); RegExp('^\\\\/x')"),
        ("a?.b!['c'].d<T>(...e); new K<User>(1); (await f())(x as Y); p[i]; 1_000 + 2; -3; a ? b : c; a ?? 'x' || 2; a && b; a < b; <T>y",
         "a.b.c.d<T>(...e); K<User>(1); f()(x); p[i]; (1000+2); -3; (b | c); (a | ('x' | 2)); (b | a); ?ab; y"),
        ("const { a, b: { c = 1 }, ...rest } = f(), [d, , e] = g", "let {'a': a, 'b': {'c': (c | 1)}, ...rest} = f(); let [d, , e] = g"),
        ("function f({ router, prefix = '/api' }: Deps = {}, ...xs: string[]) {}",
         "fn f($0: Deps = {}, ...xs: Array[string]) {let {'router': router, 'prefix': (prefix | '/api')} = $0}"),
        ("for (const [k, v] of Object.entries(x)) y(k); for (const k in o) {}; for (let i = 0; i < 2; i++) z(i)",
         "for [k, v] in Object.entries(x) {y(k)}; for k in Object.keys(o) {}; let i = 0; for  in  {z(i)}"),
        ("if (a) b(); else if (c) d(); else { e() } try { f() } catch (x) { g() } finally { h() } switch (k) { case 1: i(); break; default: j() }",
         "if a{b()} else c{d()} else {e()}; if {f()} else {g()} else {h()}; k; if 1{i()} else {j()}"),
        ("enum E { A = 'a', B = 3, C } namespace N { export const x = 'y' }", "enum E() {A = 'a'; B = 3; C = 4}; module N() {x = 'y'}"),
        ("x += '/a'; y ||= z; w ??= 1; a, b(); !function () { c() }()", "x += '/a'; y = (y | z); w = (w | 1); a; b(); ?fn () {c()}()"),
    ],
)  # fmt: skip
def test_statements_and_expressions(text: str, expected: str) -> None:
    assert block(lowered(text)) == expected


def test_classes_keep_decorators_types_and_parameter_properties() -> None:
    text = """
    @Controller({ path: 'users', version: '1' }) @UseGuards(AuthGuard('jwt'))
    export class Users<T> extends Base<User, T> implements OnInit {
      @Inject() private readonly log?: Logger | null;
      static paths = ['/a'];
      router = Router();
      handle = async (req) => this.router;
      constructor(private readonly users: UsersService, @Inject(KEY) key: string) { super() }
      get path() { return '/x' }
      @Get(':id') async find(@Param('id') id: string): Promise<User[]> {}
    }
    """
    assert block(lowered(text)) == (
        "@Controller({'path': 'users', 'version': '1'}) @UseGuards(AuthGuard('jwt')) class Users(Base[[User, T]], OnInit) "
        "{@Inject() log: Logger; paths = ['/a']; router = Router(); handle = fn handle(req) {return self.router}; users: UsersService; "
        "fn constructor(users: UsersService, @Inject(KEY) key: string) {self.users = users; super()}; @property fn path() {return '/x'}; "
        "@Get(':id') fn find(@Param('id') id: string) {}}; export Users = Users"
    )


def test_calls_stand_on_the_line_of_the_method_that_is_called() -> None:
    (statement,) = lowered("router\n  .route('/x')\n  .get(list)\n  .post(\n    create)")
    assert isinstance(statement, ir.Do)
    assert isinstance(statement.value, ir.Call)
    assert statement.value.line == 4
    inner = statement.value.function
    assert isinstance(inner, ir.Attribute)
    assert isinstance(inner.owner, ir.Call)
    assert inner.owner.line == 3


def test_jsx_stands_in_javascript_and_casts_in_typescript() -> None:
    assert block(lowered("const a = <div>{x}</div>; app.get('/x', h)", "app.js")) == "let a = ?; app.get('/x', h)"
    assert block(lowered("const a = <Router>x; app.get('/x', h)")) == "let a = x; app.get('/x', h)"


def test_what_is_nested_deeply_is_not_followed_and_long_chains_are() -> None:
    deep = block(lowered("x = " + "[" * 1500 + "]" * 1500))
    assert deep.count("[") < 100
    assert deep.endswith("?" + "]" * (len(deep.split("?")[1])))
    chain = lowered("app" + "".join(f".get('/{i}', h)" for i in range(500)))[0]
    calls, node = 0, chain.value if isinstance(chain, ir.Do) else None
    while isinstance(node, ir.Call) and isinstance(node.function, ir.Attribute):
        calls, node = calls + 1, node.function.owner
    assert calls == 500
    lowered("{" * 1500 + "}" * 1500)
    lowered("a" + "+a" * 5000)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["class ", "A ", "{", "}", "(", ")", "@", "x", "=>", "export ", "default ", "import ", "from ", "'m'", "=", ".", "`", "${", "[", "]", ",", ";", "\n",
             "const ", "async ", "function ", "module.exports", "require(", "...", ":", "?", "<", ">", "enum ", "1", "\\u{", "return ", "for ", "of ", "if ", "é"]
        ),
        max_size=40,
    ).map("".join)
    | st.text(max_size=60)
)  # fmt: skip
def test_no_text_makes_lowering_raise(text: str) -> None:
    for path in ("a.ts", "a.js"):
        with contextlib.suppress(Unreadable):
            block(lowered(text, path))


class _Sources:
    """The source files of a tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.paths = [path for path in tree.paths if path.endswith((".ts", ".js", ".tsx", ".mjs"))]
        self.facts = read_facts(tree)

    def data(self, path: str) -> bytes:
        return self._tree.file(path).data


FILES = {
    "package.json": '{"name": "shop", "workspaces": ["packages/*", "apps/*"], "scripts": {"start": "node ."}, "_moduleAliases": {"@root": "."}}',
    "tsconfig.base.json": '{"compilerOptions": {"paths": {"@shop/util": ["packages/util/src/main.ts"], "@app/*": ["./apps/api/src/*"]}}}',
    "packages/util/package.json": '{"name": "@shop/util-lib", "main": "dist/main.js"}',
    "packages/util/src/main.ts": "",
    "packages/db/package.json": '{"name": "@shop/db", "exports": {".": {"types": "./dist/index.d.ts", "import": "./dist/index.js"}, "./schema/*": "./src/tables/*.ts"}}',
    "packages/db/src/index.ts": "",
    "packages/db/src/client.ts": "",
    "packages/db/src/tables/users.ts": "",
    "apps/api/package.json": '{"name": "api", "main": "index.js", "imports": {"#lib/*": "./src/lib/*.js"}}',
    "apps/api/tsconfig.json": '{"compilerOptions": {"baseUrl": "src", /* comments are allowed */ "paths": {"~/*": ["./*"], "@config": ["config/app.ts"]},}}',
    "apps/api/src/app.ts": "",
    "apps/api/src/config/app.ts": "",
    "apps/api/src/lib/log.ts": "",
    "apps/api/src/routes/index.ts": "",
    "apps/api/src/routes/users.controller.ts": "",
    "apps/web/package.json": '{"name": "web", "main": "index.js"}',
    "apps/web/server/utils/auth.ts": "export const requireUser = 1",
    "apps/web/server/api/me.get.ts": "",
    "apps/web/src/lib/server/db.ts": "",
}


@pytest.mark.parametrize(
    ("path", "module", "expected"),
    [
        ("apps/api/src/app.ts", "./routes", "apps/api/src/routes/index.ts"),
        ("apps/api/src/app.ts", "./routes/users.controller", "apps/api/src/routes/users.controller.ts"),
        ("apps/api/src/app.ts", "./routes/users.controller.js", "apps/api/src/routes/users.controller.ts"),
        ("apps/api/src/routes/index.ts", "..", None),
        ("apps/api/src/routes/index.ts", "../app", "apps/api/src/app.ts"),
        ("apps/api/src/app.ts", "~/routes", "apps/api/src/routes/index.ts"),
        ("apps/api/src/app.ts", "@config", "apps/api/src/config/app.ts"),
        ("apps/api/src/app.ts", "lib/log", "apps/api/src/lib/log.ts"),
        ("apps/api/src/app.ts", "#lib/log", "apps/api/src/lib/log.ts"),
        ("apps/api/src/app.ts", "@app/app", "apps/api/src/app.ts"),
        ("apps/api/src/app.ts", "@shop/util", "packages/util/src/main.ts"),
        ("apps/api/src/app.ts", "@shop/util-lib", "packages/util/src/main.ts"),
        ("apps/api/src/app.ts", "@shop/db", "packages/db/src/index.ts"),
        ("apps/api/src/app.ts", "@shop/db/client", "packages/db/src/client.ts"),
        ("apps/api/src/app.ts", "@shop/db/schema/users", "packages/db/src/tables/users.ts"),
        ("apps/api/src/app.ts", "@root/packages/db/src/client", "packages/db/src/client.ts"),
        ("apps/web/server/api/me.get.ts", "~/server/utils/auth", "apps/web/server/utils/auth.ts"),
        ("apps/web/server/api/me.get.ts", "$lib/server/db", "apps/web/src/lib/server/db.ts"),
        ("apps/web/server/api/me.get.ts", "lib/log", None),
        ("apps/api/src/app.ts", "express", None),
        ("apps/api/src/app.ts", "../../../../outside", None),
    ],
)  # fmt: skip
def test_names_of_modules_lead_to_files(path: str, module: str, expected: str | None, tmp_path: Path) -> None:
    for each, text in FILES.items():
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).write_text(text)
    resolver = ScriptResolver(_Sources(Tree(tmp_path)))
    assert list(resolver.module(path, module)) == ([expected] if expected else [])
    assert list(resolver.defining("apps/web/server/api/me.get.ts", "requireUser")) == ["apps/web/server/utils/auth.ts"]


def reached(text: str) -> tuple[list[str], list[str]]:
    """The paths that a guard spares, and the only ones that it guards."""
    from ctxgen.source.reach import reach

    statement = lowered(f"const guard = {text}")[0]
    assert isinstance(statement, ir.Assign)
    assert isinstance(statement.value, ir.Function)
    found = reach(statement.value, lambda expression: ["/listed"])
    return [each.path for each in found.spared], [each.path for each in found.only]


@pytest.mark.parametrize(
    ("text", "spared", "only"),
    [
        ("(req, reply) => { if (req.url.startsWith('/login')) return; if (!req.user) reply.unauthorized() }", ["/login"], []),
        (
            "(req, res, next) => { if (OPEN.includes(req.path) || req.path === '/x') return next(); res.sendStatus(401) }",
            ["/listed", "/x"],
            [],
        ),
        ("(req, res, next) => { if (!req.path.startsWith('/api')) return next(); res.sendStatus(401) }", [], ["/api"]),
        ("(req, res, next) => { if (req.path.startsWith('/admin') && !req.user) return res.sendStatus(401); next() }", [], ["/admin"]),
        ("(req, res, next) => { if (req.path !== '/login' && !req.user) return res.sendStatus(401); next() }", ["/login"], []),
        ("(req, res, next) => { if (req.path.startsWith('/v2')) { log() } if (!req.user) return res.sendStatus(401); next() }", [], []),
    ],
)
def test_the_paths_that_a_guard_speaks_of(text: str, spared: list[str], only: list[str]) -> None:
    found = reached(text)
    assert (sorted(found[0]), found[1]) == (spared, only)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(req, res, next) => { if (req.headers.authorization) req.user = read(req.headers.authorization); next() }", True),
        ("(req, res, next) => { if (!req.user) return res.sendStatus(401); next() }", False),
        ("(req, res, next) => { if (!req.user) return next(new Error('no')); next() }", False),
        ("(req, res, next) => { if (!req.user) throw new Refused(); next() }", False),
        ("(req, res, next) => { req.user = jwt.verify(req.headers.token, key); next() }", False),
        ("(req, res, next) => { jwt.verify(req.headers.token, key, (error, user) => { req.user = user }); next() }", True),
        ("(req, res, next) => { authenticate(req, res, next) }", False),
        ("async (ctx, next) => { ctx.state.user = await find(ctx.cookies.get('id')); await next() }", True),
        ("async (ctx, next) => { if (!ctx.state.user) ctx.throw(401); await next() }", False),
        ("(request, reply) => { reply.send({}) }", False),
    ],
)
def test_a_middleware_that_lets_everybody_pass_is_no_guard(text: str, expected: bool) -> None:
    from ctxgen.source.guards import lets_all

    statement = lowered(f"const middleware = {text}")[0]
    assert isinstance(statement, ir.Assign)
    assert isinstance(statement.value, ir.Function)
    assert lets_all(statement.value) is expected
