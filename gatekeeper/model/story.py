"""The evidence of a case, as it begins and as edits change it: whole values by name.

A sample of a series is an edit that sets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from gatekeeper.model.asked import Needs, kind_of
from gatekeeper.model.edits import append, put, take_out
from gatekeeper.model.evidence_path import EvidencePath, PathRefused, parse_path
from gatekeeper.model.run_history import brought_along, completed, is_derived, unfold
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.suite import Edit, Given, History
from gatekeeper.model.values import Json

RUNS = "workflow_runs"
"""The kind of evidence whose count and last run follow from its runs."""

Values = Mapping[str, Json]
"""Evidence name → its whole content."""


def begun(given: Iterable[Given], recorded: Snapshot | None, needs: Needs) -> Values:
    """The evidence with which a case begins: what was recorded, and in its place what the case gives.

    Args:
        needs: of the asked policies; what none of them needs is left out.
    """
    there = recorded.items if recorded is not None else {}
    return {
        **{name: each.value for name, each in there.items() if name in needs},
        **{each.name: given_value(each, kind_of(needs, each.name)) for each in given if each.name in needs},
    }


def given_value(given: Given, kind: str) -> Json:
    """The content that a suite writes, with what follows from it filled in; of a history, all runs."""
    if isinstance(given.value, History):
        return unfold(given.value)
    return completed(given.value) if kind == RUNS else given.value


def edited(values: Values, edit: Edit, needs: Needs) -> Values:
    """The evidence after an edit of something that is needed, with what follows from it.

    Raises:
        PathRefused: the way of the edit leads nowhere.
    """
    path = path_of(edit.path)
    if path.name not in values:
        hint = "give it under `evidence`, or begin with a snapshot"
        raise PathRefused(f"there is no evidence {path.name} here to change", 0, len(path.name), hint=hint)
    before = values[path.name]
    if edit.action == "set":
        after = put(before, path, edit.value)
    elif edit.action == "add":
        if not isinstance(edit.value, list):
            raise PathRefused(f"what is added is a list of entries, not {shown(edit.value)}", 0, len(edit.path))
        after = append(before, path, edit.value)
    else:
        after = take_out(before, path)
    if kind_of(needs, path.name) == RUNS:
        after = brought_along(before, after, path)
    return {**values, path.name: after}


def comes_last(edit: Edit, needs: Needs) -> bool:
    """Whether an edit says what else follows from runs. It stands whatever runs come or go: it is made after those."""
    path = path_of(edit.path)
    return is_derived(path) and kind_of(needs, path.name) == RUNS


@lru_cache(maxsize=4096)
def path_of(text: str) -> EvidencePath:
    """As ``parse_path``; a pure memo, since a story goes the same ways at each look."""
    return parse_path(text)
