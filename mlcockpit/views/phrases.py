"""Numbers, instants, ages and names read the same on every screen."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING

from mlcockpit.analysis.target import Trend
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.views.table import Cell

if TYPE_CHECKING:
    from mlcockpit.domain.product import Observation

BLOCKS = "▁▂▃▄▅▆▇█"
ARROWS = {Trend.RISING: "↗ rising", Trend.FALLING: "↘ falling", Trend.FLAT: "→ flat", Trend.UNKNOWN: ""}
UNIT_MOST = 6
"""A longer unit, such as `share of flights`, stands on the metric's card only."""
_SENTINEL = 1.79e308
"""MLflow stores infinity as the largest float."""


def number(value: float | None, unit: str = "") -> str:
    """Return three significant digits, or as many as an integer has, and a short unit; infinity and NaN are words."""
    if value is None:
        return ""
    if value != value:
        return "NaN"
    if not isfinite(value) or abs(value) >= _SENTINEL:
        return "inf" if value > 0 else "-inf"
    if value == int(value) and abs(value) < 1e15:
        text = f"{int(value):,}"
    else:
        text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{text} {unit}".strip() if len(unit) <= UNIT_MOST else text


def signed(value: float | None) -> str:
    """Return a difference with its sign."""
    return "" if value is None else f"{'+' if value >= 0 else '-'}{number(abs(value))}"


def day(instant: datetime | None) -> str:
    """Return the date, or nothing."""
    return "" if instant is None else f"{instant:%Y-%m-%d}"


def minute(instant: datetime | None) -> str:
    """Return date and time, or nothing."""
    return "" if instant is None else f"{instant:%Y-%m-%d %H:%M}"


def span(length: timedelta) -> str:
    """Return a length of time in its largest fitting unit; a negative one says so."""
    seconds = length.total_seconds()
    if seconds < 0:
        return f"-{span(-length)}"
    for least, size, unit in ((86_400 * 730, 86_400 * 365.25, "y"), (86_400 * 2, 86_400, "d"), (7_200, 3_600, "h")):
        if seconds >= least:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 60:.0f} min"


def age(now: datetime, then: datetime | None) -> str:
    """Return how long ago `then` was, such as `4 d`; nothing where it is unknown."""
    return "" if then is None else span(now - then)


def age_cell(now: datetime, then: datetime | None, tone: Tone = Tone.PLAIN) -> Cell:
    """Return an age whose machine value is the instant."""
    return Cell(age(now, then), then, tone)


def day_cell(instant: datetime | None, tone: Tone = Tone.PLAIN) -> Cell:
    """Return a date whose machine value is the instant."""
    return Cell(day(instant), instant, tone)


def count(amount: int, thing: str, plural: str = "") -> str:
    """Return `1 run`, `2 runs`."""
    return f"{amount:,} {thing if amount == 1 else plural or thing + 's'}"


def sparkline(values: Sequence[float], most: int = 12) -> str:
    """Return the last values as blocks between their least and greatest."""
    last = [value for value in values if isfinite(value)][-most:]
    if not last:
        return ""
    low, high = min(last), max(last)
    top = len(BLOCKS) - 1
    return "".join(BLOCKS[round((value - low) / (high - low) * top) if high > low else top // 2] for value in last)


def measured(seen: "Observation | None", now: datetime) -> str:
    """Return the evidence behind a value: n, interval, age and source."""
    if seen is None:
        return "never measured"
    parts = [f"n {seen.n:,}" if seen.n is not None else "n unknown"]
    if seen.ci_low is not None and seen.ci_high is not None:
        parts.append(f"{number(seen.ci_low)}..{number(seen.ci_high)}")
    return ", ".join([*parts, f"{age(now, seen.at)} old", seen.source])


def ticket(name: str) -> str:
    """Return how people say a numbered thing: inc/42 is INC-42, ho/17 is HO-17; other names stay."""
    kind, _, rest = name.partition("/")
    sign = {"inc": "INC", "deploy": "DEP", "ho": "HO", "promo": "PR", "decision": "DEC"}.get(kind)
    return f"{sign}-{rest}" if sign and rest.isdigit() else name


def short_run(run_id: str | None) -> str:
    """Return the first seven characters of a run id."""
    return (run_id or "")[:7]


def joined(items: Sequence[str], most: int = 3) -> str:
    """Return the first few items and how many more there are."""
    rest = len(items) - most
    return ", ".join(items[:most]) + (f" and {rest} more" if rest > 0 else "")
