"""Where a person can be: a screen, or a page about one thing; typed words lead there."""

from dataclasses import dataclass
from difflib import get_close_matches

from mlcockpit.domain.names import KINDS, canonical, looks_like_a_name
from mlcockpit.errors import UnknownName
from mlcockpit.views.screens import SCREENS

ABOUT = ("lineage", "reproduce")
"""Pages that take a name after them: lineage run/9be0; explain takes two."""
_LONG = {"incident": "inc", "handoff": "ho", "deployment": "deploy", "dataset": "data", "version": "model"}


@dataclass(frozen=True)
class Place:
    """A screen, and what it is about."""

    screen: str
    subject: str = ""

    def __str__(self) -> str:
        if self.screen == "card":
            return self.subject
        return f"{self.screen} {self.subject}".strip()

    @property
    def command_line(self) -> str:
        """Return what to type to see this without the app."""
        if self.screen == "card":
            return f"mlcockpit {self.subject}"
        if self.screen in ("reproduce", "explain"):
            return f"mlcockpit {self.screen} {self.subject}"
        about = f" --of {self.subject}" if self.subject else ""
        return f"mlcockpit show {self.screen}{about}"


def parse_place(words: str) -> Place:
    """Return the place that `words` name; raises UnknownName with the nearest ones."""
    first, _, rest = " ".join(words.split()).partition(" ")
    known = {name: place.name for place in SCREENS for name in (place.name, place.key, place.title.lower())}
    if first == "explain" and len(rest.split()) == 2:
        return Place(first, " ".join(canonical(f"run/{name.removeprefix('run/')}") for name in rest.split()))
    if first in ABOUT and rest:
        return Place(first, _name(rest))
    if not rest and first.lower() in known:
        return Place(known[first.lower()])
    name = _name(f"{first} {rest}".strip())
    if looks_like_a_name(name):
        return Place("card", name)
    close = get_close_matches(first.lower(), [*known, *KINDS], n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else "write a screen (runs) or a name (run 9be0, inc 42)"
    raise UnknownName(f"{words!r} leads nowhere", hint=hint)


def _name(words: str) -> str:
    """Return run/9be0 for `run 9be0`, inc/42 for INC-42; other words stay."""
    first, _, rest = words.partition(" ")
    kind = _LONG.get(first.lower(), first.lower())
    if rest and kind in KINDS:
        return canonical(f"{kind}/{rest.strip()}")
    return canonical(words)
