"""The evidence kinds of what a test run leaves behind: its report, and what of the code it reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gatekeeper.model.evidence import Instant


@dataclass(frozen=True, slots=True)
class TestSuite:
    """One suite; its counts are of its own test cases, without those of suites in it.

    Attributes:
        name: its name behind the names of the suites around it, with `` > `` between them.
        tests: how many test cases.
        failures: those where what was asserted is not so.
        errors: those that broke.
        skipped: those that were not run.
        time: seconds, as the suite says; None where it does not.
        timestamp: when it was run; None where the report does not say it with an offset.
    """

    __test__ = False  # pytest takes classes of this name for its own

    name: str
    tests: int
    failures: int
    errors: int
    skipped: int
    time: float | None
    timestamp: Instant | None


@dataclass(frozen=True, slots=True)
class FailedTest:
    """A test case that did not pass.

    Attributes:
        suite: the name of its suite, as in ``suites``.
        classname: the class or module of the test case; None where it is not said.
        name: of the test case.
        outcome: ``failure`` where what was asserted is not so, ``error`` where it broke.
        message: what the report says first, on one line, cut.
    """

    suite: str
    classname: str | None
    name: str
    outcome: Literal["failure", "error"]
    message: str | None


@dataclass(frozen=True, slots=True)
class TestReport:
    """The reports of a test run, in the form of JUnit. There is at least one test case.

    Attributes:
        tests: how many test cases there are; each counts once, in the worst of what it has.
        passed: those with none of the others.
        failures: those where what was asserted is not so.
        errors: those that broke.
        skipped: those that were not run.
        flaky: those that passed only when they were run again; they are among ``passed``.
        time: seconds, the sum of what the suites say; None where one does not.
        suites: those with test cases of their own, in the order of the files.
        failed: every test case with a failure or an error.
    """

    __test__ = False  # as above

    tests: int
    passed: int
    failures: int
    errors: int
    skipped: int
    flaky: int
    time: float | None
    suites: list[TestSuite]
    failed: list[FailedTest]


@dataclass(frozen=True, slots=True)
class CoveredPackage:
    """A package of a report of coverage.

    Attributes:
        name: of the package.
        line_rate: covered lines of all lines, 0 to 1.
        branch_rate: None where no branches were measured.
    """

    name: str
    line_rate: float
    branch_rate: float | None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the code a test run reached. At least one line was measured.

    Attributes:
        line_rate: covered lines of all lines, 0 to 1.
        lines_valid: the lines that could be reached.
        lines_covered: those that were reached.
        branch_rate: covered branches of all branches, 0 to 1; None where no branches were measured, and so are the
            other counts of branches.
        branches_valid: the branches that could be taken.
        branches_covered: those that were taken.
        timestamp: when it was measured; None where the report does not say it.
        packages: by name, as the report has them.
    """

    line_rate: float
    lines_valid: int
    lines_covered: int
    branch_rate: float | None
    branches_valid: int | None
    branches_covered: int | None
    timestamp: Instant | None
    packages: list[CoveredPackage]
