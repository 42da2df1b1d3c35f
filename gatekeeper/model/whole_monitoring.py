"""Whether evidence of monitoring is all there, and says nothing twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

from gatekeeper.model.shown import shown
from gatekeeper.model.times import parse_instant

_MICROSECOND = timedelta(microseconds=1)

Defect = tuple[str, str]
"""A cause and one line for a person."""


def samples_defects(value: Any) -> Iterator[Defect]:
    """What contradicts itself in evidence of the kind ``samples``."""
    yield from _told_twice("samples", (each["labels"] for each in value["samples"]))
    asked = parse_instant(value["at"])
    for index, each in enumerate(value["samples"]):
        if parse_instant(each["at"]) > asked:
            yield "mistyped", f"samples[{index}] is for {each['at']}, after the instant that was asked for"


def series_defects(value: Any) -> Iterator[Defect]:
    """What contradicts itself in evidence of the kind ``series``."""
    start, end = parse_instant(value["start"]), parse_instant(value["end"])
    # In whole microseconds, since a count from outside can be too large for a span of time.
    step, length = value["step_seconds"] * 1_000_000, (end - start) // _MICROSECOND
    if step <= 0 or value["points"] < 1 or step * (value["points"] - 1) != length:
        yield "mistyped", "start, end, step_seconds and points do not fit each other"
        return
    yield from _told_twice("series", (each["labels"] for each in value["series"]))
    for index, each in enumerate(value["series"]):
        found = [parse_instant(point["at"]) for point in each["samples"]]
        if len(found) + each["missing"] != value["points"]:
            said = f"has {len(found)} samples and {each['missing']} missing, of {value['points']} instants"
            yield "incomplete", f"series[{index}] {said}"
        if any(after <= before for before, after in pairwise(found)):
            yield "mistyped", f"series[{index}] is not in the order of time"
        if any(at < start or at > end or (at - start) // _MICROSECOND % step for at in found):
            yield "mistyped", f"series[{index}] has a sample at an instant that was not asked for"


def alerts_defects(value: Any) -> Iterator[Defect]:
    """What contradicts itself in evidence of the kind ``alerts``."""
    for fingerprint, count in Counter(each["fingerprint"] for each in value["alerts"]).items():
        if count > 1:
            yield "mistyped", f"{count} alerts have the same fingerprint {shown(fingerprint)}"


def _told_twice(what: str, labels: Iterable[dict[str, str]]) -> Iterator[Defect]:
    for each, count in Counter(tuple(sorted(one.items())) for one in labels).items():
        if count > 1:
            yield "mistyped", f"{count} of the {what} have the same labels {shown(str(dict(each)), 80)}"
