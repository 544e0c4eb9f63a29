"""Where secrets are planted: for every format that is read here a small repository, each secret under its own name.

A plantation is an iterable of documents; a document knows on which line each of its names stands, so that a test can
ask that the name is still told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from secret_kinds import Secret

from ctxgen.catalogue import load


class Plant(NamedTuple):
    """A secret and the name of the variable that it is the value of."""

    name: str
    secret: Secret

    @property
    def key(self) -> str:
        """The name as formats write it that have dotted or hyphenated keys."""
        return self.name.lower().replace("_", "-")

    @property
    def text(self) -> str:
        return self.secret.text

    @property
    def inline(self) -> str:
        """The text on one line."""
        return self.secret.text.replace("\n", "\\n")


class Document:
    """A file under construction: its lines, and the names that a reader must tell with their line."""

    def __init__(self, path: str, *lines: str) -> None:
        self.path = path
        self.lines: list[str] = []
        self.names: list[tuple[str, int]] = []
        for line in lines:
            self.add(line)

    def add(self, text: str, name: str | None = None) -> Document:
        if name is not None:
            self.names.append((name, len(self.lines) + 1))
        self.lines += text.split("\n")
        return self

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


Plantation = Callable[[Sequence[Plant]], Iterator[Document]]
PLANTATIONS: dict[str, Plantation] = {}


def plantation(make: Plantation) -> Plantation:
    PLANTATIONS[make.__name__] = make
    return make


def known(ecosystem: str) -> Iterator[str]:
    """Packages that the catalogue knows, over and over: only what is recognised can be printed."""
    return cycle(
        package
        for technology in load().technologies.values()
        for package in getattr(technology, ecosystem)
        if "*" not in package and "[" not in package
    )


def quoted(text: str) -> str:
    """As JSON, YAML, TOML, Java, Go and most other languages write a string."""
    return json.dumps(text)


def single(text: str) -> str:
    """As shells, JavaScript, PHP and Ruby write a string."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


# ---------------------------------------------------------------------------------------------- Node.js


@plantation
def npm(plants: Sequence[Plant]) -> Iterator[Document]:
    packages = known("npm")
    manifest = {
        "name": "shop", "version": "1.0.0", "config": {p.name: p.text for p in plants}, "publishConfig": {p.name: p.text for p in plants},
        "scripts": {**{f"start:{p.key}": f"{p.name}={p.inline} node server.js --key {p.inline}" for p in plants}, "test": "jest"},
        "dependencies": {"express": "^4.18.2"}, "author": plants[0].text, "description": " ".join(p.text for p in plants),
        "repository": f"https://x:{plants[0].inline}@git.example/shop.git",
    }  # fmt: skip
    yield Document("package.json", json.dumps(manifest, indent=2))
    yield Document(".npmrc", *(f"//registry.example/:_authToken={p.inline}" for p in plants))
    yield Document(
        ".yarnrc.yml",
        "npmScopes:",
        *(f"  {p.key}: {{npmAuthToken: {quoted(p.text)}}}" for p in plants),
        "yarnPath: .yarn/releases/yarn-4.1.0.cjs",
    )
    lock: dict[str, Any] = {"lockfileVersion": 3, "packages": {"": {"name": "shop", "dependencies": {}}}}
    yarn, pnpm = ["# yarn lockfile v1", ""], ["lockfileVersion: '9.0'", "importers:", "  .:", "    dependencies:"]
    for index, (p, package, other) in enumerate(zip(plants, packages, known("npm"), strict=False)):
        specs = [
            p.inline,
            f"git+https://{p.inline}@git.example/{index}.git",
            f"https://u:{p.inline}@registry.example/x-1.0.0.tgz",
            f"npm:{other}@{p.inline}",
        ]
        yield Document(f"packages/p{index}/package.json", json.dumps({"name": f"p{index}", "version": p.inline, "dependencies": {package: specs[index % 4]}, "engines": {"node": p.inline},
                                                                      "packageManager": f"pnpm@{p.inline}", "devDependencies": {other: specs[(index + 1) % 4]}}, indent=2))  # fmt: skip
        lock["packages"][f"node_modules/{package}"] = {
            "version": "1.0.0",
            "resolved": f"https://u:{p.inline}@registry.example/{package}.tgz?token={p.inline}",
            "integrity": p.inline,
        }
        yarn += [
            f'"{package}@^1.0.0":',
            '  version "1.0.0"',
            f"  resolved {quoted(f'https://u:{p.inline}@registry.example/{package}.tgz#{p.inline}')}",
            f"  integrity {p.inline}",
            "",
        ]
        pnpm += [
            f"      {quoted(package)}:",
            f"        specifier: {quoted(f'https://u:{p.inline}@registry.example/x.tgz')}",
            f"        version: {quoted(f'https://u:{p.inline}@registry.example/x.tgz')}",
        ]
    yield Document("package-lock.json", json.dumps(lock, indent=2))
    yield Document("yarn.lock", *yarn)
    yield Document("pnpm-lock.yaml", *pnpm)
    yield Document(
        "deno.json",
        json.dumps(
            {
                "imports": {f"i{i}": f"https://u:{p.inline}@deno.example/{p.inline}/mod.ts" for i, p in enumerate(plants)},
                "tasks": {p.key: p.inline for p in plants},
            }
        ),
    )


