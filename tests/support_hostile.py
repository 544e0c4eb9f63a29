"""Hostile texts: what a reader meets at the size limit of its file, made to order in any size.

Three kinds: openings and separators of the formats repeated, valid documents with very many of everything, and texts
derived from the structure of the regular expressions that a module uses (`pumps`).
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any

from ctxgen.readers import Reader

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

Make = Callable[[int], str]
"""A text of about the given number of characters."""

UNITS = (
    "{", "[", "(", "<a>", "<a", '"', "'", '"""', "'''", "`", "${", "$(", "$a", "{{", "{{if ", "{%", "\\", ",", "#", " ", "\t", "\r", "\n", "a", "A", "a.", "a-", "a/", "-", "=", ":",
    ";", "/", "@", "//", "/*", "<!--", "<![CDATA[", "%", "1", "1.", "a b ", '"a" ', "a='", 'a="\\', "a\\\n", "a\\ ", "<<E\n", "<<E ", "a: ", "- ", "- a\n", "&a *a ", "a=b&&", "a=b ", "a=(",
    "a,", "a:", "a::", '"a",', "[a]", "(a)", "[a", "()", "[]", "{}", "{a", "${a}", "${a:-", "${a:-}", "%{", "#{", "|", "|a", "||", "&& ", "; ", "if ", "do ", "end ", "def ", "-a ", "--a=b ",
    "é", "\u2028", "\x00", "<", ">", "!", "*", "?", "+", "~", "^",
)  # fmt: skip

_WORDS = {
    ".py": ("import a,", "from a import (", "os.environ['", "env(", "if a:\n", "x = {", "x = 'a' + ", "f'{", "class A(BaseSettings):\n  a: str\n", "a = b\n", "a = env('A')\n", "a=a+a\n", "a.append(a)\n", "lambda: ", "not ", "x=(", "# a\n"),
    ".js": ("import a from ", "require(", "process.env.", "process.env.A\n", "const {", "{a}=", "const a = {", "() => ", "`${", "a.b(", "a?b:", "config.get(", "env(", "/a"),
    ".ts": ("import {", "export ", "const a = ", "z.object({", "A: z.", "<a>(", "type A = ", "{ a } = process.env\n", "{ a,"),
    ".go": ("import (", "import (\n", 'import "a"\n', "env", "os.Getenv(", "Getenv", 'env:"A"', "// a"),
    ".java": ("import a.", "import a;\n", "@Value(", '@Value("${', "getenv(", 'getenv("A")\n', "getenv().get("),
    ".cs": ("using A.", "using A;\n", "GetEnvironmentVariable("),
    ".php": ("use A\\", "use A;\n", "env('", "['a' => ", "'a' => [", "env('A', ", "return [", "<?php ", "<?php return ["),
    ".rb": ("require 'a'\n", "ENV[", "ENV['A']\n", "ENV.fetch(", "gem 'a'\n", "gem 'a', ", "group :a do\n", "if a\n", "begin\n", "%w[", "[:a, ", "{a: "),
    ".rs": ("use a::", "use a;\n", "env::var(", 'env!("A")\n', "env = "),
    ".exs": ("use A\n", "System.get_env(", "{:a, ", "[a: ", "do\n", "%{", "fn -> ", "defp deps do\n", "|> "),
    ".gradle": ("implementation 'a:b:1'\n", "implementation(", "a {\n", "dependencies {\n", "def a = 'b'\n", "ext.a = 'b'\n", "apply from: 'a'\n", "apply plugin: 'a'\n", "id 'a' version 'b'\n", "project(':a')\n", 'a "${', "plugins {", "[a: 'b',", "'''", "a 'b'\n", "ext { a = 'b' }\n", "if (a) {\n", "listOf(", "include 'a'\n", "versionCatalogs {\n"),
    ".sbt": ('libraryDependencies += "a" % "b" % "1"\n', "libraryDependencies ++= Seq(", '"a" %% "b" % ', "val a = ", 'val a = "b"\n', "lazy val a = (project in file(\"a\")).settings(\n"),
    ".tf": ('resource "a" "b" {\n', 'resource "a" "b" {}\n', "a = ", "a { ", 'variable "a" { default = "b" }\n', 'a = "${', "a = [", "a = {", "a = b ? ", "a = f(", "locals { a = local.a }\n", "module \"a\" { source = \"./a\" }\n", "<<EOT\n"),
    "Dockerfile": ("FROM a AS b\n", "FROM b\n", "ARG a=${a}\n", "ENV A=${A}\n", "ENV A=b ", "ENV A $A$A\n", "RUN a && ", "RUN <<E\n", "EXPOSE 1 ", "EXPOSE 1\n", "COPY a \\\n", "LABEL a=b ", 'CMD ["a",', "# escape=`\n", "ENTRYPOINT a\n", "ARG A\n", "FROM ${A:-", "# a\n"),
    "Makefile": ("a: b\n", "a:\n\tb\n", "a := $(a)\n", "a = $(a) $(a)\n", "define a\n", "ifdef a\n", "\t@a && \\\n", "include a\n", "\tpytest ", ".PHONY: a ", "docker run ", "export A=b\n"),
    ".txt": ("a==1\n", "a==1 ; b\n", "a[b,c]\n", "-r a.txt\n", "-r ../a.txt\n", "-e .\n", "a==1 --hash=sha256:a ", "a==1 \\\n", "# via a\n", "a @ ", "a>=1,", "a==1  # via b\n", "a;(", "a[", "./a\n", "a;python_version>'3' and ", "git+a://b#egg="),
    ".env": ("A=b\n", "A=${A}\n", "A='", 'A="', "export ", "A=b#", "A=${A:-${", "A=b\\n", "#"),
    ".properties": ("a=b\n", "a=\\\n", "a.b.c=d\n", "\\u0041", "a=${a}\n", "a:", "a=${a:", "---\n", "#---\n", "a[0]=b\n"),
    ".cfg": ("[a]\n", "a=b\n", "[a]\nb=c\n", "a=\n  b\n", "  a\n", "%(a)s", "a=%(a)s\n", "[testenv:a]\ndeps=b\n", "{[a]b}", "[testenv]\ndeps=\n  a\n"),
    ".sln": ('Project("{A}") = "a", "a.csproj", "{B}"\n', 'Project("', "EndProject\n", "GlobalSection(a) = b\n"),
    ".lock": ('"a@^1":\n  version "1"\n', "a@1, ", "[[package]]\nname='a'\nversion='1'\n", "    a (1)\n", "    a (", "GEM\n", "a:b:1=c\n", "[a]\n", "PATH\n  remote: a\n", '  "a": {:hex, :a, "1", ', '"a", '),
    ".sql": ("CREATE TABLE a (b int, ", "CREATE TABLE a (b int);\n", "ALTER TABLE a ADD b int, ", "ALTER TABLE a\n", "DO $$ ", "$a$", "$$", "INSERT INTO a VALUES ('b');\n", "'a''", "E'\\'", "COPY a FROM stdin;\n", "-- +goose Down\n", "-- +goose Up\n", "\nGO\n", "DELIMITER ;;\n", "EXEC sp_rename 'a', 'b'\n", "CREATE INDEX a ON b (c);\n", "DROP TABLE a;\n", "(((", "/*!", "ENGINE=a `", "RENAME TABLE a TO b, "),
    ".prisma": ("datasource a {\n", "generator a {\n", "datasource a { provider = \"b\" }\n", "model A {\n", "@@index([a, ", "a B @relation(fields: [", "@@map(\"", "a b[] @map(", "a((((", "enum a {\n", "env(\"A\")", "//"),
    "Procfile": ("a: b\n", "a: b && ", "web: a -b "),
    ".toml": ("[a]\n", "[[a]]\n", "[a.b]\n", "a.", "a = [", "a = {", "a = {a = ", "a = '", 'a = """', "a=1\n"),
    "justfile": ("a:\n  b\n", "a := 'b'\n", "a b='c':\n", "  @a\n", "a: b ", "import 'a'\n"),
    ".tpl": ("{{- if a }}\n", "{{ a }}", "{{/*", "a: {{ b }}\n", "{{- range a }}\n", "---\n", "{{- define a }}\n", "---\na: b\n"),
    "go.mod": ("require a v1\n", "require (\n", "\ta v1\n", "replace a => b\n", "replace a => ../b\n", "exclude a v1\n", "go 1\n", "use ./a\n", "use (\n", "// a"),
    ".tool-versions": ("a 1\n", "a 1 2 ", "python 1\n", "java a-1\n"),
}  # fmt: skip

_LIKE = {
    ".kts": ".gradle", ".kt": ".java", ".scala": ".sbt", ".groovy": ".gradle", ".mjs": ".js", ".cjs": ".js", ".tsx": ".ts", ".in": ".txt", ".gemspec": ".rb", ".gemfile": ".rb", "Gemfile": ".rb",
    ".lockfile": ".lock", ".ini": ".cfg", ".config": ".properties", "Puma": ".rb", "Rakefile": ".rb", ".ex": ".exs", ".tofu": ".tf", "dockerfile": "Dockerfile", "settings.gradle": ".gradle",
    "gems.rb": ".rb", "gems.locked": ".lock", ".just": "justfile", "go.work": "go.mod", ".sdkmanrc": ".properties", ".nvmrc": ".tool-versions", "Pipfile": ".toml", "rust-toolchain": ".toml",
    "Podfile": ".rb", ".j2": ".tpl", ".tmpl": ".tpl", "makefile": "Makefile",
}  # fmt: skip


def repeated(unit: str) -> Make:
    return lambda size: unit * (size // len(unit))


def numbered(template: str, before: str = "", after: str = "", separator: str = "") -> Make:
    """`template` with `%d` counted up (twice the same where it stands twice), between `before` and `after`."""

    def make(size: int) -> str:
        count = max(1, size // (len(template) + 4))
        return before + separator.join(template.replace("%d", str(number)) for number in range(count)) + after

    return make


def shared(keys: list[str], opening: str, closing: str, item: Make | str, before: str, after: str, separator: str = ",") -> Make:
    """A document that has a share of the size under each of several keys."""

    def make(size: int) -> str:
        share = max(1, size // max(1, len(keys)))
        parts = []
        for key in keys:
            inside = numbered(item.replace("{key}", key)) if isinstance(item, str) else item
            parts.append(opening.replace("{key}", key).replace("{{", "{") + inside(share) + closing.replace("}}", "}"))
        return before + separator.join(parts) + after

    return make


def nested(opening: str, closing: str, depth: int, inside: str = "") -> Make:
    """Documents of a fixed depth, as often as they fit."""
    return lambda size: (
        "[" + ",".join([opening * depth + inside + closing * depth] * max(1, size // ((len(opening) + len(closing)) * depth + 1))) + "]"
    )


def sample_path(reader: Reader) -> str:
    """A path that the reader wants."""
    pattern = min(reader.patterns, key=lambda each: ("**/" in each, reader.patterns.index(each)))
    pattern = re.sub(r"\[([^\]])[^\]]*\]", r"\1", pattern)
    return pattern.replace("**/", "").replace("*", "x").replace("?", "x")


def pieces(path: str) -> tuple[str, ...]:
    """The statements and openings of the format that a path's name stands for."""
    base = path.rpartition("/")[2]
    extension = "." + base.rpartition(".")[2]
    for key in (base, _LIKE.get(base, ""), extension, _LIKE.get(extension, "")):
        if key in _WORDS:
            return _WORDS[key]
    return next((words for key, words in _WORDS.items() if key in base), ())


def shapes(reader: Reader) -> Iterator[tuple[str, Make]]:
    """(what it is, maker) of every hostile text for a reader; makers of documents give valid ones."""
    path = sample_path(reader)
    for unit in UNITS:
        yield f"{unit!r}", repeated(unit)
    for piece in pieces(path):
        yield f"{piece!r}", repeated(piece)
        yield f"{piece!r} counted", numbered(re.sub(r"\b[aAb](?=\W|$)", r"\g<0>%d", piece))
        if "\n" not in piece:
            yield f"{piece!r} in lines", repeated(piece * 20 + "\n")
    yield from pumps(reader.read.__module__)
    yield from documents(reader, path)


# ---------------------------------------------------------------------------------------------- whole documents


def documents(reader: Reader, path: str) -> Iterator[tuple[str, Make]]:
    """Valid documents of the format with very many of everything, under the keys that the reader's module names."""
    extension = path.rpartition(".")[2]
    keys = _keys(reader)
    if extension in ("json", "jsonc", "lock", "lockb", "slnf") or "json" in path:
        for label, item in (("keys", '"k%d":"1.%d"'), ("objects", '"k%d":{"version":"1.%d","name":"a","type":"b"}')):
            yield f"json {label}", shared(keys, '"{key}":{{', "}}", numbered(item, separator=","), "{", "}")
        for label, item in (("list", '"k%d"'), ("list of objects", '{"name":"k%d","version":"1"}')):
            yield f"json {label}", shared(keys, '"{key}":[', "]", numbered(item, separator=","), "{", "}")
        yield "json text", shared(keys, '"{key}":"', '"', repeated("a-"), "{", "}")
        yield "json nested", nested("[", "]", 60)
        yield "json keys", numbered('"k%d":{"a":{"b":{"c":"d"}}}', "{", "}", ",")
        yield "json same key", numbered('"a":"%d"', "{", "}", ",")
    if extension in ("yml", "yaml", "lock", "tpl"):
        head = {"read_kubernetes": "apiVersion: v1\nkind: Deployment\n", "read_skaffold": "apiVersion: skaffold/v1\nkind: Config\n"}.get(
            reader.name, "name: a\n"
        )
        for label, item in (
            ("keys", "  k%d: v%d\n"),
            ("items", "  - k%d\n"),
            ("maps", "  k%d: {image: 'a:1', name: b, environment: [A=b], depends_on: [k1]}\n"),
            ("item maps", "  - {name: k%d, image: 'a:1', value: b}\n"),
        ):
            yield f"yaml {label}", shared(keys, "{key}:\n", "\n", numbered(item), head, "", "")
        yield "yaml text", shared(keys, "{key}: '", "'\n", repeated("a "), head, "", "")
        yield "yaml documents", numbered("---\n" + head + "a%d: b\n")
        yield "yaml aliases", numbered("k%d: *a\n", f"{head}a: &a [1, 2, 3]\n")
        yield "yaml merges", numbered("k%d: {<<: *a}\n", head + "a: &a {" + ", ".join(f"x{n}: y" for n in range(100)) + "}\n")
        yield "yaml merge lists", numbered("*a,", "a: &a {b: c}\nd: {<<: [", "]}\n")
        yield "yaml anchors", numbered("k%d: &a%d {a: b}\n", head)
        yield (
            "compose services",
            numbered("  s%d: {image: '${A:-b}', environment: {A: '${A:-${A}}'}, depends_on: [s1, s2], ports: ['1:1']}\n", "services:\n"),
        )
        yield "compose ports", numbered("'1-65000:1-65000',", "services: {a: {image: b, ports: [", "]}}\n")
        yield "compose includes", numbered("  - a%d.yml\n", "include:\n")
        yield "compose extends", numbered("  s%d: {extends: {service: s%d1}, image: a}\n", "services:\n")
        yield (
            "compose anchors",
            numbered("  s%d: *a\n", "x-a: &a {image: b, environment: {" + ", ".join(f"X{n}: y" for n in range(60)) + "}}\nservices:\n"),
        )
        yield (
            "kubernetes",
            numbered(
                "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d%d, labels: {app: a}}\nspec: {template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: 'a:1', env: [{name: A, value: b}]}]}}}\n"
            ),
        )
        yield (
            "kubernetes env",
            numbered(
                "{name: A%d, value: b},",
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: c, image: a, env: [",
                "]}]}}}\n",
            ),
        )
        yield (
            "kubernetes services",
            numbered("---\napiVersion: v1\nkind: Service\nmetadata: {name: d%d}\nspec: {selector: {app: a}, ports: [{port: 80}]}\n"),
        )
        yield (
            "workflow",
            numbered(
                "  j%d: {runs-on: a, services: {a: {image: 'b:1'}}, steps: [{uses: a/b@v1, run: pytest}]}\n", "on: [push]\nname: a\njobs:\n"
            ),
        )
    if extension in ("csproj", "props", "config", "xml", "pom", "slnx"):
        yield from _xml(extension)
    if extension == "toml" or path in ("Pipfile", "Cargo.lock", "uv.lock", "rust-toolchain"):
        for label, opening, item, closing in (
            ("keys", "[{key}]\n", 'k%d = "1"\n', ""),
            ("tables", "", '[{key}.k%d]\nversion = "1"\n', ""),
            ("arrays of tables", "", '[[{key}]]\nname = "k%d"\nversion = "1"\n', ""),
            ("lists", "{key} = [\n", '"k%d",\n', "]\n"),
            ("inline", "[{key}]\n", 'k%d = {version = "1", ref = "a", optional = true}\n', ""),
        ):
            plain = [key for key in keys if key.replace("-", "").isalnum()]
            yield f"toml {label}", shared(plain, opening, closing, item, "", "", "")
        for head, key in (("project", "dependencies"), ("build-system", "requires"), ("tool.poetry", "include")):
            yield f"toml {head}.{key}", numbered("\"k%d>=1; a=='b'\",\n", f"[{head}]\n{key} = [\n", "]\n")
        yield "toml dotted", lambda size: "a" + ".a" * (size // 2) + " = 1\n"
        yield "toml dotted table", lambda size: "[a" + ".a" * (size // 2) + "]\n"
        yield "toml dotted lines", numbered("a.b.c.k%d = 1\n")


def _keys(reader: Reader) -> list[str]:
    """Words of the reader's module that look like keys of its format."""
    module = sys.modules[reader.read.__module__]
    with open(str(module.__file__), encoding="utf-8") as stream:
        found = re.findall(r"""["']([A-Za-z][\w.-]{2,30})["']""", stream.read())
    return list(dict.fromkeys(found))[:60]


def _xml(extension: str) -> Iterator[tuple[str, Make]]:
    yield "xml siblings", numbered("<a%d/>", "<Project>", "</Project>")
    yield "xml attributes", numbered(' a%d="b"', "<Project", "/>")
    yield "xml nested 200", lambda size: "<Project>" + ("<a>" * 200 + "</a>" * 200) * (size // 1400) + "</Project>"
    yield "xml nested", lambda size: "<Project>" + "<a>" * (size // 7) + "</a>" * (size // 7) + "</Project>"
    yield "xml text", lambda size: "<Project><PropertyGroup><A>" + "$(A)" * (size // 4) + "</A></PropertyGroup></Project>"
    yield "xml entities", numbered("<!ENTITY e%d 'a'>", "<!DOCTYPE a [", "]><a>&e1;</a>")
    yield (
        "xml entity bomb",
        lambda size: (
            "<!DOCTYPE a [<!ENTITY e0 'aaaaaaaaaa'>"
            + "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 12))
            + "]><a>&e11;</a>"
        ),
    )
    yield "xml namespaces", numbered('<a xmlns="urn:%d"/>', "<Project>", "</Project>")
    yield "xml namespaces nested", lambda size: "<a>" + "".join(f'<a xmlns:n{n}="u{n}">' for n in range(200)) * (size // 5000)
    for attribute in ("Condition=\"'$(A%d)' == 'b'\"", 'Condition="' + "'$(A)' == 'b' and " * 20 + '"'):
        short = attribute[:22]
        yield (
            f"msbuild items {short}",
            numbered(f'<PackageReference Include="p%d" Version="1" {attribute}/>', "<Project><ItemGroup>", "</ItemGroup></Project>"),
        )
        yield (
            f"msbuild whens {short}",
            numbered(
                f'<When {attribute}><ItemGroup><PackageReference Include="p%d" Version="1"/></ItemGroup></When>',
                "<Project><Choose>",
                "</Choose></Project>",
            ),
        )
        yield (
            f"msbuild otherwise {short}",
            lambda size, attribute=attribute: (  # type: ignore[misc]
                numbered(f"<When {attribute}/>", "<Project><Choose>", "<Otherwise><ItemGroup>")(size // 2)
                + numbered('<PackageReference Include="p%d"/>', "", "</ItemGroup></Otherwise></Choose></Project>")(size // 2)
            ),
        )
        yield (
            f"msbuild groups {short}",
            numbered(f'<ItemGroup {attribute}><PackageReference Include="p%d" Version="$(A)"/></ItemGroup>', "<Project>", "</Project>"),
        )
    yield "msbuild properties", numbered("<P%d>$(P%d)</P%d>", "<Project><PropertyGroup>", "</PropertyGroup></Project>")
    yield "msbuild same property", numbered("<P>$(P);a%d</P>", "<Project><PropertyGroup>", "</PropertyGroup></Project>")
    yield (
        "msbuild frameworks",
        numbered("net%d.0;", "<Project><PropertyGroup><TargetFrameworks>", "</TargetFrameworks></PropertyGroup></Project>"),
    )
    yield "msbuild include list", numbered("p%d;", '<Project><ItemGroup><PackageReference Include="', '"/></ItemGroup></Project>')
    yield "msbuild imports", numbered('<Import Project="a%d.props"/>', "<Project>", "</Project>")
    yield (
        "msbuild template",
        numbered('<!--#if (A%d)-->\n<PackageReference Include="p%d"/>\n', "<Project><ItemGroup>", "</ItemGroup></Project>"),
    )
    yield (
        "msbuild template elif",
        numbered(
            '<!--#elif (A%d)-->\n<PackageReference Include="p%d"/>\n',
            "<Project><ItemGroup>\n<!--#if (x)-->\n",
            "<!--#endif--></ItemGroup></Project>",
        ),
    )
    yield (
        "msbuild template else",
        numbered("<!--#elif (A%d)-->\n<!--#else-->\n", "<Project><ItemGroup>\n<!--#if (x)-->\n", "<!--#endif--></ItemGroup></Project>"),
    )
    pom = "<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>a</artifactId><version>1</version>"
    yield (
        "maven dependencies",
        numbered(
            "<dependency><groupId>g%d</groupId><artifactId>a</artifactId><version>${v}</version></dependency>",
            pom + "<dependencies>",
            "</dependencies></project>",
        ),
    )
    yield "maven properties", numbered("<p%d>${p1%d}</p%d>", pom + "<properties>", "</properties></project>")
    yield (
        "maven chain",
        lambda size: (
            pom
            + "<properties>"
            + "".join(f"<p{n}>${{p{n + 1}}}</p{n}>" for n in range(size // 24))
            + "</properties><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>${p0}</version></dependency></dependencies></project>"
        ),
    )
    yield (
        "maven doubling",
        lambda size: (
            pom
            + "<properties>"
            + "".join(f"<p{n}>${{p{n + 1}}}${{p{n + 1}}}</p{n}>" for n in range(40))
            + "</properties><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>${p0}</version></dependency></dependencies></project>"
        ),
    )
    yield (
        "maven profiles",
        numbered(
            "<profile><id>p%d</id><properties><v>1</v></properties><dependencies><dependency><groupId>g</groupId><artifactId>a%d</artifactId></dependency></dependencies></profile>",
            pom + "<profiles>",
            "</profiles></project>",
        ),
    )
    yield "maven modules", numbered("<module>m%d</module>", pom + "<modules>", "</modules></project>")
    yield (
        "maven plugins",
        numbered(
            "<plugin><groupId>g%d</groupId><artifactId>a</artifactId></plugin>", pom + "<build><plugins>", "</plugins></build></project>"
        ),
    )
    yield (
        "maven managed",
        numbered(
            "<dependency><groupId>g%d</groupId><artifactId>a</artifactId><version>1</version><type>pom</type><scope>import</scope></dependency>",
            pom + "<dependencyManagement><dependencies>",
            "</dependencies></dependencyManagement></project>",
        ),
    )
    yield (
        "config strings",
        numbered(
            '<add name="a%d" connectionString="Server=b;Database=c"/>',
            "<configuration><connectionStrings>",
            "</connectionStrings></configuration>",
        ),
    )
    yield "config settings", numbered('<add key="a%d" value="b"/>', "<configuration><appSettings>", "</appSettings></configuration>")
    yield "slnx projects", numbered('<Project Path="a%d/a.csproj"/>', "<Solution>", "</Solution>")
    yield "packages", numbered('<package id="a%d" version="1"/>', "<packages>", "</packages>")


# ---------------------------------------------------------------------------------------------- regular expressions


def patterns_of(module: ModuleType) -> list[re.Pattern[Any]]:
    """The patterns that a module compiles, whole or as members of its tables, and those it writes in calls of `re`."""
    found: list[re.Pattern[Any]] = []

    def collect(value: object, depth: int) -> None:
        if isinstance(value, re.Pattern):
            found.append(value)
        elif depth < 3 and isinstance(value, dict):
            for each in value.values():
                collect(each, depth + 1)
        elif depth < 3 and isinstance(value, tuple | list | set | frozenset):
            for each in value:
                collect(each, depth + 1)

    for value in vars(module).values():
        collect(value, 0)
    found += [re.compile(source, flags) for source, flags in _written(module)]
    return list(dict.fromkeys(found))


def _written(module: ModuleType) -> Iterator[tuple[Any, int]]:
    """Patterns that stand as literals in calls such as `re.search(r"…", text)`."""
    import ast

    if not module.__file__:
        return
    with open(module.__file__, encoding="utf-8") as stream:
        tree = ast.parse(stream.read())
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.args
        ):
            try:
                source = eval(compile(ast.Expression(node.args[0]), "pattern", "eval"), dict(vars(module)))
                flags = next(
                    (
                        eval(compile(ast.Expression(k.value), "flags", "eval"), dict(vars(module)))
                        for k in node.keywords
                        if k.arg == "flags"
                    ),
                    0,
                )
                extra = node.args[-1] if node.func.attr in ("compile", "search", "match", "fullmatch") and len(node.args) > 1 else None
                if isinstance(extra, ast.Attribute | ast.BinOp):
                    flags |= eval(compile(ast.Expression(extra), "flags", "eval"), dict(vars(module)))
                re.compile(source, flags)
            except Exception:  # built from local names, or no pattern: not ours to judge here
                continue
            if isinstance(source, str | bytes):
                yield source, int(flags)


@cache
def pumps(module_name: str) -> tuple[tuple[str, Make], ...]:
    """Texts for the patterns of a module and of the helpers of the package that it uses."""
    module = sys.modules[module_name]
    near = {module_name}
    for value in vars(module).values():
        other = getattr(value, "__module__", None)
        if isinstance(other, str) and other.startswith("ctxgen.readers._"):
            near.add(other)
    made: dict[tuple[str, str, str], Make] = {}
    for name in sorted(near):
        for pattern in patterns_of(sys.modules[name]):
            for prefix, body, suffix in attacks(pattern):
                made.setdefault((prefix, body, suffix), _pump(prefix, body, suffix))
    return tuple((f"pump {prefix[:30]!r} {body[:20]!r} {suffix[:8]!r}", make) for (prefix, body, suffix), make in made.items())


def _pump(prefix: str, body: str, suffix: str) -> Make:
    return lambda size: prefix + body * max(1, size // len(body)) + suffix


def attacks(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str, str]]:
    """(prefix, what to repeat, suffix) for every repetition in a pattern: one that matches up to it, then what it repeats, then what ends no match."""
    source = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    try:
        tree = parser.parse(source, pattern.flags & ~re.DEBUG & ~re.UNICODE)
    except re.error:
        return
    seen: set[tuple[str, str, str]] = set()
    for prefix, body in _repeats(list(tree), ""):
        for each in dict.fromkeys((body, prefix + body)):
            for suffix in ("\x01",):
                if each and (prefix, each, suffix) not in seen:
                    seen.add((prefix, each, suffix))
                    yield prefix if each == body else "", each, suffix


def _repeats(items: list[Any], prefix: str) -> Iterator[tuple[str, str]]:
    for operation, argument in items:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, inner = argument
            if high > 200:
                for body in dict.fromkeys(_examples(list(inner))):
                    yield prefix, body
            yield from _repeats(list(inner), prefix)
            prefix += _example(list(inner)) * low
            continue
        if name == "SUBPATTERN":
            yield from _repeats(list(argument[3]), prefix)
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from _repeats(list(branch), prefix)
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from _repeats(list(argument[1]), prefix)
        elif name == "ATOMIC_GROUP":
            yield from _repeats(list(argument), prefix)
        prefix += _example([(operation, argument)])


def _examples(items: list[Any]) -> Iterator[str]:
    """Several texts that a sequence matches: with the first, a blank or another character of its classes."""
    yield _example(items)
    for wish in (" ", "a", ".", "\n"):
        yield _example(items, wish)


def _example(items: list[Any], wish: str = "") -> str:
    """A short text that a sequence matches; `wish` is taken for a class that has it."""
    out = ""
    for operation, argument in items:
        match str(operation):
            case "LITERAL":
                out += chr(argument)
            case "NOT_LITERAL":
                out += wish if wish and ord(wish) != argument else ("a" if argument != ord("a") else "b")
            case "ANY":
                out += wish or "a"
            case "IN":
                out += _member(argument, wish)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                low, high, inner = argument
                out += _example(list(inner), wish) * max(low, 1 if wish and high else 0)
            case "SUBPATTERN":
                out += _example(list(argument[3]), wish)
            case "ATOMIC_GROUP":
                out += _example(list(argument), wish)
            case "BRANCH":
                out += min((_example(list(branch), wish) for branch in argument[1]), key=len)
            case "ASSERT" if argument[0] > 0:
                pass
    return out


def _member(choices: list[Any], wish: str) -> str:
    source = {
        "CATEGORY_DIGIT": "1",
        "CATEGORY_WORD": "a",
        "CATEGORY_SPACE": " ",
        "CATEGORY_NOT_DIGIT": "a",
        "CATEGORY_NOT_WORD": "-",
        "CATEGORY_NOT_SPACE": "a",
    }
    tests = {"CATEGORY_DIGIT": str.isdigit, "CATEGORY_WORD": lambda c: c.isalnum() or c == "_", "CATEGORY_SPACE": str.isspace}

    def has(character: str) -> bool:
        hit, negated = False, False
        for operation, argument in choices:
            match str(operation):
                case "NEGATE":
                    negated = True
                case "LITERAL":
                    hit |= ord(character) == argument
                case "RANGE":
                    hit |= argument[0] <= ord(character) <= argument[1]
                case "CATEGORY":
                    kind = str(argument)
                    hit |= tests[kind.replace("NOT_", "")](character) != ("NOT_" in kind)
        return hit != negated

    candidates = [wish] if wish else []
    for operation, argument in choices:
        match str(operation):
            case "LITERAL":
                candidates.append(chr(argument))
            case "RANGE":
                candidates.append(chr(argument[0]))
            case "CATEGORY":
                candidates.append(source[str(argument)])
    return next((each for each in [*candidates, "a", "A", "1", " ", "-", "\x02"] if has(each)), "")


def with_contents(reader: Reader, text: str) -> str:
    """The text with what must stand in a file before the reader looks at it."""
    return f"{text}\n{reader.contains[0].decode()}\n" if reader.contains and reader.contains[0].decode() not in text else text


def as_json(value: object) -> str:
    return json.dumps(value)
