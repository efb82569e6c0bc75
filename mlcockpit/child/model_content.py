"""Two logged models are compared by what they hold, in the environment that can load them.

    python model_content.py PAIRS.json ANSWER.json

PAIRS is a list of [original folder, reproduced folder]; the answer a list of {"verdict", "detail", "largest"}: equal_content,
equal_predictions (content differs or cannot be read, answers to the input example are equal), different or unknown.
Runs inside a rebuilt environment: standard library only at import, python 3.8 syntax, imports nothing of ours but model_walk.
"""

import importlib.util
import json
import os
import re
import sys

PLAIN = {"MLmodel", "requirements.txt", "conda.yaml", "python_env.yaml", "registered_model_meta"}
PLAIN |= {"input_example.json", "serving_input_example.json", "environment_variables.txt", "pickle_module_info.txt"}
TEXTS = (".txt", ".py", ".md", ".yaml", ".yml", ".toml", ".cfg", ".ini", ".csv", ".tsv", ".html")
PICKLES = (".pkl", ".pickle", ".cloudpickle", ".pck", ".dill", ".bin", "")
NAMELESS = re.compile(r"[0-9a-f]{32}|0x[0-9a-f]{6,}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*Z?")
LARGEST_TEXT = 64 * 2**20


class Unreadable(Exception):
    """Carries why a file cannot be read here."""


def _beside(name):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


model_walk = _beside("model_walk")
Different, Walk = model_walk.Different, model_walk.Walk


def load(path):
    """Return the object in one model file; raise Unreadable where nothing here can load it."""
    name = os.path.basename(path)
    ending = os.path.splitext(name)[1].lower()
    with open(path, "rb") as source:
        head = source.read(4000)
    if ending == ".skops":
        import skops.io

        return skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
    if ending in (".xgb", ".ubj") or (ending == ".json" and b'"learner"' in head):
        import xgboost

        booster = xgboost.Booster()
        booster.load_model(path)
        return booster
    if head.startswith(b"tree\n"):
        import lightgbm

        return lightgbm.Booster(model_file=path)
    if ending in (".cb", ".cbm") or head.startswith(b"CBM1"):
        import catboost

        model = catboost.CatBoost()
        model.load_model(path)
        return model
    if ending in (".npy", ".npz"):
        import numpy

        found = numpy.load(path, allow_pickle=False)
        return found if ending == ".npy" else {key: found[key] for key in found.files}
    if ending in (".pt", ".pth"):
        import torch

        return torch.load(path, map_location="cpu", weights_only=False)
    if ending in (".keras", ".h5", ".hdf5"):
        import keras

        return keras.models.load_model(path, compile=False)
    if ending == ".joblib":
        import joblib

        return joblib.load(path)
    if ending == ".json" or ending in TEXTS:
        return _text(path, ending)
    if ending in PICKLES:
        return _pickle(path)
    raise Unreadable("%s is of no known format and its bytes differ" % name)


def _text(path, ending):
    if os.path.getsize(path) > LARGEST_TEXT:
        raise Unreadable("%s is too large to be read" % os.path.basename(path))
    with open(path, encoding="utf-8", errors="replace") as source:
        text = source.read()
    return json.loads(text) if ending == ".json" else NAMELESS.sub("", text)


def _pickle(path):
    try:
        import cloudpickle as pickler
    except ImportError:
        import pickle as pickler
    with open(path, "rb") as source:
        try:
            return pickler.load(source)
        except Exception as error:
            try:
                import joblib

                return joblib.load(path)
            except Exception:
                raise error from None


def files(folder):
    """Return the files of a model below a folder, as relative paths; those that describe it are left out."""
    found = []
    for top, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if each != "__pycache__"]
        for name in names:
            path = os.path.relpath(os.path.join(top, name), folder)
            if name not in PLAIN and not path.startswith("metadata" + os.sep):
                found.append(path)
    return sorted(found)


