"""The tables of the project's database exist in the version that this code knows."""

from sqlmodel import SQLModel

from mlcockpit.domain import data, delivery, handoff, journal, operations, people, product, source, training
from mlcockpit.store.database import Store

TABLES = (data, delivery, handoff, journal, operations, people, product, source, training)
"""Importing these modules registers their tables."""


def prepare(store: Store) -> None:
    """Make every table that is not there."""
    SQLModel.metadata.create_all(store.engine)
