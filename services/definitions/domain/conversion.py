"""Located values as the types of a struct's fields want them; each mistake stands where it was
made.
"""

from collections.abc import Iterator
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec

from floorpulse.definitions.domain.located import Located
from floorpulse.definitions.domain.mistakes import DefinitionMistake, meant

SHOWN = 40
LEAST_PERCENT = 10
"""Below, a number above 1 is rather a score than a percentage"""
_CALLED = {int: "whole number", float: "number", str: "text", list: "list", dict: "mapping"}


class Form(NamedTuple):
    """A type without its notes, and the notes from the inside out."""

    base: Any
    notes: tuple[msgspec.Meta, ...]


@cache
def hints(owner: type[msgspec.Struct]) -> dict[str, Any]:
    """The types of a struct's fields, with what is said about them."""
    return get_type_hints(owner, include_extras=True)


class Conversion:
    """Converts the values of one file and keeps what is wrong with them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.mistakes: list[DefinitionMistake] = []

    def complain(self, line: int, path: str, problem: str, remedy: str) -> None:
        """Note a mistake."""
        self.mistakes.append(DefinitionMistake(self.file, line, path, problem, remedy))

    def value(self, hint: Any, place: Located, path: str) -> Any:
        """The value as its type has it; anything where it was complained about."""
        form = form_of(hint)
        if (
            isinstance(form.base, type)
            and issubclass(form.base, msgspec.Struct)
            and isinstance(place.value, dict)
        ):
            return self.struct(form.base, place.value, place.line, path)
        if get_origin(form.base) is dict and isinstance(place.value, dict):
            return self._mapping(form, place, path)
        if get_origin(form.base) is list and isinstance(place.value, list):
            return self._list(form, place, path)
        try:
            return msgspec.convert(
                place.value if not isinstance(place.value, dict | list) else place.plain(), hint
            )
        except msgspec.ValidationError:
            self.complain(
                place.line, path, problem(form, place.plain()), remedy(form, place.plain())
            )
            return None

    def struct(
        self, owner: type[msgspec.Struct], fields: dict[str, Located], line: int, path: str
    ) -> Any:
        """A struct of the fields; None where one of them was complained about."""
        before = len(self.mistakes)
        written = {one.encode_name: one.name for one in msgspec.structs.fields(owner)}
        known = list(written)
        for stranger in (name for name in fields if name not in known):
            self.complain(
                fields[stranger].line,
                f"{path}.{stranger}",
                "no such field",
                meant(stranger, known, ""),
            )
        for missing in (
            one.encode_name
            for one in msgspec.structs.fields(owner)
            if one.required and one.encode_name not in fields
        ):
            self.complain(
                line,
                f"{path}.{missing}",
                "is missing",
                remedy(form_of(hints(owner)[written[missing]]), None),
            )
        values = {
            name: self.value(hints(owner)[name], fields[key], f"{path}.{key}")
            for key, name in written.items()
            if key in fields
        }
        return owner(**values) if len(self.mistakes) == before else None

    def _mapping(self, form: Form, place: Located, path: str) -> dict[Any, Any]:
        assert isinstance(place.value, dict)  # noqa: S101  for the type checker: the caller has looked
        if not place.value and _some_wanted(form):
            self.complain(place.line, path, "is an empty mapping", remedy(form, None))
        key, value = get_args(form.base)
        return {
            self.value(key, Located(name, one.line), f"{path}.{name}"): self.value(
                value, one, f"{path}.{name}"
            )
            for name, one in place.value.items()
        }

    def _list(self, form: Form, place: Located, path: str) -> list[Any]:
        assert isinstance(place.value, list)  # noqa: S101  for the type checker: the caller has looked
        if not place.value and _some_wanted(form):
            self.complain(place.line, path, "is an empty list", remedy(form, None))
        [inner] = get_args(form.base)
        return [
            self.value(inner, one, f"{path}[{number}]") for number, one in enumerate(place.value)
        ]


def _some_wanted(form: Form) -> bool:
    """Whether a list or mapping must not be empty."""
    return any(note.min_length for note in form.notes)


def form_of(hint: Any) -> Form:
    """A type taken apart; that a field may be left out is no part of it."""
    notes: tuple[msgspec.Meta, ...] = ()
    while True:
        if get_origin(hint) is Annotated:
            notes = (*(one for one in get_args(hint)[1:] if isinstance(one, msgspec.Meta)), *notes)
            hint = get_args(hint)[0]
        elif get_origin(hint) in (Union, UnionType):
            [hint] = [arm for arm in get_args(hint) if arm is not NoneType]
        else:
            return Form(hint, notes)


def problem(form: Form, value: object) -> str:
    """What is wrong with a value, in words."""
    if value is None or secret_remedy(form):
        return "is empty" if value is None else "is no name of a secret"
    if isinstance(value, str) and choices(form.base):
        return f"{value!r} is none of its words"
    if form.base is bool:
        return f"{_shown(value)} is neither true nor false"
    called = _CALLED.get(
        get_origin(form.base) or form.base, "text" if choices(form.base) else "mapping"
    )
    if not _is_a(form.base, value):
        return f"{_shown(value)} is no {called}"
    if isinstance(value, str):
        most = next(
            (
                note.max_length
                for note in form.notes
                if note.max_length is not None and len(value) > note.max_length
            ),
            None,
        )
        return (
            f"{_shown(value)} has not the right form"
            if most is None
            else f"{_shown(value)} is longer than {most} characters"
        )
    return f"{_shown(value)} is out of bounds"


def remedy(form: Form, value: object) -> str:
    """What to write instead."""
    safe = secret_remedy(form)
    if safe and value is not None:
        return safe
    known = choices(form.base)
    if known:
        return (
            meant(value, known, "")
            if isinstance(value, str)
            else f"write one of {', '.join(known)}"
        )
    if form.base is bool:
        return "write true or false"
    if form.base is str and isinstance(value, bool | int | float):
        exact = _extra(form, "decimal")
        return exact or f"put it in quotes: {str(value)!r}"
    if _is_percentage(form, value):
        return f"write the share, {float(value) / 100:g}, not the percentage"  # type: ignore[arg-type]  # a number
    description = next((note.description for note in form.notes if note.description), None)
    example = next((note.examples[0] for note in form.notes if note.examples), None)
    words = f"write {description or 'its fields: ' + ', '.join(_fields(form.base))}"
    return words if example is None else f"{words}, such as {msgspec.json.encode(example).decode()}"


def secret_remedy(form: Form) -> str | None:
    """What to do about a value that must be the name of a secret and is not: it may be the secret,
    which is not shown; None of other types.
    """
    return _extra(form, "secret")


def _extra(form: Form, name: str) -> str | None:
    extras = (note.extra for note in form.notes if note.extra)
    return next((extra[name] for extra in extras if name in extra), None)


def choices(base: Any) -> list[str]:
    """The words of a type that has but a few."""
    if get_origin(base) is Literal:
        return [str(one) for one in get_args(base)]
    return (
        [str(one.value) for one in base]
        if isinstance(base, type) and issubclass(base, Enum)
        else []
    )


def _fields(base: Any) -> Iterator[str]:
    return (one.encode_name for one in msgspec.structs.fields(base))


def _is_a(base: Any, value: object) -> bool:
    wanted = get_origin(base) or base
    if wanted in (int, float):
        return isinstance(value, int if wanted is int else int | float) and not isinstance(
            value, bool
        )
    return isinstance(wanted, type) and isinstance(value, wanted)


def _is_percentage(form: Form, value: object) -> bool:
    share = form.base is float and any(note.le == 1 for note in form.notes)
    return share and isinstance(value, int | float) and LEAST_PERCENT <= value <= 100  # noqa: PLR2004  per cent


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
