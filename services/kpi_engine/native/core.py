"""The core as a library of this process, and why there is none."""

import ctypes
from collections.abc import Mapping, Sequence
from ctypes import POINTER, c_int, c_int32, c_int64, c_ssize_t, c_uint32, c_void_p, py_object
from functools import cache
from pathlib import Path
from typing import Any

from floorpulse.kpi_engine.native.layout import MOST_CHANNELS, Layout, UnknownLayout, layout
from floorpulse.kpi_engine.native.location import library

Instants = c_int64 * MOST_CHANNELS
"""By channel, in the order of `Channel`"""


class NoCore(Exception):  # noqa: N818  it says what happened
    """The core cannot be used here; the message says why and what to do."""


class Bound(ctypes.Structure):
    """What one partition holds while a slice is folded: `state.h` calls it Bound, too."""

    _fields_ = (
        *(
            (name, py_object)
            for name in (
                "absent",
                "parked",
                "known",
                "numbers",
                "unsure",
                "panes",
                "dirty_panes",
                "unpublished",
                "orphans",
                "doubts",
                "note_late",
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
        ("waits_since", Instants),
        ("talks_since", Instants),
    )


class Flush(ctypes.Structure):
    """What a flush is made of: `rows.h` calls it Flush, too."""

    _fields_ = (
        ("partition", c_int64),
        *((name, py_object) for name in ("places", "waiting", "answered", "agents", "over")),
    )


class Ages(ctypes.Structure):
    """By which gauges are told: `open.h` calls it Ages, too."""

    _fields_ = (
        ("now", c_int64),
        ("until", c_int64),
        ("waits_since", Instants),
        ("talks_since", Instants),
        ("young_since", Instants),
    )


SIGNATURES: Mapping[str, tuple[Any, Sequence[Any]]] = {
    "core_new": (c_void_p, [POINTER(Layout)]),
    "core_free": (None, [c_void_p]),
    "core_forget": (None, [c_void_p]),
    "core_read": (
        c_ssize_t,
        [
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
        ],
    ),
    "core_refuse": (None, [c_void_p, c_ssize_t]),
    "core_fold": (c_ssize_t, [c_void_p, POINTER(Bound), c_ssize_t, c_ssize_t]),
    "core_settle": (c_int, [c_void_p]),
    "core_unmark": (None, [c_void_p]),
    "core_counts": (None, [c_void_p, POINTER(c_int64)]),
    "core_find": (c_int64, [c_void_p, py_object, py_object]),
    "core_whole": (py_object, [c_void_p, c_uint32]),
    "core_unpack": (c_int, [c_void_p, c_uint32]),
    "core_numbers": (c_int, [c_void_p, c_int, py_object]),
    "core_older": (c_int, [c_void_p, Instants, Instants, py_object]),
    "core_changed": (c_int, [c_void_p, py_object]),
    "core_gauges": (c_int, [c_void_p, POINTER(Ages), py_object]),
    "core_open": (c_int, [c_void_p, c_uint32, c_int, py_object]),
    "core_instants": (c_int, [c_void_p, c_uint32, py_object, py_object]),
    "core_talks": (c_int, [c_void_p, c_int, py_object]),
    "core_take": (py_object, [c_void_p, POINTER(Flush)]),
    "core_panes": (py_object, [c_void_p, c_int64, py_object, c_ssize_t]),
    "core_taken": (c_int, [c_void_p, c_int]),
    "core_lasts": (c_int, [c_void_p, Instants, py_object]),
    "core_trim": (c_int, [c_void_p, Instants, c_int64, c_int64, POINTER(c_int64), py_object]),
}
"""What the functions of the core give back, and what they are given"""


class Core:
    """The functions of the core; its headers say what each does. All raise what Python raises in
    them.
    """

    def __init__(self, file: Path) -> None:
        """Load the build in `file`. Raises NoCore."""
        try:
            self._layout = layout()
            functions = ctypes.PyDLL(str(file))
        except (UnknownLayout, OSError) as reason:
            raise NoCore(str(reason)) from reason
        for name, (gives, takes) in SIGNATURES.items():
            function = functions[name]
            function.restype = gives
            function.argtypes = takes
            setattr(self, name.removeprefix("core_"), function)

    def __getattr__(self, name: str) -> Any:
        """Any function that is named in `SIGNATURES`, without its prefix."""
        raise AttributeError(name)

    def state(self) -> int:
        """The address of the state of one more partition; `free` gives it back."""
        state: int | None = self.new(self._layout)
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
