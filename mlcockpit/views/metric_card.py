"""A product metric on one page: its promise, its course and the rule behind it, its history, its chain and what changed."""

from mlcockpit.domain.names import parts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.errors import UnknownName
from mlcockpit.views.facts import card, facts, owner_cell
from mlcockpit.views.health import COURSE_TONES, assessments, metric_text
from mlcockpit.views.look import Look
from mlcockpit.views.overview import chain_section
from mlcockpit.views.phrases import ARROWS, day, joined, measured, number, signed
from mlcockpit.views.product import metric_chart, suspects_section
from mlcockpit.views.table import Cell, View


def metric_card(project: Snapshot, look: Look) -> View:
    """Return the card of metric/KEY; raises UnknownName with the declared ones."""
    _, key, _ = parts(look.focus)
    if key not in project.file.metrics:
        raise UnknownName(
            f"there is no metric {key!r}", hint=f"declared: {joined(sorted(project.file.metrics), 8) or 'none'}"
        )
    metric, assessed = project.file.metrics[key], assessments(project)[key]
    tone = COURSE_TONES[assessed.course]
    goals = [goal.objective for goal in project.file.goals.values() if key in goal.metrics]
    bounds = [
        f"{word} {number(value, metric.unit)}"
        for word, value in (
            ("target", metric.target),
            ("floor", metric.floor),
            ("ceiling", metric.ceiling),
            ("baseline", metric.baseline),
        )
        if value is not None
    ]
    table = facts(
        "",
        [
            ("state", Cell(f"{assessed.course.value}: {assessed.why}", assessed.course.value, tone)),
            ("now", metric_text(key, assessed, metric.unit, project.as_of)),
            ("gap", f"{signed(assessed.gap)} to {assessed.bound}" if assessed.gap is not None else ""),
            ("measured", measured(assessed.latest, project.as_of)),
            ("trend", ARROWS[assessed.trend] or "fewer than six values"),
            ("promise", ", ".join(bounds) or "no target, floor or ceiling is declared"),
            ("due", "" if metric.due is None else str(metric.due)),
            ("goal", joined(goals)),
            ("kind", metric.kind.value.replace("_", " ")),
            ("definition", metric.definition),
            ("unit", metric.unit),
            ("source", metric.source or "recorded by hand"),
            ("every", f"{metric.cadence_days:g} d, labels {metric.label_lag_days:g} d later"),
            ("owner", owner_cell(project, f"metric/{key}")),
        ],
    )
    since = f"off since {day(assessed.since)}" if assessed.since else "on course" if assessed.latest else "unknown"
    return card(
        project,
        f"metric/{key}",
        f"metric {key}  ·  {since}",
        table,
        metric_chart(project, key),
        suspects_section(project, key),
        chain_section(project, key),
    )
