"""A launch may leave many runs: each original is paired with the rerun's run of the same place, parameters and name."""

from collections.abc import Sequence

from mlcockpit.domain.run_record import RunRecord


def pair(originals: Sequence[RunRecord], reruns: Sequence[RunRecord]) -> dict[str, RunRecord]:
    """Return original run id → its rerun; both sequences are in order of their start."""
    found: dict[str, RunRecord] = {}
    free = list(reruns)
    scored = sorted(
        (
            (_likeness(old, new, originals, reruns), -i, -j, old, new)
            for i, old in enumerate(originals)
            for j, new in enumerate(reruns)
        ),
        key=lambda entry: entry[:3],
        reverse=True,
    )
    for _, _, _, old, new in scored:
        if old.run_id not in found and new in free:
            found[old.run_id] = new
            free.remove(new)
    return found


def _likeness(old: RunRecord, new: RunRecord, originals: Sequence[RunRecord], reruns: Sequence[RunRecord]) -> float:
    child = bool(old.tag("mlflow.parentRunId")) == bool(new.tag("mlflow.parentRunId"))
    names = set(old.params) | set(new.params)
    same = sum(1 for name in names if old.params.get(name) == new.params.get(name))
    share = same / len(names) if names else 1.0
    metrics = set(old.metrics) | set(new.metrics)
    common = len(set(old.metrics) & set(new.metrics)) / len(metrics) if metrics else 1.0
    place = originals.index(old) == reruns.index(new)
    return 100 * child + 50 * share + 20 * (old.name == new.name) + 5 * common + 2 * place
