"""What each role sees first; a lens orders and chooses, it never hides a red item."""

from dataclasses import dataclass

from mlcockpit.domain.vocabulary import Discipline


@dataclass(frozen=True)
class Lens:
    """One role's way of looking."""

    role: Discipline | None
    """None is the neutral lens: worst first, no role."""
    question: str
    """What this role must know within ten seconds."""
    run_columns: tuple[str, ...] = ("run", "name", "status", "owner", "data", "age", "repro")


LENSES: dict[str, Lens] = {
    "all": Lens(None, "what is red, since when, and whose turn is it?"),
    "product": Lens(Discipline.PRODUCT, "are we on track to the goal, and what must I decide?"),
    "data": Lens(Discipline.DATA, "which data is hurting whom?"),
    "ml": Lens(Discipline.ML, "what should I try, fix, reproduce, hand over?"),
    "dev": Lens(Discipline.DEV, "what can I ship, and what is unsafe?"),
    "ops": Lens(Discipline.OPS, "what is burning, what will burn next, can I roll back?"),
}
