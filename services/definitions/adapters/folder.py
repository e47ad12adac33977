"""Files of definitions in a folder."""

from pathlib import Path

from floorpulse.definitions.domain.mistakes import DefinitionMistake

SUFFIXES = (".yaml", ".yml")


class Folder:
    """The `DefinitionFiles` of a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[dict[str, str], list[DefinitionMistake]]:
        """What `files_of` gives."""
        return files_of(self._path)


def files_of(folder: Path) -> tuple[dict[str, str], list[DefinitionMistake]]:
    """The text of each file of definitions by its path, and what could not be read."""
    try:
        paths = sorted(
            path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file()
        )
    except OSError as wrong:
        problem = f"cannot be read ({wrong.strerror})"
        return {}, [
            DefinitionMistake(
                str(folder),
                0,
                "folder",
                problem,
                "name the folder that holds the files of definitions",
            )
        ]
    if not paths:
        return {}, [
            DefinitionMistake(
                str(folder),
                0,
                "folder",
                "holds no definitions",
                "write a file such as demo.yaml into it",
            )
        ]
    texts: dict[str, str] = {}
    mistakes: list[DefinitionMistake] = []
    for path in paths:
        try:
            texts[str(path)] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as wrong:
            line = path.read_bytes()[: wrong.start].count(b"\n") + 1
            mistakes.append(
                DefinitionMistake(str(path), line, "file", "is no UTF-8", "save it as UTF-8")
            )
        except OSError as wrong:
            mistakes.append(
                DefinitionMistake(
                    str(path),
                    0,
                    "file",
                    f"cannot be read ({wrong.strerror})",
                    "let whoever runs this read it",
                )
            )
    return texts, mistakes
