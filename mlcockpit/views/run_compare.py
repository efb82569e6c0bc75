"""Runs side by side: one row a metric, parameter or input, the first run is the baseline, equal rows can be left out."""

from collections.abc import Mapping, Sequence
from math import isfinite

from mlcockpit.domain.run import RunDetail
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.views.phrases import number, short_run, signed
from mlcockpit.views.runs import RunContext, data_name
from mlcockpit.views.table import Cell, Column, Row, Table

MOST_SHOWN = 400
"""Rows drawn at once; the title says how many there are."""


def compare_table(details: Sequence[RunDetail], context: RunContext, *, differing_only: bool) -> Table:
    """Return what the runs share and where they differ; NaN equals NaN."""
    rows = [*_metric_rows(details), *_text_rows(details, context)]
    differing = [row for row, differs in rows if differs]
    shown = differing if differing_only else [row for row, _ in rows]
    columns = (Column("what", "", most=40), *(_column(place, each) for place, each in enumerate(details)))
    return Table(
        f"Compare {len(details)}: {len(differing)} of {len(rows)} rows differ",
        columns,
        tuple(shown[:MOST_SHOWN]),
        empty="these runs are equal in every metric, parameter and input",
        note=""
        if len(shown) <= MOST_SHOWN
        else f"the first {MOST_SHOWN} of {len(shown)} rows; x shows only differing ones",
        key="compare",
    )


def _column(place: int, detail: RunDetail) -> Column:
    name = f"{short_run(detail.run.run_id)} {detail.run.name}"[:24]
    return Column(f"run{place}", f"{name} (base)" if place == 0 else name, most=40)


def _metric_rows(details: Sequence[RunDetail]) -> list[tuple[Row, bool]]:
    rows = []
    for key in sorted({key for detail in details for key in detail.metrics}):
        values = [detail.metrics[key].value if key in detail.metrics else None for detail in details]
        cells = tuple(_metric_cell(value, values[0], is_base=place == 0) for place, value in enumerate(values))
        rows.append((Row(f"metric {key}", (Cell(key), *cells)), len({repr(value) for value in values}) > 1))
    return rows


def _metric_cell(value: float | None, base: float | None, *, is_base: bool) -> Cell:
    if value is None:
        return Cell("-", None, Tone.FAINT)
    text = (
        f"{value:,.0f}"
        if abs(value) >= 1000 and isfinite(value)
        else f"{value:.4g}"
        if isfinite(value)
        else number(value)
    )
    if is_base or base is None or not (isfinite(base) and isfinite(value)) or base == value:
        return Cell(text, value)
    return Cell(f"{text}  {signed(value - base)}", value)


def _text_rows(details: Sequence[RunDetail], context: RunContext) -> list[tuple[Row, bool]]:
    kinds: tuple[tuple[str, Sequence[Mapping[str, str]]], ...] = (
        ("param", [{key: str(words) for key, words in detail.params.items()} for detail in details]),
        ("data", [_inputs(detail, context) for detail in details]),
        ("", [_facts(detail) for detail in details]),
    )
    rows = []
    for kind, found in kinds:
        for key in sorted({key for each in found for key in each}):
            texts = [each.get(key) for each in found]
            cells = tuple(Cell("-", None, Tone.FAINT) if text is None else Cell(text) for text in texts)
            name = f"{kind} {key}".strip()
            rows.append((Row(name, (Cell(key if kind != "data" else f"data {key}"), *cells)), len(set(texts)) > 1))
    return rows


def _inputs(detail: RunDetail, context: RunContext) -> Mapping[str, str]:
    return {each.name: data_name(f"{each.name}@{each.digest}", context) for each in detail.inputs}


def _facts(detail: RunDetail) -> Mapping[str, str]:
    run = detail.run
    return {"commit": run.commit[:8] or "none", "source": run.source or "none", "status": run.status}
