"""The evidence kinds of monitoring: samples at one instant, series over time, alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gatekeeper.model.evidence import Instant, Until


@dataclass(frozen=True, slots=True)
class Sample:
    """The value of one series at one instant.

    Attributes:
        labels: the labels of the series; the name of a metric is ``__name__``.
        at: the instant that the value is for. The measurement behind it may be some minutes older.
        value: always a finite number.
    """

    labels: dict[str, str]
    at: Instant
    value: float


@dataclass(frozen=True, slots=True)
class Samples:
    """What a query gives at one instant.

    Attributes:
        query: the question, in the words of the server.
        at: the instant that was asked for.
        infos: what the server remarks on the query; nothing is missing because of it.
        samples: one for each series, by labels. None at all is not the same as zero.
    """

    query: str
    at: Instant
    infos: list[str]
    samples: list[Sample]


@dataclass(frozen=True, slots=True)
class Point:
    """A value of a series, always a finite number, and the instant that it is for.

    Attributes:
        at: the instant.
        value: the value.
    """

    at: Instant
    value: float


@dataclass(frozen=True, slots=True)
class SeriesOfPoints:
    """One series over time.

    Attributes:
        labels: its labels; the name of a metric is ``__name__``.
        missing: for how many of the instants that were asked for it has no sample.
        samples: the oldest first.
    """

    labels: dict[str, str]
    missing: int
    samples: list[Point]


@dataclass(frozen=True, slots=True)
class Series:
    """What a query gives over a span of time.

    Attributes:
        query: the question, in the words of the server.
        start: the first instant that was asked for.
        end: the last instant that was asked for; both are included.
        step_seconds: from one instant to the next.
        points: how many instants were asked for.
        infos: what the server remarks on the query; nothing is missing because of it.
        series: by labels. None at all is not the same as zero.
    """

    query: str
    start: Instant
    end: Instant
    step_seconds: int
    points: int
    infos: list[str]
    series: list[SeriesOfPoints]


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert that has not ended.

    Attributes:
        name: the label ``alertname``; None where the alert has none.
        labels: what tells it from others.
        annotations: what is said of it, such as a summary.
        state: ``active``; ``suppressed`` while it is silenced, inhibited or muted; ``unprocessed`` while it is new.
        starts_at: when it began.
        ends_at: when it ends unless it is sent again; None where that is open.
        updated_at: when it was last sent.
        fingerprint: stands for its labels; an alert that comes again has the same.
        silenced_by: ids of silences.
        inhibited_by: fingerprints of alerts.
        muted_by: names of time intervals.
        receivers: names of those that it is routed to.
        generator_url: where it came from.
    """

    name: str | None
    labels: dict[str, str]
    annotations: dict[str, str]
    state: Literal["unprocessed", "active", "suppressed"]
    starts_at: Instant
    ends_at: Until | None
    updated_at: Instant
    fingerprint: str
    silenced_by: list[str]
    inhibited_by: list[str]
    muted_by: list[str]
    receivers: list[str]
    generator_url: str | None


@dataclass(frozen=True, slots=True)
class Alerts:
    """The alerts that an Alertmanager knows.

    Attributes:
        running_since: since when it runs: it knows nothing of alerts from before that were not sent again. None where
            it was not asked.
        alerts: by ``starts_at``, then by ``fingerprint``.
    """

    running_since: Instant | None
    alerts: list[Alert]
