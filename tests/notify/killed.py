"""A process that sends what is due in a store; ``python -m tests.notify.killed STORE URL``."""

from __future__ import annotations

import sys

from gatekeeper.clock import system_clock
from gatekeeper.state import open_store
from tests.notify.outboxes import courier, hook

if __name__ == "__main__":
    address, receiver = sys.argv[1:]
    with open_store(address) as opened:
        courier(opened, [hook(receiver)], system_clock, "killed").work()
