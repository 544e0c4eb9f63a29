"""Compose files, Dockerfiles and environment files: what fixtures do not show, and what must never happen."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.model import Dependency, Diagnostic, Image, Reference, Service, Variable
from ctxgen.opaque import Opaque
from ctxgen.readers import Read
from ctxgen.readers._compose_files import compose_name, variant_of
from ctxgen.readers._dockerfile import instructions
from ctxgen.readers._expansion import expand
from ctxgen.readers._ports import ports_of
from ctxgen.readers._shell import commands, installed
from ctxgen.readers.compose import read_compose
from ctxgen.readers.dockerfile import read_dockerfile
from ctxgen.readers.dotenv import read_dotenv
from ctxgen.reading import read_facts
from ctxgen.resolve.containers import resolve
from ctxgen.tree import Tree
from support import listing

READERS: dict[str, Read] = {
    "compose.yaml": read_compose,
    "stack.yml": read_compose,
    "Dockerfile": read_dockerfile,
    ".env": read_dotenv,
    ".envrc": read_dotenv,
}


def repository(root: Path, files: dict[str, str]) -> Tree:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode("utf-8", "surrogatepass"))
    return Tree(root)


def resolved(root: Path, files: dict[str, str]) -> Facts:
    return resolve(read_facts(repository(root, files)))


def images(facts: Facts) -> list[tuple[str | None, str | None]]:
    return [(image.name, image.tag) for image in facts.of(Image)]


# ---------------------------------------------------------------------------------------------- no text makes a reader fail

_COMPOSE = st.sampled_from(
    ["services:", "x-a: &a", "  web:", "    image: ", "    build: ", "    build:", "      context: ", "    ports:", "      - ", "    environment:", "    depends_on: ", "    extends: web",
     "    env_file: ", "include:", "  - ", "    <<: *a", "    deploy: {replicas: ", "!reset ", "null", "~", "[", "]", "{", "}", "${A:-", "${B}", "$C", "}", "80:80", "1-70000", "0", "a@b", "'", '"', "\n", "|", ": "]
)  # fmt: skip
_DOCKERFILE = st.sampled_from(
    ["FROM ", "from a AS b", "FROM b", "ARG A=", "ENV ", "ENV A ", "A=1 ", "RUN ", "<<EOF", "<<-'X'", "EOF", "COPY --from=", "EXPOSE ", "80-90/udp ", "USER ", "CMD ", '["a", ', "]", "# escape=`", "\\", "`", "\n", "\t",
     "$A", "${A:-", "}", "ONBUILD ", "pip install ", "x==1 ", "npm i -g ", "'", '"', "&&", ";", "|", ">", "<", "(", ")", "--mount=from=a "]
)  # fmt: skip
_DOTENV = st.sampled_from(["A", "=", "export ", "'", '"', "#", "\n", "\\", " ", ": ", "${B}", "b.c", "\t", "\r", "1"])


@pytest.mark.parametrize(("filename", "reader"), READERS.items(), ids=READERS)
@settings(max_examples=30)
@given(text=st.one_of(st.text(max_size=200), *(st.lists(pieces, max_size=40).map("".join) for pieces in (_COMPOSE, _DOCKERFILE, _DOTENV))))
def test_no_text_makes_a_reader_raise(tmp_path: Path, filename: str, reader: Read, text: str) -> None:
    tree = repository(tmp_path, {filename: text})
    found = []
    try:
        found = list(reader(tree.file(filename)))
    except Unreadable:
        return
    lines = len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert all(1 <= each.at.line <= lines for each in found if not isinstance(each, Diagnostic))
    listing(resolve(Facts(each for each in found if not isinstance(each, Diagnostic | Reference))), [])


_KEYS = st.from_regex(r"[A-Z][A-Z0-9_]{0,12}", fullmatch=True)
_VALUES = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=12)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(st.tuples(_KEYS, _VALUES), max_size=8))
def test_every_variable_is_found_at_its_line(tmp_path: Path, entries: list[tuple[str, str]]) -> None:
    text = "".join(f"# comment\n\nexport {key}='{value}'\n" for key, value in entries)
    found = [each for each in read_dotenv(repository(tmp_path, {".env": text}).file(".env")) if isinstance(each, Variable)]
    assert [(variable.name, variable.at.line) for variable in found] == [(key, 3 + 3 * index) for index, (key, _) in enumerate(entries)]


@given(words=st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=6), escape=st.sampled_from("\\`"))
def test_continued_lines_are_one_instruction(words: list[str], escape: str) -> None:
    lines = [f"# escape={escape}", *(f"{word} {escape}" for word in ["RUN", *words[:-1]]), "# comment", "", words[-1]]
    (found,) = instructions(lines)
    assert (found.keyword, found.line, found.rest.split()) == ("RUN", 2, words)
    assert [line for line, _ in found.words()] == [*range(3, len(words) + 2), len(lines)]


# ---------------------------------------------------------------------------------------------- secrets

SECRETS = (
    "hunter2-Tr0ub4dor",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "p@ss/w:rd?#x",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
)


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_gets_out(tmp_path: Path, secret: str) -> None:
    quoted = f'"{secret}"'
    files = {
        "compose.yaml": f"""
