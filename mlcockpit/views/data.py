"""The data screen answers: which data is stale or broken, and who is hit?"""

from mlcockpit.analysis.changes import column_changes
from mlcockpit.analysis.lineage import Lineage, dataset_version_of, lineage_of
from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.names import parts
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import DatasetState, Source, Tone
from mlcockpit.views.facts import owner_cell
from mlcockpit.views.health import TONES
from mlcockpit.views.look import Look, source_lines
from mlcockpit.views.phrases import age, age_cell, count, day_cell, joined
from mlcockpit.views.table import Cell, Column, Row, Table, View


def data(project: Snapshot, look: Look) -> View:
    """Return datasets worst first, the versions of the chosen or worst one, and which live models learned from old data."""
    lineage = lineage_of(project)
    ranked = sorted(project.file.datasets, key=lambda key: (TONES.index(state_cell(project, key).tone), key))
    kind, key, _ = parts(look.focus)
    chosen = key if kind == "data" and key in project.file.datasets else next(iter(ranked), None)
    datasets = Table(
        "Datasets",
        (
            Column("dataset", "dataset"),
            Column("version", "version"),
            Column("rows", "rows", right=True),
            Column("age", "age"),
            Column("limit", "limit", right=True),
            Column("state", "state"),
            Column("runs", "known runs", right=True),
            Column("reach", "reaches live"),
            Column("owner", "owner"),
            Column("class", "class"),
        ),
        tuple(_dataset_row(project, lineage, name) for name in ranked),
        empty="no dataset is declared; add [datasets.NAME] to mlcockpit.toml",
        note="known runs: those behind registered versions and those that a check names",
    )
    sections = [datasets, hit_table(project)]
    if chosen is not None:
        sections.insert(1, versions_table(project, lineage, chosen))
    title = "Data  ·  which data is stale or broken, and who is hit?"
    return View("data", title, project.as_of, source_lines(project), tuple(sections))


def file_fault(version: DatasetVersion) -> str:
    """Return what the last look at the file of a version found wrong; empty where it holds what was published."""
    seen = version.seen_sha256
    if seen is None or seen == version.sha256:
        return ""
    return "its file holds other bytes now" if seen else "its file is gone"


def state_cell(project: Snapshot, key: str) -> Cell:
    """Return the worst true word on a dataset: file changed or gone is bad, old or withdrawn doubtful, unread unknown."""
    versions = project.versions_of.get(key, ())
    if not versions:
        return Cell("no version published", tone=Tone.UNKNOWN)
    newest = versions[-1]
    if file_fault(newest):
        return Cell(file_fault(newest), tone=Tone.BAD)
    if newest.state is DatasetState.WITHDRAWN:
        return Cell("withdrawn", tone=Tone.DOUBTFUL)
    limit = project.file.datasets[key].max_age_days if key in project.file.datasets else None
    old = (project.as_of - (newest.published_at or newest.created_at)).days
    if limit is not None and old > limit:
        return Cell(f"older than {limit:g} d", tone=Tone.DOUBTFUL)
    if not project.is_fresh(Source.DATA):
        return Cell("files not read lately", tone=Tone.UNKNOWN)
    return Cell(
        "fresh" if limit is not None else "no limit declared", tone=Tone.GOOD if limit is not None else Tone.PLAIN
    )


def versions_table(project: Snapshot, lineage: Lineage, key: str, most: int = 12) -> Table:
    """Return the versions of a dataset, newest first, with what changed and who uses them."""
    versions = list(project.versions_of.get(key, ()))
    rows = []
    for place in range(len(versions) - 1, max(len(versions) - 1 - most, -1), -1):
        version = versions[place]
        before = versions[place - 1].rows if place else None
        more = "" if before is None or version.rows is None else f"{version.rows - before:+,}"
        name = f"data/{key}@v{version.number}"
        users = [node.label for node in lineage.reach(name) if node.name.startswith(("run/", "deploy/"))]
        fault = file_fault(version)
        cells = (
            Cell(f"v{version.number}", version.number, link=name),
            day_cell(version.published_at),
            Cell("" if version.rows is None else f"{version.rows:,}", version.rows),
            Cell(more),
            Cell(column_changes(project, key, version.number).strip()),
            Cell(fault or version.state.value, tone=Tone.BAD if fault else Tone.PLAIN),
            Cell(joined(users)),
            Cell(version.sha256[:12], version.sha256),
        )
        rows.append(Row(name, cells))
    cols = (Column("version", "version"), Column("published", "published"), Column("rows", "rows", right=True),
            Column("more", "change", right=True), Column("columns", "columns"), Column("state", "state"),
            Column("used", "used by"), Column("sha256", "sha-256"))  # fmt: skip
    title = f"Versions of {key}"
    return Table(
        title, cols, tuple(rows), "no version yet: `mlcockpit data publish`", total=len(versions), key="versions"
    )


