"""The evidence kind of an answer of a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gatekeeper.model.values import Json

ColumnType = Literal["bool", "int", "number", "string", "timestamp", "json"]
"""What the values of a column are, where they are not null; ``number`` is a double."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer.

    Attributes:
        name: as the statement calls it.
        type: what its values are; None where all of them are null and nothing says what they would be.
    """

    name: str
    type: ColumnType | None


@dataclass(frozen=True, slots=True)
class Rows:
    """What a database answered to one statement.

    Attributes:
        columns: in the order of the statement.
        rows: each maps every column's name to its value, which is of the column's type or null; a timestamp is an
            RFC 3339 text.
        row_count: how many rows there are.
    """

    columns: list[Column]
    rows: list[dict[str, Json]]
    row_count: int
