"""The Node ecosystem and version files: no text makes a reader fail, and the rules that fixtures do not show."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.model import Command, Dependency, Fact, Locked, Managed, Member, Runtime
from ctxgen.readers import readers
from ctxgen.readers._npm_specs import parse_spec, split_descriptor
from ctxgen.readers._scripts import invocation, kind_of
from ctxgen.readers.deno import imported
from ctxgen.readers.pnpm_lock import scalars
from ctxgen.readers.tool_versions import clean_version
from ctxgen.reading import read_facts
from ctxgen.resolve import resolve
from ctxgen.tree import Tree

READERS = {
    "package.json": "read_package_json",
    "package-lock.json": "read_package_lock",
    "yarn.lock": "read_yarn_lock",
    "pnpm-lock.yaml": "read_pnpm_lock",
    "pnpm-workspace.yaml": "read_pnpm_workspace",
    ".yarnrc.yml": "read_yarnrc",
    "bun.lock": "read_bun_lock",
    "deno.json": "read_deno_json",
    "deno.lock": "read_deno_lock",
    "import_map.json": "read_import_map",
    ".nvmrc": "read_node_version",
    ".tool-versions": "read_tool_versions",
    "mise.toml": "read_mise_toml",
    ".sdkmanrc": "read_sdkmanrc",
    ".java-version": "read_language_version",
    ".python-version": "read_language_version",
}
KEYS = (
    "name", "version", "private", "dependencies", "devDependencies", "peerDependencies", "peerDependenciesMeta", "optionalDependencies", "bundleDependencies", "overrides", "resolutions",
    "pnpm", "workspaces", "packages", "catalog", "catalogs", "engines", "devEngines", "runtime", "packageManager", "volta", "node", "scripts", "imports", "scopes", "workspace", "members",
    "tasks", "lockfileVersion", "importers", ".", "specifiers", "npm", "node_modules/x", "a/node_modules/@b/c", "express", "link", "tools", "env", "run", "optional",
)  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.sampled_from(["npm:a@^1", "workspace:*", "file:../x", "catalog:", "^1.2.3", "1.0.0(react@18)", "pnpm@9.0.0+sha"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6), max_leaves=25
)


def read(name: str, content: bytes) -> list[object]:
    """What the reader of a file name finds; `Unreadable` is the one thing that it may raise."""
    with TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(content)
        found: list[object] = []
        with contextlib.suppress(Unreadable):
            found.extend(readers()[READERS[name]].read(Tree(Path(folder)).file(name)))
        return found


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_no_value_makes_a_reader_raise(name: str, data: st.DataObject) -> None:
    value = data.draw(VALUES)
    read(name, json.dumps(value).encode())
    if name.endswith((".yaml", ".yml")):
        read(name, yaml.safe_dump(value).encode())


@pytest.mark.parametrize("name", READERS)
@given(
    text=st.text(alphabet=st.sampled_from('{}[]":,@^~*/.-_ \n\t#?!&=+abcnpm019é\x00'))
    | st.binary(max_size=60).map(lambda data: data.decode("latin-1"))
)
def test_no_text_makes_a_reader_raise(name: str, text: str) -> None:
    for start in (
        "",
        "# yarn lockfile v1\n",
        "lockfileVersion: 9\nimporters:\n",
        '{"lockfileVersion": 1,\n"packages": {\n',
        "java=",
        "[tools]\n",
    ):
        read(name, (start + text).encode())


PACKAGE = st.from_regex(r"(?:@[a-z]{1,5}/)?[a-z][a-z0-9-]{0,8}", fullmatch=True)
VERSION = st.from_regex(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{1,2}(?:-rc\.[0-9])?", fullmatch=True)
LOCKED = st.dictionaries(PACKAGE, VERSION, max_size=6)


def locked(found: list[object]) -> dict[str, tuple[str, int]]:
    return {fact.name: (fact.version, fact.at.line) for fact in found if isinstance(fact, Locked)}


@given(LOCKED, st.sampled_from([None, 0, 2, "\t"]))
def test_package_lock_round_trip(packages: dict[str, str], indent: int | str | None) -> None:
    modern = json.dumps(
        {"lockfileVersion": 3, "packages": {f"node_modules/{name}": {"version": version} for name, version in packages.items()}},
        indent=indent,
    )
    legacy = json.dumps(
        {"lockfileVersion": 1, "dependencies": {name: {"version": version} for name, version in packages.items()}}, indent=indent
    )
    for text, key in ((modern, '"node_modules/{}":'), (legacy, '"{}":')):
        found = locked(read("package-lock.json", text.encode()))
        assert {name: version for name, (version, _) in found.items()} == packages
        lines = text.split("\n")
        assert all(key.format(name) in lines[line - 1] for name, (_, line) in found.items() if indent or key != '"{}":')


@given(LOCKED)
def test_yarn_lock_round_trip(packages: dict[str, str]) -> None:
    classic = "# yarn lockfile v1\n\n" + "".join(f'"{name}@^{v}", {name}@*:\n  version "{v}"\n\n' for name, v in packages.items())
    berry = "__metadata:\n  version: 8\n\n" + "".join(
        f'"{name}@npm:^{v}, {name}@npm:*":\n  version: {v}\n\n' for name, v in packages.items()
    )
    for text in (classic, berry):
        found = read("yarn.lock", text.encode())
        assert {name: version for name, (version, _) in locked(found).items()} == packages
        assert {(f.name, f.spec) for f in found if isinstance(f, Locked)} == {(n, s) for n, v in packages.items() for s in (f"^{v}", "*")}
        assert all(f"{name}@" in text.split("\n")[line - 1] for name, (_, line) in locked(found).items())


@given(
    st.recursive(
        st.text(max_size=5),
        lambda inner: st.dictionaries(st.text(max_size=5), inner | st.lists(inner, max_size=2), max_size=4),
        max_leaves=12,
    )
)
def test_scalars_of_mappings_are_those_of_the_parsed_document(value: object) -> None:
    def leaves(value: object, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], str]]:
        if isinstance(value, dict):
            return [leaf for key, child in value.items() for leaf in leaves(child, (*path, key))]
        return [(path, value)] if isinstance(value, str) and path else []

    found = list(scalars(yaml.safe_dump(value, sort_keys=False, allow_unicode=False), 1))
    assert [(path, text) for path, text, _ in found] == leaves(value)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("^1.2.3", ("x", "^1.2.3", None, None)),
        ("npm:real@~2.0", ("real", "~2.0", None, None)),
        ("npm:@s/real", ("@s/real", None, None, None)),
        ("npm:^4.0.0", ("x", "^4.0.0", None, None)),
        ("workspace:*", ("x", None, None, None)),
        ("workspace:^1.2", ("x", "^1.2", None, None)),
        ("workspace:real@*", ("real", None, None, None)),
        ("workspace:../y", ("x", None, "apps/y", None)),
        ("file:../../lib", ("x", None, "lib", None)),
        ("file:../../../out", ("x", None, None, None)),
        ("file:./x-1.0.0.tgz", ("x", None, None, None)),
        ("./vendor", ("x", None, "apps/api/vendor", None)),
        ("catalog:default", ("x", None, None, "catalog:")),
        ("catalog:react18", ("x", None, None, "catalog:react18")),
        ("patch:x@npm%3A5.7.2#./p.patch", ("x", "5.7.2", None, None)),
        ("git+https://user:token@git.example/o/x.git#v1.0.0", ("x", None, None, None)),
        ("git@git.example:o/x.git", ("x", None, None, None)),
        ("github:o/x#semver:^1", ("x", None, None, None)),
        ("o/x", ("x", None, None, None)),
        ("https://user:token@files.example/x.tgz", ("x", None, None, None)),
    ],
)
def test_specs(written: str, expected: tuple[str | None, ...]) -> None:
    assert tuple(parse_spec("x", written, "apps/api")) == expected


@given(PACKAGE, VERSION)
def test_descriptors_split_at_the_range(package: str, version: str) -> None:
    assert split_descriptor(f"{package}@{version}") == (package, version)
    assert split_descriptor(package) == (package, "")


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("npm:express@^5/lib", ("express", "^5")),
        ("jsr:/@std/http@1/server", ("@std/http", "1")),
        ("https://deno.land/std@0.224.0/http/server.ts", ("deno.land/std", "0.224.0")),
        ("https://esm.sh/v135/@scope/x@1.2.3/y", ("@scope/x", "1.2.3")),
        ("https://user:token@mods.example/x.ts", ("", "")),
        ("./src/", ("", "")),
    ],
)
def test_imported_modules(specifier: str, expected: tuple[str, str]) -> None:
    assert imported(specifier) == expected


@pytest.mark.parametrize(
    ("language", "written", "expected"),
    [
        ("Java", "graalvm-community-21.0.1", "21.0.1"),
        ("Java", "graalvm-22.3.0", None),
        ("Java", "liberica-javafx-17.0.9+11", "17.0.9+11"),
        ("Java", "adoptopenjdk-11.0.12+7", "11.0.12+7"),
        ("Java", "oracle64-1.8.0.202", "1.8.0.202"),
        ("Java", "8.0.352.fx-librca", "8.0.352"),
        ("Ruby", "truffleruby-24.1.1", None),
        ("Go", "go-1.23", "1.23"),
        ("Rust", "stable", "stable"),
        ("PHP", "v8.3", "8.3"),
        ("Python", "system", None),
        ("Node.js", "lts-iron", "lts-iron"),
        ("Node.js", "https://user:token@x.example", None),
    ],
)
def test_versions_without_their_vendor(language: str, written: str, expected: str | None) -> None:
    assert clean_version(language, written) == expected


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("start", "run"), ("dev", "run"), ("start:prod", "run"), ("serve", "run"), ("build", "build"), ("build:watch", None), ("test", "test"), ("test:e2e", "test"), ("testing", None),
        ("lint", "lint"), ("migrate", "migrate"), ("db:migrate:deploy", "migrate"), ("migration:run", "migrate"), ("migration:generate", None), ("migrate:rollback", None), ("migrations", None),
        ("pretest", None), ("postinstall", None),
    ],
)  # fmt: skip
def test_kinds_of_scripts(script: str, kind: str | None) -> None:
    assert kind_of(script) == kind


def test_invocations() -> None:
    assert [invocation(manager, "test") for manager in ("npm", "pnpm", "yarn", "bun", "deno")] == [
        "npm test",
        "pnpm test",
        "yarn test",
        "bun run test",
        "deno task test",
    ]


def facts_of(tmp_path: Path, files: dict[str, object]) -> Facts:
    for path, content in files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else json.dumps(content, indent=2))
    return resolve(read_facts(Tree(tmp_path)))


def needs(facts: Facts) -> dict[tuple[str, str], Dependency]:
    return {(fact.at.path, fact.name): fact for fact in facts.of(Dependency)}


def test_a_lock_file_speaks_for_no_folder_outside_its_workspace(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        {
            "package.json": {"name": "root", "workspaces": ["apps/{api,web}"]},
            "package-lock.json": {"lockfileVersion": 3, "packages": {"node_modules/koa": {"version": "2.15.3"}}},
            "apps/api/package.json": {"name": "api", "dependencies": {"koa": "2.0.0"}},
            "apps/other/package.json": {"name": "other", "dependencies": {"koa": "^2.0.0"}},
            "Dockerfile": "FROM node:22\nRUN npm install -g koa@2.1.0\n",
        },
    )
    assert needs(facts)["apps/api/package.json", "koa"].locked == "2.15.3"
    assert needs(facts)["apps/api/package.json", "koa"].declared == "2.0.0"
    assert needs(facts)["apps/other/package.json", "koa"].locked is None
    assert all(fact.locked is None for fact in facts.of(Dependency) if fact.at.path == "Dockerfile")


def test_a_lock_file_that_leaves_a_choice_says_nothing(tmp_path: Path) -> None:
    lock = "# yarn lockfile v1\n\n" + "".join(f'"koa@https://files.example/{v}.tgz":\n  version "{v}.0.0"\n\n' for v in (1, 2))
    facts = facts_of(tmp_path, {"package.json": {"name": "x", "dependencies": {"koa": "https://files.example/2.tgz"}}, "yarn.lock": lock})
    assert needs(facts)["package.json", "koa"].locked is None


def test_the_stated_package_manager_chooses_among_lock_files(tmp_path: Path) -> None:
    files = {
        "package.json": {"name": "x", "packageManager": "npm@11.0.0", "dependencies": {"koa": "^2.0.0"}},
        "package-lock.json": {"lockfileVersion": 3, "packages": {"node_modules/koa": {"version": "2.15.3"}}},
        "yarn.lock": '# yarn lockfile v1\n\nkoa@^2.0.0:\n  version "2.14.0"\n',
    }
    facts = facts_of(tmp_path, files)
    assert needs(facts)["package.json", "koa"].locked == "2.15.3"
    assert [(fact.name, fact.declared) for fact in facts.of(Dependency) if fact.group == "build"] == [("npm", "11.0.0")]


def test_lock_files_show_the_package_manager_once_each(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path, {"package.json": {"name": "x"}, "yarn.lock": "# yarn lockfile v1\n", "a/package-lock.json": {"packages": {}}}
    )
    assert [(fact.at, fact.name) for fact in facts.of(Dependency)] == [(("a/package-lock.json", 1), "npm"), (("yarn.lock", 1), "yarn")]


def test_the_release_of_yarn_that_is_checked_in_counts_unless_the_manifest_says_it(tmp_path: Path) -> None:
    release, lock = "yarnPath: .yarn/releases/yarn-3.8.7.cjs\n", "__metadata:\n  version: 6\n"
    manifest = {"name": "x", "scripts": {"test": "jest"}}
    facts = facts_of(
        tmp_path,
        {
            "a/.yarnrc.yml": release,
            "a/yarn.lock": lock,
            "a/package.json": manifest,
            "b/.yarnrc.yml": release,
            "b/yarn.lock": lock,
            "b/package.json": {**manifest, "packageManager": "yarn@4.5.0"},
        },
    )
    assert [(fact.at.path, fact.declared) for fact in facts.of(Dependency)] == [("a/.yarnrc.yml", "3.8.7"), ("b/package.json", "4.5.0")]
    assert [fact.command for fact in facts.of(Command)] == ["yarn test", "yarn test"]


def test_forced_versions_count_where_no_lock_file_is(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        {
            "package.json": {
                "name": "x",
                "dependencies": {"koa": "^2.0.0", "pg": "^8.0.0"},
                "resolutions": {"koa": "2.15.3", "pg": "^8.11.0", "a/koa": "1.0.0"},
            }
        },
    )
    assert needs(facts)["package.json", "koa"].locked == "2.15.3"
    assert needs(facts)["package.json", "pg"].locked is None


def test_importers_may_lie_above_the_lock_file(tmp_path: Path) -> None:
    lock = "lockfileVersion: '6.0'\nimporters:\n  ../../../apps/api:\n    dependencies:\n      koa:\n        specifier: ^2.0.0\n        version: 2.15.3\n"
    facts = facts_of(
        tmp_path, {"common/config/rush/pnpm-lock.yaml": lock, "apps/api/package.json": {"name": "api", "dependencies": {"koa": "^2.0.0"}}}
    )
    assert needs(facts)["apps/api/package.json", "koa"].locked == "2.15.3"


def test_no_credential_of_an_address_gets_into_a_fact(tmp_path: Path) -> None:
    secret = "hunter2hunter2"
    address = f"git+https://deploy:{secret}@git.example/o/x.git"
    files: dict[str, object] = {
        "package.json": {
            "name": "x",
            "packageManager": f"npm@{address}",
            "dependencies": {"x": address, "y": f"npm:{address}"},
            "resolutions": {"x": address},
            "engines": {"node": address},
        },
        "yarn.lock": f'# yarn lockfile v1\n\n"x@{address}":\n  version "1.0.0"\n',
        "deno.json": {"imports": {"x": address, "y": f"https://deploy:{secret}@deno.land/x/oak@1/mod.ts"}},
        "a/package-lock.json": {"lockfileVersion": 1, "dependencies": {"x": {"version": address}}},
        "b/pnpm-lock.yaml": f"lockfileVersion: 9\nimporters:\n  .:\n    dependencies:\n      x:\n        specifier: {address}\n        version: {address}\n",
        ".tool-versions": f"nodejs {address}\npnpm {address}\n",
    }
    found: list[Fact] = [fact for fact in facts_of(tmp_path, files) if isinstance(fact, Dependency | Locked | Managed | Member | Runtime)]
    assert len(found) > 8
    assert secret not in repr(found)
