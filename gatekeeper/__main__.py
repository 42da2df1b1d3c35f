"""``python -m gatekeeper`` and the ``gatekeeper`` command: from the process to an exit code.

Nothing but a NO-GO exits with 1: Python's own exit code for an uncaught exception would read as a verdict, so whatever
is not foreseen exits with 70, also where it happens before a command runs or after one has ended.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the command line without the program's name; None takes that of the process.

    Returns:
        The exit code of docs/exit-codes.md.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Numbers and not names of gatekeeper.cli.exit_codes: these hold also where that module cannot be imported.
    interrupted, broken, invalid = 130, 70, 4
    try:
        code = _run(given)
    except KeyboardInterrupt:
        code = interrupted
    except BaseException as error:  # noqa: BLE001  a broken installation, or a fault in the handling of a fault
        code = broken
        _tell_plainly(f"gatekeeper broke: {type(error).__name__}: {error}; this is not a verdict: install it again")
    return code if _settled() else max(code, invalid)


def _run(given: list[str]) -> int:
    if given == ["--version"]:
        # Asked for by scripts and hooks: next to nothing is imported for it.
        from gatekeeper import __version__
        from gatekeeper.cli.streams import put, tell_refusal
        from gatekeeper.errors import OutputError

        try:
            put(f"gatekeeper {__version__}")
        except OutputError as refused:
            tell_refusal(refused)
            return 4
        return 0
    from gatekeeper.cli.process import run_process

    return run_process(given)


def _tell_plainly(line: str) -> None:
    """Write a line on standard error with nothing but the interpreter itself, and without secrets."""
    with suppress(Exception):  # there is nobody left to tell
        known = sys.modules.get("gatekeeper.redaction")  # where it was not imported, no secret was looked up
        plain = line if known is None else known.redacted(line)
        sys.stderr.write(" ".join(plain.split()) + "\n")


def _settled() -> bool:
    """Whether standard output took everything.

    The interpreter flushes both streams when it ends, and would end with a code of its own where it cannot.
    """
    try:
        from gatekeeper.cli.streams import flushed
    except Exception:  # noqa: BLE001  told already: without this module no command ran
        return False
    whole = flushed(sys.stdout)
    flushed(sys.stderr)
    return whole


if __name__ == "__main__":
    sys.exit(main())
