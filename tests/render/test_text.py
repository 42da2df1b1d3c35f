"""The board: what the eye must find, and what nothing may hide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gatekeeper.errors import UsageError
from gatekeeper.model.decision import Verdict
from gatekeeper.model.finding import WHETHER_IT_APPLIES, Lack, Observation, Outcome, SignOff
from gatekeeper.model.report import RecordedDay, Report
from gatekeeper.model.rule import Enforcement
from gatekeeper.model.times import instant_text
from gatekeeper.model.waiver import WaiverUse
from gatekeeper.model.window import Reset
from gatekeeper.render.registry import RENDERERS, renderer_for
from gatekeeper.render.strip import Slice, strip
from gatekeeper.render.text import TextRenderer
from gatekeeper.render.visible import ascii_only, cells, visible
from gatekeeper.render.wording import age, duration, moment
from tests.render.cases import (
    COLLECTED,
    NOW,
    at,
    canary_reset,
    finding,
    gate,
    go,
    launch,
    runbooks,
    several,
    stale,
    waived,
    waiver,
    window,
)


def board(report: Report, width: int = 100) -> str:
    return TextRenderer(width).render(report)


def test_the_first_lines_give_verdict_reason_and_instant() -> None:
    lines = board(canary_reset()).splitlines()
    assert lines[0] == "NO-GO  p11-h  Broad public launch, go or no-go"
    assert lines[1] == "  3 of 6 blocking rules do not pass"
    assert lines[3] == "  as of      2026-03-03T09:00Z  REPLAY: that instant had passed when this was decided"


def test_an_applied_waiver_stands_in_the_verdict_line_and_right_below_it() -> None:
    lines = board(waived()).splitlines()
    assert lines[0] == "GO with 1 waiver and 1 parameter overridden  p11-h  Broad public launch, go or no-go"
    assert lines[2] == "  waiver     w-lever-6 accepts p11-g/lever-validated[6] until 2026-03-06T00:00Z, says Ada Osei"
    assert lines[3] == "  param      distinct_approvers = 3, given by the caller"


def test_what_a_waiver_accepts_stands_with_its_grounds_and_both_only_once() -> None:
    text = board(waived())
    assert text.count("w-lever-6") == 2, "on top, and where the finding is"
    part = text.split("── WAIVED ", 1)[1].split("\n── ", 1)[0]
    assert "lever 6 was last validated on 2026-01-20, 42 d ago" in part
    assert "grounds    lever 6 is drilled on Thursday; it is not needed for the first hours" in part


def test_a_waiver_that_does_not_help_is_told_at_the_rule_that_fails() -> None:
    day = canary_reset().decisions[0]
    idle = waiver("on-call-named", "backup", name="w-9", use=WaiverUse.EXPIRED, reason="it ended", gate_id="p11-h")
    other = waiver("on-call-named", "primary", name="w-8", use=WaiverUse.EXPIRED, reason="it ended", gate_id="p11-h")
    root = replace(day.root, waivers=(idle, other))
    text = board(Report((replace(day, gates=(root, *day.gates[1:])),)))
    finding = text.split("FAIL  on-call-named", 1)[1].split("\n\n", 1)[0]
    assert "waiver     w-9 is expired: it ended" in finding
    assert "w-8" not in finding


def test_a_refused_waiver_is_shown_with_its_reason() -> None:
    assert "± refused  w-canary on p11-h/canary-clean-run" in board(waived())
    assert "effect     canary-clean-run is a hard rule: it cannot be waived" in board(waived())


def test_hard_rules_come_first_and_what_stops_the_gate_below_stands_under_the_rule_that_reads_it() -> None:
    text = board(canary_reset())
    hard, nested, blocking = (
        text.index(each) for each in ("FAIL  canary-clean", "│ ✗ FAIL  seven-clean", "FAIL  on-call")
    )
    assert hard < nested < blocking


def test_a_blocking_finding_says_what_is_what_to_do_what_was_seen_who_and_how_late() -> None:
    lines = board(canary_reset()).splitlines()
    start = next(number for number, line in enumerate(lines) if "on-call-named[backup]" in line)
    assert lines[start + 1 : start + 6] == [
        "  backup on-call is not named",
        "  to do      name the backup in the on-call table of the runbook",
        '  saw        row.name = "<PLACEHOLDER>" (line 82)',
        "  owner      eng-lead · due 2026-02-28 · OVERDUE by 2 d 9 h",
        "  evidence   runbook (5 min old)",
    ]


def test_a_hard_rule_shows_what_is_waived_below_since_it_reads_the_verdict_without_waivers() -> None:
    lever = next(each for each in runbooks().findings if each.key == "1")
    accepted = replace(lever, outcome=Outcome.FAIL, waiver="w-1", message="lever 1 was never validated")
    lower = gate("p11-g", "Launch runbooks", (accepted,), unwaived=Verdict.NO_GO)
    day = launch(complete=True)
    reader = next(each for each in day.root.findings if each.rule == "runbooks-exist")
    hard = replace(reader, enforcement=Enforcement.HARD, outcome=Outcome.FAIL, message="p11-g is NO-GO")
    root = replace(day.root, verdict=Verdict.NO_GO, word="NO-GO", findings=(hard,))
    text = board(Report((replace(day, verdict=Verdict.NO_GO, word="NO-GO", gates=(root, lower)),)))
    assert "│ p11-g  Launch runbooks" in text
    assert "GO, NO-GO without waivers" in text
    assert "│   lever 1 was never validated" in text


def test_the_window_panel_says_since_when_what_broke_it_and_when_it_completes() -> None:
    text = board(canary_reset())
    assert "standing   NOT COMPLETE  1 d 20 h 25 min of 7 d (26 %)" in text
    assert "clean      since 2026-03-01T12:30Z, 89 clean samples that count" in text
    assert "completes  2026-03-08T12:30Z, in 5 d 3 h, if every further sample is clean" in text
    assert "✗  2026-03-01T12:00Z  run 365  conclusion failure" in text
    assert "▁  2026-02-28T02:30Z  2026-02-28T09:00Z  6 h 30 min  inside  run 301 (cancelled)" in text
    assert "void       2        a manual run fills no gap  run 140, run 233" in text


def test_hundreds_of_resets_are_told_together_and_every_one_is_named() -> None:
    many = tuple(
        Reset(at("02-24 00:00") + timedelta(minutes=30 * n), f"run {n}", "conclusion failure") for n in range(300)
    )
    broken = replace(window(complete=False), resets=many, gaps=())
    day = launch(complete=False)
    lower = replace(day.gates[1], findings=(replace(day.gates[1].findings[0], window=broken),))
    text = board(Report((replace(day, gates=(day.root, lower, day.gates[2])),)))
    assert "300 resets from 2026-02-24T00:00Z to 2026-03-02T05:30Z: conclusion failure" in text
    flat = " ".join(text.split())
    assert all(f"run {number}" in flat for number in range(300))
    assert len(text.splitlines()) < 150


def test_the_strip_marks_streak_gap_reset_what_is_not_observed_and_what_is_to_come() -> None:
    found = strip(window(complete=False), at("03-04 00:00"), 100)
    assert found is not None
    assert found.start == at("02-24 00:00")
    assert found.end == at("03-08 12:30")
    assert set(found.slices) == set(Slice)
    share = (at("03-01 12:00") - found.start) / (found.end - found.start)
    assert found.slices[int(share * 100)] is Slice.RESET
    assert found.slices.count(Slice.RESET) == 1
    assert found.slices[-1] is Slice.AHEAD


def test_a_strip_that_is_not_complete_never_looks_complete() -> None:
    first_hours = replace(window(complete=False), resets=(), gaps=(), clean_since=at("02-24 00:00"))
    young = replace(first_hours, observed_until=at("02-24 12:00"), completes_at=at("03-03 00:00"))
    found = strip(young, at("02-24 12:00"), 84)
    assert found is not None
    assert found.slices.count(Slice.STREAK) == 6
    assert found.now == 6


def test_the_sign_off_table_says_who_signed_and_why_a_sign_off_does_not_count() -> None:
    text = board(canary_reset(), 120)
    assert (
        "rollback-authority  Bo Lindqvist  2026-03-02T17:10Z  no: signed commit 77aa01f; signed another basis" in text
    )
    assert "sign this  sha256:" + "b" * 64 in text
    assert "people     1 different person, 2 needed" in text


def test_stale_evidence_names_the_commands_that_show_the_recorded_days_once() -> None:
    text = board(stale())
    first = text.split("── ", maxsplit=1)[0]
    assert "snapshot   of 2026-03-03T08:55Z, 262 d old" in first
    for instant in ("2026-03-03T09:00:00Z", "2026-03-02T23:00:00Z", "2026-02-24T12:00:00Z"):
        assert f"gatekeeper evaluate p11-h --as-of {instant}" in first
        assert text.count(f"--as-of {instant}") == 1
    assert text.count("gatekeeper collect p11-h") == 1
    assert "canary     workflow_runs  262 d  ≤ 1 h   stale  2026-03-03T09:55Z" in text


def lacking(text: str) -> str:
    return text.split("── NOT KNOWN FOR LACK OF EVIDENCE ", 1)[1].split("\n── ", 1)[0]


def test_what_is_not_known_for_lack_of_evidence_is_told_once_for_each_piece() -> None:
    text = board(stale())
    part = lacking(text)
    assert "WHAT BLOCKS" not in text
    assert [line.split()[1] for line in part.splitlines() if line.startswith("? ")] == [
        *("canary", "rls", "incidents", "record", "runbook")
    ]
    assert "? canary  is stale since 2026-03-03T09:55Z" in part
    assert "  p11-f      seven-clean-days (hard)" in part
    assert "  p11-g      lever-validated[6 rows]" in part
    assert "  advisory   1 rule: p11-g/placeholder-filled" in part
    assert "placeholder-filled" not in text.replace(part, "")


def test_a_rule_that_lacks_two_pieces_stands_under_both() -> None:
    runbook, record = (
        part.split("\n? ")[0]
        for part in (lacking(board(stale())).split("? runbook", 1)[1], lacking(board(stale())).split("? record", 1)[1])
    )
    assert "approval-record-complete" in runbook
    assert "approval-record-complete" in record


def test_a_rule_that_may_not_even_apply_stands_under_the_evidence_that_would_tell() -> None:
    day = stale().decisions[0]
    root = replace(
        day.root,
        findings=tuple(
            replace(each, lacks=(*each.lacks, WHETHER_IT_APPLIES)) if each.rule == "approval-record-complete" else each
            for each in day.root.findings
        ),
    )
    text = board(Report((replace(day, gates=(root, *day.gates[1:])),)))
    assert "WHAT BLOCKS" not in text
    assert "approval-record-complete" in lacking(text)


def test_what_fails_stands_in_full_before_what_is_not_known() -> None:
    day = stale().decisions[0]
    broken = finding("on-call-named", "On-call is named", Outcome.FAIL, message="nobody is named")
    others = tuple(each for each in day.root.findings if each.rule != "on-call-named")
    root = replace(day.root, findings=(*others, broken))
    text = board(Report((replace(day, gates=(root, *day.gates[1:])),)))
    assert text.index("✗ FAIL  on-call-named") < text.index("NOT KNOWN FOR LACK OF EVIDENCE")
    assert text.count("approval-record-complete") == 2


def test_an_unknown_that_no_evidence_is_to_blame_for_is_told_in_full() -> None:
    text = board(replace(several(), explain=False))
    assert "? UNKNOWN  seven-clean-days" not in text, "its evidence is incomplete"
    alone = several().decisions[0]
    undecided = replace(alone.root.findings[0], lacks=(Lack("canary", "undecided", "run 365 has not ended"),))
    root = replace(alone.root, findings=(undecided,))
    text = board(Report((replace(alone, gates=(root,)),)))
    assert "? UNKNOWN  seven-clean-days" in text
    assert "not known  canary is undecided: run 365 has not ended" in text


@pytest.mark.parametrize(
    ("state", "remedy"),
    [
        ("missing", "to do      gatekeeper collect p11-f"),
        ("failed", "to do      mend the source, then gatekeeper collect p11-f"),
        ("future", "to do      ask for an instant that is not before the evidence, or name an older snapshot"),
    ],
)
def test_what_to_do_fits_what_is_wrong_with_the_evidence(state: str, remedy: str) -> None:
    alone = several().decisions[0]
    lacks = (Lack("canary", state, "so it is"),)
    root = replace(alone.root, findings=(replace(alone.root.findings[0], lacks=lacks),))
    note = replace(alone.evidence[0], state=state, detail="so it is")
    assert remedy in lacking(board(Report((replace(alone, gates=(root,), evidence=(note,)),))))


def test_under_a_failing_gate_rule_what_is_not_known_there_is_only_counted() -> None:
    day = canary_reset().decisions[0]
    lacks = (Lack("canary", "stale", "too old"),)
    unknown = finding("on-schedule", "On schedule", Outcome.UNKNOWN, lacks=lacks, evidence=("canary",))
    lower = replace(day.gates[1], findings=(unknown, *day.gates[1].findings))
    note = replace(day.evidence[0], state="stale", stale_since=COLLECTED)
    text = board(Report((replace(day, gates=(day.root, lower, day.gates[2]), evidence=(note, *day.evidence[1:])),)))
    assert "│ ? 1 rule not known for lack of evidence, see there" in text
    assert "  p11-f      on-schedule" in lacking(text)


def test_with_explain_every_rule_tells_what_it_lacks_itself() -> None:
    text = board(replace(stale(), explain=True))
    assert "NOT KNOWN FOR LACK OF EVIDENCE" not in text
    assert "? UNKNOWN  tenant-isolation-verified" in text


def test_a_snapshot_that_is_younger_than_the_instant_is_told_as_that() -> None:
    early = replace(go().decisions[0], as_of=at("02-24 12:00"))
    assert "snapshot   of 2026-03-03T08:55Z, 6 d 20 h after the instant that was asked for" in board(Report((early,)))


def test_where_every_snapshot_is_younger_the_oldest_is_named_and_no_collection_advised() -> None:
    nothing = replace(stale().decisions[0], as_of=at("02-20 12:00"), snapshot=None, snapshot_at=None, replay=True)
    first = board(replace(stale(), decisions=(nothing,))).split("── ", maxsplit=1)[0]
    assert "No snapshot is that old; the oldest is of 2026-02-24T11:58Z. To see that day:" in first
    assert "gatekeeper evaluate p11-h --as-of 2026-02-24T11:58:00Z" in first
    assert "gatekeeper collect" not in first


def test_a_row_tells_which_rule_closes_it_and_how_that_stands() -> None:
    closed = finding("rows", "No row is open", Outcome.FAIL, key="1", closed_by="canary-clean-run", line=90)
    alone = finding("rows", "No row is open", Outcome.FAIL, key="2", unclosed=True, remedy="close it")
    day = canary_reset().decisions[0]
    root = replace(day.root, findings=(*day.root.findings, closed, alone))
    text = board(Report((replace(day, gates=(root, *day.gates[1:])),)))
    assert "wanted     closed by canary-clean-run, which fails" in text
    assert "wanted     closed by a rule; no rule closes this row: add one under closed_by" in text


def test_parameters_and_expressions_are_shown_only_where_that_was_asked_for() -> None:
    seen = (
        Observation("params.roles", ["a"]),
        Observation("rows", "3 entries", summary=True),
        Observation("x", "3 entries"),
    )
    broken = finding("named", "Named", Outcome.FAIL, expected="rows.all(r, r.x in params.roles)", observed=seen)
    report = Report((replace(go().decisions[0], gates=(replace(go().decisions[0].root, findings=(broken,)),)),))
    text = board(report)
    assert "params.roles" not in text
    assert "rows = 3 entries\n" in text
    assert 'x = "3 entries"' in text
    assert 'saw        params.roles = ["a"]' in board(replace(report, explain=True))
    assert "wanted     rows.all(r, r.x in params.roles)" in board(replace(report, explain=True))


def test_a_sign_off_on_a_basis_that_is_not_known_does_not_read_as_counted() -> None:
    day = go().decisions[0]
    blind = tuple(replace(f, quorum=replace(f.quorum, basis=None)) if f.quorum else f for f in day.root.findings)
    unnamed = replace(day, subject=replace(day.subject, commit=None))
    text = board(Report((replace(unnamed, gates=(replace(day.root, findings=blind), *day.gates[1:])),)), 140)
    why = "not known: no commit is named"
    assert text.count(f"{why}, so what was signed cannot be compared") == 3
    assert f"sign this  {why}\n" in text
    assert "  yes" not in text


def test_an_entry_in_a_role_that_no_rule_asks_for_is_shown() -> None:
    entry = SignOff("observer", "Eve", at("03-03 08:00"), accepted=False, reasons=("no rule asks for this role",))
    day = go().decisions[0]
    more = tuple(replace(f, quorum=replace(f.quorum, unasked=(entry,))) if f.quorum else f for f in day.root.findings)
    report = Report((replace(day, gates=(replace(day.root, findings=more), *day.gates[1:])),))
    assert "observer            Eve           2026-03-03T08:00Z  no: no rule asks for this role" in board(report)
    for name in ("markdown", "json"):
        assert "no rule asks for this role" in renderer_for(name).render(report)


@pytest.mark.parametrize("hour", ["02-24 12:00", "02-27 00:00", "03-02 23:00", "03-08 12:00"])
def test_the_arrow_stands_under_the_slice_in_which_the_decision_lies(hour: str) -> None:
    day = canary_reset().decisions[0]
    lower = replace(day.gates[1].findings[0], window=replace(window(complete=False), resets=(), gaps=()))
    early = replace(day, as_of=at(hour), gates=(day.root, replace(day.gates[1], findings=(lower,)), day.gates[2]))
    lines = board(Report((early,))).splitlines()
    found = strip(window(complete=False), at(hour), 84)
    (arrow,) = (line for line in lines if "▲" in line)
    assert found is not None
    assert arrow.index("▲") == 2 + (found.now or 0)


def test_rules_are_counted_and_not_their_rows() -> None:
    text = board(canary_reset())
    assert "── WHAT BLOCKS " in text
    assert "1 hard, 2 blocking ──" in text
    assert text.splitlines()[-1].startswith("NO-GO  p11-h  1 hard fail, 2 blocking fails, 1 in a gate below")
    rows = tuple(finding("many", "Many", Outcome.FAIL, key=str(number)) for number in range(9))
    day = go().decisions[0]
    text = board(Report((replace(day, gates=(replace(day.root, findings=rows),)),)))
    assert "1 blocking ──" in text
    assert text.splitlines()[-1].endswith("1 blocking fail")


def test_the_last_line_leaves_out_what_does_not_block_before_it_is_wrapped() -> None:
    last = board(canary_reset(), 80).rstrip("\n").splitlines()[-1]
    assert last == "NO-GO  p11-h  1 hard fail, 2 blocking fails, 1 in a gate below, 1 advisory"


def test_advisory_findings_are_sorted_over_all_gates() -> None:
    day = go().decisions[0]
    low, high = (
        finding(name, name, Outcome.FAIL, enforcement=Enforcement.ADVISORY, severity=severity)
        for name, severity in (("a-low-one", "LOW"), ("a-high-one", "HIGH"))
    )
    gates = (replace(day.root, findings=(low,)), replace(day.gates[2], findings=(high,)))
    text = board(Report((replace(day, gates=gates),)))
    assert text.index("p11-g/a-high-one") < text.index("p11-h/a-low-one")


@pytest.mark.parametrize(
    ("taken", "others", "shown"),
    [
        ("03-03 08:55", (), "2026-03-03T09:00:00Z"),
        ("03-03 08:57", (), "2026-03-03T09:00:00Z"),
        ("03-03 08:57", ("03-03 08:59",), "2026-03-03T08:57:00Z"),
        ("11-21 07:45", (), "2026-11-21T07:45:00Z"),
    ],
)
def test_the_instant_of_a_recorded_day_is_one_at_which_its_snapshot_is_the_newest(
    taken: str, others: tuple[str, ...], shown: str
) -> None:
    recorded = tuple(RecordedDay(at(each), "x.json") for each in (*others, taken))
    text = board(replace(stale(), recorded=recorded))
    assert f"gatekeeper evaluate p11-h --as-of {shown}" in text


def test_a_decision_that_is_go_offers_no_other_day() -> None:
    recorded = (RecordedDay(COLLECTED, "x.json"),)
    assert "To see" not in board(replace(go(), recorded=recorded))


def test_only_explain_shows_the_values_of_passing_rules() -> None:
    assert 'rls.latest.conclusion = "success"' not in board(go())
    assert 'saw        rls.latest.conclusion = "success"' in board(replace(go(), explain=True))


def test_several_decisions_open_with_a_list_of_the_verdicts() -> None:
    lines = board(several()).splitlines()
    assert lines[0].startswith("UNDECIDED (INCONCLUSIVE)  p11-f")
    assert lines[1].startswith("GO  p11-h")
    assert lines[2] == ""


def test_a_digest_is_never_cut_by_the_width_of_an_ordinary_terminal() -> None:
    for width in (80, 100, 120):
        assert "sha256:" + "c" * 64 in board(go(), width)


def test_an_ascii_board_says_the_same_words() -> None:
    text = TextRenderer(100, unicode=False).render(canary_reset())
    assert "x FAIL  canary-clean-run" in text
    assert "| x FAIL  seven-clean-days" in text
    assert "-- WHAT BLOCKS ---" in text


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u202e\u200b\u2028", "<U+202E><U+200B><U+2028>"),
        ("\x9b \x7f", "\\x9b \\x7f"),
        ("\ud800", "\\ud800"),
        ("a\u00a0b", "a b"),
        ("日本 Zoë", "日本 Zoë"),
    ],
)
def test_what_does_not_show_is_made_to_show(hostile: str, shown: str) -> None:
    assert visible(hostile) == shown
    assert ascii_only(hostile).isascii()


def test_the_width_of_a_text_is_counted_in_columns() -> None:
    assert (cells("abc"), cells("日本"), cells("e\u0301")) == (3, 4, 1)


@pytest.mark.parametrize(
    ("length", "short", "exact"),
    [
        (timedelta(0), "0 s", "0 s"),
        (timedelta(seconds=45), "45 s", "45 s"),
        (timedelta(minutes=3, seconds=20), "3 min", "3 min 20 s"),
        (timedelta(hours=2, minutes=5), "2 h 5 min", "2 h 5 min"),
        (timedelta(days=1, minutes=5), "1 d", "1 d 5 min"),
        (timedelta(days=6, hours=9, minutes=1), "6 d 9 h", "6 d 9 h 1 min"),
        (timedelta(days=263, hours=3), "263 d", "263 d 3 h"),
        (timedelta(minutes=-3), "3 min in the future", "-3 min"),
    ],
)
def test_ages_are_cut_to_what_matters_and_lengths_are_exact(length: timedelta, short: str, exact: str) -> None:
    assert age(length) == short
    assert duration(length) == exact


def test_instants_are_utc_and_short_where_nothing_is_lost() -> None:
    assert (instant_text(NOW), moment(NOW)) == ("2026-03-03T09:00:00Z", "2026-03-03T09:00Z")
    assert instant_text(NOW + timedelta(milliseconds=7)) == "2026-03-03T09:00:00.007Z"
    assert moment(NOW + timedelta(seconds=7)) == "2026-03-03T09:00:07Z"


def test_every_renderer_is_registered_under_its_name_and_an_unknown_one_is_a_usage_error() -> None:
    assert {name: renderer.name for name, renderer in RENDERERS.items()} == {name: name for name in RENDERERS}
    assert all(renderer_for(name).media_type for name in RENDERERS)
    with pytest.raises(UsageError, match="unknown format 'markdwon'; did you mean 'markdown'"):
        renderer_for("markdwon")
    with pytest.raises(UsageError, match="the formats are text, json, markdown"):
        renderer_for("yaml")
