"""Ladders for tests, loaded from the text that an author would write."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from gatekeeper.evaluate.ladder import stand
from gatekeeper.load import load_policies
from gatekeeper.model.duty import DutyStanding
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.standing import LadderStanding, TriggerStanding
from gatekeeper.model.values import Json
from tests.builders import NOW, item, snapshot

HEAD = "apiVersion: gatekeeper/v1\nkind: Ladder\nid: shop\ntitle: How bad?\nowner: shop-team\n"
NEEDS = (
    "evidence:\n  a: {type: json, max_age: 1h, schema: any.json}\n  b: {type: json, max_age: 1h, schema: any.json}\n"
)
ONE = "levels_lowest_first:\n  - {level: L1, title: One, triggers: [{id: t, title: T, when: a.on, since: a.since}]}\n"


def load(folder: Path, text: str, *more: str) -> PolicySet:
    """The policies of a ladder's parts below its head, and of further documents."""
    where = folder / "policies" / "demo"
    where.mkdir(parents=True, exist_ok=True)
    (where / "any.json").write_text("{}")
    file = where / "ladder.yaml"
    file.write_text("---\n".join((HEAD + NEEDS + text, *more)), encoding="utf-8")
    return load_policies([file], folder)[0]


def standing(policies: PolicySet, at: datetime = NOW, **documents: Json) -> LadderStanding:
    """How the ladder stands; a document that is None is one that could not be had."""
    given: dict[str, Any] = {"a": {"on": True, "since": None}, "b": {}, **documents}
    items = [item(name, value, collected_at=at) for name, value in given.items() if value is not None]
    return stand(policies, "shop", snapshot(*items), at)


def trigger(found: LadderStanding, trigger_id: str = "t") -> TriggerStanding:
    (its,) = [each for level in found.levels for each in level.triggers if each.id == trigger_id]
    return its


def duty(found: LadderStanding, duty_id: str = "d") -> DutyStanding:
    (its,) = [each for each in found.duties if each.id == duty_id]
    return its


def ago(**span: float) -> str:
    """The instant so long before NOW, as a document writes it."""
    return (NOW - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")
