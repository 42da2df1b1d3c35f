"""The answers of Prometheus' query interface, taken apart (https://prometheus.io/docs/prometheus/latest/querying/api).

Nothing is taken that could mean less than it seems to: a part of the data, a value that is no number, a sample at an
instant that was not asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from gatekeeper.model.shown import shown
from gatekeeper.model.times import instant_text
from gatekeeper.model.values import Json
from gatekeeper.net.answer import Answer, status_remedy, status_text
from gatekeeper.refused import Refused

MOST_SAMPLES = 200_000
"""How many samples one source may bring."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 253_402_300_799_000  # the end of the year 9999
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = frozenset({"NaN", "Inf", "+Inf", "-Inf"})
_HARMLESS = ("metric might not be a counter", "needed to be fixed for monotonicity")
_LONGEST = 160

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Data:
    """The data of an answer that is whole.

    Attributes:
        shape: ``vector``, ``matrix``, ``scalar`` or ``string``.
        result: in that shape.
        infos: remarks on the query that do not say that anything is left out.
    """

    shape: str
    result: Any
    infos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Instants at equal distances.

    Attributes:
        start: the first, in milliseconds since 1970.
        step: from one to the next, in milliseconds.
        points: how many there are, at least one.
    """

    start: int
    step: int
    points: int

    @property
    def end(self) -> int:
        """The last, in milliseconds since 1970."""
        return self.start + self.step * (self.points - 1)

    def parts(self, most: int) -> Iterator[Grid]:
        """The same instants in parts of at most so many; none is in two of them."""
        for first in range(0, self.points, most):
            yield Grid(self.start + first * self.step, self.step, min(most, self.points - first))


@dataclass(slots=True)
class Joined:
    """The series of one query, joined from the answers for parts of its instants."""

    _points: dict[Labels, list[Json]] = field(default_factory=dict)
    _texts: dict[int, str] = field(default_factory=dict)
    _count: int = 0

    def add(self, data: Data, grid: Grid) -> None:
        """Put the points of an answer behind those that are here.

        Args:
            data: the answer.
            grid: the instants that it was asked for; they follow those of the answer before.

        Raises:
            Refused: it holds anything else than finite values at these instants, in order, each series once.
        """
        if data.shape != "matrix":
            raise Refused("mistyped", f"a range was asked for, and {shown(data.shape)} was answered")
        for labels, part in _distinct(data.result, "values"):
            points = self._points.setdefault(labels, [])
            before = grid.start - 1
            for pair in _listed(part):
                at, value = _sample(pair, labels)
                if at <= before or at > grid.end or (at - grid.start) % grid.step:
                    told = f"{_series_text(labels)} has a sample at {at_text(at)}, out of order or not asked for"
                    raise Refused("mistyped", told)
                before = at
                points.append({"at": self._text(at), "value": value})
            self._count += len(part)
            bound(self._count)

    def series(self, asked: int) -> list[Json]:
        """Every series by its labels, where so many instants were asked for."""
        return [
            {"labels": dict(labels), "missing": asked - len(points), "samples": points}
            for labels, points in sorted(self._points.items())
        ]

    def _text(self, at: int) -> str:
        """An instant as text, made once: all series have the same ones."""
        if at not in self._texts:
            self._texts[at] = at_text(at)
        return self._texts[at]


def data_of(answer: Answer) -> Data:
    """The data of an answer.

    Raises:
        Refused: it tells of an error, its data is only a part (``warnings``), or it is no answer of this interface.
    """
    body: Any = answer.json() if answer.ok or answer.is_json else answer.need_ok()
    if isinstance(body, dict) and body.get("status") == "error":
        why = f"{_line(body.get('errorType'))}: {_line(body.get('error'))}"
        told = f"the query was answered {status_text(answer.status)}, {why}"
        raise Refused("failed", told, status_remedy(answer.status))
    answer.need_ok()
    data = body.get("data") if isinstance(body, dict) and body.get("status") == "success" else None
    if not isinstance(data, dict) or "result" not in data or not isinstance(data.get("resultType"), str):
        raise Refused("mistyped", "the answer is none of Prometheus' query interface: it has no status, data or result")
    warnings, infos = _texts(body, "warnings"), _texts(body, "infos")
    partial = [*warnings, *(each for each in infos if not any(word in each for word in _HARMLESS))]
    if partial:
        raise Refused("truncated", f"the server warns that its answer may be a part: {_line(partial[0])}")
    if body.get("isPartial") not in (None, False):  # what VictoriaMetrics says where a part of it did not answer
        raise Refused("truncated", "the server says that its answer is a part (isPartial)")
    return Data(data["resultType"], data["result"], tuple(map(_line, infos)))


def samples_of(data: Data, asked: int) -> list[tuple[int, Json]]:
    """The samples of an answer for one instant, by labels; the first part of each is its instant.

    Args:
        data: the answer.
        asked: the instant, in milliseconds since 1970. A server may answer for an earlier one, never for a later one.

    Raises:
        Refused: it holds anything else than one finite value for each series.
    """
    if data.shape not in {"vector", "scalar"}:
        hint = "; for values over time set range and step" if data.shape == "matrix" else ""
        raise Refused("mistyped", f"the query gives a {_line(data.shape)}, not one number for each series{hint}")
    pairs = [((), data.result)] if data.shape == "scalar" else list(_distinct(data.result, "value"))
    bound(len(pairs))
    found = []
    for labels, pair in sorted(pairs, key=lambda each: each[0]):
        at, value = _sample(pair, labels)
        if at > asked:
            raise Refused("mistyped", f"{_series_text(labels)} has a sample at {at_text(at)}, after what was asked for")
        sample: Json = {"labels": dict(labels), "at": at_text(at), "value": value}
        found.append((at, sample))
    return found


def bound(count: int) -> None:
    """Pass where one source may bring so many samples.

    Raises:
        Refused: they are too many.
    """
    if count > MOST_SAMPLES:
        hint = "aggregate in the query, or take a larger step"
        raise Refused("failed", f"the query gives more than {MOST_SAMPLES:,} samples: {hint}")


def at_text(at: int) -> str:
    """An instant in milliseconds since 1970 as text."""
    return instant_text(instant_of(at))


def instant_of(at: int) -> datetime:
    """The instant that lies so many milliseconds after the beginning of 1970."""
    return _EPOCH + timedelta(milliseconds=at)


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970, cut."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def _distinct(result: Any, key: str) -> Iterator[tuple[Labels, Any]]:
    """The labels of each series with what stands under the key."""
    seen: set[Labels] = set()
    for each in _listed(result):
        if not isinstance(each, dict):
            raise Refused("mistyped", f"a series of the answer is {shown(each)}, not an object")
        labels = _labels(each.get("metric"))
        if "histogram" in each or "histograms" in each:
            hint = "take a number of it, such as with histogram_quantile(…)"
            raise Refused("mistyped", f"{_series_text(labels)} is a native histogram: {hint}")
        if key not in each:
            raise Refused("mistyped", f"{_series_text(labels)} has no {key}")
        if labels in seen:
            raise Refused("mistyped", f"{_series_text(labels)} is in the answer twice")
        seen.add(labels)
        yield labels, each[key]


def _labels(metric: Any) -> Labels:
    if not isinstance(metric, dict) or not all(isinstance(value, str) for value in metric.values()):
        raise Refused("mistyped", "a series of the answer has no labels, or one that is no text")
    return tuple(sorted(metric.items()))


def _sample(pair: Any, labels: Labels) -> tuple[int, float]:
    """Instant and value of ``[seconds, "value"]``; the value comes as a text, since JSON has no NaN."""
    if not isinstance(pair, list) or len(pair) != 2:
        raise Refused("mistyped", f"{_series_text(labels)} has {shown(pair)} where a time and a value are due")
    seconds, text = pair
    plain = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not plain or not 0 <= seconds * 1000 <= _LATEST_MS:
        raise Refused("mistyped", f"{_series_text(labels)} has {shown(seconds)} where a time is due")
    if not isinstance(text, str) or not (text in _NOT_FINITE or _NUMBER.fullmatch(text)):
        raise Refused("mistyped", f"{_series_text(labels)} has {shown(text)} where a number in quotes is due")
    value = float(text)
    if not isfinite(value):
        leaves = "(…) > -Inf" if text == "-Inf" else "(…) < Inf"
        hint = f"nothing can be judged by it; {leaves} in the query leaves such samples out"
        raise Refused("mistyped", f"{_series_text(labels)} is {text} at {at_text(round(seconds * 1000))}: {hint}")
    return round(seconds * 1000), value + 0.0  # -0 is 0


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Refused("mistyped", f"the answer has {shown(value)} where a list is due")
    return value


def _texts(body: dict[str, Any], name: str) -> tuple[str, ...]:
    found = body.get(name)
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Refused("mistyped", f"{name} of the answer is no list of texts")
    return tuple(found)


def _series_text(labels: Labels) -> str:
    inside = ", ".join(f"{name}={shown(value)}" for name, value in labels)
    return "the series {" + (inside if len(inside) <= _LONGEST else inside[: _LONGEST - 1] + "…") + "}"


def _line(text: Any) -> str:
    """What a server says, in one short line."""
    plain = " ".join(text.split()) if isinstance(text, str) else shown(text)
    cut = plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
    return "".join(each if each.isprintable() else "?" for each in cut)
