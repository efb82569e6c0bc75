"""The lineage screen answers: what does this come from, what breaks if it changes, where is a link missing?"""

from collections.abc import Mapping, Sequence

from mlcockpit.analysis.lineage import Lineage, Node, Stage, lineage_of
from mlcockpit.domain.names import canonical, parts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import HandoffState, Tone
from mlcockpit.errors import UnknownName
from mlcockpit.views.facts import owner_cell
from mlcockpit.views.look import Look, source_lines
from mlcockpit.views.overview import chain_row, kind_of, worst_metric
from mlcockpit.views.phrases import count, joined
from mlcockpit.views.table import Cell, Column, Row, Section, Table, Text, View

COLUMNS = tuple(Stage)


def lineage(project: Snapshot, look: Look) -> View:
    """Return the chain through one entity as five columns, its links with their evidence, and what hangs on it."""
    graph = lineage_of(project)
    focus = look.focus or f"metric/{worst_metric(project)}"
    if not look.focus and worst_metric(project) is None:
        focus = next(iter(graph.nodes), "")
    title = "Lineage  ·  what does this come from, what breaks if it changes, where is a link missing?"
    if not focus:
        nothing = Text(
            "", ("nothing is live, registered or measured yet; `mlcockpit sync` reads the sources",), Tone.UNKNOWN
        )
        return View("lineage", title, project.as_of, source_lines(project), (nothing,))
    node = find(graph, focus)
    sections: tuple[Section, ...] = (
        columns_table(graph, node),
        edges_table(graph, node),
        reach_table(project, graph, node),
    )
    return View("lineage", title, project.as_of, source_lines(project), sections)


def find(graph: Lineage, name: str) -> Node:
    """Return the node that `name` names, by exact name or by an unambiguous start; raises UnknownName."""
    wanted = canonical(name)
    if wanted in graph.nodes:
        return graph.nodes[wanted]
    kind, key, version = parts(wanted)
    if kind == "model" and version:
        wanted = f"model/{key}@{version.removeprefix('v')}"
    if kind == "data" and version:
        wanted = f"data/{key}@v{version.removeprefix('v')}"
    if wanted in graph.nodes:
        return graph.nodes[wanted]
    near = [each for each in graph.nodes if each.startswith(wanted) and "#" not in each]
    if len(near) == 1:
        return graph.nodes[near[0]]
    known = joined(sorted(near or [each for each in graph.nodes if "#" not in each]), 6)
    what = f"{name} could be {len(near)} things" if near else f"{name} is in no chain of this project"
    raise UnknownName(what, hint=f"known: {known}" if known else "`mlcockpit sync` reads the sources")


def columns_table(graph: Lineage, focus: Node) -> Table:
    """Return the connected nodes, one column a stage; the focus is marked, gaps are unknown."""
    connected = {node.name: node for node in (focus, *graph.origins(focus.name), *graph.reach(focus.name))}
    stages = [[node for node in connected.values() if node.stage is stage] for stage in COLUMNS]
    rows = []
    for place in range(max(len(stage) for stage in stages)):
        cells = [_stage_cell(stage[place], focus) if place < len(stage) else Cell("") for stage in stages]
        rows.append(Row(f"row/{place}", tuple(cells)))
    gaps = sum(1 for node in connected.values() if node.gap)
    note = f"focus {focus.name} | {count(len(graph.reach(focus.name)), 'thing')} hang on it | {count(gaps, 'gap')}"
    cols = tuple(Column(stage.name.lower(), stage.value, most=36) for stage in COLUMNS)
    return Table(f"Chain of {focus.label}", cols, tuple(rows), note=note, key="columns")


def edges_table(graph: Lineage, focus: Node) -> Table:
    """Return what the focus comes from, nearest first, each link with what says so or why it is missing."""
    rows = tuple(chain_row(node, evidence) for node, evidence in graph.sourced(focus.name))
    cols = (
        Column("stage", "stage"),
        Column("what", "comes from", most=50),
        Column("evidence", "evidence or gap", most=70),
    )
    return Table("Comes from", cols, rows, empty="nothing: this is where a chain begins", key="origins")