def description(folder):
    """Return what MLmodel says of a model itself: signature, settings and loader, no ids, clocks and versions."""
    path = os.path.join(folder, "MLmodel")
    if not os.path.exists(path):
        return {}
    try:
        import yaml

        with open(path, encoding="utf-8") as source:
            parsed = yaml.safe_load(source)
    except Exception:
        return {}
    said = parsed if isinstance(parsed, dict) else {}
    flavors = said.get("flavors") if isinstance(said.get("flavors"), dict) else {}
    python = flavors.get("python_function")
    python = python if isinstance(python, dict) else {}
    told = {"signature": said.get("signature"), "flavors": sorted(flavors), "loader": python.get("loader_module")}
    return dict(told, config=python.get("config"), metadata=said.get("metadata"))


def predictions(folder):
    """Return what a model says to its own input example; None where it has none."""
    if not os.path.exists(os.path.join(folder, "MLmodel")):
        return None
    import mlflow
    from mlflow.models import Model

    told = Model.load(os.path.join(folder, "MLmodel"))
    if not getattr(told, "saved_input_example_info", None):
        return None
    example = told.load_input_example(folder)
    return mlflow.pyfunc.load_model(folder).predict(example)


def compare(old, new):
    """Return the verdict on two model folders."""
    walk, names = Walk(), files(old)
    if not names:
        return {"verdict": "unknown", "detail": "no model file that can be compared"}
    unread = []
    try:
        if names != files(new):
            more = sorted(set(names) ^ set(files(new)))
            raise Different("other files: %s" % ", ".join(more[:5]))
        walk.same(description(old), description(new), "MLmodel")
        for name in names:
            unread += _compare_file(walk, os.path.join(old, name), os.path.join(new, name), name)
    except Different as found:
        return _by_predictions(old, new, str(found), "different")
    unread += walk.unread
    if unread:
        return _by_predictions(old, new, "cannot be compared: " + "; ".join(unread[:3]), "unknown")
    return {"verdict": "equal_content", "detail": "", "largest": walk.largest}


def _compare_file(walk, old, new, name):
    """Compare one file; return what of it could not be read."""
    if _bytes_equal(old, new):
        return []
    try:
        pair = load(old), load(new)
    except Exception as error:
        return ["%s cannot be loaded: %s: %s" % (name, type(error).__name__, str(error)[:200])]
    try:
        walk.same(pair[0], pair[1], name)
    except Different:
        raise
    except Exception as error:
        return ["%s: %s: %s" % (name, type(error).__name__, str(error)[:200])]
    return []


def _bytes_equal(old, new):
    if os.path.getsize(old) != os.path.getsize(new):
        return False
    with open(old, "rb") as one, open(new, "rb") as other:
        while True:
            parts = one.read(2**20), other.read(2**20)
            if parts[0] != parts[1]:
                return False
            if not parts[0]:
                return True


def _by_predictions(old, new, detail, otherwise):
    """Return what the answers to the input example say where the content does not decide."""
    walk = Walk()
    try:
        answers = predictions(old), predictions(new)
        if answers[0] is None or answers[1] is None:
            return {"verdict": otherwise, "detail": detail}
        walk.same(answers[0], answers[1], "predictions")
    except Different as found:
        return {"verdict": "different", "detail": "%s; %s" % (detail, found)}
    except Exception:
        return {"verdict": otherwise, "detail": detail}
    if walk.unread:
        return {"verdict": otherwise, "detail": detail}
    detail += "; predictions on the input example are equal"
    return {"verdict": "equal_predictions", "detail": detail, "largest": walk.largest}


def main(arguments):
    """Compare every pair of one request."""
    import warnings

    warnings.simplefilter("ignore")
    sys.setrecursionlimit(20000)
    with open(arguments[0], encoding="utf-8") as source:
        pairs = json.load(source)
    answers = [compare(old, new) for old, new in pairs]
    with open(arguments[1], "w", encoding="utf-8") as target:
        json.dump(answers, target)


if __name__ == "__main__":
    main(sys.argv[1:])
