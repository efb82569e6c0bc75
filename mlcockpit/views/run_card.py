"""A run on one page: what ran, on what, what came out, what came of it, and whether it can be had again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mlcockpit.domain.reproduction_result import MetricComparison
from mlcockpit.domain.run import RunDetail, RunInput, Words
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.views.facts import Fact, facts
from mlcockpit.views.phrases import minute, number, short_run
from mlcockpit.views.runs import RunContext, data_cell, data_name, length_of, owner_cell, status_cell, verdict_cell
from mlcockpit.views.table import Cell, Column, Row, SourceLine, Table, View

_SAME = ("equal", "within_tolerance")
_QUIET = ("mlflow.", "mlcockpit.")
"""Tags that the tracker and we keep for ourselves; they are listed last."""


@dataclass(frozen=True)
class Attempt:
    """The newest reproduction, as the card needs it."""

    on: str
    """When it ended."""
    reason: str
    metrics: Sequence[MetricComparison] = ()


def run_card(
    detail: RunDetail, context: RunContext, sources: Sequence[SourceLine] = (), attempt: Attempt | None = None
) -> View:
    """Return the card of a run; metrics stand beside those of its newest reproduction."""
    run = detail.run
    sections = [
        facts("", _facts(detail, context, attempt)),
        metrics_table(detail, attempt.metrics if attempt else ()),
        words_table("Parameters", detail.params, "parameter"),
        inputs_table(detail.inputs, context),
        words_table("Tags", dict(sorted(detail.tags.items(), key=lambda item: item[0].startswith(_QUIET))), "tag"),
    ]
    title = f"run {short_run(run.run_id)} {run.name}"
    return View(f"run/{run.run_id}", title, context.now, tuple(sources), tuple(sections))


def metrics_table(detail: RunDetail, again: Sequence[MetricComparison] = ()) -> Table:
    """Return the last value of every metric, and what a reproduction got."""
    compared = {one.name: one for one in again}
    rows = []
    for key, last in sorted(detail.metrics.items()):
        cells = [Cell(key), Cell(number(last.value), last.value)]
        if compared:
            cells += _again(compared.get(key))
        rows.append(Row(key, (*cells, Cell(str(last.step), last.step))))
    more = (Column("again", "again", right=True), Column("same", "")) if compared else ()
    columns = (
        Column("metric", "metric"),
        Column("value", "value", right=True),
        *more,
        Column("step", "step", right=True),
    )
    return Table("Metrics", columns, tuple(rows), empty="it logged none", key="metrics")


def _again(one: MetricComparison | None) -> list[Cell]:
    if one is None:
        return [Cell(""), Cell("not compared", tone=Tone.FAINT)]
    tone = Tone.GOOD if one.verdict in _SAME else Tone.FAINT if one.verdict == "excluded" else Tone.BAD
    return [Cell(number(one.reproduced), one.reproduced), Cell(one.verdict.replace("_", " "), one.verdict, tone)]


def words_table(title: str, words: Mapping[str, Words], what: str) -> Table:
    """Return parameters or tags; a long one shows its beginning and size."""
    rows = tuple(Row(key, (Cell(key), Cell(str(text)))) for key, text in words.items())
    return Table(
        title, (Column(what, what), Column("value", "value", most=90)), rows, empty="it logged none", key=title.lower()
    )


def inputs_table(inputs: Sequence[RunInput], context: RunContext) -> Table:
    """Return the recorded inputs and the published version each is."""
    rows = []
    for each in inputs:
        recorded = f"{each.name}@{each.digest}"
        version = data_name(recorded, context)
        known = (
            Cell(version, link=f"data/{version}") if version != recorded else Cell("not published", tone=Tone.UNKNOWN)
        )
        rows.append(Row(recorded, (Cell(each.name), Cell(each.context), Cell(each.digest), known, Cell(each.place))))
    columns = tuple(Column(name, name) for name in ("input", "use", "digest", "version", "source"))
    return Table(
        "Inputs", columns, tuple(rows), empty="it recorded none: log_input in its code, or mlcockpit run", key="inputs"
    )


def _facts(detail: RunDetail, context: RunContext, attempt: Attempt | None) -> list[Fact]:
    run = detail.run
    length = length_of(run)
    parent = detail.parent_run_id
    items: list[Fact] = [
        ("status", status_cell(run)),
        ("experiment", run.experiment),
        ("owner", owner_cell(run, context)),
        ("started", f"{minute(run.started_at)}{', ran ' + length if length else ''}" if run.started_at else ""),
        ("source", run.source + (f", entry point {detail.entry_point}" if detail.entry_point else "")),
        ("commit", Cell(run.commit) if run.commit else Cell("none recorded", tone=Tone.UNKNOWN)),
        ("data", data_cell(run, context)),
        ("parent", Cell(short_run(parent), parent, link=f"run/{parent}") if parent else ""),
        ("models", ", ".join(f"{each.name} {each.status.lower()}".strip() for each in detail.models)),
    ]
    for version in detail.versions:
        aliases = f" ({', '.join(version.aliases)})" if version.aliases else ""
        name = f"model/{version.model}@{version.number}"
        items.append(("registered", Cell(f"{version.model} v{version.number}{aliases}", name, link=name)))
    verdict = verdict_cell(run, context)
    if verdict.text and attempt is not None:
        verdict = replace(verdict, text=f"{verdict.text} on {attempt.on}: {attempt.reason}")
    never = Cell(f"never tried: mlcockpit reproduce run/{short_run(run.run_id)}", tone=Tone.UNKNOWN)
    return [*items, ("reproduction", verdict if verdict.text else never)]
