"""What a file's place says of it: product, test, documentation, example, developer tooling or vendored code.  Conditions are asked here too.

A folder name says so only above a source root: `src/main/java/org/springframework/samples` is product code, and so is
all of a Helm chart and (tests aside) of a Python package and of what a .NET project compiles.  Where the rule would leave no project of a repository in
the product, the repository itself is the example, and the rule does not apply.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

from ctxgen.facts import folder_of, folders_up
from ctxgen.model import Scope

_TEST = re.compile(
    r"(?i)(?:.*(?:[._-]|unit|integration|functional|acceptance|e2e|load|performance|smoke))?(?:tests?\d?|specs?|testing)|(?:.*[._-])?test[-_](?:utils?|helpers?|support|db|fixtures)|test[-_]?(?:utils?|helpers?|support|suites?|cases?|migrations?|apps?|projects?|plugins?|environments?|envs?)"
    r"|tests?[-_](?:integration|unit|functional|acceptance|e2e|system)|tests[-_][\w-]{1,40}"
    r"|__tests__|regtest|e2e|cypress|playwright|__mocks__|mocks|testdata|test-data|test-resources|fixtures|__fixtures__|load-?tests?|loadgen|molecule|jmeter|gatling|k6|bench|benches|(?:micro)?benchmarks?|fuzz|fuzzing|fuzz_targets"
    r"|[\w.-]{1,80}\.tests?\.[\w.]{1,80}"  # projects of .NET for tests: `Shop.Test.Common`
)
_TEST_DATA = {"testdata", "test-data", "test_data", "fixtures", "__fixtures__"}
"""Projects in these are examples that tests look at; nothing of the repository's own needs what they name."""
_DOCS = {"docs", "doc", "documentation", "website", "wiki", "adr", "docs-site", "docs_src"}
_EXAMPLE = {
    "example", "examples", "sample", "samples", "demo", "demos", "tutorial", "tutorials", "cookbook", "cookbooks", "quickstart", "quickstarts", "playground", "snippets",
    "getting-started", "showcase", "sandbox", "extras", "_example", "_examples",
}  # fmt: skip
_APP = {"models.py", "views.py", "urls.py", "admin.py", "apps.py"}
"""Modules of a Django application."""
_DEV = {
    ".devcontainer",
    ".vscode",
    ".idea",
    ".github",
    ".gitlab",
    ".circleci",
    ".hygen",
    "_templates",
    ".husky",
    "hack",
    "remix.init",  # run once by who starts from the template: https://v2.remix.run/docs/guides/templates#custom-template-initialization
    ".ctxgen",
    ".config",
    ".azuredevops",
    ".template.config",
}
_BESIDE = "extra"
"""A folder at the root of what is kept beside the product."""
_VENDORED = {"vendor", "third_party", "third-party", "thirdparty", "node_modules", "bower_components", "vendored", "_vendor"}
_SERVED = {"public", "static"}
_WEB_ROOTS = {"wwwroot", "webroot", "htdocs"}
_SERVED_LIBRARIES = {"lib", "libs", "plugins", "vendors"}
"""Folders of what a server hands out that hold libraries of browsers which were copied in."""
_TEST_FILE = re.compile(
    r"(?:.*_test\.go|mocks?_\w{1,80}\.go|\w{1,80}_mocks?\.go|test_.*\.py|.*_tests?\.py|(?:unit)?tests\.py|conftest\.py|.*[.-](?:spec|test|e2e-spec|e2e|cy|stories)\.[cm]?[jt]sx?|.*(?:Tests?|IT|Spec)\.(?:java|kt|cs|groovy|scala)|.*_spec\.rb|.*_test\.(?:rb|exs)|.*Test\.php)\Z"
)
_HOLDS_TESTS = re.compile(r"tests?(?:[_.].*)?\.py|.*_tests?\.py|conftest\.py|settings\w{0,40}\.py|manage\.py")
"""What lies in a folder of tests, or in a project that exists for them."""
_BUILD_LOGIC = re.compile(r"(?:^|/)(?:buildSrc|build-logic)/(?:(?:build|settings)\.gradle(?:\.kts)?|.{1,300}\.(?:java|groovy|kt))\Z")
"""What Gradle's own build needs.  Source: https://docs.gradle.org/current/userguide/sharing_build_logic_between_subprojects.html"""
_FACTORY = re.compile(r"(?:^|/)database/factories/.{1,200}\.php\Z")
"""What makes models with invented values.  Source: https://laravel.com/docs/eloquent-factories"""
_FOR_EDITORS = re.compile(r"_ide_helper\w{0,40}\.php\Z|\.phpstorm\.meta\.php\Z|.{0,80}\.gitpod\.")
"""What only editors read.  Source: https://github.com/barryvdh/laravel-ide-helper#readme"""
_PROGRAM = re.compile(r"((?:.*/)?website)/(?:(?:cmd/[^/]+/)?main\.go|manage\.py|config\.ru)")
"""What a folder that is called like one of documentation holds where it is a program that serves."""
_COMPILED = re.compile(r"((?:.{0,300}/)?)(?:dist|build|out|lib)/(?:src/)?(.{1,300})\.([cm]?)jsx?\Z")
"""What a compiler of TypeScript may have written.  Source: https://www.typescriptlang.org/tsconfig/#outDir"""
_TEMPLATES = re.compile(r"(?:[^/]+/)*?templates/")
_COMPOSE = re.compile(r"(?:docker-)?compose\.ya?ml")
_MANY = 20
"""Files of one kind of which no product deploys itself by all."""
_TEST_WORDS = {"test", "tests", "testing", "unittest", "unittests", "pytest", "e2e", "ci", "integration"}


