"""What an answer of GitHub says that it is about, held against what was asked for.

The records of GitHub's interface name their repository, as an object or in URLs of the interface: after a repository
was renamed, or behind a proxy that mixes answers up, that can be another one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gatekeeper.collect.github_api import GitHub, Record
from gatekeeper.model.shown import shown
from gatekeeper.model.values import Json
from gatekeeper.refused import Refused

_PLACE = re.compile(r"/repos/([^/?#]+/[^/?#]+)(?:/pulls/([0-9]+))?", re.ASCII)
_RENAMED = "if the repository was renamed or moved, write its new name as repository; else see who answers for api"


def refuse_other(github: GitHub, listed: Json, number: int | None = None) -> None:
    """Refuses records that are about something else; one that says nothing of it is let pass.

    Args:
        github: knows the repository that was asked for.
        listed: one record, or a list of them.
        number: the pull request that they are to be about, where they are about one.

    Raises:
        Refused: a record is of another repository or of another pull request.
    """
    wanted = github.path.removeprefix("repos/")
    for told in listed if isinstance(listed, list) else [listed]:
        for repository, pull in _said(told) if isinstance(told, dict) else ():
            if repository.lower() != wanted.lower():  # names of repositories are the same in small and capital letters
                line = f"the answer is about the repository {shown(repository, 120)}, and {wanted} was asked for"
                raise Refused("mistyped", line, _RENAMED)
            if number is not None and pull is not None and int(pull) != number:
                raise Refused("mistyped", f"the answer is about pull request {pull}, and {number} was asked for")


def _said(told: Record) -> Iterator[tuple[str, str | None]]:
    """Each repository that a record names as its own, and the number of a pull request beside it."""
    base = told.get("base")
    for holder in (told.get("repository"), base.get("repo") if isinstance(base, dict) else None):
        if isinstance(holder, dict) and isinstance(name := holder.get("full_name"), str):
            yield name, None
    for key in ("url", "repository_url", "pull_request_url"):
        if isinstance(url := told.get(key), str) and (found := _PLACE.search(url)):
            yield found[1], found[2]
