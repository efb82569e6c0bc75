"""Data that DVC tracks comes from its cache on this machine, in both layouts, and is never mistaken for what the run makes."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from mlcockpit.domain.vocabulary import Verdict
from mlcockpit.reproduction.dvc_data import DvcCache, has_md5, md5_of, stage_inputs, tracked_by_dvc
from tests.repositories import write
from tests.reproduction.world import NUMBERS, World, a_world


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


class Files:
    """The files at a commit."""

    def __init__(self, **files: str) -> None:
        self._files = {name.replace("__", "/").replace("_dot_", "."): text.encode() for name, text in files.items()}

    def files(self) -> frozenset[str]:
        return frozenset(self._files)

    def read(self, path: str) -> bytes | None:
        return self._files.get(path)


LOCK = f"""
schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py
    outs: [{{path: data/clean.csv, md5: {md5("clean")}}}]
  train:
    cmd: python train.py data/clean.csv model.pkl
    deps: [{{path: data/clean.csv, md5: {md5("clean")}}}, {{path: train.py, md5: {md5("code")}}}]
    outs: [{{path: model.pkl, md5: {md5("model")}}}]
  evaluate:
    cmd: python evaluate.py
    deps: [{{path: model.pkl, md5: {md5("model")}}}]
"""


def test_a_file_a_folder_and_what_a_stage_depends_on_are_tracked() -> None:
    tree = Files(
        data__raw_dot_csv_dot_dvc=f"outs:\n- md5: {md5('raw')}\n  path: raw.csv\n",
        data__many_dot_dvc=f"outs:\n- md5: {md5('many')}.dir\n  path: many\n",
        dvc_dot_lock=LOCK,
    )
    found = [tracked_by_dvc(tree, path, "train.py") for path in ("data/raw.csv", "data/many/1.csv", "data/clean.csv")]  # type: ignore[arg-type]
    assert [(one.path, one.md5) for one in found if one] == [
        ("data/raw.csv", md5("raw")),
        ("data/many", f"{md5('many')}.dir"),
        ("data/clean.csv", md5("clean")),
    ]


def test_what_the_run_makes_itself_is_no_input() -> None:
    tree = Files(dvc_dot_lock=LOCK)
    assert None is tracked_by_dvc(tree, "model.pkl", "train.py")  # type: ignore[arg-type]
    assert None is tracked_by_dvc(tree, "data/clean.csv", "")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["outs: 3", "outs:\n- md5: ../../x\n  path: raw.csv\n", "- a", "{", "outs: [{path: raw.csv}]"]
)
def test_a_broken_file_tracks_nothing(text: str) -> None:
    assert None is tracked_by_dvc(Files(raw_dot_csv_dot_dvc=text), "raw.csv")  # type: ignore[arg-type]


@pytest.mark.parametrize("layout", ["files/md5/", ""])
def test_both_layouts_of_the_cache_give_a_folder_back(tmp_path: Path, layout: str) -> None:
    members = [{"md5": md5("one"), "relpath": "1.csv"}, {"md5": md5("two"), "relpath": "deep/2.csv"}]
    listing = json.dumps(members)
    whole = f"{md5(listing)}.dir"
    objects = {md5("one"): "one", md5("two"): "two", whole: listing}
    write(tmp_path, {f".dvc/cache/{layout}{name[:2]}/{name[2:]}": text for name, text in objects.items()})
    target = tmp_path / "out"
    assert DvcCache(tmp_path).restore(whole, target)
    assert ("one", "two") == ((target / "1.csv").read_text(), (target / "deep/2.csv").read_text())
    assert whole == md5_of(target)
    assert has_md5(target, whole)


def test_a_cache_elsewhere_is_found_by_the_configuration(tmp_path: Path) -> None:
    name = md5("one")
    write(tmp_path, {"p/.dvc/config": "[core]\n    remote = x\n[cache]\n    dir = ../../shared\n"})
    write(tmp_path, {f"shared/files/md5/{name[:2]}/{name[2:]}": "one"})
    assert DvcCache(tmp_path / "p", "data/x.csv").restore(name, tmp_path / "out")


def test_a_damaged_object_is_not_given_out(tmp_path: Path) -> None:
    name = md5("one")
    write(tmp_path, {f".dvc/cache/files/md5/{name[:2]}/{name[2:]}": "other"})
    assert not DvcCache(tmp_path).restore(name, tmp_path / "out")


def test_a_folder_cannot_place_files_outside_of_itself(tmp_path: Path) -> None:
    listing = json.dumps([{"md5": md5("one"), "relpath": "../evil"}, {"md5": md5("one"), "relpath": "/evil"}])
    whole = f"{md5(listing)}.dir"
    objects = {md5("one"): "one", whole: listing}
    write(tmp_path, {f".dvc/cache/files/md5/{name[:2]}/{name[2:]}": text for name, text in objects.items()})
    DvcCache(tmp_path).restore(whole, tmp_path / "out")
    assert not (tmp_path / "evil").exists()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return a run whose data DVC tracks; afterwards the file was replaced, and the cache holds what it was."""
    world = a_world(tmp_path_factory.mktemp("dvc"), data=False)
    was = md5(NUMBERS)
    world.put(
        "data/numbers.csv.dvc", f"outs:\n- md5: {was}\n  size: {len(NUMBERS)}\n  hash: md5\n  path: numbers.csv\n"
    )
    world.write(_dot_gitignore="data/*.csv\n.dvc/cache\n", _dot_dvc__config="")
    world.commit("Track data")
    world.put("data/numbers.csv", NUMBERS)
    world.put(f".dvc/cache/files/md5/{was[:2]}/{was[2:]}", NUMBERS)
    run = world.train("train.py", "--power", "2")
    world.sql("UPDATE runs SET start_time = start_time - 60000, end_time = end_time - 60000 WHERE run_uuid = ?", run)
    world.put("data/numbers.csv", NUMBERS.replace("3.0", "4.0"))
    return world


