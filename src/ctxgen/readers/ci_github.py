"""GitHub Actions (also of Gitea and Forgejo): workflows, the actions that they use, images that jobs start, and versions that they set up.

Sources: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions,
https://docs.github.com/actions/reference/metadata-syntax-for-github-actions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Fact, Image, Resource, Runtime, Workflow
from ctxgen.opaque import Opaque, name, version
from ctxgen.readers import reads
from ctxgen.tree import File

CI = name("ci")
_MATRIX = name("matrix")
_RUNTIMES = {
    "node-version": "Node.js", "python-version": "Python", "java-version": "Java", "go-version": "Go", "dotnet-version": ".NET", "ruby-version": "Ruby", "php-version": "PHP",
    "elixir-version": "Elixir", "otp-version": "Erlang", "deno-version": "Deno", "bun-version": "Bun",
}  # fmt: skip
_RUST_ACTIONS = re.compile(r"(?:dtolnay/rust-toolchain|actions-rs/toolchain|actions-rust-lang/setup-rust-toolchain)")
_USES = re.compile(r"([\w.-]+/[\w.-]+(?:/[\w./-]+)?)@([\w./-]{1,100})")
_TAG = re.compile(r"v?\d+(?:\.\d+)*(?:-[\w.]+)?")
_EXPRESSION = re.compile(r"\$\{\{\s*(matrix|env)\.([\w-]+)\s*\}\}")
_VERSION = re.compile(r"[\dv^~<>=][\w.*^~<>= -]{0,30}|lts/[\w*]{1,20}|stable|nightly")
_TECHNOLOGY = {".github": "github-actions", ".gitea": "gitea-actions", ".forgejo": "gitea-actions"}


@reads(*(f"{prefix}{folder}/workflows/*.{ext}" for prefix in ("", "**/") for folder in _TECHNOLOGY for ext in ("yml", "yaml")))
def read_github_workflow(file: File) -> Iterator[Fact]:
    """A workflow with its triggers, and what its jobs use."""
    root = file.yaml()
    jobs = root.get("jobs")
    if jobs is None:
        return
    triggers = root.get("on") or root.get("true")
    called = root.get("name") or triggers or jobs
    title = _text(root, "name")
    folder = file.folder.split("/")[-2] if "/" in file.folder else ".github"
    yield Workflow(
        technology=name(_TECHNOLOGY.get(folder, "github-actions")),
        name=name(title) if title else name(file.name.rpartition(".")[0]),
        triggers=tuple(name(each) for each in _triggers(triggers)),
        at=file.at(called.line),
    )
    for _, job in jobs.items():
        yield from _job(file, root, job)


@reads("action.yml", "action.yaml", contains=(b"runs:",))
def read_github_action(file: File) -> Iterator[Fact]:
    """A composite action: what its steps use."""
    root = file.yaml()
    for step in _elements(root.get("runs"), "steps"):
        yield from _step(file, root, Node({}, 1), step)


def _triggers(said: Node | None) -> list[str]:
    """`on: push`, `on: [push, pull_request]` or a mapping of events."""
    if said is None:
        return []
    events = [*(each.text for each in said.scalars()), *(key for key, _ in said.items())]
    return [event for event in events if event and re.fullmatch(r"[a-z_]{2,40}", event)]


def _job(file: File, root: Node, job: Node) -> Iterator[Fact]:
    container = job.get("container")
    if container is not None:
        yield from _image(file, container if container.text else container.get("image"), None)
    for title, service in (job.get("services") or Node({}, 1)).items():
        yield from _image(file, service.get("image"), title)
    yield from _uses(file, job.get("uses"))
    for step in _elements(job, "steps"):
        yield from _step(file, root, job, step)


def _image(file: File, said: Node | None, owner: str | None) -> Iterator[Image]:
    """An image of a job: a tool of the pipeline, whatever it would be in the product."""
    if said is not None and said.text and "${{" not in said.text and (found := Opaque(said.text.removeprefix("docker://")).image()):
        yield Image(name=found[0], tag=found[1], owner=name(owner) if owner else None, purpose="build", when=CI, at=file.at(said.line))


def _step(file: File, root: Node, job: Node, step: Node) -> Iterator[Fact]:
    yield from _uses(file, step.get("uses"))
    uses = _text(step, "uses") or ""
    if uses.startswith("docker://"):
        yield from _image(file, step.get("uses"), None)
    inputs = step.get("with") or Node({}, 1)
    for key, said in inputs.items():
        if key in _RUNTIMES:
            yield from _runtime(file, root, job, _RUNTIMES[key], said)
    if _RUST_ACTIONS.match(uses):
        toolchain = inputs.get("toolchain")
        if toolchain is not None:
            yield from _runtime(file, root, job, "Rust", toolchain)
        elif (used := step.get("uses")) is not None and re.fullmatch(r"\d+\.\d+(?:\.\d+)?|stable|nightly", uses.rpartition("@")[2]):
            yield Runtime(name=name("Rust"), version=version(uses.rpartition("@")[2]), source="ci", when=CI, at=file.at(used.line))


def _uses(file: File, said: Node | None) -> Iterator[Resource]:
    """`owner/repository[/path]@ref`; the version is the ref where that is a version."""
    found = _USES.fullmatch(said.text) if said is not None and said.text else None
    if said is not None and found is not None:
        ref = found[2] if _TAG.fullmatch(found[2]) else None
        yield Resource(platform="other", kind=name("action"), name=name(found[1]), version=version(ref), at=file.at(said.line))


def _runtime(file: File, root: Node, job: Node, runtime: str, said: Node) -> Iterator[Runtime]:
    """The version as written, that of the workflow's environment, or every one of the job's matrix."""
    for text in (line.strip() for each in said.scalars() for line in (each.text or "").split("\n")):
        expression = _EXPRESSION.fullmatch(text)
        if expression is None:
            stated, when = [Node(text, said.line)], CI
        elif expression[1] == "env":
            variable = job.get("env", expression[2]) or root.get("env", expression[2])
            stated, when = [variable] if variable is not None else [], CI
        else:
            stated, when = _matrix(job, expression[2]), _MATRIX
        for each in stated:
            if each.text and _VERSION.fullmatch(each.text) and (number := version(each.text)):
                at = file.at(each.line)
                yield Runtime(
                    name=name(runtime),
                    version=number,
                    source="ci",
                    when=when,
                    at=at,
                    via=() if at.line == said.line else (file.at(said.line),),
                )


def _matrix(job: Node, key: str) -> list[Node]:
    """The values that a matrix gives a key, in its lists and in `include`."""
    matrix = job.get("strategy", "matrix")
    if matrix is None:
        return []
    listed = matrix.get(key)
    found = list(listed.scalars()) if listed is not None else []
    return found + [said for each in _elements(matrix, "include") if (said := each.get(key)) is not None]


def _text(node: Node, key: str) -> str | None:
    found = node.get(key)
    return found.text if found is not None else None


def _elements(node: Node | None, key: str) -> Iterator[Node]:
    found = node.get(key) if node is not None else None
    return found.elements() if found is not None else iter(())
