"""Languages by their share of the product's source, with the versions that files state; runtimes with every statement."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial

from ctxgen.context import Cited, Language, RuntimeStatement, Technology
from ctxgen.facts import Facts
from ctxgen.inference.evidence import cite
from ctxgen.join import Join
from ctxgen.language_names import EXTENSIONS, FAMILIES
from ctxgen.model import At, Image, Runtime
from ctxgen.places import Places
from ctxgen.tree import Tree

MANIFEST_LANGUAGE = {
    "go.mod": "Go",
    "pom.xml": "Java",
    "Cargo.toml": "Rust",
    "composer.json": "PHP",
    "Gemfile": "Ruby",
    "mix.exs": "Elixir",
}
_RUNTIME_OF = {
    "JavaScript": ("Node.js", "Deno", "Bun"),
    "TypeScript": ("TypeScript",),
    "C#": (".NET", "C#"),
    "F#": (".NET",),
    "Visual Basic": (".NET",),
    "Java": ("Java",),
    "Kotlin": ("Kotlin",),
}
_IMAGE_RUNTIMES = {
    "nodejs": "Node.js", "python": "Python", "java": "Java", "openjdk": "Java", "go": "Go", "golang": "Go", "dotnet": ".NET", "php": "PHP", "ruby": "Ruby", "rust": "Rust", "elixir": "Elixir",
    "deno": "Deno", "bun": "Bun",
}  # fmt: skip
_COMPILERS = {"Go", "Rust"}
"""Runtimes whose images compile: what needs no project of the repository's own installs tools with them."""
_SCRIPT = {"Node.js", "Deno", "Bun"}
_MIN_SHARE = 0.02
_GENERATED = re.compile(
    r"(?i)\.(?:min\.js|d\.ts|designer\.cs|g\.cs|g\.dart|freezed\.dart)\Z|[._](?:pb2?|pb2_grpc|grpc_pb|pb_service)\.\w{1,4}\Z|(?:^|/)(?:__generated__|generated)/"
)
"""Source that tools write."""
_OF_TOOLS = re.compile(
    r"(?i)\..+|.+[._-](?:config|conf|setup)\.[cm]?[jt]s|(?:gulp|grunt|jake|danger)file(?:\.babel)?\.[cm]?[jt]s|(?:webpack|rollup)\..+|package-scripts\.[cm]?js"
)
"""Settings of a project's tools beside its manifest that happen to be written in a script language."""


def runtimes(facts: Facts, join: Join, places: Places) -> list[RuntimeStatement]:
    """Every statement of a language's or runtime's version in the product's files; of equal ones of a component the first."""
    found: dict[tuple[str, str | None, str], list[At]] = defaultdict(list)
    deployed = {
        family
        for part in join.parts
        if part.kind in ("service", "worker")
        for family in FAMILIES.get(part.language or "", (part.language,))
    }
    elsewhere = {stated.name for stated in facts.of(Runtime) if stated.source != "ci" and stated.version}
    for stated in sorted(facts.of(Runtime), key=lambda each: each.source == "lock"):  # a lock file repeats what the manifest states
        beside = stated.name in elsewhere or (stated.name in _SCRIPT and not elsewhere.isdisjoint(_SCRIPT))
        if stated.source == "ci" and (beside or not _written_here(stated.name, join, deployed)):
            continue  # what CI installs is its own affair where the repository states a version, or has nothing to run on it
        if stated.name in _COMPILERS and stated.source in ("manifest", "version-file") and not _written_here(stated.name, join, deployed):
            continue  # what only tools are made with
        if stated.version and places.scope(stated.at.path) in (None, "dev"):
            found[stated.name, join.component(stated.at.path), stated.version].append(stated.at)
            found[stated.name, join.component(stated.at.path), stated.version] += stated.via
    for image in facts.of(Image):
        known = join.catalogue.image(image.name) if image.name else None
        runtime = _IMAGE_RUNTIMES.get(known or "")
        if runtime in _SCRIPT and any(unit.ecosystem == "npm" for unit in join.units) and not _written_here(runtime, join, deployed):
            continue  # it builds a browser's code
        if runtime and (image.purpose == "build" or runtime in _COMPILERS) and not _written_here(runtime, join, deployed):
            continue  # it builds somebody else's program
        number = re.match(rf"(?:.{{0,80}}-{known}-)?v?(\d+(?:\.\d+)*(?:-(?:rc|beta|alpha)[.\d]*)?)", image.tag or "")
        if runtime and number and image.purpose != "service" and places.scope(image.at.path) is None:
            found[runtime, join.component(image.at.path), number[1]].append(image.at)
    # what a pipeline runs on comes last, one of several versions that it tries at the very end
    told = [RuntimeStatement(name, version, component, cite(at, 3)) for (name, component, version), at in found.items()]
    tried = Counter((each.name, path) for each in told if in_pipeline(path := each.evidence[0].path))
    return sorted(told, key=lambda each: (each.name, tried[each.name, each.evidence[0].path], each.component or "", each.version or ""))


