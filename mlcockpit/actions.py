"""Everything a person can do has one entry here: it feeds keys, footer, help, palette, `mlcockpit keys` and the docs."""

import importlib
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from mlcockpit.domain.names import parts
from mlcockpit.views.screens import SCREENS, Screen


@dataclass(frozen=True)
class Selection:
    """What an action would act on."""

    screen: str = ""
    subject: str = ""
    """The entity under the cursor, such as run/9be0; empty where there is none."""
    marked: tuple[str, ...] = ()
    filter: str = ""
    differing_only: bool = False
    comparing: bool = False
    is_running: bool = False
    """Whether a reproduction of it runs in this app."""

    @property
    def kind(self) -> str:
        """Return run, model, data …; empty where nothing is selected."""
        return parts(self.subject)[0] if self.subject else ""


WhyNot = Callable[[Selection], str | None]


def always(selection: Selection) -> str | None:
    """Say that it can be done."""
    return None


def needs_subject(selection: Selection) -> str | None:
    """Ask for something under the cursor."""
    return None if selection.subject else "nothing is selected here; move to a line with j and k"


def needs_kind(*kinds: str, words: str) -> WhyNot:
    """Return what asks for one of these kinds under the cursor, and says why in `words`."""

    def why_not(selection: Selection) -> str | None:
        return None if selection.kind in kinds else f"{selection.subject or 'nothing'} is selected; {words}"

    return why_not


def needs_run(selection: Selection) -> str | None:
    """Ask for a run under the cursor."""
    if selection.kind == "run":
        return None
    return f"{selection.subject or 'nothing'} is no run; select a run first (4 lists them)"


def needs_rest(selection: Selection) -> str | None:
    """Ask for a run that is not being reproduced."""
    return "it is running; X stops it" if selection.is_running else needs_run(selection)


def needs_running(selection: Selection) -> str | None:
    """Ask for a reproduction that runs."""
    return None if selection.is_running else "nothing runs here; a approves the recipe and runs it"


def needs_two_runs(selection: Selection) -> str | None:
    """Ask for two marked runs, or one and the cursor on another."""
    runs = {*selection.marked, selection.subject} - {""}
    if selection.comparing or len(runs) > 1:
        return None
    return "mark two runs with space, or mark one and move to another"


def needs_pair(selection: Selection) -> str | None:
    """Ask for exactly two marked runs."""
    marked = len(selection.marked)
    return (
        None
        if marked == 2
        else f"mark exactly two runs with space; {marked or 'none'} {'is' if marked == 1 else 'are'} marked"
    )


def needs_stillness(selection: Selection) -> str | None:
    """Ask for an explanation that is not running."""
    return "it is running; X stops it" if selection.is_running else None


def needs_compare(selection: Selection) -> str | None:
    """Ask for an open comparison."""
    return None if selection.comparing else "compare runs first: mark them with space, then c"


def needs_filter(selection: Selection) -> str | None:
    """Ask for a filter to take away."""
    return None if selection.filter else "there is no filter to take away"


needs_traceable = needs_kind(
    "run", "model", "data", "deploy", "metric", "inc",
    words="lineage starts at a run, a model version, data, a deployment, a metric or an incident",
)  # fmt: skip
needs_ownable = needs_kind(
    "model", "data", "metric", "goal", "env", "monitor", "run", "inc",
    words="one person can answer for a model, data, a metric, a goal, an environment, a monitor, a run or an incident",
)  # fmt: skip
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


@dataclass(frozen=True)
class Action:
    """One thing a person can do."""

    id: str
    title: str
    help: str
    keys: tuple[str, ...] = ()
    """As Textual names them, the shown one first; none: only in the palette."""
    scope: frozenset[str] = frozenset()
    """The screens where it is offered; empty: everywhere."""
    twin: str = ""
    """The command line that does the same; {subject}, {marked} and {filter} are filled in."""
    twins: Mapping[str, str] = field(default_factory=dict)
    """The command line for one kind of entity, where it is another."""
    service: str = ""
    """What does it, as package.module:name; empty where it is a matter of the interface alone."""
    why_not: WhyNot = always
    rank: int = 0
    """Order in the footer, from 1; 0: not in the footer."""

    def offered_on(self, screen: str) -> bool:
        """Tell whether `screen` offers it."""
        return not self.scope or screen in self.scope

    def command_line(self, selection: Selection) -> str:
        """Return what to type instead, quoted for a shell; empty where there is no twin."""
        return (
            self.twins.get(selection.kind, self.twin)
            .format(
                subject=shlex.quote(selection.subject) if selection.subject else "NAME",
                marked=" ".join(shlex.quote(name) for name in selection.marked) or "RUN RUN",
                filter=shlex.quote(selection.filter) if selection.filter else "",
                screen=selection.screen or "overview",
            )
            .strip()
        )


def resolve(service: str) -> Callable[..., object]:
    """Return the function that a dotted string names, importing it now."""
    module, _, name = service.partition(":")
    return cast(Callable[..., object], getattr(importlib.import_module(module), name))


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
