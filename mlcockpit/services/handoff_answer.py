"""The receiver of a handoff answers it: takes it over, asks back, declines, or finishes it."""

from collections.abc import Mapping, Sequence

from mlcockpit.domain.handoff import Handoff
from mlcockpit.domain.people import Person
from mlcockpit.domain.record import name_of
from mlcockpit.domain.transitions import step
from mlcockpit.domain.vocabulary import HandoffKind, HandoffState
from mlcockpit.errors import Refused, UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.handoff_offer import criteria_of, find_handoff, mark_met
from mlcockpit.services.own import assign, find_person
from mlcockpit.store.transaction import Happening, Transaction


def accept_handoff(
    cockpit: Cockpit, number: int, *, met: Sequence[int] = (), evidence: Mapping[int, str] | None = None
) -> Handoff:
    """Take a handoff over; a departure's subject changes hands; raises Refused while a must-criterion is open."""
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        handoff = find_handoff(tx, number)
        _only_the_receiver(tx, handoff)
        _check(handoff, HandoffState.ACCEPTED)
        mark_met(tx, handoff, met, evidence or {})
        _refuse_open_criteria(tx, handoff)
        handoff.accepted_at = tx.now
        _step(tx, handoff, HandoffState.ACCEPTED, "handoff_accepted")
        if handoff.kind is HandoffKind.DEPARTURE:
            assign(tx, handoff.subject, find_person(tx, handoff.to_person), reason=f"took over with ho/{handoff.id}")
        return handoff


def return_handoff(cockpit: Cockpit, number: int, question: str) -> Handoff:
    """Give a handoff back with a question; it waits for the sender."""
    return _answer(cockpit, number, HandoffState.RETURNED, "handoff_returned", question)


def decline_handoff(cockpit: Cockpit, number: int, why: str) -> Handoff:
    """Say no to a handoff, with the reason."""
    return _answer(cockpit, number, HandoffState.DECLINED, "handoff_declined", why)


def finish_handoff(cockpit: Cockpit, number: int, *, note: str = "") -> Handoff:
    """Say that what was taken over is done."""
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        handoff = find_handoff(tx, number)
        _check(handoff, HandoffState.DONE)
        _only_the_receiver(tx, handoff, sender_too=True)
        handoff.done_at = tx.now
        return _step(tx, handoff, HandoffState.DONE, "handoff_done", note)


def _answer(cockpit: Cockpit, number: int, state: HandoffState, kind: str, words: str) -> Handoff:
    if not words.strip():
        raise UsageError(f"ho/{number} needs a reason", hint="say what is missing or why not")
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        handoff = find_handoff(tx, number)
        _only_the_receiver(tx, handoff)
        _check(handoff, state)
        handoff.question = words
        return _step(tx, handoff, state, kind, words)


def _check(handoff: Handoff, state: HandoffState) -> None:
    step(name_of("ho", handoff), handoff.state, state)


def _step(tx: Transaction, handoff: Handoff, state: HandoffState, kind: str, reason: str = "") -> Handoff:
    old = handoff.state
    handoff.state = state
    tx.save(handoff)
    tx.happened(Happening(name_of("ho", handoff), kind, {"state": old.value}, {"state": state.value}, reason))
    return handoff


def _only_the_receiver(tx: Transaction, handoff: Handoff, *, sender_too: bool = False) -> None:
    receiver = tx.one(Person, handle=handoff.to_person)
    deputy = None if receiver is None else receiver.deputy
    allowed = {handoff.to_person, deputy} | ({handoff.from_person} if sender_too else set())
    if tx.actor not in allowed:
        raise Refused(
            f"ho/{handoff.id} waits for {handoff.to_person}, and you act as {tx.actor}",
            hint=f"only the receiver or their deputy answers; --as {handoff.to_person} if that is you",
        )


def _refuse_open_criteria(tx: Transaction, handoff: Handoff) -> None:
    still_open = [
        f"{place} {criterion.text}"
        for place, criterion in enumerate(criteria_of(tx, handoff), start=1)
        if criterion.must and not criterion.met and criterion.waived_by is None
    ]
    if still_open:
        name = name_of("ho", handoff)
        raise Refused(
            f"{name} has {len(still_open)} must-criteria open ({'; '.join(still_open)})",
            hint=f"--evidence N=TEXT shows one met, or `mlcockpit handoff waive {name} N --why …`",
        )
