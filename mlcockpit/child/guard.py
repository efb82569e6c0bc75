"""A rerun can only write to its private tracking store and registry, whatever its code sets.

Standard library only, python 3.8 syntax, imports nothing of ours; works on MLflow 2.x and 3.x and in child processes.
MLCOCKPIT_GUARD_TRACKING_URI (and MLCOCKPIT_GUARD_REGISTRY_URI, default the same) name the private store,
MLCOCKPIT_GUARD_TAGS (JSON) the tags that every run gets, MLCOCKPIT_GUARD_ARTIFACTS where a database store puts
artifacts. Stores that code opens by class or REST are not caught.
"""

import os

_SERVICE = "mlflow.tracking._tracking_service."
_REGISTRY = "mlflow.tracking._model_registry."


def start(hook):
    """Guard this process; children are guarded by the same environment."""
    tracking = os.environ["MLCOCKPIT_GUARD_TRACKING_URI"]
    registry = os.environ.get("MLCOCKPIT_GUARD_REGISTRY_URI") or tracking
    os.environ["MLFLOW_TRACKING_URI"] = tracking
    os.environ["MLFLOW_REGISTRY_URI"] = registry

    def service(module):
        hook.replace(module, "set_tracking_uri", _calling(tracking))
        for word in ("get_tracking_uri", "_resolve_tracking_uri"):
            hook.replace(module, word, _returning(tracking))

    def models(module):
        hook.replace(module, "set_registry_uri", _calling(registry))
        for word in ("get_registry_uri", "_resolve_registry_uri"):
            hook.replace(module, word, _returning(registry))

    hook.on_import(_SERVICE + "utils", service)
    hook.on_import(_REGISTRY + "utils", models)
    artifacts = os.environ.get("MLCOCKPIT_GUARD_ARTIFACTS")
    hook.on_import(_SERVICE + "registry", _stores(hook, "TrackingStoreRegistry", tracking, artifacts))
    hook.on_import(_REGISTRY + "registry", _stores(hook, "ModelRegistryStoreRegistry", registry))
    hook.on_import("mlflow.tracking.fluent", _experiments(hook))
    hook.on_import("mlflow.tracking.client", _client(hook))


def _calling(uri):
    def make(original):
        def call(*args, **kwargs):
            return original(uri)

        return call

    return make


def _returning(uri):
    def make(original):
        def answer(*args, **kwargs):
            return uri

        return answer

    return make


def _stores(hook, name, uri, artifacts=None):
    def make(original):
        def get_store(self, store_uri=None, artifact_uri=None, *args, **kwargs):
            return original(self, uri, artifacts or artifact_uri, *args, **kwargs)

        return get_store

    def touch(module):
        hook.replace(getattr(module, name), "get_store", make)

    return touch


def _experiments(hook):
    """A number of an experiment means nothing in the private store: it becomes an experiment of that name."""

    def make(original):
        def set_experiment(experiment_name=None, experiment_id=None, *args, **kwargs):
            name = experiment_name if experiment_id is None else _named(experiment_id)
            return original(name, None, *args, **kwargs)

        return set_experiment

    return lambda module: hook.replace(module, "set_experiment", make)


def _named(experiment_id):
    return "Default" if str(experiment_id) == "0" else "experiment %s" % experiment_id


def _client(hook):
    def creating(original):
        def create_experiment(self, name, artifact_location=None, *args, **kwargs):
            return original(self, name, None, *args, **kwargs)

        return create_experiment

    def running(original):
        def create_run(self, experiment_id, *args, **kwargs):
            return original(self, _known(self, experiment_id), *args, **_tagged(args, kwargs))

        return create_run

    def touch(module):
        hook.replace(module.MlflowClient, "create_experiment", creating)
        hook.replace(module.MlflowClient, "create_run", running)

    return touch


def _known(client, experiment_id):
    try:
        client.get_experiment(str(experiment_id))
        return experiment_id
    except Exception:
        found = client.get_experiment_by_name(_named(experiment_id))
        return found.experiment_id if found else client.create_experiment(_named(experiment_id))


def _tagged(args, kwargs):
    """create_run(experiment_id, start_time, tags, run_name): add the tags of the rerun where they can be added."""
    given = os.environ.get("MLCOCKPIT_GUARD_TAGS")
    if not given or len(args) > 1:
        return kwargs
    import json

    return dict(kwargs, tags=dict(kwargs.get("tags") or {}, **json.loads(given)))
