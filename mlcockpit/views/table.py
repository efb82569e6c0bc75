"""All that a front can draw: a view is a title, its sources and its sections (tables, charts, texts) of plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mlcockpit.domain.vocabulary import SourceState, Tone

Value = str | int | float | bool | datetime | None


@dataclass(frozen=True)
class Cell:
    """One shown value: `text` for eyes (not yet cleaned or escaped), `value` for machines, `tone` for its meaning."""

    text: str
    value: Value = None
    """What --json and --csv print; None prints `text`, or null where the text is empty."""
    tone: Tone = Tone.PLAIN
    link: str = ""
    """The name of the entity this cell stands for, such as run/9be0; empty where there is none."""


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    key: str
    title: str
    width: int = 0
    """Preferred width in cells; 0 means as wide as its content."""
    right: bool = False
    """Numbers align right."""
    most: int = 60
    """The widest it may get in cells."""


@dataclass(frozen=True)
class Row:
    """One line of a table; `key` names its entity, such as inc/42."""

    key: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Rows under columns, with the words that stand there when there are none."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str = "nothing here"
    """What to say when there are no rows, and what to do about it."""
    note: str = ""
    """One line under the table: source, n and age of what it shows."""
    total: int | None = None
    """How many rows there are in all where only a page is here; None where all are here."""
    key: str = ""
    """Stable name of the section for --json; empty: the title in snake case."""


@dataclass(frozen=True)
class Point:
    """One value of a chart; `value` is None where nothing was measured."""

    at: datetime
    value: float | None


@dataclass(frozen=True)
class Mark:
    """A dated thing beside a chart: D a deployment, S a dataset version, I an incident."""

    at: datetime
    letter: str
    text: str


@dataclass(frozen=True)
class Chart:
    """A dated line with its target and the changes that came by."""

    title: str
    points: tuple[Point, ...]
    target: float | None = None
    marks: tuple[Mark, ...] = ()
    unit: str = ""
    note: str = ""
    key: str = ""


@dataclass(frozen=True)
class Text:
    """A few lines of plain words; `tone` says what they mean."""

    title: str
    lines: tuple[str, ...]
    tone: Tone = Tone.PLAIN
    key: str = ""


Section = Table | Chart | Text


@dataclass(frozen=True)
class SourceLine:
    """How fresh one source is."""

    name: str
    state: SourceState
    fresh_at: datetime | None
    """When it was last read in full; None where it never was."""
    note: str = ""


@dataclass(frozen=True)
class View:
    """A page as every front draws it."""

    name: str
    title: str
    as_of: datetime
    sources: tuple[SourceLine, ...]
    sections: tuple[Section, ...]
    links: Mapping[str, str] = field(default_factory=dict)


def text_cell(value: object, tone: Tone = Tone.PLAIN, link: str = "") -> Cell:
    """Return a cell that shows `value` as it prints; None shows as empty."""
    return Cell(
        "" if value is None else str(value),
        value if isinstance(value, str | int | float | bool | datetime) else None,
        tone,
        link,
    )


def row(key: str, *cells: Cell | str | int | float | None) -> Row:
    """Return a row from cells and plain values."""
    return Row(key, tuple(cell if isinstance(cell, Cell) else text_cell(cell) for cell in cells))


def columns(*titles: str) -> tuple[Column, ...]:
    """Return plain columns whose keys are their titles in snake case; a title that ends in `>` aligns right."""
    return tuple(
        Column(
            key=title.rstrip(">").strip().lower().replace(" ", "_"),
            title=title.rstrip(">").strip(),
            right=title.endswith(">"),
        )
        for title in titles
    )


def cells_of(table: Table) -> Sequence[Sequence[str]]:
    """Return the shown texts of `table`, row by row."""
    return [[cell.text for cell in line.cells] for line in table.rows]
