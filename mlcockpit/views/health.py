"""Every judgement on the state of the project is made here, and each carries the rule that made it.

Bad: an open incident of severity 1 or 2, a breached floor or ceiling, a target missed three times in a row or after its
due date, an overdue handoff, a reproduction of a live run that diverged or failed, a critical finding.
Doubtful: a milder incident, a target missed once or twice, a dataset older than its limit or withdrawn, a live run whose
recipe was never reproduced, a high finding. Unknown: a source that was not read lately, a metric without a fresh value.
Good is said only where nothing of this holds and every source of the discipline is fresh.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mlcockpit.analysis.lineage import ENDED
from mlcockpit.analysis.target import Assessment, Course, assess
from mlcockpit.domain.finding import Finding
from mlcockpit.domain.operations import Incident
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import (
    DatasetState,
    Discipline,
    HandoffState,
    IncidentDuty,
    Outcome,
    PromotionState,
    Severity,
    Source,
    Tone,
)
from mlcockpit.views.look import Look
from mlcockpit.views.phrases import age, count, measured, number, short_run, ticket
from mlcockpit.views.screens import CARDS
from mlcockpit.views.verdict import verdict_tone as verdict_tone

TONES = (Tone.BAD, Tone.DOUBTFUL, Tone.UNKNOWN, Tone.PLAIN, Tone.GOOD, Tone.FAINT)
"""Worst first."""

COURSE_TONES = {
    Course.BREACHED: Tone.BAD,
    Course.MISSED: Tone.BAD,
    Course.CLOSE: Tone.DOUBTFUL,
    Course.UNKNOWN: Tone.UNKNOWN,
    Course.OPEN: Tone.PLAIN,
    Course.MET: Tone.GOOD,
}

SOURCES_OF = {
    Discipline.PRODUCT: (Source.METRICS,),
    Discipline.DATA: (Source.DATA,),
    Discipline.ML: (Source.MLFLOW,),
    Discipline.DEV: (Source.GIT,),
    Discipline.OPS: (Source.MLFLOW,),
}
"""What must be fresh before a discipline can be called good."""


@dataclass(frozen=True)
class Statement:
    """One true sentence about the project, how bad it is, and why that is so."""

    discipline: Discipline
    tone: Tone
    subject: str
    text: str
    rule: str
    """The rule that gave the tone."""
    since: datetime | None = None
    evidence: str = ""
    """n, age and source of what it rests on."""

    @property
    def link(self) -> str:
        """Return the entity whose card tells more; empty where its kind has no card."""
        return self.subject if self.subject.partition("/")[0] in CARDS else ""


def statements(project: Snapshot, look: Look) -> list[Statement]:
    """Return everything worth saying, worst first, older first within a tone."""
    found = [
        *_products(project),
        *_datasets(project),
        *_reproductions(project),
        *_promotions(project),
        *_incidents(project),
        *_handoffs(project),
        *_findings(look),
        *_sources(project),
    ]
    return sorted(found, key=lambda each: (TONES.index(each.tone), each.since or project.as_of, each.subject))


def assessments(project: Snapshot) -> dict[str, Assessment]:
    """Return the course of every declared product metric; one whose file was not read lately is unknown."""
    found = {}
    for key, metric in project.file.metrics.items():
        assessed = assess(metric, project.observations_of.get(key, ()), project.as_of)
        if metric.source is not None and not project.is_fresh(Source.METRICS):
            why = "the source of product metrics was not read lately"
            assessed = Assessment(
                Course.UNKNOWN,
                assessed.latest,
                assessed.bound,
                assessed.gap,
                assessed.since,
                assessed.in_a_row,
                assessed.trend,
                why,
            )
        found[key] = assessed
    return found


def open_incidents(project: Snapshot) -> list[Incident]:
    """Return the incidents that somebody should work on, most severe first."""
    found = [incident for incident in project.incidents if incident.state not in ENDED]
    return sorted(found, key=lambda incident: (incident.severity, incident.detected_at))


def commander_of(project: Snapshot, incident: Incident) -> str | None:
    """Return who leads an incident now; None where nobody does."""
    for role in reversed(project.incident_roles):
        if role.incident == incident.id and role.duty is IncidentDuty.COMMANDER and role.renounced_at is None:
            return role.person
    return None


def metric_text(key: str, assessed: Assessment, unit: str, now: datetime) -> str:
    """Return the one line of a metric: value, bound, and since when it is off."""
    if assessed.latest is None:
        return f"{key}: {assessed.why}"
    text = f"{key} {number(assessed.latest.value, unit)}"
    if assessed.bound:
        text += f", {'not' if assessed.is_off else 'goal'} {assessed.bound}"
    if assessed.course is Course.UNKNOWN:
        return f"{text}: {assessed.why}"
    if assessed.since is not None:
        text += f" for {age(now, assessed.since)}"
    return text


def _products(project: Snapshot) -> Iterator[Statement]:
    for key, assessed in assessments(project).items():
        metric = project.file.metrics[key]
        text = metric_text(key, assessed, metric.unit, project.as_of)
        evidence = measured(assessed.latest, project.as_of)
        tone = COURSE_TONES[assessed.course]
        yield Statement(Discipline.PRODUCT, tone, f"metric/{key}", text, assessed.why, assessed.since, evidence)


def _datasets(project: Snapshot) -> Iterator[Statement]:
    now = project.as_of
    for key, declared in project.file.datasets.items():
        versions = project.versions_of.get(key, ())
        subject = f"data/{key}"
        if not versions:
            rule = "no version of a declared dataset was ever published"
            yield Statement(Discipline.DATA, Tone.UNKNOWN, subject, f"{key} has no version yet", rule)
            continue
        newest = versions[-1]
        at = newest.published_at or newest.created_at
        name, evidence = f"{key} v{newest.number}", f"{newest.path}, {age(now, at)} old"
        if newest.state is DatasetState.WITHDRAWN:
            yield Statement(
                Discipline.DATA,
                Tone.DOUBTFUL,
                subject,
                f"{name} is withdrawn",
                "newest version withdrawn",
                at,
                evidence,
            )
        elif declared.max_age_days is not None and (now - at).days > declared.max_age_days:
            text = f"{name} is {age(now, at)} old, limit {declared.max_age_days:g} d"
            yield Statement(Discipline.DATA, Tone.DOUBTFUL, subject, text, "older than max_age_days", at, evidence)
        else:
            rule = "within max_age_days" if declared.max_age_days else "no max_age_days declared"
            tone = Tone.GOOD if declared.max_age_days and project.is_fresh(Source.DATA) else Tone.PLAIN
            yield Statement(Discipline.DATA, tone, subject, f"{name}, {age(now, at)} old", rule, None, evidence)


def _reproductions(project: Snapshot) -> Iterator[Statement]:
    for deployment in project.live:
        run = project.run_of(deployment)
        where = f"{deployment.environment} {deployment.model} v{deployment.number}"
        if run is None:
            rule = "a live version without a run"
            text = f"{where}: no run is known behind it"
            yield Statement(Discipline.ML, Tone.UNKNOWN, f"deploy/{deployment.id}", text, rule, deployment.started_at)
            continue
        attempts = project.reproductions_of.get(run.run_id, ())
        subject, short = f"run/{run.run_id}", short_run(run.run_id)
        if not attempts:
            text = f"{where}: its run {short} was never reproduced"
            yield Statement(Discipline.ML, Tone.DOUBTFUL, subject, text, "live run never reproduced", run.started_at)
            continue
        last = attempts[-1]
        tone = verdict_tone(last.verdict)
        text = f"{where}: its run {short} reproduces {last.verdict}"
        evidence = f"{last.reason}, {age(project.as_of, last.ended_at)} ago"
        yield Statement(Discipline.ML, tone, subject, text, "last verdict on a live run", last.ended_at, evidence)


def _promotions(project: Snapshot) -> Iterator[Statement]:
    for request in project.promotions:
        if request.state is PromotionState.PENDING:
            text = f"{request.model} v{request.number} waits for approval to {request.environment}"
            subject, rule = f"promo/{request.id}", "a pending promotion request"
            yield Statement(Discipline.DEV, Tone.PLAIN, subject, text, rule, request.requested_at)


def _incidents(project: Snapshot) -> Iterator[Statement]:
    for incident in open_incidents(project):
        lead = commander_of(project, incident)
        bad = incident.severity <= 2
        text = f"{ticket(f'inc/{incident.id}')} {incident.title}: severity {incident.severity}, {incident.state}"
        text += f", led by {lead}" if lead else ", nobody leads"
        rule = "an open incident of severity 1 or 2" if bad else "an open incident of severity 3 to 5"
        tone = Tone.BAD if bad else Tone.DOUBTFUL
        yield Statement(
            Discipline.OPS, tone, f"inc/{incident.id}", text, rule, incident.started_at or incident.detected_at
        )


def _handoffs(project: Snapshot) -> Iterator[Statement]:
    for handoff in project.handoffs:
        if handoff.is_overdue(project.as_of):
            waits = handoff.from_discipline if handoff.state is HandoffState.RETURNED else handoff.to_discipline
            late = age(project.as_of, handoff.due)
            text = f"{ticket(f'ho/{handoff.id}')} {handoff.title}: {handoff.state}, {late} overdue"
            yield Statement(waits, Tone.BAD, f"ho/{handoff.id}", text, "an overdue handoff", handoff.due)


def _findings(look: Look) -> Iterator[Statement]:
    for finding in look.findings:
        if finding.outcome is Outcome.UNKNOWN and finding.subject.startswith("project/"):
            continue  # its source is named once, by itself
        unknown = finding.outcome is Outcome.UNKNOWN
        yield Statement(
            discipline_of(finding),
            _finding_tone(finding),
            finding.subject,
            finding_text(finding),
            f"rule {finding.rule} cannot tell" if unknown else f"{finding.severity} finding of rule {finding.rule}",
            evidence=finding.evidence,
        )


def finding_text(finding: Finding) -> str:
    """Return a finding as a line of a queue: what it is about, what is wrong, and the rule."""
    kind, _, key = finding.subject.partition("/")
    about = f"run/{short_run(key)}" if kind == "run" else finding.subject
    return f"{about}: {finding.message} ({finding.rule})"


def discipline_of(finding: Finding) -> Discipline:
    """Return whose turn a finding is; what concerns all goes to ops."""
    return Discipline.OPS if finding.discipline == "all" else Discipline(finding.discipline)


def _finding_tone(finding: Finding) -> Tone:
    if finding.outcome is Outcome.UNKNOWN:
        return Tone.UNKNOWN
    if finding.severity is Severity.CRITICAL:
        return Tone.BAD
    return Tone.DOUBTFUL if finding.severity is Severity.HIGH else Tone.PLAIN


def _sources(project: Snapshot) -> Iterator[Statement]:
    for discipline, needed in SOURCES_OF.items():
        for source in needed:
            if not project.is_fresh(source):
                status = project.sources.get(source)
                state = "was never read" if status is None else f"is {status.state.value}"
                text = f"{source.value} {state}" + (f": {status.note}" if status and status.note else "")
                at = status.fresh_at if status else None
                yield Statement(discipline, Tone.UNKNOWN, f"source/{source.value}", text, "a source is not fresh", at)


def quiet_line(project: Snapshot, discipline: Discipline) -> str:
    """Return what a discipline says when nothing is wrong."""
    if discipline is Discipline.ML:
        return f"{count(project.run_counts.total, 'run')}, {count(len(project.model_versions), 'registered version')}"
    if discipline is Discipline.OPS:
        return f"{count(len(project.live), 'live deployment')}, no open incident"
    if discipline is Discipline.DEV:
        return "no promotion waits"
    return "nothing is declared" if discipline is Discipline.PRODUCT else "no dataset is declared"