def _written_here(runtime: str, join: Join, deployed: Set[str | None]) -> bool:
    """Whether a project of the repository runs on a runtime, or code that is deployed (`deployed` are its languages)."""
    languages = [language for language, runtimes in _RUNTIME_OF.items() if runtime in runtimes] or [runtime]
    ecosystems = {ecosystem for language in languages for ecosystem in _ECOSYSTEMS.get(language, ())}
    return any(unit.ecosystem in ecosystems and unit.backend for unit in join.units) or not deployed.isdisjoint(languages)


def languages(
    tree: Tree, stated: Sequence[RuntimeStatement], technologies: Sequence[Technology], join: Join, places: Places
) -> list[Language]:
    """Languages of product source, by bytes; a language that only browser units hold is a frontend language."""
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    first: dict[tuple[str, str], str] = {}
    sources: dict[str, dict[str, int]] = defaultdict(dict)
    npm = [unit for unit in join.units if unit.ecosystem == "npm"]
    # packages that only a browser's application needs, beside a backend in another language
    for_browsers = any(unit.frontend for unit in npm) and not any(unit.backend for unit in npm) and any(unit.backend for unit in join.units)
    npm_folders = {unit.folder for unit in npm}
    manifests: dict[str, str] = {}
    for path in tree.paths:
        folder, _, base = path.rpartition("/")
        language = EXTENSIONS.get(os.path.splitext(base)[1].lower())
        scope = places.scope(path)
        if base in MANIFEST_LANGUAGE and scope is None:
            manifests.setdefault(MANIFEST_LANGUAGE[base], path)
        if language is None or scope is not None or places.vendored(path) or _GENERATED.search(path) or _static(path, language):
            continue
        if folder in npm_folders and language in ("JavaScript", "TypeScript") and _OF_TOOLS.fullmatch(base):
            continue
        where = (
            "frontend"
            if language in ("Vue", "Svelte") or (language in ("JavaScript", "TypeScript") and (for_browsers or join.frontend_code(path)))
            else "backend"
        )
        size = tree.size(path)
        if size is None:
            continue
        sizes[language, where] += min(size, 1_000_000)
        sources[language][path] = min(size, 1_000_000)
        first.setdefault((language, where), path)
    total = sum(sizes.values()) or 1
    found = []
    for (language, where), size in sorted(sizes.items(), key=lambda entry: (-entry[1], entry[0])):
        share = size / total
        of_unit = any(
            unit.ecosystem in _ECOSYSTEMS.get(language, ()) and (unit.ecosystem != "npm" or unit.frontend or unit.backend)
            for unit in join.units
        )
        if language in ("Vue", "Svelte") or (share < _MIN_SHARE and not of_unit):
            continue
        version, at = _version(language, where, stated, technologies, partial(_shares, sources[language], join))
        evidence = at or cite([At(manifests.get(language, first[language, where]), 1)])
        found.append(Language(language, version, round(share, 3), where, evidence))
    return found


