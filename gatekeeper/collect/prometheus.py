"""What a PromQL query gives, at one instant or over a span of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from gatekeeper.collect.interface import CollectRequest, InstantText, Refused, Span, brought
from gatekeeper.collect.net.root import RootConfig
from gatekeeper.collect.prometheus_answer import (
    Grid,
    Joined,
    at_text,
    data_of,
    instant_of,
    milliseconds,
    samples_of,
)
from gatekeeper.model.snapshot import Evidence
from gatekeeper.model.times import parse_instant, span_text
from gatekeeper.model.values import Json

AT_ONCE = 11_000
"""How many points of a series Prometheus gives in one answer."""

MOST_POINTS = 10 * AT_ONCE
MOST_QUERY = 4_000

LONGEST_STEP = timedelta(hours=1)
"""The last instant of a range may lie up to one step back; what happened since then is not seen."""

_JSON = {"Accept": "application/json"}


def _query(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    if len(text) > MOST_QUERY:
        raise ValueError(f"has {len(text):,} characters; at most {MOST_QUERY:,} fit into a URL")
    return text.strip()


class PrometheusConfig(RootConfig):
    """A query.

    Attributes:
        query: in PromQL.
        at: the instant to ask for, or the last one of the range; None for now. How old a fixed one may be is for rules
            to say: what was just collected is fresh, whatever it tells of.
        span: how far the range reaches back; None for one instant alone.
        step: from one instant of the range to the next, in whole seconds.
    """

    query: Annotated[str, AfterValidator(_query)]
    at: InstantText | None = None
    span: Span | None = Field(default=None, alias="range")
    step: Span | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.span is None) != (self.step is None):
            raise ValueError("range and step belong together: set both, or none for one instant")
        if self.span is not None and self.step is not None:
            if not timedelta(0) < self.step <= LONGEST_STEP:
                raise ValueError(f"step has to be longer than 0 and at most {span_text(LONGEST_STEP)}")
            if self.span // self.step >= MOST_POINTS:
                count = self.span // self.step + 1
                raise ValueError(
                    f"range and step make {count:,} points for each series; at most {MOST_POINTS:,} are asked"
                )
        return self

    def kind_given(self) -> str:
        """``series`` for a range, ``samples`` for one instant."""
        return "samples" if self.span is None else "series"


class PrometheusCollector:
    """Asks Prometheus, or what speaks as it does. What did not come whole, or is no finite number, is a failure."""

    kind = "prometheus"
    gives = "samples"
    config = PrometheusConfig

    def collect(self, request: CollectRequest[PrometheusConfig]) -> Evidence:
        """The samples of one instant, or the series of a range."""
        config = request.config
        now = request.clock()
        end = now if config.at is None else parse_instant(config.at)
        if end > now:
            raise Refused("failed", f"at is {config.at}, which has not come yet")
        if config.span is None or config.step is None:
            value, observed = _at_one_instant(request, milliseconds(end))
        else:
            value, observed = _over_time(request, _grid(end, config.span, config.step, aligned=config.at is None))
        return brought(self, request, config.source_line(), value, observed_at=observed)


def _grid(end: datetime, span: timedelta, step: timedelta, *, aligned: bool) -> Grid:
    """The instants of a range. Aligned ones are multiples of the step: caches before a Prometheus ask for no others."""
    wide = step // timedelta(milliseconds=1)
    last = milliseconds(end)
    if aligned:
        last -= last % wide
    points = span // step + 1
    return Grid(last - (points - 1) * wide, wide, points)


def _at_one_instant(request: CollectRequest[PrometheusConfig], at: int) -> tuple[Json, datetime]:
    query = request.config.query
    with request.client() as client:
        data = data_of(client.get("api/v1/query", query=[("query", query), ("time", _seconds(at))], headers=_JSON))
    found = samples_of(data, at)
    value: Json = {
        "query": query,
        "at": at_text(at),
        "infos": list(data.infos),
        "samples": [sample for _, sample in found],
    }
    return value, instant_of(min((each for each, _ in found), default=at))


def _over_time(request: CollectRequest[PrometheusConfig], grid: Grid) -> tuple[Json, datetime]:
    query = request.config.query
    joined = Joined()
    infos: dict[str, None] = {}
    with request.client() as client:
        for part in grid.parts(AT_ONCE):
            bounds = (("start", part.start), ("end", part.end), ("step", part.step))
            asked = [("query", query), *((name, _seconds(bound)) for name, bound in bounds)]
            data = data_of(client.get("api/v1/query_range", query=asked, headers=_JSON))
            joined.add(data, part)
            infos.update(dict.fromkeys(data.infos))
    value: Json = {
        "query": query,
        "start": at_text(grid.start),
        "end": at_text(grid.end),
        "step_seconds": grid.step // 1000,
        "points": grid.points,
        "infos": list(infos),
        "series": joined.series(grid.points),
    }
    return value, instant_of(grid.end)


def _seconds(milliseconds: int) -> str:
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole}.{rest:03d}" if rest else str(whole)
