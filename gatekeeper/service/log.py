"""The log of the service: one line an event on standard error, as text or JSON, without secrets."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import suppress
from threading import Lock
from typing import Literal

from gatekeeper.clock import system_clock
from gatekeeper.model.times import instant_text
from gatekeeper.redaction import redacted

Level = Literal["info", "warning", "error"]
Form = Literal["text", "json"]


class _Log:
    def __init__(self) -> None:
        self.form: Form = "text"
        self._lock = Lock()

    def write(self, level: Level, event: str, told: dict[str, object]) -> None:
        at = instant_text(system_clock())
        if self.form == "json":
            line = json.dumps({"at": at, "level": level, "event": event, **told}, ensure_ascii=False, default=str)
        else:
            more = " ".join(f"{key}={_quoted(value)}" for key, value in told.items())
            line = f"{at} {level:7} {event}{' ' if more else ''}{more}"
        with self._lock, suppress(OSError, ValueError):
            sys.stderr.write(redacted(line) + "\n")
            sys.stderr.flush()


_LOG = _Log()


def log(level: Level, event: str, **told: object) -> None:
    """Write one line: what happened, and what belongs to it."""
    _LOG.write(level, event, told)


def log_as(form: Form) -> None:
    """Write in this form from now on, and take in what the server logs."""
    _LOG.form = form
    for name in ("uvicorn", "asyncio"):
        server = logging.getLogger(name)
        server.handlers = [_FromServer(logging.WARNING)]
        server.propagate = False
        server.setLevel(logging.WARNING)


class _FromServer(logging.Handler):
    """What uvicorn and the event loop have to say, in our form; of a traceback the kind of error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        error = record.exc_info[1] if record.exc_info else None
        told = {} if error is None else {"error": type(error).__name__}
        level: Level = "error" if record.levelno >= logging.ERROR else "warning"
        log(level, " ".join(record.getMessage().split())[:300], **told)


def _quoted(value: object) -> str:
    text = str(value)
    return text if text.isprintable() and " " not in text and '"' not in text and text else json.dumps(text)
