"""The first page of every report: what you must decide, what is red, what changed, and where each metric stands."""

from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.views.health import COURSE_TONES, assessments, statements
from mlcockpit.views.history import since_table
from mlcockpit.views.look import Look
from mlcockpit.views.phrases import ARROWS, age_cell, count, day_cell, measured, number, signed, sparkline
from mlcockpit.views.queue import Ask, asks, is_mine, when, whose
from mlcockpit.views.table import Cell, Column, Row, Table

ASKS_MOST = 3
RED_MOST = 12
CHANGED_MOST = 8


def decide_table(project: Snapshot, look: Look) -> Table:
    """Return at most three asks of this role: who, by when, what happens otherwise, what to type."""
    mine = [ask for ask in asks(project, look) if is_mine(ask, look)]
    rows = tuple(_ask_row(project, ask) for ask in mine[:ASKS_MOST])
    cols = (Column("what", "what", most=100), Column("who", "who"), Column("when", "when"),
            Column("otherwise", "otherwise", most=44), Column("do", "type", most=60))  # fmt: skip
    title = "Decision needed" if look.role is None else "Decision needed from you"
    return Table(title, cols, rows, empty="nothing waits for you", total=len(mine), key="decide")


def red_table(project: Snapshot, look: Look) -> Table:
    """Return what is red, then what is doubtful or unknown, each with the rule that says so; the same for every role."""
    said = [each for each in statements(project, look) if each.tone in (Tone.BAD, Tone.DOUBTFUL, Tone.UNKNOWN)]
    rows = tuple(
        Row(
            each.subject,
            (
                Cell(each.text, tone=each.tone, link=each.link),
                Cell(each.discipline.value),
                day_cell(each.since),
                Cell(each.rule),
                Cell(each.evidence),
            ),
        )
        for each in said[:RED_MOST]
    )
    cols = (Column("what", "what", most=100), Column("role", "whose"), Column("since", "since"), Column("rule", "rule that says so"),
            Column("evidence", "rests on", most=60))  # fmt: skip
    parts = [(tone, sum(each.tone is tone for each in said)) for tone in (Tone.BAD, Tone.DOUBTFUL, Tone.UNKNOWN)]
    words = {Tone.BAD: "red", Tone.DOUBTFUL: "doubtful", Tone.UNKNOWN: "unknown"}
    title = "What is wrong: " + (", ".join(f"{amount} {words[tone]}" for tone, amount in parts if amount) or "nothing")
    return Table(title, cols, rows, empty="nothing is red, doubtful or unknown", total=len(said), key="red")


def changed_table(project: Snapshot, look: Look) -> Table:
    """Return what changed since the reader last read."""
    return since_table(project, look, CHANGED_MOST)


def metrics_now_table(project: Snapshot) -> Table:
    """Return every product metric with value, bound, gap, trend, n, age and source."""
    order = list(COURSE_TONES)
    rows = []
    for key, found in sorted(assessments(project).items(), key=lambda pair: order.index(pair[1].course)):
        metric, latest = project.file.metrics[key], found.latest
        values = [each.value for each in project.observations_of.get(key, ())]
        rows.append(
            Row(
                f"metric/{key}",
                (
                    Cell(key, tone=COURSE_TONES[found.course], link=f"metric/{key}"),
                    Cell(number(latest.value, metric.unit) if latest else "", latest.value if latest else None),
                    Cell(found.bound),
                    Cell(signed(found.gap), found.gap),
                    Cell(f"{sparkline(values)} {ARROWS[found.trend]}".strip(), found.trend.value),
                    Cell(found.course.value),
                    age_cell(project.as_of, found.since),
                    Cell(found.why),
                    Cell(measured(latest, project.as_of)),
                    Cell(metric.definition),
                ),
            )
        )
    cols = (Column("metric", "metric"), Column("now", "now", right=True), Column("bound", "must be"), Column("gap", "gap", right=True),
            Column("trend", "trend"), Column("course", "state"), Column("off", "off for"), Column("why", "rule"),
            Column("measured", "measured"), Column("definition", "what it is", most=80))  # fmt: skip
    title = f"Where it goes: {count(len(rows), 'product metric')}"
    return Table(title, cols, tuple(rows), empty="no product metric is declared", key="metrics")


def _ask_row(project: Snapshot, ask: Ask) -> Row:
    return Row(
        ask.subject,
        (
            Cell(ask.text, tone=ask.tone, link=ask.subject),
            Cell(whose(project, ask)),
            Cell(when(ask, project.as_of), ask.due or ask.since),
            Cell(ask.otherwise),
            Cell(ask.action),
        ),
    )
