"""Django settings modules.  Source: https://docs.djangoproject.com/en/stable/ref/settings/."""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.model import Reference
from ctxgen.readers import Found, reads
from ctxgen.readers._python_settings import elsewhere, is_django, settings
from ctxgen.tree import SOURCE_LIMIT, File


@reads("settings*.py", "*settings.py", "**/settings/*.py", "**/settings/*/*.py", "**/settings*/*.py", "*_settings_*.py", limit=SOURCE_LIMIT)
def read_django_settings(file: File) -> Iterator[Found]:
    """What a settings module of Django sets, and the variables that it reads."""
    if is_django(file):
        yield from settings(file, "django", "read_django_settings")


@reads(
    "*.py",
    limit=SOURCE_LIMIT,
    contains=(b"ROOT_URLCONF", b"base import *", b"common import *", b"settings import *", b"production import *"),
)
def find_django_settings(file: File) -> Iterator[Found]:
    """Settings modules that are called otherwise: `config/django/base.py`, `shop/environments/production.py`."""
    if elsewhere(file):
        yield Reference(file.name, "read_django_settings", file.at(1))
