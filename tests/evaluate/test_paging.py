"""Whom a ladder pages: those of the levels and of the triggers that hold, by topics, conditions and hours."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gatekeeper.errors import Diagnostic, InvalidDocuments
from gatekeeper.load import load_policies
from gatekeeper.model.standing import LadderStanding
from gatekeeper.model.values import Json
from tests.builders import NOW
from tests.evaluate.ladders import load, standing

LADDER = """\
params: {staffed: true}
levels_lowest_first:
  - level: P1
    title: One
    page: [platform on-call]
    triggers:
      - id: database
        title: D
        when: a.database
        page: [{topic: database}]
      - id: breach
        title: B
        when: a.breach
        page: [{topic: security}, platform on-call]
  - level: P0
    title: Two
    page: [commander]
    triggers: [{id: down, title: D, when: a.down, page: [{who: support, hours: office}]}]
paging:
  database: [{who: DBA, when: params.staffed && b.staffed}]
  security: [security lead, {who: DPO, hours: office}]
"""

OFFICE = """\
apiVersion: gatekeeper/v1
kind: Calendar
id: office
title: Office hours
working_days: [mon, tue, wed, thu, fri]
holidays: [2026-03-04]
hours: {from: "09:00", to: "17:30"}
zone: Europe/Rome
"""

CALM: dict[str, Json] = {"database": False, "breach": False, "down": False}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def paged(found: LadderStanding) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.level, each.who, each.because) for each in found.pages]


def test_a_trigger_pages_more_people_than_its_level(tmp_path: Path) -> None:
    policies = load(tmp_path, LADDER, OFFICE)
    found = standing(policies, a={**CALM, "database": True}, b={"staffed": True})
    assert paged(found) == [("P1", "platform on-call", ()), ("P1", "DBA", ("database (database)",))]
    assert found.not_paged == ()
    assert paged(standing(policies, a=CALM, b={"staffed": True})) == []


def test_everybody_is_paged_once_for_a_level_with_every_reason(tmp_path: Path) -> None:
    policies = load(tmp_path, LADDER, OFFICE)
    found = standing(policies, at("2026-03-03T10:00"), a={**CALM, "breach": True}, b={})
    assert paged(found) == [
        ("P1", "platform on-call", ("breach",)),
        ("P1", "security lead", ("breach (security)",)),
        ("P1", "DPO", ("breach (security)",)),
    ]


def test_a_level_that_is_reached_from_above_pages_its_own_people(tmp_path: Path) -> None:
    found = standing(load(tmp_path, LADDER, OFFICE), at("2026-03-03T10:00"), a={**CALM, "down": True}, b={})
    assert [(each.level, each.who) for each in found.pages] == [
        ("P1", "platform on-call"),
        ("P0", "commander"),
        ("P0", "support"),
    ]


@pytest.mark.parametrize(
    ("now", "not_before"),
    [
        ("2026-03-03T08:00", None),  # 09:00 in Rome
        ("2026-03-03T16:29", None),
        ("2026-03-03T07:59", "2026-03-03T08:00"),
        ("2026-03-03T16:30", "2026-03-05T08:00"),  # the day after is a holiday
        ("2026-03-06T20:00", "2026-03-09T08:00"),  # a weekend
        ("2026-03-28T12:00", "2026-03-30T07:00"),  # the clocks go forward
    ],
)
def test_who_is_only_paged_in_hours_is_told_with_the_next_opening(
    tmp_path: Path, now: str, not_before: str | None
) -> None:
    found = standing(load(tmp_path, LADDER, OFFICE), at(now), a={**CALM, "down": True}, b={})
    assert ("support" in [each.who for each in found.pages]) == (not_before is None)
    others = [(each.who, each.level, each.told, each.not_before) for each in found.not_paged]
    assert others == (
        [] if not_before is None else [("support", "P0", "outside of the hours of office", at(not_before))]
    )


def test_a_contact_that_is_not_meant_is_told_with_its_condition(tmp_path: Path) -> None:
    found = standing(load(tmp_path, LADDER, OFFICE), a={**CALM, "database": True}, b={"staffed": False})
    assert [each.who for each in found.pages] == ["platform on-call"]
    (other,) = found.not_paged
    assert (other.who, other.told) == ("DBA", "not so: params.staffed && b.staffed")
    assert other.not_before is None


def test_who_may_be_meant_is_paged_and_that_is_told(tmp_path: Path) -> None:
    found = standing(load(tmp_path, LADDER, OFFICE), a={**CALM, "database": True}, b=None)
    dba = found.pages[1]
    assert dba.who == "DBA"
    assert dba.told.startswith("whether they are meant is not known: b")


def test_people_of_a_trigger_that_is_not_known_are_named_with_what_lacks(tmp_path: Path) -> None:
    policies = load(tmp_path, LADDER.replace("when: a.breach", "when: b.breach"), OFFICE)
    found = standing(policies, a={**CALM, "database": True}, b=None)
    assert [(each.who, each.level) for each in found.not_paged] == [("security lead", "P1"), ("DPO", "P1")]
    assert found.not_paged[0].told.startswith("whether breach holds is not known: b")


def test_a_response_is_owed_by_the_people_of_the_level(tmp_path: Path) -> None:
    text = LADDER.replace(
        "page: [commander]", "page: [commander, {topic: security}]\n    respond: {within: 5m, done_when: a.down}"
    )
    text = text.replace("{id: down, title: D,", "{id: down, title: D, since: a.since,")
    found = standing(load(tmp_path, text, OFFICE), a={**CALM, "down": True, "since": "2026-03-03T00:00:00Z"}, b={})
    assert found.duties[0].who == "commander, security lead, DPO"


DUTIES = """\
variables:
  everybody: paging.database + paging.security
