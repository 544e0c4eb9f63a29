"""Bodies that are parsed by themselves are what they are in their files, and nothing holds the trees of files."""

from __future__ import annotations

import gc
import importlib
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import astuple
from tree_sitter import Node

from ctxgen import documents
from ctxgen.source import ir, later
from ctxgen.tree import Tree
from support import FIXTURES

LANGUAGES = {"python": (".py",), "dotnet": (".cs",), "golang": (".go",), "jvm": (".java", ".kt"), "script": (".ts", ".js"), "php": (".php",), "ruby": (".rb",), "rust": (".rs",)}  # fmt: skip


def described(value: object) -> Any:
    """What is lowered, with all bodies."""
    if isinstance(value, tuple):
        return tuple(map(described, value))
    if isinstance(value, (ir.Function, ir.Class)):
        stated = {key: described(each) for key, each in vars(value).items() if key in _STATED}
        inner = value.body if isinstance(value, ir.Function) else (value.fields, value.methods, value.classes, value.statements)
        return type(value).__name__, sorted(stated.items(), key=lambda entry: entry[0]), described(inner)
    if isinstance(value, Struct):
        return type(value).__name__, described(astuple(value))
    return value


_STATED = {"name", "line", "parameters", "decorators", "returns", "receiver", "static", "public", "end", "types", "constructs", "within", "bases", "kind", "abstract", "partial"}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_body_is_the_same_by_itself(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    root = FIXTURES / "source" / language
    lower = importlib.import_module(f"ctxgen.source.{language}").LANGUAGE.lower
    parts = 0
    parse_part = documents.parse_part

    def counted(data: bytes, grammar: str, places: Any) -> Any:
        nonlocal parts
        parts += 1
        return parse_part(data, grammar, places)

    monkeypatch.setattr(documents, "parse_part", counted)
    paths = [path for path in Tree(root).paths if path.endswith(LANGUAGES[language])]
    tree = Tree(root)
    apart = [described(lower(tree.file(path))) for path in paths]
    monkeypatch.setattr(later, "_with", lambda source, lower: lower())  # nothing is known of the file, so its tree is kept
    tree = Tree(root)
    assert [described(lower(tree.file(path))) for path in paths] == apart
    assert len(paths) > 20
    assert parts > 20


TEXTS = {
    "app.py": "class Orders:\n    def all(self):\n        return [each for each in self.rows]\n\n\nnames = [each for each in range(3)]\n",
    "App.cs": "namespace Shop;\npublic class Orders\n{\n    public int Count => 1;\n    public void All() { Sum(x => x + 1); }\n}\n",
    "app.go": "package shop\n\ntype Orders struct { Rows []string }\n\nfunc (o *Orders) All() []string { return o.Rows }\n",
    "App.java": "class Orders {\n    Orders() { all(); }\n    void all() { rows.map(x -> x + 1); }\n}\n",
    "App.kt": "@Service\nclass Orders {\n    val rows = listOf(1).map { it + 1 }\n    fun all() { rows.map { it + 1 } }\n}\n",
    "Orders.php": "<?php\nnamespace App;\nclass Orders {\n    public function all() { return array_map(fn ($x) => $x + 1, $this->rows); }\n}\nfunction one() { return 1; }\n",
    "orders.rb": "class Orders\n  scope :open, -> { where(open: true) }\n  def all\n    rows.map { |x| x + 1 }\n  end\nend\n",
    "orders.rs": "struct Orders { rows: Vec<u8> }\nimpl Orders {\n    fn all(&self) -> usize { self.rows.iter().map(|x| x + 1).count() }\n}\n",
    "app.ts": "export class Orders {\n  all() { return this.rows.map((x) => x + 1); }\n}\nexport const one = () => 1;\nenum Kind { A }\n",
}


@pytest.mark.parametrize("path", TEXTS)
@pytest.mark.parametrize("crlf", [False, True])
def test_trees_are_let_go(tmp_path: Path, path: str, crlf: bool) -> None:
    text = TEXTS[path].replace("\n", "\r\n") if crlf else TEXTS[path]
    (tmp_path / path).write_bytes(text.encode())
    language = next(language for language, endings in LANGUAGES.items() if path.endswith(endings))
    file = Tree(tmp_path).file(path)
    module = importlib.import_module(f"ctxgen.source.{language}").LANGUAGE.lower(file)
    assert not nodes(module, file)
    assert described(module)


def test_functions_in_a_body_keep_no_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = "".join(f'\trouter.GET("/{number}", func(c *gin.Context) {{ c.JSON(200, {number}) }})\n' for number in range(9))
    (tmp_path / "app.go").write_text(f"package shop\n\nfunc Register(router *gin.Engine) {{\n{inner}}}\n")
    module = importlib.import_module("ctxgen.source.golang").LANGUAGE.lower(Tree(tmp_path).file("app.go"))
    parts = 0
    parse_part = documents.parse_part

    def counted(*arguments: Any) -> Any:
        nonlocal parts
        parts += 1
        return parse_part(*arguments)

    monkeypatch.setattr(documents, "parse_part", counted)
    body = module.statements[0].what.body
    assert not nodes(body)
    handlers = [call.value.arguments[1].value for call in body]
    assert [handler.body[0].value.arguments[1].value.value for handler in handlers] == list(range(9))
    assert parts == 1, "what stands in one part is found in its tree"


def test_broken_code_keeps_its_tree(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def all(:\n    return 1\n\n\ndef other():\n    return 2\n")
    file = Tree(tmp_path).file("app.py")
    module = importlib.import_module("ctxgen.source.python").LANGUAGE.lower(file)
    assert nodes(module)
    assert described(module)


def nodes(*roots: object) -> list[Node]:
    """The nodes of trees that can be reached."""
    seen: set[int] = set()
    work: list[object] = list(roots)
    found = []
    while work:
        each = work.pop()
        if id(each) in seen or isinstance(each, type) or type(each).__name__ == "module":
            continue
        seen.add(id(each))
        if isinstance(each, Node):
            found.append(each)
            continue
        held = gc.get_referents(each)
        if type(each).__name__ == "function":  # what it closes over, not what its module knows
            held = [cell.cell_contents for cell in each.__closure__ or ()] + list(each.__defaults__ or ())  # type: ignore[attr-defined]
        work += held
    return found
