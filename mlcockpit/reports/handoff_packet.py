"""A handoff packet is everything the receiver needs on one page of markdown."""

from collections.abc import Sequence
from datetime import datetime

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.handoff import Criterion, Handoff
from mlcockpit.domain.handoff_criteria import TITLES
from mlcockpit.domain.journal import Event
from mlcockpit.domain.record import name_of

_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>|#"})


def handoff_packet(
    handoff: Handoff, criteria: Sequence[Criterion], events: Sequence[Event], owner: str | None, now: datetime
) -> str:
    """Return the packet: who and when, each criterion with its evidence or waiver, the history newest first."""
    name = name_of("ho", handoff)
    lines = [f"# {name}: {_plain(handoff.title)}", ""]
    lines += _facts(handoff, owner, now)
    lines += ["", "## Criteria", ""]
    lines += [_criterion(place, criterion) for place, criterion in enumerate(criteria, start=1)] or ["none"]
    if handoff.question:
        lines += ["", "## Question", "", _plain(handoff.question)]
    lines += ["", f"## History of {name} and {_plain(handoff.subject)}", ""]
    lines += [_event(event) for event in events] or ["nothing yet"]
    return "\n".join(lines) + "\n"


def _facts(handoff: Handoff, owner: str | None, now: datetime) -> list[str]:
    days = {"offered": handoff.offered_at, "due": handoff.due, "accepted": handoff.accepted_at, "done": handoff.done_at}
    late = ", **overdue**" if handoff.is_overdue(now) else ""
    return [
        f"- kind: {handoff.kind} {TITLES[handoff.kind]}",
        f"- subject: {_plain(handoff.subject)}, accountable: {_plain(owner or 'nobody')}",
        f"- from: {_plain(handoff.from_person)} ({handoff.from_discipline})",
        f"- to: {_plain(handoff.to_person)} ({handoff.to_discipline})",
        f"- state: {handoff.state.value}{late}",
        *(f"- {word}: {at:%Y-%m-%d}" for word, at in days.items() if at is not None),
    ]


def _criterion(place: int, criterion: Criterion) -> str:
    mark = "x" if criterion.met else " "
    must = "" if criterion.must else " (a wish)"
    tail = f" — {_plain(criterion.evidence)}" if criterion.evidence else ""
    if criterion.waived_by is not None and not criterion.met:
        tail += f" — waived by {_plain(criterion.waived_by)}: {_plain(criterion.waived_why)}"
    return f"{place}. [{mark}] {_plain(criterion.text)}{must}{tail}"


def _event(event: Event) -> str:
    reason = f": {_plain(event.reason)}" if event.reason else ""
    return f"- {event.at:%Y-%m-%d %H:%M} {_plain(event.actor)}: {event.kind.replace('_', ' ')} {_plain(event.subject)}{reason}"


def _plain(text: str) -> str:
    """Return foreign words on one line in which nothing is markup."""
    return clean(text).translate(_SPECIAL)
