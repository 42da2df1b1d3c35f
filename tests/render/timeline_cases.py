"""Played cases of the shop, as a reviewer would want to read their timelines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gatekeeper.model.replay import Replay
from gatekeeper.model.suite import Case, Pause
from gatekeeper.suites.compare import compare
from gatekeeper.suites.play import play
from tests.suites.stories import T0, case, event, expects, load, minutes, series, suite, wanted


def replay(folder: Path, its: Case, policies: tuple[str, ...] = ("shop-mode", "alarm", "launch")) -> Replay:
    """The case as it is played and compared."""
    there = load(folder)
    of = suite(its, policies=policies)
    played = play(its, of, there)
    return Replay(
        suite=of,
        played=played,
        verified=compare(played),
        ladders={name: there.ladders[name] for name in policies if name in there.ladders},
        modes={name: there.modes[name] for name in policies if name in there.modes},
    )


def rush() -> Case:
    """Too many errors for four minutes, then none."""
    return case(
        expects("shop-mode", wanted("state", "slow"), at=4, title="slow after three minutes"),
        expects("alarm", wanted("level", "L2"), at=1),
        expects("launch", wanted("verdict", "NO-GO"), at=1),
        expects("shop-mode", wanted("state", "normal"), at=9),
        id="rush",
        title="A rush of errors, and its end",
        every=minutes(1),
        length=minutes(10),
        series=(series("metrics.error_rate", 0.001, 0.6, 0.6, 0.6, 0.6, 0.6, 0.001),),
        events=(
            event(1, "the rush begins"),
            event(6, "it is over", metrics__told=True),
            event(8, "Bo goes home", people__rows=[{"name": "Ann", "there": True}, {"name": "Bo", "there": False}]),
        ),
    )


def wrong() -> Case:
    """What is expected does not come."""
    return case(
        expects("alarm", wanted("level", "L2"), wanted("pages", ["on-call"]), title="somebody hears of it"),
        expects("launch", wanted("verdict", "GO")),
        id="wrong",
        title="Nothing happens",
    )


def blind() -> Case:
    """Nobody looks for a while, and then there is nothing to see."""
    return case(
        expects("shop-mode", wanted("state", "unknown"), at=20),
        id="blind",
        title="A pause, and then no figures",
        every=minutes(1),
        length=minutes(20),
        series=(series("metrics.error_rate", 0.06),),
        pauses=(Pause(minutes(2), minutes(6)),),
        events=(event(12, "the figures stop", lacking={"metrics": "missing"}),),
    )


CASES: dict[str, Callable[[], Case]] = {"rush": rush, "wrong": wrong, "blind": blind}

BEGINS = T0
