"""One of several processes that hear of the same alert: for each line that it reads it looks at a mode, and says so.

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
        change = NewTransition("normal", "degraded", T0, ("alert",))
        version = 0 if kept is None else kept.version
        message = NewDelivery("pager", "degraded")
        if store.states.advance(key, version, "degraded", T0, transitions=[change], deliveries=[message]):
            return f"{lost}entered"
        lost = "lost "


def main() -> None:
    """Look as often as a line is read."""
    with open_store(sys.argv[1]) as store:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for line in sys.stdin:
            said = look(store, StateKey("mode", "rgl8r", line.strip()))
            sys.stdout.write(f"{said}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
