"""A report as one HTML file: inline style and SVG, no script, nothing fetched, every word escaped."""

import re

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.reports.render import chart as geometry
from mlcockpit.reports.report import Report
from mlcockpit.views.phrases import minute
from mlcockpit.views.table import Cell, Chart, Section, Table
from mlcockpit.views.text import SIGNS

CELL_MOST = 400
_MONOSPACE = ("do", "sha256", "run")


def html(report: Report) -> str:
    """Return the whole document."""
    environment = Environment(
        loader=PackageLoader("mlcockpit.reports.render", "."),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        words=words,
        first_up=lambda text: text[:1].upper() + text[1:],
        short=short,
        anchor=anchor,
        minute=minute,
        sign=lambda tone: SIGNS.get(tone, ""),
    )
    tone, verdict = report.verdict
    return environment.get_template("report.html.j2").render(
        report=report,
        tone=tone.value,
        verdict=verdict,
        cards=[(section, kind_of(section)) for section in report.sections],
        plot=geometry.plot,
        spark=geometry.spark,
        box=geometry,
        value_of=value_of,
        tone_class=tone_class,
        monospace=_MONOSPACE,
        stale=[line for line in report.sources if line.state != "fresh"],
    )


def words(text: object) -> str:
    """Return `text` on one line without control codes; comparisons get their signs."""
    return clean(text, CELL_MOST).replace(">= ", "≥ ").replace("<= ", "≤ ")


def short(name: str) -> str:
    """Return a name as people type it: a run by the first seven characters of its id."""
    kind, _, key = name.partition("/")
    return f"run/{key[:7]}" if kind == "run" else name


def kind_of(section: Section) -> str:
    """Return how a section is drawn: asks and metrics as tiles, charts as pictures, the rest as tables or text."""
    if isinstance(section, Chart):
        return "chart"
    if isinstance(section, Table):
        return {"decide": "asks", "metrics": "tiles"}.get(section.key, "table")
    return "text"


def value_of(table: Table, line: object, key: str) -> Cell:
    """Return the cell of a row under the column called `key`."""
    place = next(i for i, column in enumerate(table.columns) if column.key == key)
    cells: tuple[Cell, ...] = line.cells  # type: ignore[attr-defined]
    return cells[place]


def tone_class(tone: Tone) -> str:
    """Return the style class of a tone; plain has none."""
    return "" if tone is Tone.PLAIN else f"t-{tone.value}"


def anchor(text: str) -> str:
    """Return a name that is safe as an element's id."""
    return "s-" + (re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section")[:60]
