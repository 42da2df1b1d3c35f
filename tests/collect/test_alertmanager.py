"""Alerts from a server on loopback that speaks as an Alertmanager does."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import check_sources
from gatekeeper.errors import InvalidDocuments
from tests.collect.sources import collected, refusal_of, sources, value_of
from tests.fakes.alertmanager import Alertmanager, alert
from tests.fakes.servers import LOOPBACK, Call, Reply, answering, serving


def config(url: str, **more: Any) -> dict[str, Any]:
    return {"collector": "alertmanager", "url": url, "allow_addresses": LOOPBACK, "retries": 0, **more}


def value_from(reply: Reply, base: Path, **more: Any) -> Any:
    with serving(reply) as server:
        return value_of(base, **config(server.url, **more))


def refusal_from(reply: Reply, base: Path, **more: Any) -> str:
    with serving(reply) as server:
        line = refusal_of(base, **config(server.url, **more))
    assert "\n" not in line
    return line


def names(value: Any) -> list[str]:
    return sorted(each["name"] for each in value["alerts"])


def test_an_alert_in_our_words(tmp_path: Path) -> None:
    value = value_from(Alertmanager([alert("HighErrors", "silenced")]), tmp_path)
    assert value == {
        "running_since": "2026-03-01T00:00:00Z",
        "alerts": [
            {
                "name": "HighErrors",
                "labels": {"alertname": "HighErrors", "severity": "critical"},
                "annotations": {"summary": "HighErrors is on"},
                "state": "suppressed",
                "starts_at": "2026-03-03T08:40:00.000Z",
                "ends_at": "2026-03-03T09:03:00.000Z",
                "updated_at": "2026-03-03T08:59:00.000Z",
                "fingerprint": f"{sum(b'HighErrors'):016x}",
                "silenced_by": ["9f4d3c1e"],
                "inhibited_by": [],
                "muted_by": [],
                "receivers": ["on-call"],
                "generator_url": "http://prometheus.test/graph",
            }
        ],
    }


def test_all_alerts_are_asked_for_unless_some_are_not_wanted(tmp_path: Path) -> None:
    known = [alert(f"A-{state}", state) for state in ("active", "silenced", "inhibited", "unprocessed")]
    with serving(Alertmanager(known)) as server:
        value = value_of(tmp_path, **config(server.url))
        target = server.calls[0].target
    assert target == "/api/v2/alerts?active=true&silenced=true&inhibited=true&unprocessed=true"
    assert names(value) == ["A-active", "A-inhibited", "A-silenced", "A-unprocessed"]
    fewer = value_from(Alertmanager(known), tmp_path, silenced=False, inhibited=False)
    assert names(fewer) == ["A-active", "A-unprocessed"]
    assert names(value_from(Alertmanager(known), tmp_path, active=False, unprocessed=False)) == [
        "A-inhibited",
        "A-silenced",
    ]


def test_every_matcher_and_the_receiver_arrive_as_they_are(tmp_path: Path) -> None:
    other = alert("B", labels={"alertname": "B", "severity": "page&me"})
    matchers = ['severity="page&me"', "alertname=B"]
    with serving(Alertmanager([alert("A"), other])) as server:
        value = value_of(tmp_path, **config(server.url, filter=matchers, receiver="on-.*"))
        target = server.calls[0].target
    assert names(value) == ["B"]
    assert target.startswith("/api/v2/alerts?filter=severity%3D%22page%26me%22&filter=alertname%3DB&active=true")
    assert target.endswith("&receiver=on-.%2A")


def test_no_alerts_are_an_empty_list(tmp_path: Path) -> None:
    assert value_from(Alertmanager(), tmp_path)["alerts"] == []


def test_an_end_that_is_not_set_is_open_and_one_to_come_is_no_defect(tmp_path: Path) -> None:
    known = [alert("A", endsAt="0001-01-01T00:00:00.000Z"), alert("B", endsAt="2027-01-01T00:00:00+02:00")]
    ends = {each["name"]: each["ends_at"] for each in value_from(Alertmanager(known), tmp_path)["alerts"]}
    assert ends == {"A": None, "B": "2027-01-01T00:00:00+02:00"}


def test_alerts_stand_in_the_order_in_which_they_began(tmp_path: Path) -> None:
    known = [
        alert("late", startsAt="2026-03-03T08:00:00Z"),
        alert("early", startsAt="2026-03-03T09:00:00+02:00"),
        alert("b", startsAt="2026-03-03T07:30:00Z", fingerprint="2"),
        alert("a", startsAt="2026-03-03T07:30:00.000Z", fingerprint="1"),
    ]
    value = value_from(Alertmanager(known), tmp_path)
    assert [each["name"] for each in value["alerts"]] == ["early", "a", "b", "late"]


def test_what_an_alert_may_lack(tmp_path: Path) -> None:
    bare = alert("x", labels={"severity": "low"})
    del bare["generatorURL"]
    bare["status"]["mutedBy"] = ["weekends"]
    (found,) = value_from(Alertmanager([bare]), tmp_path)["alerts"]
    assert (found["name"], found["generator_url"], found["muted_by"]) == (None, None, ["weekends"])


def test_when_it_was_true_is_what_the_answer_says(tmp_path: Path) -> None:
    with serving(Alertmanager([alert("A")])) as server:
        evidence = collected(tmp_path, **config(server.url))
    assert evidence.observed_at is not None
    assert evidence.observed_at.isoformat() == "2026-03-03T08:59:58+00:00"
    assert evidence.request is not None
    assert evidence.request.startswith(f"GET {server.url}/api/v2/alerts?")
    assert evidence.attempts == 2


# ------------------------------------------------------------------------------------------------ just started


@pytest.mark.parametrize(
    ("uptime", "least", "said"),
    [
        (
            "2026-03-03T08:55:01.000Z",
            None,
            "has been running for 4 min 59 s, not 5 min: it may not know all alerts yet",
        ),
        ("2026-03-03T08:00:00.000Z", "2h", "has been running for 1 h, not 2 h"),
        ("2026-03-03T09:00:30.000Z", None, "has been running for 0 s, not 5 min"),
    ],
)
def test_one_that_has_just_started_may_not_know_all_alerts(
    uptime: str, least: str | None, said: str, tmp_path: Path
) -> None:
    line = refusal_from(Alertmanager(uptime=uptime), tmp_path, **({"min_uptime": least} if least else {}))
    assert line.startswith("truncated: the Alertmanager ")
    assert said in line


def test_one_that_still_settles_may_not_know_all_alerts(tmp_path: Path) -> None:
    assert refusal_from(Alertmanager(cluster="settling"), tmp_path) == (
        "truncated: the Alertmanager is still settling with the others of its cluster"
    )
    assert value_from(Alertmanager(cluster="disabled"), tmp_path)["alerts"] == []


def test_it_is_asked_how_long_it_runs_after_the_alerts(tmp_path: Path) -> None:
    """One that starts anew between the two questions shows."""
    fake = Alertmanager()

    def reply(call: Call) -> None:
        fake(call)
        fake.uptime = "2026-03-03T08:59:59.000Z"

    assert refusal_from(reply, tmp_path).startswith("truncated: the Alertmanager has been running for 1 s")


def test_who_does_not_want_to_know_how_long_it_runs_does_not_ask(tmp_path: Path) -> None:
    with serving(Alertmanager([alert("A")], uptime="never")) as server:
        value = value_of(tmp_path, **config(server.url, min_uptime="0s"))
        assert len(server.calls) == 1
    assert (value["running_since"], names(value)) == (None, ["A"])


@pytest.mark.parametrize(
    "told", [{}, [], None, {"uptime": 7}, {"uptime": "yesterday"}, {"cluster": {"status": "ready"}}]
)
def test_one_that_does_not_say_how_long_it_runs_is_mistyped(told: Any, tmp_path: Path) -> None:
    fake = Alertmanager()

    def reply(call: Call) -> None:
        if call.target.startswith("/api/v2/status"):
            answering(told)(call)
        else:
            fake(call)

    line = refusal_from(reply, tmp_path)
    assert line == "mistyped: the Alertmanager does not say since when it runs; set min_uptime: 0s if it cannot say"


# ------------------------------------------------------------------------------------------------ wrong answers


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (answering("bad matcher format: a~b", status="400 Bad Request"), '400 Bad Request: "bad matcher format: a~b"'),
        (answering({"code": 404, "message": "no such path"}, status="404 Not Found"), '404 Not Found: "no such path"'),
        (answering([], status="500 Internal Server Error"), "500 Internal Server Error: a list of 0"),
        (answering({}, status="500 Internal Server Error"), "500 Internal Server Error: null"),
        (lambda call: call.answer(b"Unauthorized", "401 Unauthorized", "text/plain"), "answered 401 Unauthorized"),
    ],
)
def test_an_error_is_told_in_the_words_of_the_server(reply: Reply, said: str, tmp_path: Path) -> None:
    line = refusal_from(reply, tmp_path)
    assert line.startswith("failed: ")
    assert line.endswith(said)


@pytest.mark.parametrize(
    "body", [None, {}, "[]", {"status": "success", "data": []}, [None], [[]], [{}], [{"status": 1}]]
)
def test_another_shape_is_mistyped(body: Any, tmp_path: Path) -> None:
    assert refusal_from(answering(body), tmp_path).startswith("mistyped: ")


@pytest.mark.parametrize(
    "field", ["labels", "annotations", "startsAt", "endsAt", "updatedAt", "fingerprint", "receivers"]
)
def test_an_alert_that_lacks_something_is_mistyped(field: str, tmp_path: Path) -> None:
    broken = alert("A")
    del broken[field]
    assert refusal_from(Alertmanager([alert("B"), broken]), tmp_path).startswith("mistyped: alerts[")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["startsAt"], "yesterday"),
        (["startsAt"], None),
        (["endsAt"], ""),
        (["labels"], ["alertname"]),
        (["labels", "severity"], 1),
        (["annotations", "summary"], None),
        (["fingerprint"], 7),
        (["status", "state"], "firing"),
        (["status", "silencedBy"], None),
        (["receivers"], {}),
        (["receivers", 0], {}),
        (["receivers", 0], None),
    ],
)
def test_an_alert_of_another_shape_is_mistyped(path: list[Any], value: Any, tmp_path: Path) -> None:
    broken = copy.deepcopy(alert("A"))
    holder: Any = broken
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    assert refusal_from(answering([broken]), tmp_path, min_uptime="0s").startswith("mistyped: alerts[0]")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"active": False, "silenced": False, "inhibited": False, "unprocessed": False}, "no alert would ever come"),
        ({"active": "yes"}, "active: "),
        ({"filter": 'severity="a"'}, "filter: "),
        ({"filter": [""]}, "is empty"),
        ({"min_uptime": "-1s"}, "is no span of time"),
        ({"url": "https://alertmanager.example.com/?a=b"}, "url: has a query"),
        ({"filters": []}, 'has no setting "filters"'),
    ],
)
def test_settings_are_looked_at_before_anything_is_asked(more: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidDocuments) as refused:
        check_sources(sources(it={**config("https://alertmanager.example.com"), **more}))
    assert said in "; ".join(each.message for each in refused.value.diagnostics)
