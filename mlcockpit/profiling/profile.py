"""A dataset version has a profile: rows, and of each column its nulls, range, mean and how many values it takes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import isfinite

import pyarrow as pa
import pyarrow.compute as pc

MOST_DISTINCT = 1000
"""Values of a column that are counted apart; beyond, the profile says that there are more."""

_LONGEST = 64

Shown = str | int | float | bool | None


@dataclass(frozen=True)
class ColumnProfile:
    """What the values of one column look like."""

    type: str
    nulls: int
    """NaN counts as null."""
    null_share: float
    low: Shown
    """The smallest value, a date or time as ISO text; None where all are null or the type has no order."""
    high: Shown
    mean: float | None
    """Of numbers, and of flags as their share of true; None otherwise."""
    distinct: int | None
    """None: more than MOST_DISTINCT."""


@dataclass(frozen=True)
class Profile:
    """Summary statistics of one dataset version."""

    rows: int
    columns: dict[str, ColumnProfile] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {"rows": self.rows, "columns": {name: dict(vars(column)) for name, column in self.columns.items()}}


def profile_of(batches: Iterable[pa.RecordBatch]) -> Profile:
    """Return the profile of the rows in `batches`; equal however they are cut, but for the last digits of a mean."""
    total = ProfileSum()
    for batch in batches:
        total.add(batch)
    return total.total()


class ProfileSum:
    """The profile of the batches taken in so far; it never holds more than one batch."""

    def __init__(self) -> None:
        self._rows = 0
        self._columns: dict[str, _Column] = {}

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in one batch."""
        self._rows += batch.num_rows
        for field_, values in zip(batch.schema, batch.columns, strict=True):
            self._columns.setdefault(field_.name, _Column(str(field_.type))).add(values)

    def total(self) -> Profile:
        """Return the profile of everything taken in."""
        return Profile(self._rows, {name: column.total(self._rows) for name, column in self._columns.items()})


class _Column:
    def __init__(self, kind: str) -> None:
        self._type = kind
        self._nulls = 0
        self._finite = 0
        self._sum = 0.0
        self._is_number = False
        self._low: object = None
        self._high: object = None
        self._distinct: set[object] | None = set()

    def add(self, values: pa.Array) -> None:
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        if pa.types.is_floating(values.type):
            values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
        self._nulls += values.null_count
        values = values.drop_null()
        if pa.types.is_nested(values.type) or pa.types.is_null(values.type):
            self._distinct = None if len(values) else self._distinct
            return
        self._add_mean(values)
        self._add_range(values)
        self._add_distinct(values)

    def _add_mean(self, values: pa.Array) -> None:
        kind = values.type
        if not any(
            is_a(kind) for is_a in (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean)
        ):
            return
        self._is_number = True
        numbers = values.cast(pa.float64(), safe=False) if not pa.types.is_boolean(kind) else values.cast(pa.int8())
        if pa.types.is_floating(numbers.type):
            numbers = numbers.filter(pc.is_finite(numbers))
        self._finite += len(numbers)
        self._sum += float(pc.sum(numbers).as_py() or 0)

    def _add_range(self, values: pa.Array) -> None:
        if not len(values):
            return
        ends = pc.min_max(values.cast(pa.int8()) if pa.types.is_boolean(values.type) else values).as_py()
        low, high = ends["min"], ends["max"]
        self._low = low if self._low is None or low < self._low else self._low
        self._high = high if self._high is None or high > self._high else self._high

    def _add_distinct(self, values: pa.Array) -> None:
        if self._distinct is None:
            return
        new = pc.unique(values)
        if len(new) <= MOST_DISTINCT:
            self._distinct.update(new.to_pylist())
        if max(len(new), len(self._distinct)) > MOST_DISTINCT:
            self._distinct = None

    def total(self, rows: int) -> ColumnProfile:
        return ColumnProfile(
            type=self._type,
            nulls=self._nulls,
            null_share=self._nulls / rows if rows else 0.0,
            low=_shown(self._low),
            high=_shown(self._high),
            mean=self._sum / self._finite if self._is_number and self._finite else None,
            distinct=None if self._distinct is None else len(self._distinct),
        )


def _shown(value: object) -> Shown:
    """Return what JSON can hold: infinity, decimals and instants as text, long text cut."""
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value[:_LONGEST].hex()
    return str(value)[:_LONGEST] if not isinstance(value, timedelta) else f"{value.total_seconds():g} s"
