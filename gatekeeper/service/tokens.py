"""Who sends a request: bearers of tokens, and senders that sign.

Secrets are compared by their digests with ``hmac.compare_digest``, each of them every time, so that how long it takes
says nothing of what they are.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gatekeeper.errors import InvalidInput
from gatekeeper.refused import Refused
from gatekeeper.secrets import SecretText, look_up
from gatekeeper.service.settings import SHORTEST_SECRET, Scope, ServeSettings


@dataclass(frozen=True, slots=True)
class Bearer:
    """Somebody who has a token.

    Attributes:
        name: as the configuration calls it; it stands in the log.
        scopes: what it may do.
    """

    name: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Signer:
    """The keys that one sender signs with; any of them may be used."""

    keys: tuple[bytes, ...] = field(repr=False)

    def signed(self, message: bytes, signature: str) -> bool:
        """Whether a signature is HMAC-SHA-256 of the message, in hexadecimal digits."""
        given = signature.encode("utf-8", "replace")
        made = [hmac.new(key, message, hashlib.sha256).hexdigest().encode() for key in self.keys]
        return any([hmac.compare_digest(each, given) for each in made])  # noqa: C419  each is compared


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every secret of the service, looked up.

    Attributes:
        github: None where GitHub is refused.
        grafana: None where Grafana does not sign.
    """

    _bearers: tuple[tuple[bytes, Bearer], ...] = field(default=(), repr=False)
    github: Signer | None = None
    grafana: Signer | None = None

    @property
    def any(self) -> bool:
        """Whether there is a token at all. Where there is none, everybody who reaches the service may do everything."""
        return bool(self._bearers)

    def bearer(self, token: str) -> Bearer | None:
        """Whose token it is; None for nobody's."""
        given = _digest(token)
        found = None
        for digest, bearer in self._bearers:
            if hmac.compare_digest(digest, given):
                found = bearer
        return found


def look_up_tokens(settings: ServeSettings, environ: Mapping[str, str]) -> Tokens:
    """The secrets that the settings refer to; the process keeps them out of everything that it writes from then on.

    Raises:
        InvalidInput: one cannot be had, is too short, or belongs to two bearers.
    """
    found = look_up([settings], environ)

    def revealed(name: str, secrets: Sequence[SecretText]) -> list[str]:
        texts = []
        for each in secrets:
            try:
                texts.append(found.reveal(each))
            except Refused as refused:
                raise InvalidInput(f"serve: {name}: {refused.detail}", "see docs/serve.md") from None
            if len(texts[-1]) < SHORTEST_SECRET:
                raise InvalidInput(
                    f"serve: {name}: {each} has fewer than {SHORTEST_SECRET} characters", "make one with openssl rand"
                )
        return texts

    bearers: dict[bytes, Bearer] = {}
    for name, token in settings.tokens.items():
        bearer = Bearer(name, frozenset(token.scopes))
        for text in revealed(f"tokens.{name}", token.secrets):
            other = bearers.setdefault(_digest(text), bearer)
            if other != bearer:
                raise InvalidInput(f"serve: {other.name} and {name} have the same token", "give each one of its own")
    github, grafana = (
        None if signer is None else Signer(tuple(each.encode() for each in revealed(name, signer.secrets)))
        for name, signer in (("github", settings.github), ("grafana", settings.grafana))
    )
    return Tokens(tuple(bearers.items()), github, grafana)


def within(seconds: str, now: datetime, window: timedelta) -> bool:
    """Whether a Unix time in whole seconds, as a text, lies within a span of an instant."""
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        return False
    return abs(now.timestamp() - int(seconds)) <= window.total_seconds()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
