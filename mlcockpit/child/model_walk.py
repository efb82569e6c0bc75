"""Two objects are compared part by part: arrays, parameters, tree structure, code of functions; what cannot be read is named.

Runs inside a rebuilt environment: standard library only at import, python 3.8 syntax, imports nothing of ours.
"""

import json
import math
import os
import re
import tempfile
import types

MOST_VALUES = 5000000
DEEPEST = 200
LEFT_OUT = {"_sklearn_version", "__sklearn_version__", "_repr_html_link", "model_uuid", "run_id", "guid", "train_dir"}
CLOCK = re.compile(r"(^|_)(time|times|date|datetime|timestamp|duration|elapsed|uuid|guid)_?$|_at_?$")
"""Attributes that hold the day or a name of the moment, such as mean_fit_time and refit_time_ of a grid search."""
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
MACHINE = ("[num_threads", "[machines", "[output_model", "[input_model", "[data:", "[verbosity", "[gpu_", "tree_sizes")
PLAIN = (int, str, bytes, bool, complex, type(None), types.BuiltinFunctionType, range, slice, type(Ellipsis))


class Different(Exception):
    """Carries where and how two models differ."""


class Walk:
    """Compares two objects part by part; remembers the largest difference of numbers and what it could not read."""

    def __init__(self):
        self.seen = {}
        self.values = 0
        self.largest = 0.0
        self.unread = []

    def same(self, a, b, where, depth=0):
        """Raise Different at the first part that differs."""
        self.values += 1
        if a is b:
            return
        if depth > DEEPEST or self.values > MOST_VALUES:
            self.unreadable(where)
            return
        if isinstance(a, type) and isinstance(b, type):
            self.classes(a, b, where, depth)
            return
        if type(a) is not type(b):
            if _name(type(a)) != _name(type(b)):
                raise Different("%s is %s, now %s" % (where, type(a).__name__, type(b).__name__))
            self.classes(type(a), type(b), where + ":" + type(a).__name__, depth)
        if isinstance(a, float):
            self.numbers(a, b, where)
        elif isinstance(a, PLAIN):
            if a != b:
                raise Different("%s was %.60r, now %.60r" % (where, a, b))
        elif (id(a), id(b)) not in self.seen:
            self.seen[id(a), id(b)] = (a, b)  # kept alive: the id of a part that was freed would be given to another
            self.parts(a, b, where, depth + 1)

    def unreadable(self, where):
        """Remember a part that nothing can be said of."""
        if len(self.unread) < 5:
            self.unread.append(where)

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
            self.arrays(a, b, where, depth)
        elif name == "pandas" and hasattr(a, "to_numpy"):
            for word in ("columns", "index"):
                lists = [[str(each) for each in getattr(one, word, ())] for one in (a, b)]
                self.same(lists[0], lists[1], where + "." + word, depth)
            self.same(a.to_numpy(), b.to_numpy(), where, depth)
        elif name == "scipy" and hasattr(a, "tocoo"):
            one, other = a.tocoo(), b.tocoo()
            for word in ("shape", "row", "col", "data"):
                self.same(getattr(one, word), getattr(other, word), where + "." + word, depth)
        elif name == "torch" and hasattr(a, "detach"):
            self.same(a.detach().cpu().numpy(), b.detach().cpu().numpy(), where, depth)
        elif isinstance(a, dict):
            self.dicts(a, b, where, depth)
        elif isinstance(a, (list, tuple)):
            self.lists(a, b, where, depth)
        elif isinstance(a, (set, frozenset)):
            self.lists(sorted(a, key=_shown), sorted(b, key=_shown), where, depth)
        elif isinstance(a, (types.FunctionType, types.MethodType, types.CodeType)):
            self.functions(a, b, where, depth)
        elif isinstance(a, types.ModuleType):
            self.same(a.__name__, b.__name__, where, depth)
        else:
            self.objects(a, b, where, depth)

    def objects(self, a, b, where, depth):
        where = where + ":" + type(a).__name__
        found = _state(a), _state(b)
        if found[0] is None or found[1] is None:
            self.unreadable(where)
            return
        self.same(found[0], found[1], where, depth)

    def lists(self, a, b, where, depth):
        if len(a) != len(b):
            raise Different("%s has %d parts, now %d" % (where, len(a), len(b)))
        for place in range(len(a)):
            self.same(a[place], b[place], "%s[%d]" % (where, place), depth)

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
                    told = (where, (~equal).sum(), a.size, float(gap.max()))
                    raise Different("%s: %d of %d values differ, at most by %.3g" % told)
                self.largest = max(self.largest, float(gap.max()))
        elif not (a == b).all():
            raise Different("%s: %d of %d values differ" % (where, int((a != b).sum()), a.size))

    def dicts(self, a, b, where, depth):
        keys = [_names(one) for one in (a, b)]
        if set(keys[0]) != set(keys[1]):
            more = sorted(set(keys[0]) ^ set(keys[1]))[:3]
            raise Different("%s has other entries: %s" % (where, ", ".join(more)))
        for name, key in keys[0].items():
            self.same(a[key], b[keys[1][name]], "%s.%s" % (where, key), depth)

    def classes(self, a, b, where, depth):
        """Compare two classes that were pickled by value; those of a module are known by their names."""
        if _name(a) != _name(b):
            raise Different("%s is %s, now %s" % (where, _name(a), _name(b)))
        if a is b or (id(a), id(b)) in self.seen:
            return
        self.seen[id(a), id(b)] = (a, b)
        skipped = ("__dict__", "__weakref__", "__module__", "__doc__", "__firstlineno__", "_abc_impl")
        one, other = [{k: v for k, v in vars(each).items() if k not in skipped} for each in (a, b)]
        self.dicts(one, other, where, depth + 1)

    def functions(self, a, b, where, depth):
        """Compare code, constants, defaults and what is closed over; where it was written down does not count."""
        if isinstance(a, types.MethodType):
            self.same(a.__self__, b.__self__, where, depth)
            a, b = a.__func__, b.__func__
        if isinstance(a, types.FunctionType):
            for word in ("__defaults__", "__kwdefaults__"):
                self.same(getattr(a, word), getattr(b, word), where + "." + word, depth)
            cells = [[_cell(cell) for cell in one.__closure__ or ()] for one in (a, b)]
            self.same(cells[0], cells[1], where + ".closure", depth)
            names = [name for name in a.__code__.co_names if name in a.__globals__ and name in b.__globals__]
            for name in names if a.__globals__ is not b.__globals__ else ():
                self.same(a.__globals__[name], b.__globals__[name], name, depth)
            a, b = a.__code__, b.__code__
        if a.co_code != b.co_code or a.co_names != b.co_names or a.co_varnames != b.co_varnames:
            raise Different("function %s differs" % where)
        self.same(a.co_consts, b.co_consts, "constants of " + where, depth)


