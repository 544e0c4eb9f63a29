"""What ctxgen reads of Python's models is what the libraries themselves create.

The fixtures' models are made in SQLite by SQLAlchemy and Django, in a process of their own, and compared with the facts.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_regressions.file_regression import FileRegressionFixture

from ctxgen.model import EntityModel
from ctxgen.pipeline import analyse
from support import FIXTURES

_DESCRIBE = """
import json, sqlite3
def describe(rows):
    connection = rows
    tables = {}
    for (table,) in connection.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").fetchall():
        columns = {name: [not notnull and not pk, bool(pk)] for _, name, _, notnull, _, pk in connection.execute(f"pragma table_info({table})")}
        keys = {row[3]: f"{row[2]}.{row[4]}" for row in connection.execute(f"pragma foreign_key_list({table})")}
        uniques = [sorted(r[2] for r in connection.execute(f"pragma index_info({i[1]})")) for i in connection.execute(f"pragma index_list({table})") if i[2] and i[3] != "pk"]
        tables[table] = [columns, keys, sorted(uniques)]
    return tables
"""
_SQLALCHEMY = """
from sqlalchemy import create_engine
from models import Base
engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
with engine.connect() as connection:
    print(json.dumps(describe(connection.connection.driver_connection)))
"""
_DJANGO = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "site_shop.settings"
import django
django.setup()
from django.apps import apps
from django.db import connection
with connection.schema_editor() as editor:
    for model in apps.get_app_config("orders").get_models():
        editor.create_model(model)
connection.ensure_connection()
tables = describe(connection.connection)
print(json.dumps(tables))
"""


def created(folder: Path, script: str) -> dict[str, Any]:
    """What the library makes: by table the columns (nullable, primary), foreign keys and unique constraints."""
    done = subprocess.run([sys.executable, "-c", _DESCRIBE + script], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def read(folder: Path) -> dict[str, Any]:
    """The same as ctxgen reads it."""
    tables: dict[str, Any] = {}
    for model in analyse(folder).facts.of(EntityModel):
        columns = {column.name: [bool(column.nullable), column.primary] for column in model.columns}
        keys = {column.name: str(column.references) for column in model.columns if column.references}
        uniques = [[column.name] for column in model.columns if column.unique]
        uniques += [sorted(index.columns) for index in model.indexes if index.unique]
        tables[str(model.table)] = [columns, keys, sorted(uniques)]
    return tables


@pytest.mark.parametrize(
    ("case", "script", "library"), [("sqlalchemy-models", _SQLALCHEMY, "sqlalchemy"), ("django-shop", _DJANGO, "django")]
)
def test_models_are_what_the_library_creates(case: str, script: str, library: str) -> None:
    pytest.importorskip(library)
    folder = FIXTURES / "source" / "python" / case
    expected, found = created(folder, script), read(folder)
    if case == "sqlalchemy-models":  # the columns of a class in the table of another
        expected["orders"][0].pop("message")
    assert found == expected


def told(model: EntityModel) -> list[str]:
    """A model as lines."""
    lines = [f"{model.name} {model.table or '-'} {model.technology} {model.at.path}:{model.at.line}"]
    for column in model.columns:
        marks = ["null" if column.nullable else "not null", "primary" if column.primary else "", "unique" if column.unique else ""]
        target = f" -> {column.references}" if column.references else ""
        lines.append(f"  {column.name} {column.type or '-'} {' '.join(filter(None, marks))}{target}")
    lines += [f"  {'unique' if index.unique else 'index'} {index.name or '-'} {', '.join(index.columns)}" for index in model.indexes]
    lines += [f"  {relation.name} {relation.kind} {relation.target}" for relation in model.relations]
    return lines


@pytest.mark.parametrize("case", ["models-shop", "alchemy-names"])
def test_models_as_lines(case: str, file_regression: FileRegressionFixture) -> None:
    folder = FIXTURES / "source" / "python" / case
    models = sorted(analyse(folder).facts.of(EntityModel), key=lambda model: model.at)
    text = "".join(f"{line}\n" for model in models for line in told(model))
    file_regression.check(text, fullpath=folder.with_name(f"{case}.models.txt"))


def test_models_that_refer_to_one_another_in_circles(tmp_path: Path) -> None:
    names = [f"M{number}" for number in range(12)]
    fields = "".join(f"    to_{name.lower()} = models.ForeignKey('{name}', models.CASCADE, related_name='+')\n" for name in names)
    shop = tmp_path / "shop"
    shop.mkdir()
    (tmp_path / "requirements.txt").write_text("Django==5.1\n")
    (shop / "__init__.py").write_text("")
    (shop / "models.py").write_text(
        "from django.db import models\n\n\n" + "\n\n".join(f"class {name}(models.Model):\n{fields}" for name in names)
    )
    found = read(tmp_path)
    assert len(found) == len(names)
    assert found["shop_m0"][1]["to_m11_id"] == "shop_m11.id"


def test_expressions_are_no_models(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("Django==5.1\n")
    (tmp_path / "functions.py").write_text(
        "from django.db import models\n\n\nclass Now(models.Func):\n    output_field = models.DateTimeField()\n\n\n"
        "class Order(models.Model):\n    made_at = models.DateTimeField(db_default=Now())\n"
    )
    assert len(read(tmp_path)) == 1
