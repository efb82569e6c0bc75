"""What an action is, what it would act on, and why it cannot: one condition serves keys, footer, help and palette."""

import importlib
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from mlcockpit.domain.names import parts


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
