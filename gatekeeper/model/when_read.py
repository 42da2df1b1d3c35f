"""Sequences that are computed when something first reads them, for what many make and few look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

_T = TypeVar("_T", covariant=True)  # noqa: PLC0105  as in Sequence


class WhenRead(Sequence[_T]):
    """A tuple that is computed when something first reads it, and then never again.

    It equals that tuple, hashes as it does, and a pickle or a copy of it is that tuple.

    Args:
        make: computes the entries. It is a pure function of what never changes, so that it does not matter when it
            runs; two threads may run it twice, to no harm.
    """

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], tuple[_T, ...]]) -> None:
        self._make: Callable[[], tuple[_T, ...]] | None = make
        self._made: tuple[_T, ...] = ()

    @property
    def entries(self) -> tuple[_T, ...]:
        """The entries."""
        if (make := self._make) is not None:
            self._made, self._make = make(), None  # what it was made of is let go
        return self._made

    def __getitem__(self, index: Any) -> Any:
        return self.entries[index]

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[_T]:
        return iter(self.entries)

    def __eq__(self, other: object) -> bool:
        return self is other or self.entries == (other.entries if isinstance(other, WhenRead) else other)

    def __hash__(self) -> int:
        return hash(self.entries)

    def __repr__(self) -> str:
        return repr(self.entries)

    def __reduce__(self) -> tuple[object, ...]:
        return tuple, (self.entries,)
