"""Process types of Procfiles: which of them are components of their own.

A Procfile that only starts `web` says nothing that its folder does not; and where a container is built from the same folder, `web` is that container.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ctxgen.facts import Facts
from ctxgen.model import Service


def resolve(facts: Facts) -> Facts:
    """Leave out the `web` processes that are told of already; their command lines stay as facts."""
    services = facts.of(Service)
    counted = Counter(service.at.path for service in services if service.platform == "procfile")
    if not counted:
        return facts
    built = {service.build for service in services if service.platform != "procfile" and service.build is not None}
    named = {str(service.name) for service in services if service.platform != "procfile"}

    def change(service: Service) -> Iterator[Service]:
        told = service.platform == "procfile" and service.name == "web" and "web" not in named
        if not (told and (counted[service.at.path] == 1 or service.build in built)):
            yield service

    return facts.map(Service, change)
