"""Dockerfiles and Containerfiles: base images, what each stage sets, opens and starts, and what its commands install.

Source: https://docs.docker.com/reference/dockerfile/.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

from ctxgen.documents import Unreadable
from ctxgen.model import At, Container, Dependency, Fact, Image, Process, Property, Variable
from ctxgen.opaque import Name, Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._dockerfile import Instruction, Text, instructions
from ctxgen.readers._expansion import expand
from ctxgen.readers._ports import port_range
from ctxgen.readers._shell import Word, commands, installed
from ctxgen.readers._variants import environment
from ctxgen.tree import File

_VARIABLE = re.compile(r"[A-Za-z_][\w.-]{0,119}")
_TITLE = re.compile(r"[A-Za-z][\w.-]{0,80}")
_SHELL = re.compile(r"(?:\S*/)?(?:sh|bash|ash|dash|zsh)\b|<<")
_FROM_MOUNT = re.compile(r"(?:^|,)from=([^,\s]+)")
_AUTOMATIC = frozenset(f"{side}{part}" for side in ("TARGET", "BUILD") for part in ("PLATFORM", "OS", "ARCH", "VARIANT"))
"""What BuildKit sets by itself; an `ARG` of such a name only makes it visible."""
_ARCHIVE = re.compile(r"(?:\./)?([\w./-]{0,200}[\w-])/(?:target|build/libs)/[^/]{1,200}\.[jw]ar")
"""What Maven and Gradle build, in the folder of its module."""
_MANIFESTS = {
    each: each for each in ("package.json", "pyproject.toml", "requirements.txt", "go.mod", "Cargo.toml", "Gemfile", "composer.json", "pom.xml", "mix.exs")
} | {"package*.json": "package.json"}  # fmt: skip
"""What tells the project that an image is built of, where it is copied from the root of the build's context."""
_OTHERS = """
    *.dockerignore *.md *.mdx *.rst *.txt *.py *.go *.ts *.tsx *.js *.mjs *.cjs *.java *.kt *.rs *.rb *.cs *.php *.sh *.json *.yml *.yaml *.toml *.xml
    *.html *.snap *.patch *.diff *.lock *.svg *.png *.vim *.el *.lua *.scm *.ipynb *.csv
"""

_MAX_STAGES = 500
_MAX_COPIES, _MAX_PATH = 50, 500
"""What is kept of the copies from other stages, and of a path."""


class Stage:
    """One build stage: where it starts, what it is built from, and what it has said so far."""

    def __init__(self, title: str | None, image: str, line: int, parent: Stage | None) -> None:
        self.title = name(title) if title and _TITLE.fullmatch(title) else None
        self.image, self.line, self.parent = image, line, parent
        self.known: dict[str, str] = dict(parent.known) if parent else {}
        self.ports: dict[int, At] = dict(parent.ports) if parent else {}
        self.user: Name | None = parent.user if parent else None
        self.user_at: At | None = parent.user_at if parent else None
        self.entrypoint: str | None = parent.entrypoint if parent else None
        self.command: str | None = parent.command if parent else None
        self.command_is_own = False
        self.workdir: str = parent.workdir if parent else ""
        self.copied: list[str] = list(parent.copied) if parent else []
        self.starts = False
        """Whether it opens a port or starts something itself."""


@reads(
    "Dockerfile", "Dockerfile[._-]*", "Dockerfile[A-Z0-9]*", "dockerfile", "dockerfile[._-]*", "*.Dockerfile", "*.dockerfile", "*-Dockerfile", "Containerfile", "Containerfile.*", "*.Containerfile",
    contains=(b"FROM", b"from", b"From"), excludes=tuple(_OTHERS.split()),
)  # fmt: skip
def read_dockerfile(file: File) -> Iterator[Fact]:
    """The images, variables, ports, users, commands and plain installations of every stage."""
    stages: list[Stage] = []
    globals_: dict[str, str] = {}
    facts: list[Fact] = []
    others: list[tuple[str, Stage, int]] = []
    for instruction in instructions(file.lines):
        if instruction.keyword == "FROM":
            if len(stages) >= _MAX_STAGES:
                raise Unreadable("too-complex", f"more than {_MAX_STAGES} build stages", instruction.line)
            if stage := _stage(instruction, stages, globals_):
                stages.append(stage)
        elif not stages:
            if instruction.keyword == "ARG":
                facts.extend(_variables(file, instruction, globals_, {}, None))
        else:
            facts.extend(_apply(file, instruction, stages, globals_))
            others.extend((image, stages[-1], line) for image, line in _foreign(instruction, globals_))
    if not stages:
        return
    label = environment(re.sub(r"(?i)\.?(?:dockerfile|containerfile)[._-]?", "", file.name))
    when = name(label) if label else None
    for fact in (*facts, *_images(file, stages, others), *_containers(file, stages)):
        yield fact if when is None or fact.when is not None else _with(fact, when)


