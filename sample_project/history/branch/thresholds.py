"""One threshold a carrier, so that each carrier's busiest fifth is alerted. Unfinished: rare carriers get noise."""

import pandas as pd


def by_carrier(carrier: pd.Series, score: pd.Series, share: float = 0.2) -> pd.Series:
    return score.groupby(carrier).quantile(1 - share)
