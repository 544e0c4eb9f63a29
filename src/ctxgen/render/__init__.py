"""From a context to text: what is told, what it is worth, and how each format writes it.

The package is callable, because `ctxgen.render` is both this package and the function of the library.
"""

import sys
from types import ModuleType


class _Rendering(ModuleType):
    def __call__(self, *arguments, **options):  # type: ignore[no-untyped-def]  # typed as ctxgen.library.render
        from ctxgen.library import render

        return render(*arguments, **options)


sys.modules[__name__].__class__ = _Rendering
