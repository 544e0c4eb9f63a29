"""Values that must not get out.

A repository's text holds secrets.  Readers therefore keep a value only as `Opaque`, which prints, compares and
serialises as nothing, and from which only derivations that are safe by type can be taken: a URL's scheme, host and
port, an integer, a boolean, a duration, a size, an image name, a version, one of a fixed set of words.  Identifiers
(package names, variable names, service names) pass `name`, version statements pass `version`; both are types of
their own, so the type checker refuses plain text in a fact.
"""

from __future__ import annotations

import fnmatch
import itertools
import re
from collections.abc import Callable, Collection
from functools import lru_cache
from typing import NewType, NoReturn

from ctxgen.substitution import substitute

Name = NewType("Name", str)
"""An identifier that is fit to be printed: one line, printable, at most 120 characters, no known credential."""

Version = NewType("Version", str)
"""A version or range as written (`^4.18.2`, `>=3.13,<3.14`, `3-management`), never a URL or a path."""

MASK = "[masked]"
_NAME_LIMIT = 120

# Formats that the issuers or the common secret scanners document.  Each starts a word with a literal and has a bounded
# body, so no pattern can backtrack badly.
_CREDENTIAL = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{12,20}"
    r"|gh[oprsu]_[A-Za-z0-9]{16,255}|github_pat_[A-Za-z0-9_]{20,255}|gl(?:pat|dt|rt|cbt|ptt|soat|ft|imt|agent|oas)-[A-Za-z0-9_-]{16,64}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,250}|xapp-[A-Za-z0-9-]{10,250}"
    r"|(?:sk|pk|rk|whsec)_(?:live|test|prod)?_?(?=[A-Za-z]{0,40}\d)[A-Za-z0-9]{16,250}|sk-(?=[A-Za-z_-]{0,40}\d)[A-Za-z0-9_-]{20,250}"
    r"|AIza[A-Za-z0-9_-]{30,40}|ya29\.[A-Za-z0-9_-]{20,250}|GOCSPX-[A-Za-z0-9_-]{20,40}"
    r"|SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}|key-[0-9a-f]{32}|(?:SK|AC)[0-9a-f]{32}"
    r"|npm_[A-Za-z0-9]{30,40}|pypi-[A-Za-z0-9_-]{50,250}|dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,40}|hvs\.[A-Za-z0-9_-]{20,250}|hvb\.[A-Za-z0-9_-]{20,250}"
    r"|dop_v1_[0-9a-f]{40,70}|do[or]_v1_[0-9a-f]{40,70}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{24,40}|sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{20,50}|EAAA[A-Za-z0-9_-]{40,70}"
    r"|eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}|-----BEGIN [A-Z ]{3,40}-----|AGE-SECRET-KEY-1[A-Z0-9]{40,70}"
    r"|hf_[A-Za-z0-9]{30,40}|r8_[A-Za-z0-9]{30,45}|gsk_[A-Za-z0-9]{40,60}|pplx-[A-Za-z0-9]{40,60}|xai-[A-Za-z0-9]{60,90}"
    r"|lin_api_[A-Za-z0-9]{30,50}|secret_[A-Za-z0-9]{30,50}|ntn_[A-Za-z0-9]{30,60}|figd_[A-Za-z0-9_-]{30,60}|PMAK-[A-Za-z0-9-]{40,80}"
    r"|NRAK-[A-Z0-9]{20,40}|NRII-[A-Za-z0-9_-]{20,40}|glsa_[A-Za-z0-9_]{30,60}|glc_[A-Za-z0-9+/=]{30,250}|dapi[0-9a-f]{30,40}|tfp_[A-Za-z0-9_-]{30,70}"
    r"|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{40,80}|rubygems_[0-9a-f]{40,60}|cio[A-Za-z0-9]{30,36}|ATATT3[A-Za-z0-9_=-]{40,250}|sntry[su]_[A-Za-z0-9+/=_-]{30,250}"
    r"|\d{8,10}:AA[A-Za-z0-9_-]{30,36}|[MN][A-Za-z0-9]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}|phc_[A-Za-z0-9]{30,50}|pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{30,64}"
    r"|v1\.0-[0-9a-f]{24}-[0-9a-f]{100,160}|[0-9a-f]{32}-us\d{1,2}|AccountKey=[A-Za-z0-9+/=]{40,100}|sb[ps]_[0-9a-f]{40}|re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,30}|fo1_[A-Za-z0-9_-]{40,50}"
    r"|[a-z][a-z0-9+.:_-]{1,40}://[^/\s]{0,200}@|(?i:password|passwd|pwd|accountkey|(?:shared)?accesskey|secret|token|sig)=[^\s;&]"
    r"|HRKU-[A-Za-z0-9_-]{30,70}|ATBB[A-Za-z0-9]{24,40}|GR1348941[A-Za-z0-9_-]{16,40}|\$2[abxy]\$\d\d\$|\$argon2|\$apr1\$|access_token\$[a-z]+\$"
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
)
_TOKEN = re.compile(r"[A-Za-z0-9+]{16,}={0,2}")
_LONG_TOKEN = re.compile(r"[A-Za-z0-9+_-]{28,}")
_WORD = re.compile(r"[A-Z][a-z]{3,}|[a-z]{4,}")
_SHORT_WORD = re.compile(r"[A-Z][a-z]{2,}|[a-z]{3,}")
_PIECE = re.compile(r"[A-Z]+[a-z]*|[a-z]+|\d+")
_CONSONANTS = re.compile(r"[b-df-hj-np-tv-xz]{6}", re.IGNORECASE)


