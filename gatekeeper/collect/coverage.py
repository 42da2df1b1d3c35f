"""Reports of coverage in the form of Cobertura, as coverage.py, gcovr, Istanbul, Coverlet and others write them.

Rates are computed from the counts, since programs round them, and since with nothing to cover some say that all of it
is covered (https://github.com/cobertura/web/blob/master/htdocs/xml/coverage-04.dtd).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from gatekeeper.collect.interface import CollectRequest, FileConfig, Refused, brought
from gatekeeper.collect.xml_text import XmlRefused, read_xml
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json

MOST_PACKAGES = 10_000

_ROUNDED = 0.0101
"""How far the rate that a report says may be from its counts: two digits are the least that programs write."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_END = 10**11
"""A timestamp below counts seconds (up to the year 5138), one above milliseconds (from 1973)."""

_COUNT = re.compile(r"\d{1,13}", re.ASCII)
_RATE = re.compile(r"\d(?:\.\d+)?(?:[eE]-\d{1,3})?", re.ASCII)
_NONE = frozenset({"", "nan"})


class CoverageCollector:
    """Reads a report of coverage."""

    kind = "coverage"
    gives = "coverage"
    config = FileConfig

    def collect(self, request: CollectRequest[FileConfig]) -> Evidence:
        """The report in the shape of its kind.

        Raises:
            Refused: it is no such report, its figures contradict each other, or no line was measured.
        """
        file = request.config.file
        reader = _Reader()
        read_xml(request, file, reader)
        try:
            value, at = reader.value()
        except XmlRefused as error:
            raise Refused("mistyped", f"{shown(file, 120)} {error}") from None
        if value["lines_valid"] == 0:
            raise Refused("failed", f"{shown(file, 120)} has no line that could be covered, so nothing was measured")
        return brought(self, request, file, value, observed_at=at)


class _Reader:
    """Takes in the head of a report, its packages and how many lines it lists."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._head: Mapping[str, str] = {}
        self._packages: list[Json] = []
        self._lines = 0
        self._covered = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self._open:
            if name != "coverage":
                raise XmlRefused(f"begins with {shown(name)}, and a report of Cobertura with coverage")
            if "line-rate" not in attributes:
                raise XmlRefused("has a coverage without line-rate: it is no report of Cobertura")
            self._head = attributes
        elif name == "package" and self._open[-1] == "packages":
            self._package(attributes)
        elif name == "line" and self._open[-2:] == ["class", "lines"]:  # those of methods are listed there as well
            self._lines += 1
            self._covered += attributes.get("hits", "0").strip() not in {"", "0"}
        self._open.append(name)

    def text(self, text: str) -> None:
        """There is none that counts."""

    def end(self, name: str) -> None:
        self._open.pop()

    def _package(self, attributes: Mapping[str, str]) -> None:
        if len(self._packages) == MOST_PACKAGES:
            raise Refused("truncated", f"there are more than {MOST_PACKAGES:,} packages: no cut list of them is kept")
        line_rate = _rate(attributes, "line-rate")
        if line_rate is None:
            raise XmlRefused("has a package without line-rate")
        # Where no branches are measured at all, packages say a rate of 0 all the same.
        measured = _count(self._head, "branches-valid") != 0
        branch_rate = _rate(attributes, "branch-rate") if measured else None
        self._packages.append(
            {"name": attributes.get("name", "")[:1000], "line_rate": line_rate, "branch_rate": branch_rate}
        )

    def value(self) -> tuple[dict[str, Json], datetime | None]:
        """The report, and when it was made.

        Raises:
            XmlRefused: its figures contradict each other.
        """
        valid, covered = _count(self._head, "lines-valid"), _count(self._head, "lines-covered")
        if valid is None or covered is None:
            valid, covered = self._lines, self._covered
        line_rate = self._share("line", "lines", covered, valid)
        branches, reached = _count(self._head, "branches-valid"), _count(self._head, "branches-covered")
        measured = branches is not None and branches > 0 and reached is not None
        branch_rate = self._share("branch", "branches", reached or 0, branches or 0) if measured else None
        at = _made(self._head.get("timestamp", "").strip())
        value: dict[str, Json] = {
            "line_rate": line_rate,
            "lines_valid": valid,
            "lines_covered": covered,
            "branch_rate": branch_rate,
            "branches_valid": branches if measured else None,
            "branches_covered": reached if measured else None,
            "timestamp": None if at is None else instant_text(at),
            "packages": self._packages,
        }
        return value, at

    def _share(self, what: str, plural: str, covered: int, valid: int) -> float:
        if covered > valid:
            raise XmlRefused(f"says that {covered} of {valid} {plural} are covered")
        share = covered / valid if valid else 0.0
        said = _rate(self._head, f"{what}-rate")
        if valid and said is not None and abs(said - share) > _ROUNDED:
            raise XmlRefused(f"says {what}-rate {said:g}, and {covered} of {valid} {plural} are {share:.4g}")
        return share


def _count(attributes: Mapping[str, str], name: str) -> int | None:
    text = attributes.get(name, "").strip()
    if text.lower() in _NONE:
        return None
    if not _COUNT.fullmatch(text):
        raise XmlRefused(f"has {name} {shown(text)}, which is no count")
    return int(text)


def _rate(attributes: Mapping[str, str], name: str) -> float | None:
    text = attributes.get(name, "").strip()
    if text.lower() in _NONE:
        return None
    if not _RATE.fullmatch(text) or float(text) > 1:
        raise XmlRefused(f"has {name} {shown(text)}, which is no rate from 0 to 1")
    return float(text)


def _made(text: str) -> datetime | None:
    number = int(text) if _COUNT.fullmatch(text) else 0
    if number == 0:
        return None
    return _EPOCH + (timedelta(seconds=number) if number < _SECONDS_END else timedelta(milliseconds=number))
