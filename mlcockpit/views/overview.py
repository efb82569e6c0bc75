"""The overview answers: what is red, since when, whose turn is it, and what changed since I last looked?"""

from mlcockpit.analysis.lineage import Node, Stage, lineage_of
from mlcockpit.analysis.target import Course
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Discipline, Tone
from mlcockpit.views.health import COURSE_TONES, TONES, Statement, assessments, metric_text, quiet_line, statements
from mlcockpit.views.history import since_table
from mlcockpit.views.lens import LENSES
from mlcockpit.views.look import Look, source_lines
from mlcockpit.views.phrases import age_cell, count
from mlcockpit.views.queue import asks, is_mine, when, whose
from mlcockpit.views.table import Cell, Column, Row, Section, Table, Text, View

QUEUE_MOST = 6


def overview(project: Snapshot, look: Look) -> View:
    """Return the state of each discipline worst first, the queue, the changes and the chain of the worst metric."""
    sections: tuple[Section, ...] = (
        state_table(project, look),
        queue_table(project, look),
        since_table(project, look),
        *worst_chain(project),
    )
    title = f"{project.file.project.name or project.file.project.key}  ·  {LENSES[look.lens].question}"
    return View("overview", title, project.as_of, source_lines(project), sections)


def state_table(project: Snapshot, look: Look) -> Table:
    """Return one row for each discipline: its worst statement, and how many more there are."""
    found = statements(project, look)
    worst: list[tuple[int, Row]] = []
    for discipline in Discipline:
        own = [each for each in found if each.discipline is discipline]
        bad = sum(each.tone in (Tone.BAD, Tone.DOUBTFUL) for each in own)
        first = own[0] if own else _quiet(project, discipline)
        more = f"+{bad - 1}" if bad > 1 else ""
        worst.append((TONES.index(first.tone), _state_row(project, first, more)))
    cols = (
        Column("discipline", "who", 9),
        Column("state", "state, worst first", most=78),
        Column("since", "since"),
        Column("more", "more", right=True),
        Column("why", "rule that says so, and what it rests on", most=48),
    )
    note = "every colour is computed by the rule beside it; unknown is not good"
    return Table("Project state", cols, tuple(line for _, line in sorted(worst, key=lambda pair: pair[0])), note=note)


def queue_table(project: Snapshot, look: Look, most: int = QUEUE_MOST) -> Table:
    """Return what waits for this lens, its own first."""
    waiting = asks(project, look)
    mine = sum(is_mine(ask, look) for ask in waiting)
    rows = tuple(
        Row(
            ask.subject,
            (
                Cell(ask.text, tone=ask.tone, link=ask.subject),
                Cell(whose(project, ask)),
                Cell(when(ask, project.as_of), ask.due or ask.since),
                Cell(ask.action),
            ),
        )
        for ask in waiting[:most]
    )
    who = look.role.value if look.role else "somebody"
    cols = (
        Column("what", "what", most=84),
        Column("whose", "whose turn"),
        Column("when", "when"),
        Column("do", "type", most=38),
    )
    title = f"Needs {who} now: {mine} of {len(waiting)}"
    return Table(title, cols, rows, empty="nothing waits for anybody", total=len(waiting), key="queue")


def worst_metric(project: Snapshot) -> str | None:
    """Return the key of the metric that is furthest off its course; None where nothing is declared."""
    order = list(Course)
    ranked = sorted(
        assessments(project).items(), key=lambda pair: (order.index(pair[1].course), -pair[1].in_a_row, pair[0])
    )
    return ranked[0][0] if ranked else None


def worst_chain(project: Snapshot) -> tuple[Section, ...]:
    """Return the chain of the worst metric down to data and code, with its gaps."""
    key = worst_metric(project)
    if key is None:
        line = "no product metric is declared; add [metrics.NAME] to mlcockpit.toml"
        return (Text("Chain of the worst metric", (line,), Tone.UNKNOWN, key="chain"),)
    return (chain_section(project, key, "Chain of the worst metric"),)


def chain_section(project: Snapshot, key: str, title: str = "Chain") -> Table:
    """Return metric → deployment → model version → run → data, code, environment of the first live deployment."""
    assessed = assessments(project)[key]
    text = metric_text(key, assessed, project.file.metrics[key].unit, project.as_of)
    said = Cell(text, tone=COURSE_TONES[assessed.course], link=f"metric/{key}")
    first = Row(f"metric/{key}", (Cell("metric"), said, Cell(assessed.why)))
    lineage = lineage_of(project)
    serving = lineage.parents[f"metric/{key}"]
    head = (lineage.nodes[serving[0]], lineage.evidence[f"metric/{key}", serving[0]])
    chain = [head, *lineage.sourced(serving[0])]
    rows = (first, *(chain_row(node, evidence) for node, evidence in chain))
    gaps = sum(1 for node, _ in chain if node.gap)
    more = f"{count(len(serving) - 1, 'more deployment')}; " if len(serving) > 1 else ""
    cols = (Column("stage", "stage"), Column("what", "what", most=72), Column("evidence", "evidence or gap", most=60))
    note = f"{more}`mlcockpit show lineage --of metric/{key}` shows all"
    return Table(f"{title}: {count(gaps, 'gap')}", cols, rows, note=note, key="chain")


def chain_row(node: Node, evidence: str) -> Row:
    """Return stage, name and evidence of one link of the chain; a gap is unknown."""
    tone = Tone.UNKNOWN if node.gap else Tone.PLAIN
    link = "" if "#" in node.name else node.name
    return Row(node.name, (Cell(kind_of(node)), Cell(node.label, tone=tone, link=link), Cell(node.gap or evidence)))


def kind_of(node: Node) -> str:
    """Return what a node is, in one word or two."""
    if node.stage is not Stage.SOURCE:
        return node.stage.value
    part = node.name.partition("#")[2].partition(":")[0] or node.name.partition("/")[0]
    return {"commit": "code", "env": "environment"}.get(part, part)


def _state_row(project: Snapshot, said: Statement, more: str) -> Row:
    return Row(
        said.subject,
        (
            Cell(said.discipline.value),
            Cell(said.text, tone=said.tone, link=said.link),
            age_cell(project.as_of, said.since),
            Cell(more),
            Cell(f"{said.rule}; {said.evidence}" if said.evidence else said.rule),
        ),
    )


def _quiet(project: Snapshot, discipline: Discipline) -> Statement:
    return Statement(discipline, Tone.PLAIN, "", quiet_line(project, discipline), "nothing is wrong that is measured")