duties:
  - id: page-security
    title: Security is paged
    who: whoever sees it
    from: a.since
    within: at once
    done_when: paging.security.all(who, who in a.paged)
  - id: page-all
    title: All are paged
    who: whoever sees it
    from: a.since
    within: 5m
    done_when: variables.everybody.all(who, who in a.paged)
"""


def test_expressions_of_a_ladder_read_who_stands_in_a_topic(tmp_path: Path) -> None:
    """Everybody of the row, whether they are paged now or not: the DBA is not staffed, and the DPO is out."""
    policies = load(tmp_path, LADDER + DUTIES, OFFICE)
    known: dict[str, Json] = {**CALM, "breach": True, "since": "2026-03-03T00:00:00Z"}

    def states(*paged: str) -> list[str]:
        found = standing(policies, a={**known, "paged": list(paged)}, b={"staffed": False})
        return [each.state.value for each in found.duties]

    assert states("security lead") == ["overdue", "overdue"]
    assert states("DPO", "security lead") == ["done", "overdue"]
    assert states("DPO", "security lead", "DBA") == ["done", "done"]


def test_a_message_names_the_people_of_a_topic(tmp_path: Path) -> None:
    message = "        when: a.breach\n        message: 'call {paging.security}'\n"
    text = LADDER.replace("        when: a.breach\n", message)
    found = standing(load(tmp_path, text, OFFICE), a={**CALM, "breach": True}, b={})
    (breach,) = (each for level in found.levels for each in level.triggers if each.id == "breach")
    assert breach.message == "call security lead, DPO"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("paging.security.all", "paging.securty.all", "`paging` has no field `securty`"),
        ("who in a.paged)\n", 'who == "DPA")\n', '`who` is never `"DPA"`'),
        ("paging.security.all(who, who in a.paged)", "size(paging.security) > '1'", "there is no `>` between them"),
    ],
)
def test_what_expressions_say_of_topics_is_checked(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in DUTIES
    assert told in refusal(tmp_path, LADDER + DUTIES.replace(old, new, 1), OFFICE)


def test_a_topic_that_only_an_expression_reads_is_in_use(tmp_path: Path) -> None:
    text = LADDER.replace("[{topic: security}, platform on-call]", "[platform on-call]")
    assert [each.message for each in warned(tmp_path, text)] == ["nothing names the topic `security`"]
    assert warned(tmp_path, text + DUTIES) == ()
    whole = "duties:\n  - {id: x, title: X, who: x, due: a.since, done_when: '\"DPO\" in paging[a.topic]'}\n"
    assert warned(tmp_path, text + whole) == ()


def test_a_trigger_that_reads_the_table_alone_always_says_the_same(tmp_path: Path) -> None:
    told = refusal(tmp_path, LADDER.replace("when: a.breach", "when: size(paging.security) > 1"), OFFICE)
    assert "this trigger reads no evidence" in told


def test_no_evidence_of_a_ladder_is_called_paging(tmp_path: Path) -> None:
    load(tmp_path, LADDER, OFFICE)
    file = tmp_path / "policies" / "demo" / "ladder.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("  b: {type", "  paging: {type"), encoding="utf-8")
    with pytest.raises(InvalidDocuments) as refused:
        load_policies([file], tmp_path)
    told = [each.message for each in refused.value.diagnostics]
    assert "`paging` is a name that every expression of a ladder already has" in told


def warned(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    load(folder, text, OFFICE)
    return load_policies([folder / "policies" / "demo" / "ladder.yaml"], folder)[1]


def refusal(folder: Path, text: str, *more: str) -> str:
    with pytest.raises(InvalidDocuments) as refused:
        load(folder, text, *more)
    return "\n".join(f"{each.line}: {each.message}" for each in refused.value.diagnostics)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{topic: database}", "{topic: databse}", "18: there is no topic `databse`"),
        ("{topic: database}", "{topic: database, who: x}", "18: `who` does not stand beside `topic`"),
        ("{topic: database}", "{hours: office}", "18: this contact needs `who` or `topic`"),
        ("{topic: database}", "{whom: DBA}", "18: this contact has no key `whom`"),
        ("{who: support, hours: office}", "{who: support, hours: ofice}", "26: there is no calendar `ofice`"),
        (
            "{who: DBA, when: params.staffed",
            "{who: DBA, when: params.stafed",
            "28: this ladder has no parameter `stafed`",
        ),
        ("{who: DBA, when: params.staffed", "{when: params.staffed", "28: this contact needs `who`"),
        ("[security lead, ", "[{topic: database}, ", "29: this contact has no key `topic`"),
        ("database: [{who", "database: {a: b}\n  other: [{who", "28: `database` must be a list of people"),
    ],
)
def test_a_wrong_contact_is_told_at_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in LADDER
    assert told in refusal(tmp_path, LADDER.replace(old, new), OFFICE)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('hours: {from: "09:00", to: "17:30"}\n', "", "the calendar `office` has no hours"),
        ('from: "09:00"', 'from: "18:00"', "these hours end before they begin"),
        ('to: "17:30"', 'to: "25:00"', "`to` is no time of day"),
    ],
)
def test_hours_have_to_be_there_and_to_be_hours(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in OFFICE
    assert told in refusal(tmp_path, LADDER, OFFICE.replace(old, new))


def test_a_day_may_end_at_midnight(tmp_path: Path) -> None:
    policies = load(tmp_path, LADDER, OFFICE.replace("17:30", "24:00").replace("Europe/Rome", "UTC"))
    found = standing(policies, at("2026-03-03T23:59"), a={**CALM, "down": True}, b={})
    assert found.not_paged == ()


def test_the_same_people_are_paged_whatever_the_order_of_triggers(tmp_path: Path) -> None:
    lines = LADDER.splitlines(keepends=True)
    turned = "".join((*lines[:6], *lines[10:14], *lines[6:10], *lines[14:]))
    given: dict[str, Json] = {"a": {**CALM, "database": True, "breach": True}, "b": {"staffed": True}}
    first = standing(load(tmp_path, LADDER, OFFICE), NOW, **given)
    assert "database" in turned
    second = standing(load(tmp_path, turned, OFFICE), NOW, **given)
    assert (first.pages, first.not_paged) == (second.pages, second.not_paged)
