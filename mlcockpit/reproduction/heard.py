"""What the guard noted while a command ran becomes sentences of the verdict."""

import json
from collections.abc import Sequence
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.ports import Wall

MOST_BYTES = 64_000
MOST = 6
"""How many of each kind are told."""


def wall_note(wall: Wall, *, network: bool) -> str:
    """Return which wall a command has, in a sentence."""
    return f"wall: {wall.sentence}; the network is {'open' if network else 'closed'}"


def heard(notes: Path) -> list[str]:
    """Return what a command asked for and did not get, and where it used the network; the file is the command's own."""
    try:
        with notes.open("rb") as file:
            lines = file.read(MOST_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    kinds: dict[str, list[str]] = {"store": [], "refused": [], "network": []}
    for line in lines:
        try:
            said = json.loads(line)
        except ValueError:
            continue
        for kind, what in said.items() if isinstance(said, dict) else ():
            if kind in kinds and isinstance(what, str):
                kinds[kind].append(clean(what, 120))
    found = []
    if kinds["store"]:
        found.append(f"the code asks for the tracking store {_listed(kinds['store'])}; all went to a private one")
    if kinds["refused"]:
        found.append(f"the code was kept from reaching {_listed(kinds['refused'])}")
    if kinds["network"]:
        found.append(f"the network was used: {_listed(kinds['network'])}")
    return found


def _listed(names: Sequence[str]) -> str:
    once = list(dict.fromkeys(names))
    more = f" and {len(once) - MOST} more" if len(once) > MOST else ""
    return ", ".join(once[:MOST]) + more
