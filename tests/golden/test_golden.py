"""From a policy and its evidence to each report, in files to be read in a review: ``cases/<what it shows>/``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from ruamel.yaml import YAML
from syrupy.assertion import SnapshotAssertion

from gatekeeper.evaluate.quorum import sign_off_basis
from gatekeeper.load import find_policy_files, load_policies
from gatekeeper.model.canonical import content_digest
from gatekeeper.model.decision import Decision
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.report import Report
from gatekeeper.model.snapshot import Evidence, Subject
from gatekeeper.model.times import parse_instant
from gatekeeper.pipeline import closure, decide
from gatekeeper.render.registry import renderer_for
from gatekeeper.snapshot import build_snapshot
from tests.golden_files import FILES

pytestmark = pytest.mark.filterwarnings("ignore:\\s*Can not relate snapshot")

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.name for path in CASES.iterdir())

VERDICTS = {
    "duties-and-review": "NO-GO",
    "evidence-stale": "INCONCLUSIVE",
    "quorum-no-commit": "INCONCLUSIVE",
    "quorum-one-person": "NO-GO",
    "quorum-other-commit": "NO-GO",
    "rows-closed": "NO-GO",
    "waiver-applied": "GO",
    "waiver-refused": "NO-GO",
    "window-complete": "GO",
    "window-gap": "NO-GO",
    "window-hole": "INCONCLUSIVE",
    "window-reset": "NO-GO",
}


def decided(case: Path) -> Decision:
    policies, _ = load_policies(find_policy_files(case), case)
    asked = cast("dict[str, Any]", YAML(typ="safe", pure=True).load(case / "evidence.yaml"))
    subject = Subject(**asked["subject"])
    basis = _basis(policies, asked["policy"], subject)
    items = [_evidence(name, each, basis) for name, each in asked["items"].items()]
    snapshot = build_snapshot("demo", subject, items)
    return decide(policies, asked["policy"], snapshot, as_of=_instant(asked["as_of"]))


def _basis(policies: PolicySet, policy: str, subject: Subject) -> str:
    digests = {gate: policies.gates[gate].digest for gate in closure(policies, policy)}
    return sign_off_basis(digests, subject.commit or "", {})


def _evidence(name: str, item: dict[str, Any], basis: str) -> Evidence:
    value = _with_basis(item["value"], basis)
    return Evidence(
        name=name,
        kind=item["kind"],
        source=f"{name}.json",
        collector=item["kind"],
        observed_at=None,
        collected_at=_instant(item["collected_at"]),
        value=value,
        failure=None,
        subject=None,
        digest=content_digest(item["kind"], value),
    )


def _with_basis(value: Any, basis: str) -> Any:
    """The basis covers the policy itself, so that a case can only say where it stands."""
    if isinstance(value, dict):
        return {key: _with_basis(each, basis) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_basis(each, basis) for each in value]
    return basis if value == "BASIS" else value


def _instant(text: Any) -> Any:
    return parse_instant(text if isinstance(text, str) else text.isoformat() + ("" if text.tzinfo else "Z"))


def test_every_case_has_its_verdict() -> None:
    assert {name: decided(CASES / name).verdict.value for name in NAMES} == VERDICTS


@pytest.mark.parametrize("format_", FILES)
@pytest.mark.parametrize("case", NAMES)
def test_a_policy_and_its_evidence_give_this_report(case: str, format_: str, snapshot: SnapshotAssertion) -> None:
    rendered = renderer_for(format_).render(Report((decided(CASES / case),)))
    named: Any = snapshot(name=case, extension_class=FILES[format_])
    assert rendered == named
