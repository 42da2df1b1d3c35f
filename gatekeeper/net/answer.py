"""What a server answered, whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from gatekeeper.model.shown import shown
from gatekeeper.model.strict_json import JsonRefused, parse_json
from gatekeeper.refused import Refused

_MOST_ASKED = 200
"""Characters of a question that a line shows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that arrived whole.

    Attributes:
        asked: method and URL, without secrets, as the trace has it.
        status: the HTTP status.
        headers: by name in small letters; several of one name are joined with ``, ``.
        body: decompressed, at most ``max_bytes`` of the source.
        elapsed_ms: from the question to the last byte of its body, in milliseconds, of the last attempt alone.
        certificate_expires_at: until when the server's certificate holds; None without TLS.
    """

    asked: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    elapsed_ms: float
    certificate_expires_at: datetime | None

    @property
    def ok(self) -> bool:
        """Whether the status is one of success (200 to 299)."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str | None:
        """The media type in small letters without its parameters; None where it is not said."""
        told = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return told or None

    @property
    def is_json(self) -> bool:
        """Whether the server says that the body is JSON."""
        told = self.content_type or ""
        return told in {"application/json", "text/json"} or told.endswith("+json")

    @property
    def dated(self) -> datetime | None:
        """The instant of the ``Date`` header: when the answer was made, also where a cache gave it."""
        try:
            at = parsedate_to_datetime(self.headers.get("date", ""))
        except (TypeError, ValueError, OverflowError):
            return None
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)

    def need_ok(self) -> Answer:
        """The answer itself.

        Raises:
            Refused: its status is none of success.
        """
        if not self.ok:
            told = f"{brief(self.asked)} answered {status_text(self.status)}"
            raise Refused("failed", told, status_remedy(self.status))
        return self

    def json(self) -> Any:
        """The body as JSON, read strictly.

        Raises:
            Refused: it is none, or the server does not say that it is.
        """
        if not self.is_json:
            raise Refused("mistyped", f"{brief(self.asked)} answered {shown(self.content_type)}, not JSON")
        try:
            return parse_json(self.body, max_bytes=max(1, len(self.body)))
        except JsonRefused as error:
            raise Refused("mistyped", f"the answer of {brief(self.asked)} {error}") from None


def brief(asked: str) -> str:
    """Method and URL for a line that has to tell what came of it too; the trace has them whole."""
    return asked if len(asked) <= _MOST_ASKED else f"{asked[: _MOST_ASKED - 1]}…"


def status_text(status: int) -> str:
    """A status with its words: ``404 Not Found``."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def status_remedy(status: int) -> str:
    """How to mend a source that answers with a status of failure; empty where that is not known."""
    if 500 <= status < 600:
        return "see why the server fails; its own logs may say it"
    return _REMEDIES.get(status, "")


_REMEDIES = {
    401: "the credential is not accepted: see what its variable or file holds",
    403: "the credential may not read this",
    404: "see that the URL is right; some servers say this to a credential that may not read it",
    429: "it is asked too often: ask more rarely, or with a credential of its own",
}
