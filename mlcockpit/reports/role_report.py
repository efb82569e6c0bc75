"""Each role's report: the same first page in the same order, then what this role needs and nothing else."""

from collections.abc import Callable, Mapping
from datetime import datetime

from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Discipline, Tone
from mlcockpit.reports import role_sections as more
from mlcockpit.reports.first_page import changed_table, decide_table, metrics_now_table, red_table
from mlcockpit.reports.glossary import words_in
from mlcockpit.reports.report import Report
from mlcockpit.views.health import statements
from mlcockpit.views.lens import LENSES
from mlcockpit.views.look import Look, source_lines
from mlcockpit.views.table import Section

SERIES_MOST = 26

SECTIONS: Mapping[Discipline | None, Callable[[Snapshot, Look], tuple[Section, ...]]] = {
    None: more.for_all,
    Discipline.PRODUCT: more.for_product,
    Discipline.DATA: more.for_data,
    Discipline.ML: more.for_ml,
    Discipline.DEV: more.for_dev,
    Discipline.OPS: more.for_ops,
}


def role_report(project: Snapshot, look: Look, head: str) -> Report:
    """Return the report of the look's lens: decide → red → changed → metrics, then the role's own sections."""
    said = statements(project, look)
    counts = {tone: sum(each.tone is tone for each in said) for tone in (Tone.BAD, Tone.DOUBTFUL, Tone.UNKNOWN)}
    sections = (
        decide_table(project, look),
        red_table(project, look),
        changed_table(project, look),
        metrics_now_table(project),
        *SECTIONS[look.role](project, look),
    )
    return Report(
        role=look.lens,
        project=project.file.project.name or project.file.project.key,
        mission=project.file.project.mission,
        question=LENSES[look.lens].question,
        as_of=project.as_of,
        since=start_of(project, look),
        sources=source_lines(project),
        counts=counts,
        sections=tuple(section for section in sections if section is not None),
        head=head,
        series={
            f"metric/{key}": tuple(each.value for each in project.observations_of.get(key, ()))[-SERIES_MOST:]
            for key in project.file.metrics
        },
        words=words_in(sections),
    )


def start_of(project: Snapshot, look: Look) -> datetime:
    """Return the instant from which things count as changed."""
    return look.start(project)
