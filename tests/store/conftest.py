"""Fixtures of the store's tests: each contract runs on the embedded database and on a real PostgreSQL."""

from tests.store.postgres import postgres

__all__ = ["postgres"]
