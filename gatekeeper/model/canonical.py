"""Canonical JSON (RFC 8785, https://www.rfc-editor.org/rfc/rfc8785) and digests of it."""

from __future__ import annotations

from hashlib import sha256

from gatekeeper.model.shown import path_text, shown
from gatekeeper.model.values import Json

EXACT = range(-(2**53) + 1, 2**53)
"""The integers that canonical JSON carries exactly."""

_LEVELS = 256
"""How deep a search for the reason of a refusal goes; readers of documents stop much earlier."""


class NotCanonical(ValueError):
    """The value has no canonical form; the message is one line and names the path."""


def canonical_bytes(value: Json) -> bytes:
    """The canonical form of a value.

    Raises:
        NotCanonical: an integer beyond ±(2^53 - 1), a number that is not finite, a lone surrogate, a key that is no
            string, a value that JSON does not have, or one nested too deep.
    """
    import rfc8785  # here, since a command that reads no evidence need not pay for it

    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise NotCanonical(_reason(value, ()) or f"has no canonical form: {type(error).__name__}") from None


def digest_of(data: bytes) -> str:
    """``sha256:`` and the hexadecimal digest of the bytes."""
    return f"sha256:{sha256(data).hexdigest()}"


def content_digest(kind: str, value: Json) -> str:
    """The digest of one item of evidence: of the canonical form of ``{"kind", "value"}``.

    Raises:
        NotCanonical: as ``canonical_bytes``.
    """
    return digest_of(canonical_bytes({"kind": kind, "value": value}))


def _reason(value: object, path: tuple[str | int, ...]) -> str:
    """Why a value has no canonical form, or an empty string where it has one."""
    where = f"{path_text(path)}: " if path else ""
    if len(path) > _LEVELS:
        return f"is nested deeper than {_LEVELS} levels"
    if isinstance(value, list | tuple):
        return next(filter(None, (_reason(each, (*path, index)) for index, each in enumerate(value))), "")
    if isinstance(value, dict):
        for key, each in value.items():
            if not isinstance(key, str):
                return f"{where}has a key that is no string"
            reason = _text_reason(key, f"{where}a key") or _reason(each, (*path, key))
            if reason:
                return reason
        return ""
    return _scalar_reason(value, where)


def _scalar_reason(value: object, where: str) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, str):
        return _text_reason(value, f"{where}the text")
    if isinstance(value, int):
        return "" if value in EXACT else f"{where}{shown(value)} is beyond ±(2^53 - 1)"
    if isinstance(value, float):
        finite = value - value == 0  # false for an infinity and for NaN
        return "" if finite else f"{where}{value} is no JSON number"
    return f"{where}a {type(value).__name__} is no JSON value"


def _text_reason(text: str, what: str) -> str:
    half = any("\ud800" <= character <= "\udfff" for character in text)
    return f"{what} has half of a character (a lone surrogate)" if half else ""
