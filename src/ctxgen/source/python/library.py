"""What functions of Python's own library give, where a route depends on it: the default of a variable, parts of a path put together.

Sources: https://docs.python.org/3/library/os.html#os.getenv, https://pypi.org/project/python-decouple/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxgen.source.values import UNKNOWN, Arguments, Instance, Value

if TYPE_CHECKING:
    from ctxgen.source.program import Program


def _default(program: Program, arguments: Arguments) -> Value:
    """`os.getenv("PREFIX", "/api")`: what holds where the environment says nothing else."""
    given = arguments.get(1, "default", default=UNKNOWN)
    return given if isinstance(given, (str, int)) else None


def _joined(program: Program, arguments: Arguments) -> Value:
    """`posixpath.join("/api", name)`, `urljoin("/api/", "users")`."""
    parts = [each if isinstance(each, str) else "{part}" for each in arguments.positional]
    return "/".join(part.strip("/") if index else part.rstrip("/") for index, part in enumerate(parts)) if parts else UNKNOWN


def _same(program: Program, arguments: Arguments) -> Value:
    """`str(prefix)`: the same, as far as routes are concerned."""
    return arguments.get(0, default=UNKNOWN)


def _listed(program: Program, arguments: Arguments) -> Value:
    """`list(routes)`, `reversed(…)`: another list of the same; `list()` an empty one."""
    given = arguments.get(0, default=UNKNOWN) if arguments.positional else []
    return list(given) if isinstance(given, list) else given


def _mapped(program: Program, arguments: Arguments) -> Value:
    """`dict()`, `dict(routes, home="/")`."""
    given = arguments.get(0, default=UNKNOWN) if arguments.positional else {}
    return {**given, **arguments.keywords} if isinstance(given, dict) else UNKNOWN


def _class(program: Program, arguments: Arguments) -> Value:
    """`type(self)`."""
    given = arguments.get(0)
    return given.cls if isinstance(given, Instance) and len(arguments.positional) == 1 else UNKNOWN


def _numbered(program: Program, arguments: Arguments) -> Value:
    """`enumerate(routers)`: pairs."""
    values = arguments.get(0)
    return [[index, value] for index, value in enumerate(values)] if isinstance(values, list) else UNKNOWN


def _pairs(program: Program, arguments: Arguments) -> Value:
    """`zip(names, routers)`: pairs."""
    lists = [each for each in arguments.positional if isinstance(each, list)]
    return [list(each) for each in zip(*lists, strict=False)] if lists and len(lists) == len(arguments.positional) else UNKNOWN


HOOKS = {
    **dict.fromkeys(("os.getenv()", "os.environ.get()", "decouple.config()", "starlette.config.Config()()"), _default),
    **dict.fromkeys(("os.path.join()", "posixpath.join()", "urllib.parse.urljoin()"), _joined),
    "str()": _same,
    **dict.fromkeys(("list()", "tuple()", "reversed()", "sorted()", "set()"), _listed),
    **dict.fromkeys(("dict()", "collections.OrderedDict()"), _mapped),
    "collections.defaultdict()": lambda program, arguments: {},
    "type()": _class,
    "enumerate()": _numbered,
    "zip()": _pairs,
}