def for_tests(when: str | None) -> bool:
    """Whether a condition (a compose variant, a settings profile) is named for tests."""
    return bool(set((when or "").lower().replace("-", " ").replace("_", " ").replace(".", " ").split()) & _TEST_WORDS)


class Places:
    """Classifies paths of one repository.  `paths` are all its files, `projects` the paths of its manifests."""

    def __init__(self, paths: Iterable[str], projects: Iterable[str]) -> None:
        listed = list(paths)
        self._packages = {folder_of(path) for path in listed if path.endswith("/__init__.py")}
        self._charts = {folder_of(path) for path in listed if path.rpartition("/")[2] in ("Chart.yaml", "Chart.yml")}
        self._programs = {match[1] for path in listed if (match := _PROGRAM.fullmatch(path))}
        self._built = _built(listed)
        self._catalogues = _catalogues(listed)
        self._all_product = False
        manifests = list(projects)
        self._examples = self._packages_of_examples(listed, manifests)
        self._apps = self._apps_called_like_tests(listed)
        self._compiled = {folder_of(path) for path in manifests if path.endswith((".csproj", ".fsproj", ".vbproj"))}
        self._above_projects = {above for path in manifests for above in folders_up(folder_of(path))}
        self._all_product = bool(manifests) and all(self._file_scope(path, self._folder_scope) is not None for path in manifests)
        folder_scope = cache(self._folder_scope)
        self._scope = cache(lambda path: self._file_scope(path, folder_scope))

    def scope(self, path: str) -> Scope | None:
        """The scope that the place of a file imposes, None for product code."""
        return self._scope(path)

    def vendored(self, path: str) -> bool:
        """Whether the file is somebody else's code that was copied in."""
        return any(part in _VENDORED for part in path.split("/")[:-1])

    def _packages_of_examples(self, paths: list[str], manifests: list[str]) -> frozenset[str]:
        """Packages beside a project's own that only show how it is used: `examples/__init__.py`, `example/manage.py` beside `setup.py` and the library."""
        within = {folder_of(path) for path in manifests}
        runs = {folder_of(path) for path in paths if path.rpartition("/")[2] == "manage.py"}
        top = {each for each in self._packages if folder_of(each) in within and folder_of(each) not in self._packages}
        called = {each for each in top if each.rpartition("/")[2].lower() in _EXAMPLE}
        own = {folder_of(each) for each in top - called if not _TEST.fullmatch(base := each.rpartition("/")[2]) and base not in _DOCS}
        return frozenset(each for each in called if folder_of(each) in own - runs and (each.endswith("s") or each in runs))

    def _apps_called_like_tests(self, paths: list[str]) -> frozenset[str]:
        """Django applications inside a package whose name is a word of the domain (`exams/test`): they hold what applications hold, and no tests."""
        named = {each for each in self._packages if folder_of(each) in self._packages and _TEST.fullmatch(each.rpartition("/")[2])}
        modules: dict[str, set[str]] = {each: set() for each in named}
        for path in paths if named else ():
            folder, _, base = path.rpartition("/")
            if base in _APP and folder in modules:
                modules[folder].add(base)
        apps = {each for each, held in modules.items() if "models.py" in held and len(held) > 1}
        holding = {folder_of(path) for path in paths if apps and _HOLDS_TESTS.fullmatch(path.rpartition("/")[2])}
        return frozenset(apps.difference(*(folders_up(folder) for folder in holding)))

    def _file_scope(self, path: str, folder_scope: Callable[[str], Scope | None]) -> Scope | None:
        if (folder := folder_scope(folder_of(path))) is not None:
            return folder
        if path in self._built:
            return "docs"
        base = path.rpartition("/")[2]
        return (
            "test"
            if _TEST_FILE.match(base) or _FACTORY.search(path)
            else "dev"
            if _FOR_EDITORS.match(base) or _BUILD_LOGIC.search(path)
            else None
        )

    def _folder_scope(self, folder: str) -> Scope | None:
        here = ""
        parts = folder.split("/") if folder else []
        in_package = in_project = served = False
        for index, part in enumerate(parts):
            here = f"{here}/{part}" if here else part
            if part == "src" and index + 1 < len(parts):
                if parts[index + 1] == "main":
                    return None
                if re.fullmatch(r"(?i)test|.*test|test.*|it", parts[index + 1]):
                    return "test"
            if here in self._charts and parts[index + 1 : index + 2] != ["charts"]:
                # its tests are hooks that `helm test` runs: https://helm.sh/docs/topics/chart_tests/
                return "test" if parts[index + 1 : index + 3] == ["templates", "tests"] else None
            if _TEST.fullmatch(part) and here not in self._apps:
                scope: Scope = "docs" if _TEST_DATA.intersection(parts[index:]) else "test"
                return scope if not self._all_product else None
            if here in self._catalogues and here not in self._above_projects and folder_of(here) not in self._charts:
                return "docs"
            served = served or part in _WEB_ROOTS or (part in _SERVED and "src" not in parts[:index])
            if part in _VENDORED or (served and part in _SERVED_LIBRARIES):
                return "docs"
            if here in self._examples and not self._all_product:
                return "docs"
            in_package = in_package or here in self._packages
            if in_package or self._all_product:
                continue
            lowered = part.lower()
            inside, in_project = in_project, in_project or here in self._compiled
            if inside and here not in self._above_projects:
                continue  # compiled with the project that it lies in
            if (lowered in _DOCS and here not in self._programs) or lowered.lstrip(".") in _EXAMPLE:
                return "docs"
            if lowered in _DEV or (lowered.startswith(".") and len(lowered) > 1) or here == _BESIDE:
                return "test" if any(map(_TEST.fullmatch, parts[index + 1 :])) else "dev"
        return None


