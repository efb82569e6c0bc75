"""A view as plain JSON values: what --json prints and reports store, from the same cells that people see."""

import csv
import io
from datetime import datetime

from mlcockpit.domain.cleaning import clean
from mlcockpit.views.table import Cell, Chart, Section, SourceLine, Table, Text, Value, View

SCHEMA = 1

LONGEST = 50_000_000
"""Characters of one cell."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def view_json(view: View) -> dict[str, Json]:
    """Return `view` as JSON-able values; instants as ISO 8601 in UTC."""
    return {
        "schema": SCHEMA,
        "name": view.name,
        "title": view.title,
        "as_of": view.as_of.isoformat(),
        "sources": [source_json(source) for source in view.sources],
        "sections": [section_json(section) for section in view.sections],
    }


def source_json(source: SourceLine) -> Json:
    """Return one source's freshness."""
    fresh_at = None if source.fresh_at is None else source.fresh_at.isoformat()
    return {"name": source.name, "fresh_at": fresh_at, "state": source.state.value, "note": source.note}


def section_json(section: Section) -> Json:
    """Return one section; rows are objects keyed by column."""
    key = section.key or section.title.lower().replace(" ", "_")
    if isinstance(section, Table):
        return _table_json(section, key)
    if isinstance(section, Text):
        return {
            "kind": "text",
            "key": key,
            "title": section.title,
            "lines": list(section.lines),
            "tone": section.tone.value,
        }
    return _chart_json(section, key)


def cell_value(cell: Cell) -> Value:
    """Return what a machine should read in `cell`: its value, else its text, else None."""
    if cell.value is not None:
        return cell.value
    return cell.text or None


def table_csv(table: Table) -> str:
    """Return one table as RFC 4180 CSV; text that a spreadsheet would run as a formula gets a quote."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_csv_text(column.key) for column in table.columns])
    for line in table.rows:
        writer.writerow([_csv_cell(cell) for cell in line.cells])
    return out.getvalue().rstrip("\n")


def _csv_cell(cell: Cell) -> object:
    value = cell_value(cell)
    if isinstance(value, str):
        return _csv_text(value)
    return "" if value is None else value


def _csv_text(text: str) -> str:
    """Return a cell that neither a terminal obeys nor a spreadsheet runs."""
    return ("'" if text.startswith(_FORMULA) else "") + clean(text, LONGEST)


def _plain(value: Value) -> Json:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value


def _table_json(table: Table, key: str) -> Json:
    rows: list[Json] = []
    for line in table.rows:
        values: dict[str, Json] = {"id": line.key}
        for column, cell in zip(table.columns, line.cells, strict=True):
            values[column.key] = _plain(cell_value(cell))
        rows.append(values)
    shown = len(table.rows)
    return {
        "kind": "table",
        "key": key,
        "title": table.title,
        "rows": rows,
        "total": shown if table.total is None else table.total,
        "shown": shown,
        "note": table.note,
    }


def _chart_json(chart: Chart, key: str) -> Json:
    return {
        "kind": "chart",
        "key": key,
        "title": chart.title,
        "unit": chart.unit,
        "target": chart.target,
        "points": [{"at": point.at.isoformat(), "value": _plain(point.value)} for point in chart.points],
        "marks": [{"at": mark.at.isoformat(), "kind": mark.letter, "text": mark.text} for mark in chart.marks],
        "note": chart.note,
    }