# ---------------------------------------------------------------------------------------------- Python


@plantation
def python(plants: Sequence[Plant]) -> Iterator[Document]:
    packages = known("pypi")
    requirements, pyproject = (
        Document("requirements.txt", "flask==3.0.0"),
        Document("pyproject.toml", '[project]\nname = "shop"\nversion = "1.0"'),
    )
    pyproject.add("[project.urls]")
    for p in plants:
        pyproject.add(f"{p.name} = {quoted(p.text)}")
    pyproject.add("[project.scripts]").add("\n".join(f"{p.key} = {quoted(p.text)}" for p in plants))
    pyproject.add("[project.optional-dependencies]").add(
        "\n".join(
            f"x{i} = [{quoted(f'{package} @ git+https://u:{p.inline}@git.example/x.git')}]"
            for i, (p, package) in enumerate(zip(plants, packages, strict=False))
        )
    )
    pyproject.add("[tool.poetry]\nname = 'shop'\n[tool.poetry.dependencies]")
    for p, package in zip(plants, dict.fromkeys(next(packages) for _ in range(3 * len(plants))), strict=False):
        pyproject.add(
            f"{quoted(package)} = {{ git = {quoted(f'https://u:{p.inline}@git.example/x.git')}, rev = {quoted(p.inline)}, tag = {quoted(p.inline)} }}"
        )
    for index, p in enumerate(plants):
        pyproject.add(
            f"[[tool.poetry.source]]\nname = 'private{index}'\nurl = {quoted(f'https://u:{p.inline}@registry.example/simple')}\n[[tool.uv.index]]\nurl = {quoted(f'https://u:{p.inline}@registry.example')}"
        )
        pyproject.add(f"[tool.poe.tasks.{p.key}]\ncmd = {quoted(p.text)}\nenv = {{ {p.name} = {quoted(p.text)} }}")
        requirements.add(f"# {p.inline}\n--extra-index-url https://u:{p.inline}@registry.example/simple")
        requirements.add(
            f"{next(packages)} @ https://u:{p.inline}@registry.example/x-1.0.tar.gz?token={p.inline}\n-e git+https://{p.inline}@git.example/x.git@{p.inline}#egg={next(packages)}"
        )
        requirements.add(
            f"{next(packages)}==1.0  # {p.inline}\n{next(packages)}=={p.inline}\ngit+https://git.example/{p.inline}/{p.inline}.git"
        )
    yield pyproject
    yield requirements
    yield Document("setup.py", "import os\nfrom setuptools import setup", *(f"{p.name} = os.environ.get({p.name!r}, {p.text!r})" for p in plants),
                   "setup(name='shop', version='1.0', install_requires=[", *(f"    {f'{next(packages)} @ git+https://{p.inline}@git.example/x.git'!r}," for p in plants), *(f"    {f'{next(packages)}=={p.inline}'!r}," for p in plants), "])")  # fmt: skip
    yield Document(
        "setup.cfg",
        "[metadata]\nname = shop",
        *(f"x_{p.key} = {p.inline}" for p in plants),
        "[options]\ninstall_requires =",
        *(f"    {next(packages)} @ https://u:{p.inline}@registry.example/x.zip" for p in plants),
    )
    yield Document(
        "Pipfile",
        *(f"[[source]]\nname = 's{i}'\nurl = {quoted(f'https://u:{p.inline}@registry.example')}" for i, p in enumerate(plants)),
        "[packages]",
        *(
            f"{quoted(package)} = {quoted(p.inline)}"
            for p, package in zip(plants, dict.fromkeys(next(packages) for _ in range(2 * len(plants))), strict=False)
        ),
    )
    yield Document(
        "tox.ini",
        "[testenv]\nsetenv =",
        *(f"    {p.name} = {p.inline}" for p in plants),
        "deps =",
        *(f"    {next(packages)}=={p.inline}" for p in plants),
        "commands =",
        *(f"    pytest --token {p.inline}" for p in plants),
    )
    yield Document(
        "environment.yml",
        "channels:",
        *(f"  - {quoted(f'https://u:{p.inline}@conda.example/t/{p.inline}/x')}" for p in plants),
        "dependencies:",
        *(f"  - {quoted(f'{next(packages)}={p.inline}')}" for p in plants),
    )
    yield Document(
        "poetry.lock",
        *(
            f"[[package]]\nname = {quoted(next(packages))}\nversion = '1.0.0'\n[package.source]\ntype = 'git'\nurl = {quoted(f'https://u:{p.inline}@git.example/x')}\nresolved_reference = {quoted(p.inline)}"
            for p in plants
        ),
    )
    yield Document(
        "uv.lock",
        *(
            f"[[package]]\nname = {quoted(next(packages))}\nversion = {quoted(p.inline)}\nsource = {{ registry = {quoted(f'https://u:{p.inline}@registry.example')} }}"
            for p in plants
        ),
    )


