"""What is counted and measured, for Prometheus. No label holds what a sender made up."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The metrics of one service; each has a registry of its own, so that several may run in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        own = {"registry": self.registry}
        self.requests = Counter(
            "gatekeeper_http_requests", "Requests that were answered, by route and status.", ["route", "status"], **own
        )
        self.seconds = Histogram(
            "gatekeeper_http_request_seconds", "How long an answer took.", ["route"], buckets=_SECONDS, **own
        )
        self.alerts = Counter("gatekeeper_alerts", "Alerts that were received, by sender and whether new.", ["sender", "new"], **own)
        self.looks = Counter("gatekeeper_looks", "Looks at a mode, by what they came to.", ["mode", "outcome"], **own)
        self.look_seconds = Histogram(
            "gatekeeper_look_seconds", "How long a look took, with its collection.", ["mode"], buckets=_SECONDS, **own
        )
        self.transitions = Counter("gatekeeper_transitions", "Changes of state.", ["mode", "source", "target"], **own)
        self.state = Gauge("gatekeeper_mode_state", "1 for the state that a mode is in.", ["mode", "state"], **own)
        self.looked_at = Gauge(
            "gatekeeper_last_look_timestamp_seconds", "Unix time of the last look at a mode.", ["mode"], **own
        )
        self.leader = Gauge("gatekeeper_ticker_leader", "1 where this instance holds the lease of the ticker.", **own)
        self.reloads = Counter("gatekeeper_reloads", "Reloads of the policies, by what they came to.", ["outcome"], **own)
        self.reload_failed = Gauge(
            "gatekeeper_reload_failed", "1 where the last reload was refused and the old policies hold.", **own
        )
        self.cut = Counter("gatekeeper_connections_cut", "Connections that were closed as too slow or too many.", **own)

    def text(self) -> bytes:
        """Everything, in the text format of Prometheus."""
        return generate_latest(self.registry)
