"""A notebook is executed by a kernel of the rebuilt environment, whatever its name, and writes into the attempt alone."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from mlcockpit.reproduction.source.notebook import ENDING, read_notebook
from mlcockpit.reproduction.workspace import Attempt

KERNEL_FLAGS = ("-k", "--kernel", "--kernel-name", "--kernel_name", "--ExecutePreprocessor.kernel_name")
OUTPUTS = ("--output", "--output-dir", "--NbConvertApp.output_files_dir", "--FilesWriter.build_directory")


def prepare(argv: Sequence[str], attempt: Attempt, python: str, cwd: Path) -> tuple[list[str], dict[str, str]]:
    """Return the argument list with its outputs moved into the attempt, and the variables that name our kernels."""
    words = _moved(list(argv), attempt)
    folder = attempt.place("jupyter")
    for name in _kernels(words, cwd):
        place = folder / "kernels" / name
        place.mkdir(parents=True, exist_ok=True)
        start = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        (place / "kernel.json").write_text(json.dumps({"argv": start, "display_name": name, "language": "python"}))
    home = attempt.place("home")
    variables = {
        "JUPYTER_PATH": str(folder),
        "JUPYTER_CONFIG_DIR": str(home / ".jupyter"),
        "JUPYTER_DATA_DIR": str(home / ".local/share/jupyter"),
        "JUPYTER_RUNTIME_DIR": str(attempt.place("tmp") / "jupyter"),
        "IPYTHONDIR": str(home / ".ipython"),
        "JUPYTER_PREFER_ENV_PATH": "0",
    }
    return words, variables


def _kernels(words: Sequence[str], cwd: Path) -> list[str]:
    """Return the names under which the command may ask for a kernel."""
    names = ["python3"]
    for place, word in enumerate(words):
        flag, equals, value = word.partition("=")
        if flag in KERNEL_FLAGS:
            names.append(value if equals else words[place + 1] if place + 1 < len(words) else "")
        elif word.endswith(ENDING) and (cwd / word).is_file():
            found = read_notebook((cwd / word).read_bytes())
            names.append(found.kernel if found is not None and found.is_python else "")
    return [name for name in dict.fromkeys(names) if name.replace("-", "").replace("_", "").replace(".", "").isalnum()]


def _moved(words: list[str], attempt: Attempt) -> list[str]:
    """Return the words with absolute outputs outside of the worktree put into the attempt's own folder."""
    given = [place for place, word in enumerate(words) if word.endswith(ENDING)]
    papermill = any("papermill" in os.path.basename(word) for word in words[:3])
    written = set(given[1:2]) if papermill else set()
    for place, word in enumerate(words):
        flag, equals, value = word.partition("=")
        if flag in OUTPUTS and equals:
            words[place] = f"{flag}={_inside(value, attempt)}"
        elif flag in OUTPUTS:
            written.add(place + 1)
    return [_inside(word, attempt) if place in written else word for place, word in enumerate(words)]


def _inside(path: str, attempt: Attempt) -> str:
    whole = Path(os.path.normpath(path))
    if not whole.is_absolute() or whole.is_relative_to(attempt.code):
        return path
    return str(attempt.place("outputs") / whole.name)
