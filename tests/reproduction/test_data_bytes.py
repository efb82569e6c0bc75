"""Recorded bytes are found wherever this machine still has them, by digest and never by name alone."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from mlcockpit.domain.recipe import Ingredient, Json
from mlcockpit.domain.vocabulary import Standing
from mlcockpit.reproduction.data_bytes import DataFinding, DataPlaces, lost_data, place_data
from tests.repositories import write

WAS, NOW = "x\n1\n", "x\n2\n"
DIGEST = hashlib.sha256(WAS.encode()).hexdigest()
ITEM: Mapping[str, Json] = {"path": "data/a.csv", "sha256": DIGEST, "owner": "dana", "from": "folder"}


@pytest.fixture
def places(tmp_path: Path) -> DataPlaces:
    """Return places without any bytes."""
    for name in ("code", "project", "artifacts"):
        (tmp_path / name).mkdir()
    return DataPlaces(tmp_path / "code", tmp_path / "project", lambda digest: None, lambda path: (), lambda path: None)


def placed(places: DataPlaces, **changes: Json) -> DataFinding:
    (found,) = place_data(Ingredient("data", Standing.RECORDED, [{**ITEM, **changes}], ""), places)
    return found


def lost(places: DataPlaces, **changes: Json) -> list[DataFinding]:
    return list(lost_data(Ingredient("data", Standing.RECORDED, [{**ITEM, **changes}], ""), places))


def brought(places: DataPlaces) -> str:
    return (places.code / "data" / "a.csv").read_text()


def test_the_projects_own_file_is_taken_where_it_is_the_same(places: DataPlaces) -> None:
    write(places.project, {"data/a.csv": WAS})
    assert [] == lost(places)
    assert ("same", WAS) == (placed(places).state, brought(places))


def test_the_original_path_is_taken_where_the_project_moved(places: DataPlaces, tmp_path: Path) -> None:
    write(tmp_path, {"old/a.csv": WAS})
    there = str(tmp_path / "old" / "a.csv")
    assert [] == lost(places, absolute=there)
    assert ("same", WAS) == (placed(places, absolute=there).state, brought(places))


def test_changed_bytes_come_from_the_content_addressed_store(places: DataPlaces) -> None:
    write(places.project, {"data/a.csv": NOW})
    kept = replace(places, blob=lambda digest: WAS.encode() if digest == DIGEST else None)
    assert [] == lost(kept)
    assert ("same", WAS) == (placed(kept).state, brought(kept))


def test_changed_bytes_come_from_the_history(places: DataPlaces) -> None:
    write(places.project, {"data/a.csv": NOW})
    kept = replace(places, history=lambda path: [b"other", WAS.encode()] if path == "data/a.csv" else [])
    assert [] == lost(kept)
    assert ("same", WAS) == (placed(kept).state, brought(kept))


def test_changed_bytes_come_from_the_runs_artifacts_where_the_digest_holds(places: DataPlaces, tmp_path: Path) -> None:
    write(places.project, {"data/a.csv": NOW})
    write(tmp_path / "artifacts", {"wrong/a.csv": NOW, "right/a.csv": WAS})
    kept = replace(places, copies=lambda path: sorted((tmp_path / "artifacts").rglob(Path(path).name)))
    assert [] == lost(kept)
    assert DataFinding("data/a.csv", "same", DIGEST, DIGEST, "from the artifacts of the run") == placed(kept)
    assert WAS == brought(kept)


def test_an_empty_file_in_the_store_is_a_file(places: DataPlaces) -> None:
    empty = hashlib.sha256(b"").hexdigest()
    kept = replace(places, blob=lambda digest: b"" if digest == empty else None)
    assert ("same", "") == (placed(kept, sha256=empty).state, brought(kept))


def test_bytes_that_are_nowhere_are_changed_or_gone_with_their_owner(places: DataPlaces) -> None:
    assert DataFinding("data/a.csv", "gone", DIGEST, "", "dana owns it") == placed(places)
    write(places.project, {"data/a.csv": NOW})
    now = hashlib.sha256(NOW.encode()).hexdigest()
    assert DataFinding("data/a.csv", "changed", DIGEST, now, "dana owns it") == placed(places)
    assert ["changed"] == [one.state for one in lost(places)]


def test_a_file_that_only_some_process_opened_never_stops_a_reproduction(places: DataPlaces) -> None:
    seen = "opened by some process while it ran"
    assert [] == lost(places, known_by=seen)
    assert "absent" == placed(places, known_by=seen).state
    write(places.project, {"data/a.csv": NOW})
    found = placed(places, known_by=seen)
    assert ("unchecked", True) == (found.state, "nobody knows whether the run did" in found.detail)


def test_a_path_cannot_lead_out_of_the_worktree(places: DataPlaces, tmp_path: Path) -> None:
    write(tmp_path, {"secret.csv": WAS})
    placed(places, path="../secret.csv")
    assert [] == list(places.code.rglob("*"))
