"""What came of suites: the moments of each case, what was expected and what was found, and what was never seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gatekeeper.model.decision import Decision
from gatekeeper.model.mode import ModeReading, Transition
from gatekeeper.model.place import Place
from gatekeeper.model.standing import LadderStanding
from gatekeeper.model.suite import Case, Expectation, Suite, Wanted


@dataclass(frozen=True, slots=True)
class Moment:
    """What every asked policy says at one look.

    Attributes:
        offset: how long after the beginning of the case.
        titles: of the events that happen at this look; none of them is empty.
        decisions: gate id → its decision.
        standings: ladder id → how it stands.
        readings: mode id → what the look at it tells.
    """

    at: datetime
    offset: timedelta
    titles: tuple[str, ...]
    decisions: Mapping[str, Decision]
    standings: Mapping[str, LadderStanding]
    readings: Mapping[str, ModeReading]


@dataclass(frozen=True, slots=True)
class Played:
    """A case that was played.

    Attributes:
        moments: one for each look, the earliest first.
    """

    case: Case
    moments: tuple[Moment, ...]

    def moment(self, offset: timedelta) -> Moment | None:
        """The moment that is so long after the beginning; None where nobody looked then."""
        return next((each for each in self.moments if each.offset == offset), None)

    def transitions(self, mode: str, until: timedelta) -> tuple[tuple[timedelta, Transition], ...]:
        """Every change of a mode's state up to a look, that one included, with how long after the beginning it came."""
        found = ((each.offset, each.readings[mode].transition) for each in self.moments if mode in each.readings)
        return tuple((offset, change) for offset, change in found if change is not None and offset <= until)


@dataclass(frozen=True, slots=True)
class Verified:
    """One thing that a case expects, beside what was found.

    Attributes:
        what: what was looked at, such as ``state`` or ``finding seven-clean-days``.
        expected: for people.
        found: for people.
        why: why the policy says what was found, in one line; empty where there is nothing to add.
        holds: whether they agree.
    """

    expectation: Expectation
    wanted: Wanted
    what: str
    expected: str
    found: str
    why: str
    holds: bool

    @property
    def place(self) -> Place:
        """Where the suite says so."""
        return self.wanted.place


@dataclass(frozen=True, slots=True)
class CaseRun:
    """What came of a case.

    Attributes:
        looks: how many there were.
        verified: one for each thing that it expects, in the order of the file.
        refused: why the case could not be played, in one line; empty where it was.
    """

    case: Case
    looks: int
    verified: tuple[Verified, ...]
    refused: str = ""

    @property
    def holds(self) -> bool:
        """Whether it was played, and everything is as expected."""
        return not self.refused and all(each.holds for each in self.verified)

    @property
    def failures(self) -> tuple[Verified, ...]:
        """What is not as expected."""
        return tuple(each for each in self.verified if not each.holds)


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """What came of the cases of one file."""

    suite: Suite
    cases: tuple[CaseRun, ...]

    @property
    def holds(self) -> bool:
        """Whether every case holds."""
        return all(each.holds for each in self.cases)


@dataclass(frozen=True, slots=True)
class Part:
    """Something of a policy that comes to different things, and which of them a case has seen.

    Attributes:
        kind: ``rule``, ``review``, ``trigger``, ``duty``, ``condition`` or ``advice``.
        wanted: the words for what it can come to, such as ``pass``, ``fail`` and ``unknown``.
        seen: those of them that were seen, in the same order.
    """

    kind: str
    id: str
    place: Place
    wanted: tuple[str, ...]
    seen: tuple[str, ...]

    @property
    def unseen(self) -> tuple[str, ...]:
        """What it never came to."""
        return tuple(each for each in self.wanted if each not in self.seen)


@dataclass(frozen=True, slots=True)
class BranchSeen:
    """A part of an expression that decides, and whether it was seen to be true and to be false.

    Attributes:
        text: the part, on one line.
        place: where the expression stands that holds it; its line is that of the part where the text is not folded.
    """

    text: str
    place: Place
    true: bool
    false: bool

    @property
    def unseen(self) -> tuple[str, ...]:
        """What it never was."""
        return (*(() if self.true else ("true",)), *(() if self.false else ("false",)))


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many of how many."""

    seen: int
    all: int

    @property
    def percent(self) -> float:
        """From 0 to 100; 100 where there is nothing to be seen."""
        return 100.0 * self.seen / self.all if self.all else 100.0

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio(self.seen + other.seen, self.all + other.all)


@dataclass(frozen=True, slots=True)
class PolicyCoverage:
    """What the cases have seen of one policy.

    Attributes:
        kind: ``gate``, ``ladder`` or ``mode``.
        asked: whether any case asks it, itself or through a gate that reads it.
        parts: by place.
        branches: by place.
    """

    policy: str
    kind: str
    asked: bool
    parts: tuple[Part, ...]
    branches: tuple[BranchSeen, ...]

    @property
    def outcomes(self) -> Ratio:
        """How many of all that its parts can come to were seen."""
        return Ratio(sum(len(each.seen) for each in self.parts), sum(len(each.wanted) for each in self.parts))

    @property
    def decided(self) -> Ratio:
        """How many of the values of its branches were seen: each has two."""
        return Ratio(sum(each.true + each.false for each in self.branches), 2 * len(self.branches))


@dataclass(frozen=True, slots=True)
class SuitesReport:
    """What came of all suites of one run.

    Attributes:
        coverage: of every policy, by id.
        list_unseen: whether the report names what was never seen.
        fail_under: the least percentage of outcomes that has to be seen; None for none.
    """

    suites: tuple[SuiteRun, ...]
    coverage: tuple[PolicyCoverage, ...]
    list_unseen: bool = False
    fail_under: float | None = None

    @property
    def outcomes(self) -> Ratio:
        """The outcomes of all policies."""
        return sum((each.outcomes for each in self.coverage), Ratio(0, 0))

    @property
    def decided(self) -> Ratio:
        """The branches of all policies."""
        return sum((each.decided for each in self.coverage), Ratio(0, 0))

    @property
    def cases(self) -> tuple[CaseRun, ...]:
        """The cases of all suites."""
        return tuple(case for each in self.suites for case in each.cases)

    @property
    def covered(self) -> bool:
        """Whether enough was seen."""
        return self.fail_under is None or self.outcomes.percent >= self.fail_under

    @property
    def least(self) -> tuple[str, str]:
        """How much has to be seen and how much was, in percent, with as many digits as show the difference.

        Both are empty where nothing has to be seen.
        """
        if self.fail_under is None:
            return "", ""
        seen = self.outcomes.percent
        told = (f"{seen:.{digits}f}" for digits in range(1, 18))
        differing = (each for each in told if (float(each) >= self.fail_under) == (seen >= self.fail_under))
        return repr(self.fail_under).removesuffix(".0"), next(differing, repr(seen))

    @property
    def holds(self) -> bool:
        """Whether every case holds and enough was seen."""
        return self.covered and all(each.holds for each in self.suites)
