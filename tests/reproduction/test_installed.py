"""The package set of an interpreter is read from names and direct_url.json, and agrees with importlib.metadata."""

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

from mlcockpit.reproduction.installed import installed_in, normalised, site_packages_of


def a_distribution(folder: Path, name: str, direct: object = None) -> None:
    info = folder / f"{name}.dist-info"
    info.mkdir(parents=True)
    if direct is not None:
        (info / "direct_url.json").write_text(json.dumps(direct))


def test_this_interpreter_has_what_importlib_says() -> None:
    found = installed_in([Path(sysconfig.get_path("purelib"))])
    code = (
        "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions(path="
        f"[{sysconfig.get_path('purelib')!r}])}}))"
    )
    said = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    assert found.packages == {normalised(name): version for name, version in said.items()}
    assert site_packages_of(Path(sys.executable)) == [Path(sysconfig.get_path("purelib"))]


def test_editable_and_direct_installations_are_told_apart(tmp_path: Path) -> None:
    a_distribution(tmp_path, "My_Code-1.0", {"url": "file:///home/ana/my%20code", "dir_info": {"editable": True}})
    git = {"url": "https://ana:pw@example.org/x.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}
    a_distribution(tmp_path, "from_git-2.0.1", git)
    a_distribution(tmp_path, "broken-1.0", [])
    found = installed_in([tmp_path, tmp_path / "missing"])
    assert found.packages == {"my-code": "1.0", "from-git": "2.0.1", "broken": "1.0"}
    assert found.editable == {"my-code": Path("/home/ana/my code")}
    assert found.sources == {"from-git": "https://example.org/x.git@abc"}


def test_the_first_folder_on_the_path_wins(tmp_path: Path) -> None:
    a_distribution(tmp_path / "a", "numpy-2.0")
    a_distribution(tmp_path / "b", "numpy-1.0")
    assert installed_in([tmp_path / "a", tmp_path / "b"]).packages == {"numpy": "2.0"}


def test_an_old_egg_link_is_an_editable_installation(tmp_path: Path) -> None:
    code = tmp_path / "code"
    (code / "old_style.egg-info").mkdir(parents=True)
    (code / "old_style.egg-info" / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: old-style\nVersion: 0.3\n")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "old-style.egg-link").write_text(f"{code}\n.\n")
    found = installed_in([tmp_path / "site"])
    assert (found.editable, found.packages) == ({"old-style": code}, {"old-style": "0.3"})
