"""Samples and series from a server on loopback that speaks as Prometheus does."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import check_sources
from gatekeeper.errors import InvalidDocuments
from tests.collect.sources import collected, refusal_of, sources, value_of
from tests.fakes.prometheus import Prometheus
from tests.fakes.servers import LOOPBACK, Call, Reply, answering, serving

NOW_MS = 1_772_528_400_000  # 2026-03-03T09:00:00Z, when sources are read in these tests
MINUTE = 60_000


def steady(text: str = "0.25") -> Callable[[int], str | None]:
    return lambda at: text


def one(value: Callable[[int], str | None], **labels: str) -> Prometheus:
    return Prometheus({"q": [(labels or {"job": "api"}, value)]})


def config(url: str, **more: Any) -> dict[str, Any]:
    settings = {"collector": "prometheus", "url": url, "query": "q", "allow_addresses": LOOPBACK, "retries": 0}
    return {**settings, "timeout": "10s", **more}


def value_from(reply: Reply, base: Path, **more: Any) -> Any:
    with serving(reply) as server:
        return value_of(base, **config(server.url, **more))


def refusal_from(reply: Reply, base: Path, **more: Any) -> str:
    with serving(reply) as server:
        line = refusal_of(base, **config(server.url, **more))
    assert "\n" not in line
    return line


def success(shape: str, result: Any, **more: Any) -> Reply:
    return answering({"status": "success", "data": {"resultType": shape, "result": result}, **more})


def vector(text: Any, at: Any = NOW_MS / 1000, **more: Any) -> Reply:
    return success("vector", [{"metric": {"job": "api"}, "value": [at, text]}], **more)


def invalid(**more: Any) -> str:
    with pytest.raises(InvalidDocuments) as refused:
        check_sources(sources(it={**config("https://prometheus.example.com"), **more}))
    return "; ".join(each.message for each in refused.value.diagnostics)


# ------------------------------------------------------------------------------------------------ one instant


def test_an_instant_gives_one_sample_for_each_series(tmp_path: Path) -> None:
    fake = Prometheus({"q": [({"__name__": "up", "job": "b"}, steady("1")), ({"job": "a"}, steady("1.5e3"))]})
    assert value_from(fake, tmp_path) == {
        "query": "q",
        "at": "2026-03-03T09:00:00Z",
        "infos": [],
        "samples": [
            {"labels": {"__name__": "up", "job": "b"}, "at": "2026-03-03T09:00:00Z", "value": 1.0},
            {"labels": {"job": "a"}, "at": "2026-03-03T09:00:00Z", "value": 1500.0},
        ],
    }


def test_the_instant_can_be_said_to_the_millisecond(tmp_path: Path) -> None:
    at = "2026-03-03T09:59:59.125+01:00"
    with serving(one(steady())) as server:
        evidence = collected(tmp_path, **config(server.url, at=at))
        assert "time=1772528399.125" in server.calls[0].target
    assert evidence.value["samples"][0]["at"] == "2026-03-03T08:59:59.125Z"  # type: ignore[index, call-overload]
    assert evidence.observed_at is not None
    assert evidence.observed_at.isoformat() == "2026-03-03T08:59:59.125000+00:00"


def test_a_server_that_answers_for_an_earlier_instant_is_taken_at_its_word(tmp_path: Path) -> None:
    with serving(vector("1", at=NOW_MS / 1000 - 30)) as server:
        evidence = collected(tmp_path, **config(server.url))
    assert evidence.failure is None
    assert evidence.observed_at is not None
    assert evidence.observed_at.isoformat() == "2026-03-03T08:59:30+00:00"


def test_a_sample_of_later_than_asked_is_refused(tmp_path: Path) -> None:
    line = refusal_from(vector("1", at=NOW_MS / 1000 + 0.001), tmp_path)
    assert line.endswith('the series {job="api"} has a sample at 2026-03-03T09:00:00.001Z, after what was asked for')


def test_an_instant_that_has_not_come_is_not_asked(tmp_path: Path) -> None:
    with serving(one(steady())) as server:
        line = refusal_of(tmp_path, **config(server.url, at="2026-03-03T09:00:01Z"))
        assert not server.calls
    assert line == "failed: at is 2026-03-03T09:00:01Z, which has not come yet"


def test_a_scalar_is_one_sample_without_labels(tmp_path: Path) -> None:
    value = value_from(success("scalar", [NOW_MS / 1000, "2"]), tmp_path)
    assert value["samples"] == [{"labels": {}, "at": "2026-03-03T09:00:00Z", "value": 2.0}]


def test_nothing_at_all_is_an_empty_list_and_no_zero(tmp_path: Path) -> None:
    assert value_from(Prometheus({"q": []}), tmp_path)["samples"] == []


def test_a_negative_zero_is_zero(tmp_path: Path) -> None:
    value = value_from(vector("-0"), tmp_path)["samples"][0]["value"]
    assert math.copysign(1, value) == 1


@pytest.mark.parametrize("text", ["NaN", "+Inf", "-Inf", "Inf", "1e999"])
@pytest.mark.parametrize("span", [{}, {"range": "3m", "step": "1m"}])
def test_what_is_no_finite_number_is_no_value_that_a_comparison_could_pass_on(
    text: str, span: dict[str, str], tmp_path: Path
) -> None:
    fake = one(lambda at: text if at == NOW_MS - (MINUTE if span else 0) else "1")
    line = refusal_from(fake, tmp_path, **span)
    assert line.startswith(f'mistyped: the series {{job="api"}} is {text} at 2026-03-03T0')
    assert ("(…) > -Inf" if text == "-Inf" else "(…) < Inf") in line


@pytest.mark.parametrize("text", ["", "nan", "infinity", "1_000", " 1", "0x10", "one", "١", 1, None, True, ["1"]])
def test_a_value_has_to_be_a_number_in_quotes(text: Any, tmp_path: Path) -> None:
    assert "where a number in quotes is due" in refusal_from(vector(text), tmp_path)


@pytest.mark.parametrize("at", ["1772528400", None, True, -1, 1e15, 1e300])
def test_a_time_has_to_be_one(at: Any, tmp_path: Path) -> None:
    assert "where a time is due" in refusal_from(vector("1", at=at), tmp_path)


def test_a_number_beyond_what_json_carries_is_mistyped(tmp_path: Path) -> None:
    line = refusal_from(vector("1795268951570000000"), tmp_path)
    assert line == "mistyped: samples[0].value: 1.79526895157e+18 is beyond ±(2^53 - 1)"


@pytest.mark.parametrize(
    ("shape", "result", "said"),
    [
        ("string", [0, "a"], "gives a string, not one number for each series"),
        ("matrix", [], "gives a matrix, not one number for each series; for values over time set range and step"),
        ("tensor", [], "gives a tensor"),
        ("vector", {}, "has an object with 0 fields where a list is due"),
        ("vector", [7], "a series of the answer is 7"),
        ("vector", [{"value": [0, "1"]}], "has no labels"),
        ("vector", [{"metric": {"a": 1}, "value": [0, "1"]}], "has no labels, or one that is no text"),
        ("vector", [{"metric": {}}], "the series {} has no value"),
        ("vector", [{"metric": {}, "value": [0]}], "where a time and a value are due"),
        ("vector", [{"metric": {}, "value": [0, "1"]}] * 2, "the series {} is in the answer twice"),
        ("vector", [{"metric": {"a": "b"}, "histogram": [0, {}]}], 'the series {a="b"} is a native histogram'),
        ("vector", [{"metric": {}, "value": [0, "1"], "histogram": [0, {}]}], "is a native histogram"),
    ],
)
def test_another_shape_is_mistyped(shape: str, result: Any, said: str, tmp_path: Path) -> None:
    line = refusal_from(success(shape, result), tmp_path)
    assert line.startswith("mistyped: ")
    assert said in line


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "success",
        {},
        {"status": "success"},
        {"status": "success", "data": None},
        {"status": "success", "data": {"resultType": "vector"}},
        {"status": "success", "data": {"resultType": ["vector"], "result": []}},
        {"status": "ok", "data": {"resultType": "vector", "result": []}},
        {"status": "success", "data": {"resultType": "vector", "result": []}, "warnings": "some"},
        {"status": "success", "data": {"resultType": "vector", "result": []}, "warnings": [1]},
        {"status": "success", "data": {"resultType": "vector", "result": []}, "infos": {}},
    ],
)
def test_an_answer_of_something_else_is_mistyped(body: Any, tmp_path: Path) -> None:
    assert refusal_from(answering(body), tmp_path).startswith("mistyped: ")
    assert refusal_from(answering(body), tmp_path, range="3m", step="1m").startswith("mistyped: ")


# ------------------------------------------------------------------------------------------------ half of the data


@pytest.mark.parametrize("span", [{}, {"range": "3m", "step": "1m"}])
def test_a_warning_means_that_the_data_is_a_part(span: dict[str, str], tmp_path: Path) -> None:
    fake = one(steady())
    fake.more["warnings"] = ["PromQL warning: no store\nmatched", "another"]
    assert refusal_from(fake, tmp_path, **span) == (
        "truncated: the server warns that its answer may be a part: PromQL warning: no store matched"
    )


def test_a_remark_that_something_was_left_out_means_the_same(tmp_path: Path) -> None:
    fake = one(steady())
    fake.more["infos"] = ['PromQL info: ignored histogram in max aggregation (1:5)"']
    assert refusal_from(fake, tmp_path).startswith("truncated: ")


def test_a_remark_on_the_query_alone_is_kept(tmp_path: Path) -> None:
    told = 'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "up" (1:6)'
    fake = one(steady())
    fake.more["infos"] = [told]
    assert value_from(fake, tmp_path)["infos"] == [told]
    assert value_from(fake, tmp_path, range="3m", step="1m")["infos"] == [told]


def test_empty_warnings_are_none(tmp_path: Path) -> None:
    fake = one(steady())
    fake.more.update(warnings=[], infos=None)
    assert value_from(fake, tmp_path)["samples"]


# ------------------------------------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("status", "kind", "told"),
    [
        ("400 Bad Request", "bad_data", 'invalid parameter "query": 1:4: parse error'),
        ("422 Unprocessable Entity", "execution", "query processing would load too many samples into memory"),
        ("503 Service Unavailable", "timeout", "query timed out in expression evaluation"),
        ("200 OK", "internal", "it says error whatever the status says"),
    ],
)
def test_an_error_is_told_in_the_words_of_the_server(status: str, kind: str, told: str, tmp_path: Path) -> None:
    reply = answering({"status": "error", "errorType": kind, "error": told, "data": {}}, status=status)
    line = refusal_from(reply, tmp_path)
    assert line.startswith("failed: the query was answered " + status[:3])
    assert line.endswith(f", {kind}: {told}")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": "success", "data": {"resultType": "vector", "result": []}}, "500 Internal Server Error"),
        ({}, "404 Not Found"),
        ({"status": "error"}, "400 Bad Request"),
        ({"status": "error", "errorType": 7, "error": ["x" * 1000]}, "400 Bad Request"),
    ],
)
def test_a_status_of_failure_is_one_whatever_the_body_says(body: Any, status: str, tmp_path: Path) -> None:
    line = refusal_from(answering(body, status=status), tmp_path)
    assert line.startswith("failed: ")
    assert status[:3] in line


def test_a_page_of_a_proxy_is_no_answer(tmp_path: Path) -> None:
    line = refusal_from(lambda call: call.answer(b"<h1>", "503 Service Unavailable", "text/html"), tmp_path)
    assert line.startswith("failed: ")
    assert line.endswith("answered 503 Service Unavailable")


def test_words_of_the_server_are_short_and_printable(tmp_path: Path) -> None:
    reply = answering({"status": "error", "errorType": "x", "error": "\u202e\x1b[2J" + "y" * 5000}, status="400 x")
    line = refusal_from(reply, tmp_path)
    assert len(line) < 300
    assert line.isprintable()


# ------------------------------------------------------------------------------------------------ over time


def test_a_week_of_minutes_comes_in_one_answer(tmp_path: Path) -> None:
    with serving(one(steady())) as server:
        value = value_of(tmp_path, **config(server.url, range="7d", step="1m"))
        assert len(server.calls) == 1
    (series,) = value["series"]
    assert (value["points"], len(series["samples"]), series["missing"]) == (10_081, 10_081, 0)
    assert (value["start"], value["end"], value["step_seconds"]) == ("2026-02-24T09:00:00Z", "2026-03-03T09:00:00Z", 60)
    assert series["samples"][0] == {"at": value["start"], "value": 0.25}
    assert series["samples"][-1] == {"at": value["end"], "value": 0.25}


@pytest.mark.parametrize(
    ("span", "points", "requests"),
    [("10999s", 11_000, 1), ("11000s", 11_001, 2), ("21999s", 22_000, 2), ("22000s", 22_001, 3)],
)
def test_more_points_are_asked_in_parts_and_joined_without_a_seam(
    span: str, points: int, requests: int, tmp_path: Path
) -> None:
    with serving(one(lambda at: str(at // 1000 % 1000))) as server:
        value = value_of(tmp_path, **config(server.url, range=span, step="1s"))
        assert len(server.calls) == requests
    (series,) = value["series"]
    instants = [each["at"] for each in series["samples"]]
    assert len(instants) == len(set(instants)) == points == value["points"]
    assert instants == sorted(instants)
    assert [each["value"] for each in series["samples"]] == [
        (s % 1000) for s in range(1_772_528_401 - points, 1_772_528_401)
    ]


def test_a_series_that_is_in_some_parts_only_says_how_much_it_lacks(tmp_path: Path) -> None:
    late = NOW_MS - 5_000_000
    fake = Prometheus(
        {"q": [({"job": "late"}, lambda at: "1" if at >= late else None), ({"job": "api"}, lambda at: "2")]}
    )
    value = value_from(fake, tmp_path, range="20000s", step="1s")
    found = [(each["labels"]["job"], len(each["samples"]), each["missing"]) for each in value["series"]]
    assert found == [("api", 20_001, 0), ("late", 5_001, 15_000)]


def test_holes_are_counted(tmp_path: Path) -> None:
    value = value_from(one(lambda at: None if at == NOW_MS - MINUTE else "1"), tmp_path, range="3m", step="1m")
    (series,) = value["series"]
    assert [each["at"][11:16] for each in series["samples"]] == ["08:57", "08:58", "09:00"]
    assert series["missing"] == 1


def test_no_series_at_all_is_an_empty_list(tmp_path: Path) -> None:
    assert value_from(one(lambda at: None), tmp_path, range="3m", step="1m")["series"] == []


def test_instants_are_multiples_of_the_step_unless_the_last_one_is_said(tmp_path: Path) -> None:
    aligned = value_from(one(steady()), tmp_path, range="14m", step="7m")
    assert [each["at"] for each in aligned["series"][0]["samples"]] == [
        "2026-03-03T08:41:00Z",
        "2026-03-03T08:48:00Z",
        "2026-03-03T08:55:00Z",
    ]
    said = value_from(one(steady()), tmp_path, range="14m", step="7m", at="2026-03-03T08:59:00.5Z")
    assert said["start"] == "2026-03-03T08:45:00.500Z"
    assert said["end"] == "2026-03-03T08:59:00.500Z"


def test_when_it_was_true_is_the_end_of_the_range(tmp_path: Path) -> None:
    with serving(one(steady())) as server:
        evidence = collected(tmp_path, **config(server.url, range="14m", step="7m"))
    assert evidence.observed_at is not None
    assert evidence.observed_at.isoformat() == "2026-03-03T08:55:00+00:00"


def test_a_failure_of_a_later_part_leaves_no_value(tmp_path: Path) -> None:
    fake = one(steady())

    def reply(call: Call) -> None:
        if call.number == 1:
            fake(call)
        else:
            call.answer(b'{"status":"error","errorType":"timeout","error":"query timed out"}', "503 x")

    assert refusal_from(reply, tmp_path, range="20000s", step="1s").endswith("timeout: query timed out")


def _matrix(*seconds: int) -> Reply:
    start = NOW_MS // 1000 - 180
    return success("matrix", [{"metric": {}, "values": [[start + each, "1"] for each in seconds]}])


@pytest.mark.parametrize("seconds", [(0, 0), (60, 0), (-60,), (240,), (30,), (0, 60, 60, 120)], ids=str)
def test_a_sample_that_was_not_asked_for_or_comes_twice_is_refused(seconds: tuple[int, ...], tmp_path: Path) -> None:
    assert _ok(value_from(_matrix(0, 60, 180), tmp_path, range="3m", step="1m"))
    line = refusal_from(_matrix(*seconds), tmp_path, range="3m", step="1m")
    assert line.startswith("mistyped: the series {} has a sample at 2026-03-03T0")
    assert line.endswith("out of order or not asked for")


def _ok(value: Any) -> bool:
    return bool(value["series"][0]["missing"] == 1)


def test_a_server_that_repeats_the_seam_is_refused(tmp_path: Path) -> None:
    fake = one(steady())

    def reply(call: Call) -> None:
        start = call.target.partition("start=")[2].partition("&")[0]
        call.target = call.target.replace(f"start={start}", f"start={int(start) - 1}")
        fake(call)

    assert "out of order or not asked for" in refusal_from(reply, tmp_path, range="12000s", step="1s")


def test_native_histograms_over_time_are_refused(tmp_path: Path) -> None:
    reply = success("matrix", [{"metric": {"a": "b"}, "histograms": []}])
    assert 'the series {a="b"} is a native histogram' in refusal_from(reply, tmp_path, range="3m", step="1m")


def test_a_range_that_is_answered_with_a_vector_is_mistyped(tmp_path: Path) -> None:
    line = refusal_from(vector("1"), tmp_path, range="3m", step="1m")
    assert line == 'mistyped: a range was asked for, and "vector" was answered'


def test_too_many_samples_are_refused(tmp_path: Path) -> None:
    fake = Prometheus({"q": [({"pod": str(pod)}, steady("1")) for pod in range(21)]})
    line = refusal_from(fake, tmp_path, range="10000s", step="1s")
    assert line.startswith("failed: the query gives more than 200,000 samples: aggregate")


# ------------------------------------------------------------------------------------------------ what is asked


def test_a_path_may_stand_before_the_interface(tmp_path: Path) -> None:
    fake = one(steady())
    fake.path = "/prometheus/api/v1"
    with serving(fake) as server:
        assert value_of(tmp_path, **config(f"{server.url}/prometheus/"))["samples"]


def test_credentials_and_tenant_are_sent_and_told_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "PROMETHEUS_TOKEN", "t0ken-of-a-tenant")

    def reply(call: Call) -> None:
        told = {"status": "error", "errorType": "bad_data", "error": f"not for {call.headers['authorization']}"}
        call.answer(json.dumps(told).encode(), "401 Unauthorized")

    headers = {"Authorization": "Bearer ${env:PROMETHEUS_TOKEN}", "X-Scope-OrgID": "blue"}
    with serving(reply) as server:
        evidence = collected(tmp_path, **config(server.url, headers=headers))
        sent = server.calls[0].headers
    assert (sent["authorization"], sent["x-scope-orgid"]) == ("Bearer t0ken-of-a-tenant", "blue")
    assert "t0ken" not in repr(evidence)
    assert evidence.failure is not None
    assert evidence.failure.detail.endswith("bad_data: not for Bearer [redacted]")


def test_a_query_of_any_characters_arrives_as_it_is(tmp_path: Path) -> None:
    query = 'sum by (job) (rate({__name__=~"http.+", path!="/a&b=c#ü%"}[5m]))\n  / 2'
    with serving(Prometheus({query: [({}, steady())]})) as server:
        evidence = collected(tmp_path, **config(server.url, query=f"\n{query}\n"))
    assert evidence.failure is None
    assert evidence.value["query"] == query  # type: ignore[index, call-overload]


def test_what_was_asked_stands_in_the_evidence(tmp_path: Path) -> None:
    with serving(one(steady())) as server:
        evidence = collected(tmp_path, **config(server.url, range="20000s", step="1s"))
    assert evidence.kind == "series"
    assert evidence.attempts == 2
    start = 1_772_528_400 - 20_000
    assert evidence.request == f"GET {server.url}/api/v1/query_range?query=q&start={start}&end={start + 10_999}&step=1"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"range": "7d"}, "range and step belong together"),
        ({"step": "1m"}, "range and step belong together"),
        ({"range": "7d", "step": "0s"}, "step has to be longer than 0 and at most 1 h"),
        ({"range": "7d", "step": "61m"}, "step has to be longer than 0 and at most 1 h"),
        ({"range": "7d", "step": "500ms"}, "is no span of time"),
        ({"range": "200d", "step": "1m"}, "make 288,001 points for each series; at most 110,000"),
        ({"query": "  "}, "query: is empty"),
        ({"query": "x" * 4001}, "has 4,001 characters"),
        ({"query": 'up{a="${env:HOME}"}'}, "this setting takes no reference to a secret"),
        ({"at": "yesterday"}, "is no date and time with an offset"),
        ({"url": "https://prometheus.example.com/?tenant=a"}, "url: has a query"),
        ({"headers": {"Authorization": "Bearer abcdef"}}, "a credential seems to be written here"),
        ({"rage": "7d"}, 'has no setting "rage"'),
    ],
)
def test_settings_are_looked_at_before_anything_is_asked(more: dict[str, Any], said: str) -> None:
    assert said in invalid(**more)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (answering({}, kind="text/html"), 'answered "text/html", not JSON'),
        (answering({}, status="429 Too Many Requests"), "answered 429 Too Many Requests"),
        (answering({}, status="404 Not Found"), "answered 404 Not Found"),
        (lambda call: call.send(b"SSH-2.0\r\n"), "was not answered in HTTP, or the connection was closed"),
    ],
)
def test_a_long_query_leaves_room_for_what_is_wrong(reply: Reply, said: str, tmp_path: Path) -> None:
    assert refusal_from(reply, tmp_path, query="sum(rate(http_requests_total[5m])) or " * 50 + "q").endswith(said)
