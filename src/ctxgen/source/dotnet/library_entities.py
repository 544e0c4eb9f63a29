"""The properties that entities have from classes of libraries: users and roles of ASP.NET Core Identity, ABP's audited entities.

Sources: https://learn.microsoft.com/aspnet/core/security/authentication/customize-identity-model, https://abp.io/docs/latest/framework/architecture/domain-driven-design/entities
"""

from __future__ import annotations

from collections.abc import Iterator

from ctxgen.source.dotnet.attributes import argument_of, type_name
from ctxgen.source.values import ClassValue

_USER = (
    ("UserName", "string", True), ("NormalizedUserName", "string", True), ("Email", "string", True), ("NormalizedEmail", "string", True), ("EmailConfirmed", "bool", False),
    ("PasswordHash", "string", True), ("SecurityStamp", "string", True), ("ConcurrencyStamp", "string", True), ("PhoneNumber", "string", True), ("PhoneNumberConfirmed", "bool", False),
    ("TwoFactorEnabled", "bool", False), ("LockoutEnd", "DateTimeOffset", True), ("LockoutEnabled", "bool", False), ("AccessFailedCount", "int", False),
)  # fmt: skip
_CLAIM = (("ClaimType", "string", True), ("ClaimValue", "string", True))
_IDENTITY: dict[str, tuple[str, tuple[tuple[str, str, bool], ...]]] = {
    "IdentityUser": ("", _USER),
    "IdentityRole": ("", (("Name", "string", True), ("NormalizedName", "string", True), ("ConcurrencyStamp", "string", True))),
    "IdentityUserClaim": ("int", (("UserId", "", False), *_CLAIM)),
    "IdentityRoleClaim": ("int", (("RoleId", "", False), *_CLAIM)),
}
_JOINED: dict[str, tuple[tuple[str, str, bool], ...]] = {
    "IdentityUserRole": (("UserId", "", False), ("RoleId", "", False)),
    "IdentityUserLogin": (("LoginProvider", "string", False), ("ProviderKey", "string", False), ("ProviderDisplayName", "string", True), ("UserId", "", False)),
    "IdentityUserToken": (("UserId", "", False), ("LoginProvider", "string", False), ("Name", "string", False), ("Value", "string", True)),
}  # fmt: skip
"""Those whose key is made of several columns."""
_KEYS = {
    "IdentityUserRole": ("UserId", "RoleId"),
    "IdentityUserLogin": ("LoginProvider", "ProviderKey"),
    "IdentityUserToken": ("UserId", "LoginProvider", "Name"),
}
"""The type of the key where it is not that of the user, and the other columns; one without a type is of the user's key."""
_AUDITED = {
    "CreationAudited": (("CreationTime", "DateTime", False), ("CreatorId", "Guid", True)),
    "Audited": (("LastModificationTime", "DateTime", True), ("LastModifierId", "Guid", True)),
    "FullAudited": (("IsDeleted", "bool", False), ("DeleterId", "Guid", True), ("DeletionTime", "DateTime", True)),
}
"""What each kind of audit adds to the one before."""
_ROOT = (("ExtraProperties", "string", False), ("ConcurrencyStamp", "string", False))


def inherited(cls: ClassValue, data: bytes) -> Iterator[tuple[str, str, bool]]:
    """Name, type and nullability of the properties that the bases of a class bring from libraries; `data` is what its file holds."""
    for base in cls.cls.bases:
        called, key = type_name(base), type_name(argument_of(base))
        if called in _IDENTITY:
            stated, rest = _IDENTITY[called]
            yield "Id", stated or key or "string", False
            yield from ((name, type or key or "string", nullable) for name, type, nullable in rest)
        elif called in _JOINED:
            yield from ((name, type or key or "string", nullable) for name, type, nullable in _JOINED[called])
        elif b"Volo.Abp" in data and called.endswith(("AggregateRoot", "Entity")):
            yield from _abp(called, key)


def _abp(called: str, key: str) -> Iterator[tuple[str, str, bool]]:
    """`FullAuditedAggregateRoot<Guid>`: the key, then the audit."""
    root = called.endswith("AggregateRoot")
    kind = called.removesuffix("AggregateRoot").removesuffix("Entity").removesuffix("With")
    if kind not in ("", "Basic", *_AUDITED):
        return
    if key:
        yield "Id", key, False
    if root and kind != "Basic":
        yield from _ROOT
    for columns in list(_AUDITED.values())[: list(_AUDITED).index(kind) + 1] if kind in _AUDITED else ():
        yield from columns


def keys(cls: ClassValue) -> tuple[str, ...]:
    """The columns of the key that a library gives to a class that extends one of its entities, where it is made of several."""
    return next((_KEYS[called] for base in cls.cls.bases if (called := type_name(base)) in _KEYS), ())


def table(cls: ClassValue) -> str:
    """The table that Identity keeps the instances of a class in."""
    called = next((called for base in cls.cls.bases if (called := type_name(base)) in _IDENTITY or called in _JOINED), "")
    return f"AspNet{called.removeprefix('Identity')}s" if called else ""
