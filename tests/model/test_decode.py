"""Values checked against their kind, and numbers typed by it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gatekeeper.model.canonical import canonical_bytes
from gatekeeper.model.decode import MAX_DEFECTS, instants, trail_text, typed
from gatekeeper.model.kind_schema import kind_schemas
from gatekeeper.model.kinds import KINDS, OPEN_KINDS
from gatekeeper.model.shown import path_text, shown

SECTION = {"title": "A", "path": ["A"], "level": 2, "line": 3, "anchor": "a", "text": "", "fields": {}}
MARKDOWN: dict[str, Any] = {
    "file": "a.md",
    "syntax": "markdown",
    "title": "T",
    "fields": {"a b": {"label": "A b", "value": "x", "line": 1}},
    "sections": [SECTION],
    "tables": [{"path": [], "line": 1, "columns": ["a"], "rows": [{"a": 1, "line": 3}, {"a": "x", "line": 4}]}],
    "tables_by_capitals": [],
    "tasks": [
        {
            "text": "x",
            "checked": False,
            "state": "open",
            "mark": "[ ]",
            "group": "",
            "key": "x",
            "depth": 0,
            "nested": 0,
            "choice": False,
            "path": [],
            "line": 1,
            "changed": {"author": "A", "email": "a@example.org", "at": "2026-01-01T00:00:00Z", "commit": "a"},
        }
    ],
    "items": [{"text": "x", "group": "", "depth": 0, "path": [], "line": 1}],
    "labelled": [{"label": "x", "value": "", "blank": True, "group": "", "path": [], "line": 1}],
    "sign_offs": [{"role": "x", "person": None, "date": None, "signed": False, "group": "", "path": [], "line": 1}],
    "links": [{"text": "x", "target": "#a", "kind": "anchor", "resolves": True, "path": [], "line": 1}],
    "placeholders": [{"text": "<X>", "form": "slot", "inside": "value", "path": [], "line": 1}],
    "dates": [{"value": "2026-01-01", "path": [], "line": 1}],
    "contradictions": [{"kind": "pair", "says": "x", "shows": "y", "path": [], "line": 1, "lines": [1]}],
    "repairs": [{"found": "x", "text": None, "cause": "lost", "bytes": "EF BF BD", "line": 1, "column": 1}],
    "history": "git",
}
RUN = {
    "id": 1,
    "run_number": 1,
    "run_attempt": 1,
    "event": "schedule",
    "status": "completed",
    "conclusion": "success",
    "head_branch": None,
    "head_sha": "a",
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-01T00:00:00+02:00",
    "run_started_at": None,
    "html_url": "",
}
ACCOUNT = {"id": 1, "login": "a", "type": "User"}
REVIEW = {"reviewer": ACCOUNT, "state": "APPROVED", "commit": "a", "submitted_at": None}
CHECK_RUN = {
    "id": 1,
    "name": "test",
    "status": "completed",
    "conclusion": "success",
    "started_at": "2026-01-01T00:00:00Z",
    "completed_at": None,
    "app": "github-actions",
    "app_id": 15368,
    "suite_id": None,
    "head_sha": "a",
    "url": None,
}
GOOD: dict[str, Any] = {
    "check_runs": {
        "repository": "o/r",
        "ref": "main",
        "head_sha": "a",
        "total_count": 1,
        "check_runs": [CHECK_RUN],
        "latest": [dict(CHECK_RUN)],
    },
    "command": {"command": ["a", "b"], "exit_code": 0, "json": None, "text": "t"},
    "coverage": {
        "line_rate": 1.0,
        "lines_valid": 10,
        "lines_covered": 10,
        "branch_rate": None,
        "branches_valid": None,
        "branches_covered": None,
        "timestamp": "2026-01-01T00:00:00Z",
        "packages": [{"name": "shop", "line_rate": 0.5, "branch_rate": 1.0}],
    },
    "environment": {"variables": {"A": {"present": True, "empty": False, "matches": None}}},
    "git": {
        "commit": "a" * 40,
        "signature": "none",
        "author": "Ada",
        "author_email": "ada@example.com",
        "committed_at": "2026-01-01T00:00:00Z",
        "branch": "main",
        "shallow": False,
        "dirty": False,
        "untracked": False,
        "tags": [{"name": "light", "annotated": False, "tagged_at": None, "signature": "none"}],
        "latest_tag": {
            "name": "v1",
            "annotated": True,
            "tagged_at": "2026-01-01T00:00:00Z",
            "signature": "good",
        },
        "commits_since_tag": 0,
        "upstream": None,
        "ahead": None,
        "behind": None,
    },
    "alerts": {
        "running_since": None,
        "alerts": [
            {
                "name": None,
                "labels": {"severity": "critical"},
                "annotations": {},
                "state": "active",
                "starts_at": "2026-01-01T00:00:00Z",
                "ends_at": None,
                "updated_at": "2026-01-01T00:00:00Z",
                "fingerprint": "a1",
                "silenced_by": ["s"],
                "inhibited_by": [],
                "muted_by": [],
                "receivers": ["r"],
                "generator_url": None,
            }
        ],
    },
    "markdown": MARKDOWN,
    "workflow_runs": {"workflow": "w", "total_count": 1, "runs": [RUN], "latest": dict(RUN)},
    "health": {
        "status": "ok",
        "service": None,
        "timestamp": None,
        "http_status": 200,
        "checks": {"db": {"status": "ok", "latency_ms": 1.5}, "migrations": None},
    },
    "http": {
        "url": "https://example.com/",
        "method": "GET",
        "http_status": 200,
        "latency_ms": 1.5,
        "content_type": "application/json",
        "certificate_expires_at": "2027-01-01T00:00:00Z",
        "json": {"a": [1]},
        "text": None,
    },
    "approvals": {
        "record": "r",
        "approvals": [
            {
                "role": "approver",
                "person": None,
                "signer": "person",
                "decision": None,
                "final": False,
                "signed_at": None,
                "commit": None,
                "basis": None,
                "note": None,
            }
        ],
    },
    "incidents": {
        "incidents": [
            {
                "id": "1",
                "title": "",
                "severity": "HIGH",
                "environment": "x",
                "opened_at": "2026-01-01T00:00:00.123456789Z",
                "resolved_at": None,
                "origin": None,
                "url": None,
            }
        ]
    },
    "mode_state": {"mode": "m", "state": "s", "since": None},
    "operator_events": {
        "record": "r",
        "events": [{"event": "resume", "by": "Robin Vale", "at": "2026-01-01T00:00:00Z", "note": None}],
    },
    "samples": {
        "query": "up",
        "at": "2026-01-01T00:00:00Z",
        "infos": [],
        "samples": [{"labels": {"job": "a"}, "at": "2026-01-01T00:00:00Z", "value": 1.5}],
    },
    "series": {
        "query": "up",
        "start": "2026-01-01T00:00:00Z",
        "end": "2026-01-01T00:01:00Z",
        "step_seconds": 60,
        "points": 2,
        "infos": ["i"],
        "series": [{"labels": {}, "missing": 1, "samples": [{"at": "2026-01-01T00:01:00Z", "value": 0.5}]}],
    },
    "issues": {
        "repository": "o/r",
        "labels": ["x"],
        "state": "open",
        "issues": [
            {
                "number": 1,
                "title": "",
                "state": "closed",
                "state_reason": "completed",
                "labels": ["x"],
                "assignees": [ACCOUNT],
                "author": None,
                "created_at": "2026-01-01T00:00:00Z",
                "updated_at": "2026-01-01T00:00:00Z",
                "closed_at": "2026-01-01T00:00:00Z",
                "url": "",
            }
        ],
    },
    "pull_request": {
        "repository": "o/r",
        "number": 1,
        "title": "",
        "state": "open",
        "draft": False,
        "merged": False,
        "mergeable_state": None,
        "head_ref": "x",
        "head_sha": "a",
        "base_ref": "main",
        "base_sha": "b",
        "author": dict(ACCOUNT),
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "closed_at": None,
        "merged_at": None,
        "labels": ["x"],
        "reviews": [REVIEW],
        "stale_reviews": [{**REVIEW, "reviewer": None}],
        "requested_reviewers": [ACCOUNT],
        "requested_teams": ["t"],
        "url": "",
    },
    "releases": {
        "repository": "o/r",
        "releases": [
            {
                "tag": "v1",
                "name": None,
                "draft": False,
                "prerelease": False,
                "author": None,
                "created_at": "2026-01-01T00:00:00Z",
                "published_at": None,
                "commit": "a",
                "url": "",
            }
        ],
        "more": False,
    },
    "rows": {
        "columns": [
            {"name": "id", "type": "int"},
            {"name": "share", "type": "number"},
            {"name": "at", "type": "timestamp"},
            {"name": "extra", "type": "json"},
            {"name": "nothing", "type": None},
        ],
        "rows": [
            {"id": 1, "share": 1.0, "at": "2026-01-01T00:00:00Z", "extra": {"a": [1, 2.5]}, "nothing": None},
            {"id": None, "share": None, "at": None, "extra": None, "nothing": None},
        ],
        "row_count": 2,
    },
    "test_report": {
        "tests": 2,
        "passed": 1,
        "failures": 1,
        "errors": 0,
        "skipped": 0,
        "flaky": 0,
        "time": 1.5,
        "suites": [{"name": "s", "tests": 2, "failures": 1, "errors": 0, "skipped": 0, "time": 1.5, "timestamp": None}],
        "failed": [{"suite": "s", "classname": None, "name": "t", "outcome": "failure", "message": None}],
    },
    "json": {"any": [1, "x"]},
    "yaml": [None],
}

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def defects(kind: str, value: Any, schema: Any = None) -> tuple[str, ...]:
    return typed(kind, value, schema)[1]


def changed(kind: str, path: list[str | int], value: Any) -> Any:
    """A good value with one place changed."""
    document = copy.deepcopy(GOOD[kind])
    holder = document
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    return document


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_value_of_its_kind_is_taken_as_it_is(kind: str) -> None:
    before = copy.deepcopy(GOOD[kind])
    assert typed(kind, GOOD[kind]) == (before, ())
    assert GOOD[kind] == before


@pytest.mark.parametrize(
    ("kind", "path", "value", "said"),
    [
        (
            "workflow_runs",
            ["runs", 0, "conclusion"],
            "succes",
            'runs[0].conclusion: "succes" is none of success, failu',
        ),
        ("workflow_runs", ["runs", 0, "status"], None, "runs[0].status: null is none of queued"),
        ("workflow_runs", ["runs", 0, "id"], 1.5, "runs[0].id: 1.5 is no integer"),
        ("workflow_runs", ["runs", 0, "id"], True, "runs[0].id: true is no integer"),
        ("workflow_runs", ["runs", 0, "id"], "1", 'runs[0].id: "1" is no integer'),
        ("workflow_runs", ["runs", 0, "id"], 2**53, "runs[0].id: 9007199254740992 is beyond ±(2^53 - 1)"),
        ("workflow_runs", ["runs", 0, "event"], 7, "runs[0].event: 7 is no text"),
        ("workflow_runs", ["runs"], {}, "runs: an object with 0 fields is no list"),
        ("workflow_runs", ["runs", 0], [1], "runs[0]: a list of 1 is no object"),
        ("rows", ["rows", 0, "id"], 1.5, "rows[0].id: 1.5 is no integer"),
        ("rows", ["rows", 0, "share"], "1", 'rows[0].share: "1" is no number'),
        ("rows", ["rows", 0, "at"], "today", "rows[0].at: 'today' is no date and time with an offset"),
        ("rows", ["rows", 0, "nothing"], 1, "rows[0].nothing: 1 stands in a column without a type"),
        ("rows", ["rows", 1, "more"], 1, 'rows[1]: has a field "more", which its kind does not have'),
        ("rows", ["columns", 1, "name"], "id", "columns: two have the same name"),
        ("rows", ["columns", 0, "type"], "text", 'columns[0].type: "text" is none of bool, int, number'),
        ("test_report", ["failed", 0, "outcome"], "passed", 'failed[0].outcome: "passed" is none of failure, error'),
        ("coverage", ["line_rate"], "1", 'line_rate: "1" is no number'),
        ("workflow_runs", ["latest"], "x", 'latest: "x" is no object'),
        (
            "workflow_runs",
            ["latest", "created_at"],
            "2026-01-01T00:00:00",
            "latest.created_at: '2026-01-01T00:00:00' is",
        ),
        ("workflow_runs", ["latest", "created_at"], 7, "latest.created_at: 7 is no text"),
        ("workflow_runs", ["run"], 1, 'the value: has a field "run", which its kind does not have; did you mean runs?'),
        ("health", ["checks", "db", "latency_ms"], "12", 'checks.db.latency_ms: "12" is no number'),
        ("health", ["checks", "db", "latency_ms"], True, "checks.db.latency_ms: true is no number"),
        ("health", ["checks", "db", "latency_ms"], float("nan"), "checks.db.latency_ms: nan is no JSON number"),
        ("health", ["checks", "db", "latency_ms"], 2**60, "checks.db.latency_ms: 1152921504606846976 is beyond"),
        ("approvals", ["approvals", 0, "final"], "yes", 'approvals[0].final: "yes" is neither true nor false'),
        ("approvals", ["approvals", 0, "final"], 1, "approvals[0].final: 1 is neither true nor false"),
        ("markdown", ["fields", "a b", "line"], "1", 'fields["a b"].line: "1" is no integer'),
        ("markdown", ["fields"], [], "fields: a list of 0 is no object"),
        ("markdown", ["tables", 0, "rows", 0, "a"], 2**60, "tables[0].rows[0].a: 1152921504606846976 is beyond"),
        ("markdown", ["tables", 0, "rows", 0, "a"], float("inf"), "tables[0].rows[0].a: inf is no JSON number"),
        ("health", ["checks", "db", "latency_ms"], 2.0**53, "checks.db.latency_ms: 9007199254740992.0 is beyond"),
        ("json", ["any", 0], -1e20, "any[0]: -1e+20 is beyond ±(2^53 - 1)"),
        ("json", ["any", 0], 2**60, "any[0]: 1152921504606846976 is beyond ±(2^53 - 1)"),
    ],
)
def test_a_defect_names_its_path_and_what_stands_there(kind: str, path: list[str | int], value: Any, said: str) -> None:
    (line,) = defects(kind, changed(kind, path, value))
    assert line.startswith(said)


def test_a_field_that_is_absent_is_a_defect() -> None:
    value = copy.deepcopy(GOOD["health"])
    del value["service"], value["checks"]["db"]["latency_ms"]
    assert defects("health", value) == ("the value: has no field service",)
    del value["checks"]["migrations"]
    value["service"] = None
    assert defects("health", value) == ("checks: has no field migrations",)


def test_an_unknown_kind_is_a_defect() -> None:
    assert defects("workflow_run", {}) == (
        'the value: there is no evidence kind "workflow_run"; did you mean workflow_runs?',
    )


def test_a_number_field_is_a_double_also_where_json_wrote_an_integer() -> None:
    value, wrong = typed("health", changed("health", ["checks", "db", "latency_ms"], 12))
    assert wrong == ()
    found = value["checks"]["db"]["latency_ms"]  # type: ignore[index, call-overload]
    assert (found, type(found)) == (12.0, float)


def test_an_integer_field_takes_a_double_without_a_fraction_as_canonical_json_does() -> None:
    value, wrong = typed("health", changed("health", ["http_status"], 200.0))
    assert wrong == ()
    assert type(value["http_status"]) is int  # type: ignore[index, call-overload]


def test_defects_are_told_up_to_a_bound_and_never_print_the_document() -> None:
    runs = [{**RUN, "conclusion": "x" * 5000} for _ in range(200)]
    lines = defects("workflow_runs", {"workflow": "w", "total_count": 200, "runs": runs, "latest": None})
    assert len(lines) == MAX_DEFECTS
    assert all(len(line) < 200 for line in lines)


def test_an_open_document_is_not_deeper_than_it_may_be() -> None:
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    assert defects("json", deep)[0] == "the value: is nested deeper than 64 levels"


@given(st.sampled_from(sorted(KINDS)), ANY)
def test_any_value_is_typed_or_told_and_never_raises(kind: str, value: Any) -> None:
    found, wrong = typed(kind, value)
    assert all("\n" not in line for line in wrong)
    if not wrong and kind in OPEN_KINDS:
        assert found == value


@given(st.sampled_from(sorted(set(KINDS) - OPEN_KINDS)), st.data())
def test_a_value_with_one_place_replaced_never_raises(kind: str, data: st.DataObject) -> None:
    document: Any = copy.deepcopy(GOOD[kind])
    holder = document
    while True:
        keys = sorted(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        if not isinstance(holder[key], dict | list) or data.draw(st.booleans()):
            break
        holder = holder[key]
    holder[key] = data.draw(ANY)
    found, wrong = typed(kind, document)
    if not wrong:
        # What the kind takes, its published schema takes too, and reading the canonical form back gives the same.
        assert Draft202012Validator(kind_schemas()[kind]).is_valid(json.loads(json.dumps(found)))
        if "\\ud" not in json.dumps(found):
            assert typed(kind, json.loads(canonical_bytes(found))) == (found, ())


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_published_schema_takes_what_the_kind_takes(kind: str) -> None:
    schema = kind_schemas()[kind]
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(GOOD[kind])


def test_the_published_schema_refuses_what_the_kind_refuses() -> None:
    validator = Draft202012Validator(kind_schemas()["workflow_runs"])
    assert not validator.is_valid(changed("workflow_runs", ["runs", 0, "conclusion"], "succes"))
    assert not validator.is_valid(changed("workflow_runs", ["runs", 0, "extra"], 1))


def test_a_schema_describes_fields_as_the_code_does() -> None:
    run: Any = kind_schemas()["workflow_runs"]
    described = run["$defs"]["WorkflowRun"]["properties"]["run_attempt"]
    assert described == {"type": "integer", "description": "1 for the first attempt."}


def test_every_instant_of_a_value_is_found() -> None:
    found = [(trail_text(trail), text) for trail, text in instants("workflow_runs", GOOD["workflow_runs"])]
    assert found == [
        ("runs[0].created_at", "2026-01-01T00:00:00Z"),
        ("runs[0].updated_at", "2026-01-01T00:00:00+02:00"),
        ("latest.created_at", "2026-01-01T00:00:00Z"),
        ("latest.updated_at", "2026-01-01T00:00:00+02:00"),
    ]
    changed = [(trail_text(trail), text) for trail, text in instants("markdown", MARKDOWN)]
    assert changed == [("tasks[0].changed.at", "2026-01-01T00:00:00Z")]
    assert instants("command", GOOD["command"]) == ()
    assert instants("json", {"at": "2026-01-01T00:00:00Z"}) == ()
    assert instants("incidents", {"incidents": "none"}) == ()
    assert instants("incidents", {"incidents": ["none", {"opened_at": 7, "resolved_at": None}]}) == ()
    assert len(instants("incidents", {"incidents": {"a": {"opened_at": "?"}}})) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a" * 41, '"' + "a" * 39 + '…"'),
        ("a\nb", '"a\\nb"'),
        ("\u202ea", '"\\u202ea"'),
        ([1, 2], "a list of 2"),
        ({"a": 1}, "an object with 1 fields"),
        (None, "null"),
        (10**40, "an integer of many digits"),
        (1.5, "1.5"),
    ],
)
def test_a_value_in_a_line_is_short(value: Any, text: str) -> None:
    assert shown(value) == text


def test_a_path_in_a_line_can_be_typed_again() -> None:
    assert path_text(["a", 0, "b c", "d", 1]) == 'a[0]["b c"].d[1]'
    assert path_text([]) == ""
