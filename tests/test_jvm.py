"""Java, Kotlin and Scala builds: no text makes a reader raise, and the rules of resolving that the fixtures do not show."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.model import At, Dependency, Fact, Runtime
from ctxgen.opaque import name
from ctxgen.readers import readers, readers_for
from ctxgen.readers._gradle_notation import coordinates, purpose_of
from ctxgen.readers._jvm_script import parse, path_of, placeholder, render
from ctxgen.reading import read_facts
from ctxgen.resolve import resolve
from ctxgen.resolve.maven import Manager, manager_of
from ctxgen.tree import File, Tree

NAMES = {
    "read_pom": "pom.xml",
    "read_maven_config": ".mvn/maven.config",
    "read_maven_extensions": ".mvn/extensions.xml",
    "read_maven_wrapper": ".mvn/wrapper/maven-wrapper.properties",
    "read_gradle": "build.gradle",
    "read_gradle_constants": "buildSrc/src/main/kotlin/Deps.kt",
    "read_gradle_settings": "settings.gradle.kts",
    "read_version_catalogue": "gradle/libs.versions.toml",
    "read_gradle_properties": "gradle.properties",
    "read_gradle_wrapper": "gradle/wrapper/gradle-wrapper.properties",
    "read_gradle_lock": "gradle.lockfile",
    "read_sbt": "build.sbt",
    "read_sbt_properties": "project/build.properties",
}
WORDS = st.sampled_from(
    [
        *(
            "dependencies",
            "plugins",
            "id",
            "alias",
            "apply",
            "plugin",
            "from",
            "ext",
            "val",
            "def",
            "object",
            "implementation",
            "platform",
            "project",
            "include",
            "version",
            "libraryDependencies",
        ),
        *(
            "(",
            ")",
            "{",
            "}",
            "[",
            "]",
            "\n",
            " ",
            ",",
            ".",
            ":",
            "=",
            "+",
            "%",
            "%%",
            '"',
            "'",
            '"""',
            "$",
            "${",
            "//",
            "/*",
            "*/",
            "a:b:1",
            '"a:b:$v"',
            "libs.x.y",
            "\\",
            "<",
            ">",
            "`",
        ),
        *(
            "<project>",
            "</project>",
            "<dependency>",
            "<dependencies>",
            "<artifactId>x</artifactId>",
            "<version>${x}</version>",
            "<properties><x>${x}</x></properties>",
            "\\u00",
            "sbt.version=",
            "[versions]",
        ),
    ]
)
TEXTS = st.text() | st.lists(WORDS, max_size=40).map("".join)


def read(reader: str, text: str, path: str | None = None) -> list[Fact]:
    file = File(Tree.__new__(Tree), path or NAMES[reader])
    file.__dict__["data"] = text.encode("utf-8", "replace")
    return [found for found in readers()[reader].read(file) if isinstance(found, Fact)]


@pytest.mark.parametrize("reader", sorted(NAMES))
@given(text=TEXTS)
def test_no_text_makes_a_reader_raise(reader: str, text: str) -> None:
    try:
        for fact in read(reader, text):
            assert fact.at.line <= text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    except Unreadable:
        pass


@pytest.mark.parametrize("path", sorted(NAMES.values()))
def test_every_file_has_its_reader(path: str) -> None:
    assert any(NAMES.get(reader.name) == path for reader in readers_for(path))


@given(text=st.text(alphabet="ab \n(){}[],.'\"", max_size=80))
def test_every_bracket_ends(text: str) -> None:
    assert isinstance(render(parse(text)), str)


@pytest.mark.parametrize("text", ['"' * 20_000, "{" * 20_000, "/*" * 20_000, '"${' * 20_000, "implementation (" * 5_000, "'''" * 9_999])
def test_hostile_scripts_take_little_time(text: str) -> None:
    begin = time.perf_counter()
    read("read_gradle", text)
    assert time.perf_counter() - begin < 3


