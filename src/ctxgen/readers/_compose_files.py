"""Which YAML files are of the Compose format: by their names, or because what they hold plainly fits.

Sources: https://docs.docker.com/reference/compose-file/services/ for the keys of a service and
https://docs.docker.com/compose/intro/compose-application-model/ for the usual names.
"""

from __future__ import annotations

import re

from ctxgen.documents import Node
from ctxgen.opaque import Name, name
from ctxgen.readers._variants import environment
from ctxgen.tree import File

_NAMED = re.compile(r"(?:(?P<before>.+?)[._-])??(?:docker[._-]?)?compose(?:[._-](?P<after>.+?)|\d{1,3})?\.ya?ml", re.IGNORECASE)
_SERVICES = re.compile(r"^services:[ \t]*(?:#.*)?$", re.MULTILINE)
_RUNS = re.compile(r"^[ \t]+(?:image|build|extends)[ \t]*:", re.MULTILINE)

_SERVICE_KEYS = """
    annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name cpu_count cpu_percent cpu_period cpu_quota
    cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search
    domainname driver_opts entrypoint env_file environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc
    isolation label_file labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models net network_mode networks
    oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged profiles provider pull_policy pull_refresh_after read_only
    restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user
    userns_mode uts volumes volumes_from working_dir
"""
_KNOWN_KEYS = frozenset(_SERVICE_KEYS.split())


def compose_name(path: str) -> re.Match[str] | None:
    """The parts of a name such as `docker-compose.test.yml`; workflows are often called after what they run."""
    return None if "/.github/" in f"/{path}" else _NAMED.fullmatch(path.rpartition("/")[2])


def looks_like_compose(text: str) -> bool:
    """Whether a text is worth parsing to see if it fits."""
    found = _SERVICES.search(text)
    return found is not None and _RUNS.search(text, found.end()) is not None


def services_of(document: Node, *, trusted: bool) -> dict[str, Node]:
    """The services of a document, if it is one of the Compose format; what has only a known name must have only known keys."""
    listed = document.get("services")
    top = listed if listed is not None else document
    found = {key: node for key, node in top.items() if isinstance(node.value, dict) and not key.startswith("x-")}
    if listed is None and (document.get("version") or not found or not all(_runs(node) for node in found.values())):
        return {}
    if not trusted:
        if len(found) != sum(1 for key, node in top.items() if not key.startswith("x-") and node.value is not None):
            return {}
        keys = {key for node in found.values() for key in node.value if not key.startswith("x-")}
        if not keys <= _KNOWN_KEYS or not any(_runs(node) for node in found.values()):
            return {}
    return found


def _runs(node: Node) -> bool:
    image, build = node.get("image"), node.get("build")
    return (
        (image is not None and image.text is not None)
        or (build is not None and isinstance(build.value, dict | str))
        or node.get("extends") is not None
    )


def variant_of(file: File, named: re.Match[str] | None) -> Name | None:
    """What a variant file is a variant for; base and override files hold always."""
    if named is None:
        label = environment(file.name.rpartition(".")[0])
        return name(label) if label else None
    words = [
        word
        for part in (named["before"], named["after"])
        if part
        for word in re.split(r"\.", part.strip("._-"))
        if word.lower() not in ("override", "base", "yml", "yaml")
    ]
    return name(".".join(words)) if words else None
