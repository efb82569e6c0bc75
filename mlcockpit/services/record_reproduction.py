"""A verdict is written down once: a Reproduction and its event, in one short transaction."""

from datetime import datetime

from mlcockpit.domain.reproduction_result import ReproductionResult
from mlcockpit.domain.training import Reproduction
from mlcockpit.services.cockpit import Cockpit
from mlcockpit.store.transaction import Happening


def record_reproduction(cockpit: Cockpit, result: ReproductionResult, *, started_at: datetime) -> Reproduction:
    """Store the result of one attempt, so that screens, reports, gates and rules see it."""
    with cockpit.store.write(cockpit.actor, cockpit.at) as tx:
        record = tx.save(
            Reproduction(
                run_id=result.run_id,
                verdict=result.verdict,
                reason=result.reason,
                first_difference=result.first_difference,
                standing=result.standing.value,
                recipe_sha256=result.trust_id,
                started_at=started_at,
                ended_at=tx.now,
                result=result.to_json(),
                created_at=tx.recorded_at,
                created_by=tx.actor,
            )
        )
        told = {"verdict": result.verdict.value, "recipe": result.trust_id, "reproduction": result.reproduction_id}
        tx.happened(Happening(f"run/{result.run_id}", "reproduced", None, told, result.reason))
    return record
