"""Keys and instants for tests of the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, settings

from gatekeeper.model.kept import StateKey

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
_NUMBERS = count()

on_one_store = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""For properties of one store: each example has a key of its own."""


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def after(number: float) -> datetime:
    """So many seconds after ``T0``."""
    return T0 + seconds(number)


def fresh(word: str = "key") -> str:
    """A name that nothing in any store has."""
    return f"{word}-{next(_NUMBERS)}"


def fresh_key() -> StateKey:
    """A key under which no store keeps anything."""
    return StateKey("mode", "rgl8r", fresh("mode"), "api", "staging")