_DIGIT = re.compile(r"\d")
_SHORT_TOKEN = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{11,22}(?![A-Za-z0-9_-])")
_FOLLOWERS = (
    "bcdgiklmnprstuvy aeilorsu acehiklorstuy adeilorsu abcdefgilmnopqrstuvwxy aefilortu aeghinorsu aeiort abcdefglmnoprstvxz e aeisu adeilostuy "
    "abeimopsu acdefgiklnostuv abcdfgiklmnoprstuvw aehiloprstuy u acdegiklmnorstuvy acehilopstu acefhilorstuy abcdegilmnprst aeio aeino eipt ps e"
)
_FOLLOWING = {first: frozenset(following) for first, following in zip("abcdefghijklmnopqrstuvwxyz", _FOLLOWERS.split(), strict=True)}
"""The letters that follow each letter in the words that programs are written in: two in five pairs, which are 19 of 20 of those that are met."""


def looks_secret(text: str) -> bool:
    """Whether `text` holds a credential of a published format, or a run of characters that only a generator writes."""
    # the shortest formats without one of these marks have fifteen characters; most names are shorter
    if len(text) >= 15 or "=" in text or "@" in text or "$" in text:
        return _holds_secret(text)
    return len(text) >= 11 and not text.islower() and _holds_short_token(text)


def _holds_short_token(text: str) -> bool:
    """Whether a run is cut into letters of both cases and digits as only a generator does: `x7Yk-9QpL_2m`, not `X509v3Cert`."""
    if _DIGIT.search(text) is None or text.islower() or text.isupper():  # nine in ten names
        return False
    return any(_is_shredded(part) for run in _SHORT_TOKEN.findall(text) for part in {re.sub(r"[-_]", "", run), *re.split(r"[-_]", run)})


def _is_shredded(run: str) -> bool:
    pieces = _PIECE.findall(run)
    return (
        len(run) >= 10
        and len(pieces) >= 0.5 * len(run)
        and any(map(str.isdigit, run))
        and run != run.lower()
        and run != run.upper()
        and _WORD.search(run) is None
    )


@lru_cache(maxsize=65536)
def _holds_secret(text: str) -> bool:
    if _CREDENTIAL.search(text):
        return True
    if any(_is_random(run) for run in _TOKEN.findall(text)) or _holds_short_token(text):
        return True
    joined = (re.sub(r"[-_]", "", run) for run in _LONG_TOKEN.findall(text))
    return any(run != run.lower() and run != run.upper() and _is_random(run) for run in joined)