def _with(fact: Fact, when: Name) -> Fact:
    from msgspec.structs import replace

    return replace(fact, when=when)


def _stage(instruction: Instruction, stages: list[Stage], globals_: dict[str, str]) -> Stage | None:
    """`FROM image [AS title]`; an earlier stage's title stands for that stage."""
    words = [(line, _bare(expand(word, globals_))) for line, word in instruction.words()]
    if not words:
        return None
    line, image = words[0]
    title = words[2][1] if len(words) > 2 and words[1][1].lower() == "as" else None
    return Stage(title, image, line, _called(stages, image))


def _called(stages: list[Stage], title: str) -> Stage | None:
    """The last stage of that title, case aside."""
    return next((stage for stage in reversed(stages) if stage.title is not None and stage.title.lower() == title.lower()), None)


def _taken(file: File, instruction: Instruction, stage: Stage, stages: list[Stage]) -> Iterator[Property]:
    """Keep what `COPY` takes from another stage; told are the folder of the module, as the build of the image sees it, whose archive it takes, and the manifest that it takes."""
    source = next((value for flag, value, _ in instruction.flags if flag == "from"), None)
    other = _called(stages, source) if source else None
    beginning = other.workdir if other is not None else ""
    for line, word in [*instruction.words()][:-1]:
        if source and len(stage.copied) < _MAX_COPIES:
            written = _bare(expand(word, stage.known))[:_MAX_PATH]
            stage.copied.append(written if written.startswith("/") else f"{beginning}/{written}")
        elif source is None and (taken := _MANIFESTS.get(_bare(word).removeprefix("./"))) is not None:
            yield Property(name=name("dockerfile.manifest"), value=Opaque(taken), at=file.at(line))
        if built := _ARCHIVE.fullmatch(_bare(expand(word, stage.known)).removeprefix(f"{beginning.rstrip('/')}/")):
            yield Property(name=name("dockerfile.archive"), value=Opaque(built[1]), at=file.at(line))


def _apply(file: File, instruction: Instruction, stages: list[Stage], globals_: dict[str, str]) -> Iterator[Fact]:
    """What one instruction says, kept in its stage, the last one, as far as later ones build on it."""
    stage = stages[-1]
    match instruction.keyword:
        case "ENV" | "ARG":
            yield from _variables(file, instruction, stage.known, globals_, stage.title)
        case "ONBUILD ENV" | "ONBUILD ARG":
            yield from (_with(fact, name("onbuild")) for fact in _variables(file, instruction, {}, globals_, stage.title))
        case "EXPOSE":
            for line, word in instruction.words():
                for port in port_range(Opaque(_bare(expand(word, stage.known)))):
                    stage.ports.setdefault(port, file.at(line))
                    stage.starts = True
        case "USER":
            user = _bare(expand(instruction.rest, stage.known)).partition(":")[0]
            stage.user = name(user) if user and "$" not in user else None
            stage.user_at = file.at(instruction.line) if stage.user else None
        case "CMD" | "ENTRYPOINT":
            said = _command_line(instruction.rest)
            if instruction.keyword == "CMD":
                stage.command, stage.command_is_own = said, True
            else:
                # an entry point takes away the command that the stage inherited
                stage.entrypoint = said
                stage.command = stage.command if stage.command_is_own else None
            stage.starts = True
            if said:
                yield Process(command=Opaque(expand(said, stage.known)), owner=stage.title, at=file.at(instruction.line))
        case "COPY" | "ADD":
            yield from _taken(file, instruction, stage, stages)
        case "WORKDIR":
            folder = _bare(expand(instruction.rest, stage.known))
            stage.workdir = (folder if folder.startswith("/") else f"{stage.workdir}/{folder}")[:_MAX_PATH]
        case "RUN":
            yield from _run(file, instruction, stage)
        case "ONBUILD RUN":
            yield from (_with(fact, name("onbuild")) for fact in _run(file, instruction, stage))


