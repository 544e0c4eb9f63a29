"""The catalogue: it loads, nothing in it is unshown, and a wrong detector file is refused with its line.

`fixtures/catalogue/<kind>.txt` holds names as repositories write them, one a line: packages with
extras in brackets, images with a tag, settings as `key = value`, imports as `language module`.  The kind is the key
of the signal in `detectors/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ctxgen.catalogue import PACKAGE_KEYS, Catalogue, DetectorError, Technology, load, load_file
from ctxgen.opaque import Opaque
from ctxgen.recognise import RUNTIMES

FOLDER = Path(__file__).parents[1] / "fixtures" / "catalogue"


def listed(kind: str) -> list[str]:
    path = FOLDER / f"{kind}.txt"
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")] if path.exists() else []


def shown(catalogue: Catalogue) -> Iterator[tuple[str, str, str | None]]:
    """(kind, line, technology) of every name in the fixtures."""
    for kind in PACKAGE_KEYS:
        for line in listed(kind):
            base, _, extra = line.rstrip("]").partition("[")
            yield kind, line, catalogue.extra(kind, base, extra) if extra else catalogue.package(kind, line)
    for line in listed("images"):
        image = Opaque(line).image()
        variant = catalogue.image_variant(image[0], image[1]) if image and image[1] else None
        yield "images", line, variant or (catalogue.image(image[0]) if image else None)
    for line in listed("repacks"):
        image = Opaque(line).image()
        yield "repacks", line, catalogue.repacks(image[0]) if image else None
    for line in listed("imports"):
        language, _, module = line.partition(" ")
        yield "imports", line, catalogue.module(language, module)
    for line in listed("resources"):
        platform, _, kind = line.partition(" ")
        yield "resources", line, catalogue.resource(platform, kind)
    for line in listed("url_schemes"):
        known = catalogue.scheme(Opaque(line).scheme() or "")
        yield "url_schemes", line, known[0] if known else None
    for kind, ask in (
        ("charts", catalogue.chart),
        ("hosts", catalogue.host),
        ("env", catalogue.variable),
        ("files", catalogue.file),
        ("commands", catalogue.command),
        ("actions", catalogue.action),
    ):
        for line in listed(kind):
            yield kind, line, ask(line)


def shown_by_settings(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """(line, technology) of every setting in the fixtures; one line may show several."""
    for line in listed("config"):
        key, _, value = line.partition(" = ")
        for technology, _ in catalogue.config(key, Opaque(value)):
            yield line, technology


def test_every_name_of_the_fixtures_is_known() -> None:
    catalogue = load()
    assert [(kind, line) for kind, line, technology in shown(catalogue) if technology is None] == []
    assert sorted(set(listed("config")) - {line for line, _ in shown_by_settings(catalogue)}) == []


def test_every_technology_is_shown() -> None:
    catalogue = load()
    seen = {technology for _, _, technology in shown(catalogue) if technology} | {
        technology for _, technology in shown_by_settings(catalogue)
    }
    implied = {other for technology in seen for other in catalogue[technology].implies}
    assert sorted(set(catalogue.technologies) - seen - implied - set(RUNTIMES.values())) == []


def test_no_two_technologies_have_one_name() -> None:
    names: dict[str, str] = {}
    for technology in load().technologies.values():
        assert names.setdefault(technology.name.casefold(), technology.id) == technology.id


@pytest.mark.parametrize(
    ("ecosystem", "package", "technology"),
    [
        ("npm", "pg", "pg"),
        ("npm", "@nestjs/core", "nestjs"),
        ("pypi", "psycopg2-binary", "psycopg"),
        ("pypi", "Flask_RESTful", "flask-restful"),
        ("pypi", "ruamel.yaml", None),
        ("go", "github.com/golang-jwt/jwt/v9", "golang-jwt"),
        ("hex", "finch", "finch"),
        ("rubygems", "httparty", "httparty"),
        ("go", "github.com/urfave/cli/v2", "urfave-cli"),
        ("npm", "@types/express", None),
        ("npm", "express-list-endpoints", None),
    ],
)
def test_packages(ecosystem: str, package: str, technology: str | None) -> None:
    assert load().package(ecosystem, package) == technology


@pytest.mark.parametrize(
    ("image", "technology"),
    [
        ("postgres", "postgresql"),
        ("bitnami/postgresql", "postgresql"),
        ("mssql/server", "sqlserver"),
        ("elasticsearch/elasticsearch", "elasticsearch"),
        ("dotnet/sdk", "dotnet"),
        ("shop/orders-postgres-exporter", None),
    ],
)
def test_images(image: str, technology: str | None) -> None:
    assert load().image(image) == technology


def test_a_url_names_engine_and_driver() -> None:
    assert load().scheme("postgresql+asyncpg") == ["asyncpg", "postgresql"]
    assert load().scheme("https") == []


def test_an_engine_is_not_its_driver() -> None:
    catalogue = load()
    assert catalogue["psycopg"].drives == ("postgresql",)
    assert catalogue["postgresql"].pypi == ()


@pytest.mark.parametrize(
    ("key", "value", "mechanism"),
    [
        ("MIDDLEWARE", "django.contrib.sessions.middleware.SessionMiddleware", "session"),
        ("MIDDLEWARE", "shop.middleware.CustomRemoteUserMiddleware", "proxy-header"),
        ("AUTHENTICATION_BACKENDS", "django_auth_ldap.backend.LDAPBackend", "ldap"),
        ("MIDDLEWARE", "django.middleware.common.CommonMiddleware", None),
    ],
)
def test_mechanisms(key: str, value: str, mechanism: str | None) -> None:
    assert {found for _, found in load().mechanism(key, Opaque(value))} == ({mechanism} if mechanism else set())


def test_a_setting_of_scale() -> None:
    known = load().setting("CELERY_WORKER_CONCURRENCY")
    assert known is not None
    assert (known[0], known[1].kind) == ("celery", "concurrency")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[one]\nname = "One"\n\n[two]\nname = "Two"\ncolour = "red"\n', "queue.toml:4: two: Object contains unknown field `colour`"),
        ('\n[one]\nname = "One"\ncategory = "toys"\n', "queue.toml:2: one: unknown category 'toys'"),
        ('[one]\nnpm = ["one"]\n', "queue.toml:1: one: Object missing required field `name`"),
        ('[one]\nname = "One"\nnpm = "one"\n', "queue.toml:1: one: Expected `array`"),
        ("[one\n", "queue.toml: "),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "queue.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DetectorError) as refused:
        list(load_file(path))
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize(
    ("technologies", "reason"),
    [
        (
            [Technology("One", id="one", npm=("same",)), Technology("Two", id="two", npm=("Same",))],
            "npm 'same' is claimed by 'one' and by 'two'",
        ),
        (
            [Technology("One", id="one", pypi=("a_b",)), Technology("Two", id="two", pypi=("a.b",))],
            "pypi 'a-b' is claimed by 'one' and by 'two'",
        ),
        ([Technology("One", id="one"), Technology("Other", id="one")], "two technologies have the id 'one'"),
        ([Technology("One", id="one", drives=("none",))], "'one' refers to 'none', which is not in the catalogue"),
    ],
)
def test_a_wrong_catalogue_is_refused(technologies: list[Technology], reason: str) -> None:
    with pytest.raises(DetectorError, match="^" + reason.replace("(", r"\(") + "$"):
        Catalogue(technologies)
