"""Every report tells whom to page and why, and who is not paged and why not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from gatekeeper.model.report import Report
from gatekeeper.pipeline import stand_on
from gatekeeper.render.json_v1 import JsonRenderer
from gatekeeper.render.markdown import MarkdownRenderer
from gatekeeper.render.text import TextRenderer
from tests.builders import item, snapshot
from tests.evaluate.ladders import load

AT = datetime(2026, 3, 3, 3, 0, tzinfo=UTC)
LADDER = """\
levels_lowest_first:
  - level: P1
    title: One
    page: [platform on-call]
    triggers:
      - {id: slow, title: Slow, when: a.slow, page: [{topic: database}]}
paging:
  database: [{who: DBA, hours: office}, {who: lead | dev, when: b.lead}]
"""
OFFICE = """\
apiVersion: gatekeeper/v1
kind: Calendar
id: office
title: Office hours
working_days: [mon, tue, wed, thu, fri]
hours: {from: "09:00", to: "17:30"}
"""


def report(folder: Path) -> Report:
    evidence = snapshot(item("a", {"slow": True}, collected_at=AT))
    return Report((), ladders=(stand_on(load(folder, LADDER, OFFICE), "shop", evidence, as_of=AT, now=AT),))


def test_the_board(tmp_path: Path) -> None:
    _, board = TextRenderer(200).render(report(tmp_path)).split("WHOM TO PAGE", 1)
    told = [" ".join(line.split()) for line in board.splitlines()[2:5]]
    meant = "whether they are meant is not known: b: no evidence called b was collected"
    assert told == [
        "! platform on-call for P1 by when is not known",
        f"! lead | dev for P1 by slow (database) by when is not known; {meant}",
        "· DBA for P1 by slow (database) not paged, outside of the hours of office; from 2026-03-03T09:00Z on",
    ]


def test_the_packet(tmp_path: Path) -> None:
    text = MarkdownRenderer().render(report(tmp_path))
    assert "| **lead &#124; dev** | `P1`, `slow (database)` | not known; whether they are meant is not known: b" in text
    assert "| DBA | `P1`, `slow (database)` | outside of the hours of office | 2026-03-03T09:00:00Z |" in text


def test_the_document(tmp_path: Path) -> None:
    found = json.loads(JsonRenderer().render(report(tmp_path)))
    assert [(each["who"], each["because"]) for each in found["pages"]] == [
        ("platform on-call", []),
        ("lead | dev", ["slow (database)"]),
    ]
    assert found["not_paged"] == [
        {
            "who": "DBA",
            "level": "P1",
            "because": ["slow (database)"],
            "told": "outside of the hours of office",
            "not_before": "2026-03-03T09:00:00Z",
        }
    ]
