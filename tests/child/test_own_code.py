"""A rerun imports the project's own code from its worktree, wherever its environment says that it lies."""

import json
import os
import subprocess
import sys
from pathlib import Path

import mlcockpit

CHILD = Path(mlcockpit.__file__).parent / "child"
FINDER = "MAPPING = {{'mapped': {folder!r}}}\nNAMESPACES = {{}}\n"


def imported_from(name: str, *path: Path, moved: list[list[str]], sites: Path | None = None) -> str:
    """Return the file that `import name` finds in a guarded process."""
    env = {
        "PATH": os.environ["PATH"],
        "MLCOCKPIT_GUARD_TRACKING_URI": "sqlite:///x.db",
        "MLCOCKPIT_MOVED": json.dumps(moved),
    }
    env |= {"PYTHONPATH": ":".join(map(str, (CHILD, *path))), "MLCOCKPIT_SITES": str(sites or "")}
    script = f"import {name}; print({name}.__file__)"
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def put(folder: Path, name: str, text: str = "") -> Path:
    """Write a module; return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(text)
    return folder


def test_a_folder_of_the_user_on_the_path_becomes_the_worktrees(tmp_path: Path) -> None:
    old, code = put(tmp_path / "old/src", "ours"), put(tmp_path / "attempt/code/src", "ours")
    moved = [[str(tmp_path / "old"), str(tmp_path / "attempt/code")]]
    assert str(code / "ours.py") == imported_from("ours", old, moved=moved)


def test_packages_of_an_environment_and_of_the_attempt_inside_the_users_folder_stay(tmp_path: Path) -> None:
    moved = [[str(tmp_path), str(tmp_path / "attempt/code")]]
    for name in (".venv/lib/python3.11/site-packages", "attempt/own/packages"):
        kept = put(tmp_path / name, "kept")
        assert str(kept / "kept.py") == imported_from("kept", kept, moved=moved)


def test_links_into_the_worktree_that_were_installed_for_the_rerun_are_followed(tmp_path: Path) -> None:
    code = put(tmp_path / "attempt/code/src", "linked")
    sites = put(tmp_path / "attempt/own/editable", "unused")
    (sites / "linked.pth").write_text(f"{code}\n")
    assert str(code / "linked.py") == imported_from("linked", moved=[], sites=sites)


def test_a_finder_that_maps_names_to_the_users_folder_maps_them_to_the_worktree(tmp_path: Path) -> None:
    put(tmp_path / "old", "mapped")
    finder = put(tmp_path / "sites", "__editable___x_finder", FINDER.format(folder=str(tmp_path / "old/mapped.py")))
    moved = [[str(tmp_path / "old"), str(tmp_path / "attempt/code")]]
    start = f"import sys; sys.path.insert(0, {str(finder)!r}); import __editable___x_finder as f\n"
    start += f"sys.path.insert(0, {str(CHILD)!r}); import own_code; own_code.start(); print(f.MAPPING['mapped'])"
    env = {"PATH": os.environ["PATH"], "MLCOCKPIT_MOVED": json.dumps(moved)}
    done = subprocess.run([sys.executable, "-c", start], env=env, capture_output=True, text=True, check=True)
    assert str(tmp_path / "attempt/code/mapped.py") == done.stdout.strip()
