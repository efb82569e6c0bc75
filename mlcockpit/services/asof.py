"""`asof` answers from intervals what was true on a past day; the journal says who made it so."""

from datetime import datetime

from mlcockpit.domain.names import canonical
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.snapshot import take_snapshot
from mlcockpit.views import asof as page
from mlcockpit.views.table import View


def asof(cockpit: Cockpit, at: datetime, name: str = "") -> View:
    """Return who owned what and what was live at `at`."""
    return page.asof(take_snapshot(cockpit), at, canonical(name) if name else "")
