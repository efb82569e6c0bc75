"""The deploy screen answers: what runs where from which run, which monitor is red, is rollback proven?"""

from collections.abc import Sequence
from datetime import timedelta

from mlcockpit.analysis.lineage import dataset_version_of
from mlcockpit.domain.delivery import Deployment, GateResult, PromotionRequest
from mlcockpit.domain.names import parts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import DeploymentState, PromotionState, Tone
from mlcockpit.views.facts import owner_cell
from mlcockpit.views.health import verdict_tone
from mlcockpit.views.look import Look, source_lines
from mlcockpit.views.monitors import readings
from mlcockpit.views.phrases import age, age_cell, day_cell, number, short_run, span, sparkline
from mlcockpit.views.table import Cell, Column, Row, Section, Table, View

OPEN = (DeploymentState.LIVE, DeploymentState.CANARY, DeploymentState.SHADOW)
DRILL = timedelta(days=180)
"""A rollback that was not done, or tried, for so long is unproven."""


def deploy(project: Snapshot, look: Look) -> View:
    """Return what is live, its monitors, what asks to go live, and the past of every environment."""
    kind, key, _ = parts(look.focus)
    environment = key if kind == "env" and key in project.file.environments else None
    sections: tuple[Section, ...] = (
        live_table(project),
        monitors_table(project, environment),
        promotions_table(project),
        past_table(project, environment),
    )
    title = "Deployments  ·  what runs where, which monitor is red, is rollback proven?"
    return View("deploy", title, project.as_of, source_lines(project), sections)


def live_table(project: Snapshot) -> Table:
    """Return the open deployments; an environment that declares a model and runs none says so."""
    order = {key: (environment.order, key) for key, environment in project.file.environments.items()}
    opened = [each for each in project.deployments if each.is_open and each.state in OPEN]
    opened.sort(key=lambda each: (each.state is DeploymentState.SHADOW, order.get(each.environment, (99, ""))))
    rows = [_live_row(project, deployment) for deployment in opened]
    busy = {deployment.environment for deployment in opened}
    for key, environment in project.file.environments.items():
        if key not in busy:
            cells = (
                Cell(key),
                Cell(environment.model),
                Cell("nothing is deployed", tone=Tone.UNKNOWN),
                *(Cell("") for _ in range(7)),
            )
            rows.append(Row(f"env/{key}", cells))
    cols = (
        Column("environment", "where"),
        Column("model", "model"),
        Column("traffic", "traffic", right=True),
        Column("since", "since"),
        Column("run", "run"),
        Column("reproduced", "reproduced"),
        Column("data", "trained on"),
        Column("gate", "gate"),
        Column("monitors", "monitors"),
        Column("rollback", "rollback to"),
    )
    return Table("Live", cols, tuple(rows), empty="no environment is declared; add [environments.NAME]", key="live")


def monitors_table(project: Snapshot, environment: str | None = None) -> Table:
    """Return every monitor, red first."""
    rows = []
    for each in readings(project, environment):
        monitor = project.file.monitors[each.key]
        rows.append(
            Row(
                f"monitor/{each.key}",
                (
                    Cell(each.key, tone=each.tone),
                    Cell(monitor.environment or ""),
                    Cell(number(each.value), each.value),
                    Cell(each.bound),
                    Cell(sparkline(each.values)),
                    Cell(each.state),
                    age_cell(project.as_of, each.since),
                    Cell(each.evidence),
                    owner_cell(project, f"monitor/{each.key}"),
                ),
            )
        )
    cols = (Column("monitor", "monitor"), Column("environment", "where"), Column("now", "now", right=True),
            Column("bound", "must be"), Column("trend", "last 12"), Column("state", "state"), Column("red", "red for"),
            Column("measured", "measured", most=44), Column("owner", "owner"))  # fmt: skip
    red = sum(1 for line in rows if line.cells[5].text == "red")
    title = f"Monitors: {red} red of {len(rows)}"
    return Table(title, cols, tuple(rows), empty="no monitor is declared; add [monitors.NAME]", key="monitors")


def gate_cell(project: Snapshot, promotion: int | None, environment: str) -> Cell:
    """Return how many conditions of the gate passed: one failed, or a declared gate passed by, is bad."""
    if not any(gate.environment == environment for gate in project.file.gates.values()):
        return Cell("no gate declared", tone=Tone.DOUBTFUL)
    if promotion is None:
        return Cell("passed by", tone=Tone.BAD)
    results = latest_results(project, promotion)
    if not results:
        return Cell("no gate ran", tone=Tone.UNKNOWN)
    passed = sum(each.result in ("pass", "waived") for each in results)
    failed = any(each.result == "fail" for each in results)
    waived = sum(each.result == "waived" for each in results)
    tone = Tone.BAD if failed else Tone.GOOD if passed == len(results) else Tone.UNKNOWN
    return Cell(f"{passed}/{len(results)}" + (f", {waived} waived" if waived else ""), tone=tone)


def latest_results(project: Snapshot, promotion: int) -> list[GateResult]:
    """Return the last answer of each condition; a gate may be asked more than once."""
    last = {(each.gate, each.check_text): each for each in project.gate_results if each.promotion == promotion}
    return list(last.values())


