"""Single runs behind a tracking server or in a database server are read through MLflow's client, in a child process."""

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import mlcockpit
from mlcockpit.analysis.spread import Sibling
from mlcockpit.domain.run_record import MetricPoint, RunInput, RunModel, RunRecord
from mlcockpit.errors import SourceFailed, UnknownName
from mlcockpit.integrations.json_lines import lines_of
from mlcockpit.integrations.mlflow_tracker import LIMITS, without_credentials

SILENCE_S = 60.0
TOTAL_S = 1800.0
MOST_BYTES = 2 * 2**30
"""The largest run whose artifacts are brought for a comparison."""


class ServerRuns:
    """The runs behind one tracking address; what was answered is kept as long as this lives."""

    def __init__(self, uri: str, *, python: str = sys.executable) -> None:
        self.source = without_credentials(uri)
        self._uri = uri
        self._python = python
        self._records: dict[str, RunRecord] = {}
        self._families: dict[str, tuple[str, ...]] = {}
        self._histories: dict[str, Mapping[str, tuple[MetricPoint, ...]]] = {}

    def find(self, name: str) -> str:
        """Return the id of the run with this id, id prefix or name; raises UnknownName unless exactly one fits."""
        return self._know(name)

    def read(self, run_id: str) -> RunRecord:
        """Return one run."""
        if run_id not in self._records:
            self._know(run_id)
        return self._records[run_id]

    def each(self, run_ids: Sequence[str]) -> Iterator[RunRecord]:
        """Yield runs one after the other; more than a few are asked for together."""
        missing = [one for one in run_ids if one not in self._records]
        if len(missing) > 3:
            for answer in self._ask("each"):
                record = _record(answer["record"])
                self._records.setdefault(record.run_id, record)
        for run_id in run_ids:
            yield self.read(run_id)

    def histories(self, run_id: str) -> Mapping[str, tuple[MetricPoint, ...]]:
        """Return the logged values of each metric."""
        if run_id not in self._histories:
            self._know(run_id)
        return self._histories[run_id]

    def run_ids(self, *, since_ms: int = 0) -> tuple[str, ...]:
        """Return the ids of its runs, oldest first."""
        return tuple(one for answer in self._ask("ids", str(since_ms)) for one in answer["ids"])

    def launch_of(self, run: RunRecord) -> tuple[str, ...]:
        """Return the other runs of the same launch."""
        if run.run_id not in self._families:
            self._know(run.run_id)
        return self._families[run.run_id]

    def siblings(self, run: RunRecord) -> tuple[Sibling, ...]:
        """Return nothing: to ask a server for every run of a recipe takes longer than the recipe is worth."""
        return ()

    def mlflow_below(self) -> str:
        """Return nothing: a server does not tell which MLflow logged a run."""
        return ""

    def brought(self, run: RunRecord, into: Path, *, whole: bool) -> RunRecord:
        """Return the run with the places of its artifacts on this machine: all of them, or its models' small files only.

        They are brought once below `into`; raises SourceFailed where they cannot be had.
        """
        key = hashlib.sha256(f"{self._uri}\n{run.run_id}".encode()).hexdigest()[:24]
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = into / f"{key}-{'whole' if whole else 'small'}"
        if not (kept / "complete").exists():
            self._bring(run, kept, whole=whole)
        places = dict(line.split("\t", 1) for line in (kept / "complete").read_text("utf-8").splitlines())
        return replace(
            run,
            artifact_uri=str(kept / "artifacts") if whole else run.artifact_uri,
            models=tuple(RunModel(one.name, places.get(one.path, one.path)) for one in run.models),
        )

    def _bring(self, run: RunRecord, kept: Path, *, whole: bool) -> None:
        with tempfile.TemporaryDirectory(dir=kept.parent) as part:
            places: dict[str, str] = {}
            for answer in self._ask("files", run.run_id, part, str(MOST_BYTES), "whole" if whole else "small"):
                places |= answer.get("places", {})
            moved = [(path, place.replace(part, str(kept), 1)) for path, place in places.items() if "\t" not in path]
            Path(part, "complete").write_text("".join(f"{path}\t{place}\n" for path, place in moved), "utf-8")
            try:
                os.rename(part, kept)
            except OSError as error:
                if not (kept / "complete").exists():
                    raise SourceFailed(f"the artifacts of run {run.run_id[:12]} cannot be kept in {kept}") from error
            else:
                Path(part).mkdir()

    def _know(self, name: str) -> str:
        records: list[RunRecord] = []
        for answer in self._ask("run", name):
            if "fits" in answer:
                raise _unknown(name, answer["fits"])
            if "record" in answer:
                records.append(_record(answer["record"]))
            if "histories" in answer:
                self._histories[records[0].run_id] = {
                    key: tuple(MetricPoint(step, value, at) for step, value, at in points)
                    for key, points in answer["histories"].items()
                }
        self._records |= {one.run_id: one for one in records}
        self._families[records[0].run_id] = tuple(one.run_id for one in records[1:])
        return records[0].run_id

    def _ask(self, verb: str, *arguments: str) -> Iterator[dict[str, Any]]:
        root = str(Path(mlcockpit.__file__).parents[1])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
        with tempfile.TemporaryDirectory(prefix="mlcockpit-") as folder:
            yield from lines_of(
                [self._python, "-m", "mlcockpit.integrations.mlflow_run_child", verb, self._uri, *arguments],
                cwd=Path(folder),
                env={**os.environ, **LIMITS, "PYTHONPATH": path},
                subject=self.source,
                silence_s=SILENCE_S,
                total_s=TOTAL_S,
            )


def _record(answer: Mapping[str, Any]) -> RunRecord:
    return RunRecord(
        **{
            **answer,
            "inputs": tuple(RunInput(*one) for one in answer["inputs"]),
            "models": tuple(RunModel(*one) for one in answer["models"]),
        }
    )


def _unknown(name: str, fits: Sequence[str]) -> UnknownName:
    if fits:
        return UnknownName(f"several runs fit {name!r}: {', '.join(fits)}", hint="type more of the id")
    return UnknownName(f"no run has the id or name {name!r}", hint="list them with `mlcockpit runs`")
