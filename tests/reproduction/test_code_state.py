"""Uncommitted work is kept to the byte in a store of ours, and the user's repository does not change."""

import os
from pathlib import Path

import pytest

from mlcockpit.integrations.git_process import run_git
from mlcockpit.reproduction.code_state import SeenCode, read_code
from mlcockpit.reproduction.snapshot_commit import MOST_BYTES_OF_A_FILE, Snapshots
from tests.repositories import a_repository, digest_of_folder, run_plain_git, write


@pytest.fixture
def snapshots(tmp_path: Path) -> Snapshots:
    return Snapshots(tmp_path / "snapshots.git", b"salt")


def read(repository: Path, snapshots: Snapshots) -> SeenCode:
    return read_code(run_git, repository, snapshots=snapshots)


def kept(seen: SeenCode, path: str) -> bytes:
    assert seen.code.snapshot_store is not None
    return run_git(["cat-file", "blob", f"{seen.code.snapshot_commit}:{path}"], git_dir=Path(seen.code.snapshot_store))


def files_kept(seen: SeenCode) -> list[str]:
    assert seen.code.snapshot_commit is not None
    assert seen.code.snapshot_store is not None
    args = ["ls-tree", "-r", "--name-only", seen.code.snapshot_commit]
    return run_git(args, git_dir=Path(seen.code.snapshot_store)).decode().split()


def test_a_clean_tree_needs_no_snapshot(tmp_path: Path, snapshots: Snapshots) -> None:
    repository = a_repository(tmp_path / "r")
    run_plain_git(repository, "remote", "add", "origin", "https://ana:pw@example.org/team/r.git")
    code = read(repository, snapshots).code
    head = run_plain_git(repository, "rev-parse", "HEAD")
    assert (code.commit, code.branch, code.dirty, code.snapshot_commit) == (head, "main", False, None)
    assert (code.repository, code.root) == ("https://example.org/team/r.git", str(repository))
    assert not snapshots.store.exists()


def test_every_kind_of_uncommitted_work_is_in_the_snapshot(tmp_path: Path, snapshots: Snapshots) -> None:
    files = {"train.py": "print(1)\n", "gone.py": "", "moved.py": "m = 1\n", "tool.sh": "echo\n", "staged.py": "s\n"}
    repository = a_repository(tmp_path / "r", files)
    write(repository, {"train.py": "print(2)\n", "new dir/ümlaut.py": "u = 1\n", "staged.py": "staged\n"})
    run_plain_git(repository, "add", "staged.py")
    run_plain_git(repository, "mv", "moved.py", "renamed.py")
    (repository / "gone.py").unlink()
    (repository / "tool.sh").chmod(0o755)
    (repository / "link").symlink_to("train.py")
    (repository / "odd\nname.py").write_text("o\n")
    before = digest_of_folder(repository)
    seen = read(repository, snapshots)
    assert digest_of_folder(repository) == before
    assert (kept(seen, "train.py"), kept(seen, "new dir/ümlaut.py")) == (b"print(2)\n", b"u = 1\n")
    assert (kept(seen, "staged.py"), kept(seen, "link"), kept(seen, "odd\nname.py")) == (
        b"staged\n",
        b"train.py",
        b"o\n",
    )
    store = Path(seen.code.snapshot_store or "")
    listed = run_git(["ls-tree", "-r", "-z", seen.code.snapshot_commit or ""], git_dir=store).decode().split("\0")[:-1]
    modes = {line.split("\t")[1]: line.split()[0] for line in listed}
    assert modes == {
        "link": "120000", "new dir/ümlaut.py": "100644", "odd\nname.py": "100644", "renamed.py": "100644",
        "staged.py": "100644", "tool.sh": "100755", "train.py": "100644",
    }  # fmt: skip


def test_the_same_state_is_the_same_commit(tmp_path: Path, snapshots: Snapshots) -> None:
    repository = a_repository(tmp_path / "r")
    write(repository, {"train.py": "print(2)\n"})
    first, second = read(repository, snapshots), read(repository, snapshots)
    assert first == second
    write(repository, {"train.py": "print(3)\n"})
    assert read(repository, snapshots).code.patch_sha256 != first.code.patch_sha256


