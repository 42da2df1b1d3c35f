"""One run of the command line, with every way in which it can end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import click

from gatekeeper.cli.app import gatekeeper
from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.terminal import tell_error
from gatekeeper.errors import GatekeeperError, UsageError


class _Terminated(BaseException):
    """SIGTERM arrived. No command catches it, so temporary files are removed on the way out."""


def run_process(arguments: Sequence[str]) -> int:
    """Run a command and turn whatever happens into an exit code."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return _run(arguments)
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        return ExitCode.INTERRUPTED
    except _Terminated:
        _say("terminated")
        return ExitCode.TERMINATED
    except SystemExit:
        # click ends a process with 1 where the reader of its help went away; 1 is a NO-GO and nothing else.
        return ExitCode.INVALID
    except Exception as error:  # noqa: BLE001  the last resort: what nobody foresaw must not exit with 1
        _tell_broken(error)
        return ExitCode.BROKEN


def _run(arguments: Sequence[str]) -> int:
    try:
        code = gatekeeper.main(args=list(arguments), prog_name="gatekeeper", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as refused:
        refused.show(sys.stderr)
        return ExitCode.USAGE
    except UsageError as refused:
        tell_error(refused)
        return ExitCode.USAGE
    except GatekeeperError as refused:
        tell_error(refused)
        return ExitCode.INVALID
    return code if isinstance(code, int) else ExitCode.GO


def _terminate(_number: int, _frame: FrameType | None) -> None:
    """Let SIGTERM unwind the stack."""
    raise _Terminated


def _tell_broken(error: Exception) -> None:
    """Say that gatekeeper itself broke: where, and how to get the whole story."""
    if os.environ.get("GATEKEEPER_TRACEBACK"):
        import traceback

        traceback.print_exception(error)
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f" at {Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else ""
    _say(
        f"gatekeeper broke: {type(error).__name__}{place}; this is a fault of gatekeeper, not a verdict "
        "(GATEKEEPER_TRACEBACK=1 shows the traceback)"
    )


def _say(line: str) -> None:
    print(line, file=sys.stderr)
