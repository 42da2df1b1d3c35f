"""The runner: configurations before anything is read, every failure kept to its own source."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.collect import COLLECTORS, check_sources, collect
from gatekeeper.collect.interface import CollectRequest, FileConfig
from gatekeeper.errors import Diagnostic, InvalidDocuments
from gatekeeper.model.canonical import content_digest
from gatekeeper.model.snapshot import Evidence, Subject
from tests.collect.sources import NOW, PLACE, collected, listing, run, sources, write


def _refused(**entries: dict[str, Any]) -> tuple[Diagnostic, ...]:
    with pytest.raises(InvalidDocuments) as caught:
        check_sources(sources(**entries))
    return caught.value.diagnostics


def test_each_source_is_read_and_timed_in_the_order_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, "a.json", {"a": 1})
    ticks = (NOW + timedelta(seconds=number) for number in range(10))
    told: list[tuple[str, int, int]] = []
    document = sources(two={"collector": "json", "file": "a.json"}, one={"collector": "json", "file": "gone.json"})
    found = collect(
        replace(document, concurrency=1),
        None,
        lambda: next(ticks),
        tmp_path,
        lambda *what: told.append(what),
    )
    assert [each.name for each in found] == ["two", "one"]
    assert [each.collected_at for each in found] == [NOW, NOW + timedelta(seconds=1)]
    assert [each.failure is None for each in found] == [True, False]
    assert told == [("two", 0, 2), ("two", 1, 2), ("one", 1, 2), ("one", 2, 2)]


def test_only_the_names_that_are_asked_for_are_read(tmp_path: Path) -> None:
    write(tmp_path, "a.json", {})
    document = sources(a={"collector": "json", "file": "a.json"}, b={"collector": "json", "file": "a.json"})
    found = collect(document, {"b", "not bound anywhere"}, lambda: NOW, tmp_path)
    assert [each.name for each in found] == ["b"]


def test_evidence_carries_its_source_its_times_its_subject_and_the_digest_of_its_content(tmp_path: Path) -> None:
    write(tmp_path, "in/a.json", {"a": 1})
    evidence = collected(
        tmp_path,
        collector="json",
        file="in/a.json",
        observed_at="2026-03-03T10:00:00+02:00",
        subject={"commit": "abc"},
    )
    assert evidence == Evidence(
        name="it",
        kind="json",
        source="in/a.json",
        collector="json",
        observed_at=datetime(2026, 3, 3, 8, tzinfo=UTC),
        collected_at=NOW,
        value={"a": 1},
        failure=None,
        subject=Subject(None, None, "abc"),
        digest=content_digest("json", {"a": 1}),
    )


def test_the_same_content_has_the_same_digest_whatever_its_layout(tmp_path: Path) -> None:
    write(tmp_path, "a.json", '{"a": 1.0, "b": [2]}')
    write(tmp_path, "b.json", '{ "b":[2],\n"a":1 }')
    write(tmp_path, "c.json", '{ "b":[2],\n"a":1.5 }')
    a, b, c = (collected(tmp_path, collector="json", file=name).digest for name in ("a.json", "b.json", "c.json"))
    assert a == b != c


def test_an_unknown_collector_is_refused_with_what_was_meant(tmp_path: Path) -> None:
    (wrong,) = _refused(canary={"collector": "workflow_run", "file": "a"})
    assert str(wrong) == f'{PLACE}: source canary: there is no collector "workflow_run"'
    assert wrong.hint == "did you mean workflow_runs?"
    (wrong,) = _refused(canary={"collector": "telepathy"})
    assert wrong.hint == f"there are {', '.join(COLLECTORS)}"


def test_a_setting_that_there_is_not_is_refused_with_what_was_meant() -> None:
    (wrong,) = _refused(canary={"collector": "json", "file": "a", "max_byte": 7})
    assert wrong.message == 'source canary: the json collector has no setting "max_byte"'
    assert wrong.hint == "did you mean max_bytes?"


def test_a_setting_that_is_missing_is_named() -> None:
    (wrong,) = _refused(canary={"collector": "json"})
    assert (wrong.message, wrong.hint) == ("source canary: file is missing", "the json collector needs it")


def test_a_bad_setting_is_pointed_at() -> None:
    (wrong,) = _refused(canary={"collector": "json", "file": 7})
    assert (wrong.line, wrong.column) == (8, 11)
    assert wrong.message == "source canary: file: input should be a valid string"


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"observed_at": "2026-03-03T09:00:00"}, "is no date and time with an offset"),
        ({"observed_at": "yesterday"}, "is no date and time with an offset"),
        ({"max_bytes": 0}, "max_bytes: input should be greater than or equal to 1"),
        ({"max_bytes": "16"}, "max_bytes: input should be a valid integer"),
        ({"max_bytes": True}, "max_bytes: input should be a valid integer"),
        ({"subject": {"servce": "x"}}, 'has no setting "servce"'),
        ({"subject": "api"}, "subject: "),
        ({"file": ""}, "is no path of a file"),
        ({"file": "a\nb"}, "is no path of a file"),
    ],
)
def test_settings_that_every_source_has_are_checked(setting: dict[str, Any], said: str) -> None:
    (wrong,) = _refused(canary={"collector": "json", "file": "a", **setting})
    assert said in wrong.message
    assert "\n" not in wrong.message


def test_every_mistake_of_every_source_is_told_at_once() -> None:
    wrong = _refused(a={"collector": "jsn"}, b={"collector": "json"}, c={"collector": "json", "file": "x", "y": 1})
    assert len(wrong) == 3


def test_nothing_is_read_while_a_configuration_is_wrong(tmp_path: Path) -> None:
    def never() -> datetime:
        raise AssertionError("the clock was read")

    write(tmp_path, "a.json", {})
    with pytest.raises(InvalidDocuments):
        collect(sources(a={"collector": "json", "file": "a.json"}, b={"collector": "json"}), None, never, tmp_path)


def test_a_collector_that_breaks_stops_no_other_and_prints_no_value(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        kind = "json"
        gives = "json"
        config = FileConfig

        def collect(self, request: CollectRequest[FileConfig]) -> Evidence:
            raise KeyError("a password")

    monkeypatch.setitem(COLLECTORS, "json", Broken())
    write(tmp_path, "a.yaml", "a: 1")
    document = sources(a={"collector": "json", "file": "x"}, b={"collector": "yaml", "file": "a.yaml"})
    broken, fine = collect(document, None, lambda: NOW, tmp_path)
    assert broken.failure is not None
    assert (broken.failure.cause, broken.failure.detail) == ("failed", "the json collector broke: KeyError")
    assert fine.value == {"a": 1}


def test_a_failure_says_how_many_more_defects_there_are(tmp_path: Path) -> None:
    wrong = [run(1, conclusion="succes", head_sha=7), run(2, event=None)]
    write(tmp_path, "a.json", listing(*wrong))
    evidence = collected(tmp_path, collector="workflow_runs", file="a.json")
    assert evidence.failure is not None
    assert evidence.failure.detail.startswith('runs[0].conclusion: "succes" is none of success, failure, ')
    assert evidence.failure.detail.endswith("(and 3 more)")


def test_a_failed_item_has_the_digest_of_nothing(tmp_path: Path) -> None:
    one = collected(tmp_path, collector="json", file="a.json")
    other = replace(collected(tmp_path, collector="json", file="b.json"), source=one.source, failure=one.failure)
    assert one == other
