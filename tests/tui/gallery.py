"""What is drawn into screens/: each picture with the question it answers and the keys that lead there."""

from dataclasses import dataclass

from mlcockpit.actions import offered, shown_key
from mlcockpit.views.screens import SCREENS


@dataclass(frozen=True)
class Shot:
    """One picture."""

    name: str
    place: str
    question: str
    keys: tuple[str, ...] = ()
    """Pressed before the picture is taken."""
    size: tuple[int, int] = (120, 36)
    ascii: bool = False

    @property
    def file(self) -> str:
        """Return the name of its files without the ending."""
        return f"{self.name}-{self.size[0]}x{self.size[1]}"


SHOTS = (
    *(Shot(each.name, each.name, each.question) for each in SCREENS),
    Shot("runs-compare", "runs", "What differs between these three runs?", ("space", "space", "space", "c", "x")),
    Shot("run-card", "run/9be0", "What was this run, and can it be reproduced?"),
    Shot("model-card", "model/churn@13", "What is this model, where does it come from, may it serve?"),
    Shot("help", "runs", "Which keys are there, and why does one not work now?", ("question_mark",)),
    Shot("go-to", "overview", "How do I get to a thing whose name I know?", ("colon",)),
    Shot("overview", "overview", "The same in 80x24.", size=(80, 24)),
    Shot("runs", "runs", "The same in 80x24.", size=(80, 24)),
    Shot("lineage", "lineage", "The same in 80x24.", size=(80, 24)),
    Shot("overview-ascii", "overview", "The same in plain ASCII.", size=(80, 24), ascii=True),
)


def readme() -> str:
    """Return the page that shows them all."""
    lines = [
        "# What the cockpit looks like",
        "",
        "Drawn by `pytest tests/tui --regen` from a small project; the .txt beside each picture is the same screen as text.",
        "",
    ]
    for shot in SHOTS:
        pressed = f" Then press {' '.join(f'`{shown_key(key)}`' for key in shot.keys)}." if shot.keys else ""
        lines += [f"## {shot.name}, {shot.size[0]}x{shot.size[1]}", "", f"{_sentence(shot.question)}{pressed}", ""]
        lines += [f"![{shot.name}]({shot.file}.svg)", "", f"Keys: {_keys(shot.place)}", ""]
    return "\n".join(lines)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _keys(place: str) -> str:
    screen = place if "/" not in place else "card"
    actions = sorted((each for each in offered(screen) if each.rank), key=lambda each: each.rank)
    return ", ".join(f"`{shown_key(each.keys[0])}` {each.title.lower()}" for each in actions)