# ---------------------------------------------------------------------------------------------- JVM


@plantation
def maven(plants: Sequence[Plant]) -> Iterator[Document]:
    packages = (p.split(":") for p in known("maven") if ":" in p)
    pom = Document(
        "pom.xml",
        "<project><modelVersion>4.0.0</modelVersion><groupId>com.shop</groupId><artifactId>shop</artifactId><version>1.0</version>",
        "<properties>",
    )
    for p in plants:
        pom.add(f"<{p.name}>{escape(p.text)}</{p.name}>", p.name)
    pom.add("</properties><scm><connection>").add("\n".join(f"scm:git:https://u:{escape(p.inline)}@git.example/x" for p in plants)).add(
        "</connection></scm><repositories>"
    )
    for p in plants:
        pom.add(f"<repository><id>{escape(p.key)}</id><url>https://u:{escape(p.inline)}@repository.example/</url></repository>")
    pom.add("</repositories><dependencies>")
    for p, package in zip(plants, packages, strict=False):
        pom.add(
            f"<dependency><groupId>{package[0]}</groupId><artifactId>{package[1]}</artifactId><version>{escape(p.inline)}</version></dependency><!-- {escape(p.inline).replace('--', '')} -->"
        )
    pom.add("</dependencies><build><plugins>")
    for p in plants:
        pom.add(
            f"<plugin><groupId>org.flywaydb</groupId><artifactId>flyway-maven-plugin</artifactId><version>9.0</version><configuration><url>{escape(p.text)}</url><password>{escape(p.text)}</password><argLine>-Dx={escape(p.inline)}</argLine></configuration></plugin>"
        )
    pom.add("</plugins></build><profiles>")
    for p in plants:
        pom.add(
            f"<profile><id>{p.key}</id><properties><java.version>{escape(p.inline)}</java.version><spring.version>{escape(p.inline)}</spring.version></properties></profile>"
        )
    yield pom.add("</profiles></project>")
    yield Document(".mvn/maven.config", *(f"-D{p.name}={p.inline}" for p in plants))
    yield Document(
        "settings.xml",
        "<settings><servers>",
        *(f"<server><id>{p.key}</id><password>{escape(p.text)}</password></server>" for p in plants),
        "</servers></settings>",
    )


