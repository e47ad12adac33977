"""Floorpulse installed from its wheel, outside of the checkout."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGED = ("pyproject.toml", "README.md", "LICENSE")
LINK = "floorpulse"
BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"


def done(*words: str | Path, cwd: Path) -> str:
    """What a program prints that must succeed."""
    ran = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, env={})
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with nothing but our wheel; what it needs is read where we have it."""
    tree = tmp_path_factory.mktemp("tree")
    for name in PACKAGED:
        shutil.copy(ROOT / name, tree / name)
    shutil.copytree(
        ROOT / "services", tree / "services", ignore=shutil.ignore_patterns("__pycache__")
    )
    if (ROOT / LINK).is_symlink():
        shutil.copy(ROOT / LINK, tree / LINK, follow_symlinks=False)
    out = tmp_path_factory.mktemp("wheel")
    done(sys.executable, "-c", BUILD, out, cwd=tree)
    (wheel,) = out.glob("*.whl")
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False, symlinks=True)
    pip = (sys.executable, "-m", "pip", "--python", home / "bin" / "python", "install")
    done(*pip, "--quiet", "--no-deps", "--no-index", wheel, cwd=out)
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "ours.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return home


def test_the_command_line_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    said = done(installed / "bin" / "floorpulse", "--help", cwd=tmp_path)

    assert "floorpulse demo" in said
    assert done(installed / "bin" / "floorpulse", "version", cwd=tmp_path).strip()


def test_the_demo_has_its_definitions(installed: Path, tmp_path: Path) -> None:
    said = done(installed / "bin" / "floorpulse", "check", cwd=tmp_path)

    folder, told = said.strip().split(": ")
    assert Path(folder).is_relative_to(installed)
    assert told.endswith("definitions, nothing wrong")
    assert [one.name for one in Path(folder).iterdir()] == ["demo.yaml"]


def test_other_definitions_are_checked_where_they_are(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("tenant: mine\nabout:\n  - names: {en: Mine}\n")

    said = done(installed / "bin" / "floorpulse", "check", ".", cwd=tmp_path)

    assert said == ".: 1 definition, nothing wrong\n"
