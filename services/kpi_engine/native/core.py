"""The core as a library of this process, and why there is none."""

import ctypes
from ctypes import POINTER, c_int32, c_int64, c_ssize_t, c_void_p, py_object
from functools import cache
from pathlib import Path

from floorpulse.kpi_engine.native.layout import Layout, UnknownLayout, layout
from floorpulse.kpi_engine.native.location import library


class NoCore(Exception):  # noqa: N818  it says what happened
    """The core cannot be used here; the message says why and what to do."""


class Bound(ctypes.Structure):
    """What one partition holds while a slice is folded: `core.c` calls it Bound, too."""

    _fields_ = (
        *(
            (name, py_object)
            for name in (
                "rows",
                "absent",
                "parked",
                "dirty",
                "known",
                "of",
                "numbers",
                "unsure",
                "queues",
                "queue",
                "since",
                "begun",
                "over",
                "panes",
                "dirty_panes",
                "unpublished",
                "orphans",
                "doubts",
            )
        ),
        *(
            (name, c_int64)
            for name in (
                "most_doubts",
                "visits_since",
                "panes_since",
                "panes_kept_since",
                "length",
                "passed",
                "revision",
                "revision_step",
            )
        ),
    )


class Core:
    """The functions of the core; `core.c` says what each does."""

    def __init__(self, file: Path) -> None:
        """Load the build in `file`. Raises NoCore."""
        try:
            self._layout = layout()
            functions = ctypes.PyDLL(str(file))
        except (UnknownLayout, OSError) as reason:
            raise NoCore(str(reason)) from reason
        new = functions.core_new
        new.argtypes = [POINTER(Layout)]
        new.restype = c_void_p
        self._new = new
        self.free = functions.core_free
        self.free.argtypes = [c_void_p]
        self.free.restype = None
        self.read = functions.core_read
        self.read.argtypes = [
            c_void_p,
            py_object,
            py_object,
            c_int64,
            c_ssize_t,
            c_int64,
            c_int64,
            c_int64,
            POINTER(c_int32),
            POINTER(c_int64),
            py_object,
            py_object,
        ]
        self.read.restype = c_ssize_t
        self.refuse = functions.core_refuse
        self.refuse.argtypes = [c_void_p, c_ssize_t]
        self.refuse.restype = None
        self.fold = functions.core_fold
        self.fold.argtypes = [c_void_p, POINTER(Bound), c_ssize_t, c_ssize_t]
        self.fold.restype = c_ssize_t

    def new(self) -> int:
        """The address of the state of one more partition; `free` gives it back."""
        state: int | None = self._new(self._layout)
        if state is None:
            raise MemoryError
        return state


@cache
def core() -> Core:
    """The core that was built at install. Raises NoCore."""
    file = library()
    if not file.exists():
        message = (
            f"{file.name} is not beside its source: `python -m "
            "floorpulse.kpi_engine.native.build` builds it where there is a C compiler"
        )
        raise NoCore(message)
    return Core(file)
