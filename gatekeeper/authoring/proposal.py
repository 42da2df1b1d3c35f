"""A rule that is proposed, and how a policy and its suite are written from proposals."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from gatekeeper.load.scalars import OutOfRange, typed
from gatekeeper.model.times import instant_text

_MODELINE = "# yaml-language-server: $schema=../../schemas/{}.v1.json\n"
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Proposal:
    """One rule that is proposed.

    Attributes:
        grounds: where it comes from, ``file:line``, with a short phrase of what stands there.
        body: the lines of its requirement, as they stand below its head.
        message: what its finding says, a template.
        holds: what to set in the evidence so that it passes, by ways into the evidence.
        breaks: what to set so that it fails.
        adds: what to add to lists so that it fails.
        stops: whether it stops the gate on the evidence as it is.
        doubt: what a person has to confirm; empty where nothing.
    """

    id: str
    title: str
    enforcement: Literal["blocking", "advisory", "shadow"]
    severity: str
    grounds: str
    body: tuple[str, ...]
    message: str
    remedy: str
    holds: dict[str, Any] = field(default_factory=dict)
    breaks: dict[str, Any] = field(default_factory=dict)
    adds: dict[str, Any] = field(default_factory=dict)
    stops: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A gate that is proposed.

    Attributes:
        evidence: the lines of its evidence entries.
        evidence_names: their names.
        given: content of evidence that the suite writes itself.
        left: what could not be turned into a rule, each with its place.
    """

    id: str
    title: str
    origin: str
    evidence: tuple[str, ...]
    evidence_names: tuple[str, ...]
    rules: tuple[Proposal, ...]
    parameters: tuple[str, ...] = ()
    given: dict[str, Any] = field(default_factory=dict)
    left: tuple[str, ...] = ()


def quoted(value: Any) -> str:
    """A value as YAML takes it on one line, and CEL too where it is text."""
    return json.dumps(value, ensure_ascii=False)


def phrase(text: str, most: int = 60) -> str:
    """A short phrase of a text, on one line and without what a reader would not see."""
    flat = " ".join(_UNSEEN.sub(" ", text).split())
    return flat if len(flat) <= most else f"{flat[: most - 1].rstrip()}…"


