"""What reading one source brought, as every step of a sync tells it."""

from dataclasses import dataclass

from mlcockpit.domain.vocabulary import SourceState


@dataclass(frozen=True)
class Read:
    """What reading one source brought."""

    note: str
    """What the source holds now, in a few words."""
    changes: tuple[str, ...] = ()
    """One line for each thing that is new or different."""
    state: SourceState = SourceState.FRESH
