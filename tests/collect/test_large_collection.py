"""A collection that is as large as they get needs little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.collect.github_answers import TOKEN, runs
from tests.conftest import ROOT
from tests.fakes.github import REPOSITORY, FakeGitHub, github
from tests.fakes.prometheus import Prometheus
from tests.fakes.servers import LOOPBACK, serving
from tests.lacking import needs

COLLECT = """
import json, re, sys, time
from pathlib import Path
from gatekeeper.collect import Project, collect
from gatekeeper.model.completeness import defects
from tests.collect.sources import NOW, sources

entries, state = json.loads(sys.argv[1]), Path(sys.argv[2])
environ = {"GITHUB_TOKEN": sys.argv[3]}
started = time.monotonic()
found = collect(sources(**entries), None, lambda: NOW, Path(), environ=environ, project=Project(Path(), state=state))
seconds = time.monotonic() - started
for each in found:
    assert each.failure is None, each.failure
    assert defects(each.kind, each.value, NOW) == ()
canary, load = found
(most,) = re.findall(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
points = len(load.value["series"][0]["samples"])
told = {"runs": len(canary.value["runs"]), "questions": canary.attempts, "points": points}
print(json.dumps({**told, "seconds": round(seconds, 1), "megabytes": int(most) // 1024}))
"""


@needs(Path("/proc/self/status").exists(), "only Linux tells how much memory there was")
def test_ten_thousand_runs_and_a_week_of_minutes_need_less_than_200_megabytes_together(tmp_path: Path) -> None:
    fake = FakeGitHub(runs=runs(10_000), token=TOKEN)
    load = Prometheus({"load": [({"job": "api"}, lambda at: str(at % 97 / 7))]})
    with github(fake) as first, serving(load) as second:
        entries: dict[str, dict[str, Any]] = {
            "canary": {
                "collector": "github",
                "api": first.url,
                "repository": REPOSITORY,
                "read": "workflow_runs",
                "workflow": "canary.yml",
                "token": "${env:GITHUB_TOKEN}",
            },
            "load": {"collector": "prometheus", "url": second.url, "query": "load", "range": "7d", "step": "1m"},
        }
        for entry in entries.values():
            entry |= {"allow_addresses": LOOPBACK, "timeout": "5m"}
        for unchanged in (0, 100):  # as it is sent, and as it was kept
            done = subprocess.run(
                [sys.executable, "-c", COLLECT, json.dumps(entries), str(tmp_path), TOKEN],
                capture_output=True,
                text=True,
                check=True,
                cwd=ROOT,
            )
            sys.stdout.write(done.stdout)
            told = json.loads(done.stdout)
            assert (told["runs"], told["questions"], told["points"]) == (10_000, 100, 10_081)
            assert fake.unchanged == unchanged
            assert told["megabytes"] < 200