@given(
    parts=st.tuples(
        *(st.from_regex(r"[a-z][a-z0-9.-]{0,12}[a-z]", fullmatch=True) for _ in range(2)), st.from_regex(r"\d\.\d{1,2}", fullmatch=True)
    )
)
@pytest.mark.parametrize(
    "written",
    [
        "implementation '{}:{}:{}'",
        'implementation("{}:{}:{}")',
        "implementation group: '{}', name: '{}', version: '{}'",
        'implementation(group = "{}", name = "{}", version = "{}")',
    ],
)
def test_notations_say_the_same(written: str, parts: tuple[str, str, str]) -> None:
    text = "dependencies {\n  " + written.format(*parts) + "\n}\n"
    found = [fact for fact in read("read_gradle", text, "app/x.gradle") if isinstance(fact, Dependency)]
    assert [(fact.name, fact.declared, fact.at.line) for fact in found] == [(name(f"{parts[0]}:{parts[1]}"), parts[2], 2)]


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        ("libs.versions.java.get().toString()", "libs.versions.java"),
        ('project.ext["spring.version"]', "spring.version"),
        ('rootProject.extra["x"] as String', "x"),
        ("versions['a-b']", "versions.a-b"),
        ('findProperty("x")', "x"),
        ('versionCatalogs.named("libs").findLibrary("a.b").get()', "libs.a.b"),
        ("1 + 2", None),
        ("System.getenv('X')", None),
    ],
)
def test_names_behind_expressions(expression: str, path: str | None) -> None:
    assert path_of(expression) == path


def test_elvis_gives_a_default() -> None:
    assert placeholder("project.findProperty('v') ?: '1.2'") == "${v:-1.2}"


@pytest.mark.parametrize(
    ("configuration", "purpose"),
    [
        *(
            ("implementation", "main"),
            ("api", "main"),
            ("runtimeOnly", "main"),
            ("jvmMainImplementation", "main"),
            ("compileOnly", "provided"),
            ("providedRuntime", "provided"),
        ),
        *(
            ("testImplementation", "test"),
            ("androidTestImplementation", "test"),
            ("integrationTestRuntimeOnly", "test"),
            ("testAnnotationProcessor", "test"),
            ("kapt", "build"),
        ),
        *(
            ("kspJvm", "build"),
            ("developmentOnly", "dev"),
            ("testAndDevelopmentOnly", "dev"),
            ("checkstyle", "build"),
            ("detektPlugins", "build"),
            ("jmhImplementation", "test"),
        ),
    ],
)
def test_what_a_configuration_is_for(configuration: str, purpose: str) -> None:
    assert purpose_of(configuration) == purpose


@pytest.mark.parametrize("text", ["", "a", ":", "a:", "./libs/x.jar", "a b:c", "${-}:b:1"])
def test_what_is_no_coordinate(text: str) -> None:
    assert coordinates(text, 1) is None


def test_an_address_is_no_version_and_is_not_kept() -> None:
    found = read("read_gradle", "dependencies { implementation 'a:b:https://user:hunter2@registry.example' }")
    assert "hunter2" not in repr(found)


def manager(full: str, *, parent: bool = False) -> Manager:
    return Manager(name(full), None, At("pom.xml", 1), (), None, parent=parent)


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("org.springframework.boot:spring-boot-starter-web", "org.springframework.boot:spring-boot-starter-parent"),
        ("org.springframework.cloud:spring-cloud-starter-config", "org.springframework.cloud:spring-cloud-dependencies"),
        ("io.quarkus:quarkus-rest", "io.quarkus.platform:quarkus-bom"),
        ("org.postgresql:postgresql", "org.springframework.boot:spring-boot-starter-parent"),
        ("org.springframework:spring-web", "org.springframework:spring-framework-bom"),
        ("org.springframework.kafka:spring-kafka", "org.springframework.boot:spring-boot-starter-parent"),
        ("com.fasterxml.jackson.core:jackson-core", "com.fasterxml.jackson:jackson-bom"),
    ],
)
def test_the_most_plausible_manager(package: str, expected: str) -> None:
    known = [
        manager("org.springframework.cloud:spring-cloud-dependencies"),
        manager("io.quarkus.platform:quarkus-bom"),
        manager("org.springframework:spring-framework-bom"),
        manager("com.fasterxml.jackson:jackson-bom"),
        manager("org.springframework.boot:spring-boot-starter-parent", parent=True),
    ]
    found = manager_of(package, known)
    assert found is not None
    assert found.name == expected


