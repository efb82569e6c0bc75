"""The product screen answers: which metric misses its target, and which change came just before?"""

from mlcockpit.analysis.changes import BEFORE, changes, suspects
from mlcockpit.analysis.lineage import lineage_of
from mlcockpit.analysis.target import Assessment, Course
from mlcockpit.domain.names import parts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.views.facts import owner_cell
from mlcockpit.views.health import COURSE_TONES, assessments
from mlcockpit.views.look import Look, source_lines
from mlcockpit.views.overview import worst_metric
from mlcockpit.views.phrases import ARROWS, age, age_cell, count, day, number, signed, sparkline
from mlcockpit.views.table import Cell, Chart, Column, Mark, Point, Row, Section, Table, Text, View

POINTS_MOST = 104


def product(project: Snapshot, look: Look) -> View:
    """Return the table of metrics, the chart of the chosen or worst one, and what changed before it fell."""
    kind, key, _ = parts(look.focus)
    chosen = key if kind == "metric" and key in project.file.metrics else worst_metric(project)
    sections: list[Section] = [goals_table(project), metrics_table(project)]
    if chosen is not None:
        sections += [metric_chart(project, chosen), suspects_section(project, chosen)]
    title = "Product metrics  ·  which one misses its target, and what changed just before?"
    return View("product", title, project.as_of, source_lines(project), tuple(sections))


def goals_table(project: Snapshot) -> Table:
    """Return each goal with the metrics that tell whether it is reached."""
    found = assessments(project)
    rows = []
    for key, goal in project.file.goals.items():
        off = [name for name in goal.metrics if name in found and found[name].is_off]
        unknown = [name for name in goal.metrics if name not in found or found[name].course is Course.UNKNOWN]
        tone = Tone.BAD if any(COURSE_TONES[found[name].course] is Tone.BAD for name in off) else Tone.DOUBTFUL
        state = f"off: {', '.join(off)}" if off else f"unknown: {', '.join(unknown)}" if unknown else "on course"
        tone = tone if off else Tone.UNKNOWN if unknown or not goal.metrics else Tone.GOOD
        cells = (Cell(goal.objective), Cell(goal.period), Cell(state, tone=tone), owner_cell(project, f"goal/{key}"))
        rows.append(Row(f"goal/{key}", cells))
    cols = (
        Column("objective", "goal", most=70),
        Column("period", "period"),
        Column("state", "state"),
        Column("owner", "owner"),
    )
    return Table("Goals", cols, tuple(rows), empty="no goal is declared; add [goals.NAME] to mlcockpit.toml")


def metrics_table(project: Snapshot) -> Table:
    """Return every declared metric, worst first, with bound, gap, trend, n, age and source."""
    order = list(Course)
    found = sorted(assessments(project).items(), key=lambda pair: (order.index(pair[1].course), pair[1].gap or 0))
    cols = (
        Column("metric", "metric"),
        Column("now", "now", right=True),
        Column("bound", "must be"),
        Column("gap", "gap", right=True),
        Column("trend", "last 12"),
        Column("state", "state"),
        Column("off", "off for"),
        Column("n", "n", right=True),
        Column("age", "age"),
        Column("served", "served by"),
        Column("owner", "owner"),
    )
    off = sum(assessed.is_off for _, assessed in found)
    note = f"{count(len(found), 'metric')}, {off} off target; gap: below zero is short; a value older than two cadences is unknown"
    rows = tuple(_metric_row(project, key, assessed) for key, assessed in found)
    return Table("Metrics", cols, rows, "no product metric is declared; add [metrics.NAME] to mlcockpit.toml", note)


def metric_chart(project: Snapshot, key: str) -> Chart:
    """Return the metric over time with its target and the deployments, data versions and incidents that came by."""
    seen = list(project.observations_of.get(key, ()))[-POINTS_MOST:]
    metric = project.file.metrics[key]
    points = tuple(Point(each.at, each.value) for each in seen)
    came = changes(project, seen[0].at, project.as_of) if seen else []
    marks = tuple(
        Mark(each.at, each.letter, f"{each.text}  ({each.actor})") for each in reversed(came) if each.letter != "C"
    )
    source = f"{metric.definition or key}; source {seen[-1].source}" if seen else ""
    goal = next((bound for bound in (metric.target, metric.ceiling, metric.floor) if bound is not None), None)
    return Chart(key, points, goal, marks, metric.unit, source, key="chart")


def suspects_section(project: Snapshot, key: str) -> Section:
    """Return the changes of the thirty days before the metric went off, those of its own chain first."""
    assessed = assessments(project)[key]
    if assessed.since is None:
        return Text(f"Changes before {key} went off", (f"{key} is not off target",), key="suspects")
    chain = [node.name for node in lineage_of(project).origins(f"metric/{key}")]
    rows = []
    for change in suspects(project, assessed.since, chain):
        related = "its own chain" if change.subject in chain else ""
        before = f"{age(assessed.since, change.at)} before"
        rows.append(
            Row(
                change.subject,
                (Cell(before, change.at), Cell(change.text, link=change.subject), Cell(change.actor), Cell(related)),
            )
        )
    cols = (Column("before", "when"), Column("what", "change"), Column("who", "who"), Column("related", "in the chain"))
    title = f"Changes in the {BEFORE.days} days before {key} went off on {day(assessed.since)}"
    return Table(
        title, cols, tuple(rows), empty="no deployment and no dataset version came just before", key="suspects"
    )


def _metric_row(project: Snapshot, key: str, assessed: Assessment) -> Row:
    metric, latest = project.file.metrics[key], assessed.latest
    values = [seen.value for seen in project.observations_of.get(key, ())]
    served = [f"{d.environment} v{d.number}" for d in project.live if _moves(project, d.model, key)]
    n = "" if latest is None else "unknown" if latest.n is None else f"{latest.n:,}"
    return Row(
        f"metric/{key}",
        (
            Cell(key, link=f"metric/{key}"),
            Cell(number(latest.value, metric.unit) if latest else "", latest.value if latest else None),
            Cell(assessed.bound),
            Cell(signed(assessed.gap), assessed.gap),
            Cell(f"{sparkline(values)} {ARROWS[assessed.trend][:1]}".strip(), assessed.trend.value),
            Cell(assessed.course.value, tone=COURSE_TONES[assessed.course]),
            age_cell(project.as_of, assessed.since),
            Cell(n, latest.n if latest else None),
            age_cell(project.as_of, latest.at if latest else None),
            Cell(", ".join(served) or "nothing live", tone=Tone.PLAIN if served else Tone.DOUBTFUL),
            owner_cell(project, f"metric/{key}"),
        ),
    )


def _moves(project: Snapshot, model: str, metric: str) -> bool:
    declared = project.file.models.get(model)
    return declared is not None and metric in declared.metrics
