"""A ladder becomes exactly what it says, and a defect in it is told on its line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from gatekeeper.errors import InvalidDocuments
from gatekeeper.load import load_policies
from gatekeeper.model.duty import DueAt, DueByWorkingDay, DueEvery, DueWithin
from gatekeeper.model.place import Place
from gatekeeper.model.rule import Expression
from tests.conftest import ROOT
from tests.load.conftest import Project

LADDER = """\
apiVersion: gatekeeper/v1
kind: Ladder
id: shop-calls
title: Who is called?
owner: shop-team
source: handbook, section 5
params: {patience: 30m}
evidence:
  checks: {type: workflow_runs, max_age: 1h}
levels_lowest_first:
  - level: L1
    title: Somebody looks
    severity: low
    action: look at it
    page: [primary, backup]
    respond: {less_than: 15m, done_when: checks.total_count > 1}
    triggers:
      - id: failed
        title: The last one failed
        when: checks.latest.conclusion == "failure"
        since: checks.latest.created_at
        until: checks.latest.updated_at
        for: params.patience
        message: "it ended {checks.latest.conclusion}"
        remedies:
          - {lever: back}
          - {when: checks.total_count > 3, action: wait}
  - level: L2
    title: Somebody acts
    severity: high
    respond: {within: at once, after: L1, done_when: checks.total_count > 1}
    triggers:
      - {id: many, title: Many, when: checks.total_count > 9, since: checks.latest.created_at, longer_than: 1h}
    duties:
      - {id: tell, title: Tell, who: lead, within: 5m, done_when: checks.total_count > 1}
duties:
  - {id: set, title: Set, who: lead, due: checks.latest.updated_at, or_at_level: L2, done_when: checks.total_count > 1}
  - {id: write, title: Write, who: lead, from: now, working_days: 3, calendar: shop, done_when: checks.total_count > 1}
  - {id: again, title: Again, who: lead, from: now, every: 30m, last: now, done_when: checks.total_count > 1}
levers:
  back: {title: B, how: press, undo: press again, time_to_effect: 2 min, blast_radius: all, last_validated: 2026-02-24}