def _is_random(run: str) -> bool:
    """Identifiers are made of words, tokens are not.

    In mixed case `X509LwM2MBootstrapServer` is for two thirds words of four letters and more, a random token for a
    fifth, in short pieces.  In one case `x509v3certificatebuilder` changes between letters and digits four times, a
    random token of that length ten times; where there are no digits, three in five pairs of its letters are met in no word.
    """
    digits = sum(map(str.isdigit, run))
    if not (run.islower() or run.isupper() or digits == len(run)):
        words = _WORD if digits else _SHORT_WORD
        pieces, covered = len(_PIECE.findall(run)), sum(map(len, words.findall(run)))
        return (
            (
                covered < len(run) * (0.3 if digits < 2 else 0.4 if len(run) < 36 else 0.6)
                or (covered < len(run) * 0.6 and _unspeakable(run.lower()))
            )
            and pieces >= len(run) * 0.24
            and digits <= len(run) * 0.65
        )
    changes = sum(1 for a, b in itertools.pairwise(run) if a.isdigit() != b.isdigit())
    if changes < 4:
        # short capitals may be acronyms
        return digits <= 2 and _unspeakable(run.lower(), 0.55 if run.isupper() and len(run) < 20 else 0.42)
    return changes >= len(run) * 0.2 or _CONSONANTS.search(run) is not None


def _unspeakable(run: str, share: float = 0.42) -> bool:
    """Whether a share of the pairs of letters in a run is met in no word."""
    pairs = [(first, second) for first, second in itertools.pairwise(run) if first.isalpha() and second.isalpha()]
    return len(pairs) >= 13 and sum(second not in _FOLLOWING.get(first, ()) for first, second in pairs) >= share * len(pairs)


def name(text: str) -> Name:
    """Make an identifier printable: no control or bidirectional characters, one line, at most 120 characters.

    A longer path is cut in the middle, any other name at its end: the paths of an application begin alike.
    What holds a credential comes back as `[masked]`: an identifier is what people are shown.
    """
    cleaned = (text if text.isprintable() else "".join(c for c in text if c.isprintable())).strip()
    if len(cleaned) > _NAME_LIMIT:
        start, end = cleaned[: 4 * _NAME_LIMIT], cleaned[-4 * _NAME_LIMIT :] if cleaned.startswith("/") else ""
        half = (_NAME_LIMIT - 1) // 2
        cut = f"{start[:half]}…{end[-half:]}" if end else f"{start[: _NAME_LIMIT - 1]}…"
        # a credential that the limit would cut is still one
        cleaned = MASK if looks_secret(start) or looks_secret(end) else cut
    return Name(MASK if looks_secret(cleaned) else cleaned)


_VERSION = re.compile(r"[\w.^~<>=!*|, +\-\[\]()]{1,80}")
_PLAIN_VERSION = re.compile(r"[v^~]?\d{1,5}(?:\.\d{1,5}){1,3}")
_WORDS = re.compile(r"\S{1,24}|[^\s\w]*\s*\S{1,24}")
_NO_VERSION = re.compile(r"[A-Za-z]{18}|\w{20}|\*\w|[A-Za-z]~\w|[A-Za-z]\s{0,9}=(?!=)")
_COMMIT = re.compile(r"(?<=[-.+])g?[0-9a-f]{7,40}\Z")


def version(text: str | None) -> Version | None:
    """A version statement as written, or None where the text is not one (a URL, a path, a placeholder, a credential).

    Words are short (`latest`, `3-management-alpine`); the commit that a release was built from may stand behind it.
    """
    if text is None:
        return None
    if _PLAIN_VERSION.fullmatch(text):  # nearly all of a large lock file
        return Version(text)
    cleaned = text.strip()
    if not _VERSION.fullmatch(cleaned) or (not any(map(str.isdigit, cleaned)) and not _WORDS.fullmatch(cleaned)):
        return None
    bare = _COMMIT.sub("", cleaned) if re.match(r"v?\d+\.\d", cleaned) else cleaned
    joined = (re.sub(r"[-_]", "", part) for part in re.findall(r"[\w+=-]{20,}", bare))
    return None if _NO_VERSION.search(bare) or looks_secret(bare) or any(map(_is_random, joined)) else Version(cleaned)


