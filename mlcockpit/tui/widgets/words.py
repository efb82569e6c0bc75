"""A text section, an error and a face of a load become lines of words."""

from collections.abc import Sequence

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.vocabulary import Tone
from mlcockpit.tui.glyphs import SIGNS, Glyphs
from mlcockpit.tui.ink import Line, Span, wrap
from mlcockpit.views.table import Text


def text_lines(text: Text, width: int, height: int, glyphs: Glyphs, *, margin: int = 0) -> Sequence[Line]:
    """Return the lines of a text, wrapped; the sign of its tone stands before the first, where the margin is."""
    sign = SIGNS.get(text.tone, "")
    margin = max(margin, 2 if sign else 0)
    lines: list[Line] = []
    for raw in text.lines:
        shown = glyphs.plain(clean(raw, 2000))
        for part in wrap(shown, max(width - margin, 10)):
            before = f"{sign} " if sign and not lines and not shown.startswith(sign) else " " * margin
            lines.append((Span(before + part, text.tone.value),))
    return lines


def message_lines(title: str, detail: str, tone: Tone, width: int, glyphs: Glyphs) -> Sequence[Line]:
    """Return a headline and what to do about it."""
    sign = f"{SIGNS[tone]} " if tone in SIGNS else ""
    lines: list[Line] = [(Span(part, tone.value),) for part in wrap(sign + glyphs.plain(clean(title, 400)), width)]
    return [*lines, *((Span(part, "faint"),) for part in wrap(glyphs.plain(clean(detail, 1000)), width) if detail)]
