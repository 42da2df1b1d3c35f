"""The standard streams of the process, either of which may be closed, full or without a reader.

What is told on standard error never changes how a run ends. A result that standard output does not take whole is an
``OutputError``: what was not read is no verdict.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

from gatekeeper.errors import GatekeeperError, OutputError
from gatekeeper.redaction import redacted

UTF_8 = "utf-8"
"""How documents for tools are written, whatever the locale is."""


def tell(text: str) -> None:
    """Write lines for people on standard error, without secrets, as far as it takes them."""
    stream = _standard("stderr")
    if stream is not None:
        # What the encoding lacks, the stream writes as an escape.
        text = redacted(text)
        with suppress(OSError, ValueError):
            stream.write(text if text.endswith("\n") else text + "\n")
        flushed(stream)


def tell_refusal(refused: GatekeeperError) -> None:
    """Write one line about what is wrong, and how to mend it."""
    hint = f"\n  hint: {refused.hint}" if refused.hint else ""
    tell(f"error: {refused.message}{hint}")


def put(text: str, encoding: str | None = None) -> None:
    """Write a result on standard output, whole.

    Args:
        text: the result; what the encoding lacks is written as an escape.
        encoding: None takes that of the stream, which a person reads.

    Raises:
        OutputError: it is closed, its reader went away, or the disk is full.
    """
    stream = _standard("stdout")
    if stream is None:
        raise OutputError("cannot write to standard output: it is closed", "leave it open, or send it to a file")
    whole = text if text.endswith("\n") else text + "\n"
    try:
        data = whole.encode(encoding or stream.encoding or UTF_8, "backslashreplace")
        buffer = getattr(stream, "buffer", None)
        if buffer is None:
            stream.write(whole)
        else:
            stream.flush()
            buffer.write(data)
        stream.flush()
    except OSError as error:
        flushed(stream)
        raise OutputError(f"cannot write to standard output: {error.strerror or error}", "") from error


def flushed(stream: TextIO | None) -> bool:
    """Whether a stream took all that was written on it; if not, the rest is given up and goes nowhere."""
    if stream is None:
        return True
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
        return False
    return True


def is_open(name: str) -> bool:
    """Whether the process was started with that stream: ``stdout`` or ``stderr``."""
    return _standard(name) is not None


def _standard(name: str) -> TextIO | None:
    """The stream; None where it was closed when the process started."""
    stream: TextIO | None = getattr(sys, name)
    return stream
