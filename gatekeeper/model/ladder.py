"""A ladder: ordered levels, each with what reaches it, who acts by when, and what is owed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gatekeeper.model.duty import Duty, Span
from gatekeeper.model.mode import Lever
from gatekeeper.model.place import Place
from gatekeeper.model.policy import Policy
from gatekeeper.model.rule import Expression, Template

PAGING = "paging"
"""The name under which the expressions of a ladder see who stands in the rows of its paging table."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do about a trigger.

    Attributes:
        when: only where this is true; None for always.
        lever: the id of the lever to pull, or None.
        action: what to do, or how to pull the lever here; it may be empty where a lever says it all.
    """

    when: Expression | None
    lever: str | None
    action: str
    place: Place


@dataclass(frozen=True, slots=True)
class Lasting:
    """How long a trigger's condition must have lasted.

    Attributes:
        until: gives the instant at which it ended, or null while it lasts; None where it always lasts up to now.
        span: how long.
        strictly: whether it must have lasted longer than the span; else as long is enough.
    """

    until: Expression | None
    span: Span
    strictly: bool


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to page.

    Attributes:
        who: a person, or a role that somebody holds.
        topic: the row of the paging table that names them, or empty where the ladder itself does.
        when: paged only where this is not false; None for always.
        hours: id of the calendar within whose hours alone they are paged, or None for at any time.
    """

    who: str
    topic: str = ""
    when: Expression | None = None
    hours: str | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """One of the things that reach a level; of a severity ladder a failure mode, with its remedies.

    Attributes:
        since: gives the instant at which the condition began, or None where the ladder does not say.
        lasting: how long it must have lasted; needs ``since``.
        remedies: what to do, in this order.
        contacts: who is paged beside those of the level.
    """

    id: str
    title: str
    when: Expression
    since: Expression | None
    lasting: Lasting | None
    message: Template | None
    remedies: tuple[Remedy, ...]
    place: Place
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """A rung.

    Attributes:
        word: how the level is called, such as ``L2`` or ``HIGH``.
        severity: the standard word for it on a severity ladder, else None.
        triggers: any of them reaches the level, and with it those below.
        action: what is done at this level.
        contacts: who is paged.
        response: by when somebody has taken it up, as a duty, or None.
    """

    word: str
    title: str
    severity: str | None
    triggers: tuple[Trigger, ...]
    action: str
    contacts: tuple[Contact, ...]
    response: Duty | None
    place: Place

    @property
    def page(self) -> tuple[str, ...]:
        """Who is paged, by name."""
        return tuple(each.who for each in self.contacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder(Policy):
    """Ordered levels.

    Attributes:
        levels: the lowest first.
        duties: of all levels, and those that hang on none.
        levers: id → lever, for the remedies.
        topics: row of the paging table → everybody whom it names, whether they are paged now or not.
    """

    levels: tuple[Level, ...]
    duties: tuple[Duty, ...]
    levers: Mapping[str, Lever]
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def owed(self) -> tuple[Duty, ...]:
        """The responses of the levels, and all duties."""
        return (*(each.response for each in self.levels if each.response is not None), *self.duties)
