"""Putting values in order, for ``sort`` and ``sortBy``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from gatekeeper.expr.operators import ORDERED
from gatekeeper.expr.outcome import merge
from gatekeeper.expr.values import kind

if TYPE_CHECKING:
    from gatekeeper.expr.run import Run, Site


def in_order(run: Run, site: Site, keys: list[Any], values: list[Any]) -> object:
    """The values in the rising order of their keys; those with equal keys stay as they stand.

    Keys of several types have no order, nor has NaN: where it would end up depends on the way of sorting.
    """
    found = {type(key) for key in keys}
    for key in keys:
        if (trouble := merge(key, None)) is not None:
            return trouble
        if type(key) not in ORDERED:
            return site.error(f"{kind(key)} has no order")
    if len(found) > 1:
        return site.error("what is sorted has several types; convert it to one")
    run.spend(_work(keys))
    if any(type(key) is float and math.isnan(key) for key in keys):
        return site.error("NaN has no order")
    return [values[index] for index in sorted(range(len(keys)), key=keys.__getitem__)]


def _work(keys: list[Any]) -> int:
    """A step for each comparison, and for each 64 characters that one may read."""
    long = sum(len(key) >> 6 for key in keys if isinstance(key, (str, bytes)))
    return (len(keys) + long) * len(keys).bit_length()
