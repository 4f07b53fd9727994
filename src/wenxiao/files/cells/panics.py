"""What a library for files may throw: Python's exceptions, and the panics
of one written in Rust, which are none.
"""

from __future__ import annotations


def breaks_reading(error: BaseException) -> bool:
    """Whether an error comes of the file: any exception, or a panic (pyo3's
    is a BaseException); never an interrupt.
    """
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"