def test_a_wider_group_manages_where_no_parent_does() -> None:
    known = [manager("org.junit:junit-bom"), manager("org.springframework:spring-framework-bom")]
    assert manager_of("org.junit.platform:junit-platform-engine", known) == known[0]
    assert manager_of("org.springframework.kafka:spring-kafka", known) is None


def test_no_manager_where_several_could_be_it() -> None:
    assert manager_of("com.example:a", [manager("org.one:bom"), manager("org.two:bom")]) is None


def resolved(root: Path, **files: str) -> Facts:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    return resolve(read_facts(Tree(root)))


def versions(facts: Facts) -> dict[str, str | None]:
    return {fact.name: fact.declared for fact in facts.of(Dependency)}


def test_parents_that_name_each_other_end(tmp_path: Path) -> None:
    pom = "<project><parent><groupId>g</groupId><artifactId>{}</artifactId><version>1</version><relativePath>../{}</relativePath></parent><artifactId>{}</artifactId><dependencies><dependency><groupId>x</groupId><artifactId>y</artifactId></dependency></dependencies></project>"
    facts = resolved(tmp_path, **{"a/pom.xml": pom.format("b", "b", "a"), "b/pom.xml": pom.format("a", "a", "b")})
    assert versions(facts)["x:y"] is None


def test_a_property_that_names_itself_ends(tmp_path: Path) -> None:
    pom = "<project><groupId>g</groupId><artifactId>a</artifactId><properties><v>${v}</v></properties><dependencies><dependency><groupId>x</groupId><artifactId>y</artifactId><version>${v}</version></dependency></dependencies></project>"
    assert versions(resolved(tmp_path, **{"pom.xml": pom}))["x:y"] is None


def test_a_property_that_differs_elsewhere_is_not_taken(tmp_path: Path) -> None:
    script = 'dependencies { implementation "g:a:$v" }'
    facts = resolved(tmp_path, **{"a/build.gradle": script, "b/x.gradle": "ext.v = '1'", "c/x.gradle": "ext.v = '2'"})
    assert versions(facts)["g:a"] is None


def test_levels_of_java_by_every_way_of_writing(tmp_path: Path) -> None:
    script = "java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }\nsourceCompatibility = '11'\ntargetCompatibility = JavaVersion.VERSION_1_8\nkotlin { jvmToolchain(17) }\n"
    facts = resolved(tmp_path, **{"build.gradle": script})
    assert [(fact.version, fact.at.line) for fact in facts.of(Runtime)] == [("21", 1), ("11", 2), ("1.8", 3), ("17", 4)]


def test_plug_ins_of_a_plug_in_are_none_of_the_build() -> None:
    script = (
        "protobuf { plugins { grpc { artifact = 'io.grpc:gen:1' } }\n generateProtoTasks { all().each { it.plugins { id('grpc') } } } }"
    )
    assert not [fact for fact in read("read_gradle", script, "app/x.gradle") if isinstance(fact, Dependency)]


def test_libraries_of_a_catalogue_that_is_published(tmp_path: Path) -> None:
    (tmp_path / "settings.gradle.kts").write_text(
        'dependencyResolutionManagement {\n  versionCatalogs {\n    create("ktorLibs").from("io.ktor:ktor-version-catalog:3.5.1")\n'
        '    create("arrow") { from("io.arrow-kt:arrow-version-catalog:2.2.3") }\n    create("own").from(files("own.versions.toml"))\n  }\n}\n'
    )
    (tmp_path / "build.gradle.kts").write_text(
        '@Suppress("DSL_SCOPE_VIOLATION") plugins { kotlin("jvm") version "2.2.0" }\n'
        "dependencies {\n  implementation(ktorLibs.server.contentNegotiation)\n  implementation(arrow.fx.coroutines)\n  implementation(own.ktor)\n}\n"
    )
    facts = resolve(read_facts(Tree(tmp_path)))
    found = {(each.name, each.declared) for each in facts.of(Dependency) if each.at.path == "build.gradle.kts"}
    assert {("io.ktor:ktor-server-content-negotiation", "3.5.1"), ("io.arrow-kt:arrow-fx-coroutines", "2.2.3")} <= found
    assert ("org.jetbrains.kotlin.jvm", "2.2.0") in found