def test_a_change_of_equal_size_right_after_the_commit_is_seen(tmp_path: Path, snapshots: Snapshots) -> None:
    repository = a_repository(tmp_path / "r", {"train.py": "v = 1\n"})
    run_plain_git(repository, "config", "core.trustctime", "false")
    long_ago = (10**18, 10**18)
    os.utime(repository / "train.py", ns=long_ago)
    run_plain_git(repository, "add", "train.py")
    write(repository, {"train.py": "v = 2\n"})
    os.utime(repository / "train.py", ns=long_ago)
    os.utime(repository / ".git" / "index", ns=long_ago)
    assert read(repository, snapshots).code.dirty


def test_a_snapshot_can_be_fetched_into_a_mirror(tmp_path: Path, snapshots: Snapshots) -> None:
    repository = a_repository(tmp_path / "r")
    write(repository, {"new.py": "n = 1\n"})
    code = read(repository, snapshots).code
    mirror = tmp_path / "mirror.git"
    run_git(["clone", "-q", "--bare", "--no-local", f"file://{repository}", str(mirror)], file_protocol=True)
    fetch = ["fetch", "-q", f"file://{code.snapshot_store}", str(code.snapshot_commit)]
    run_git(fetch, git_dir=mirror, file_protocol=True)
    assert run_git(["cat-file", "blob", f"{code.snapshot_commit}:new.py"], git_dir=mirror) == b"n = 1\n"
    assert run_git(["rev-parse", f"{code.snapshot_commit}^"], git_dir=mirror).decode().strip() == code.commit


def test_new_credentials_are_masked_and_committed_lines_stay(tmp_path: Path, snapshots: Snapshots) -> None:
    repository = a_repository(tmp_path / "r", {"train.py": "PASSWORD = 'committed-long-ago'\nx = 1\n"})
    write(repository, {"train.py": "PASSWORD = 'committed-long-ago'\nx = 2\nAPI_KEY = 'hunter2hunter2'\n"})
    write(repository, {"settings.yaml": "db_password: s3cret-value9\n", ".env": "TOKEN=abc\n"})
    seen = read(repository, snapshots)
    text = kept(seen, "train.py").decode()
    assert text.startswith("PASSWORD = 'committed-long-ago'\nx = 2\nAPI_KEY = '[redacted:")
    assert b"s3cret" not in kept(seen, "settings.yaml")
    assert files_kept(seen) == ["settings.yaml", "train.py"]
    assert [each.where for each in seen.redacted] == ["train.py:3", ".env", "settings.yaml:1"]
    objects = run_git(["cat-file", "--batch-all-objects", "--batch", "--unordered"], git_dir=snapshots.store)
    assert b"hunter2" not in objects
    assert b"s3cret" not in objects


def test_too_large_files_are_named_and_left_out(tmp_path: Path, snapshots: Snapshots) -> None:
    repository = a_repository(tmp_path / "r")
    (repository / "big.bin").write_bytes(b"\0" * (MOST_BYTES_OF_A_FILE + 1))
    seen = read(repository, snapshots)
    assert seen.partial == ("code: big.bin (untracked, 10,000,001 bytes) is too large to keep",)
    assert files_kept(seen) == ["train.py"]


def test_tracking_stores_and_environments_do_not_make_a_tree_dirty(tmp_path: Path, snapshots: Snapshots) -> None:
    repository = a_repository(tmp_path / "r")
    write(repository, {"mlruns/0/meta.yaml": "a\n", "mlflow.db": "x", "venv/pyvenv.cfg": "h\n", "venv/lib/a.py": "a\n"})
    assert not read(repository, snapshots).code.dirty


def test_outside_of_a_repository_the_code_is_empty_and_that_is_said(tmp_path: Path, snapshots: Snapshots) -> None:
    seen = read(tmp_path, snapshots)
    assert (seen.code.root, seen.code.commit) == (None, None)
    assert seen.partial == (f"code: {tmp_path} is in no git repository, so the code itself is not kept",)


