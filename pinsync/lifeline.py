"""Ties the life of a process to that of its parent, so that none is left behind."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1

# Loaded here: between fork and exec is no place to look for libraries.
_libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


def end_with_parent(signum: signal.Signals, *, parent: int) -> None:
    """Have the kernel send this process the signal when its parent dies, on Linux.

    Call it in the child; ``parent`` is the number of the process that should live.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
    if os.getppid() != parent:  # it died before we had asked
        os.kill(os.getpid(), signum)
