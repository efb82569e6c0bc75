"""Two logged models are compared by what they hold, in the environment that can load them.

    python model_content.py PAIRS.json ANSWER.json

PAIRS is a list of [original folder, reproduced folder]; the answer a list of {"verdict", "detail", "largest"}. Runs inside
a rebuilt environment: standard library only at import, python 3.8 syntax, imports nothing of ours.
"""

import json
import math
import os
import sys
import types

MOST_VALUES = 5000000
DEEPEST = 60
LEFT_OUT = {"_sklearn_version", "__sklearn_version__", "_repr_html_link", "model_uuid", "run_id", "guid", "train_dir"}
ENDINGS = (".pkl", ".pickle", ".joblib", ".skops", ".xgb", ".ubj", ".json", ".lgb", ".txt", ".cb", ".cbm")
ENDINGS += (".npy", ".npz", ".pt", ".pth")
PLAIN = {"MLmodel", "requirements.txt", "conda.yaml", "python_env.yaml", "registered_model_meta"}
PLAIN |= {"input_example.json", "serving_input_example.json"}


class Different(Exception):
    """Carries where and how two models differ."""


class Walk:
    """Compares two objects part by part and remembers the largest difference of numbers."""

    def __init__(self):
        self.seen = set()
        self.values = 0
        self.largest = 0.0

    def same(self, a, b, where, depth=0):
        self.values += 1
        if a is b or depth > DEEPEST or self.values > MOST_VALUES:
            return
        if type(a) is not type(b):
            raise Different("%s is %s, now %s" % (where, _kind(a), _kind(b)))
        if isinstance(a, float):
            self.numbers(a, b, where)
            return
        if isinstance(a, (int, str, bytes, bool, complex, type(None), type, types.BuiltinFunctionType)):
            if a != b:
                raise Different("%s was %.60r, now %.60r" % (where, a, b))
            return
        if (id(a), id(b)) in self.seen:
            return
        self.seen.add((id(a), id(b)))
        self.parts(a, b, where, depth + 1)

    def numbers(self, a, b, where):
        if a == b or (math.isnan(a) and math.isnan(b)):
            return
        gap = abs(a - b)
        if math.isfinite(gap) and gap <= 1e-6 * max(abs(a), abs(b)) + 1e-12:
            self.largest = max(self.largest, gap)
            return
        raise Different("%s was %.10g, now %.10g" % (where, a, b))

    def parts(self, a, b, where, depth):
        name = type(a).__module__.split(".")[0]
        if name == "numpy" and hasattr(a, "dtype"):
            return self.arrays(a, b, where, depth)
        if name == "pandas" and hasattr(a, "to_numpy"):
            names = [list(map(str, getattr(one, "columns", []))) for one in (a, b)]
            self.same(names[0], names[1], where + ".columns", depth)
            return self.same(a.to_numpy(), b.to_numpy(), where, depth)
        if name == "scipy" and hasattr(a, "tocoo"):
            return self.same(a.toarray(), b.toarray(), where, depth)
        if name == "torch" and hasattr(a, "detach"):
            return self.same(a.detach().cpu().numpy(), b.detach().cpu().numpy(), where, depth)
        if isinstance(a, dict):
            return self.dicts(a, b, where, depth)
        if isinstance(a, (list, tuple)):
            if len(a) != len(b):
                raise Different("%s has %d parts, now %d" % (where, len(a), len(b)))
            for place in range(len(a)):
                self.same(a[place], b[place], "%s[%d]" % (where, place), depth)
            return None
        if isinstance(a, (set, frozenset)):
            if a != b:
                raise Different("%s differs" % where)
            return None
        if isinstance(a, (types.FunctionType, types.MethodType)):
            code = getattr(a, "__code__", None), getattr(b, "__code__", None)
            if code[0] is not None and (code[0].co_code != code[1].co_code or code[0].co_names != code[1].co_names):
                raise Different("function %s differs" % where)
            return None
        return self.same(_state(a), _state(b), where + ":" + type(a).__name__, depth)

    def arrays(self, a, b, where, depth):
        import numpy

        if a.dtype != b.dtype or a.shape != b.shape:
            raise Different("%s is %s %s, now %s %s" % (where, a.dtype, a.shape, b.dtype, b.shape))
        if a.dtype.names:
            for name in a.dtype.names:
                self.arrays(a[name], b[name], "%s.%s" % (where, name), depth)
        elif a.dtype == object:
            self.same(a.ravel().tolist(), b.ravel().tolist(), where, depth)
        elif a.dtype.kind in "fc":
            equal = (a == b) | (numpy.isnan(a) & numpy.isnan(b))
            if not equal.all():
                gap = numpy.abs(a[~equal] - b[~equal])
                scale = numpy.maximum(numpy.abs(a[~equal]), numpy.abs(b[~equal]))
                if not (gap <= 1e-6 * scale + 1e-12).all():
                    raise Different(
                        "%s: %d of %d values differ, at most by %.3g"
                        % (where, (~equal).sum(), a.size, float(gap.max()))
                    )
                self.largest = max(self.largest, float(gap.max()))
        elif not (a == b).all():
            raise Different("%s: %d of %d values differ" % (where, int((a != b).sum()), a.size))

    def dicts(self, a, b, where, depth):
        keys = [k for k in a if not (isinstance(k, str) and k in LEFT_OUT)]
        if {repr(k) for k in keys} != {repr(k) for k in b if not (isinstance(k, str) and k in LEFT_OUT)}:
            raise Different("%s has other entries" % where)
        for key in keys:
            if key in b:
                self.same(a[key], b[key], "%s.%s" % (where, key), depth)


