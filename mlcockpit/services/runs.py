"""`runs` lists runs: an order of the whole matching set, and rows of the page that somebody looks at."""

import os
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlcockpit.analysis.run_fields import BUILT_IN, Field, Space, compared_field, sort_keys
from mlcockpit.analysis.run_filter import Compare, parse
from mlcockpit.domain.vocabulary import SourceState
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.newest_verdict import newest_verdict
from mlcockpit.store.beside import verdicts_and_digests
from mlcockpit.store.pages import NEWEST, RunPages, RunQuery
from mlcockpit.store.run_columns import Beside
from mlcockpit.store.run_lookup import find_run
from mlcockpit.store.run_rows import read_detail, read_versions
from mlcockpit.views.lens import LENSES
from mlcockpit.views.runs import RunContext, run_columns, run_json, run_row
from mlcockpit.views.table import Column, Row, SourceLine, Table, View

if TYPE_CHECKING:
    from mlcockpit.views.look import Look

LIMIT = 50
"""Runs that a command prints unless told otherwise."""

OWN = ("owner", "data", "repro", "model")
"""Columns that the project adds to the tracker's."""


@dataclass(frozen=True)
class RunPage:
    """The first matching runs."""

    table: Table
    data: dict[str, Any]
    """What `runs --json` prints."""


class RunBook:
    """The runs of one project, open for reading; used by one thread at a time."""

    def __init__(self, cockpit: Cockpit) -> None:
        self._cockpit = cockpit
        self._pages = RunPages(cockpit.mirror_path)
        self._beside = self._read_beside()
        self._context = self._read_context()

    def close(self) -> None:
        """Let go of the mirror."""
        self._pages.close()

    @property
    def context(self) -> RunContext:
        """Return what cells need to know beside the run."""
        return self._context

    @property
    def pages(self) -> RunPages:
        """Return the pages, for what else is read from the mirror."""
        return self._pages

    def order(
        self, filter_: str = "", sort: str = NEWEST, *, marks: frozenset[str] = frozenset()
    ) -> tuple["array[int]", int]:
        """Return the row numbers of the matching runs in order, and how many runs there are; raises UsageError."""
        beside = Beside(self._beside.verdicts, self._beside.owners, self._beside.me, marks, self._beside.digests)
        found = self._pages.order(RunQuery(filter_, sort, self._context.now, beside))
        return found.rows, found.total

    def fields(
        self, names: Sequence[str] = (), *, lens: str = "all", filter_: str = "", sort: str = NEWEST
    ) -> Sequence[Field]:
        """Return what columns are shown; without names those of the lens, what is asked for, and what most runs have."""
        if names:
            return self._pages.columns(names)
        logged = self._pages.fields()
        compared = [
            compared_field(term.what, logged) for term in parse(filter_).terms if isinstance(term.what, Compare)
        ]
        asked = [key.field for key in sort_keys(sort, logged)] + compared
        usual = [field for field in asked if field.space in (Space.METRIC, Space.PARAM, Space.TAG)]
        usual += [Field(Space.METRIC, key) for key in logged.common("metrics", most=3)]
        usual += [Field(Space.PARAM, key) for key in logged.common("params", most=1)]
        usual = list(dict.fromkeys(usual))[: max(4, len(set(usual) & set(asked)))]
        own = [Field(*BUILT_IN["repro" if name == "reproduction" else name]) for name in LENSES[lens].run_columns]
        place = next((i + 1 for i, each in enumerate(own) if each.key == "owner"), len(own))
        return [*own[:place], *usual, *own[place:]]

    def columns(self, fields: Sequence[Field]) -> tuple[Column, ...]:
        """Return the columns as fronts draw them."""
        return run_columns(fields)

    def rows(self, ids: Sequence[int], fields: Sequence[Field]) -> Sequence[Row]:
        """Return one page of rows in the order of `ids`."""
        return [run_row(run, fields, self._context) for run in self._pages.rows(ids, fields)]

    def objects(self, ids: Sequence[int]) -> list[dict[str, object]]:
        """Return runs as `runs --json` prints them, with every metric and parameter."""
        logged = self._pages.fields()
        fields = [Field(Space.METRIC, key) for key in sorted(logged.metrics)]
        fields += [Field(Space.PARAM, key) for key in sorted(logged.params)]
        return [run_json(run, self._context) for run in self._pages.rows(ids, fields)]

    def source_line(self) -> SourceLine:
        """Return how fresh the list is."""
        seen = self._pages.freshness()
        return SourceLine("mlflow", SourceState.FRESH, seen.synced_at, f"{seen.runs:,} runs")

    def _read_beside(self) -> Beside:
        cockpit = self._cockpit
        people = cockpit.file.people
        owners = {account: handle for handle, person in people.items() for account in (*person.mlflow_users, handle)}
        if os.environ.get("MLCOCKPIT_DATABASE"):
            from mlcockpit.services.run_beside import from_any_database

            verdicts, digests = from_any_database(cockpit)
        else:
            verdicts, digests = verdicts_and_digests(cockpit.state / "cockpit.db")
        return Beside(verdicts, owners, cockpit.actor, frozenset(), digests)

    def _read_context(self) -> RunContext:
        versions = {
            digest: f"{dataset}@v{number}"
            for dataset, numbers in self._beside.digests.items()
            for number, digests in sorted(numbers.items(), reverse=True)
            for digest in digests
        }
        keys = {item.registered or key: key for key, item in self._cockpit.file.models.items()}
        models = {
            version.run_id: f"{keys.get(version.model, version.model)}@{version.number}"
            for version in read_versions(self._pages.connection)
        }
        return RunContext(self._cockpit.clock.now(), self._beside.owners, self._beside.verdicts, versions, models)


