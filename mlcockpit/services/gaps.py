"""`!` lists every link that the live chains should have and do not, with the thing that lacks it."""

from mlcockpit.analysis.lineage import lineage_of
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.snapshot import take_snapshot
from mlcockpit.views.table import Cell, Column, Row, Table

_COLUMNS = (Column("what", "what"), Column("missing", "missing link", most=36), Column("why", "why", most=80))


def gaps(cockpit: Cockpit) -> Table:
    """Return one row a missing link; its key names the thing to look at."""
    graph = lineage_of(take_snapshot(cockpit))
    rows = []
    for node in graph.nodes.values():
        if not node.gap:
            continue
        lacking = [graph.nodes[name] for name in graph.children.get(node.name, ())]
        for child in lacking or [node]:
            cells = (Cell(child.label, link=child.name), Cell(node.label, tone=Tone.UNKNOWN), Cell(node.gap))
            rows.append(Row(child.name.partition("#")[0], cells))
    return Table("Missing links", _COLUMNS, tuple(rows), empty="no link is missing in the live chains", key="gaps")
