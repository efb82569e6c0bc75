"""No name, tag or message from a stranger reaches a terminal or a page with control codes in it."""

import re

MOST = 256
"""Characters kept of one cleaned text; the rest is replaced by an ellipsis."""

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200c\u200e\u200f\u2028\u2029"
    "\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad\ud800-\udfff]"
)


def clean(text: object, most: int = MOST) -> str:
    """Return `text` on one line with every control, bidi and zero-width character made visible, at most `most` long."""
    line = _HIDDEN.sub(_visible, str(text)[: most * 2])
    return line if len(line) <= most else line[: most - 1] + "…"


def clean_lines(text: object, most: int = 100_000) -> str:
    """Return `text` cleaned line by line: newlines stay, everything else that `clean` makes visible is made visible."""
    kept = str(text)[:most].replace("\r\n", "\n").replace("\t", "    ")
    return "\n".join(_HIDDEN.sub(_visible, line) for line in kept.split("\n"))


def escaped(json_text: str) -> str:
    """Return the same JSON document with every control, bidi and zero-width character in its strings as \\uXXXX."""
    return "\n".join(_HIDDEN.sub(lambda match: f"\\u{ord(match.group()):04x}", line) for line in json_text.split("\n"))


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"‹U+{code:04X}›"
