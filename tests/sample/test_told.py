"""A mode of the sample, look by look through the command, and what its receivers are told of it: changes alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gatekeeper.clock import system_clock
from gatekeeper.load import load_configuration
from gatekeeper.model.snapshot import Subject
from gatekeeper.pipeline.notifying import channels_of, courier_of
from tests.fakes.servers import Call, serving
from tests.notify.outboxes import Hands, Receiver
from tests.sample.incidents import deploys, evidence, incident, minute, signs
from tests.sample.looks import Desk, run, transitions
from tests.sample.test_degraded import FAILING, FINE, OUT, Metrics

MODE, LADDER = "rgl8r-degraded", "rgl8r-escalation"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.of(tmp_path, "rgl8r", Subject("rgl8r-api", "staging", None))


@contextmanager
def receiving(desk: Desk, more: str = "", **how: Any) -> Iterator[Receiver]:
    """A receiver that is the project's only channel."""
    receiver = Receiver(**how)
    with serving(receiver) as server:
        channel = f"{{kind: webhook, url: '{server.url}', allow_addresses: [127.0.0.0/8]{more}}}"
        (desk.root / "gatekeeper.yaml").write_text(f"notify:\n  hook: {channel}\n", encoding="utf-8")
        yield receiver


def play(desk: Desk, samples: list[Metrics | None], start: int = 0, **documents: Any) -> None:
    for offset, metrics in enumerate(samples, start):
        without = () if metrics is not None else ("metrics",)
        parts = {**documents, **({"metrics": metrics} if metrics is not None else {})}
        assert not desk.look(MODE, evidence(offset, without, **parts), minute(offset)).err


def told(receiver: Receiver) -> list[tuple[str, str | None, str | None]]:
    return [(said["policy"], said["source"], said["target"]) for said in receiver.got.values()]


def test_each_change_is_told_once_and_no_look_without_one(desk: Desk) -> None:
    with receiving(desk) as receiver:
        play(desk, [*[FAILING] * 11, *[FINE] * 11])
        sent = run("notify", "send", "--root", desk.root)
        assert (sent.code, sent.out) == (0, "2 sent, 0 failed, 0 given up\n")
        assert run("notify", "send", "--root", desk.root).out == "0 sent, 0 failed, 0 given up\n"
    assert told(receiver) == [(MODE, "normal", "degraded"), (MODE, "degraded", "normal")]
    entered = next(iter(receiver.got.values()))
    assert (entered["at"], entered["alarming"]) == ("2026-02-24T14:10:00Z", True)
    assert entered["decision"]["state"] == "degraded"
    with desk.store() as store:
        assert store.states.decision(entered["decision_digest"]) is not None


def test_what_is_not_known_any_more_is_told_and_so_is_that_it_is_known_again(desk: Desk) -> None:
    with receiving(desk, ", for: [rgl8r-degraded], on: [degraded]") as receiver:
        play(desk, [FINE, *[None] * 16, FINE])
        assert run("notify", "send", "--root", desk.root).code == 0
    assert told(receiver) == [(MODE, "normal", "unknown"), (MODE, "unknown", "normal")]


def test_a_level_of_a_ladder_that_the_mode_names_is_told(desk: Desk) -> None:
    parts: dict[str, Any] = {"incident": incident(), "deploys": deploys(-20), "signs": signs(canary_status="FAIL_AUTH")}
    with receiving(desk) as receiver:
        play(desk, [OUT, OUT], 20, **parts)
        run("notify", "send", "--root", desk.root)
    assert (LADDER, None, "L1") in told(receiver)
    assert len(told(receiver)) == len(set(told(receiver)))


def test_looks_at_once_tell_of_one_change_once(desk: Desk) -> None:
    with receiving(desk) as receiver:
        play(desk, [FAILING] * 10)
        path = desk.write(evidence(10, metrics=FAILING), "tenth")
        command = [sys.executable, "-m", "gatekeeper", "decide", MODE, "--snapshot", str(path)]
        arguments = [*command, "--as-of", "2026-02-24T14:10:00Z", "--format", "json"]
        with ThreadPoolExecutor(4) as threads:
            runs = threads.map(
                lambda _: subprocess.run(arguments, cwd=desk.root, capture_output=True, timeout=120, check=False),
                range(4),
            )
        assert {each.returncode for each in runs} == {1}
        run("notify", "send", "--root", desk.root)
    assert told(receiver) == [(MODE, "normal", "degraded")]
    assert len(receiver.attempts) == 1