def _name(kind):
    return kind.__module__ + "." + kind.__qualname__


def _names(entries):
    """Return a text for each key that counts → the key."""
    return {
        _shown(key): key
        for key in entries
        if not (isinstance(key, str) and (key in LEFT_OUT or CLOCK.search(key) or key.startswith("_cloudpickle")))
    }


def _shown(value):
    return ADDRESS.sub("", repr(value))


def _cell(cell):
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _state(value):
    """Return the parts of an object as plain values; None where there is no way to tell them."""
    roots = {each.__module__.split(".")[0] for each in type(value).__mro__}
    try:
        for library, method, parts in LIBRARIES:
            if library in roots and hasattr(value, method):
                return parts(value)
        made = value.__reduce_ex__(2)
        return [made] if isinstance(made, str) else _made(type(value), *made[1:])
    except Exception:
        return None


def _made(kind, arguments, state=None, items=None, entries=None, setter=None):
    parts = [list(items or ()), dict(entries or ())]
    if not any(parts) and list(arguments) == [kind]:
        return state or []
    return [list(arguments), state, *parts]


def _xgboost(value):
    return json.loads(bytes(value.save_raw("json")).decode("utf-8"))


def _lightgbm(value):
    return lightgbm_lines(value.model_to_string())


def lightgbm_lines(text):
    """Return a LightGBM model's text as names with numbers; what only its machine knows is left out."""
    lines = text.split("pandas_categorical:")[0].splitlines()
    return [_numbers(line) for line in lines if line and not line.startswith(MACHINE)]


def _numbers(line):
    name, equals, rest = line.partition("=")
    words = rest.split(" ")
    try:
        return [name, [float(word) for word in words]] if equals else line
    except ValueError:
        return line


def _catboost(value):
    handle, path = tempfile.mkstemp(suffix=".json")
    os.close(handle)
    try:
        value.save_model(path, format="json")
        with open(path, encoding="utf-8") as source:
            found = json.load(source)
    finally:
        os.unlink(path)
    found.pop("model_info", None)
    return [found, list(map(str, value.feature_names_ or []))]


def _keras(value):
    return [value.get_config(), value.get_weights()]


LIBRARIES = (
    ("xgboost", "save_raw", _xgboost),
    ("lightgbm", "model_to_string", _lightgbm),
    ("catboost", "save_model", _catboost),
    ("numpy", "get_state", lambda value: value.get_state(legacy=False)),
    ("numpy", "bit_generator", lambda value: value.bit_generator.state),
    ("torch", "state_dict", lambda value: [str(value), dict(value.state_dict())]),
    ("keras", "get_weights", _keras),
    ("tensorflow", "get_weights", _keras),
)
"""Library, a method that its models have, and how their parts are told."""
