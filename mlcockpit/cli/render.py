"""Answers become text, JSON or CSV; the three print the same cells, and no stranger's control code passes."""

import json
import os
from collections.abc import Sequence

from mlcockpit.cli.command import Answer
from mlcockpit.domain.cleaning import clean_lines, escaped
from mlcockpit.errors import UsageError
from mlcockpit.views.plain import section_json, table_csv, view_json
from mlcockpit.views.table import Chart, Section, Table, Text, View
from mlcockpit.views.text import SIGNS, UNBOUNDED, cell_width, heading, section_text, view_text

__all__ = ["SIGNS", "as_csv", "as_json", "as_text", "cell_width", "heading", "section_text", "terminal_width"]

LONGEST = 50_000_000
"""Characters of one printed document."""


def as_json(answer: Answer) -> str:
    """Return the answer as one JSON document; NaN and infinity are strings."""
    return escaped(json.dumps(_json_of(answer), indent=2, ensure_ascii=False, allow_nan=False, default=str))


def as_csv(answer: Answer) -> str:
    """Return the answer's one table as RFC 4180 CSV; text that a spreadsheet would run as a formula gets a quote."""
    tables = [section for section in _sections(answer) if isinstance(section, Table)]
    if len(tables) != 1:
        raise UsageError(f"this answer holds {len(tables)} tables", hint="use --json, which prints them all")
    return table_csv(tables[0])


def as_text(answer: Answer, *, width: int, colour: bool) -> str:
    """Return the answer for eyes, at most `width` cells wide where its columns allow."""
    if isinstance(answer.shown, str):
        return clean_lines(answer.shown, LONGEST)
    if isinstance(answer.shown, View):
        return view_text(answer.shown, width=width, colour=colour)
    parts = [section_text(section, width=width, colour=colour) for section in _sections(answer)]
    return "\n\n".join(part for part in parts if part)


def terminal_width() -> int:
    """Return the width to draw at: COLUMNS, the terminal's, and in a pipe no limit."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns):
        return int(columns)
    return os.get_terminal_size(1).columns if os.isatty(1) else UNBOUNDED


def _json_of(answer: Answer) -> object:
    if answer.data is not None:
        return answer.data
    if isinstance(answer.shown, View):
        return view_json(answer.shown)
    if isinstance(answer.shown, str):
        return {"schema": 1, "text": answer.shown}
    return {"schema": 1, "sections": [section_json(section) for section in _sections(answer)]}


def _sections(answer: Answer) -> Sequence[Section]:
    if isinstance(answer.shown, View):
        return answer.shown.sections
    if isinstance(answer.shown, Table | Chart | Text):
        return [answer.shown]
    return [] if isinstance(answer.shown, str) else answer.shown
