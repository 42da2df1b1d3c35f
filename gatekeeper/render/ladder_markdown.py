"""A ladder in the packet: the level, why, why not the next one, what to do, whom to page, what is owed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gatekeeper.model.decision import SEMANTICS
from gatekeeper.model.report import LadderReport
from gatekeeper.model.standing import LadderStanding, Reach, RemedyStanding, TriggerStanding
from gatekeeper.model.times import instant_text
from gatekeeper.render.ladder_json import standing_digest
from gatekeeper.render.ladder_outline import (
    REACHES,
    action_words,
    figures,
    level_words,
    levels_above,
    lever_of,
    reached_levels,
    reason_words,
    remedies_to_tell,
    wanting,
)
from gatekeeper.render.markdown_because import because, briefly_seen
from gatekeeper.render.markdown_duties import duties_section
from gatekeeper.render.markdown_evidence import evidence_section, parameters_section
from gatekeeper.render.markdown_terms import Check, asked_facts, facts_table, given_paragraphs, how_to_check
from gatekeeper.render.markup import Markup, Page, code, joined, said, strong
from gatekeeper.render.terms import parameters_of, rows_of


def ladder_overview(page: Page, reports: Sequence[LadderReport]) -> None:
    """A row for each ladder."""
    page.table(
        ("Ladder", "Level", "What it asks for"),
        [
            (code(each.standing.ladder), strong(said(level_words(each.standing))), said(figures(each.standing)))
            for each in reports
        ],
    )


def ladder_packet(page: Page, report: LadderReport) -> None:
    """Everything about one ladder."""
    standing = report.standing
    title = f"{said(level_words(standing))}: {said(standing.title)} ({code(standing.ladder)})"
    page.heading(1, Markup(title))
    page.paragraph(strong(said(reason_words(standing))))
    if report.terms.replay:
        page.paragraph(said("This is a replay: the instant that it is told for had passed when it was asked."))
    given_paragraphs(page, parameters_of(report.terms))
    _facts(page, report)
    _levels(page, standing)
    _triggers(page, standing)
    _unknowns(page, standing)
    _actions(page, report)
    _pages(page, standing)
    duties_section(page, standing.duties)
    evidence_section(page, rows_of(standing.evidence))
    parameters_section(page, parameters_of(report.terms))
    how_to_check(page, _check(report))


def _facts(page: Page, report: LadderReport) -> None:
    standing, ladder = report.standing, report.ladder
    facts_table(
        page,
        [
            ("Level", strong(said(level_words(standing)))),
            ("Asks for", said(figures(standing))),
            ("Told for", said(instant_text(standing.as_of))),
            *asked_facts(report.terms, standing.as_of, ladder.owner, ladder.source),
            ("Standing", code(standing_digest(report))),
            ("Policy", code(standing.policy_digest)),
            ("Semantics", said(SEMANTICS)),
        ],
    )


def _levels(page: Page, standing: LadderStanding) -> None:
    page.heading(2, said("Levels"))
    page.table(
        ("Level", "Means", "Is", "Since"),
        [
            (
                code(level.word),
                said(level.title),
                strong(said(REACHES[level.state])) if level.state is Reach.REACHED else said(REACHES[level.state]),
                said(instant_text(level.since) if level.since is not None else ""),
            )
            for level in reversed(standing.levels)
        ],
    )


def _triggers(page: Page, standing: LadderStanding) -> None:
    """Why each level that is reached is, and why the others are not."""
    for level in reached_levels(standing):
        _trigger_table(page, f"Why {level.word}", [each for each in level.triggers if each.state is Reach.REACHED])
    for level in levels_above(standing):
        others = [each for each in level.triggers if each.state is Reach.NOT_REACHED]
        _trigger_table(page, f"Why not {level.word}", others)


def _trigger_table(page: Page, title: str, triggers: Sequence[TriggerStanding]) -> None:
    if not triggers:
        return
    page.heading(2, said(title))
    page.table(
        ("Trigger", "Means", "What is", "Since", "Because", "Saw", "Wanted"),
        [
            (
                code(each.id),
                said(each.title),
                said(each.message),
                said(instant_text(each.since) if each.since is not None else ""),
                joined(because(each.because, each.expected), "; "),
                joined(briefly_seen(each.observed)),
                code(each.expected),
            )
            for each in triggers
        ],
    )


def _unknowns(page: Page, standing: LadderStanding) -> None:
    found = wanting(standing)
    if not found:
        return
    page.heading(2, said("Not known"))
    page.table(
        ("Evidence", "Is", "Detail", "Source", "Needed by"),
        [
            (
                code(each.lack.evidence) if each.lack.evidence else said("none to blame"),
                strong(said(each.lack.cause)),
                said(each.lack.detail),
                said(each.note.source if each.note is not None else ""),
                joined([said(name) for name in each.needed_by]),
            )
            for each in found
        ],
    )


def _actions(page: Page, report: LadderReport) -> None:
    levels = [each for each in reached_levels(report.standing) if each.action]
    remedies = remedies_to_tell(report.standing)
    if not levels and not remedies:
        return
    page.heading(2, said("What to do"))
    page.points([(said(level.word), said(level.action)) for level in levels])
    page.table(
        ("Against", "Do", "Advised", "Lever", "How", "Undo", "Helps in", "Touches", "Last validated"),
        [(code(trigger.id), *_remedy(report, remedy)) for trigger, those in remedies for remedy in those or (None,)],
    )


def _remedy(report: LadderReport, remedy: RemedyStanding | None) -> tuple[Markup, ...]:
    if remedy is None:
        return (said("nothing that the ladder knows is known to help"), said("no"), *[said("")] * 6)
    lever = lever_of(report, remedy)
    advised = said("yes") if remedy.advised is Reach.REACHED else strong(said(f"not known: {remedy.told}"))
    action = said(action_words(remedy, lever))
    if lever is None:
        return (action, advised, *[said("")] * 6)
    return (
        action,
        advised,
        code(lever.id),
        code(lever.how),
        code(lever.undo) if lever.undo else said(""),
        said(lever.time_to_effect),
        said(lever.blast_radius),
        said(lever.last_validated) if lever.last_validated else strong(said("never")),
    )


def _pages(page: Page, standing: LadderStanding) -> None:
    if standing.pages:
        page.heading(2, said("Whom to page"))
        page.table(
            ("Who", "For", "Taken up by"),
            [
                (
                    strong(said(each.who)),
                    joined([code(each.level), *(code(why) for why in each.because)]),
                    said("; ".join(part for part in (_taken_up(each.respond_by), each.told) if part)),
                )
                for each in standing.pages
            ],
        )
    if standing.not_paged:
        page.heading(2, said("Who is not paged"))
        page.table(
            ("Who", "For", "Why not", "From"),
            [
                (
                    said(each.who),
                    joined([code(each.level), *(code(why) for why in each.because)]),
                    said(each.told),
                    said(instant_text(each.not_before) if each.not_before is not None else ""),
                )
                for each in standing.not_paged
            ],
        )


def _taken_up(by: datetime | None) -> str:
    return instant_text(by) if by is not None else "not known"


def _check(report: LadderReport) -> Check:
    return Check(
        report.standing.ladder,
        report.standing.as_of,
        report.terms.snapshot,
        SEMANTICS,
        parameters_of(report.terms),
        rests_on="the policy, the snapshot and the parameters",
        again="With that policy in the project, this tells it again:",
        answer="standing",
    )