def rollback_cell(project: Snapshot, deployment: Deployment) -> Cell:
    """Return what a rollback would bring back, and whether one was done or tried within 180 days."""
    before = next((each for each in project.deployments if each.id == deployment.previous), None)
    if before is None:
        return Cell("nothing before it", tone=Tone.DOUBTFUL)
    proofs = [
        each.started_at
        for each in project.deployments
        if each.environment == deployment.environment and (not each.planned or "drill" in each.extra)
    ]
    proven = [at for at in proofs if project.as_of - at <= DRILL]
    text = f"v{before.number} {'proven' if proven else 'unproven'}"
    return Cell(text, tone=Tone.GOOD if proven else Tone.DOUBTFUL, link=f"deploy/{before.id}")


def promotions_table(project: Snapshot, most: int = 6) -> Table:
    """Return the newest requests with votes and gate."""
    newest = sorted(project.promotions, key=lambda each: (each.state is not PromotionState.PENDING, -(each.id or 0)))
    rows = tuple(_promotion_row(project, request) for request in newest[:most])
    cols = (Column("request", "request"), Column("model", "model"), Column("to", "to"), Column("state", "state"),
            Column("asked", "asked"), Column("by", "by"), Column("gate", "gate"), Column("votes", "votes"),
            Column("comment", "why"))  # fmt: skip
    empty = "nobody asked for a promotion: `mlcockpit promote MODEL@N ENV`"
    return Table("Promotions", cols, rows, empty=empty, total=len(project.promotions), key="promotions")


def past_table(project: Snapshot, environment: str | None = None, most: int = 8) -> Table:
    """Return deployments, newest first, with how long they ran and why."""
    past: Sequence[Deployment] = [
        each for each in project.deployments if environment is None or each.environment == environment
    ]
    rows = []
    for each in sorted(past, key=lambda deployment: deployment.started_at, reverse=True)[:most]:
        ran = span((each.ended_at or project.as_of) - each.started_at)
        rows.append(
            Row(
                f"deploy/{each.id}",
                (
                    Cell(f"DEP-{each.id}", each.id, link=f"deploy/{each.id}"),
                    day_cell(each.started_at),
                    Cell(each.environment),
                    Cell(f"{each.model} v{each.number}", link=f"model/{each.model}@{each.number}"),
                    Cell(each.state.value.replace("_", " ") + ("" if each.planned else ", unplanned")),
                    Cell(ran),
                    Cell(each.actor),
                    Cell(each.reason),
                ),
            )
        )
    cols = (Column("deployment", "number"), Column("started", "since"), Column("environment", "where"),
            Column("model", "model"), Column("state", "state"), Column("ran", "ran"), Column("by", "by"),
            Column("reason", "why"))  # fmt: skip
    return Table("History", cols, tuple(rows), empty="nothing was ever deployed", total=len(past), key="history")


def _live_row(project: Snapshot, deployment: Deployment) -> Row:
    run = project.run_of(deployment)
    attempts = project.reproductions_of.get(run.run_id, ()) if run else ()
    verdict = attempts[-1].verdict if attempts else None
    found = [dataset_version_of(project, read, run) for read in run.inputs] if run else []
    known = [f"{version.dataset} v{version.number}" for version in found if version is not None]
    shadow = deployment.state is DeploymentState.SHADOW
    watched = readings(project, deployment.environment)
    red, unknown = sum(each.state == "red" for each in watched), sum(each.state == "unknown" for each in watched)
    watching = Cell("none", tone=Tone.DOUBTFUL)
    if watched:
        text = f"{red}/{len(watched)} red" + (f", {unknown} unknown" if unknown else "")
        watching = Cell(text, red, Tone.BAD if red else Tone.UNKNOWN if unknown else Tone.GOOD)
    return Row(
        f"deploy/{deployment.id}",
        (
            Cell(f"{deployment.environment}", link=f"deploy/{deployment.id}"),
            Cell(f"{deployment.model} v{deployment.number}", link=f"model/{deployment.model}@{deployment.number}"),
            Cell("shadow" if shadow else f"{deployment.traffic_pct} %", 0 if shadow else deployment.traffic_pct),
            day_cell(deployment.started_at),
            Cell(short_run(run.run_id), run.run_id, link=f"run/{run.run_id}")
            if run
            else Cell("none", tone=Tone.UNKNOWN),
            Cell(verdict.value if verdict else "never", tone=verdict_tone(verdict)),
            Cell(", ".join(known)) if known else Cell("unknown", tone=Tone.UNKNOWN),
            gate_cell(project, deployment.promotion, deployment.environment),
            watching,
            rollback_cell(project, deployment),
        ),
    )


def _promotion_row(project: Snapshot, request: PromotionRequest) -> Row:
    votes = {vote.person: vote.approves for vote in project.votes if vote.promotion == request.id}
    said = ", ".join(f"{person} {'yes' if yes else 'no'}" for person, yes in votes.items())
    waits = request.state is PromotionState.PENDING
    return Row(
        f"promo/{request.id}",
        (
            Cell(f"PR-{request.id}", request.id),
            Cell(f"{request.model} v{request.number}", link=f"model/{request.model}@{request.number}"),
            Cell(request.environment),
            Cell(request.state.value, tone=Tone.DOUBTFUL if waits else Tone.PLAIN),
            Cell(f"{age(project.as_of, request.requested_at)} ago", request.requested_at),
            Cell(request.requester),
            gate_cell(project, request.id, request.environment),
            Cell(said or "none yet"),
            Cell(request.comment),
        ),
    )
