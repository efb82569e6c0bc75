"""A process that may only do what file modes allow, also where the tests run as root."""

import ctypes
import os

PR_CAPBSET_DROP = 24
OVERRIDING = (1, 2, 3)
"""CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH and CAP_FOWNER: what lets root pass by the modes of files."""


def give_up() -> None:
    """Lose, in this process once it has started another program, the right to pass by file modes."""
    if os.getuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in OVERRIDING:
            if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "this root may not give up its privileges")
