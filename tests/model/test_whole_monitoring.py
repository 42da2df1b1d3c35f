"""Whether recorded evidence of monitoring is whole."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from gatekeeper.model.completeness import defects

AT = "2026-03-03T09:0{}:00Z"
SERIES: dict[str, Any] = {
    "query": "q",
    "start": AT.format(0),
    "end": AT.format(3),
    "step_seconds": 60,
    "points": 4,
    "infos": [],
    "series": [
        {"labels": {"job": job}, "missing": 1, "samples": [{"at": AT.format(m), "value": 1.0} for m in (0, 1, 3)]}
        for job in ("a", "b")
    ],
}
SAMPLES: dict[str, Any] = {
    "query": "q",
    "at": AT.format(3),
    "infos": [],
    "samples": [{"labels": {"job": job}, "at": AT.format(3), "value": 1.0} for job in ("a", "b")],
}


def told(kind: str, value: Any, *path: Any, to: Any) -> list[tuple[str, str]]:
    """The defects of a value with one place changed."""
    value = copy.deepcopy(value)
    holder = value
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = to
    return list(defects(kind, value))


def test_whole_evidence_has_no_defect() -> None:
    assert defects("series", SERIES) == ()
    assert defects("samples", SAMPLES) == ()
    assert told("series", SERIES, "series", to=[]) == []
    assert told("series", SERIES, "series", 0, "labels", to={"job": "a", "le": "1"}) == []


def test_a_sample_that_was_taken_out_is_missed() -> None:
    two = SERIES["series"][1]["samples"][:2]
    assert told("series", SERIES, "series", 1, "samples", to=two) == [
        ("incomplete", "series[1] has 2 samples and 1 missing, of 4 instants")
    ]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (AT.format(0), "is not in the order of time"),
        ("2026-03-03T08:59:00Z", "is not in the order of time"),
        ("2026-03-03T09:01:30Z", "has a sample at an instant that was not asked for"),
    ],
)
def test_a_sample_that_was_moved_is_noticed(at: str, said: str) -> None:
    assert ("mistyped", f"series[0] {said}") in told("series", SERIES, "series", 0, "samples", 1, "at", to=at)


@pytest.mark.parametrize(("index", "at"), [(0, "2026-03-03T08:59:00Z"), (2, AT.format(4))])
def test_a_sample_outside_of_the_range_is_noticed(index: int, at: str) -> None:
    found = told("series", SERIES, "series", 0, "samples", index, "at", to=at)
    assert found == [("mistyped", "series[0] has a sample at an instant that was not asked for")]


@pytest.mark.parametrize(
    ("name", "to"),
    [
        ("points", 5),
        ("points", 0),
        ("points", 2**53 - 1),
        ("step_seconds", 0),
        ("step_seconds", 61),
        ("step_seconds", 2**53 - 1),
        ("end", AT.format(0)),
    ],
)
def test_a_range_has_to_fit_itself(name: str, to: Any) -> None:
    assert told("series", SERIES, name, to=to) == [
        ("mistyped", "start, end, step_seconds and points do not fit each other")
    ]


def test_the_same_series_twice_is_noticed() -> None:
    said = "have the same labels \"{'job': 'a'}\""
    assert told("series", SERIES, "series", 1, "labels", to={"job": "a"}) == [("mistyped", f"2 of the series {said}")]
    assert told("samples", SAMPLES, "samples", 1, "labels", to={"job": "a"}) == [
        ("mistyped", f"2 of the samples {said}")
    ]


def test_a_sample_of_later_than_asked_is_noticed() -> None:
    assert told("samples", SAMPLES, "samples", 1, "at", to=AT.format(4)) == [
        ("mistyped", "samples[1] is for 2026-03-03T09:04:00Z, after the instant that was asked for")
    ]


def test_the_same_alert_twice_is_noticed() -> None:
    one: dict[str, Any] = {
        "name": "A",
        "labels": {},
        "annotations": {},
        "state": "active",
        "starts_at": AT.format(0),
        "ends_at": AT.format(9),
        "updated_at": AT.format(0),
        "fingerprint": "ab",
        "silenced_by": [],
        "inhibited_by": [],
        "muted_by": [],
        "receivers": [],
        "generator_url": None,
    }
    alerts: dict[str, Any] = {"running_since": None, "alerts": [one, {**one, "fingerprint": "cd"}]}
    assert defects("alerts", alerts) == ()
    assert told("alerts", alerts, "alerts", 1, "fingerprint", to="ab") == [
        ("mistyped", '2 alerts have the same fingerprint "ab"')
    ]
