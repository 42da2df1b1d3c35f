"""One run of the command line, with every way in which it can end."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from traceback import format_exception, walk_tb
from types import FrameType

import click

from gatekeeper.cli.app import gatekeeper
from gatekeeper.cli.exit_codes import ExitCode
from gatekeeper.cli.streams import is_open, tell
from gatekeeper.cli.terminal import tell_error
from gatekeeper.errors import GatekeeperError, OutputError, UsageError


class _Terminated(BaseException):
    """SIGTERM arrived. No command catches it, so temporary files are removed on the way out."""


def run_process(arguments: Sequence[str]) -> int:
    """Run a command and turn whatever happens into an exit code."""
    try:
        with _terminating():
            return _guarded(arguments)
    except _Terminated:
        tell("terminated")
        return ExitCode.TERMINATED


def _guarded(arguments: Sequence[str]) -> int:
    try:
        return _run(arguments)
    except (KeyboardInterrupt, click.Abort):
        tell("interrupted")
        return ExitCode.INTERRUPTED
    except SystemExit:
        # click ends a process with 1 where the reader of its help went away; 1 is a NO-GO and nothing else.
        return ExitCode.INVALID
    except Exception as error:  # noqa: BLE001  the last resort: what nobody foresaw must not exit with 1
        if isinstance(error, OSError) and _was_help(error):
            tell_error(OutputError(f"cannot write to standard output: {error.strerror or error}"))
            return ExitCode.INVALID
        _tell_broken(error)
        return ExitCode.BROKEN


def _run(arguments: Sequence[str]) -> int:
    try:
        code = gatekeeper.main(args=list(arguments), prog_name="gatekeeper", standalone_mode=False)
        if not isinstance(code, ExitCode) and not is_open("stdout"):  # click passes over a help that nobody can read
            raise OutputError("cannot write to standard output: it is closed", "leave it open, or send it to a file")
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as refused:
        said = io.StringIO()
        refused.show(said)
        tell(said.getvalue())
        return ExitCode.USAGE
    except UsageError as refused:
        tell_error(refused)
        return ExitCode.USAGE
    except GatekeeperError as refused:
        tell_error(refused)
        return ExitCode.INVALID
    return code if isinstance(code, int) else ExitCode.GO


def _was_help(error: Exception) -> bool:
    """Whether it was raised where click writes its help: nothing else is written by click itself."""
    return any(frame.f_code is click.echo.__code__ for frame, _line in walk_tb(error.__traceback__))


@contextmanager
def _terminating() -> Iterator[None]:
    """Let SIGTERM unwind the stack, once: a second one must not disturb the way out."""

    def terminate(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise _Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell_broken(error: Exception) -> None:
    """Say that gatekeeper itself broke: where, and how to get the whole story."""
    if os.environ.get("GATEKEEPER_TRACEBACK"):
        tell("".join(format_exception(error)))
    frames = list(walk_tb(error.__traceback__))
    place = f" at {Path(frames[-1][0].f_code.co_filename).name}:{frames[-1][1]}" if frames else ""
    tell(
        f"gatekeeper broke: {type(error).__name__}{place}; this is a fault of gatekeeper, not a verdict "
        "(GATEKEEPER_TRACEBACK=1 shows the traceback)"
    )
