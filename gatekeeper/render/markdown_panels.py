"""Clean windows, approvals and waivers in the packet."""

from __future__ import annotations

from gatekeeper.model.decision import Decision
from gatekeeper.model.finding import QuorumState
from gatekeeper.model.times import instant_text
from gatekeeper.model.waiver import Waiver
from gatekeeper.model.window import WindowState
from gatekeeper.render.markup import Markup, Page, code, joined, said, strong
from gatekeeper.render.outline import USES, counted, label, unsigned_basis, waived_label, waivers
from gatekeeper.render.wording import duration, listing


def window_sections(page: Page, decision: Decision) -> None:
    """Every clean window: terms, standing, how each kind of sample counts, every reset and gap with its cause."""
    for gate in decision.gates:
        for finding in gate.findings:
            if finding.window is not None:
                page.heading(2, Markup(f"Clean window: {code(f'{gate.gate}/{label(finding)}')}"))
                _window(page, finding.window)


def _window(page: Page, window: WindowState) -> None:
    none = said("none")
    page.points(
        [
            ("Standing", strong(said("complete" if window.complete else "not complete"))),
            ("Length", said(duration(window.length))),
            ("Longest gap allowed", said("gaps do not matter" if window.max_gap is None else duration(window.max_gap))),
            ("Not before", said(instant_text(window.not_before)) if window.not_before else none),
            ("Observed until", said(instant_text(window.observed_until))),
            (
                "Clean since",
                said(instant_text(window.clean_since)) if window.clean_since else said("no clean sample counts"),
            ),
            ("Clean samples that count", said(str(window.clean_samples))),
            (
                "Completes",
                said(f"{instant_text(window.completes_at)}, if every further sample is clean")
                if window.completes_at
                else none,
            ),
            ("Undecided from", said(instant_text(window.undecided_from)) if window.undecided_from else none),
            ("Resets", said(str(len(window.resets)))),
            ("Gaps", said(str(len(window.gaps)))),
        ]
    )
    page.table(
        ("Counts as", "Samples", "Because", "Such as"),
        [
            (said(each.counted_as), said(str(each.count)), said(each.because), said(listing(each.samples)))
            for each in window.tallies
        ],
    )
    page.table(
        ("Reset at", "Sample", "Cause"),
        [(said(instant_text(each.at)), said(each.sample), said(each.cause)) for each in window.resets],
    )
    page.table(
        ("Gap from", "To", "Length", "Where", "In it, filling nothing"),
        [
            (
                said(instant_text(each.start)),
                said(instant_text(each.end)),
                said(duration(each.length)),
                said(each.where),
                said(listing(each.samples) or "nothing"),
            )
            for each in window.gaps
        ],
    )


def quorum_sections(page: Page, decision: Decision) -> None:
    """Every quorum: who signed what and when, why a sign-off does not count, and the basis to sign."""
    for gate in decision.gates:
        for finding in gate.findings:
            if finding.quorum is not None:
                page.heading(2, Markup(f"Approvals: {code(f'{gate.gate}/{label(finding)}')}"))
                _quorum(page, finding.quorum, unsigned_basis(decision, gate, finding.quorum))


def _quorum(page: Page, quorum: QuorumState, why: str) -> None:
    page.table(
        ("Role", "Person", "Signed at", "Counts"),
        [
            (
                said(each.role),
                said(each.person or "nobody"),
                said(instant_text(each.signed_at) if each.signed_at else "not signed"),
                said(counted(each, quorum, why)),
            )
            for each in (*quorum.sign_offs, *quorum.unasked)
        ],
    )
    page.points(
        [
            ("Different people", said(f"{quorum.distinct_found}, {quorum.distinct_needed} needed")),
            ("Basis to sign", code(quorum.basis) if quorum.basis else said(f"not known: {why}")),
            ("It covers", joined([said("the policies"), said("the commit"), *(code(each) for each in quorum.binds)])),
        ]
    )


def waivers_section(page: Page, decision: Decision) -> None:
    """Every waiver of every gate with what became of it."""
    notes = waivers(decision)
    if not notes:
        return
    page.heading(2, said("Waivers"))
    page.table(
        ("Waiver", "Became", "On", "Effect", "Grounds", "Granted", "Until", "Owner, ticket"),
        [
            (
                code(note.waiver.id),
                strong(said(USES[note.use])),
                code(_scope(note.waiver)),
                said(note.reason + (f" (rows {listing(note.keys)})" if note.keys else "")),
                said(note.waiver.justification),
                said(f"{instant_text(note.waiver.granted_at)} by {note.waiver.person} as {note.waiver.role}"),
                said(instant_text(note.waiver.expires_at) + (", unknown too" if note.waiver.accepts_unknown else "")),
                said(f"{note.waiver.owner}, {note.waiver.ticket}"),
            )
            for note in notes
        ],
    )


def _scope(waiver: Waiver) -> str:
    only = listing([f"{name} {value}" for name, value in sorted(waiver.subject.items())])
    return waived_label(waiver) + (f" for {only}" if only else "")
