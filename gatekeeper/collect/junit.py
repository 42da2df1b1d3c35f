"""Reports of tests in the form of JUnit, which most test runners write.

There is no standard for it, only a custom: ``testsuites`` and ``testsuite`` with counts, ``testcase`` with ``failure``,
``error`` or ``skipped`` in it (https://github.com/testmoapp/junitxml). So the test cases themselves are counted, and
what the suites say of their number only shows whether all of them are there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from gatekeeper.collect.interface import CollectRequest, FilesConfig, Refused, brought
from gatekeeper.collect.xml_text import XmlRefused, read_xml
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence
from gatekeeper.model.times import instant_text, parse_instant
from gatekeeper.model.values import Json

MOST_FAILED = 5_000
"""So many tests that did not pass are listed; a report with more is no evidence, since a cut list would look whole."""

_MESSAGE = 500
_NAME = 1_000
_SECONDS = re.compile(r"\d+(?:\.\d*)?(?:[eE]-?\d{1,3})?|\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_COUNT = re.compile(r"\d{1,12}", re.ASCII)

Outcome = Literal["passed", "skipped", "failure", "error"]
_WORST: tuple[Outcome, ...] = ("passed", "skipped", "failure", "error")
_AGAIN = frozenset({"flakyFailure", "flakyError"})


class JunitCollector:
    """Counts the test cases of the reports of one run of tests."""

    kind = "junit"
    gives = "test_report"
    config = FilesConfig

    def collect(self, request: CollectRequest[FilesConfig]) -> Evidence:
        """The reports in the shape of their kind.

        Raises:
            Refused: a file is no report, holds fewer test cases than it says, or there is no test case at all.
        """
        config = request.config
        report = _Report()
        for name in config.names:
            reader = _Reader(report)
            read_xml(request, name, reader)
            if reader.lacking:
                raise Refused("truncated", f"{shown(name, 120)}: {reader.lacking}")
        if not report.suites:
            raise Refused("failed", f"{shown(config.source_line(), 120)} holds no test case, so nothing was tested")
        return brought(self, request, config.source_line(), report.value(), observed_at=report.observed_at())


@dataclass(slots=True)
class _Case:
    """A test case that is being read."""

    name: str
    classname: str | None
    outcome: Outcome = "passed"
    flaky: bool = False
    message: str | None = None


@dataclass(slots=True)
class _Suite:
    """A suite that is being read; ``inner`` are the test cases of it and of all suites in it."""

    name: str
    said: Mapping[str, int | None]
    seconds: float | None
    timestamp: datetime | None
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(_WORST, 0))
    inner: int = 0
    marks: dict[str, int] = field(default_factory=lambda: {"failure": 0, "error": 0})

    @property
    def own(self) -> int:
        return sum(self.counts.values())

    def value(self) -> dict[str, Json]:
        return {
            "name": self.name,
            "tests": self.own,
            "failures": self.counts["failure"],
            "errors": self.counts["error"],
            "skipped": self.counts["skipped"],
            "time": self.seconds,
            "timestamp": None if self.timestamp is None else instant_text(self.timestamp),
        }


class _Report:
    """What was read of all files."""

    def __init__(self) -> None:
        self.opened: list[_Suite] = []
        self.failed: list[Json] = []
        self.flaky = 0

    @property
    def suites(self) -> list[_Suite]:
        return [suite for suite in self.opened if suite.own]

    def value(self) -> Json:
        times = [suite.seconds for suite in self.suites]
        total = {word: sum(suite.counts[word] for suite in self.suites) for word in _WORST}
        return {
            "tests": sum(total.values()),
            "passed": total["passed"],
            "failures": total["failure"],
            "errors": total["error"],
            "skipped": total["skipped"],
            "flaky": self.flaky,
            "time": None if None in times else round(sum(each or 0.0 for each in times), 6),
            "suites": [suite.value() for suite in self.suites],
            "failed": self.failed,
        }

    def observed_at(self) -> datetime | None:
        """When the first suite was run, if all say when they were."""
        told = [suite.timestamp for suite in self.suites if suite.timestamp is not None]
        return min(told) if told and len(told) == len(self.suites) else None


class _Reader:
    """Reads one file; ``lacking`` says which test cases are not there."""

    def __init__(self, report: _Report) -> None:
        self._report = report
        self._open: list[str] = []
        self._suites: list[_Suite] = []
        self._case: _Case | None = None
        self._told: list[str] | None = None
        self.lacking = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        parent = self._open[-1] if self._open else ""
        self._open.append(name)
        if not parent and name not in {"testsuites", "testsuite"}:
            raise XmlRefused(f"begins with {shown(name)}, and a report of JUnit with testsuites or testsuite")
        if name in {"testsuites", "testsuite"} and parent in {"", "testsuites", "testsuite"}:
            self._suites.append(self._suite(attributes))
            self._report.opened.append(self._suites[-1])
        elif name == "testcase" and parent in {"testsuites", "testsuite"}:
            self._case = _Case(_cut(attributes.get("name", ""), _NAME), _maybe(attributes.get("classname")))
        elif self._case is not None and parent == "testcase":
            self._mark(self._case, name, attributes)

    def _suite(self, attributes: Mapping[str, str]) -> _Suite:
        around = self._suites[-1].name if self._suites else ""
        name = " > ".join(filter(None, [around, attributes.get("name")]))
        said = {word: _count(attributes, word) for word in ("tests", "failures", "errors")}
        seconds, timestamp = _seconds(attributes.get("time")), _instant(attributes.get("timestamp"))
        return _Suite(_cut(name, _NAME), said, seconds, timestamp)

    def _mark(self, case: _Case, name: str, attributes: Mapping[str, str]) -> None:
        if name in {"failure", "error"}:
            self._suites[-1].marks[name] += 1
        if name in _AGAIN:
            case.flaky = True
        if name not in _WORST or _WORST.index(name) <= _WORST.index(case.outcome):
            return
        case.outcome = name
        case.message = _maybe(attributes.get("message"))
        self._told = [] if case.message is None else None

    def text(self, text: str) -> None:
        if self._told is not None and self._open[-1] in _WORST and sum(map(len, self._told)) < 10 * _MESSAGE:
            self._told.append(text)

    def end(self, name: str) -> None:
        self._open.pop()
        if self._case is not None and name in _WORST and self._told is not None:
            self._case.message = _maybe("".join(self._told))
            self._told = None
        elif self._case is not None and name == "testcase":
            self._close_case(self._case)
            self._case = None
        elif name in {"testsuites", "testsuite"} and self._suites:
            self._close_suite(self._suites.pop())

    def _close_case(self, case: _Case) -> None:
        suite = self._suites[-1]
        suite.counts[case.outcome] += 1
        self._report.flaky += case.flaky and case.outcome == "passed"
        if case.outcome not in {"failure", "error"}:
            return
        if len(self._report.failed) == MOST_FAILED:
            raise Refused(
                "truncated", f"more than {MOST_FAILED:,} test cases did not pass: no cut list of them is kept"
            )
        told = {"suite": suite.name, "classname": case.classname, "name": case.name}
        self._report.failed.append({**told, "outcome": case.outcome, "message": case.message})

    def _close_suite(self, suite: _Suite) -> None:
        inner = suite.inner + suite.own
        here = {"tests": inner, "failures": suite.marks["failure"], "errors": suite.marks["error"]}
        for word, count in here.items():
            said = suite.said[word]
            if said is not None and count < said and not self.lacking:
                named = f"the suite {shown(suite.name)}" if suite.name else "the report"
                self.lacking = f"{named} says {said} {word}, and {count} are here"
        if self._suites:
            self._suites[-1].inner += inner
            for word, count in suite.marks.items():
                self._suites[-1].marks[word] += count


def _count(attributes: Mapping[str, str], word: str) -> int | None:
    text = attributes.get(word, "").strip()
    if not text:
        return None
    if not _COUNT.fullmatch(text):
        raise XmlRefused(f"has a suite with {word} {shown(text)}, which is no count")
    return int(text)


def _seconds(text: str | None) -> float | None:
    """Some runners write thousands with a comma."""
    if text is None or not text.strip():
        return None
    if not _SECONDS.fullmatch(text.strip()):
        raise XmlRefused(f"has a suite with the time {shown(text)}, which is no number of seconds")
    return float(text.strip().replace(",", ""))


def _instant(text: str | None) -> datetime | None:
    """None without an offset: which zone it is in cannot be known."""
    try:
        return None if text is None else parse_instant(text.strip().replace(" ", "T", 1))
    except ValueError:
        return None


def _maybe(text: str | None) -> str | None:
    line = _cut(" ".join((text or "").split()), _MESSAGE)
    return line or None


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
