"""Decisions about modes as they are told: goldens to be read in a review, the schema, and the limits of Slack."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from gatekeeper.model.kept import ReceivedAlert
from gatekeeper.model.mode import Lever
from gatekeeper.model.mode_decision import LeverToPull, ModeDecision, Pull, Reason
from gatekeeper.model.mode_json import state_from_json
from gatekeeper.model.place import Place
from gatekeeper.render.mode_decision.document import (
    mode_decision_bytes,
    mode_decision_digest,
    render_mode_decision_json,
)
from gatekeeper.render.mode_decision.slack import mode_decision_message, render_mode_decision_slack
from gatekeeper.render.mode_decision.text import render_mode_decision_text
from gatekeeper.render.slack_blocks import LONGEST_SECTION, code, escaped
from tests.conftest import ROOT
from tests.golden_files import JsonFile, TextFile
from tests.render.mode_decision_cases import ALERT, CASES, degraded, entered, policies, tabletop, unknown
from tests.render.mode_decision_schema import FILE, schema_text

pytestmark = pytest.mark.filterwarnings("ignore:\\s*Can not relate snapshot")

SCHEMA: dict[str, Any] = json.loads(schema_text())


# ---------------------------------------------------------------- goldens


@pytest.mark.parametrize("case", CASES)
def test_text(case: str, snapshot: SnapshotAssertion) -> None:
    named: Any = snapshot(name=case, extension_class=TextFile)
    assert render_mode_decision_text(CASES[case](), 100) == named


@pytest.mark.parametrize("width", [80, 120])
def test_text_at_other_widths(width: int, snapshot: SnapshotAssertion) -> None:
    rendered = render_mode_decision_text(degraded(), width)
    assert max(map(len, rendered.splitlines())) <= width
    named: Any = snapshot(name=f"mode-degraded.{width}", extension_class=TextFile)
    assert rendered == named


def test_text_on_a_narrow_ascii_terminal(snapshot: SnapshotAssertion) -> None:
    rendered = render_mode_decision_text(degraded(), 60, unicode=False)
    assert rendered.isascii()
    named: Any = snapshot(name="mode-degraded.narrow-ascii", extension_class=TextFile)
    assert rendered == named


@pytest.mark.parametrize("case", ["mode-degraded", "mode-unknown"])
def test_json(case: str, snapshot: SnapshotAssertion) -> None:
    named: Any = snapshot(name=case, extension_class=JsonFile)
    assert render_mode_decision_json(CASES[case]()) == named


@pytest.mark.parametrize("case", ["mode-degraded", "mode-tabletop"])
def test_slack(case: str, snapshot: SnapshotAssertion) -> None:
    named: Any = snapshot(name=f"{case}.slack", extension_class=JsonFile)
    assert render_mode_decision_slack(CASES[case]()) == named


def test_the_state_and_what_to_do_stand_in_the_first_lines() -> None:
    """Whoever is woken reads a screen, and not a page."""
    screen = render_mode_decision_text(degraded(), 80).splitlines()[:24]
    shown = "\n".join(screen)
    assert screen[0].startswith("DEGRADED  rgl8r-degraded")
    assert "since 2026-02-24T14:10Z, for 2 min" in shown
    assert "pull render-rollback; page primary on-call" in shown
    assert "→ PULL render-rollback" in shown


def test_a_normal_mode_beside_a_level_that_is_reached_is_no_calm() -> None:
    assert "\x1b[1;7;33mNORMAL" in render_mode_decision_text(tabletop(), color=True)
    assert mode_decision_message(tabletop())["text"].startswith("⚠️ NORMAL")  # type: ignore[union-attr]
    calm = CASES["mode-normal"]()
    assert "no level" in render_mode_decision_text(calm)


def test_what_is_not_known_to_be_owed_is_not_told_as_nothing() -> None:
    shown = render_mode_decision_text(unknown())
    assert "nothing" not in shown
    assert "not known: 16 pieces of advice, 18 duties, the level of rgl8r-escalation" in shown
    assert "to mend    gatekeeper doctor rgl8r" in render_mode_decision_text(CASES["mode-held"]())


def test_the_page_shows_what_is_printed() -> None:
    (shown,) = re.findall(
        r"^```text\n(.*?)^```", (ROOT / "docs/decide.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert render_mode_decision_text(entered(), 120).startswith(shown)


# ---------------------------------------------------------------- JSON


def test_the_published_schema_is_the_one_that_is_made() -> None:
    assert FILE.read_text(encoding="utf-8") == schema_text(), "python -m tests.render.mode_decision_schema"


def test_the_schema_is_closed_and_describes_every_property() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    def walk(node: Any, where: str) -> None:
        if isinstance(node, dict):
            if "properties" in node:
                assert node["additionalProperties"] is False, where
                assert set(node["required"]) == set(node["properties"]) - {"run"}, where
                for name, each in node["properties"].items():
                    assert each.get("description"), f"{where}.{name}"
            for name, each in node.items():
                walk(each, f"{where}.{name}")

    walk(SCHEMA, "mode-decision")


@pytest.mark.parametrize("case", CASES)
def test_every_decision_is_as_the_schema_says_and_can_be_gone_on_from(case: str) -> None:
    decision = CASES[case]()
    found = json.loads(render_mode_decision_json(decision))
    Draft202012Validator(SCHEMA).validate(found)
    mode = policies(decision.system).modes[decision.mode]
    assert state_from_json(mode, found["next"]) == decision.state


def test_the_digest_is_of_the_canonical_form_of_what_is_printed() -> None:
    decision = degraded()
    found = json.loads(render_mode_decision_json(decision))
    assert found.pop("run") == {"digest": mode_decision_digest(decision), "replay": False}
    assert mode_decision_bytes(decision) == rfc8785.dumps(found)
    assert mode_decision_digest(decision) == f"sha256:{sha256(rfc8785.dumps(found)).hexdigest()}"
    assert json.loads(render_mode_decision_json(unknown()))["run"]["replay"] is True


def test_every_field_of_the_model_is_printed() -> None:
    renamed = {"reading": "state", "state": "next", "terms": "snapshot"}
    assert {renamed.get(each.name, each.name) for each in fields(ModeDecision)} <= set(SCHEMA["properties"])
    told = {each.name for each in fields(ReceivedAlert)} - {"received_at", "last_at"}
    assert told == set(SCHEMA["$defs"]["alert"]["properties"])


# ---------------------------------------------------------------- Slack

ANY_TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=400) | st.sampled_from(
    [
        "<!channel>",
        "<@U024BE7LH>",
        "&amp;",
        "@here",
        "<https://evil.example|click>",
        "`x`",
        "a\nb",
        "\u202e",
        "<" * 3000,
    ]
)


@st.composite
def hostile(draw: st.DrawFn) -> ModeDecision:
    """A decision whose every text may be long, or want to be obeyed."""
    base = degraded()
    place = Place("policies/demo/mode.yaml", 1, 1)

    def pull(number: int) -> LeverToPull:
        title, how, undo, effect, radius = (draw(ANY_TEXT) for _ in range(5))
        lever = Lever(f"lever-{number}", title, how, undo, effect, radius, "", place)
        return LeverToPull(lever, Pull.ADVISED, (Reason("x", Pull.ADVISED, draw(ANY_TEXT)),), None)

    many = draw(st.integers(0, 60))
    alerts = tuple(
        replace(ALERT, name=draw(ANY_TEXT), fingerprint=str(each)) for each in range(draw(st.integers(0, 3)))
    )
    return replace(
        base,
        title=draw(ANY_TEXT),
        levers=tuple(pull(each) for each in range(draw(st.integers(0, 12)))),
        alerts=alerts,
        duties=base.duties * many,
        pages=base.pages * many,
        reading=replace(
            base.reading,
            notice=draw(ANY_TEXT) * draw(st.integers(1, 20)),
            actions=tuple(draw(ANY_TEXT) for _ in range(draw(st.integers(0, 3)))),
            effects={draw(ANY_TEXT): draw(ANY_TEXT)},
        ),
    )


def texts_of(value: Any) -> Iterator[str]:
    """Every text object's text."""
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for each in value.values():
            yield from texts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)


