"""Runs that were logged to a private store are logged once more, through MLflow's own client, to the store that a person uses.

    python -I log_runs.py ASKED ANSWER

ASKED is a JSON file: {"uri", "experiment", "runs": [{"old", "parent", "name", "status", "start_ms", "end_ms", "params", "tags",
"metrics": [[key, value, timestamp, step]], "inputs": [...], "artifacts": folder or null, "models": [[name, folder]]}]}, parents first.
The answer is {"runs": {old id: new id}} or {"error"}; runs that were begun are deleted again where one fails. Standard library
and MLflow only, python 3.8 syntax, imports nothing of ours.
"""

import json
import os
import shutil
import signal
import sys
import tempfile

LONGEST = 100
"""Entries that MLflow takes at once."""


def main(asked, answer):
    """Log every run; write what became of it."""
    with open(asked, encoding="utf-8") as source:
        wanted = json.load(source)
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
    os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    said = {}
    try:
        said["runs"] = log_all(wanted)
    except Exception as error:
        said["error"] = "%s: %s" % (type(error).__name__, str(error)[:2000])
    part = answer + ".part"
    with open(part, "w", encoding="utf-8") as out:
        json.dump(said, out)
    os.replace(part, answer)
    return 1 if "error" in said else 0


def log_all(wanted):
    """Return old id -> new id."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(tracking_uri=wanted["uri"], registry_uri=wanted["uri"])
    experiment = client.get_experiment_by_name(wanted["experiment"])
    if experiment is None or experiment.lifecycle_stage != "active":
        raise ValueError("the experiment %r is not there any more" % wanted["experiment"])
    made = {}
    try:
        for run in wanted["runs"]:
            log_one(client, experiment.experiment_id, run, made)
    except BaseException:
        for run_id in made.values():
            client.delete_run(run_id)
        raise
    return made


def log_one(client, experiment_id, run, made):
    """Log one run with everything that hangs on it."""
    tags = dict(run["tags"])
    if run["parent"] in made:
        tags["mlflow.parentRunId"] = made[run["parent"]]
    tags["mlflow.runName"] = run["name"]
    plain = {key: value for key, value in tags.items() if run["old"] not in value}
    created = client.create_run(experiment_id, start_time=run["start_ms"] or None, tags=plain)
    run_id = made[run["old"]] = created.info.run_id
    for key, value in tags.items():
        if run["old"] in value:
            client.set_tag(run_id, key, value.replace(run["old"], run_id))
    _log_numbers(client, run_id, run)
    _log_inputs(client, run_id, run["inputs"])
    models = {}
    for name, folder in run["models"]:
        inside = run["artifacts"] and os.path.abspath(folder).startswith(os.path.abspath(run["artifacts"]) + os.sep)
        if not inside:
            models[folder] = name
    with tempfile.TemporaryDirectory() as scratch:
        if run["artifacts"]:
            _log_artifacts(client, run_id, run, scratch)
        for place, (folder, name) in enumerate(models.items()):
            _log_model(client, experiment_id, run_id, run["old"], name, folder, os.path.join(scratch, "m%d" % place))
    client.set_terminated(run_id, status=run["status"], end_time=run["end_ms"] or None)


def _log_numbers(client, run_id, run):
    from mlflow.entities import Metric, Param

    params = [Param(key, value) for key, value in run["params"].items()]
    metrics = [Metric(key, float(value), timestamp, step) for key, value, timestamp, step in run["metrics"]]
    for start in range(0, len(params), LONGEST):
        client.log_batch(run_id, params=params[start : start + LONGEST])
    for start in range(0, len(metrics), 10 * LONGEST):
        client.log_batch(run_id, metrics=metrics[start : start + 10 * LONGEST])


def _log_inputs(client, run_id, inputs):
    if not inputs or not hasattr(client, "log_inputs"):
        return
    from mlflow.entities import Dataset, DatasetInput, InputTag

    found = []
    for one in inputs:
        dataset = Dataset(
            name=one["name"], digest=one["digest"], source_type=one["source_type"], source=one["source"],
            schema=one["schema"] or None, profile=one["profile"] or None,
        )  # fmt: skip
        tags = [InputTag(key="mlflow.data.context", value=one["context"])] if one["context"] else []
        found.append(DatasetInput(dataset=dataset, tags=tags))
    client.log_inputs(run_id, found)


def _log_artifacts(client, run_id, run, scratch):
    copied = os.path.join(scratch, "artifacts")
    shutil.copytree(run["artifacts"], copied, symlinks=False)
    _rename_in_models(copied, {run["old"]: run_id})
    if os.listdir(copied):
        client.log_artifacts(run_id, copied)


def _log_model(client, experiment_id, run_id, old, name, folder, copied):
    """Log a model of MLflow 3, which lies beside the run; it is its own entity with an id of its own."""
    shutil.copytree(folder, copied, symlinks=False)
    if not hasattr(client, "create_logged_model"):
        _rename_in_models(copied, {old: run_id})
        client.log_artifacts(run_id, copied, name)
        return
    model = client.create_logged_model(experiment_id, name=name, source_run_id=run_id)
    _rename_in_models(copied, {old: run_id, _model_id(copied): model.model_id})
    client.log_model_artifacts(model.model_id, copied)
    client.finalize_logged_model(model.model_id, "READY")
    if hasattr(client, "log_outputs"):
        from mlflow.entities import LoggedModelOutput

        client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 0)])


def _model_id(folder):
    try:
        with open(os.path.join(folder, "MLmodel"), encoding="utf-8") as source:
            for line in source:
                if line.startswith("model_id:"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return ""


def _rename_in_models(top, names):
    """Put the new ids where a model's description names the old ones."""
    for folder, _, files in os.walk(top):
        if "MLmodel" in files:
            path = os.path.join(folder, "MLmodel")
            with open(path, encoding="utf-8") as source:
                text = source.read()
            for old, new in names.items():
                text = text.replace(old, new) if old else text
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
