"""Each rule about the runbook and the tabletop: what makes it fail, and that nothing else fails with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gatekeeper.model.decision import Verdict
from gatekeeper.model.finding import Outcome
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.rule import Enforcement
from gatekeeper.model.snapshot import Snapshot
from tests.sample import scenarios
from tests.sample.asking import advised, decided, stops, the

Change = Callable[[scenarios.Value], None]
LEVER_2 = "Lever 2: Feature Flag Toggles"
COMMANDS = "exact_commands_set_in_render_dashboard_environment"
RESTORED = "T+0:14 — Service Restored"
UNSAID = (
    "TBD",
    "tbd by Dan",
    "To be decided",
    "TODO: write",
    "n/a",
    "N/A.",
    "-",
    "???",
    "None",
    "…",
    "xxx",
    "<FILL ME>",
)


def section(document: scenarios.Value, title: str) -> scenarios.Value:
    return next(each for each in document["sections"] if each["title"] == title)


def retitle(old: str, new: str) -> Change:
    """Another title for a heading, here and in the path of whatever stands below it."""

    def change(document: scenarios.Value) -> None:
        section(document, old)["title"] = new
        for part in ("sections", "tables", "links", "placeholders"):
            for each in document[part]:
                each["path"] = [new if title == old else title for title in each["path"]]

    return change


def without_field(title: str, field: str) -> Change:
    return lambda document: section(document, title)["fields"].pop(field)


def field(title: str, name: str, value: str) -> Change:
    return lambda document: section(document, title)["fields"][name].update(value=value)


def again(title: str, name: str, value: str) -> Change:
    """A second field with the same label, as the collector names it."""

    def change(document: scenarios.Value) -> None:
        fields = section(document, title)["fields"]
        fields[f"{name}_2"] = {**fields[name], "value": value}

    return change


def head_again(name: str, value: str) -> Change:
    def change(document: scenarios.Value) -> None:
        document["fields"][f"{name}_2"] = {**document["fields"][name], "value": value}

    return change


def head(name: str, value: str) -> Change:
    return lambda document: document["fields"][name].update(value=value)


def without_head(name: str) -> Change:
    return lambda document: document["fields"].pop(name)


def cell(column: str, old: str, new: str) -> Change:
    def change(document: scenarios.Value) -> None:
        rows = [row for table in document["tables"] for row in table["rows"] if row.get(column) == old]
        assert rows
        for row in rows:
            row[column] = new

    return change


@pytest.mark.parametrize(
    ("name", "change", "stopped"),
    [
        ("runbook", retitle("B. Incident Triage", "B. When it breaks"), "incident-runbook"),
        ("runbook", retitle("F. External Comms Templates", "F. Words"), "comms-runbook"),
        ("tabletop", head("plan_id", "P11-E"), "tabletop-of-this-plan"),
        ("tabletop", without_head("plan_id"), "tabletop-of-this-plan"),
        ("tabletop", head("runbook_exercised", "docs/operations/other.md"), "tabletop-of-this-runbook"),
        ("tabletop", without_head("runbook_exercised"), "tabletop-of-this-runbook"),
        ("tabletop", head("date", "2025-12-02"), "tabletop-recent"),
        ("tabletop", head("date", "2026-03-04"), "tabletop-recent"),
        ("tabletop", head("date", "last week"), "tabletop-recent"),
        ("tabletop", without_head("date"), "tabletop-recent"),
        ("tabletop", cell("runbook_section", "B3. Tenant Isolation Breach", "B2. Latency"), "section-exercised B3"),
        ("tabletop", cell("exercised", "Reviewed", "No"), None),
        ("runbook", retitle(LEVER_2, "Flags"), "lever-documented 2"),
        ("runbook", without_field(LEVER_2, "action"), f"lever-action {LEVER_2}"),
        ("runbook", field(LEVER_2, "action", ""), f"lever-action {LEVER_2}"),
        *(("runbook", field(LEVER_2, "action", text), f"lever-action {LEVER_2}") for text in UNSAID),
        ("runbook", field(LEVER_2, COMMANDS, ""), f"lever-command {LEVER_2}"),
        ("runbook", field(LEVER_2, COMMANDS, "to be written"), f"lever-command {LEVER_2}"),
        (
            "runbook",
            without_field("Lever 3: Disable Canary Workflow", "exact_command"),
            "lever-command Lever 3: Disable Canary Workflow",
        ),
        (
            "runbook",
            without_field("Lever 1: Render Rollback", "exact_ui_path"),
            "lever-command Lever 1: Render Rollback",
        ),
        *(
            ("runbook", field(LEVER_2, "time_to_effect", text), f"lever-time-to-effect {LEVER_2}")
            for text in ("soon", "Immediate only in theory", "1 millennium", "2 min or never", "Immediate (a) (b)")
        ),
        ("runbook", field(LEVER_2, "blast_radius", "<FILL ME>"), f"lever-blast-radius {LEVER_2}"),
        ("runbook", field(LEVER_2, "blast_radius", "TBD"), f"lever-blast-radius {LEVER_2}"),
        *(
            ("runbook", again(LEVER_2, name, "2026-02-24"), f"lever-speaks-once {LEVER_2}")
            for name in ("action", "time_to_effect", "blast_radius", "last_validated")
        ),
        ("tabletop", head_again("date", "2026-02-24"), "tabletop-recent"),
        ("tabletop", head_again("plan_id", "P11-G"), "tabletop-of-this-plan"),
        ("tabletop", head_again("runbook_exercised", "docs/x.md"), "tabletop-of-this-runbook"),
        ("runbook", without_field(LEVER_2, "blast_radius"), f"lever-blast-radius {LEVER_2}"),
        ("runbook", field(LEVER_2, "last_validated", "2026-01-31"), f"lever-validated {LEVER_2}"),
        ("runbook", field(LEVER_2, "last_validated", "2026-03-04"), f"lever-validated {LEVER_2}"),
        ("runbook", field(LEVER_2, "last_validated", "recently"), f"lever-validated {LEVER_2}"),
        ("runbook", without_field(LEVER_2, "last_validated"), f"lever-validated {LEVER_2}"),
    ],
)
def test_what_is_missing_in_a_document_stops_exactly_the_rule_that_asks_for_it(
    policies: PolicySet, launch_day: Snapshot, name: str, change: Change, stopped: str | None
) -> None:
    decision = decided(policies, scenarios.with_value(launch_day, name, change), policy="p11-g")
    assert decision.verdict is Verdict.NO_GO
    sections = {f"section-exercised {part}" for part in ("A", "B3", "D", "G")}
    assert stops(decision, "p11-g") == ({stopped} if stopped else sections)


def test_without_the_rollback_section_no_lever_is_known(policies: PolicySet, launch_day: Snapshot) -> None:
    gone = scenarios.with_value(launch_day, "runbook", retitle("C. Rollback Levers", "C. Other"))
    decision = decided(policies, gone, policy="p11-g")
    assert decision.verdict is Verdict.NO_GO
    assert the(decision, "p11-g", "rollback-runbook").outcome is Outcome.FAIL
    assert the(decision, "p11-g", "lever-validated").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("tabletop", head("date", "2025-12-04")),  # 89 days and 9 hours before the decision
        ("runbook", field(LEVER_2, "last_validated", "2026-02-02")),
        ("runbook", field(LEVER_2, "last_validated", "2026-03-03")),
        ("runbook", field(LEVER_2, "time_to_effect", "Immediate")),
        ("runbook", field(LEVER_2, "time_to_effect", "90 s (one request)")),
        ("runbook", field(LEVER_2, "blast_radius", "None")),
        ("runbook", field(LEVER_2, "action", "Pending jobs are moved away")),
        ("tabletop", cell("exercised", "Reviewed", "Yes")),
    ],
)
def test_what_is_inside_its_bounds_passes(policies: PolicySet, launch_day: Snapshot, name: str, change: Change) -> None:
    decision = decided(policies, scenarios.with_value(launch_day, name, change), policy="p11-g")
    assert decision.verdict is Verdict.GO


@pytest.mark.parametrize("name", ["runbook", "tabletop"])
def test_without_a_document_its_blocking_rules_are_not_known(
    policies: PolicySet, launch_day: Snapshot, name: str
) -> None:
    decision = decided(policies, scenarios.without(launch_day, name), policy="p11-g")
    assert decision.verdict is Verdict.INCONCLUSIVE
    needing = [f for f in decision.root.findings if name in f.evidence and f.enforcement is Enforcement.BLOCKING]
    assert len(needing) >= 4
    assert {finding.outcome for finding in needing} == {Outcome.UNKNOWN}
    assert {lack.cause for finding in needing for lack in finding.lacks} == {"missing"}


@pytest.mark.parametrize(
    ("name", "change", "now", "rule"),
    [
        ("tabletop", cell("status", "Open", "Closed — done"), False, "follow-up-closed"),
        ("tabletop", cell("target_date", "T+1:30", "2026-02-25"), True, "follow-up-in-time"),
        (
            "tabletop",
            cell("owner", "Developer (whoever authored the commit)", "Priya Raman"),
            False,
            "follow-up-owned",
        ),
        ("tabletop", cell("owner", "platform-oncall", "Claude Code"), True, "follow-up-owned"),
        ("runbook", cell("role", "Engineering lead", "Adviser"), False, "primary-is-not-the-lead"),
        ("tabletop", retitle(RESTORED, "T+0:19 — Service Restored"), True, "rollback-as-fast-as-stated"),
        ("tabletop", retitle(RESTORED, "T+0:15 — Service Restored"), False, "rollback-as-fast-as-stated"),
        ("tabletop", retitle(RESTORED, "T+0:11 — Service Restored"), True, "rollback-as-fast-as-stated"),
        ("runbook", field(LEVER_2, "time_to_effect", "5–10 minutes"), True, "lever-times-as-planned"),
        (
            "tabletop",
            cell("notes", "The FORCE RLS blocker on integration_keys is written down and followed", "Read"),
            False,
            "documents-agree-on-force-rls",
        ),
        ("tabletop", cell("participant", "Claude Code", "Priya Raman"), False, "more-than-one-participant"),
    ],
)
def test_advice_comes_and_goes_with_its_cause(
    policies: PolicySet, launch_day: Snapshot, name: str, change: Change, now: bool, rule: str
) -> None:
    decision = decided(policies, scenarios.with_value(launch_day, name, change), policy="p11-g")
    assert decision.verdict is Verdict.GO
    assert (rule in advised(decision, "p11-g")) is now