@given(decision=hostile())
@settings(max_examples=40)
def test_a_message_keeps_the_limits_of_slack_and_obeys_nobody(decision: ModeDecision) -> None:
    message: Any = mode_decision_message(decision)
    blocks = message["blocks"]
    assert 1 <= len(blocks) <= 50
    assert sum(map(len, texts_of(blocks))) <= 13_200
    for block in blocks:
        if block["type"] == "header":
            assert block["text"]["type"] == "plain_text"
            assert 1 <= len(block["text"]["text"]) <= 150
            continue
        parts = block.get("fields") or block.get("elements") or [block["text"]]
        assert 1 <= len(parts) <= 10
        longest = 3000 if "text" in block else 2000
        for part in parts:
            assert part["type"] == "mrkdwn"
            assert part["verbatim"] is True
            assert 1 <= len(part["text"]) <= longest
            assert "<" not in part["text"]
            assert not re.search(r"&(?!amp;|lt;|gt;)", part["text"]), "a cut escape, or a bare ampersand"
    assert "<" not in message["text"]
    assert 1 <= len(message["text"]) <= 3000


def test_a_message_that_is_cut_says_where_all_of_it_is() -> None:
    base = degraded()
    long = replace(base, levers=base.levers * 8, reading=replace(base.reading, actions=("do " * 200,) * 40))
    last: Any = mode_decision_message(long)["blocks"][-1]  # type: ignore[index]
    assert last["elements"][0]["text"].startswith("Cut short: `gatekeeper decide rgl8r-degraded`")


@given(ANY_TEXT, st.integers(10, 80))
def test_a_text_is_never_cut_within_an_escape(text: str, longest: int) -> None:
    shown = escaped(text, longest)
    assert len(shown) <= longest
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)
    assert "\n" not in shown


def test_a_command_is_shown_to_be_copied_and_one_with_a_backtick_as_it_is() -> None:
    assert code("deploy --to <old> && check") == "`deploy --to &lt;old&gt; &amp;&amp; check`"
    assert code("echo `date`") == "echo `date`"
    assert len(escaped("x" * 9000)) == LONGEST_SECTION
