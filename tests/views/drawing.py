"""A view as `show` builds it, from a snapshot instead of a database."""

from importlib import import_module

from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.services.show import resolve
from mlcockpit.views.look import Look
from mlcockpit.views.table import View


def draw(project: Snapshot, name: str, *, lens: str = "all", focus: str = "") -> View:
    """Return the view of a screen or an entity."""
    dotted, focus = resolve(name, focus)
    module, _, function = dotted.partition(":")
    view = getattr(import_module(module), function)(project, Look(lens, focus=focus))
    assert isinstance(view, View)
    return view
