"""The embedded database refuses network file systems, on which its log does not work."""

from pathlib import Path

from mlcockpit.errors import SourceFailed

REFUSED = frozenset({"nfs", "nfs4", "cifs", "smb3", "lustre", "gpfs", "fuse.sshfs", "9p", "afs", "beegfs"})
_MOUNTS = Path("/proc/mounts")


def refuse_network_drive(folder: Path, mounts: str | None = None) -> None:
    """Raise SourceFailed when `folder` lies on a network file system; `mounts` is the text of /proc/mounts."""
    if mounts is None:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace") if _MOUNTS.exists() else ""
    kind = file_system_of(folder.resolve(), mounts)
    if kind in REFUSED:
        raise SourceFailed(
            f"{folder} lies on a network file system ({kind}), where the embedded database can be corrupted",
            hint="set MLCOCKPIT_DATABASE to a PostgreSQL URL",
        )


def file_system_of(folder: Path, mounts: str) -> str:
    """Return the type of the file system that holds `folder`; empty where the mounts do not tell."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        if folder.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind
