"""How mistakes are gathered and shown."""

from __future__ import annotations

from gatekeeper.errors import Diagnostic
from gatekeeper.load import render_diagnostics
from gatekeeper.load.problems import MOST, Problems


def mistake(line: int, **more: str) -> Diagnostic:
    return Diagnostic("a.yaml", line, 1, "it is wrong", **more)  # type: ignore[arg-type]


def test_the_same_mistake_is_told_and_counted_once() -> None:
    problems = Problems()
    for _ in range(2 * MOST):
        problems.add(mistake(1))
    assert problems.errors == (mistake(1),)


def test_warnings_do_not_use_up_the_places_of_mistakes() -> None:
    problems = Problems()
    for line in range(1, 2 * MOST):
        problems.add(mistake(line, level="warning"))
    problems.add(mistake(1000))
    assert problems.errors == (mistake(1000),)
    assert len(problems.warnings) == 2 * MOST - 1


def test_carets_stand_under_tabs_and_wide_characters() -> None:
    text = render_diagnostics([Diagnostic("a.yaml", 1, 5, "wrong", source="\t日本 nope", width=4)])
    assert text.splitlines()[1:] == ["    1 | \t日本 nope", "      | \t     ^^^^"]


def test_what_a_terminal_would_obey_is_not_printed() -> None:
    text = render_diagnostics([Diagnostic("a.yaml", 1, 1, "wrong", source="\x1b[31mred\u202e")])
    assert text.splitlines()[1] == "    1 | \ufffd[31mred\ufffd"


def test_diagnostics_are_sorted_and_nothing_is_nothing() -> None:
    assert render_diagnostics([]) == ""
    text = render_diagnostics([mistake(10), mistake(9, hint="mend it"), Diagnostic("a.yaml", 0, 0, "it is empty")])
    assert text == "a.yaml: it is empty\na.yaml:9:1: it is wrong\n      = mend it\na.yaml:10:1: it is wrong\n"
