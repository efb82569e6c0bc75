"""Every sign the app draws comes from one table with a plain ASCII column, so that no terminal shows boxes of nonsense."""

import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass

from mlcockpit.domain.vocabulary import Tone

SIGNS: Mapping[Tone, str] = {Tone.BAD: "!", Tone.DOUBTFUL: "~", Tone.UNKNOWN: "?"}
"""The sign before a text; colour comes second."""


@dataclass(frozen=True)
class Glyphs:
    """One way of drawing."""

    name: str
    cursor: str
    mark: str
    ellipsis: str
    rising: str
    falling: str
    rule: str
    checked: str
    unchecked: str
    braille: bool

    def plain(self, text: str) -> str:
        """Return `text` with the product's own signs drawn in this way; names of strangers stay as they are."""
        return text if self.braille or text.isascii() else text.translate(_ASCII_OF)


_ASCII_OF = str.maketrans(
    {
        "…": ".",
        "→": ">",
        "↗": "^",
        "↘": "v",
        "←": "<",
        "·": "-",
        "×": "x",
        "–": "-",
        "—": "-",
        "≥": ">",
        "≤": "<",
        "−": "-",
        "▁": "1",
        "▂": "2",
        "▃": "3",
        "▄": "4",
        "▅": "5",
        "▆": "6",
        "▇": "7",
        "█": "8",
        "│": "|",
        "├": "+",
        "└": "+",
        "─": "-",
    }
)

UNICODE = Glyphs("unicode", "›", "●", "…", "↑", "↓", "─", "✓", "·", braille=True)
ASCII = Glyphs("ascii", ">", "*", ".", "^", "v", "-", "x", ".", braille=False)


def fitting() -> Glyphs:
    """Return the signs this terminal can show: MLCOCKPIT_ASCII, TERM and the locale decide."""
    if os.environ.get("MLCOCKPIT_ASCII", "") not in ("", "0"):
        return ASCII
    encoding = (locale.getpreferredencoding(False) or "").lower().replace("-", "")
    return UNICODE if "utf8" in encoding and os.environ.get("TERM") not in ("linux", "dumb", "vt100") else ASCII
