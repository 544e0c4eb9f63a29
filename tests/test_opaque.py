"""Opaque values give nothing away, and their derivations nothing but what is safe by type."""

from __future__ import annotations

import json
import pickle

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxgen.opaque import MASK, Opaque, looks_secret, name, version


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r}".format, lambda value: f"{value:>20}"])
@given(value=st.text(min_size=12))
def test_never_shown(show: object, value: str) -> None:
    assert value not in show(Opaque(value))  # type: ignore[operator]


@pytest.mark.parametrize("encode", [pickle.dumps, msgspec.json.encode, msgspec.msgpack.encode, json.dumps])
def test_never_serialised(encode: object) -> None:
    with pytest.raises(TypeError):
        encode(Opaque("value"))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port"),
    [
        ("postgres://shop:s3cret@db.internal:5433/orders", "postgres", "db.internal", 5433),
        ("jdbc:postgresql://db:5432/orders?user=x&password=y", "jdbc:postgresql", "db", 5432),
        ("postgresql+psycopg://u:p@db/x", "postgresql+psycopg", "db", None),
        ("mongodb+srv://u:p@cluster0.example.net/?w=majority", "mongodb+srv", "cluster0.example.net", None),
        ("redis:6379", None, "redis", 6379),
        ("'amqp://guest:guest@rabbit:5672/'", "amqp", "rabbit", 5672),
        ("jdbc:h2:mem:testdb", None, None, None),
        # a password may hold a slash or an at sign unescaped: no part of it may pass for a host
        ("redis://:pa/ss@cache:6379", "redis", None, None),
        ("redis://:pa@ss@cache:6379", "redis", "cache", 6379),
        ("redis://:pa#s@cache", "redis", None, None),
        ("just some words", None, None, None),
        ("", None, None, None),
    ],
)
def test_url(url: str, scheme: str | None, host: str | None, port: int | None) -> None:
    value = Opaque(url)
    assert (value.scheme(), value.host(), value.port()) == (scheme, host, port)


@given(
    user=st.from_regex(r"[a-z]{3,8}", fullmatch=True),
    password=st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=8, max_size=20),
)
def test_no_password_in_a_derivation(user: str, password: str) -> None:
    value = Opaque(f"postgres://{user}:{password}@db.example:5432/orders")
    for derived in (value.scheme(), value.host(), value.image(), value.version(), value.duration(), value.size(), value.number()):
        assert derived is None or derived in ("postgres", "db.example")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("30s", "30s"),
        ("PT20S", "PT20S"),
        ("00:15:00", "00:15:00"),
        ("5 min", "5 min"),
        ("P1D", "P1D"),
        ("PT", None),
        ("soon", None),
        ("hunter2", None),
    ],
)
def test_duration(written: str, expected: str | None) -> None:
    assert Opaque(written).duration() == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("postgres:15.3-alpine", ("postgres", "15.3-alpine")),
        ("registry.example/team/orders:1.2", ("team/orders", "1.2")),
        ("localhost:5000/orders", ("orders", None)),
        ("bitnami/redis", ("bitnami/redis", None)),
        ("redis@sha256:" + "0" * 64, ("redis", None)),
        ("${IMAGE}", None),
        ("not an image", None),
    ],
)
def test_image(written: str, expected: tuple[str, str | None] | None) -> None:
    assert Opaque(written).image() == expected


def test_interpolation() -> None:
    known = {"TAG": Opaque("15.3"), "EMPTY": Opaque("")}
    image = Opaque("postgres:${TAG:-14}").interpolate(known.get).image()
    assert image == ("postgres", "15.3")
    assert Opaque("postgres:${MISSING:-14}").interpolate(known.get).image() == ("postgres", "14")
    assert Opaque("postgres:${EMPTY:-14}").interpolate(known.get).image() == ("postgres", "14")
    assert Opaque("postgres:${EMPTY-14}").interpolate(known.get).image() is None
    assert Opaque("${spring.port:8080}").interpolate(known.get).integer() == 8080


def test_interpolation_ends() -> None:
    loop = {"A": Opaque("${B}${B}"), "B": Opaque("${A}${A}")}
    Opaque("${A}").interpolate(loop.get)


@pytest.mark.parametrize(
    "text",
    [
        "OAuth2AuthorizationServerConfigurer",
        "spring-boot-starter-oauth2-resource-server",
        "Microsoft.IdentityModel.Tokens",
        "base64url-universal",
        "uuid4",
        "v1beta1",
        "log4j-slf4j2-impl",
        "X509v3Cert",
        "OAuth2V1Beta3",
        "SHA256WithRSA",
        "openxmlformats",
        "denydatawriterole",
        "GetManyByIdsAsync",
        "getOrderByIncrementId",
        "w3c-xmlhttprequest",
        "donaudampfschifffahrt",
        "przedsiebiorstwa-uslugowe",
        "MSSQLSERVERXMLRPC",
    ],
)
def test_identifiers_pass(text: str) -> None:
    assert name(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "ghp_" + "a1B2" * 9,
        "AKIA" + "Q7" * 8,
        "sk_live_" + "x9Y8" * 6,
        "eyJhbGciOiJI.eyJzdWIiOiIx.c2ln",
        "k3J9x2Lq8Zw5Vb7Nc4Rt",
        "xkqzvbnmwrtplkjh",
        "GQWXZKVNJPFHTRMBLDCS",
        "xKqZvBnMwRtPlKjHgFdS",
        "x7Yk-9QpL_2m",
        "queue-aB3xK9zQ2w",
    ],
)
def test_credentials_are_masked(text: str) -> None:
    assert name(text) == MASK
    assert version(text) is None


@given(st.text(max_size=400))
def test_names_are_one_printable_line(text: str) -> None:
    cleaned = name(text)
    assert len(cleaned) <= 120
    assert cleaned.isprintable()


def test_long_paths_are_told_apart() -> None:
    start = "/api" + "/organisations/{organisation}/projects" * 5
    one, other = name(f"{start}/members"), name(f"{start}/invoices")
    assert one != other
    assert one.startswith("/api/organisations")
    assert one.endswith("/members")
    assert len(one) <= 120
    assert name(f"{start}/{'x9Y8' * 6}") == MASK


@pytest.mark.parametrize("text", ["git+https://u:t@host/x", "https://registry.example/x.tgz", "file:../x", "${version}", "a" * 90, "x@y"])
def test_not_a_version(text: str) -> None:
    assert version(text) is None


@given(st.text(max_size=200))
def test_secret_test_ends(text: str) -> None:
    looks_secret(text * 20)
