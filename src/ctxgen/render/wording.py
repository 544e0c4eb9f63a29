"""What is worth how much, and what things are called when they are told."""

from __future__ import annotations

PATTERNS = {
    "monolith": "monolith", "modular-monolith": "modular monolith", "microservices": "microservices", "serverless": "serverless", "library": "library",
    "monorepo-of-apps": "monorepo of applications",
}  # fmt: skip
WORTH = {
    "language": 90, "runtime": 90, "framework": 80, "database": 85, "orm": 75, "migration": 70, "cache": 75, "queue": 80, "jobs": 75, "search": 75, "storage": 70, "auth": 75,
    "api": 60, "server": 60, "validation": 50, "resilience": 55, "observability": 50, "orchestration": 60, "container": 55, "cloud": 55, "iac": 55, "ai": 55, "saas": 45, "ci": 40,
    "testing": 40, "build": 35, "frontend": 35,
}  # fmt: skip
STORES = ("database", "cache", "search", "storage")
BUILD_TOOLS = {
    "maven", "gradle", "npm", "yarn", "pnpm", "bun", "uv", "poetry", "pdm", "pipenv", "composer", "bundler", "cargo", "mix", "nx", "turborepo", "sbt", "bazel", "dotnet-sdk",
}  # fmt: skip
COUNTED = {
    "service": "services", "gateway": "gateways", "worker": "workers", "job": "jobs", "frontend": "frontends", "library": "libraries",
}  # fmt: skip
SECURITY_WORTH = {
    "compliance": 80, "secret store": 66, "TLS": 64, "CORS: all origins": 62, "rate limit": 60, "password hashing": 58, "container user": 54, "session cookie": 50, "code scanning": 48, "actuator endpoints": 52, "console of H2": 46,
    "CSRF protection": 42, "dependency updates": 44,
}  # fmt: skip
"""What a security setting is worth by the start of its name; others are for JSON alone."""
PROTOCOLS = (
    "jwt", "oauth2", "saml", "ldap", "api-key-auth", "http-basic", "remote-user", "authjs-oauth", "authjs-oidc", "authjs-email", "authjs-credentials",
)  # fmt: skip
"""Technologies that are mechanisms too, and told as such."""
USAGE_ORDER = {"used": 0, "default": 1, "supported": 2, "connector": 3}
COMPONENT_WORTH = {"service": 65, "gateway": 66, "worker": 64, "job": 45, "frontend": 42, "cli": 45, "library": 30}
COMMAND_WORTH = {"test": 44, "run": 43, "build": 42, "migrate": 44, "lint": 30}
MECHANISMS = {
    "jwt": "JWT", "session": "sessions", "oauth2": "OAuth 2", "oidc": "OpenID Connect", "saml": "SAML", "ldap": "LDAP", "api-key": "API key auth", "basic": "HTTP Basic", "mtls": "mutual TLS",
    "webauthn": "WebAuthn", "totp": "TOTP", "password": "passwords", "magic-link": "magic links", "proxy-header": "trusted proxy header", "bearer-opaque": "opaque bearer tokens", "hmac": "HMAC signatures",
}  # fmt: skip
DOCUMENT_STORES = frozenset({"mongodb", "couchdb", "couchbase", "firestore", "ravendb"})
CODE = {
    "token-issued": "tokens issued in", "token-checked": "tokens checked in", "token-refreshed": "tokens refreshed in", "token-revoked": "tokens revoked in", "error-handler": "errors handled by",
    "middleware": "middleware", "http-client": "calls", "cache": "cache in", "rate-limit": "rate limit", "transaction": "transactions in", "validation": "input checked by",
}  # fmt: skip
"""What is said of each kind of statement of source, in the order of their worth."""
AROUND = (
    ("services", "Outside services", ("saas", "ai"), ("backend",)),
    ("observability", "Observability", ("observability",), ("backend", "deploy")),
    ("tests", "Tests", ("testing",), ("test", "backend", "dev")),
    ("ci", "CI/CD", ("ci",), ("dev", "deploy", "backend")),
    ("frontend", "Frontend", ("frontend",), ("frontend",)),
)
"""Section, label, categories and scopes of the lines of technologies around the five elements."""
SIZES_OF_DEPLOYMENTS = frozenset(
    ("replicas", "min-replicas", "max-replicas", "cpu-target", "memory-limit", "memory-request", "cpu-limit", "cpu-request")
)
"""Kinds of sizes whose subject is what is deployed, so that several of one size are told together."""
NOT_STATED = {
    "scale.daily_active_users": "users", "scale.peak_load": "load", "scale.availability_target": "availability targets", "scale.data_volume": "data volume", "security.compliance": "compliance",
}  # fmt: skip
