"""`trace` follows one entity up to what it came from, or down to what hangs on it."""

from mlcockpit.analysis.lineage import lineage_of
from mlcockpit.domain.names import canonical
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.snapshot import take_snapshot
from mlcockpit.views.lineage import find, tree_table
from mlcockpit.views.look import source_lines
from mlcockpit.views.table import View


def trace(cockpit: Cockpit, name: str, *, up: bool = True, down: bool = True) -> View:
    """Return one or both directions as trees; raises UnknownName with the nearest names."""
    project = take_snapshot(cockpit)
    graph = lineage_of(project)
    node = find(graph, canonical(name))
    tables = [tree_table(graph, node, down=way) for way, wanted in ((False, up), (True, down)) if wanted]
    return View("trace", f"{node.stage.value} {node.label}", project.as_of, source_lines(project), tuple(tables))
