"""A ladder and a mode on made-up evidence, as a reviewer would want to read them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from gatekeeper.model.policy import PolicySet
from gatekeeper.model.report import LadderReport, ModeReport
from gatekeeper.pipeline import look_at, stand_on
from tests.builders import NOW, SUBJECT, item, snapshot
from tests.evaluate.ladders import ago, load

LADDER = """\
source: the handbook of the shop, section 3
params:
  most: {type: number, default: 0.05, min: 0.01, max: 0.5, overridable: true, description: a larger share}
levels_lowest_first:
  - level: LOOK
    title: Somebody looks
    action: find out what it is
    triggers:
      - id: errors
        title: Many requests fail
        when: a.error_rate > params.most
        since: a.since
        message: "error rate {a.error_rate}, needs more than {params.most}"
        remedies:
          - {when: b.deployed, lever: back, action: go back first}
          - {when: "!b.deployed", action: look at the database}
          - {when: b.flag, lever: flag}
      - {id: report, title: A customer says so, when: a.reported, since: a.since, message: "reported: {a.reported}"}
    respond: {within: 15m, done_when: a.taken_at != null}
  - level: PAGE
    title: The primary is paged
    action: page the primary
    page: [primary on-call]
    triggers:
      - id: lasting
        title: It does not go away
        when: a.error_rate > params.most
        since: a.since
        for: 30m
        message: "error rate {a.error_rate}"
    respond: {within: 15m, done_when: a.answered_at != null}
  - level: LEAD
    title: The lead takes over
    page: [the lead]
    triggers:
      - {id: breach, title: Data in wrong hands, when: b.breach, since: a.since, message: "breach: {b.breach}"}
duties:
  - id: notice
    title: Customers are told
    who: support
    applies_when: a.customers
    from: a.since
    within: 5m
    done_when: a.told_at != null
  - id: review
    title: Somebody writes down what was learnt
    who: who led it
    recommended: true
    from: a.since
    within: 48h
    done_when: a.reviewed_at != null
levers:
  back:
    title: Go back to the last deploy
    how: shop deploy --previous
    undo: shop deploy --latest
    time_to_effect: 2–5 min
    blast_radius: all code
    last_validated: "2026-02-24"
  flag:
    title: Turn the feature off
    how: shop flag off
    time_to_effect: 1 min
    blast_radius: one feature
"""

MODE = """\
apiVersion: gatekeeper/v1
kind: Mode
id: shop-slow
title: Is the shop slow?
owner: shop-team
max_gap: 2m
hold_last: 15m
evidence:
  a: {type: json, max_age: 1h, schema: any.json}
  b: {type: json, max_age: 1h, schema: any.json}
states:
  normal:
    title: The shop is quick
  slow:
    title: The shop is slow
    unless: b.breach
    enter:
      - {id: errors, when: a.error_rate > 0.05, for: 10m}
      - {id: report, when: a.reported}
    exit: {when: a.error_rate <= 0.05, for: 10m}
    notice: Buying may take longer.
recommend:
  - {id: go-back, when: b.deployed, lever: back, reason: "it began after a deploy"}
  - {id: be-patient, when: 'b.deployed && current.state == "slow"', reason: "it is known to be slow"}
levers:
  back:
    title: Go back to the last deploy
    how: shop deploy --previous
    time_to_effect: 2–5 min
    blast_radius: all code
"""


def policies(folder: Path) -> PolicySet:
    """The ladder ``shop`` and the mode ``shop-slow``."""
    return load(folder, LADDER, MODE)


def _snapshot(without: tuple[str, ...], **changes: Any) -> Any:
    a: dict[str, Any] = {
        "error_rate": 0.001,
        "since": None,
        "reported": False,
        "taken_at": None,
        "answered_at": None,
        "customers": False,
        "told_at": None,
        "reviewed_at": None,
    }
    b: dict[str, Any] = {"deployed": False, "flag": False, "breach": False}
    for name, value in changes.items():
        (a if name in a else b)[name] = value
    found = {"a": a, "b": b}
    items = [item(name, value, collected_at=NOW) for name, value in found.items() if name not in without]
    return snapshot(*items, subject=SUBJECT)


def ladder(folder: Path, *without: str, given: dict[str, str] | None = None, **changes: Any) -> LadderReport:
    """How the ladder stands; names in ``without`` are of evidence that could not be had."""
    parameters = {"shop": given} if given else {}
    return stand_on(policies(folder), "shop", _snapshot(without, **changes), as_of=NOW, now=NOW, parameters=parameters)


def mode(folder: Path, *without: str, **changes: Any) -> ModeReport:
    """What one look at the mode says."""
    return look_at(policies(folder), "shop-slow", _snapshot(without, **changes), as_of=NOW, now=NOW)


FAILING: dict[str, Any] = {"error_rate": 0.2, "deployed": True, "flag": None}

LADDERS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "ladder-no-level": ((), {}),
    "ladder-first-level": ((), {**FAILING, "since": ago(minutes=10), "customers": True}),
    "ladder-paged": ((), {**FAILING, "since": ago(minutes=40), "customers": True, "taken_at": ago(minutes=35)}),
    "ladder-at-least": (("b",), {**FAILING, "since": ago(minutes=40)}),
    "ladder-not-known": (("a", "b"), {}),
}

LATER = NOW + timedelta(minutes=1)
