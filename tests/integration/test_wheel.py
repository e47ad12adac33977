"""The wheel, really built: it brings one import package, `floorpulse`, and all of it."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "services"
LINK = ROOT / "floorpulse"
PACKAGED = ("pyproject.toml", "README.md", "LICENSE")
BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
TOLD_BY_THE_WHEEL = "import floorpulse.cli.app as app; print(app.__file__)"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as an installer builds it, in a copy, so that the checkout gets no `build` folder."""
    tree = tmp_path_factory.mktemp("tree")
    out = tmp_path_factory.mktemp("wheel")
    for name in PACKAGED:
        shutil.copy(ROOT / name, tree / name)
    shutil.copytree(SOURCES, tree / "services", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(LINK, tree / "floorpulse", follow_symlinks=False)
    built = subprocess.run(
        [sys.executable, "-c", BUILD, str(out)],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr[-2000:]
    (found,) = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    return ZipFile(wheel).namelist()


def test_the_package_is_a_link_to_its_sources() -> None:
    assert LINK.is_symlink()
    assert LINK.readlink() == Path("services")


def test_the_only_top_level_package_is_floorpulse(names: list[str]) -> None:
    tops = {name.partition("/")[0] for name in names}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"floorpulse"}


def test_nothing_in_the_wheel_is_called_services(names: list[str]) -> None:
    assert [name for name in names if "services" in Path(name).parts] == []


def test_every_module_is_in_the_wheel(names: list[str]) -> None:
    modules = {f"floorpulse/{path.relative_to(SOURCES)}" for path in SOURCES.rglob("*.py")}

    assert modules <= set(names)


def test_the_core_of_the_fold_comes_as_source_only(names: list[str]) -> None:
    native = [Path(name).name for name in names if "/kpi_engine/native/" in name]

    source = {path.name for path in (SOURCES / "kpi_engine" / "native").glob("*.[ch]")}
    assert {name for name in native if not name.endswith(".py")} == source
    assert "core.c" in source


def test_it_runs_beside_a_foreign_package_called_services(wheel: Path, tmp_path: Path) -> None:
    with ZipFile(wheel) as packed:
        packed.extractall(tmp_path)
    foreign = tmp_path / "services"
    foreign.mkdir()
    (foreign / "__init__.py").write_text("raise SystemExit('the foreign package was imported')\n")

    told = subprocess.run(
        [sys.executable, "-P", "-c", TOLD_BY_THE_WHEEL],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.stdout.strip() == str(tmp_path / "floorpulse" / "cli" / "app.py"), told.stderr
