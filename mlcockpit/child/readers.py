"""What the audit hook cannot see is noted by wrapping it on import: C++ readers, seeds that are set, runs that start.

Standard library only, python 3.8 syntax, imports nothing of ours.
"""

import os
import sys

_PATH_WORDS = ("source", "where", "path", "path_or_paths", "input_file", "file", "filename", "name")
_KINDS = ("csv", "parquet", "ipc", "ndjson")
_POLARS = tuple(verb + "_" + kind for verb in ("read", "scan") for kind in _KINDS)
_READERS = {
    "pyarrow": ("memory_map", "input_stream"),
    "pyarrow.parquet": ("read_table", "read_pandas", "read_schema", "read_metadata"),
    "pyarrow.csv": ("read_csv", "open_csv"),
    "pyarrow.json": ("read_json", "open_json"),
    "pyarrow.feather": ("read_feather", "read_table"),
    "pyarrow.orc": ("read_table",),
    "pyarrow.dataset": ("dataset", "parquet_dataset"),
    "polars": _POLARS + ("read_json", "read_avro", "read_excel", "read_delta", "scan_delta"),
    "duckdb": ("read_csv", "read_parquet", "read_json", "from_parquet", "from_csv_auto"),
    "cv2": ("imread",),
}
_OPENERS = {"pyarrow.parquet.core": ("ParquetFile", "ParquetDataset"), "h5py._hl.files": ("File",)}
_SEEDS = {
    "random": ("seed",),
    "numpy.random": ("seed", "default_rng"),
    "torch.random": ("manual_seed",),
    "tensorflow.python.framework.random_seed": ("set_seed",),
}


def watch(hook, audit):
    """Have every reader, seed and run of this process noted in `audit`."""
    for name, words in _READERS.items():
        hook.on_import(name, _wrapping(hook, words, lambda label, args, kwargs, result: _read(audit, args, kwargs)))
    for name, classes in _OPENERS.items():
        hook.on_import(name, _opening(hook, audit, classes))
    for name, words in _SEEDS.items():
        hook.on_import(name, _wrapping(hook, words, lambda label, args, kwargs, _: _seed(audit, label, args, kwargs)))

    def run_of(label, args, kwargs, result):
        run_id = getattr(getattr(result, "info", None), "run_id", None)
        if run_id:
            audit.once("run", run_id=str(run_id))

    hook.on_import("mlflow.tracking.fluent", _wrapping(hook, ("start_run",), run_of))
    hook.on_import(
        "mlflow.tracking.client",
        lambda module: hook.replace(module.MlflowClient, "create_run", _noting("create_run", run_of)),
    )


def _wrapping(hook, words, note):
    def touch(module):
        for word in words:
            hook.replace(module, word, _noting(module.__name__ + "." + word, note))

    return touch


def _opening(hook, audit, classes):
    def note(label, args, kwargs, result):
        _read(audit, args[1:], kwargs)

    def touch(module):
        for name in classes:
            hook.replace(getattr(module, name), "__init__", _noting(name, note))

    return touch


def _noting(label, note):
    def make(original):
        def noted(*args, **kwargs):
            result = original(*args, **kwargs)
            try:
                note(label, args, kwargs, result)
            except Exception:
                return result
            return result

        return noted

    return make


def _read(audit, args, kwargs):
    found = list(args[:1]) or [kwargs[word] for word in _PATH_WORDS if word in kwargs][:1]
    for source in found[0] if found and isinstance(found[0], (list, tuple)) else found:
        if isinstance(source, (str, os.PathLike)):
            _note(audit, os.fspath(source))


def _note(audit, source):
    if not isinstance(source, str):
        return
    if "://" in source and not source.startswith("file://"):
        audit.note_url(source)
        return
    full = os.path.abspath(source[7:] if source.startswith("file://") else source)
    if os.path.isfile(full):
        audit.note_path(full)
    else:
        audit.once("read", path=full, size=-1, mtime_ns=0)


def _seed(audit, label, args, kwargs):
    value = args[0] if args else kwargs.get("seed", kwargs.get("a"))
    caller = sys._getframe(3).f_code.co_filename
    if value is not None and "site-packages" not in caller and "dist-packages" not in caller:
        shown = repr(value) if isinstance(value, (int, float)) else type(value).__name__
        audit.once("seed", call="%s(%s)" % (label, shown[:60]))