def identifier(text: str, taken: set[str], otherwise: str) -> str:
    """An id after a text that none in ``taken`` has; it is then taken."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:48].strip("-") or otherwise
    slug = slug if is_word(slug) else f"{otherwise}-{slug}"
    name, number = slug, 2
    while name in taken:
        name, number = f"{slug}-{number}", number + 1
    taken.add(name)
    return name


def is_word(text: str) -> bool:
    """Whether YAML reads it as text where it stands without quotes, and no number, truth or null."""
    try:
        return isinstance(typed(text), str)
    except OutOfRange:
        return False


def policy_text(draft: Draft) -> str:
    """The policy of a draft."""
    lines = [
        _MODELINE.format("policy").rstrip(),
        f"# Proposed by `gatekeeper init` from {phrase(draft.origin, 80)}. Each rule says where it comes from.",
        "# Confirm, change or delete each of them: what stands here is what will be asked for, and nothing else is.",
        "apiVersion: gatekeeper/v1",
        "kind: Gate",
        f"id: {draft.id}",
        f"title: {quoted(phrase(draft.title, 100))}",
        "owner: on-call # whom to ask about this gate",
        f"source: {quoted(phrase(draft.origin, 80))}",
        "",
        *(("params:", *draft.parameters, "") if draft.parameters else ()),
        "evidence:",
        *draft.evidence,
        "",
        "rules:",
    ]
    for rule in draft.rules:
        lines += _rule_lines(rule)
    if draft.left:
        lines += ["# Not turned into a rule, since nothing there says by itself what has to hold:"]
        lines += [f"#   {each}" for each in draft.left]
    return "\n".join(lines).rstrip() + "\n"


def _rule_lines(rule: Proposal) -> list[str]:
    return [
        f"  # {rule.grounds}",
        *([f"  # TO BE CONFIRMED: {rule.doubt}"] if rule.doubt else []),
        f"  - id: {rule.id}",
        f"    title: {quoted(phrase(rule.title, 100))}",
        f"    enforcement: {rule.enforcement}",
        f"    severity: {rule.severity}",
        *(f"    {line}" for line in rule.body),
        f"    message: {quoted(rule.message)}",
        f"    remedy: {quoted(rule.remedy)}",
        "",
    ]


def suite_text(draft: Draft, taken_at: datetime) -> str:
    """The suite of a draft: it begins with the snapshot that was recorded, and sees every rule pass, fail and unknown.

    Args:
        taken_at: the time of that snapshot.
    """
    blocks = any(rule.enforcement == "blocking" for rule in draft.rules)
    stops = [rule for rule in draft.rules if rule.stops]
    as_it_is = "NO-GO" if stops else "GO" if blocks else "INCONCLUSIVE"
    now = taken_at.replace(microsecond=0) + timedelta(seconds=1)
    lines = [
        _MODELINE.format("suite").rstrip(),
        "apiVersion: gatekeeper/v1",
        "kind: Suite",
        f"title: {quoted(phrase(draft.title, 100))}",
        f"policies: [{draft.id}]",
        f"now: {instant_text(now)}",
        "snapshot: recorded # what `gatekeeper init` collected, in the folder `recorded` beside the sources",
        *(["evidence:", *(f"  {name}: {quoted(value)}" for name, value in draft.given.items())] if draft.given else []),
        "cases:",
        "  - id: as-it-is",
        "    title: What was collected on the first day",
        f"    expect: {{verdict: {as_it_is}}}",
    ]
    lines += ["", "  - id: everything-holds", "    title: With everything done, every rule passes"]
    lines += _edits("set", [rule.holds for rule in draft.rules])
    lines += _expected(draft.rules, "pass", "GO" if blocks else "INCONCLUSIVE")
    lines += ["", "  - id: nothing-holds", "    title: With nothing done, every rule fails"]
    lines += _edits("set", [rule.breaks for rule in draft.rules])
    lines += _edits("add", [rule.adds for rule in draft.rules])
    lines += _expected(draft.rules, "fail", "NO-GO" if blocks else "INCONCLUSIVE")
    lines += ["", "  - id: nothing-is-known", "    title: Without evidence nothing is known, and that stops the gate"]
    lines += [f"    lacking: {{{', '.join(f'{name}: missing' for name in draft.evidence_names)}}}"]
    lines += _expected(draft.rules, "unknown", "INCONCLUSIVE")
    return "\n".join(lines) + "\n"


def _edits(kind: str, each: Sequence[dict[str, Any]]) -> list[str]:
    merged = {way: value for edits in each for way, value in edits.items()}
    if not merged:
        return []
    return [f"    {kind}:", *(f"      {quoted(way)}: {quoted(value)}" for way, value in merged.items())]


def _expected(rules: Sequence[Proposal], outcome: str, verdict: str) -> list[str]:
    return [
        "    expect:",
        f"      verdict: {verdict}",
        "      findings:",
        *(f"        {rule.id}: {outcome}" for rule in rules),
    ]


def sources_text(system: str, environment: str, sources: Sequence[str]) -> str:
    """The sources file of a system.

    Args:
        sources: the lines below ``sources``.
    """
    return "\n".join([
        _MODELINE.format("sources").rstrip(),
        "# Where the evidence comes from. Paths start in this folder; docs/collectors has every kind of source.",
        "apiVersion: gatekeeper/v1",
        "kind: Sources",
        f"system: {system}",
        f"environment: {environment}",
        "subject:",
        f"  service: {system}",
        f"  environment: {environment}",
        "sources:",
        *(f"  {line}" for line in sources),
    ]) + "\n"  # fmt: skip
