"""Which database the settings of Yii and CakePHP speak to: `'dsn' => 'mysql:host=…'`, `'driver' => Postgres::class`.  Only the engine gets out.

Sources: https://www.yiiframework.com/doc/guide/2.0/en/db-dao, https://www.php.net/manual/pdo.drivers.php, https://book.cakephp.org/5/en/orm/database-basics.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.model import ConfigKey, Fact
from ctxgen.opaque import Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._lines import lines_with
from ctxgen.tree import SOURCE_LIMIT, File

_YII = re.compile(r"""["']dsn["']\s{0,9}=>\s{0,9}["'](mysql|pgsql|sqlite|sqlsrv|oci):""")
_CAKE = re.compile(
    r"""["']driver["']\s{0,9}=>\s{0,9}(?:["']\\{0,2}Cake\\{1,2}Database\\{1,2}Driver\\{1,2})?(Mysql|Postgres|Sqlite|Sqlserver)(?:::class|["'])"""
)
_ENGINES = {"pgsql": "postgresql", "postgres": "postgresql", "sqlsrv": "sqlserver", "oci": "oracle"}
_LONGEST = 300


@reads(
    "config/*.php", "**/config/*.php", limit=SOURCE_LIMIT,
    contains=(b"'dsn'", b'"dsn"', b"'driver'", b'"driver"'), excludes=("*test*.php",),
)  # fmt: skip
def read_php_database(file: File) -> Iterator[Fact]:
    """The first connection of a file of settings."""
    text = file.text
    framework = "Cake" if "Cake\\" in text else "yii" if "dsn" in text else ""
    for start, end in lines_with(text, "dsn", "driver") if framework else ():
        line = text[start : min(end, start + _LONGEST)]
        found = (_CAKE if framework == "Cake" else _YII).search(line)
        if found is not None and not line.lstrip().startswith(("//", "#", "*", "/*")):
            engine = _ENGINES.get(found[1].lower(), found[1].lower())
            at = file.at(text.count("\n", 0, start) + 1)
            yield ConfigKey(key=name("php.database.engine"), value=Opaque(engine), dialect="other", at=at)
            return
