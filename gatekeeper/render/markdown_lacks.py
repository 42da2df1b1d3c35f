"""What is not known for lack of evidence, in the packet: one row for each piece of evidence."""

from __future__ import annotations

from gatekeeper.model.times import instant_text
from gatekeeper.render.lacks import absent_evidence, advisory_names, remedies, rule_names
from gatekeeper.render.markdown_findings import FindingsPages
from gatekeeper.render.markup import Markup, Page, code, joined, said, strong
from gatekeeper.render.wording import listing


def lacks_section(page: Page, pages: FindingsPages) -> None:
    """Each piece of evidence that lacks: its state, since when, its source, and the rules that need it."""
    found = absent_evidence(pages.decision)
    if not found:
        return
    page.heading(2, said("Not known for lack of evidence"))
    page.points(
        [("To do", Markup(f"{code(remedy)} ({said(names)})")) for remedy, names in remedies(pages.decision, found)]
    )
    for each in found:
        for entry in (*each.blocking, *each.advisory):
            pages.mark(entry)
    page.table(
        ("Evidence", "Is", "Since", "Source", "Detail", "Rules that need it", "Advisory rules"),
        [
            (
                code(each.note.name),
                strong(said(each.note.state)),
                said(instant_text(each.note.stale_since) if each.note.stale_since else ""),
                said(each.note.source),
                said(each.note.detail),
                joined(
                    [Markup(f"{code(gate.gate)}: {said(listing(rule_names(rows)))}") for gate, rows in each.by_gate],
                    "; ",
                ),
                said(listing(advisory_names(each))),
            )
            for each in found
        ],
    )
