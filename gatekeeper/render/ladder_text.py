"""A ladder on the board: the level first, then why, why not the next one, what to do, whom to page, what is owed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gatekeeper.model.decision import SEMANTICS
from gatekeeper.model.report import LadderReport, Report
from gatekeeper.model.standing import LadderStanding, LevelStanding, NotPaged, Reach, RemedyStanding, TriggerStanding
from gatekeeper.render.because import worth_telling
from gatekeeper.render.canvas import APART, Canvas, Span, Tone
from gatekeeper.render.ladder_json import standing_digest
from gatekeeper.render.ladder_outline import (
    REACHES,
    action_words,
    called_for,
    can_be_collected,
    figures,
    level_words,
    levels_above,
    lever_of,
    reached_levels,
    reason_words,
    remedies_to_tell,
    wanting,
)
from gatekeeper.render.nearest import no_such
from gatekeeper.render.terms import parameters_of, rows_of
from gatekeeper.render.text_because import because_and_saw_lines
from gatekeeper.render.text_duties import duties_block, with_ages
from gatekeeper.render.text_evidence import evidence_block, parameters_block, source_in_short
from gatekeeper.render.text_header import days_lines
from gatekeeper.render.text_levers import lever_lines
from gatekeeper.render.text_terms import given_lines, terms_lines
from gatekeeper.render.wording import age, cause_words, collect_command, listing, moment, short_digest

NAMED = 6
"""So many of the things that hang on one piece of evidence are named, unless all were asked for."""

_REACH = {
    Reach.REACHED: ("!", Tone.BAD),
    Reach.NOT_REACHED: ("○", Tone.QUIET),
    Reach.UNKNOWN: ("?", Tone.DOUBT),
}


def level_spans(standing: LadderStanding) -> list[Span]:
    """The level, and the ladder."""
    tone = Tone.DOUBT_BANNER if standing.unknown else Tone.BAD_BANNER if standing.level else Tone.GOOD_BANNER
    return [(level_words(standing), tone), APART, (standing.ladder, Tone.STRONG)]


def ladder_board(canvas: Canvas, whole: Report, report: LadderReport) -> None:
    """The board of one ladder of a report."""
    board = _Board(canvas, report, whole.explain)
    canvas.blank()
    board.header()
    days_lines(canvas, whole, report.standing)
    board.levels()
    board.why()
    board.why_not()
    board.unknowns()
    board.actions()
    board.pages()
    board.duties()
    told = () if whole.explain else [(each.lack.evidence, each.lack.cause) for each in wanting(report.standing)]
    evidence_block(canvas, rows_of(report.standing.evidence), told)
    if whole.explain:
        parameters_block(canvas, parameters_of(report.terms))
    board.footer()


def ladder_explanation(canvas: Canvas, report: LadderReport, asked: str) -> None:
    """One trigger, duty or level of a ladder with everything that is known of it.

    Raises:
        UsageError: the ladder has none of that name.
    """
    board = _Board(canvas, report, explain=True)
    board.header()
    if not board.only(asked):
        levels = report.standing.levels
        names = [each.word for each in levels] + [trigger.id for each in levels for trigger in each.triggers]
        names += [each.id for each in report.standing.duties]
        raise no_such(report.standing.ladder, "level, trigger or duty", asked, names)


@dataclass(frozen=True, slots=True)
class _Board:
    canvas: Canvas
    report: LadderReport
    explain: bool

    @property
    def standing(self) -> LadderStanding:
        return self.report.standing

    def header(self) -> None:
        canvas, standing = self.canvas, self.standing
        canvas.spans([*level_spans(standing), APART, (standing.title, Tone.PLAIN)], hang=2)
        canvas.text(reason_words(standing), Tone.STRONG, indent=2)
        terms = self.report.terms
        given_lines(canvas, parameters_of(terms))
        terms_lines(canvas, terms, standing.as_of)
        if can_be_collected(self.report):
            canvas.labelled("to do", collect_command(standing.ladder), Tone.ACT)

    def levels(self) -> None:
        self.canvas.heading("LEVELS", "the highest first")
        rows = [self._level_row(level) for level in reversed(self.standing.levels)]
        self.canvas.table(("", "", "", "", ""), rows, fill=2)

    def _level_row(self, level: LevelStanding) -> list[Span]:
        sign, tone = _REACH[level.state]
        strong = Tone.STRONG if level.state is Reach.REACHED else Tone.PLAIN
        since = f"since {moment(level.since)}" if level.since is not None else ""
        return [(sign, tone), (level.word, strong), (level.title, strong), (REACHES[level.state], tone), (since, tone)]

    def why(self) -> None:
        """The triggers that hold, of the highest level first."""
        found = [
            (level, [each for each in level.triggers if each.state is Reach.REACHED])
            for level in reached_levels(self.standing)
        ]
        for level, triggers in found:
            if triggers:
                self.canvas.heading(f"WHY {level.word}", f"{level.title}")
                self._triggers(triggers)

    def why_not(self) -> None:
        """The triggers of the next level that do not hold; with ``explain`` those of every level above."""
        above = levels_above(self.standing)
        for level in above if self.explain else above[:1]:
            others = [each for each in level.triggers if each.state is Reach.NOT_REACHED]
            if others:
                self.canvas.heading(f"WHY NOT {level.word}", level.title)
                self._triggers(others)

    def unknowns(self) -> None:
        """What is not known, the evidence that lacks and what hangs on it."""
        found = wanting(self.standing)
        if not found:
            return
        unknown = listing([f"{word}?" for word in self.standing.unknown])
        self.canvas.heading("NOT KNOWN", unknown)
        for each in found:
            name = each.lack.evidence or listing(each.needed_by, NAMED)
            source = source_in_short(each.note.source) if each.note is not None else ""
            self.canvas.ends(
                [("?", Tone.DOUBT), (name, Tone.STRONG), APART, (cause_words(each.lack.cause), Tone.DOUBT)], source
            )
            self.canvas.text(each.lack.detail, Tone.DOUBT, indent=2)
            if each.lack.evidence:
                self.canvas.labelled("needed by", listing(each.needed_by, 0 if self.explain else NAMED))

    def actions(self) -> None:
        """What is done at the levels that are reached, and what helps against the triggers that hold."""
        levels = [each for each in reached_levels(self.standing) if each.action]
        remedies = remedies_to_tell(self.standing)
        if not levels and not remedies:
            return
        self.canvas.heading("WHAT TO DO")
        for level in levels:
            self.canvas.labelled(level.word, level.action, Tone.ACT)
        for trigger, those in remedies:
            self.canvas.blank()
            self.canvas.spans(
                [("against", Tone.QUIET), (trigger.id, Tone.STRONG), APART, (trigger.title, Tone.PLAIN)], 2
            )
            for remedy in those:
                self._remedy(remedy)
            if not those:
                told = f"nothing of what the ladder knows against it ({len(trigger.remedies)}) is known to help"
                self.canvas.text(told, Tone.QUIET, indent=2)

    def pages(self) -> None:
        """Whom to page, and by when somebody has to take it up; who is not paged, and why."""
        if not self.standing.pages and not self.standing.not_paged:
            return
        self.canvas.heading("WHOM TO PAGE")
        rows = [
            (
                ("!", Tone.BAD),
                (page.who, Tone.STRONG),
                (called_for(page), Tone.PLAIN),
                (
                    "; ".join((_by(page.respond_by, self.standing.as_of), *([page.told] if page.told else []))),
                    Tone.PLAIN,
                ),
            )
            for page in self.standing.pages
        ]
        rows += [
            (("·", Tone.QUIET), (each.who, Tone.PLAIN), (called_for(each), Tone.PLAIN), (_not_now(each), Tone.QUIET))
            for each in self.standing.not_paged
        ]
        self.canvas.table(("", "", "", ""), rows)

    def duties(self) -> None:
        """What is owed."""
        duties_block(self.canvas, self.standing.duties, self.standing.evidence, explain=self.explain)

    def only(self, asked: str) -> bool:
        """What is called so, in full; whether there is anything."""
        level = [each for each in self.standing.levels if each.word == asked]
        triggers = [
            each
            for of in self.standing.levels
            for each in of.triggers
            if of in level or asked in (each.id, f"{of.word}/{each.id}")
        ]
        duties = [each for each in self.standing.duties if asked == each.id or (level and each.level == asked)]
        if level or triggers:
            self.canvas.heading(asked, level[0].title if level else "")
        self._triggers(triggers)
        for trigger in triggers:
            for remedy in trigger.remedies:
                self._remedy(remedy)
        duties_block(self.canvas, duties, self.standing.evidence, explain=True)
        return bool(level or triggers or duties)

    def footer(self) -> None:
        canvas, standing = self.canvas, self.standing
        canvas.heading("RESULT")
        canvas.labelled("standing", standing_digest(self.report), Tone.QUIET)
        canvas.labelled("snapshot", self.report.terms.snapshot or "none", Tone.QUIET)
        canvas.labelled("policy", f"{standing.ladder} {short_digest(standing.policy_digest)}", Tone.QUIET)
        canvas.labelled("semantics", SEMANTICS, Tone.QUIET)
        canvas.blank()
        canvas.spans([*level_spans(standing), APART, (figures(standing), Tone.PLAIN)], hang=2)

    def _triggers(self, triggers: Iterable[TriggerStanding]) -> None:
        for number, trigger in enumerate(triggers):
            if number:
                self.canvas.blank()
            self._trigger(trigger)

    def _trigger(self, trigger: TriggerStanding) -> None:
        canvas = self.canvas
        sign, tone = _REACH[trigger.state]
        words = REACHES[trigger.state]
        since = f"since {moment(trigger.since)}" if trigger.since is not None else ""
        head: list[Span] = [
            (f"{sign} {words}", tone),
            APART,
            (trigger.id, Tone.STRONG),
            APART,
            (trigger.title, Tone.PLAIN),
        ]
        canvas.ends(head, since)
        canvas.text(trigger.message, Tone.DOUBT if trigger.state is Reach.UNKNOWN else Tone.PLAIN, indent=2)
        if self.explain:
            because_and_saw_lines(canvas, worth_telling(trigger.because, trigger.expected), trigger.observed)
            canvas.labelled("wanted", trigger.expected)
        if trigger.state is Reach.REACHED or self.explain:
            canvas.labelled("evidence", self._sources(trigger.evidence), Tone.QUIET)
        if self.explain:
            canvas.labelled("trigger", str(trigger.place), Tone.QUIET)

    def _remedy(self, remedy: RemedyStanding) -> None:
        canvas = self.canvas
        lever = lever_of(self.report, remedy)
        sign, tone = _ADVISED[remedy.advised]
        called: list[Span] = [(lever.id, Tone.STRONG), APART] if lever is not None else []
        action = action_words(remedy, lever)
        canvas.spans(
            [(sign, tone), *called, (action, tone if remedy.advised is not Reach.REACHED else Tone.PLAIN)], 2, 2
        )
        if remedy.advised is Reach.UNKNOWN:
            canvas.text(remedy.told, Tone.DOUBT, indent=4)
        elif self.explain and remedy.told:
            canvas.labelled("when", remedy.told, Tone.QUIET, indent=4)
        if lever is not None and remedy.advised is not Reach.NOT_REACHED:
            lever_lines(canvas, lever)

    def _sources(self, names: Iterable[str]) -> str:
        return with_ages(names, self.standing.evidence)


_ADVISED = {
    Reach.REACHED: ("→", Tone.ACT),
    Reach.NOT_REACHED: ("–", Tone.QUIET),
    Reach.UNKNOWN: ("?", Tone.DOUBT),
}


def _not_now(other: NotPaged) -> str:
    return f"not paged, {other.told}" + (
        f"; from {moment(other.not_before)} on" if other.not_before is not None else ""
    )


def _by(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "by when is not known"
    wait = at - now
    return f"taken up by {moment(at)}, " + (f"in {age(wait)}" if wait.total_seconds() >= 0 else f"{age(-wait)} ago")
