"""Whatever the values, a table keeps its content digest through formats, widths, batches and column orders."""

import string
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlcockpit.integrations.canonical_column import hash_values
from mlcockpit.integrations.table_digest import DigestSum, TableDigest, digest_table

WORDS = st.text(string.ascii_letters + "äß,;\"' \n", min_size=1, max_size=8).map(lambda word: "w" + word + "w")
"""Texts that no CSV reader takes for a number, a date, a flag or null."""
COLUMNS = {
    "whole": st.integers(-(2**53), 2**53),
    "broken": st.floats(allow_nan=False, allow_infinity=False, width=64),
    "short": st.floats(-(2**24), 2**24, width=32),  # beyond, pandas itself prints another number
    "word": WORDS,
    "flag": st.booleans(),
    "at": st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
}
ROWS = st.lists(st.fixed_dictionaries({name: st.none() | values for name, values in COLUMNS.items()}), min_size=1)
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def frame_of(rows: list[dict[str, object]]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    types = {"whole": "Int64", "broken": "Float64", "short": "Float32", "word": "string", "flag": "boolean"}
    return frame.astype({**types, "at": "datetime64[us]"})


def digest_of(table: pa.Table, *, batch: int = 1 << 20) -> TableDigest:
    total = DigestSum()
    total.add(pa.RecordBatch.from_pylist([], schema=table.schema))
    for piece in table.to_batches(batch):
        total.add(piece)
    return total.total()


@QUICK
@given(ROWS)
def test_csv_and_parquet_round_trips_keep_the_content(rows: list[dict[str, object]]) -> None:
    frame = frame_of(rows)
    with TemporaryDirectory() as folder:
        csv, parquet = Path(folder, "a.csv"), Path(folder, "a.parquet")
        frame.to_csv(csv, index=False)
        frame.to_parquet(parquet)
        once, other = digest_table(csv), digest_table(parquet)
        pd.read_csv(csv, keep_default_na=False, na_values={name: [""] for name in COLUMNS}).to_csv(csv, index=False)
        again = digest_table(csv)
    assert once.columns == other.columns
    assert (once.content_sha256, once.unordered_sha256) == (other.content_sha256, other.unordered_sha256)
    assert once.content_sha256 == again.content_sha256


@QUICK
@given(ROWS, st.permutations(list(COLUMNS)), st.integers(1, 5), st.randoms(use_true_random=False))
def test_order_of_columns_and_size_of_batches_do_not_matter_and_order_of_rows_only_to_one_of_two(
    rows: list[dict[str, object]], names: list[str], batch: int, random: Random
) -> None:
    table = pa.Table.from_pandas(frame_of(rows), preserve_index=False)
    whole = digest_of(table)
    assert digest_of(table.select(names), batch=batch) == whole
    order = random.sample(range(table.num_rows), table.num_rows)
    assert digest_of(table.take(order)).unordered_sha256 == whole.unordered_sha256


@QUICK
@given(st.lists(st.none() | st.integers(-128, 127), min_size=1))
def test_every_width_of_a_number_has_one_hash(values: list[int | None]) -> None:
    kinds = (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.float32(), pa.float64(), pa.decimal128(10, 2))
    hashes = {tuple(hash_values(pa.array(values, kind))) for kind in kinds}
    assert 1 == len(hashes)


@QUICK
@given(st.lists(st.none() | st.datetimes(datetime(1700, 1, 1), datetime(2250, 1, 1)), min_size=1))
def test_every_unit_of_an_instant_has_one_hash(values: list[datetime | None]) -> None:
    seconds = [value and value.replace(microsecond=0) for value in values]
    kinds = (pa.timestamp("s"), pa.timestamp("ms"), pa.timestamp("us"), pa.timestamp("ns"), pa.timestamp("s", "UTC"))
    assert 1 == len({tuple(hash_values(pa.array(seconds, kind))) for kind in kinds})


@QUICK
@given(
    st.lists(st.integers(), min_size=2, max_size=2, unique=True).filter(lambda pair: all(abs(n) < 2**63 for n in pair))
)
def test_two_numbers_have_two_hashes(pair: list[int]) -> None:
    assert 2 == len(set(hash_values(pa.array(pair, pa.int64()))))


def test_years_that_nanoseconds_cannot_hold_are_told_apart() -> None:
    far = [datetime(9999, 12, 31), datetime(9415, 6, 9, 0, 25, 26), datetime(1, 1, 1), datetime(2013, 1, 1)]
    coarse, fine = hash_values(pa.array(far, pa.timestamp("s"))), hash_values(pa.array(far, pa.timestamp("us")))
    assert (list(coarse), 4) == (list(fine), len(set(coarse)))


def test_minus_zero_is_zero_and_a_flag_is_no_number() -> None:
    numbers = hash_values(pa.array([0.0, -0.0, 1.0]))
    flags = hash_values(pa.array([False, True]))
    assert numbers[0] == numbers[1]
    assert not set(numbers) & set(flags)


def test_nan_is_null_and_empty_text_in_parquet_is_not() -> None:
    assert 1 == len(set(hash_values(pa.array([float("nan"), None], from_pandas=False))))
    assert 2 == len(set(hash_values(pa.array(["", None]))))


def test_dates_are_their_midnights_and_categories_their_words() -> None:
    day = pa.array([datetime(2013, 5, 6).date()], pa.date32())
    assert hash_values(day)[0] == hash_values(pa.array([datetime(2013, 5, 6)], pa.timestamp("ns")))[0]
    words = pa.array(["a", "b", None, "a"])
    assert list(hash_values(words)) == list(hash_values(words.dictionary_encode()))


def test_nested_and_long_decimal_values_have_hashes_of_their_own() -> None:
    nested = hash_values(pa.array([{"a": [1, 2]}, {"a": [2, 1]}, None]))
    money = hash_values(pa.array([Decimal("12345678901234567.89"), Decimal("12345678901234567.88")]))
    assert (3, 2) == (len(set(nested)), len(set(money)))


def test_an_empty_table_has_a_digest_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n")
    (tmp_path / "b.csv").write_text("a,c\n")
    pq.write_table(pa.table({"a": pa.array([], pa.int8()), "b": pa.array([], pa.string())}), tmp_path / "a.parquet")
    one, other, parquet = (digest_table(tmp_path / name) for name in ("a.csv", "b.csv", "a.parquet"))
    assert (one.rows, one.content_sha256) == (0, parquet.content_sha256)
    assert one.content_sha256 != other.content_sha256
