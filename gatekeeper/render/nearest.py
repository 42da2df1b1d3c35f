"""The refusal of a name that a policy does not have, with the nearest of those that it has."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from gatekeeper.errors import UsageError
from gatekeeper.render.visible import visible
from gatekeeper.render.wording import argument

NEAREST = 3
"""So many names are offered for one that there is not."""

LONGEST_NAME = 200
"""So many characters of a name are compared: the time that it takes grows with their square."""


def no_such(policy: str, what: str, asked: str, names: Sequence[str]) -> UsageError:
    """The error to raise.

    Args:
        policy: id of the policy that was asked.
        what: what was asked for, such as ``rule``.
        asked: the name that there is not; of a row ``rule[key]``.
        names: those that there are. They may come from evidence, as the keys of rows do.
    """
    known = list(dict.fromkeys(names))
    close = difflib.get_close_matches(asked[:LONGEST_NAME], known, n=NEAREST, cutoff=0.7)
    named = asked.partition("[")[0]
    close = close or [name for name in known if named and named in name][:NEAREST]
    if close:
        hint = f"did you mean {' or '.join(visible(name) for name in close)}?"
    else:
        hint = f"gatekeeper explain {argument(policy)} shows them all"
    return UsageError(f"{policy} has no {what} {asked!r}", hint)
