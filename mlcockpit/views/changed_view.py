"""What a changed recipe gave is drawn as what was swapped, then each metric before and now; never as a verdict."""

from collections.abc import Sequence

from mlcockpit.domain.changed_result import ChangedResult, Swap
from mlcockpit.domain.recipe import Recipe
from mlcockpit.domain.reproduction_result import MetricComparison
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.views.recipe_view import command_line, recipe_sections
from mlcockpit.views.table import Cell, Column, Section, Table, Text, row

MOST_SWAPS = 40
TITLES = {"ran": "ran", "nothing_newer": "nothing newer", "incomplete": "incomplete", "failed": "failed"}
TONES = {"incomplete": Tone.DOUBTFUL, "failed": Tone.BAD}


def plan_sections(recipe: Recipe, swaps: Sequence[Swap], why: str) -> tuple[Section, ...]:
    """Return the recipe that would be run, what is swapped in it first."""
    about = (Text("Of", (why,)),) if why else ()
    return (*about, swap_table(swaps), *recipe_sections(recipe))


def changed_sections(result: ChangedResult) -> tuple[Section, ...]:
    """Return what became of it, what was swapped, and each metric before and now."""
    title = f"{result.kind}, {TITLES[result.outcome]}: {result.reason}"
    sections: list[Section] = [Text(title, _lines(result), TONES.get(result.outcome, Tone.PLAIN))]
    if result.swaps:
        sections.append(swap_table(result.swaps))
    if result.metrics:
        sections.append(_metric_table(result))
    if result.last_lines:
        sections.append(Text(f"Last lines of stage {result.stage}", result.last_lines, Tone.BAD))
    return tuple(sections)


def swap_table(swaps: Sequence[Swap]) -> Table:
    """Return one row for each part that was swapped."""
    columns = tuple(Column(name, name, most=70) for name in ("ingredient", "what", "from", "to", "how"))
    rows = tuple(row(one.name, one.ingredient, one.name, one.old, one.new, one.how) for one in swaps[:MOST_SWAPS])
    total = len(swaps) if len(swaps) > MOST_SWAPS else None
    return Table("Swapped", columns, rows, empty="nothing would be swapped", total=total)


def _lines(result: ChangedResult) -> tuple[str, ...]:
    lines = [f"run {result.run_id}" + (f", attempt {result.attempt_id}" if result.attempt_id else "")]
    lines += [f"command: {command_line(result.command, result.cwd)}"] if result.command else []
    spent = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in result.seconds.items() if seconds >= 0.05)
    lines += [f"took: {spent}"] if spent else []
    lines += [f"logged as run {run_id}" for run_id in result.logged_runs]
    lines += result.notes
    return (*lines, f"logs: {result.log}") if result.log else tuple(lines)


def _metric_table(result: ChangedResult) -> Table:
    columns = (
        Column("metric", "metric"),
        *(Column(name, name, right=True) for name in ("original", "now", "change")),
        Column("said", ""),
    )
    rows = tuple(
        row(one.name, one.name, _number(one.original), _number(one.reproduced), _change(one), _said(one))
        for one in result.metrics
    )
    swapped = "data" if result.kind == "retrain" else "environment"
    note = f"original: run {result.run_id[:12]}; now: the same recipe with other {swapped}; one run each, so chance is in it"
    return Table("Metrics", columns, rows, note=note)


def _number(value: float | None) -> Cell:
    return Cell("" if value is None else f"{value:.6g}", value)


def _change(one: MetricComparison) -> Cell:
    gap = one.difference
    return Cell("" if gap is None else f"{gap:+.4g}" if gap else "0", gap)


def _said(one: MetricComparison) -> Cell:
    words = {
        "equal": "equal",
        "within_tolerance": "within tolerance",
        "different": "changed",
        "excluded": "a clock, left out",
        "only_original": "not logged now",
        "only_reproduced": "logged only now",
    }
    return Cell(words[one.verdict], one.verdict, Tone.FAINT if one.verdict == "excluded" else Tone.PLAIN)
