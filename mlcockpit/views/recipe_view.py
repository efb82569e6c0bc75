"""A recipe and a verdict are drawn as tables of plain cells."""

import json
import shlex
from collections.abc import Mapping, Sequence

from mlcockpit.domain.recipe import Ingredient, Recipe
from mlcockpit.domain.reproduction_result import ReproductionResult
from mlcockpit.domain.vocabulary import Standing, Tone, Verdict
from mlcockpit.views.table import Cell, Column, Section, Table, Text, row

TONES = {
    Standing.RECORDED: Tone.GOOD,
    Standing.INFERRED: Tone.PLAIN,
    Standing.ASSUMED: Tone.DOUBTFUL,
    Standing.MISSING: Tone.BAD,
}
VERDICT_TONES = {
    Verdict.IDENTICAL: Tone.GOOD,
    Verdict.EQUIVALENT: Tone.GOOD,
    Verdict.DIVERGED: Tone.BAD,
    Verdict.INCOMPLETE: Tone.DOUBTFUL,
    Verdict.FAILED: Tone.BAD,
}


def recipe_sections(recipe: Recipe) -> tuple[Section, ...]:
    """Return the ingredients, then what they lack."""
    score = f"{recipe.completeness} of 100, weakest: {recipe.weakest.name} ({recipe.standing.value})"
    lines = [f"run {recipe.run_id}", f"completeness {score}"]
    if recipe.next_step:
        lines.append(f"to raise it: {recipe.next_step}")
    lines.append(f"command: {command_line(recipe.command, recipe.cwd)}")
    sections: list[Section] = [Text("Recipe", tuple(lines)), ingredient_table(recipe.ingredients)]
    odd = [f"{one.name}: {text}" for one in recipe.ingredients for text in one.deviations]
    if odd:
        sections.append(Text("Deviations", tuple(odd), Tone.DOUBTFUL))
    for one in recipe.ingredients:
        if one.candidates:
            sections.append(Text(f"Candidates for {one.name}, best first", one.candidates))
    if recipe.notes:
        sections.append(Text("Notes", recipe.notes))
    return tuple(sections)


def result_sections(result: ReproductionResult) -> tuple[Section, ...]:
    """Return the verdict, then what it rests on."""
    verdict = Text(f"{result.verdict.value}: {result.reason}", _verdict_lines(result), VERDICT_TONES[result.verdict])
    sections: list[Section] = [verdict, ingredient_table(result.ingredients)]
    if result.metrics:
        sections.append(_metric_table(result))
    if result.artifacts:
        rows = [row(one.path, one.path, _verdict_cell(one.verdict), one.detail) for one in result.artifacts]
        sections.append(Table("Artifacts", _columns("path", "verdict", "detail"), tuple(rows)))
    if result.other_runs:
        rows = [
            row(f"run/{one.run_id}", one.run_id, one.verdict.value if one.verdict else "no pair")
            for one in result.other_runs
        ]
        sections.append(Table("Other runs of the launch", _columns("run", "verdict"), tuple(rows)))
    return tuple(sections)


def command_line(argv: Sequence[str], cwd: str) -> str:
    """Return the command as a person would type it."""
    line = shlex.join(argv) if argv else "unknown"
    return line if cwd in {"", "."} else f"(in {cwd}) {line}"


def ingredient_table(ingredients: Sequence[Ingredient]) -> Table:
    """Return one row for each ingredient."""
    rows = tuple(
        row(
            one.name,
            one.name,
            Cell(one.standing.value, one.standing.value, TONES[one.standing]),
            _short(one),
            one.evidence,
        )
        for one in ingredients
    )
    return Table("Ingredients", _columns("ingredient", "standing", "value", "evidence", most=70), rows)


def _verdict_lines(result: ReproductionResult) -> tuple[str, ...]:
    spent = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in result.seconds.items() if seconds >= 0.05)
    lines = [
        f"run {result.run_id}, reproduction {result.reproduction_id}",
        f"command: {command_line(result.command, result.cwd)}",
        f"recipe: {result.completeness} of 100, {result.standing.value}",
    ]
    if result.first_difference:
        lines.append(f"first difference: {result.first_difference}")
    lines += [f"took: {spent}"] if spent else []
    odd = [f"{one.name}: {text}" for one in result.ingredients for text in one.deviations]
    lines += list(dict.fromkeys((*odd, *result.notes)))
    lines += [f"logs: {result.log}"] if result.log else []
    return tuple(lines)


def _metric_table(result: ReproductionResult) -> Table:
    rows = tuple(
        row(
            one.name,
            one.name,
            _number(one.original),
            _number(one.reproduced),
            _number(one.difference),
            _verdict_cell(one.verdict),
        )
        for one in result.metrics
    )
    return Table("Metrics", _columns("metric", "original>", "reproduced>", "difference>", "verdict"), rows)


def _verdict_cell(verdict: str) -> Cell:
    words = verdict.replace("_", " ")
    if verdict in {"equal", "equal_content", "within_tolerance"}:
        return Cell(words, verdict, Tone.GOOD)
    return Cell(words, verdict, Tone.FAINT if verdict == "excluded" else Tone.BAD)


def _number(value: float | None) -> Cell:
    return Cell("" if value is None else f"{value:.10g}", value)


def _short(one: Ingredient) -> str:
    value = one.value
    if value is None:
        return "-"
    if one.name == "code":
        return one.text("commit")[:12]
    if one.name == "command":
        return command_line(one.texts("argv"), one.text("cwd"))
    if one.name == "environment":
        lines = one.texts("requirements")
        python = f"python {one.text('python')}" if one.text("python") else "python unknown"
        return f"{python}, {len(lines)} requirements" if lines else f"{python}, {one.text('path')}"
    if one.name == "data" and isinstance(value, list | tuple):
        names = [
            str(item.get("path") or item.get("uri") or item.get("name")) for item in value if isinstance(item, Mapping)
        ]
        return ", ".join(names) or "none read"
    if one.name == "parameters" and isinstance(value, Mapping):
        return ", ".join(f"{name}={text}" for name, text in value.items()) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _columns(*names: str, most: int = 60) -> tuple[Column, ...]:
    return tuple(Column(name.rstrip(">"), name.rstrip(">"), right=name.endswith(">"), most=most) for name in names)
