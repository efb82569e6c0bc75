"""Tests of reproductions share environments and empty stores."""

import os
from pathlib import Path

import pytest

from tests.reproduction.nursery import share


@pytest.fixture(autouse=True)
def _shared_home(_own_home: None) -> None:
    """Reuse what earlier tests built."""
    share(Path(os.environ["MLCOCKPIT_HOME"]))
