"""What ``serve:`` in the configuration says, checked: where to listen, who may do what, how often to look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from gatekeeper.collect.interface import Span
from gatekeeper.errors import Diagnostic, InvalidDocuments
from gatekeeper.load.configuration import Section
from gatekeeper.model.shown import meant, path_text, shown
from gatekeeper.redaction import discreet
from gatekeeper.secrets import SecretText, misplaced_references, plain_credentials

SHORTEST_SECRET = 16
"""Characters of a token or key: a shorter one can be guessed."""


class Scope(StrEnum):
    """What a token lets its bearer do."""

    HOOK = "hook"
    """Send alerts."""
    DECIDE = "decide"
    """Have a mode looked at, and a policy judged."""
    READ = "read"
    """Read states, decisions, changes, metrics and the page."""
    EVENT = "event"
    """Record what a person did."""


def _scope(given: Any) -> Any:
    if isinstance(given, str) and given in list(Scope):
        return Scope(given)
    raise ValueError(f"{shown(str(given))} is no scope: there are {', '.join(Scope)}")


Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
_OneScope = Annotated[Scope, BeforeValidator(_scope)]
_Secrets = Annotated[list[SecretText], Field(min_length=1, max_length=2)]
_Seconds = timedelta(seconds=1)


class _Settings(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    names_in: ClassVar[frozenset[str]] = frozenset()


class TokenSettings(_Settings):
    """A bearer of tokens.

    Attributes:
        scopes: what it may do.
        secrets: its token, or two of them while one takes the place of the other.
    """

    scopes: list[_OneScope] = Field(min_length=1)
    secrets: _Secrets


class SignerSettings(_Settings):
    """A sender that signs what it sends.

    Attributes:
        secrets: the key of its signature, or two of them while one takes the place of the other.
    """

    secrets: _Secrets


class GrafanaSettings(SignerSettings):
    """Grafana, where it signs.

    Attributes:
        timestamp_header: the header in which it says when it signed.
        window: how far that may lie from now.
    """

    timestamp_header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")] = (
        "X-Grafana-Alerting-Timestamp"
    )
    window: Span = Field(default=timedelta(minutes=5), gt=timedelta(0), le=timedelta(hours=1))


class ServeSettings(_Settings):
    """Everything that ``serve:`` may say.

    Attributes:
        host: the address to listen on.
        port: the port; 0 for any that is free.
        tick: how often each mode is looked at.
        tokens: who may do what, by name.
        open: what is shown without a token.
        github: the key of GitHub's signature; without it GitHub is refused.
        grafana: the key of Grafana's; with it every alert from Grafana has to be signed.
        connections: how many there may be at once. A new one takes the place of the one that has kept us waiting
            for the rest of its request for longest.
        requests: how many may be worked on at once.
        head_timeout: how long the head of a request may take to arrive.
        body_timeout: how long its body may take.
        answer_timeout: how long the answer may take to be made, and to be read.
        drain: how long requests are still taken after the service was told to stop, while it says that it is not ready.
        stop_timeout: how long requests that are being worked on then have to end.
        log: how lines of the log are written.
    """

    names_in: ClassVar[frozenset[str]] = frozenset({"tokens"})

    host: str = Field(default="127.0.0.1", min_length=1, max_length=255)
    port: int = Field(default=8470, ge=0, le=65535)
    tick: Span = Field(default=timedelta(seconds=30), ge=_Seconds, le=timedelta(hours=1))
    tokens: dict[Name, TokenSettings] = Field(default_factory=dict)
    open: list[Literal["page", "metrics"]] = Field(default_factory=list)
    github: SignerSettings | None = None
    grafana: GrafanaSettings | None = None
    connections: int = Field(default=256, ge=8, le=10_000)
    requests: int = Field(default=32, ge=1, le=1_000)
    head_timeout: Span = Field(default=timedelta(seconds=5), ge=_Seconds, le=timedelta(minutes=5))
    body_timeout: Span = Field(default=timedelta(seconds=10), ge=_Seconds, le=timedelta(minutes=5))
    answer_timeout: Span = Field(default=timedelta(minutes=2), ge=_Seconds, le=timedelta(minutes=15))
    drain: Span = Field(default=timedelta(seconds=5), ge=timedelta(0), le=timedelta(minutes=5))
    stop_timeout: Span = Field(default=timedelta(seconds=30), ge=_Seconds, le=timedelta(minutes=15))
    log: Literal["text", "json"] = "text"


def read_settings(section: Section | None) -> ServeSettings:
    """The settings of the configuration; None gives the defaults.

    Raises:
        InvalidDocuments: something in them is wrong: all of it, with its place. No secret is in it.
    """
    if section is None:
        return ServeSettings()
    wrong: list[Diagnostic] = []
    settings = None
    try:
        settings = ServeSettings.model_validate(dict(section.values))
        wrong += [_told(section, path, f"`{_name(path)}`: {what}", hint) for path, what, hint in _secrets(settings)]
    except ValidationError as error:
        wrong += _invalid(section, error)
    for path, what, hint in plain_credentials(section.values, ServeSettings.names_in):
        if "scopes" not in path:  # these stand under `tokens`, and are none
            wrong.append(_told(section, path, f"`{_name(path)}`: {what}", hint))
    if settings is None or wrong:
        raise InvalidDocuments(tuple(dict.fromkeys(wrong)))
    return settings


def _secrets(settings: ServeSettings) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Where a reference stands that is none, or none stands where one has to."""
    yield from misplaced_references(settings)
    bearers: list[tuple[tuple[str | int, ...], list[SecretText]]] = [
        (("tokens", name, "secrets"), each.secrets) for name, each in settings.tokens.items()
    ]
    for signer in ("github", "grafana"):
        each: SignerSettings | None = getattr(settings, signer)
        if each is not None:
            bearers.append(((signer, "secrets"), each.secrets))
    for path, secrets in bearers:
        for number, secret in enumerate(secrets):
            if not secret.references:
                yield (*path, number), "no reference to a secret is here", "write ${env:NAME} or ${file:/path}"


def _invalid(section: Section, error: ValidationError) -> Iterator[Diagnostic]:
    for each in error.errors(include_url=False, include_context=False, include_input=False):
        path = tuple(part for part in each["loc"] if part != "[key]")
        match each["type"]:
            case "extra_forbidden":
                known = ServeSettings.model_fields if len(path) == 1 else ()
                message = f"`{_name(path[:-1])}` has no setting {shown(str(path[-1]))}"
                hint = meant(str(path[-1]), known).removeprefix("; ")
            case "missing":
                message, hint = f"`{_name(path)}` is missing", ""
            case _:
                what = each["msg"].removeprefix("Value error, ")
                message, hint = f"`{_name(path)}`: {what[:1].lower()}{what[1:]}", ""
        yield _told(section, path, message, hint)


def _name(path: tuple[str | int, ...]) -> str:
    return path_text(("serve", *path))


def _told(section: Section, path: tuple[str | int, ...], message: str, hint: str) -> Diagnostic:
    while path and path not in section.places:
        path = path[:-1]
    place = section.places.get(path, section.place) if path else section.place
    return discreet(Diagnostic(place.file, place.line, place.column, message, hint, code="serve"))
