"""What the runs screen asks for: an order, pages, a card and a comparison; it lives in the reading thread alone."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mlcockpit.action import resolve
from mlcockpit.views.table import Column, Row, SourceLine, Table

BOOK = "mlcockpit.services.runs:RunBook"
COMPARE = "mlcockpit.services.compare_runs:compare_runs"
NEWEST = "-started"


@dataclass(frozen=True)
class Wanted:
    """Which runs, in which order, with which columns."""

    filter: str = ""
    sort: str = NEWEST
    columns: tuple[str, ...] = ()
    """Empty: those of the lens."""
    lens: str = "all"
    marks: tuple[str, ...] = ()
    narrow: bool = False
    """Whether only the columns that matter most have room."""


@dataclass(frozen=True)
class Ordered:
    """The whole order; rows follow page by page."""

    order: "array[int]"
    total: int
    columns: tuple[Column, ...]
    known: tuple[str, ...]
    """Every column that could be shown."""
    source: SourceLine
    as_of: datetime
    seconds: float


class RunSource:
    """The open book of runs, opened anew when the data changed."""

    def __init__(self) -> None:
        self._book: Any = None
        self._stamp = -1
        self._fields: Any = ()

    def order(self, cockpit: Any, wanted: Wanted, stamp: int, clock: Callable[[], float]) -> Ordered:
        """Return the matching runs in order."""
        book = self._open(cockpit, stamp)
        began = clock()
        marks = frozenset(name.removeprefix("run/") for name in wanted.marks)
        order, total = book.order(wanted.filter, wanted.sort, marks=marks)
        seconds = clock() - began
        fields = book.fields(wanted.columns, lens=wanted.lens, filter_=wanted.filter, sort=wanted.sort)
        fields = _essential(fields) if wanted.narrow and not wanted.columns else fields
        self._fields = fields
        logged = book.pages.fields()
        own = (
            "run",
            "name",
            "status",
            "owner",
            "data",
            "started",
            "seconds",
            "repro",
            "experiment",
            "commit",
            "source",
            "model",
        )
        known = tuple(dict.fromkeys([*own, *sorted(logged.metrics), *sorted(logged.params)]))
        return Ordered(order, total, book.columns(fields), known, book.source_line(), book.context.now, seconds)

    def rows(self, cockpit: Any, ids: Sequence[int], stamp: int) -> Sequence[Row]:
        """Return one page of rows with the columns of the last order."""
        found: Sequence[Row] = self._open(cockpit, stamp).rows(ids, self._fields)
        return found

    def compare(self, cockpit: Any, names: Sequence[str], stamp: int, *, differing_only: bool) -> Table:
        """Return the comparison of the named runs."""
        found: Any = resolve(COMPARE)(self._open(cockpit, stamp), names, differing_only=differing_only)
        assert isinstance(found, Table)
        return found

    def _open(self, cockpit: Any, stamp: int) -> Any:
        if self._book is None or stamp != self._stamp:
            if self._book is not None:
                self._book.close()
            self._book = None
            self._book = resolve(BOOK)(cockpit)
            self._stamp = stamp
        return self._book


def _essential(fields: Sequence[Any]) -> Sequence[Any]:
    """Leave out what the card below says as well, and all but two of what was logged."""
    logged = [field for field in fields if field.space.value in ("metric", "param", "tag")]
    return [field for field in fields if field.key not in ("owner", "data") and field not in logged[2:]]
