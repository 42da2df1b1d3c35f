"""Channels as the configuration writes them under ``notify``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gatekeeper.errors import Diagnostic, InvalidDocuments
from gatekeeper.load.configuration import Section
from gatekeeper.load.diagnostics import did_you_mean, shown
from gatekeeper.load.terms import ID, ID_HINT
from gatekeeper.model.channel import Channel
from gatekeeper.model.mode import UNKNOWN
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.shown import path_text
from gatekeeper.model.times import parse_span
from gatekeeper.net.texts import Headers, NetworkText, checked_url
from gatekeeper.redaction import discreet
from gatekeeper.secrets import SecretText, misplaced_references, plain_credentials

PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"

Path = tuple[str | int, ...]
_Told = tuple[Path, str, str]
"""The path of what is wrong, what is, and how to mend it."""

_Severity = Literal["critical", "error", "warning", "info"]


def _span(text: Any) -> timedelta:
    if not isinstance(text, str):
        raise ValueError("is no span of time, such as 10s")  # noqa: TRY004  pydantic tells a ValueError
    return parse_span(text)


class _Settings(BaseModel, ABC):
    """What a channel of any kind may say; ``for`` and ``on`` choose what it is told."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    names_in: ClassVar[frozenset[str]] = frozenset()

    kind: str
    policies: list[str] = Field(default_factory=list, alias="for", min_length=1)
    states: list[str] = Field(default_factory=list, alias="on", min_length=1)
    allow_addresses: list[NetworkText] = Field(default_factory=list)
    timeout: Annotated[timedelta, BeforeValidator(_span)] = Field(
        default=timedelta(seconds=10), ge=timedelta(seconds=1), le=timedelta(seconds=60)
    )
    attempts: int = Field(default=20, ge=1, le=100)

    def wrong(self) -> Iterator[_Told]:
        """What a kind demands beyond its shape."""
        yield from ()

    @abstractmethod
    def channel(self, name: str) -> Channel:
        """The channel that these settings make."""

    def _chosen(self) -> dict[str, Any]:
        return {
            "policies": tuple(self.policies),
            "states": tuple(self.states),
            "allow_addresses": tuple(self.allow_addresses),
            "timeout": self.timeout,
            "attempts": self.attempts,
        }


class _Slack(_Settings):
    url: SecretText

    def wrong(self) -> Iterator[_Told]:
        if not self.url.references:
            yield ("url",), "who knows the address of a Slack webhook can write there", _REFERENCE
        yield from _wrong_url(self.url)

    def channel(self, name: str) -> Channel:
        return Channel(name, "slack", self.url.text, **self._chosen())


class _PagerDuty(_Settings):
    url: SecretText = SecretText(PAGERDUTY)
    routing_key: SecretText
    severities: dict[str, _Severity] = Field(default_factory=dict)

    def wrong(self) -> Iterator[_Told]:
        if not self.routing_key.references:
            yield ("routing_key",), "who knows the routing key can page everybody", _REFERENCE
        yield from _wrong_url(self.url)

    def channel(self, name: str) -> Channel:
        key = self.routing_key.text
        return Channel(name, "pagerduty", self.url.text, routing_key=key, severities=self.severities, **self._chosen())


class _Webhook(_Settings):
    url: SecretText
    headers: Headers = Field(default_factory=dict)
    sign_with: SecretText | None = None

    def wrong(self) -> Iterator[_Told]:
        if self.sign_with is not None and not self.sign_with.references:
            yield ("sign_with",), "who knows the key can sign as gatekeeper", _REFERENCE
        yield from _wrong_url(self.url)
        for name in self.headers:
            if name.lower() in _OURS:
                yield ("headers", name), f"the header {name} is set by gatekeeper itself", "take it out"

    def channel(self, name: str) -> Channel:
        headers = {each: value.text for each, value in self.headers.items()}
        key = "" if self.sign_with is None else self.sign_with.text
        return Channel(name, "webhook", self.url.text, headers=headers, sign_with=key, **self._chosen())


_KINDS: Mapping[str, type[_Settings]] = {"pagerduty": _PagerDuty, "slack": _Slack, "webhook": _Webhook}
_REFERENCE = "write where it is, not what it is: ${env:NAME} or ${file:/run/secrets/name}"
_OURS = frozenset({"content-type", "idempotency-key", "webhook-id", "webhook-timestamp", "webhook-signature"})


