"""Where the interpreter keeps the fields of the fold's records, found by looking: each field is
given an object of its own, whose address stands at the field's place.

The order of all names here is the order of the enumerations in `state.h`.
"""

import ctypes
import secrets
import sys
import sysconfig
from collections.abc import Callable
from typing import Any, get_args

from floorpulse.contracts.cells import Cell, Cells, Histogram
from floorpulse.contracts.events import Channel, SurveyKind
from floorpulse.contracts.updates import Gauge, Talk
from floorpulse.contracts.visits import Visit
from floorpulse.counting.contributions import RESOLVED, SURVEYS, by_contact
from floorpulse.counting.histograms import EXACT_SECONDS, GROWTH, SCORE_STEPS
from floorpulse.kpi_engine.fold.decode import LATEST
from floorpulse.kpi_engine.fold.panes import Pane

VISIT = (
    "offered_at",
    "queue",
    "channel",
    "answered_at",
    "agent",
    "answered_queue",
    "answered_wait",
    "ended_at",
    "talk",
    "hold",
    "wrapped_at",
    "wrap",
    "abandoned_at",
    "abandoned_queue",
    "abandoned_wait",
    "priority",
    "customer",
)
PANE = ("key", "revision", "cells", "dirty", "unpublished")
TALK = ("tenant", "contact", "visit", "agent", "queue", "since")
GAUGE = ("tenant", "queue", "channel", "waiting", "in_progress", "unresolved", "lasting")
CODES = (
    Cell.OFFERED,
    Cell.ANSWERED,
    Cell.ABANDONED,
    Cell.ANSWERED_WAIT,
    Cell.ABANDONED_WAIT,
    Cell.HANDLED,
    Cell.TALK,
    Cell.HOLD,
    Cell.WRAP,
    Cell.HELD,
    Cell.WRAP_TOLD,
    Histogram.ANSWERED_WAIT,
    Histogram.ABANDONED_WAIT,
    Histogram.HANDLE_TIME,
)
SCALES: tuple[SurveyKind, ...] = ("csat", "nps", "fcr", "ces")
SURVEY_CODES = 5
WORD = ctypes.sizeof(ctypes.c_void_p)
HEAD = 2 * WORD
"""Bytes of an object before its fields: the references to it, and its type"""
COLLECTED = 1 << 14
"""The flag of types whose objects the garbage collector keeps lists of"""
MOST_CHANNELS = 16


class UnknownLayout(Exception):  # noqa: N818  it says what happened
    """This interpreter keeps records in another way than the core can read."""


class Layout(ctypes.Structure):
    """What `state.h` calls Layout; offsets in bytes."""

    _fields_ = (
        ("visit", ctypes.c_int64 * len(VISIT)),
        ("pane", ctypes.c_int64 * len(PANE)),
        ("talk", ctypes.c_int64 * len(TALK)),
        ("gauge", ctypes.c_int64 * len(GAUGE)),
        ("codes", ctypes.c_int64 * len(CODES)),
        ("surveys", ctypes.c_int64 * SURVEY_CODES * len(SCALES) * 2),
        ("visit_words", ctypes.c_int64),
        ("pane_words", ctypes.c_int64),
        ("talk_words", ctypes.c_int64),
        ("gauge_words", ctypes.c_int64),
        ("latest", ctypes.c_int64),
        ("exact_seconds", ctypes.c_int64),
        ("score_steps", ctypes.c_int64),
        ("resolved", ctypes.c_int64),
        ("growth", ctypes.c_double),
        ("secret", ctypes.c_uint64 * 2),
        ("none", ctypes.py_object),
        ("yes", ctypes.py_object),
        ("no", ctypes.py_object),
        ("new_visit", ctypes.py_object),
        ("new_pane", ctypes.py_object),
        ("new_talk", ctypes.py_object),
        ("new_gauge", ctypes.py_object),
        ("channels", ctypes.py_object),
    )


def layout() -> Layout:
    """The layout of this process. Raises UnknownLayout."""
    channels = get_args(Channel)
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        message = "the core needs CPython with its global lock"
        raise UnknownLayout(message)
    if WORD != 8 or len(channels) > MOST_CHANNELS:  # noqa: PLR2004  bytes
        message = "the core is written for 64 bits and few channels"
        raise UnknownLayout(message)
    visit = offsets(Visit, Visit.__struct_fields__, copied=True)
    pane = offsets(Pane, Pane.__struct_fields__, copied=True)
    talk = offsets(Talk, Talk.__struct_fields__, copied=True)
    gauge = offsets(Gauge, Gauge.__struct_fields__, copied=True)
    return Layout(
        tuple(visit[name] for name in VISIT),
        tuple(pane[name] for name in PANE),
        tuple(talk[name] for name in TALK),
        tuple(gauge[name] for name in GAUGE),
        tuple(map(int, CODES)),
        (survey_codes(lambda cells: cells), survey_codes(by_contact)),
        Visit.__basicsize__ // WORD,
        Pane.__basicsize__ // WORD,
        Talk.__basicsize__ // WORD,
        Gauge.__basicsize__ // WORD,
        LATEST,
        EXACT_SECONDS,
        SCORE_STEPS,
        RESOLVED,
        GROWTH,
        (secrets.randbits(64) | 1, secrets.randbits(64)),
        None,
        True,
        False,
        Visit(),
        Pane(("", "", "", 0), 0, {}),
        Talk("", "", 0),
        Gauge("", "", "", [], 0, 0, []),
        channels,
    )


def survey_codes(named: Callable[[Cells], Cells]) -> tuple[tuple[int, ...], ...]:
    """The codes of what an answer counts, by the kind of its survey, as they are `named`; 0 where
    it counts no such thing.
    """
    return tuple(
        tuple(
            0 if code is None else next(iter(named({int(code): 1})))
            for code in (
                Cell.SURVEY_OFFERED,
                *SURVEYS[kind],
                Cell.FCR_RESOLVED if kind == "fcr" else None,
            )
        )
        for kind in SCALES
    )


def offsets(kind: Any, names: tuple[str, ...], *, copied: bool) -> dict[str, int]:
    """Where the fields of a record of this kind stand; of one that is `copied` word by word every
    word must be a field. Raises UnknownLayout.
    """
    marks = [object() for _ in names]
    record = kind(*marks)
    size = kind.__basicsize__ // WORD
    words = list((ctypes.c_size_t * size).from_address(id(record)))
    found = {
        name: words.index(id(mark)) * WORD
        for name, mark in zip(names, marks, strict=True)
        if words.count(id(mark)) == 1
    }
    whole = len(found) == size - HEAD // WORD and not kind.__flags__ & COLLECTED
    if len(found) < len(names) or min(found.values()) < HEAD or (copied and not whole):
        message = f"the fields of {kind.__name__} do not stand where the core could read them"
        raise UnknownLayout(message)
    return found
