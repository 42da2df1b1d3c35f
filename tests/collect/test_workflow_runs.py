"""GitHub's list of workflow runs as evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from gatekeeper.model.completeness import defects
from gatekeeper.model.evidence import RunConclusion, RunStatus
from tests.collect.sources import listing, refusal_of, run, value_of, write

RUNS = {"collector": "workflow_runs"}


def test_runs_are_taken_over_field_by_field_and_further_fields_are_left(tmp_path: Path) -> None:
    value = value_of(tmp_path, **RUNS, file=write(tmp_path, "a.json", listing(run(7))))
    assert value == {
        "workflow": "canary.yml",
        "total_count": 1,
        "runs": [
            {
                "id": 9_000_000_007,
                "run_number": 7,
                "run_attempt": 1,
                "event": "schedule",
                "status": "completed",
                "conclusion": "success",
                "head_branch": "main",
                "head_sha": "a" * 40,
                "created_at": "2026-02-24T00:00:00Z",
                "updated_at": "2026-02-24T00:00:00Z",
                "run_started_at": "2026-02-24T00:00:00Z",
                "html_url": "https://github.com/o/r/actions/runs/7",
            }
        ],
        "latest": value["runs"][0],
    }


def test_pages_are_put_together_in_the_order_of_creation(tmp_path: Path) -> None:
    write(tmp_path, "1.json", listing(run(2, "2026-02-24T02:00:00+02:00"), run(3, "2026-02-24T00:30:00Z"), total=4))
    write(tmp_path, "2.json", listing(run(4, "2026-02-24T01:00:00Z"), run(1, "2026-02-23T23:00:00Z"), total=4))
    value = value_of(tmp_path, **RUNS, files=["1.json", "2.json"])
    assert [each["run_number"] for each in value["runs"]] == [1, 2, 3, 4]
    assert value["latest"]["run_number"] == 4
    assert defects("workflow_runs", value) == ()


def test_a_run_that_two_pages_show_alike_is_there_once(tmp_path: Path) -> None:
    write(tmp_path, "1.json", listing(run(2), run(1), total=2))
    write(tmp_path, "2.json", listing(run(1), total=2))
    value = value_of(tmp_path, **RUNS, files=["1.json", "2.json"])
    assert [each["run_number"] for each in value["runs"]] == [1, 2]


def test_pages_that_disagree_about_the_total_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "1.json", listing(run(2), total=2))
    write(tmp_path, "2.json", listing(run(1), total=3))
    line = refusal_of(tmp_path, **RUNS, files=["1.json", "2.json"])
    assert line == "failed: the pages do not agree about total_count: the list grew while it was read"


def test_earlier_attempts_stand_before_the_later_ones(tmp_path: Path) -> None:
    write(tmp_path, "runs.json", listing(run(1), run(2, "2026-02-24T00:30:00Z", run_attempt=3)))
    earlier = [run(2, "2026-02-24T00:30:00Z", run_attempt=n, conclusion="failure") for n in (2, 1)]
    write(tmp_path, "attempts.json", earlier)
    value = value_of(tmp_path, **RUNS, file="runs.json", attempts="attempts.json")
    assert [(each["run_number"], each["run_attempt"], each["conclusion"]) for each in value["runs"]] == [
        (1, 1, "success"),
        (2, 1, "failure"),
        (2, 2, "failure"),
        (2, 3, "success"),
    ]
    assert defects("workflow_runs", value) == ()


def test_a_lack_of_earlier_attempts_is_noticed(tmp_path: Path) -> None:
    value = value_of(tmp_path, **RUNS, file=write(tmp_path, "a.json", listing(run(1, run_attempt=2))))
    assert defects("workflow_runs", value) == (("incomplete", "attempt 1 of run 1 is missing"),)


def test_no_runs_are_an_answer_too(tmp_path: Path) -> None:
    value = value_of(tmp_path, **RUNS, file=write(tmp_path, "canary.json", listing()))
    assert value == {"workflow": "canary", "total_count": 0, "runs": [], "latest": None}


def test_a_run_in_progress_has_no_conclusion(tmp_path: Path) -> None:
    unfinished = run(1, status="in_progress", conclusion=None)
    del unfinished["run_started_at"], unfinished["head_branch"]
    value = value_of(tmp_path, **RUNS, file=write(tmp_path, "a.json", listing(unfinished)))
    (found,) = value["runs"]
    assert (found["conclusion"], found["run_started_at"], found["head_branch"]) == (None, None, None)


@pytest.mark.parametrize("word", get_args(RunConclusion))
def test_every_conclusion_that_github_documents_is_taken(word: str, tmp_path: Path) -> None:
    file = write(tmp_path, "a.json", listing(run(1, conclusion=word)))
    assert value_of(tmp_path, **RUNS, file=file)["latest"]["conclusion"] == word


@pytest.mark.parametrize("word", get_args(RunStatus))
def test_every_status_that_github_documents_is_taken(word: str, tmp_path: Path) -> None:
    file = write(tmp_path, "a.json", listing(run(1, status=word)))
    assert value_of(tmp_path, **RUNS, file=file)["latest"]["status"] == word


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"conclusion": "Success"}, 'runs[0].conclusion: "Success" is none of success, '),
        ({"conclusion": True}, "runs[0].conclusion: true is none of success, "),
        ({"status": "done"}, 'runs[0].status: "done" is none of queued, '),
        ({"status": None}, "runs[0].status: null is none of queued, "),
        ({"run_number": "7"}, 'runs[0].run_number: "7" is no integer'),
        ({"run_number": 1.5}, "runs[0].run_number: 1.5 is no integer"),
        ({"run_attempt": True}, "runs[0].run_attempt: true is no integer"),
        ({"created_at": "2026-02-24T00:00:00"}, "runs[0].created_at: '2026-02-24T00:00:00' is no date and time"),
        ({"created_at": "2026-02-30T00:00:00Z"}, "runs[0].created_at: '2026-02-30T00:00:00Z' is no date and time"),
        ({"created_at": 7}, "runs[0].created_at: 7 is no text"),
        ({"created_at": None}, "runs[0].created_at: null is no text"),
        ({"head_sha": None}, "runs[0].head_sha: null is no text"),
    ],
)
def test_a_field_that_is_not_as_documented_is_named(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    line = refusal_of(tmp_path, **RUNS, file=write(tmp_path, "a.json", listing(run(1, **changes))))
    assert line.startswith(f"mistyped: {said}")


def test_a_field_that_is_absent_is_named(tmp_path: Path) -> None:
    broken = run(1)
    del broken["head_sha"]
    line = refusal_of(tmp_path, **RUNS, file=write(tmp_path, "a.json", listing(broken)))
    assert line.startswith("mistyped: runs[0]: has no field head_sha")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"message": "Not Found"}, 'mistyped: "a.json" is not an answer of GitHub\'s list of workflow runs'),
        ({"total_count": "1", "workflow_runs": []}, 'total_count is "1"'),
        ({"total_count": True, "workflow_runs": []}, "total_count is true"),
        ({"total_count": 1, "workflow_runs": {}}, "should be a list of runs, not an object with 0 fields"),
        ({"total_count": 1, "workflow_runs": [7]}, 'workflow_runs of "a.json"[0] is 7, not a run'),
        ([], "is not an answer"),
    ],
)
def test_another_answer_is_refused(answer: Any, said: str, tmp_path: Path) -> None:
    assert said in refusal_of(tmp_path, **RUNS, file=write(tmp_path, "a.json", answer))


def test_attempts_that_are_no_list_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.json", listing(run(1)))
    write(tmp_path, "b.json", listing(run(1)))
    line = refusal_of(tmp_path, **RUNS, file="a.json", attempts="b.json")
    assert line == 'mistyped: "b.json" should be a list of runs, not an object with 2 fields'


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({}, {"workflow_id": 8}, 'workflow_id "7", "8"'),
        ({}, {"workflow_id": None}, 'workflow_id "(none)", "7"'),
        ({}, {"path": ".github/workflows/o.yml"}, 'path ".github/workflows/canary.yml", ".github/workflows/o.yml"'),
        ({}, {"path": None}, 'path "(none)", ".github/workflows/canary.yml"'),
        ({"path": None}, {"path": None, "name": "Other"}, 'name "Canary", "Other"'),
    ],
)
def test_the_runs_of_two_workflows_are_not_mixed(
    one: dict[str, Any], other: dict[str, Any], told: str, tmp_path: Path
) -> None:
    file = write(tmp_path, "a.json", listing(run(1, **one), run(2, **other)))
    assert refusal_of(tmp_path, **RUNS, file=file) == (
        f"mistyped: the runs belong to 2 workflows ({told}): name the files of one"
    )


NAMELESS = {"path": None, "name": None}


@pytest.mark.parametrize(
    ("run_says", "configured", "workflow"),
    [
        ({}, None, "canary.yml"),
        ({}, "canary.yml", "canary.yml"),
        ({}, ".github/workflows/canary.yml", "canary.yml"),
        ({"path": ".github/workflows/canary.yml@refs/heads/main"}, "canary.yml", "canary.yml"),
        ({"path": None}, None, "Canary"),
        ({"path": None}, "Canary", "Canary"),
        (NAMELESS, "canary.yml", "canary.yml"),
    ],
)
def test_the_workflow_is_the_one_that_the_runs_say(
    run_says: dict[str, Any], configured: str | None, workflow: str, tmp_path: Path
) -> None:
    file = write(tmp_path, "a.json", listing(run(1, **run_says)))
    config = {} if configured is None else {"workflow": configured}
    assert value_of(tmp_path, **RUNS, file=file, **config)["workflow"] == workflow


@pytest.mark.parametrize(
    ("run_says", "configured", "said"),
    [
        ({}, "force-rls.yml", "canary.yml"),
        ({}, "Canary", "canary.yml"),
        ({"name": "force-rls.yml"}, "force-rls.yml", "canary.yml"),
        ({"path": None}, "force-rls.yml", "Canary"),
    ],
)
def test_a_configured_workflow_does_not_outweigh_what_the_runs_say(
    run_says: dict[str, Any], configured: str, said: str, tmp_path: Path
) -> None:
    file = write(tmp_path, "a.json", listing(run(1, **run_says)))
    line = refusal_of(tmp_path, **RUNS, file=file, workflow=configured)
    assert line == f'mistyped: the source is configured as workflow "{configured}", the runs are of "{said}"'


@pytest.mark.parametrize(
    ("ref", "branch"),
    [("refs/heads/main", "main"), ("fix/x", "fix/x"), ("", None), ("refs/heads/", None), (None, None)],
)
def test_a_branch_has_its_plain_name(ref: str | None, branch: str | None, tmp_path: Path) -> None:
    file = write(tmp_path, "a.json", listing(run(1, head_branch=ref)))
    assert value_of(tmp_path, **RUNS, file=file)["latest"]["head_branch"] == branch


def test_runs_dropped_from_the_front_are_noticed_where_the_first_one_is_stated(tmp_path: Path) -> None:
    later = write(tmp_path, "a.json", listing(run(3), run(4)))
    assert value_of(tmp_path, **RUNS, file=later, first_run=3)["runs"]
    assert value_of(tmp_path, **RUNS, file=later, first_run=4)["runs"]
    line = refusal_of(tmp_path, **RUNS, file=later, first_run=2)
    assert line == "truncated: run 2 has to be there (first_run), but the list begins with run 3"
    nothing = write(tmp_path, "b.json", listing())
    line = refusal_of(tmp_path, **RUNS, file=nothing, first_run=2)
    assert line == "truncated: run 2 has to be there (first_run), but the list has no run"


def test_the_source_names_every_file_that_was_read(tmp_path: Path) -> None:
    from tests.collect.sources import collected

    write(tmp_path, "a.json", listing(run(1), total=1))
    write(tmp_path, "b.json", [])
    assert collected(tmp_path, **RUNS, files=["a.json", "a.json"], attempts="b.json").source == "a.json, a.json, b.json"


@pytest.mark.parametrize("config", [{}, {"file": "a", "files": ["b"]}])
def test_either_one_file_or_several_are_named(config: dict[str, Any], tmp_path: Path) -> None:
    from gatekeeper.errors import InvalidDocuments

    with pytest.raises(InvalidDocuments, match="give either file or files"):
        value_of(tmp_path, **RUNS, **config)