def hit_table(project: Snapshot) -> Table:
    """Return each live deployment with the dataset versions it learned from and how far they lie behind."""
    rows = []
    for deployment in project.live:
        run = project.run_of(deployment)
        where = f"{deployment.environment} {deployment.model} v{deployment.number}"
        if run is None or not run.inputs:
            why = "no run is known" if run is None else "its run logged no data"
            cells = (
                Cell(where, link=f"deploy/{deployment.id}"),
                Cell("unknown", tone=Tone.UNKNOWN),
                Cell(why),
                Cell(""),
            )
            rows.append(Row(f"deploy/{deployment.id}", cells))
        for read in run.inputs if run else ():
            rows.append(_hit_row(project, where, deployment.id or 0, dataset_version_of(project, read, run), read.name))
    cols = (Column("where", "live"), Column("data", "trained on"), Column("behind", "newest"), Column("age", "age"))
    return Table("Who is hit", cols, tuple(rows), empty="nothing is live", key="hit")


def _hit_row(project: Snapshot, where: str, deployment: int, version: DatasetVersion | None, named: str) -> Row:
    subject = f"deploy/{deployment}"
    if version is None:
        cells = (
            Cell(where, link=subject),
            Cell(named or "unnamed", tone=Tone.UNKNOWN),
            Cell("no published version"),
            Cell(""),
        )
        return Row(subject, cells)
    newest = project.versions_of[version.dataset][-1]
    behind = newest.number - version.number
    fault = file_fault(version)
    words = f"v{newest.number}, {count(behind, 'version')} ahead" if behind else "this one"
    tone = Tone.BAD if fault else Tone.PLAIN
    name = f"data/{version.dataset}@v{version.number}"
    return Row(
        subject,
        (
            Cell(where, link=subject),
            Cell(f"{version.dataset} v{version.number}" + (f", {fault}" if fault else ""), tone=tone, link=name),
            Cell(words),
            Cell(age(project.as_of, version.published_at), version.published_at),
        ),
    )


def _dataset_row(project: Snapshot, lineage: Lineage, key: str) -> Row:
    declared, versions = project.file.datasets[key], project.versions_of.get(key, ())
    newest = versions[-1] if versions else None
    names = [f"data/{key}@v{version.number}" for version in versions]
    reached = {node.name: node.label for name in names for node in lineage.reach(name)} if names else {}
    runs = [name for name in reached if name.startswith("run/")]
    live = [label for name, label in reached.items() if name.startswith("deploy/")]
    limit = declared.max_age_days
    return Row(
        f"data/{key}",
        (
            Cell(key, link=f"data/{key}"),
            Cell(f"v{newest.number}" if newest else "", newest.number if newest else None),
            Cell(f"{newest.rows:,}" if newest and newest.rows is not None else "", newest.rows if newest else None),
            age_cell(project.as_of, (newest.published_at or newest.created_at) if newest else None),
            Cell("" if limit is None else f"{limit:g} d", limit),
            state_cell(project, key),
            Cell(str(len(runs)), len(runs)),
            Cell(joined(live)),
            owner_cell(project, f"data/{key}"),
            Cell(declared.sensitivity.value if declared.sensitivity else "unclassified",
                 tone=Tone.PLAIN if declared.sensitivity else Tone.DOUBTFUL),
        ),
    )  # fmt: skip