@plantation
def gradle(plants: Sequence[Plant]) -> Iterator[Document]:
    packages = known("maven")
    properties, build, kotlin = (
        Document("gradle.properties"),
        Document("build.gradle", "plugins { id 'java' }", "ext {"),
        Document("app/build.gradle.kts", "plugins { java }"),
    )
    for p in plants:
        properties.add(f"{p.name}={p.inline}", p.name)
        build.add(f"  {p.name} = {single(p.text)}")
        kotlin.add(f"val {p.name} = {quoted(p.text)}\nextra[{quoted(p.name)}] = {quoted(p.text)}")
    build.add("}\nrepositories {")
    for p in plants:
        build.add(
            f"  maven {{ url {single(f'https://u:{p.inline}@repository.example')}\n    credentials {{ username 'u'; password {single(p.text)} }} }}"
        )
    build.add("}\ndependencies {")
    kotlin.add("dependencies {")
    for p, package in zip(plants, packages, strict=False):
        build.add(f"  implementation {single(f'{package}:{p.inline}')} // {p.inline}")
        kotlin.add(f"  implementation({quoted(f'{package}:{p.inline}')})")
    yield properties
    yield build.add("}\n" + "\n".join(f"systemProperty {single(p.name)}, {single(p.text)}" for p in plants))
    yield kotlin.add(
        "}\ntasks.withType<Test> {\n" + "\n".join(f"  environment({quoted(p.name)}, {quoted(p.text)})" for p in plants) + "\n}"
    )
    yield Document(
        "settings.gradle",
        "rootProject.name = 'shop'",
        *(f"maven {{ url {single(f'https://u:{p.inline}@repository.example')} }}" for p in plants),
    )
    yield Document(
        "gradle/libs.versions.toml",
        "[versions]",
        *(f"{p.key} = {quoted(p.inline)}" for p in plants),
        "[libraries]",
        *(
            f"l{i} = {{ module = {quoted(package)}, version = {quoted(p.inline)} }}"
            for i, (p, package) in enumerate(zip(plants, packages, strict=False))
        ),
    )
    yield Document(
        "build.sbt",
        'name := "shop"',
        *(f"val {p.name} = {quoted(p.text)}" for p in plants),
        *(
            f'libraryDependencies += "{package.replace(":", chr(34) + " % " + chr(34))}" % {quoted(p.inline)}'
            for p, package in zip(plants, packages, strict=False)
        ),
    )


# ---------------------------------------------------------------------------------------------- .NET


