"""Policies of each kind from the text that an author would write, and cases made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gatekeeper.load import load_policies
from gatekeeper.model.place import Place
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Subject
from gatekeeper.model.suite import Case, Edit, Event, Expectation, Given, Series, Suite, Wanted
from gatekeeper.model.values import Json

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACE = Place("policies/shop/shop_test.yaml", 3, 5)

GATE = """\
apiVersion: gatekeeper/v1
kind: Gate
id: launch
title: May the shop open?
owner: shop-team
roles: {lead: [Marta Kowalska]}
waivers: {granted_by: [lead]}
params:
  limit: {type: number, default: 0.05, overridable: true, description: more errors are too many}
evidence:
  metrics: {type: json, max_age: 10m, schema: any.json, description: figures}
  mode: {type: mode_state, of: shop-mode, max_age: 15m, description: whether it is slow}
  people: {type: json, max_age: 1h, schema: any.json, description: who is there}
rules:
  - {id: errors, title: Few errors, enforcement: hard, severity: high, expect: metrics.error_rate <= params.limit}
  - {id: no-mode, title: Not slow, enforcement: blocking, severity: high, expect: mode.state == "normal"}
  - id: staffed
    title: Everybody is there
    enforcement: blocking
    severity: high
    each: {over: people.rows, as: row, key: row.name, expect: row.there}
"""

MODE = """\
apiVersion: gatekeeper/v1
kind: Mode
id: shop-mode
title: Is the shop slow?
owner: shop-team
max_gap: 2m
hold_last: 5m
evidence:
  metrics: {type: json, max_age: 2m, schema: any.json, description: figures}
states:
  normal: {title: Fast}
  slow:
    title: Slow
    enter:
      - {id: errors, when: metrics.error_rate > 0.05, for: 3m}
    exit: {when: metrics.error_rate <= 0.05, for: 2m}
    actions: [put the sign out, wait]
    effects: {orders: they take longer, reading: it works}
    notice: Orders take a while.
    levers: [queue]
recommend:
  - {id: pull-queue, when: metrics.error_rate > 0.5, lever: queue, reason: half of it fails}
  - {id: wait, when: metrics.error_rate > 0.95, reason: it passes}
levers:
  queue: {title: Shorter, how: turn it, time_to_effect: 1 min, blast_radius: orders, last_validated: 2026-02-01}
"""

LADDER = """\
apiVersion: gatekeeper/v1
kind: Ladder
id: alarm
title: Who has to know?
owner: shop-team
evidence:
  metrics: {type: json, max_age: 10m, schema: any.json, description: figures}
levers:
  queue: {title: Shorter, how: turn it, time_to_effect: 1 min, blast_radius: orders, last_validated: 2026-02-01}
levels_lowest_first:
  - level: L1
    title: Somebody looks
    page: [on-call]
    triggers:
      - id: some-errors
        title: Some errors
        when: metrics.error_rate > 0.01
        message: "errors: {metrics.error_rate}"
        remedies: [{lever: queue}, {action: look at the log, when: metrics.error_rate > 0.5}]
  - level: L2
    title: Everybody looks
    page: [lead, on-call]
    triggers:
      - {id: many-errors, title: Many errors, when: metrics.error_rate > 0.05, since: metrics.began_at}
    respond: {within: 15m, done_when: metrics.told}
duties:
  - {id: tell, title: Tell the customers, who: lead, from: metrics.began_at, within: 30m, done_when: metrics.told}
  - id: tell-all
    title: Tell the whole house
    who: lead
    recommended: true
    from: metrics.began_at
    within: 30m
    done_when: metrics.told
"""


def load(folder: Path, *texts: str) -> PolicySet:
    """The policies of these documents; all three of the shop where none is given."""
    where = folder / "policies" / "shop"
    where.mkdir(parents=True, exist_ok=True)
    (where / "any.json").write_text("{}")
    files = [where / f"p{number}.yaml" for number, _ in enumerate(texts or (GATE, MODE, LADDER))]
    for file, text in zip(files, texts or (GATE, MODE, LADDER), strict=True):
        file.write_text(text, encoding="utf-8")
    return load_policies(files, folder)[0]


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def wanted(aspect: str, value: Json, name: str = "") -> Wanted:
    return Wanted(aspect, name, value, PLACE)


def expects(policy: str, *wants: Wanted, at: float = 0, title: str = "") -> Expectation:
    return Expectation(minutes(at), policy, title, wants, PLACE)


def event(at: float, title: str = "", lacking: Mapping[str, str] | None = None, **sets: Json) -> Event:
    edits = tuple(Edit(path.replace("__", "."), "set", value, PLACE) for path, value in sets.items())
    return Event(minutes(at), title, edits, lacking or {}, PLACE)


def series(path: str, *values: Json) -> Series:
    return Series(path, tuple((value,) for value in values), PLACE)


HEALTHY: Mapping[str, Any] = {
    "metrics": {"error_rate": 0.001, "told": False, "began_at": "2026-03-01T12:00:00Z"},
    "people": {"rows": [{"name": "Ann", "there": True}, {"name": "Bo", "there": True}]},
}


def case(*expectations: Expectation, given: Mapping[str, Any] = HEALTHY, **changes: Any) -> Case:
    fields: dict[str, Any] = {
        "id": "demo",
        "title": "",
        "now": T0,
        "every": None,
        "length": timedelta(0),
        "subject": Subject(),
        "snapshot": None,
        "given": tuple(Given(name, value, PLACE) for name, value in given.items()),
        "edits": (),
        "series": (),
        "events": (),
        "pauses": (),
        "lacking": {},
        "age": {},
        "earlier": {},
        "parameters": {},
        "place": PLACE,
        **changes,
    }
    return Case(expectations=expectations, **fields)


def suite(*cases: Case, policies: Iterable[str] = ("launch", "shop-mode", "alarm")) -> Suite:
    return Suite("policies/shop/shop_test.yaml", "The shop", "shop", tuple(policies), cases, PLACE)
