"""The one way to say that there is no verdict, and why."""

from __future__ import annotations

USAGE = 2
"""The action was called wrongly."""

INVALID = 4
"""Something that is needed to judge cannot be read or used."""

BROKEN = 70
"""The action or gatekeeper broke."""


class Refused(Exception):
    """Nothing was decided.

    Attributes:
        message: one line: what is wrong.
        hint: one line: how to mend it; empty where nobody can say.
        code: the exit code, one of docs/exit-codes.md that is no verdict.
        said: what gatekeeper wrote on standard error; empty where it was not asked.
    """

    def __init__(self, message: str, hint: str = "", code: int = INVALID, said: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.said = said
