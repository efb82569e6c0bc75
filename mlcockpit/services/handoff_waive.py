"""A criterion that is not met can be waived, by name and with a reason."""

from mlcockpit.domain.handoff import Criterion
from mlcockpit.domain.vocabulary import HandoffState
from mlcockpit.errors import Refused, UsageError
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.services.handoff_offer import criteria_of, find_handoff, numbered
from mlcockpit.services.own import find_person
from mlcockpit.store.transaction import Happening

_OVER = (HandoffState.ACCEPTED, HandoffState.DECLINED, HandoffState.DONE)


def waive_criterion(cockpit: Cockpit, handoff_number: int, number: int, *, why: str) -> Criterion:
    """Waive criterion `number` (from 1) in the name of whoever acts; raises Refused or UsageError."""
    name = f"ho/{handoff_number}"
    if not why.strip():
        raise UsageError(f"a waiver of {name} needs a reason", hint="say it with --why")
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        handoff = find_handoff(tx, handoff_number)
        waiver = find_person(tx, cockpit.actor)
        criterion = numbered(criteria_of(tx, handoff), number, name)
        if handoff.state in _OVER:
            raise Refused(f"{name} is {handoff.state.value}", hint="a waiver comes before acceptance")
        if criterion.met:
            raise Refused(f"criterion {number} of {name} is met", hint="nothing has to be waived")
        criterion.waived_by, criterion.waived_why = waiver.handle, why
        tx.save(criterion)
        new = {"criterion": number, "text": criterion.text, "waived_by": waiver.handle}
        tx.happened(Happening(name, "criterion_waived", None, new, why))
        return criterion
