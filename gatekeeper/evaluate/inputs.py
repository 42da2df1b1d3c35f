"""Everything that the rules and duties of one gate may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gatekeeper.evaluate.admission import Admitted
from gatekeeper.evaluate.parameters import cel_value
from gatekeeper.expr import Timestamp, with_variables
from gatekeeper.model.calendar import Calendar
from gatekeeper.model.decision import GateDecision
from gatekeeper.model.policy import Gate, ParamValue, Policy
from gatekeeper.model.rule import Expression, Template
from gatekeeper.model.snapshot import Subject


def bindings_of(
    policy: Policy, admitted: Admitted, parameters: Mapping[str, ParamValue], subject: Subject, as_of: datetime
) -> dict[str, object]:
    """The names that every expression of a policy sees, with their values."""
    given = {
        **admitted.values,
        "params": {name: cel_value(value) for name, value in parameters.items()},
        "subject": subject.as_json(),
        "now": Timestamp.of(as_of),
    }
    return defined(policy, given)


def defined(policy: Policy, bindings: Mapping[str, object]) -> dict[str, object]:
    """Bindings with the variables of a policy, which see these bindings and no earlier ones."""
    return with_variables(bindings, ((each.name, each.expression.program) for each in policy.variables))


def read_by(admitted: Admitted, *parts: Expression | Template | None) -> tuple[str, ...]:
    """Names of the evidence that these expressions read, sorted."""
    names: set[str] = set()
    for part in parts:
        if isinstance(part, Expression):
            names.update(part.program.free_names)
        elif part is not None:
            names.update(part.free_names)
    return tuple(sorted(names & admitted.values.keys()))


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that the rules and duties of one gate may look at.

    Attributes:
        lower: the decisions of the gates that this one reads, by id.
        digests: policy digests of this gate and of every gate below, by id.
        unwaived: whether ``gate`` rules read verdicts as they would be without waivers, also where they are not hard.
        calendars: id → calendar, for the duties that count working days.
    """

    gate: Gate
    admitted: Admitted
    parameters: Mapping[str, ParamValue]
    subject: Subject
    as_of: datetime
    lower: Mapping[str, GateDecision]
    digests: Mapping[str, str]
    unwaived: bool = False
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    bindings: Mapping[str, object] = field(init=False)

    def __post_init__(self) -> None:
        bindings = bindings_of(self.gate, self.admitted, self.parameters, self.subject, self.as_of)
        object.__setattr__(self, "bindings", bindings)

    def evidence_of(self, *parts: Expression | Template | None) -> tuple[str, ...]:
        """Names of the evidence that these expressions read, sorted."""
        return read_by(self.admitted, *parts)
