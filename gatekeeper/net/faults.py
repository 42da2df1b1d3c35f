"""What lies behind an error of a connection."""

from __future__ import annotations

import ssl
from collections.abc import Iterator


def certificate_fault(error: BaseException) -> str:
    """Why a certificate was refused; empty where that is not the matter."""
    for each in _behind(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return str(each.verify_message)[:200]
    return ""


def os_reason(error: BaseException) -> str:
    """What the operating system says, to stand behind a sentence; empty where it says nothing."""
    for each in _behind(error):
        if isinstance(each, OSError) and each.strerror:
            return f": {each.strerror[:1].lower()}{each.strerror[1:]}"[:120]
    return ""


def _behind(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that it comes from: raised ``from`` one, or with one as its message."""
    found: BaseException | None = error
    while found is not None:
        yield found
        inner = found.args[0] if found.args and isinstance(found.args[0], BaseException) else None
        found = found.__cause__ or inner
