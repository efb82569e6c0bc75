"""The data files hold what their README claims."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sample_project import features, make_data
from sample_project.build.git_history import SOURCE

DATA = SOURCE / "data"


@pytest.fixture(scope="module")
def flights() -> pd.DataFrame:
    return pd.concat([pd.read_parquet(p).assign(month=int(p.stem[-2:])) for p in sorted(DATA.glob("*.parquet"))])


def test_twelve_months_of_newark_are_there(flights: pd.DataFrame) -> None:
    assert (120_835, list(range(1, 13))) == (len(flights), sorted(flights.month.unique()))


def test_the_files_stay_small() -> None:
    assert sum(p.stat().st_size for p in DATA.glob("*.parquet")) < 1_600_000


def test_numbers_are_float32_and_compressed_with_zstd() -> None:
    file = pq.ParquetFile(DATA / "flights-2013-01.parquet")
    assert "ZSTD" == file.metadata.row_group(0).column(0).compression
    assert {"float"} == {str(file.schema_arrow.field(name).type) for name in features.NUMBERS + make_data.LATER}


def test_every_flight_is_there_once(flights: pd.DataFrame) -> None:
    assert 0 == flights.duplicated(["scheduled", "carrier", "flight", "dest"]).sum()


def test_the_impossible_wind_is_in_february(flights: pd.DataFrame) -> None:
    assert [2] == sorted(flights.month[flights.wind_speed > 1000].unique())


def test_the_weather_is_silent_on_the_last_day(flights: pd.DataFrame) -> None:
    last = flights[(flights.scheduled >= "2013-12-31 05:00+00:00") & (flights.scheduled < "2014-01-01 05:00+00:00")]
    assert (1.0, 270) == (last[features.WEATHER].isna().mean().mean(), len(last))


def test_pressure_is_missing_in_six_to_nineteen_percent_of_each_month(flights: pd.DataFrame) -> None:
    missing = flights.pressure.isna().groupby(flights.month).mean()
    assert (True, True) == (missing.min() > 0.06, missing.max() < 0.195)


def test_recent_delay_looks_no_later_than_two_hours_before_departure() -> None:
    hour = pd.Series(pd.to_datetime([f"2013-01-01 {at:02d}:00" for at in (0, 5, 6, 8, 10)]))
    said = make_data.recent_delay(hour, pd.Series([0.0, 500.0, np.nan, 30.0, 999.0]))
    assert [None, 0.0, None, 180.0, (120 + 180) / 2] == [None if np.isnan(minutes) else minutes for minutes in said]


def test_leaking_columns_are_no_features() -> None:
    assert set() == set(features.NUMBERS + features.CATEGORIES) & set(make_data.LATER)
