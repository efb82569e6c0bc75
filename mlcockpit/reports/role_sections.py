"""What each role reads after the first page: the screens' own tables, chosen and ordered for that role."""

from datetime import timedelta

from mlcockpit.analysis.before_after import shift
from mlcockpit.analysis.changes import changes
from mlcockpit.analysis.dora import dora
from mlcockpit.analysis.lineage import lineage_of
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import DeploymentState, Discipline, Tone
from mlcockpit.views.checks import findings_table
from mlcockpit.views.data import data, hit_table
from mlcockpit.views.deploy import live_table, monitors_table, past_table, promotions_table
from mlcockpit.views.handoffs import list_table
from mlcockpit.views.health import assessments, open_incidents, verdict_tone
from mlcockpit.views.incidents import incidents_table, suspects_table, timeline_table
from mlcockpit.views.look import Look
from mlcockpit.views.model_card import evaluation_table, versions_table
from mlcockpit.views.overview import state_table, worst_chain, worst_metric
from mlcockpit.views.people import subjects_table
from mlcockpit.views.phrases import day, number, short_run, signed
from mlcockpit.views.product import goals_table, metric_chart, suspects_section
from mlcockpit.views.table import Cell, Column, Row, Section, Table

QUARTER = timedelta(days=91)
SERVED = (DeploymentState.LIVE, DeploymentState.CANARY, DeploymentState.SUPERSEDED, DeploymentState.ROLLED_BACK)
CHARTS_MOST = 4


def for_all(project: Snapshot, look: Look) -> tuple[Section, ...]:
    """Return goals, the state of each discipline, the worst metric with its chain, and delivery."""
    worst = worst_metric(project)
    charts = [metric_chart(project, worst)] if worst and project.observations_of.get(worst) else []
    suspected = [suspects_section(project, worst)] if worst else []
    return (
        goals_table(project),
        state_table(project, look),
        *charts,
        *suspected,
        *worst_chain(project),
        live_table(project),
        incidents_table(project),
        delivery_table(project),
    )


def for_product(project: Snapshot, look: Look) -> tuple[Section, ...]:
    """Return goals, every metric over time, what deployments did to them, incidents and what waits for product."""
    worst = worst_metric(project)
    seen = [key for key in _by_course(project) if project.observations_of.get(key)]
    charts = tuple(metric_chart(project, key) for key in seen[:CHARTS_MOST])
    return (
        goals_table(project),
        *charts,
        *((suspects_section(project, worst),) if worst else ()),
        effects_table(project),
        untied_table(project),
        incidents_table(project),
        list_table(project, look),
    )


def for_data(project: Snapshot, look: Look) -> tuple[Section, ...]:
    """Return datasets by what they reach, who learned from old data, duties, findings and handoffs."""
    return (
        *(section for section in data(project, look).sections),
        findings_of(look, Discipline.DATA),
        subjects_table(project),
        list_table(project, look),
    )


def for_ml(project: Snapshot, look: Look) -> tuple[Section, ...]:
    """Return champion and challengers, verdicts on live runs, duplicate work, findings and handoffs."""
    tables: list[Section] = []
    for key in project.file.models:
        versions = sorted((each for each in project.model_versions if each.model == key), key=lambda each: each.number)
        tables.append(versions_table(project, key, versions))
        newest = evaluation_table(project, versions[-1]) if versions else None
        tables += [newest] if newest else []
    return (
        *tables,
        reproductions_table(project),
        hit_table(project),
        duplicates_table(project),
        promotions_table(project),
        findings_of(look, Discipline.ML),
        list_table(project, look),
    )


def for_dev(project: Snapshot, look: Look) -> tuple[Section, ...]:
    """Return what asks to be shipped, what runs and how it got there, unsafe practice, and delivery times."""
    return (
        promotions_table(project),
        live_table(project),
        past_table(project),
        findings_of(look, Discipline.DEV),
        delivery_table(project),
        list_table(project, look),
    )


def for_ops(project: Snapshot, look: Look) -> tuple[Section, ...]:
    """Return each open incident, monitors, what is live and what a rollback brings back, past changes and delivery."""
    tables: list[Section] = [incidents_table(project)]
    for incident in open_incidents(project):
        tables += [timeline_table(project, incident), suspects_table(project, incident)]
    return (
        *tables,
        monitors_table(project),
        live_table(project),
        past_table(project),
        findings_of(look, Discipline.OPS),
        delivery_table(project),
        list_table(project, look),
    )


def effects_table(project: Snapshot) -> Table:
    """Return what each deployment did to each metric that its model moves, with noise and whatever else changed then."""
    rows = []
    for each in sorted(project.deployments, key=lambda deployment: deployment.started_at, reverse=True):
        declared = project.file.models.get(each.model)
        if declared is None or each.state not in SERVED:
            continue
        for key in declared.metrics:
            found = shift(project.observations_of.get(key, ()), each.started_at, each.ended_at)
            if found is None:
                continue
            near = changes(project, each.started_at - timedelta(days=14), each.started_at + timedelta(days=14))
            others = [change.text for change in near if change.subject != f"deploy/{each.id}" and change.letter != "C"]
            rows.append(
                Row(
                    f"deploy/{each.id} {key}",
                    (
                        Cell(f"{each.environment} v{each.number}, {day(each.started_at)}", link=f"deploy/{each.id}"),
                        Cell(key, link=f"metric/{key}"),
                        Cell(number(found.before), found.before),
                        Cell(number(found.after), found.after),
                        Cell(signed(found.difference), found.difference),
                        Cell("beyond the noise" if found.is_clear else "within the noise", found.is_clear),
                        Cell(f"{found.n_before} before, {found.n_after} after"),
                        Cell("; ".join(others[:3]) or "nothing known"),
                    ),
                )
            )
    cols = (Column("deployment", "deployment"), Column("metric", "metric"), Column("before", "before", right=True),
            Column("after", "after", right=True), Column("difference", "change", right=True), Column("clear", "is it"),
            Column("n", "n"), Column("others", "also changed within 14 days", most=70))  # fmt: skip
    note = "means of up to eight values on each side; before and after is no experiment; beyond the noise: two standard errors"
    empty = "no deployment has three values before and after it"
    return Table("Which deployment moved what", cols, tuple(rows), empty=empty, note=note, key="effects")


def untied_table(project: Snapshot) -> Table:
    """Return live models that move no declared product metric."""
    rows = []
    for each in project.live:
        declared = project.file.models.get(each.model)
        if declared is None or not declared.metrics:
            cells = (
                Cell(f"{each.environment} {each.model} v{each.number}", tone=Tone.DOUBTFUL),
                Cell(day(each.started_at)),
            )
            rows.append(Row(f"deploy/{each.id}", cells))
    cols = (Column("what", "live"), Column("since", "since"))
    title = "Live models tied to no product metric"
    return Table(title, cols, tuple(rows), empty="every live model names the metrics that it moves", key="untied")


def reproductions_table(project: Snapshot) -> Table:
    """Return the last verdict on each run that was reproduced, worst first."""
    rows = []
    for run_id, attempts in project.reproductions_of.items():
        last = attempts[-1]
        versions = [f"{v.model} v{v.number}" for v in project.model_versions if v.run_id == run_id]
        rows.append(
            Row(
                f"run/{run_id}",
                (
                    Cell(short_run(run_id), run_id, link=f"run/{run_id}"),
                    Cell(", ".join(versions)),
                    Cell(last.verdict.value, tone=verdict_tone(last.verdict)),
                    Cell(last.reason),
                    Cell(last.first_difference or ""),
                    Cell(last.standing),
                    Cell(day(last.ended_at), last.ended_at),
                ),
            )
        )
    order = [Tone.BAD, Tone.DOUBTFUL, Tone.UNKNOWN, Tone.GOOD]
    rows.sort(key=lambda line: order.index(line.cells[2].tone))
    cols = (Column("run", "run"), Column("model", "model version"), Column("verdict", "verdict"), Column("reason", "reason", most=80),
            Column("difference", "first difference"), Column("standing", "weakest evidence"), Column("at", "on"))  # fmt: skip
    empty = "no run was reproduced yet: `mlcockpit reproduce RUN`"
    return Table("Reproductions", cols, tuple(rows), empty=empty, key="reproductions")


def duplicates_table(project: Snapshot) -> Table:
    """Return work that was done twice."""
    rows = tuple(
        Row(
            group.run_ids[0],
            (
                Cell(", ".join(short_run(each) for each in group.run_ids)),
                Cell(", ".join(group.users)),
                Cell(group.what),
            ),
        )
        for group in project.duplicates
    )
    cols = (Column("runs", "runs"), Column("who", "who"), Column("what", "what is equal", most=80))
    return Table("Work done twice", cols, rows, empty="no two runs did the same work", key="duplicates")


def delivery_table(project: Snapshot) -> Table:
    """Return the delivery measures over the last quarter and over all time, with their n."""
    ever = project.as_of - min((each.started_at for each in project.deployments), default=project.as_of)
    quarter, whole = dora(project, QUARTER), dora(project, max(ever + timedelta(days=1), QUARTER))
    rows = tuple(
        Row(
            now.name,
            (
                Cell(now.name),
                _measure_cell(now.value, now.unit),
                Cell(f"{now.n}", now.n),
                _measure_cell(all_time.value, all_time.unit),
                Cell(f"{all_time.n}", all_time.n),
                Cell(now.meaning),
            ),
        )
        for now, all_time in zip(quarter, whole, strict=True)
    )
    cols = (Column("measure", "measure"), Column("quarter", "last 91 d", right=True), Column("n", "n", right=True),
            Column("whole", "since the first", right=True), Column("n_whole", "n", right=True),
            Column("meaning", "meaning", most=70))  # fmt: skip
    return Table("Delivery", cols, rows, note="no case is unknown, not zero", key="delivery")


def findings_of(look: Look, role: Discipline) -> Table:
    """Return the findings that are this discipline's turn, and those that concern all."""
    own = [each for each in look.findings if each.discipline in (role.value, "all")]
    return findings_table(own, look.judged)


def _measure_cell(value: float | None, unit: str) -> Cell:
    return Cell("unknown", tone=Tone.UNKNOWN) if value is None else Cell(number(value, unit), value)


def _by_course(project: Snapshot) -> list[str]:
    found = assessments(project)
    worst = worst_metric(project)
    linked = {node.name for node in lineage_of(project).nodes.values()}
    return sorted(found, key=lambda key: (key != worst, f"metric/{key}" not in linked, list(found).index(key)))
