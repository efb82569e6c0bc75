import csv
import io
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcockpit.cli.command import Answer
from mlcockpit.cli.render import as_csv, as_json, as_text, cell_width
from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.errors import UsageError
from mlcockpit.views.table import Cell, Column, Row, Table, Text, columns, row
from mlcockpit.views.text import UNBOUNDED

RUNS = Table(
    "Runs", columns("name", "auc>"), (row("run/1", "first", 0.5), row("run/2", Cell("second", tone=Tone.BAD), -0.25))
)


def a_table(*texts: str) -> Answer:
    return Answer(Table("T", (Column("a", "a"),), tuple(Row(str(n), (Cell(text),)) for n, text in enumerate(texts))))


def test_a_table_aligns_numbers_right_and_says_a_tone_by_a_sign() -> None:
    assert ["Runs", "name        auc", "first       0.5", "! second  -0.25"] == as_text(
        Answer(RUNS), width=80, colour=False
    ).splitlines()


def test_the_widest_column_gives_way_first() -> None:
    wide = Answer(Table("T", columns("a", "b"), (row("1", "x" * 50, "y" * 20),)))
    (line,) = as_text(wide, width=50, colour=False).splitlines()[2:]
    assert (50, "y" * 20) == (len(line), line[-20:])


def test_nothing_is_cut_in_a_pipe() -> None:
    assert "x" * 500 in as_text(a_table("x" * 500), width=UNBOUNDED, colour=False)


def test_an_empty_table_says_what_to_do() -> None:
    empty = Answer(Table("Runs", columns("name"), (), empty="no runs yet; mlcockpit sync reads them"))
    assert "no runs yet; mlcockpit sync reads them" in as_text(empty, width=80, colour=False)


def test_a_stranger_cannot_reach_the_terminal() -> None:
    text = as_text(Answer([Text("t\x1b[2J", ("\x1b]0;x\x07",)), a_table("\x1b[31mred").shown]), width=80, colour=False)  # type: ignore[list-item]
    assert "\x1b" not in text


def test_colour_is_only_ever_added_to_a_sign() -> None:
    plain, painted = (as_text(Answer(RUNS), width=80, colour=colour) for colour in (False, True))
    assert "\x1b[31m! second" in painted
    assert plain == painted.replace("\x1b[31m", "").replace("\x1b[0m", "")


def test_wide_letters_take_two_cells() -> None:
    assert (2, 4, 1) == (cell_width("日"), cell_width("日本"), cell_width("é"))


def test_json_has_no_nan_and_keeps_numbers() -> None:
    table = Table("T", columns("v"), (row("1", math.nan), row("2", 1.5)))
    rows = json.loads(as_json(Answer(table)))["sections"][0]["rows"]
    assert [("1", "nan"), ("2", 1.5)] == [(each["id"], each["v"]) for each in rows]


def test_several_tables_are_no_csv() -> None:
    with pytest.raises(UsageError, match="holds 2 tables"):
        as_csv(Answer([RUNS, RUNS]))


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=60), min_size=1))
def test_csv_reads_back_cleaned_and_no_cell_is_a_formula(texts: list[str]) -> None:
    cells = [line[0] for line in list(csv.reader(io.StringIO(as_csv(a_table(*texts)), newline="")))[1:]]
    assert [] == [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\0"))]
    assert [] == [
        (text, cell) for text, cell in zip(texts, cells, strict=True) if cell not in (clean(text), f"'{clean(text)}")
    ]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_csv_leaves_numbers_numbers(value: float) -> None:
    (line,) = list(csv.reader(io.StringIO(as_csv(Answer(Table("T", columns("v"), (row("1", value),)))))))[1:]
    assert value == float(line[0])
