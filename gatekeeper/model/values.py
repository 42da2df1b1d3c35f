"""The plain values that evidence is made of."""

from __future__ import annotations

from typing import TypeAlias

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"
"""What canonical JSON can carry; integers lie within ±(2^53 - 1), numbers are finite."""
