"""Kills a process that writes to a store, at random instants, and looks at what it left.

    python -m tests.state.kills 100            a file of SQLite in a temporary folder
    python -m tests.state.kills 100 URL        the store at that address

After each kill the state is the one that was last acknowledged, or the one after it, with all that belongs to it and
nothing else. Ends with 1, and says what it saw, where that is not so.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from gatekeeper.model.kept import NewDelivery, NewTransition, StateKey
from gatekeeper.state import open_store
from gatekeeper.state.store import Store
from tests.state.given import after

KEY = StateKey("mode", "rgl8r", "rgl8r-degraded", "api", "staging")
FILLING = "x" * 20_000
"""Makes a transaction of SQLite several pages long, so that there is something to tear."""


def write(url: str, acknowledged: int) -> None:
    """Go on from what is there without end, and tell each version when it is kept."""
    with open_store(url) as store:
        while True:
            kept = store.states.get(KEY)
            version = 0 if kept is None else kept.version
            done = store.states.advance(
                KEY,
                version,
                {"count": version + 1, "filling": FILLING},
                after(version),
                transitions=[NewTransition(str(version), str(version + 1), after(version))],
                deliveries=[NewDelivery("slack", {"count": version + 1, "filling": FILLING})],
                decision={"count": version + 1, "filling": FILLING},
            )
            if done:
                os.write(acknowledged, b"%d\n" % (version + 1))


def killed(url: str, wait: float) -> int:
    """The last version that a process told before it was killed, some seconds after it told the first; 0 for none."""
    told, telling = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        try:
            write(url, telling)
        finally:
            os._exit(70)
    os.close(telling)
    with os.fdopen(told, "rb") as lines:
        said = lines.readline()
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        said += lines.read()
    if os.WTERMSIG(status) != signal.SIGKILL:
        raise AssertionError(f"the writer ended by itself: {status}")
    whole = said[: said.rfind(b"\n") + 1].split()
    return int(whole[-1]) if whole else 0


def wrong(store: Store, acknowledged: int) -> str:
    """What of the store is not as it should be after a kill; empty where all is well."""
    kept = store.states.get(KEY)
    version = 0 if kept is None else kept.version
    if not acknowledged <= version <= acknowledged + 1:
        return f"version {version} is kept, and {acknowledged} was acknowledged"
    if kept is not None and kept.state != {"count": version, "filling": FILLING}:
        return f"the state of version {version} is not the one that was written"
    changes = store.states.transitions(KEY, limit=version + 10)
    if [each.version for each in changes] != list(range(1, version + 1)):
        return f"version {version} has {len(changes)} changes"
    sent = store.outbox.list(limit=version + 10)
    if sorted(each.version for each in sent) != list(range(1, version + 1)):
        return f"version {version} has {len(sent)} messages"
    decision = None if kept is None or kept.decision is None else store.states.decision(kept.decision)
    if kept is not None and (decision is None or decision.body != kept.state):
        return f"the decision of version {version} is not there"
    if not store.database.is_server:
        with store.database.reading() as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        if found != "ok":
            return str(found)
    return ""


def try_killing(url: str, times: int, chance: random.Random) -> tuple[str, int, int]:
    """What was wrong, or nothing; how often a transaction was broken off half-way; and the last version."""
    with open_store(url):
        pass  # so that the first process does not spend its time with making tables
    journal = Path(url.removeprefix("sqlite:///") + "-journal")
    torn = version = 0
    for _ in range(times):
        acknowledged = killed(url, chance.random() * 0.1)
        torn += journal.exists() and journal.stat().st_size > 0
        with open_store(url) as store:
            found = wrong(store, acknowledged)
            kept = store.states.get(KEY)
        if found:
            return found, torn, version
        version = 0 if kept is None else kept.version
    return "", torn, version


def main(arguments: list[str]) -> int:
    """Run it; the exit code."""
    times = int(arguments[0]) if arguments else 100
    with tempfile.TemporaryDirectory() as folder:
        url = arguments[1] if len(arguments) > 1 else f"sqlite:///{folder}/gatekeeper.db"
        found, torn, version = try_killing(url, times, random.Random())
    sys.stdout.write(
        f"{times} kills, {torn} in the middle of a transaction, {version} versions: {found or 'all whole'}\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
