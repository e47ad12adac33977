"""The rules of the example that ships, as the days are watched by them."""

from pathlib import Path

from floorpulse.definitions.domain.check import check
from floorpulse.definitions.domain.definition_history import Definitions
from floorpulse.definitions.domain.in_force import Version

FOLDER = Path(__file__).parents[3] / "deploy" / "definitions"


def example_rules() -> Definitions:
    """All definitions of the folder, each as its first version."""
    texts = {str(path): path.read_text("utf-8") for path in sorted(FOLDER.glob("*.yaml"))}
    checked = check(texts)
    assert not checked.mistakes, "\n".join(map(str, checked.mistakes))
    return Definitions(
        Version(entry.tenant, entry.kind, entry.id, 1, entry.body) for entry in checked.entries
    )
