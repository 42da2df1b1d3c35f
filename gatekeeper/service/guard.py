"""Who may come in: every request is asked for its token before its body is read."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Collection
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from gatekeeper.service.problems import Refusal, refused
from gatekeeper.service.settings import Scope
from gatekeeper.service.tokens import Bearer, Tokens

FREE = frozenset({"/healthz", "/readyz", "/openapi.json"})
"""Paths that nobody is asked at: they tell nothing of what is judged."""

PAGE = "/"
METRICS = "/metrics"
SIGNED = {"/v1/hooks/github": "github", "/v1/hooks/grafana": "grafana"}
"""Path → who signs what is sent there; the signature is over the body, and checked where that is read."""

_DOORS = (
    ("/v1/hooks/", Scope.HOOK),
    ("/v1/decide/", Scope.DECIDE),
    ("/v1/evaluate/", Scope.DECIDE),
    ("/v1/events", Scope.EVENT),
    ("", Scope.READ),
)
"""Beginning of a path → what its token has to be good for; the first one that fits."""

_BEARER = 'Bearer realm="gatekeeper"'
_BROWSER = 'Basic realm="gatekeeper", charset="UTF-8"'


@dataclass(slots=True)
class Guard:
    """Lets in who may come in.

    Attributes:
        app: who answers then.
        tokens: gives the tokens that hold now.
        open: what is shown without one: ``page``, ``metrics``.
    """

    app: ASGIApp
    tokens: Callable[[], Tokens]
    open: Collection[str] = ()

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] == "http":
            try:
                self._ask(scope)
            except Refusal as refusal:
                await refused(refusal)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _ask(self, scope: AsgiScope) -> None:
        """Refuses who may not come in.

        Raises:
            Refusal: 401 without a token that is known, 403 with one that is not good for this.
        """
        path, tokens = scope["path"], self.tokens()
        page, metrics = path == PAGE, path == METRICS
        if path in FREE or (page and "page" in self.open) or (metrics and "metrics" in self.open):
            return
        signer = SIGNED.get(path)
        if signer is not None and getattr(tokens, signer) is not None:
            return
        if path == "/v1/hooks/github":
            raise Refusal(403, "no key for GitHub is configured", "name it under serve.github.secrets")
        if not tokens.any:
            return
        needed = next(need for start, need in _DOORS if path.startswith(start))
        bearer = self._bearer(Headers(scope=scope).getlist("authorization"), tokens, browser=page)
        if bearer is None:
            challenge = f"{_BROWSER}, {_BEARER}" if page else _BEARER
            headers = {"WWW-Authenticate": challenge, "Connection": "close"}
            raise Refusal(401, "a token is needed that is known here", "send Authorization: Bearer <token>", headers)
        if needed not in bearer.scopes:
            told = f"the token of {bearer.name} is not good for this: it lacks the scope {needed}"
            raise Refusal(403, told, headers={"Connection": "close"})

    def _bearer(self, given: list[str], tokens: Tokens, *, browser: bool) -> Bearer | None:
        """Whose token a request carries; None for nobody's.

        A browser may send it as a password, and to the page only: it sends passwords along with what foreign pages
        have it ask for.
        """
        if len(given) != 1:
            return None
        scheme, _, value = given[0].partition(" ")
        if scheme.lower() == "bearer":
            return tokens.bearer(value.strip())
        if browser and scheme.lower() == "basic":
            try:
                plain = base64.b64decode(value.strip(), validate=True).decode("utf-8")
            except (binascii.Error, ValueError):
                return None
            return tokens.bearer(plain.partition(":")[2])
        return None
