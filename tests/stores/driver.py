"""Does to a real MLflow store what a story says, by the client of whatever MLflow runs this file.

    python driver.py < stories.jsonl

Each line is [STORE_URI, IDS_FILE, story] and is answered with a line "done". A story is a list of steps, each a list of a
verb and its words. Runs are named by the story; their ids are kept in IDS_FILE. Only what every MLflow since 2.13 has is
used here, and nothing of this project.
"""

import json
import sys
from contextlib import suppress
from pathlib import Path


class Driver:
    """One open store."""

    def __init__(self, uri, ids):
        from mlflow import MlflowClient

        self.uri = uri
        self.client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        self.ids_file = Path(ids)
        self.ids = json.loads(self.ids_file.read_text()) if self.ids_file.exists() else {}

    def tell(self, story):
        for verb, *words in story:
            getattr(self, verb)(*words)
        self.ids_file.write_text(json.dumps(self.ids))

    def create_run(self, name, experiment="Default", parent=None):
        found = self.client.get_experiment_by_name(experiment)
        where = found.experiment_id if found else self.client.create_experiment(experiment)
        tags = {"mlflow.user": "bo", "mlflow.source.name": "train.py", "mlflow.source.git.commit": "a" * 40}
        if parent:
            tags["mlflow.parentRunId"] = self.ids[parent]
        self.ids[name] = self.client.create_run(where, run_name=name, tags=tags).info.run_id

    def log_param(self, run, key, value):
        self.client.log_param(self.ids[run], key, value)

    def log_metric(self, run, key, value, step=0):
        self.client.log_metric(self.ids[run], key, float(value), step=step, timestamp=1_700_000_000_000 + step)

    def set_tag(self, run, key, value):
        self.client.set_tag(self.ids[run], key, value)

    def delete_tag(self, run, key):
        self.client.delete_tag(self.ids[run], key)

    def rename_run(self, run, name):
        self.client.update_run(self.ids[run], name=name)

    def finish_run(self, run, status):
        self.client.set_terminated(self.ids[run], status)

    def delete_run(self, run):
        self.client.delete_run(self.ids[run])

    def restore_run(self, run):
        self.client.restore_run(self.ids[run])

    def purge_run(self, run):
        """Do what `mlflow gc` does to a deleted run."""
        self.client._tracking_client.store._hard_delete_run(self.ids[run])

    def log_input(self, run, name, digest):
        from mlflow.entities import Dataset, DatasetInput, InputTag

        dataset = Dataset(name=name, digest=digest, source_type="local", source='{"uri": "data.csv"}')
        context = [InputTag("mlflow.data.context", "training")]
        self.client.log_inputs(self.ids[run], datasets=[DatasetInput(dataset, context)])

    def create_version(self, model, run):
        from mlflow.exceptions import MlflowException

        with suppress(MlflowException):
            self.client.create_registered_model(model)
        self.client.create_model_version(model, "/models/" + run, run_id=self.ids[run])

    def delete_version(self, model, number):
        self.client.delete_model_version(model, str(number))

    def set_alias(self, model, alias, number):
        self.client.set_registered_model_alias(model, alias, str(number))

    def delete_alias(self, model, alias):
        self.client.delete_registered_model_alias(model, alias)


if __name__ == "__main__":
    for line in sys.stdin:
        uri, ids, story = json.loads(line)
        Driver(uri, ids).tell(story)
        print("done", flush=True)
