"""Decisions about the sample's modes, as somebody who is woken would see them."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from gatekeeper.load import find_policy_files, load_policies
from gatekeeper.model.kept import ReceivedAlert
from gatekeeper.model.mode_decision import ModeDecision
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Subject
from gatekeeper.pipeline.deciding_modes import decide_mode
from gatekeeper.snapshot import build_snapshot
from tests.conftest import ROOT
from tests.sample.incidents import canary, deploys, evidence, failure, incident, minute, signs
from tests.sample.looks import desk, hour, ingestion, switch
from tests.sample.test_degraded import FAILING, FINE, OUT

MODE = "rgl8r-degraded"
SUBJECT = Subject("rgl8r-api", "production", "4f2c9d1")

ALERT = ReceivedAlert(
    fingerprint="c6eadffa33fcdf37",
    starts_at=minute(2),
    status="firing",
    ends_at=None,
    name="ErrorRate",
    labels={"alertname": "ErrorRate", "service": "rgl8r-api"},
    annotations={"summary": "6 % of the requests fail"},
    receiver="gatekeeper",
    generator_url="https://prometheus.example/graph",
)


@cache
def policies(system: str) -> PolicySet:
    """The policies of a system of the sample."""
    files = [file for file in find_policy_files(ROOT) if file.parent.name == system]
    return load_policies(files, ROOT)[0]


def _played(looks: int, **documents: Any) -> ModeDecision:
    """So many looks, one a minute, at the same evidence."""
    decision: ModeDecision | None = None
    alerts = documents.pop("alerts", ())
    without = documents.pop("without", ())
    for offset in range(looks):
        gathered = evidence(offset, without if offset else (), **documents)
        decision = decide_mode(
            policies("rgl8r"),
            MODE,
            build_snapshot("rgl8r", SUBJECT, gathered.items.values()),
            earlier=decision.state if decision is not None else None,
            as_of=minute(offset),
            alerts=alerts,
        )
    assert decision is not None
    return decision


def normal() -> ModeDecision:
    """Nothing is wrong."""
    return _played(3, metrics=FINE)


def running() -> ModeDecision:
    """A clock has run 4 of its 10 minutes."""
    return _played(5, metrics=FAILING)


def degraded() -> ModeDecision:
    """Degraded for two minutes, after a deploy, with an incident that nobody took up, and an alert that called."""
    return _after_a_deploy(13)


def entered() -> ModeDecision:
    """The same, two minutes before."""
    return _after_a_deploy(11)


def _after_a_deploy(looks: int) -> ModeDecision:
    return _played(
        looks,
        metrics=FAILING,
        incident=incident(environment="production", customer_impact_at=1),
        deploys=deploys(-20, environment="production"),
        canary=canary(*failure(3), last=0.0),
        alerts=(ALERT,),
    )


def tabletop() -> ModeDecision:
    """Nothing answers: an incident and no degradation."""
    return _played(9, metrics=OUT, incident=incident(), deploys=deploys(-20), signs=signs(canary_status="FAIL_AUTH"))


def held() -> ModeDecision:
    """The metrics have not come for four minutes."""
    return _played(5, metrics=FINE, without=("metrics",))


def unknown() -> ModeDecision:
    """Nothing can be had."""
    return decide_mode(policies("rgl8r"), MODE, None, earlier=None, as_of=minute(0), now=minute(0) + timedelta(days=1))


def rolled_back() -> ModeDecision:
    """22 % of the uploads fail, and the switch is still on."""
    noon = minute(0).replace(month=3, day=10, hour=12)
    decision: ModeDecision | None = None
    for offset, failed in enumerate((1, 12, 22)):
        at = noon + timedelta(minutes=offset)
        decision = decide_mode(
            policies("ingestion"),
            "ingestion-control",
            ingestion(
                at,
                hour=hour(noon - timedelta(minutes=50), failed),
                desk=desk({"day0-go": noon - timedelta(hours=3, minutes=5), "launch": noon - timedelta(hours=3)}),
                settings=switch(off=False),
            ),
            earlier=decision.state if decision is not None else None,
            as_of=at,
        )
    assert decision is not None
    return decision


CASES = {
    "mode-normal": normal,
    "mode-running": running,
    "mode-degraded": degraded,
    "mode-tabletop": tabletop,
    "mode-held": held,
    "mode-unknown": unknown,
    "mode-rolled-back": rolled_back,
}
