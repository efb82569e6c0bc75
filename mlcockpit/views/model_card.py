"""A model version on one page: what it is for, where it runs, what it came from, whether it can be rebuilt, what hurts."""

from mlcockpit.analysis.lineage import lineage_of
from mlcockpit.domain.names import parts
from mlcockpit.domain.project_file import Model
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.training import ModelVersion
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.errors import UnknownName
from mlcockpit.views.deploy import gate_cell
from mlcockpit.views.facts import Fact, card, facts, owner_cell
from mlcockpit.views.health import verdict_tone
from mlcockpit.views.lineage import edges_table, reach_table
from mlcockpit.views.look import Look
from mlcockpit.views.phrases import age, day, day_cell, joined, number, short_run
from mlcockpit.views.table import Cell, Column, Row, Table, View


def model_card(project: Snapshot, look: Look) -> View:
    """Return the card of model/KEY@N (without a number the live one, else the newest); raises UnknownName."""
    _, key, wanted = parts(look.focus)
    versions = sorted((each for each in project.model_versions if each.model == key), key=lambda each: each.number)
    if key not in project.file.models and not versions:
        known = sorted({*project.file.models, *(each.model for each in project.model_versions)})
        raise UnknownName(f"there is no model {key!r}", hint=f"known: {joined(known, 8) or 'none'}")
    version = chosen(project, versions, key, wanted.removeprefix("v"))
    if wanted and version is None:
        known = [f"@{each.number}" for each in versions]
        raise UnknownName(f"model/{key} has no version {wanted}", hint=f"known: {joined(known, 12) or 'none'}")
    declared = project.file.models.get(key)
    graph = lineage_of(project)
    node = graph.nodes.get(f"model/{key}@{version.number}") if version else None
    items = [*(_version_facts(project, version) if version else ()), *_declared_facts(project, key, declared)]
    return card(
        project,
        f"model/{key}@{version.number}" if version else f"model/{key}",
        f"model {key}" + (f" v{version.number}" if version else ""),
        facts("", items),
        edges_table(graph, node) if node else None,
        reach_table(project, graph, node) if node else None,
        evaluation_table(project, version) if version else None,
        versions_table(project, key, versions),
    )


def chosen(project: Snapshot, versions: list[ModelVersion], key: str, wanted: str) -> ModelVersion | None:
    """Return the version asked for; without a number the live one, else the newest; None where there is none."""
    if wanted:
        return next((each for each in versions if str(each.number) == wanted), None)
    live = [each.number for each in project.live if each.model == key]
    return next((each for each in versions if live and each.number == live[0]), versions[-1] if versions else None)


def evaluation_table(project: Snapshot, version: ModelVersion, most: int = 20) -> Table | None:
    """Return the evaluation metrics of its run beside those of the live version; None where no run is known."""
    run = project.runs.get(version.run_id or "")
    if run is None or not run.metrics:
        return None
    live = next((each for each in project.live if each.model == version.model), None)
    other = project.run_of(live) if live and live.number != version.number else None
    rows = []
    for name, value in sorted(run.metrics.items())[:most]:
        beside = other.metrics.get(name) if other else None
        rows.append(
            Row(
                name,
                (
                    Cell(name),
                    Cell(number(value), value),
                    Cell(number(beside), beside),
                    Cell(
                        "" if beside is None else f"{value - beside:+.3g}", None if beside is None else value - beside
                    ),
                ),
            )
        )
    cols = (
        Column("metric", "evaluation metric"),
        Column("value", f"v{version.number}", right=True),
        Column("live", f"live v{live.number}" if other and live else "", right=True),
        Column("difference", "difference" if other else "", right=True),
    )
    note = f"from run {short_run(run.run_id)}, {age(project.as_of, run.started_at)} old"
    return Table("Evaluation", cols, tuple(rows), note=note, total=len(run.metrics))


def versions_table(project: Snapshot, key: str, versions: list[ModelVersion], most: int = 10) -> Table:
    """Return the versions, newest first, with run, aliases and where they run."""
    rows = []
    for each in list(reversed(versions))[:most]:
        places = [
            deployment.environment
            for deployment in project.live
            if (deployment.model, deployment.number) == (key, each.number)
        ]
        rows.append(
            Row(
                f"model/{key}@{each.number}",
                (
                    Cell(f"v{each.number}", each.number, link=f"model/{key}@{each.number}"),
                    day_cell(each.registered_at),
                    Cell(
                        short_run(each.run_id) or "none", each.run_id, link=f"run/{each.run_id}" if each.run_id else ""
                    ),
                    Cell(joined(_aliases(project, key, each.number))),
                    Cell("live in " + ", ".join(places) if places else each.state.value),
                    _verdict_cell(project, each),
                ),
            )
        )
    cols = (Column("version", "version"), Column("registered", "registered"), Column("run", "run"),
            Column("aliases", "alias"), Column("state", "state"), Column("reproduction", "reproduction"))  # fmt: skip
    return Table("Versions", cols, tuple(rows), empty="the registry shows none", total=len(versions))


def _aliases(project: Snapshot, key: str, number_: int) -> list[str]:
    return [
        each.alias for each in project.aliases if each.until is None and (each.model, each.number) == (key, number_)
    ]


def _verdict_cell(project: Snapshot, version: ModelVersion) -> Cell:
    attempts = project.reproductions_of.get(version.run_id or "", ())
    if not attempts:
        return Cell("never tried", tone=Tone.UNKNOWN)
    last = attempts[-1]
    return Cell(f"{last.verdict}: {last.reason}", last.verdict.value, verdict_tone(last.verdict))


def _run_cell(version: ModelVersion) -> Cell:
    if not version.run_id:
        return Cell("the registry names none", tone=Tone.UNKNOWN)
    return Cell(short_run(version.run_id), version.run_id, link=f"run/{version.run_id}")


def _version_facts(project: Snapshot, version: ModelVersion) -> list[Fact]:
    places = [each for each in project.live if (each.model, each.number) == (version.model, version.number)]
    where = ", ".join(f"{each.environment} {each.traffic_pct} % since {day(each.started_at)}" for each in places)
    run = project.runs.get(version.run_id or "")
    trained = f"{day(run.started_at)} by {run.user}, {age(project.as_of, run.started_at)} ago" if run else ""
    items: list[Fact] = [
        ("live", where or "nowhere"),
        ("alias", ", ".join(_aliases(project, version.model, version.number))),
        ("registered", f"{day(version.registered_at)}, {version.state.value}"),
        ("run", _run_cell(version)),
        ("trained", trained),
        ("reproduction", _verdict_cell(project, version)),
        ("artifact", version.artifact_sha256 or Cell("its bytes were never read", tone=Tone.UNKNOWN)),
    ]
    if places:
        items.append(("gate", gate_cell(project, places[0].promotion, places[0].environment)))
    return items


def _declared_facts(project: Snapshot, key: str, declared: Model | None) -> list[Fact]:
    if declared is None:
        return [("declared", Cell("not in mlcockpit.toml", tone=Tone.DOUBTFUL))]

    def said(text: str) -> Cell:
        return Cell(text) if text else Cell("not written down", tone=Tone.DOUBTFUL)

    return [
        ("owner", owner_cell(project, f"model/{key}")),
        ("risk", declared.risk.value),
        ("moves", ", ".join(declared.metrics) or Cell("no product metric", tone=Tone.DOUBTFUL)),
        ("intended use", said(declared.intended_use)),
        ("out of scope", said(declared.out_of_scope)),
        ("limitations", said(declared.limitations)),
    ]
