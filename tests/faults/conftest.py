"""Fixtures of the fault tests: a product with a real git repository and a real MLflow store."""

from pathlib import Path

import pytest

from tests.faults.world import Product, a_product
from tests.stores.worlds import begin


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store in which MLflow has written three runs, two versions and an alias."""
    return begin(tmp_path_factory.mktemp("store"))


@pytest.fixture
def product(tmp_path: Path, template: Path) -> Product:
    """Return a product that was never synced."""
    return a_product(tmp_path / "product", template)
