"""Single runs of a store that only MLflow's client can read are answered by this child process in JSON lines.

python -m mlcockpit.integrations.mlflow_run_child run URI NAME        a run, its parent and the runs of its launch
python -m mlcockpit.integrations.mlflow_run_child ids URI SINCE_MS    every run's id, oldest first
python -m mlcockpit.integrations.mlflow_run_child each URI            every run, without histories
python -m mlcockpit.integrations.mlflow_run_child files URI RUN FOLDER MOST_BYTES small|whole
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from mlcockpit.integrations.mlflow_child import BadAnswer, answering, pages
from mlcockpit.integrations.mlflow_run_reader import history_paths

SMALL = ("MLmodel", "requirements.txt", "python_env.yaml", "conda.yaml")
"""Files of a model that say what it takes to run it."""

MOST_POINTS = 20_000


def main(arguments: Sequence[str]) -> int:
    """Answer one request on stdout; an error is a line of its own and exit status 1."""
    verb, uri, *rest = arguments
    return answering(uri, lambda client: VERBS[verb](client, *rest))


def _run(client: Any, name: str) -> Iterator[dict[str, Any]]:
    ids = _experiments(client)
    run = _found(client, ids, name)
    if isinstance(run, list):
        yield {"fits": run}
    else:
        family = _family(client, run)
        names = {one.experiment_id: one.name for one in _pages_of_experiments(client)}
        models = _models(client, [run.info.experiment_id])
        for one in [run, *family]:
            yield {"record": _record(one, names, models)}
        yield {"histories": {key: _history(client, run.info.run_id, key) for key in run.data.metrics}}
    yield {"done": True}


def _ids(client: Any, since_ms: str) -> Iterator[dict[str, Any]]:
    found = []
    for run in _search(client, _experiments(client), f"attributes.start_time >= {int(since_ms)}"):
        found.append((run.info.start_time or 0, run.info.run_id))
    yield {"ids": [run_id for _, run_id in sorted(found)]}
    yield {"done": True}


def _each(client: Any) -> Iterator[dict[str, Any]]:
    ids = _experiments(client)
    names = {one.experiment_id: one.name for one in _pages_of_experiments(client)}
    models = _models(client, ids)
    for run in _search(client, ids, ""):
        yield {"record": _record(run, names, models)}
    yield {"done": True}


def _files(client: Any, run_id: str, folder: str, most: str, what: str) -> Iterator[dict[str, Any]]:
    """Bring the run's artifacts (or the small files of its models) below `folder`; say where each model went."""
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    run = client.get_run(run_id)
    names = {run.info.experiment_id: ""}
    record = _record(run, names, _models(client, [run.info.experiment_id]))
    top = Path(folder)
    places = {}
    left = int(most)
    if what == "whole":
        left -= _size(client, run_id, "")
        if left < 0:
            raise BadAnswer(f"its artifacts are larger than {int(most) // 2**20} MiB")
        download_artifacts(run_id=run_id, artifact_path="", dst_path=str(_made(top / "artifacts")))
    for place, (_, path) in enumerate(record["models"]):
        base = path if "://" in path or ":/" in path else f"{record['artifact_uri'].rstrip('/')}/{path}"
        into = _made(top / "models" / str(place))
        try:
            if what == "whole":
                download_artifacts(artifact_uri=base, dst_path=str(into))
            else:
                for name in SMALL:
                    _bring_small(f"{base}/{name}", into)
        except (MlflowException, OSError) as error:
            yield {"note": f"{path}: {type(error).__name__}"}
        inside = [one for one in into.iterdir() if one.is_dir()]
        places[path] = str(
            inside[0] if what == "whole" and len(inside) == 1 and not (into / "MLmodel").exists() else into
        )
    yield {"places": places, "artifacts": str(top / "artifacts") if what == "whole" else ""}
    yield {"done": True}


def _bring_small(uri: str, into: Path) -> None:
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    try:
        download_artifacts(artifact_uri=uri, dst_path=str(into))
    except (MlflowException, OSError):
        return