def _variables(
    file: File, instruction: Instruction, known: dict[str, str], globals_: dict[str, str], owner: Name | None
) -> Iterator[Variable]:
    """`ENV a=1 b=2`, `ENV a 1` and `ARG a=1 b`; an `ARG` without a value takes the global one of its name."""
    words = list(instruction.words())
    argument = instruction.keyword.endswith("ARG")
    if not argument and words and "=" not in words[0][1]:
        legacy = re.match(r"\S+\s+(.*)", instruction.rest, re.DOTALL)
        words = [(words[0][0], f"{words[0][1]}={legacy[1]}")] if legacy else []
    before = dict(known)
    for line, word in words:
        if word.startswith("#"):  # meant as a comment
            break
        key, equals, written = word.partition("=")
        if not _VARIABLE.fullmatch(key) or key in _AUTOMATIC:
            continue
        value = expand(_bare(written), before) if equals else globals_.get(key) if argument else None
        # an ENV of that name wins over an ARG
        if value is not None and not (argument and key in before):
            known[key] = value
        yield Variable(name=name(key), value=None if value is None else Opaque(value), source="dockerfile", owner=owner, at=file.at(line))


def _run(file: File, instruction: Instruction, stage: Stage) -> Iterator[Fact]:
    """Every simple command of a `RUN` and of the here-documents that it hands to a shell, and the packages that it installs."""
    texts = [Text([(instruction.line, "")]), instruction.text]
    shell = instruction.rest
    if shell.startswith("[") and (listed := _json_list(shell)) is not None:
        texts = [Text([(instruction.line, shlex.join(listed))])]
    elif _SHELL.match(shell):
        texts += instruction.documents
    for text in texts:
        start = instruction.start if text is instruction.text else 0
        for words in commands(text.string[start:]):
            expanded = [Word(start + word.position, _pinned(word.text, stage.known)) for word in words]
            line = text.line(expanded[0].position)
            yield Process(command=Opaque(" ".join(word.text for word in expanded)), owner=name("RUN"), at=file.at(line))
            for package in installed(expanded):
                at = file.at(text.line(package.position))
                yield Dependency(ecosystem=package.ecosystem, name=package.name, declared=package.declared, extras=package.extras, at=at)


def _pinned(word: str, known: dict[str, str]) -> str:
    """A word with the variables of its version replaced: what names a package must stand there itself."""
    found = re.match(r"[^$=<>~!@]+[=<>~!@]+", word)
    return word[: found.end()] + expand(word[found.end() :], known) if found else word


def _foreign(instruction: Instruction, globals_: dict[str, str]) -> Iterator[tuple[str, int]]:
    """The images or stages that `COPY --from=` and `RUN --mount=…,from=` name."""
    for flag, value, line in instruction.flags:
        if flag == "mount":
            found = _FROM_MOUNT.search(value)
            value = found[1] if found else ""
        if flag in ("from", "mount") and value:
            yield _bare(expand(value, globals_)), line


def _images(file: File, stages: list[Stage], others: list[tuple[str, Stage, int]]) -> Iterator[Image]:
    """The images of all stages: `base` for those that the last stage builds on, `build` for the rest and what files are copied from."""
    chain: set[int] = set()
    here: Stage | None = stages[-1]
    while here is not None:
        chain.add(id(here))
        here = here.parent
    for stage in stages:
        if stage.parent is None and stage.image.lower() != "scratch":
            yield Image(
                spec=Opaque(stage.image), owner=stage.title, purpose="base" if id(stage) in chain else "build", at=file.at(stage.line)
            )
    for image, stage, line in others:
        if not image.isdigit() and _called(stages, image) is None:
            yield Image(spec=Opaque(image), owner=stage.title, purpose="build", at=file.at(line))


def _containers(file: File, stages: list[Stage]) -> Iterator[Container]:
    for stage in stages:
        last = stage is stages[-1]
        if last or (stage.title and stage.starts):
            command = " ".join(part for part in (stage.entrypoint, stage.command) if part)
            yield Container(
                stage=None if last else stage.title,
                ports=tuple(stage.ports.items()),
                user=stage.user,
                user_at=stage.user_at,
                command=Opaque(expand(command, stage.known)) if command else None,
                workdir=Opaque(stage.workdir) if stage.workdir else None,
                copied=tuple(map(Opaque, stage.copied)),
                at=file.at(stage.line),
            )


def _command_line(written: str) -> str | None:
    """A command in its shell or JSON form as one line."""
    listed = _json_list(written)
    return (written if listed is None else shlex.join(listed)) or None


def _json_list(written: str) -> list[str] | None:
    try:
        value = json.loads(written, strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) and all(isinstance(each, str) for each in value) else None


def _bare(word: str) -> str:
    """A word without its quotes and escapes."""
    return re.sub(r"\\(.)|[\"']", lambda found: found[1] or "", word, flags=re.DOTALL)
