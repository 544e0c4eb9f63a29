"""MSBuild, NuGet and solutions: broken input, conditions, and what shared files say of projects."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support_reading import fails_only_unreadable, text_like

from ctxgen.facts import Facts
from ctxgen.model import Dependency, Project
from ctxgen.readers._conditions import label, negation, template_branches
from ctxgen.reading import read_facts
from ctxgen.resolve import resolve
from ctxgen.tree import Tree

PIECES = (
    "<Project>", "</Project>", '<Project Sdk="A/1;B">', "<PropertyGroup>", "</PropertyGroup>", "<ItemGroup Condition=\"'$(X)'=='true'\">", "</ItemGroup>", "<TargetFramework>$(X)</TargetFramework>",
    '<PackageReference Include="A;B" Version="1.0" />', '<PackageVersion Include="A" Version="$(V)" />', "<!--#if (X)-->", "<!--#endif-->", '<Import Project="../x.props" />', "<Choose><When>",
    '<ProjectReference Include="..\\..\\A.csproj" />', '{"sdk": {"version": "9"}}', '{"dependencies": {"net9.0": {"A": {"resolved": "1"}}}}', 'Project("{A}") = "B", "C.csproj", "{D}"', "\n",
)  # fmt: skip
NAMES = (
    "A.csproj",
    "Directory.Build.props",
    "packages.config",
    "packages.lock.json",
    "global.json",
    "dotnet-tools.json",
    "A.sln",
    "A.slnx",
    "A.slnf",
)


@settings(deadline=None)
@given(st.sampled_from(NAMES), text_like(PIECES))
def test_no_text_makes_a_reader_raise(filename: str, text: str) -> None:
    fails_only_unreadable(filename, text)


def facts_of(folder: Path, files: dict[str, str]) -> Facts:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return resolve(read_facts(Tree(folder)))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("'$(UsePostgres)' == 'true'", "UsePostgres"),
        ("$(UsePostgres) != 'True'", "!UsePostgres"),
        ("'$(TargetFramework)' == 'net8.0'", "TargetFramework=net8.0"),
        ("'$(Db)'!='sqlite'", "Db!=sqlite"),
        ("'$(V)' == ''", "V="),
        ("Exists('$(P)')", "Exists(P)"),
        ("'$(A)' == 'true' AND $(B) == 'x'", "A and B=x"),
        ("'$(A)' == 'true' Or '$(B)' == 'x'", "A == true Or B == x"),
        ("!$([MSBuild]::IsTargetFrameworkCompatible('$(TargetFramework)', 'net9.0'))", "TargetFramework<net9.0"),
        ("$([MSBuild]::IsOSPlatform('windows'))", "IsOSPlatform(windows)"),
        ("", None),
    ],
)
def test_conditions_are_labelled_by_what_they_compare(condition: str, expected: str | None) -> None:
    assert label(condition) == expected


@given(
    st.from_regex(r"!?[A-Z][a-z]{1,8}(=[a-z]{1,5}|!=[a-z]{1,5})?", fullmatch=True).filter(
        lambda text: not ("=" in text and text.startswith("!"))
    )
)
def test_two_negations_are_none(text: str) -> None:
    assert negation(negation(text)) == text


def test_template_branches_end() -> None:
    lines = ["<!--#if (A)-->", "x", "<!--#else-->", "y", "<!--#endif-->", "z"]
    branches = template_branches(lines)
    assert (branches[2], branches[4], branches.get(6)) == ("A", "!A", None)


def test_nearest_shared_file_counts(tmp_path: Path) -> None:
    central = '<Project><ItemGroup><PackageVersion Include="Npgsql" Version="{}" /></ItemGroup></Project>'
    project = '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Npgsql" /></ItemGroup></Project>'
    facts = facts_of(
        tmp_path,
        {
            "Directory.Packages.props": central.format("8.0.0"),
            "a/Directory.Packages.props": central.format("9.0.0"),
            "a/p/P.csproj": project,
            "b/Q.csproj": project,
        },
    )
    found = {each.at.path: each.declared for each in facts.of(Dependency) if each.name == "Npgsql"}
    assert found == {"a/p/P.csproj": "9.0.0", "b/Q.csproj": "8.0.0"}


@pytest.mark.parametrize(
    ("framework", "expected"), [("net8.0", "8.0.1"), ("net10.0", "10.0.0"), ("net8.0;net10.0", None), ("netstandard2.0", None)]
)
def test_central_version_by_framework(tmp_path: Path, framework: str, expected: str | None) -> None:
    compatible = "$([MSBuild]::IsTargetFrameworkCompatible('$(TargetFramework)', 'net9.0'))"
    versions = f'<PackageVersion Include="A" Version="10.0.0" Condition="{compatible}" /><PackageVersion Include="A" Version="8.0.1" Condition="!{compatible}" />'
    files = {
        "Directory.Packages.props": f"<Project><ItemGroup>{versions}</ItemGroup></Project>",
        "P.csproj": f"<Project><PropertyGroup><TargetFrameworks>{framework}</TargetFrameworks></PropertyGroup><ItemGroup>"
        '<PackageReference Include="A" /></ItemGroup></Project>',
    }
    assert [each.declared for each in facts_of(tmp_path, files).of(Dependency)] == [expected]


def test_projects_of_one_folder_have_their_own_lock_files(tmp_path: Path) -> None:
    project = '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="A" Version="1.*" /></ItemGroup></Project>'
    lock = '{{"dependencies": {{"net9.0": {{"A": {{"type": "Direct", "resolved": "{}"}}}}}}}}'
    files = {
        "P.csproj": project,
        "My Q.csproj": project,
        "packages.lock.json": lock.format("1.1.0"),
        "packages.My_Q.lock.json": lock.format("1.2.0"),
    }
    found = {each.at.path: each.locked for each in facts_of(tmp_path, files).of(Dependency) if each.name == "A"}
    assert found == {"P.csproj": "1.1.0", "My Q.csproj": "1.2.0"}


def test_files_that_import_each_other_end(tmp_path: Path) -> None:
    files = {
        "Directory.Build.props": '<Project><Import Project="a.props" /><PropertyGroup><V>$(V)1</V></PropertyGroup></Project>',
        "a.props": '<Project><Import Project="Directory.Build.props" /></Project>',
        "P.csproj": '<Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="A" Version="$(V)" /></ItemGroup></Project>',
    }
    assert all(each.declared is None for each in facts_of(tmp_path, files).of(Dependency) if each.name == "A")


def test_a_test_package_for_all_makes_no_library_a_test(tmp_path: Path) -> None:
    files = {
        "P.csproj": '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><IsTestProject>false</IsTestProject></PropertyGroup><ItemGroup><PackageReference Include="Microsoft.NET.Test.Sdk" Version="17.0.0" /></ItemGroup></Project>'
    }
    assert [each.output for each in facts_of(tmp_path, files).of(Project)] == ["library"]
