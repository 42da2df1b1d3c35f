"""Instants and spans that expressions give."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from gatekeeper.evaluate.judgement import lacks_of, run
from gatekeeper.expr import Duration, Timestamp
from gatekeeper.model.finding import Lack
from gatekeeper.model.rule import Expression
from gatekeeper.model.times import parse_instant


class Undecidable(Exception):
    """Something that a judgement cannot do without is not known."""

    def __init__(self, lacks: tuple[Lack, ...]) -> None:
        super().__init__()
        self.lacks = lacks


def span_of(given: timedelta | Expression, bindings: Mapping[str, object]) -> timedelta:
    """How long.

    Raises:
        Undecidable: the expression gives no duration.
    """
    if isinstance(given, timedelta):
        return given
    value = run(given, bindings)
    if not isinstance(value, Duration):
        raise Undecidable(lacks_of(value, "a duration"))
    return value.to_timedelta()


def instant_of(value: object) -> datetime:
    """The instant that a value is: a timestamp, or RFC 3339 text.

    Raises:
        Undecidable: it is neither.
    """
    if isinstance(value, Timestamp):
        return value.to_datetime()
    if isinstance(value, str):
        try:
            return parse_instant(value)
        except ValueError as error:
            raise Undecidable((Lack("", "error", str(error)),)) from None
    raise Undecidable(lacks_of(value, "a timestamp"))
