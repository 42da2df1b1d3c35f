"""Messages reach real receivers at least once, each time with the same id, from a real store."""

from __future__ import annotations

import hmac
import json
import logging
import socket
import struct
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatekeeper.model.kept import delivery_id
from gatekeeper.notify.courier import Handled
from tests.fakes.servers import FAULTS, Call, serving
from tests.notify.outboxes import (
    ENVIRON,
    KEY,
    SECRET,
    T0,
    Hands,
    Receiver,
    change,
    courier,
    hook,
    payload,
    store_in,
)

LATER = timedelta(hours=2)


def test_a_message_is_sent_once_with_its_id_and_then_there_is_nothing_more_to_send(tmp_path: Path) -> None:
    receiver = Receiver()
    with serving(receiver) as server, store_in(tmp_path) as store:
        channels = [hook(f"{server.url}/in")]
        change(store, 1, "degraded", channels)
        sent = courier(store, channels, Hands()).work()
        assert [each.outcome for each in sent] == ["sent"]
        assert courier(store, channels, Hands()).work() == ()
        (kept,) = store.outbox.list("delivered")
        assert (kept.attempts, kept.delivered_at, kept.error) == (1, T0, "")
    id_ = delivery_id(KEY, 1, "hook")
    assert receiver.got == {id_: {**payload("degraded"), "id": id_}}
    (call,) = receiver.calls
    assert (call.method, call.target, call.headers["content-type"]) == ("POST", "/in", "application/json")


@pytest.mark.parametrize(
    "status", ["500 Internal Server Error", "502 Bad Gateway", "429 Too Many Requests", "409 Conflict"]
)
def test_what_fails_is_tried_again_with_the_same_id_and_the_same_bytes(tmp_path: Path, status: str) -> None:
    receiver, clock = Receiver((status, status, "202 Accepted")), Hands()
    with serving(receiver) as server, store_in(tmp_path) as store:
        channels = [hook(server.url)]
        change(store, 1, "degraded", channels)
        told: list[Handled] = []
        for _ in range(3):
            told += courier(store, channels, clock).work()
            clock.forward(LATER)
        assert [each.outcome for each in told] == ["failed", "failed", "sent"]
        assert told[0].error == f"it answered {status}: {{}}"
        assert store.outbox.list("delivered")[0].attempts == 3
    assert len(set(receiver.attempts)) == 1
    assert len({call.body for call in receiver.calls}) == 1
    assert list(receiver.got.values()) == [{**payload("degraded"), "id": receiver.attempts[0]}]


def test_nothing_is_sent_before_the_time_that_the_receiver_asked_for(tmp_path: Path) -> None:
    receiver, clock = Receiver(("503 Service Unavailable", "200 OK"), {"Retry-After": "600"}), Hands()
    with serving(receiver) as server, store_in(tmp_path) as store:
        channels = [hook(server.url)]
        change(store, 1, "degraded", channels)
        (failed,) = courier(store, channels, clock).work()
        assert failed.next_at is not None
        assert timedelta(seconds=600) <= failed.next_at - T0 <= timedelta(seconds=640)
        clock.forward(timedelta(seconds=599))
        assert courier(store, channels, clock).work() == ()
        clock.forward(timedelta(seconds=60))
        assert [each.outcome for each in courier(store, channels, clock).work()] == ["sent"]


@pytest.mark.parametrize(
    "status",
    ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone", "308 Permanent Redirect"],
)
def test_what_the_receiver_never_takes_is_given_up_at_once_and_kept(tmp_path: Path, status: str) -> None:
    receiver = Receiver((status,), {"Location": "/elsewhere"})
    with serving(receiver) as server, store_in(tmp_path) as store:
        channels = [hook(server.url)]
        change(store, 1, "degraded", channels)
        (given_up,) = courier(store, channels, Hands()).work()
        assert given_up.outcome == "given up"
        (dead,) = store.outbox.list("dead")
        assert dead.error.startswith(f"it answered {status}: {{}}")
        assert dead.payload == payload("degraded")
        assert courier(store, channels, Hands(T0 + LATER)).work() == ()
    assert len(receiver.attempts) == 1


