"""The block as Markdown: the five elements, then what surrounds them, each fact with `path:line`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from ctxgen.catalogue import Catalogue
from ctxgen.context import Component, Context, Evidence, Technology
from ctxgen.render.budget import Line, Piece, Section, fit

DETAILS = {"brief": 600, "standard": 1500, "full": None}
"""Tokens of each level of detail; None is all."""

_NAMES = {
    "monolith": "monolith", "modular-monolith": "modular monolith", "microservices": "microservices", "serverless": "serverless", "library": "library",
    "monorepo-of-apps": "monorepo of applications",
}  # fmt: skip
_WORTH = {
    "language": 90, "runtime": 90, "framework": 80, "database": 85, "orm": 75, "migration": 70, "cache": 75, "queue": 80, "jobs": 75, "search": 75, "storage": 70, "auth": 75,
    "api": 60, "server": 60, "validation": 50, "resilience": 55, "observability": 50, "orchestration": 60, "container": 55, "cloud": 55, "iac": 55, "ai": 55, "saas": 45, "ci": 40,
    "testing": 40, "build": 35, "frontend": 35,
}  # fmt: skip
_STORES = ("database", "cache", "search", "storage")


def render(
    context: Context,
    catalogue: Catalogue,
    *,
    budget: int | None = 1500,
    detail: str = "standard",
    evidence: bool = True,
    header: bool = False,
) -> str:
    """The block, never more than `budget` tokens by the built-in estimate (None: no bound)."""
    writer = _Writer(context, catalogue, evidence)
    sections = [writer.elements()]
    if detail != "brief":
        sections += [writer.components(), writer.surroundings(detail)]
    text, _ = fit(sections, writer.head(full=header), writer.tail(), budget)
    return text


def code(text: str) -> str:
    """A string of the repository as inline code that it cannot leave."""
    cleaned = text.replace("\n", " ").replace("\r", " ")
    longest = max((len(run) for run in re.findall(r"`+", cleaned)), default=0)
    if not longest:
        return f"`{cleaned}`"
    fence = "`" * (longest + 1)
    return f"{fence} {cleaned} {fence}"


def plain(text: str) -> str:
    """A string of the repository as running text: as it is where it holds letters, digits and harmless marks, else as code."""
    return text if _HARMLESS.fullmatch(text) and not _MARKUP.search(text) else code(text)


_HARMLESS = re.compile(r"[\w.^~<>=, +:/()-]*")
_MARKUP = re.compile(r"<(?![=\d\s])|://|__|~~|^\s*[-+>]\s|\b_|_\b")


class _Writer:
    def __init__(self, context: Context, catalogue: Catalogue, evidence: bool) -> None:
        self.context, self.catalogue, self.evidence = context, catalogue, evidence
        self.told: set[str] = set()
        self.by_category: dict[str, list[Technology]] = defaultdict(list)
        for technology in context.technologies:
            if technology.usage != "unknown":
                self.by_category[technology.category].append(technology)
        self.parts = {part.id: part for part in context.components}

    # ---- pieces

    def cite(self, evidence: Sequence[Evidence], limit: int = 1) -> str:
        if not self.evidence or not evidence:
            return ""
        return " (" + ", ".join(code(f"{e.path}:{e.line}") for e in evidence[:limit]) + ")"

    def worth(self, technology: Technology) -> int:
        declared = self.catalogue[technology.id].worth
        worth = _WORTH.get(technology.category, 40) if declared is None else declared
        worth += 2 * min(len({use.component for use in technology.uses}), 5)
        if technology.usage in ("supported", "connector"):
            worth -= 35
        if technology.confidence == "inferred":
            worth -= 10
        return worth

    def named(self, technology: Technology) -> str:
        """Name and version; where components differ, all versions."""
        versions = list(
            dict.fromkeys(
                use.version for use in technology.uses if use.version and use.scope == technology.scope and use.usage == technology.usage
            )
        )
        if len(versions) > 1 and technology.version:
            others = [version for version in versions if version != technology.version]
            return f"{technology.name} {plain(technology.version)} (also {', '.join(plain(v) for v in others[:2])})"
        return technology.name + (f" {plain(technology.version)}" if technology.version else "")

    def piece(self, technology: Technology, extra: str = "", bonus: int = 0) -> Piece:
        self.told.add(technology.id)
        return Piece(f"{self.named(technology)}{extra}{self.cite(technology.evidence)}", self.worth(technology) + bonus)

    def of(self, *categories: str, scopes: Iterable[str] = ("backend",), told: bool = False) -> list[Technology]:
        wanted = [
            t
            for category in categories
            for t in self.by_category.get(category, ())
            if t.scope in scopes and (told or t.id not in self.told) and self.worth(t) > 10
        ]
        return sorted(wanted, key=lambda t: (categories.index(t.category), -self.worth(t), t.name))

    # ---- the five elements

    def elements(self) -> Section:
        return Section("", (self.stack(), self.architecture(), self.scale(), self.database(), self.security()))

    def stack(self) -> Line:
        pieces = []
        stated: dict[str, list[str]] = defaultdict(list)
        for runtime in self.context.runtimes:
            if runtime.version and runtime.version not in stated[runtime.name]:
                stated[runtime.name].append(runtime.version)
        shown = set()
        for language in self.context.languages:
            if language.scope == "backend":
                shown.add(language.name)
                version = f" {plain(language.version)}" if language.version else ""
                pieces.append(Piece(f"{language.name}{version}{self.cite(language.evidence)}", 95))
        for runtime in self.context.runtimes:
            if runtime.name in shown or runtime.name in ("C#",) or not runtime.version:
                continue
            shown.add(runtime.name)
            if runtime.name == ".NET" and any(language.name == "C#" for language in self.context.languages):
                continue
            others = [version for version in stated[runtime.name] if version != runtime.version]
            also = f" (also {', '.join(plain(version) for version in others[:2])})" if others else ""
            pieces.append(Piece(f"{runtime.name} {plain(runtime.version)}{also}{self.cite(runtime.evidence)}", 88))
        for technology in self.of("framework", "api"):
            pieces.append(self.piece(technology))
        for technology in self.of("server", scopes=("backend", "deploy")):
            pieces.append(self.piece(technology))
        for technology in self.of("validation", "resilience", "build", scopes=("backend",)):
            pieces.append(self.piece(technology))
        for technology in self.of("build", scopes=("dev",)):
            if technology.id in _BUILD_TOOLS:
                pieces.append(self.piece(technology, bonus=20))
        return Line("**Technology stack**: ", tuple(pieces), "not stated")

    def architecture(self) -> Line:
        pieces = []
        pattern = self.context.architecture
        if pattern.pattern:
            counts = defaultdict(int)
            for part in self.context.components:
                counts[part.kind] += 1
            told = ", ".join(f"{counts[kind]} {label if counts[kind] > 1 else label[:-1]}" for kind, label in _COUNTED if counts[kind])
            pieces.append(
                Piece(f"{_NAMES.get(pattern.pattern, pattern.pattern)}{f' of {told}' if told else ''}{self.cite(pattern.evidence)}", 100)
            )
        for trait in pattern.traits:
            pieces.append(Piece(f"{trait.name.replace('-', ' ')}{self.cite(trait.evidence)}", 78))
        for technology in self.of("queue", told=True):
            if not self.catalogue[technology.id].drives:
                pieces.append(self.piece(technology, bonus=5))
        for technology in self.of("queue", "jobs"):
            pieces.append(self.piece(technology))
        for technology in self.of("orchestration", "container", "cloud", "iac", scopes=("backend", "deploy")):
            pieces.append(self.piece(technology))
        return Line("**Architecture**: ", tuple(pieces), "not stated")

    def scale(self) -> Line:
        pieces = []
        for index, setting in enumerate(self.context.scale):
            subject = f"{plain(setting.subject)} " if setting.subject else ""
            kind = setting.kind.replace("-", " ")
            unit = f" {setting.unit}" if setting.unit and setting.value.isdigit() else ""
            pieces.append(Piece(f"{subject}{kind} {plain(setting.value)}{unit}{self.cite(setting.evidence)}", max(30, 82 - 3 * index)))
        return Line("**Scale**: ", tuple(pieces), "not stated", separator="; ")

    def database(self) -> Line:
        pieces = []
        stores = sorted(
            self.context.datastores, key=lambda store: (_USAGE_ORDER.get(store.usage, 3), -len(store.components), store.technology)
        )
        by_id = {t.id: t for t in self.context.technologies}
        connectors = [store for store in stores if store.usage == "connector"]
        for store in stores:
            if store.usage == "connector":
                continue
            technology = by_id[store.technology]
            extra = ""
            if store.usage in ("supported", "default"):
                extra = f" ({store.usage})"
            elif store.components and len(self.context.components) > 1:
                extra = f" for {', '.join(plain(self.parts[c].name) for c in store.components[:4] if c in self.parts)}"
                extra += f" and {len(store.components) - 4} more" if len(store.components) > 4 else ""
            if store.migrations and store.migrations.count:
                extra += f", {store.migrations.count} migrations{self.cite(store.migrations.evidence)}"
            pieces.append(self.piece(technology, extra, bonus=10))
        for technology in self.of("orm", "migration", *_STORES):
            if technology.usage != "connector":
                pieces.append(self.piece(technology))
        if connectors:
            self.told.update(store.technology for store in connectors)
            names = ", ".join(by_id[store.technology].name for store in connectors[:6])
            pieces.append(Piece(f"connectors to {len(connectors)} further engines ({names}, …){self.cite(connectors[0].evidence)}", 45))
        return Line("**Database**: ", tuple(pieces), "not stated")

    def security(self) -> Line:
        pieces = []
        for mechanism in self.context.security.mechanisms:
            pieces.append(Piece(f"{_MECHANISMS.get(mechanism.mechanism, mechanism.mechanism)}{self.cite(mechanism.evidence)}", 84))
        pieces += [self.piece(technology) for technology in self.of("auth")]
        return Line("**Security**: ", tuple(pieces), "not stated")

    # ---- around them

    def components(self) -> Section:
        parts = [part for part in self.context.components if part.kind != "infrastructure"]
        if len(parts) < 2:
            return Section("Components", ())
        return Section("Components", tuple(Line("", (Piece(self.component(part), _COMPONENT_WORTH.get(part.kind, 40)),)) for part in parts))

    def component(self, part: Component) -> str:
        stack = [self.catalogue[t].name for t in part.technologies[:4]]
        ports = f", port{'s' if len(part.ports) > 1 else ''} {', '.join(map(str, part.ports[:3]))}" if part.ports else ""
        uses = [plain(self.parts[link.component].name) for link in part.depends_on if link.component in self.parts]
        linked = f"; uses {', '.join(uses[:4])}" if uses else ""
        language = f" {part.language}" if part.language else ""
        return f"{plain(part.name)} — {part.kind},{language}{f' ({chr(44).join(stack)})'.replace(',', ', ') if stack else ''}{ports}{linked}{self.cite(part.evidence)}".replace(
            ",  (", ", ("
        )

    def surroundings(self, detail: str) -> Section:
        lines = []
        variables = [v for v in self.context.environment]
        shown = variables if detail == "full" else variables[:60]
        ordered = sorted(shown, key=lambda v: (not v.required, v.evidence[0]))
        files: dict[str, list[str]] = defaultdict(list)
        for variable in ordered:
            files[variable.evidence[0].path].append(
                f"{plain(variable.name)}" + (f" `:{variable.evidence[0].line}`" if self.evidence else "")
            )
        for path, names in sorted(files.items(), key=lambda entry: (-len(entry[1]), entry[0])):
            first = min(v.evidence[0].line for v in ordered if v.evidence[0].path == path)
            where = f"{code(f'{path}:{first}')}: " if self.evidence else ""
            lines.append(
                Line(f"Variables {where}", tuple(Piece(name.partition(" `:")[0], 34 - index // 4) for index, name in enumerate(names)))
            )
        for label, categories, scopes in _AROUND:
            pieces = tuple(self.piece(technology) for technology in self.of(*categories, scopes=scopes))
            if pieces:
                lines.append(Line(f"{label}: ", pieces))
        if self.context.commands:
            unique: dict[tuple[str, str], Piece] = {}
            for command in self.context.commands:
                unique.setdefault(
                    (command.kind, command.command),
                    Piece(f"{command.kind} {code(command.command)}{self.cite(command.evidence)}", _COMMAND_WORTH.get(command.kind, 30)),
                )
            lines.append(Line("Commands: ", tuple(unique.values())))
        return Section("Around it", tuple(lines))

    # ---- head and tail

    def head(self, *, full: bool) -> str:
        repository = self.context.repository
        head = f"# Essential Backend Context: {plain(repository.name)}"
        if full:
            said = [
                f"commit {code(repository.commit)}" if repository.commit else "",
                f"branch {code(repository.branch)}" if repository.branch else "",
                code(repository.remote) if repository.remote else "",
            ]
            told = ", ".join(part for part in (*said, f"ctxgen {self.context.generator.version}") if part)
            head += f"\n\n{told}"
        if not any(part.kind in ("service", "gateway", "worker", "job") for part in self.context.components) and not any(
            t.scope == "backend" and t.category not in ("language", "runtime", "build") for t in self.context.technologies
        ):
            head += "\n\nNo backend is stated in this repository."
        return head

    def tail(self) -> str:
        missing = ", ".join(_NOT_STATED.get(key, key) for key in self.context.not_stated)
        tail = f"Not stated: {missing}." if missing else ""
        problems = [d for d in self.context.diagnostics if d.severity != "info"]
        if problems:
            first = problems[0]
            where = code(f"{first.path}:{first.line or 1}") if first.path else ""
            tail += f"\n\n{len(problems)} file{'s' if len(problems) > 1 else ''} not read in full, first {where}: {first.message}."
        return tail


_BUILD_TOOLS = {
    "maven",
    "gradle",
    "npm",
    "yarn",
    "pnpm",
    "bun",
    "uv",
    "poetry",
    "pdm",
    "pipenv",
    "composer",
    "bundler",
    "cargo",
    "mix",
    "nx",
    "turborepo",
    "sbt",
    "bazel",
    "dotnet-sdk",
}
_COUNTED = (
    ("service", "services"),
    ("gateway", "gateways"),
    ("worker", "workers"),
    ("job", "jobs"),
    ("frontend", "frontends"),
    ("library", "libraries"),
)
_USAGE_ORDER = {"used": 0, "default": 1, "supported": 2, "connector": 3}
_COMPONENT_WORTH = {"service": 65, "gateway": 66, "worker": 64, "job": 45, "frontend": 42, "cli": 45, "library": 30}
_COMMAND_WORTH = {"test": 44, "run": 43, "build": 42, "migrate": 44, "lint": 30}
_MECHANISMS = {
    "jwt": "JWT", "session": "sessions", "oauth2": "OAuth 2", "oidc": "OpenID Connect", "saml": "SAML", "ldap": "LDAP", "api-key": "API keys", "basic": "HTTP Basic", "mtls": "mutual TLS",
    "webauthn": "WebAuthn", "totp": "TOTP", "password": "passwords", "magic-link": "magic links", "proxy-header": "trusted proxy header", "bearer-opaque": "opaque bearer tokens", "hmac": "HMAC signatures",
}  # fmt: skip
_AROUND = (
    ("Outside services", ("saas", "ai"), ("backend",)),
    ("Observability", ("observability",), ("backend", "deploy")),
    ("Tests", ("testing",), ("test", "backend", "dev")),
    ("CI/CD", ("ci",), ("dev", "deploy", "backend")),
    ("Frontend", ("frontend",), ("frontend",)),
)
_NOT_STATED = {
    "scale.daily_active_users": "users", "scale.peak_load": "load", "scale.availability_target": "availability targets", "scale.data_volume": "data volume", "security.compliance": "compliance",
}  # fmt: skip
