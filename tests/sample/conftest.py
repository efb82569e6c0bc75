"""The sample is built once for all tests and kept by its content."""

import os
import tempfile
from pathlib import Path

import pytest

from sample_project.build.attempt import content_of
from sample_project.build.builder import Built, build
from sample_project.build.git_history import SOURCE
from sample_project.build.lock import lock


@pytest.fixture(scope="session")
def gatewise() -> Built:
    """Return the built sample; whoever wants to change something copies it first."""
    kept = Path(tempfile.gettempdir()) / f"mlcockpit-sample-{os.getuid()}" / content_of(SOURCE, lock())[:16]
    return build(kept, wait=True)
