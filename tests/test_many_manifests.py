"""Thousands of manifests that name each other: what is done for one more is the same however many there are.

Work is counted in calls of functions, which no other process disturbs.  With 5,000 manifests of a kind a run takes 2 to
6 seconds of one core and 77 to 102 MB.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from test_hostile import repository

from ctxgen.pipeline import scan

MORE = 1.25
"""How much more the last third may take than the second; what is quadratic takes 1.67 times as much."""


def before(number: int) -> int:
    return max(number - 1, 0)


def lines(template: str, count: int) -> str:
    return "".join(template.format(n=number) for number in range(count))


KINDS: dict[str, tuple[Callable[[int], str], Callable[[int], dict[str, str]]]] = {
    "pom.xml": (
        lambda n: f"<project><parent><groupId>g</groupId><artifactId>root</artifactId><version>1</version><relativePath>../../pom.xml</relativePath></parent><artifactId>m{n}</artifactId><properties><v>1.{n}</v></properties><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId><version>${{boot}}</version></dependency><dependency><groupId>g</groupId><artifactId>m{before(n)}</artifactId><version>${{v}}</version></dependency></dependencies></project>",
        lambda count: {"pom.xml": f"<project><groupId>g</groupId><artifactId>root</artifactId><version>1</version><packaging>pom</packaging><properties><boot>3.2.1</boot></properties><modules>{lines('<module>s/m{n}</module>', count)}</modules></project>"},
    ),
    "build.gradle": (
        lambda n: f"plugins {{ id 'java'\n id 'org.springframework.boot' version '3.2.1' }}\ndependencies {{ implementation project(':s:m{before(n)}')\n implementation libs.lib{n} }}\n",
        lambda count: {"settings.gradle": lines("include ':s:m{n}'\n", count), "build.gradle": "subprojects { apply plugin: 'java' }\n", "gradle/libs.versions.toml": "[libraries]\n" + lines('lib{n} = "a:b{n}:1.{n}"\n', count)},
    ),
    "m.csproj": (
        lambda n: f'<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="Dapper"/><ProjectReference Include="..\\m{before(n)}\\m.csproj"/></ItemGroup></Project>',
        lambda count: {"Directory.Packages.props": '<Project><ItemGroup><PackageVersion Include="Dapper" Version="2.1.0"/></ItemGroup></Project>', "all.sln": lines('Project("{{A}}") = "m{n}", "s\\m{n}\\m.csproj", "{{B}}"\nEndProject\n', count)},
    ),
    "go.mod": (
        lambda n: f"module a.b/m{n}\ngo 1.22\nrequire github.com/gin-gonic/gin v1.10.0\nrequire a.b/m{before(n)} v0.0.0\nreplace a.b/m{before(n)} => ../m{before(n)}\n",
        lambda count: {"go.work": "go 1.22\n" + lines("use ./s/m{n}\n", count)},
    ),
    "pyproject.toml": (
        lambda n: f'[project]\nname="m{n}"\nversion="1"\ndependencies=["flask>=3","m{before(n)}"]\n[tool.uv.sources]\nm{before(n)} = {{workspace=true}}\n',
        lambda count: {"pyproject.toml": '[project]\nname="root"\nversion="1"\n[tool.uv.workspace]\nmembers=["s/*"]\n', "uv.lock": "version = 1\n" + lines('[[package]]\nname = "m{n}"\nversion = "1"\nsource = {{ editable = "s/m{n}" }}\n', count)},
    ),
    "Cargo.toml": (
        lambda n: f'[package]\nname="m{n}"\nversion="1.0.0"\n[dependencies]\naxum={{workspace=true}}\nm{before(n)}={{path="../m{before(n)}"}}\n',
        lambda count: {"Cargo.toml": '[workspace]\nmembers=["s/*"]\n[workspace.dependencies]\naxum="0.7"\n', "Cargo.lock": "version = 3\n" + lines('[[package]]\nname = "m{n}"\nversion = "1.0.0"\n\n', count)},
    ),
    "composer.json": (
        lambda n: f'{{"name":"a/m{n}","require":{{"laravel/framework":"^11.0","a/m{before(n)}":"*"}},"repositories":[{{"type":"path","url":"../m{before(n)}"}}]}}',
        lambda count: {"composer.json": '{"name":"a/root","require":{"a/m1":"*"},"repositories":[{"type":"path","url":"s/*"}]}'},
    ),
    "Gemfile": (lambda n: f"source 'https://registry.example'\ngem 'rails', '~> 7.1'\ngem 'm{before(n)}', path: '../m{before(n)}'\n", lambda _: {}),
    "package.json": (
        lambda n: f'{{"name":"m{n}","dependencies":{{"express":"^4.18.0","m{before(n)}":"workspace:*"}}}}',
        lambda count: {"package.json": '{"name":"root","workspaces":["s/*"]}', "pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n" + lines("  s/m{n}:\n    dependencies:\n      express:\n        specifier: ^4.18.0\n        version: 4.18.2\n", count)},
    ),
}  # fmt: skip


def calls(root: Path, name: str, count: int) -> int:
    """How many functions a scan of so many manifests calls."""
    make, others = KINDS[name]
    repository(root, **{f"s/m{number}/{name}": make(number) for number in range(count)}, **others(count))
    called = 0

    def counting(_: object, event: str, __: object) -> None:
        nonlocal called
        called += event == "call"

    scan(root)
    known = sys.getprofile()
    sys.setprofile(counting)
    try:
        scan(root)
    finally:
        sys.setprofile(known)
    return called


@pytest.mark.parametrize("name", KINDS)
def test_one_more_manifest_costs_the_same(tmp_path: Path, name: str) -> None:
    first, second, third = (calls(tmp_path / str(count), name, count) for count in (40, 80, 120))
    assert third - second < MORE * (second - first)
