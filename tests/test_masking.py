"""What source says is told, unless it may be a secret."""

from __future__ import annotations

import pytest

from ctxgen.model import At, CodeFact, Column, Endpoint, EntityModel, Guard
from ctxgen.opaque import MASK, name
from ctxgen.source.guards import guard_kind
from ctxgen.source.masking import masked

_AT = At("app.py", 1)


def _endpoint(path: str, method: str = "GET", guard: str = "login_required") -> Endpoint:
    return masked(
        Endpoint(
            method=name(method),
            path=name(path),
            handler=name("read"),
            guards=(Guard(name=name(guard), kind="authn", at=_AT),),
            technology=name("flask"),
            at=_AT,
        )
    )


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/users/{id}/2fa",
        "/{tenant}:archive/{id:int}/{rest*}",
        "/oauth2/callback/GoogleWorkspace",
        "/@{user}/posts.{format}",
        "/.well-known/acme-challenge/{token}",
        "/rest/V1/getOrderByIncrementId",
        "/files/{path}/(draft|final)",
    ],
)
def test_paths_are_told(path: str) -> None:
    assert _endpoint(path).path == path


@pytest.mark.parametrize(
    "path",
    [
        "/redis:/:hunter2@cache:6379/0",
        "/https:/deploy:pw@registry.example/v2",
        "/5zzty@k67to!!76*fla@zre$su3+$wcf)fw7$@!$lal1&j$hu9",
        "/giww tats hkjd ourz",
        "/OEpg9Sq7L0z3I44/qNKpyRFmNmPwar/NCOio8yvyn1u=",
    ],
)
def test_paths_that_hold_a_secret_are_not(path: str) -> None:
    assert _endpoint(path).path == MASK


def test_methods_are_words() -> None:
    assert _endpoint("/", "PROPFIND").method == "PROPFIND"
    assert _endpoint("/", "AKIAU6NP7NQLDVB").method == MASK


@pytest.mark.parametrize(
    "guard", ["role:admin|editor", "throttle:60,1", "IsAdmin | HasScope", "hasRole('ADMIN')", "authenticate_user!", "App\\Policy\\V2@view"]
)
def test_guards_are_told(guard: str) -> None:
    assert _endpoint("/", guard=guard).guards[0].name == guard


def test_parts_of_models_and_facts_are_looked_at() -> None:
    secret = name("DlZ^vG26VcP4^{74xFux>owjhICf")
    model = EntityModel(name=secret, technology=name("django"), columns=(Column(name=secret, type=name("CharField(80)"), at=_AT),), at=_AT)
    assert (masked(model).name, masked(model).columns[0].name, masked(model).columns[0].type) == (MASK, MASK, "CharField(80)")
    assert masked(CodeFact(kind="cache", subject=secret, value=name("30 s"), at=_AT)).subject == MASK


@pytest.mark.parametrize(
    "spelled",
    [
        "authentication.Optional",
        "auth.optional",
        "OptionalJwtAuthGuard",
        "jwt_optional",
        "optionalAuth",
        "session.SetUser",
        "token.Refresh",
        "requireOAuthServerEnabled",
        "LoadOAuthClient",
        "FeatureGate",
    ],
)
def test_what_lets_everybody_in_guards_nothing(spelled: str) -> None:
    assert guard_kind(spelled) is None


@pytest.mark.parametrize(
    "spelled", ["JwtRefreshGuard", "RefreshTokenGuard", "session.MustUser", "middlewares.NewAuthenticateMiddleware.Handler", "authed_only"]
)
def test_what_requires_something_guards(spelled: str) -> None:
    assert guard_kind(spelled) == "authn"
