"""ctxgen: the essential context of a backend repository, each statement with the line that proves it.

As a library: `ctxgen.render(ctxgen.scan("path/to/repository"))`; see docs/library.md.
"""

__version__ = "0.1.0"
__all__ = ["Context", "RevisionError", "TellingError", "__version__", "render", "scan"]

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported before it is used
    from ctxgen.library import Context, RevisionError, TellingError, render, scan


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'ctxgen' has no attribute {name!r}")
    from importlib import import_module

    found = import_module("ctxgen.render") if name == "render" else getattr(import_module("ctxgen.library"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
