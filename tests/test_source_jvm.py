"""Java's and Kotlin's front end: what is lowered to what, and which files names lead to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_ir import dump

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.source import ir
from ctxgen.source.jvm import LANGUAGE
from ctxgen.source.jvm.resolve import JvmResolver
from ctxgen.tree import Tree


def lowered(folder: Path, text: str, ending: str) -> ir.Module:
    (folder / f"a.{ending}").write_text(text, encoding="utf-8", errors="replace")
    return LANGUAGE.lower(Tree(folder).file(f"a.{ending}"))


JAVA = {
    "imports": (
        """
        package com.shop;
        import a.b.C;
        import a.b.*;
        import static a.b.Paths.USERS;
        import static a.b.Paths.*;
        """,
        """
        import a.b C as C
        import a.b * as *
        import a.b.Paths USERS as USERS
        import a.b.Paths * as *
        """,
    ),
    "classes": (
        """
        @RestController
        @RequestMapping(path = {Paths.BASE + "/orders", "/o"}, method = RequestMethod.GET)
        public abstract class Orders<T> extends Base<Order> implements Api, com.x.Other<A, B> {
            static final String P = "/p", Q = P + "/q";
            @Value("${a.b:c}") private String v;
            Orders(@Qualifier("x") Repo repo) { this.repo = repo; }
            @GetMapping("/{id}") @Secured({"A"})
            public <R> Mono<List<Order>> get(@PathVariable("id") Long id, String... more) { return null; }
            enum Color { @X RED("r"), GREEN; final String code; }
            record Point(@Id int x, int y) { }
            @interface Admin { String value() default "ADMIN"; }
            static { start(); }
        }
        """,
        """
        @RestController
        @RequestMapping(path=[t(Paths.BASE + '/orders'), '/o'], method=RequestMethod.GET)
        class Orders(Base[Order], Api, com.x.Other[[A, B]]) #4
          P: String = '/p'
          Q: String = t(P + '/q')
          v: String
          def constructor(repo: Repo) #7
            self.repo = repo
          @GetMapping('/{id}')
          @Secured(['A'])
          def get(id: Long, *more: String) -> Mono[List[Order]] #9
            return None
          class Color() #10
            RED: Color = Color('r')
            GREEN: Color = Color()
            code: String
          class Point(x=-, y=-) #11
            x: int
            y: int
          class Admin() #12
            value: String = 'ADMIN'
          block
            block
              do start()
        """,
    ),
    "statements": (
        """
        class A { void f() {
            int x = y = 3, z;
            a = b = c;
            a += "s";
            if (a) { b(); } else if (c) d(); else { return; }
            for (String s : List.of("a", "b")) f(s);
            while (x) { g(); }
            switch (n) { case 1: a(); break; default: b(); }
            try (var r = open()) { r.use(); } catch (E e) { log(); } finally { close(); }
            synchronized (x) { y(); }
            throw new E("m");
        } }
        """,
        """
        class A() #2
          def f() -> void #2
            y = 3
            x: int = 3
            z: int = ?()
            b = c
            a = b
            a += 's'
            when a
              do b()
            when c
              do d()
            always
              return None
            for s in List.of('a', 'b')
              do f(s)
            for - in -
              do g()
            always
              do a()
            always
              do b()
            always
              r = open()
              do r.use()
            always
              do log()
            always
              do close()
            block
              do x
              block
                do y()
            do E('m')
        """,
    ),
    "expressions": (
        r'''
        class A { Object f = g(
            http.authorizeHttpRequests(auth -> auth.requestMatchers(HttpMethod.GET, "/a").permitAll()).csrf(Csrf::disable),
            new Foo<Bar>(1) { void m() { } },
            flag ? "/x" : OTHER,
            (String) value, items[0], Foo.class, int[].class, -1, 60 * 1000L, 1 + y, "a\"b\u0041\n" + 'c', 0x10, null, true,
            new String[] {"a", "b"}, this.x, () -> { h(); }, (a, b) -> a, Foo::new, x instanceof Foo, registry.<Bar>add(),
            switch (n) { case 1 -> "one"; default -> { yield "many"; } },
            """
              first
                second\tx
              """
        ); }
        ''',
        r"""
        class A() #2
          f: Object = g(http.authorizeHttpRequests(fn(auth){return auth.requestMatchers(HttpMethod.GET, '/a').permitAll()}).csrf(Csrf.disable), class <Bar>(1), <'/x' | OTHER>, value, items[0], Foo, Array[int], -1, 60000, t(1 + y), t('a"bA\n' + 'c'), 16, None, True, ['a', 'b'], self.x, fn(){do h()}, fn(a, b){return a}, Foo.new, ?(x, Foo), registry.add<Bar>(), <'one' | 'many'>, 'first\n  second\tx\n')
        """,
    ),
    "broken": (
        """
        class A {
            @GetMapping("/a") void a() { f(; }
            @GetMapping("/b") void b() { }
        """,
        """
        class A() #2
          @GetMapping('/a')
          def a() -> void #3
            do f
          @GetMapping('/b')
          def b() -> void #4
        """,
    ),
}

KOTLIN = {
    "imports": (
        """
        package com.shop
        import a.b.C
        import a.b.C as D
        import a.b.*
        """,
        """
        import a.b C as C
        import a.b C as D
        import a.b * as *
        """,
    ),
    "classes": (
        r"""
        const val API = "/api/${V}/x$y"

        @RestController
        @RequestMapping("$API/orders", method = [RequestMethod.GET])
        class Orders(private val repo: Repo, @Value("\${a.b}") val v: String = "x", plain: Int) : Base<T>(repo), Api {
            @GetMapping("/{id}")
            suspend fun get(@PathVariable id: Long, vararg more: String = "a"): ResponseEntity<List<Order>> = repo.find(id) ?: throw X()

            @field:NotNull
            lateinit var z: Foo
            val lazily: String by lazy { "q" }
            val h: Int get() = 3

            init {
                start()
            }

            constructor(a: Int) : this(b)

            companion object {
                const val P = "/p"

                fun make() = Orders()
            }
        }

        object Users : IntIdTable("users") {
            val name = varchar("name", 50).nullable()
        }

        enum class Color(val code: String) {
            RED("r"),
            GREEN("g")
        }

        annotation class Admin(val value: String = "ADMIN")
        """,
        """
        API = t('/api/' + V + '/x' + y)
        @RestController
        @RequestMapping(t(API + '/orders'), method=[RequestMethod.GET])
        class Orders(Base(repo), Api, repo=-, v='x', plain=-) #6
          repo: Repo
          v: String = 'x'
          z: Foo
          lazily: String = lazy(fn(it){return 'q'})
          h: Int = 3
          P = '/p'
          @GetMapping('/{id}')
          def get(id: Long, *more: String = 'a') -> ResponseEntity[List[Order]] #8
            return <repo.find(id) | ?(X())>
          def constructor(a: Int) #19
          def make() #24
            return Orders()
          do start()
        class Users(IntIdTable('users')) #28
          name = varchar('name', 50).nullable()
        class Color(code=-) #32
          code: String
          RED: Color = Color('r')
          GREEN: Color = Color('g')
        class Admin(value='ADMIN') #37
          value: String = 'ADMIN'
        """,
    ),
    "routing": (
        """
        fun Application.module(config: Config) {
            routing {
                authenticate("jwt", optional = true) {
                    route("/api") {
                        get("/users/{id}") { call.respond(1) }
                        post<Order>("/orders") { order -> save(order) }
                        userRoutes()
                    }
                }
                for (p in listOf("a", "b")) get(p) { x() }
                listOf("c").forEach { get(it) {} }
            }
        }

        private fun Route.userRoutes() = route("/u") { get { } }
        """,
        """
        def module(config: Config) #2
          do routing(fn(it){do authenticate('jwt', optional=True, fn(it){return route('/api', fn(it){do get('/users/{id}', fn(it){return call.respond(1)}); do post<Order>('/orders', fn(order){return save(order)}); return userRoutes()})}); for p in listOf('a', 'b') do get(p, fn(it){return x()}); return listOf('c').forEach(fn(it){return get(it, fn(it){})})})
        def userRoutes() #16
          return route('/u', fn(it){return get(fn(it){})})
        """,
    ),
    "statements": (
        """
        fun f(b: Route.() -> Unit = {}) {
            val x: String = if (a) "b" else c
            val (m, n) = pair
            x.y?.z!!.foo(a as B)
            a += 1
            if (a) { b() } else if (c) d() else { return }
            when (z) { 1 -> a(); else -> { b() } }
            for ((k, v) in mapOf("a" to 1)) g(k)
            while (true) { h() }
            try { i() } catch (e: E) { j() } finally { k() }
            return@f x
        }
        """,
        """
        def f(b: Function[Route] = fn(it){}) #2
          x: String = <'b' | c>
          [m, n] = pair
          do x.y.z.foo(a)
          a += 1
          when a
            do b()
          when c
            do d()
          always
            return None
          always
            do a()
          always
            do b()
          for [k, v] in mapOf('a'.to(1))
            do g(k)
          for - in -
            block
              do h()
          always
            do i()
          always
            do j()
          always
            do k()
          return x
        """,
    ),
    "what the grammar does not read": (
        """
        class Settings(@param:Value($$"${server.port:#{null}} of $$total") val port: Int?, val raw: String = $$\'\'\'a$b $$c\'\'\') {
            @PatchMapping("global")
            fun save(@RequestBody settings: Map<
                @Pattern(regexp = KEY)
                String,
                @NotNull @Valid List<Setting>,
            >, @AuthenticationPrincipal user: User) { f(a < b, @Suppress("x") c > d) }
        }
        """.replace("'''", '"' * 3),
        """
        class Settings(port=-, raw=t('a' + '$' + 'b ' + c)) #2
          port: Int
          raw: String = t('a' + '$' + 'b ' + c)
          @PatchMapping('global')
          def save(settings: Map[[String, List[Setting]]], user: User) #4
            do f(?(a, b), ?(c, d))
        """,
    ),
    "expressions": (
        '''
        val x = f(
            ::g, h::x, X::class, X::class.java, *y, null, true, 'c', -1, 60 * 1000, "a" + b, a[0], a in b,
            when (z) { 1 -> "a"; else -> "b" },
            object : Foo() {
                fun m() = 1
            },
            """raw $x""",
            accept(JSON) and query("a"),
            fun(x: Int): Int { return x }
        )
        ''',
        """
        x = f(g, h.x, X, X, *y, None, True, 'c', -1, 60000, t('a' + b), a[0], ?(a, b), <'a' | 'b'>, class (), t('raw ' + x), accept(JSON).and(query('a')), fn(x: Int){return x})
        """,
    ),
}


@pytest.mark.parametrize("case", JAVA)
def test_java(case: str, tmp_path: Path) -> None:
    text, expected = map(dedent, JAVA[case])
    assert dump(lowered(tmp_path, text, "java").statements) == expected.strip()


@pytest.mark.parametrize("case", KOTLIN)
def test_kotlin(case: str, tmp_path: Path) -> None:
    text, expected = map(dedent, KOTLIN[case])
    assert dump(lowered(tmp_path, text, "kt").statements) == expected.strip()


@pytest.mark.parametrize(
    ("ending", "text", "expected"),
    [
        ("java", "class A { Object a = http\n .get()\n .route(\n '/b'); }", 3),
        ("kt", "val a = http\n    .get()\n    .route(\n'b')", 3),
    ],
)
def test_a_call_has_the_line_of_the_name_that_is_called(ending: str, text: str, expected: int, tmp_path: Path) -> None:
    statement = lowered(tmp_path, text, ending).statements[0]
    value = statement.what.fields[0].value if isinstance(statement, ir.Define) and isinstance(statement.what, ir.Class) else statement
    value = value.value if isinstance(value, ir.Assign) else value
    assert isinstance(value, ir.Call)
    assert value.line == expected


def test_calls_behind_a_property_are_not_its_getter(tmp_path: Path) -> None:
    text = "fun Route.orders() {\n    val service by inject()\n\n    // all\n    get {\n        x()\n    }\n    get<Order> { y() }\n}\n"
    (statement,) = lowered(tmp_path, text, "kt").statements
    assert isinstance(statement, ir.Define)
    assert isinstance(statement.what, ir.Function)
    assert dump(statement.what.body).splitlines()[1:] == ["do get(fn(it){return x()})", "do get<Order>(fn(it){return y()})"]


def test_a_class_at_the_end_of_a_file_without_a_line_end_is_one(tmp_path: Path) -> None:
    text = '@Serializable\n@Resource("/a")\nclass A {\n\n    @Serializable\n    @Resource("/b")\n    data class B(\n        val p: A = A()\n    )\n}'
    (statement,) = lowered(tmp_path, text, "kt").statements
    assert isinstance(statement, ir.Define)
    assert isinstance(statement.what, ir.Class)
    assert [cls.name for cls in statement.what.classes] == ["B"]


def test_annotated_classes_without_a_body_are_classes(tmp_path: Path) -> None:
    text = '@S\n@R("/p")\nclass P\n\n@S\n@R("/q")\nclass Q(val u: String) {\n    @R("")\n    class M(val p: Q)\n}\n'
    assert dump(lowered(tmp_path, text, "kt").statements).splitlines() == [
        "@S", "@R('/p')", "class P() #3", "@S", "@R('/q')", "class Q(u=-) #7", "  u: String", "  @R('')", "  class M(p=-) #9", "    p: Q",
    ]  # fmt: skip


def test_a_package_is_told(tmp_path: Path) -> None:
    assert lowered(tmp_path, "package com.shop.orders;\nclass A {}", "java").package == "com.shop.orders"
    assert lowered(tmp_path, "package com.shop\nclass A", "kt").package == "com.shop"


def test_bodies_are_lowered_when_they_are_asked_for(tmp_path: Path) -> None:
    statement = lowered(tmp_path, "class A { void f() { g(); } }", "java").statements[0]
    assert isinstance(statement, ir.Define)
    assert isinstance(statement.what, ir.Class)
    assert "body" not in statement.what.methods[0].__dict__


DEEP = ["(" * 3_000, "{" * 2_000, "a" + ".b()" * 5_000, "a" + " + a" * 20_000, "f(" * 2_000 + ")" * 2_000, "if (a) " * 800 + "b()", "if (a) b() else " * 800 + "c()", "[" * 2_000]  # fmt: skip


@pytest.mark.parametrize("text", DEEP)
@pytest.mark.parametrize(("ending", "around"), [("java", "class A { Object x() { return %s; } }"), ("kt", "fun x() { val a = %s\n }")])
def test_deeply_nested_code_is_cut_off(text: str, ending: str, around: str, tmp_path: Path) -> None:
    try:
        module = lowered(tmp_path, around % text, ending)
    except Unreadable:
        return
    for statement in module.statements:
        what = statement.what if isinstance(statement, ir.Define) else None
        for function in what.methods if isinstance(what, ir.Class) else [what]:
            assert function is None or isinstance(function.body, tuple)


_WORDS = st.sampled_from(
    ["class A", "interface ", "enum ", "fun f", "val x", "var ", "object ", " : ", "{", "}", "(", ")", "[", "]", "<", ">", "@", "@A(", "=", ";", "\n", '"', '"""', "'", "$", "${", "\\", "\\u00", "->", "::", ".", "?.", "!!", ",", "if ", "else ", "when ", "switch (", "case 1:", "for (", " in ", "while ", "try ", "catch (", "return ", "new ", "import ", "package ", "a", "1", "0x", "1e9", " + ", " ?: ", "by ", "static ", "record R("]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["java", "kt"]), st.one_of(st.text(max_size=80), st.lists(_WORDS, max_size=25).map("".join)))
def test_no_text_makes_lowering_raise(tmp_path_factory: pytest.TempPathFactory, ending: str, text: str) -> None:
    try:
        module = lowered(tmp_path_factory.mktemp("x"), text, ending)
    except Unreadable:
        return
    dump(module.statements)


class _Given:
    """Sources that are written here."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files, self.facts = files, Facts([])

    @property
    def paths(self) -> Sequence[str]:
        return sorted(self._files)

    def data(self, path: str) -> bytes:
        return self._files[path].encode()


FILES = {
    "orders/src/main/java/com/shop/orders/Paths.java": "package com.shop.orders;\npublic interface Paths { String BASE = \"/x\"; }",
    "users/src/main/java/com/shop/orders/Paths.java": "package com.shop.orders;\npublic interface Paths { }",
    "orders/src/main/java/com/shop/orders/web/Api.java": "package com.shop.orders.web;\nimport com.shop.common.*;\nimport static com.shop.orders.Paths.*;\nclass Api {}",
    "orders/src/main/java/com/shop/orders/web/Other.java": "package com.shop.orders.web;\nclass Other {}",
    "common/src/main/kotlin/Constants.kt": "package com.shop.common\n\nconst val API = \"/api\"\ninternal fun <T> Route.orders(x: T) {}\ndata class Money(val x: Int)",
}  # fmt: skip


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("com.shop.orders.Paths", ["orders/src/main/java/com/shop/orders/Paths.java", "users/src/main/java/com/shop/orders/Paths.java"]),
        (
            "com.shop.orders.Paths.BASE",
            ["orders/src/main/java/com/shop/orders/Paths.java", "users/src/main/java/com/shop/orders/Paths.java"],
        ),
        ("com.shop.common.API", ["common/src/main/kotlin/Constants.kt"]),
        ("com.shop.common.orders", ["common/src/main/kotlin/Constants.kt"]),
        ("com.shop.common.Money", ["common/src/main/kotlin/Constants.kt"]),
        ("org.springframework.web.bind.annotation.GetMapping", []),
    ],
)
def test_names_lead_to_files(module: str, expected: list[str]) -> None:
    assert list(JvmResolver(_Given(FILES)).module("orders/src/main/java/com/shop/orders/web/Api.java", module)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Other", "orders/src/main/java/com/shop/orders/web/Other.java"),
        ("Money", "common/src/main/kotlin/Constants.kt"),
        ("BASE", "orders/src/main/java/com/shop/orders/Paths.java"),
    ],
)
def test_names_without_an_import_are_those_of_the_package_and_of_whole_imports(name: str, expected: str) -> None:
    found = JvmResolver(_Given(FILES)).defining("orders/src/main/java/com/shop/orders/web/Api.java", name)
    assert found[0] == expected
