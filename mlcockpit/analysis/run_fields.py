"""A name in a filter, a sort or a column list means exactly one thing about runs, or the nearest names are listed."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from typing import Protocol

from mlcockpit.analysis.run_filter import Compare, Op
from mlcockpit.errors import UsageError


class Space(StrEnum):
    """Where a field lives."""

    TEXT = "text"
    INSTANT = "instant"
    NUMBER = "number"
    SPECIAL = "special"
    METRIC = "metric"
    PARAM = "param"
    TAG = "tag"


BUILT_IN: Mapping[str, tuple[Space, str]] = {
    "run": (Space.TEXT, "run"),
    "id": (Space.TEXT, "run"),
    "name": (Space.TEXT, "name"),
    "status": (Space.TEXT, "status"),
    "experiment": (Space.TEXT, "experiment"),
    "user": (Space.TEXT, "user"),
    "source": (Space.TEXT, "source"),
    "commit": (Space.TEXT, "commit"),
    "parent": (Space.TEXT, "parent"),
    "started": (Space.INSTANT, "started"),
    "age": (Space.INSTANT, "started"),
    "ended": (Space.INSTANT, "ended"),
    "seconds": (Space.NUMBER, "seconds"),
    "since": (Space.SPECIAL, "since"),
    "until": (Space.SPECIAL, "until"),
    "owner": (Space.SPECIAL, "owner"),
    "data": (Space.SPECIAL, "data"),
    "model": (Space.SPECIAL, "model"),
    "repro": (Space.SPECIAL, "repro"),
    "mark": (Space.SPECIAL, "mark"),
    "is": (Space.SPECIAL, "is"),
    "has": (Space.SPECIAL, "has"),
}
"""Name → what it means whatever the runs have logged."""

_PREFIX = {"metric": Space.METRIC, "metrics": Space.METRIC, "param": Space.PARAM, "params": Space.PARAM}
_PREFIX |= {"tag": Space.TAG, "tags": Space.TAG}
_AGE = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d|w|y)\Z")
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31557600.0}


class KnownFields(Protocol):
    """The keys that runs have logged."""

    @property
    def metrics(self) -> Collection[str]:
        """Return the keys of metrics."""

    @property
    def params(self) -> Collection[str]:
        """Return the keys of parameters."""

    @property
    def tags(self) -> Collection[str]:
        """Return the keys of tags."""


@dataclass(frozen=True)
class Field:
    """One thing about runs that can be compared, sorted by or shown."""

    space: Space
    key: str

    def __str__(self) -> str:
        return self.key


@dataclass(frozen=True)
class SortKey:
    """One field to sort by."""

    field: Field
    descending: bool


def field_of(name: str, known: KnownFields, *, wants_number: bool = False) -> Field:
    """Return what `name` means; a metric goes first where a number is wanted, else parameter, tag, metric."""
    if name.lower() in BUILT_IN:
        return Field(*BUILT_IN[name.lower()])
    prefix, dot, rest = name.partition(".")
    if dot and prefix in _PREFIX and rest in _keys(known, _PREFIX[prefix]):
        return Field(_PREFIX[prefix], rest)
    spaces = (Space.METRIC, Space.PARAM, Space.TAG) if wants_number else (Space.PARAM, Space.METRIC, Space.TAG)
    for space in spaces:
        if name in _keys(known, space):
            return Field(space, name)
    raise UsageError(f"no run has a field {name!r}", hint=_nearest(name, known))


def compared_field(compare: Compare, known: KnownFields) -> Field:
    """Return the field of a comparison; raises UsageError where it cannot be compared like that."""
    field = field_of(compare.field, known, wants_number=number_of(compare.value) is not None)
    if field.space is Space.METRIC and number_of(compare.value) is None:
        raise UsageError(f"{field} is a metric and {compare.value!r} is no number", hint=f"write {field}>0.9")
    if field.space is Space.NUMBER and number_of(compare.value) is None:
        raise UsageError(f"{field} is a number and {compare.value!r} is none", hint=f"write {field}>60")
    is_text = field.space in (Space.TEXT, Space.SPECIAL)
    if compare.op.is_order and (is_text or (field.space is not Space.INSTANT and number_of(compare.value) is None)):
        raise UsageError(
            f"{field} {compare.op} {compare.value!r} compares no numbers", hint=f"write {field}:{compare.value}"
        )
    if field.space is Space.SPECIAL and compare.op not in (Op.MATCH, Op.EQUAL):
        raise UsageError(f"{field}{compare.op} means nothing", hint=f"write {field}:{compare.value}")
    return field


def sort_keys(text: str, known: KnownFields) -> tuple[SortKey, ...]:
    """Return the keys of "-auc,name": `-` means largest first."""
    keys = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        field = field_of(word.lstrip("-+"), known, wants_number=True)
        if field.space is Space.SPECIAL and field.key not in ("owner", "repro"):
            raise UsageError(f"runs cannot be sorted by {field}", hint="sort by a column, a metric or a parameter")
        keys.append(SortKey(field, word.startswith("-")))
    return tuple(keys)


def number_of(text: str) -> float | None:
    """Return the number that `text` is; None where it is none."""
    try:
        return float(text)
    except ValueError:
        return None


def instant_of(text: str, now: datetime) -> datetime:
    """Return the instant that `7d` (ago) or 2026-03-01 means; raises UsageError."""
    age = _AGE.match(text)
    try:
        if age is not None:
            return now - timedelta(seconds=float(age[1]) * _UNITS[age[2]])
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no time", hint="write 7d, 12h, 2026-03-01 or 2026-03-01T09:30Z") from error
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


def version_range(text: str) -> tuple[str, int, float] | None:
    """Return name, first and last number of name@v30, name@v30..v31, name@v30.. or name@..v31; None for other texts."""
    found = re.match(r"(.+)@(?:v(\d+))?(\.\.)?(?:v(\d+))?\Z", text)
    if found is None or not (found[2] or found[4]):
        return None
    name, first, dots, last = found.groups()
    low = int(first) if first else 0
    return name, low, int(last) if last else (math.inf if dots else low)


def _keys(known: KnownFields, space: Space) -> Collection[str]:
    if space is Space.METRIC:
        return known.metrics
    return known.params if space is Space.PARAM else known.tags


def _nearest(name: str, known: KnownFields) -> str:
    names: Sequence[str] = sorted({*BUILT_IN, *known.metrics, *known.params, *known.tags})
    by_lower = {each.lower(): each for each in names}
    close = [by_lower[each] for each in get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)]
    otherwise = f'"{name}" in quotes searches for the text'
    return f"did you mean {' or '.join(close)}? {otherwise}" if close else otherwise
