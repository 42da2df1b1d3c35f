"""Real processes: two that race make one change, and one that is killed leaves the old state whole or the new one."""

from __future__ import annotations

import subprocess
import sys
from typing import IO

import pytest

from gatekeeper.model.kept import StateKey
from gatekeeper.state import open_store
from tests.conftest import ROOT
from tests.state.given import T0

ROUNDS = 20


def said(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().strip()


def say(stream: IO[str] | None, line: str) -> None:
    assert stream is not None
    stream.write(f"{line}\n")
    stream.flush()


def test_two_processes_that_hear_of_one_alert_make_one_change(url: str) -> None:
    command = [sys.executable, "-m", "tests.state.racer", url]
    racers = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    told: list[list[str]] = []
    try:
        assert [said(each.stdout) for each in racers] == ["ready", "ready"], "both made the tables at once"
        for number in range(ROUNDS):
            with open_store(url) as store:
                if number % 2:
                    key = StateKey("mode", "rgl8r", f"mode-{number}")
                    assert store.states.advance(key, 0, "normal", T0)
            for line, answer in ((f"mode-{number}", "seen"), ("go on", "")):
                for each in racers:
                    say(each.stdin, line)
                heard = [said(each.stdout) for each in racers]
                assert not answer or heard == [answer, answer]
            told.append(heard)
    finally:
        for each in racers:
            each.communicate(timeout=30)
    assert [each.returncode for each in racers] == [0, 0]
    assert all(sorted(both) == ["entered", "lost there"] for both in told), told
    with open_store(url) as store:
        for number in range(ROUNDS):
            key = StateKey("mode", "rgl8r", f"mode-{number}")
            assert len(store.states.transitions(key)) == 1
        assert len(store.outbox.list(limit=1000)) == ROUNDS, "and one page each"


@pytest.mark.parametrize("kills", [10])
def test_a_process_that_is_killed_leaves_the_old_state_or_the_new_one_whole(url: str, kills: int) -> None:
    command = [sys.executable, "-m", "tests.state.kills", str(kills), url]
    ran = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.startswith(f"{kills} kills, ")
    assert ran.stdout.endswith("all whole\n")
