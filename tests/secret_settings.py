"""Where secrets are planted, continued: containers, environment files, settings and source code."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence

from secret_formats import Document, Plant, plantation, quoted, single

# ---------------------------------------------------------------------------------------------- containers


@plantation
def compose(plants: Sequence[Plant]) -> Iterator[Document]:
    first, second, third = (
        Document("compose.yml", "services:", "  map:", "    image: postgres:15.3", "    environment:"),
        Document("compose.list.yml"),
        Document("compose.rest.yml", "services:"),
    )
    second.add("services:\n  list:\n    image: redis:7\n    environment:")
    for p in plants:
        first.add(f"      {p.name}: {quoted(p.text)} # {p.inline}", p.name)
        second.add(f"      - {quoted(f'{p.name}={p.text}')}", p.name)
    second.add(
        "    command: [" + ", ".join(quoted(p.text) for p in plants) + "]\n    entrypoint: " + quoted(" ".join(p.text for p in plants))
    )
    for index, p in enumerate(plants):
        third.add(
            f"  s{index}:\n    image: {quoted(f'u:{p.inline}@registry.example/postgres:15')}\n    command: [redis-server, --requirepass, {quoted(p.text)}]\n    labels:\n      {p.key}: {quoted(p.text)}"
        )
        third.add(
            f"    build:\n      context: {quoted(f'https://u:{p.inline}@git.example/x.git')}\n      args:\n        {p.name}: {quoted(p.text)}\n      target: {quoted(p.inline)}"
        )
        third.add(
            f"    healthcheck:\n      test: [CMD, curl, {quoted(p.text)}]\n    ports: [{quoted(f'{p.inline}:80')}]\n    env_file: {quoted(p.inline)}\n    profiles: [{quoted(p.inline)}]\n    secrets: [{p.key}]\n    user: {quoted(p.inline)}"
        )
        third.add(
            f"  t{index}:\n    image: {quoted(f'postgres:{p.inline}')}\n    extends: {{file: {quoted(p.inline)}, service: {quoted(p.inline)}}}\n    deploy: {{replicas: {quoted(p.inline)}}}\n    mem_limit: {quoted(p.inline)}"
        )
    third.add("secrets:\n" + "\n".join(f"  {p.key}: {{environment: {p.name}, content: {quoted(p.text)}}}" for p in plants))
    yield from (first, second, third)


@plantation
def dockerfile(plants: Sequence[Plant]) -> Iterator[Document]:
    document = Document("Dockerfile", "FROM python:3.12 AS base")
    for p in plants:
        document.add(f"ENV {p.name}={quoted(p.inline)}", p.name)
        document.add(f"ARG A_{p.name}={quoted(p.inline)} # {p.inline}", f"A_{p.name}")
        document.add(f"ENV {p.name}_LEGACY {p.inline}", f"{p.name}_LEGACY")
        document.add(
            f"LABEL {p.key}={quoted(p.inline)}\nRUN curl -H {single(p.inline)} https://u:{p.inline}@host.example && pip install --index-url https://u:{p.inline}@registry.example flask=={p.inline} {p.inline}"
        )
        document.add(
            f'CMD ["gunicorn", {quoted(p.inline)}, "--workers", {quoted(p.inline)}]\nUSER {p.inline}\nHEALTHCHECK CMD curl {p.inline}\nCOPY --from={p.inline} /x /x\nEXPOSE {p.inline}'
        )
        document.add(f"RUN --mount=type=secret,id=x <<EOF\nexport X={p.inline}\nnpm install -g pm2@{p.inline}\nEOF")
        document.add(f"FROM u:{p.inline}@registry.example/node:20 AS {p.inline}\nFROM node:{p.inline}")
    yield document


@plantation
def dotenv(plants: Sequence[Plant]) -> Iterator[Document]:
    plain, double, single_quoted, raw, many, encoded = (
        Document(path) for path in (".env", ".env.double", "single.env", "raw.env.example", ".env.lines", ".env.base64")
    )
    for p in plants:
        plain.add(f"{p.name}={p.inline}", p.name).add(f"# OLD={p.inline}\n#{p.inline}")
        double.add(f"export {p.name}={quoted(p.text)} # {p.inline}", p.name)
        single_quoted.add(f"{p.name} = {single(p.text)}", p.name)
        raw.add(f"{p.name}={p.text}", p.name)
        many.add(f'{p.name}="{p.text}"' if '"' not in p.text else f"{p.name}='{p.text}'", p.name)
        encoded.add(f"{p.name}={base64.b64encode(p.text.encode()).decode()}", p.name)
    yield from (plain, double, single_quoted, raw, many, encoded)
    yield Document("broken.env", *(f'{p.name}="{p.text}' for p in plants))
    yield Document(".envrc", *(f"export {p.name}={p.text}\n{p.text}" for p in plants))


# ---------------------------------------------------------------------------------------------- settings


@plantation
def spring(plants: Sequence[Plant]) -> Iterator[Document]:
    yml, properties = Document("src/main/resources/application.yml", "shop:"), Document("src/main/resources/application-prod.properties")
    for p in plants:
        yml.add(f"  {p.key}: {quoted(p.text)} # {p.inline}", f"shop.{p.key}")
        properties.add(f"shop.{p.key}={p.inline}", f"shop.{p.key}").add(f"# {p.inline}\n! {p.inline}")
    yml.add("defaults:")
    for p in plants:
        yml.add(f"  {p.key}: {quoted('${' + p.name + ':' + p.inline + '}')}", f"defaults.{p.key}")
    yml.add("spring:\n  datasource:\n    url: " + quoted(f"jdbc:postgresql://db:5432/x?password={plants[0].inline}"))
    for p in plants:
        yml.add(
            f"---\nspring:\n  config:\n    activate:\n      on-profile: {quoted(p.inline)}\n  datasource:\n    url: {quoted(p.text)}\n    hikari:\n      maximum-pool-size: {quoted(p.inline)}"
        )
    yield yml
    yield properties


@plantation
def python_settings(plants: Sequence[Plant]) -> Iterator[Document]:
    django = Document(
        "shop/settings.py", "import os", "INSTALLED_APPS = []", "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql',"
    )
    for p in plants:
        django.add(f"    {p.name!r}: {p.text!r},", f"DATABASES.default.{p.name}")
    django.add("}}")
    for p in plants:
        django.add(f"{p.name} = {p.text!r}  # {p.inline}", p.name)
        django.add(f"E_{p.name} = os.environ.get('E_{p.name}', {p.text!r})", f"E_{p.name}")
        django.add(f"F_{p.name} = f'{{os.environ[\"F_{p.name}\"]}}:' + f{p.text.replace('{', '{{').replace('}', '}}')!r}", f"F_{p.name}")
        django.add(
            f"if MODE == {p.text!r}:\n    X = 1\nCACHES = {{'default': {{'LOCATION': {p.text!r}}}}}\nfrom {p.key.replace('-', '_')} import *\nCELERY_BROKER_URL = 'redis://:' + {p.text!r} + '@cache'"
        )
    yield django
    flask = Document("config.py", "import os", "class Config:")
    pydantic = Document("app/core/conf.py", "from pydantic_settings import BaseSettings", "class Settings(BaseSettings):")
    for p in plants:
        flask.add(f"    {p.name} = os.getenv('{p.name}') or {p.text!r}", p.name)
        pydantic.add(f"    {p.name.lower()}: str = {p.text!r}", p.name).add(
            f"    f_{p.name.lower()}: str = Field(default={p.text!r}, description={p.text!r})", f"F_{p.name}"
        )
    yield flask
    yield pydantic


@plantation
def databases(plants: Sequence[Plant]) -> Iterator[Document]:
    for index, p in enumerate(plants[::2]):
        yield Document(
            f"p{index}/schema.prisma",
            'datasource db {\n  provider = "postgresql"\n  url = ' + quoted(p.inline) + "\n  directUrl = env(" + quoted(p.name) + ")\n}",
        )
        yield Document(
            f"p{index}/ormconfig.json",
            json.dumps({"type": "postgres", "host": p.text, "password": p.text, "url": p.text, "extra": {"max": p.text}}, indent=1),
        )
        yield Document(
            f"p{index}/config/database.yml",
            f"production:\n  adapter: postgresql\n  password: {quoted(p.text)}\n  url: {quoted(p.text)}\n  pool: {quoted(p.text)}",
        )
        yield Document(
            f"p{index}/config/config.json", json.dumps({"production": {"dialect": "mysql", "password": p.text, "host": p.text}}, indent=1)
        )
        yield Document(f"p{index}/alembic.ini", f"[alembic]\nsqlalchemy.url = {p.inline.replace('%', '%%')}")
        yield Document(
            f"p{index}/data-source.ts",
            f"export default new DataSource({{ type: 'postgres', url: {single(p.text)}, password: process.env.{p.name} ?? {single(p.text)}, cache: {{ options: {{ password: `{p.inline}` }} }} }})",
        )
        yield Document(
            f"p{index}/knexfile.js",
            f"module.exports = {{ production: {{ client: 'pg', connection: {single(p.text)}, pool: {{ max: {single(p.text)} }} }} }}",
        )
    yield Document(
        "config/services.php",
        "<?php return [",
        *(f"  {single(p.name)} => env({single(p.name)}, {single(p.text)}),\n  'x{i}' => {single(p.text)}," for i, p in enumerate(plants)),
        "];",
    )
    yield Document("config/packages/doctrine.yaml", "doctrine:\n  dbal:", *(f"    {p.key}: {quoted(p.text)}" for p in plants))
    yield Document("gunicorn.conf.py", *(f"{p.name.lower()} = {p.text!r}\nbind = {p.text!r}" for p in plants))


# ---------------------------------------------------------------------------------------------- source code


@plantation
def sources(plants: Sequence[Plant]) -> Iterator[Document]:
    script, python, go, java, sharp, php, ruby, rust, elixir = (
        Document(path) for path in ("a.ts", "a.py", "a.go", "A.java", "A.cs", "a.php", "a.rb", "a.rs", "a.ex")
    )
    script.add("import express from 'express'")
    python.add("import os\nimport flask")
    for p in plants:
        script.add(
            f"const {p.name.lower()} = process.env.T_{p.name} ?? {single(p.text)}; fetch({single(p.text)}) // {p.inline}", f"T_{p.name}"
        )
        script.add(
            f"import x from {single(p.inline)}; const y = require({single(p.inline)}); const {{ {p.name} = {single(p.inline)} }} = process.env"
        )
        python.add(f"key = os.environ.get('P_{p.name}', {p.text!r})  # {p.inline}", f"P_{p.name}").add(
            f"requests.get({p.text!r}, headers={{{p.text!r}: 1}})"
        )
        go.add(f'key := os.Getenv("G_{p.name}") // {p.inline}', f"G_{p.name}").add(
            f'k := getEnv("G_{p.name}", {quoted(p.text)})\ntype C struct {{ K string `env:"{p.name}" envDefault:{quoted(p.inline)}` }}'
        )
        java.add(f'@Value("${{J_{p.name}:{p.inline}}}") String k = {quoted(p.text)};', f"J_{p.name}")
        sharp.add(f'var k = Environment.GetEnvironmentVariable("C_{p.name}") ?? {quoted(p.text)};', f"C_{p.name}")
        php.add(f"<?php $k = getenv('H_{p.name}') ?: {single(p.text)};", f"H_{p.name}")
        ruby.add(f"k = ENV.fetch('R_{p.name}', {single(p.text)})\nrequire {single(p.inline)}", f"R_{p.name}")
        rust.add(f'let k = env::var("S_{p.name}").unwrap_or({quoted(p.text)}.into());', f"S_{p.name}")
        elixir.add(f'k = System.get_env("E_{p.name}", {quoted(p.text)})', f"E_{p.name}")
    yield from (script, python, go, java, sharp, php, ruby, rust, elixir)


_TURNS = 3


def _chosen(turn: range, *files: str) -> list[str]:
    """Every third file: each file meets forty kinds, each kind a dozen files."""
    return [file for position, file in enumerate(files) if position in turn]


@plantation
def broken(plants: Sequence[Plant]) -> Iterator[Document]:
    """Files that end or break in the middle of a secret."""
    for index, p in enumerate(plants):
        half = json.dumps(p.text)[:-2]
        folder = f"b{index}"
        turn = range(index % _TURNS, 99, _TURNS)
        for file in _chosen(
            turn,
            "package.json",
            "appsettings.json",
            "composer.json",
            "global.json",
            "package-lock.json",
            "deno.json",
            "ormconfig.json",
            "Pipfile.lock",
        ):
            yield Document(f"{folder}/{file}", '{"name": "x", "dependencies": {"express": ' + half)
        for file in _chosen(turn, "pyproject.toml", "Cargo.toml", "Pipfile", "poetry.lock", "Cargo.lock", "libs.versions.toml"):
            yield Document(f"{folder}/{file}", "[project]\nname = " + half)
        for file in _chosen(
            turn, "compose.yml", "application.yml", "pnpm-lock.yaml", "environment.yml", "Taskfile.yml", "config/database.yml"
        ):
            yield Document(f"{folder}/{file}", "services:\n  x:\n    image: [" + half + f"\n  {p.text}: &{p.inline} *{p.inline}")
        for file in _chosen(turn, "pom.xml", "Shop.csproj", "Web.config", "packages.config"):
            yield Document(f"{folder}/{file}", "<project><version>" + p.text + "</versio><connectionStrings " + p.text)
        for file in _chosen(
            turn,
            "setup.py",
            "settings.py",
            "build.gradle",
            "mix.exs",
            "Gemfile",
            "go.mod",
            "Dockerfile",
            "schema.prisma",
            "requirements.txt",
            "Shop.sln",
            "setup.cfg",
            "tox.ini",
            "yarn.lock",
            "gradle.properties",
        ):
            yield Document(
                f"{folder}/{file}", p.text + '\nSECRET_KEY = "' + half + "\nFROM " + p.inline + "\nrequire " + p.inline + "\n" + p.text
            )