_SCHEME = re.compile(
    r"\s*[\"']?((?:[a-z][a-z0-9]{1,15}:)?[a-z][a-z0-9]{1,20}(?:[+.-][a-z0-9_]{1,20}){0,2})(?::[a-z0-9]{1,12})?:(?://|@)", re.IGNORECASE
)
_HOST = re.compile(r"(?=.{1,100}$)[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?)*")
_DURATION = re.compile(
    r"\s*[\"']?(\d{1,9}(?:\.\d{1,3})?\s*(?:ns|us|ms|s|sec|secs|seconds?|m|min|mins|minutes?|h|hours?|d|days?|w|weeks?))[\"']?\s*",
    re.IGNORECASE,
)
_ISO_DURATION = re.compile(r"\s*(P(?:\d{1,4}D)?(?:T(?:\d{1,5}H)?(?:\d{1,5}M)?(?:\d{1,6}(?:\.\d{1,3})?S)?)?)\s*")
_CLOCK_DURATION = re.compile(r"\s*((?:\d{1,3}\.)?\d{1,2}:\d{2}:\d{2})\s*")
_SIZE = re.compile(r"\s*[\"']?(\d{1,9}(?:\.\d{1,3})?\s*(?:[kmgtpe]i?b?|b|m))[\"']?\s*", re.IGNORECASE)
_INTEGER = re.compile(r"\s*[\"']?([+-]?\d{1,9})[\"']?\s*")
_NUMBER = re.compile(r"\s*[\"']?(\d{1,9}(?:\.\d{1,4})?)[\"']?\s*")
_IMAGE = re.compile(
    r"(?:(?P<host>[\w.-]+(?::\d+)?)/)?(?P<name>[a-z0-9][a-z0-9._-]*(?:/[a-z0-9._-]+)*)(?::(?P<tag>[\w][\w.+-]{0,127}))?(?:@sha256:[0-9a-f]{16,64})?"
)
_PATH = re.compile(r"[\w.+/-]{1,200}")
_ROUTE = re.compile(r"/[\w.*{}:/-]{0,119}")
_IDENTIFIER = re.compile(r"[A-Za-z][\w.:/-]{0,99}")
_RATE = re.compile(r"\d{1,7}\s?(?:/|per)\s?(?:\d{1,4}\s?)?(?:s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|months?|years?)", re.IGNORECASE)
_CRON_FIELD = r"(?:\*|\?|L|LW|[\dA-Z*/,\-#LW]{1,40})"
_CRON = re.compile(rf"(?:{_CRON_FIELD}[ \t]+){{4,6}}{_CRON_FIELD}", re.IGNORECASE)
_CRON_WORDS = frozenset(
    [
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
        "sun",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "l",
        "w",
        "lw",
    ]
)
_CRON_NAMES = frozenset(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@reboot"])
_EVERY = re.compile(r"@every ((?:\d{1,5}(?:\.\d{1,3})?(?:ms|s|m|h)){1,3})")
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][\w.\[\]-]{0,80})(?:(:?[-?+])([^{}$]*)|:([^{}$]*))?\}|\$([A-Za-z_]\w{0,80})")
_TRUE, _FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}


