"""Values of evidence typed once, however many policies and looks read them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from gatekeeper.model.decode import typed
from gatekeeper.model.values import Json

_MOST = 512
"""Values that are kept; of more, those that were not read for the longest time are forgotten."""


class TypedValues:
    """A pure memo of ``typed``. A value is known again by its identity, so nobody may change one in place."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, int, int], tuple[Any, ...]] = OrderedDict()

    def of(self, kind: str, value: Json, schema: Mapping[str, Json] | None) -> tuple[Json, tuple[str, ...]]:
        """What ``typed`` makes of a value."""
        key = kind, id(value), id(schema)
        # The value and the schema are kept with it, so that the identity of both stays their own.
        known = self._known.pop(key, None) or (typed(kind, value, schema), value, schema)
        self._known[key] = known  # the last one now
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        found: tuple[Json, tuple[str, ...]] = known[0]
        return found

    def __reduce__(self) -> tuple[object, ...]:
        return TypedValues, ()  # a copy knows nothing yet: there, the same objects have other identities
