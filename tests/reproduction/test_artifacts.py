"""Artifacts are compared by what they say: clocks, ids and drawings do not count, everything else does."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from mlcockpit.domain.reproduction_result import ArtifactComparison
from mlcockpit.reproduction.artifacts import ArtifactFolders, ModelPairs, compare_artifacts


def no_models(pairs: ModelPairs) -> Sequence[Mapping[str, object]]:
    raise AssertionError(pairs)


def compared(top: Path, old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    for which, files in (("old", old), ("new", new)):
        for name, text in files.items():
            path = top / which / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    found = compare_artifacts(ArtifactFolders(top / "old"), ArtifactFolders(top / "new"), no_models)
    return {one.path: one.verdict for one in found}


@pytest.mark.parametrize(
    ("name", "old", "new", "verdict"),
    [
        ("a.txt", "same", "same", "equal"),
        ("a.txt", "one", "other", "different"),
        ("a.txt", f"run {'a' * 32}", f"run {'b' * 32}", "equal_content"),
        ("a.txt", "at 2026-01-01 10:00:00", "at 2026-02-03 11:12:13", "equal_content"),
        ("m.json", '{"auc": 0.5, "fit_time": 3}', '{"fit_time": 4, "auc": 0.5000000001}', "equal_content"),
        ("m.json", '{"auc": 0.5}', '{"auc": 0.6}', "different"),
        ("m.json", '{"auc": 0.5', '{"auc": 0.5 ', "different"),
        ("m.json", '{"auc": NaN}', '{"auc":  NaN}', "equal_content"),
        ("m.json", '{"ok": true}', '{"ok": 1}', "different"),
        ("t.csv", "x,y\n1.0,a\n", "x,y\n1,a\n", "equal_content"),
        ("t.csv", "x,y\n1,a\n", "x,y\n1,b\n", "different"),
        ("p.png", "one", "other", "excluded"),
        ("train.log", "one", "other", "excluded"),
    ],
)
def test_one_file_beside_the_other(tmp_path: Path, name: str, old: str, new: str, verdict: str) -> None:
    assert {name: verdict} == compared(tmp_path, {name: old}, {name: new})


def test_files_of_one_side_only_are_named(tmp_path: Path) -> None:
    found = compared(tmp_path, {"a.txt": "1", "deep/b.txt": "2"}, {"a.txt": "1", "c.txt": "3"})
    assert {"a.txt": "equal", "deep/b.txt": "only_original", "c.txt": "only_reproduced"} == found


def test_nothing_is_said_where_the_originals_are_elsewhere(tmp_path: Path) -> None:
    assert () == compare_artifacts(ArtifactFolders(None), ArtifactFolders(tmp_path), no_models)


ANSWERS: Mapping[str, tuple[Mapping[str, object], ArtifactComparison]] = {
    "equal": (
        {"verdict": "equal_content", "detail": "", "largest": 0.0},
        ArtifactComparison("m", "equal_content", model=True),
    ),
    "close": (
        {"verdict": "equal_content", "detail": "", "largest": 1e-9},
        ArtifactComparison("m", "equal_content", "at most 1e-09 apart", model=True, close=True),
    ),
    "predictions": (
        {"verdict": "equal_predictions", "detail": "seed was 1", "largest": 0.0},
        ArtifactComparison("m", "equal_content", "seed was 1", model=True, close=True),
    ),
    "different": (
        {"verdict": "different", "detail": "x\x1b[31m"},
        ArtifactComparison("m", "different", "x␛[31m", model=True),
    ),
    "unknown": (
        {"verdict": "unknown", "detail": "no library"},
        ArtifactComparison("m", "excluded", "unknown: no library", model=True),
    ),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_a_models_comparison_says_is_kept(tmp_path: Path, kind: str) -> None:
    answer, expected = ANSWERS[kind]
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    old, new = (ArtifactFolders(None, [("m", folder)]) for folder in folders)
    assert (expected,) == compare_artifacts(old, new, lambda pairs: [answer])


def test_a_model_without_a_pair_or_files_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    old = ArtifactFolders(None, [("gone", tmp_path / "a"), ("far", tmp_path / "nowhere")])
    new = ArtifactFolders(None, [("far", tmp_path / "a"), ("new", tmp_path / "a")])
    found = compare_artifacts(old, new, no_models)
    assert [("gone", "only_original"), ("far", "excluded"), ("new", "only_reproduced")] == [
        (one.path, one.verdict) for one in found
    ]


def test_files_of_models_are_not_compared_twice(tmp_path: Path) -> None:
    for which in ("old", "new"):
        (tmp_path / which / "model").mkdir(parents=True)
        (tmp_path / which / "model" / "model.json").write_text(json.dumps({"which": which}))
    old, new = (ArtifactFolders(tmp_path / which, [("model", tmp_path / which / "model")]) for which in ("old", "new"))
    found = compare_artifacts(old, new, lambda pairs: [{"verdict": "equal_content"}])
    assert ["model"] == [one.path for one in found]
