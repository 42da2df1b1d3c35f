"""On what the answer of a packet rests, and how to check it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gatekeeper.model.times import instant_text
from gatekeeper.render.markup import Markup, Page, code, said
from gatekeeper.render.terms import Asked, Parameter, given
from gatekeeper.render.wording import argument, evaluate_command, short_value, since_taken

Fact = tuple[str, Markup]
"""The name of a fact, and what it is."""

LONGEST_GIVEN = 10_000
"""So many characters of a value are repeated in a command."""


@dataclass(frozen=True, slots=True)
class Check:
    """How an answer is checked.

    Attributes:
        policy: id of the policy that was asked.
        rests_on: on what the answer depends, besides the instant and the semantics.
        again: what has to be there for the command, and what it does then.
        answer: what the answer is called, in a word: ``decision``, ``standing``.
    """

    policy: str
    as_of: datetime
    snapshot: str | None
    semantics: str
    parameters: Sequence[Parameter]
    rests_on: str
    again: str
    answer: str


def given_paragraphs(page: Page, parameters: Sequence[Parameter]) -> None:
    """A line for each parameter that the caller gave."""
    for each in given(parameters):
        name = f"{each.gate}.{each.name}" if each.gate else each.name
        told = code(f"{name} = {short_value(each.value)}")
        page.paragraph(Markup(f"Parameter {told} was given by the caller."))


def asked_facts(asked: Asked, as_of: datetime, owner: str, source: str) -> list[Fact]:
    """Whether it is a replay, the subject, owner and source of the policy, and the snapshot."""
    subject, taken = asked.subject, asked.snapshot_at
    return [
        ("Replay", said("yes" if asked.replay else "no")),
        ("Service", said(subject.service or "not known")),
        ("Environment", said(subject.environment or "not known")),
        ("Commit", code(subject.commit) if subject.commit else said("not known")),
        ("Policy owner", said(owner)),
        ("Policy source", said(source)),
        ("Snapshot", code(asked.snapshot) if asked.snapshot else said("none")),
        ("Snapshot of", said(f"{instant_text(taken)}, {since_taken(as_of, taken)}" if taken else "none")),
    ]


def facts_table(page: Page, facts: Sequence[Fact]) -> None:
    """The facts, one below the other."""
    page.table(("Fact", "Value"), [(said(name), value) for name, value in facts])


def how_to_check(page: Page, check: Check) -> None:
    """The command that answers again, and what has to come out."""
    page.heading(2, said("How to check this report"))
    page.paragraph(
        said(
            f"It depends on {check.rests_on} shown here, on the instant, and "
            f"on the semantics, version {check.semantics}: what policies mean, not gatekeeper's own version."
        )
    )
    page.paragraph(said(check.again))
    page.command(f"{evaluate_command([check.policy], check.as_of)}{_params(check)} --format json")
    points: list[Fact] = []
    if check.snapshot is not None:
        file = code(f"{check.snapshot.removeprefix('sha256:')}.json")
        told = f"{code('--snapshot <file>')} names it, where it is not the newest before that instant"
        points.append(
            ("File", Markup(f"the name of the snapshot's file ends in {file}, the digest of its bytes; {told}."))
        )
    points += [
        ("Snapshot", said("the digest that it names is the one above, and so is each digest of a policy.")),
        (
            check.answer.capitalize(),
            said(f"the run.digest that it prints is the digest of the {check.answer} above."),
        ),
    ]
    page.points(points)


def _params(check: Check) -> str:
    """The parameters that the caller gave, as the command takes them."""
    return "".join(f" --param {argument(_param(check.policy, each))}" for each in given(check.parameters))


def _param(asked: str, parameter: Parameter) -> str:
    gate = f"{parameter.gate}." if parameter.gate not in ("", asked) else ""
    value = parameter.value if isinstance(parameter.value, str) else short_value(parameter.value, LONGEST_GIVEN)
    return f"{gate}{parameter.name}={value}"
