"""What other programs call, and the example of its page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

import gatekeeper
from gatekeeper.errors import InvalidInput, UsageError
from gatekeeper.model.mode import Mode
from gatekeeper.model.mode_json import state_json
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Subject
from gatekeeper.pipeline.deciding_modes import decide_mode
from gatekeeper.render.mode_decision.document import mode_decision_digest, render_mode_decision_json
from tests.conftest import ROOT
from tests.sample.incidents import evidence, minute
from tests.sample.test_degraded import FAILING, FINE

MODE = "rgl8r-degraded"


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return gatekeeper.load_policies(ROOT)


def test_the_example_of_the_page_runs_and_says_what_the_page_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(ROOT)
    exec(compile(example, "docs/python.md", "exec"), {})
    told = capsys.readouterr().out
    assert told.startswith("False degraded 2026-02-24 14:10:00+00:00\n")
    assert "from normal: degraded/error-rate holds since 2026-02-24T14:00:00Z" in told
    assert "Next update: not known yet." in told


def test_values_a_snapshot_and_the_command_give_one_decision(policies: PolicySet) -> None:
    """Evidence that is given is evidence, whoever gives it."""
    given: dict[str, Any] = {"metrics": FINE}
    told = gatekeeper.decide(MODE, given, None, minute(0), policies=policies, subject=Subject("api"))
    found = evidence(0, ("incident", "signs", "deploys", "canary", "shift"), metrics=FINE)
    same = gatekeeper.decide(MODE, found, None, minute(0), policies=policies)
    assert (told.normal, told.reading.state) == (same.normal, same.reading.state) == (True, "normal")
    assert told.terms.subject.service == "api"
    direct = decide_mode(policies, MODE, found, earlier=None, as_of=minute(0))
    assert mode_decision_digest(direct) == mode_decision_digest(same)


def test_the_state_goes_on_as_an_object_and_as_json(policies: PolicySet) -> None:
    decision = gatekeeper.decide(MODE, {"metrics": FAILING}, None, minute(0), policies=policies)
    printed = json.loads(render_mode_decision_json(decision))["next"]
    for state in (decision.state, printed, json.loads(json.dumps(state_json(decision.state)))):
        for offset in range(1, 11):
            later = gatekeeper.decide(MODE, {"metrics": FAILING}, state, minute(offset), policies=policies)
            state = later.state  # noqa: PLW2901  each look goes on from the one before
        assert later.reading.state == "degraded"


def test_a_mode_alone_is_enough_where_it_names_no_ladders(policies: PolicySet) -> None:
    its = policies.modes[MODE]
    with pytest.raises(UsageError, match="rgl8r-degraded names ladders"):
        gatekeeper.decide(its, None, None, minute(0))
    bare = Mode(**{name: getattr(its, name) for name in Mode.__slots__ if name != "ladders"} | _alike(its))
    assert gatekeeper.decide(bare, {"metrics": FINE}, None, minute(0)).ladders == ()


def _alike(mode: Mode) -> dict[str, Any]:
    names = ("id", "title", "system", "owner", "source", "description", "params", "evidence", "digest", "place")
    return {name: getattr(mode, name) for name in (*names, "variables")}


def test_a_wrong_call_is_refused_in_one_line(policies: PolicySet) -> None:
    def refused(*arguments: Any, **more: Any) -> str:
        with pytest.raises((UsageError, InvalidInput)) as found:
            gatekeeper.decide(*arguments, **{"policies": policies, **more})
        assert "\n" not in str(found.value)
        return str(found.value)

    assert "did you mean rgl8r-degraded?" in refused("rgl8r-degrated", {}, None, minute(0))
    assert "now has no offset" in refused(MODE, {}, None, datetime(2026, 1, 1))  # noqa: DTZ001
    assert "did you mean metrics?" in refused(MODE, {"metric": 1}, None, minute(0))
    assert "the evidence metrics is no JSON" in refused(MODE, {"metrics": {1, 2}}, None, minute(0))
    assert "the evidence metrics is no JSON" in refused(MODE, {"metrics": float("nan")}, None, minute(0))
    assert "this is no state of a mode" in refused(MODE, {}, {"mode": MODE}, minute(0))
    assert "give policies" in refused(MODE, {}, None, minute(0), policies=None)
    assert "where is the mode" in refused(MODE, {}, None, minute(0), policies=None)
    assert "no parameter" in refused(MODE, {}, None, minute(0), parameters={"clear": "5m"})
    earlier = gatekeeper.decide(MODE, None, None, minute(5), policies=policies).state
    assert "was looked at for" in refused(MODE, None, earlier, minute(4))


def test_a_value_of_another_shape_is_not_known_and_breaks_nothing(policies: PolicySet) -> None:
    told = gatekeeper.decide(MODE, {"metrics": {"error_rate": "high"}}, None, minute(0), policies=policies)
    assert told.normal is None
    assert {each.cause for each in told.reading.lacks} == {"mistyped"}


def test_the_name_is_the_function_also_after_the_room_of_that_name_was_imported() -> None:
    code = (
        "import gatekeeper.decide.verdict, gatekeeper\n"
        "from gatekeeper import decide\n"
        "from gatekeeper.decide.verdict import verdict_of\n"
        "assert decide is gatekeeper.decide and decide.__name__ == 'decide', decide\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_importing_gatekeeper_imports_none_of_it() -> None:
    code = (
        "import sys, gatekeeper\n"
        "assert not [name for name in sys.modules if name.startswith('gatekeeper.')]\n"
        "assert 'pydantic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
    assert gatekeeper.decide("rgl8r-degraded", None, None, datetime.now(UTC), policies=ROOT).normal is None
