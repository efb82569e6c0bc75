"""Product metrics are read from files with their counts, and a wrong line is named."""

from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from mlcockpit.analysis.interval import wilson
from mlcockpit.errors import SourceFailed
from mlcockpit.integrations.metric_files import MetricFiles
from mlcockpit.ports import Measured


def day(number: int) -> datetime:
    return datetime(2013, 4, number, tzinfo=UTC)


def read(root: Path, text: str, name: str = "m.csv") -> list[Measured]:
    (root / name).write_text(text, encoding="utf-8")
    return list(MetricFiles(root).read(name, "useful"))


def refusal(root: Path, text: str) -> str:
    with pytest.raises(SourceFailed) as refused:
        read(root, text)
    assert refused.value.exit_code == 4
    return refused.value.what


def test_a_value_and_its_day_are_enough(tmp_path: Path) -> None:
    assert [Measured(day(1), 0.5), Measured(day(8), 0.25)] == read(
        tmp_path, "date,value\n2013-04-08,0.25\n2013-04-01,.5\n"
    )


def test_counts_give_the_value_its_n_and_its_interval(tmp_path: Path) -> None:
    low, high = wilson(30, 40)
    assert [Measured(day(1), 0.75, 40, low, high)] == read(tmp_path, "at,numerator,denominator\n2013-04-01,30,40\n")


def test_what_the_file_says_wins_over_what_could_be_computed(tmp_path: Path) -> None:
    text = "at,value,n,ci_low,ci_high,numerator,denominator\n2013-04-01T00:00Z,.7,50,.6,.8,30,40\n"
    assert [Measured(day(1), 0.7, 50, 0.6, 0.8)] == read(tmp_path, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [("week", "2013-W14"), ("Month", "2013-04"), ("AT", "2013-04-01T02:00+02:00"), ("day", "20130401")],
)
def test_weeks_months_and_zones_are_instants_in_utc(tmp_path: Path, name: str, text: str) -> None:
    assert [Measured(day(1), 1.0)] == read(tmp_path, f"{name},Value\n{text},1\n")


def test_one_file_may_hold_many_metrics_long_or_wide(tmp_path: Path) -> None:
    long = "metric,at,value\nuseful,2013-04-01,1\nwarned,2013-04-01,2\n"
    assert [Measured(day(1), 1.0)] == read(tmp_path, long)
    assert [Measured(day(1), 1.0)] == read(tmp_path, "at,warned,useful\n2013-04-01,2,1\n")


def test_a_period_without_a_value_is_no_observation(tmp_path: Path) -> None:
    text = "at,value\n2013-04-01,\n2013-04-02,NaN\n2013-04-03,NA\n\n2013-04-04,4\n"
    assert [Measured(day(4), 4.0)] == read(tmp_path, text)
    assert [] == read(tmp_path, "at,numerator,denominator\n2013-04-01,0,0\n")


def test_other_delimiters_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    assert [Measured(day(1), 1.0)] == read(tmp_path, '\ufeff"at";"value"\r\n2013-04-01;1\r\n')
    assert [Measured(day(1), 1.0)] == read(tmp_path, "at\tvalue\n2013-04-01\t1\n", "m.tsv")


def test_parquet_says_the_same_as_csv(tmp_path: Path) -> None:
    pd.DataFrame({"At": [date(2013, 4, 1)], "value": [0.5]}).to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"at": [pd.Timestamp(day(1))], "value": [0.5]}).to_parquet(tmp_path / "b.parquet")
    files = MetricFiles(tmp_path)
    assert [Measured(day(1), 0.5)] == files.read("a.parquet", "x") == files.read("b.parquet", "x")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("at,value\n2013-04-01,1\n2013-04-02\n", "m.csv:3: 1 fields, the header has 2"),
        ("at,value\n2013-04-01,1,5\n", "m.csv:2: 3 fields, the header has 2"),
        ("at,value\n2013-04-01,many\n", "m.csv:2: value is 'many', which is no number"),
        ("at,value\n2013-04-01,inf\n", "m.csv:2: value is inf, which cannot be measured"),
        ("at,value\nyesterday,1\n", "m.csv:2: 'yesterday' is no date: write 2013-04-01, 2013-04-01T09:00Z or 2013-W14"),
        ("at,value\n2013-04-01,1\n2013-04-01,2\n", "m.csv:3: 2013-04-01 00:00 is there already, on line 2"),
        ("at,numerator,denominator\n2013-04-01,5,4\n", "m.csv:2: 5 of 4 is no share"),
        ("when,value\n1,1\n", "m.csv:2: no column says when"),
        ("at,score\n2013-04-01,1\n", "m.csv:2: no column holds the value"),
        ('at,value\n2013-04-01,"1\n', "m.csv:2: unexpected end of data"),
        ("", "m.csv is empty"),
        ("at,value\n\x1b]0;x\x07,1\n", "m.csv:2: '␛]0;x␇' is no date: write 2013-04-01, 2013-04-01T09:00Z or 2013-W14"),
    ],
)
def test_an_odd_line_is_one_clear_line(tmp_path: Path, text: str, what: str) -> None:
    assert what == refusal(tmp_path, text)


def test_a_file_that_is_gone_or_broken_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match=r"^metrics/x\.csv is gone: restore it"):
        MetricFiles(tmp_path).read("metrics/x.csv", "useful")
    (tmp_path / "x.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(SourceFailed, match=r"^x\.parquet is not a readable parquet file"):
        MetricFiles(tmp_path).read("x.parquet", "useful")
    (tmp_path / "m.csv").write_bytes(b"at,value\n2013-04-01,\xff\n")
    with pytest.raises(SourceFailed, match=r"^m\.csv:2: is not UTF-8 text"):
        MetricFiles(tmp_path).read("m.csv", "useful")
