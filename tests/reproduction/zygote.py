"""Scripts are started in forks of one process that has imported MLflow already, so that each costs a fork and not an import.

Reads one JSON object a line ({"argv", "cwd", "env", "log"}) and answers each with the exit status on a line of its own.
Nothing of this project is imported here: what is forked is a Python as a person has it.
"""

import importlib
import json
import os
import runpy
import sys
import types

WARM = ("mlflow", "mlflow.store.tracking.sqlalchemy_store", "mlflow.tracking.context.git_context", "pandas", "numpy")


def main() -> None:
    for name in WARM:
        importlib.import_module(name)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            start(**asked)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def start(argv: list[str], cwd: str, env: dict[str, str], log: str) -> None:
    """Become `python *argv` in a fork."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, target in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(number, target)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    module = argv[0] == "-m"
    sys.argv = argv[1:] if module else argv
    sys.path[0] = cwd if module else os.path.dirname(os.path.abspath(argv[0]))
    status = 0
    try:
        if module:
            runpy.run_module(argv[1], run_name="__main__", alter_sys=True)
        else:
            with open(argv[0], "rb") as source:
                code = compile(source.read(), argv[0], "exec")
            main_module = sys.modules["__main__"] = types.ModuleType("__main__")
            main_module.__file__ = argv[0]
            exec(code, main_module.__dict__)
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException:  # noqa: BLE001
        import traceback

        traceback.print_exc()
        status = 1
    import atexit

    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
