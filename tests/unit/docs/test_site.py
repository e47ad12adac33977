"""The pages as a site: it builds without a warning, and nothing on it comes from another host."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOADED = re.compile(
    r"<(?:script|img|iframe)[^>]*\ssrc=[\"']?(?:https?:)?//"
    r"|<link[^>]*rel=[\"']?(?:stylesheet|icon|preconnect|preload)[^>]*href=[\"']?(?:https?:)?//"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_is_built(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}

    fronts = {page for page in pages if page.name == "index.md" and page.parent != Path()}
    assert {page for page in pages - fronts if page.name != "README.md"} == {
        path.relative_to(site).with_suffix(".md")
        for path in site.rglob("*.html")
        if path.name != "404.html" and (path.name != "index.html" or path.parent == site)
    }


def test_nothing_on_a_page_is_loaded_from_another_host(site: Path) -> None:
    found = {path.name: LOADED.findall(path.read_text("utf-8")) for path in site.rglob("*.html")}

    assert found
    assert {name: hits for name, hits in found.items() if hits} == {}
