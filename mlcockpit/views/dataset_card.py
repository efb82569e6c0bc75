"""A dataset, or one version of it, on one page: what it is, whether its bytes are still there, and who learned from it."""

from mlcockpit.analysis.changes import column_changes
from mlcockpit.analysis.lineage import lineage_of
from mlcockpit.domain.data import DatasetVersion
from mlcockpit.domain.names import parts
from mlcockpit.domain.project_file import Dataset
from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.errors import UnknownName
from mlcockpit.views.data import file_fault, state_cell, versions_table
from mlcockpit.views.facts import Fact, card, facts, owner_cell
from mlcockpit.views.lineage import reach_table
from mlcockpit.views.look import Look
from mlcockpit.views.phrases import age, day, joined
from mlcockpit.views.table import Cell, Table, View, columns, row

COLUMNS_MOST = 40


def dataset_card(project: Snapshot, look: Look) -> View:
    """Return the card of data/KEY or data/KEY@vN (the newest without a number); raises UnknownName."""
    _, key, wanted = parts(look.focus)
    versions = project.versions_of.get(key, ())
    if key not in project.file.datasets and not versions:
        known = sorted({*project.file.datasets, *project.versions_of})
        raise UnknownName(f"there is no dataset {key!r}", hint=f"known: {joined(known, 8) or 'none'}")
    number = wanted.removeprefix("v")
    chosen = next((each for each in versions if str(each.number) == number), None)
    if wanted and chosen is None:
        known = [f"v{each.number}" for each in versions]
        raise UnknownName(f"data/{key} has no version {wanted}", hint=f"known: {joined(known, 12) or 'none'}")
    chosen = chosen or (versions[-1] if versions else None)
    declared = project.file.datasets.get(key)
    items = [*_declared_facts(project, key, declared), *(_version_facts(project, chosen) if chosen else ())]
    graph = lineage_of(project)
    name = f"data/{key}@v{chosen.number}" if chosen else f"data/{key}"
    node = graph.nodes.get(name)
    return card(
        project,
        name,
        f"dataset {key}" + (f" v{chosen.number}" if chosen else ""),
        facts("", items),
        reach_table(project, graph, node) if node else None,
        columns_table(chosen) if chosen else None,
        versions_table(project, graph, key),
    )


def columns_table(version: DatasetVersion) -> Table | None:
    """Return the columns of a version; None where they are not known."""
    if not version.columns:
        return None
    rows = [
        row(
            name,
            name,
            str(found.get("type", "")),
            Cell(str(found.get("sha256", ""))[:12], str(found.get("sha256", ""))),
        )
        for name, found in list(version.columns.items())[:COLUMNS_MOST]
        if isinstance(found, dict)
    ]
    return Table("Columns", columns("column", "type", "sha256"), tuple(rows), total=len(version.columns))


def _declared_facts(project: Snapshot, key: str, declared: Dataset | None) -> list[Fact]:
    if declared is None:
        return [("state", Cell("not declared in mlcockpit.toml", tone=Tone.DOUBTFUL))]
    classed = declared.sensitivity.value if declared.sensitivity else ""
    return [
        ("state", state_cell(project, key)),
        ("what", declared.description),
        ("owner", owner_cell(project, f"data/{key}")),
        ("class", Cell(classed or "unclassified", tone=Tone.PLAIN if classed else Tone.DOUBTFUL)),
        ("licence", declared.licence),
        ("path", declared.path),
        ("label", declared.label or ""),
        ("forbidden", ", ".join(declared.deny)),
        ("limit", "" if declared.max_age_days is None else f"at most {declared.max_age_days:g} d old"),
    ]


def _version_facts(project: Snapshot, version: DatasetVersion) -> list[Fact]:
    fault = file_fault(version)
    if version.seen_sha256 is None:
        bytes_cell = Cell("nobody looked since it was published", tone=Tone.UNKNOWN)
    else:
        checked = f", looked {age(project.as_of, version.seen_at)} ago" if version.seen_at else ""
        bytes_cell = Cell((fault or "as published") + checked, tone=Tone.BAD if fault else Tone.GOOD)
    return [
        ("version", f"v{version.number}, {version.state.value}"),
        ("published", f"{day(version.published_at)} by {version.created_by}" if version.published_at else ""),
        ("why", version.reason),
        ("file", version.path),
        ("bytes", bytes_cell),
        ("rows", "" if version.rows is None else f"{version.rows:,}"),
        ("size", f"{version.size:,} bytes"),
        ("changed", column_changes(project, version.dataset, version.number).strip()),
        ("sha-256", version.sha256),
        ("content", version.content_sha256 or ""),
        ("MLflow calls it", ", ".join(version.mlflow_digests)),
    ]
