"""Everything a person can do has one entry here: it feeds keys, footer, help, palette, `mlcockpit keys` and the docs."""

from mlcockpit.action import (
    Action,
    needs_compare,
    needs_filter,
    needs_kind,
    needs_ownable,
    needs_pair,
    needs_rest,
    needs_run,
    needs_running,
    needs_stillness,
    needs_subject,
    needs_traceable,
    needs_two_runs,
)
from mlcockpit.views.screens import SCREENS, Screen

HANDED = {
    "metric": "H1",
    "goal": "H1",
    "data": "H2",
    "run": "H3",
    "model": "H3",
    "deploy": "H4",
    "env": "H4",
    "inc": "H5",
    "person": "H6",
}
"""Kind of entity → the kind of handoff that is usual for it."""


RUNS = frozenset({"runs"})
LISTS = frozenset({place.name for place in SCREENS} | {"card"})
SUBJECTS = LISTS | {"reproduce"}


def _screen_action(place: Screen) -> Action:
    return Action(
        f"screen.{place.name}",
        place.title,
        f"{place.question[:1].upper()}{place.question[1:]}",
        (place.key,),
        twin=f"mlcockpit show {place.name}",
        service="mlcockpit.services.show:show",
    )


ACTIONS: tuple[Action, ...] = (
    *(_screen_action(place) for place in SCREENS),
    Action("open", "Open", "Open what is under the cursor.", ("enter",), LISTS, "mlcockpit {subject}", rank=1),
    Action("back", "Back", "Close this, or go back to where you were.", ("escape",)),
    Action(
        "reproduce",
        "Reproduce",
        "Show the recipe of this run, its gaps and the plan; then run it again and compare.",
        ("R",),
        SUBJECTS,
        "mlcockpit reproduce {subject}",
        service="mlcockpit.services.reproduce:reproduce",
        why_not=needs_run,
        rank=8,
    ),
    Action(
        "reproduce.run",
        "Approve and run",
        "Run the recipe as shown, in a folder of its own and without your credentials, and compare.",
        ("a",),
        frozenset({"reproduce"}),
        "mlcockpit reproduce {subject} --trust",
        service="mlcockpit.services.reproduce:reproduce",
        why_not=needs_rest,
        rank=1,
    ),
    Action(
        "reproduce.stop",
        "Stop",
        "Stop the reproduction that runs here; its logs stay.",
        ("X",),
        frozenset({"reproduce"}),
        why_not=needs_running,
        rank=2,
    ),
    Action(
        "explain",
        "Why",
        "Say why the two marked runs differ: what differs, which mixtures would run, each ingredient's share.",
        ("w",),
        RUNS,
        "mlcockpit explain {marked}",
        service="mlcockpit.services.explain:explain",
        why_not=needs_pair,
        rank=8,
    ),
    Action(
        "explain.run",
        "Approve and run",
        "Run every mixture of the plan, each in a folder of its own and without your credentials.",
        ("a",),
        frozenset({"explain"}),
        "mlcockpit explain {subject} --trust",
        service="mlcockpit.services.explain:explain",
        why_not=needs_stillness,
        rank=1,
    ),
    Action(
        "explain.stop",
        "Stop",
        "Stop the explanation that runs here; what is done is kept.",
        ("X",),
        frozenset({"explain"}),
        why_not=needs_running,
        rank=2,
    ),
    Action("focus", "Focus", "Put what is under the cursor in the middle.", (), frozenset({"lineage"})),
    Action(
        "card",
        "Card",
        "Open the card of what is under the cursor.",
        ("i",),
        frozenset({"lineage"}),
        "mlcockpit {subject}",
        why_not=needs_subject,
        rank=2,
    ),
    Action("mark", "Mark", "Mark this run for comparing.", ("space",), RUNS, rank=2, why_not=needs_run),
    Action("mark.none", "Unmark all", "Take every mark away.", ("M",), RUNS),
    Action(
        "compare",
        "Compare",
        "Compare the marked runs; the first is the baseline.",
        ("c",),
        RUNS,
        rank=3,
        why_not=needs_two_runs,
    ),
    Action("diffs", "Diffs", "Show only rows that differ, or all.", ("x",), RUNS, rank=4, why_not=needs_compare),
    Action("filter", "Filter", "Show only what matches.", ("slash",), LISTS, "mlcockpit runs {filter}", rank=5),
    Action("filter.clear", "Show all", "Take the filter away.", (), LISTS, why_not=needs_filter),
    Action("sort", "Sort", "Choose the column to sort by; again turns it round.", ("s",), RUNS, rank=6),
    Action("columns", "Columns", "Choose the columns.", ("o",), RUNS, rank=7),
    Action(
        "trace",
        "Trace",
        "Show the lineage from here.",
        ("t",),
        LISTS,
        "mlcockpit show lineage --of {subject}",
        service="mlcockpit.services.show:show",
        why_not=needs_traceable,
        rank=9,
    ),
    Action(
        "own",
        "Assign",
        "Make one person answer for it; the one before is closed, never forgotten.",
        ("a",),
        LISTS,
        "mlcockpit own {subject} PERSON",
        {"inc": "mlcockpit incident assign {subject} PERSON"},
        "mlcockpit.services.own:own",
        needs_ownable,
        rank=11,
    ),
    Action(
        "handoff",
        "Hand off",
        "Offer it to somebody as a package of work with its criteria; on a handoff: answer it.",
        ("H",),
        LISTS,
        "mlcockpit handoff offer H3 {subject} PERSON",
        {kind: f"mlcockpit handoff offer {handed} {{subject}} PERSON" for kind, handed in HANDED.items()}
        | {"ho": "mlcockpit handoff accept {subject}"},
        "mlcockpit.services.handoff_offer:offer_handoff",
        needs_kind(*HANDED, "ho", words="that cannot be handed over"),
        rank=12,
    ),
    Action(
        "note",
        "Note",
        "Write a line on the incident's timeline.",
        ("n",),
        LISTS,
        "mlcockpit incident update {subject} 'NOTE'",
        service="mlcockpit.services.incident_update:update_incident",
        why_not=needs_kind("inc", words="notes are kept on the timeline of an incident (7 lists them)"),
        rank=13,
    ),
    Action(
        "undo",
        "Undo",
        "Take back the last thing you recorded; the log keeps both.",
        ("u",),
        twin="mlcockpit undo",
        service="mlcockpit.services.undo:undo",
    ),
    Action(
        "gaps",
        "Gaps",
        "List every link of the live chains that is missing.",
        ("exclamation_mark",),
        rank=14,
        service="mlcockpit.services.gaps:gaps",
    ),
    Action(
        "export",
        "Export",
        "Write what is shown here into a file: Markdown, CSV or JSON.",
        ("e",),
        LISTS,
        "mlcockpit show {screen} --json",
        service="mlcockpit.services.export_view:export_view",
    ),
    Action(
        "lens", "Lens", "Look with the eyes of the next role: it orders, it never hides a red item.", ("L",), rank=10
    ),
    Action("copy", "Copy id", "Copy the name of what is under the cursor.", ("y",), why_not=needs_subject),
    Action("copy.command", "Copy command", "Copy the command line that shows this.", ("Y",)),
    Action("refresh", "Refresh", "Read this screen again.", ("r",)),
    Action(
        "sync",
        "Sync",
        "Read MLflow, git, data files and metric sources now.",
        ("S",),
        twin="mlcockpit sync",
        service="mlcockpit.services.sync:sync",
    ),
    Action("zoom", "Zoom", "Give this pane the whole page, or put it back.", ("z",)),
    Action("pane", "Next pane", "Move to the next pane.", ("tab",)),
    Action("last", "Last place", "Go to where you were before.", ("minus",)),
    Action("history.back", "History back", "One place back.", ("left_square_bracket",)),
    Action("history.forward", "History forward", "One place forward.", ("right_square_bracket",)),
    Action("theme", "Theme", "Change to the next theme: dark, light, or full colours.", ()),
    Action("ascii", "ASCII", "Draw with plain ASCII, or with lines and braille.", ()),
    Action("go", "Go", "Go to a screen or a name: run 9be0, inc 42, data customers@v3.", ("colon",)),
    Action("palette", "Commands", "Everything that can be done or opened, by name.", ("ctrl+p",)),
    Action("help", "Help", "The keys here; type to search, enter runs one.", ("question_mark",), twin="mlcockpit keys"),
    Action("quit", "Quit", "Leave; filters, sort and place are kept.", ("q", "ctrl+q")),
)
"""Every action by the order of help; one table for every front."""

