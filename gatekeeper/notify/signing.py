"""Signatures of webhooks, as https://www.standardwebhooks.com writes them: libraries of many languages verify these."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from datetime import datetime

_PREFIX = "whsec_"


def signature_headers(key: str, id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``.

    Args:
        key: ``whsec_`` and base64; any other text is taken as it is.
        id_: of the message, the same for every attempt.
        at: when it is sent, so that a receiver may refuse what somebody recorded.
        body: as it is sent.

    Raises:
        ValueError: what stands behind ``whsec_`` is no base64; the message does not repeat it.
    """
    seconds = str(int(at.timestamp()))
    signed = f"{id_}.{seconds}.".encode() + body
    digest = hmac.digest(_bytes_of(key), signed, "sha256")
    return {
        "webhook-id": id_,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
    }


def _bytes_of(key: str) -> bytes:
    if not key.startswith(_PREFIX):
        return key.encode()
    try:
        return b64decode(key.removeprefix(_PREFIX), validate=True)
    except ValueError:
        raise ValueError("the key of the signature begins with whsec_, and no base64 follows") from None
