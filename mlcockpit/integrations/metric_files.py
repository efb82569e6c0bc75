"""The values of a product metric come from a CSV or parquet file by columns whose meaning is their name."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from math import isfinite, isnan
from pathlib import Path

from mlcockpit.analysis.interval import wilson
from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.delimiter import delimiter_of
from mlcockpit.ports import Measured

WHEN = ("at", "date", "week", "day", "month", "time")
"""Columns that may hold the instant, best first; a week such as 2013-W14 is its Monday, a month its first day."""

_NOTHING = ("", "na", "n/a", "nan", "null", "none")
_PARQUET = (".parquet", ".pq")
_HINT = "columns: at (or date, week), value or numerator and denominator, and perhaps n, ci_low, ci_high, metric"


class _Wrong(ValueError):
    """A field cannot be read; says why."""


class MetricFiles:
    """ports.MetricSource on files; a relative path starts at the project file's folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, place: str, metric: str) -> Sequence[Measured]:
        """Return the dated values of `metric`, oldest first; raises SourceFailed naming the line that is wrong."""
        path, shown = self._root / place, clean(place)
        try:
            rows = _parquet(path) if path.name.lower().endswith(_PARQUET) else _delimited(path)
            return _series(rows, shown, metric)
        except FileNotFoundError as error:
            raise SourceFailed(f"{shown} is gone", hint="restore it, or correct `source` of the metric") from error
        except OSError as error:
            raise SourceFailed(f"{shown} cannot be read", hint=clean(error.strerror or error)) from error
        except _Wrong as error:
            raise SourceFailed(f"{shown}{error}", hint=_HINT) from error


def _series(rows: Iterator[tuple[int, Mapping[str, object]]], shown: str, metric: str) -> list[Measured]:
    found: dict[datetime, tuple[int, Measured]] = {}
    for line, row in rows:
        try:
            measured = _measured(row, metric)
        except ValueError as error:
            raise _Wrong(f":{line}: {clean(error)}") from error
        if measured is None:
            continue
        if measured.at in found:
            raise _Wrong(f":{line}: {measured.at:%Y-%m-%d %H:%M} is there already, on line {found[measured.at][0]}")
        found[measured.at] = line, measured
    return [measured for _, (_, measured) in sorted(found.items())]


def _measured(row: Mapping[str, object], metric: str) -> Measured | None:
    """Return what one row says; None where it is about another metric or holds no value."""
    if "metric" in row and str(row["metric"]) != metric:
        return None
    when = next((name for name in WHEN if name in row), None)
    if when is None:
        raise _Wrong("no column says when")
    counts = _number(row, "numerator"), _number(row, "denominator")
    value = _number(row, "value") if "value" in row else _number(row, metric)
    if value is None and not {"value", "numerator", metric} & set(row):
        raise _Wrong("no column holds the value")
    numerator, denominator = counts
    low, high, n = _number(row, "ci_low"), _number(row, "ci_high"), _number(row, "n")
    if numerator is not None and denominator:
        interval = wilson(numerator, denominator)
        value = numerator / denominator if value is None else value
        n = denominator if n is None else n
        low, high = (interval[0] if low is None else low), (interval[1] if high is None else high)
    if value is None:
        return None
    return Measured(_instant(row[when]), value, None if n is None else int(n), low, high)


def _number(row: Mapping[str, object], name: str) -> float | None:
    raw = row.get(name)
    if raw is None or str(raw).strip().lower() in _NOTHING:
        return None
    try:
        number = float(str(raw))
    except ValueError:
        raise _Wrong(f"{name} is {clean(raw, 40)!r}, which is no number") from None
    if isnan(number):
        return None
    if not isfinite(number):
        raise _Wrong(f"{name} is {clean(raw, 40)}, which cannot be measured")
    return number


def _instant(raw: object) -> datetime:
    if isinstance(raw, datetime):
        return raw.astimezone(UTC) if raw.tzinfo else raw.replace(tzinfo=UTC)
    if isinstance(raw, date):
        return datetime.combine(raw, time(), UTC)
    text = str(raw).strip()
    try:
        whole = f"{text}-01" if len(text) == 7 and text[4:5] == "-" and "W" not in text else text
        instant = datetime.fromisoformat(whole)
    except ValueError:
        raise _Wrong(f"{clean(text, 40)!r} is no date: write 2013-04-01, 2013-04-01T09:00Z or 2013-W14") from None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _delimited(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _Wrong(f":{line}: is not UTF-8 text") from None
    if not text.strip():
        raise _Wrong(" is empty")
    rows = csv.reader(text.splitlines(keepends=True), delimiter=delimiter_of(text[:65_536]), strict=True)
    try:
        names = [name.strip().lower() for name in next(rows)]
        for fields in rows:
            if fields and len(fields) != len(names):
                raise _Wrong(f":{rows.line_num}: {len(fields)} fields, the header has {len(names)}")
            if fields:
                yield rows.line_num, dict(zip(names, fields, strict=True))
    except csv.Error as error:
        raise _Wrong(f":{rows.line_num}: {clean(error)}") from error


def _parquet(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    # pyarrow takes a while to import, and most metric files are small CSV files
    from mlcockpit.integrations.table_batches import NotATable, batches_of

    line = 0
    try:
        for batch in batches_of(path):
            for row in batch.to_pylist():
                line += 1
                yield line, {name.lower(): value for name, value in row.items()}
    except NotATable as trouble:
        raise _Wrong(f" {trouble}") from trouble