def test_what_was_given_up_is_listed_and_sent_anew_by_hand(desk: Desk) -> None:
    with receiving(desk, statuses=("410 Gone", "200 OK")) as receiver:
        play(desk, [FAILING] * 11)
        sent = run("notify", "send", "--root", desk.root)
        assert (sent.code, sent.out) == (4, "0 sent, 0 failed, 1 given up\n")
        assert "given up: it answered 410 Gone" in sent.err
        listed = run("notify", "list", "--standing", "dead", "--root", desk.root)
        assert listed.code == 0
        assert "hook rgl8r-degraded (rgl8r-api staging) change 11: given up at " in listed.out
        assert listed.out.endswith("after 1 attempt: it answered 410 Gone: {}\n")
        (row,) = json.loads(run("notify", "list", "--format", "json", "--root", desk.root).out)
        assert (row["channel"], row["attempts"], row["payload"]["target"]) == ("hook", 1, "degraded")
        id_ = listed.out.split(" ")[0]
        assert run("notify", "retry", id_, "--root", desk.root).out.startswith(f"to be sent again: {id_} hook")
        assert run("notify", "send", "--root", desk.root).code == 0
        again = run("notify", "retry", id_, "--root", desk.root)
        assert (again.code, "was sent already" in again.err) == (2, True)
    assert len(set(receiver.attempts)) == 1
    assert told(receiver) == [(MODE, "normal", "degraded")]


def test_an_id_that_there_is_not_and_a_store_that_there_is_not_are_refused(desk: Desk) -> None:
    assert run("notify", "list", "--root", desk.root).code == 4
    play(desk, [FINE])
    assert run("notify", "list", "--root", desk.root).out == ""
    missing = run("notify", "retry", "0123", "--root", desk.root)
    assert (missing.code, missing.err.count("\n")) == (2, 2)
    assert 'no message has an id that begins with "0123"' in missing.err


@dataclass
class Pager:
    """Keeps incidents as PagerDuty does: by their key; it is down at times."""

    down: tuple[int, ...] = ()
    calls: int = 0
    open: set[str] = field(default_factory=set)
    pages: list[str] = field(default_factory=list)

    def __call__(self, call: Call) -> None:
        self.calls += 1
        event = json.loads(call.body)
        assert (call.target, event["routing_key"]) == ("/v2/enqueue", "r0ut1ngk3yr0ut1ngk3yr0ut1ngk3y00")
        key = event["dedup_key"]
        if event["event_action"] == "resolve":
            self.open.discard(key)
        elif key not in self.open:
            self.open.add(key)
            self.pages.append(event["payload"]["summary"].partition(": degraded/")[0])
        # What it took in, and then failed to say so, comes again.
        call.answer(b"{}", "500 Internal Server Error" if self.calls in self.down else "202 Accepted")


def test_a_pager_that_is_down_at_times_pages_once_for_each_time_that_the_mode_is_entered(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUTING_KEY", "r0ut1ngk3yr0ut1ngk3yr0ut1ngk3y00")
    pager = Pager(down=(1, 2, 4))
    with serving(pager) as server:
        (desk.root / "gatekeeper.yaml").write_text(
            f"notify:\n  pager: {{kind: pagerduty, url: '{server.url}/v2/enqueue', allow_addresses: [127.0.0.0/8],"
            " routing_key: '${env:ROUTING_KEY}', for: [rgl8r-degraded]}\n",
            encoding="utf-8",
        )
        play(desk, [*[FAILING] * 11, *[FINE] * 11, *[FAILING] * 11])
        clock = Hands(system_clock())
        with desk.store() as store:
            channels = channels_of(load_configuration(desk.root, {}))
            for _ in range(10):
                courier_of(channels, store, clock=clock).work()
                clock.forward(timedelta(hours=1))
            assert len(store.outbox.list("delivered")) == 3
    assert pager.calls == 6
    assert pager.pages == ["replay of rgl8r-degraded: normal → degraded"] * 2
    assert len(pager.open) == 1


def test_a_dry_run_tells_nobody(desk: Desk) -> None:
    with receiving(desk) as receiver:
        play(desk, [FAILING] * 10)
        answer = desk.look(MODE, evidence(10, metrics=FAILING), minute(10), "--dry-run", "--format", "json")
        assert answer.document["state"] == "degraded"
        run("notify", "send", "--root", desk.root)
    assert told(receiver) == []


def test_channels_that_are_wrong_are_told_by_lint_and_stop_a_look_before_anything_is_kept(desk: Desk) -> None:
    (desk.root / "gatekeeper.yaml").write_text(
        "notify:\n  hook: {kind: slack, url: https://a.example}\n", encoding="utf-8"
    )
    answer = desk.look(MODE, evidence(0, metrics=FINE), minute(0))
    assert answer.code == 4
    assert "gatekeeper.yaml:2:28: `url`: who knows the address of a Slack webhook can write there" in answer.err
    assert not (desk.root / ".gatekeeper").exists()
    text = "notify:\n  hook: {kind: webhook, url: https://a.example, for: [rgl8r-degrade]}\n"
    (desk.root / "gatekeeper.yaml").write_text(text, encoding="utf-8")
    linted = run("lint", "--root", desk.root)
    assert linted.code == 4
    assert "there is no mode and no ladder `rgl8r-degrade`" in linted.out + linted.err
    assert "did you mean `rgl8r-degraded`?" in linted.out + linted.err


def test_without_channels_changes_are_kept_and_nobody_is_told(desk: Desk) -> None:
    play(desk, [FAILING] * 11)
    with desk.store() as store:
        assert transitions(store, MODE)
        assert store.outbox.list() == ()
