"""How a collector says that a source cannot become evidence, and how that is mended."""

from __future__ import annotations

from typing import Final, Literal

Cause = Literal["failed", "mistyped", "truncated"]

FEWER_BYTES: Final = "ask for less, or allow more with max_bytes"
FEWER_ROWS: Final = "ask for fewer rows, or allow more with max_rows"
MORE_TIME: Final = "see why it is slow, or give it more time with timeout and deadline"
NO_SUCH_FILE: Final = "write it, or mend its path, which starts in the folder of the sources file"
ONCE_MORE: Final = "collect again; if it goes on, see why the server, or what stands before it, closes connections"
REACH_SERVER: Final = "see that the server runs and that this machine may reach it"
SPEAK_HTTP: Final = "see that what listens there speaks HTTP, and the scheme of the URL (http or https) is its own"
RESOLVE_HOST: Final = "mend the host's name, or see that this machine reaches its resolver"


class Refused(Exception):
    """A source that cannot become evidence.

    Args:
        cause: ``failed`` where it cannot be read, ``mistyped`` where it is not what it should be,
            ``truncated`` where a part of it is not there.
        detail: one line for a person; it never prints the document.
        remedy: how to mend it, for whoever keeps the sources; empty where nothing is known that the detail does not
            say. Nothing of the source stands in it.
    """

    def __init__(self, cause: Cause, detail: str, remedy: str = "") -> None:
        super().__init__(detail)
        self.cause: Cause = cause
        self.detail = detail
        self.remedy = remedy
