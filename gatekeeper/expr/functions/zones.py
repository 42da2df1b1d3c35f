"""Time zones from the ``tzdata`` package alone, so that no machine's own files decide anything."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from gatekeeper.expr.outcome import Refusal

_OFFSET: Final = re.compile(r"([+-]?)(\d\d):(\d\d)", re.ASCII)


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """The zone of an IANA name such as ``Europe/Rome``, or of an offset such as ``-02:30``.

    Raises:
        Refusal: there is no such zone.
    """
    if name == "UTC":
        return UTC
    if (found := _OFFSET.fullmatch(name)) and int(found[2]) < 24 and int(found[3]) < 60:
        away = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-away if found[1] == "-" else away)
    if name not in _names():
        raise Refusal("there is no time zone {argument}", 1)
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
