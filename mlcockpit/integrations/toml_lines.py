"""Every key and element of a TOML text has a line number, which the standard library's parser does not tell."""

import re
import tomllib
from bisect import bisect_right

Place = tuple[str | int, ...]
"""Where a value stands: keys, and positions in arrays, such as ("gates", "live", "checks", 1, "kind")."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:\'{0,2})|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL
)
_SCALAR = re.compile(r"[^,\]}#\n]*")
_REST = re.compile(r"[^\n]*")


def lines_of(text: str) -> dict[Place, int]:
    """Return the line of every table, key and array element of `text`, which must be TOML that `tomllib` accepts."""
    return _Scan(text).lines()


class _Scan:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._lines: dict[Place, int] = {}
        self._arrays: dict[Place, int] = {}

    def lines(self) -> dict[Place, int]:
        table: Place = ()
        while self._skip(_BLANK) < len(self._text):
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_REST)
        return self._lines

    def _header(self) -> Place:
        line, many = self._line(), self._text.startswith("[[", self._at)
        self._at += 2 if many else 1
        *parents, last = self._keys()
        place = (*self._resolved(parents, line), last)
        if many:
            self._arrays[place] = self._arrays.get(place, -1) + 1
        return self._resolved([*parents, last], line)

    def _resolved(self, keys: list[str], line: int) -> Place:
        """Return the keys with the position of the newest element after each array of tables."""
        place: Place = ()
        for key in keys:
            place = (*place, key)
            self._lines.setdefault(place, line)
            if place in self._arrays:
                place = (*place, self._arrays[place])
                self._lines.setdefault(place, line)
        return place

    def _pair(self, table: Place) -> None:
        line, place = self._line(), table
        for key in self._keys():
            place = (*place, key)
            self._lines.setdefault(place, line)
        self._at += 1  # the sign of equality
        self._value(place)

    def _value(self, place: Place) -> None:
        self._skip(_SPACE)
        sign = self._text[self._at : self._at + 1]
        if sign == "[":
            self._elements(place)
        elif sign == "{":
            self._at += 1
            while self._more("}"):
                self._pair(place)
        elif sign in ("'", '"'):
            self._skip(_STRING)
        else:
            self._skip(_SCALAR)

    def _elements(self, place: Place) -> None:
        self._at, position = self._at + 1, 0
        while self._more("]"):
            self._lines.setdefault((*place, position), self._line())
            self._value((*place, position))
            position += 1

    def _more(self, end: str) -> bool:
        """Step over blanks and one comma; return False, behind `end`, when nothing follows."""
        self._skip(_BLANK)
        if self._text.startswith(",", self._at):
            self._at += 1
            self._skip(_BLANK)
        if self._at >= len(self._text) or self._text.startswith(end, self._at):
            self._at += 1
            return False
        return True

    def _keys(self) -> list[str]:
        keys = []
        while True:
            start = self._skip(_SPACE)
            quoted = self._text.startswith(('"', "'"), start)
            self._skip(_STRING if quoted else _BARE)
            raw = self._text[start : self._at]
            keys.append(str(tomllib.loads(f"key = {raw}")["key"]) if quoted else raw)
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at + 1
        return self._at

    def _line(self) -> int:
        return bisect_right(self._starts, self._at)
