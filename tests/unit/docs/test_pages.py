"""Pages tell the truth: words, paths, settings, metrics, log lines and commands that they name
exist.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer.main
from pydantic import BaseModel

from floorpulse.alerts.settings import AlertsProcessSettings
from floorpulse.cli.app import app
from floorpulse.cli.metric_catalogue import catalogue
from floorpulse.ingest.settings import IngestSettings
from floorpulse.kpi_engine.settings import EngineSettings
from floorpulse.query.settings import QuerySettings

pytestmark = pytest.mark.no_cover  # pages are read, which tracing makes long

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
PAGES = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for path in (*sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*.md")))
}
NOW = {name: text for name, text in PAGES.items() if name != "CHANGELOG.md"}
"""Pages that speak of the present"""
PUBLISHED = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for folder, kind in (
        (DOCS / "schema", "*.json"),
        (ROOT / "grafana" / "dashboards", "*.json"),
        (ROOT / "services" / "query" / "wallboard", "*.*"),
        (ROOT / "services" / "query" / "desk", "*.*"),
        (ROOT / "services" / "alerts" / "page", "*.*"),
        (ROOT / "services" / "runtime" / "pages", "*.*"),
    )
    for path in sorted(folder.glob(kind))
    if path.suffix in {".json", ".html", ".js"}
}
LABELS = {"floorpulse_incident", "floorpulse_docs", "floorpulse_grafana"}
"""Called like metrics, and none: labels of our alerts in Alertmanager and Prometheus"""
OPERATIONS = PAGES["docs/operations.md"]
SETTINGS = (EngineSettings, IngestSettings, QuerySettings, AlertsProcessSettings)


def section(page: str, title: str) -> str:
    """The text below a heading, to the next one of its level."""
    return re.split(r"^## ", page.split(f"## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def words_that_went() -> list[str]:
    rows = re.findall(
        r"^\| (.+?) \| .+ \|$", section(PAGES["docs/glossary.md"], "Words that went"), re.MULTILINE
    )
    return [row for row in rows if row not in {"not", "---"}]


def variables(model: type[BaseModel], prefix: str = "FLOORPULSE_") -> Iterator[str]:
    """The environment variables of a model of settings."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from variables(inner, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}"


@cache
def settings() -> set[str]:
    """Every environment variable of the services."""
    return {variable for model in SETTINGS for variable in variables(model)}


@cache
def metrics() -> set[str]:
    """Every metric, and what is called like one."""
    return {one.family.name for one in catalogue()} | LABELS


def said_in_the_code() -> set[str]:
    """Every string of the services, each put together where it is written in parts."""
    return {
        node.value
        for path in (ROOT / "services").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.mark.parametrize("word", words_that_went())
def test_a_word_that_went_does_not_come_back(word: str) -> None:
    texts = {name: text for name, text in (PAGES | PUBLISHED).items() if "glossary" not in name}

    assert [
        name for name, text in texts.items() if re.search(rf"\b{word}\b", text, re.IGNORECASE)
    ] == []


@pytest.mark.parametrize("name", NOW)
def test_a_path_that_a_page_names_exists(name: str) -> None:
    named = re.findall(r"`((?:services|tests|deploy|docs|grafana)/[\w./-]+)`", NOW[name])

    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", NOW)
def test_a_setting_that_a_page_names_exists(name: str) -> None:
    known = settings()
    named = set(re.findall(r"FLOORPULSE_[A-Z_]*[A-Z]", NOW[name]))

    assert {
        one for one in named - known if not any(known_one.startswith(one) for known_one in known)
    } == set()


@pytest.mark.parametrize("name", NOW)
def test_a_command_that_a_page_names_exists(name: str) -> None:
    known = typer.main.get_group(app).commands
    named = re.findall(r"(?:^|`)(?:\.venv/bin/)?floorpulse ([a-z]+)", NOW[name], re.MULTILINE)

    assert set(named) <= set(known)


@pytest.mark.parametrize("name", NOW)
def test_a_target_of_make_that_a_page_names_exists(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = re.findall(r"(?:^|`)make ([a-z-]+)(?:`| ARGS|  |$)", NOW[name], re.MULTILINE)

    assert [one for one in named if not re.search(rf"^{one}:", makefile, re.MULTILINE)] == []


@pytest.mark.parametrize("name", NOW)
def test_a_metric_that_a_page_names_exists(name: str) -> None:
    known = metrics()
    named = re.findall(r"`((?:floorpulse|contactcenter)_\w*[a-z])`", NOW[name])

    assert set(named) <= known


def test_a_line_of_the_log_that_the_page_on_operations_names_is_written_somewhere() -> None:
    lines = re.findall(
        r"^\| `(.+?)` \|", section(OPERATIONS, "Log lines that want something of you"), re.MULTILINE
    )
    code = said_in_the_code()

    assert lines
    assert [line for line in lines if not any(line in text for text in code)] == []


def test_the_index_of_decisions_names_every_decision() -> None:
    index = PAGES["docs/adr/README.md"]
    decisions = {name: text for name, text in PAGES.items() if re.search(r"adr/\d{4}", name)}

    assert [
        name for name in decisions if f"| [{Path(name).name[:4]}]({Path(name).name}) |" not in index
    ] == []


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as Markdown readers make them."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", [name for name in PAGES if "/" not in name])
def test_a_link_of_a_page_beside_the_site_leads_somewhere(name: str) -> None:
    """Links inside of `docs` are checked when the site is built."""
    for path, _, anchor in re.findall(r"\]\((?!https?:)([^)#]+)(#([^)]+))?\)", PAGES[name]):
        assert (ROOT / path).exists(), path
        assert not anchor or anchor in anchors(PAGES[path]), f"{path}#{anchor}"
