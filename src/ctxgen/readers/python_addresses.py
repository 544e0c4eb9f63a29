"""Addresses of databases and brokers that Python code states where it makes the application or the engine, not in a settings module.

Sources: https://flask.palletsprojects.com/en/stable/config/#configuration-basics, https://flask-sqlalchemy.readthedocs.io/en/stable/config/,
https://fastapi.tiangolo.com/tutorial/sql-databases/, https://docs.sqlalchemy.org/en/20/core/engines.html, https://flask-pymongo.readthedocs.io.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._python_text import code
from ctxgen.tree import SOURCE_LIMIT, File

_ASKED = r"(?:\(?\s{0,40}os\.(?:environ\.get|getenv)\(\s{0,40}[\"']\w{1,60}[\"']\s{0,3}(?:,\s{0,40}|\)\s{0,3}or\s{1,3}))?"
"""The variable that is asked first, with what holds where it is not set."""
_QUOTED = r"f?[\"']([a-z][a-z0-9+]{1,30}://[^\"'\n]{0,200})[\"']"
_ADDRESS = re.compile(
    rf"\b(SQLALCHEMY_DATABASE_URI|MONGO_URI|CELERY_BROKER_URL|CELERY_RESULT_BACKEND|CACHE_REDIS_URL)\b[\"']?\]?\s{{0,5}}[:=](?!=)\s{{0,40}}{_ASKED}{_QUOTED}"
)
"""What Flask's extensions are configured with."""
_ENGINE = re.compile(
    rf"\b(?:create_(?:async_)?engine\(\s{{0,40}}|(?:SQLALCHEMY_)?(?:DATABASE|DB)_UR[LI]\s{{0,5}}=(?!=)\s{{0,40}}|sqlite_url\s{{0,5}}=(?!=)\s{{0,40}}){_ASKED}{_QUOTED}"
)
"""What SQLAlchemy's engine is made with, or the name that it has in the tutorials."""


@reads(
    "*.py", limit=SOURCE_LIMIT, contains=(b"DATABASE_UR", b"MONGO_URI", b"CELERY_", b"CACHE_REDIS_URL", b"create_engine(", b"create_async_engine(", b"DB_UR", b"sqlite_url"),
    excludes=("config.py", "config_*.py", "*_config.py", "configuration.py", "settings*.py", "*settings.py", "env.py", "environment.py", "test_*", "conftest.py"),
)  # fmt: skip
def read_python_addresses(file: File) -> Iterator[ConfigKey]:
    """`app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"`, `create_engine("sqlite:///./sql_app.db")`; a database in memory is for tests."""
    data = file.data
    text = code(file.text)
    found = list(_ADDRESS.finditer(text)) if b"flask" in data or b"create_app" in data else []
    found += list(_ENGINE.finditer(text)) if b"sqlalchemy" in data or b"sqlmodel" in data else []
    for each in found:
        address = each[each.lastindex or 0]
        if ":memory:" not in address:
            at = file.at(text.count("\n", 0, each.start(each.lastindex or 0)) + 1)
            stated = each[1] if each.lastindex == 2 else "SQLALCHEMY_DATABASE_URI"
            yield ConfigKey(key=name(stated), value=Opaque(address), dialect="flask", at=at)
