"""Python's front end: what is lowered to what, and which files module names lead to."""

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
from ctxgen.source.python import LANGUAGE
from ctxgen.source.python.resolve import PythonResolver
from ctxgen.tree import Tree


def lowered(folder: Path, text: str) -> ir.Module:
    (folder / "a.py").write_text(text, encoding="utf-8", errors="replace")
    return LANGUAGE.lower(Tree(folder).file("a.py"))


CASES = {
    "imports": (
        """
        import a.b, c.d as e
        from . import (x as y, z)
        from ..a.b import *
        """,
        """
        import a - as a
        import a.b -
        import c.d - as e
        import . x as y
        import . z as z
        import ..a.b * as *
        """,
    ),
    "strings": (
        r"""
        p = f"/a\n{b!r:>{w}}{{id}}/c" "d" r"\d"
        p = "/%s/%(x)s%%" % v
        p = "/%s/%s" % (a, "b")
        p = "/%(x)s" % {"x": y}
        p = "/{}/{n}{{".format(a, n=b)
        p = PREFIX + "/users/" + "list"
        p = b"\x2fusers" "\\"
        """,
        r"""
        p = t('/a\n' + b + '{id}/cd\\d')
        p = t('/' + v + '/' + ?() + '%')
        p = t('/' + a + '/' + 'b')
        p = t('/' + y)
        p = t('/' + a + '/' + b + '{')
        p = t(PREFIX + '/users/list')
        p = '/users\\'
        """,
    ),
    "assignments": (
        """
        x = y.z = make()
        u += [1]
        u -= f()
        v: list[int] | None = a if b else c
        w: int
        i, (j, k) = pair
        """,
        """
        y.z = make()
        x = y.z
        u += [1]
        u = ?(f())
        v: <list[int] | None> = <a | c>
        [i, [j, k]] = pair
        """,
    ),
    "operators": (
        """
        x = a or b
        x = request and request.user
        x = 60 * 60 * 24
        x = a > 3
        x = ["a"] + b.urls + [*c]
        x = IsOwner | IsAdmin
        x = (await f(y := 3))
        """,
        """
        x = <a | b>
        x = <request.user | request>
        x = 86400
        x = ?(a)
        x = [*['a'], *b.urls, *[*c]]
        x = <IsOwner | IsAdmin>
        x = f(3)
        """,
    ),
    "comprehensions": (
        """
        x = [route(i) for i, j in k if j]
        x = {k: v for k, v in q.items()}
        """,
        """
        x = fn(){.collected = []; for [i, j] in k when j .collected += [route(i)]; return .collected}()
        x = fn(){.collected = {}; for [k, v] in q.items() .collected[k] = v; return .collected}()
        """,
    ),
    "functions": (
        """
        @router.get("/x", methods=["GET"])
        @guard
        async def f(a, b: int = 3, *args: str, c=1, d: Annotated[User, Depends(g)], **kw) -> X:
            '''says what'''
            with a as b, c:
                return await b
        h = lambda self, *a, b=3: a
        """,
        """
        @router.get('/x', methods=['GET'])
        @guard
        def f(a, b: int = 3, *args: str, c = 1, d: Annotated[[User, Depends(g)]], ***kw) -> X #4
          block
            b = a
            do c
            return b
        h = fn(self, *a, b = 3){return a}
        """,
    ),
    "classes": (
        """
        class C(B[T], table=True):
            z: int
            k = "s"
            class Meta:
                abstract = True
            def m(self, a): return self.k
            @classmethod
            def n(cls): return cls.k
            @staticmethod
            def o(a): pass
            register(k)
        """,
        """
        class C(B[T], table=True) #2
          z: int
          k = 's'
          def m(a) #7
            return self.k
          @classmethod
          def n() #9
            cls = self
            return cls.k
          @staticmethod
          def o(a) #11
          class Meta() #5
            abstract = True
          do register(k)
        """,
    ),
    "branches": (
        """
        if a: f()
        elif b: g()
        else: h()
        try:
            f()
        except (A, B) as e:
            raise X(1) from e
        finally:
            h()
        match x:
            case 1: f()
        for a in b: f()
        else: g()
        """,
        """
        when a
          do f()
        when b
          do g()
        always
          do h()
        when [A, B]
          do X(1)
        always
          do f()
        always
          do h()
        when ?(x)
          do f()
        for a in b
          do f()
        block
          do g()
        """,
    ),
    "broken": (
        """
        x = 1
        def f(:
        y = g(
        """,
        """
        x = 1
        """,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_lowering(case: str, tmp_path: Path) -> None:
    text, expected = map(dedent, CASES[case])
    assert dump(lowered(tmp_path, text).statements) == expected.strip()


def test_a_call_has_the_line_of_the_name_that_is_called(tmp_path: Path) -> None:
    statement = lowered(tmp_path, "(app\n  .add('/a')\n  .get(\n   '/b'))\n").statements[0]
    assert isinstance(statement, ir.Do)
    assert isinstance(statement.value, ir.Call)
    assert statement.value.line == 3


def test_bodies_are_lowered_when_they_are_asked_for(tmp_path: Path) -> None:
    statement = lowered(tmp_path, "def f():\n  return 1\n").statements[0]
    assert isinstance(statement, ir.Define)
    assert "body" not in statement.what.__dict__


@pytest.mark.parametrize(
    "text",
    ["(" * 5000, "x = " + "[" * 3000 + "]" * 3000, "x = " + "a + " * 20000 + "b", "f" + "(g" * 2000 + ")" * 2000, "a" + ".b()" * 5000, "".join(f"{' ' * depth}if a:\n" for depth in range(600)) + " " * 600 + "pass", "not " * 4000 + "a", "lambda: " * 2000 + "a"],
)  # fmt: skip
def test_deeply_nested_code_is_cut_off(text: str, tmp_path: Path) -> None:
    try:
        module = lowered(tmp_path, text)
    except Unreadable:
        return
    dump(module.statements)


_WORDS = st.sampled_from(
    ["def f(", "class C", ":", "\n", "    ", "@", "x", "=", "(", ")", "[", "]", "{", "}", "f'", "'", '"', "{{", "%s", " % ", ".format(", "*", "**", " for ", " in ", " if ", " else ", "lambda", "import ", "from ", "as", ".", ",", "0o9", "1j", "\\", "\\x", "\\N{", "yield ", "await ", "with ", "try:", "except", "case "]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(_WORDS, max_size=25).map("".join)))
def test_no_text_makes_lowering_raise(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    try:
        module = lowered(tmp_path_factory.mktemp("x"), text)
    except Unreadable:
        return
    dump(module.statements)


class _Listed:
    """Sources of which only the paths are known."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths, self.facts = sorted(paths), Facts([])

    def data(self, path: str) -> bytes:
        return b""


@pytest.mark.parametrize(
    ("importer", "module", "expected"),
    [
        ("backend/app/api/users.py", "app.core.config", "backend/app/core/config.py"),
        ("backend/app/api/users.py", "..core.config", "backend/app/core/config.py"),
        ("backend/app/api/users.py", ".", "backend/app/api/__init__.py"),
        ("backend/app/api/__init__.py", ".users", "backend/app/api/users.py"),
        ("backend/app/celery.py", "celery", None),
        ("backend/app/api/users.py", "redis", None),
        ("tools/script.py", "helper", "tools/helper.py"),
        ("tools/script.py", "shared.models", "libs/shared/src/shared/models.py"),
        ("backend/app/api/users.py", "....nowhere", None),
        ("worker/main.py", "worker.jobs", "worker/jobs.py"),
        ("api/main.py", "routes.users", "api/routes/users.py"),
        ("serve.py", "pkg", "src/pkg/__init__.py"),
    ],
)
def test_modules_lead_to_files(importer: str, module: str, expected: str | None) -> None:
    paths = ["backend/app/__init__.py", "backend/app/api/__init__.py", "backend/app/api/users.py", "backend/app/core/config.py", "backend/app/core/__init__.py"]  # fmt: skip
    paths += [
        "backend/app/celery.py",
        "tools/script.py",
        "tools/helper.py",
        "libs/shared/src/shared/__init__.py",
        "libs/shared/src/shared/models.py",
    ]
    paths += ["worker/main.py", "worker/jobs.py", "api/main.py", "api/routes/users.py", "serve.py", "src/pkg/__init__.py"]
    found = PythonResolver(_Listed(paths)).module(importer, module)
    assert list(found) == ([expected] if expected else [])
