"""A tracker in memory that behaves like MLflow as far as the mirror can tell."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlcockpit.analysis.thinning import thin
from mlcockpit.domain.run import MetricHistory, MetricPoint
from mlcockpit.domain.tracking import TrackerReading, instant
from mlcockpit.integrations.feed_file import FeedFile


class FakeTracker:
    """Runs, registry and nothing else."""

    def __init__(self, source: str = "fake://tracker") -> None:
        self.source = source
        self.ids: dict[str, str] = {}
        self.experiments = ["Default"]
        self.runs: dict[str, dict[str, Any]] = {}
        self.versions: dict[tuple[str, int], str] = {}
        self.aliases: dict[tuple[str, str], int] = {}
        self._numbers: dict[str, int] = {}

    def stamp(self) -> str:
        """Promise nothing."""
        return ""

    @contextmanager
    def reading(self) -> Iterator[TrackerReading]:
        """Yield everything in a private file."""
        with tempfile.TemporaryDirectory() as folder:
            feed = FeedFile(Path(folder) / "feed.db")
            feed.add("experiments", [(i, name, 0, f"/art/{i}") for i, name in enumerate(self.experiments)])
            for run_id, run in self.runs.items():
                self._feed_run(feed, run_id, run)
            feed.add(
                "versions", [(m, n, run, "/models", "", "READY", "", 0, "") for (m, n), run in self.versions.items()]
            )
            feed.add("aliases", [(model, alias, number) for (model, alias), number in self.aliases.items()])
            yield feed.finish()

    def metric_history(self, run_id: str, key: str, *, most: int = 2000) -> MetricHistory:
        """Return the logged values, thinned."""
        logged = sorted(self.runs[run_id]["metrics"].get(key, []))
        return MetricHistory(thin([MetricPoint(s, v, instant(at)) for s, at, v in logged], most=most), len(logged))

    def create_run(self, name: str, experiment: str = "Default", parent: str | None = None) -> None:
        if experiment not in self.experiments:
            self.experiments.append(experiment)
        self.ids[name] = uuid.uuid4().hex
        tags = {"mlflow.runName": name, "mlflow.user": "bo", "mlflow.source.name": "train.py"}
        tags["mlflow.source.git.commit"] = "a" * 40
        if parent:
            tags["mlflow.parentRunId"] = self.ids[parent]
        columns = [
            self.experiments.index(experiment),
            name,
            "RUNNING",
            0,
            1_700_000_000_000 + len(self.runs),
            None,
            "",
            "",
            "",
            "",
            "",
        ]
        self.runs[self.ids[name]] = {"columns": columns, "params": {}, "metrics": {}, "tags": tags, "inputs": []}

    def log_param(self, run: str, key: str, value: str) -> None:
        self._run(run)["params"][key] = value

    def log_metric(self, run: str, key: str, value: float | str, step: int = 0) -> None:
        self._run(run)["metrics"].setdefault(key, []).append((step, 1_700_000_000_000 + step, float(value)))

    def set_tag(self, run: str, key: str, value: str) -> None:
        self._run(run)["tags"][key] = value

    def delete_tag(self, run: str, key: str) -> None:
        del self._run(run)["tags"][key]

    def rename_run(self, run: str, name: str) -> None:
        self._run(run)["columns"][1] = name
        self._run(run)["tags"]["mlflow.runName"] = name

    def finish_run(self, run: str, status: str) -> None:
        self._run(run)["columns"][2] = status
        self._run(run)["columns"][5] = 1_700_000_100_000

    def delete_run(self, run: str) -> None:
        self._run(run)["columns"][3] = 1

    def restore_run(self, run: str) -> None:
        self._run(run)["columns"][3] = 0

    def purge_run(self, run: str) -> None:
        del self.runs[self.ids[run]]

    def log_input(self, run: str, name: str, digest: str) -> None:
        self._run(run)["inputs"].append((name, digest, "training", "local", '{"uri": "data.csv"}'))

    def create_version(self, model: str, run: str) -> None:
        self._numbers[model] = self._numbers.get(model, 0) + 1
        self.versions[model, self._numbers[model]] = self.ids[run]

    def delete_version(self, model: str, number: int) -> None:
        del self.versions[model, number]

    def set_alias(self, model: str, alias: str, number: int) -> None:
        self.aliases[model, alias] = number

    def delete_alias(self, model: str, alias: str) -> None:
        del self.aliases[model, alias]

    def _run(self, name: str) -> dict[str, Any]:
        return self.runs[self.ids[name]]

    @staticmethod
    def _feed_run(feed: FeedFile, run_id: str, run: dict[str, Any]) -> None:
        feed.add("runs", [(run_id, *run["columns"])])
        feed.add("params", [(run_id, key, value) for key, value in run["params"].items()])
        latest = {key: max(logged) for key, logged in run["metrics"].items()}
        feed.add("metrics", [(run_id, key, value, step, at) for key, (step, at, value) in latest.items()])
        feed.add("tags", [(run_id, key, value) for key, value in run["tags"].items()])
        feed.add("inputs", [(run_id, *each) for each in run["inputs"]])
