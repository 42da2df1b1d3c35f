"""Whether a list of runs is whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.model.completeness import MAX_DEFECTS, defects

START = datetime(2026, 2, 24, tzinfo=UTC)


def run(number: int, attempt: int = 1, **changes: Any) -> dict[str, Any]:
    at = (START + timedelta(minutes=30 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": 1000 + number,
        "run_number": number,
        "run_attempt": attempt,
        "event": "schedule",
        "status": "completed",
        "conclusion": "success",
        "head_branch": "main",
        "head_sha": "a",
        "created_at": at,
        "updated_at": at,
        "run_started_at": at,
        "html_url": "",
        **changes,
    }


def listed(runs: list[dict[str, Any]], total: int | None = None, **changes: Any) -> dict[str, Any]:
    numbers = {each["run_number"] for each in runs}
    return {
        "workflow": "w",
        "total_count": len(numbers) if total is None else total,
        "runs": runs,
        "latest": runs[-1] if runs else None,
        **changes,
    }


def told(value: Any, latest: datetime | None = None) -> list[tuple[str, str]]:
    return list(defects("workflow_runs", value, latest))


def test_a_whole_list_has_no_defect() -> None:
    assert told(listed([run(7), run(8, 1), run(8, 2), run(9)])) == []
    assert told(listed([])) == []


def test_a_hole_is_named_with_its_ends() -> None:
    assert told(listed([run(577), run(579)], total=3)) == [
        (
            "incomplete",
            "run 578 is missing between 577 (created 2026-03-08T00:30:00Z) and 579 (created 2026-03-08T01:30:00Z)",
        ),
        ("truncated", "total_count says 3, 2 runs are here"),
    ]


def test_a_wide_hole_is_one_line() -> None:
    found = told(listed([run(1), run(100)]))
    assert found[0][1].startswith("runs 2 to 99 (98) are missing between 1 (created ")
    assert len(found) == 1


def test_a_list_that_was_cut_is_truncated() -> None:
    assert told(listed([run(n) for n in range(1, 401)], total=440)) == [
        ("truncated", "total_count says 440, 400 runs are here")
    ]


def test_more_runs_than_the_source_counts_is_a_defect_too() -> None:
    assert told(listed([run(1), run(2)], total=1)) == [("incomplete", "total_count says 1, but 2 runs are here")]


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ([run(5, 2)], ("incomplete", "attempt 1 of run 5 is missing")),
        ([run(5, 1), run(5, 3)], ("incomplete", "attempt 2 of run 5 is missing")),
        ([run(5, 5)], ("incomplete", "attempt 1 of run 5 is missing (and 3 more)")),
        ([run(5), run(5)], ("mistyped", "attempt 1 of run 5 is there 2 times")),
        ([run(0)], ("mistyped", "run 0 has a number or an attempt below 1")),
        ([run(5, 0)], ("mistyped", "run 5 has a number or an attempt below 1")),
        ([run(5, 1), run(5, 2, id=7)], ("mistyped", "the attempts of run 5 have different ids")),
        ([run(5), run(6, id=1005)], ("mistyped", "2 runs have the same id 1005")),
        ([run(6), run(5)], ("mistyped", "runs[1] stands after a later one: runs are ordered by created_at")),
        (
            [run(5, status="in_progress", conclusion="failure")],
            ("mistyped", "run 5 (attempt 1) is in_progress and yet has the conclusion failure"),
        ),
        (
            [run(5), run(5, 2, created_at="2026-02-24T03:00:00Z")],
            (
                "mistyped",
                "the attempts of run 5 have different created_at (2026-02-24T02:30:00Z and 2026-02-24T03:00:00Z)",
            ),
        ),
        (
            [run(6, created_at="2026-02-20T00:00:00Z"), run(5)],
            (
                "mistyped",
                "run 6 (created 2026-02-20T00:00:00Z) is older than run 5 (created 2026-02-24T02:30:00Z)",
            ),
        ),
        ([run(5, 2), run(5, 1)], ("mistyped", "runs[1] stands after a later one: runs are ordered by created_at")),
    ],
)
def test_contradictions_are_named(runs: list[dict[str, Any]], said: tuple[str, str]) -> None:
    assert told(listed(runs)) == [said]


def test_the_latest_is_the_last() -> None:
    wrong = [("mistyped", "latest is not the last of the runs")]
    assert told(listed([run(1), run(2)], latest=run(1))) == wrong
    assert told(listed([run(1)], latest=None)) == wrong
    assert told(listed([], latest=run(1))) == wrong


def test_order_is_by_instant_and_not_by_text() -> None:
    early = run(1, created_at="2026-02-24T02:00:00+02:00")
    assert told(listed([early, run(2, created_at="2026-02-24T00:30:00Z")])) == []


def test_an_instant_without_an_offset_is_mistyped() -> None:
    (only,) = told(listed([run(1, updated_at="2026-02-24T00:00:00")], latest=None))
    assert only[0] == "mistyped"
    assert only[1].startswith("runs[0].updated_at: ")


def test_an_instant_after_the_reading_is_of_the_future() -> None:
    value = listed([run(1), run(2)])
    assert told(value, START + timedelta(minutes=60)) == []
    found = told(value, START + timedelta(minutes=59))
    assert found[0] == ("future", "runs[1].created_at is 2026-02-24T01:00:00Z, after it was read")
    incident = {"id": "1", "title": "", "severity": "", "environment": "", "opened_at": "2027-01-01T00:00:00Z"}
    value = {"incidents": [{**incident, "resolved_at": None, "origin": None, "url": None}]}
    assert defects("incidents", value, START)[0][0] == "future"


def test_other_kinds_are_whole_as_they_are() -> None:
    assert defects("json", {"at": "yesterday"}, START) == ()
    assert defects("mode_state", {"mode": "m", "state": "s", "since": None}, START) == ()
    lost: Any = {"mode": "m", "state": "unknown", "since": None}
    assert defects("mode_state", lost, START) == (("undecided", "the state of m is not known"),)


def test_defects_are_told_up_to_a_bound() -> None:
    assert len(told(listed([run(n) for n in range(1, 400, 2)]))) == MAX_DEFECTS


@given(st.lists(st.integers(1, 3), min_size=1, max_size=12), st.data())
def test_whatever_is_dropped_from_a_list_is_noticed(attempts: list[int], data: st.DataObject) -> None:
    """Only the newest attempts of a run can go unnoticed: the list does not say how many there were."""
    runs = [run(number, attempt) for number, n in enumerate(attempts, 1) for attempt in range(1, n + 1)]
    keep = [data.draw(st.booleans()) for _ in runs]
    kept = [each for each, is_kept in zip(runs, keep, strict=True) if is_kept]
    whole = listed(runs)
    assert told(whole) == []
    found = told(listed(kept, total=whole["total_count"]))
    left = {
        number: [r["run_attempt"] for r in kept if r["run_number"] == number] for number in range(1, len(attempts) + 1)
    }
    unnoticed = all(seen == list(range(1, len(seen) + 1)) and seen for seen in left.values())
    assert (found == []) == unnoticed


def test_a_certificate_may_end_after_it_was_read() -> None:
    value: dict[str, Any] = {
        "url": "https://example.com/",
        "method": "GET",
        "http_status": 200,
        "latency_ms": 1.5,
        "content_type": None,
        "certificate_expires_at": "2099-01-01T00:00:00Z",
        "json": None,
        "text": None,
    }
    assert defects("http", value, datetime(2026, 3, 3, 9, tzinfo=UTC)) == ()


@pytest.mark.parametrize("here", [0, 1, 3])
def test_rows_that_were_dropped_or_added_are_noticed(here: int) -> None:
    value: Any = {"columns": [{"name": "a", "type": "int"}], "rows": [{"a": 1}] * here, "row_count": 2}
    assert defects("rows", value) == (("truncated", f"row_count says 2, {here} rows are here"),)
    assert defects("rows", {**value, "row_count": here}) == ()


def check(id_: int, name: str = "test", app_id: int | None = 1, **changes: Any) -> dict[str, Any]:
    return {"id": id_, "name": name, "app_id": app_id, "conclusion": "success", "head_sha": "a", **changes}


def checks(runs: list[dict[str, Any]], latest: list[dict[str, Any]]) -> list[tuple[str, str]]:
    value: Any = {"head_sha": "a", "total_count": len(runs), "check_runs": runs, "latest": latest}
    return list(defects("check_runs", value))


def test_the_latest_checks_are_the_last_of_each_name_and_app() -> None:
    failed, passed, other, lint = check(4, conclusion="failure"), check(3), check(5, app_id=2), check(9, "lint")
    runs = [passed, failed, other, lint]
    assert checks(runs, [lint, failed, other]) == []
    wrong = [("mistyped", "latest is not the last check run of each name and app")]
    for latest in ([lint, passed, other], [lint, other], [], [failed, other, lint], [lint, failed, other, passed]):
        assert checks(runs, latest) == wrong
    assert checks([passed, {**passed, "conclusion": "failure"}], [passed])[0] == (
        "mistyped",
        "2 check runs have the same id 3",
    )
