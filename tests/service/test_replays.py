"""The sample's incidents through HTTP in real order, on a clock that the test turns, and through restarts."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.model.snapshot import Snapshot
from gatekeeper.model.times import instant_text
from tests.sample.incidents import deploys, evidence, incident, minute, signs
from tests.sample.looks import launched
from tests.sample.test_degraded import FAILING, FINE, OUT, Metrics
from tests.service.serving import Served, sample, serving, until

MODE = "rgl8r-degraded"
Document = dict[str, Any]


def given(snapshot: Snapshot) -> Document:
    """The evidence of a snapshot as a caller sends it."""
    return {name: item.value for name, item in snapshot.items.items() if item.failure is None}


def ask(served: Served, mode: str, snapshot: Snapshot, at: datetime) -> Document:
    """One look at an instant."""
    served.set(at)
    answer = served.post(f"/v1/decide/{mode}", {"evidence": given(snapshot)})
    assert answer.status_code == 200, answer.text
    found: Document = answer.json()
    assert found["as_of"] == instant_text(at)
    return found


def play(served: Served, samples: Iterable[Metrics | None], start: int = 0, **documents: Any) -> list[Document]:
    """One look a minute; None is a minute at which the metrics could not be had."""
    found = []
    for offset, metrics in enumerate(samples, start):
        without = () if metrics is not None else ("metrics",)
        parts = {**documents, **({"metrics": metrics} if metrics is not None else {})}
        found.append(ask(served, MODE, evidence(offset, without, **parts), minute(offset)))
    return found


def states(answers: list[Document]) -> list[str]:
    return [each["state"] for each in answers]


def test_eleven_minutes_of_6_percent_enter_at_minute_10_and_leave_ten_clear_minutes_after(tmp_path: Path) -> None:
    with serving(sample(tmp_path / "p", "rgl8r"), at=minute(0)) as served:
        answers = play(served, [*[FAILING] * 11, *[FINE] * 11])
        assert states(answers) == ["normal"] * 10 + ["degraded"] * 11 + ["normal"]
        assert served.changes(MODE) == [("normal", "degraded", minute(10)), ("degraded", "normal", minute(21))]
        told = served.get("/v1/transitions").json()["changes"]
        assert [each["target"] for each in told if each["policy"] == MODE] == ["degraded", "normal"]
        digest = answers[10]["run"]["digest"]
        kept = served.get(f"/v1/decisions/{digest}").json()
        assert kept["decision"] == {name: each for name, each in answers[10].items() if name != "run"}
        (row,) = served.get("/v1/modes").json()["modes"]
        assert (row["state"], row["normal"], row["environment"]) == ("normal", True, "staging")


def test_nine_minutes_of_6_percent_never_enter(tmp_path: Path) -> None:
    with serving(sample(tmp_path / "p", "rgl8r"), at=minute(0)) as served:
        assert set(states(play(served, [*[FAILING] * 10, *[FINE] * 3]))) == {"normal"}
        assert served.changes(MODE) == []


def test_a_gap_in_the_metrics_neither_enters_nor_leaves(tmp_path: Path) -> None:
    samples = [*[FAILING] * 5, *[None] * 3, *[FAILING] * 11, *[FINE] * 5, None, *[FINE] * 11]
    with serving(sample(tmp_path / "p", "rgl8r"), at=minute(0)) as served:
        assert states(play(served, samples)) == ["normal"] * 18 + ["degraded"] * 17 + ["normal"]


def test_the_tabletop_is_l1_alone_no_degradation_and_lever_1(tmp_path: Path) -> None:
    before: Document = {"incident": incident(), "deploys": deploys(-20), "signs": signs(canary_status="FAIL_AUTH")}
    with serving(sample(tmp_path / "p", "rgl8r"), at=minute(0)) as served:
        answers = play(served, [OUT] * 15, **before)
        assert set(states(answers)) == {"normal"}
        for each in answers:
            (escalation,) = [ladder for ladder in each["ladders"] if ladder["ladder"] == "rgl8r-escalation"]
            assert (escalation["level"], escalation["unknown"]) == ("L1", [])
            assert (each["levers"][0]["lever"], each["levers"][0]["pull"]) == ("render-rollback", "advised")
        assert served.changes(MODE) == []
        assert served.changes("rgl8r-escalation") == [(None, "L1", minute(0))]
        page = served.get("/").text
        assert "Does the API run degraded?" in page
        assert "no level → L1" in page


@pytest.mark.parametrize("seed", [1, 2])
def test_restarts_at_any_instant_change_nothing(tmp_path: Path, seed: int) -> None:
    """A service that is killed goes on from what it kept."""
    chosen = set(random.Random(seed).sample(range(1, 22), 4))
    root = sample(tmp_path / "p", "rgl8r")
    samples = [*[FAILING] * 11, *[FINE] * 11]
    found: list[Document] = []
    while len(found) < len(samples):
        with serving(root, at=minute(len(found))) as served:
            for offset in range(len(found), len(samples)):
                found += play(served, [samples[offset]], start=offset)
                if offset in chosen:
                    served.process.kill()
                    break
            else:
                assert served.changes(MODE) == [("normal", "degraded", minute(10)), ("degraded", "normal", minute(21))]
    assert states(found) == ["normal"] * 10 + ["degraded"] * 11 + ["normal"]


def test_a_dry_run_keeps_nothing(tmp_path: Path) -> None:
    with serving(sample(tmp_path / "p", "rgl8r"), at=minute(0)) as served:
        body = {"evidence": given(evidence(0, metrics=FAILING)), "dry_run": True}
        answer = served.post(f"/v1/decide/{MODE}", body)
        assert (answer.status_code, answer.json()["state"]) == (200, "normal")
        assert served.get("/v1/modes").json()["modes"][0]["version"] == 0
        assert served.get(f"/v1/decisions/{answer.json()['run']['digest']}").status_code == 404


NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
CONTROL = "ingestion-control"

COLLECTED = """\
apiVersion: gatekeeper/v1
kind: Sources
system: ingestion
environment: production
subject: {service: ingestion, environment: production}
sources:
  desk: {collector: recorded_events}
  settings: {collector: env, variables: {INGESTION_ENABLED: {pattern: "^false$"}}}
