"""One mixture is run like a reproduction, in a folder of its own, and what its rerun logged is kept."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.reproduction_result import ReproductionResult
from mlcockpit.domain.run_record import RunRecord
from mlcockpit.domain.vocabulary import Verdict
from mlcockpit.integrations.mixture_results import KeptResult, MixtureResults
from mlcockpit.integrations.mlflow_run_reader import SqliteRuns
from mlcockpit.ports import Progress
from mlcockpit.reproduction.artifacts import ArtifactFolders
from mlcockpit.reproduction.causes import items_of
from mlcockpit.reproduction.engine import reproduce
from mlcockpit.reproduction.order import Order, Tools
from mlcockpit.reproduction.pairing import pair
from mlcockpit.reproduction.rerun import PLACED
from mlcockpit.reproduction.resolve.values import same
from mlcockpit.reproduction.workspace import Attempt, open_attempt
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.explain_plan import Step


@dataclass(frozen=True)
class _Within:
    """ports.Progress that says which mixture a stage belongs to."""

    outer: Progress
    label: str
    number: int
    total: int

    def step(self, stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        """Say which mixture is at which stage."""
        self.outer.step(self.label, f"{stage}  {detail}".rstrip(), self.number, self.total)


def run_mixture(
    cockpit: Cockpit, step: Step, tools: Tools, digest: Callable[[Path], str], *, label: str, place: tuple[int, int]
) -> KeptResult:
    """Return what a mixture's rerun logged, or why there is nothing; what would come out the same again is kept."""
    order = step.order
    assert order is not None
    quiet = replace(
        tools, progress=_Within(cockpit.progress, label, *place), artifacts=lambda run: ArtifactFolders(None)
    )
    attempt = open_attempt(cockpit.home, order.recipe.run_id)
    result = reproduce(order, attempt, quiet)
    rerun = _rerun(order, attempt)
    reason = _reason(result, rerun, step.mixed.wanted)
    kept = KeptResult(
        metrics=dict(rerun.metrics) if rerun is not None and not reason else {},
        reason=reason,
        python=_python(attempt),
        log=str(attempt.logs),
        rests_on=_rests_on(order, result, digest),
    )
    if not reason or (_is_final(result) and not step.is_end):
        MixtureResults(cockpit.home).put(order.recipe.trust_id, kept)
    return kept


def value_of(kept: KeptResult, metric: str) -> tuple[float | None, str]:
    """Return a metric's value and why there is none."""
    if kept.reason:
        return None, kept.reason
    if metric not in kept.metrics:
        return None, f"it ran, but logged no {clean(metric, 60)}"
    value = kept.metrics[metric]
    return (value, "") if math.isfinite(value) else (None, f"it ran, but {clean(metric, 60)} was no finite number")


def _rerun(order: Order, attempt: Attempt) -> RunRecord | None:
    """Return the run of the private store that stands for the mixture."""
    if not attempt.store.exists():
        return None
    store = SqliteRuns(attempt.store)
    reruns = [store.read(one) for one in store.run_ids()]
    originals = sorted([order.original, *order.siblings], key=lambda one: (one.start_ms, one.run_id))
    return pair(originals, reruns).get(order.original.run_id)


def _reason(result: ReproductionResult, rerun: RunRecord | None, wanted: Mapping[str, str]) -> str:
    if result.verdict is Verdict.FAILED or rerun is None:
        return result.reason
    for name, value in wanted.items():
        got = rerun.params.get(name)
        if got is not None and got != value and not same(got, value):
            return f"the rerun logged {clean(name, 60)} {clean(got, 60)} where {clean(value, 60)} was wanted"
    return ""


def _is_final(result: ReproductionResult) -> bool:
    """Tell whether running it again would fail again: the command itself ended badly, by no limit and no lack of ours."""
    return result.stage == "run" and "ended with status" in result.reason


def _python(attempt: Attempt) -> str:
    """Return the interpreter that the attempt ran with; empty where it did not come so far."""
    return attempt.facts("environment").get("python", "")


def _rests_on(order: Order, result: ReproductionResult, digest: Callable[[Path], str]) -> dict[str, str]:
    """Return the files of today that the mixture read, because nothing recorded their bytes."""
    loose = [
        str(item["path"])
        for item in items_of(order.recipe["data"])
        if item.get("path") and not item.get("sha256") and item.get("from") != "git"
    ]
    placed = [note.removesuffix(PLACED) for note in result.notes if note.endswith(PLACED)]
    paths = [order.project / path for path in [*loose, *placed]]
    return {str(path): digest(path) for path in paths if path.exists()}
