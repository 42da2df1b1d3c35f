"""How much processor time one whole process takes, beside named peers.

Run it in the environment that ``scripts/check setup`` makes::

    .venv/bin/python benchmarks/cold_start.py --runs 15

The figure is user plus system time of the child process, the median of all runs. The runs of the different commands
take turns, so that a busy machine burdens all of them alike; ratios are what to compare between machines.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORDED_DAY = "2026-03-03T09:00:00Z"


@dataclass(frozen=True, slots=True)
class Contender:
    """A process to be measured.

    Attributes:
        aim: seconds of processor time that it should stay below, or None.
        exits: the exit codes that mean that it did its work.
        fresh_cache: whether each run starts without gatekeeper's cache.
    """

    name: str
    arguments: tuple[str, ...]
    aim: float | None = None
    exits: tuple[int, ...] = (0,)
    fresh_cache: bool = False


CONTENDERS = (
    Contender("python -c pass", ("-c", "pass")),
    Contender("python -c 'import click'", ("-c", "import click")),
    Contender("python -c 'import celpy'", ("-c", "import celpy")),
    Contender("gatekeeper --version", ("-m", "gatekeeper", "--version"), aim=0.1),
    Contender("gatekeeper evaluate p11-h", ("-m", "gatekeeper", "evaluate", "p11-h"), aim=0.5, exits=(1, 3)),
    Contender(
        "the same, of a recorded day", ("-m", "gatekeeper", "evaluate", "p11-h", "--as-of", RECORDED_DAY), aim=0.5
    ),
    Contender(
        "the same, without a cache",
        ("-m", "gatekeeper", "evaluate", "p11-h", "--as-of", RECORDED_DAY),
        fresh_cache=True,
    ),
)


def measure(contender: Contender, environment: Mapping[str, str]) -> float:
    """Seconds of processor time (user and system) of one run.

    Raises:
        RuntimeError: it did not do its work, so that its time means nothing.
    """
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryFile() as told:
        chosen = {**environment, "GATEKEEPER_CACHE_DIR": empty} if contender.fresh_cache else dict(environment)
        process = subprocess.Popen(
            [sys.executable, *contender.arguments], cwd=ROOT, env=chosen, stdout=subprocess.DEVNULL, stderr=told
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in contender.exits:
            told.seek(0)
            raise RuntimeError(f"{contender.name} exited {process.returncode}: {told.read().decode()}")
    return usage.ru_utime + usage.ru_stime


def report(times: Mapping[str, list[float]]) -> list[str]:
    """The table: median seconds, how many times an empty Python, and the aim."""
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    empty, peer = medians[CONTENDERS[0].name], medians["python -c 'import celpy'"]
    lines = ["| process | CPU s | × empty Python | × import celpy | aim |", "| --- | ---: | ---: | ---: | --- |"]
    for contender in CONTENDERS:
        median = medians[contender.name]
        aim = "" if contender.aim is None else f"< {contender.aim} s: {'met' if median < contender.aim else 'missed'}"
        lines.append(f"| {contender.name} | {median:.3f} | {median / empty:.1f} | {median / peer:.2f} | {aim} |")
    return lines


def main() -> None:
    """Measure every contender in turn and print the table."""
    parser = argparse.ArgumentParser(description="Processor time of whole processes, beside named peers.")
    parser.add_argument("--runs", type=int, default=11, help="runs of each process (11)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "GATEKEEPER_CACHE_DIR": cache, "NO_COLOR": "1"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its byte code
        for contender in CONTENDERS:  # writes byte code and fills the cache
            measure(contender, environment)
        times: dict[str, list[float]] = {contender.name: [] for contender in CONTENDERS}
        for _ in range(runs):
            for contender in CONTENDERS:
                times[contender.name].append(measure(contender, environment))
    print(f"Python {platform.python_version()}, {platform.machine()}, median of {runs}\n")
    print("\n".join(report(times)))


if __name__ == "__main__":
    main()