@plantation
def dotnet(plants: Sequence[Plant]) -> Iterator[Document]:
    packages = known("nuget")
    project = Document("Shop.csproj", '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework>')
    for p in plants:
        project.add(f"<{p.name}>{escape(p.text)}</{p.name}>", p.name)
    project.add("</PropertyGroup><ItemGroup>")
    for p, package in zip(plants, packages, strict=False):
        project.add(
            f"<PackageReference Include={quoteattr(package)} Version={quoteattr(p.text)} /><!-- {escape(p.inline).replace('--', '')} -->"
        )
    yield project.add(
        '</ItemGroup><Target Name="x"><Exec Command="'
        + " ".join(escape(p.inline, {'"': "&quot;"}) for p in plants)
        + '" /></Target></Project>'
    )
    yield Document("nuget.config", "<configuration><packageSources>", *(f"<add key={quoteattr(p.name)} value={quoteattr(f'https://u:{p.inline}@feed.example/')} />" for p in plants), "</packageSources><packageSourceCredentials><Feed>",
                   *(f'<add key="ClearTextPassword" value={quoteattr(p.text)} />' for p in plants), "</Feed></packageSourceCredentials></configuration>")  # fmt: skip
    yield Document(
        "packages.config",
        "<packages>",
        *(f"<package id={quoteattr(next(packages))} version={quoteattr(p.text)} />" for p in plants),
        "</packages>",
    )
    web = Document("Web.config", "<configuration><connectionStrings>")
    for p in plants:
        web.add(
            f'<add name="{p.name}" connectionString={quoteattr(p.text)} providerName="System.Data.SqlClient" />',
            f"ConnectionStrings.{p.name}",
        )
    web.add("</connectionStrings><appSettings>")
    for p in plants:
        web.add(f'<add key="{p.name}" value={quoteattr(p.text)} />', f"appSettings.{p.name}")
    yield web.add("</appSettings></configuration>")
    settings, launch = (
        Document("appsettings.json", "{", '  "ConnectionStrings": {'),
        Document("Properties/launchSettings.json", '{"profiles": {"shop": {"environmentVariables": {'),
    )
    for p in plants:
        settings.add(f"    {quoted(p.name)}: {quoted(p.text)},", f"ConnectionStrings.{p.name}")
        launch.add(f"  {quoted(p.name)}: {quoted(p.text)},", p.name)
    settings.add('    "x": ""}, "Arbitrary": {')
    for p in plants:
        settings.add(f"    {quoted(p.key)}: [{quoted(p.text)}], // {p.inline}", f"Arbitrary.{p.key}")
    yield settings.add('    "x": ""}}')
    yield launch.add('  "X": ""}, "applicationUrl": ' + quoted(";".join(f"https://{p.inline}:5001" for p in plants)) + "}}}")
    yield Document(
        "Directory.Packages.props",
        "<Project><ItemGroup>",
        *(f"<PackageVersion Include={quoteattr(next(packages))} Version={quoteattr(p.inline)} />" for p in plants),
        "</ItemGroup></Project>",
    )
    yield Document("global.json", json.dumps({"sdk": {"version": plants[0].text}, "msbuild-sdks": {p.key: p.text for p in plants}}))


# ---------------------------------------------------------------------------------------------- Go, PHP, Ruby, Rust, Elixir