MOVES: tuple[Action, ...] = (
    Action("down", "Down", "One line down.", ("j", "down")),
    Action("up", "Up", "One line up.", ("k", "up")),
    Action("left", "Left", "To the left.", ("h", "left")),
    Action("right", "Right", "To the right.", ("l", "right")),
    Action("page.down", "Page down", "One page down.", ("pagedown", "ctrl+f")),
    Action("page.up", "Page up", "One page up.", ("pageup", "ctrl+b")),
    Action("top", "Top", "The first line.", ("g", "home")),
    Action("bottom", "Bottom", "The last line.", ("G", "end")),
)
"""How to move in every list; the widgets do these themselves."""

SHOWN_KEYS = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "minus": "-",
    "exclamation_mark": "!",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "ctrl+p": "^p",
    "ctrl+q": "^q",
    "ctrl+f": "^f",
    "ctrl+b": "^b",
    "pagedown": "pgdn",
    "pageup": "pgup",
}


def shown_key(key: str) -> str:
    """Return a key as people read it."""
    return SHOWN_KEYS.get(key, key)


def by_id(action_id: str) -> Action:
    """Return the action called `action_id`."""
    return next(action for action in (*ACTIONS, *MOVES) if action.id == action_id)


def offered(screen: str) -> tuple[Action, ...]:
    """Return what `screen` offers, in the order of help."""
    return tuple(action for action in ACTIONS if action.offered_on(screen))
