"""Bundler: the lock file of a Gemfile, which speaks for the gem specification and the files that it takes in too.  Source: https://bundler.io/man/bundle-lock.1.html."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ctxgen.facts import Facts, folder_of
from ctxgen.locks import locked
from ctxgen.model import Dependency, Locked, Parent


def resolve(facts: Facts) -> Facts:
    """Give gems their locked versions."""
    locks: dict[str, dict[str, list[Locked]]] = defaultdict(lambda: defaultdict(list))
    for lock in facts.of(Locked):
        if lock.ecosystem == "rubygems":
            locks[lock.at.path][lock.name].append(lock)
    specified: dict[str, str] = {}
    evaluated: dict[str, str] = {}
    for parent in facts.of(Parent):
        if parent.ecosystem == "rubygems" and parent.path is not None:
            (specified if parent.name == "gemspec" else evaluated).setdefault(parent.path, parent.at.path)

    def lock_of(path: str) -> str:
        gemfile = specified.get(folder_of(path), "") if path.endswith(".gemspec") else path
        for _ in range(12):  # a file that is taken in may take in another
            gemfile = evaluated.get(gemfile, gemfile)
        return gemfile.removesuffix("gems.rb") + "gems.locked" if gemfile.rpartition("/")[2] == "gems.rb" else f"{gemfile}.lock"

    def change(dependency: Dependency) -> Iterator[Dependency]:
        if dependency.ecosystem == "rubygems":
            lock = lock_of(dependency.at.path)
            found = locks[lock][dependency.name] if lock in locks else []
            if len(found) == 1:
                dependency = locked(dependency, found[0])
        yield dependency

    return facts.map(Dependency, change)
