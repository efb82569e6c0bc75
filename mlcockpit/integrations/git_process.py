"""Every git process runs under one protected configuration, so no repository can make it execute anything."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import GitFailed

PROTECTED = (
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.pager", "cat"),
    ("core.sshCommand", "ssh"),
    ("credential.helper", ""),
    ("diff.external", ""),
    ("submodule.recurse", "false"),
    ("safe.bareRepository", "explicit"),
    ("protocol.allow", "never"),
    ("protocol.https.allow", "always"),
    ("protocol.ssh.allow", "always"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
)
"""Configuration of the command scope, which wins over whatever a repository says."""

TIMEOUT_S = 120.0
_KEPT = ("GIT_SSL_", "GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES")


def git_environment(
    environ: Mapping[str, str] | None = None, *, config: Sequence[tuple[str, str]] = (), file_protocol: bool = False
) -> dict[str, str]:
    """Return `environ` (default: this process's) with inherited GIT_* gone and the protected configuration set.

    `config` adds pairs, `file_protocol` allows local paths as sources; GitPython is given the same environment.
    """
    source = os.environ if environ is None else environ
    kept = {name: value for name, value in source.items() if not name.startswith("GIT_") or name.startswith(_KEPT)}
    pairs = [*PROTECTED, *([("protocol.file.allow", "always")] if file_protocol else []), *config]
    numbered = {"GIT_CONFIG_COUNT": str(len(pairs))}
    for number, (key, value) in enumerate(pairs):
        numbered[f"GIT_CONFIG_KEY_{number}"] = key
        numbered[f"GIT_CONFIG_VALUE_{number}"] = value
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_PAGER": "cat", "LC_ALL": "C"}
    return {**kept, **quiet, **numbered}


def run_git(
    args: Sequence[str],
    *,
    cwd: Path | None = None,
    git_dir: Path | None = None,
    env: Mapping[str, str] | None = None,
    config: Sequence[tuple[str, str]] = (),
    stdin: bytes | None = None,
    file_protocol: bool = False,
    timeout_s: float = TIMEOUT_S,
    accept: Sequence[int] = (0,),
) -> bytes:
    """Return what `git args…` wrote to stdout; raise GitFailed unless it ends with a status in `accept`.

    `git_dir` names a bare repository of ours (a `-C` there is refused); `env` adds variables such as GIT_INDEX_FILE.
    """
    program = shutil.which("git")
    if program is None:
        raise GitFailed("git is not installed", hint="install git 2.30 or newer and put it on PATH")
    where = [f"--git-dir={git_dir}"] if git_dir else []
    full = {**git_environment(config=config, file_protocol=file_protocol), **(env or {})}
    argv = [program, *where, *args]
    try:
        status, out, err = _run(argv, cwd=cwd, env=full, stdin=stdin, timeout_s=timeout_s)
    except subprocess.TimeoutExpired:
        what = f"git {clean(args[0])} took longer than {timeout_s:g} s"
        raise GitFailed(what, hint="is a disk or server stuck?") from None
    except (OSError, ValueError) as error:
        raise GitFailed(f"git {clean(args[0])} could not start in {clean(cwd)}: {clean(error)}") from None
    if status not in accept:
        raise _failed(args, status, err, cwd or git_dir)
    return out


def _run(
    argv: Sequence[str], *, cwd: Path | None, env: Mapping[str, str], stdin: bytes | None, timeout_s: float
) -> tuple[int, bytes, bytes]:
    pipe = subprocess.PIPE
    feed = subprocess.DEVNULL if stdin is None else pipe
    with subprocess.Popen(
        argv, cwd=cwd, env=env, stdin=feed, stdout=pipe, stderr=pipe, start_new_session=True
    ) as child:
        try:
            out, err = child.communicate(stdin, timeout=timeout_s)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            raise
        return child.returncode, out, err


def _failed(args: Sequence[str], status: int, err: bytes, where: Path | None) -> GitFailed:
    lines = err.decode("utf-8", "replace").strip().splitlines()
    reason = clean(lines[-1]) if lines else f"exit status {status}"
    return GitFailed(f"git {clean(args[0])} failed in {clean(where or '.')}: {reason}", status=status)
