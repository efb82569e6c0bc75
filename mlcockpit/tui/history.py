"""Where a person was is a line of places with a cursor, as in a browser."""

from mlcockpit.tui.place import Place

MOST = 100


class History:
    """Places in the order of visiting."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._at = -1
        self.last: Place | None = None
        """Where the person was before; None at the start."""

    @property
    def here(self) -> Place | None:
        """Return the place that is shown."""
        return self._places[self._at] if self._places else None

    @property
    def recent(self) -> list[Place]:
        """Return the places, newest first."""
        return list(dict.fromkeys(reversed(self._places)))

    def visit(self, place: Place) -> None:
        """Note a new place; what lay ahead is forgotten."""
        if place != self.here:
            self.last = self.here
            self._places = [*self._places[: self._at + 1], place][-MOST:]
            self._at = len(self._places) - 1

    def step(self, by: int) -> Place | None:
        """Move back (-1) or forward (1); None where there is no further place."""
        if not 0 <= self._at + by < len(self._places):
            return None
        self.last = self.here
        self._at += by
        return self.here

    def restart(self) -> None:
        """Forget everything."""
        self._places, self._at, self.last = [], -1, None
