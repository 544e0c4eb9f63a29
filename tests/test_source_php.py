"""PHP is lowered to what its frameworks need of it, and no text makes that raise."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxgen.documents._syntax import parse_syntax
from ctxgen.source import ir
from ctxgen.source.php.lower import _Lowering
from ctxgen.source.php.words import plural, singular


def lowered(text: str) -> ir.Module:
    return _Lowering("src/web/a.php").module(parse_syntax(f"<?php\n{text}".encode(), "php/php"))


def value(text: str) -> ir.Expression:
    statement = lowered(f"{text};").statements[0]
    assert isinstance(statement, (ir.Do, ir.Assign, ir.Return))
    return statement.value


def test_names_are_whole() -> None:
    module = lowered(
        "namespace App\\Http;\nuse Lib\\Routing as R;\nR\\Route::get();\n\\Other\\Thing::make();\nInner\\Thing::make();\nPlain::make();"
    )
    owners = [statement.value.function.owner.name for statement in module.statements if isinstance(statement, ir.Do)]  # type: ignore[union-attr]
    assert module.package == "App.Http"
    assert owners == [".Lib.Routing.Route", ".Other.Thing", ".App.Http.Inner.Thing", "Plain"]


def test_a_group_of_imports() -> None:
    statements = lowered("use App\\{Order, Models\\User as Person};").statements
    assert [(each.module, each.name, each.alias) for each in statements if isinstance(each, ir.Import)] == [
        ("App", "Order", "Order"),
        ("App.Models", "User", "Person"),
    ]


def test_a_chain_has_the_line_of_each_method() -> None:
    call = value("Route::get('/x', 'C@m')\n  ->middleware('auth')\n  ->name('x')")
    assert isinstance(call, ir.Call)
    assert call.line == 4
    assert isinstance(call.function, ir.Attribute)
    assert isinstance(call.function.owner, ir.Call)
    assert call.function.owner.line == 3


def test_strings() -> None:
    assert value("'it\\'s \\n'") == ir.Literal("it's \\n", 2)
    assert value('"a\\tb"') == ir.Literal("a\tb", 2)
    assert value('"/{$id}/x" . __DIR__') == ir.Template(
        (ir.Template((ir.Literal("/", 2), ir.Name("id", 2), ir.Literal("/x", 2)), 2), ir.Literal("./src/web", 2)), 2
    )


def test_arrays() -> None:
    assert value("[1, ...$more]") == ir.Sequence((ir.Argument(ir.Literal(1, 2)), ir.Argument(ir.Name("more", 2), spread=True)), 2)
    assert value("['a' => 1, 2]") == ir.Mapping(((ir.Literal("a", 2), ir.Literal(1, 2)), (ir.Literal(0, 2), ir.Literal(2, 2))), 2)


def test_a_class_with_attributes_and_annotations() -> None:
    text = """
#[Route('/shop', name: 'shop')]
class Shop extends Base implements Sells {
    use Loggable;
    const LIMIT = 10;
    public function __construct(private ?Store $store) {}
    /**
     * @Route("/list/{id}", methods={"GET", "HEAD"}, requirements={"id"="\\d+"})
     */
    public function list(int|Order $order): ?array { return self::LIMIT; }
}"""
    cls = next(each.what for each in lowered(text).statements if isinstance(each, ir.Define))
    assert isinstance(cls, ir.Class)
    assert [base.name for base in cls.bases if isinstance(base, ir.Name)] == ["Loggable", "Base", "Sells"]
    assert isinstance(cls.decorators[0], ir.Call)
    assert [each.keyword for each in cls.decorators[0].arguments] == [None, "name"]
    assert [field.name for field in cls.fields] == ["LIMIT", "store"]
    route = cls.methods[1].decorators[0]
    assert isinstance(route, ir.Call)
    assert route.line == 9
    assert [argument.keyword for argument in route.arguments] == [None, "methods", "requirements"]
    assert cls.methods[1].parameters[0].type == ir.Name("Order", 11)
    assert cls.methods[1].body == (ir.Return(ir.Attribute(ir.Name("self", 11), "LIMIT", 11), 11),)


@pytest.mark.parametrize(
    ("many", "one"),
    [("categories", "category"), ("people", "person"), ("statuses", "status"), ("boxes", "box"), ("news", "news"), ("addresses", "address"), ("houses", "house"), ("orders", "order"), ("taxes", "tax")],
)  # fmt: skip
def test_words(many: str, one: str) -> None:
    assert (singular(many), plural(one)) == (one, many)


@given(st.text(max_size=200) | st.text("<?php $a->b('x', [1=>2])::{}#;@*/\"\n", max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_text_raises(text: str) -> None:
    for statement in lowered(text).statements:
        if isinstance(statement, ir.Define) and isinstance(statement.what, ir.Class):
            assert statement.what.methods is not None


def test_deep_nesting(tmp_path: Path) -> None:
    module = lowered("$a = " + "[" * 300 + "]" * 300 + ";\n$b" + "->c()" * 3_000 + ";")
    assert len(module.statements) == 2
