"""Sends one message once, over the network's one door."""

from __future__ import annotations

from datetime import timedelta

import httpx

from gatekeeper import __version__
from gatekeeper.clock import Clock
from gatekeeper.deadline import Deadline
from gatekeeper.model.canonical import canonical_bytes
from gatekeeper.model.channel import Channel
from gatekeeper.model.kept import Delivery
from gatekeeper.model.shown import on_one_line
from gatekeeper.model.times import span_text
from gatekeeper.net.addresses import parse_network
from gatekeeper.net.answer import status_text
from gatekeeper.net.faults import certificate_fault, os_reason
from gatekeeper.net.retries import asked_to_wait
from gatekeeper.net.texts import checked_url
from gatekeeper.net.transport import GuardedTransport, usual_trust
from gatekeeper.notify.retrying import Attempt
from gatekeeper.notify.signing import signature_headers
from gatekeeper.redaction import redacted
from gatekeeper.refused import Refused
from gatekeeper.secrets import Secrets, SecretText

_PASSING = frozenset({408, 409, 425, 429})
"""Statuses below 500 that say: not now. 409 is said while the same message is still being taken in
(https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/)."""

_MOST_ECHOED = 200
"""So much of the body of a refusal is told, in bytes."""


def send(delivery: Delivery, channel: Channel, secrets: Secrets, clock: Clock) -> Attempt:
    """Try once to send a message.

    It was sent where the receiver answers with a status of success; the rest of the answer is not waited for. Redirects
    are not followed. Only a receiver can say that it never takes a message: what is wrong on our side may be mended
    while the message waits.
    """
    deadline = Deadline.after(channel.timeout.total_seconds())
    try:
        return _tried(_request(delivery, channel, secrets, clock), channel, deadline, clock)
    except Refused as error:
        return _failed(error.detail)
    except ValueError as error:
        return _failed(str(error))
    except httpx.TransportError as error:
        return _failed(_told(error, channel, deadline))


def _request(delivery: Delivery, channel: Channel, secrets: Secrets, clock: Clock) -> httpx.Request:
    """The message as it is sent; every attempt has the same body.

    Raises:
        Refused: a secret is not there.
        ValueError: the URL, a header or the key cannot be used; it is not repeated.
    """

    def reveal(text: str) -> str:
        return secrets.reveal(SecretText.parse(text))

    payload = delivery.payload
    if not isinstance(payload, dict):
        raise ValueError("the store holds no message that could be sent")  # noqa: TRY004  it is told as all others
    if channel.kind == "pagerduty":
        payload = {**payload, "routing_key": reveal(channel.routing_key)}
    elif channel.kind == "webhook":
        payload = {**payload, "id": delivery.id}
    body = canonical_bytes(payload)
    headers = {"content-type": "application/json", "idempotency-key": delivery.id}
    for name, value in channel.headers.items():
        headers[name.lower()] = reveal(value)
        if not headers[name.lower()].isascii() or not headers[name.lower()].isprintable():
            raise ValueError(f"the header {name} has characters that a header cannot carry")
    if channel.sign_with:
        headers |= signature_headers(reveal(channel.sign_with), delivery.id, clock(), body)
    try:
        url = checked_url(reveal(channel.url))
    except ValueError as error:
        raise ValueError(f"the URL {error}") from None
    own = {"user-agent": f"gatekeeper/{__version__}", "accept-encoding": "identity", "connection": "close"}
    try:
        return httpx.Request("POST", url, headers={**headers, **own}, content=body)
    except (httpx.InvalidURL, UnicodeError):
        raise ValueError("the URL is not well formed") from None


def _tried(request: httpx.Request, channel: Channel, deadline: Deadline, clock: Clock) -> Attempt:
    networks = tuple(map(parse_network, channel.allow_addresses))
    with httpx.Client(
        transport=GuardedTransport(networks, deadline, usual_trust()),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(None),  # the deadline bounds every step
    ) as client:
        answer = client.send(request, stream=True)
        try:
            if answer.is_success:
                return Attempt(sent=True)
            return _refused(answer, clock)
        finally:
            answer.close()


def _refused(answer: httpx.Response, clock: Clock) -> Attempt:
    """What an answer means that is none of success."""
    status = answer.status_code
    told = f"it answered {status_text(status)}{_echo(answer)}"
    if 300 <= status < 400:
        return Attempt(sent=False, error=redacted(f"{told}; redirects are not followed"), permanent=True)
    if status < 500 and status not in _PASSING:
        return Attempt(sent=False, error=redacted(told), permanent=True)
    seconds = asked_to_wait(answer.headers.get("retry-after"), clock())
    wait = None if seconds is None else timedelta(seconds=min(seconds, 86_400))
    return Attempt(sent=False, error=redacted(told), wait=wait)


def _echo(answer: httpx.Response) -> str:
    """The beginning of the body, in which receivers say what they do not like."""
    found = b""
    try:
        for part in answer.iter_raw():
            found += part
            if len(found) >= _MOST_ECHOED:
                break
    except (httpx.TransportError, Refused):
        pass
    text = on_one_line(found[:_MOST_ECHOED].decode("utf-8", "replace"))
    shown = "".join(each if each.isprintable() else "\ufffd" for each in text)
    return f": {shown}" if shown else ""


def _told(error: httpx.TransportError, channel: Channel, deadline: Deadline) -> str:
    """What came in the way, in our words: those of the libraries may repeat what was sent."""
    if isinstance(error, httpx.TimeoutException) or deadline.passed:
        return f"it gave no answer within {span_text(channel.timeout)}"
    certificate = certificate_fault(error)
    if certificate:
        return f"its certificate is not accepted: {certificate}"
    if isinstance(error, httpx.ConnectError):
        return f"it could not be connected to{os_reason(error)}"
    if isinstance(error, httpx.RemoteProtocolError):
        return "it did not answer in HTTP, or closed the connection"
    return f"the connection broke{os_reason(error)}"


def _failed(error: str) -> Attempt:
    return Attempt(sent=False, error=redacted(error))
