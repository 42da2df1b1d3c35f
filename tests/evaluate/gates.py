"""Gates for tests, loaded from the text that an author would write."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from gatekeeper.load import load_policies
from gatekeeper.model.decision import Decision
from gatekeeper.model.duty import DutyStanding
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.values import Json
from gatekeeper.pipeline import decide
from tests.builders import NOW, item, snapshot
from tests.evaluate.ladders import NEEDS

HEAD = "apiVersion: gatekeeper/v1\nkind: Gate\nid: shop\ntitle: May it open?\nowner: shop-team\n"
RULES = "rules:\n  - {id: lit, title: It is lit, enforcement: blocking, severity: high, expect: a.on}\n"
WITHIN = "from: b.at, within: 30m"


def load(folder: Path, text: str, *more: str, rules: str = RULES) -> PolicySet:
    """The policies of a gate's parts below its head and its rule, and of further documents."""
    where = folder / "policies" / "demo"
    where.mkdir(parents=True, exist_ok=True)
    (where / "any.json").write_text("{}")
    file = where / "gate.yaml"
    file.write_text("---\n".join((HEAD + NEEDS + rules + text, *more)), encoding="utf-8")
    return load_policies([file], folder)[0]


def duty(terms: str, duty_id: str = "d") -> str:
    """A duty that somebody owes until ``b.done``."""
    return f"  - {{id: {duty_id}, title: D, who: somebody, done_when: b.done, {terms}}}\n"


def decided(policies: PolicySet, at: datetime = NOW, gate: str = "shop", **documents: Json) -> Decision:
    """The decision; a document that is None is one that could not be had."""
    given: dict[str, Any] = {"a": {"on": True}, "b": {"done": False}, **documents}
    items = [item(name, value, collected_at=at) for name, value in given.items() if value is not None]
    return decide(policies, gate, snapshot(*items), as_of=at)


def the_duty(found: Decision, duty_id: str = "d") -> DutyStanding:
    """One duty of the gate that was asked."""
    (its,) = [each for each in found.root.duties if each.id == duty_id]
    return its