@pytest.mark.ci
def test_the_bytes_of_the_commit_come_from_the_cache(world: World) -> None:
    result = world.reproduce(world.runs()[0])
    assert Verdict.IDENTICAL == result.verdict, result.reason
    data = next(one for one in result.ingredients if one.name == "data")
    assert "tracked by DVC at the commit" in data.evidence
    assert () == data.deviations


def test_without_the_cache_changed_data_is_named_before_anything_runs(world: World) -> None:
    cache = world.top / ".dvc" / "cache"
    os.rename(cache, world.top / ".dvc" / "aside")
    result = world.reproduce(world.runs()[0], trust=None)
    os.rename(world.top / ".dvc" / "aside", cache)
    now = md5(NUMBERS.replace("3.0", "4.0"))
    assert (Verdict.INCOMPLETE, "data", 0.0) == (result.verdict, result.first_difference, result.seconds["run"])
    assert f"data changed: data/numbers.csv had md5 {md5(NUMBERS)[:12]}…, now {now[:12]}…" in result.reason


def test_a_file_that_is_gone_but_cached_is_no_gap(world: World) -> None:
    path = world.top / "data" / "numbers.csv"
    text = path.read_text()
    path.unlink()
    (item,) = [one for one in world.recipe(world.runs()[0])["data"].value if one["path"] == "data/numbers.csv"]  # type: ignore[union-attr,index,call-overload]
    path.write_text(text)
    assert "dvc" == item["from"]  # type: ignore[index,call-overload]


def test_a_stage_reads_what_it_depends_on_beside_its_code() -> None:
    tree = Files(dvc_dot_lock=LOCK)
    assert ("data/clean.csv",) == stage_inputs(tree, "train.py")  # type: ignore[arg-type]
    assert () == stage_inputs(tree, "other.py")  # type: ignore[arg-type]
    twice = LOCK + LOCK.partition("stages:\n")[2].replace("  train:", "  again:")
    assert () == stage_inputs(Files(dvc_dot_lock=twice), "train.py")  # type: ignore[arg-type]