name: {quoted}
services:
  web:
    image: "registry.example/web:${{TAG:-1}}"
    build: {{context: "https://user:{secret}@git.example/x.git", args: {{TOKEN: {quoted}}}}}
    command: ["serve", "--password", {quoted}]
    entrypoint: "run --token={secret}"
    environment:
      DATABASE_URL: "postgres://web:{secret}@db/web"
      API_KEY: {quoted}
      WITH_DEFAULT: "${{KEY:-{secret}}}"
      REQUIRED: "${{KEY:?{secret}}}"
    labels: {{token: {quoted}}}
    ports: ["{secret}:80", {{target: 80, published: {quoted}}}]
    env_file: ["https://user:{secret}@host/x.env"]
    deploy: {{replicas: {quoted}, resources: {{limits: {{memory: {quoted}, cpus: {quoted}}}}}}}
  pulled:
    image: "user:{secret}@registry.example/x:1"
  interpolated:
    image: "registry.example/x@${{PASSWORD}}"
  listed:
    image: postgres:16
    environment: ["PGPASSWORD={secret}"]
    extends: {{file: "https://user:{secret}@host/c.yml", service: x}}
""",
        ".env": f"PASSWORD={quoted}\nURL='amqp://u:{secret}@mq'\nBROKEN='{secret}'x\nYAML: {secret}\n",
        "Dockerfile": f"""
