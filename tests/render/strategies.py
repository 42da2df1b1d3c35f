"""Reports of every shape, with hostile texts in every place that evidence or a policy can reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from gatekeeper.model.decision import Decision, EvidenceNote, GateDecision, Verdict
from gatekeeper.model.duty import DutyStanding, DutyState
from gatekeeper.model.finding import Deciding, Finding, Lack, Observation, Outcome, QuorumState, SignOff
from gatekeeper.model.place import Place
from gatekeeper.model.report import RecordedDay, Report
from gatekeeper.model.review import ReviewStanding, ReviewState
from gatekeeper.model.rule import Enforcement
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.waiver import Waiver, WaiverNote, WaiverUse
from gatekeeper.model.window import Gap, Reset, Tally, WindowState

HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x9b31m",
    "one\ntwo",
    "\r✓ pass  tenant-isolation",
    "\n\n# GO\n\n",
    "\u202eREVERSED\u202c",
    "zero\u200bwidth",
    "line\u2028separator",
    "| a | b |\n| --- | --- |",
    "</td><script>alert(1)</script>",
    "<!-- hidden -->",
    "[link](https://example.test)",
    "![image](https://example.test/x.png)",
    "https://example.test www.example.test a@example.test",
    "@everyone closes #12",
    "```\nfence\n```",
    "`tick` ``ticks``",
    "\\",
    "\\|",
    "*a* _b_ ~~c~~ **d**",
    "- item",
    "1. item",
    "> quote",
    "---",
    "===",
    "&lt;b&gt; &amp; &#60;",
    "$x$ :tada:",
    "日本語のテキスト 👩‍💻",
    "Zoë",
    "word" * 60,
)

INSTANTS = st.datetimes(
    min_value=datetime(2025, 1, 1),  # noqa: DTZ001 - hypothesis wants bounds without a zone
    max_value=datetime(2028, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda each: each.replace(microsecond=each.microsecond // 1000 * 1000))
LENGTHS = st.integers(0, 40 * 86_400).map(lambda seconds: timedelta(seconds=seconds))
TEXTS = st.one_of(
    st.sampled_from(("", "the canary is not clean", "fill in the table")),
    st.sampled_from(HOSTILE),
    st.text(max_size=30),
)
DIGESTS = st.sampled_from("abcdef").map(lambda letter: "sha256:" + letter * 64)
SEVERITIES = {"BLOCK": "critical", "HIGH": "high", "LOW": "low"}
PLACES = st.builds(Place, TEXTS, st.integers(1, 900), st.integers(1, 120))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=5,
)
NAMES = ("canary", "runbook", "rls")
LACKS = st.builds(
    Lack, st.sampled_from((*NAMES, "")), st.sampled_from(("stale", "missing", "undecided", "error")), TEXTS
)


OBSERVATIONS = st.builds(Observation, TEXTS, VALUES, st.none() | st.integers(1, 99), st.booleans())


def several(strategy: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


DECIDING = st.builds(Deciding, TEXTS, st.none() | st.booleans(), TEXTS, several(OBSERVATIONS), st.integers(0, 2))


@st.composite
def windows(draw: st.DrawFn) -> WindowState:
    start = draw(INSTANTS)
    ordered = sorted(start + each for each in draw(st.lists(LENGTHS, min_size=6, max_size=6)))
    return WindowState(
        length=draw(LENGTHS),
        max_gap=draw(st.none() | LENGTHS),
        not_before=draw(st.none() | st.just(start)),
        observed_until=ordered[5],
        clean_since=draw(st.none() | st.just(ordered[3])),
        clean_samples=draw(st.integers(0, 999)),
        completes_at=draw(st.none() | INSTANTS),
        complete=draw(st.booleans()),
        resets=tuple(Reset(at, text, text) for text in (draw(TEXTS),) for at in ordered[: draw(st.integers(0, 5))] * 2),
        gaps=tuple(
            Gap(ordered[0], ordered[1], draw(st.sampled_from(("head", "inside", "tail"))), draw(several(TEXTS)))
            for _ in range(draw(st.integers(0, 1)))
        ),
        tallies=draw(several(st.builds(Tally, TEXTS, TEXTS, st.integers(0, 99), several(TEXTS)))),
        undecided_from=draw(st.none() | INSTANTS),
    )


SIGN_OFFS = several(st.builds(SignOff, TEXTS, st.none() | TEXTS, st.none() | INSTANTS, st.booleans(), several(TEXTS)))
QUORUMS = st.builds(
    QuorumState,
    st.none() | DIGESTS,
    several(st.sampled_from(NAMES)),
    st.integers(0, 4),
    st.integers(0, 4),
    SIGN_OFFS,
    SIGN_OFFS,
)


@st.composite
def findings(draw: st.DrawFn, rule: str, gates: tuple[str, ...]) -> Finding:
    outcome = draw(st.sampled_from(Outcome))
    return Finding(
        rule=rule,
        key=draw(st.none() | TEXTS),
        title=draw(TEXTS),
        enforcement=draw(st.sampled_from(Enforcement)),
        severity=draw(st.sampled_from((*SEVERITIES, "ODD"))),
        outcome=outcome,
        message=draw(TEXTS),
        expected=draw(TEXTS),
        place=draw(PLACES),
        observed=draw(several(OBSERVATIONS)),
        because=draw(several(DECIDING)),
        lacks=draw(several(LACKS)) if outcome is Outcome.UNKNOWN else (),
        evidence=draw(several(st.sampled_from(NAMES))),
        owner=draw(st.none() | TEXTS),
        due=draw(st.none() | INSTANTS),
        due_text=draw(st.none() | TEXTS),
        overdue=draw(st.booleans()),
        remedy=draw(st.none() | TEXTS),
        line=draw(st.none() | st.integers(1, 99)),
        through_hard=draw(st.booleans()),
        waiver=draw(st.none() | st.sampled_from(("w-1", "w-2"))),
        gate=draw(st.none() | st.sampled_from((*gates, "nowhere"))),
        closed_by=draw(st.none() | TEXTS),
        window=draw(st.none() | st.none() | windows()),
        quorum=draw(st.none() | st.none() | QUORUMS),
    )


@st.composite
def waiver_notes(draw: st.DrawFn, name: str) -> WaiverNote:
    waiver = Waiver(
        id=name,
        gate=draw(TEXTS),
        rule=draw(TEXTS),
        key=draw(st.none() | TEXTS),
        subject=draw(st.dictionaries(st.sampled_from(("service", "commit")), TEXTS)),
        owner=draw(TEXTS),
        person=draw(TEXTS),
        role=draw(TEXTS),
        justification=draw(TEXTS),
        ticket=draw(TEXTS),
        granted_at=draw(INSTANTS),
        expires_at=draw(INSTANTS),
        accepts_unknown=draw(st.booleans()),
        digest=draw(DIGESTS),
        place=draw(PLACES),
    )
    return WaiverNote(waiver, draw(st.sampled_from(WaiverUse)), draw(TEXTS), draw(several(TEXTS)))


@st.composite
def gate_decisions(draw: st.DrawFn, name: str, gates: tuple[str, ...]) -> GateDecision:
    rules = [f"{name}-rule-{number}" for number in range(draw(st.integers(0, 3)))]
    found = tuple(draw(findings(rule, gates)) for rule in rules)
    waivers = tuple(draw(waiver_notes(f"{name}-waiver-{number}")) for number in range(draw(st.integers(0, 2))))
    parameters = draw(st.dictionaries(st.sampled_from(("max_gap", "people", "window")), VALUES))
    verdict = draw(st.sampled_from(Verdict))
    return GateDecision(
        gate=name,
        title=draw(TEXTS),
        owner=draw(TEXTS),
        source=draw(TEXTS),
        system=draw(TEXTS),
        policy_digest=draw(DIGESTS),
        verdict=verdict,
        word=verdict.value,
        unwaived=draw(st.sampled_from(Verdict)),
        stopped_by_hard=draw(st.booleans()),
        advisory=draw(st.booleans()),
        reason=draw(TEXTS),
        severities=SEVERITIES,
        parameters=parameters,
        overridden=tuple(sorted(draw(st.sets(st.sampled_from(sorted(parameters)))) if parameters else ())),
        findings=found,
        waivers=waivers,
        reads=gates,
        duties=draw(several(duty_standings())),
        review=draw(st.none() | REVIEWS) if verdict is not Verdict.GO else None,
    )


@st.composite
def duty_standings(draw: st.DrawFn) -> DutyStanding:
    state = draw(st.sampled_from(DutyState))
    return DutyStanding(
        id=draw(TEXTS),
        title=draw(TEXTS),
        who=draw(TEXTS),
        level=None,
        state=state,
        recommended=draw(st.booleans()),
        told=draw(TEXTS),
        place=draw(PLACES),
        due=draw(st.none() | INSTANTS),
        overdue_by=draw(LENGTHS) if state is DutyState.OVERDUE else None,
        lacks=draw(several(LACKS)) if state is DutyState.UNKNOWN else (),
        evidence=draw(several(st.sampled_from(NAMES))),
    )


REVIEWS = st.builds(
    ReviewStanding,
    st.sampled_from(ReviewState),
    st.none() | INSTANTS,
    st.none() | TEXTS,
    TEXTS,
    TEXTS,
    PLACES,
    several(LACKS),
    several(st.sampled_from(NAMES)),
)


@st.composite
def evidence_notes(draw: st.DrawFn, gate: str) -> EvidenceNote:
    return EvidenceNote(
        gate=gate,
        name=draw(st.sampled_from(NAMES)),
        kind=draw(TEXTS),
        source=draw(TEXTS),
        digest=draw(st.none() | DIGESTS),
        observed_at=draw(st.none() | INSTANTS),
        collected_at=draw(st.none() | INSTANTS),
        state=draw(st.sampled_from(("usable", "stale", "missing"))),
        detail=draw(TEXTS),
        age=draw(st.none() | LENGTHS),
        max_age=draw(st.none() | LENGTHS),
        stale_since=draw(st.none() | INSTANTS),
    )


@st.composite
def decisions(draw: st.DrawFn, name: str) -> Decision:
    below = tuple(f"{name}-below-{number}" for number in range(draw(st.integers(0, 2))))
    gates = tuple(draw(gate_decisions(each, below)) for each in (name, *below))
    return Decision(
        policy=name,
        verdict=gates[0].verdict,
        word=gates[0].word,
        as_of=draw(INSTANTS),
        replay=draw(st.booleans()),
        subject=draw(st.builds(Subject, st.none() | TEXTS, st.none() | TEXTS, st.none() | TEXTS)),
        gates=gates,
        evidence=draw(several(st.sampled_from((name, *below)).flatmap(evidence_notes))),
        snapshot=draw(st.none() | DIGESTS),
        snapshot_at=draw(st.none() | INSTANTS),
        semantics="1",
        earliest_go=draw(st.none() | INSTANTS),
    )


@st.composite
def reports(draw: st.DrawFn, most: int = 1) -> Report:
    asked = tuple(draw(decisions(f"gate-{number}")) for number in range(draw(st.integers(1, most))))
    recorded = sorted(draw(st.lists(st.builds(RecordedDay, INSTANTS, TEXTS), max_size=4)), key=lambda day: day.taken_at)
    return Report(asked, tuple(reversed(recorded)), explain=draw(st.booleans()))


# Words that renderers look up or sort by; they are never free text.
FIXED = {"state", "cause", "where", "semantics", "digest", "policy_digest", "snapshot", "basis", "value", "word"}


def altered(value: Any, change: Callable[[str], str]) -> Any:
    """The same value with every free text in it changed."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(altered(each, change) for each in value)
    if isinstance(value, Mapping):
        return {change(name): each for name, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        kept = {each.name: getattr(value, each.name) for each in fields(value)}
        return replace(value, **{name: altered(each, change) for name, each in kept.items() if name not in FIXED})
    return value


def elsewhere(value: Any) -> Any:
    """The same value with every instant written in another offset."""
    zone = timezone(timedelta(hours=5, minutes=30))
    if isinstance(value, datetime):
        return value.astimezone(zone)
    if isinstance(value, tuple):
        return tuple(elsewhere(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: elsewhere(getattr(value, each.name)) for each in fields(value)})
    return value
