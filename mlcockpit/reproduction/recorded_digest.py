"""A file that was touched after the run is held against MLflow's own digest before anything is trained."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.domain.run_record import RunInput
from mlcockpit.reproduction.data_bytes import DataFinding, owner_words
from mlcockpit.reproduction.digest_coverage import columns_of, not_covered, rows_of

MOST_PROVEN = 2
"""Inputs with proven bytes that show how the run read its files."""
Answer = Mapping[str, object]
Digests = Callable[[Sequence[Mapping[str, object]]], Sequence[Answer | None]]
"""Path in the worktree, recorded digest and columns of each → what MLflow records of it now; None where it cannot be read."""


@dataclass(frozen=True)
class _Asked:
    """One file, what MLflow recorded of it, and what was found of its bytes."""

    item: Mapping[str, Json]
    recorded: RunInput
    found: DataFinding


def check_digests(
    ingredient: Ingredient, inputs: Sequence[RunInput], findings: Sequence[DataFinding], digests: Digests
) -> tuple[DataFinding, ...]:
    """Return the findings with what MLflow's digest says of files whose bytes nobody recorded.

    An equal digest proves what it covers. Another digest proves a change where the file still has the recorded columns and
    as many rows, or where other inputs, whose bytes are proven, have their recorded digest when read in the same way;
    otherwise the run may have made its table from the file in a way that nobody sees here.
    """
    logged = list(_logged(ingredient, inputs, findings))
    doubtful = [one for one in logged if one.found.state == "unchecked" and one.item.get("modified_after_run")]
    if not doubtful:
        return tuple(findings)
    kinds = {PurePosixPath(one.found.path).suffix for one in doubtful}
    proven = [one for one in logged if one.found.state == "same" and PurePosixPath(one.found.path).suffix in kinds]
    asked = [*doubtful, *proven[:MOST_PROVEN]]
    question = [
        {"path": one.found.path, "digest": one.recorded.digest, "columns": columns_of(one.recorded)} for one in asked
    ]
    answers = list(zip(asked, digests(question), strict=False))
    as_read = {PurePosixPath(one.found.path).suffix for one, told in answers if one in proven and _is_equal(one, told)}
    judged = {one.found.path: _judged(one, told, as_read) for one, told in answers if one in doubtful}
    return tuple(judged.get(one.path, one) for one in findings)


def _logged(ingredient: Ingredient, inputs: Sequence[RunInput], findings: Sequence[DataFinding]) -> Iterator[_Asked]:
    items = ingredient.value if isinstance(ingredient.value, list | tuple) else ()
    known = {str(item.get("path")): item for item in items if isinstance(item, Mapping) and item.get("mlflow_digest")}
    for found in findings:
        item = known.get(found.path, {})
        recorded = [one for one in inputs if (one.name, one.digest) == (item.get("name"), item.get("mlflow_digest"))]
        if recorded:
            yield _Asked(item, recorded[0], found)


def _is_equal(one: _Asked, answer: Answer | None) -> bool:
    return answer is not None and answer.get("digest") == one.recorded.digest


def _judged(one: _Asked, answer: Answer | None, as_read: Collection[str]) -> DataFinding:
    if answer is None:
        return one.found
    recorded = one.recorded
    if _is_equal(one, answer):
        left = not_covered(recorded)
        if not left:
            what = "touched after the run; MLflow's digest of all of it is equal"
            return replace(one.found, state="same", detail=what)
        return replace(one.found, detail=f"touched after the run; MLflow's digest is equal but does not cover {left}")
    same_table = bool(columns_of(recorded)) and _schema(answer) == columns_of(recorded)
    same_table = same_table and answer.get("rows") == rows_of(recorded)
    if same_table or PurePosixPath(one.found.path).suffix in as_read:
        digest = str(answer.get("digest"))
        return replace(one.found, state="changed", recorded=recorded.digest, found=digest, detail=owner_words(one.item))
    return replace(one.found, detail="touched after the run; its rows or columns are not those that MLflow recorded")


def _schema(answer: Answer) -> list[Mapping[str, object]]:
    found = json.loads(json.dumps(answer.get("schema")))
    columns = found.get("mlflow_colspec") if isinstance(found, dict) else found
    return [column for column in columns if isinstance(column, dict)] if isinstance(columns, list) else []
