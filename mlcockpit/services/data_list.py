"""`data list` shows every version of every dataset; `data diff` says what differs between two of them."""

from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.vocabulary import DatasetState, Tone
from mlcockpit.errors import UnknownName
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.resolve_name import resolve_version
from mlcockpit.store.records import read_all
from mlcockpit.views.table import Cell, Row, Table, columns, row


def list_data(cockpit: Cockpit) -> Table:
    """Return every version, newest first within a dataset; a declared dataset without one is shown too."""
    versions = sorted(read_all(cockpit.store, DatasetVersion), key=lambda each: (each.dataset, -each.number))
    rows = [_row(version) for version in versions]
    known = {version.dataset for version in versions}
    for key in sorted(set(cockpit.file.datasets) - known):
        name = f"data/{key}"
        rows.append(
            row(name, Cell(name, link=name), Cell("never published", tone=Tone.UNKNOWN), "", None, None, "", "")
        )
    return Table(
        "Datasets",
        columns("version", "state", "published", "rows>", "bytes>", "sha256", "path"),
        tuple(rows),
        empty="no dataset is declared; add [datasets.NAME] to mlcockpit.toml",
        key="datasets",
    )


def diff_data(cockpit: Cockpit, one: str, other: str) -> Table:
    """Return what differs from one version to another: size, rows, and each column by name; raises UnknownName."""
    before, after = _version(cockpit, one), _version(cockpit, other)
    rows = [
        row(what, what, old, new, "changed")
        for what, old, new in (("rows", before.rows, after.rows), ("bytes", before.size, after.size))
        if old != new
    ]
    for name in sorted({*before.columns, *after.columns}):
        old, new = before.columns.get(name), after.columns.get(name)
        word = _change(old, new)
        if word:
            rows.append(row(name, name, "" if old is None else old["type"], "" if new is None else new["type"], word))
    if not rows and before.sha256 != after.sha256:
        rows.append(row("bytes", "bytes", before.sha256[:12], after.sha256[:12], "other bytes"))
    return Table(
        f"{one} → {other}",
        columns("what", "before", "after", "change"),
        tuple(rows),
        empty="the same content",
        key="differences",
    )


def _version(cockpit: Cockpit, name: str) -> DatasetVersion:
    key, number = resolve_version(cockpit, name, "data")
    found = read_all(cockpit.store, DatasetVersion, dataset=key, number=number)
    if not found:
        raise UnknownName(f"there is no data/{key}@v{number}", hint="`mlcockpit data list` shows them")
    return found[0]


def _change(old: dict[str, str] | None, new: dict[str, str] | None) -> str:
    if old is None or new is None:
        return "added" if old is None else "removed"
    if old["type"] != new["type"]:
        return "retyped"
    return "values changed" if old["sha256"] != new["sha256"] else ""


def _row(version: DatasetVersion) -> Row:
    name = f"data/{version.dataset}@v{version.number}"
    over = version.state in (DatasetState.WITHDRAWN, DatasetState.DEPRECATED)
    state = f"{version.state.value}, file changed" if version.is_changed else version.state.value
    tone = Tone.BAD if version.is_changed else Tone.DOUBTFUL if over else Tone.PLAIN
    published = "" if version.published_at is None else f"{version.published_at:%Y-%m-%d}"
    return row(
        name,
        Cell(name, link=name),
        Cell(state, version.state.value, tone),
        Cell(published, version.published_at),
        version.rows,
        version.size,
        version.sha256[:12],
        version.path,
    )
