"""MLflow's digest of a table covers less than the table; what it leaves out is told from the recorded schema and profile."""

import json
from collections.abc import Iterable

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.run_record import RunInput

ROWS = 10_000
"""MLflow reads that many rows of a table for its digest, of numeric columns and of text columns without gaps."""
NUMBERS = {"integer", "long", "float", "double"}


def rows_of(one: RunInput) -> int | None:
    """Return how many rows were recorded; None where they were not."""
    found = _parsed(one.profile).get("num_rows")
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def columns_of(one: RunInput) -> list[dict[str, object]]:
    """Return the recorded columns of a table; empty where none were recorded."""
    found = _parsed(one.schema).get("mlflow_colspec")
    return [column for column in found if isinstance(column, dict)] if isinstance(found, list) else []


def not_covered(one: RunInput) -> str:
    """Return what the digest of an input says nothing about; empty where it covers the whole table."""
    columns, rows = columns_of(one), rows_of(one)
    if not columns or rows is None:
        return f"all but the first {ROWS:,} rows of numbers and text"
    left = [str(column.get("name")) for column in columns if not _is_covered(column)]
    shown = ", ".join(clean(name, 40) for name in left[:3]) + (", …" if len(left) > 3 else "")
    parts = [f"all but the first {ROWS:,} rows"] if rows > ROWS else []
    parts += [f"the columns {shown}" if len(left) > 1 else f"the column {shown}"] if left else []
    return " and ".join(parts)


def coverage_note(inputs: Iterable[RunInput]) -> str:
    """Return what the recorded digests cover where that is not all; empty where it is."""
    partly = {one.name: left for one in inputs if (left := not_covered(one))}
    if not partly:
        return ""
    name, left = next(iter(partly.items()))
    more = f", and {len(partly) - 1} more" if len(partly) > 1 else ""
    if left == f"all but the first {ROWS:,} rows":
        return f"the recorded digest of {clean(name, 60)} covers the first {ROWS:,} rows only{more}"
    return f"the recorded digest of {clean(name, 60)} does not cover {left}{more}"


def _is_covered(column: dict[str, object]) -> bool:
    kind = column.get("type")
    return kind in NUMBERS or (kind == "string" and column.get("required") is True)


def _parsed(text: str) -> dict[str, object]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