def list_runs(
    cockpit: Cockpit,
    filter_: str = "",
    *,
    sort: str = NEWEST,
    columns: Sequence[str] = (),
    limit: int = LIMIT,
    lens: str = "all",
) -> RunPage:
    """Return the first `limit` matching runs; raises UsageError for a filter, sort or column that means nothing."""
    book = RunBook(cockpit)
    try:
        rows, total = book.order(filter_, sort)
        fields = book.fields(columns, lens=lens, filter_=filter_, sort=sort)
        shown = rows[:limit]
        seen = book.source_line()
        table = Table(
            "Runs",
            book.columns(fields),
            tuple(book.rows(shown, fields)),
            empty=_empty(filter_, total),
            note=f"{len(rows):,} of {total:,} runs, {len(shown):,} shown, sorted by {sort}; mirrored {seen.fresh_at:%Y-%m-%d %H:%M}",
            total=len(rows),
            key="runs",
        )
        data = {"schema": 1, "total": len(rows), "shown": len(shown), "complete": len(shown) == len(rows)}
        return RunPage(table, {**data, "runs": book.objects(shown)})
    finally:
        book.close()


def runs_view(cockpit: Cockpit, look: "Look") -> View:
    """Return the runs screen as `show runs` prints it."""
    page = list_runs(cockpit, lens=look.lens)
    book = RunBook(cockpit)
    try:
        return View("runs", "Runs", book.context.now, (book.source_line(),), (page.table,))
    finally:
        book.close()


def run_card(cockpit: Cockpit, look: "Look") -> View:
    """Return the card of the run that the look is about; raises UnknownName with the nearest."""
    from mlcockpit.views import run_card as card

    book = RunBook(cockpit)
    try:
        run_id = find_run(book.pages.connection, look.focus)
        tried = newest_verdict(cockpit, run_id)
        attempt = card.Attempt(tried.on, tried.result.reason, tried.result.metrics) if tried else None
        return card.run_card(read_detail(book.pages.connection, run_id), book.context, (book.source_line(),), attempt)
    finally:
        book.close()


def _empty(filter_: str, total: int) -> str:
    if filter_:
        return f"none of {total:,} runs fits {filter_}"
    return "no run was logged yet; after the first one, mlcockpit sync reads it"
