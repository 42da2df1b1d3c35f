"""Sign-offs: who may sign, on what, and how many people it takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gatekeeper.evaluate.quorum import person_key, sign_off_basis
from gatekeeper.model.finding import Finding, Outcome
from gatekeeper.model.rule import Quorum
from gatekeeper.model.snapshot import Evidence, Subject
from gatekeeper.model.times import instant_text
from gatekeeper.pipeline import decide
from tests.builders import COMMIT, NOW, entry, expression, failed, gate, item, policy_set, rule, snapshot

ROLES = ("approver", "launch-window", "rollback-authority")
RUNBOOK = item("runbook", {"text": "pull lever 1"})
SIGNED_AT = instant_text(NOW - timedelta(minutes=30))


def basis(runbook: Evidence = RUNBOOK, commit: str = COMMIT) -> str:
    return sign_off_basis({"g": "sha256:g"}, commit, {"runbook": runbook.digest})


def sign_off(role: str, person: str | None, **changes: Any) -> dict[str, Any]:
    return {
        "role": role,
        "person": person,
        "signer": "person",
        "decision": "approved",
        "final": True,
        "signed_at": SIGNED_AT,
        "commit": COMMIT,
        "basis": basis(),
        "note": None,
        **changes,
    }


def record(*entries: dict[str, Any]) -> Evidence:
    return item("record", {"record": "P11-H", "approvals": list(entries)}, "approvals")


def whole_record() -> list[dict[str, Any]]:
    return [sign_off(role, person) for role, person in zip(ROLES, ("Ada", "Grace", "Ada"), strict=True)]


def judged(
    entries: list[dict[str, Any]],
    *,
    runbook: Evidence | None = RUNBOOK,
    commit: str | None = COMMIT,
    holders: dict[str, tuple[str, ...]] | None = None,
    distinct: int = 2,
) -> Finding:
    quorum = Quorum(expression("record.approvals"), ROLES, distinct, ("runbook",), holders or {})
    its = gate("g", [rule("signed", quorum)], [entry("record", "approvals"), entry("runbook")])
    items = [record(*entries), *([runbook] if runbook is not None else [])]
    evidence = snapshot(*items, subject=Subject("demo", "production", commit))
    return decide(policy_set(its), "g", evidence, as_of=NOW).root.findings[0]


def changed(index: int, **changes: Any) -> list[dict[str, Any]]:
    entries = whole_record()
    entries[index] = {**entries[index], **changes}
    return entries


def test_a_whole_record_by_two_people_passes() -> None:
    finding = judged(whole_record())
    assert finding.outcome is Outcome.PASS
    assert finding.message == "3 of 3 roles signed off by 2 people"


def test_one_person_in_all_roles_is_not_enough() -> None:
    finding = judged([sign_off(role, "Ada") for role in ROLES])
    assert finding.outcome is Outcome.FAIL
    assert "by 1 person; 2 people are needed" in finding.message


def test_two_spellings_of_one_name_are_one_person() -> None:
    assert person_key("ada  LOVELACE ") == person_key("Ada Lovelace")
    entries = [sign_off(role, name) for role, name in zip(ROLES, ("Ada", "ADA", " ada"), strict=True)]
    assert judged(entries).outcome is Outcome.FAIL


OBJECTIONS = [
    pytest.param({"signed_at": None}, "approver: nobody has signed", id="not signed"),
    pytest.param({"person": "<PLACEHOLDER>"}, "it names no person", id="placeholder"),
    pytest.param({"person": None}, "it names no person", id="no name"),
    pytest.param({"person": "_____"}, "it names no person", id="blank line"),
    pytest.param({"person": "—"}, "it names no person", id="dash"),
    pytest.param({"person": "..."}, "it names no person", id="dots"),
    pytest.param({"person": "\u2800"}, "it names no person", id="a blank that is no blank"),
    pytest.param({"person": "\u200bTBD."}, "it names no person", id="to be told"),
    pytest.param({"person": "N / A"}, "it names no person", id="not available"),
    pytest.param({"signer": "software"}, "software signed, not a person", id="software"),
    pytest.param({"decision": "rejected"}, "it was rejected", id="rejected"),
    pytest.param({"decision": None}, "without a decision", id="no decision"),
    pytest.param({"final": False}, "a draft", id="draft"),
    pytest.param({"commit": "0" * 40}, "it is for commit 000000000000, not 4f2c9d1e7a6b", id="another commit"),
    pytest.param({"basis": "sha256:" + "0" * 64}, "what was signed has changed since", id="another basis"),
]


@pytest.mark.parametrize(("changes", "told"), OBJECTIONS)
def test_a_sign_off_that_does_not_count_fails_and_says_why(changes: dict[str, Any], told: str) -> None:
    finding = judged(changed(0, **changes))
    assert finding.outcome is Outcome.FAIL
    assert told in finding.message
    assert finding.quorum is not None
    assert [s.accepted for s in finding.quorum.sign_offs] == [False, True, True]


def test_a_role_without_an_entry_is_named() -> None:
    finding = judged(whole_record()[1:])
    assert finding.outcome is Outcome.FAIL
    assert "approver: the record has no such entry" in finding.message


def test_only_its_holders_may_sign_in_a_role() -> None:
    assert judged(whole_record(), holders={"approver": ("Ada",)}).outcome is Outcome.PASS
    finding = judged(whole_record(), holders={"approver": ("Grace",)})
    assert (finding.outcome, "Ada does not hold this role" in finding.message) == (Outcome.FAIL, True)


def test_the_last_signature_in_a_role_decides() -> None:
    later = sign_off("approver", "Grace", decision="rejected", signed_at=instant_text(NOW - timedelta(minutes=10)))
    assert judged([*whole_record(), later]).outcome is Outcome.FAIL
    assert judged([later, *whole_record()]).outcome is Outcome.FAIL
    earlier = sign_off("approver", "Grace", decision="rejected", signed_at=instant_text(NOW - timedelta(hours=3)))
    assert judged([*whole_record(), earlier]).outcome is Outcome.PASS


def test_a_change_of_what_was_signed_takes_the_sign_off_back() -> None:
    finding = judged(whole_record(), runbook=item("runbook", {"text": "pull lever 2"}))
    assert finding.outcome is Outcome.FAIL


def test_reading_the_same_document_again_keeps_the_sign_off() -> None:
    again = replace(RUNBOOK, collected_at=NOW - timedelta(seconds=1))
    assert judged(whole_record(), runbook=again).outcome is Outcome.PASS


def test_a_sign_off_postdates_the_document_that_it_binds() -> None:
    newer = replace(RUNBOOK, observed_at=NOW - timedelta(minutes=10))
    finding = judged(whole_record(), runbook=newer)
    assert (finding.outcome, "older than what it binds" in finding.message) == (Outcome.FAIL, True)


@pytest.mark.parametrize("runbook", [None, failed("runbook")], ids=["absent", "failed"])
def test_without_the_bound_evidence_a_whole_record_is_unknown(runbook: Evidence | None) -> None:
    finding = judged(whole_record(), runbook=runbook)
    assert finding.outcome is Outcome.UNKNOWN
    assert finding.lacks[0].evidence == "runbook"
    assert judged(whole_record()[1:], runbook=runbook).outcome is Outcome.FAIL, "a missing role fails all the same"


def test_without_a_commit_there_is_nothing_to_sign() -> None:
    finding = judged(whole_record(), commit=None)
    assert (finding.outcome, "names no commit" in finding.message) == (Outcome.UNKNOWN, True)


def test_the_finding_names_the_basis_that_is_to_be_signed() -> None:
    finding = judged([])
    assert finding.quorum is not None
    assert finding.quorum.basis == basis()


def test_a_signature_from_the_future_spoils_the_record() -> None:
    finding = judged(changed(0, signed_at=instant_text(NOW + timedelta(minutes=2))))
    assert (finding.outcome, finding.lacks[0].cause) == (Outcome.UNKNOWN, "future")


def test_a_signature_is_not_older_than_the_decision_that_rests_on_it() -> None:
    late = replace(
        record(*changed(0, signed_at=instant_text(NOW + timedelta(seconds=90)))),
        collected_at=NOW + timedelta(seconds=50),
    )
    quorum = Quorum(expression("record.approvals"), ROLES, 2, ("runbook",), {})
    its = gate("g", [rule("signed", quorum)], [entry("record", "approvals"), entry("runbook")])
    finding = decide(policy_set(its), "g", snapshot(late, RUNBOOK), as_of=NOW).root.findings[0]
    assert (finding.outcome, "after the decision" in finding.message) == (Outcome.FAIL, True)


def test_a_rejection_without_a_date_is_an_objection() -> None:
    undated = sign_off("approver", "Grace", decision="rejected", signed_at=None)
    finding = judged([*whole_record(), undated])
    assert (finding.outcome, "Grace rejected it, without a date" in finding.message) == (Outcome.FAIL, True)
    alone = judged([undated, *whole_record()[1:]])
    assert "nobody has signed, Grace rejected it" in alone.message


def test_what_nobody_asked_for_is_shown_and_counts_for_nothing() -> None:
    other = sign_off("security", "Mallory", decision="rejected")
    finding = judged([*whole_record(), other])
    assert finding.outcome is Outcome.PASS
    assert finding.quorum is not None
    (shown,) = finding.quorum.unasked
    assert (shown.role, shown.person, shown.reasons) == (
        "security",
        "Mallory",
        ("no rule asks for this role", "it says rejected"),
    )


@pytest.mark.parametrize("name", ["Dan.", "DAN", "D\u200ban", " Dán ", "Ｄａｎ"])
def test_other_spellings_of_a_name_are_the_same_person(name: str) -> None:
    assert person_key(name) == person_key("Dan")


def test_an_empty_commit_is_no_commit() -> None:
    finding = judged([{**entry, "commit": ""} for entry in whole_record()], commit="")
    assert finding.outcome is Outcome.UNKNOWN
