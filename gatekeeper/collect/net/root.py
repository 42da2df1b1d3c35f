"""Sources that name the root of an interface, behind which a collector puts the paths that it asks."""

from __future__ import annotations

from pydantic import field_validator

from gatekeeper.collect.net.settings import NetConfig
from gatekeeper.net.texts import UrlText


class RootConfig(NetConfig):
    """A source whose URL is the root of an interface; a path may stand in it, such as that of a proxy."""

    @field_validator("url")
    @classmethod
    def _plain_root(cls, url: UrlText) -> UrlText:
        if "?" in url:
            raise ValueError("has a query (?…), where the root of an interface has none")
        return url
