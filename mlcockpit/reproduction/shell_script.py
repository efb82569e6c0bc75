"""A recipe becomes a plain shell script with a lock and a patch, for people who do not have mlcockpit."""

import shlex
from collections.abc import Mapping

from mlcockpit.domain.cleaning import clean
from mlcockpit.domain.recipe import Recipe

HEAD = """#!/bin/sh
# Runs {what} again in a folder of its own: ./reproduce.sh [FOLDER]
# It executes the recorded command; read it first. Needs git, and uv or python's venv.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${{1:-$here/work}}
repository=${{REPOSITORY:-{repository}}}
mkdir -p "$work"
work=$(cd "$work" && pwd)
[ -d "$work/code" ] || git clone --quiet -- "$repository" "$work/code"
cd "$work/code"
git checkout --quiet --detach {commit}
"""
PATCH = '[ ! -s "$here/changes.patch" ] || git apply --whitespace=nowarn "$here/changes.patch"\n'
ENVIRONMENT = """if command -v uv >/dev/null 2>&1; then
  [ -x "$work/env/bin/python" ] || uv venv --quiet {python}"$work/env"
  uv pip install --quiet --python "$work/env/bin/python"{dated} -r "$here/requirements.lock"
else
  [ -x "$work/env/bin/python" ] || python3 -m venv "$work/env"
  "$work/env/bin/python" -m pip install --quiet -r "$here/requirements.lock"
fi
PATH="$work/env/bin:$PATH"
export PATH
MLFLOW_TRACKING_URI="sqlite:///$work/tracking.db"
export MLFLOW_TRACKING_URI
"""


def shell_files(recipe: Recipe, patch: str) -> dict[str, str]:
    """Return file name → text: reproduce.sh, requirements.lock and, where there were uncommitted changes, changes.patch."""
    code, environment = recipe["code"], recipe["environment"]
    commit = code.text("base") or code.text("commit")
    wanted, as_of = environment.text("python"), environment.text("as_of")
    text = HEAD.format(
        what=f"run {clean(recipe.run_id)}", repository=shlex.quote(code.text("repository")), commit=shlex.quote(commit)
    )
    text += PATCH if patch else ""
    text += _data(recipe)
    text += ENVIRONMENT.format(
        python=f"--python {shlex.quote(wanted)} " if wanted else "",
        dated=f" --exclude-newer {shlex.quote(as_of)}" if as_of else "",
    )
    text += "".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(_variables(recipe).items()))
    paths = ['"$work/code/"' + shlex.quote(part) for part in recipe["command"].texts("python_path")]
    text += f"PYTHONPATH={':'.join(paths)}\nexport PYTHONPATH\n" if paths else ""
    text += f"cd -- {shlex.quote(recipe.cwd)}\nexec {shlex.join(recipe.command)}\n"
    files = {
        "reproduce.sh": text,
        "requirements.lock": "".join(f"{line}\n" for line in environment.texts("requirements")),
    }
    return files | ({"changes.patch": patch} if patch else {})


def _data(recipe: Recipe) -> str:
    """Return lines that check every input whose digest is known."""
    value = recipe["data"].value
    items = [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []
    lines = []
    for one in items:
        path, digest = str(one.get("path") or ""), str(one.get("sha256") or "")
        if path and digest and not path.startswith("/"):
            known, said = shlex.quote(f"{digest}  {path}"), shlex.quote(f"{path} is not what the run read")
            lines.append(f"echo {known} | sha256sum --check --quiet || {{ echo {said} >&2; exit 3; }}\n")
        elif path and one.get("from") == "folder":
            said = shlex.quote(f"bring {path} here first")
            lines.append(f"[ -e {shlex.quote(path)} ] || {{ echo {said} >&2; exit 3; }}\n")
    return "".join(lines)


def _variables(recipe: Recipe) -> dict[str, str]:
    value = recipe["seed"].field("environment")
    entries = value if isinstance(value, Mapping) else {}
    return {
        name: str(text)
        for name, text in entries.items()
        if name.isidentifier() and name.isupper() and isinstance(text, str | int)
    }
