"""One of several processes that hear of an alert: told of a mode it looks, and told to go on it keeps what it saw.

python -m tests.state.racer URL
"""

from __future__ import annotations

import sys

from gatekeeper.model.kept import NewDelivery, NewTransition, StateKey
from gatekeeper.state import open_store
from gatekeeper.state.store import Store
from tests.state.given import T0


def look(store: Store, key: StateKey) -> str:
    """Enter ``degraded`` unless the mode is there; go on from what another one kept where that one was first."""
    lost = ""
    while True:
        kept = store.states.get(key)
        if kept is not None and kept.state == "degraded":
            return f"{lost}there"
        if not lost:
            say("seen")
            sys.stdin.readline()
        change = NewTransition("normal", "degraded", T0, ("alert",))
        version = 0 if kept is None else kept.version
        message = NewDelivery("pager", "degraded")
        if store.states.advance(key, version, "degraded", T0, transitions=[change], deliveries=[message]):
            return f"{lost}entered"
        lost = "lost "


def say(word: str) -> None:
    """Tell who started this."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    """Look as often as a mode is named."""
    with open_store(sys.argv[1]) as store:
        say("ready")
        while line := sys.stdin.readline():
            say(look(store, StateKey("mode", "rgl8r", line.strip())))


if __name__ == "__main__":
    main()
