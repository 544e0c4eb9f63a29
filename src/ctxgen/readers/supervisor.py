"""Process managers: Supervisor, uWSGI and PM2: what they start, and how many of it.

Sources: http://supervisord.org/configuration.html, https://uwsgi-docs.readthedocs.io/en/latest/Options.html,
https://pm2.keymetrics.io/docs/usage/application-declaration/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxgen.documents import Node
from ctxgen.model import Fact, Process, Setting, Variable
from ctxgen.opaque import Name, Opaque, name
from ctxgen.readers import reads
from ctxgen.readers._ini import options
from ctxgen.tree import SOURCE_LIMIT, File

_VARIABLE = re.compile(r"[A-Za-z_]\w{0,119}")
_PROGRAM = re.compile(r"program:([\w.-]{1,80})")
_PM2_PAIR = re.compile(
    r"""^\s*(?:[{,]\s*)?["']?(name|script|instances|exec_mode|args|max_memory_restart)["']?\s*:\s*["']?([^"',\n}]{1,200})["']?"""
)
_UWSGI = {
    "processes": "workers",
    "workers": "workers",
    "threads": "threads",
    "harakiri": "timeout",
    "cheaper": "min-workers",
    "max-requests": "max-requests",
    "limit-as": "memory-limit",
    "listen": "backlog",
}
_UWSGI_UNITS = {"timeout": "s", "memory-limit": "MB"}
_UWSGI_STARTS = re.compile(r"(?:smart-)?attach-daemon2?|hook-[\w-]+|mule|exec-[\w-]+|module|wsgi-file|wsgi|cron2?|command")


@reads("supervisord.conf", "supervisor.conf", "supervisord*.conf", "*.conf", "*.ini", "*.supervisor", contains=(b"[program:",))
def read_supervisor(file: File) -> Iterator[Fact]:
    """The programs with their command lines, numbers of processes and variables."""
    for option in options(file.lines):
        found = _PROGRAM.fullmatch(option.section)
        if found is None:
            continue
        owner, at = name(found[1]), file.at(option.line)
        if option.key == "command" and option.text:
            yield Process(command=Opaque(option.text), owner=owner, daemon=True, at=at)
        elif option.key == "numprocs" and (number := Opaque(option.text).integer()) is not None:
            yield Setting(kind=name("workers"), value=name(str(number)), subject=owner, owner=owner, at=at)
        elif option.key == "environment":
            for pair in re.finditer(r"([A-Za-z_]\w{0,119})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^,]*))", option.text):
                yield Variable(name=name(pair[1]), value=Opaque(pair[2] or pair[3] or pair[4] or ""), source="other", owner=owner, at=at)


@reads("uwsgi.ini", "uwsgi.*.ini", "*.uwsgi.ini", "uwsgi-*.ini", "uwsgi_*.ini", "*uwsgi.ini", contains=(b"[uwsgi]",))
def read_uwsgi(file: File) -> Iterator[Fact]:
    """Workers, threads and time-outs, and what is started beside the application; the same key may stand many times."""
    inside = False
    for number, line in enumerate(file.lines, 1):
        stripped = line.strip()
        if stripped.startswith("["):
            inside = stripped.startswith("[uwsgi")
        key, equals, value = (part.strip() for part in stripped.partition("="))
        if not inside or not equals or stripped.startswith((";", "#")):
            continue
        said, at = Opaque(value), file.at(number)
        if _UWSGI_STARTS.fullmatch(key):
            daemon = "daemon" in key
            yield Process(command=said, owner=_daemon(value) if daemon else name("uwsgi"), daemon=daemon, at=at)
        elif key in ("env", "setenv"):
            title, sets, written = value.partition("=")
            if sets and _VARIABLE.fullmatch(title):
                yield Variable(name=name(title), value=Opaque(written), source="other", at=at)
        elif key in _UWSGI and (amount := said.integer()) is not None:
            kind = _UWSGI[key]
            unit = _UWSGI_UNITS.get(kind)
            yield Setting(kind=name(kind), value=name(str(amount)), unit=name(unit) if unit else None, subject=name("uWSGI"), at=at)


def _daemon(command: str) -> Name | None:
    """What a daemon is called: the management command, else the program."""
    words = [word for word in re.split(r"\s+", command) if word and "=" not in word]
    managed = next((words[index + 1] for index, word in enumerate(words[:-1]) if word.endswith("manage.py")), None)
    plain = managed or (words[0].rpartition("/")[2] if words else "")
    return name(plain) if re.fullmatch(r"[A-Za-z][\w.-]{0,60}", plain) else None


@reads("pm2.json", "pm2.*.json", "ecosystem.json", "ecosystem.config.json", "process.json", "processes.json", "pm2.yml", "pm2.yaml", "ecosystem.config.yml", contains=(b"apps",))  # fmt: skip
def read_pm2(file: File) -> Iterator[Fact]:
    """The applications of a PM2 file in JSON or YAML."""
    root = file.json() if file.name.endswith("json") else file.yaml()
    apps = root.get("apps")
    for app in apps.elements() if apps is not None else ():
        stated = {key: said for key, said in app.items() if said.text}
        title, script, args = (stated.get(key) for key in ("name", "script", "args"))
        owner = name(title.text or "") if title is not None else None
        if script is not None:
            words = " ".join(each.text for each in (script, args) if each is not None and each.text)
            yield Process(command=Opaque(words), owner=owner, daemon=True, at=file.at(script.line))
        for key in ("instances", "max_memory_restart"):
            if (said := stated.get(key)) is not None:
                yield from _pm2_setting(file, key, said.text or "", owner, said.line)
        for key, said in (app.get("env") or Node({}, 1)).items():
            if _VARIABLE.fullmatch(key):
                yield Variable(
                    name=name(key), value=Opaque(said.text) if said.text else None, source="other", owner=owner, at=file.at(said.line)
                )


@reads("ecosystem.config.js", "ecosystem.config.cjs", "ecosystem.*.config.js", "pm2.config.js", "pm2.config.cjs", "ecosystem.config.mjs", limit=SOURCE_LIMIT, contains=(b"apps",))  # fmt: skip
def read_pm2_script(file: File) -> Iterator[Fact]:
    """The applications of a PM2 file in JavaScript, as far as single lines state them."""
    owner: Name | None = None
    for number, line in enumerate(file.lines, 1):
        found = _PM2_PAIR.match(line[:400])
        if found is None:
            continue
        key, value = found[1], found[2].strip()
        if key == "name":
            owner = name(value)
        elif key == "script":
            yield Process(command=Opaque(value), owner=owner, daemon=True, at=file.at(number))
        else:
            yield from _pm2_setting(file, key, value, owner, number)


def _pm2_setting(file: File, key: str, value: str, owner: Name | None, line: int) -> Iterator[Setting]:
    said = Opaque(value)
    if key == "instances" and (number := said.integer()) is not None and number > 0:
        yield Setting(kind=name("workers"), value=name(str(number)), subject=owner or name("PM2"), owner=owner, at=file.at(line))
    elif key == "max_memory_restart" and (size := said.size()) is not None:
        yield Setting(kind=name("memory-limit"), value=size, subject=owner or name("PM2"), owner=owner, at=file.at(line))
