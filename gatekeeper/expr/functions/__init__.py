"""The functions that expressions may call: one literal table, nothing registers itself.

CEL's standard library, and what gatekeeper adds to it:

==============================  ===============================================================
``age(x)``                      ``now - x``, of a timestamp, an RFC 3339 string, or an ISO date
                                (the start of that day in UTC); reads ``now``
``days(n)`` ``hours(n)``        a duration of ``n`` days, hours, minutes or seconds; ``n`` is an
``minutes(n)`` ``seconds(n)``   int or a double
``day_start(s)`` ``day_end(s)`` the first and the last nanosecond of an ISO date in UTC; a full
                                timestamp is itself
``offset(s)``                   the first ``T+H:MM`` in ``s``, as records of exercises write the
                                time since the start, as a duration
``trailing(l)``                 how many ``true`` a list of bools ends with
``is_date(s)``                  whether ``s`` is an ISO date or an RFC 3339 timestamp
``doc.section(s)``              the section of a markdown document whose heading matches ``s``
``doc.table(s)``                the one table directly under that heading
``doc.has_section(s)``          whether there is such a section
``doc.has_table(s)``            whether there is such a table
``doc.sections_under(s)``       the sections one level below that heading, as a list
``doc.tasks_under(s)``          the boxes below that heading, at any depth, as a list; with ``items``
                                and ``sign_offs`` in place of ``tasks``, list items and lines to
                                sign. None at all is an error
``doc.tasks_in(s)``             the boxes directly below the box, label or heading ``s``
``doc.task(s)``                 the one box whose text holds ``s``; ``"A > s"`` below a heading
``doc.labelled_line(s)``        the one ``label: value`` line whose label holds ``s``, likewise
==============================  ===============================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gatekeeper.expr.functions.conversions import CONVERSIONS
from gatekeeper.expr.functions.lists import LISTS
from gatekeeper.expr.functions.markdown import MARKDOWN
from gatekeeper.expr.functions.strings import STRINGS
from gatekeeper.expr.functions.times import TIMES

if TYPE_CHECKING:
    from gatekeeper.expr.functions.form import Form

FUNCTIONS: Final[dict[str, tuple[Form, ...]]] = {**CONVERSIONS, **STRINGS, **TIMES, **LISTS, **MARKDOWN}
"""Every function by its name; the name of a namespaced one holds its dot."""
