"""The queue says who must do what next, with the command that does it; a role's own work comes first, red is never hidden.

Bad: overdue, or about something red. Doubtful: due within two days, or a decision nobody has taken. Plain: the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from mlcockpit.domain.handoff import Handoff
from mlcockpit.domain.operations import Incident
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Discipline, HandoffState, Outcome, PromotionState, Severity, Tone
from mlcockpit.views.health import (
    TONES,
    assessments,
    commander_of,
    discipline_of,
    finding_text,
    metric_text,
    open_incidents,
)
from mlcockpit.views.look import Look
from mlcockpit.views.phrases import age, day, short_run, ticket

SOON = timedelta(days=2)


@dataclass(frozen=True)
class Ask:
    """One thing that waits for somebody."""

    subject: str
    tone: Tone
    text: str
    role: Discipline
    """Whose turn it is."""
    owner: str
    """The person, where one is named; else empty."""
    since: datetime | None
    due: datetime | None
    action: str
    """What to type."""
    otherwise: str = ""
    """What happens when nobody answers."""


def asks(project: Snapshot, look: Look) -> list[Ask]:
    """Return what waits: the viewer's and the lens's own first, then red of the others, then the rest."""
    found = [*_handoffs(project), *_incidents(project), *_promotions(project), *_misses(project)]
    found += [*_reproductions(project), *_old_data(project), *_findings(look)]

    def rank(ask: Ask) -> tuple[bool, int, datetime, str]:
        foreign = look.role is not None and ask.role is not look.role and not (look.viewer and ask.owner == look.viewer)
        return (foreign, TONES.index(ask.tone), ask.due or ask.since or project.as_of, ask.subject)

    return sorted(found, key=rank)


def is_mine(ask: Ask, look: Look) -> bool:
    """Tell whether a queue item belongs to this lens or person."""
    return look.role is None or ask.role is look.role or (bool(look.viewer) and ask.owner == look.viewer)


def _handoffs(project: Snapshot) -> Iterator[Ask]:
    for handoff in project.handoffs:
        number, what = handoff.id, f"{ticket(f'ho/{handoff.id}')} {handoff.title}"
        tone = _due_tone(handoff, project.as_of)
        sender, receiver = (
            (handoff.from_discipline, handoff.from_person),
            (handoff.to_discipline, handoff.to_person),
        )
        if handoff.state is HandoffState.OFFERED:
            open_ = sum(c.must and not c.met and not c.waived_by for c in project.criteria_of.get(number or 0, ()))
            text = f"{what}: accept or return" + (f", {open_} of its must-criteria are open" if open_ else "")
            otherwise = f"{handoff.from_person} keeps the work"
            yield Ask(f"ho/{number}", tone, text, *receiver, handoff.offered_at, handoff.due,
                      f"mlcockpit handoff accept {number}", otherwise)  # fmt: skip
        elif handoff.state is HandoffState.RETURNED:
            text = f"{what}: answer: {handoff.question}" if handoff.question else f"{what}: returned, offer it again"
            yield Ask(f"ho/{number}", tone, text, *sender, handoff.offered_at, handoff.due,
                      f"mlcockpit handoff offer ho/{number}", "nobody takes it over")  # fmt: skip
        elif handoff.state is HandoffState.ACCEPTED:
            yield Ask(f"ho/{number}", tone, f"{what}: finish it", *receiver, handoff.accepted_at, handoff.due,
                      f"mlcockpit handoff done {number}")  # fmt: skip


def _due_tone(handoff: Handoff, now: datetime) -> Tone:
    if handoff.is_overdue(now):
        return Tone.BAD
    return Tone.DOUBTFUL if handoff.due is not None and handoff.due - now <= SOON else Tone.PLAIN


def _incidents(project: Snapshot) -> Iterator[Ask]:
    for incident in open_incidents(project):
        lead = commander_of(project, incident)
        role = project.person[lead].discipline if lead and lead in project.person else Discipline.OPS
        tone = Tone.BAD if incident.severity <= 2 else Tone.DOUBTFUL
        what = f"{ticket(f'inc/{incident.id}')} {incident.title}"
        if lead is None:
            text, action = f"{what}: somebody must lead it", f"mlcockpit incident assign {incident.id} PERSON"
        else:
            text, action = f"{what}: {_next_step(incident)}", f"mlcockpit incident update {incident.id} TEXT"
        yield Ask(f"inc/{incident.id}", tone, text, role, lead or "", incident.detected_at, None, action,
                  "users stay hurt")  # fmt: skip


def _next_step(incident: Incident) -> str:
    if incident.mitigated_at is None:
        return "stop the harm"
    return "remove the cause" if incident.cause else "find the cause"


def _promotions(project: Snapshot) -> Iterator[Ask]:
    for request in project.promotions:
        if request.state is not PromotionState.PENDING:
            continue
        gates = [gate for gate in project.file.gates.values() if gate.environment == request.environment]
        people = [handle for gate in gates for handle in gate.approvers if handle != request.requester]
        owner = people[0] if people else ""
        role = project.person[owner].discipline if owner in project.person else Discipline.DEV
        text = f"{request.model} v{request.number} to {request.environment}: approve or reject, asked by {request.requester}"
        yield Ask(f"promo/{request.id}", Tone.DOUBTFUL, text, role, owner, request.requested_at, None,
                  f"mlcockpit approve {request.id}", "it is not deployed")  # fmt: skip


def _misses(project: Snapshot) -> Iterator[Ask]:
    """Ask product about each metric that is off and that nobody has answered since."""
    for key, assessed in assessments(project).items():
        subject = f"metric/{key}"
        if not assessed.is_off or assessed.since is None or assessed.in_a_row < 2:
            continue
        if _was_answered(project, subject, assessed.since):
            continue
        unit = project.file.metrics[key].unit
        text = f"{metric_text(key, assessed, unit, project.as_of)}: decide what to do"
        owner = project.owner_of(subject) or ""
        action = f'mlcockpit decide "…" --about {subject}'
        yield Ask(subject, Tone.BAD, text, Discipline.PRODUCT, owner, assessed.since, None, action,
                  "the miss goes on")  # fmt: skip


def _was_answered(project: Snapshot, subject: str, since: datetime) -> bool:
    incidents = (i.subjects.split() for i in project.incidents if i.detected_at >= since)
    decisions = (d.subjects.split() for d in project.decisions if d.decided_at >= since)
    handoffs = ([h.subject] for h in project.handoffs if h.offered_at is not None and h.offered_at >= since)
    return any(subject in names for group in (incidents, decisions, handoffs) for names in group)


def _reproductions(project: Snapshot) -> Iterator[Ask]:
    for deployment in project.live:
        run = project.run_of(deployment)
        if run is None or project.reproductions_of.get(run.run_id):
            continue
        short = short_run(run.run_id)
        text = f"run {short} behind {deployment.environment} v{deployment.number} was never reproduced"
        owner = project.owner_of(f"model/{deployment.model}") or ""
        yield Ask(f"run/{run.run_id}", Tone.DOUBTFUL, text, Discipline.ML, owner, deployment.started_at, None,
                  f"mlcockpit reproduce {short}", "nobody knows whether it can be rebuilt")  # fmt: skip


def _old_data(project: Snapshot) -> Iterator[Ask]:
    for key, declared in project.file.datasets.items():
        versions = project.versions_of.get(key, ())
        if declared.max_age_days is None or not versions:
            continue
        newest = versions[-1]
        at = newest.published_at or newest.created_at
        if (project.as_of - at).days > declared.max_age_days:
            text = f"{key} v{newest.number} is {age(project.as_of, at)} old, limit {declared.max_age_days:g} d: publish or explain"
            owner = project.owner_of(f"data/{key}") or ""
            yield Ask(f"data/{key}", Tone.DOUBTFUL, text, Discipline.DATA, owner, at, None,
                      f"mlcockpit data publish {key} PATH", "models learn from old data")  # fmt: skip


def _findings(look: Look) -> Iterator[Ask]:
    for finding in look.findings:
        if finding.outcome is Outcome.VIOLATION and finding.severity in (Severity.CRITICAL, Severity.HIGH):
            tone = Tone.BAD if finding.severity is Severity.CRITICAL else Tone.DOUBTFUL
            action = finding.fix or f"mlcockpit rule {finding.rule}"
            yield Ask(finding.subject, tone, finding_text(finding), discipline_of(finding), finding.owner or "", None, None,
                      action)  # fmt: skip


def when(ask: Ask, now: datetime) -> str:
    """Return how long it waits or when it is due."""
    if ask.due is None:
        return age(now, ask.since)
    if ask.due < now:
        return f"{age(now, ask.due)} overdue"
    return "due today" if ask.due.date() == now.date() else f"due {day(ask.due)}"


def whose(project: Snapshot, ask: Ask) -> str:
    """Return whose turn it is: the person with their own discipline, else the discipline with nobody in it."""
    person = project.person.get(ask.owner)
    if person is not None:
        return f"{person.discipline.value}/{person.handle}"
    return f"{ask.role.value}/{ask.owner or 'nobody'}"
