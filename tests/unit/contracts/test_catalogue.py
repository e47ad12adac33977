"""The published catalogue is the one of the code."""

from pathlib import Path

from floorpulse.kpis.catalogue import CATALOGUE, VARIANTS
from floorpulse.kpis.page import catalogue_page

FILE = Path(__file__).parents[3] / "docs" / "kpis.md"


def test_the_published_catalogue_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == catalogue_page(), (
        "run: python -m floorpulse.kpis.page > docs/kpis.md"
    )


def test_every_kpi_has_its_line() -> None:
    page = catalogue_page()

    assert all(
        f"| `{kpi.id}` | {kpi.en} | {kpi.zh} |" in page
        for kpi in (*CATALOGUE.values(), *VARIANTS.values())
    )
