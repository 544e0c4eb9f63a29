"""Infrastructure and pipelines: no text makes a reader raise anything but `Unreadable`, and what several files say together."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.model import Image, Process, Resource, Runtime, Service, Setting, Workflow
from ctxgen.readers import Read, readers
from ctxgen.reading import read_facts
from ctxgen.resolve import resolve
from ctxgen.tree import File, Tree

NAMES = {
    "read_kubernetes": "deploy.yaml", "read_chart": "Chart.yaml", "read_helmfile": "helmfile.yaml", "read_helm_values": "values.yaml", "read_kustomization": "kustomization.yaml",
    "read_skaffold": "skaffold.yaml", "read_terraform": "main.tf", "read_terraform_json": "main.tf.json", "read_cloudformation": "template.yaml", "read_serverless": "serverless.yml",
    "read_procfile": "Procfile", "read_app_json": "app.json", "read_heroku_yml": "heroku.yml", "read_fly": "fly.toml", "read_render": "render.yaml", "read_app_engine": "app.yaml",
    "read_vercel": "vercel.json", "read_netlify": "netlify.toml", "read_railway": "railway.json", "read_supervisor": "supervisord.conf", "read_uwsgi": "uwsgi.ini", "read_pm2": "pm2.json",
    "read_pm2_script": "ecosystem.config.js", "read_github_workflow": ".github/workflows/test.yml", "read_github_action": "action.yml", "read_gitlab_ci": ".gitlab-ci.yml",
    "read_circleci": ".circleci/config.yml", "read_azure_pipelines": "azure-pipelines.yml", "read_travis": ".travis.yml", "read_bitbucket": "bitbucket-pipelines.yml",
    "read_drone": ".drone.yml", "read_woodpecker": ".woodpecker.yml", "read_cloudbuild": "cloudbuild.yaml", "read_codebuild": "buildspec.yml", "read_jenkinsfile": "Jenkinsfile",
    "read_nginx": "nginx.conf", "read_aspire": "Program.cs", "read_pulumi_yaml": "Pulumi.yaml", "read_pulumi_script": "index.ts", "read_pulumi_python": "__main__.py",
    "read_pulumi_go": "main.go", "read_pulumi_csharp": "MyStack.cs", "read_pulumi_java": "App.java",
}  # fmt: skip
_WORDS = """
    apiVersion kind metadata name spec template containers image ports containerPort env value resources limits replicas items data jobs steps uses with services on
    strategy matrix include build artifacts context dependencies Resources Type Properties Environment Variables Runtime provider functions runtime processes vm apps
    phases install pipelines definitions workflows docker command args labels resource terraform required_providers v1 Deployment ConfigMap List AWS::Lambda::Function
    server location proxy_pass [program:x] [uwsgi] web: {{ }} .Values.x include "x.fullname" $X ${X} - : = { } [ ] " ' # ; | & * << --- null true 1 512Mi nodejs20.x
    DistributedApplication.CreateBuilder() var builder = builder.AddPostgres("db") .WithReference(db) ( ) < > , new aws.rds.Instance("db" "@pulumi/aws" import_*_as_aws_from
    pulumi_aws import as aws aws.rds.Instance("db", engine="postgres") using Pulumi.Aws; "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/rds" import com.pulumi.aws.rds.Instance;
"""
_SOUP = st.lists(st.sampled_from([*_WORDS.split(), "\n", "\n  ", "\n    - ", ": ", " "]), max_size=60).map("".join)


class Text(File):
    """A file of a given content."""

    def __init__(self, tree: Tree, path: str, text: str) -> None:
        super().__init__(tree, path)
        self.__dict__["data"] = text.encode("utf-8", errors="replace")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return Tree(tmp_path_factory.mktemp("repository"))


def _consume(read: Read, file: File) -> None:
    with contextlib.suppress(Unreadable):
        list(read(file))


@pytest.mark.parametrize("reader", sorted(NAMES))
@given(text=st.one_of(st.text(max_size=200), _SOUP))
def test_no_text_makes_a_reader_raise(tree: Tree, reader: str, text: str) -> None:
    _consume(readers()[reader].read, Text(tree, NAMES[reader], text))


_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**12), st.sampled_from(["x", "redis:7", "${A}", "${{ matrix.v }}", "3.12", "a/b@v1", ""])
)
_KEYS = st.sampled_from([word for word in _WORDS.split() if word.isalpha()])
_SHAPES = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=20)


@pytest.mark.parametrize("reader", sorted(name for name, path in NAMES.items() if path.endswith(("yml", "yaml", "json"))))
@given(document=st.dictionaries(_KEYS, _SHAPES, max_size=8))
def test_no_shape_of_a_document_makes_a_reader_raise(tree: Tree, reader: str, document: object) -> None:
    """Every value may be of another type than the format has there."""
    _consume(readers()[reader].read, Text(tree, NAMES[reader], json.dumps(document)))


def _facts(root: Path, files: dict[str, str]) -> Facts:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return resolve(read_facts(Tree(root)))


def _deployment(title: str, image: str, extra: str = "") -> str:
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {title}\nspec:\n  template:\n    spec:\n      containers:\n"
        f"        - name: app\n          image: {image}\n{extra}"
    )


@given(replicas=st.integers(0, 999), minimum=st.integers(0, 99))
def test_numbers_come_back_as_written(tree: Tree, replicas: int, minimum: int) -> None:
    text = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: x}}\nspec: {{replicas: {replicas}, minReplicas: {minimum}}}\n"
    found = [fact for fact in readers()["read_kubernetes"].read(Text(tree, "x.yaml", text)) if isinstance(fact, Setting)]
    assert [(fact.kind, fact.value, fact.owner, fact.at.line) for fact in found] == [("replicas", str(replicas), "x", 4)]


def test_a_service_object_gives_its_port_only_where_the_workload_states_none(tmp_path: Path) -> None:
    service = "\n---\napiVersion: v1\nkind: Service\nmetadata: {name: %s}\nspec: {ports: [{port: 80, targetPort: 9000}]}\n"
    facts = _facts(
        tmp_path,
        {
            "a.yaml": _deployment("a", "shop/a:1") + service % "a",
            "b.yaml": _deployment("b", "shop/b:1", "          ports: [{containerPort: 8080}]\n") + service % "b",
            "c.yaml": service % "c",
        },
    )
    assert {(fact.name, fact.ports) for fact in facts.of(Service)} == {("a", (9000,)), ("b", (8080,))}


def test_a_chart_dependency_that_the_values_switch_off_is_none(tmp_path: Path) -> None:
    chart = "name: shop\nversion: 1.0.0\ndependencies:\n  - {name: redis, condition: redis.enabled}\n  - {name: postgresql, condition: db.enabled}\n"
    facts = _facts(tmp_path, {"Chart.yaml": chart, "values.yaml": "redis: {enabled: false}\ndb: {enabled: true}\n"})
    assert [fact.name for fact in facts.of(Resource) if fact.kind == "dependency"] == ["postgresql"]


def test_a_template_takes_its_values_from_the_chart_around_it(tmp_path: Path) -> None:
    template = _deployment("{{ .Values.name }}", '"{{ .Values.image }}:{{ .Values.tag | default .Chart.AppVersion }}"')
    facts = _facts(
        tmp_path,
        {
            "one/Chart.yaml": "name: one\n",
            "one/values.yaml": "name: cache\nimage: redis\ntag: 7.2\n",
            "one/templates/x.yaml": template,
            "two/x.yaml": template,
        },
    )
    assert [(fact.name, fact.tag, fact.owner) for fact in facts.of(Image) if fact.at.path.startswith("one/templates")] == [
        ("redis", "7.2", "cache")
    ]
    assert [fact.name for fact in facts.of(Service) if "$" not in fact.name] == ["cache"]


def test_what_holds_an_unknown_variable_is_no_service(tmp_path: Path) -> None:
    facts = _facts(tmp_path, {"a.yaml": _deployment("$NAME", "shop/a:1"), "b.yaml": _deployment("{{ .Values.name }}", "shop/b:1")})
    assert not facts.of(Service)


def test_one_branch_of_a_line_is_not_taken_for_the_other(tmp_path: Path) -> None:
    facts = _facts(tmp_path, {"a.yaml": _deployment("a", "{{ if .Values.x }}redis:7{{ else }}redis:6{{ end }}")})
    assert not [fact for fact in facts.of(Image) if fact.name]


def test_the_web_process_of_a_folder_that_a_container_is_built_from_is_that_container(tmp_path: Path) -> None:
    compose = "services:\n  api:\n    build: .\n"
    facts = _facts(tmp_path, {"Procfile": "web: run\nworker: work\n", "compose.yaml": compose})
    assert sorted(fact.name for fact in facts.of(Service)) == ["api", "worker"]
    assert len(facts.of(Process)) == 2


def test_a_version_belongs_to_the_engine_and_to_no_type_whose_engine_is_unknown(tmp_path: Path) -> None:
    text = 'resource "aws_db_instance" "a" {\n  engine = "mysql"\n  engine_version = "8.0"\n}\nresource "aws_db_instance" "b" {\n  engine = var.e\n  engine_version = "15"\n}\n'
    found = [(fact.kind, fact.version) for fact in _facts(tmp_path, {"main.tf": text}).of(Resource)]
    assert found == [("aws_db_instance", None), ("aws_db_instance engine=mysql", "8.0"), ("aws_db_instance", None)]


def test_a_workflow_without_jobs_is_none_and_a_hash_is_no_version(tmp_path: Path) -> None:
    step = "on: push\njobs:\n  a:\n    steps:\n      - uses: owner/action@0123456789012345678901234567890123456789\n      - uses: actions/setup-go@v5\n        with: {go-version: '${{ matrix.go }}'}\n"
    facts = _facts(tmp_path, {".github/workflows/a.yml": step, ".github/workflows/b.yml": "name: b\n"})
    assert [fact.name for fact in facts.of(Workflow)] == ["a"]
    assert [fact.version for fact in facts.of(Resource)] == [None, "v5"]
    assert not facts.of(Runtime)
