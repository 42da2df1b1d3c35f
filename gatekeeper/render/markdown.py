"""Format ``markdown``: a readiness packet, to be read before the launch and audited a year later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gatekeeper.model.decision import Decision, Verdict
from gatekeeper.model.report import Report
from gatekeeper.model.times import instant_text
from gatekeeper.render.decision_json import decision_digest
from gatekeeper.render.ladder_markdown import ladder_overview, ladder_packet
from gatekeeper.render.markdown_duties import duties_section
from gatekeeper.render.markdown_evidence import evidence_section, parameters_section
from gatekeeper.render.markdown_findings import FindingsPages
from gatekeeper.render.markdown_lacks import lacks_section
from gatekeeper.render.markdown_panels import quorum_sections, waivers_section, window_sections
from gatekeeper.render.markdown_terms import Check, asked_facts, facts_table, given_paragraphs, how_to_check
from gatekeeper.render.markup import Markup, Page, code, joined, said, strong
from gatekeeper.render.outline import (
    applied,
    asked,
    days_to_see,
    evidence_rows,
    granted,
    reviews,
    tally,
    too_young,
    verdict_words,
    waived_label,
)
from gatekeeper.render.terms import parameters_of
from gatekeeper.render.wording import age, evaluate_command


@dataclass(frozen=True, slots=True)
class MarkdownRenderer:
    """The packet: the verdict and what it rests on, what blocks, what was waived, what passes on which evidence."""

    name: ClassVar[str] = "markdown"
    media_type: ClassVar[str] = "text/markdown; charset=utf-8; variant=GFM"

    def render(self, report: Report) -> str:
        """One packet for each gate and ladder, one after the other; with several, a list of the answers on top."""
        page = Page()
        if not report.decisions and not report.ladders:
            page.paragraph(said("No decision was asked for."))
        if len(report.decisions) + len(report.ladders) > 1:
            if report.decisions:
                page.table(
                    ("Gate", "Verdict", "Findings"),
                    [(code(each.policy), strong(_verdict(each)), said(tally(each))) for each in report.decisions],
                )
            ladder_overview(page, report.ladders)
        for decision in report.decisions:
            _packet(page, report, decision)
        for ladder in report.ladders:
            ladder_packet(page, ladder)
        return page.text()


def _packet(page: Page, report: Report, decision: Decision) -> None:
    _opening(page, report, decision)
    findings = FindingsPages(page, decision)
    findings.blocking()
    lacks_section(page, findings)
    waivers_section(page, decision)
    findings.waived()
    window_sections(page, decision)
    quorum_sections(page, decision)
    findings.below_without_effect()
    findings.advisory()
    for gate in decision.gates:
        duties_section(page, gate.duties, gate.gate if gate is not decision.root else "")
    findings.shadow()
    findings.not_applicable()
    findings.passing()
    evidence_section(page, evidence_rows(decision))
    parameters_section(page, parameters_of(decision))
    how_to_check(page, _check(decision))


def _verdict(decision: Decision) -> Markup:
    return said(verdict_words(decision.word, decision.verdict.value))


def _opening(page: Page, report: Report, decision: Decision) -> None:
    root = decision.root
    rests_on = f" with {said(granted(decision))}" if granted(decision) else ""
    page.heading(1, Markup(f"{_verdict(decision)}{rests_on}: {said(root.title)} ({code(decision.policy)})"))
    page.paragraph(strong(said(root.reason)))
    for told in reviews(decision):
        page.paragraph(said(f"Review: {told}"))
    if decision.replay:
        page.paragraph(said("This is a replay: the instant that it is decided for had passed when it was decided."))
    for note in applied(decision):
        waiver = note.waiver
        page.paragraph(
            Markup(
                f"Waiver {code(waiver.id)} accepts {code(waived_label(waiver))} "
                f"until {instant_text(waiver.expires_at)}: {said(waiver.justification)} ({said(waiver.owner)})"
            )
        )
    given_paragraphs(page, parameters_of(decision))
    _facts(page, decision)
    if decision.verdict is not Verdict.GO:
        _next_steps(page, report, decision)


def _next_steps(page: Page, report: Report, decision: Decision) -> None:
    younger = too_young(report, decision)
    if younger is not None:
        page.paragraph(said(f"No snapshot is that old; the oldest is of {instant_text(younger)}. To see that day:"))
        page.command(evaluate_command(asked(report), younger))
    days = days_to_see(report, decision)
    if days:
        page.paragraph(said("The snapshot is too old to say how things are. To see the newest day that is recorded:"))
        page.command(evaluate_command(asked(report), days[0][1]))


def _facts(page: Page, decision: Decision) -> None:
    root = decision.root
    facts = [
        ("Verdict", strong(_verdict(decision))),
        ("Decided for", said(instant_text(decision.as_of))),
        *asked_facts(decision, decision.as_of, root.owner, root.source),
        ("Decision", code(decision_digest(decision))),
        *((f"Policy {each.gate}", code(each.policy_digest)) for each in decision.gates),
        ("Semantics", said(decision.semantics)),
        ("Findings", said(tally(decision))),
    ]
    if decision.earliest_go is not None:
        wait = age(decision.earliest_go - decision.as_of)
        facts.append(("Not GO before", said(f"{instant_text(decision.earliest_go)}, in {wait}, even if all goes well")))
    others = [
        Markup(f"{code(each.gate)} is {said(verdict_words(each.word, each.verdict.value))}")
        for each in decision.gates[1:]
    ]
    if others:
        facts.append(("Gates below", joined(others)))
    facts_table(page, facts)


def _check(decision: Decision) -> Check:
    return Check(
        decision.policy,
        decision.as_of,
        decision.snapshot,
        decision.semantics,
        parameters_of(decision),
        rests_on="the policies, the snapshot, the waivers and the parameters",
        again="With those policies and waivers in the project, this decides again:",
        answer="decision",
    )
