"""Changes that a mode of the sample and the ladder beside it went through, as their announcements."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from gatekeeper.load import find_policy_files, load_policies
from gatekeeper.model.announcement import Announcement
from gatekeeper.model.kept import NewTransition, StateKey
from gatekeeper.model.mode_decision import ModeDecision
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Subject
from gatekeeper.pipeline.deciding_modes import decide_mode
from tests.conftest import ROOT
from tests.sample.incidents import deploys, evidence, incident, minute, signs
from tests.sample.test_degraded import FAILING, OUT

MODE, LADDER = "rgl8r-degraded", "rgl8r-escalation"


@cache
def policies() -> PolicySet:
    files = [each for each in find_policy_files(ROOT, "policies") if each.parent.name == "rgl8r"]
    return load_policies(files, ROOT)[0]


@cache
def degraded() -> ModeDecision:
    """Eleven minutes of errors: the look at which the mode is entered."""
    state = None
    for offset in range(11):
        decision = decide_mode(policies(), MODE, evidence(offset, metrics=FAILING), earlier=state, as_of=minute(offset))
        state = decision.state
    return decision


@cache
def out() -> ModeDecision:
    """Nothing answers: the ladder has come to a level, and the mode is the normal one."""
    parts: dict[str, Any] = {"incident": incident(), "deploys": deploys(-20), "signs": signs(canary_status="FAIL_AUTH")}
    return decide_mode(policies(), MODE, evidence(20, metrics=OUT, **parts), earlier=None, as_of=minute(20))


def of_mode(source: str = "normal", target: str = "degraded", decision: ModeDecision | None = None) -> Announcement:
    told = decision or degraded()
    reasons = ("degraded/error-rate",) if target == "degraded" else ()
    return Announcement(key("mode", MODE), NewTransition(source, target, told.as_of, reasons), told)


def of_ladder(source: str | None, target: str | None) -> Announcement:
    return Announcement(key("ladder", LADDER), NewTransition(source, target, out().as_of, ()), out())


def key(kind: Any, policy: str) -> StateKey:
    subject = Subject("rgl8r-api", "staging", None)
    return StateKey(kind, "rgl8r", policy, subject.service, subject.environment)


def with_text(told: Announcement, text: str, times: int) -> Announcement:
    """The same with a text that came from elsewhere in every place that people are told of, and much of it."""
    decision, reading = told.decision, told.decision.reading
    levers = tuple(
        replace(each, lever=replace(each.lever, id=f"{text}{number}", how=text, title=text, blast_radius=text))
        for each in decision.levers
        for number in range(times)
    )
    pages = tuple(
        replace(each, page=replace(each.page, who=f"{text}{number}"))
        for each in decision.pages
        for number in range(times)
    )
    effects = {f"{text}{number}": text for number in range(times)}
    reading = replace(
        reading, transition=None, held=text, notice=text * times, actions=(text,) * times, effects=effects
    )
    ladders = tuple(replace(each, standing=replace(each.standing, told=text)) for each in decision.ladders)
    decision = replace(decision, title=text, reading=reading, levers=levers, pages=pages, ladders=ladders)
    change = replace(told.transition, reasons=(text,) * times)
    subject = replace(told.key, service=text or None, environment=text or None)
    return Announcement(subject, change, decision)
