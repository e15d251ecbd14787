"""The lock of an open file, which goes with the process that holds it."""

import sys
from typing import IO

if sys.platform == "win32":
    import msvcrt

    BEYOND = 2**30
    """Windows lets nobody else read what is locked, so a byte is locked that a small file does not have."""

    def take(file: IO) -> bool | None:
        """Take the lock of a small file if it is free; whether it was. It goes when the file is closed."""
        file.seek(BEYOND)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def take(file: IO) -> bool | None:
        """Take the lock of an open file if it is free; whether it was. None: this file system knows no locks.

        It goes when the file is closed, whichever way its process died.
        """
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True
