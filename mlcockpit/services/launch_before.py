"""Before a command is run with capture, the same recipe is looked for among the launches that are kept: quickly, nearly always in vain."""

from mlcockpit.domain.launch import Launch
from mlcockpit.integrations.launch_files import LaunchFiles
from mlcockpit.reproduction.same_launch import same_data, same_start
from mlcockpit.services.cockpit import Cockpit

MOST_LAUNCHES = 300
"""The newest launches that are looked through."""


def launch_before(cockpit: Cockpit, now: Launch) -> Launch | None:
    """Return the newest launch of the same recipe, one that ended well before any other; None where there is none."""
    files = LaunchFiles(cockpit.state / "launches", cockpit.trust)
    alike = [one for one in files.like(now, most=MOST_LAUNCHES) if same_start(now, one)]
    alike.sort(key=lambda one: one.exit_status != 0)
    return next((one for one in alike if same_data(one)), None)
