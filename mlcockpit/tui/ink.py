"""A line is spans of cleaned text with an ink each; nothing a stranger wrote is ever read as markup."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.tui.glyphs import SIGNS, Glyphs

INKS = frozenset(
    {"plain", "good", "doubtful", "bad", "unknown", "faint", "head", "accent", "cursor", "away", "key", "bar", "here"}
)
"""Every ink; a widget has one component class for each: ink--bad and so on."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line."""

    text: str
    ink: str = "plain"


Line = tuple[Span, ...]


def width_of(text: str) -> int:
    """Return how many terminal cells `text` takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int, ellipsis: str = "…") -> str:
    """Return `text` in at most `width` cells, with a sign where something was cut away."""
    if width_of(text) <= width:
        return text
    if width < 1:
        return ""
    room = width - 1
    if text.isascii():
        return text[:room] + ellipsis
    kept = ""
    for part in chop_cells(text, 1) if room else ():
        if cell_len(kept + part) > room:
            break
        kept += part
    return kept + ellipsis


def fit(text: str, width: int, *, right: bool = False, ellipsis: str = "…") -> str:
    """Return `text` in exactly `width` cells."""
    shown = cut(text, width, ellipsis)
    gap = " " * (width - width_of(shown))
    return gap + shown if right else shown + gap


def signed(text: str, tone: Tone, glyphs: Glyphs, most: int = 256) -> str:
    """Return cleaned `text` behind the sign of its tone."""
    shown = glyphs.plain(clean(text, most))
    sign = SIGNS.get(tone, "")
    return f"{sign} {shown}" if sign and not shown.startswith(sign) else shown


def line_width(line: Iterable[Span]) -> int:
    """Return the cells a line takes."""
    return sum(width_of(span.text) for span in line)


def crop(line: Line, start: int, width: int) -> Line:
    """Return the cells from `start` on, at most `width` of them; a wide character cut in two becomes a blank."""
    kept: list[Span] = []
    at = 0
    for span in line:
        size = width_of(span.text)
        if at + size > start and at < start + width:
            kept.append(Span(_cells(span.text, max(start - at, 0), min(start + width - at, size)), span.ink))
        at += size
    return tuple(kept)


def wrap(text: str, width: int) -> Sequence[str]:
    """Return `text` broken at blanks into lines of at most `width` cells; a longer word is broken hard."""
    lines: list[str] = []
    current = ""
    for word in text.split(" "):
        joined = f"{current} {word}" if current else word
        if width_of(joined) <= width:
            current = joined
            continue
        if current:
            lines.append(current)
        *full, current = chop_cells(word, max(width, 2)) or [""]
        lines += full
    return [*lines, current]


def _cells(text: str, start: int, stop: int) -> str:
    if text.isascii():
        return text[start:stop]
    out = ""
    at = 0
    for character in text:
        size = cell_len(character)
        if at >= start and at + size <= stop:
            out += character
        elif at < stop and at + size > start:
            out += " " * (min(at + size, stop) - max(at, start))
        at += size
    return out
