"""Dealix over its real runbook, and its boards of the recorded noon."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.evaluate.ladder import stand
from gatekeeper.model.decision import Decision, Verdict
from gatekeeper.model.duty import DutyState
from gatekeeper.model.finding import Outcome
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.pipeline import decide
from gatekeeper.snapshot import find_newest
from tests.sample.asking import advised, findings, stops
from tests.sample.dealix import AS_OF, COLLECTED_AT, SYSTEM, collected, dealix_policies

RUNBOOK = "incident-runbook-2026-05-01.txt"
GATES = ("dealix-deploy-freeze", "dealix-hygiene", "dealix-relaxations", "dealix-response", "dealix-rollback")


@pytest.fixture(scope="module")
def policies(root: Path) -> PolicySet:
    return dealix_policies(root)


@pytest.fixture(scope="module")
def noon(root: Path) -> Snapshot:
    """The recorded snapshot that ``evaluate --as-of`` takes by itself."""
    snapshot = find_newest((root / "evidence" / SYSTEM / "recorded",), SYSTEM, AS_OF)
    assert snapshot is not None
    assert snapshot.taken_at == COLLECTED_AT
    return snapshot


@pytest.fixture
def as_written(root: Path, corpus: Path, tmp_path: Path) -> Snapshot:
    """The real runbook in the place of the sample's, and nothing but it."""
    evidence = tmp_path / SYSTEM
    shutil.copytree(root / "evidence" / SYSTEM, evidence)
    shutil.copyfile(corpus / "runbooks" / "dealix-incident-rollback.txt", evidence / "documents" / RUNBOOK)
    snapshot = collected(evidence)
    return replace(snapshot, items={"runbook": snapshot.items["runbook"]})


def _decided(policies: PolicySet, snapshot: Snapshot | None, gate: str) -> Decision:
    return decide(policies, gate, snapshot, as_of=AS_OF)


def _outcomes(decision: Decision, rule: str) -> list[Outcome]:
    return [finding.outcome for finding in findings(decision, "dealix-hygiene", rule)]


# ---------------------------------------------------------------- the real runbook


def test_the_real_runbook_alone_is_no_go_with_six_lines_that_nobody_has_seen_to_hold(
    policies: PolicySet, as_written: Snapshot
) -> None:
    decision = _decided(policies, as_written, "dealix-hygiene")
    assert decision.verdict is Verdict.NO_GO
    assert _outcomes(decision, "line-proven") == [Outcome.FAIL] * 6
    assert _outcomes(decision, "health-watched") == [Outcome.UNKNOWN] * 2
    for rule in ("error-rate-alert", "latency-alert", "fallback-alert", "restore-tested", "game-day-held"):
        assert _outcomes(decision, rule) == [Outcome.UNKNOWN]


def test_the_real_runbook_has_the_levels_the_lines_and_the_paging_table_of_the_policies(
    policies: PolicySet, as_written: Snapshot
) -> None:
    decision = _decided(policies, as_written, "dealix-hygiene")
    for rule in ("levels-in-runbook", "lines-in-runbook", "paging-complete"):
        assert _outcomes(decision, rule) == [Outcome.PASS]
    assert _outcomes(decision, "paging-in-runbook") == [Outcome.PASS] * 6
    assert _outcomes(decision, "line-judged") == [Outcome.PASS] * 6
    ladder = policies.ladders["dealix-severity"]
    assert [level.word for level in ladder.levels] == ["P3", "P2", "P1", "P0"]


def test_the_runbook_of_the_sample_is_built_as_the_real_one_and_shares_no_sentence_with_it(
    as_written: Snapshot, noon: Snapshot
) -> None:
    real, own = (_document(each) for each in (as_written, noon))
    for part in ("sections", "tables", "items"):
        assert len(own[part]) == len(real[part])
    assert [len(each["rows"]) for each in own["tables"]] == [len(each["rows"]) for each in real["tables"]] == [4, 6]
    assert not {each["text"] for each in own["items"]} & {
        each["text"] for each in real["items"] if not each["text"].startswith("POST ")
    }


def _document(snapshot: Snapshot) -> Any:
    value = snapshot.items["runbook"].value
    assert isinstance(value, Mapping)
    return value


# ---------------------------------------------------------------- the recorded noon


def test_the_recorded_snapshot_is_what_the_sources_give(root: Path, noon: Snapshot) -> None:
    given = collected(root / "evidence" / SYSTEM)
    assert (given.subject, given.items) == (noon.subject, noon.items), "write it anew: python -m tests.sample.dealix"


def test_a_p1_is_open_so_nothing_is_released_and_each_board_says_why(policies: PolicySet, noon: Snapshot) -> None:
    boards = {gate: _decided(policies, noon, gate) for gate in GATES}
    assert {gate: decision.verdict for gate, decision in boards.items()} == {
        "dealix-deploy-freeze": Verdict.NO_GO,
        "dealix-hygiene": Verdict.NO_GO,
        "dealix-relaxations": Verdict.GO,
        "dealix-response": Verdict.GO,
        "dealix-rollback": Verdict.GO,
    }
    assert stops(boards["dealix-deploy-freeze"], "dealix-deploy-freeze") == {"no-severe-incident INC-2026-031"}
    assert advised(boards["dealix-rollback"], "dealix-rollback") == {"free-of-blame", "flag-is-off"}
    open_lines = {each for each in stops(boards["dealix-hygiene"], "dealix-hygiene") if each.startswith("line-proven ")}
    assert stops(boards["dealix-hygiene"], "dealix-hygiene") - open_lines == {
        "health-watched staging",
        "restore-tested",
    }
    assert len(open_lines) == 6


def test_the_ladder_of_that_noon_pages_the_platform_and_whom_customers_know(
    policies: PolicySet, noon: Snapshot
) -> None:
    standing = stand(policies, "dealix-severity", noon, AS_OF)
    assert (standing.level, standing.unknown) == ("P1", ())
    assert {page.who for page in standing.pages} == {"platform on-call", "customer success"}
    owed = {duty.id for duty in standing.duties if duty.state is DutyState.OPEN}
    assert owed == {"update"}


@pytest.mark.parametrize("gate", GATES)
def test_without_any_evidence_only_the_advice_is_not_in_the_way(policies: PolicySet, gate: str) -> None:
    verdict = _decided(policies, None, gate).verdict
    assert verdict is (Verdict.GO if gate == "dealix-rollback" else Verdict.INCONCLUSIVE)