def test_a_message_is_given_up_after_so_many_attempts_and_can_be_revived(tmp_path: Path) -> None:
    receiver, clock = Receiver(("500 Internal Server Error",) * 3 + ("200 OK",)), Hands()
    with serving(receiver) as server, store_in(tmp_path) as store:
        channels = [hook(server.url, attempts=3)]
        change(store, 1, "degraded", channels)
        outcomes = []
        for _ in range(5):
            outcomes += [each.outcome for each in courier(store, channels, clock).work()]
            clock.forward(LATER)
        assert outcomes == ["failed", "failed", "given up"]
        (dead,) = store.outbox.list("dead")
        assert store.outbox.revive(dead.id, clock())
        assert [each.outcome for each in courier(store, channels, clock).work()] == ["sent"]
        assert store.outbox.list("dead") == ()
    assert len(set(receiver.attempts)) == 1


def _reset(call: Call) -> None:
    call.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    call.connection.close()


def _silent(call: Call) -> None:
    time.sleep(8)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (_reset, "the connection broke"),
        (_silent, "it gave no answer within 1 s"),
        (FAULTS["slow drip of the head"][0], "it gave no answer within 1 s"),
        (FAULTS["no answer at all"][0], "it did not answer in HTTP, or closed the connection"),
        (FAULTS["no HTTP"][0], "it did not answer in HTTP"),
        (FAULTS["a head without end"][0], "it did not answer in HTTP"),
    ],
    ids=["reset", "silence", "drip", "nothing", "no HTTP", "endless"],
)
def test_a_receiver_that_breaks_off_is_asked_again(tmp_path: Path, reply: Callable[[Call], None], told: str) -> None:
    with serving(reply) as server, store_in(tmp_path) as store:
        channels = [hook(server.url, timeout=timedelta(seconds=1))]
        change(store, 1, "degraded", channels)
        started = time.monotonic()
        (failed,) = courier(store, channels, Hands()).work()
        assert time.monotonic() - started < 5
        assert (failed.outcome, failed.error.startswith(told)) == ("failed", True), failed.error
        assert store.outbox.list("pending")[0].error == failed.error


def test_a_message_counts_as_sent_once_the_receiver_says_so_however_slowly_it_goes_on(tmp_path: Path) -> None:
    with serving(FAULTS["slow drip of the body"][0]) as server, store_in(tmp_path) as store:
        channels = [hook(server.url, timeout=timedelta(seconds=3))]
        change(store, 1, "degraded", channels)
        started = time.monotonic()
        assert [each.outcome for each in courier(store, channels, Hands()).work()] == ["sent"]
        assert time.monotonic() - started < 2


def test_a_receiver_that_nobody_runs_is_asked_again(tmp_path: Path) -> None:
    with socket.socket() as taken, store_in(tmp_path) as store:
        taken.bind(("127.0.0.1", 0))  # and nobody listens there
        channels = [hook(f"http://127.0.0.1:{taken.getsockname()[1]}")]
        change(store, 1, "degraded", channels)
        (failed,) = courier(store, channels, Hands()).work()
        assert failed.error.startswith("it could not be connected to: connection refused")


def test_an_address_inside_is_not_reached_unless_the_channel_allows_it(tmp_path: Path) -> None:
    receiver = Receiver()
    with serving(receiver) as server, store_in(tmp_path) as store:
        channels = [hook(server.url, allow_addresses=())]
        change(store, 1, "degraded", channels)
        (failed,) = courier(store, channels, Hands()).work()
        assert failed.outcome == "failed"
        assert "a loopback address, and is not reached" in failed.error
        assert receiver.calls == []


def test_changes_of_one_state_arrive_in_their_order_and_hold_up_no_other(tmp_path: Path) -> None:
    receiver, clock = Receiver(("500 Internal Server Error", "200 OK")), Hands()
    other = replace(KEY, environment="production")
    with serving(receiver) as server, store_in(tmp_path) as store:
        channels = [hook(server.url)]
        change(store, 1, "degraded", channels)
        courier(store, channels, clock).work()
        change(store, 2, "normal", channels)
        change(store, 1, "degraded", channels, other)
        assert [each.delivery.key for each in courier(store, channels, clock).work()] == [other]
        clock.forward(LATER)
        assert [each.outcome for each in courier(store, channels, clock).work()] == ["sent", "sent"]
    mine = [said["target"] for id_, said in receiver.got.items() if id_ != delivery_id(other, 1, "hook")]
    assert mine == ["degraded", "normal"]


ANSWERS = st.sampled_from(["200 OK", "202 Accepted", "500 Internal Server Error", "429 Too Many Requests"])


