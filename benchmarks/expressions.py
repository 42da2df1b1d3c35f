"""What an expression costs here, beside cel-python and Google's engine, measured in one run.

    python benchmarks/expressions.py

The document is ready-made for each engine before the clock runs; ours needs no preparation. Each
figure is a median, and the engines take turns, so that a busy machine burdens all of them alike.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from gatekeeper.expr import compile_expression

NOW = "2026-01-20T00:00:00Z"
EXPRESSIONS = {
    "one comparison": 'evidence.canary.state == "clean"',
    "two clauses, all over 5": "evidence.canary.clean_days >= 7 && evidence.approvals.all(a, a.signed)",
    "a timestamp": 'now - timestamp(evidence.started) >= duration("168h")',
    "filter, map, exists over 1,000": (
        'evidence.records.filter(r, r.severity == "high" && r.open).map(r, r.id).exists(i, i == "R-996")'
    ),
}


def document(records: int) -> dict[str, Any]:
    """A document of the size that evidence has."""
    return {
        "canary": {"clean_days": 9, "state": "clean"},
        "approvals": [{"who": f"u{n}", "signed": True} for n in range(5)],
        "started": "2026-01-01T00:00:00Z",
        "records": [
            {
                "id": f"R-{n}",
                "severity": ("high", "low", "medium")[n % 3],
                "open": n % 2 == 0,
                "score": n / 7,
                "owner": f"team{n % 10}",
                "tags": ["a", "b", str(n % 5)],
                "meta": {"age_days": n % 30, "source": "scan"},
            }
            for n in range(records)
        ],
    }


def in_turns(calls: list[Callable[[], object]], rounds: int = 7, least: float = 0.03) -> list[float]:
    """Seconds for one call of each: the median of rounds in which the calls take turns."""
    counts = []
    for call in calls:
        call()
        start = time.perf_counter()
        call()
        counts.append(max(1, int(least / max(time.perf_counter() - start, 1e-7))))
    found: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds):
        for call, count, times in zip(calls, counts, found, strict=True):
            start = time.perf_counter()
            for _ in range(count):
                call()
            times.append((time.perf_counter() - start) / count)
    return [statistics.median(times) for times in found]


def ours(source: str, data: dict[str, Any]) -> Callable[[], object]:
    """Our engine, warm."""
    program = compile_expression(source)
    bindings = {"evidence": data, "now": datetime.fromisoformat(NOW)}
    return lambda: program.run(bindings)


def cel_python(source: str, data: dict[str, Any]) -> Callable[[], object]:
    """cel-python's interpreter, warm, over a document that is converted already."""
    import celpy
    from celpy.adapter import json_to_cel

    environment = celpy.Environment()
    program = environment.program(environment.compile(source))
    activation = {"evidence": json_to_cel(data), "now": celpy.celtypes.TimestampType(NOW)}
    return lambda: program.evaluate(activation)


def google(source: str, data: dict[str, Any]) -> Callable[[], object]:
    """Google's engine, warm, with one activation for all calls."""
    from cel_expr_python import cel

    environment = cel.NewEnv(variables={"evidence": cel.Type.DYN, "now": cel.Type.TIMESTAMP})
    program = environment.compile(source)
    activation = environment.Activation({"evidence": data, "now": datetime.fromisoformat(NOW)})
    return lambda: program.eval(activation).value()


def process(cache: Path, statement: str) -> float:
    """Milliseconds that a statement takes in a new process, the interpreter's own start apart."""
    script = f"import time; t = time.perf_counter(); {statement}; print((time.perf_counter() - t) * 1000)"
    environment = {**os.environ, "GATEKEEPER_CACHE_DIR": str(cache)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def several(cache: Path, statement: str) -> float:
    """The median of five such processes."""
    return statistics.median(process(cache, statement) for _ in range(5))


def shown(seconds: float) -> str:
    """A time with the unit that suits it."""
    return f"{seconds * 1e6:.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def main() -> None:
    """Measure and print the tables."""
    data = document(1000)
    print(f"{'warm evaluation':<32}{'gatekeeper':>12}{'cel-python':>20}{'cel-expr-python':>20}")
    for name, source in EXPRESSIONS.items():
        calls = [engine(source, data) for engine in (ours, cel_python, google)]
        assert [bool(call()) for call in calls] == [True] * 3
        times = in_turns(calls)
        beside = [f"{shown(each)} ({each / times[0]:.1f}x)" for each in times[1:]]
        print(f"{name:<32}{shown(times[0]):>12}{beside[0]:>20}{beside[1]:>20}")

    print(f"\n{'compiling':<32}{'gatekeeper':>12}{'cel-python':>20}")
    import celpy

    environment = celpy.Environment()
    for name, source in EXPRESSIONS.items():
        mine, theirs = in_turns([partial(compile_expression, source), partial(environment.compile, source)])
        print(f"{name:<32}{shown(mine):>12}{f'{shown(theirs)} ({theirs / mine:.1f}x)':>20}")

    imported = "from gatekeeper.expr import compile_expression"
    first = f"{imported}; compile_expression('a.b == 1').run({{'a': {{'b': 1}}}})"
    other = "import celpy; e = celpy.Environment(); e.program(e.compile('1 == 1')).evaluate({})"
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        process(Path(folder) / "another", first)  # writes the bytecode
        rows = {
            "first expression, no cache": process(cache, first),
            "import alone": several(cache, imported),
            "first expression, cached": several(cache, first),
            "the same in cel-python": several(cache, other),
        }
    print("\nin a new process")
    for name, milliseconds in rows.items():
        print(f"{name:<32}{milliseconds:>9.0f} ms")


if __name__ == "__main__":
    main()
