"""The registry of actions becomes Textual bindings here and nowhere else."""

from textual.binding import Binding

from mlcockpit.action import Action
from mlcockpit.actions import ACTIONS, by_id


def bindings() -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """Return one binding an action that has keys, for the screens; a key that means several things asks the screen."""
    taken = [action for action in ACTIONS if action.keys and action.id != "open"]
    shared = {
        action.keys[0] for action in taken for other in taken if other is not action and other.keys[0] == action.keys[0]
    }
    return [
        _binding(action, f"press('{action.keys[0]}')" if action.keys[0] in shared else f"do('{action.id}')")
        for place, action in enumerate(taken)
        if action.keys[0] not in {other.keys[0] for other in taken[:place]}
    ]


def meaning(key: str, screen: str) -> Action:
    """Return what `key` stands for on `screen`; where it stands for nothing there, what it is elsewhere."""
    known = [action for action in ACTIONS if key in action.keys]
    return next((action for action in known if action.offered_on(screen)), known[0])


def moves(*ids: str) -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """Return the bindings of a list that moves in these ways."""
    return [_binding(by_id(each), f"move('{each}')") for each in ids]


def _binding(action: Action, does: str) -> Binding:
    return Binding(
        ",".join(action.keys), does, action.title, show=False, tooltip=action.help, id=action.id, priority=False
    )
