"""A rerun can only write to its private tracking store and registry, whatever its code sets.

Standard library only, python 3.8 syntax, imports nothing of ours; works on MLflow 2.x and 3.x and in child processes.
MLCOCKPIT_GUARD_TRACKING_URI (and MLCOCKPIT_GUARD_REGISTRY_URI, default the same) name the private store,
MLCOCKPIT_GUARD_TAGS (JSON) the tags that every run gets, MLCOCKPIT_GUARD_ARTIFACTS where a database store puts
artifacts. What was asked for instead, and every host that was reached, is appended to MLCOCKPIT_GUARD_NOTES, a file
of JSON lines. A Python process cannot connect to a tracking server that the code names, nor to those of
MLCOCKPIT_GUARD_DENIED (host:port, separated by commas). Stores that code opens by class are not caught.
"""

import os
import sys

_SERVICE = "mlflow.tracking._tracking_service."
_REGISTRY = "mlflow.tracking._model_registry."
_NETWORK = {"socket.getaddrinfo", "socket.connect"}
_OWN = ("127.", "::1", "localhost", "0.0.0.0")
_PORTS = {"http": "80", "https": "443", "databricks": "443"}
_denied = set()
_said = set()


def start(hook):
    """Guard this process; children are guarded by the same environment."""
    tracking = os.environ["MLCOCKPIT_GUARD_TRACKING_URI"]
    registry = os.environ.get("MLCOCKPIT_GUARD_REGISTRY_URI") or tracking
    os.environ["MLFLOW_TRACKING_URI"] = tracking
    os.environ["MLFLOW_REGISTRY_URI"] = registry
    _denied.update(one for one in os.environ.get("MLCOCKPIT_GUARD_DENIED", "").split(",") if one)
    sys.addaudithook(_watch)

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
            for given in list(args[:1]) + list(kwargs.values())[:1]:
                _instead(given, uri)
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
            _instead(store_uri, uri)
            return original(self, uri, artifacts or artifact_uri, *args, **kwargs)

        return get_store

    def touch(module):
        hook.replace(getattr(module, name), "get_store", make)

    return touch


def _instead(given, uri):
    """Note a store that the code asked for, and close the way to its server."""
    given = os.fspath(given) if isinstance(given, os.PathLike) else given
    if not isinstance(given, str) or not given or given == uri:
        return
    scheme, mark, rest = given.partition("://")
    place = rest.partition("/")[0].rpartition("@")[2]
    if mark and scheme in _PORTS and place:
        _denied.add(place if ":" in place.rpartition("]")[2] else "%s:%s" % (place, _PORTS[scheme]))
    path = rest.partition("/")[2].partition("?")[0]
    _note("store", "%s://%s/%s" % (scheme, place, path) if mark else given)


def _watch(event, args):
    """Refuse connections to tracking servers of the person, and note where else the network is used."""
    if event not in _NETWORK:
        return
    if event == "socket.connect":
        host, port = args[1][:2] if isinstance(args[1], tuple) and len(args[1]) > 1 else (None, None)
    else:
        host, port = args[0], args[1]
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not host:
        return
    place = "%s:%s" % (str(host).strip("[]"), port)
    if place in _denied or str(host) == "169.254.169.254":
        _note("refused", place)
        raise PermissionError("a reproduction must not reach %s" % place)
    if not str(host).startswith(_OWN):
        _note("network", place)


def _note(kind, what):
    notes = os.environ.get("MLCOCKPIT_GUARD_NOTES")
    if not notes or (kind, what) in _said or len(_said) > 100:
        return
    _said.add((kind, what))
    import json

    try:
        with open(notes, "a") as out:
            out.write(json.dumps({kind: what[:300]}) + "\n")
    except OSError:
        return


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