class Opaque:
    """A value that nobody may print.  `str`, `repr` and `format` give a mask, pickling and encoding are refused."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "<opaque>"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "<opaque>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("an opaque value cannot be serialised")

    @property
    def empty(self) -> bool:
        """Whether nothing is said: no character but blanks and quotes."""
        return not self._value.strip(" \t\r\n\"'")

    # ---- derivations that may become facts

    def scheme(self) -> Name | None:
        """The scheme of a URL, lower case; `jdbc:postgresql` for JDBC, `postgresql+psycopg` with the driver."""
        found = _SCHEME.match(self._value)
        parts = found[1].split("+") if found is not None else []  # a driver beside its engine is a name of its own
        return None if found is None or any(map(looks_secret, parts)) else Name(found[1].lower())

    def host(self) -> Name | None:
        """The host of a URL or of a `host:port` pair, never user information.

        A password may hold `/`, `?`, `#` or `@` unescaped, so a URL with an `@` behind its authority has no host that
        can be told apart from a part of the password.
        """
        authority = self._authority()
        if authority is None:
            return None
        host = authority.rpartition(":")[0] if ":" in authority else authority
        return Name(host) if _HOST.fullmatch(host) and not looks_secret(host) else None

    def port(self) -> int | None:
        """The port of a URL or of a `host:port` pair, 1–65535."""
        authority = self._authority()
        text = authority.rpartition(":")[2] if authority and ":" in authority else ""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536 else None

    def _authority(self) -> str | None:
        value = self._value.strip().strip("\"'")
        scheme = _SCHEME.match(value)
        rest = value[scheme.end() :] if scheme else value
        if not scheme and not re.fullmatch(r"[\w.-]{1,100}:\d{1,5}", value):
            return None
        cut = re.search(r"[/?#;,]", rest)
        authority, tail = (rest[: cut.start()], rest[cut.start() :]) if cut else (rest, "")
        return None if "@" in tail else authority.rpartition("@")[2]

    def integer(self) -> int | None:
        """The value as an integer of at most nine digits."""
        found = _INTEGER.fullmatch(self._value)
        return int(found[1]) if found else None

    def number(self) -> Name | None:
        """The value as a plain decimal number, as written."""
        found = _NUMBER.fullmatch(self._value)
        return Name(found[1]) if found else None

    def boolean(self) -> bool | None:
        """The value as a boolean (`true`, `yes`, `on`, `1` and their opposites)."""
        word = self._value.strip().strip("\"'").lower()
        return True if word in _TRUE else False if word in _FALSE else None

    def duration(self) -> Name | None:
        """The value as a duration as written: `30s`, `5 min`, `PT20S`, `00:15:00`."""
        found = _DURATION.fullmatch(self._value) or _ISO_DURATION.fullmatch(self._value) or _CLOCK_DURATION.fullmatch(self._value)
        return Name(found[1]) if found and any(c.isdigit() for c in found[1]) else None

    def size(self) -> Name | None:
        """The value as an amount of memory or data as written: `512Mi`, `10 MB`."""
        found = _SIZE.fullmatch(self._value)
        return Name(found[1]) if found else None

    def cron(self) -> Name | None:
        """The value as a cron expression of five to seven fields, `@daily` or `@every 5m`.  Letters only as names of days and months."""
        value = " ".join(self._value.strip().strip("\"'").split())
        if value.lower() in _CRON_NAMES or _EVERY.fullmatch(value):
            return Name(value)
        if not _CRON.fullmatch(value) or not re.search(r"[*?]", value):
            return None
        words = re.findall(r"[A-Za-z]+", value)
        return Name(value) if all(word.lower() in _CRON_WORDS for word in words) and not re.search(r"\d{3}", value[:-4]) else None

    def rate(self) -> Name | None:
        """The value as a number of requests in a time: `100/day`, `10 per 1 minute`."""
        found = _RATE.fullmatch(self._value.strip().strip("\"'"))
        return Name(found[0]) if found else None

    def identifier(self) -> Name | None:
        """The value as a plain identifier (`orders.created`).  For keys alone whose value is the name of something: a queue, a task."""
        value = self._value.strip().strip("\"'")
        return Name(value) if _IDENTIFIER.fullmatch(value) and "://" not in value and not looks_secret(value) else None

    def word(self, allowed: Collection[str]) -> Name | None:
        """The one of `allowed` (lower case) that the value is, case and quotes aside."""
        word = self._value.strip().strip("\"'").lower()
        return Name(word) if word in allowed else None

    def words(self, allowed: Collection[str]) -> list[Name]:
        """Those of `allowed` that stand in the value as words of a command line, in order; a path counts by its last part."""
        found = (part.rpartition("/")[2] for part in re.split(r"[\s\"'\[\],;&|()=]+", self._value))
        return [Name(part) for part in found if part in allowed]

    def matches(self, pattern: str) -> bool:
        """Whether the value is like a pattern of the catalogue (`*`, `?`, `[…]`), case aside."""
        return fnmatch.fnmatchcase(self._value.strip().strip("\"'").lower(), pattern.lower())

    def option(self, *flags: str) -> Opaque | None:
        """What follows one of the options in a command line: `--workers 4`, `--workers=4`, `-w4`, `-Xmx512m`."""
        parts = [part for part in re.split(r"[\s\"'\[\],]+", self._value) if part]
        for index, part in enumerate(parts):
            for flag in flags:
                if part == flag and index + 1 < len(parts):
                    return Opaque(parts[index + 1])
                if part.startswith(flag + "=") or ((len(flag) == 2 or flag == "-Xmx") and part.startswith(flag) and part != flag):
                    return Opaque(part[len(flag) :].removeprefix("="))
        return None

    def image(self) -> tuple[Name, Name | None] | None:
        """The value as an image reference: (name without registry host, tag or None).  A digest is left out, and a tag like one."""
        found = _IMAGE.fullmatch(self._value.strip().strip("\"'"))
        if not found:
            return None
        host, path, tag = found["host"], found["name"], found["tag"]
        if host and not ("." in host or ":" in host or host == "localhost"):
            path = f"{host}/{path}"
        if looks_secret(path):
            return None
        return name(path), name(tag) if tag and version(tag) else None

    def path(self) -> str | None:
        """The value as a path of plain characters, where a path is what stands there; no address and no credential."""
        value = self._value.strip().strip("\"'")
        return value if _PATH.fullmatch(value) and not looks_secret(value) else None

    def route(self) -> Name | None:
        """The value as a path, or a pattern of paths, that a server answers (`/api/**`, `/users/{id}`), where one stands there that holds no credential."""
        value = self._value.strip().strip("\"'")
        return Name(value) if _ROUTE.fullmatch(value) and not looks_secret(value) else None

    def version(self) -> Version | None:
        """The value as a version statement (see `version`)."""
        return version(self._value.strip().strip("\"'"))

    def placeholders(self) -> list[Name]:
        """The names of the variables that the value refers to as `${NAME}`, `${NAME:-default}` or `$NAME`."""
        return [name(m[1] or m[5]) for m in _PLACEHOLDER.finditer(self._value)]

    # ---- derivations that stay opaque

    def interpolate(self, lookup: Callable[[str], Opaque | None], *, shell: bool = True) -> Opaque:
        """The value with `${NAME}`, `${NAME:-default}`, `${NAME:default}` and `$NAME` replaced where `lookup` or the default knows one.

        Where no shell's rules hold the default begins after the colon: `${PORT:-1}` is -1.  Sources: https://docs.docker.com/reference/compose-file/interpolation/, Spring's and Maven's placeholders.
        """

        def replaced(match: re.Match[str]) -> str:
            known = lookup(match[1] or match[5])
            if known is not None and not (known.empty and (match[2] or "").startswith(":")):
                return known._value
            default = match[3] if match[2] in ("-", ":-") else match[4]
            if match[2] == ":-" and not shell:
                default = f"-{default}"
            return match[0] if default is None else default

        return Opaque(substitute(_PLACEHOLDER, self._value, replaced))

    def split(self, separators: str = ",") -> list[Opaque]:
        """The parts of a list that is written as one value, blanks removed."""
        parts = re.split(f"[{re.escape(separators)}]", self._value)
        return [Opaque(part.strip()) for part in parts if part.strip()]
