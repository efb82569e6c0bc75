"""Records are read outside a transaction here, without holding the write lock."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import inspect
from sqlmodel import SQLModel, select

from mlcockpit.store.database import Store

R = TypeVar("R", bound=SQLModel)


def read_all(store: Store, kind: type[R], /, **by: object) -> Sequence[R]:
    """Return the records of `kind` whose fields equal `by`, in the order they were stored."""
    query = select(kind)
    for field, value in by.items():
        query = query.where(getattr(kind, field) == value)
    with store.read() as session:
        return session.exec(query.order_by(*inspect(kind).primary_key)).all()


def read_one(store: Store, kind: type[R], number: int) -> R | None:
    """Return the record with this id; None where there is none."""
    with store.read() as session:
        return session.get(kind, number)


def read_columns(store: Store, kind: type[SQLModel], *fields: str) -> Sequence[tuple[object, ...]]:
    """Return plain values of every record of `kind`, in the order they were stored."""
    query = select(*[getattr(kind, field) for field in fields]).order_by(*inspect(kind).primary_key)
    with store.read() as session:
        return [tuple(line) if len(fields) > 1 else (line,) for line in session.exec(query).all()]
