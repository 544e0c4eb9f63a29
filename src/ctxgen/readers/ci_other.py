"""Pipelines of other systems: GitLab CI, CircleCI, Azure Pipelines, Travis CI, Bitbucket, Drone, Woodpecker, Cloud Build, CodeBuild, Jenkins.

Sources: https://docs.gitlab.com/ci/yaml/, https://circleci.com/docs/configuration-reference/, https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/,
https://docs.travis-ci.com, https://support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference/, https://docs.drone.io/yaml/docker/,
https://cloud.google.com/build/docs/build-config-file-schema, https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html,
https://www.jenkins.io/doc/book/pipeline/syntax/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ctxgen.documents import Node
from ctxgen.model import Fact, Image, Runtime, Workflow
from ctxgen.opaque import Opaque, name, version
from ctxgen.readers import reads
from ctxgen.readers.ci_github import CI
from ctxgen.tree import SOURCE_LIMIT, File

_TRAVIS = {
    "python": "Python", "node_js": "Node.js", "jdk": "Java", "go": "Go", "php": "PHP", "rvm": "Ruby", "ruby": "Ruby", "rust": "Rust", "scala": "Scala", "dotnet": ".NET", "elixir": "Elixir",
}  # fmt: skip
_CODEBUILD = {"nodejs": "Node.js", "python": "Python", "java": "Java", "golang": "Go", "dotnet": ".NET", "php": "PHP", "ruby": "Ruby"}
_AZURE_TASKS = {
    "UsePythonVersion": ("versionSpec", "Python"), "NodeTool": ("versionSpec", "Node.js"), "UseNode": ("version", "Node.js"), "UseDotNet": ("version", ".NET"), "GoTool": ("version", "Go"),
    "JavaToolInstaller": ("versionSpec", "Java"), "UseRubyVersion": ("versionSpec", "Ruby"),
}  # fmt: skip
_GITLAB_SOURCES = re.compile(
    r"\$CI_PIPELINE_SOURCE\s*==\s*[\"'](push|merge_request_event|schedule|web|api|trigger|pipeline|external_pull_request_event)[\"']"
)
_NUMBER = re.compile(r"[A-Za-z]{0,12}\d[\w.*+-]{0,20}|lts/[\w*]+|stable|nightly|latest")


def _workflow(file: File, technology: str, line: int, triggers: Iterable[str] = (), title: str | None = None) -> Workflow:
    return Workflow(
        technology=name(technology),
        name=name(title) if title else None,
        triggers=tuple(name(each) for each in dict.fromkeys(triggers)),
        at=file.at(line),
    )


def _image(file: File, said: Node | None) -> Iterator[Image]:
    """An image as text, or under `name` or `image`."""
    if said is not None and said.text is None:
        said = said.get("name") or said.get("image")
    if said is not None and said.text and "$" not in said.text and "<<" not in said.text and (found := Opaque(said.text).image()):
        yield Image(name=found[0], tag=found[1], purpose="build", when=CI, at=file.at(said.line))


def _runtimes(file: File, language: str, said: Node | None) -> Iterator[Runtime]:
    for each in said.scalars() if said is not None else ():
        if each.text and _NUMBER.fullmatch(each.text):
            number = re.sub(r"^(?:openjdk|oraclejdk|corretto|temurin|jdk)-?(?=\d)", "", each.text)
            yield Runtime(name=name(language), version=version(number), source="ci", when=CI, at=file.at(each.line))


def _elements(node: Node | None, key: str) -> Iterator[Node]:
    found = node.get(key) if node is not None else None
    return found.elements() if found is not None else iter(())


def _first(node: Node) -> int:
    return next((said.line for _, said in node.items()), node.line)


@reads(".gitlab-ci.yml", ".gitlab-ci.yaml", "*.gitlab-ci.yml", ".gitlab/ci/*.yml", "**/.gitlab/ci/*.yml")
def read_gitlab_ci(file: File) -> Iterator[Fact]:
    """The pipeline with the sources that its rules name, and the images of its jobs."""
    root = file.yaml()
    if not root.value:
        return
    yield _workflow(file, "gitlab-ci", _first(root), _GITLAB_SOURCES.findall(file.text))
    for job in (root, *(node for _, node in root.items() if isinstance(node.value, dict))):
        yield from _image(file, job.get("image"))
        for each in _elements(job, "services"):
            yield from _image(file, each)


@reads(".circleci/config.yml", ".circleci/config.yaml", "**/.circleci/config.yml")
def read_circleci(file: File) -> Iterator[Fact]:
    """The workflows, and the images of jobs and executors."""
    root = file.yaml()
    workflows = {title: node for title, node in (root.get("workflows") or Node({}, 1)).items() if isinstance(node.value, dict)}
    for title, node in workflows.items():
        scheduled = any(each.get("schedule") is not None for each in _elements(node, "triggers"))
        yield _workflow(file, "circleci", node.line, ["schedule"] if scheduled else [], title)
    if not workflows:
        yield _workflow(file, "circleci", _first(root))
    for section in ("jobs", "executors"):
        for _, job in (root.get(section) or Node({}, 1)).items():
            for each in _elements(job, "docker"):
                yield from _image(file, each)


@reads("azure-pipelines.yml", "azure-pipelines.yaml", "azure-pipelines*.yml", "azure-pipelines*.yaml", "**/.azure-pipelines/*.yml", "**/azure-pipelines/*.yml", "**/.azuredevops/*.yml", "**/.azuredevops/**/*.yml")  # fmt: skip
def read_azure_pipelines(file: File) -> Iterator[Fact]:
    """The pipeline with its triggers, containers, and the versions that its tasks set up."""
    root = file.yaml()
    if not any(root.get(key) is not None for key in ("trigger", "pr", "schedules", "stages", "jobs", "steps", "extends")):
        return
    pairs = (("trigger", "push"), ("pr", "pull_request"), ("schedules", "schedule"))
    triggers = [event for key, event in pairs if (said := root.get(key)) is not None and said.text != "none"]
    yield _workflow(file, "azure-pipelines", _first(root), triggers, _name(root))
    for node in _below(root):
        task, inputs = node.get("task"), node.get("inputs")
        known = _AZURE_TASKS.get((task.text or "").partition("@")[0]) if task is not None else None
        if known is not None and inputs is not None:
            yield from _runtimes(file, known[1], inputs.get(known[0]))
        for each in _elements(node.get("resources"), "containers"):
            yield from _image(file, each)
        if (container := node.get("container")) is not None and container.text and ":" in container.text:
            yield from _image(file, container)


def _name(root: Node) -> str | None:
    said = root.get("name")
    return said.text if said is not None and said.text and "$" not in said.text else None


def _below(root: Node) -> Iterator[Node]:
    """All mappings of a document, each once."""
    stack, seen = [root], set[int]()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node.value, dict):
            yield node
        stack.extend(reversed([*(child for _, child in node.items()), *node.elements()]))


@reads(".travis.yml")
def read_travis(file: File) -> Iterator[Fact]:
    """The build, and the versions of the languages that it runs on."""
    root = file.yaml()
    if not root.value:
        return
    yield _workflow(file, "travis-ci", _first(root))
    for key, language in _TRAVIS.items():
        yield from _runtimes(file, language, root.get(key))


@reads("bitbucket-pipelines.yml")
def read_bitbucket(file: File) -> Iterator[Fact]:
    """The pipelines by what starts them, and the images of steps and services."""
    root = file.yaml()
    pipelines = root.get("pipelines")
    if pipelines is None:
        return
    names = {"default": "push", "branches": "push", "pull-requests": "pull_request", "tags": "tag", "custom": "manual"}
    yield _workflow(file, "bitbucket-pipelines", pipelines.line, [names[key] for key, _ in pipelines.items() if key in names])
    for node in _below(root):
        yield from _image(file, node.get("image"))


@reads(".drone.yml", ".drone.yaml", contains=(b"steps:", b"pipeline:"))
def read_drone(file: File) -> Iterator[Fact]:
    """The pipelines with the events that they run on, and their images."""
    yield from _steps(file, "drone")


@reads(".woodpecker.yml", ".woodpecker.yaml", ".woodpecker/*.yml", ".woodpecker/*.yaml", "**/.woodpecker/*.yml", "**/.woodpecker/*.yaml")
def read_woodpecker(file: File) -> Iterator[Fact]:
    """The pipeline with the events that it runs on, and its images."""
    yield from _steps(file, "woodpecker")


def _steps(file: File, technology: str) -> Iterator[Fact]:
    for document in file.yaml_documents():
        steps = document.get("steps") or document.get("pipeline")
        if steps is None:
            continue
        events = document.get("trigger", "event") or document.get("when", "event")
        whens = document.get("when")
        said = [events, *(each.get("event") for each in (whens.elements() if whens is not None else ()))]
        triggers = [text for node in said if node is not None for each in node.scalars() if (text := each.text) and text.islower()]
        yield _workflow(file, technology, _first(document), triggers, _name(document))
        services = document.get("services")
        for node in (steps, services):
            for each in (*node.elements(), *(child for _, child in node.items())) if node is not None else ():
                yield from _image(file, each.get("image"))


@reads("cloudbuild.yaml", "cloudbuild.yml", "cloudbuild.json", "cloudbuild-*.yaml", "cloudbuild.*.yaml", "*cloudbuild.yaml", contains=(b"steps",))  # fmt: skip
def read_cloudbuild(file: File) -> Iterator[Fact]:
    """The build, and the images that its steps run in."""
    root = file.json() if file.name.endswith("json") else file.yaml()
    steps = root.get("steps")
    if steps is None:
        return
    yield _workflow(file, "google-cloud-build", steps.line)
    for step in steps.elements():
        yield from _image(file, step.get("name"))


@reads("buildspec.yml", "buildspec.yaml", "buildspec-*.yml", "buildspec.*.yml", contains=(b"phases",))
def read_codebuild(file: File) -> Iterator[Fact]:
    """The build, and the versions of languages that it installs."""
    root = file.yaml()
    yield _workflow(file, "aws-codebuild", _first(root))
    for key, said in (root.get("phases", "install", "runtime-versions") or Node({}, 1)).items():
        if key in _CODEBUILD:
            yield from _runtimes(file, _CODEBUILD[key], said)


_JENKINS_IMAGE = re.compile(r"(?:\bimage\s*(?:\(\s*)?|docker\.image\(\s*)[\"']([\w./:@-]{2,200})[\"']")
_JENKINS_TRIGGERS = (("cron", "schedule"), ("pollSCM", "poll"), ("githubPush", "push"), ("upstream", "upstream"))


@reads("Jenkinsfile", "Jenkinsfile.*", "Jenkinsfile-*", "*.jenkinsfile", "*.Jenkinsfile", limit=SOURCE_LIMIT)
def read_jenkinsfile(file: File) -> Iterator[Fact]:
    """The pipeline with its triggers, and the images of its agents, as far as single lines state them."""
    start = next((number for number, line in enumerate(file.lines, 1) if re.match(r"\s*(?:pipeline|node)\b.{0,200}\{", line[:300])), 1)
    inside, triggers = False, list[str]()
    for line in file.lines:
        stripped = line.strip()
        inside = inside or stripped.startswith("triggers")
        if inside:
            triggers += [event for word, event in _JENKINS_TRIGGERS if re.search(rf"\b{word}\s*\(", stripped[:300])]
            inside = not stripped.endswith("}")
    yield _workflow(file, "jenkins", start, triggers)
    for number, line in enumerate(file.lines, 1):
        if not line.lstrip().startswith(("//", "*")) and (found := _JENKINS_IMAGE.search(line[:500])):
            yield from _image(file, Node(found[1], number))
