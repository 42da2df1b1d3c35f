"""Sign-offs: who has signed in which role, on what, and whether that is enough."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gatekeeper.evaluate.admission import lies_ahead
from gatekeeper.model.canonical import canonical_bytes, digest_of
from gatekeeper.model.finding import QuorumState, SignOff
from gatekeeper.model.times import instant_text, parse_instant
from gatekeeper.model.values import Json

_BLANK = re.compile(r"(<.*>|tbd|tba|n[ /]?a|todo|none)?", re.IGNORECASE)
_SHOWN = 19
"""Characters of a digest or a commit that a reason shows."""


def sign_off_basis(policies: Mapping[str, str], commit: str, evidence: Mapping[str, str]) -> str:
    """What a sign-off is given for: one digest over policies, commit and documents.

    Args:
        policies: gate id → digest, for the gate that asks and every gate below it.
        commit: the subject's commit.
        evidence: name → content digest of the evidence that the quorum binds. Never the approvals themselves.

    Returns:
        ``sha256:`` and the hexadecimal digest of the RFC 8785 form of ``{"commit", "evidence", "policies"}``.
    """
    return digest_of(canonical_bytes({"commit": commit, "evidence": {**evidence}, "policies": {**policies}}))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a sign-off has to meet.

    Attributes:
        basis: the basis digest, or None where it is not known.
        commit: the subject's commit, or None where it is not known.
        content_until: the latest instant at which the bound evidence is known to have changed, or None.
        holders: role → the people who may sign in it; a role that is not named is open to any named person.
    """

    roles: tuple[str, ...]
    distinct: int
    binds: tuple[str, ...]
    holders: Mapping[str, tuple[str, ...]]
    basis: str | None
    commit: str | None
    content_until: datetime | None
    as_of: datetime


def judge_quorum(approvals: Sequence[Mapping[str, Json]], terms: Terms) -> QuorumState:
    """How each role stands.

    In each role the entry that was signed last decides; blank entries matter only where nobody has signed.
    """
    sign_offs = tuple(_judge_role(role, approvals, terms) for role in terms.roles)
    unasked = tuple(_unasked(entry) for entry in approvals if entry.get("role") not in terms.roles)
    people = {person_key(s.person) for s in sign_offs if s.accepted and s.person}
    return QuorumState(
        basis=terms.basis,
        binds=terms.binds,
        distinct_needed=terms.distinct,
        distinct_found=len(people),
        sign_offs=sign_offs,
        unasked=tuple(sorted(unasked, key=lambda s: (s.role, s.person or "", s.reasons))),
    )


def person_key(name: str) -> str:
    """The form in which two spellings of one person's name are equal.

    Case, spacing, punctuation, accents and characters that cannot be seen do not matter. Letters of other alphabets
    that only look alike do: where that matters, a policy names who holds its roles.
    """
    folded = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(each if unicodedata.category(each)[0] in "LN" else " " for each in folded if not _unseen(each))
    return " ".join(letters.split())


def _is_blank(name: str) -> bool:
    """Whether a text stands where a name is due and names nobody, with or without signs around it."""
    return any(_BLANK.fullmatch(each) for each in (name.strip(), person_key(name)))


def _unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Mn", "Me", "Cc")


def _judge_role(role: str, approvals: Sequence[Mapping[str, Json]], terms: Terms) -> SignOff:
    entries = [entry for entry in approvals if entry.get("role") == role]
    signed = sorted((e for e in entries if e.get("signed_at")), key=_signing_order)
    rejected = [e for e in entries if e.get("decision") == "rejected" and not e.get("signed_at")]
    undated = tuple(sorted(f"{_person(each) or 'somebody'} rejected it, without a date" for each in rejected))
    if not signed:
        reason = "nobody has signed" if entries else "the record has no such entry"
        named = next((_person(e) for e in entries if e.get("person")), None)
        return SignOff(role, named, None, False, (reason, *undated))
    entry = signed[-1]
    person = _person(entry)
    reasons = (*_objections(role, entry, person, terms), *undated)
    return SignOff(role, person, parse_instant(str(entry["signed_at"])), not reasons, reasons)


def _unasked(entry: Mapping[str, Json]) -> SignOff:
    """An entry in a role that the rule does not ask for: it is shown, whatever it says, and counts for nothing."""
    signed_at = parse_instant(str(entry["signed_at"])) if entry.get("signed_at") else None
    told = f"it says {entry['decision']}" if entry.get("decision") else "it says nothing"
    return SignOff(str(entry.get("role")), _person(entry), signed_at, False, ("no rule asks for this role", told))


def _person(entry: Mapping[str, Json]) -> str | None:
    return str(entry["person"]) if entry.get("person") else None


def _signing_order(entry: Mapping[str, Json]) -> tuple[datetime, bool, str]:
    """The last one decides; of two at the same instant the one that does not approve."""
    return (parse_instant(str(entry["signed_at"])), entry.get("decision") != "approved", str(entry.get("person")))


def _objections(role: str, entry: Mapping[str, Json], person: str | None, terms: Terms) -> list[str]:
    signed_at = parse_instant(str(entry["signed_at"]))
    found = []
    if person is None or _is_blank(person):
        found.append("it names no person")
    elif role in terms.holders and person_key(person) not in {person_key(p) for p in terms.holders[role]}:
        found.append(f"{person} does not hold this role")
    if entry.get("signer") != "person":
        found.append("software signed, not a person")
    if entry.get("decision") == "rejected":
        found.append("it was rejected")
    elif entry.get("decision") != "approved":
        found.append("it is signed without a decision")
    if entry.get("final") is not True:
        found.append("it is a draft, not the final sign-off")
    found += _wrong_basis(entry, terms)
    if lies_ahead(signed_at, terms.as_of):
        found.append(f"it is signed at {instant_text(signed_at)}, after the decision")
    if terms.content_until is not None and signed_at < terms.content_until:
        found.append(f"it is older than what it binds ({instant_text(terms.content_until)})")
    return found


def _wrong_basis(entry: Mapping[str, Json], terms: Terms) -> list[str]:
    found = []
    commit, basis = entry.get("commit"), entry.get("basis")
    if terms.commit is not None and commit != terms.commit:
        found.append(f"it is for commit {_short(commit)}, not {_short(terms.commit)}")
    if terms.basis is not None and basis != terms.basis:
        found.append(f"it is on basis {_short(basis)}, not {_short(terms.basis)}: what was signed has changed since")
    return found


def _short(text: Json) -> str:
    if not isinstance(text, str) or not text:
        return "(none)"
    return text[:_SHOWN] if text.startswith("sha256:") else text[:12]