---
apiVersion: gatekeeper/v1
kind: Calendar
id: shop
title: Days on which the shop is open
working_days: [sun, mon, tue, wed, thu]
holidays: [2026-09-23]
zone: Asia/Riyadh
"""


def test_every_part_of_a_ladder_arrives(project: Project) -> None:
    loaded, warnings = project.load(project.policy(LADDER))
    assert warnings == ()
    ladder = loaded.ladders["shop-calls"]
    assert (ladder.system, ladder.owner, ladder.source) == ("shop", "shop-team", "handbook, section 5")
    assert ladder.digest.startswith("sha256:")
    one, two = ladder.levels
    assert (one.word, one.severity, one.action, one.page) == ("L1", "low", "look at it", ("primary", "backup"))
    assert one.place == Place("policies/shop/shop.yaml", 11, 5)
    (failed,) = one.triggers
    assert failed.when.place == Place("policies/shop/shop.yaml", 20, 15)
    assert failed.lasting is not None
    assert isinstance(failed.lasting.span, Expression)
    assert (failed.lasting.span.source, failed.lasting.strictly) == ("params.patience", False)
    assert [(each.lever, each.action) for each in failed.remedies] == [("back", ""), (None, "wait")]
    assert two.triggers[0].lasting is not None
    assert (two.triggers[0].lasting.span, two.triggers[0].lasting.strictly) == (timedelta(hours=1), True)
    assert one.response is not None
    assert two.response is not None
    assert one.response.deadline == DueWithin("L1", timedelta(minutes=15), strictly=True)
    assert two.response.deadline == DueWithin("L1", timedelta(0), strictly=False)
    assert (one.response.id, one.response.who) == ("L1/respond", "primary, backup")
    tell, due, write, again = ladder.duties
    assert (tell.level, tell.deadline) == ("L2", DueWithin("L2", timedelta(minutes=5), strictly=False))
    assert isinstance(due.deadline, DueAt)
    assert (due.level, due.or_at_level) == (None, "L2")
    assert isinstance(write.deadline, DueByWorkingDay)
    assert (write.deadline.days, write.deadline.calendar) == (3, "shop")
    assert isinstance(again.deadline, DueEvery)
    lever = ladder.levers["back"]
    assert (lever.how, lever.undo, lever.last_validated) == ("press", "press again", "2026-02-24")
    calendar = loaded.calendars["shop"]
    assert calendar.working_days == {"sun", "mon", "tue", "wed", "thu"}
    assert (calendar.holidays, calendar.zone) == (frozenset({date(2026, 9, 23)}), "Asia/Riyadh")


def told(project: Project, old: str, new: str) -> list[tuple[int, str]]:
    assert old in LADDER
    with pytest.raises(InvalidDocuments) as refused:
        project.load(project.policy(LADDER.replace(old, new)))
    return [(each.line, each.message) for each in refused.value.diagnostics]


MANY = "{id: many, title: Many, when: checks.total_count > 9, since: checks.latest.created_at, longer_than: 1h}"
FAILED = 'when: checks.latest.conclusion == "failure"'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (MANY, '{id: many, title: Many, when: checks.latest.conclusion  ==  "failure", since: now}'),
        (
            MANY,
            '{id: many, title: M, when: checks.latest.conclusion == "failure" || checks.total_count > 3, since: now}',
        ),
        (FAILED, "when: checks.total_count > 20"),
        (FAILED, "when: checks.total_count > 20 && checks.total_count < 30"),
        (FAILED, "when: checks.total_count >= 10"),
    ],
)
def test_a_level_that_hides_another_is_told_at_the_hidden_trigger(project: Project, old: str, new: str) -> None:
    text = LADDER.replace(old, new).replace(", longer_than: 1h", "")
    with pytest.raises(InvalidDocuments) as refused:
        project.load(project.policy(text))
    assert [(each.line, each.code) for each in refused.value.diagnostics] == [(20, "hidden-trigger")]


@pytest.mark.parametrize(
    "lower",
    [
        "when: checks.total_count > 3",
        "when: checks.total_count >= 9",
        "when: checks.total_count < 20",
        "when: checks.total_count > 20 || checks.latest.run_attempt > 1",
    ],
)
def test_levels_that_only_look_alike_are_fine(project: Project, lower: str) -> None:
    project.load(project.policy(LADDER.replace(FAILED, lower).replace(", longer_than: 1h", "")))


def test_half_an_hour_comes_before_an_hour(project: Project) -> None:
    project.load(project.policy(LADDER.replace(FAILED, "when: checks.total_count > 9")))


def test_a_longer_wait_below_a_shorter_one_is_hidden(project: Project) -> None:
    text = LADDER.replace(FAILED, "when: checks.total_count > 9").replace(
        "        until: checks.latest.updated_at\n", ""
    )
    below = text.replace("for: params.patience", "for: 2h")
    assert project.load(project.policy(text.replace("for: params.patience", "for: 59m")))[0].ladders
    assert project.load(project.policy(text))[0].ladders
    with pytest.raises(
        InvalidDocuments, match="`failed` never decides: whenever it holds, `many` of level L2 does too"
    ):
        project.load(project.policy(below))


FIGURES = "params: {patience: 30m, low: {type: int, default: 3, overridable: true}, some: 9, more: 20, old: 1h}"


@pytest.mark.parametrize(
    ("lower", "upper", "hidden"),
    [
        ("checks.total_count > params.more", "checks.total_count > params.some", True),
        ("checks.total_count > params.some", "checks.total_count > params.more", False),
        ("checks.total_count > 20", "checks.total_count > params.some", True),
        ("checks.total_count > params.more", "checks.total_count > 9", True),
        ("checks.total_count > params.more", "checks.total_count > params.low", False),  # may be overridden
        ("age(checks.latest.created_at) > params.old", "age(checks.latest.created_at) > params.patience", True),
        ("age(checks.latest.created_at) > params.patience", "age(checks.latest.created_at) > params.old", False),
    ],
)
def test_parameters_that_nobody_can_override_are_compared_as_figures(
    project: Project, lower: str, upper: str, hidden: bool
) -> None:
    text = LADDER.replace("params: {patience: 30m}", FIGURES).replace(FAILED, f"when: {lower}")
    text = text.replace(
        "when: checks.total_count > 9, since: checks.latest.created_at, longer_than: 1h", f"when: '{upper}', since: now"
    )
    file = project.policy(text)
    if hidden:
        assert "`failed` never decides: whenever it holds, `many` of level L2 does too" in project.refusal(file)
    else:
        assert project.load(file)[0].ladders


@pytest.mark.parametrize(
    ("lower", "upper", "hidden"), [("params.old", "params.patience", True), ("30m", "params.old", False)]
)
def test_spans_that_are_parameters_are_compared_as_spans(
    project: Project, lower: str, upper: str, hidden: bool
) -> None:
    text = LADDER.replace("params: {patience: 30m}", "params: {patience: 30m, old: 1h}")
    text = text.replace(FAILED, "when: checks.total_count > 9").replace("        until: checks.latest.updated_at\n", "")
    text = text.replace("for: params.patience", f"for: {lower}").replace("longer_than: 1h", f"for: {upper}")
    if hidden:
        assert "`failed` never decides" in project.refusal(project.policy(text))
    else:
        assert project.load(project.policy(text))[0].ladders


def test_what_counts_from_a_level_needs_to_know_when_it_was_reached(project: Project) -> None:
    bare = MANY.replace(", since: checks.latest.created_at, longer_than: 1h", "")
    assert [message for line, message in told(project, MANY, bare) if line == 33] == [
        "`many` needs `since`: `tell` counts from the reaching of L2"
    ]
    assert told(project, MANY, bare.replace("> 9", "> 9, for: 1h")) == [(33, "`for` needs `since`")]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("conclusion ==", "conclusoin ==", 20, "`checks.latest` has no field `conclusoin`"),
        ("severity: high", "severity: grave", 30, "`severity`: `grave` is not known"),
        ("id: tell", "id: set", 37, "there are two duties `set`"),
        ("within: 5m, ", "", 35, "this duty has no deadline"),
        ("calendar: shop,", "calendar: shoop,", 38, "there is no calendar `shoop`"),
        ("after: L1", "after: L3", 31, "there is no level `L3`"),
        ("lever: back", "lever: bakc", 26, "there is no lever `bakc`"),
        ("kind: Calendar", "kind: Calender", 44, "there is no kind `Calender`"),
        ("params.patience", "params.patiens", 23, "this ladder has no parameter `patiens`"),
        ("    duties:\n      - {id: tell,", "    duties:\n      tell: {id: tell,", 35, "`duties` must be a list"),
        ("\nduties:\n", "\nduties: none of them\nlevies:\n", 36, "`duties` must be a list"),
        ("remedies:\n          - {lever: back}\n          -", "remedies:", 25, "`remedies` must be a list"),
        ("triggers:\n      - {id: many", "triggers:\n      many: {id: many", 33, "`triggers` must be a list"),
        (
            "since: checks.latest.created_at\n",
            "since: checks.latest\n",
            21,
            "`checks.latest` is workflow run or null, and string or timestamp is due here",
        ),
        (
            "until: checks.latest.updated_at",
            "until: 1 > 2",
            22,
            "`1 > 2` is bool, and null or string or timestamp is due here",
        ),
        (
            "due: checks.latest.updated_at",
            "due: checks.latest.conclusion",
            37,
            "this text need not be an instant, and one is due here",
        ),
        (
            "last: now",
            "last: checks.total_count",
            39,
            "`checks.total_count` is int, and null or string or timestamp is due here",
        ),
        ("zone: Asia/Riyadh", "zone: Asia/Riad", 49, "there is no time zone `Asia/Riad`"),
    ],
)
def test_each_defect_is_told_on_its_line(project: Project, old: str, new: str, line: int, message: str) -> None:
    assert (line, message) in told(project, old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (FAILED, "when: timestamp(checks.latest.run_started_at) < now"),
        ("since: checks.latest.created_at\n", "since: checks.latest.run_started_at\n"),
        ("due: checks.latest.updated_at", "due: checks.latest.run_started_at"),
        ('message: "it ended', 'message: "{checks.latest.conclusion.size()} it ended'),
    ],
)
def test_what_is_measured_may_be_null_in_a_ladder_without_a_word(project: Project, old: str, new: str) -> None:
    assert old in LADDER
    assert project.load(project.policy(LADDER.replace(old, new)))[1] == ()


def test_evidence_that_nothing_uses_is_a_warning(project: Project) -> None:
    text = LADDER.replace("max_age: 1h}\n", "max_age: 1h}\n  book: {type: markdown, max_age: 1h}\n")
    _, (warning,) = project.load(project.policy(text))
    assert (warning.line, warning.message) == (10, "nothing in the ladder uses the evidence `book`")


def test_a_ladder_and_a_gate_cannot_share_an_id(project: Project) -> None:
    gate = (
        "apiVersion: gatekeeper/v1\nkind: Gate\nid: shop-calls\ntitle: T\nowner: o\n"
        "rules: [{id: a, title: A, enforcement: advisory, severity: low, expect: true}]\n"
    )
    assert "there are two policies `shop-calls`" in project.refusal(project.policy(f"{gate}---\n{LADDER}"))


@pytest.mark.parametrize("system", sorted(path.name for path in (ROOT / "policies").iterdir() if path.is_dir()))
def test_the_shipped_policies_load_without_a_warning(system: str) -> None:
    files = sorted(path for path in Path(ROOT / "policies" / system).glob("*.yaml") if "_test" not in path.stem)
    _, warnings = load_policies(files, ROOT)
    assert warnings == ()
