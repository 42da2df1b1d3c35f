"""What is counted and measured, for Prometheus. No label holds what a sender made up."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The metrics of one service; each has a registry of its own, so that several may run in one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        counted, measured = self._counter, self._histogram
        self.requests = counted("http_requests", "Requests that were answered.", "route", "status")
        self.seconds = measured("http_request_seconds", "How long an answer took.", "route")
        self.alerts = counted("alerts", "Alerts that were received, and whether they were new.", "sender", "new")
        self.looks = counted("looks", "Looks at a mode, by what they came to.", "mode", "outcome")
        self.look_seconds = measured("look_seconds", "How long a look took, with its collection.", "mode")
        self.transitions = counted("transitions", "Changes of state.", "mode", "source", "target")
        self.deliveries = counted("deliveries", "Attempts to send a message, by how they ended.", "channel", "outcome")
        self.state = self._gauge("mode_state", "1 for the state that a mode is in.", "mode", "state")
        self.looked_at = self._gauge("last_look_timestamp_seconds", "Unix time of the last look at a mode.", "mode")
        self.leader = self._gauge("ticker_leader", "1 where this instance holds the lease of the ticker.")
        self.reloads = counted("reloads", "Reloads of the policies, by what they came to.", "outcome")
        self.reload_failed = self._gauge("reload_failed", "1 where the last reload was refused: the old policies hold.")
        self.cut = self._gauge("connections_cut", "Connections that were closed as too slow or too many.")

    def text(self) -> bytes:
        """Everything, in the text format of Prometheus."""
        return generate_latest(self._registry)

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"gatekeeper_{name}", told, labels, registry=self._registry)

    def _gauge(self, name: str, told: str, *labels: str) -> Gauge:
        return Gauge(f"gatekeeper_{name}", told, labels, registry=self._registry)

    def _histogram(self, name: str, told: str, *labels: str) -> Histogram:
        return Histogram(f"gatekeeper_{name}", told, labels, registry=self._registry, buckets=_SECONDS)
