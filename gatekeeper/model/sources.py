"""Where the evidence of a system comes from in one environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from gatekeeper.errors import UsageError
from gatekeeper.model.place import Place
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.values import Json

CONCURRENCY = 8
"""How many sources are read at the same time, unless the sources say otherwise."""

DEADLINE = timedelta(seconds=60)
"""How long the reading of all sources may take, unless the sources say otherwise."""


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """Where one piece of evidence comes from.

    Attributes:
        collector: the collector's word.
        config: everything else of the entry, as the file has it; the collector validates it.
        place: where the entry stands.
        places: path into ``config`` → where that value stands, such as ``("columns", 0)``.
    """

    collector: str
    config: Mapping[str, Json]
    place: Place
    places: Mapping[tuple[str | int, ...], Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourcesDocument:
    """The sources of a system in one environment.

    Attributes:
        subject: what the evidence is about.
        sources: name of the evidence → where it comes from, in the order of the file.
        concurrency: how many sources are read at the same time.
        deadline: how long the reading of all of them may take.
    """

    system: str
    environment: str
    subject: Subject
    sources: Mapping[str, SourceEntry]
    place: Place
    concurrency: int = CONCURRENCY
    deadline: timedelta = DEADLINE

    def about(self, given: Subject) -> Subject:
        """What a collection is about: what is given goes before what the sources say.

        Raises:
            UsageError: it is given another environment than that of the sources.
        """
        environment = self.subject.environment or self.environment
        if given.environment not in {None, environment}:
            told = f"the subject's environment is to be {given.environment}, and these are the sources of {environment}"
            raise UsageError(told, "choose the sources with --environment")
        return Subject(given.service or self.subject.service, environment, given.commit or self.subject.commit)
