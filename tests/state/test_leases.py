"""A lease has one holder at a time, and ends by itself."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.state import open_store
from gatekeeper.state.store import Store
from tests.state.given import T0, after, fresh, on_one_store, seconds

HOLDERS = ("a", "b", "c")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["acquire", "renew", "release"]),
        st.sampled_from(HOLDERS),
        st.integers(0, 20),
        st.integers(1, 30),
    ),
    max_size=25,
)
"""What is done, by whom, how many seconds after what was done before, and for how many seconds a lease is asked."""


@given(steps=STEPS)
@on_one_store
def test_never_do_two_believe_that_they_hold_a_lease(store: Store, steps: list[tuple[str, str, int, int]]) -> None:
    name, now = fresh("lease"), T0
    until: dict[str, datetime] = {}
    """Until when each believes that it has the lease, by what it was told and by nothing else."""
    for what, who, wait, length in steps:
        now += timedelta(seconds=wait)
        if what == "release":
            store.leases.release(name, who)
            until.pop(who, None)
            continue
        asked = store.leases.acquire if what == "acquire" else store.leases.renew
        free = not any(end > now for other, end in until.items() if other != who)
        got = asked(name, who, now, seconds(length))
        if what == "acquire":
            assert got == free, "a lease that nobody has is to be had"
        else:
            assert got == (until.get(who, now) > now)
        if got:
            until[who] = now + seconds(length)
        believing = [other for other, end in until.items() if end > now]
        assert len(believing) <= 1
        assert store.leases.holder(name, now) == (believing[0] if believing else None)


def test_of_threads_that_ask_at_once_one_gets_the_lease(store: Store) -> None:
    many = 8
    for _ in range(5):
        name, barrier = fresh("lease"), Barrier(many)

        def acquire(who: int, name: str = name, barrier: Barrier = barrier) -> bool:
            barrier.wait()
            return store.leases.acquire(name, str(who), T0, seconds(30))

        with ThreadPoolExecutor(many) as pool:
            won = list(pool.map(acquire, range(many)))
        assert won.count(True) == 1
        assert store.leases.holder(name, T0) == str(won.index(True))


DIES = """
import os, signal, sys
from datetime import timedelta
from gatekeeper.model.times import parse_instant
from gatekeeper.state import open_store
url, name, now = sys.argv[1:]
with open_store(url) as store:
    assert store.leases.acquire(name, "it", parse_instant(now), timedelta(seconds=30))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_lease_of_a_holder_that_was_killed_is_taken_over_when_it_ends(url: str) -> None:
    with open_store(url) as store:
        ran = subprocess.run(
            [sys.executable, "-c", DIES, url, "tick", "2026-03-01T12:00:00Z"], check=False, capture_output=True
        )
        assert ran.returncode == -9, ran.stderr.decode()
        assert store.leases.holder("tick", after(29.999)) == "it"
        assert not store.leases.acquire("tick", "other", after(29.999), seconds(30))
        assert store.leases.acquire("tick", "other", after(30), seconds(30))
        assert not store.leases.renew("tick", "it", after(30), seconds(30))
        assert not store.leases.release("tick", "it")
        assert store.leases.holder("tick", after(31)) == "other"
