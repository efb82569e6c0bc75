"""Tiny real packages of several versions, in a folder that package installers look into."""

import zipfile
from pathlib import Path


def a_wheel(folder: Path, name: str, version: str, code: str, requires: str = "") -> None:
    """Write a pure wheel that holds one module."""
    folder.mkdir(parents=True, exist_ok=True)
    meta = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    meta += f"Requires-Dist: {requires}\n" if requires else ""
    top = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", code)
        wheel.writestr(f"{top}/METADATA", meta)
        wheel.writestr(
            f"{top}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{top}/RECORD", f"{name}.py,,\n{top}/METADATA,,\n{top}/WHEEL,,\n{top}/RECORD,,\n")
