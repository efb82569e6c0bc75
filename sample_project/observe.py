"""Say every week how well travellers were served, once their flights' arrivals are known.

    python observe.py --as-of 2014-01-06T09:00

Reads the scoring logs and the arrivals, writes one file a metric in metrics/: week, value, n, numerator, denominator, known_at.
Arrivals are delivered a week after the week's end; how many alerts went out is known at its end.
"""

import argparse
from pathlib import Path

import pandas as pd

from features import delivered, disrupted

DELIVERY = pd.Timedelta(days=7)
WEEK = pd.Timedelta(days=7)
KEY = ["scheduled", "carrier", "flight", "dest"]
RARELY_WARNED = ["UA", "DL", "AA", "VX"]


def arrivals(logs: pd.DataFrame) -> pd.DataFrame:
    """Return the logs with what became of each flight."""
    flown = delivered()
    return logs.merge(flown[KEY].assign(disrupted=disrupted(flown)), on=KEY, how="left", validate="one_to_one")


def share(part: pd.Series, whole: pd.Series) -> dict[str, float]:
    """Return the share of `whole` that is also in `part`, with its counts."""
    numerator, denominator = int((part & whole).sum()), int(whole.sum())
    return {"value": numerator / denominator, "n": denominator, "numerator": numerator, "denominator": denominator}


def measures(rows: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return each metric of one week's rows."""
    alert, hit, everyone = rows.alert, rows.disrupted == 1, rows.alert.notna()
    large = rows.carrier.isin(RARELY_WARNED)
    return {
        "useful": share(hit, alert),
        "warned": share(alert, hit),
        "alerts": share(alert, everyone),
        "warned-majors": share(alert, hit & large),
    }


def observations(as_of: pd.Timestamp) -> dict[str, list[dict[str, object]]]:
    """Return metric → rows, oldest first, of all that was known at `as_of`."""
    found: dict[str, list[dict[str, object]]] = {}
    paths = sorted(Path("scoring").glob("*.parquet"))
    logs = arrivals(pd.concat([pd.read_parquet(p).assign(week=p.stem) for p in paths], ignore_index=True))
    for week, rows in logs.groupby("week"):
        end = pd.Timestamp(week, tz="UTC") + WEEK
        for name, measured in measures(rows).items():
            known_at = end if name == "alerts" else end + DELIVERY
            if known_at <= as_of:
                found.setdefault(name, []).append({"week": week, **measured, "known_at": known_at.isoformat()})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--as-of", type=lambda text: pd.Timestamp(text, tz="UTC"), required=True)
    chosen = parser.parse_args()
    Path("metrics").mkdir(exist_ok=True)
    for name, rows in observations(chosen.as_of).items():
        pd.DataFrame(rows).to_csv(f"metrics/{name}.csv", index=False)
        print(f"{name}: {len(rows)} weeks, last {rows[-1]['value']:.2f} (n = {rows[-1]['n']})")


if __name__ == "__main__":
    main()
