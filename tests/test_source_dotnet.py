"""C#'s front end: what is lowered to what, and which files type names lead to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_ir import dump

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.source import ir
from ctxgen.source.dotnet import LANGUAGE
from ctxgen.source.dotnet.resolve import DotnetResolver
from ctxgen.tree import Tree


def lowered(folder: Path, text: str) -> ir.Module:
    (folder / "a.cs").write_text(text, encoding="utf-8", errors="replace")
    return LANGUAGE.lower(Tree(folder).file("a.cs"))


CASES = {
    "strings": (
        r'''
        var p = "/a\t\u0041" + Prefix + @"\d+""x";
        var q = $"/api/{{v}}/{version:F1}/{nameof(Shop.Orders)}";
        var r = """
          /raw
          """;
        var s = $@"C:\{x}";
        ''',
        r"""
        p = t(t('/a\tA' + Prefix) + '\\d+"x')
        q = t('/api/' + '{v}/' + version + '/' + 'Orders')
        r = '/raw'
        s = t('C:\\' + x)
        """,
    ),
    "operators": (
        r"""
        var a = x ?? "/y";
        var b = ok ? "/a" : (string)other!;
        var c = await f(y as Z);
        var d = kind switch { 1 => "one", _ => "more" };
        total += "/x";
        int n = 1_000;
        var e = owner?.Name;
        var g = owner?.Call(1);
        var h = !flag;
        """,
        r"""
        a = <x | '/y'>
        b = <'/a' | other>
        c = f(y)
        d = <'one' | 'more'>
        total += '/x'
        n: int = 1000
        e = owner.Name
        g = owner.Call(1)
        h = ?(flag)
        """,
    ),
    "calls": (
        r"""
        app.MapHub<Chat.Room>("/chat")
           .RequireAuthorization(policy: "x");
        Get<User>(list[0], "k", out var o);
        new Options { Path = "/a", Inner = new() { X = 1 } };
        new Thing("a") { B = "c" };
        new List<string> { "a", "b" };
        string[] xs = ["a", .. more];
        var ys = new[] { "a" };
        var m = new Dictionary<string, string> { ["k"] = "v" };
        var z = new { Id = 1, name };
        (a, b) = (1, 2);
        """,
        r"""
        do app.MapHub<Room>('/chat').RequireAuthorization(policy='x')
        do Get<User>(list[0], 'k', o)
        do Options{'Path': '/a', 'Inner': {'X': 1}}
        do Thing('a')
        do ['a', 'b']
        xs: list[string] = ['a', *more]
        ys = ['a']
        m = Dictionary{'k': 'v'}
        z = {'Id': 1, 'name': name}
        [a, b] = [1, 2]
        """,
    ),
    "lambdas": (
        r"""
        app.MapGet("/x", [Authorize("p")] async (int id, [FromQuery] string? q = null) => await f(id));
        app.Use(x => { x.Path = "/y"; return x; });
        app.Map("/z", delegate (int k) { return k; });
        """,
        r"""
        do app.MapGet('/x', fn(id: int, q: Nullable[string] = None){return f(id)})
        do app.Use(fn(x){x.Path = '/y'; return x})
        do app.Map('/z', fn(k: int){return k})
        """,
    ),
    "statements": (
        r"""
        foreach (var (k, v) in pairs) { Use(k); }
        for (var i = 0; i < 3; i++) Use(i);
        if (a is string s) { f(); } else if (b) g(); else { h(); }
        switch (x) { case 1: f(); break; default: g(); break; }
        try { f(); } catch (Error e) when (e.X) { g(e); } finally { h(); }
        using (var y = open()) { f(y); }
        using var z = open();
        while (a) f();
        int Local(int i) => i;
        return a;
        """,
        r"""
        for [k, v] in pairs
          do Use(k)
        for - in -
          do Use(i)
        when ?(a)
          do f()
        always
          when b
            do g()
          always
            do h()
        do x
        always
          do f()
        always
          do g()
        always
          do f()
        always
          do g(e)
        always
          do h()
        y = open()
        block
          do f(y)
        z = open()
        for - in -
          do f()
        def Local(i: int) -> int #9
          return i
        return a
        """,
    ),
    "classes": (
        r"""
        namespace A.B
        {
            namespace C { public enum Color { Red, Green = 2 } }
            [ApiController, Route(Paths.Root + "/x", Name = "n")]
            public abstract partial class Orders<T>(IRepo repo) : Base<T, int>(repo), IApi where T : class
            {
                private const string P = "/p", Q = P + "/q";
                [Required] public required string Name { get; init; } = "n";
                public string Full => Name + P;
                public int? Count { get { return 1; } }
                public Orders(int x) : base(x) { Y = x; }
                [HttpGet("{id}")] [Authorize(Roles = "a")]
                public async Task<ActionResult<List<T>>> Get(int id, params string[] rest) => await f();
                static void S() { }
                public class Inner { record Point(int X, string? Y = null); }
                interface I { void M(); }
            }
        }
        """,
        r"""
        class Color() #3
          Red
          Green
        @ApiController
        @Route(t(Paths.Root + '/x'), Name='n')
        class Orders(Base[T], IApi, repo=-) #4
          P: string = '/p'
          Q: string = t(P + '/q')
          Name: string = 'n'
          Full: string = t(Name + P)
          Count: Nullable[int] = 1
          def Orders(x: int) #11
            do super(x)
            Y = x
          @HttpGet('{id}')
          @Authorize(Roles='a')
          def Get(id: int, *rest: list[string]) -> Task[ActionResult[List[T]]] #13
            return f()
          def S() -> void #14
          class Inner() #15
            class Point(X=-, Y=None) #15
          class I() #16
            def M() -> void #16
        """,
    ),
    "extensions": (
        r"""
        namespace A;
        public static class Routes
        {
            public static IEndpointRouteBuilder MapOrders(this IEndpointRouteBuilder app, string prefix = "/o") { app.MapGet(prefix, f); return app; }
            public static void Plain(int x) { }
        }
        """,
        r"""
        class Routes() #2
          def MapOrders(prefix: string = '/o') -> IEndpointRouteBuilder #4
            do app.MapGet(prefix, f)
            return app
          def Plain(x: int) -> void #5
        def MapOrders(prefix: string = '/o') -> IEndpointRouteBuilder #4
          do app.MapGet(prefix, f)
          return app
        """,
    ),
    "regions": (
        r"""
        #region x
        #if DEBUG
        app.A();
        #elif B
        app.B();
        #else
        app.C();
        #endif
        #endregion
        class K {
        #if NET8_0
          void M() { f(); }
        #endif
        #pragma warning disable
          [X]
        #if Y
          [Z]
        #endif
          void N() { g();
        #if DEBUG
            h();
        #endif
          }
        }
        """,
        r"""
        do app.A()
        do app.B()
        do app.C()
        class K() #10
          def M() -> void #12
            do f()
          @X
          def N() -> void #19
            do g()
            do h()
        """,
    ),
    "partials": (
        r"""
        partial class A { void F() { } }
        partial class A { void G() { } }
        """,
        r"""
        class A() #1
          def F() -> void #1
        class A() #2
          def G() -> void #2
        """,
    ),
    "broken": (
        r"""
        var x = 1;
        class { void F( }
        y.Z(;
        class D { void G() { h(1); }
        """,
        r"""
        x = 1
        block
        do y.Z()
        """,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_lowering(case: str, tmp_path: Path) -> None:
    text, expected = map(dedent, CASES[case])
    assert dump(lowered(tmp_path, text.lstrip()).statements) == expected.strip()


def test_a_call_has_the_line_of_the_name_that_is_called(tmp_path: Path) -> None:
    statement = lowered(tmp_path, 'app\n  .MapGroup("/a")\n  .MapGet(\n   "/b", f);\n').statements[0]
    assert isinstance(statement, ir.Do)
    assert isinstance(statement.value, ir.Call)
    assert statement.value.line == 3


def test_bodies_are_lowered_when_they_are_asked_for(tmp_path: Path) -> None:
    statement = lowered(tmp_path, "class A { int F() { return 1; } }").statements[0]
    assert isinstance(statement, ir.Define)
    assert isinstance(statement.what, ir.Class)
    assert "body" not in statement.what.methods[0].__dict__


@pytest.mark.parametrize(
    "text",
    ["(" * 5000, "f" + "(g" * 2000 + ")" * 2000 + ";", "var x = " + "a + " * 20000 + "b;", "a" + ".B()" * 5000 + ";", "if (a) { " * 600, "class A { " * 800, "namespace A { " * 800, "#if A\n" * 3000, "#if A\n" + "#elif B\n" * 3000 + "f();\n#endif", "var x = a" + " ?? a" * 5000 + ";", "A<" * 3000, "x => " * 3000 + "x;", 'var s = $"' + '{$"' * 1000, "[A(" * 2000],
)  # fmt: skip
def test_deeply_nested_code_is_cut_off(text: str, tmp_path: Path) -> None:
    try:
        module = lowered(tmp_path, text)
    except Unreadable:
        return
    dump(module.statements)


_WORDS = st.sampled_from(
    ["class C", "partial record R(int x)", "namespace N", "interface I", "enum E", " ", "\n", "{", "}", "(", ")", "[", "]", "<", ">", ";", ":", ",", ".", "?.", "=>", "=", "+=", "??", "?", "x", "app.Map", "new ", "new()", "with", "switch", "case 1:", "$\"", "@\"", '"""', "\"", "{{", "\\u", "\\x", "'a'", "1_0", "0x1F", "#if A\n", "#else\n", "#endif\n", "//", "/*", "foreach (var x in ", "var (a, b) = ", "using var ", "this", "base", "params ", "static ", "public ", "abstract ", "delegate ", "async ", "await ", "typeof(", "nameof(", "[A]", "[assembly: A]", "..", "is not null", "get;", "operator +", "where T : ", "ref ", "out var "]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(_WORDS, max_size=30).map("".join)))
def test_no_text_makes_lowering_raise(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    try:
        module = lowered(tmp_path_factory.mktemp("x"), text)
    except Unreadable:
        return
    dump(module.statements)


class _Files:
    """Sources with what they hold."""

    def __init__(self, files: dict[str, str]) -> None:
        self._files, self.facts = files, Facts([])

    @property
    def paths(self) -> Sequence[str]:
        return sorted(self._files)

    def data(self, path: str) -> bytes:
        return self._files.get(path, "").encode()


def test_a_type_is_found_where_it_is_declared_the_nearest_first() -> None:
    files = {"src/Api/Orders/A.cs": "class Paths {", "src/Api/B.cs": "public record Order(", "src/Web/C.cs": "partial class Paths<T>", "src/Api/D.cs": "// a class of its own"}  # fmt: skip
    resolver = DotnetResolver(_Files(files))
    assert list(resolver.defining("src/Api/Orders/X.cs", "Paths")) == ["src/Api/Orders/A.cs", "src/Web/C.cs"]
    assert list(resolver.defining("src/Web/X.cs", "Paths")) == ["src/Web/C.cs", "src/Api/Orders/A.cs"]
    assert list(resolver.defining("src/Web/X.cs", "Order")) == ["src/Api/B.cs"]
    assert list(resolver.defining("src/Web/X.cs", "Nothing")) == []


def test_a_type_of_a_namespace_that_is_used_comes_before_a_nearer_one() -> None:
    files = {
        "src/App/Order.cs": "namespace Shop.App;\nclass Order {",
        "src/Domain/Order.cs": "namespace Shop.Domain;\nclass Order {",
        "src/Infra/Context.cs": "using Shop.Domain;\nnamespace Shop.Infra;",
        "src/Api/GlobalUsings.cs": "global using Shop.Domain;",
        "src/Api/Routes.cs": "namespace Shop.Api;",
    }
    resolver = DotnetResolver(_Files(files))
    assert resolver.defining("src/Infra/Context.cs", "Order")[0] == "src/Domain/Order.cs"
    assert resolver.defining("src/Api/Routes.cs", "Order")[0] == "src/Domain/Order.cs"
    assert resolver.defining("src/App/Order.cs", "Order")[0] == "src/App/Order.cs"
