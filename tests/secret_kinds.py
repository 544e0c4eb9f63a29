"""Secrets of published kinds with random bodies: what `test_secrets` plants.

The shapes are those that the issuers document or that the rules of the common scanners (gitleaks, TruffleHog, GitHub's
secret scanning) describe; every body is random, so that nothing here opens anything.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from random import Random
from typing import NamedTuple

LOWER, UPPER, DIGITS = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
ALNUM = LOWER + UPPER + DIGITS
HEX = DIGITS + "abcdef"
BASE64 = ALNUM + "+/"
URLSAFE = ALNUM + "-_"
BASE32 = UPPER + "234567"
PUNCTUATION = "!@#$%^&*(-_=+)"
SHELL = "$!&;|<>(){}*?~#%^"


class Secret(NamedTuple):
    """The text as it stands in a file, the random parts to search for, and for a URL what may be told of it."""

    text: str
    bodies: tuple[str, ...]
    scheme: str | None = None
    port: int | None = None


Kind = Callable[[Random], Secret]


def body(random: Random, length: int, alphabet: str = ALNUM) -> str:
    return "".join(random.choice(alphabet) for _ in range(length))


def token(before: str, length: int, alphabet: str = ALNUM, after: str = "") -> Kind:
    """A literal, a random body, a literal."""

    def make(random: Random) -> Secret:
        made = body(random, length, alphabet)
        return Secret(f"{before}{made}{after}", (made,))

    return make


def parts(template: str, *lengths: int, alphabet: str = ALNUM) -> Kind:
    """A template whose `{}` are random parts; those of at least sixteen characters are searched for."""

    def make(random: Random) -> Secret:
        made = [body(random, length, alphabet) for length in lengths]
        return Secret(template.format(*made), tuple(each for each in made if len(each) >= 16))

    return make


def url(template: str, scheme: str, port: int | None, length: int = 24, alphabet: str = ALNUM) -> Kind:
    """A URL with a random password."""

    def make(random: Random) -> Secret:
        made = body(random, length, alphabet)
        return Secret(template.format(made), (made,), scheme, port)

    return make


def block(label: str, lines: int, after: str = "") -> Kind:
    """An armoured block of several lines."""

    def make(random: Random) -> Secret:
        made = [body(random, 64, BASE64) for _ in range(lines)] + [body(random, 18, BASE64) + "=="]
        text = "\n".join([f"-----BEGIN {label}-----", *([after, ""] if after else []), *made, f"-----END {label}-----"])
        return Secret(text, tuple(made))

    return make


def _jwt(random: Random) -> Secret:
    claims = base64.urlsafe_b64encode(f'{{"sub":"{body(random, 24)}"}}'.encode()).decode().rstrip("=")
    signature = body(random, 43, URLSAFE)
    return Secret(f"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.{claims}.{signature}", (claims[16:], signature))


def _service_account(random: Random) -> Secret:
    key = body(random, 200, BASE64)
    identifier = body(random, 40, HEX)
    return Secret(
        f'{{"type": "service_account", "private_key_id": "{identifier}", "private_key": "-----BEGIN PRIVATE KEY-----\\n{key}\\n-----END PRIVATE KEY-----\\n"}}',
        (key, identifier),
    )


def _uuid(random: Random) -> Secret:
    made = str(uuid.UUID(int=random.getrandbits(128), version=4))
    return Secret(made, (made,))


def _letters(random: Random) -> Secret:
    """Four groups of four letters, as application passwords are written."""
    made = " ".join(body(random, 4, LOWER) for _ in range(4))
    return Secret(made, (made, made.replace(" ", "")))


KINDS: dict[str, Kind] = {
    "aws_access_key": token("AKIA", 16, BASE32),
    "aws_secret_key": token("", 40, BASE64),
    "aws_session_token": token("FwoGZXIvYXdzE", 120, BASE64, "=="),
    "github_classic": token("ghp_", 36),
    "github_fine": parts("github_pat_{}_{}", 22, 59),
    "github_oauth": token("gho_", 36),
    "gitlab": token("glpat-", 20, URLSAFE),
    "gitlab_runner": token("GR1348941", 20, URLSAFE),
    "slack_bot": parts("xoxb-123456789012-1234567890123-{}", 24),
    "slack_user": parts("xoxp-123456789012-123456789012-{}", 32, alphabet=HEX),
    "slack_app": parts("xapp-1-A0123456789-1234567890123-{}", 64, alphabet=HEX),
    "slack_webhook": url("https://hooks.slack.example/services/T01234567/B01234567/{}", "https", None),
    "stripe": token("sk_live_", 24),
    "stripe_webhook": token("whsec_", 32),
    "twilio_sid": token("AC", 32, HEX),
    "twilio_token": token("", 32, HEX),
    "sendgrid": parts("SG.{}.{}", 22, 43),
    "mailgun": token("key-", 32, HEX),
    "mailchimp": token("", 32, HEX, "-us12"),
    "google_api": token("AIza", 35, URLSAFE),
    "google_client_secret": token("GOCSPX-", 28, URLSAFE),
    "google_oauth": token("ya29.", 60, URLSAFE),
    "google_service_account": _service_account,
    "google_app_password": _letters,
    "jwt": _jwt,
    "npm": token("npm_", 36),
    "pypi": token("pypi-AgEIcHlwaS5vcmc", 120, URLSAFE),
    "rubygems": token("rubygems_", 48, HEX),
    "docker_hub": token("dckr_pat_", 27, URLSAFE),
    "vault": token("hvs.", 90, URLSAFE),
    "vault_old": token("s.", 24),
    "terraform_cloud": parts("{}.atlasv1.{}", 14, 64),
    "digitalocean": token("dop_v1_", 64, HEX),
    "shopify": token("shpat_", 32, HEX),
    "square": token("sq0csp-", 43, URLSAFE),
    "square_access": token("EAAA", 60, URLSAFE),
    "paypal": token("access_token$production$", 32, HEX),
    "braintree": parts("access_token$production${}${}", 16, 32, alphabet=HEX),
    "azure_storage": parts("DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={}==;EndpointSuffix=core.example.net", 86, alphabet=BASE64),
    "azure_client_secret": parts("aB3{}~{}", 2, 32, alphabet=URLSAFE),
    "azure_sas": url("https://shop.blob.example/files?sv=2022-11-02&ss=b&sig={}%3D", "https", None, 43),
    "heroku": _uuid,
    "heroku_new": token("HRKU-AA", 58, URLSAFE),
    "datadog": token("", 32, HEX),
    "new_relic": token("NRAK-", 27, UPPER + DIGITS),
    "sentry_dsn": url("https://{}@o123456.ingest.example/4501234", "https", None, 32, HEX),
    "sentry_token": token("sntrys_", 100, BASE64),
    "telegram": token("1234567890:AA", 33, URLSAFE),
    "discord_bot": parts("MTA{}.GaBcDe.{}", 23, 38, alphabet=ALNUM),
    "discord_webhook": url("https://discord.example/api/webhooks/123456789012345678/{}", "https", None, 68, URLSAFE),
    "openai": token("sk-proj-", 74, URLSAFE),
    "openai_old": parts("sk-{}T3BlbkFJ{}", 20, 20),
    "anthropic": token("sk-ant-api03-", 93, URLSAFE, "AA"),
    "hugging_face": token("hf_", 34),
    "replicate": token("r8_", 37),
    "databricks": token("dapi", 32, HEX),
    "grafana": token("glsa_", 41, ALNUM),
    "grafana_cloud": token("glc_", 60, BASE64),
    "linear": token("lin_api_", 40),
    "notion": token("secret_", 43),
    "figma": token("figd_", 40, URLSAFE),
    "postman": parts("PMAK-{}-{}", 24, 34, alphabet=HEX),
    "planetscale": token("pscale_pw_", 43, URLSAFE),
    "supabase": token("sbp_", 40, HEX),
    "mapbox": parts("pk.eyJ1IjoiYWJj{}.{}", 40, 22),
    "algolia": token("", 32, HEX),
    "cloudflare": token("", 40, URLSAFE),
    "cloudflare_ca": parts("v1.0-{}-{}", 24, 146, alphabet=HEX),
    "fastly": token("", 32, URLSAFE),
    "okta": token("00", 40, URLSAFE),
    "auth0": token("", 64, URLSAFE),
    "atlassian": token("ATATT3xFfGF0", 180, URLSAFE, "=1A2B3C4D"),
    "bitbucket": token("ATBB", 32),
    "confluent": token("", 64, BASE64),
    "snyk": _uuid,
    "launchdarkly": parts("sdk-{}", 36, alphabet=HEX),
    "facebook": token("EAACEdEose0cBA", 60),
    "twitter": token("AAAAAAAAAAAAAAAAAAAAA", 80, ALNUM),
    "age": token("AGE-SECRET-KEY-1", 58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    "totp": token("", 32, BASE32),
    "mongodb_atlas": url("mongodb+srv://shop:{}@cluster0.example.net/orders?retryWrites=true", "mongodb+srv", None),
    "postgres_url": url("postgres://shop:{}@db.internal:5433/orders", "postgres", 5433),
    "postgres_driver_url": url("postgresql+psycopg_async://shop:{}@db:5432/orders", "postgresql+psycopg_async", 5432),
    "oracle_url": url("oracle+cx_oracle://shop:{}@db:1521/orders", "oracle+cx_oracle", 1521),
    "mysql_url": url("mysql://shop:{}@db:3307/orders", "mysql", 3307, 24, URLSAFE),
    "redis_url": url("redis://:{}@cache:6380/0", "redis", 6380),
    "rediss_url": url("rediss://default:{}@cache.internal:25061", "rediss", 25061),
    "amqp_url": url("amqp://shop:{}@rabbit:5671/%2F", "amqp", 5671),
    "url_with_slash": url("redis://:{}/x@cache:6379/0", "redis", None),
    "url_with_at": url("amqp://shop:x@{}@rabbit:5672", "amqp", 5672),
    "url_password_only_user": url("https://{}@git.internal:8443/shop.git", "https", 8443),
    "basic_auth": url("https://deploy:{}@registry.internal:5000/v2/", "https", 5000),
    "jdbc_postgres": url("jdbc:postgresql://db:5434/orders?user=shop&password={}", "jdbc:postgresql", 5434),
    "jdbc_mysql": url("jdbc:mysql://shop:{}@db:3308/orders", "jdbc:mysql", 3308),
    "jdbc_sqlserver": url("jdbc:sqlserver://db:1434;databaseName=orders;user=sa;password={}", "jdbc:sqlserver", 1434),
    "jdbc_oracle": url("jdbc:oracle:thin:shop/{}@db:1521:XE", "", None),
    "sql_server": token("Server=tcp:db,1433;Database=orders;User Id=sa;Password=", 24, ALNUM, ";Encrypt=True"),
    "npgsql": token("Host=db;Port=5432;Username=shop;Password=", 24),
    "service_bus": token("Endpoint=sb://shop.servicebus.example/;SharedAccessKeyName=Root;SharedAccessKey=", 43, BASE64, "="),
    "libpq": token("host=db port=5432 user=shop password=", 24),
    "hex32": token("", 32, HEX),
    "hex40": token("", 40, HEX),
    "hex64": token("", 64, HEX),
    "base64_32": token("", 43, BASE64, "="),
    "base64_url": token("", 43, URLSAFE, "="),
    "bcrypt": token("$2b$12$", 53, ALNUM + "./"),
    "argon2": parts("$argon2id$v=19$m=65536,t=3,p=4${}${}", 22, 43, alphabet=BASE64),
    "django_key": token("django-insecure-", 50, LOWER + DIGITS + PUNCTUATION),
    "django_key_bare": token("", 50, LOWER + DIGITS + PUNCTUATION),
    "shell_password": token("", 28, ALNUM + SHELL),
    "dollar_password": parts("{}${}", 17, 16),
    "dollar_upper_password": parts("{}${}", 16, 17, alphabet=BASE32),
    "rsa_key": block("RSA PRIVATE KEY", 5),
    "ec_key": block("EC PRIVATE KEY", 2),
    "openssh_key": block("OPENSSH PRIVATE KEY", 5),
    "pkcs8_key": block("ENCRYPTED PRIVATE KEY", 4),
    "pgp": block("PGP PRIVATE KEY BLOCK", 4, "Version: GnuPG v2"),
    "htpasswd": parts("admin:$apr1$AbCdEfGh${}", 22),
    "basic_header": token("Basic ", 40, BASE64),
    "bearer_header": token("Authorization: Bearer ", 40, URLSAFE),
}  # fmt: skip


def windows(text: str, size: int = 8) -> set[str]:
    """Every run of `size` characters, case aside: a reader may write a key in small letters."""
    lowered = text.lower()
    return {lowered[start : start + size] for start in range(len(lowered) - size + 1)}


def encodings(secret: str) -> set[str]:
    """The body as it is, percent-encoded, and in base64 of both alphabets at each of the three alignments."""
    from urllib.parse import quote

    found = {secret, quote(secret, safe="")}
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + secret.encode()).decode()
        # what depends on the neighbours of the body is cut off
        inner = encoded[4 if offset else 0 : len(encoded) // 4 * 4 - 4]
        found |= {inner, inner.translate(str.maketrans("+/", "-_"))}
    return found


def needles(secret: Secret) -> set[str]:
    """The eight-character windows of every body in every encoding."""
    return {window for each in secret.bodies for encoded in encodings(each) for window in windows(encoded)}
