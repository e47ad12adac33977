"""YAML with line numbers: each value knows where it stands, and plain words mean what YAML 1.2
says.

So `no` is the word, not false, `09:30` is no number, and a date stays text: the struct that takes
it says what it wants.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from floorpulse.definitions.domain.mistakes import DefinitionMistake

_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_WHOLE = re.compile(r"[-+]?[0-9]+")
_FRACTION = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Located:
    """A value and the line it begins on, of a member of a mapping the line of its key."""

    value: "str | int | float | bool | dict[str, Located] | list[Located] | None"
    line: int

    def plain(self) -> Any:
        """The value without lines."""
        if isinstance(self.value, dict):
            return {name: one.plain() for name, one in self.value.items()}
        if isinstance(self.value, list):
            return [one.plain() for one in self.value]
        return self.value

    def at(self, path: Sequence[str]) -> "Located":
        """The value at a path, or the nearest there is above it."""
        if not path:
            return self
        inner = self._member(path[0])
        return self if inner is None else inner.at(path[1:])

    def _member(self, name: str) -> "Located | None":
        """The value under a key, or at a place of a list that is written as digits."""
        if isinstance(self.value, list) and name.isdecimal():
            return self.value[int(name)]
        return self.value.get(name) if isinstance(self.value, dict) else None


class _Reader:
    """Turns nodes into values and remembers keys that were given twice."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.mistakes: list[DefinitionMistake] = []
        self._inside: list[Node] = []

    def value(self, node: Node, line: int | None = None) -> Located:
        here = node.start_mark.line + 1 if line is None else line
        if node in self._inside:
            self.mistakes.append(
                DefinitionMistake(
                    self.file,
                    here,
                    "file",
                    "an alias stands inside what it names",
                    "write the value out",
                )
            )
            return Located(None, here)
        self._inside.append(node)
        found = Located(self._inner(node), here)
        self._inside.pop()
        return found

    def _inner(
        self, node: Node
    ) -> "str | int | float | bool | dict[str, Located] | list[Located] | None":
        match node:
            case MappingNode():
                return dict(self._members(node))
            case SequenceNode():
                return [self.value(one) for one in node.value]
            case ScalarNode():
                return _scalar(node)
            case _:  # pragma: no cover  YAML has no fourth
                return None

    def _members(self, node: MappingNode) -> Iterator[tuple[str, Located]]:
        known: dict[str, int] = {}
        for key, value in node.value:
            name = _characters(str(key.value))
            line = key.start_mark.line + 1
            if name in known:
                problem = f"is said twice, first on line {known[name]}"
                self.mistakes.append(
                    DefinitionMistake(self.file, line, name, problem, "keep one of them")
                )
                continue
            known[name] = line
            yield name, self.value(value, line)


def _characters(text: str) -> str:
    """A text whose surrogates, as JSON writes characters beyond 16 bits, are characters; U+FFFD
    where one is alone: it could neither be stored nor told.
    """
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _scalar(node: ScalarNode) -> str | int | float | bool | None:
    text = _characters(node.value)
    if node.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text


def located(file: str, text: str) -> tuple[Located | None, list[DefinitionMistake]]:
    """The document of a file, None where there is none, and what is wrong with its form."""
    reader = _Reader(file)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as wrong:
        return None, [_unreadable(file, wrong)]
    except yaml.YAMLError as wrong:
        return None, [
            DefinitionMistake(
                file,
                1,
                "file",
                f"is no YAML ({wrong})".replace("\n", " "),
                "save it as plain UTF-8 text",
            )
        ]
    except RecursionError:
        return None, [
            DefinitionMistake(
                file,
                1,
                "file",
                "is nested hundreds of levels deep",
                "write sections, definitions and their fields",
            )
        ]
    return (None if node is None else reader.value(node)), reader.mistakes


def _unreadable(file: str, wrong: yaml.MarkedYAMLError) -> DefinitionMistake:
    mark = wrong.problem_mark or wrong.context_mark
    line = 1 if mark is None else mark.line + 1
    problem = wrong.problem or wrong.context or "it cannot be read"
    if "single document" in (wrong.context or ""):
        return DefinitionMistake(
            file,
            line,
            "file",
            "holds more than one document",
            "put what follows `---` into a file of its own",
        )
    if "\\t" in problem:
        return DefinitionMistake(file, line, "file", "is indented with a tab", "indent with spaces")
    return DefinitionMistake(
        file,
        line,
        "file",
        f"is no YAML: {problem}",
        "compare its indentation, colons and quotes with the lines above",
    )