def reach_table(project: Snapshot, graph: Lineage, focus: Node) -> Table:
    """Return what breaks when the focus changes, who answers for it, and the open work about it."""
    rows = []
    for node in graph.reach(focus.name):
        work = _open_work(project, node.name)
        cells = (
            Cell(kind_of(node)),
            Cell(node.label, link=node.name),
            owner_cell(project, _owned(project, node.name)),
            Cell(joined(work), tone=Tone.DOUBTFUL if work else Tone.PLAIN),
        )
        rows.append(Row(node.name, cells))
    notify = sorted({line.cells[2].text for line in rows if line.cells[2].tone is Tone.PLAIN})
    cols = (Column("stage", "stage"), Column("what", "what breaks", most=50),
            Column("owner", "answers for it"), Column("work", "open work"))  # fmt: skip
    note = f"notify {', '.join(notify)}" if notify else ""
    return Table("Breaks if this changes", cols, tuple(rows), empty="nothing hangs on it", note=note, key="reach")


def tree_table(graph: Lineage, focus: Node, *, down: bool) -> Table:
    """Return one direction as an indented tree: up to the sources, or down to what is hit."""
    links = graph.children if down else graph.parents
    lines: list[tuple[int, Node, str]] = []
    _climb(graph, links, focus, lines, set())
    rows = tuple(
        Row(
            node.name,
            (
                Cell("  " * depth + node.label, tone=Tone.UNKNOWN if node.gap else Tone.PLAIN,
                     link="" if "#" in node.name else node.name),
                Cell(kind_of(node)),
                Cell("" if "#" in node.name else node.name),
                Cell(node.gap or evidence),
            ),
        )
        for depth, node, evidence in lines
    )  # fmt: skip
    cols = (Column("what", "what", most=50), Column("stage", "stage"), Column("name", "name", most=48),
            Column("evidence", "evidence or gap"))  # fmt: skip
    title = f"{focus.label}: what hangs on it" if down else f"{focus.label}: where it comes from"
    return Table(title, cols, rows, key="down" if down else "up")


def _climb(
    graph: Lineage,
    links: Mapping[str, Sequence[str]],
    node: Node,
    lines: list[tuple[int, Node, str]],
    seen: set[str],
    depth: int = 0,
    before: str = "",
) -> None:
    evidence = graph.evidence.get((before, node.name)) or graph.evidence.get((node.name, before), "")
    lines.append((depth, node, evidence))
    if node.name in seen:
        return
    seen.add(node.name)
    for name in links.get(node.name, ()):
        _climb(graph, links, graph.nodes[name], lines, seen, depth + 1, node.name)


def _stage_cell(node: Node, focus: Node) -> Cell:
    text = f"> {node.label}" if node.name == focus.name else node.label
    text = f"({text})" if node.gap else text
    return Cell(text, node.name, Tone.UNKNOWN if node.gap else Tone.PLAIN, "" if "#" in node.name else node.name)


def _owned(project: Snapshot, name: str) -> str:
    """Return the subject that has an owner: a deployment's environment, a run's model."""
    kind, key, _ = parts(name)
    if kind == "deploy":
        found = next((each for each in project.deployments if str(each.id) == key), None)
        return f"env/{found.environment}" if found else name
    if kind == "run":
        version = next((each for each in project.model_versions if each.run_id == key), None)
        return f"model/{version.model}" if version else name
    return name


def _open_work(project: Snapshot, name: str) -> list[str]:
    waits = (HandoffState.OFFERED, HandoffState.RETURNED, HandoffState.ACCEPTED)
    return [
        f"HO-{each.id} {each.to_person}" for each in project.handoffs if each.subject == name and each.state in waits
    ]
