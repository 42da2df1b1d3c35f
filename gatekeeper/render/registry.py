"""The formats that there are."""

from __future__ import annotations

from collections.abc import Mapping

from gatekeeper.errors import UsageError
from gatekeeper.render.interface import Renderer
from gatekeeper.render.json_v1 import JsonRenderer
from gatekeeper.render.markdown import MarkdownRenderer
from gatekeeper.render.text import TextRenderer

RENDERERS: Mapping[str, Renderer] = {
    "text": TextRenderer(),
    "json": JsonRenderer(),
    "markdown": MarkdownRenderer(),
}
"""Renderers by the word that ``--format`` takes."""


def renderer_for(name: str) -> Renderer:
    """The renderer of that name, with its defaults.

    Raises:
        UsageError: there is no such format; the message names a near one, or all.
    """
    found = RENDERERS.get(name)
    if found is not None:
        return found
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), RENDERERS, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"the formats are {', '.join(RENDERERS)}"
    raise UsageError(f"unknown format {name!r}", hint)
