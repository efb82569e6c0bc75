"""Every Python process of a launch starts here: it begins to note what it reads, then hands on to the user's own file.

Copied or named on PYTHONPATH; a `.pth` line may execute it too. It imports nothing of ours, leaves sys.path as the
process would have had it, and never raises for reasons of its own.
"""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _load(name):
    label = "_mlcockpit_" + name
    if label not in sys.modules:
        import _frozen_importlib
        import _frozen_importlib_external

        loader = _frozen_importlib_external.SourceFileLoader(label, os.path.join(_HERE, name + ".py"))
        module = _frozen_importlib.module_from_spec(_frozen_importlib.spec_from_loader(label, loader))
        sys.modules[label] = module
        loader.exec_module(module)
    return sys.modules[label]


def _start():
    guarded, audited = os.environ.get("MLCOCKPIT_GUARD_TRACKING_URI"), os.environ.get("MLCOCKPIT_AUDIT_DIR")
    if "_mlcockpit_import_hook" in sys.modules or not (guarded or audited):
        return
    hook = _load("import_hook")
    if guarded:
        _load("guard").start(hook)
        _load("own_code").start()
    if audited:
        audit = _load("audit")
        audit.start()
        _load("readers").watch(hook, audit)


def _hand_on():
    ours = sys.modules.pop("sitecustomize", None)
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != _HERE]
    try:
        import sitecustomize  # noqa: F401
    except ImportError as missing:
        if missing.name != "sitecustomize":
            raise
    finally:
        if ours is not None:
            sys.modules.setdefault("sitecustomize", ours)


try:
    _start()
except Exception:
    sys.modules.setdefault("_mlcockpit_import_hook", None)
if __name__ == "sitecustomize":
    _hand_on()
