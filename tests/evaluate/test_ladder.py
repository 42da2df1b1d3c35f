"""What a ladder comes to at an instant: levels, why, why not, and what is not known."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gatekeeper.errors import UsageError
from gatekeeper.evaluate.ladder import stand
from gatekeeper.model.duty import DutyState
from gatekeeper.model.standing import Reach
from gatekeeper.model.values import Json
from tests.builders import NOW
from tests.evaluate.ladders import ONE, ago, duty, load, standing, trigger

THREE = """\
params:
  patience: {type: duration, default: 30m, overridable: true}
levels_lowest_first:
  - level: L1
    title: One
    action: look
    page: [first]
    respond: {within: 15m, done_when: b.answered}
    triggers:
      - {id: one, title: The first, when: a.on, since: a.noted}
      - {id: slow, title: It drags on, when: a.on, since: a.since, for: 5m}
  - level: L2
    title: Two
    action: hurry
    page: [second]
    respond: {less_than: 10m, after: L1, done_when: b.answered}
    triggers:
      - id: two
        title: The second
        when: a.on && a.open
        since: a.since
        until: a.end
        for: params.patience
        message: "since {a.since}"
  - level: L3
    title: Three
    triggers: [{id: three, title: The third, when: b.grave, since: b.since, longer_than: 1h}]
