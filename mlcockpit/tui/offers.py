"""What palette, help and go-to list: actions with their reasons, screens, and the names that are in sight."""

from collections.abc import Iterable, Sequence

from mlcockpit.action import Selection
from mlcockpit.actions import offered, shown_key
from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.names import looks_like_a_name
from mlcockpit.errors import UnknownName
from mlcockpit.tui.place import Place, parse_place
from mlcockpit.tui.screens.chooser import Item
from mlcockpit.views.screens import SCREENS
from mlcockpit.views.table import Table, View


def action_items(selection: Selection) -> list[Item]:
    """Return what can be done here; what cannot says why."""
    items = []
    for action in offered(selection.screen):
        twin = action.command_line(selection)
        detail = f"{action.help}  $ {twin}" if twin else action.help
        key = shown_key(action.keys[0]) if action.keys else ""
        items.append(Item(f"do {action.id}", action.title, detail, key, action.why_not(selection) or ""))
    return items


def place_items(recent: Sequence[Place], names: Iterable[str]) -> list[Item]:
    """Return the screens, then pages that were open, then names in sight."""
    screens = [Item(f"go {screen.name}", screen.title, screen.question, screen.key) for screen in SCREENS]
    pages = [str(place) for place in recent if place.screen in ("card", "lineage") and place.subject]
    return [*screens, *(Item(f"go {name}", clean(name)) for name in dict.fromkeys([*pages, *names]))]


def name_items(names: Iterable[str]) -> list[Item]:
    """Return the names in sight as things to open."""
    return [Item(f"go {name}", f"go to {clean(name)}", "on this screen") for name in names]


def names_in(view: View | None) -> list[str]:
    """Return every entity that a view names."""
    tables = [section for section in (view.sections if view else ()) if isinstance(section, Table)]
    rows = [row for table in tables for row in table.rows]
    names = dict.fromkeys(name for row in rows for name in (row.key, *(cell.link for cell in row.cells)))
    return [name for name in names if looks_like_a_name(name) and "#" not in name]


def typed_place(typed: str) -> Item | None:
    """Return the place that typed words name; None where they lead nowhere."""
    try:
        place = parse_place(typed)
    except UnknownName:
        return None
    return Item(f"go {place}", f"go to {clean(place)}")
