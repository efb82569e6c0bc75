"""Score the scheduled flights week by week and keep what was said.

    python score.py --model serving/production --version 1 --since 2013-04-01 --until 2013-07-08

One log a week in scoring/, named by its Monday. A week already logged is completed, never rewritten.
"""

import argparse
import os
import pickle
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import pandas as pd
import yaml

from features import delivered, prepare

LOGS = Path("scoring")
KEPT = ["scheduled", "carrier", "flight", "dest"]
WEATHER_GAP = "temp"
"""The column whose nulls say that the weather feed is gone."""


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=Path("serving/production"))
    parser.add_argument("--version", type=int, required=True)
    parser.add_argument("--since", type=pd.Timestamp, required=True)
    parser.add_argument("--until", type=pd.Timestamp, required=True)
    return parser.parse_args()


def monday(times: pd.Series) -> pd.Series:
    return times.dt.floor("D") - pd.to_timedelta(times.dt.day_of_week, unit="D")


def scored(rows: pd.DataFrame, model: Path, version: int) -> pd.DataFrame:
    """Return what the model in the folder `model` says of each flight."""
    threshold = yaml.safe_load((model / "MLmodel").read_text())["metadata"]["threshold"]
    pipeline = pickle.loads((model / "model.pkl").read_bytes())
    rows = prepare(rows)
    score = pipeline.predict_proba(rows[pipeline.feature_names_in_])[:, 1]
    said = {"score": score, "alert": score >= threshold, "version": version, "weather": rows[WEATHER_GAP].notna()}
    return rows[KEPT].assign(**said)


def append(week: pd.Timestamp, rows: pd.DataFrame) -> None:
    path = LOGS / f"{week.date()}.parquet"
    if path.exists():
        before = pd.read_parquet(path)
        rows = pd.concat([before, rows[rows.scheduled > before.scheduled.max()]])
    rows.to_parquet(path, compression="zstd", index=False)


def main() -> None:
    chosen = options()
    since, until = chosen.since.tz_localize("UTC"), chosen.until.tz_localize("UTC")
    feed = delivered()
    feed = feed[(feed.scheduled >= since) & (feed.scheduled < until)]
    LOGS.mkdir(exist_ok=True)
    said = scored(feed, chosen.model, chosen.version)
    for week, rows in said.groupby(monday(said.scheduled)):
        append(week, rows)
    print(f"scored {len(said)} flights of {len(set(monday(said.scheduled)))} weeks with version {chosen.version}")


if __name__ == "__main__":
    main()
