"""The job summary: the verdict first, then what the pull request changes in the files that judge, then the packet."""

from __future__ import annotations

from collections.abc import Sequence

from action.asked import Asked
from action.judging import JudgingChange
from action.refused import Refused
from gatekeeper.render.markup import Markup, Page, code, joined, said, strong
from gatekeeper.render.visible import visible

MOST_CHANGES = 100
"""So many changed files are listed; how many more there are is said."""

NO_REPOSITORY = (
    "the Action has no repository that git could be asked about: it lays files out and checks nothing out. "
    "Ask the collector github for what it knows too, or run gatekeeper in another job, behind a checkout with "
    "fetch-depth: 0"
)
"""Why a source that asks git is not known here, and what to do."""

_LONGEST = 300
_FENCE = "```"
_MEANING = {
    "GO": "every gate that was asked says go",
    "NO-GO": "a blocking rule fails, or a level of a ladder is reached",
    "INCONCLUSIVE": "something that is needed is not known, and that blocks as a failure does",
}


def verdict_page(
    asked: Asked,
    verdict: str,
    base: str,
    changes: Sequence[JudgingChange] | None,
    systems: Sequence[str],
    git: Sequence[str],
) -> str:
    """What stands above the packet.

    Args:
        verdict: GO, NO-GO or INCONCLUSIVE.
        base: the commit whose files judged.
        changes: what differs among the files that judge; None where nothing is to be merged.
        systems: those whose sources read files of the commit that is judged.
        git: the evidence that is not known because its source asks git.
    """
    page = Page()
    page.heading(1, said(f"Launch gate: {verdict}"))
    page.paragraph(joined((strong(said(verdict)), said(_MEANING[verdict])), ": "))
    page.points(_facts(asked, base, systems))
    if git:
        names = joined([code(name) for name in git])
        page.paragraph(joined((strong(said("Not known")), names, said(NO_REPOSITORY)), ": "))
    _tell_changes(page, asked, changes)
    return page.text()


def refusal_page(asked: Asked | None, refused: Refused) -> str:
    """The summary where nothing was decided."""
    page = Page()
    page.heading(1, said("Launch gate: no decision"))
    page.paragraph(joined((strong(said("This is not a go")), said(refused.message)), ": "))
    page.paragraph(said(refused.hint))
    page.points(_facts(asked, None, ()) if asked is not None else [])
    text = page.text()
    if refused.said:
        lines = [visible(line)[:_LONGEST] for line in refused.said.splitlines()[:200]]
        ticks = _FENCE
        while any(ticks in line for line in lines):
            ticks += "`"
        text += "\n".join(["", f"{ticks}text", *lines, ticks, ""])
    return text


def _facts(asked: Asked, base: str | None, systems: Sequence[str]) -> list[tuple[str, Markup]]:
    told = said(f" ({asked.told[:_LONGEST]})") if asked.told else ""
    judge = code(asked.base) if base is None else joined((code(asked.base), code(base)), " at ")
    read = said(f"sources of {', '.join(systems)} read files of the commit that is judged") if systems else Markup("")
    return [
        ("Asked", joined([code(policy) for policy in asked.policies])),
        ("Judged", Markup(f"commit {code(asked.subject)}{' ' if told else ''}{told}")),
        ("By the files of", judge),
        ("From the judged commit", read),
    ]


def _tell_changes(page: Page, asked: Asked, changes: Sequence[JudgingChange] | None) -> None:
    if changes is None:
        return
    if not changes:
        page.paragraph(said("Nothing that judges is changed by what is to be merged."))
        return
    page.heading(2, said("What is to be merged changes files that judge"))
    page.paragraph(
        said(
            "None of these changes counted here: policies, waivers, sources, recorded evidence and configuration are "
            f"those of {asked.base}. A workflow counts as it was changed: read such a change well."
        )
    )
    rows = [(code(str(each.path)[:_LONGEST]), said(each.part), said(each.how)) for each in changes[:MOST_CHANGES]]
    page.table(("File", "Part", "Change"), rows)
    if len(changes) > MOST_CHANGES:
        page.paragraph(said(f"{len(changes) - MOST_CHANGES} more"))


def fitted(page: str, packet: str, most: int) -> str:
    """The page with as much of the packet as fits, and a word on what is left out.

    The page itself is short; the packet has as many rows as there are findings.

    Args:
        most: bytes of UTF-8 that the whole may take.
    """
    if _size(page) + _size(packet) + 2 <= most:
        return f"{page}\n{packet}"
    lines = packet.split("\n")
    left = most - _size(page) - 400  # for the last words
    taken, inside = 0, False
    for line in lines:
        left -= _size(line) + 1
        if left < 0:
            break
        taken += 1
        inside ^= line.lstrip().startswith(_FENCE)
    kept = "\n".join(lines[:taken]) + (f"\n{_FENCE}" if inside else "")
    more = len(lines) - taken
    told = f"**{more} more lines** of the report are left out, since a job summary holds 1 MiB."
    return f"{page}\n{kept}\n\n{told} The whole is in `report.md`, in the folder of the output `report-path`.\n"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))
