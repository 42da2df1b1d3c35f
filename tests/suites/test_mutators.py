"""Which mutants are made of an expression and of a document, and how they are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatekeeper.load.guard import read_documents
from gatekeeper.load.problems import Problems
from gatekeeper.load.source import make_source
from gatekeeper.model.mutation import Mutant
from gatekeeper.suites.mutation.mutated_expression import expression_changes, spans_near
from gatekeeper.suites.mutation.mutators import changes_of
from tests.suites.stories import GATE, LADDER, MODE


def _changed(source: str, mutator: str, *, truth: bool = True) -> list[str]:
    return [each.text(source) for each in expression_changes(source, truth=truth) if each.mutator == mutator]


def _mutants(text: str) -> list[Mutant]:
    source = make_source(Path("shop.yaml"), "policies/shop/shop.yaml", "shop.yaml", text)
    return [
        change.mutant
        for node in read_documents(source, Problems())
        for change in changes_of(node)  # type: ignore[arg-type]
    ]


def _told(text: str, part: str) -> list[tuple[str, str, str]]:
    return [(each.mutator, each.before, each.after) for each in _mutants(text) if each.part == part]


@pytest.mark.parametrize(
    ("source", "mutator", "expected"),
    [
        ("a > 1", "comparison", ["a <= 1", "a >= 1"]),
        ("a == 'x'", "comparison", ["a != 'x'"]),
        ("a > 0.05", "constant", ["a > 0.04", "a > 0.06"]),
        ("a > -1", "constant", ["a > -2", "a > 0"]),
        ('a == "x"', "constant", ['a == ""']),
        ("a == true", "constant", ["a == false"]),
        ('a >= duration("10m")', "constant", ['a >= duration("11m")', 'a >= duration("9m")']),
        ("(a || b) && c", "connective", ["(a && b) && c", "(a || b) || c"]),
        ("(a || b) && c", "term", ["(b) && c", "c", "(a) && c", "(a || b)"]),
        ("a && !b", "negation", ["!(a) && !b", "a && b"]),
        ("a in [1, 2]", "negation", ["!(a in [1, 2])"]),
        ("a in [x, y]", "list", ["a in [y]", "a in [x]"]),
        ("a ? b : c", "ternary", ["a ? (c) : (b)"]),
        ("a.all(x, x.y)", "quantifier", ["a.exists(x, x.y)"]),
        ("a - b * c", "arithmetic", ["a + b * c", "a - b / c"]),
    ],
)
def test_each_mutator_changes_one_thing(source: str, mutator: str, expected: list[str]) -> None:
    assert sorted(_changed(source, mutator)) == sorted(expected)


def test_a_value_is_not_negated_but_a_condition_within_it_is() -> None:
    assert _changed("a.filter(x, x.good)", "negation", truth=False) == ["a.filter(x, !(x.good))"]
    assert _changed("a.b", "negation", truth=False) == []


@pytest.mark.parametrize(
    ("span", "near"),
    [("90m", ("89m", "91m")), ("1h", ("59m", "2h")), ("1h30m", ("1h29m", "1h31m")), ("7d", ("6d", "8d"))],
)
def test_a_span_is_one_unit_shorter_or_longer(span: str, near: tuple[str, ...]) -> None:
    assert spans_near(span) == near


def test_what_an_expression_has_instead_is_told_in_its_own_words_at_its_own_place() -> None:
    (found,) = [each for each in _mutants(GATE) if each.part == "rules.errors.expect" and each.after.count("<") == 1]
    assert (found.before, found.after) == (
        "metrics.error_rate <= params.limit",
        "metrics.error_rate < params.limit",
    )
    line, column = found.place.line, found.place.column
    assert GATE.splitlines()[line - 1][column - 1 :].startswith("<= params.limit")


def test_of_a_gate_rules_enforcement_evidence_roles_and_parameters_are_changed() -> None:
    assert ("enforcement", "hard", "blocking") in _told(GATE, "rules.errors.enforcement")
    assert ("removal", "no-mode", "") in _told(GATE, "rules.no-mode")
    assert ("duration", "15m", "16m") in _told(GATE, "evidence.mode.max_age")
    assert ("removal", "Marta Kowalska", "") in _told(GATE, "roles.lead.1")
    assert ("constant", "0.05", "0.06") in _told(GATE, "params.limit.default")
    assert ("empty", "empty: unknown", "empty: pass") in _told(GATE, "rules.staffed.each.empty")


def test_of_a_mode_entries_spans_and_what_a_state_means_are_changed() -> None:
    assert ("duration", "3m", "2m") in _told(MODE, "states.slow.enter.errors.for")
    assert ("removal", "for: 3m", "") in _told(MODE, "states.slow.enter.errors.for")
    assert ("removal", "wait", "") in _told(MODE, "states.slow.actions.2")
    assert ("removal", "lever: queue", "") in _told(MODE, "recommend.pull-queue.lever")
    assert ("order", "normal, slow", "slow, normal") in _told(MODE, "states")


def test_of_a_ladder_levels_triggers_and_deadlines_are_changed() -> None:
    mutators = {each.mutator for each in _mutants(LADDER)}
    assert {"order", "removal", "duration", "boundary"} <= mutators


def test_contacts_conditions_and_hours_of_a_page_are_taken_out() -> None:
    paged = "{who: DBA, when: params.staffed, hours: days}"
    text = LADDER.replace("levels_lowest_first:", f"paging: {{db: [{paged}]}}\nlevels_lowest_first:", 1)
    assert _told(text, "paging.db.1") == [("removal", "DBA", "")]
    assert ("removal", "when: params.staffed", "") in _told(text, "paging.db.1.when")
    assert _told(text, "paging.db.1.hours") == [("removal", "hours: days", "")]


def test_the_expression_of_a_variable_is_changed_in_either_form_and_what_it_reads() -> None:
    text = GATE.replace("metrics.error_rate <= params.limit", "variables.calm && variables.few").replace(
        "rules:\n",
        "variables:\n  calm: metrics.error_rate <= params.limit\n"
        "  few: {value: metrics.error_rate < 0.5, description: not many}\nrules:\n",
        1,
    )
    assert ("comparison", "metrics.error_rate <= params.limit", "metrics.error_rate > params.limit") in _told(
        text, "variables.calm"
    )
    assert ("constant", "0.5", "0.6") in [(m, b[-3:], a[-3:]) for m, b, a in _told(text, "variables.few.value")]
    assert ("constant", "0.05", "0.06") in _told(text, "params.limit.default")


def test_words_for_people_are_left_alone() -> None:
    parts = {each.part.rpartition(".")[2] for text in (GATE, MODE, LADDER) for each in _mutants(text)}
    assert not parts & {"title", "description", "message", "remedy", "owner", "severity", "reason", "id"}


def test_a_parameter_that_only_words_are_made_of_is_left_alone() -> None:
    text = GATE.replace("metrics.error_rate <= params.limit", "metrics.error_rate <= 0.05")
    assert _told(text, "params.limit.default") == []
