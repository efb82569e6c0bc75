"""Every file of a repository belongs to one ingredient, and mixing two commits changes nothing of the user's."""

import os
from pathlib import Path

import pytest

from mlcockpit.integrations.git_process import run_git
from mlcockpit.reproduction.mixed_tree import MixedTrees, cause_of
from tests.repositories import a_repository, digest_of_folder, run_plain_git, write


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("train.py", "code"), ("src/ours/model.py", "code"), ("data/load.py", "code"), ("dvc.yaml", "code"), ("Makefile", "code"),
        ("data/train.csv", "data"), ("data/labels.json", "data"), ("data/raw.bin", "data"), ("features.parquet", "data"),
        ("data.csv.dvc", "data"), ("dvc.lock", "data"), ("known/odd.bin", "data"), ("known.txt", "data"),
        ("params.yaml", "parameters"), ("conf/model/large.yaml", "parameters"), ("config.json", "parameters"),
        ("requirements.txt", "environment"), ("requirements/train.txt", "environment"), ("uv.lock", "environment"),
        ("poetry.lock", "environment"), ("sub/conda.yaml", "environment"), ("pyproject.toml", "environment"),
        ("README.md", ""), (".gitignore", ""), (".github/workflows/ci.yml", ""), ("LICENSE", ""), ("mlcockpit.toml", ""),
    ],
)  # fmt: skip
def test_a_file_belongs_to(path: str, cause: str) -> None:
    assert cause == cause_of(path, frozenset({"known", "known.txt"}))


def test_the_same_mixture_is_the_same_commit_and_the_repository_stays_as_it_is(tmp_path: Path) -> None:
    root = a_repository(
        tmp_path / "project", {"train.py": "one", "data/a.csv": "1", "data/b.csv": "2", "odd \n.py": "x"}
    )
    first = run_plain_git(root, "rev-parse", "HEAD").strip()
    write(root, {"train.py": "two", "data/a.csv": "3", "data/new.csv": "4"})
    os.unlink(root / "data" / "b.csv")
    run_plain_git(root, "add", "--all")
    run_plain_git(root, "commit", "--quiet", "-m", "Second")
    second = run_plain_git(root, "rev-parse", "HEAD").strip()
    before = digest_of_folder(root)
    trees = MixedTrees(run_git, tmp_path / "mixtures.git")
    trees.see([root / ".git" / "objects"])
    changes = trees.changes(first, second, ["data"])
    assert {"train.py": "code", "data/a.csv": "data", "data/b.csv": "data", "data/new.csv": "data"} == {
        one.path: one.cause for one in changes
    }
    entries = {one.path: one.new for one in changes if one.cause == "data"}
    commits = {trees.mix(first, entries, "mixed") for _ in range(2)}
    assert 1 == len(commits)
    listed = run_git(["ls-tree", "-r", "--name-only", "-z", commits.pop()], git_dir=trees.store).decode().split("\0")
    assert ["data/a.csv", "data/new.csv", "odd \n.py", "train.py", ""] == listed
    assert before == digest_of_folder(root)
