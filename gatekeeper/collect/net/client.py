"""Asks a source over HTTP, and brings its answer whole or refuses.

One client serves one source: it knows its origin, its deadline, its limits and what it may reach.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urljoin, urlsplit

import httpx

from gatekeeper import __version__
from gatekeeper.collect.files import read_file
from gatekeeper.collect.interface import CollectRequest
from gatekeeper.collect.net.settings import NetConfig
from gatekeeper.model.times import span_text
from gatekeeper.net.answer import Answer, brief, status_remedy, status_text
from gatekeeper.net.body import read_body
from gatekeeper.net.faults import certificate_fault, os_reason
from gatekeeper.net.retries import AGAIN, pause
from gatekeeper.net.texts import origin_of
from gatekeeper.net.transport import GuardedTransport, stream_of, trust_of, usual_trust
from gatekeeper.refused import MORE_TIME, ONCE_MORE, REACH_SERVER, SPEAK_HTTP, Refused
from gatekeeper.secrets import SecretText

Query = Sequence[tuple[str, SecretText | str]]
"""What is asked for, as names with values in their order; a name may come several times."""

REDIRECTS = 5
"""How many times a source may send us on."""

_MOVED = frozenset({301, 302, 303, 307, 308})
_MOST_CERTIFICATES = 1024 * 1024


class HttpClient:
    """Asks one source. Use it in a ``with`` statement, in the thread that collects."""

    def __init__(self, request: CollectRequest[Any]) -> None:
        config: NetConfig = request.config
        self._config = config
        self._deadline = request.deadline
        self._clock = request.clock
        self._secrets = request.secrets
        self._trace = request.trace
        context = usual_trust()
        if config.ca_file is not None:
            context = trust_of(read_file(request.base, config.ca_file, _MOST_CERTIFICATES))
        self._client = httpx.Client(
            transport=GuardedTransport(config.networks, request.deadline, context),
            trust_env=False,  # no proxy, no .netrc
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=config.connect_timeout.total_seconds()),
            headers={"user-agent": f"gatekeeper/{__version__}", "accept-encoding": "gzip", "connection": "close"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every connection."""
        self._client.close()

    def get(
        self,
        path: str = "",
        *,
        query: Query = (),
        headers: Mapping[str, SecretText | str] | None = None,
        final: Callable[[Answer], bool] | None = None,
        method: str = "GET",
    ) -> Answer:
        """The answer to a question that only reads, asked again where that may help.

        Args:
            path: what to put behind the source's URL, or a whole URL, such as that of a next page. To another origin
                than the source's, which ``redirect_hosts`` has to name, no header and no query is sent.
            query: what is asked for, put behind the URL.
            headers: what is sent beside the headers of the source, unless those say otherwise.
            final: whether an answer is to be taken although its status says to come back.
            method: GET or HEAD.

        Raises:
            Refused: no whole answer came in time, it is too large, or it may not be asked.
        """
        if method not in {"GET", "HEAD"}:
            raise ValueError(f"{method} does more than read")
        url = self._whole(path)
        told = f"{method} {_with_query(url, query, str)}"
        self._trace.asking(told)
        attempt = 0
        while True:
            attempt += 1
            self._trace.tried()
            try:
                answer = self._follow(method, url, query, headers, told)
            except httpx.TransportError as error:
                refused = self._refusal(error, brief(told))
                if attempt > self._config.retries or not _may_pass(error) or not self._wait(attempt, None):
                    raise refused from None
                continue
            if answer.status not in AGAIN or (final is not None and final(answer)):
                return answer
            after = answer.headers.get("retry-after")
            if attempt > self._config.retries or not self._wait(attempt, after):
                if answer.status == 429:
                    asks = f" and asks to wait ({after[:40]})" if after else ""
                    raise Refused("failed", f"{brief(told)} answered {status_text(429)}{asks}", status_remedy(429))
                return answer

    def _whole(self, path: str) -> str:
        if path.startswith(("http://", "https://")):
            return path
        return self._config.url if not path else self._config.url.rstrip("/") + "/" + path.lstrip("/")

    def _wait(self, attempt: int, after: str | None) -> bool:
        """Wait before the next attempt; False where the deadline would pass over it."""
        seconds = pause(attempt, after, self._clock())
        if seconds >= self._deadline.left:
            return False
        time.sleep(seconds)
        return True

    def _follow(
        self,
        method: str,
        url: str,
        query: Query,
        headers: Mapping[str, SecretText | str] | None,
        told: str,
    ) -> Answer:
        """One attempt, through at most ``REDIRECTS`` redirects."""
        self._permit(url)
        ours = origin_of(url) == self._config.origin
        target = _with_query(url, query, self._reveal) if ours else url
        for _ in range(REDIRECTS + 1):
            started = time.monotonic()
            request = self._request(method, target, headers)
            try:
                response = self._client.send(request, stream=True)
            except (httpx.InvalidURL, UnicodeError):  # httpx looks at redirects too, although it follows none
                raise Refused("failed", "a redirect leads to no URL") from None
            try:
                if response.status_code in _MOVED and "location" in response.headers:
                    target = self._next(target, response.headers["location"])
                    continue
                if response.status_code == HTTPStatus.PARTIAL_CONTENT:
                    raise Refused("truncated", f"{brief(told)} answered {status_text(206)}: all of it was asked for")
                stream = stream_of(response.extensions)
                body = b"" if method == "HEAD" else read_body(response, self._config.max_bytes)
                return Answer(
                    asked=told,
                    status=response.status_code,
                    headers={name.lower(): value for name, value in response.headers.items()},
                    body=body,
                    elapsed_ms=round((time.monotonic() - started) * 1000, 1),
                    certificate_expires_at=None if stream is None else stream.certificate_expires_at,
                )
            finally:
                response.close()
        raise Refused("failed", f"{brief(told)} was redirected more than {REDIRECTS} times")

    def _request(self, method: str, url: str, headers: Mapping[str, SecretText | str] | None) -> httpx.Request:
        """The question; what the source's configuration sends goes to its own origin and to no other."""
        sent = {}
        self._client.cookies.clear()  # what one answer sets is not shown to the next host
        if origin_of(url) == self._config.origin:
            for name, value in (*(headers or {}).items(), *self._config.headers.items()):
                sent[name.lower()] = self._header(name, self._reveal(value))
        try:
            return self._client.build_request(method, url, headers=sent)
        except (httpx.InvalidURL, UnicodeError):
            raise Refused("failed", "the URL cannot be asked: it is not well formed") from None

    def _header(self, name: str, value: str) -> str:
        if not value.isascii() or not value.isprintable():
            raise Refused("failed", f"the header {name} has characters that a header cannot carry")
        return value

    def _reveal(self, text: SecretText | str) -> str:
        return text if isinstance(text, str) else self._secrets.reveal(text)

    def _permit(self, url: str) -> None:
        try:
            origin = origin_of(url)
            if urlsplit(url).username is not None:
                raise Refused("failed", "a next page or a redirect names a user, and is not followed")
        except ValueError as error:
            raise Refused("failed", f"an address {error}") from None
        if not self._config.may_redirect(origin):
            where = "{}://{}:{}".format(*origin)
            hint = "name the host in redirect_hosts if that is meant"
            raise Refused("failed", f"{where} is not the source's own host, and is not asked; {hint}")

    def _next(self, url: str, location: str) -> str:
        """Where a redirect leads to."""
        try:
            target = urljoin(url, location)
        except ValueError:
            raise Refused("failed", "a redirect leads to no URL") from None
        self._permit(target)
        return target

    def _refusal(self, error: httpx.TransportError, told: str) -> Refused:
        """What came in the way, in our words: those of the libraries may repeat what was sent."""
        if isinstance(error, httpx.TimeoutException):
            if self._deadline.passed:
                span = span_text(self._config.timeout)
                return Refused("failed", f"{told} gave no whole answer within {span} (timeout)", MORE_TIME)
            return Refused("failed", f"{told} could not be connected to in time (connect_timeout)", REACH_SERVER)
        certificate = certificate_fault(error)
        if certificate:
            line = f"{told}: the server's certificate is not accepted: {certificate}"
            return Refused("failed", line, "renew it, or name the authority that signed it with ca_file")
        if isinstance(error, httpx.ConnectError):
            return Refused("failed", f"{told} could not be connected to{os_reason(error)}", REACH_SERVER)
        if "without sending complete message body" in str(error) or "incomplete chunked read" in str(error):
            return Refused("truncated", f"the answer of {told} ended before it was whole", ONCE_MORE)
        if isinstance(error, httpx.RemoteProtocolError):
            line = f"{told} was not answered in HTTP, or the connection was closed"
            return Refused("failed", line, SPEAK_HTTP)
        return Refused("failed", f"the connection broke while {told} was asked{os_reason(error)}", ONCE_MORE)


def _may_pass(error: httpx.TransportError) -> bool:
    """Whether another attempt may help."""
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return False
    return not certificate_fault(error)


def _with_query(url: str, query: Query, said: Callable[[SecretText | str], str]) -> str:
    """The URL with what is asked for behind it."""
    if not query:
        return url
    # References stay readable where only they are said.
    safe = "${}:/" if said is str else ""
    pairs = "&".join(f"{quote(name, safe='')}={quote(said(value), safe=safe)}" for name, value in query)
    return f"{url}{'&' if '?' in url else '?'}{pairs}"
