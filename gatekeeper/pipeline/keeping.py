"""The project's store: where it is, who opens it, and what collectors may ask of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from gatekeeper.errors import StoreError
from gatekeeper.model.kept import ReceivedAlert, RecordedEvent
from gatekeeper.model.snapshot import Snapshot, Subject
from gatekeeper.redaction import PROCESS, SHORTEST
from gatekeeper.snapshot import parse_snapshot, snapshot_bytes

if TYPE_CHECKING:
    from gatekeeper.load.configuration import Configuration
    from gatekeeper.state.store import Store

FILE = "gatekeeper.db"
_TIDY = "prune"
_DAILY = timedelta(days=1)


@contextmanager
def open_project_store(configuration: Configuration, *, create: bool = True) -> Iterator[Store]:
    """The project's store, for as long as the block lasts; a file is made, and migrated, where it has to be.

    Args:
        create: whether a file that is not there is made.

    Raises:
        StoreError: it cannot be used.
    """
    from gatekeeper.state import open_store

    with open_store(_address(configuration, os.environ), create=create) as store:
        yield store


@dataclass(frozen=True, slots=True)
class KeptBySystem:
    """What the store keeps of one system; it is opened where something is asked of it, and not before.

    Attributes:
        system: the system.
        open: gives the store.
    """

    system: str
    open: Callable[[], AbstractContextManager[Store]]

    def events(self, subject: Subject, since: datetime | None, most: int) -> tuple[RecordedEvent, ...]:
        """The latest events that are about the subject's service and environment, or name none."""
        about = {"service": subject.service, "environment": subject.environment}
        with self.open() as store:
            return store.events.list(self.system, **about, since=since, limit=most)

    def alerts(self, at: datetime) -> tuple[ReceivedAlert, ...]:
        """The alerts that go on at an instant."""
        with self.open() as store:
            return store.alerts.active(at)


def kept_of(configuration: Configuration, system: str, store: Store | None = None) -> KeptBySystem:
    """What the project's store keeps of a system.

    Args:
        store: it, where it is open. Else nothing is made: without a store nothing was kept, which is to be told.
    """
    if store is None:
        return KeptBySystem(system, partial(open_project_store, configuration, create=False))
    return KeptBySystem(system, lambda: nullcontext(store))


def keep_snapshot(store: Store, snapshot: Snapshot) -> None:
    """Keep the evidence of a decision."""
    store.samples.keep(snapshot_bytes(snapshot), snapshot.taken_at)


def kept_snapshot(store: Store, digest: str) -> Snapshot | None:
    """The evidence of that digest, as it is read back; None where it was not kept, or is no longer.

    Raises:
        InvalidInput: it was changed, or is of a version that is not known here.
    """
    data = store.samples.get(digest)
    return None if data is None else parse_snapshot(data, f"{store.name}: {digest}")


def tidy(store: Store, holder: str, now: datetime) -> bool:
    """Forget what is older than it has to be, once a day, whoever asks. Whether it was this call that did it.

    Args:
        holder: a name that no other instance has.
    """
    if store.leases.holder(_TIDY, now) is not None or not store.leases.acquire(_TIDY, holder, now, _DAILY):
        return False
    store.prune(now)
    return True


def _address(configuration: Configuration, environ: Mapping[str, str]) -> str:
    """The address of the store, with its secrets, which are kept out of everything that is written from now on."""
    given = configuration.store
    if given is None:
        return _of_file(configuration, f"{configuration.state}/{FILE}")
    url = _revealed(given, environ) if "${" in given else given
    if "://" not in url:
        return _of_file(configuration, url)
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        return _of_file(configuration, url.removeprefix("sqlite:///"))
    _keep_out(url)
    return url


def _of_file(configuration: Configuration, name: str) -> str:
    return "sqlite:///" + quote(str((configuration.root / name).absolute()))


def _revealed(given: str, environ: Mapping[str, str]) -> str:
    """The text with its secrets; a part of an address is escaped, and a whole one stands as it is."""
    from pydantic import BaseModel

    from gatekeeper.refused import Refused
    from gatekeeper.secrets import SecretText, look_up

    class Named(BaseModel):
        text: SecretText

    try:
        SecretText.parse(given)  # whose refusal is one line
        named = Named.model_validate({"text": given})
        secrets = look_up((named,), environ)
        found = {str(each): secrets.reveal(SecretText(str(each), (each,))) for each in named.text.references}
    except (Refused, ValueError) as error:
        raise StoreError(f"the address under `store`: {error}") from None
    if given in found:
        return found[given]
    text = given
    for reference, secret in found.items():
        text = text.replace(reference, quote(secret, safe=""))
    return text


def _keep_out(url: str) -> None:
    from urllib.parse import unquote, urlsplit

    try:
        password = urlsplit(url).password or ""
    except ValueError:
        return
    for form in {password, unquote(password)}:
        if len(form) >= SHORTEST:
            PROCESS.add(form)
