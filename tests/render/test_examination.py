"""The outcome of trying sources, for tools: it can be printed on any terminal."""

from __future__ import annotations

import json

import pytest

from gatekeeper.model.examination import Examined, Unmet
from gatekeeper.render.examination_json import examination_json


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\x9b", "\ud800"], ids=ascii)
def test_what_a_terminal_would_obey_or_hide_is_escaped_and_can_be_read_back(hidden: str) -> None:
    lack = Unmet("launch", "metrics", "missing", f"no source{hidden} binds it", "bind it")
    told = examination_json([Examined("shop", "staging", "evidence/shop/sources.yaml", (), (lack,))], [])
    assert hidden not in told
    assert json.loads(told)["systems"][0]["unmet"][0]["detail"] == lack.detail
    assert told.startswith('{\n  "well": false,\n  "systems"'), "in the order in which it is read"
