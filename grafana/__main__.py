"""Write every dashboard below `grafana/dashboards`, and their page: `python -m grafana`."""

from pathlib import Path

from grafana.boards import files
from grafana.page import page

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Write all files."""
    for name, text in files():
        path = ROOT / "grafana" / "dashboards" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (ROOT / "docs" / "dashboards.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
