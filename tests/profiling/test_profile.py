"""A profile says what is in a file, and the same however its rows are cut."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlcockpit.integrations.table_batches import batches_of, sum_up
from mlcockpit.profiling.profile import MOST_DISTINCT, ColumnProfile, ProfileSum, profile_of

TABLE = pa.table(
    {
        "delay": pa.array([3, None, -7, 8], pa.int16()),
        "temp": pa.array([39.5, float("nan"), None, float("inf")]),
        "late": [True, False, True, None],
        "carrier": pa.array(["UA", "UA", "DL", None]).dictionary_encode(),
        "at": pa.array([datetime(2013, 1, 2), datetime(2013, 1, 1), None, None], pa.timestamp("us", "UTC")),
        "nothing": pa.nulls(4),
        "list": [[1], [2], None, None],
        "money": pa.array([Decimal("1.50"), None, Decimal("2.50"), None]),
    }
)


def test_each_kind_of_column_has_its_numbers() -> None:
    profile = profile_of(TABLE.to_batches())
    assert profile.rows == 4
    assert profile.columns["delay"] == ColumnProfile("int16", 1, 0.25, -7, 8, 4 / 3, 3)
    assert profile.columns["temp"] == ColumnProfile("double", 2, 0.5, 39.5, "inf", 39.5, 2)
    assert profile.columns["late"] == ColumnProfile("bool", 1, 0.25, 0, 1, 2 / 3, 2)
    assert ("DL", "UA", None, 2) == tuple(
        vars(profile.columns["carrier"])[key] for key in ("low", "high", "mean", "distinct")
    )
    assert profile.columns["at"].low == "2013-01-01T00:00:00+00:00"
    assert profile.columns["nothing"] == ColumnProfile("null", 4, 1.0, None, None, None, 0)
    assert profile.columns["list"].distinct is None
    assert (profile.columns["money"].mean, profile.columns["money"].low) == (2.0, "1.50")


def test_it_is_plain_json() -> None:
    text = json.dumps(profile_of(TABLE.to_batches()).as_json(), allow_nan=False)
    assert json.loads(text)["columns"]["temp"]["high"] == "inf"


def test_many_values_are_counted_up_to_a_limit() -> None:
    few, many = (
        profile_of(pa.table({"n": list(range(count))}).to_batches(300)) for count in (MOST_DISTINCT, MOST_DISTINCT + 1)
    )
    assert (MOST_DISTINCT, None) == (few.columns["n"].distinct, many.columns["n"].distinct)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.none() | st.integers(-(2**40), 2**40)), st.integers(1, 7))
def test_any_cut_gives_the_same_profile(values: list[int | None], size: int) -> None:
    table = pa.table({"n": pa.array(values, pa.int64())})
    whole, cut = profile_of(table.to_batches()), profile_of(table.to_batches(size))
    assert whole.rows == cut.rows
    for name, column in whole.columns.items():
        assert column.mean == pytest.approx(cut.columns[name].mean)
        assert {**vars(column), "mean": 0} == {**vars(cut.columns[name]), "mean": 0}


def test_a_parquet_file_and_its_csv_have_one_profile(tmp_path: Path) -> None:
    table = pa.table({"n": [1, 2, None], "word": ["a", "b", "b"]})
    pq.write_table(table, tmp_path / "a.parquet")
    table.to_pandas().astype({"n": "Int64"}).to_csv(tmp_path / "a.csv", index=False)
    assert profile_of(batches_of(tmp_path / "a.parquet")) == sum_up(tmp_path / "a.csv", ProfileSum).total()


def test_an_empty_table_has_a_profile() -> None:
    assert (
        ColumnProfile("int64", 0, 0.0, None, None, None, 0)
        == profile_of([pa.RecordBatch.from_pylist([], schema=pa.schema([("n", pa.int64())]))]).columns["n"]
    )