@plantation
def others(plants: Sequence[Plant]) -> Iterator[Document]:
    go, php, ruby, rust, hexes = (known(each) for each in ("go", "packagist", "rubygems", "cargo", "hex"))
    yield Document(
        "go/go.mod",
        "module shop.example/shop",
        "go 1.22",
        "require (",
        *(f"\t{next(go)} v1.0.0 // {p.inline}" for p in plants),
        ")",
        *(f"replace {next(go)} => git.example/{p.inline}/x v1.0.0 // {p.inline}" for p in plants),
        *(f"require {next(go)} {p.inline}" for p in plants),
    )
    repositories = [{"type": "vcs", "url": f"https://u:{p.inline}@git.example/x"} for p in plants]
    yield Document(
        "php/composer.json",
        json.dumps(
            {
                "name": "shop/shop",
                "repositories": repositories,
                "require": {next(php): p.inline for p in plants},
                "config": {"http-basic": {p.key: p.text for p in plants}},
                "scripts": {p.key: p.text for p in plants},
            },
            indent=1,
        ),
    )
    yield Document(
        "php/composer.lock",
        json.dumps(
            {
                "packages": [
                    {"name": next(php), "version": "1.0.0", "source": {"url": f"https://u:{p.inline}@git.example", "reference": p.inline}}
                    for p in plants
                ]
            },
            indent=1,
        ),
    )
    yield Document(
        "ruby/Gemfile",
        "source 'https://gems.example'",
        *(
            f"source {single(f'https://u:{p.inline}@gems.example')} do\n  gem {single(next(ruby))}, {single(p.inline)}\nend\ngem {single(next(ruby))}, git: {single(f'https://{p.inline}@git.example/x')}, tag: {single(p.inline)}"
            for p in plants
        ),
    )
    yield Document(
        "ruby/Gemfile.lock",
        *(f"GIT\n  remote: https://u:{p.inline}@git.example/x\n  revision: {p.inline}\n  specs:\n    {next(ruby)} (1.0.0)" for p in plants),
        "",
        "PLATFORMS",
    )
    yield Document(
        "rust/Cargo.toml",
        '[package]\nname = "shop"\nversion = "0.1.0"\n[dependencies]',
        *(
            f"{package} = {{ git = {quoted(f'https://u:{p.inline}@git.example/x')}, rev = {quoted(p.inline)}, tag = {quoted(p.inline)}, version = {quoted(p.inline)} }}"
            for p, package in zip(plants, dict.fromkeys(next(rust) for _ in range(len(plants))), strict=False)
        ),
    )
    yield Document(
        "rust/Cargo.lock",
        *(
            f"[[package]]\nname = {quoted(next(rust))}\nversion = '1.0.0'\nsource = {quoted(f'git+https://u:{p.inline}@git.example/x#{p.inline}')}"
            for p in plants
        ),
    )
    yield Document(
        "elixir/mix.exs",
        'defmodule Shop.MixProject do\n  use Mix.Project\n  def project, do: [app: :shop, version: "0.1.0", deps: deps()]\n  defp deps do\n    [',
        *(
            f"      {{:{next(hexes)}, {quoted(p.inline)}, git: {quoted(f'https://u:{p.inline}@git.example')}, tag: {quoted(p.inline)}}},"
            for p in plants
        ),
        "    ]\n  end\nend",
    )
    yield Document(
        "elixir/mix.lock",
        "%{",
        *(f'  "{next(hexes)}": {{:git, {quoted(f"https://u:{p.inline}@git.example")}, {quoted(p.inline)}, []}},' for p in plants),
        "}",
    )


# ---------------------------------------------------------------------------------------------- versions and tasks


@plantation
def tools(plants: Sequence[Plant]) -> Iterator[Document]:
    for index, p in enumerate(plants):
        files = (".nvmrc", ".python-version", ".ruby-version", "runtime.txt", "rust-toolchain", ".java-version")
        yield Document(f"v{index}/{files[index % 6]}", p.text)
    yield Document(".tool-versions", *(f"nodejs {p.inline} # {p.inline}" for p in plants))
    yield Document(".sdkmanrc", *(f"java={p.inline}" for p in plants))
    yield Document(
        "mise.toml", "[env]", *(f"{p.name} = {quoted(p.text)}" for p in plants), "[tools]", *(f"{p.key} = {quoted(p.text)}" for p in plants)
    )
    yield Document(
        "Makefile",
        *(f"{p.name} := {p.inline}\nexport {p.name}" for p in plants),
        "test:",
        *(f"\tTOKEN={p.inline} pytest --password={p.inline}" for p in plants),
        *(f"build-{p.key}: {p.inline}\n\tdocker build --build-arg X={p.inline} ." for p in plants),
        *(f"{p.inline}: x" for p in plants),
    )
    yield Document(
        "justfile", *(f"{p.key} := {single(p.text)}" for p in plants), "test:", *(f"  curl -H {single(p.inline)}" for p in plants)
    )
    yield Document(
        "Taskfile.yml",
        "version: '3'\nenv:",
        *(f"  {p.name}: {quoted(p.text)}" for p in plants),
        "tasks:\n  test:\n    cmds:",
        *(f"      - {quoted(f'pytest {p.inline}')}" for p in plants),
    )
