"""Rules that a runbook proposes by its own boxes, signatures, figures and blanks.

Nothing of a document is taken for more than it says: a tick is a claim, a figure in prose becomes a rule that is only
tried out until somebody confirms it, and what says nothing by itself is listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gatekeeper.authoring.comparisons import Comparison, comparisons_in
from gatekeeper.authoring.proposal import Draft, Proposal, identifier, phrase, quoted

_FIGURES_SCHEMA = "figures.schema.json"
_DECIDES = ("decision", "choose", "either", "go/no-go decision")
_ENDS: frozenset[str] = frozenset({"approved", "deferred", "rejected", "go", "no-go", "yes", "no"})


def runbook_draft(gate: str, name: str, document: dict[str, Any], lines: Sequence[str]) -> tuple[Draft, dict[str, Any]]:
    """The gate that a document proposes, and the JSON Schema of the figures that it compares.

    Args:
        gate: the id of the gate.
        name: the file's name, for places.
        document: the document as evidence of kind ``markdown``.
        lines: its lines, repaired.
    """
    taken: set[str] = set()
    rules = [*_boxes(document, name, taken), *_signatures(document, name, taken), *_doubts(document, name, taken)]
    choices = {box["line"] for box in document["tasks"] if _is_choice(box)}
    figures, left = _figures(list(comparisons_in(lines, choices)), name, taken)
    fields = sorted({way.removeprefix("figures.") for rule in figures for way in rule.holds})
    left = [*_left_boxes(document, name), *_left_tables(document, name), *_left_items(document, name), *left]
    good = {way.removeprefix("figures."): value for rule in figures for way, value in rule.holds.items()}
    part = next((each for each in ("tasks", "sections", "items") if document[each]), None)
    need = f", required: [{part}]" if part else ""
    evidence = [f"  runbook: {{type: markdown, max_age: 24h{need}, description: the runbook itself}}"]
    if fields:
        evidence += [
            "  # Nobody measures these yet: figures.json beside the sources is empty, so their rules are unknown.",
            f"  figures: {{type: json, max_age: 1h, schema: {_FIGURES_SCHEMA}, description: what it compares}}",
        ]
    schema = {
        "type": "object",
        "properties": {each: {"type": "number"} for each in fields},
        "required": fields,
        "additionalProperties": False,
    }
    draft = Draft(
        id=gate,
        title=f"Does {phrase(document['title'] or name, 70)} stand?",
        origin=name,
        evidence=tuple(evidence),
        evidence_names=("runbook", "figures") if fields else ("runbook",),
        rules=(*rules, *figures),
        given={"figures": good} if fields else {},
        left=tuple(left),
    )
    return draft, schema


def _is_choice(box: dict[str, Any]) -> bool:
    """Whether a box is one of several that exclude one another, so that not all of them can be ticked."""
    head = box["text"].split(":")[0].strip().lower()
    return bool(box["choice"]) or head in _ENDS or _decides(box)


def _decides(box: dict[str, Any]) -> bool:
    """Whether what a box stands under asks for one of several."""
    return any(word in box["group"].lower() for word in _DECIDES)


def _boxes(document: dict[str, Any], name: str, taken: set[str]) -> list[Proposal]:
    """A rule for the boxes of each heading: each box that no other stands below is a row."""
    by_path: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for box in document["tasks"]:
        by_path.setdefault(tuple(box["path"]), []).append(box)
    found = []
    for path, boxes in by_path.items():
        asked = [box for box in boxes if not box["nested"] and not _is_choice(box)]
        if not asked:
            continue
        ends = [box for box in boxes if _is_choice(box) and not box["choice"] and not box["nested"]]
        groups = sorted({box["group"] for box in ends if _decides(box)})
        texts = sorted({box["text"] for box in ends if not _decides(box)})
        parts = [f"box.path == {quoted(list(path))}"]
        parts += ["box.nested == 0"] if any(box["nested"] for box in boxes) else []
        parts += ["!box.choice"] if any(box["choice"] for box in boxes) else []
        parts += [f"!(box.group in {quoted(groups)})"] if groups else []
        parts += [f"!(box.text in {quoted(texts)})"] if texts else []
        heading = path[-1] if path else name
        found.append(
            Proposal(
                id=identifier(heading, taken, "boxes"),
                title=f"{phrase(heading, 80)}: every box is ticked",
                enforcement="blocking",
                severity="high",
                grounds=_at(name, asked[0]["line"], f"{len(asked)} boxes, the first: {phrase(asked[0]['text'], 40)}"),
                body=(
                    "each:",
                    "  over: >-",
                    f"    runbook.tasks.filter(box, {' && '.join(parts)})",
                    "  as: box",
                    "  key: box.key",
                    "  empty: unknown # the boxes are gone, or their heading was renamed",
                    "  expect: box.checked",
                ),
                message="{box.text} is {box.state} (line {box.line})",
                remedy="do it, and tick it",
                holds=_if_any(document["tasks"], "tasks", "checked", to=True),
                breaks=_if_any(document["tasks"], "tasks", "checked", to=False),
                stops=any(not box["checked"] for box in asked),
            )
        )
    return found


def _if_any(rows: Sequence[dict[str, Any]], part: str, key: str, to: bool) -> dict[str, Any]:
    """The edit that sets a switch of all rows, where one of them has it otherwise."""
    if all(row[key] is to for row in rows):
        return {}
    return {f"runbook.{part}[{key}={quoted(not to)}].{key}": to}


def _signatures(document: dict[str, Any], name: str, taken: set[str]) -> list[Proposal]:
    by_path: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for each in document["sign_offs"]:
        by_path.setdefault(tuple(each["path"]), []).append(each)
    found = []
    for path, signs in by_path.items():
        heading = path[-1] if path else name
        roles = [each["role"] for each in signs]
        by_role = all(roles) and len(set(roles)) == len(roles)
        found.append(
            Proposal(
                id=identifier(f"signed {heading}", taken, "signed"),
                title=f"{phrase(heading, 80)}: every role has signed",
                enforcement="blocking",
                severity="high",
                grounds=_at(name, signs[0]["line"], ", ".join(phrase(each, 24) for each in roles[:4])),
                doubt="a signature in a document is a claim; a quorum over an approval record proves it",
                body=(
                    "each:",
                    "  over: >-",
                    f"    runbook.sign_offs.filter(entry, entry.path == {quoted(list(path))})",
                    "  as: entry",
                    "  key: entry.role" if by_role else '  key: string(entry.line) + " " + entry.role',
                    "  empty: unknown",
                    "  expect: entry.signed",
                ),
                message="{entry.role} has not signed (line {entry.line})",
                remedy="have this role sign, with name and date",
                holds=_if_any(document["sign_offs"], "sign_offs", "signed", to=True),
                breaks=_if_any(document["sign_offs"], "sign_offs", "signed", to=False),
                stops=any(not each["signed"] for each in signs),
            )
        )
    return found


def _doubts(document: dict[str, Any], name: str, taken: set[str]) -> list[Proposal]:
    """What is still to be filled in, and what contradicts itself: told, and no reason to stop."""
    blanks = [each for each in document["placeholders"] if each["inside"] == "value"]
    empty = [each for each in document["labelled"] if each["blank"]]
    found = []
    if blanks:
        found.append(
            _advisory(
                identifier("nothing-to-fill-in", taken, "blanks"),
                "No placeholder is left",
                _at(name, blanks[0]["line"], phrase(blanks[0]["text"], 30)),
                'runbook.placeholders.all(each, each.inside != "value")',
                'still to be filled in, lines {runbook.placeholders.filter(each, each.inside == "value")'
                ".map(each, each.line)}",
                {"runbook.placeholders": []},
            )
        )
    if empty:
        found.append(
            _advisory(
                identifier("no-blank-line", taken, "blank-lines"),
                "No labelled line is blank",
                _at(name, empty[0]["line"], phrase(empty[0]["label"], 30)),
                "runbook.labelled.all(each, !each.blank)",
                "blank: {runbook.labelled.filter(each, each.blank).map(each, each.label)}",
                {"runbook.labelled": []},
            )
        )
    first = next(iter(document["contradictions"]), None)
    other = {"kind": "summary", "says": "all is done", "shows": "an open box", "path": [], "line": 1, "lines": [1]}
    found.append(
        _advisory(
            identifier("no-contradiction", taken, "contradictions"),
            "The runbook does not contradict itself",
            _at(name, first["line"], phrase(first["says"], 40)) if first else f"{name}: nothing contradicts today",
            "size(runbook.contradictions) == 0",
            '{runbook.contradictions.map(each, each.says + " - but it shows: " + each.shows)}',
            {"runbook.contradictions": []} if first else {},
            {} if first else {"runbook.contradictions": [other]},
        )
    )
    return found


def _advisory(
    own: str,
    title: str,
    grounds: str,
    expect: str,
    message: str,
    holds: dict[str, Any],
    adds: dict[str, Any] | None = None,
) -> Proposal:
    return Proposal(
        own,
        title,
        "advisory",
        "low",
        grounds,
        (f"expect: {quoted(expect) if expect[:1] in '!{' else expect}",),
        message,
        "mend the runbook",
        holds,
        adds=adds or {},
    )


def _figures(found: Sequence[Comparison], name: str, taken: set[str]) -> tuple[list[Proposal], list[str]]:
    """A rule in shadow for each comparison whose figure has a name and is bounded from one side only."""
    left: list[str] = []
    kept: dict[str, list[Comparison]] = {}
    for each in found:
        beside = kept.setdefault(each.name, [])
        if not each.name:
            left.append(_at(name, each.line, f"a figure without a name: {phrase(each.phrase, 40)}"))
        elif beside and _is_upper(each) != _is_upper(beside[0]):
            left.append(
                _at(name, each.line, f"bounds what line {beside[0].line} bounds too: {phrase(each.phrase, 40)}")
            )
        elif (each.sign, each.number) not in {(other.sign, other.number) for other in beside}:
            beside.append(each)
    return [_figure(each, every, name, taken) for every in kept.values() for each in every], left


def _figure(each: Comparison, beside: Sequence[Comparison], name: str, taken: set[str]) -> Proposal:
    reads = "a limit, so that more is bad" if each.is_limit else "what is wanted"
    numbers = [other.number for other in beside]
    low, high = min(numbers) - 1.0, max(numbers) + 1.0
    field = f"figures.{each.name}"
    return Proposal(
        id=identifier(f"{each.name} {each.number:g}".replace(".", "-"), taken, "figure"),
        title=f"{phrase(each.phrase, 60)} ({'a limit' if each.is_limit else 'wanted'})",
        enforcement="shadow",
        severity="medium",
        grounds=_at(name, each.line, phrase(each.phrase, 50)),
        doubt=f"read as {reads}. Bind the figure to a source, then make the rule blocking",
        body=(f"expect: {field} {each.sign} {each.number!r}",),
        message=f"{each.name} is {{{field}}}",
        remedy="see the runbook, and whether this rule says what it means",
        holds={field: low if _is_upper(each) else high},
        breaks={field: high if _is_upper(each) else low},
    )


def _is_upper(each: Comparison) -> bool:
    return each.sign in {"<", "<="}


def _left_boxes(document: dict[str, Any], name: str) -> list[str]:
    return [
        _at(name, box["line"], f"a box that is a choice: {phrase(box['text'], 50)}")
        for box in document["tasks"]
        if not box["nested"] and _is_choice(box)
    ]


def _left_tables(document: dict[str, Any], name: str) -> list[str]:
    signed = {each["line"] for each in document["sign_offs"]}
    return [
        _at(name, table["line"], f"a table of {len(table['rows'])} rows: {phrase(', '.join(table['columns']), 60)}")
        for table in document["tables"]
        if not any(row["line"] in signed for row in table["rows"])
    ]


def _left_items(document: dict[str, Any], name: str) -> list[str]:
    by_path: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for item in document["items"]:
        by_path.setdefault(tuple(item["path"]), []).append(item)
    return [
        _at(name, items[0]["line"], f"{len(items)} list items without a box: {phrase(path[-1] if path else '', 50)}")
        for path, items in by_path.items()
    ]


def _at(name: str, line: int, text: str) -> str:
    return f"{phrase(name, 80)}:{line} {text}"
