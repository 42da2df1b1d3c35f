#!/usr/bin/env python3
"""Writes the approval record of today: three people sign for a basis, as people do it who have read what it covers.

python examples/live-launch/sign.py sha256:…
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path

TODAY = Path(__file__).resolve().parent / "evidence" / "rgl8r" / "today"
COMMIT = "7d19f5a3c86e04b2f9175ed8a0c3642be87f01d5"
SIGN_OFFS = {"approver": "Dan", "launch-window": "Marta Kowalska", "rollback-authority": "Priya Raman"}


def record(basis: str | None, at: datetime) -> str:
    """The record as YAML.

    Args:
        basis: what is signed; None leaves every entry blank.
        at: when it is signed.
    """
    lines = ["record: P11-H go/no-go packet", "approvals:"]
    for role, person in SIGN_OFFS.items():
        if basis is None:
            lines += [f"  - {{role: {role}, signer: person, final: false}}"]
            continue
        lines += [
            f"  - role: {role}",
            f"    person: {person}",
            "    signer: person",
            "    decision: approved",
            "    final: true",
            f'    signed_at: "{at:%Y-%m-%dT%H:%M:%SZ}"',
            f"    commit: {COMMIT}",
            f"    basis: {basis}",
        ]
    return "\n".join([*lines, ""])


def main(arguments: list[str]) -> int:
    """Sign, and return the exit code."""
    if len(arguments) != 1 or not re.fullmatch(r"sha256:[0-9a-f]{64}", arguments[0]):
        sys.stderr.write("sign.py: give the basis that the report shows, sha256:… with 64 digits\n")
        return 2
    (TODAY / "approvals.yaml").write_text(record(arguments[0], datetime.now(UTC)), encoding="utf-8")  # noqa: TID251 -- a program beside gatekeeper
    sys.stdout.write(f"signed by {', '.join(SIGN_OFFS.values())}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
