"""What was installed from the user's own folder is imported from the worktree, and what was installed for the rerun is found.

Standard library only, python 3.8 syntax, imports nothing of ours. MLCOCKPIT_MOVED (JSON) lists pairs of an old folder and
the worktree that stands for it; MLCOCKPIT_SITES lists folders whose .pth files count as those of site-packages do.
"""

import json
import os
import sys


def start():
    """Move this process's import path; children are moved by the same environment."""
    moved = json.loads(os.environ.get("MLCOCKPIT_MOVED") or "[]")
    if moved:
        sys.path[:] = [_moved(entry, moved) for entry in sys.path]
        for name, module in list(sys.modules.items()):
            if name.startswith("__editable__"):
                _move_finder(module, moved)
    for folder in (os.environ.get("MLCOCKPIT_SITES") or "").split(os.pathsep):
        if os.path.isdir(folder):
            import site

            site.addsitedir(folder)


def _moved(entry, moved):
    """Return the same place in the worktree; an environment that lies inside the old folder stays where it is."""
    path = os.path.abspath(entry or ".")
    kept = "site-packages" in path or "dist-packages" in path
    for place in (sys.prefix, sys.base_prefix):
        kept = kept or (path + os.sep).startswith(place.rstrip(os.sep) + os.sep)
    for old, new in moved:
        old, attempt = old.rstrip(os.sep), os.path.dirname(new)
        inside = (path + os.sep).startswith(old + os.sep) and not (path + os.sep).startswith(attempt + os.sep)
        if entry and inside and not kept:
            return new + path[len(old) :]
    return entry


def _move_finder(module, moved):
    """Move what a finder of setuptools maps: name to folder, and name to several folders."""
    for word in ("MAPPING", "NAMESPACES"):
        found = getattr(module, word, None)
        for name, place in list(found.items()) if isinstance(found, dict) else ():
            found[name] = _moved(place, moved) if isinstance(place, str) else [_moved(one, moved) for one in place]