def _kind(value):
    return type(value).__name__


def _state(value):
    module = type(value).__module__.split(".")[0]
    if module == "xgboost" and hasattr(value, "save_raw"):
        return json.loads(bytes(value.save_raw("json")).decode("utf-8"))
    if module == "lightgbm" and hasattr(value, "model_to_string"):
        text = value.model_to_string()
        return [line for line in text.splitlines() if not line.startswith(("[", "end of parameters", "tree_sizes"))]
    if module == "catboost" and hasattr(value, "get_leaf_values"):
        return [value.get_leaf_values(), value.get_tree_leaf_counts(), list(map(str, value.feature_names_ or []))]
    if module == "numpy" and hasattr(value, "get_state"):
        return value.get_state(legacy=False)
    if module == "numpy" and hasattr(value, "bit_generator"):
        return value.bit_generator.state
    if hasattr(value, "state_dict"):
        return dict(value.state_dict())
    if (
        isinstance(getattr(value, "__dict__", None), dict)
        and value.__dict__
        and not hasattr(type(value), "__getstate__")
    ):
        return dict(value.__dict__)
    try:
        state = value.__getstate__() if hasattr(value, "__getstate__") else None
    except Exception:
        state = None
    if state:
        return state
    try:
        return list(value.__reduce_ex__(2)[1:3])
    except Exception:
        return repr(type(value))


def load(path):
    """Return the object in one model file."""
    name = os.path.basename(path)
    if name.endswith(".skops"):
        import skops.io

        return skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
    if name.endswith((".xgb", ".ubj")) or (name == "model.json" and b'"learner"' in open(path, "rb").read(4000)):
        import xgboost

        booster = xgboost.Booster()
        booster.load_model(path)
        return booster
    if name.endswith((".lgb",)) or (name.endswith(".txt") and open(path, "rb").read(5) == b"tree\n"):
        import lightgbm

        return lightgbm.Booster(model_file=path)
    if name.endswith((".cb", ".cbm")):
        import catboost

        model = catboost.CatBoost()
        model.load_model(path)
        return model
    if name.endswith((".npy", ".npz")):
        import numpy

        found = numpy.load(path, allow_pickle=False)
        return found if name.endswith(".npy") else {key: found[key] for key in found.files}
    if name.endswith((".pt", ".pth")):
        import torch

        return torch.load(path, map_location="cpu", weights_only=False)
    if name.endswith(".joblib"):
        import joblib

        return joblib.load(path)
    if name.endswith((".json", ".txt")):
        text = open(path, encoding="utf-8", errors="replace").read()
        return json.loads(text) if name.endswith(".json") else text
    try:
        import cloudpickle as pickler
    except ImportError:
        import pickle as pickler
    with open(path, "rb") as source:
        try:
            return pickler.load(source)
        except Exception:
            import joblib

            return joblib.load(path)


def files(folder):
    """Return the model files below a folder, as relative paths."""
    found = []
    for top, _, names in os.walk(folder):
        for name in names:
            if name not in PLAIN and name.endswith(ENDINGS):
                found.append(os.path.relpath(os.path.join(top, name), folder))
    return sorted(found)


def predictions(folder):
    """Return what a model says to its own input example; None where it has none."""
    if not os.path.exists(os.path.join(folder, "input_example.json")):
        return None
    import mlflow

    model = mlflow.pyfunc.load_model(folder)
    return model.predict(model.input_example)


def compare(old, new):
    """Return the verdict on two model folders."""
    names = files(old)
    walk = Walk()
    if names != files(new):
        return {"verdict": "different", "detail": "other files: %s, now %s" % (names, files(new))}
    if not names:
        return {"verdict": "unknown", "detail": "no model file that can be compared"}
    try:
        for name in names:
            walk.same(load(os.path.join(old, name)), load(os.path.join(new, name)), name)
    except Different as found:
        return _by_predictions(old, new, str(found))
    except Exception as error:
        return {"verdict": "unknown", "detail": "cannot be loaded: %s: %s" % (type(error).__name__, str(error)[:300])}
    return {"verdict": "equal_content", "detail": "", "largest": walk.largest}


def _by_predictions(old, new, detail):
    walk = Walk()
    try:
        answers = predictions(old), predictions(new)
        if answers[0] is None:
            return {"verdict": "different", "detail": detail}
        walk.same(answers[0], answers[1], "predictions")
    except Different as found:
        return {"verdict": "different", "detail": "%s; %s" % (detail, found)}
    except Exception:
        return {"verdict": "different", "detail": detail}
    detail += "; predictions on the input example are equal"
    return {"verdict": "equal_predictions", "detail": detail, "largest": walk.largest}


def main(arguments):
    """Compare every pair of one request."""
    import warnings

    warnings.simplefilter("ignore")
    with open(arguments[0], encoding="utf-8") as source:
        pairs = json.load(source)
    answers = [compare(old, new) for old, new in pairs]
    with open(arguments[1], "w", encoding="utf-8") as target:
        json.dump(answers, target)


if __name__ == "__main__":
    main(sys.argv[1:])