def _size(client: Any, run_id: str, path: str) -> int:
    total = 0
    for one in client.list_artifacts(run_id, path or None):
        total += _size(client, run_id, one.path) if one.is_dir else (one.file_size or 0)
    return total


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _found(client: Any, ids: Sequence[str], name: str) -> Any:
    """Return the run with this id, id prefix or name; a list of ids where not exactly one fits."""
    from mlflow.exceptions import MlflowException

    if len(name) == 32 and all(letter in "0123456789abcdef" for letter in name):
        try:
            return client.get_run(name)
        except MlflowException:
            return []
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    fits = list(_search(client, ids, f"attributes.run_name = '{quoted}'", most=6)) if "'" not in name else []
    if name and all(letter in "0123456789abcdef" for letter in name):
        begins = [run for run in _search(client, ids, "") if run.info.run_id.startswith(name)]
        fits = begins or fits
    return fits[0] if len(fits) == 1 else [run.info.run_id for run in fits[:5]]


def _family(client: Any, run: Any) -> list[Any]:
    """Return the parent, the children and the siblings of a run."""
    from mlflow.exceptions import MlflowException

    top = run.data.tags.get("mlflow.parentRunId") or run.info.run_id
    found = list(_search(client, [run.info.experiment_id], f"tags.mlflow.parentRunId = '{top}'"))
    if top != run.info.run_id:
        with suppress(MlflowException):
            found.append(client.get_run(top))
    return [one for one in found if one.info.run_id != run.info.run_id]


def _experiments(client: Any) -> list[str]:
    return [one.experiment_id for one in _pages_of_experiments(client)]


def _pages_of_experiments(client: Any) -> list[Any]:
    return list(pages(lambda token: client.search_experiments(view_type=3, max_results=500, page_token=token)))


def _search(client: Any, ids: Sequence[str], words: str, most: int | None = None) -> Iterator[Any]:
    seen = 0
    for start in range(0, len(ids), 50):
        some = ids[start : start + 50]

        def ask(token: str | None, some: Sequence[str] = some) -> Any:
            return client.search_runs(some, words, run_view_type=1, max_results=500, page_token=token)

        for run in pages(ask):
            yield run
            seen += 1
            if most is not None and seen >= most:
                return


def _models(client: Any, ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    if not hasattr(client, "search_logged_models"):
        return found
    from mlflow.exceptions import MlflowException

    for start in range(0, len(ids), 50):
        some = ids[start : start + 50]

        def ask(token: str | None, some: Sequence[str] = some) -> Any:
            return client.search_logged_models(some, max_results=50, page_token=token)

        try:
            for model in pages(ask, most=50):
                if model.source_run_id:
                    found.setdefault(model.source_run_id, []).append((model.name, model.artifact_location))
        except MlflowException:
            return found  # a server of MLflow 2 has no such models
    return found


def _record(run: Any, names: dict[str, str], models: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    info, data = run.info, run.data
    tags = dict(data.tags)
    known = list(models.get(info.run_id, ()))
    known += [(path, path) for path in history_paths(tags.get("mlflow.log-model.history", ""))]
    inputs = []
    for one in getattr(getattr(run, "inputs", None), "dataset_inputs", None) or ():
        context = next((tag.value for tag in one.tags if tag.key == "mlflow.data.context"), "")
        d = one.dataset
        inputs.append((d.name, d.digest, d.source or "", d.source_type or "", d.schema or "", d.profile or "", context))
    return {
        "run_id": info.run_id,
        "name": getattr(info, "run_name", None) or tags.get("mlflow.runName", ""),
        "experiment": names.get(info.experiment_id, ""),
        "status": info.status,
        "start_ms": info.start_time or 0,
        "end_ms": info.end_time,
        "user": info.user_id or tags.get("mlflow.user", ""),
        "params": dict(data.params),
        "metrics": dict(data.metrics),
        "tags": tags,
        "inputs": inputs,
        "artifact_uri": info.artifact_uri or "",
        "models": known,
    }


def _history(client: Any, run_id: str, key: str) -> list[tuple[int, float, int]]:
    found = sorted(client.get_metric_history(run_id, key), key=lambda one: (one.step, one.timestamp))
    return [(one.step, one.value, one.timestamp) for one in found[:MOST_POINTS]]


VERBS: dict[str, Callable[..., Iterator[dict[str, Any]]]] = {"run": _run, "ids": _ids, "each": _each, "files": _files}


if __name__ == "__main__":
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    sys.exit(main(sys.argv[1:]))
