"""The service as a process of its own whose clock a test turns: the instant stands in a file.

python -m tests.service.played ROOT CLOCK
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

from gatekeeper.load import load_configuration
from gatekeeper.service.run import serve


def main(root: str, clock: str) -> None:
    """Serve until told to stop; nothing is looked at by itself."""

    def now() -> datetime:
        return datetime.fromisoformat(Path(clock).read_text(encoding="ascii"))

    configuration = load_configuration(Path(root), os.environ)
    serve(
        configuration,
        dict(os.environ),
        port=0,
        clock=now,
        ticks=False,
        listening=lambda url: print(f"listening on {url}", file=sys.stderr, flush=True),  # noqa: T201
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
