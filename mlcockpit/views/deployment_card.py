"""A deployment on one page: what serves where since when, who allowed it, what watches it, and what a rollback brings back."""

from mlcockpit.analysis.lineage import lineage_of
from mlcockpit.domain.delivery import Deployment
from mlcockpit.domain.names import parts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.errors import UnknownName
from mlcockpit.views.deploy import gate_cell, latest_results, monitors_table, rollback_cell
from mlcockpit.views.facts import card, facts, owner_cell
from mlcockpit.views.lineage import edges_table, reach_table
from mlcockpit.views.look import Look
from mlcockpit.views.phrases import day, joined, span, ticket
from mlcockpit.views.table import Cell, Column, Row, Table, View


def deployment_card(project: Snapshot, look: Look) -> View:
    """Return the card of deploy/N; raises UnknownName with the newest ones."""
    _, key, _ = parts(look.focus)
    found = next((each for each in project.deployments if str(each.id) == key), None)
    if found is None:
        known = joined([f"deploy/{each.id}" for each in reversed(project.deployments)], 8)
        raise UnknownName(f"there is no deployment {key!r}", hint=f"known: {known or 'none'}")
    graph = lineage_of(project)
    node = graph.nodes.get(f"deploy/{found.id}")
    name = f"model/{found.model}@{found.number}"
    ran = span((found.ended_at or project.as_of) - found.started_at)
    environment = project.file.environments.get(found.environment)
    table = facts(
        "",
        [
            ("where", Cell(found.environment)),
            ("model", Cell(f"{found.model} v{found.number}", link=name)),
            (
                "state",
                f"{found.state.value.replace('_', ' ')}, {found.traffic_pct} % of traffic, {found.strategy.value}",
            ),
            ("since", f"{day(found.started_at)} by {found.actor}, ran {ran}"),
            ("until", day(found.ended_at)),
            ("why", found.reason or Cell("no reason was written down", tone=Tone.DOUBTFUL)),
            ("gate", gate_cell(project, found.promotion, found.environment)),
            ("rollback to", rollback_cell(project, found)),
            ("artifact", artifact_cell(project, found)),
            ("runbook", (environment.runbook if environment else "") or Cell("none", tone=Tone.DOUBTFUL)),
            ("owner", owner_cell(project, f"env/{found.environment}")),
            ("recorded", found.observed_via),
        ],
    )
    return card(
        project,
        f"deploy/{found.id}",
        f"{ticket(f'deploy/{found.id}')} {found.environment} {found.model} v{found.number}",
        table,
        gate_table(project, found.promotion),
        monitors_table(project, found.environment) if found.is_open else None,
        edges_table(graph, node) if node else None,
        reach_table(project, graph, node) if node else None,
    )


def artifact_cell(project: Snapshot, deployment: Deployment) -> Cell:
    """Return whether what serves is what the registry holds; unknown where one of them was never read."""
    version = project.model_version(deployment.model, deployment.number)
    logged = version.artifact_sha256 if version else None
    serving = deployment.extra.get("seen_sha256") or deployment.artifact_sha256
    if not logged or not serving:
        return Cell("what serves was never compared", tone=Tone.UNKNOWN)
    same = logged == serving
    text = "the registered bytes" if same else f"{serving[:12]} serves, {logged[:12]} is registered"
    return Cell(text, tone=Tone.GOOD if same else Tone.BAD)


def gate_table(project: Snapshot, promotion: int | None) -> Table | None:
    """Return every condition of the gate that let it through; None where there was no request."""
    if promotion is None:
        return None
    tones = {"pass": Tone.GOOD, "fail": Tone.BAD, "waived": Tone.DOUBTFUL}
    rows = tuple(
        Row(
            f"promo/{promotion}#{each.id}",
            (Cell(each.result, tone=tones.get(each.result, Tone.UNKNOWN)), Cell(each.check_text), Cell(each.detail)),
        )
        for each in latest_results(project, promotion)
    )
    cols = (Column("result", "result"), Column("condition", "condition", most=60), Column("detail", "detail", most=60))
    return Table(f"Gate of PR-{promotion}", cols, rows, empty="no gate ran", key="gate")
