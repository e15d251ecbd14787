"""Keep freed memory: glibc hands each large array back to the system and asks for it again in the next layer.

Each page of fresh memory costs a page fault and is filled with zeros by the kernel, and the activations of a
network in training are nothing but large arrays that come and go. onnxruntime keeps its memory by itself and
gains nothing here.

Source: mallopt(3), Linux man-pages; glibc's malloc.h.
"""

import ctypes

TRIM_THRESHOLD, MMAP_MAX = -1, -4  # M_TRIM_THRESHOLD, M_MMAP_MAX
MOST = 2**31 - 1


def keep_freed_memory() -> bool:
    """Let this process keep the memory it frees, to use it again; for programs, not for libraries.

    It changes glibc's malloc for the whole process: large arrays come from its heap and not from mmap (whose
    threshold may not exceed 32 MiB), and the heap is not given back.

    Returns:
        whether it was done: only glibc has these switches.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library, macOS, Windows
        return False
    return bool(mallopt(MMAP_MAX, 0)) and bool(mallopt(TRIM_THRESHOLD, MOST))
