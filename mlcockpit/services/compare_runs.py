"""`compare_runs` reads a few runs whole and lays them side by side."""

from collections.abc import Sequence

from mlcockpit.services.runs import RunBook
from mlcockpit.store.run_lookup import find_run
from mlcockpit.store.run_rows import read_detail
from mlcockpit.views.run_compare import compare_table
from mlcockpit.views.table import Table


def compare_runs(book: RunBook, names: Sequence[str], *, differing_only: bool = False) -> Table:
    """Return the comparison of the named runs, the first as the baseline; raises UnknownName."""
    connection = book.pages.connection
    details = [read_detail(connection, find_run(connection, name)) for name in names]
    return compare_table(details, book.context, differing_only=differing_only)
