"""The checks screen answers: which bad practice hurts us, where, and what ends it?"""

from mlcockpit.domain.snapshot import Snapshot
from mlcockpit.views.checks import findings_table
from mlcockpit.views.look import Look, source_lines
from mlcockpit.views.table import View


def check_screen(project: Snapshot, look: Look) -> View:
    """Return the look's findings, those of its role first, worst first within."""
    mine = [each for each in look.findings if look.role is not None and each.discipline == look.role.value]
    rest = [each for each in look.findings if each not in mine]
    title = "Checks  ·  which bad practice hurts us, where, and what ends it?"
    table = findings_table([*mine, *rest], look.judged)
    return View("checks", title, project.as_of, source_lines(project), (table,))