def _catalogues(paths: list[str]) -> frozenset[str]:
    """Folders of what the product's users may deploy: `templates/compose/wiki.yml` beside many others, or many folders that hold a Compose file each."""
    several: Counter[str] = Counter()
    for path in paths:
        if path.endswith((".yml", ".yaml")):
            folder, _, base = path.rpartition("/")
            if (found := _TEMPLATES.match(path)) is not None:
                several[found[0].rstrip("/")] += 1
            if _COMPOSE.fullmatch(base) and "/" in folder:
                several[folder_of(folder)] += 1
    return frozenset(folder for folder, count in several.items() if count >= _MANY)


def _built(paths: list[str]) -> frozenset[str]:
    """Compiled scripts that are kept beside what they are compiled from: `dist/user/user.service.js` of `src/user/user.service.ts`."""
    compiled = [(path, match) for path in paths if (match := _COMPILED.match(path))]
    if not compiled:
        return frozenset()
    written = {
        path for path in paths if path.endswith((".ts", ".tsx", ".mts", ".cts")) and not path.endswith((".d.ts", ".d.mts", ".d.cts"))
    }

    def source(match: re.Match[str]) -> bool:
        above, inner, kind = match.groups()
        return any(f"{above}{start}{inner}.{extension}" in written for start in ("src/", "") for extension in (f"{kind}ts", "tsx"))

    return frozenset(path for path, match in compiled if source(match))
