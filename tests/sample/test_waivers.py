"""What can be waived before the launch, and what cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatekeeper.model.decision import Verdict
from gatekeeper.model.finding import Outcome
from gatekeeper.model.place import Place
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.times import parse_instant
from gatekeeper.model.waiver import Waiver, WaiverUse
from tests.sample import scenarios
from tests.sample.asking import BAD_RUN, decided, gate, stops, the
from tests.sample.signing import basis_of


def waiver(gate_id: str, rule: str, key: str | None = None) -> Waiver:
    return Waiver(
        id="w-1",
        gate=gate_id,
        rule=rule,
        key=key,
        subject={},
        owner="Dan",
        person="Marta Kowalska",
        role="launch-authority",
        accepts_unknown=False,
        justification="lever 2 is tried on Thursday",
        ticket="OPS-118",
        granted_at=parse_instant("2026-03-02T10:00:00Z"),
        expires_at=parse_instant("2026-03-09T10:00:00Z"),
        digest="sha256:" + "1" * 64,
        place=Place("policies/rgl8r/waivers.yaml", 4, 5),
    )


@pytest.mark.parametrize(("gate_id", "rule"), [("p11-f", "seven-clean-days"), ("p11-h", "canary-clean-run")])
def test_the_canary_cannot_be_waived(policies: PolicySet, launch_day: Snapshot, gate_id: str, rule: str) -> None:
    red = scenarios.with_run(launch_day, "canary", BAD_RUN, conclusion="failure")
    decision = decided(replace(policies, waivers=(waiver(gate_id, rule),)), red)
    (note,) = gate(decision, gate_id).waivers
    assert decision.verdict is Verdict.NO_GO
    assert note.use is WaiverUse.REFUSED
    assert "hard" in note.reason


def _lever_2_long_ago(snapshot: Snapshot, policies: PolicySet) -> Snapshot:
    """Lever 2 last validated in January, and the record signed on that runbook."""

    def change(runbook: scenarios.Value) -> None:
        lever = next(each for each in runbook["sections"] if each["title"].startswith("Lever 2:"))
        lever["fields"]["last_validated"]["value"] = "2026-01-10"

    older = scenarios.with_value(snapshot, "runbook", change)
    return scenarios.with_sign_offs(older, basis=basis_of(policies, older))


def test_a_blocking_rule_of_the_runbooks_can_be_waived_and_it_shows_above(
    policies: PolicySet, launch_day: Snapshot
) -> None:
    old = _lever_2_long_ago(launch_day, policies)
    refused = decided(policies, old)
    assert refused.verdict is Verdict.NO_GO
    assert stops(refused, "p11-g") == {"lever-validated Lever 2: Feature Flag Toggles"}
    assert stops(refused) == {"runbooks-and-tabletop"}

    waived = replace(policies, waivers=(waiver("p11-g", "lever-validated", "Lever 2: Feature Flag Toggles"),))
    below = decided(waived, old, policy="p11-g")
    assert (below.verdict, below.root.unwaived) == (Verdict.GO, Verdict.NO_GO)
    (note,) = below.root.waivers
    assert (note.use, note.keys) == (WaiverUse.APPLIED, ("Lever 2: Feature Flag Toggles",))

    above = decided(waived, old)
    assert (above.verdict, above.root.unwaived) == (Verdict.GO, Verdict.NO_GO)
    assert gate(above, "p11-g").waivers == (note,)
    finding = the(above, "p11-g", "lever-validated", "Lever 2: Feature Flag Toggles")
    assert (finding.outcome, finding.waiver) == (Outcome.FAIL, "w-1")


def test_a_waiver_for_one_lever_does_not_cover_another(policies: PolicySet, launch_day: Snapshot) -> None:
    old = _lever_2_long_ago(launch_day, policies)
    other = replace(policies, waivers=(waiver("p11-g", "lever-validated", "Lever 3: Disable Canary Workflow"),))
    decision = decided(other, old)
    assert decision.verdict is Verdict.NO_GO
    assert [note.use for note in gate(decision, "p11-g").waivers] == [WaiverUse.UNUSED]