@given(st.lists(ANSWERS, max_size=9), st.integers(1, 4))
@settings(max_examples=15, deadline=None)
def test_whatever_a_receiver_answers_each_change_arrives_in_order_under_one_id(
    statuses: list[str], changes: int
) -> None:
    receiver, clock = Receiver((*statuses, "200 OK")), Hands()
    with TemporaryDirectory() as folder, serving(receiver) as server, store_in(Path(folder)) as store:
        channels = [hook(server.url)]
        for number in range(1, changes + 1):
            change(store, number, f"state-{number}", channels)
        while store.outbox.list("pending"):
            courier(store, channels, clock).work()
            clock.forward(LATER)
        assert len(store.outbox.list("delivered")) == changes
    wanted = [delivery_id(KEY, number, "hook") for number in range(1, changes + 1)]
    assert list(dict.fromkeys(receiver.attempts)) == wanted
    assert [said["target"] for said in receiver.got.values()] == [f"state-{each}" for each in range(1, changes + 1)]
    failed = [each for each in statuses[: len(receiver.attempts)] if not each.startswith("2")]
    assert len(receiver.attempts) == changes + len(failed)


def test_a_slow_receiver_does_not_hold_up_the_others(tmp_path: Path) -> None:
    others = Event()

    def slow(call: Call) -> None:
        """Answers once all others were sent, and never while it holds them up."""
        if others.wait(30):
            call.answer(b"{}")

    def quick(call: Call) -> None:
        receiver(call)
        if len(receiver.got) == 6:
            others.set()

    receiver = Receiver()
    with serving(slow) as one, serving(quick) as server, store_in(tmp_path) as store:
        channels = [
            replace(hook(one.url, timeout=timedelta(seconds=20)), name="slow"),
            replace(hook(server.url), name="quick"),
        ]
        change(store, 1, "degraded", channels)
        for number in range(5):
            change(store, 1, "degraded", channels[1:], replace(KEY, policy=f"mode-{number}"))
        handled = courier(store, channels, Hands()).work()
    assert [each.outcome for each in handled] == ["sent"] * 7


def test_secrets_are_sent_and_stand_in_no_row_no_error_and_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def echo(call: Call) -> None:
        calls.append(call)
        call.answer(f"bad key {call.headers.get('authorization')} {call.target}".encode(), "500 Internal Server Error")

    calls: list[Call] = []
    with serving(echo) as server, store_in(tmp_path) as store:
        hidden = hook(
            f"{server.url}/${{env:HOOK_KEY}}",
            headers={"Authorization": "Bearer ${env:HOOK_KEY}"},
            sign_with="${env:HOOK_KEY}",
        )
        pager = replace(hook(server.url), name="pager", kind="pagerduty", routing_key="${env:ROUTING_KEY}")
        change(store, 1, "degraded", [hidden, pager])
        handled = courier(store, [hidden, pager], Hands()).work()
        rows = store.outbox.list()
    assert {each.target for each in calls} == {f"/{SECRET}", "/"}
    (signed,) = [each for each in calls if each.target != "/"]
    assert signed.headers["authorization"] == f"Bearer {SECRET}"
    said = f"{signed.headers['webhook-id']}.{signed.headers['webhook-timestamp']}.".encode() + signed.body
    digest = b64encode(hmac.digest(SECRET.encode(), said, "sha256")).decode()
    assert signed.headers["webhook-signature"] == f"v1,{digest}"
    (event,) = [json.loads(each.body) for each in calls if each.target == "/"]
    assert event["routing_key"] == ENVIRON["ROUTING_KEY"]
    written = f"{rows} {handled} {caplog.text} {(tmp_path / 'store.db').read_bytes()!r}"
    for secret in (*ENVIRON.values(), SECRET[:12]):
        assert secret not in written
    assert "[redacted]" in written


def test_a_secret_that_is_not_there_is_told_and_may_come_later(tmp_path: Path) -> None:
    with serving(Receiver()) as server, store_in(tmp_path) as store:
        channels = [hook(server.url, headers={"Authorization": "${env:NOT_THERE}"})]
        change(store, 1, "degraded", channels)
        (failed,) = courier(store, channels, Hands()).work()
        assert failed.outcome == "failed"
        assert "${env:NOT_THERE} cannot be had: the variable is not set" in failed.error


def test_a_message_for_a_channel_that_is_no_more_is_kept(tmp_path: Path) -> None:
    with store_in(tmp_path) as store:
        change(store, 1, "degraded", [hook("http://127.0.0.1:1")])
        (failed,) = courier(store, [], Hands()).work()
        assert (failed.outcome, failed.error) == ("failed", "the configuration has no channel of that name any more")
