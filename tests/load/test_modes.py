"""Modes as they are loaded: what a document says, in the values of the model."""

from __future__ import annotations

from datetime import timedelta

from gatekeeper.errors import Diagnostic
from gatekeeper.model.mode import Mode
from tests.load.conftest import Project

MODE = """\
apiVersion: gatekeeper/v1
kind: Mode
id: shop-control
title: May orders come in?
owner: shop-oncall
max_gap: 2m
hold_last: params.hold
initial: closed
observed: >-
  switch.on ? "open" : "paused"
params:
  hold: {type: duration, default: 15m, min: 5m, max: 1h, overridable: true}
evidence:
  switch: {type: json, schema: any.schema.json, max_age: 1m}
  desk: {type: operator_events, max_age: 1h}
levers:
  stop: {title: Close the shop, how: shop close, undo: shop open, time_to_effect: 1 min, blast_radius: new orders}
states:
  open: {}
  closed:
    title: Before the first day
    exit:
      when: desk.events.exists(e, e.event == "launch")
      to: open
  paused:
    enter:
      - {id: errors, when: switch.rate > 10.0, for: 5m, from: [open]}
    exit:
      when: desk.events.exists(e, e.event == "resume" && timestamp(e.at) > current.since)
      to: open
    dwell: 10m
    actions: [tell the channel]
    levers: [stop]
    effects: {orders: are refused}
    notice: We are back soon.
  lost:
    unless: switch.outage
    enter:
      - {id: stall, when: switch.done == 0, look_back: 10m}
    exit: {when: switch.done > 0, for: 10m}
recommend:
  - {id: close, when: switch.rate > 20.0, lever: stop, reason: "{switch.rate} % fail"}
"""


def load(project: Project, text: str = MODE) -> tuple[Mode, tuple[Diagnostic, ...]]:
    project.write("policies/shop/any.schema.json", "{}")
    policies, warnings = project.load(project.policy(text))
    return policies.modes["shop-control"], warnings


def test_a_mode_holds_what_its_document_says(project: Project) -> None:
    mode, warnings = load(project)
    assert warnings == ()
    assert (mode.system, mode.max_gap, mode.hold_last, mode.initial) == ("shop", timedelta(minutes=2), "hold", "closed")
    assert [state.name for state in mode.states] == ["open", "closed", "paused", "lost"]
    assert [(each.id, each.sources, each.target) for each in mode.conditions] == [
        ("closed/exit", ("closed",), "open"),
        ("paused/errors", ("open",), "paused"),
        ("paused/exit", ("paused",), "open"),
        ("lost/stall", ("open", "closed", "paused"), "lost"),
        ("lost/exit", ("lost",), "closed"),  # the initial state, where none is said
    ]
    paused, lost = mode.states[2], mode.states[3]
    assert (paused.dwell, paused.enter[0].length, paused.actions) == (
        timedelta(minutes=10),
        timedelta(minutes=5),
        ("tell the channel",),
    )
    assert (paused.levers, paused.effects) == (("stop",), {"orders": "are refused"})
    assert paused.notice is not None
    assert paused.notice.render({}) == "We are back soon."
    assert lost.enter[0].look_back == timedelta(minutes=10)
    assert lost.unless is not None
    assert (mode.levers["stop"].undo, mode.recommend[0].lever) == ("shop open", "stop")
    assert mode.observed is not None
    assert mode.digest.startswith("sha256:")


def test_the_digest_changes_with_a_duration_and_not_with_a_comment(project: Project) -> None:
    first = load(project)[0].digest
    assert load(project, MODE + "# a comment\n")[0].digest == first
    assert load(project, MODE.replace("for: 5m", "for: 6m"))[0].digest != first


def test_a_lever_and_evidence_that_nothing_uses_are_told_and_refuse_nothing(project: Project) -> None:
    text = MODE.replace("    levers: [stop]\n", "").replace("lever: stop, ", "")
    _, warnings = load(project, text.replace("  desk:", "  more: {type: incidents, max_age: 1h}\n  desk:"))
    assert [(each.line, each.message) for each in warnings] == [
        (15, "nothing in the mode uses the evidence `more`"),
        (18, "nothing names the lever `stop`"),
    ]


def test_a_mode_and_a_gate_cannot_share_an_id(project: Project) -> None:
    project.write("policies/shop/any.schema.json", "{}")
    again = MODE.replace("title: May", "title: Again, may")
    told = project.refusal(project.policy(MODE + "---\n" + again))
    assert "there are two policies `shop-control`" in told


def test_a_gate_that_reads_a_mode_which_there_is_not_is_refused_once_there_are_modes(project: Project) -> None:
    gate = """\
apiVersion: gatekeeper/v1
kind: Gate
id: launch
title: May we?
owner: shop-oncall
evidence:
  mode: {type: mode_state, of: shop-contrl, max_age: 15m}
rules:
  - {id: open, title: The shop is open, enforcement: blocking, severity: high, expect: mode.state == "open"}
"""
    project.write("policies/shop/any.schema.json", "{}")
    file = project.policy(gate, "gate.yaml")
    assert project.load(file)[0].gates["launch"].evidence[0].of == "shop-contrl"
    told = project.refusal(file, project.policy(MODE))
    assert "gate.yaml:7:32: there is no mode `shop-contrl`" in told
    assert "did you mean `shop-control`?" in told


