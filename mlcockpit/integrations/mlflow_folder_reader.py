"""One run is read out of an MLflow folder such as ./mlruns, file by file, without importing or waking MLflow."""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from mlcockpit.analysis.spread import Sibling
from mlcockpit.domain.run_record import MetricPoint, RunInput, RunModel, RunRecord
from mlcockpit.domain.seeds import is_seed
from mlcockpit.errors import UnknownName
from mlcockpit.integrations.mlflow_run_reader import history_paths
from mlcockpit.integrations.sibling_runs import COMMIT, SCRIPT, as_sibling, can_have_siblings

STATES = {1: "RUNNING", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}
LARGEST = 8_000_000
"""Bytes of the largest file that is read."""

MOST_SIBLINGS = 3000
"""Runs of an experiment that are looked at for others of the same recipe."""

Meta = Mapping[str, object]


class FolderRuns:
    """The runs of one folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self, name: str) -> str:
        """Return the id of the run with this id, id prefix or name; raises UnknownName unless exactly one fits."""
        folders = list(self._folders())
        ids = [one.name for one in folders if one.name.startswith(name)] if name else []
        if name not in ids:
            ids = ids or [one.name for one in folders if name and _text(one / "tags" / "mlflow.runName") == name]
        if name in ids:
            return name
        if not ids:
            raise UnknownName(f"no run has the id or name {name!r}", hint="list them with `mlcockpit runs`")
        if len(ids) > 1:
            raise UnknownName(f"several runs fit {name!r}: {', '.join(ids[:5])}", hint="type more of the id")
        return ids[0]

    def mlflow_below(self) -> str:
        """Return nothing: files do not tell which MLflow wrote them."""
        return ""

    def read(self, run_id: str) -> RunRecord:
        """Return one run with its latest metrics, inputs and models."""
        folder = self._folder(run_id)
        meta = _meta(folder / "meta.yaml")
        tags = _entries(folder / "tags")
        histories = self.histories(run_id)
        return RunRecord(
            run_id=run_id,
            name=tags.get("mlflow.runName") or str(meta.get("run_name") or ""),
            experiment=str(_meta(folder.parent / "meta.yaml").get("name") or ""),
            status=STATES.get(_whole(meta.get("status")) or 0, ""),
            start_ms=_whole(meta.get("start_time")) or 0,
            end_ms=_whole(meta.get("end_time")),
            user=str(meta.get("user_id") or tags.get("mlflow.user", "")),
            params=_entries(folder / "params"),
            metrics={key: _latest(points) for key, points in histories.items() if points},
            tags=tags,
            inputs=tuple(_inputs(folder)),
            artifact_uri=str(meta.get("artifact_uri") or ""),
            models=tuple(_models(folder, tags)),
        )

    def each(self, run_ids: Sequence[str]) -> Iterator[RunRecord]:
        """Yield runs one after the other."""
        for run_id in run_ids:
            yield self.read(run_id)

    def histories(self, run_id: str, most: int = 20_000) -> Mapping[str, tuple[MetricPoint, ...]]:
        """Return the logged values of each metric in order of step, at most `most` of each."""
        top = self._folder(run_id) / "metrics"
        found = {}
        for path in sorted(top.rglob("*")):
            if path.is_file() and path.stat().st_size <= LARGEST:
                lines = path.read_text("utf-8", "replace").splitlines()[:most]
                points = [point for line in lines if (point := _point(line)) is not None]
                found[path.relative_to(top).as_posix()] = tuple(
                    sorted(points, key=lambda one: (one.step, one.timestamp_ms))
                )
        return found

    def run_ids(self, *, since_ms: int = 0) -> tuple[str, ...]:
        """Return the ids of runs started at or after an instant, oldest first."""
        dated = [(_whole(_meta(one / "meta.yaml").get("start_time")) or 0, one.name) for one in self._folders()]
        return tuple(name for start, name in sorted(dated) if start >= since_ms)

    def launch_of(self, run: RunRecord) -> tuple[str, ...]:
        """Return the other runs that the same launch left: children, parent and siblings."""
        parent = run.tag("mlflow.parentRunId") or run.run_id
        found = []
        for folder in self._folder(run.run_id).parent.iterdir():
            if folder.name != run.run_id and (folder / "meta.yaml").is_file():
                theirs = _text(folder / "tags" / "mlflow.parentRunId")
                if folder.name == parent or (theirs and theirs == parent):
                    found.append(folder.name)
        return tuple(sorted(found))

    def siblings(self, run: RunRecord) -> tuple[Sibling, ...]:
        """Return the runs of the same script, commit, parameters and data, the run itself first; seeds may differ."""
        if not can_have_siblings(run):
            return ()
        found, top = [as_sibling(run)], self._folder(run.run_id).parent
        fixed = {name: value for name, value in run.params.items() if not is_seed(name)}
        for folder in sorted(top.iterdir())[:MOST_SIBLINGS]:
            tags = folder / "tags"
            if folder.name == run.run_id or any(_text(tags / name) != run.tag(name) for name in (COMMIT, SCRIPT)):
                continue
            params = {name: value for name, value in _entries(folder / "params").items() if not is_seed(name)}
            other = self.read(folder.name) if params == fixed else None
            if other is not None and other.status == "FINISHED" and _data(other) == _data(run):
                found.append(as_sibling(other))
        return tuple(found)

    def _folders(self) -> Iterator[Path]:
        for experiment in sorted(self.path.iterdir()) if self.path.is_dir() else ():
            if experiment.is_dir() and not experiment.name.startswith(".") and experiment.name != "models":
                yield from (
                    one for one in sorted(experiment.iterdir()) if (one / "meta.yaml").is_file() and len(one.name) == 32
                )

    def _folder(self, run_id: str) -> Path:
        for experiment in self.path.iterdir() if self.path.is_dir() else ():
            if run_id and "/" not in run_id and (experiment / run_id / "meta.yaml").is_file():
                return experiment / run_id
        raise UnknownName(f"no run has the id {run_id!r}", hint="list them with `mlcockpit runs`")


def _data(run: RunRecord) -> set[tuple[str, str]]:
    return {(one.name, one.digest) for one in run.inputs}


def _meta(path: Path) -> Meta:
    try:
        found = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except (OSError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace") if path.stat().st_size <= LARGEST else ""
    except OSError:
        return ""


def _entries(top: Path) -> dict[str, str]:
    return {path.relative_to(top).as_posix(): _text(path) for path in sorted(top.rglob("*")) if path.is_file()}


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _point(line: str) -> MetricPoint | None:
    parts = line.split(" ")
    try:
        return MetricPoint(int(parts[2]) if len(parts) > 2 else 0, float(parts[1]), int(parts[0]))
    except (ValueError, IndexError):
        return None


def _latest(points: tuple[MetricPoint, ...]) -> float:
    return max(
        points, key=lambda one: (one.step, one.timestamp_ms, -math.inf if math.isnan(one.value) else one.value)
    ).value


def _inputs(folder: Path) -> Iterator[RunInput]:
    for place in sorted((folder / "inputs").glob("*/meta.yaml")):
        link = _meta(place)
        dataset = _meta(folder.parent / "datasets" / str(link.get("source_id") or "") / "meta.yaml")
        if dataset:
            tags = link.get("tags")
            context = str(tags.get("mlflow.data.context") or "") if isinstance(tags, dict) else ""
            words = {
                key: str(dataset.get(key) or "")
                for key in ("name", "digest", "source", "source_type", "schema", "profile")
            }
            yield RunInput(**words, context=context)


def _models(folder: Path, tags: Mapping[str, str]) -> Iterator[RunModel]:
    for place in sorted((folder.parent / "models").glob("*/meta.yaml")):
        model = _meta(place)
        if model.get("source_run_id") == folder.name:
            yield RunModel(
                str(model.get("name") or ""), str(model.get("artifact_location") or place.parent / "artifacts")
            )
    yield from (RunModel(path, path) for path in history_paths(tags.get("mlflow.log-model.history", "")))
