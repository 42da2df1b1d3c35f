"""``quorum`` rules: sign-offs read from an approval record."""

from __future__ import annotations

from gatekeeper.evaluate.inputs import Inputs
from gatekeeper.evaluate.judgement import Judgement, lacks_of, run, tell_lacks
from gatekeeper.evaluate.quorum import Terms, judge_quorum, sign_off_basis
from gatekeeper.expr import Unknown
from gatekeeper.model.finding import Lack, Outcome, QuorumState
from gatekeeper.model.rule import Quorum


def judge_sign_offs(quorum: Quorum, inputs: Inputs) -> Judgement:
    """Whether every role is signed off, on the present basis, by enough different people."""
    evidence = tuple(sorted({*inputs.evidence_of(quorum.of), *quorum.binds}))
    distinct = quorum.distinct if isinstance(quorum.distinct, int) else run(quorum.distinct, inputs.bindings)
    expected = f"final sign-off as {', '.join(quorum.roles)}, by at least {distinct} different people"
    entries = run(quorum.of, inputs.bindings)
    if type(distinct) is not int:
        return _unknown(lacks_of(distinct, "an int"), expected, evidence)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return _unknown(lacks_of(entries, "a list of approvals"), expected, evidence)
    basis, lacks = _basis(quorum, inputs)
    observed = [inputs.admitted.items[n].observed_at for n in quorum.binds if n in inputs.admitted.items]
    terms = Terms(
        roles=quorum.roles,
        distinct=distinct,
        binds=quorum.binds,
        holders=quorum.holders,
        basis=basis,
        commit=inputs.subject.commit or None,
        content_until=max((at for at in observed if at is not None), default=None),
        as_of=inputs.as_of,
    )
    try:
        state = judge_quorum(entries, terms)
    except ValueError as error:
        return _unknown((Lack("", "mistyped", str(error)),), expected, evidence)
    if not all(each.accepted for each in state.sign_offs) or state.distinct_found < state.distinct_needed:
        return Judgement(Outcome.FAIL, _tell(state), expected, evidence=evidence, quorum=state)
    if lacks:
        return Judgement(Outcome.UNKNOWN, tell_lacks(lacks), expected, lacks=lacks, evidence=evidence, quorum=state)
    return Judgement(Outcome.PASS, _tell(state), expected, evidence=evidence, quorum=state)


def _unknown(lacks: tuple[Lack, ...], expected: str, evidence: tuple[str, ...]) -> Judgement:
    return Judgement(Outcome.UNKNOWN, tell_lacks(lacks), expected, lacks=lacks, evidence=evidence)


def _basis(quorum: Quorum, inputs: Inputs) -> tuple[str | None, tuple[Lack, ...]]:
    """The basis that is to be signed, or what is lacking to say it."""
    lacks: set[Lack] = set()
    for name in quorum.binds:
        value = inputs.admitted.values[name]
        if isinstance(value, Unknown):
            lacks.update(value.lacks)
    if not inputs.subject.commit:
        lacks.add(Lack("", "missing", "the snapshot names no commit to sign off"))
    if lacks or not inputs.subject.commit:
        return None, tuple(sorted(lacks))
    digests = {name: inputs.admitted.items[name].digest for name in quorum.binds}
    return sign_off_basis(inputs.digests, inputs.subject.commit, digests), ()


def _tell(state: QuorumState) -> str:
    """How the record stands, in one line."""
    open_roles = [f"{each.role}: {', '.join(each.reasons)}" for each in state.sign_offs if not each.accepted]
    signed = sum(each.accepted for each in state.sign_offs)
    told = f"{signed} of {len(state.sign_offs)} roles signed off by {_people(state.distinct_found)}"
    if open_roles:
        told += "; " + "; ".join(open_roles)
    if state.distinct_found < state.distinct_needed and not open_roles:
        told += f"; {_people(state.distinct_needed)} are needed"
    return told


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
