"""The evidence of a case, as it begins and as edits and series change it; whole values by name, before any look."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from gatekeeper.model.edits import append, put, take_out
from gatekeeper.model.evidence_path import EvidencePath, PathRefused, parse_path
from gatekeeper.model.run_history import completed, recounted, unfold
from gatekeeper.model.shown import shown
from gatekeeper.model.suite import Edit, Given, History
from gatekeeper.model.values import Json

RUNS = "workflow_runs"
"""The kind of evidence whose count and last run follow from its runs."""

Values = Mapping[str, Json]
"""Evidence name → its whole content."""


def given_value(given: Given, kind: str) -> Json:
    """The content that a suite writes, with what follows from it filled in; of a history, all runs."""
    if isinstance(given.value, History):
        return unfold(given.value)
    return completed(given.value) if kind == RUNS else given.value


def edited(values: Values, edit: Edit, kind: str) -> Values:
    """The evidence after a change.

    Args:
        kind: of the evidence that the change is about.

    Raises:
        PathRefused: the way of the change leads nowhere.
    """
    path = path_of(edit.path)
    if path.name not in values:
        raise not_there(path)
    before = values[path.name]
    if edit.action == "set":
        after = put(before, path, edit.value)
    elif edit.action == "add":
        if not isinstance(edit.value, list):
            raise PathRefused(f"what is added is a list of entries, not {shown(edit.value)}", 0, len(edit.path))
        after = append(before, path, edit.value)
    else:
        after = take_out(before, path)
    if kind == RUNS and path.steps and path.steps[0].to == "runs":
        after = recounted(before, after)
    return {**values, path.name: after}


def sampled(values: Values, path: EvidencePath, sample: Json) -> Values:
    """The evidence with a sample of a series in its place.

    Raises:
        PathRefused: the way of the series leads nowhere.
    """
    if path.name not in values:
        raise not_there(path)
    return {**values, path.name: put(values[path.name], path, sample)}


def not_there(path: EvidencePath) -> PathRefused:
    """The refusal of a change of evidence that a case does not have."""
    hint = "give it under `evidence`, or begin with a snapshot"
    return PathRefused(f"there is no evidence {path.name} here to change", 0, len(path.name), hint=hint)


@lru_cache(maxsize=4096)
def path_of(text: str) -> EvidencePath:
    """As ``parse_path``; a pure memo, since a story goes the same ways at each look."""
    return parse_path(text)