def test_what_is_no_list_or_mapping_is_told_as_that(project: Project) -> None:
    broken = MODE.split("levers:", maxsplit=1)[0] + "states: [open, closed]\nrecommend: {id: x}\n"
    told = project.refusal(project.policy(broken))
    assert "`states` must be a mapping of names to states" in told
    assert "`recommend` must be a list" in told
    told = project.refusal(
        project.policy(MODE.replace("    enter:\n      - {id: errors", "    enter:\n      {id: errors"))
    )
    assert "`enter` must be a list" in told


def test_a_duration_may_be_as_short_as_the_allowed_gap_and_no_shorter(project: Project) -> None:
    mode, _ = load(project, MODE.replace("for: 5m", "for: 2m"))
    assert mode.states[2].enter[0].length == mode.max_gap
    told = project.refusal(project.policy(MODE.replace("for: 5m", "for: 119s")))
    assert "`for` is shorter than `max_gap`" in told


MEASURED = """\
{"type": "object", "additionalProperties": false, "required": ["on", "rate", "outage", "done"], "properties": {
  "on": {"type": ["boolean", "null"]}, "rate": {"type": ["number", "null"]},
  "outage": {"type": ["boolean", "null"]}, "done": {"type": ["integer", "null"]}}}
"""


def test_what_is_measured_may_be_null_in_a_mode_without_a_word_and_in_a_gate_it_is_told(project: Project) -> None:
    project.write("policies/shop/any.schema.json", MEASURED)
    gate = (
        "apiVersion: gatekeeper/v1\nkind: Gate\nid: shop\ntitle: Open?\nowner: team\n"
        "evidence:\n  switch: {type: json, schema: any.schema.json, max_age: 1m}\n"
        "rules:\n  - {id: a, title: A, enforcement: blocking, severity: high, expect: switch.rate < 10.0}\n"
    )
    _, (warning,) = project.load(project.policy(MODE), project.policy(gate, "gate.yaml"))
    assert (warning.file, warning.line, warning.code) == ("policies/shop/gate.yaml", 9, "nullable")


def test_the_observed_state_is_a_word(project: Project) -> None:
    project.write("policies/shop/any.schema.json", MEASURED)
    told = project.refusal(project.policy(MODE.replace('switch.on ? "open" : "paused"', "switch.done")))
    assert "shop.yaml:10:3: `switch.done` is int or null, and string is due here" in told


LADDER = """\
apiVersion: gatekeeper/v1
kind: Ladder
id: shop-escalation
title: Who deals with it?
owner: shop-oncall
evidence:
  switch: {type: json, schema: any.schema.json, max_age: 1m}
levels_lowest_first:
  - {level: L1, title: Somebody looks, triggers: [{id: errors, title: Errors, when: switch.rate > 10.0}]}
"""
NAMES_IT = MODE.replace("hold_last: params.hold\n", "hold_last: params.hold\nladders: [shop-escalation]\n")


def test_a_mode_names_the_ladders_that_are_told_with_it(project: Project) -> None:
    mode, _ = load(project, f"{NAMES_IT}---\n{LADDER}")
    assert mode.ladders == ("shop-escalation",)
    assert mode.normal == "open"
    assert mode.digest != load(project)[0].digest


def test_a_ladder_that_a_mode_cannot_be_told_with_is_refused(project: Project) -> None:
    project.write("policies/shop/any.schema.json", "{}")
    project.write("policies/other/any.schema.json", "{}")
    other = project.write("policies/other/ladder.yaml", LADDER.replace("shop-escalation", "other-escalation"))

    def told(text: str) -> str:
        return project.refusal(project.policy(text), other)

    misspelt = told(NAMES_IT.replace("[shop-escalation]", "[shop-escaltion]") + f"---\n{LADDER}")
    assert "there is no ladder `shop-escaltion`" in misspelt
    assert "did you mean `shop-escalation`?" in misspelt
    elsewhere = told(NAMES_IT.replace("[shop-escalation]", "[other-escalation]"))
    assert "`other-escalation` is a ladder of other, and this mode is of shop" in elsewhere
    twice = told(NAMES_IT.replace("[shop-escalation]", "[shop-escalation, shop-escalation]") + f"---\n{LADDER}")
    assert "there are two ladders `shop-escalation`" in twice
    reads = LADDER.replace("  switch:", "  own: {type: mode_state, of: shop-control, max_age: 1m}\n  switch:")
    reads = reads.replace("when: switch.rate > 10.0", 'when: own.state == "lost"')
    circle = told(f"{NAMES_IT}---\n{reads}")
    assert "`shop-escalation` reads the state of this mode, which names it" in circle


def test_a_notice_is_a_message_whose_names_are_checked(project: Project) -> None:
    project.write("policies/shop/any.schema.json", "{}")
    told = project.refusal(project.policy(MODE.replace("We are back soon.", "Down since {curent.since}")))
    assert "there is no name `curent` here" in told
    assert "did you mean `current`?" in told