ARG TOKEN={quoted}
FROM python:3.12
ARG TOKEN
ENV SECRET={quoted} OTHER={quoted}
ENV LEGACY {secret}
RUN pip install --extra-index-url "https://user:{secret}@registry.example/simple" gunicorn "git+https://user:{secret}@git.example/x.git" $TOKEN
RUN --mount=type=secret,id=x curl -H "Authorization: Bearer {secret}" https://example/
RUN npm install -g "https://user:{secret}@git.example/x.tgz" $SECRET
LABEL token={quoted}
CMD ["serve", "--password", {quoted}]
""",
    }
    tree = repository(tmp_path, files)
    said = listing(resolve(read_facts(tree)), tree.diagnostics)
    assert secret not in said
    assert secret.rpartition("/")[2].rpartition("@")[2] not in said
    assert "name=gunicorn" in said


def test_a_credential_in_a_position_that_is_told_is_masked(tmp_path: Path) -> None:
    token = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
    files = {
        "compose.yaml": f"services:\n  {token}:\n    image: registry.example/{token}:1\n    build: ./{token}\n    profiles: [{token}]\n    depends_on: [{token}]\n",
        "Dockerfile": f"FROM alpine:{token} AS {token}\nUSER {token}\nRUN npm i -g {token}\nENV {token}=1\n",
        ".env": f"{token}=1\n",
    }
    tree = repository(tmp_path, files)
    assert token not in listing(resolve(read_facts(tree)), tree.diagnostics)


# ---------------------------------------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("spec", "published", "ports"),
    [
        ("80", [], [80]),
        ("80/udp", [], [80]),
        ("8080:80", [8080], [80]),
        ("8080:80/tcp", [8080], [80]),
        ("127.0.0.1:8080:80", [8080], [80]),
        ("127.0.0.1::80", [], [80]),
        ("[::1]:8080:80", [8080], [80]),
        ("3000-3002", [], [3000, 3001, 3002]),
        ("9090-9091:8080-8081", [9090, 9091], [8080, 8081]),
        ("10000-20000:10000-20000/udp", [10000], [10000]),
        ("${PORT}:80", [], [80]),
        ("${PORT:?no}:80", [], [80]),
        ("0:80", [], [80]),
        ("70000", [], []),
        ("90-80", [], [90]),
        ("http", [], []),
        ("", [], []),
    ],
)
def test_ports(spec: str, published: list[int], ports: list[int]) -> None:
    assert ports_of(Opaque(spec)) == (published, ports)


@pytest.mark.parametrize(
    ("written", "known", "expected"),
    [
        ("${A}", {}, "${A}"),
        ("${A:-b}", {}, "b"),
        ("${A-b}", {"A": ""}, ""),
        ("${A:-b}", {"A": ""}, "b"),
        ("${A:+b}", {"A": "1"}, "b"),
        ("${A:+b}", {}, ""),
        ("${A:-${B:-c}}", {}, "c"),
        ("${A:-$B}", {"B": "$A"}, "${A:-$A}"),
        ("${A:?why}", {}, "${A:?why}"),
        ("$A-$B", {"A": "1"}, "1-$B"),
    ],
)
def test_expand(written: str, known: dict[str, str], expected: str) -> None:
    assert expand(written, known) == expected


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("./src/ad/Dockerfile", "./src/ad/Dockerfile"),
        ("'..'", ".."),
        ("https://u:p@host/x", None),
        ("git@host:x", None),
        ("${UNKNOWN}/x", None),
        ("ghp_0123456789abcdefghijABCDEFGHIJ012345/x", None),
        ("", None),
    ],
)
def test_opaque_paths(written: str, path: str | None) -> None:
    assert Opaque(written).path() == path


@pytest.mark.parametrize(
    ("path", "variant"),
    [
        ("docker-compose.yml", None),
        ("compose.yaml", None),
        ("a/docker-compose.override.yml", None),
        ("docker-compose.test.yml", "test"),
        ("docker-compose-test.yml", "test"),
        ("compose.relational.ci.yaml", "relational.ci"),
        ("dev.docker-compose.yml", "dev"),
        ("infra-compose.yml", "infra"),
        ("docker_compose.prod.override.yml", "prod"),
        ("local.yml", "local"),
        ("stack.yml", None),
    ],
)
def test_variants(tmp_path: Path, path: str, variant: str | None) -> None:
    assert variant_of(repository(tmp_path, {path: ""}).file(path), compose_name(path)) == variant


@pytest.mark.parametrize("path", ["decompose.yml", "composer.yml", "compose.json", ".github/workflows/docker-compose.yml"])
def test_other_names(path: str) -> None:
    assert compose_name(path) is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("config/services.yaml", "services:\n    _defaults: {autowire: true}\n    App\\Image:\n        build: true\n"),
        ("services.yml", "services:\n  mail:\n    class: App\\Mail\n    image: x\n"),
        (".gitlab-ci.yml", "image: python:3\nservices:\n  - name: postgres:16\n    image: x\n"),
        (".github/workflows/docker-compose.yml", "on: push\njobs:\n  a:\n    services:\n      db:\n        image: postgres:15\n"),
        ("render.yaml", "services:\n  - type: web\n    image: x\n"),
        ("values.yaml", "services:\n  web:\n    image: {repository: x}\n    replicaCount: 2\n"),
        ("broken.yml", "services:\n  a:\n    image: [\n"),
        ("compose.yml", "a: 1\n"),
        ("compose.yml", "services: {}\n"),
        ("compose.yml", "services: [a]\n"),
        ("compose.yml", ""),
    ],
)
def test_other_files_say_nothing(tmp_path: Path, path: str, text: str) -> None:
    assert list(read_compose(repository(tmp_path, {path: text}).file(path))) == []


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pip install uwsgi==2.0", [("uwsgi", "==2.0")]),
        ("pip3 --no-cache-dir install -U 'celery[redis]>=5,<6' flower", [("celery", ">=5,<6"), ("flower", None)]),
        ("sudo -H pip install x", []),
        ("PIP_NO_CACHE=1 python3.12 -m pip install x", [("x", None)]),
        ("pip install -r requirements.txt -e . ./local *.whl", []),
        ("pip install --index-url https://registry.example a --unknown b c", [("a", None), ("c", None)]),
        ("pip install 'a @ git+https://git.example/a.git'", [("a", None)]),
        ("pip install a==$VERSION >/dev/null 2>&1", [("a", None)]),
        ("pip wheel --wheel-dir /wheels gunicorn", [("gunicorn", None)]),
        ("uv tool install ruff", [("ruff", None)]),
        ("pip uninstall x; pip download y", []),
        ("npm install -g pm2@5 @nestjs/cli@^10", [("pm2", "5"), ("@nestjs/cli", "^10")]),
        ("npm i pm2", []),
        ("npm --location=global install serve", [("serve", None)]),
        ("pnpm add --global turbo", [("turbo", None)]),
        ("yarn global add serve", [("serve", None)]),
        ("if ! command -v pm2; then npm i -g pm2; fi", [("pm2", None)]),
        ("echo 'pip install nothing'", []),
    ],
)
def test_installed(command: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(package.name, package.declared) for words in commands(command) for package in installed(words)] == expected


# ---------------------------------------------------------------------------------------------- what several files say


def test_the_env_file_of_the_folder_counts_before_templates_and_defaults(tmp_path: Path) -> None:
    compose = "services:\n  db:\n    image: ${IMAGE:-mysql}:${TAG:-8}\n"
    assert images(resolved(tmp_path / "a", {"compose.yml": compose})) == [("mysql", "8")]
    assert images(resolved(tmp_path / "b", {"compose.yml": compose, ".env.example": "TAG=9\n"})) == [("mysql", "9")]
    assert images(resolved(tmp_path / "c", {"compose.yml": compose, ".env": "IMAGE=postgres\n", ".env.example": "TAG=9\n"})) == [
        ("postgres", "8")
    ]
    assert images(resolved(tmp_path / "d", {"x/compose.yml": compose, ".env": "IMAGE=postgres\n"})) == [("mysql", "8")]
    assert images(resolved(tmp_path / "e", {"compose.yml": compose, "env-example-a": "TAG=9\n", "env-example-b": "TAG=10\n"})) == [
        ("mysql", "8")
    ]
    assert images(resolved(tmp_path / "f", {"compose.b.yml": compose, "env-example-a": "TAG=9\n", "env-example-b": "TAG=10\n"})) == [
        ("mysql", "10")
    ]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("${IMAGE}", []),
        ("${IMAGE}:1", []),
        ("redis:${TAG}", [("redis", None)]),
        ("redis:7-${FLAVOUR}", [("redis", None)]),
        ("${REGISTRY}/team/redis:7", [("team/redis", "7")]),
        ("${PREFIX}redis:7", []),
        ("registry.example:5000/redis:7", [("redis", "7")]),
        ("not an image", []),
    ],
)
def test_unknown_parts_of_images(tmp_path: Path, spec: str, expected: list[tuple[str, str | None]]) -> None:
    assert images(resolved(tmp_path, {"compose.yml": f"services:\n  a:\n    image: {spec}\n"})) == expected


def test_a_template_to_extend_is_no_service(tmp_path: Path) -> None:
    files = {
        "compose.yml": "services:\n  api:\n    extends: {file: common.yml, service: base}\n    environment: {A: 1}\n",
        "common.yml": "services:\n  base:\n    image: node:20\n    environment: {A: 0, B: 0}\n",
    }
    facts = resolved(tmp_path, files)
    assert [(service.name, service.at, service.via) for service in facts.of(Service)] == [("api", ("compose.yml", 2), (("common.yml", 2),))]
    assert [(image.owner, image.name, image.at) for image in facts.of(Image)] == [("api", "node", ("common.yml", 3))]
    assert sorted((variable.owner or "", variable.name, variable.at.path) for variable in facts.of(Variable)) == [
        ("api", "A", "compose.yml"),
        ("api", "B", "common.yml"),
    ]


def test_build_arguments_fill_what_a_dockerfile_leaves_open(tmp_path: Path) -> None:
    files = {
        "compose.yml": "services:\n  db:\n    build:\n      context: db\n      args:\n        - BASE=postgres:${PG}\n        - FLAVOUR\n",
        ".env": "PG=16.2\nFLAVOUR=alpine\n",
        "db/Dockerfile": "ARG BASE\nARG FLAVOUR\nFROM ${BASE}-${FLAVOUR}\n",
    }
    (image,) = resolved(tmp_path, files).of(Image)
    assert (image.name, image.tag, image.via) == (
        "postgres",
        "16.2-alpine",
        (("compose.yml", 6), (".env", 1), ("compose.yml", 7), (".env", 2)),
    )


def test_images_of_other_formats_are_left_alone() -> None:
    from ctxgen.model import At

    image = Image(spec=Opaque("{{ .Values.image }}"), at=At("deployment.yaml", 3))
    assert list(resolve(Facts([image]))) == [image]


# ---------------------------------------------------------------------------------------------- bounds


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("Dockerfile", "FROM a\n" + "RUN <<A\n" * 15_000),
        ("Dockerfile", "FROM a\nRUN " + "\"'" * 15_000),
        ("Dockerfile", "FROM a\nRUN " + "$(" * 15_000),
        ("Dockerfile", "FROM a\nENV " + "A=${B:-" * 8_000),
        ("Dockerfile", "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(1_000))),
        (".env", "A='x\n" * 15_000),
        (".env", 'A="x' * 15_000),
        ("compose.yml", "services:\n" + "".join(f"  s{n}: {{extends: s{n + 1}, image: a}}\n" for n in range(1_000))),
        ("other.yml", "services:\n" * 8_000 + " image:"),
    ],
)
def test_time_is_linear(tmp_path: Path, filename: str, text: str) -> None:
    tree = repository(tmp_path, {filename: text})
    start = time.process_time()
    resolve(read_facts(tree))
    assert time.process_time() - start < 3


def test_dependencies_stand_at_their_own_lines(tmp_path: Path) -> None:
    facts = resolved(tmp_path, {"Dockerfile": "FROM python:3\nRUN pip install \\\n    a==1 \\\n    # not b\n    c\n"})
    assert [(dependency.name, dependency.at.line) for dependency in facts.of(Dependency)] == [("a", 3), ("c", 5)]


def test_paths_of_a_build_may_be_variables(tmp_path: Path) -> None:
    compose = "services:\n  ad:\n    build:\n      context: ${ROOT:-.}\n      dockerfile: ${AD_DOCKERFILE}\n  cart:\n    build:\n      context: ${CART}\n"
    facts = resolved(tmp_path, {"compose.yml": compose, ".env": "AD_DOCKERFILE=./src/ad/Dockerfile\n"})
    assert [(service.build, service.dockerfile, service.via) for service in facts.of(Service)] == [
        ("", "src/ad/Dockerfile", ((".env", 1),)),
        (None, None, ()),
    ]