"""


def facts(**changes: Json) -> dict[str, Json]:
    return {"noted": ago(minutes=4), "on": False, "open": True, "since": ago(minutes=10), "end": None, **changes}


CALM: dict[str, Json] = {"grave": False, "since": None, "answered": False}


def test_the_level_tells_since_when_and_why_the_next_one_is_not_reached(tmp_path: Path) -> None:
    found = standing(load(tmp_path, THREE), a=facts(on=True), b=CALM)
    assert (found.level, found.unknown, found.told) == ("L1", (), "L1")
    one, slow = trigger(found, "one"), trigger(found, "slow")
    assert (one.message, one.since, one.observed[0].value) == ("so", NOW - timedelta(minutes=4), True)
    assert (slow.message, slow.expected) == ("10 min, needs 5 min", "a.on, for at least 5 min")
    assert (slow.since, slow.reached_at) == (NOW - timedelta(minutes=10), NOW - timedelta(minutes=5))
    assert found.levels[0].since == NOW - timedelta(minutes=5)
    assert found.next_level is not None
    assert found.next_level.word == "L2"
    two = trigger(found, "two")
    assert (two.state, two.message) == (Reach.NOT_REACHED, f"since {ago(minutes=10)}: 10 min, needs 30 min")
    assert trigger(found, "three").message == "not so"
    assert trigger(found, "three").evidence == ("b",)


def test_reaching_a_level_is_reaching_those_below_it(tmp_path: Path) -> None:
    grave: dict[str, Json] = {"grave": True, "since": ago(minutes=90), "answered": False}
    found = standing(load(tmp_path, THREE), a=facts(), b=grave)
    assert (found.level, found.next_level) == ("L3", None)
    assert [level.own for level in found.levels] == [Reach.NOT_REACHED, Reach.NOT_REACHED, Reach.REACHED]
    assert {level.state for level in found.levels} == {Reach.REACHED}
    assert {level.since for level in found.levels} == {NOW - timedelta(minutes=30)}
    assert [(page.who, page.level) for page in found.pages] == [("first", "L1"), ("second", "L2")]
    assert found.pages[1].respond_by == NOW - timedelta(minutes=20)


@pytest.mark.parametrize(("minutes", "level"), [(29.5, "L1"), (30, "L2"), (60, "L2")])
def test_for_is_met_at_exactly_its_end(tmp_path: Path, minutes: float, level: str) -> None:
    found = standing(load(tmp_path, THREE), a=facts(on=True, since=ago(minutes=minutes)), b=CALM)
    assert found.level == level


@pytest.mark.parametrize(("minutes", "level"), [(60, None), (60.1, "L3")])
def test_longer_than_is_not(tmp_path: Path, minutes: float, level: str | None) -> None:
    grave: dict[str, Json] = {"grave": True, "since": ago(minutes=minutes), "answered": False}
    found = standing(load(tmp_path, THREE), a=facts(), b=grave)
    assert found.level == level
    lasted = "1 h" if minutes == 60 else "1 h 6 s"  # told as 1 h it would not be longer
    assert f"{lasted}, needs more than 1 h" in trigger(found, "three").message


def test_what_ended_lasted_until_then(tmp_path: Path) -> None:
    policies = load(tmp_path, THREE)
    over = facts(on=True, since=ago(hours=5), end=ago(hours=4, minutes=40))
    found = standing(policies, a=over, b=CALM)
    assert (found.level, trigger(found, "two").lasted) == ("L1", timedelta(minutes=20))
    assert standing(policies, a={**over, "end": ago(hours=-1)}, b=CALM).level == "L2"  # an end to come is no end


def test_what_ended_before_it_began_is_a_contradiction_and_not_known(tmp_path: Path) -> None:
    policies = load(tmp_path, THREE)
    upside_down = facts(on=True, since=ago(minutes=5), end=ago(minutes=6))
    found = standing(policies, a=upside_down, b=CALM)
    two = trigger(found, "two")
    assert (two.state, two.lasted, found.unknown) == (Reach.UNKNOWN, None, ("L2",))
    told = f"it ended at {ago(minutes=6)}, before it began at {ago(minutes=5)}"
    assert (two.message, two.lacks[0].cause) == (f"not known: {told}", "undecided")
    assert duty(found, "L2/respond").told == f"not known: {told}"
    ended_at_once = standing(policies, a={**upside_down, "end": ago(minutes=5)}, b=CALM)
    assert (trigger(ended_at_once, "two").state, ended_at_once.unknown) == (Reach.NOT_REACHED, ())
    not_so = standing(policies, a={**upside_down, "open": False}, b=CALM)
    assert trigger(not_so, "two").state is Reach.NOT_REACHED


def test_what_begins_in_a_moment_by_another_clock_has_lasted_no_time(tmp_path: Path) -> None:
    policies = load(tmp_path, THREE)
    for end in (None, ago(minutes=-2)):
        found = standing(policies, a=facts(on=True, since=ago(seconds=-30), end=end), b=CALM)
        two = trigger(found, "two")
        assert (two.state, two.lasted) == (Reach.NOT_REACHED, timedelta(0))


def test_a_parameter_can_be_given(tmp_path: Path) -> None:
    policies = load(tmp_path, THREE)
    none = stand(policies, "shop", None, NOW, {"patience": "2h"})
    assert none.unknown == ("L1", "L2", "L3")
    with pytest.raises(UsageError, match="shop has no parameter patiens; did you mean patience"):
        stand(policies, "shop", None, NOW, {"patiens": "2h"})


def test_what_is_not_known_is_told_with_its_reason_and_is_never_not_reached(tmp_path: Path) -> None:
    policies = load(tmp_path, THREE)
    found = standing(policies, a=facts(on=True), b=None)
    assert (found.level, found.unknown) == ("L1", ("L3",))
    assert found.told == "at least L1; whether L3 is reached is not known: b: no evidence called b was collected"
    assert [level.state for level in found.levels] == [Reach.REACHED, Reach.UNKNOWN, Reach.UNKNOWN]
    assert found.levels[1].own is Reach.NOT_REACHED
    assert trigger(found, "three").message == "not known: b: no evidence called b was collected"


def test_a_condition_that_holds_and_cannot_tell_since_when_is_unknown_where_that_matters(tmp_path: Path) -> None:
    policies = load(tmp_path, THREE)
    for since in (None, "yesterday", ago(minutes=-5), 7):
        found = standing(policies, a=facts(on=True, since=since), b=CALM)
        assert (trigger(found, "two").state, found.level) == (Reach.UNKNOWN, "L1")
        assert duty(found, "L1/respond").state is DutyState.UNKNOWN
    broken = standing(policies, a=facts(on=True, end="whenever"), b=CALM)
    assert trigger(broken, "two").state is Reach.UNKNOWN


def test_a_deadline_that_may_lie_earlier_is_not_told_as_open(tmp_path: Path) -> None:
    policies = load(tmp_path, THREE)
    found = standing(policies, a=facts(on=True), b={**CALM, "grave": None})
    response = duty(found, "L1/respond")  # the third level may have been reached long ago, and the first with it
    assert (response.state, response.due) == (DutyState.UNKNOWN, NOW + timedelta(minutes=10))
    late = standing(policies, a=facts(on=True, since=ago(hours=1)), b={**CALM, "grave": None})
    assert duty(late, "L1/respond").state is DutyState.OVERDUE
    dateless = standing(policies, a=facts(on=True, noted=None), b=CALM)
    assert duty(dateless, "L1/respond").told == "not known: since when `one` holds"


def test_what_does_not_hold_needs_no_beginning(tmp_path: Path) -> None:
    found = standing(load(tmp_path, THREE), a=facts(since=None), b=CALM)
    assert (found.level, found.unknown) == (None, ())


def test_what_has_not_lasted_is_not_reached_whatever_the_condition_is(tmp_path: Path) -> None:
    found = standing(load(tmp_path, THREE), a=facts(on=True, open=None), b=CALM)
    assert trigger(found, "two").state is Reach.NOT_REACHED
    long = standing(load(tmp_path, THREE), a=facts(on=True, open=None, since=ago(hours=1)), b=CALM)
    assert trigger(long, "two").state is Reach.UNKNOWN
    assert trigger(long, "two").reached_at is None


def test_a_beginning_that_is_only_told_may_be_missing(tmp_path: Path) -> None:
    policies = load(tmp_path, ONE)
    assert standing(policies).level == "L1"
    dated = standing(policies, a={"on": True, "since": ago(minutes=7)})
    assert dated.levels[0].since == NOW - timedelta(minutes=7)


REMEDIES = """\
levels_lowest_first:
  - level: L1
    title: One
    triggers:
      - id: t
        title: T
        when: a.on
        remedies:
          - {when: b.deployed, lever: back}
          - {when: b.stuck > 3, action: restart it}
          - {action: tell people}
levers:
  back: {title: Back, how: press it, time_to_effect: 2 min, blast_radius: all}
"""


def test_remedies_are_advised_where_their_condition_holds(tmp_path: Path) -> None:
    policies = load(tmp_path, REMEDIES)
    back, restart, tell = trigger(standing(policies, b={"deployed": True, "stuck": 2})).remedies
    assert (back.lever, back.advised, back.told) == ("back", Reach.REACHED, "b.deployed")
    assert (restart.advised, restart.observed[0].value) == (Reach.NOT_REACHED, 2)
    assert (tell.advised, tell.told) == (Reach.REACHED, "")
    lost = trigger(standing(policies, b=None)).remedies
    assert [each.advised for each in lost] == [Reach.UNKNOWN, Reach.UNKNOWN, Reach.REACHED]
    assert trigger(standing(policies, a={"on": False})).remedies == ()
    assert len(trigger(standing(policies, a=None)).remedies) == 3
