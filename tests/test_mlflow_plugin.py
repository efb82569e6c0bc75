"""MLflow itself marks runs inside a project with one launch, silently elsewhere, and never fails because of us."""

import json
import os
import select
from pathlib import Path

import pytest

from mlcockpit.domain.launch import Launch
from mlcockpit.integrations.launch_files import LaunchFiles
from mlcockpit.integrations.trust_store import LocalTrust
from tests.repositories import a_repository, run_python, write

REGISTER = """
import mlflow
from mlflow.tracking.context.registry import _run_context_provider_registry as registry
from mlcockpit.mlflow_plugin import LaunchContext
if not any(type(each) is LaunchContext for each in registry): registry.register(LaunchContext)
"""
TRAIN = f"""{REGISTER}
open("data.csv").read()
with mlflow.start_run(): mlflow.log_metric("a", 1)
with mlflow.start_run(): mlflow.log_metric("a", 2)
found = [run.data.tags.get("mlcockpit.launch") for run in mlflow.search_runs(output_format="list")]
print(len(found), len(set(found)), found[0])
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "mlcockpit.toml": '[project]\nkey = "churn"\n',
        "train.py": TRAIN,
        "data.csv": "1\n",
        ".gitignore": "*.db\n",
    }
    return a_repository(tmp_path / "project", files)


def wait_for_the_observer(folder: Path) -> None:
    """Return when the process that observes a launch of this project has ended."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes()
            if b"--observe" not in line or str(folder).encode() not in line:
                continue
            handle = os.pidfd_open(int(entry.name))
        except OSError:
            continue
        select.select([handle], [], [], 60)
        os.close(handle)


def test_runs_of_a_plain_script_share_one_captured_launch(project: Path) -> None:
    (project / ".mlcockpit").mkdir()
    write(project, {"extra.py": "e = 1\n"})
    done = run_python("train.py", cwd=project)
    assert done.returncode == 0, done.stderr
    runs, launches, launch_id = done.stdout.split()
    assert (runs, launches) == ("2", "1")
    wait_for_the_observer(project)
    files = LaunchFiles(project / ".mlcockpit" / "launches", LocalTrust(Path(os.environ["MLCOCKPIT_HOME"])))
    launch = files.load(launch_id)
    assert files.is_ours(launch_id)
    assert launch.argv[1:] == ("train.py",)
    assert (launch.is_finished, launch.exit_status, launch.code.dirty) == (True, None, True)
    assert ([each.path for each in launch.data], len(launch.run_ids)) == (["data.csv"], 2)
    assert launch.partial[0].startswith("launch: noticed by MLflow")
    assert sorted(path.suffix for path in files.folder.iterdir()) == [".json", ".sig"]
    assert Launch.from_json(json.loads((files.folder / f"{launch_id}.json").read_bytes())) == launch


def test_outside_of_a_project_nothing_is_marked_and_nothing_written(tmp_path: Path) -> None:
    write(tmp_path, {"train.py": TRAIN, "data.csv": ""})
    done = run_python("train.py", cwd=tmp_path)
    assert done.stdout.split() == ["2", "1", "None"]
    assert not (tmp_path / ".mlcockpit").exists()


def test_a_launch_that_is_already_marked_keeps_its_mark(project: Path) -> None:
    context = json.dumps({"mlcockpit.launch": "from-outside"})
    done = run_python("train.py", cwd=project, env={"MLFLOW_RUN_CONTEXT": context})
    assert done.stdout.split()[-1] == "from-outside"


def test_a_project_without_a_state_folder_gets_tags_and_no_files(project: Path) -> None:
    done = run_python("train.py", cwd=project)
    assert done.stdout.split()[:2] == ["2", "1"]
    assert not (project / ".mlcockpit").exists()


@pytest.mark.parametrize("damage", ["unreadable state", "no git", "odd context", "cwd is gone"])
def test_nothing_that_is_wrong_breaks_the_import_or_the_run(damage: str, project: Path) -> None:
    env, before = {}, ""
    if damage == "unreadable state":
        (project / ".mlcockpit").mkdir()
        (project / ".mlcockpit" / "launches").write_text("a file")
    elif damage == "no git":
        (project / ".git").rename(project / "gone")
    elif damage == "odd context":
        env = {"MLFLOW_RUN_CONTEXT": "[1"}
    else:
        before = "import os, shutil; os.makedirs('x'); os.chdir('x'); os.rmdir('../x')\n"
    code = f"{before}from mlcockpit.mlflow_plugin import LaunchContext as C; c = C(); print(c.in_context(), type(c.tags()))"
    done = run_python("-c", code, cwd=project, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split()[1:] == ["<class", "'dict'>"]


def test_the_plugin_loads_only_the_standard_library() -> None:
    code = "import sys, mlcockpit.mlflow_plugin; print([m for m in sys.modules if m.startswith('mlcockpit.')])"
    done = run_python("-c", code, cwd=Path(__file__).parent)
    assert done.stdout == "['mlcockpit.mlflow_plugin']\n"
    heavy = "print({m.split('.')[0] for m in sys.modules} & {'mlflow', 'pydantic', 'git', 'numpy'})"
    done = run_python("-c", f"import sys, mlcockpit.mlflow_plugin; {heavy}", cwd=Path(__file__).parent)
    assert done.stdout == "set()\n"
