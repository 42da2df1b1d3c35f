"""The evidence kinds: what each kind of evidence looks like to an expression.

Each kind is a frozen dataclass. Expressions never see its objects: they see the plain JSON value of a snapshot, checked
against the kind and with its numbers typed by it (``gatekeeper.model.decode``). The published JSON Schemas are
generated from these classes. A field that may be None is ``null`` in the value, never absent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from gatekeeper.model.values import Json

INSTANT = "instant"
"""Marks the texts that are instants, so that decoding can check them."""

Instant = Annotated[str, INSTANT]
"""An RFC 3339 date and time with an offset."""

Until = Annotated[str, "until"]
"""An instant until which something holds: of all instants in evidence, it alone may lie after the reading."""

RunStatus = Literal["queued", "in_progress", "completed", "waiting", "requested", "pending"]

RunConclusion = Literal[
    "success",
    "failure",
    "neutral",
    "cancelled",
    "skipped",
    "timed_out",
    "action_required",
    "stale",
    "startup_failure",
]


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """One attempt of one run, in the words of GitHub's REST interface.

    Attributes:
        id: of the run; every attempt of it has the same.
        run_number: counts the runs of a workflow without a hole; every attempt of a run has the same.
        run_attempt: 1 for the first attempt.
        event: what started it, such as ``schedule`` or ``push``.
        status: how far it is.
        conclusion: None while the run has not ended.
        head_branch: the branch's plain name, without ``refs/heads/``; None where it is not known.
        head_sha: the commit that it ran on.
        created_at: when the run was created; the same for every attempt, and never before that of a lower number.
        run_started_at: when this attempt was started.
    """

    id: int
    run_number: int
    run_attempt: int
    event: str
    status: RunStatus
    conclusion: RunConclusion | None
    head_branch: str | None
    head_sha: str
    created_at: Instant
    updated_at: Instant
    run_started_at: Instant | None
    html_url: str


@dataclass(frozen=True, slots=True)
class WorkflowRuns:
    """The runs of one workflow.

    Attributes:
        workflow: the workflow's file or name.
        total_count: how many runs the source says there are.
        runs: every attempt, by ``created_at``, then ``run_number``, then ``run_attempt``.
        latest: the last of ``runs``, or None where there is none. It is the run that was created last, which need not
            be the one that started last: an older run can be started again after it (``run_started_at``).
    """

    workflow: str
    total_count: int
    runs: list[WorkflowRun]
    latest: WorkflowRun | None


@dataclass(frozen=True, slots=True)
class HealthDatabase:
    """The database part of a deep health answer.

    Attributes:
        status: the word that the service says of its database.
        latency_ms: how long the database took to answer, in milliseconds; None where it is not said.
    """

    status: str
    latency_ms: float | None


@dataclass(frozen=True, slots=True)
class HealthMigrations:
    """The migrations part of a deep health answer.

    Attributes:
        status: the word that the service says of its migrations.
        applied: how many the database has.
        filesystem: how many the code brings.
        pending: how many are still to be applied.
        pending_names: those that are still to be applied.
    """

    status: str
    applied: int
    filesystem: int
    pending: int
    pending_names: list[str]


@dataclass(frozen=True, slots=True)
class HealthParts:
    """The parts of a deep health answer; None where the answer does not have them.

    Attributes:
        db: the database.
        migrations: the migrations.
    """

    db: HealthDatabase | None
    migrations: HealthMigrations | None


@dataclass(frozen=True, slots=True)
class Health:
    """What a health endpoint answered.

    Attributes:
        status: the word that the service says, such as ``ok``.
        service: how the service calls itself; None where it does not.
        timestamp: the instant that the answer itself names.
        http_status: the HTTP status, where the source has it.
        checks: the parts of a deep answer.
    """

    status: str
    service: str | None
    timestamp: Instant | None
    http_status: int | None
    checks: HealthParts


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a server answered.

    Attributes:
        url: what was asked, without secrets.
        method: how it was asked.
        http_status: the status of the answer, after redirects.
        latency_ms: from the question to the last byte, in milliseconds, of the last attempt alone.
        content_type: the media type in small letters without its parameters.
        certificate_expires_at: until when the server's certificate holds; None without TLS.
        json: the body where it is JSON, else None.
        text: the body where it is a text (``text/…``), else None.
    """

    url: str
    method: Literal["GET", "HEAD"]
    http_status: int
    latency_ms: float
    content_type: str | None
    certificate_expires_at: Until | None
    json: Json
    text: str | None


@dataclass(frozen=True, slots=True)
class Approval:
    """One entry of an approval record, signed or still blank.

    Attributes:
        role: what is signed: ``approver``, ``launch-window``, ``rollback-authority`` …
        person: who signed; None while it is blank.
        signer: whether a person or a piece of software signed.
        decision: ``approved``, ``rejected``, or None while it is blank.
        final: whether the entry is the final sign-off and not a draft.
        signed_at: when it was signed; None while it is blank.
        commit: the commit that the signer saw.
        basis: the basis digest that the signer saw.
        note: free text, such as the launch window itself.
    """

    role: str
    person: str | None
    signer: Literal["person", "software"]
    decision: Literal["approved", "rejected"] | None
    final: bool
    signed_at: Instant | None
    commit: str | None
    basis: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Approvals:
    """An approval record.

    Attributes:
        record: what the record is called.
        approvals: its entries.
    """

    record: str
    approvals: list[Approval]


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident.

    Attributes:
        id: how the incident is called where it is tracked.
        severity: in the words of the system, such as BLOCK or HIGH.
        environment: where it is, such as ``production``.
        opened_at: when it began.
        resolved_at: None while it is open.
        origin: where it came from, such as ``exercise`` or ``alert``.
    """

    id: str
    title: str
    severity: str
    environment: str
    opened_at: Instant
    resolved_at: Instant | None
    origin: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Incidents:
    """Incidents of a system, open and resolved ones.

    Attributes:
        incidents: in the order of the source.
    """

    incidents: list[Incident]


@dataclass(frozen=True, slots=True)
class ModeState:
    """The state that a mode was in.

    Attributes:
        mode: the id of the mode.
        state: one of its states, or ``unknown``.
        since: when that state was entered.
    """

    mode: str
    state: str
    since: Instant | None


@dataclass(frozen=True, slots=True)
class OperatorEvent:
    """Something that a person did or decided, as it was recorded.

    Attributes:
        event: a word for it, such as ``resume``.
        by: who.
        at: when.
        note: why, or with which resolution.
    """

    event: str
    by: str
    at: Instant
    note: str | None


@dataclass(frozen=True, slots=True)
class OperatorEvents:
    """What people did; it is recorded, never inferred.

    Attributes:
        record: what the record is called.
        events: in the order in which the record has them.
    """

    record: str
    events: list[OperatorEvent]


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """Any JSON document; the policy's own JSON Schema types it."""


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """Any YAML document; the policy's own JSON Schema types it."""
