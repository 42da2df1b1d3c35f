"""When a question is asked again, and how long to wait before."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

AGAIN = frozenset({429, 502, 503, 504})
"""Statuses that say: not now. A question that only reads may be asked again."""

FIRST = 0.25
MOST = 8.0


def pause(attempt: int, told: str | None, now: datetime) -> float:
    """Seconds to wait before the next attempt.

    Full jitter: any time up to a bound that doubles with each attempt, so that those who failed together do not come
    back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).

    Args:
        attempt: how many there were.
        told: the server's ``Retry-After`` header, in seconds or as a date; the wait is at least that long.
        now: the present instant.
    """
    jitter = random.uniform(0, min(MOST, FIRST * 2 ** (attempt - 1)))  # noqa: S311  a wait is no secret
    asked = asked_to_wait(told, now)
    return jitter if asked is None else asked + min(jitter, 1.0)


def asked_to_wait(told: str | None, now: datetime) -> float | None:
    """The seconds that a ``Retry-After`` header asks to wait; None where it asks for nothing that can be read."""
    if not told:
        return None
    text = told.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return max(0.0, (at - now).total_seconds())
