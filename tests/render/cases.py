"""Reports built by hand, as a reviewer would want to read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from gatekeeper.model.decision import Decision, EvidenceNote, GateDecision, Verdict
from gatekeeper.model.finding import Deciding, Finding, Lack, Observation, Outcome, QuorumState, SignOff
from gatekeeper.model.place import Place
from gatekeeper.model.report import RecordedDay, Report
from gatekeeper.model.rule import Enforcement
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.waiver import Waiver, WaiverNote, WaiverUse
from gatekeeper.model.window import Gap, Reset, Tally, WindowState

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SCALE = {"BLOCK": "critical", "HIGH": "high", "MED": "medium", "LOW": "low"}
POLICY = "policies/rgl8r/p11-h.yaml"


def at(text: str) -> datetime:
    """``03-03 09:00`` in the year of the launch."""
    return datetime.strptime(f"2026-{text} +0000", "%Y-%m-%d %H:%M %z").astimezone(UTC)


NOW = at("03-03 09:00")
COLLECTED = at("03-03 08:55")


def digest(letter: str) -> str:
    return "sha256:" + letter * 64


def finding(
    rule: str,
    title: str,
    outcome: Outcome = Outcome.PASS,
    *,
    enforcement: Enforcement = Enforcement.BLOCKING,
    severity: str = "HIGH",
    message: str = "",
    expected: str = "",
    line: int = 20,
    **more: object,
) -> Finding:
    plain = Finding(
        rule=rule,
        key=None,
        title=title,
        enforcement=enforcement,
        severity=severity,
        outcome=outcome,
        message=message or f"{title}: met",
        expected=expected or title,
        place=Place(POLICY, line, 5),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def window(*, complete: bool) -> WindowState:
    if complete:
        return WindowState(
            length=7 * DAY,
            max_gap=timedelta(minutes=90),
            not_before=at("02-24 00:00"),
            observed_until=COLLECTED,
            clean_since=at("02-24 00:00"),
            clean_samples=354,
            completes_at=at("03-03 00:00"),
            complete=True,
            resets=(),
            gaps=(),
            tallies=(
                Tally("clean", "the run succeeded", 354, ("run 101", "run 102", "run 103")),
                Tally("void", "a manual run fills no gap", 2, ("run 140", "run 233")),
            ),
        )
    return WindowState(
        length=7 * DAY,
        max_gap=timedelta(minutes=90),
        not_before=at("02-24 00:00"),
        observed_until=COLLECTED,
        clean_since=at("03-01 12:30"),
        clean_samples=89,
        completes_at=at("03-08 12:30"),
        complete=False,
        resets=(Reset(at("03-01 12:00"), "run 365", "conclusion failure"),),
        gaps=(Gap(at("02-28 02:30"), at("02-28 09:00"), "inside", ("run 301 (cancelled)",)),),
        tallies=(
            Tally("clean", "the run succeeded", 340, ("run 101", "run 102", "run 103")),
            Tally("reset", "the run ended failure", 1, ("run 365",)),
            Tally("pending", "the run has not ended", 1, ("run 454",)),
            Tally("void", "a manual run fills no gap", 2, ("run 140", "run 233")),
        ),
    )


def quorum(*, signed: bool) -> QuorumState:
    basis = digest("b")
    approver = SignOff("approver", "Ada Osei", at("03-03 08:30"), accepted=True)
    if signed:
        others = (
            SignOff("launch-window", "Ada Osei", at("03-03 08:31"), accepted=True),
            SignOff("rollback-authority", "Bo Lindqvist", at("03-03 08:34"), accepted=True),
        )
    else:
        others = (
            SignOff("launch-window", None, None, accepted=False, reasons=("nobody has signed",)),
            SignOff(
                "rollback-authority",
                "Bo Lindqvist",
                at("03-02 17:10"),
                accepted=False,
                reasons=("signed commit 77aa01f", "signed another basis"),
            ),
        )
    return QuorumState(basis, ("runbook", "tabletop"), 2, 2 if signed else 1, (approver, *others))


def canary(*, complete: bool) -> GateDecision:
    state = window(complete=complete)
    outcome = Outcome.PASS if complete else Outcome.FAIL
    message = (
        "clean since 2026-02-24T00:00Z, 7 d 8 h 55 min"
        if complete
        else "clean since 2026-03-01T12:30Z, 1 d 20 h of 7 d; completes 2026-03-08T12:30Z"
    )
    return gate(
        "p11-f",
        "7-day canary clean run",
        (
            finding(
                "seven-clean-days",
                "Seven clean days of the canary",
                outcome,
                enforcement=Enforcement.HARD,
                severity="BLOCK",
                message=message,
                expected="7 d of clean runs, none more than 90 min apart",
                evidence=("canary",),
                remedy="keep the canary workflow enabled and wait; a failed run starts the 7 days anew",
                window=state,
            ),
        ),
        verdict=Verdict.GO if complete else Verdict.NO_GO,
        reason="all 1 blocking rule passes" if complete else "the canary window is not complete",
        parameters={"max_gap": "90m", "not_before": "2026-02-24T00:00:00Z"},
    )


def gate(
    name: str,
    title: str,
    findings: tuple[Finding, ...],
    *,
    verdict: Verdict = Verdict.GO,
    reason: str = "every blocking rule passes",
    word: str | None = None,
    **more: object,
) -> GateDecision:
    plain = GateDecision(
        gate=name,
        title=title,
        owner="platform-oncall",
        source="public API launch runbook, section A",
        system="rgl8r",
        policy_digest=digest("f" if name == "p11-f" else "a"),
        verdict=verdict,
        word=word or verdict.value,
        unwaived=verdict,
        stopped_by_hard=any(each.stops and each.enforcement is Enforcement.HARD for each in findings),
        advisory=False,
        reason=reason,
        severities=SCALE,
        parameters={},
        overridden=(),
        findings=tuple(sorted(findings, key=lambda each: each.order)),
        waivers=(),
        reads=tuple(sorted({each.gate for each in findings if each.gate})),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def note(gate_id: str, name: str, kind: str, bound: timedelta, *, now: datetime = NOW) -> EvidenceNote:
    age = now - COLLECTED
    return EvidenceNote(
        gate=gate_id,
        name=name,
        kind=kind,
        source=f"evidence/rgl8r/{name}.json",
        digest=digest("e"),
        observed_at=at("03-03 08:30"),
        collected_at=COLLECTED,
        state="usable" if age <= bound else "stale",
        detail="" if age <= bound else "collected longer ago than the policy allows",
        age=age,
        max_age=bound,
        stale_since=None if age <= bound else COLLECTED + bound,
    )


def notes(now: datetime = NOW) -> tuple[EvidenceNote, ...]:
    return (
        note("p11-f", "canary", "workflow_runs", HOUR, now=now),
        note("p11-g", "runbook", "markdown", DAY, now=now),
        note("p11-h", "incidents", "incidents", HOUR, now=now),
        note("p11-h", "record", "approvals", HOUR, now=now),
        note("p11-h", "rls", "workflow_runs", HOUR, now=now),
        note("p11-h", "runbook", "markdown", DAY, now=now),
    )


def runbooks() -> GateDecision:
    levers = tuple(
        finding(
            "lever-validated",
            "Each lever was validated lately",
            key=str(number),
            message=f"lever {number} was validated on 2026-02-24",
            observed=(Observation("lever.last_validated", "2026-02-24", 140 + number),),
            evidence=("runbook",),
        )
        for number in range(1, 7)
    )
    advisory = finding(
        "placeholder-filled",
        "No placeholder is left",
        Outcome.FAIL,
        enforcement=Enforcement.ADVISORY,
        severity="LOW",
        key="83",
        message="the backup on-call's phone number is still <PLACEHOLDER>",
        remedy="fill in the on-call table",
        observed=(Observation("row.phone", "<PLACEHOLDER>", 83),),
        because=(
            Deciding(
                '!row.phone.startsWith("<")',
                value=False,
                told='row.phone = "<PLACEHOLDER>", needs not startsWith("<")',
                observed=(Observation("row.phone", "<PLACEHOLDER>", 83),),
            ),
        ),
        evidence=("runbook",),
    )
    shadow = finding(
        "lever-drilled",
        "Each lever was drilled in an exercise",
        Outcome.FAIL,
        enforcement=Enforcement.SHADOW,
        severity="LOW",
        key="2",
        message="lever 2 was never drilled",
        evidence=("runbook",),
    )
    skipped = finding(
        "regional-runbook",
        "Each region has its section",
        Outcome.NOT_APPLICABLE,
        severity="MED",
        message="only one region is launched",
    )
    return gate("p11-g", "Launch runbooks and tabletop", (*levers, advisory, shadow, skipped))


def launch(*, complete: bool, signed: bool = True, named: bool = True, below: GateDecision | None = None) -> Decision:
    first = canary(complete=complete)
    second = below or runbooks()
    rules = [
        finding(
            "canary-clean-run",
            "7-day canary clean run",
            Outcome.PASS if complete else Outcome.FAIL,
            enforcement=Enforcement.HARD,
            severity="BLOCK",
            message=f"p11-f is {first.verdict.value}: {first.reason}",
            expected="p11-f is GO without waivers",
            gate="p11-f",
            through_hard=not complete,
            line=41,
        ),
        finding(
            "runbooks-exist",
            "Runbooks and tabletop exist",
            message=f"p11-g is {second.verdict.value}",
            expected="p11-g is GO",
            gate="p11-g",
            line=47,
        ),
        finding(
            "tenant-isolation-verified",
            "Tenant isolation is verified",
            enforcement=Enforcement.HARD,
            severity="BLOCK",
            message="FORCE RLS verification ended success at 2026-03-03T06:10Z",
            expected='rls.latest.conclusion == "success" && age(rls.latest.updated_at) <= hours(24)',
            observed=(
                Observation("rls.latest.conclusion", "success"),
                Observation("age(rls.latest.updated_at)", "2h50m"),
            ),
            evidence=("rls",),
        ),
        finding(
            "no-open-incident",
            "No BLOCK or HIGH incident is open",
            severity="BLOCK",
            message="no incident of severity BLOCK or HIGH is open",
            evidence=("incidents",),
        ),
        finding(
            "approval-record-complete",
            "Every role has signed",
            Outcome.PASS if signed else Outcome.FAIL,
            severity="BLOCK",
            message="3 of 3 roles signed" if signed else "1 of 3 roles signed: launch-window is blank",
            expected="approver, launch-window and rollback-authority signed by at least 2 people",
            evidence=("record", "runbook"),
            remedy="sign the basis below in the approval record",
            quorum=quorum(signed=signed),
        ),
        finding(
            "on-call-named",
            "On-call is named for the first 7 days",
            Outcome.PASS if named else Outcome.FAIL,
            key="backup",
            message="backup on-call is Cy Amari" if named else "backup on-call is not named",
            expected="a named person in each on-call role",
            observed=(Observation("row.name", "Cy Amari" if named else "<PLACEHOLDER>", 82),),
            evidence=("runbook",),
            owner="eng-lead",
            due=None if named else at("02-28 23:59"),
            due_text=None if named else "2026-02-28",
            overdue=not named,
            remedy=None if named else "name the backup in the on-call table of the runbook",
            line=64,
        ),
    ]
    verdict = Verdict.GO if complete and signed and named else Verdict.NO_GO
    stops = sum(1 for each in rules if each.stops)
    root = gate(
        "p11-h",
        "Broad public launch, go or no-go",
        tuple(rules),
        verdict=verdict,
        reason="every blocking rule passes" if verdict is Verdict.GO else f"{stops} of 6 blocking rules do not pass",
        parameters={"distinct_approvers": 2},
    )
    return Decision(
        policy="p11-h",
        verdict=verdict,
        word=verdict.value,
        as_of=NOW,
        replay=True,
        subject=Subject("sima-api", "production", "4f2a9c1d"),
        gates=(root, first, second),
        evidence=notes(),
        snapshot=digest("c"),
        snapshot_at=COLLECTED,
        semantics="1",
        earliest_go=None if complete else at("03-08 12:30"),
    )


def go() -> Report:
    return Report((launch(complete=True),))


def canary_reset() -> Report:
    return Report((launch(complete=False, signed=False, named=False),))


def stale() -> Report:
    """What a fresh clone says long after the evidence was recorded."""
    now = at("11-21 07:45")
    day = launch(complete=True)
    evidence = notes(now)

    def unknown(each: Finding) -> Finding:
        if not each.evidence and each.gate is None:
            return each
        below = {"p11-f": ("canary",), "p11-g": ("runbook",)}
        names = each.evidence or below[each.gate or ""]
        lacks = tuple(Lack(name, "stale", "collected longer ago than the policy allows") for name in names)
        return replace(
            each,
            outcome=Outcome.UNKNOWN if each.enforcement is not Enforcement.SHADOW else each.outcome,
            lacks=lacks,
            message=f"{lacks[0].evidence} is stale" if each.evidence else f"{each.gate} is INCONCLUSIVE",
            observed=(),
            window=None,
            quorum=None,
        )

    gates = tuple(
        replace(
            each,
            verdict=Verdict.INCONCLUSIVE,
            word="INCONCLUSIVE",
            unwaived=Verdict.INCONCLUSIVE,
            reason="all evidence is stale: nothing can be decided from it",
            findings=tuple(unknown(found) for found in each.findings),
        )
        for each in day.gates
    )
    decision = replace(
        day,
        verdict=Verdict.INCONCLUSIVE,
        word="INCONCLUSIVE",
        as_of=now,
        replay=False,
        gates=gates,
        evidence=evidence,
    )
    recorded = (
        RecordedDay(COLLECTED, "evidence/rgl8r/snapshots/2026-03-03.json"),
        RecordedDay(at("03-02 22:57"), "evidence/rgl8r/snapshots/2026-03-02.json"),
        RecordedDay(at("02-24 11:58"), "evidence/rgl8r/snapshots/2026-02-24.json"),
    )
    return Report((decision,), recorded)


def waiver(rule: str, key: str | None, *, name: str, use: WaiverUse, reason: str, gate_id: str = "p11-g") -> WaiverNote:
    accepted = Waiver(
        id=name,
        gate=gate_id,
        rule=rule,
        key=key,
        subject={"environment": "production"} if use is WaiverUse.APPLIED else {},
        owner="eng-lead",
        person="Ada Osei",
        role="release-manager",
        justification="lever 6 is drilled on Thursday; it is not needed for the first hours",
        ticket="OPS-118",
        granted_at=at("03-02 10:00"),
        expires_at=at("03-06 00:00"),
        accepts_unknown=False,
        digest=digest("d"),
        place=Place("policies/rgl8r/waivers.yaml", 3, 3),
    )
    return WaiverNote(accepted, use, reason, (key,) if key and use is WaiverUse.APPLIED else ())


def waived() -> Report:
    """A GO that rests on a waiver below, with a refused one beside it."""
    plain = runbooks()
    accepted = tuple(
        replace(
            each,
            outcome=Outcome.FAIL,
            waiver="w-lever-6",
            message="lever 6 was last validated on 2026-01-20, 42 d ago",
            observed=(Observation("lever.last_validated", "2026-01-20", 146),),
        )
        if each.key == "6"
        else each
        for each in plain.findings
    )
    below = replace(
        plain,
        findings=accepted,
        unwaived=Verdict.NO_GO,
        reason="every blocking rule passes, 1 of them by a waiver",
        waivers=(waiver("lever-validated", "6", name="w-lever-6", use=WaiverUse.APPLIED, reason="accepts 1 fail"),),
    )
    decision = launch(complete=True, below=below)
    refused = waiver(
        "canary-clean-run",
        None,
        name="w-canary",
        use=WaiverUse.REFUSED,
        reason="canary-clean-run is a hard rule: it cannot be waived",
        gate_id="p11-h",
    )
    root = replace(
        decision.root,
        unwaived=Verdict.NO_GO,
        waivers=(refused,),
        parameters={"distinct_approvers": 3},
        overridden=("distinct_approvers",),
    )
    return Report((replace(decision, gates=(root, *decision.gates[1:])),))


def several() -> Report:
    """Two gates asked for at once, one of them with words of its own; a hole in the evidence."""
    first = canary(complete=True)
    hole = replace(
        first.findings[0],
        outcome=Outcome.UNKNOWN,
        message="the list of canary runs is not complete",
        lacks=(Lack("canary", "incomplete", "run_number jumps from 364 to 366: one run is not there"),),
        window=replace(window(complete=False), resets=(), undecided_from=at("03-01 12:30")),
    )
    root = replace(
        first,
        verdict=Verdict.INCONCLUSIVE,
        word="UNDECIDED",
        unwaived=Verdict.INCONCLUSIVE,
        stopped_by_hard=True,
        reason="the list of canary runs has a hole",
        findings=(hole,),
    )
    holed = replace(notes()[0], state="incomplete", detail="run_number jumps from 364 to 366: one run is not there")
    alone = Decision(
        policy="p11-f",
        verdict=Verdict.INCONCLUSIVE,
        word="UNDECIDED",
        as_of=NOW,
        replay=False,
        subject=Subject("sima-api", "production", None),
        gates=(root,),
        evidence=(holed,),
        snapshot=digest("c"),
        snapshot_at=COLLECTED,
        semantics="1",
    )
    return Report((alone, replace(launch(complete=True), replay=False)), explain=True)


CASES = {
    "go": go,
    "no-go-canary-reset": canary_reset,
    "inconclusive-stale": stale,
    "go-with-waiver": waived,
    "several-explained": several,
}
