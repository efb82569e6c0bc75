"""The registry of actions becomes Textual bindings here and nowhere else."""

from textual.binding import Binding

from mlcockpit.actions import ACTIONS, Action, by_id


def bindings() -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """Return one binding an action that has keys, for the screens; a key that means several things asks the screen."""
    return [_binding(action, f"do('{action.id}')") for action in ACTIONS if action.keys and action.id != "open"]


def moves(*ids: str) -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """Return the bindings of a list that moves in these ways."""
    return [_binding(by_id(each), f"move('{each}')") for each in ids]


def _binding(action: Action, does: str) -> Binding:
    return Binding(
        ",".join(action.keys), does, action.title, show=False, tooltip=action.help, id=action.id, priority=False
    )
