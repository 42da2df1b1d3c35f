"""What rules make of samples, series and alerts that were collected: nothing passes on what is not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.pipeline import decide
from tests.builders import NOW, entry, gate, policy_set, rule, snapshot
from tests.collect.sources import collected
from tests.fakes.alertmanager import Alertmanager, alert
from tests.fakes.prometheus import Prometheus
from tests.fakes.servers import LOOPBACK, Reply, answering, serving

WEEK = {"range": "7d", "step": "1m"}


def judged(base: Path, reply: Reply, expect: str, kind: str, required: tuple[str, ...] = (), **config: Any) -> Finding:
    """The finding of one rule on what a source brings."""
    with serving(reply) as server:
        limits = {"allow_addresses": LOOPBACK, "retries": 0}
        evidence = replace(collected(base, url=server.url, **limits, **config), name="it")
    its = gate("g", [rule("r", expect)], [entry("it", kind, required=required)])
    (finding,) = decide(policy_set(its), "g", snapshot(evidence), as_of=NOW).root.findings
    return finding


def of_query(base: Path, text: str | None, expect: str, required: tuple[str, ...] = (), **config: Any) -> Outcome:
    kind = "series" if config else "samples"
    reply = Prometheus({"q": [({"job": "api"}, lambda at: text)]})
    return judged(base, reply, expect, kind, required, collector="prometheus", query="q", **config).outcome


COMPARISONS = ["< 0.5", "<= 0.5", "> 0.5", ">= 0.5", "== 0.5", "!= 0.5", "== null", "!= null"]


@pytest.mark.parametrize("text", ["NaN", "+Inf", "-Inf"])
@pytest.mark.parametrize("comparison", COMPARISONS)
def test_no_comparison_passes_on_what_is_no_finite_number(text: str, comparison: str, tmp_path: Path) -> None:
    for sign in ("", "!"):
        expect = f"it.samples.all(s, {sign}(s.value {comparison}))"
        assert of_query(tmp_path, text, expect) is Outcome.UNKNOWN


def test_a_number_is_compared(tmp_path: Path) -> None:
    assert of_query(tmp_path, "0.25", "it.samples[0].value < 0.5") is Outcome.PASS
    assert of_query(tmp_path, "0.75", "it.samples[0].value < 0.5") is Outcome.FAIL
    assert of_query(tmp_path, "0.25", 'it.samples.exists(s, s.labels.job == "api" && s.at == it.at)') is Outcome.PASS


def test_where_nothing_came_nothing_passes_if_the_policy_needs_something(tmp_path: Path) -> None:
    expect = "it.samples.all(s, s.value < 0.5)"
    assert of_query(tmp_path, None, expect, ("samples",)) is Outcome.UNKNOWN
    assert of_query(tmp_path, None, "it.samples[0].value < 0.5") is Outcome.UNKNOWN


def test_a_week_of_minutes_is_judged_within_the_budget(tmp_path: Path) -> None:
    for text, outcome in (("0.25", Outcome.PASS), ("0.75", Outcome.FAIL)):
        expect = "it.series.all(s, s.missing == 0 && s.samples.all(p, p.value < 0.5))"
        assert of_query(tmp_path, text, expect, ("series",), **WEEK) is outcome


LONG_AGO = "2026-03-01T09:00:00Z"
"""Two days before now."""


def test_the_age_of_what_a_fixed_instant_tells_is_a_rule(tmp_path: Path) -> None:
    """Freshness is that of the collection, so what was asked for long ago is usable, and a rule bounds its age."""
    hour: dict[str, Any] = {"range": "1h", "step": "1m"}
    for fixed, outcome in (({}, Outcome.PASS), ({"at": LONG_AGO}, Outcome.FAIL)):
        asks: dict[str, Any] = {"collector": "prometheus", "query": "q", **fixed}
        for series in ([], [({"job": "api"}, lambda _: "0.25")]):  # also where no sample has an instant of its own
            reply = Prometheus({"q": list(series)})
            assert judged(tmp_path, reply, "age(it.at) <= hours(1)", "samples", **asks).outcome is outcome
            assert judged(tmp_path, reply, "age(it.end) <= hours(1)", "series", **asks, **hour).outcome is outcome


def test_a_part_of_the_data_is_unknown(tmp_path: Path) -> None:
    reply = answering(
        {"status": "success", "data": {"resultType": "vector", "result": []}, "warnings": ["a store is away"]}
    )
    finding = judged(tmp_path, reply, "it.samples.size() == 0", "samples", collector="prometheus", query="q")
    assert finding.outcome is Outcome.UNKNOWN


def test_alerts_are_judged(tmp_path: Path) -> None:
    quiet = (
        'it.alerts.all(a, a.state != "active" || a.labels.severity != "critical") && age(it.running_since) > minutes(5)'
    )
    watched = 'it.alerts.exists(a, a.name == "Watchdog")'
    watchdog = alert("Watchdog", labels={"alertname": "Watchdog", "severity": "none"})
    for known, outcome in (
        ([watchdog], Outcome.PASS),
        ([watchdog, alert("HighErrors")], Outcome.FAIL),
        ([], Outcome.FAIL),
    ):
        finding = judged(tmp_path, Alertmanager(known), f"{quiet} && {watched}", "alerts", collector="alertmanager")
        assert finding.outcome is outcome
    late = Alertmanager([watchdog], uptime="2026-03-03T08:59:00.000Z")
    assert judged(tmp_path, late, watched, "alerts", collector="alertmanager").outcome is Outcome.UNKNOWN
