"""docs/how-to/add-a-kpi.md is followed to the letter, in a copy of the repository."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "add-a-kpi.md").read_text("utf-8")
BLOCK = re.compile(
    r'^```(?:python|yaml) title="([^",]+)(?:, ([^"]+))?"\n(.*?)^```$', re.MULTILINE | re.DOTALL
)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COPIED = ("services", "tests", "docs", "grafana", "Makefile", "pyproject.toml")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository in which the page was followed."""
    copy = tmp_path_factory.mktemp("repository")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, copy / name)
    (copy / ".venv").symlink_to(sys.prefix)
    (copy / "floorpulse").symlink_to("services")
    for name, place, text in BLOCK.findall(PAGE):
        put(copy / name, place, text)
    return copy


def put(file: Path, place: str, text: str) -> None:
    """Write a block where its title says."""
    if not place:
        file.write_text(text, "utf-8")
        return
    if place == "at the end of KPIS":
        text = indent(text.rstrip() + ",\n", "    ")
    before, after = split(file.read_text("utf-8"), place)
    file.write_text(before + text + after, "utf-8")


def split(page: str, place: str) -> tuple[str, str]:
    """A file's text before and behind a place."""
    if place == "at the end of KPIS":
        return page.removesuffix(")\n"), ")\n"
    if place == "imports":
        at = page.index("from floorpulse.kpis.units")
    elif place == "sources":
        at = page.index("\nstories:")
    elif place == "OTHERWISE":
        begin = "OTHERWISE = {\n"
        at = page.index(begin) + len(begin)
    else:
        figures = "    figures:\n"
        at = page.index(figures, page.index(f"  - story: {place}\n")) + len(figures)
    return page[:at], page[at:]


def test_the_commands_of_the_page_succeed(repository: Path) -> None:
    commands = [line for block in COMMANDS.findall(PAGE) for line in block.splitlines()]

    for command in commands:
        words = command.split()
        if words[0] == "make":  # the environment is that of the original
            words.insert(1, "--assume-old=.venv/.dev")
        done = subprocess.run(words, cwd=repository, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


def test_what_is_generated_tells_of_the_kpi(repository: Path) -> None:
    page = (repository / "docs" / "kpis.md").read_text("utf-8")
    dashboard = json.loads((repository / "grafana/dashboards/every-kpi.json").read_text("utf-8"))

    assert "| `quick_answers` | Quick answers | 十秒接通率 | ratio | higher |" in page
    assert "quick_answers" in json.dumps(dashboard)
