"""Instants and spans as people read them, and as documents write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

_RFC3339 = re.compile(
    # Neither the hour 24 nor an offset of 75 min: some versions of Python would read them.
    r"\d{4}-\d\d-\d\d[Tt](?!24)\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:[0-5]\d)",
    re.ASCII,
)
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LAST = datetime.max.replace(tzinfo=UTC)
_END_OF_DAY = timedelta(days=1) - timedelta(microseconds=1)


def instant_text(at: datetime) -> str:
    """RFC 3339 in UTC with ``Z``; fractions only where there are any, milliseconds where they suffice."""
    at = at.astimezone(UTC)
    text = at.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")
    if at.microsecond:
        fraction = f"{at.microsecond:06d}"
        text += "." + (fraction[:3] if fraction.endswith("000") else fraction)
    return text + "Z"


@lru_cache(maxsize=4096)  # a pure memo: the same instants are read look after look
def parse_instant(text: str) -> datetime:
    """An RFC 3339 date and time with its offset, in UTC, cut to microseconds.

    Raises:
        ValueError: it is none, or it has no offset.
    """
    if not _RFC3339.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no date and time with an offset, such as 2026-03-03T09:00:00Z")
    head, fraction, offset = re.fullmatch(r"(.{19})(\.\d+)?(.+)", text.upper()).groups()  # type: ignore[union-attr]
    digits = (fraction or ".")[:7]
    try:
        return datetime.fromisoformat(head + (digits if len(digits) > 1 else "") + offset).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text[:40]!r} is no date and time: {error}") from None


def later(at: datetime, span: timedelta) -> datetime:
    """The instant a span after another one, in UTC; at most the last one of the calendar."""
    return at + min(span, _LAST - at)


def parse_deadline(text: str) -> datetime | None:
    """The instant by which something is due: a date ends at its end, in UTC. None where the text is neither."""
    try:
        if _ISO_DATE.fullmatch(text):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC) + _END_OF_DAY
        return parse_instant(text)
    except ValueError:
        return None


_SECOND = timedelta(seconds=1)
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def span_text(span: timedelta) -> str:
    """A span in the largest units that matter: ``7 d``, ``2 h 5 min``, ``45 s``; at most two of them."""
    return _in_units(_rounded(span))


def exact_span_text(span: timedelta) -> str:
    """A span in every unit that it has, such as ``1 h 30 min 1 s``; for limits, which are compared to the instant."""
    return _in_units(span)


def span_text_beside(span: timedelta, limit: timedelta) -> str:
    """A span for a sentence that compares it with a limit: with all of its units where two of them read otherwise.

    A gap of 1 h 30 min 1 s exceeds one of 1 h 30 min, and told as ``1 h 30 min`` it would not.
    """
    rounded = _rounded(span)
    same = (rounded > limit) == (span > limit) and (rounded < limit) == (span < limit)
    return span_text(span) if same else exact_span_text(span)


def _rounded(span: timedelta) -> timedelta:
    """A span towards zero, to the largest unit that it has, and to the one below that."""
    seconds, kept, units = abs(span) // _SECOND, 0, 0
    for size, _ in _UNITS:
        count, seconds = divmod(seconds, size)
        kept += count * size
        units += 1 if count or units else 0
        if units == 2:
            break
    return timedelta(seconds=kept) if span >= timedelta(0) else -timedelta(seconds=kept)


def _in_units(span: timedelta) -> str:
    seconds, parts = abs(span) // _SECOND, []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        fraction = f".{abs(span).microseconds:06d}".rstrip("0") if unit == "s" and span.microseconds else ""
        if count or fraction:
            parts.append(f"{count}{fraction} {unit}")
    return ("-" if span < timedelta(0) else "") + (" ".join(parts) or "0 s")


_SPAN = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)


def parse_span(text: str) -> timedelta:
    """A span as YAML writes it: ``90s``, ``15m``, ``1h30m``, ``7d``, ``2w``; larger units first.

    Raises:
        ValueError: it is none, or longer than ten years.
    """
    found = _SPAN.fullmatch(text) if text and len(text) < 40 else None
    if found is None:
        raise ValueError(f"{text[:40]!r} is no span of time, such as 90s, 15m, 1h30m, 7d or 2w")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    total = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    if total > 10 * 366 * 86400:
        raise ValueError(f"{text[:40]!r} is longer than ten years")
    return timedelta(seconds=total)
