"""What is drawn into screens/: each picture with the question it answers and the keys that lead there."""

from dataclasses import dataclass

from mlcockpit.actions import offered, shown_key
from mlcockpit.views.lens import LENSES
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
    lens: str = "all"
    waits_for: tuple[str, ...] = ()
    """Words that must all be there before the picture is taken, where a pane follows the cursor."""

    @property
    def file(self) -> str:
        """Return the name of its files without the ending."""
        return f"{self.name}-{self.size[0]}x{self.size[1]}"


SMALL = (80, 24)
LIVE = "run/4dd18cd"
"""The run behind the model that serves in production."""
QUESTIONS = {place.name: place.question for place in SCREENS}
NEWEST = "run b683f58 yesterday"
THREE = ("j", "space", "space", "space", "c", "x")

SHOTS = (
    Shot("overview", "overview", QUESTIONS["overview"]),
    *(Shot(f"overview-{lens}", "overview", LENSES[lens].question, lens=lens) for lens in LENSES if lens != "all"),
    Shot("product", "product", QUESTIONS["product"]),
    Shot("data", "data", QUESTIONS["data"]),
    Shot("runs", "runs", QUESTIONS["runs"], waits_for=(NEWEST,)),
    Shot(
        "runs-compare",
        "runs",
        "what differs between these three runs?",
        THREE,
        waits_for=("(only these)", "run b579876 balanced"),
    ),
    Shot("run-card", LIVE, "what was this run, and was it reproduced?"),
    Shot("model-card", "model/gatewise@1", "what is this model, where does it come from, may it serve?"),
    Shot("lineage", "lineage", QUESTIONS["lineage"]),
    Shot("deploy", "deploy", QUESTIONS["deploy"]),
    Shot("incidents", "incidents", QUESTIONS["incidents"]),
    Shot("handoffs", "handoffs", QUESTIONS["handoffs"]),
    Shot("checks", "checks", QUESTIONS["checks"]),
    Shot("people", "people", QUESTIONS["people"]),
    Shot(
        "gaps",
        "overview",
        "which links of the live chains are missing?",
        ("exclamation_mark",),
        waits_for=("Missing links",),
    ),
    Shot("assign", "model/gatewise@1", "who shall answer for this?", ("a",), waits_for=("known people",)),
    Shot(
        "help",
        "runs",
        "which keys are there, and why does one not work now?",
        ("question_mark",),
        waits_for=("Keys here",),
    ),
    Shot("go-to", "overview", "how do I get to a thing whose name I know?", ("colon",)),
    Shot("overview", "overview", "the same in 80x24", size=SMALL),
    Shot("runs", "runs", "the same in 80x24", size=SMALL, waits_for=(NEWEST,)),
    Shot("lineage", "lineage", "the same in 80x24", size=SMALL),
    Shot("overview-ascii", "overview", "the same in plain ASCII", size=SMALL, ascii=True),
)
REPRODUCED = (
    Shot("reproduce-plan", f"reproduce {LIVE}", "what is known of how this run was made, and what would be run?"),
    Shot("reproduce-verdict", f"reproduce {LIVE}", "did it come out the same, and if not, where does it differ first?"),
)
"""Drawn on a sample that is built and reproduced afresh, in the longer tests."""


def readme() -> str:
    """Return the page that shows them all."""
    lines = [
        "# What the cockpit looks like",
        "",
        "The sample product GateWise as the app shows it; `mlcockpit demo` builds it. Drawn by `pytest tests/tui --regen` from a",
        "stored dump of a really built sample; the .txt beside each picture is the same screen as text.",
        "",
    ]
    for shot in (*SHOTS, *REPRODUCED):
        pressed = f" Then press {' '.join(f'`{shown_key(key)}`' for key in shot.keys)}." if shot.keys else ""
        lines += [f"## {shot.name}, {shot.size[0]}x{shot.size[1]}", "", f"{_sentence(shot.question)}{pressed}", ""]
        lines += [f"![{shot.name}]({shot.file}.svg)", "", f"Keys: {_keys(shot.place)}", ""]
    return "\n".join(lines)


def _sentence(words: str) -> str:
    ending = "" if words.endswith("?") else "."
    return f"{words[:1].upper()}{words[1:]}{ending}"


def _keys(place: str) -> str:
    screen = place.partition(" ")[0] if "/" not in place.partition(" ")[0] else "card"
    actions = sorted((each for each in offered(screen) if each.rank), key=lambda each: each.rank)
    return ", ".join(f"`{shown_key(each.keys[0])}` {each.title.lower()}" for each in actions)
