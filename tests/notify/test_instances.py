"""Several couriers on one PostgreSQL server: each message is sent by one of them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from gatekeeper.state import open_store
from tests.fakes.postgres import PASSWORD, Postgres
from tests.fakes.servers import serving
from tests.notify.outboxes import KEY, T0, Hands, Receiver, change, courier, hook

MESSAGES = 60


def test_three_couriers_send_each_message_once(postgres: Postgres) -> None:
    postgres.run("CREATE DATABASE letters", "postgres")
    url = postgres.url("letters", "tester").replace("${env:DATABASE_PASSWORD}", PASSWORD)
    receiver = Receiver()
    with serving(receiver) as server, open_store(url) as store:
        channels = [hook(server.url)]
        for number in range(MESSAGES):
            change(store, 1, "degraded", channels, replace(KEY, policy=f"mode-{number}"))
        couriers = [courier(store, channels, Hands(), f"courier-{number}") for number in range(3)]
        with ThreadPoolExecutor(len(couriers)) as threads:
            handled = [each for one in threads.map(lambda each: each.work(), couriers) for each in one]
        assert Counter(each.outcome for each in handled) == {"sent": MESSAGES}
        assert max(Counter(receiver.attempts).values()) == 1
        assert len(receiver.got) == MESSAGES == len(store.outbox.list("delivered", 1000))


def test_a_courier_whose_claim_ran_out_does_not_give_up_what_another_one_sends(postgres: Postgres) -> None:
    postgres.run("CREATE DATABASE late_letters", "postgres")
    url = postgres.url("late_letters", "tester").replace("${env:DATABASE_PASSWORD}", PASSWORD)
    with open_store(url) as store:
        change(store, 1, "degraded", [hook("http://127.0.0.1:1")])
        (slow,) = store.outbox.claim(T0, 1, "slow")
        (quick,) = store.outbox.claim(T0 + timedelta(minutes=3), 1, "quick")
        assert slow.id == quick.id
        assert store.outbox.given_up(slow.id, "slow", "too late", T0) is False
        assert store.outbox.delivered(quick.id, T0)
        assert store.outbox.list("dead") == ()
