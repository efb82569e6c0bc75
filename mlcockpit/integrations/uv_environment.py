"""Environments are built by uv, hard-linked from its cache, kept by the digest of their lock, and reused."""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from mlcockpit.errors import StageFailed
from mlcockpit.integrations.python_installations import interpreters, nearest, normal, read_environment
from mlcockpit.ports import BuiltEnvironment, Finished, Runner

BUILD_S = 1800.0
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "XDG_CACHE_HOME")
"""Variables that uv gets, besides its own; none of them holds a credential."""
UNFIT = re.compile(r"(no wheels|only-binary|no-build|Building source distributions|--no-build|source distribution)", re.IGNORECASE)
TOO_YOUNG = re.compile(r"(exclude-newer|No solution found|no version of|were filtered|published after)", re.IGNORECASE)


class UvEnvironments:
    """ports.EnvironmentBuilder with uv."""

    def __init__(self, home: Path, runner: Runner, environ: Mapping[str, str]) -> None:
        self.folder = home / "environments"
        self.runner = runner
        self.environ = environ

    def build(self, wanted: Mapping[str, object], *, code: Path, log: Path) -> BuiltEnvironment:
        """Return the environment that an environment ingredient's value describes; raises StageFailed with the log."""
        used = self._as_it_is(wanted)
        if used is not None:
            return used
        chosen = nearest(str(wanted.get("python") or ""), interpreters(self.environ))
        if chosen is None:
            raise StageFailed("no python interpreter was found on this machine", hint="install python 3 and try again")
        version, python, deviation = chosen
        deviations = [deviation] if deviation else []
        lock = self._lock(wanted, version, python, code, log, deviations)
        top = self.folder / hashlib.sha256(f"{version}\n{lock}".encode()).hexdigest()[:24]
        with _locked(top):
            if (top / "complete").exists():
                deviations += json.loads((top / "complete").read_text() or "[]")
                return self._built(top, deviations, "reused from an earlier reproduction")
            shutil.rmtree(top, ignore_errors=True)
            found = self._make(top, python, lock, wanted, log)
            (top / "complete").write_text(json.dumps(found))
        return self._built(top, [*deviations, *found], "built by uv")

    def _as_it_is(self, wanted: Mapping[str, object]) -> BuiltEnvironment | None:
        """Return the environment that is there already, checked again package by package."""
        python = str(wanted.get("existing") or "")
        known = read_environment(Path(python)) if python else None
        if known is None:
            return None
        lines = wanted.get("requirements")
        pins = [line.partition("==") for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
        named = {normal(name.split("[")[0]) for name, _, _ in pins if not name.startswith("-")}
        if any(same and known.packages.get(normal(name.split("[")[0])) != _bare(v) for name, same, v in pins if ";" not in v):
            return None
        more = sorted(set(known.packages) - named - {"pip", "setuptools", "wheel", "uv"}) if wanted.get("kind") != "existing" else []
        extra = (f"{len(more)} packages are installed besides those of the lock",) if more else ()
        label = str(wanted.get("existing_label") or python)
        return BuiltEnvironment(python, known.version, known.packages, extra, f"{label} is used as it is")

    def _lock(
        self, wanted: Mapping[str, object], version: str, python: str, code: Path, log: Path, deviations: list[str]
    ) -> str:
        """Return the text of a full lock; resolves as of the run's date where the recipe holds no lock."""
        kind = str(wanted.get("kind") or "")
        lines = wanted.get("requirements")
        text = "\n".join(str(line) for line in lines) + "\n" if isinstance(lines, list) else ""
        if kind == "uv.lock":
            return self._export(code / str(wanted["path"]), python, log)
        if kind in {"lock", "captured", "existing"}:
            return text
        as_of = str(wanted.get("as_of") or "")
        kept = self.folder / "resolved" / f"{hashlib.sha256(f'{version}|{as_of}|{text}'.encode()).hexdigest()[:24]}.json"
        if kept.exists():
            lock, more = json.loads(kept.read_text())
        else:
            lock, more = self._resolve(text, as_of, python, log)
            kept.parent.mkdir(parents=True, exist_ok=True)
            _publish(kept, json.dumps([lock, more]))
        deviations += more
        return str(lock)

    def _resolve(self, text: str, as_of: str, python: str, log: Path) -> tuple[str, list[str]]:
        asked, answer = log.parent / "requirements.in", log.parent / "requirements.lock"
        asked.write_text(text)
        base = ["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python", python, "-o", str(answer), str(asked)]
        dated = ["--exclude-newer", as_of] if as_of else []
        if dated and self._uv([*base, *dated], log).exit_status == 0:
            return answer.read_text(), []
        answer.unlink(missing_ok=True)
        if self._uv(base, log).exit_status == 0:
            return answer.read_text(), [f"resolved with the packages of today: those of {as_of[:10]} do not fit together"] if dated else []
        relaxed = _relaxed(text)
        asked.write_text(relaxed)
        answer.unlink(missing_ok=True)
        for options, day in ((dated, as_of[:10]), ([], "today")):
            if self._uv([*base, *options], log).exit_status == 0:
                changed = _changes(text, answer.read_text())
                return answer.read_text(), [f"the pins cannot be installed together: nearest versions of {day} instead", *changed]
        raise StageFailed("no set of packages fits the recorded requirements", hint=f"see {log}")

    def _export(self, lock: Path, python: str, log: Path) -> str:
        answer = log.parent / "requirements.lock"
        argv = ["export", "--quiet", "--frozen", "--no-hashes", "--no-emit-project", "--no-header", "--no-annotate"]
        done = self._uv([*argv, "--python", python, "--project", str(lock.parent), "-o", str(answer)], log)
        if done.exit_status != 0:
            raise StageFailed(f"uv cannot read {lock.name}", hint=f"see {log}")
        return answer.read_text()

    def _make(self, top: Path, python: str, lock: str, wanted: Mapping[str, object], log: Path) -> list[str]:
        top.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._uv(["venv", "--quiet", "--python", python, "--no-project", str(top)], log).exit_status != 0:
            raise StageFailed("uv cannot make an environment", hint=f"see {log}")
        file = top / "requirements.lock"
        file.write_text(lock)
        inside = ["--python", str(top / "bin" / "python")]
        install = ["pip", "install", "--quiet", "--no-deps", *inside, "-r", str(file)]
        found = []
        if self._uv([*install, "--no-build"], log).exit_status != 0:
            if self._uv(install, log).exit_status != 0:
                found += self._install_nearest(lock, wanted, inside, file, log)
            else:
                found.append("some packages have no wheel and were built from source")
        if self._uv(["pip", "check", "--quiet", *inside], log).exit_status != 0:
            found += self._complete(wanted, inside, file, top, log)
        return found

    def _complete(self, wanted: Mapping[str, object], inside: Sequence[str], file: Path, top: Path, log: Path) -> list[str]:
        """Install what a lock left out."""
        before = read_environment(top / "bin" / "python")
        as_of = str(wanted.get("as_of") or "")
        dated = ["--exclude-newer", as_of] if as_of else []
        self._uv(["pip", "install", "--quiet", *inside, *dated, "-r", str(file)], log)
        after = read_environment(top / "bin" / "python")
        more = sorted(set(after.packages if after else {}) - set(before.packages if before else {}))
        return [f"the lock is not complete: {', '.join(more)} added"] if more else []

    def _install_nearest(
        self, lock: str, wanted: Mapping[str, object], inside: Sequence[str], file: Path, log: Path
    ) -> list[str]:
        """Install the nearest versions where the exact ones cannot be had."""
        file.write_text(_relaxed(lock))
        as_of = str(wanted.get("as_of") or "")
        for options in ([["--exclude-newer", as_of]] if as_of else []) + [[]]:
            if self._uv(["pip", "install", "--quiet", *inside, *options, "-r", str(file)], log).exit_status == 0:
                have = read_environment(file.parent / "bin" / "python")
                frozen = "\n".join(f"{name}=={version}" for name, version in (have.packages if have else {}).items())
                return ["not every locked version can be installed here", *_changes(lock, frozen)]
        raise StageFailed("the recorded packages cannot be installed", hint=f"see {log}")

    def _uv(self, arguments: Sequence[str], log: Path) -> Finished:
        import uv

        env = {name: value for name, value in self.environ.items() if name in KEPT or name.startswith("UV_")}
        env |= {"UV_NO_PROGRESS": "1", "UV_PYTHON_DOWNLOADS": "never"}
        with log.open("a") as out:
            out.write(f"$ uv {' '.join(arguments)}\n")
        return self.runner.run([uv.find_uv_bin(), *arguments], cwd=log.parent, env=env, log=log, timeout_s=BUILD_S)

    def _built(self, top: Path, deviations: Sequence[str], note: str) -> BuiltEnvironment:
        known = read_environment(top / "bin" / "python")
        if known is None:
            raise StageFailed(f"the environment {top} is broken", hint="remove the folder and try again")
        os.utime(top)
        return BuiltEnvironment(known.python, known.version, known.packages, tuple(dict.fromkeys(deviations)), note)


def _bare(version: str) -> str:
    return version.split(";")[0].strip()


def _relaxed(text: str) -> str:
    """Return requirement lines with exact pins turned into lower bounds of the same major version."""
    lines = []
    for line in text.splitlines():
        match = re.match(r"^([A-Za-z0-9._-]+(?:\[[^\]]*\])?)\s*===?\s*(\d+)([^;\s]*)(.*)$", line)
        lines.append(f"{match[1]}>={match[2]}{_release(match[3])},<{int(match[2]) + 1}{match[4]}" if match else line)
    return "\n".join(lines) + "\n"


def _release(rest: str) -> str:
    match = re.match(r"^(\.\d+)*", rest)
    return match[0] if match else ""


def _changes(wanted: str, have: str) -> list[str]:
    def pins(text: str) -> dict[str, str]:
        found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*===?\s*([^\s;]+)", text, re.MULTILINE)
        return {normal(name): version for name, version in found}

    new = pins(have)
    return [f"{name} {new.get(name, 'missing')} instead of {v}" for name, v in sorted(pins(wanted).items()) if new.get(name) != v]


def _publish(path: Path, text: str) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(text)
    part.replace(path)


@contextmanager
def _locked(top: Path) -> Iterator[None]:
    top.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (top.parent / f"{top.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