def test_a_repository_without_a_commit_is_kept_whole(tmp_path: Path, snapshots: Snapshots) -> None:
    run_plain_git(tmp_path, "init", "-q", str(tmp_path / "r"))
    write(tmp_path / "r", {"train.py": "print(1)\n"})
    seen = read(tmp_path / "r", snapshots)
    assert (seen.code.commit, files_kept(seen)) == (None, ["train.py"])


def test_a_subfolder_and_a_linked_worktree_are_the_same_code(tmp_path: Path, snapshots: Snapshots) -> None:
    repository = a_repository(tmp_path / "r", {"src/train.py": "print(1)\n"})
    run_plain_git(repository, "worktree", "add", "-q", str(tmp_path / "w"), "-b", "other")
    write(tmp_path / "w", {"src/train.py": "print(2)\n"})
    seen = read(tmp_path / "w" / "src", snapshots)
    assert (seen.code.root, seen.code.branch) == (str(tmp_path / "w"), "other")
    assert kept(seen, "src/train.py") == b"print(2)\n"
    assert not read(repository / "src", snapshots).code.dirty


def test_a_changed_submodule_is_part_of_the_snapshot(tmp_path: Path, snapshots: Snapshots) -> None:
    library = a_repository(tmp_path / "library", {"lib.py": "v = 1\n"})
    repository = a_repository(tmp_path / "r")
    run_plain_git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(library), "lib")
    run_plain_git(repository, "commit", "-q", "-m", "library")
    assert not read(repository, snapshots).code.dirty
    write(repository / "lib", {"lib.py": "v = 2\n"})
    before = digest_of_folder(repository)
    seen = read(repository, snapshots)
    assert digest_of_folder(repository) == before
    (state,) = seen.code.submodules
    assert (state.path, state.dirty) == ("lib", True)
    link = run_git(["ls-tree", seen.code.snapshot_commit or "", "lib"], git_dir=snapshots.store).decode().split()
    assert link[:3] == ["160000", "commit", state.snapshot_commit]
    assert run_git(["cat-file", "blob", f"{state.snapshot_commit}:lib.py"], git_dir=snapshots.store) == b"v = 2\n"


def test_filters_that_a_repository_configures_do_not_run(tmp_path: Path, snapshots: Snapshots) -> None:
    marker = tmp_path / "marker"
    repository = a_repository(tmp_path / "r", {".gitattributes": "*.py filter=evil\n", "train.py": "print(1)\n"})
    run_plain_git(repository, "config", "filter.evil.clean", f"touch {marker}; cat")
    run_plain_git(repository, "config", "filter.evil.required", "true")
    run_plain_git(repository, "config", "core.fsmonitor", f"touch {marker}")
    write(repository, {"train.py": "print(2)\n"})
    seen = read(repository, snapshots)
    assert kept(seen, "train.py") == b"print(2)\n"
    assert not marker.exists()


def test_an_unfinished_merge_is_kept_as_it_lies_there(tmp_path: Path, snapshots: Snapshots) -> None:
    repository = a_repository(tmp_path / "r")
    run_plain_git(repository, "checkout", "-q", "-b", "other")
    write(repository, {"train.py": "print('other')\n"})
    run_plain_git(repository, "commit", "-q", "-a", "-m", "other")
    run_plain_git(repository, "checkout", "-q", "main")
    write(repository, {"train.py": "print('main')\n"})
    run_plain_git(repository, "commit", "-q", "-a", "-m", "main")
    os.system(f"git -C {repository} merge -q other >/dev/null 2>&1")
    seen = read(repository, snapshots)
    assert kept(seen, "train.py") == (repository / "train.py").read_bytes()
    assert b"<<<<<<<" in kept(seen, "train.py")


def test_a_nested_repository_is_named(tmp_path: Path, snapshots: Snapshots) -> None:
    repository = a_repository(tmp_path / "r")
    a_repository(repository / "inner")
    assert read(repository, snapshots).partial == ("code: inner/ is a repository of its own and is not kept",)