def read_channels(section: Section | None, policies: PolicySet | None = None) -> tuple[Channel, ...]:
    """The channels of the configuration, in its order.

    Args:
        section: what stands under ``notify``; None where nothing does.
        policies: with every mode and ladder of the project, to check the names that channels are chosen by; None
            leaves that out.

    Raises:
        InvalidDocuments: with everything that is wrong, and its place. No secret is in it.
    """
    if section is None:
        return ()
    told: list[_Told] = []
    found: list[Channel] = []
    for name, value in section.values.items():
        if not ID.fullmatch(name):
            told.append(((name,), f"`{shown(name)}` is no name of a channel", ID_HINT))
        settings = _settings(name, value, told)
        if settings is not None:
            found.append(settings.channel(name))
            if policies is not None:
                told += _unknown_names(found[-1], policies)
        if isinstance(value, dict):
            told += [((name, *path), what, hint) for path, what, hint in plain_credentials(value)]
    if told:
        raise InvalidDocuments(tuple(dict.fromkeys(_diagnostic(section, *each) for each in told)))
    return tuple(found)


def _settings(name: str, value: Any, told: list[_Told]) -> _Settings | None:
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(value, dict) or kind is None:
        hint = f"it is one of: {', '.join(f'`{each}`' for each in _KINDS)}"
        told.append(((name,), f"the channel `{shown(name)}` needs `kind`", hint))
        return None
    model = _KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        told.append(((name, "kind"), f"there is no kind `{shown(kind)}`", did_you_mean(str(kind), _KINDS, "there are")))
        return None
    try:
        settings = model.model_validate(value)
    except ValidationError as error:
        told += [_invalid(name, model, each) for each in error.errors(include_url=False, include_input=False)]
        return None
    for path, what, hint in (*settings.wrong(), *misplaced_references(settings)):
        told.append(((name, *path), f"`{path_text(path)}`: {what}", hint))
    return settings


def _invalid(name: str, model: type[_Settings], error: Any) -> _Told:
    """One error of pydantic in our words."""
    path: Path = (name, *(part for part in error["loc"] if part != "[key]"))
    where = path_text(path[1:])
    if error["type"] == "extra_forbidden" and len(path) == 2:
        keys = [field.alias or key for key, field in model.model_fields.items()]
        kind = next(each for each, one in _KINDS.items() if one is model)
        return path, f"a channel of kind {kind} has no setting `{shown(where)}`", did_you_mean(where, keys)
    if error["type"] == "missing":
        return path[:-1], f"the channel `{shown(name)}` needs `{where}`", ""
    what = str(error["msg"]).removeprefix("Value error, ")
    return path, f"`{shown(where)}`: {what[:1].lower()}{what[1:]}", ""


def _wrong_url(url: SecretText) -> Iterator[_Told]:
    """What is wrong with a URL that has no secret in it, or none before its path."""
    if url.references and url.text.startswith("${"):
        return  # it is looked at when it is known
    text = url.text
    for each in url.references:
        text = text.replace(str(each), "secret")
    try:
        checked_url(text)
    except ValueError as error:
        yield ("url",), str(error), ""


def _unknown_names(channel: Channel, policies: PolicySet) -> Iterator[_Told]:
    known = [*policies.modes, *policies.ladders]
    for number, each in enumerate(channel.policies):
        if each not in known:
            hint = did_you_mean(each, known, "there are")
            yield (channel.name, "for", number), f"there is no mode and no ladder `{shown(each)}`", hint
    words = {UNKNOWN, *_words(policies, channel.policies or known)}
    for number, each in enumerate(channel.states):
        if each not in words:
            hint = did_you_mean(each, words, "there are")
            yield (channel.name, "on", number), f"there is no state and no level `{shown(each)}`", hint
    for each in channel.severities:
        if each not in words:
            hint = did_you_mean(each, words, "there are")
            yield (channel.name, "severities", each), f"there is no state and no level `{shown(each)}`", hint


def _words(policies: PolicySet, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if name in policies.modes:
            yield from (state.name for state in policies.modes[name].states)
        if name in policies.ladders:
            yield from (level.word for level in policies.ladders[name].levels)


def _diagnostic(section: Section, path: Path, message: str, hint: str) -> Diagnostic:
    at = path
    while at and at not in section.places:
        at = at[:-1]
    place = section.places.get(at, section.place) if at else section.place
    return discreet(Diagnostic(place.file, place.line, place.column, message, hint, code="notify"))
