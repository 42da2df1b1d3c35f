"""When a message is sent again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST = timedelta(seconds=2)
MOST = timedelta(minutes=15)
LONGEST_ASKED = timedelta(hours=1)
"""No receiver can ask for a longer wait than this: a message about an incident of last night helps nobody."""
_SPREAD = timedelta(seconds=30)
_DOUBLINGS = 20


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one attempt to send a message ended.

    Attributes:
        sent: whether the receiver said that it has the message.
        error: why not, in one line without a secret; empty where it was sent.
        permanent: whether the receiver said that it never takes this message.
        wait: how long it asks to wait; None where it does not.
    """

    sent: bool
    error: str = ""
    permanent: bool = False
    wait: timedelta | None = None


def next_attempt(attempt: Attempt, made: int, most: int, now: datetime, draw: float) -> datetime | None:
    """When to try again after an attempt that failed; None where the message is to be given up.

    Full jitter: any time up to a bound that doubles with each attempt, so that messages that failed together do not
    come back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).

    Args:
        attempt: the last one.
        made: how many there were, this one included.
        most: how many there may be.
        draw: a random number of at least 0 and less than 1.
    """
    if attempt.permanent or made >= most:
        return None
    jitter = min(MOST, FIRST * (1 << min(made - 1, _DOUBLINGS))) * draw
    if attempt.wait is None:
        return now + jitter
    return now + min(attempt.wait, LONGEST_ASKED) + min(jitter, _SPREAD)
