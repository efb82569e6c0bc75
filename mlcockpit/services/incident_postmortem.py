"""A postmortem is written by one person and accepted by another, when each of its actions has an owner and a date."""

import json
import re
from datetime import datetime
from pathlib import Path

from mlcockpit.domain.journal import Event
from mlcockpit.domain.operations import TimelineNote
from mlcockpit.domain.people import Person
from mlcockpit.errors import Refused, SourceFailed, UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.incident_declare import find_incident
from mlcockpit.store.transaction import Happening, Transaction

MOST_BYTES = 200_000
"""A postmortem is read by people."""

_ACTION = re.compile(r"^\s*[-*] \[[ xX]\] (?P<text>.+)$", re.MULTILINE)
_OWNER = re.compile(r"@([A-Za-z0-9_.-]+)")
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_KINDS = ("postmortem_written", "postmortem_accepted")


def write_postmortem(cockpit: Cockpit, number: int, place: Path) -> None:
    """Store the text of a file as the incident's postmortem, to be accepted by somebody else."""
    text = _read(place)
    name = f"inc/{number}"
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        incident = find_incident(tx, number)
        if incident.closed_at is not None:
            raise Refused(f"{name} is {incident.state.value}", hint="a postmortem comes before it is closed")
        _written_down(tx, number, "postmortem_written", {"text": text})


def accept_postmortem(cockpit: Cockpit, number: int) -> None:
    """Accept the last postmortem; raises Refused for its writer, and while an action has no owner or date."""
    name = f"inc/{number}"
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        find_incident(tx, number)
        last = last_postmortem(tx, name)
        if last is None:
            raise Refused(f"{name} has no postmortem", hint=f"`mlcockpit incident postmortem {name} --file FILE`")
        if last.kind == "postmortem_accepted":
            raise Refused(f"the postmortem of {name} is accepted already", hint=f"`mlcockpit incident close {name}`")
        if last.actor == tx.actor:
            raise Refused(f"{tx.actor} wrote the postmortem of {name}", hint="somebody else accepts it")
        _refuse_loose_actions(tx, name, last.new or "")
        _written_down(tx, number, "postmortem_accepted", {"accepts": last.seq})


def last_postmortem(tx: Transaction, name: str) -> Event | None:
    """Return the newest event about the incident's postmortem; None where there is none."""
    events = [event for kind in _KINDS for event in tx.all(Event, subject=name, kind=kind)]
    return max(events, key=lambda event: event.seq, default=None)


def loose_actions(text: str, known: set[str]) -> list[str]:
    """Return the action lines (- [ ] …) that name no known person (@ana) or no due date (2026-03-01)."""
    return [action for action in _ACTION.findall(text) if not _is_owned(action, known) or not _is_dated(action)]


def _is_owned(action: str, known: set[str]) -> bool:
    return any(handle.rstrip(".") in known for handle in _OWNER.findall(action))


def _is_dated(action: str) -> bool:
    for text in _DATE.findall(action):
        try:
            datetime.fromisoformat(text)
        except ValueError:
            continue
        return True
    return False


def _refuse_loose_actions(tx: Transaction, name: str, stored: str) -> None:
    loose = loose_actions(json.loads(stored)["text"], {person.handle for person in tx.all(Person)})
    if loose:
        raise Refused(
            f"the postmortem of {name} has {len(loose)} actions without owner or date ({'; '.join(loose)})",
            hint="write `- [ ] what @person 2026-03-01` and hand it in again",
        )


def _written_down(tx: Transaction, number: int, kind: str, new: dict[str, object]) -> None:
    tx.save(
        TimelineNote(
            incident=number,
            at=tx.now,
            author=tx.actor,
            text=kind.replace("_", " "),
            created_at=tx.recorded_at,
            created_by=tx.actor,
        )
    )
    tx.happened(Happening(f"inc/{number}", kind, None, new))


def _read(place: Path) -> str:
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceFailed(f"{place} cannot be read as text ({error})", hint="name a markdown file") from error
    if not text.strip() or len(text) > MOST_BYTES:
        raise UsageError(f"{place} holds {len(text)} characters", hint=f"a postmortem has 1 to {MOST_BYTES}")
    return text
