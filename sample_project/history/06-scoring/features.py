"""What the model may know two hours before departure, and what it has to say."""

from pathlib import Path

import pandas as pd

CATEGORIES = ["carrier", "dest"]
WEATHER = ["temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib"]
NUMBERS = ["hour", "distance", "day_of_week", *WEATHER, "recent_delay"]
DATA = Path("data")


def files(months: str) -> list[Path]:
    """Return the files of "2013-01..2013-03" or of one month; a path to a parquet file stands for itself."""
    if months.endswith(".parquet"):
        return [Path(months)]
    first, _, last = months.partition("..")
    span = pd.period_range(first, last or first, freq="M")
    return [DATA / f"flights-{month}.parquet" for month in span]


def read(months: str) -> dict[Path, pd.DataFrame]:
    """Return each file's rows as they are stored."""
    return {path: pd.read_parquet(path) for path in files(months)}


def delivered() -> pd.DataFrame:
    """Return the rows of every monthly file that is here."""
    return pd.concat([pd.read_parquet(path) for path in sorted(DATA.glob("flights-*.parquet"))], ignore_index=True)


def prepare(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of flights that go somewhere."""
    return rows[rows.distance > 0]


def disrupted(rows: pd.DataFrame) -> pd.Series:
    """Return 1 where the flight arrived more than 30 minutes late, or never."""
    return ((rows.arr_delay > 30) | rows.arr_delay.isna()).astype(int)