"""


def noon(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


class Uploads:
    """The ingestion system, whose figures a test sets and whose events people send to the service."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.folder = served.root / "evidence" / "ingestion"

    @staticmethod
    def project(folder: Path) -> Path:
        """Its sources read files of SQLite and JSON, and the service's own record of events."""
        root = sample(folder, "ingestion")
        evidence = root / "evidence" / "ingestion"
        recorded = launched()
        lines = [COLLECTED]
        for name in ("incident", "announcements", "rollout"):
            (evidence / f"{name}.json").write_text(json.dumps(recorded.items[name].value))
            lines.append(f"  {name}: {{collector: json, file: {name}.json}}\n")
        with closing(sqlite3.connect(evidence / "figures.db")) as database, database:
            database.execute("CREATE TABLE hour (since TEXT, uploads INTEGER, failed INTEGER)")
            for name in ("breakers", "openings", "unfinished"):
                value: Any = recorded.items[name].value
                columns = [each["name"] for each in value["columns"]]
                database.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
                for row in value["rows"]:
                    marks = ", ".join("?" for _ in columns)
                    database.execute(f"INSERT INTO {name} VALUES ({marks})", [row[each] for each in columns])
                types = ", ".join(f"{each['name']}: {each['type']}" for each in value["columns"])
                lines.append(_table(name, types))
        lines.append(_table("hour", "since: timestamp, uploads: int, failed: int"))
        (evidence / "sources.production.yaml").write_text("".join(lines))
        return root

    def look(self, at: float, failed: int, since: float = -50) -> Document:
        """So many of a hundred uploads failed: one look on what the service collects itself."""
        with closing(sqlite3.connect(self.folder / "figures.db")) as database, database:
            database.execute("DELETE FROM hour")
            database.execute("INSERT INTO hour VALUES (?, 100, ?)", [instant_text(noon(since)), failed])
        self.served.set(noon(at))
        answer = self.served.post(f"/v1/decide/{CONTROL}", {})
        assert answer.status_code == 200, answer.text
        found: Document = answer.json()
        return found

    def did(self, event: str, at: float) -> Document:
        """Somebody tells the service what they did."""
        self.served.set(noon(at))
        before = self.version()
        body = {"system": "ingestion", "event": event, "by": "Ines Roth", "at": instant_text(noon(at))}
        answer = self.served.post("/v1/events", body)
        assert answer.status_code == 200, answer.text
        # The event has the mode looked at; the clock stands still until that is done.
        assert until(lambda: self.version() > before)
        found: Document = answer.json()
        return found

    def version(self) -> int:
        """How often the mode was looked at."""
        (found,) = self.served.get("/v1/modes").json()["modes"]
        return int(found["version"])


def _table(name: str, columns: str) -> str:
    query = f"SELECT * FROM {name}"
    return f"  {name}: {{collector: sql, database: 'sqlite:///figures.db', query: {query}, columns: {{{columns}}}}}\n"


def level(found: Document) -> str | None:
    (ladder,) = found["ladders"]
    told: str | None = ladder["level"]
    return told


def test_6_12_and_22_percent_walk_ingestion_down_and_recorded_events_walk_it_back(tmp_path: Path) -> None:
    root = Uploads.project(tmp_path / "p")
    with serving(root, {"INGESTION_ENABLED": "true"}, at=noon(-190)) as served:
        uploads = Uploads(served)
        assert uploads.did("day0-go", -185) == {"new": True, "looks": [CONTROL], "warnings": []}
        # A policy hands the words of events on, so that it cannot be told that none reads this one.
        (warning,) = uploads.did("lunch", -184)["warnings"]
        assert warning == 'no policy of ingestion names the event "lunch"; did you mean launch?'
        uploads.did("launch", -180)
        assert uploads.look(0, 1)["state"] == "running"
        told = uploads.look(1, 6)
        assert (told["state"], level(told), told["pages"]) == ("running", "TOLD", [])
        paged = uploads.look(2, 12)
        assert (paged["state"], level(paged)) == ("paused", "PAGED")
        assert [each["who"] for each in paged["pages"]] == ["on-call"]
        back = uploads.look(3, 22)
        assert (back["state"], level(back)) == ("rolled_back", "ROLLBACK")
        assert uploads.look(20, 0, since=10)["state"] == "rolled_back", "good figures alone bring nothing back"
        uploads.did("day0-go", 30)
        uploads.did("launch", 31)
        assert uploads.look(32, 0, since=31.5)["state"] == "running"
        assert [target for _, target, _ in served.changes(CONTROL)] == ["running", "paused", "rolled_back", "running"]
