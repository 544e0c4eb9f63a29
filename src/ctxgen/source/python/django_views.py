"""The methods that Django's and REST framework's class-based views answer: those of the class, and those of the library's classes.

Sources: https://docs.djangoproject.com/en/stable/ref/class-based-views/, https://www.django-rest-framework.org/api-guide/generic-views/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ctxgen.source import ir
from ctxgen.source.frameworks import plain
from ctxgen.source.guards import spelled
from ctxgen.source.program import Program
from ctxgen.source.python.views import bases, field, methods_of
from ctxgen.source.values import ClassValue, FunctionValue

_FORM = ("GET", "POST")
_ALL = ("GET", "POST", "PUT", "PATCH", "DELETE")
LIBRARY: dict[str, tuple[str, ...]] = {
    "TemplateView": ("GET",), "ListView": ("GET",), "DetailView": ("GET",), "RedirectView": ("ANY",), "FormView": _FORM, "CreateView": _FORM, "UpdateView": _FORM,
    "DeleteView": ("GET", "POST", "DELETE"), "ArchiveIndexView": ("GET",), "YearArchiveView": ("GET",), "MonthArchiveView": ("GET",), "WeekArchiveView": ("GET",),
    "DayArchiveView": ("GET",), "TodayArchiveView": ("GET",), "DateDetailView": ("GET",), "BaseDetailView": ("GET",), "BaseListView": ("GET",), "ProcessFormView": _FORM,
    "BaseFormView": _FORM, "BaseCreateView": _FORM, "BaseUpdateView": _FORM, "BaseDeleteView": ("GET", "POST", "DELETE"), "DeletionMixin": ("POST", "DELETE"),
    "LoginView": _FORM, "LogoutView": ("POST",), "PasswordChangeView": _FORM, "PasswordChangeDoneView": ("GET",), "PasswordResetView": _FORM,
    "PasswordResetDoneView": ("GET",), "PasswordResetConfirmView": _FORM, "PasswordResetCompleteView": ("GET",), "JavaScriptCatalog": ("GET",), "JSONCatalog": ("GET",),
    "CreateAPIView": ("POST",), "ListAPIView": ("GET",), "RetrieveAPIView": ("GET",), "DestroyAPIView": ("DELETE",), "UpdateAPIView": ("PUT", "PATCH"),
    "ListCreateAPIView": ("GET", "POST"), "RetrieveUpdateAPIView": ("GET", "PUT", "PATCH"), "RetrieveDestroyAPIView": ("GET", "DELETE"),
    "RetrieveUpdateDestroyAPIView": ("GET", "PUT", "PATCH", "DELETE"), "TokenObtainPairView": ("POST",), "TokenRefreshView": ("POST",), "TokenVerifyView": ("POST",),
    "TokenBlacklistView": ("POST",), "TokenObtainSlidingView": ("POST",), "TokenRefreshSlidingView": ("POST",), "ObtainAuthToken": ("POST",), "obtain_auth_token": ("POST",),
    "SpectacularAPIView": ("GET",), "SpectacularJSONAPIView": ("GET",), "SpectacularYAMLAPIView": ("GET",), "SpectacularSwaggerView": ("GET",),
    "SpectacularRedocView": ("GET",), "GraphQLView": ("GET", "POST"), "AsyncGraphQLView": ("GET", "POST"), "FileUploadGraphQLView": ("GET", "POST"),
}  # fmt: skip
"""Classes (and one function) of libraries by their last name."""


def library_methods(path: str) -> tuple[str, ...]:
    """The methods of a library's view; ANY for one that is not known."""
    return LIBRARY.get(path.rpartition(".")[2], ("ANY",))


def view_methods(program: Program, cls: ClassValue) -> list[str]:
    """The methods that a class-based view of the repository answers; `ANY` where nothing says which."""
    found = dict.fromkeys(methods_of(program, cls))
    for base in bases(program, cls):
        found |= dict.fromkeys(LIBRARY.get(base.rpartition(".")[2], ()))
    stated = {each.upper() for each in plain(field(program, cls, "http_method_names"))}
    if "ANY" in found and not stated:
        return ["ANY"]
    allowed = [each for each in _ALL if each in found and (not stated or each in stated)]
    return allowed or ["ANY"]


def function_methods(program: Program, function: FunctionValue) -> tuple[str, ...]:
    """The methods that decorators allow a view: those that the library's state, or that one of the project's own compares the request's with."""
    stated = function.attributes.get("methods")
    if isinstance(stated, list):
        return tuple(each.upper() for each in plain(stated))
    for around in function.around:
        for compared in _compared(around.function.body, 0):
            methods = [
                each.upper() for each in plain(program.evaluate(compared, around.scope)) if each.upper() in (*_ALL, "HEAD", "OPTIONS")
            ]
            if methods:
                return tuple(each for each in methods if each in _ALL)
    return ("ANY",)


def _compared(statements: Iterable[ir.Statement], depth: int) -> Iterator[ir.Expression]:
    """What conditions compare `request.method` with."""
    for statement in statements if depth < 10 else ():
        if isinstance(statement, ir.Branch):
            for condition, body in statement.arms:
                match condition:
                    case ir.Unknown(_, (method, compared)) if spelled(method).endswith("request.method"):
                        yield compared
                yield from _compared(body, depth + 1)
