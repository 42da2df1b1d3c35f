"""A Prometheus on loopback: its query interface with its JSON, its limits and its words for what is wrong.

The words and shapes are those that Prometheus 2.42 sends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.servers import Call

Value = Callable[[int], str | None]
"""The value of a series at an instant in milliseconds, as Prometheus writes it; None where it has no sample."""

MOST_STEPS = 11_000


@dataclass
class Prometheus:
    """A reply that answers queries.

    Attributes:
        queries: what each query gives: labels and values of its series.
        more: what stands beside the data, such as warnings.
        path: where the interface is.
    """

    queries: Mapping[str, list[tuple[dict[str, str], Value]]]
    more: dict[str, Any] = field(default_factory=dict)
    path: str = "/api/v1"

    def __call__(self, call: Call) -> None:
        """Answer one request."""
        parts = urlsplit(call.target)
        asked = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
        if asked["query"] not in self.queries:
            self._refuse(call, "400 Bad Request", "bad_data", 'invalid parameter "query": 1:4: parse error')
        elif parts.path == f"{self.path}/query":
            self._answer(call, "vector", self._vector(asked))
        elif parts.path == f"{self.path}/query_range":
            self._range(call, asked)
        else:
            call.answer(b"404 page not found\n", "404 Not Found", "text/plain; charset=utf-8")

    def _vector(self, asked: dict[str, str]) -> list[dict[str, Any]]:
        at = round(float(asked["time"]) * 1000)
        values = ((labels, value(at)) for labels, value in self.queries[asked["query"]])
        return [{"metric": labels, "value": [at / 1000, text]} for labels, text in values if text is not None]

    def _range(self, call: Call, asked: dict[str, str]) -> None:
        start, end, step = (round(float(asked[name]) * 1000) for name in ("start", "end", "step"))
        if (end - start) // step > MOST_STEPS:
            told = "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution"
            self._refuse(call, "400 Bad Request", "bad_data", f"{told} (?step=XX)")
            return
        result = []
        for labels, value in self.queries[asked["query"]]:
            texts = ((at, value(at)) for at in range(start, end + 1, step))  # both ends are included
            values = [[at / 1000, text] for at, text in texts if text is not None]
            if values:
                result.append({"metric": labels, "values": values})
        self._answer(call, "matrix", result)

    def _answer(self, call: Call, shape: str, result: Any) -> None:
        body = {"status": "success", "data": {"resultType": shape, "result": result}, **self.more}
        call.answer(json.dumps(body).encode())

    def _refuse(self, call: Call, status: str, kind: str, told: str) -> None:
        body = {"status": "error", "errorType": kind, "error": told}
        call.answer(json.dumps(body).encode(), status)
