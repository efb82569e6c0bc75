"""A person reads in one line why an environment could not be had, and where the rest of it stands."""

import os
import sys
import tarfile
from pathlib import Path

import pytest

from mlcockpit.errors import StageFailed
from mlcockpit.integrations.process_runner import ProcessRunner
from mlcockpit.integrations.uv_environment import UvEnvironments
from mlcockpit.integrations.uv_words import reason

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
OLDER = """pip compile
  × No solution found when resolving dependencies:
  ╰─▶ Because there is no version of six==99.1 and you require six==99.1,
      we can conclude that your requirements are unsatisfiable.
"""
BUILD = """pip install
error: The build backend returned an error
  cause: Call to `setuptools.build_meta` failed (exit status: 1)

         [stderr]
         Traceback (most recent call last):
           File "<string>", line 1, in <module>
         RuntimeError: this package needs a compiler
"""
FETCH = """error: Request failed after 3 retries
  cause: Failed to fetch: `https://ana:s3cretpassw0rd@index.example.org/simple/six/`
"""


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            OLDER,
            "No solution found when resolving dependencies: Because there is no version of six==99.1 and you require six==99.1",
        ),
        (BUILD, "The build backend returned an error: RuntimeError: this package needs a compiler"),
        (
            FETCH,
            "Request failed after 3 retries: Failed to fetch: `https://ana:[redacted]@index.example.org/simple/six/`",
        ),
        ("pip compile\n", ""),
    ],
    ids=["no version", "build", "password", "silence"],
)
def test_the_reason_is_one_line(text: str, expected: str) -> None:
    assert expected == reason(text)


def test_a_version_that_no_index_has_is_named_with_the_log(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    environ = {**os.environ, "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(tmp_path / "index")}
    builder, log = UvEnvironments(tmp_path / "home", ProcessRunner(), environ), tmp_path / "logs" / "environment.log"
    log.parent.mkdir()
    wanted = {"kind": "as-of", "python": HERE, "requirements": ["nosuch-package==9.9"]}
    with pytest.raises(StageFailed) as failed:
        builder.build(wanted, code=tmp_path, log=log)
    assert "no set of packages fits the recorded requirements: No solution found" in str(failed.value)
    assert "nosuch-package" in str(failed.value)
    assert str(failed.value).endswith(f"see {log}")
    assert "\n" not in str(failed.value)


SETUP = """
import os, pathlib, setuptools
for place in ({home!r} + "/.bashrc", {home!r} + "/.cache/uv/poison"):
    try:
        pathlib.Path(place).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(place).write_text("owned")
    except OSError:
        pass
seen = os.path.exists({home!r} + "/.ssh/id_ed25519")
setuptools.setup(name="builds-itself", version="1.0" if not seen else "6.6.6", py_modules=["builds_itself"])
"""


@pytest.mark.ci
def test_a_package_that_is_built_from_source_reaches_nothing_of_the_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, index, source = tmp_path / "ana", tmp_path / "index", tmp_path / "builds-itself-1.0"
    for folder in (home / ".ssh", index, source):
        folder.mkdir(parents=True)
    (home / ".ssh" / "id_ed25519").write_text("KEY")
    (source / "setup.py").write_text(SETUP.format(home=str(home)))
    (source / "builds_itself.py").write_text("X = 1\n")
    (source / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: builds-itself\nVersion: 1.0\n")
    with tarfile.open(index / "builds-itself-1.0.tar.gz", "w:gz") as packed:
        packed.add(source, "builds-itself-1.0")
    monkeypatch.setenv("HOME", str(home))
    environ = {**os.environ, "UV_FIND_LINKS": str(index)}
    log = tmp_path / "logs" / "environment.log"
    log.parent.mkdir()
    wanted = {"kind": "lock", "python": HERE, "requirements": ["builds-itself==1.0"]}
    built = UvEnvironments(tmp_path / "home", ProcessRunner(), environ).build(wanted, code=tmp_path, log=log)
    assert {"builds-itself": "1.0"} == dict(built.packages), log.read_text()
    assert not (home / ".bashrc").exists()
    assert not (home / ".cache" / "uv" / "poison").exists()
