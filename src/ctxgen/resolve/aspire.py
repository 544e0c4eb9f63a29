"""Projects that an Aspire program runs: `Projects.Basket_API` is the project whose file is `Basket.API.csproj`.

Source: https://aspire.dev/get-started/app-host/ (the SDK writes one class per referenced project, what is no letter of a name as `_`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from msgspec.structs import replace

from ctxgen.facts import Facts, folder_of
from ctxgen.model import Dependency, Project, Service


def resolve(facts: Facts) -> Facts:
    """Fill in the folders of the projects: of several of one name the one that the program's own project refers to."""
    if not any(service.project for service in facts.of(Service)):
        return facts
    named: dict[str, list[str]] = defaultdict(list)
    for project in facts.of(Project):
        if project.ecosystem == "nuget":
            named[re.sub(r"\W", "_", project.at.path.rpartition("/")[2].rpartition(".")[0])].append(project.at.path)
    referred: dict[str, set[str]] = defaultdict(set)
    for need in facts.of(Dependency):
        if need.ecosystem == "nuget" and need.path is not None:
            referred[folder_of(need.at.path)].add(need.path)

    def change(service: Service) -> Iterator[Service]:
        if service.project is None:
            yield service
            return
        paths = sorted(named.get(service.project, []), key=lambda path: (path not in referred[folder_of(service.at.path)], path))
        yield replace(service, build=folder_of(paths[0])) if paths else service

    return facts.map(Service, change)
