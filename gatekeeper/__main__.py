"""``python -m gatekeeper`` and the ``gatekeeper`` command: from the process to an exit code.

Nothing but a NO-GO exits with 1: Python's own exit code for an uncaught exception would read as a verdict, so whatever
is not foreseen exits with 70.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the command line without the program's name; None takes that of the process.

    Returns:
        The exit code of docs/exit-codes.md.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:
        # Asked for by scripts and hooks: nothing else is imported for it.
        from gatekeeper import __version__

        print(f"gatekeeper {__version__}")
        return 0
    from gatekeeper.cli.process import run_process

    return run_process(given)


if __name__ == "__main__":
    sys.exit(main())
