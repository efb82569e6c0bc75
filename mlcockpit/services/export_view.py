"""What a screen shows is written into a file of the project's reports folder, the same cells as on the screen."""

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from mlcockpit.errors import SourceFailed, UsageError
from mlcockpit.reports.render.markdown import escape, section_lines
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.runs import list_runs
from mlcockpit.views.plain import table_csv, view_json
from mlcockpit.views.table import Section, Table, View

STYLES = ("md", "csv", "json")
MOST_RUNS = 10_000
"""Runs that one export holds; the file says how many there are."""


def export_view(cockpit: Cockpit, view: View, style: str, *, table: str = "") -> Path:
    """Write `view` as md, json or csv (one table: the one called `table`, else the first); return the file."""
    folder = cockpit.state / "reports"
    stem = re.sub(r"[^A-Za-z0-9]+", "-", view.name).strip("-")[:60]
    path = folder / f"{stem}-{cockpit.now():%Y-%m-%d-%H%M%S}.{style}"
    text = _text(view, style, table)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.part")
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        raise SourceFailed(
            f"{path} cannot be written ({error.strerror})", hint="is the folder yours to write in?"
        ) from error
    return path


def export_runs(cockpit: Cockpit, style: str, *, filter_: str, sort: str, columns: Sequence[str], lens: str) -> Path:
    """Write the matching runs, at most MOST_RUNS of them."""
    page = list_runs(cockpit, filter_, sort=sort, columns=columns, limit=MOST_RUNS, lens=lens)
    return export_view(cockpit, View("runs", "Runs", cockpit.now(), (), (page.table,)), style)


def _text(view: View, style: str, table: str) -> str:
    if style == "json":
        return json.dumps(view_json(view), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if style == "csv":
        return table_csv(_one_table(view.sections, table)) + "\n"
    lines = [f"# {escape(view.title)}", "", f"As of {view.as_of:%Y-%m-%d %H:%M} UTC.", ""]
    for section in view.sections:
        lines += [*section_lines(section), ""]
    return "\n".join(lines)


def _one_table(sections: Sequence[Section], name: str) -> Table:
    tables = [section for section in sections if isinstance(section, Table)]
    if not tables:
        raise UsageError("there is no table here", hint="md and json hold everything that is shown")
    return next((each for each in tables if name in (each.key, each.title)), tables[0])
