"""Rust's front end: what is lowered to what, and which files paths lead to."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_ir import dump

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.model import At, Project
from ctxgen.opaque import name
from ctxgen.source import ir
from ctxgen.source.rust import LANGUAGE
from ctxgen.source.rust.resolve import RustResolver
from ctxgen.tree import Tree


def lowered(folder: Path, text: str) -> ir.Module:
    (folder / "a.rs").write_text(text, encoding="utf-8", errors="replace")
    return LANGUAGE.lower(Tree(folder).file("a.rs"))


CASES = {
    "imports": (
        """
        use axum::{routing::{self, get as fetch}, Router};
        use crate::a::*;
        mod users;
        mod api { use super::*; use super::x::y; fn f() {} }
        """,
        """
        import axum routing as routing
        import axum::routing get as fetch
        import axum Router as Router
        import crate::a * as *
        import self::users - as users
        class api() #5
          def f() #5
          import self::x y as y
          def f() #5
        """,
    ),
    "chains": (
        """
        fn f(state: Arc<State>) -> Router<S> {
            Router::<S>::new()
                .route("/x", get(h).post(a::b))
                .layer(x.clone().y.0)
                .finish::<T>().await?
        }
        """,
        """
        def f(state: State) -> Router[S] #2
          return Router[S].new().route('/x', get(h).post(a.b)).layer(x.y[0]).finish<T>()
        """,
    ),
    "macros": (
        r"""
        const A: &str = "/a\"\x2f";
        fn f() {
            let p = format!("/{}/{id}{{{n:?}}}", a, n = b.c());
            x(vec![a, ("b", c(1))], rocket::routes![m::list], concat!("a", "b"));
        }
        """,
        """
        A: str = '/a"/'
        def f() #3
          p = t('/' + a + '/' + id + '{' + b.c() + '}')
          do x([a, ['b', c(1)]], rocket.routes!(m.list), t('a' + 'b'))
        """,
    ),
    "statements": (
        """
        fn f() -> X {
            for (path, h) in [("/a", b)].iter() { app = app.route(path, h); }
            if let Some(x) = y { x.z() } else if w { return 1; }
            let r = match k { A => b, C(d) => { e(); d } };
            let Foo { g, h: i } = j;
            r
        }
        """,
        """
        def f() -> X #2
          for [path, h] in [['/a', b]]
            app = app.route(path, h)
          always
            x = y
            do x.z()
          when w
            return 1
          r = <fn(){A = k; return b}() | fn(){d = k; do e(); return d}()>
          {g: g, h: i} = j
          return r
        """,
    ),
    "implementations": (
        """
        impl<S> Service for Orders<S> {
            #[get("/x/<id>", format = "json")]
            pub async fn list(&self, State(s): State<A>, mut n: &mut web::C) { Self::go(self.s) }
        }
        #[cfg(test)]
        mod tests { fn g() {} }
        #[derive(Model)]
        struct User { #[pk] id: Option<i32> }
        type R = Router<S>;
        """,
        """
        @get('/x/<id>', format='json')
        def list(s: State[A], n: web.C) #4
          Self = Orders
          return Self.go(self.s)
        @derive(Model)
        class User() #9
          id: Option[i32]
        R = Router[S]
        """,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_lowering(case: str, tmp_path: Path) -> None:
    text, expected = CASES[case]
    statements = lowered(tmp_path, dedent(text)).statements[2:]  # behind `crate` and `super`
    assert dump(statements) == dedent(expected).strip("\n")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="fn useimpl{}()[]<>#!:;,.'\"|&=>x \n", max_size=120))
def test_no_text_makes_lowering_raise(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, suppress(Unreadable):
        dump(lowered(Path(folder), text).statements)


def test_deep_nesting_is_cut(tmp_path: Path) -> None:
    chain = "x" + ".route(a)" * 300
    statements = lowered(tmp_path, f"fn f() {{ {chain}; {'(' * 180}1{')' * 180}; {'[' * 180}1{']' * 180} }}").statements
    assert dump(statements).count(".route(a)") == 300


class _Sources:
    def __init__(self, files: dict[str, str]) -> None:
        self.files, self.paths = files, sorted(files)
        self.facts = Facts(
            [
                Project(ecosystem="cargo", name=name("shop-core"), at=At("core/Cargo.toml", 1)),
                Project(ecosystem="cargo", name=name("shop"), at=At("app/Cargo.toml", 1)),
            ]
        )

    def data(self, path: str) -> bytes:
        return self.files[path].encode()


@pytest.mark.parametrize(
    ("path", "module", "expected"),
    [
        ("app/src/main.rs", "self::routes", ["app/src/routes/mod.rs"]),
        ("app/src/main.rs", "crate::routes::orders", ["app/src/routes/orders.rs"]),
        ("app/src/routes/orders.rs", "super", ["app/src/routes/mod.rs"]),
        ("app/src/routes/orders.rs", "super::users", ["app/src/routes/users.rs"]),
        ("app/src/routes/orders.rs", "super::super", ["app/src/main.rs"]),
        ("app/src/routes/mod.rs", "orders", ["app/src/routes/orders.rs"]),
        ("app/src/main.rs", "shop_core::auth", ["core/src/auth.rs"]),
        ("app/src/main.rs", "shop_core", ["core/src/lib.rs"]),
        ("app/src/main.rs", "axum::routing", []),
    ],
)
def test_modules(path: str, module: str, expected: list[str]) -> None:
    files = [
        "app/src/main.rs",
        "app/src/routes/mod.rs",
        "app/src/routes/orders.rs",
        "app/src/routes/users.rs",
        "core/src/lib.rs",
        "core/src/auth.rs",
    ]
    assert list(RustResolver(_Sources(dict.fromkeys(files, ""))).module(path, module)) == expected


def test_types_that_are_taken_from_requests() -> None:
    text = "impl<S> axum::extract::FromRequestParts<S> for Claims\nwhere S: Send {}\nimpl FromStr for Order {}\nimpl<'r> FromRequest<'r> for auth::Key<'r> {}"
    assert RustResolver(_Sources({"src/a.rs": text})).extractors == {"Claims": False, "Key": False}