_ECOSYSTEMS = {"Python": ("pypi",), "JavaScript": ("npm",), "TypeScript": ("npm",), "Java": ("maven",), "Kotlin": ("maven",), "C#": ("nuget",), "Go": ("go",), "PHP": ("packagist",), "Ruby": ("rubygems",),
                "Rust": ("cargo",), "Elixir": ("hex",)}  # fmt: skip


def _static(path: str, language: str) -> bool:
    """Browser code that a backend serves: scripts under a folder of static files."""
    return (
        language in ("JavaScript", "TypeScript")
        and re.search(r"(?:^|/)(?:static|public|wwwroot|assets)/", path) is not None
        and "src/app/" not in path
    )


def _shares(sources: Mapping[str, int], join: Join) -> Counter[str | None]:
    """How much of a language's source each component has."""
    shares: Counter[str | None] = Counter()
    for path, size in sources.items():
        shares[join.component(path)] += size
    return shares


def _version(
    language: str,
    where: str,
    stated: Sequence[RuntimeStatement],
    technologies: Sequence[Technology],
    shares: Callable[[], Counter[str | None]],
) -> tuple[str | None, Cited | None]:
    """The version of a language; where components differ, the one that most of its source is written for."""
    if language == "TypeScript":
        known = next((t for t in technologies if t.id == "typescript" and t.version), None)
        return (known.version, known.evidence) if known else (None, None)
    for runtime in _RUNTIME_OF.get(language, (language,)):
        candidates = [s for s in stated if s.name == runtime and (where == "backend")]
        if candidates:
            most = Counter((_evidence_rank(s), s.version) for s in candidates)
            best = {(s.version, s.component) for s in candidates if _evidence_rank(s) == min(map(_evidence_rank, candidates))}
            written: Counter[str | None] = Counter()
            if len({version for version, _ in best}) > 1:
                of_component = shares()
                for version, component in best:
                    written[version] += of_component[component]
            ordered = sorted(
                candidates,
                key=lambda s: (
                    (s.version or "").startswith("netstandard"),  # what a library is written for that others run
                    _evidence_rank(s),
                    s.component is not None,
                    "/" in s.evidence[0].path,
                    -written[s.version],
                    -most[_evidence_rank(s), s.version],
                    s.evidence[0].path.count("/"),
                    s.evidence,
                ),
            )
            # a script's version is its runtime's: "Node 20", for "JavaScript 20" there is not
            said = f"Node {ordered[0].version}" if runtime == "Node.js" else ordered[0].version
            return said, ordered[0].evidence
    return None, None


def in_pipeline(path: str) -> bool:
    """Whether a file says what a pipeline runs, which may be on several versions."""
    return path.startswith((".github/", ".circleci/")) or path.rpartition("/")[2] in (
        ".gitlab-ci.yml",
        ".travis.yml",
        "azure-pipelines.yml",
    )


def _evidence_rank(statement: RuntimeStatement) -> int:
    path = statement.evidence[0].path
    base = path.rpartition("/")[2]
    if in_pipeline(path):
        return 4
    if (
        statement.name == "Node.js"
        and base == "package.json"
        and (statement.version or "").startswith(">")
        and " " not in (statement.version or "")
    ):
        return 3  # the least that it needs, not what it runs on
    if base.startswith(
        (
            ".python-version",
            ".nvmrc",
            ".node-version",
            ".tool-versions",
            ".ruby-version",
            "global.json",
            "runtime.txt",
            "rust-toolchain",
        )
    ):
        return 0
    # a build states the Java that it compiles for; the file only picks a JDK on the developer's machine, which may be another one
    return 2 if "ockerfile" in base or base == ".java-version" else 1
