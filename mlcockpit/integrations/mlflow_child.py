"""Everything that needs MLflow's client happens in this child process, which answers in JSON lines.

python -m mlcockpit.integrations.mlflow_child runs URI
python -m mlcockpit.integrations.mlflow_child history URI RUN KEY MOST
"""

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from mlcockpit.analysis.thinning import thin
from mlcockpit.domain.run import MetricPoint
from mlcockpit.domain.tracking import instant
from mlcockpit.integrations.mlflow_schema import READ_ONLY, is_database, refuse_other_schema

PAGE = 500
"""Runs asked for at once; a server that answers with more is not believed."""

MEMORY = 6 * 2**30
"""Bytes of address space this process may take."""

Page = Sequence[Any]


class BadAnswer(Exception):
    """The server does not keep to MLflow's protocol."""


def main(arguments: Sequence[str]) -> int:
    """Answer one request on stdout; an error is a line of its own and exit status 1."""
    verb, uri, *rest = arguments
    return answering(uri, lambda client: _history(client, *rest) if verb == "history" else _everything(client))


def answering(uri: str, lines: Callable[[Any], Iterator[dict[str, Any]]]) -> int:
    """Print what `lines` yields for a client of the store at `uri`, and return the exit status."""
    _limit_memory()
    try:
        if is_database(uri):
            os.environ["PGOPTIONS"] = f"{os.environ.get('PGOPTIONS', '')} {READ_ONLY}".strip()
            refuse_other_schema(uri)
        import mlflow
        from mlflow import MlflowClient

        mlflow.set_tracking_uri(uri)
        for line in lines(MlflowClient(tracking_uri=uri, registry_uri=uri)):
            print(json.dumps(line), flush=True)
    except (BadAnswer, ValueError, OSError, ImportError, MemoryError, RuntimeError) as error:
        return _say(error)
    except _client_errors() as error:
        return _say(error)
    return 0


def _say(error: BaseException) -> int:
    print(json.dumps({"error": f"{type(error).__name__}: {error}"[:2000]}), flush=True)
    return 1


def _client_errors() -> tuple[type[BaseException], ...]:
    """Return what MLflow and what it stands on raise for a server or database that fails."""
    found: list[type[BaseException]] = []
    with suppress(ImportError):
        from mlflow.exceptions import MlflowException

        found.append(MlflowException)
    with suppress(ImportError):
        from sqlalchemy.exc import SQLAlchemyError

        found.append(SQLAlchemyError)
    with suppress(ImportError):
        from alembic.util.exc import CommandError

        found.append(CommandError)
    with suppress(ImportError):
        from google.protobuf.json_format import ParseError  # type: ignore[import-untyped]

        found.append(ParseError)
    return tuple(found)


def _everything(client: Any) -> Iterator[dict[str, Any]]:
    experiments = list(pages(lambda token: client.search_experiments(view_type=3, max_results=PAGE, page_token=token)))
    yield _rows(
        "experiments",
        [(int(e.experiment_id), e.name, int(e.lifecycle_stage == "deleted"), e.artifact_location) for e in experiments],
    )
    ids = [experiment.experiment_id for experiment in experiments]
    for start in range(0, len(ids), 50):
        some = ids[start : start + 50]
        yield from _runs(client, some)
        yield from _models(client, some)
    yield from _registry(client)
    yield {"done": True}


def _runs(client: Any, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    def ask(token: str | None) -> Any:
        return client.search_runs(ids, run_view_type=3, max_results=PAGE, page_token=token)

    for run in pages(ask):
        yield from _run(run)


def _run(run: Any) -> Iterator[dict[str, Any]]:
    info, data = run.info, run.data
    key = info.run_id
    deleted = int(info.lifecycle_stage == "deleted")
    name = getattr(info, "run_name", None) or data.tags.get("mlflow.runName", "")
    times = (info.start_time, info.end_time)
    row = (
        key,
        int(info.experiment_id),
        name,
        info.status,
        deleted,
        *times,
        info.artifact_uri,
        info.user_id or "",
        "",
        "",
        "",
    )
    yield _rows("runs", [row])
    yield _rows("params", [(key, name, value) for name, value in data.params.items()])
    yield _rows("tags", [(key, name, value) for name, value in data.tags.items()])
    logged = {metric.key: metric for metric in getattr(data, "_metric_objs", ())}
    yield _rows(
        "metrics",
        [
            (key, name, value, getattr(logged.get(name), "step", 0), getattr(logged.get(name), "timestamp", None))
            for name, value in data.metrics.items()
        ],
    )
    found = getattr(getattr(run, "inputs", None), "dataset_inputs", None) or ()
    yield _rows("inputs", [_input(key, one) for one in found])


def _input(run: str, one: Any) -> tuple[str, ...]:
    context = next((tag.value for tag in one.tags if tag.key == "mlflow.data.context"), "")
    dataset = one.dataset
    return (run, dataset.name, dataset.digest, context, dataset.source_type, dataset.source)


def _models(client: Any, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    if not hasattr(client, "search_logged_models"):
        return
    rows = []
    for model in pages(lambda token: client.search_logged_models(ids, max_results=50, page_token=token), most=50):
        if model.source_run_id:
            status = getattr(model.status, "name", str(model.status))
            created = model.creation_timestamp
            rows.append((model.source_run_id, model.model_id, model.name, model.artifact_location, status, created))
    yield _rows("logged_models", rows)


def _registry(client: Any) -> Iterator[dict[str, Any]]:
    models = pages(lambda token: client.search_registered_models(max_results=100, page_token=token), most=100)
    aliases = [(model.name, alias, int(number)) for model in models for alias, number in (model.aliases or {}).items()]
    yield _rows("aliases", aliases)
    versions = pages(lambda token: client.search_model_versions(max_results=PAGE, page_token=token))
    yield _rows("versions", [_version(version) for version in versions])


def _version(version: Any) -> tuple[Any, ...]:
    stage = version.current_stage if version.current_stage not in (None, "None") else ""
    return (
        version.name,
        int(version.version),
        version.run_id or "",
        version.source or "",
        stage,
        version.status or "",
        version.user_id or "",
        version.creation_timestamp,
        version.description or "",
    )


def pages(ask: Callable[[str | None], Any], most: int = PAGE) -> Iterator[Any]:
    """Yield every item of every page; refuse pages that are too long and tokens that come again."""
    token: str | None = None
    seen: set[str] = set()
    while True:
        page = ask(token)
        if len(page) > most:
            raise BadAnswer(f"{len(page)} items came where at most {most} were asked for")
        yield from page
        token = page.token
        if not token:
            return
        if token in seen:
            raise BadAnswer("a page token came twice")
        seen.add(token)


def _history(client: Any, run: str, key: str, most: str) -> Iterator[dict[str, Any]]:
    found = sorted(client.get_metric_history(run, key), key=lambda metric: (metric.step, metric.timestamp))
    points = [MetricPoint(m.step, m.value, instant(m.timestamp)) for m in found]
    at = {id(point): metric.timestamp for point, metric in zip(points, found, strict=True)}
    kept = [(point.step, point.value, at[id(point)]) for point in thin(points, most=int(most))]
    yield {"total": len(points), "points": kept}
    yield {"done": True}


def _rows(feed: str, rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    return {"feed": feed, "rows": rows}


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
