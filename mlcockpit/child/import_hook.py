"""A module that is imported can be touched right after its own code ran; every other import passes untouched.

Standard library only, python 3.8 syntax, imports nothing of ours. Shared by audit.py and guard.py.
"""

import sys

_callbacks = {}


def on_import(name, callback):
    """Call `callback(module)` when `name` has been imported, at once where it already is."""
    if not _callbacks:
        sys.meta_path.insert(0, _Finder())
    _callbacks.setdefault(name, []).append(callback)
    if name in sys.modules:
        _call(callback, sys.modules[name])


def replace(owner, word, make):
    """Put `make(original)` in the place of owner.word, and in the module that defines it."""
    original = owner.__dict__.get(word)
    if original is None:
        return
    new = make(original)
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        try:
            setattr(new, name, getattr(original, name))
        except Exception:
            continue
    new.__wrapped__ = original
    setattr(owner, word, new)
    home = sys.modules.get(getattr(original, "__module__", None) or "")
    if home is not None and getattr(home, word, None) is original:
        setattr(home, word, new)


class _Finder:
    def find_spec(self, name, path=None, target=None):
        if name not in _callbacks:
            return None
        for finder in list(sys.meta_path):
            search = None if finder is self else getattr(finder, "find_spec", None)
            spec = search(name, path, target) if search else None
            if spec is not None:
                _wrap(spec, name)
                return spec
        return None


def _wrap(spec, name):
    try:
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            for callback in list(_callbacks[name]):
                _call(callback, module)

        spec.loader.exec_module = exec_module
    except Exception:
        return


def _call(callback, module):
    try:
        callback(module)
    except Exception:
        return
