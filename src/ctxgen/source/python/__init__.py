"""Python's front end: lowering, and the files that modules lead to.

Source: https://docs.python.org/3/reference/.
"""

from __future__ import annotations

import re

from ctxgen.source.ir import Attribute, Expression, Function, Name
from ctxgen.source.languages import Language
from ctxgen.source.python import code, library, messages
from ctxgen.source.python.annotations import annotated
from ctxgen.source.python.guards import judge_with_needs
from ctxgen.source.python.lower import lower
from ctxgen.source.python.resolve import PythonResolver


def _inside(module: str, name: str) -> str:
    """`a.b`, `.b` for what a relative module holds."""
    return f"{module}{name}" if module.endswith(".") else f"{module}.{name}"


_SETS_UP = re.compile(
    r"setup|set_up|register|register_all|init|initiali[sz]e|main|run|configure|__init__"
    r"|_{0,2}(?:register|setup|set_up|init|add|create|make|build|configure|mount|include|get|define|load)_(?:\w{0,40}_)?(?:app|application|api|apis|routers?|routes?|routing|urls|blueprints?|handlers|views|endpoints|server|websockets?|resources|controllers)"
)
_MAKES = re.compile(
    r"main|app_factory|(?:create|make|get|build|init|setup)_(?:\w{0,30}_)?(?:app|application|api|router|server|wsgi_app|asgi_app)"
)
_TAKES = {"app", "api", "router", "config", "bp", "blueprint", "application", "server", "flask_app", "configurator", "parent", "routes"}
_BRINGS = {
    "FastAPI",
    "APIRouter",
    "Flask",
    "Blueprint",
    "Quart",
    "Application",
    "Starlette",
    "Router",
    "Sanic",
    "Litestar",
    "Configurator",
    "Api",
    "UrlDispatcher",
}


def _sets_up(function: Function) -> bool:
    """Whether a function that nobody calls may put routes on something: by its name, or by what it takes."""
    if _MAKES.fullmatch(function.name):
        return True
    if function.name == "includeme":  # Pyramid's hook calls it with what it takes
        return False
    if function.name == "__init__":
        return any(_last(parameter.type) in _BRINGS for parameter in function.parameters) or len(function.parameters) < 3
    takes = any(
        (parameter.name in _TAKES and parameter.type is None) or _last(parameter.type) in _BRINGS for parameter in function.parameters
    )
    return takes or (
        not any(each.default is None and not each.variadic for each in function.parameters) and bool(_SETS_UP.fullmatch(function.name))
    )


def _last(type: Expression | None) -> str:
    return type.name if isinstance(type, (Name, Attribute)) else ""


LANGUAGE = Language(
    "python",
    (".py",),
    lower,
    PythonResolver,
    decorators_run=True,
    assigns_locally=True,
    constructors=("__init__",),
    importers=("importlib.import_module", "django.utils.module_loading.import_module"),
    hooks={**library.HOOKS, "typing.Annotated[]": annotated, "typing_extensions.Annotated[]": annotated},
    finish=(messages.finish, code.finish),
    judge=judge_with_needs,
    runs=_sets_up,
    inside=_inside,
)
