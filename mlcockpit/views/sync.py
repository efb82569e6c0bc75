"""What a sync brought, one line a source and one a change."""

from collections.abc import Sequence

from mlcockpit.domain.vocabulary import SourceState, Tone
from mlcockpit.views.table import Cell, Row, Table, columns

Line = tuple[str, SourceState, str, Sequence[str]]
"""Source, state, what it holds, what changed."""

_TONES = {
    SourceState.FRESH: Tone.GOOD,
    SourceState.ABSENT: Tone.UNKNOWN,
    SourceState.STALE: Tone.DOUBTFUL,
    SourceState.FAILED: Tone.BAD,
}


def sync_table(lines: Sequence[Line]) -> Table:
    """Return the sources in the order they were read."""
    rows = []
    for source, state, note, changes in lines:
        news = list(changes) or ["nothing new" if state is SourceState.FRESH else ""]
        rows.append(
            Row(
                source,
                (Cell(source.replace("_", " ")), Cell(state.value, tone=_TONES[state]), Cell(note), Cell(news[0])),
            )
        )
        rows += [Row(source, (Cell(""), Cell(""), Cell(""), Cell(line))) for line in news[1:]]
    return Table("Sync", columns("source", "state", "holds", "changed"), tuple(rows))


def sync_json(lines: Sequence[Line]) -> dict[str, object]:
    """Return what `sync --json` prints."""
    sources = [
        {"name": source, "state": state.value, "holds": note, "changes": list(changes)}
        for source, state, note, changes in lines
    ]
    return {"schema": 1, "sources": sources}
