"""The waivers of a case: there for that case alone, beside those of the project."""

from __future__ import annotations

from collections.abc import Sequence

from gatekeeper.load.diagnostics import shown
from gatekeeper.load.grounds import entries_of, unique
from gatekeeper.load.problems import Problems
from gatekeeper.load.tree import Node
from gatekeeper.load.waivers import WaiverDraft, check_target, read_waiver
from gatekeeper.model.asked import asked_policies
from gatekeeper.model.policy import Gate, PolicySet
from gatekeeper.model.waiver import Waiver


def read_case_waivers(node: Node, policies: PolicySet, asked: Sequence[str], problems: Problems) -> tuple[Waiver, ...]:
    """The waivers that a case brings; what is wrong goes to ``problems``.

    Args:
        node: the case.
        asked: ids of the policies that the suite asks; a waiver is for one of them, or for a gate that one reads.
    """
    drafts = [read_waiver(each, problems) for each in entries_of(node, "waivers", problems, noun="waiver")]
    unique([each.id for each in drafts], "waivers", problems, [each.id for each in policies.waivers])
    reached = asked_policies(policies, asked)
    gates = {each.id: [rule.id for rule in each.rules] for each in reached if isinstance(each, Gate)}
    for each in drafts:
        if not _beyond(each, gates, policies, problems):
            check_target(each, gates, problems)
    return tuple(each.waiver for each in drafts if each.waiver is not None)


def _beyond(draft: WaiverDraft, gates: dict[str, list[str]], policies: PolicySet, problems: Problems) -> bool:
    """Whether a waiver is for a gate that there is and that no asked policy reads; then that is told."""
    gate = draft.gate
    if gate is None or gate.text in gates or gate.text not in policies.gates:
        return False
    message = f"the suite asks no policy that is or reads the gate `{shown(gate.text)}`"
    problems.node(gate, message, "add it to the suite's `policies`", "unknown-policy")
    return True
