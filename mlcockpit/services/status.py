"""`status` is the one screenful that says whether anybody must act."""

from datetime import datetime

from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.show import judged, look_of
from mlcockpit.services.snapshot import take_snapshot
from mlcockpit.views import status as page
from mlcockpit.views.table import View


def status(cockpit: Cockpit, *, lens: str = "all", since: datetime | None = None) -> View:
    """Return the status through a lens."""
    project = take_snapshot(cockpit)
    return page.status(project, judged(project, look_of(cockpit, lens=lens, since=since)))
