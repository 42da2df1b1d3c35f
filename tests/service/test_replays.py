"""The sample's incidents through HTTP in real order, on a clock that the test turns, and through restarts."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.times import instant_text
from tests.sample.incidents import deploys, evidence, incident, minute, signs
from tests.sample.test_degraded import FAILING, FINE, OUT, Metrics
from tests.service.serving import Served, sample, serving

MODE = "rgl8r-degraded"
Document = dict[str, Any]


def given(snapshot: Snapshot) -> Document:
    """The evidence of a snapshot as a caller sends it."""
    return {name: item.value for name, item in snapshot.items.items() if item.failure is None}


def ask(served: Served, mode: str, snapshot: Snapshot, at: datetime) -> Document:
    """One look at an instant."""
    served.set(at)
    answer = served.post(f"/v1/decide/{mode}", {"evidence": given(snapshot)})
    assert answer.status_code == 200, answer.text
    found: Document = answer.json()
    assert found["as_of"] == instant_text(at)
    return found


def play(served: Served, samples: Iterable[Metrics | None], start: int = 0, **documents: Any) -> list[Document]:
    """One look a minute; None is a minute at which the metrics could not be had."""
    found = []
    for offset, metrics in enumerate(samples, start):
        without = () if metrics is not None else ("metrics",)
        parts = {**documents, **({"metrics": metrics} if metrics is not None else {})}
        found.append(ask(served, MODE, evidence(offset, without, **parts), minute(offset)))
    return found


def states(answers: list[Document]) -> list[str]:
    return [each["state"] for each in answers]


def test_eleven_minutes_of_6_percent_enter_at_minute_10_and_leave_ten_clear_minutes_after(tmp_path: Path) -> None:
    with serving(sample(tmp_path / "p", "rgl8r"), at=minute(0)) as served:
        answers = play(served, [*[FAILING] * 11, *[FINE] * 11])
        assert states(answers) == ["normal"] * 10 + ["degraded"] * 11 + ["normal"]
        assert served.changes(MODE) == [("normal", "degraded", minute(10)), ("degraded", "normal", minute(21))]
        told = served.get("/v1/transitions").json()["changes"]
        assert [each["target"] for each in told if each["policy"] == MODE] == ["degraded", "normal"]
        digest = answers[10]["run"]["digest"]
        kept = served.get(f"/v1/decisions/{digest}").json()
        assert kept["decision"] == {name: each for name, each in answers[10].items() if name != "run"}
        (row,) = served.get("/v1/modes").json()["modes"]
        assert (row["state"], row["normal"], row["environment"]) == ("normal", True, "staging")


def test_nine_minutes_of_6_percent_never_enter(tmp_path: Path) -> None:
    with serving(sample(tmp_path / "p", "rgl8r"), at=minute(0)) as served:
        assert set(states(play(served, [*[FAILING] * 10, *[FINE] * 3]))) == {"normal"}
        assert served.changes(MODE) == []


def test_a_gap_in_the_metrics_neither_enters_nor_leaves(tmp_path: Path) -> None:
    samples = [*[FAILING] * 5, *[None] * 3, *[FAILING] * 11, *[FINE] * 5, None, *[FINE] * 11]
    with serving(sample(tmp_path / "p", "rgl8r"), at=minute(0)) as served:
        assert states(play(served, samples)) == ["normal"] * 18 + ["degraded"] * 17 + ["normal"]


def test_the_tabletop_is_l1_alone_no_degradation_and_lever_1(tmp_path: Path) -> None:
    before: Document = {"incident": incident(), "deploys": deploys(-20), "signs": signs(canary_status="FAIL_AUTH")}
    with serving(sample(tmp_path / "p", "rgl8r"), at=minute(0)) as served:
        answers = play(served, [OUT] * 15, **before)
        assert set(states(answers)) == {"normal"}
        for each in answers:
            (escalation,) = [ladder for ladder in each["ladders"] if ladder["ladder"] == "rgl8r-escalation"]
            assert (escalation["level"], escalation["unknown"]) == ("L1", [])
            assert (each["levers"][0]["lever"], each["levers"][0]["pull"]) == ("render-rollback", "advised")
        assert served.changes(MODE) == []
        assert served.changes("rgl8r-escalation") == [(None, "L1", minute(0))]
        page = served.get("/").text
        assert "Does the API run degraded?" in page
        assert "no level → L1" in page


@pytest.mark.parametrize("seed", [1, 2])
def test_restarts_at_any_instant_change_nothing(tmp_path: Path, seed: int) -> None:
    """A service that is killed goes on from what it kept."""
    chosen = set(random.Random(seed).sample(range(1, 22), 4))
    root = sample(tmp_path / "p", "rgl8r")
    samples = [*[FAILING] * 11, *[FINE] * 11]
    found: list[Document] = []
    while len(found) < len(samples):
        with serving(root, at=minute(len(found))) as served:
            for offset in range(len(found), len(samples)):
                found += play(served, [samples[offset]], start=offset)
                if offset in chosen:
                    served.process.kill()
                    break
            else:
                assert served.changes(MODE) == [("normal", "degraded", minute(10)), ("degraded", "normal", minute(21))]
    assert states(found) == ["normal"] * 10 + ["degraded"] * 11 + ["normal"]


def test_a_dry_run_keeps_nothing(tmp_path: Path) -> None:
    with serving(sample(tmp_path / "p", "rgl8r"), at=minute(0)) as served:
        body = {"evidence": given(evidence(0, metrics=FAILING)), "dry_run": True}
        answer = served.post(f"/v1/decide/{MODE}", body)
        assert (answer.status_code, answer.json()["state"]) == (200, "normal")
        assert served.get("/v1/modes").json()["modes"][0]["version"] == 0
        assert served.get(f"/v1/decisions/{answer.json()['run']['digest']}").status_code == 404
