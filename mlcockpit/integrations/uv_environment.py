"""Environments are built by uv, hard-linked from its cache, kept by the digest of their lock, and reused."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from mlcockpit.domain.cleaning import clean
from mlcockpit.errors import StageFailed
from mlcockpit.integrations.asked_packages import asked_lines, bounds_of, without_bounds
from mlcockpit.integrations.build_room import build_room, may_build
from mlcockpit.integrations.locked_folder import locked, publish
from mlcockpit.integrations.nearest_pins import resolve_pins
from mlcockpit.integrations.own_packages import install_own
from mlcockpit.integrations.package_index import index_settings
from mlcockpit.integrations.python_installations import interpreters, nearest, normal, read_environment
from mlcockpit.integrations.smoke_test import USUAL, release_month, smoke_argv
from mlcockpit.integrations.upgraded_lock import BEFORE, require_asked, upgraded
from mlcockpit.integrations.uv_words import failed, said, until
from mlcockpit.ports import BuiltEnvironment, Finished, Runner

BUILD_S = 1800.0
NEVER_BUILT = (
    "numpy", "scipy", "pandas", "scikit-learn", "pyarrow", "torch", "tensorflow", "h5py", "matplotlib", "lightgbm", "xgboost",
    "catboost", "grpcio", "numba", "llvmlite", "statsmodels", "shap", "pillow", "opencv-python", "opencv-python-headless", "polars",
)  # fmt: skip
"""Packages whose building from source takes longer than any run; the nearest version with a wheel is taken instead."""
SOURCES = [word for name in NEVER_BUILT for word in ("--only-binary", name)]
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "XDG_CACHE_HOME")
"""Variables that uv gets, besides its own; none of them holds a credential."""


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
        allowed = str(wanted.get("requires_python") or "")
        chosen = nearest(str(wanted.get("python") or ""), interpreters(self.environ), allowed)
        if chosen is None:
            raise StageFailed("no python interpreter was found on this machine", hint="install python 3 and try again")
        version, python, deviation = chosen
        deviations = [deviation] if deviation else []
        lock = self._lock(wanted, version, python, code, log, deviations)
        top = self.folder / hashlib.sha256(f"{version}\n{lock}".encode()).hexdigest()[:24]
        with locked(top):
            if (top / "complete").exists():
                deviations += json.loads((top / "complete").read_text() or "[]")
                return self._built(top, deviations, "reused from an earlier reproduction")
            shutil.rmtree(top, ignore_errors=True)
            found = self._make(top, python, lock, wanted, log)
            found += self._tried(top, python, wanted, log)
            (top / "complete").write_text(json.dumps(found))
        return self._built(top, [*deviations, *found], "built by uv")

    def install_own(
        self, environment: BuiltEnvironment, own: Sequence[str], *, code: Path, into: Path, log: Path
    ) -> tuple[str, ...]:
        """Install the project's own packages from the worktree; return what could not be."""

        def uv(arguments: Sequence[str], log: Path) -> Finished:
            return self._uv(arguments, log, writable=(code, into))

        return install_own(uv, environment.python, own, code=code, into=into, log=log)

    def _as_it_is(self, wanted: Mapping[str, object]) -> BuiltEnvironment | None:
        """Return the environment that is there already, checked again package by package."""
        python = str(wanted.get("existing") or "")
        known = read_environment(Path(python)) if python else None
        if known is None:
            return None
        lines = wanted.get("requirements")
        pins = [line.partition("==") for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
        named = {normal(name.split("[")[0]) for name, _, _ in pins if not name.startswith("-")}
        if any(
            same and known.packages.get(normal(name.split("[")[0])) != _bare(v)
            for name, same, v in pins
            if ";" not in v
        ):
            return None
        more = (
            sorted(set(known.packages) - named - {"pip", "setuptools", "wheel", "uv"})
            if wanted.get("kind") != "existing"
            else []
        )
        extra = (f"{len(more)} packages are installed besides those of the lock",) if more else ()
        label = str(wanted.get("existing_label") or python)
        return BuiltEnvironment(python, known.version, known.packages, extra, f"{label} is used as it is")

    def _lock(
        self, wanted: Mapping[str, object], version: str, python: str, code: Path, log: Path, deviations: list[str]
    ) -> str:
        """Return the text of a full lock; resolves as of the run's date where the recipe holds no lock."""
        kind = str(wanted.get("kind") or "")
        text = asked_lines(wanted)
        if kind == "uv.lock":
            return self._export(code / str(wanted["path"]), python, log) + text
        if kind in {"lock", "captured", "existing"}:
            return text
        as_of, prefer, asked = str(wanted.get("as_of") or ""), "", ""
        if kind == "upgrade" and isinstance(before := wanted["before"], Mapping):
            old = self._lock(before, version, python, code, log, [])
            (log.parent / BEFORE).write_text(old)
            (text, prefer), asked = upgraded(old, wanted), f"|{wanted.get('asked_on')}"
        digest = hashlib.sha256(f"{version}|{as_of}|{text}{asked}{prefer}".encode()).hexdigest()
        kept = self.folder / "resolved" / f"{digest[:24]}.json"
        if kept.exists():
            lock, more = json.loads(kept.read_text())
        else:
            lock, more = self._resolve(text, as_of, python, log, prefer)
            require_asked(str(lock), wanted)
            kept.parent.mkdir(parents=True, exist_ok=True)
            publish(kept, json.dumps([lock, more]))
        deviations += more
        return str(lock)

    def _resolve(self, text: str, as_of: str, python: str, log: Path, prefer: str = "") -> tuple[str, list[str]]:
        def compiled(lines: str, day: str) -> str | None:
            return self._compile(lines, day, python, log, prefer=prefer)

        found = resolve_pins(text, as_of, compiled, lambda: said(log))
        if found is None and bounds_of(text):
            found = resolve_pins(without_bounds(text), as_of, compiled, lambda: said(log))
            found = (found[0], [*found[1], "the recorded bounds cannot be met and are left out"]) if found else None
        if found is None:
            raise failed("no set of packages fits the recorded requirements", log)
        return found

    def _compile(
        self, lines: str, day: str, python: str, log: Path, *, alone: bool = False, prefer: str = ""
    ) -> str | None:
        """Return the full lock of requirement lines as of a day; None where nothing fits. Builds from source last.

        Pins that are preferred count where they fit.
        """
        source, answer = log.parent / "requirements.in", log.parent / "requirements.lock"
        bounds = log.parent / "constraints.txt"
        bounds.write_text(bounds_of(lines))
        source.write_text(lines)
        answer.unlink(missing_ok=True)
        if prefer:
            answer.write_text(prefer)
        base = ["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python", python]
        base += ["-o", str(answer), str(source)]
        dated = ["--exclude-newer", day] if day else []
        base += ["--no-deps"] if alone else ["--constraint", str(bounds)] if bounds.stat().st_size else []
        for extra in (["--no-build"], SOURCES):
            if self._uv([*base, *dated, *extra], log).exit_status == 0:
                return answer.read_text()
        return None

    def _export(self, lock: Path, python: str, log: Path) -> str:
        answer = log.parent / "requirements.lock"
        argv = ["export", "--quiet", "--frozen", "--no-hashes", "--no-emit-local", "--no-header", "--no-annotate"]
        done = self._uv([*argv, "--python", python, "--project", str(lock.parent), "-o", str(answer)], log)
        if done.exit_status != 0:
            raise failed(f"uv cannot read {lock.name}", log)
        return answer.read_text()

    def _make(self, top: Path, python: str, lock: str, wanted: Mapping[str, object], log: Path) -> list[str]:
        top.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._uv(["venv", "--quiet", "--python", python, "--no-project", str(top)], log).exit_status != 0:
            raise failed("uv cannot make an environment", log)
        file = top / "requirements.lock"
        file.write_text(lock)
        inside = ["--python", str(top / "bin" / "python")]
        install = ["pip", "install", "--quiet", "--no-deps", *inside, "-r", str(file)]
        found = []
        if self._uv([*install, "--no-build"], log).exit_status != 0:
            if self._uv([*install, *SOURCES], log).exit_status != 0:
                found += self._install_nearest(lock, wanted, inside, file, log)
            else:
                found.append("some packages have no wheel and were built from source")
        if self._uv(["pip", "check", "--quiet", *inside], log).exit_status != 0:
            found += self._complete(wanted, inside, file, top, log)
        return found

    def _complete(
        self, wanted: Mapping[str, object], inside: Sequence[str], file: Path, top: Path, log: Path
    ) -> list[str]:
        """Install what a lock left out."""
        before = read_environment(top / "bin" / "python")
        as_of = str(wanted.get("as_of") or "")
        dated = ["--exclude-newer", as_of] if as_of else []
        self._uv(["pip", "install", "--quiet", *inside, *dated, "-r", str(file)], log)
        after = read_environment(top / "bin" / "python")
        more = sorted(set(after.packages if after else {}) - set(before.packages if before else {}))
        return [f"the lock is not complete: {', '.join(more)} added"] if more else []

    def _tried(self, top: Path, python: str, wanted: Mapping[str, object], log: Path) -> list[str]:
        """Try the environment; where it is broken and was resolved by us, resolve it again as of MLflow's own date."""
        broken = self._broken(top, log) if wanted.get("kind") in {"as-of", "upgrade"} else ""
        if broken and wanted.get("kind") == "upgrade":
            raise StageFailed(f"the upgraded environment is broken: {broken}", hint=f"see {log}")
        if not broken:
            return []
        text = asked_lines(wanted)
        known = read_environment(top / "bin" / "python")
        version = known.packages.get("mlflow", "") if known else ""
        named = {normal(one.split("=")[0]) for one in text.split()}
        bounds = "".join(f"{line}\n" for line in USUAL if normal(line.split("<")[0]) not in named)

        def exists(day: str) -> bool:
            return self._compile(f"mlflow=={version}\n", day, python, log, alone=True) is not None

        day = release_month(exists, until(wanted)) or ""
        for lock, what in (
            (
                self._compile(text, day, python, log) if day else None,
                f"packages of {day[:10]}, when mlflow {version} was new",
            ),
            (self._compile(text + bounds, "", python, log), f"bounds that mlflow {version} needs: {', '.join(USUAL)}"),
        ):
            if lock is not None:
                shutil.rmtree(top, ignore_errors=True)
                found = self._make(top, python, lock, wanted, log)
                if not self._broken(top, log):
                    return [*found, f"with the recorded date alone it is broken ({broken}): {what}"]
        raise StageFailed(f"the environment is broken: {broken}", hint=f"see {log}")

    def _broken(self, top: Path, log: Path) -> str:
        """Return what an environment says when it is tried; empty where it works."""
        known = read_environment(top / "bin" / "python")
        argv = smoke_argv(str(top / "bin" / "python"), tuple(known.packages)) if known else None
        if argv is None:
            return ""
        env = {name: self.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if self.environ.get(name)}
        with log.open("a") as out:
            out.write("$ uv smoke test\n")
        room, kept = build_room(
            self.folder, ["--python", argv[0]], uv=argv[0], writable=(log.parent,), environ=self.environ
        )
        done = self.runner.run(argv, cwd=log.parent, env=env | kept, log=log, timeout_s=BUILD_S, room=room)
        words = [line.strip() for line in said(log).splitlines() if line.strip()]
        return "" if done.exit_status == 0 else clean(words[-1], 200)

    def _install_nearest(
        self, lock: str, wanted: Mapping[str, object], inside: Sequence[str], file: Path, log: Path
    ) -> list[str]:
        """Install the nearest versions where the exact ones cannot be had."""
        as_of = str(wanted.get("as_of") or "")

        def installed(lines: str, day: str) -> str | None:
            file.write_text(lines)
            dated = ["--exclude-newer", day] if day else []
            if (
                self._uv(["pip", "install", "--quiet", *inside, *dated, *SOURCES, "-r", str(file)], log).exit_status
                != 0
            ):
                return None
            have = read_environment(file.parent / "bin" / "python")
            return "".join(f"{name}=={version}\n" for name, version in (have.packages if have else {}).items())

        found = resolve_pins(lock, as_of, installed, lambda: said(log))
        if found is None:
            raise failed("the recorded packages cannot be installed", log)
        return ["not every locked version can be installed here", *found[1]]

    def _uv(self, arguments: Sequence[str], log: Path, *, writable: Sequence[Path] = ()) -> Finished:
        import uv

        env = {name: value for name, value in self.environ.items() if name in KEPT or name.startswith("UV_")}
        env |= {"UV_NO_PROGRESS": "1", "UV_PYTHON_DOWNLOADS": "never"}
        env |= index_settings(self.environ, credentials="--no-build" in arguments)
        with log.open("a") as out:
            out.write(f"$ uv {' '.join(arguments)}\n")
        uv_bin, room = uv.find_uv_bin(), None
        if may_build(arguments):
            room, kept = build_room(self.folder, arguments, uv=uv_bin, environ=env, writable=(log.parent, *writable))
            env |= kept
        return self.runner.run([uv_bin, *arguments], cwd=log.parent, env=env, log=log, timeout_s=BUILD_S, room=room)

    def _built(self, top: Path, deviations: Sequence[str], note: str) -> BuiltEnvironment:
        known = read_environment(top / "bin" / "python")
        if known is None:
            raise StageFailed(f"the environment {top} is broken", hint="remove the folder and try again")
        os.utime(top)
        return BuiltEnvironment(known.python, known.version, known.packages, tuple(dict.fromkeys(deviations)), note)


def _bare(version: str) -> str:
    return version.split(";")[0].strip()
