"""Runs that start without `mlcockpit run`, inside a project, are captured too: MLflow asks this class for tags.

Standard library only. It never raises (an exception here breaks `import mlflow`), is silent outside a project and under
`mlcockpit run`, and leaves the slow work (snapshot, packages, digests) to a process of its own that watches this one.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from functools import cached_property
from pathlib import Path
from types import ModuleType

_PROJECT_FILE = "mlcockpit.toml"
_LAUNCH = "mlcockpit.launch"
_CAPTURE = "mlcockpit.capture"
_CONTEXT = "MLFLOW_RUN_CONTEXT"
_SWITCH = "MLCOCKPIT_CAPTURE"
"""Set to 0, nothing is captured."""


class LaunchContext:
    """MLflow's run_context_provider: marks every run of this process with one launch."""

    def __init__(self) -> None:
        self._started_ns = time.time_ns()
        self._audit: ModuleType | None = None
        try:
            if self._project is not None:
                self._audit = _listen()
        except Exception:  # noqa: BLE001  (the border: nothing of ours may break an import of mlflow)
            return

    def in_context(self) -> bool:
        """Tell whether this process is in a project and no launch marks it yet."""
        try:
            return self._project is not None
        except Exception:  # noqa: BLE001
            return False

    def tags(self) -> dict[str, str]:
        """Return the tags of this launch; none where it cannot be told."""
        try:
            return dict(self._tags)
        except Exception:  # noqa: BLE001
            return {}

    @cached_property
    def _project(self) -> Path | None:
        """The folder of mlcockpit.toml; None outside a project, under a launch and in a process of our own."""
        if _is_marked() or Path(sys.argv[0]).parent.name == "mlcockpit" or "mlcockpit.cli.main" in sys.modules:
            return None
        here = Path.cwd()
        return next((folder for folder in (here, *here.parents) if (folder / _PROJECT_FILE).is_file()), None)

    @cached_property
    def _tags(self) -> dict[str, str]:
        project = self._project
        if project is None:
            return {}
        static = json.dumps([sys.orig_argv, os.getcwd(), _head(project), sys.version, sys.prefix])
        digest = hashlib.sha256(static.encode("utf-8", "surrogatepass")).hexdigest()
        moment = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        launch_id = f"{moment}-{hashlib.sha256(f'{digest}{os.getpid()}{time.time_ns()}'.encode()).hexdigest()[:8]}"
        if (project / ".mlcockpit").is_dir():
            self._observe(project, launch_id)
        tags = {_LAUNCH: launch_id, _CAPTURE: digest}
        given = json.loads(os.environ.get(_CONTEXT) or "{}")
        os.environ[_CONTEXT] = json.dumps({**given, **tags})  # so that processes it starts belong to the same launch
        return tags

    def _observe(self, project: Path, launch_id: str) -> None:
        """Start the process that writes the launch down; it ends after this one."""
        reads = project / ".mlcockpit" / "launches" / f"{launch_id}.reads"
        reads.mkdir(mode=0o700, parents=True)
        if self._audit is not None:
            self._audit.write_into(str(reads))
        told = {
            "launch_id": launch_id,
            "argv": sys.orig_argv,
            "cwd": os.getcwd(),
            "pid": os.getpid(),
            "started_ns": self._started_ns,
        }
        environ = {name: value for name, value in os.environ.items() if name != "MLCOCKPIT_AUDIT_DIR"}
        argv = [sys.executable, "-m", "mlcockpit", "-C", str(project), "run", "--observe"]
        null = subprocess.DEVNULL
        child = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=null, stderr=null, start_new_session=True, env=environ
        )
        if child.stdin is not None:
            child.stdin.write(json.dumps(told).encode())
            child.stdin.close()
        child.returncode = 0  # it outlives this process: nobody waits for it, and no warning is due


def _is_marked() -> bool:
    if os.environ.get(_SWITCH) == "0":
        return True
    return _LAUNCH in os.environ.get(_CONTEXT, "") or "MLCOCKPIT_GUARD_TRACKING_URI" in os.environ


def _listen() -> ModuleType | None:
    """Begin to note what this process reads, unless it already does."""
    if "_mlcockpit_import_hook" in sys.modules:
        return None
    loaded = {name: _load(name) for name in ("import_hook", "audit", "readers")}
    loaded["audit"].start()
    loaded["readers"].watch(loaded["import_hook"], loaded["audit"])
    return loaded["audit"]


def _load(name: str) -> ModuleType:
    from importlib.util import module_from_spec, spec_from_file_location

    label = f"_mlcockpit_{name}"
    spec = spec_from_file_location(label, Path(__file__).parent / "child" / f"{name}.py")
    if spec is None or spec.loader is None:
        raise ImportError(label)
    module = module_from_spec(spec)
    sys.modules[label] = module
    spec.loader.exec_module(module)
    return module


def _head(project: Path) -> str:
    """Return what HEAD points at, read from its files: a process of git would cost more than all else here."""
    for folder in (project, *project.parents):
        git = folder / ".git"
        if git.is_dir():
            head = (git / "HEAD").read_text("utf-8").strip()
            branch = git / head.removeprefix("ref: ")
            return branch.read_text("utf-8").strip() if head.startswith("ref: ") and branch.is_file() else head
    return ""
