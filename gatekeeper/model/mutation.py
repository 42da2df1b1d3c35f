"""What came of mutation testing: policies with one small change each, and whether any case noticed it.

The words are those of the field: a changed policy is a *mutant*, a case that fails on it *kills* it, and one that no
case notices *survives*.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gatekeeper.model.place import Place


class MutantState(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    REFUSED = "refused"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Equivalent:
    """What the author of a suite says of a mutant: that it cannot matter.

    Attributes:
        part: which part of the policy, as a report names it: ``rules.orders.expect``.
        before: what stands there, as a report shows it.
        after: what the mutant has instead.
        reason: why no case could notice it.
    """

    policy: str
    part: str
    before: str
    after: str
    reason: str
    place: Place


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy with one change.

    Attributes:
        part: the way to what is changed: keys, and of entries of lists their ids.
        mutator: the kind of change, such as ``comparison``.
        before: what stands there, as the author writes it; empty for something that is not written.
        after: what the mutant has instead; empty for something that is taken out.
    """

    policy: str
    part: str
    mutator: str
    before: str
    after: str
    place: Place

    def is_meant_by(self, said: Equivalent) -> bool:
        """Whether a declaration is about this mutant."""
        return (self.policy, self.part, self.before, self.after) == (said.policy, said.part, said.before, said.after)


@dataclass(frozen=True, slots=True)
class MutantRun:
    """What became of one mutant.

    Attributes:
        why: of a killed one the file and id of the case that failed first, of a refused one what lint says, of an
            equivalent one the reason.
        cases: how many cases were asked.
    """

    mutant: Mutant
    state: MutantState
    why: str = ""
    cases: int = 0


@dataclass(frozen=True, slots=True)
class MutationScore:
    """How many mutants of each state there are."""

    killed: int
    survived: int
    equivalent: int
    refused: int
    not_run: int

    @classmethod
    def of(cls, runs: Iterable[MutantRun]) -> MutationScore:
        """The score of these mutants."""
        states = [each.state for each in runs]
        return cls(*(states.count(state) for state in MutantState))

    @property
    def all(self) -> int:
        """How many mutants there are, of whatever state."""
        return self.killed + self.survived + self.equivalent + self.refused + self.not_run

    @property
    def percent(self) -> float:
        """How many of those that were run, and could have been noticed by a case, were killed.

        Where there are none, it is 100; or 0 where there was no time for any.
        """
        tried = self.killed + self.survived
        if not tried:
            return 0.0 if self.not_run else 100.0
        return 100.0 * self.killed / tried


@dataclass(frozen=True, slots=True)
class MutationReport:
    """What came of all mutants of one run.

    Attributes:
        runs: by file and place.
        cases: how many cases there were to kill them.
        fail_under: the least score in percent; None for none.
    """

    runs: tuple[MutantRun, ...]
    cases: int
    fail_under: float | None = None

    @property
    def score(self) -> MutationScore:
        """The score of all of them."""
        return MutationScore.of(self.runs)

    @property
    def policies(self) -> tuple[tuple[str, MutationScore], ...]:
        """The score of each policy, by id."""
        ids = sorted({each.mutant.policy for each in self.runs})
        return tuple((id_, MutationScore.of(r for r in self.runs if r.mutant.policy == id_)) for id_ in ids)

    def of(self, state: MutantState) -> tuple[MutantRun, ...]:
        """The mutants of a state, by place."""
        return tuple(each for each in self.runs if each.state is state)

    @property
    def enough(self) -> bool:
        """Whether the score is as high as it has to be."""
        return self.fail_under is None or self.score.percent >= self.fail_under

    @property
    def holds(self) -> bool:
        """Whether every mutant was run, and enough of them were killed."""
        return self.enough and not self.score.not_run
